"""schedule.sh, the backup service of docker-compose.yml, beside an embedded store."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.backups.conftest import OURS, ROOT, Store

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_copy_that_failed_is_made_again_without_another_backup(store: Store, run: Run, folder: Path) -> None:
    store.back_up(store.start())
    tried, log = folder / "tried", folder / "job.log"
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {
        "PATH": f"{folder}/bin:{os.environ['PATH']}",  # storeproc is there: `run` has made it
        "PYTHONPATH": str(ROOT),
        "STOREPROC_DATA": str(store.data),
        "STOREPROC_BACKUPS": str(store.folder),
        "STOREPROC_BACKUPS_COPY": f"test -e {tried} || {{ touch {tried}; exit 7; }}",
        "DUMP_EVERY": "9999999999",
        "VERIFY_EVERY": "0",
        "DRILL_EVERY": "0",
        "RETRY_AFTER": "0",
    }
    with log.open("wb") as out:
        job = subprocess.Popen([ROOT / "backups" / "schedule.sh"], env=environment, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 180  # each command starts a Python
        while not (store.folder / "dumps" / ".last-copy").exists():
            assert job.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
    finally:
        job.terminate()
        job.wait(30)
    assert "the copy failed; retrying" in log.read_text()
    assert len(store.repository.backups()) == 2, "one before, one by the job"
