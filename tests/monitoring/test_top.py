"""`storeproc top` as a person and as a script use it."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from db.server.access import Access
from monitoring.top import between, size, span

ROOT = Path(__file__).parents[2]


def environment(access: Access) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret, "PYTHONUNBUFFERED": "1", "COLUMNS": "120",
    }  # fmt: skip


def run(access: Access, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "top", *arguments],
        cwd=ROOT, env=environment(access), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_once_is_one_picture(access: Access, call: Any) -> None:
    await call("web_anonymous", "list_categories")
    shown = run(access, "--once")
    assert access.database in shown
    assert "list_categories" in shown
    assert "calls" in shown
    assert "\x1b" not in shown


def test_json_is_for_programs(access: Access) -> None:
    found = json.loads(run(access, "--once", "--json"))
    assert found["database"] == access.database
    assert {"counters", "sessions", "statements", "locks", "transactions", "queue"} <= found.keys()
    # Without --once: what happened in one interval, the question itself included.
    found = json.loads(run(access, "--json", "--interval", "0.2"))
    assert found["since"]["seconds"] >= 0.2
    assert {"committed", "deadlocks", "wal_bytes"} <= found["since"]["counters"].keys()


def test_live_until_q(access: Access) -> None:
    """On a terminal: it draws, draws again, and q leaves the terminal as it was."""
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "top", "--interval", "0.2"],
        cwd=ROOT, env=environment(access) | {"TERM": "xterm"}, stdin=terminal, stdout=terminal, stderr=terminal,
        start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    deadline = time.monotonic() + 60
    shown = ""

    def see() -> str:
        if not select.select([main], [], [], 0.2)[0]:
            return ""
        try:
            return os.read(main, 65536).decode(errors="replace")
        except OSError:  # the other end is closed
            return ""

    try:
        while "calls/s" not in shown and time.monotonic() < deadline:
            shown += see()
        assert "since the statistics were reset" in shown  # the first picture
        assert "calls/s" in shown  # the second
        os.write(main, b"q")
        while process.poll() is None and time.monotonic() < deadline:
            shown += see()
        shown += see()
        assert process.wait(60) == 0, shown
        assert "\x1b[?1049l" in shown  # the alternate screen is left
    finally:
        process.kill()
        process.wait()
        os.close(main)


def glance(at: float, calls: int, committed: int = 0) -> dict[str, Any]:
    line = {
        "endpoint": "get_cart",
        "calls": calls,
        "total_ms": calls * 2.0,
        "worst_ms": 9.0,
        "rows": 1,
        "blocks_read": 0,
    }
    return {"at": at, "counters": {"committed": committed}, "statements": [line]}


def test_rates_are_what_happened_in_between() -> None:
    found = between(glance(100, 10, 5), glance(104, 18, 13))
    assert found["seconds"] == 4
    assert found["counters"] == {"committed": 8}
    assert [(line["calls"], line["mean_ms"]) for line in found["statements"]] == [(8, 2.0)]
    assert between(glance(100, 10), glance(104, 10))["statements"] == []
    # The statistics were reset in between: what is there is new.
    assert [line["calls"] for line in between(glance(100, 10), glance(104, 3))["statements"]] == [3]


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (25e6, "25 MB"), (3e12, "3.0 TB")]
)
def test_sizes(value: float, shown: str) -> None:
    assert size(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.4, "0.4 s"), (61, "61 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_spans(value: float | None, shown: str) -> None:
    assert span(value) == shown
