"""The README's way to restore on a new machine, as it is written there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from db.deploy import migrate
from tests.backups.conftest import OURS, ROOT, Store, archived

README = (ROOT / "backups/README.md").read_text()
Run = Callable[..., subprocess.CompletedProcess[str]]


def test_one_command_and_the_folder(store: Store, run: Run, folder: Path) -> None:
    access = store.start()
    migrate.migrate(access)  # the real invariants are checked
    store.back_up(access)
    store.note(access, "a")
    store.back_up(access)
    store.note(access, "b")
    archived(store, access)
    store.stop()

    machine = folder / "machine"
    machine.mkdir()
    machine.chmod(0o755)
    # Copied by another user, with other owners.
    subprocess.run(["cp", "-r", store.folder, machine / "backups"], check=True)
    shutil.rmtree(store.data.parent)
    (section,) = re.findall(r"^### On a new machine\n(.*?)^###? ", README, re.MULTILINE | re.DOTALL)
    (command,) = re.findall(r"^    (\S.*)$", section, re.MULTILINE)
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PG")}
    done = subprocess.run(
        ["bash", "-c", command.replace("/mnt/backups", str(machine / "backups"))],
        cwd=machine,
        env=kept
        | {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "STOREPROC_DATA": str(machine / "data"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "invariants hold" in done.stdout
    there = Store(machine)
    access = there.start()
    assert there.notes(access) == "a b"
    archived(there, access)  # the folder can be written again
    there.stop()
