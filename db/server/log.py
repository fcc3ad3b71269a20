"""What the embedded server has logged, read to explain why it does not start."""

from __future__ import annotations

import json
from pathlib import Path

from db.server.embedded import Layout

LOG_LIMIT = 10_000_000  # bytes of postgres.log before a start begins a new one

Position = dict[Path, int]


def position(layout: Layout) -> Position:
    """The sizes of the log files now: what is written after this moment begins there."""
    files = [layout.log, *layout.log_folder.glob("*.json")]
    return {file: file.stat().st_size for file in files if file.exists()}


def read_since(layout: Layout, begin: Position) -> str:
    """The messages since a position, one a line: first those from before the logging collector runs, then its own."""
    text = ""
    for file, size in position(layout).items():
        with file.open("rb") as log:
            log.seek(begin.get(file, 0) if size >= begin.get(file, 0) else 0)
            part = log.read(1_000_000).decode(errors="replace")
        text += "".join(map(_as_text, part.splitlines(True))) if file.suffix == ".json" else part
    return text


def last_message(layout: Layout, begin: Position | None = None) -> str:
    """The last fatal message since a position, or the last of any kind."""
    if begin is None:
        begin = {file: max(0, size - 4000) for file, size in position(layout).items()}
    lines = read_since(layout, begin).splitlines()
    fatal = [line for line in lines if " FATAL: " in line or " PANIC: " in line]
    return (fatal or lines or ["it logged nothing"])[-1]


def start_new(layout: Layout) -> None:
    """Set a large postgres.log aside, so that it cannot fill the disk."""
    if layout.log.exists() and layout.log.stat().st_size > LOG_LIMIT:
        layout.log.replace(layout.log.with_suffix(".log.1"))


def _as_text(line: str) -> str:
    """A line of the JSON log as PostgreSQL writes it to a text log."""
    try:
        entry = json.loads(line)
        return f"{entry['timestamp']} [{entry['pid']}] {entry['error_severity']}:  {entry['message']}\n"
    except (ValueError, KeyError, TypeError):  # the first line may begin in the middle
        return line
