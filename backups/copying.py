"""Copies the folder of the backups to another place, with a command of the shop's own."""

from __future__ import annotations

import subprocess
import time

from backups.outside import encrypt_readable_log
from backups.programs import BackupError, Say
from backups.repository import Repository


def copy_away(repository: Repository, command: str, say: Say) -> None:
    """Run the command in a shell, with the folder as `$1`, while no backup is made or removed.

    Its output goes where this process writes. Raises BackupError where it fails.
    """
    started = time.monotonic()
    with repository.locked():
        if repository.outside and repository.recipients:
            encrypt_readable_log(repository, say)
        status = subprocess.run(["/bin/sh", "-c", command, "storeproc", repository.folder], check=False).returncode
    if status != 0:
        raise BackupError(
            f"the backups in {repository.folder} are complete, but STOREPROC_BACKUPS_COPY failed with exit status "
            f"{status}: `storeproc backup copy` tries it again."
        )
    say(f"copied {repository.folder} with STOREPROC_BACKUPS_COPY ({time.monotonic() - started:.1f} s)")
