"""Writes the log of the web tier and the worker to standard output, without personal data.

JSON, one object per line with `time` (RFC 3339, UTC) and `level`, for programs; short lines for a person at a terminal.
STOREPROC_LOG (`json` or `text`) decides, otherwise whether standard output is a terminal. The command sets it for the
processes it starts, so that all lines of a store look alike.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache

import orjson

FORMAT = "STOREPROC_LOG"
_TERMINAL = sys.stdout is not None and sys.stdout.isatty()
_COLOURED = _TERMINAL and not os.environ.get("NO_COLOR")
_COLOURS = {2: "32", 3: "36", 4: "33", 5: "31"}  # ANSI, by the first digit of the status
_QUIET = frozenset(("live", "ready"))  # operations of health checks, which a person does not want to see


@cache
def as_text() -> bool:
    """Whether the lines are for a person."""
    return os.environ.get(FORMAT, "text" if _TERMINAL else "json") == "text"


def write_log(record: Mapping[str, object]) -> None:
    """Write one record. Its level is `record["level"]`, or by default `error` for errors and statuses from 500."""
    now = datetime.now(UTC)
    level = record.get("level") or _level(record)
    if as_text():
        if record.get("operation") in _QUIET and level == "info":
            return
        line = format_text(record, now, coloured=_COLOURED).encode() + b"\n"
    else:
        line = orjson.dumps(
            {"time": now, **record, "level": level}, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z, default=str
        )
    with suppress(OSError):  # the reader of the log has gone; the store continues
        os.write(1, line)


def _level(record: Mapping[str, object]) -> str:
    status = record.get("status")
    return "error" if "error" in record or (isinstance(status, int) and 500 <= status < 600) else "info"


def format_text(record: Mapping[str, object], now: datetime, *, coloured: bool = False) -> str:
    """One short line: a request as time, status, method, route and milliseconds; other records as name=value."""
    clock = now.astimezone().strftime("%H:%M:%S")
    status = record.get("status")
    if isinstance(status, int) and "method" in record:
        shown = f"\x1b[{_COLOURS.get(status // 100, '0')}m{status}\x1b[0m" if coloured else str(status)
        what = record.get("route") or record.get("operation") or "-"
        code = f"  {record['code']}" if "code" in record else ""
        return f"{clock}  {shown}  {record['method']!s:6} {what}  {record.get('ms', 0)} ms{code}"
    if "message" in record:
        return f"{clock}  {record['message']}"
    return f"{clock}  " + "  ".join(f"{name}={value}" for name, value in record.items() if name != "level")


class LogHandler(logging.Handler):
    """Writes the records of libraries (uvicorn, asyncio) in the same format."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        line: dict[str, object] = {"level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[0] is not None:
            line["trace"] = logging.Formatter().formatException(record.exc_info)
        write_log(line)


def configure_logging() -> None:
    """Send warnings and errors of libraries through LogHandler. Once per process, at its start."""
    logging.basicConfig(handlers=[LogHandler()], level=logging.WARNING)
