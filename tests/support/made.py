"""A data folder with the schema, for tests that break a whole server: a copy of one that is made once in a run."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

from db.deploy import migrate
from db.server.supervisor import Server

SECRET = "test" * 16


def make_store(data: Path) -> None:
    """Makes a data folder of a store that does not run; its secret is SECRET.

    A copy takes 0.2 s of CPU, initdb and migrate 3.7. Starting from nothing is shown by tests/cli/test_up.py and
    tests/deployment/test_upgrade.py.
    """
    run = os.environ.get("STOREPROC_TEST_DATA")  # `make prove` has none
    if run is None:
        _make(data)
        return
    made = Path(run) / "made"
    with Path(run, "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test files run side by side
        if not made.exists():
            draft = Path(run) / "made.new"
            _make(draft)
            draft.rename(made)
    data.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{made}/.", data], check=True)


def _make(data: Path) -> None:
    data.mkdir(exist_ok=True, mode=0o700)
    (data / "secret").touch(mode=0o600)
    (data / "secret").write_text(SECRET + "\n")
    with Server(data, settings={"fsync": "off", "full_page_writes": "off"}) as access:
        migrate.migrate(access)
