"""Runs PostgreSQL's backup programs as the owner of the cluster, and formats sizes and times for messages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psutil
import psycopg

from db.server.embedded import Layout

Say = Callable[[str], None]


class BackupError(Exception):
    """The reason, and what to do, in one line."""


def run_program(
    layout: Layout,
    program: str,
    *arguments: str | Path,
    password: str | None = None,
    say: Say = lambda _: None,
    consume: Callable[[IO[bytes]], None] | None = None,
) -> str:
    """Run one of PostgreSQL's programs as the user that owns the cluster, and return its standard output.

    `consume` reads the output instead, while the program runs; what it raises is raised here. Lines with a percentage
    are reported to `say` as progress. Raises BackupError with the program's own error.
    """
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")}
    identity: dict[str, Any] = (
        {} if layout.uid == os.geteuid() else {"user": layout.uid, "group": layout.gid, "extra_groups": []}
    )
    messages: list[str] = []
    told = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as answer,
        ThreadPoolExecutor(1) as pool,
        subprocess.Popen(
            [layout.program(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if consume else answer,
            stderr=subprocess.PIPE,
            cwd="/",
            env=kept | {"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {}),
            umask=0o077,
            **identity,
        ) as process,
    ):
        assert process.stderr is not None  # noqa: S101
        consumed = pool.submit(_consume, consume, process.stdout) if consume and process.stdout else None
        try:
            for raw in process.stderr:
                line = raw.decode(errors="replace")  # a program may quote what is damaged
                if percent := re.search(r"\(\d+%\)", line):
                    if time.monotonic() - told > 2:
                        told = time.monotonic()
                        say(f"{program}: {percent[0][1:-1]}")
                elif line.strip():
                    messages.append(line.strip())
        except BaseException:
            process.terminate()  # the program removes its unfinished output
            raise
        process.wait()
        if consumed is not None:
            consumed.result()
        answer.seek(0)
        if process.returncode != 0:
            errors = [line for line in messages if "error:" in line] or messages[-1:] or [answer.read()[-500:].strip()]
            details = [line for line in messages if line.startswith(("DETAIL:", "HINT:"))]
            text = " ".join([*errors[:2], *details[:1]]) or f"{program} failed: {process.returncode}"
            if re.search(r"No space left|wrote \d+ of \d+", text):
                text += " (the disk is full)"
            raise BackupError(text)
        return answer.read()


def _consume(consume: Callable[[IO[bytes]], None], output: IO[bytes]) -> None:
    try:
        consume(output)
    finally:
        output.close()  # the program ends if it is still writing


def yield_to_others() -> None:
    """Read disks only while no other process does (Linux), and take little CPU: this process and its children."""
    with suppress(OSError, psutil.Error):
        os.nice(10)
        if sys.platform == "linux":
            psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)


def server_version(layout: Layout) -> str:
    """The version of the server programs, such as 18.6."""
    return run_program(layout, "postgres", "--version").split()[2]


def fetch_value(connection: psycopg.Connection[Any], query: str) -> Any:
    """The first column of the first row."""
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def sync_folder(folder: Path) -> None:
    """fsync a folder, so that a rename in it survives a crash."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def folder_size(folder: Path) -> int:
    """The bytes of all files in it."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def format_size(size: int) -> str:
    """Bytes as MB or GB."""
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def format_moment(moment: datetime | None) -> str:
    """A time in UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC" if moment else "none"


def format_exactly(moment: datetime) -> str:
    """A time as an argument of a command, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
