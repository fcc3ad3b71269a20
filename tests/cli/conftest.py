"""The storeproc command, and what it needs: a data folder, a port, a database."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.server.access import Access
from tests.support.forks import run_storeproc

ROOT = Path(__file__).parents[2]


def environment(**changes: str) -> dict[str, str]:
    ours = (
        "HOST",
        "PORT",
        "PUBLIC_URL",
        "DATABASE_URL",
        "STOREPROC_DATA",
        "STOREPROC_SECRET",
        "STOREPROC_ENVIRONMENT",
        "WEB_CONCURRENCY",
    )
    return {name: value for name, value in os.environ.items() if name not in ours} | {"PYTHONUNBUFFERED": "1"} | changes


def storeproc(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return run_storeproc(arguments, environment(**changes))


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="storeproc-cli-", dir=os.environ["STOREPROC_TEST_DATA"]))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago; tests that start a store on it take it at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def on(access: Access, **changes: str) -> dict[str, str]:
    """The settings that lead a command to a database of the test server."""
    return {"DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret, **changes}


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """What it said, which is one line, with a status that is not 0."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("storeproc: ")
    return lines[0]
