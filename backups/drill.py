"""Restores the latest state of the store's own backups beside it, as a proof that they can be restored."""

from __future__ import annotations

import shutil
from pathlib import Path

from backups.programs import BackupError, Say, folder_size
from backups.recovery import Proof
from backups.repository import Repository
from backups.restore import Request, Restored, restore_backup
from db.server.embedded import find_layout
from db.server.supervisor import Server

NAME = ".storeproc-drill"  # hidden: a copy to another place that runs meanwhile leaves it out


def is_possible(repository: Repository) -> bool:
    """Whether the key of the last backup is here, if it needs one."""
    known = repository.backups()
    return repository.key is not None or not known or not known[-1].encrypted


def run_drill(repository: Repository, place: Path, prove: Proof, say: Say) -> tuple[Restored, int]:
    """Restore into a folder in `place`, check every invariant, and remove it; returns the result and its bytes.

    The store keeps running and is not touched. Raises BackupError where anything is not as it should be.
    """
    folder = drill_folder(repository, place)
    home = find_layout(folder, say).home  # elsewhere, where the database's user cannot enter the folder
    with repository.drilling():
        _remove_leftover(folder, home)
        try:
            done = restore_backup(repository, Request(into=folder), secret=None, prove=prove, say=say)
            return done, folder_size(done.cluster)
        finally:
            _remove(folder, home)


def drill_folder(repository: Repository, place: Path) -> Path:
    """The folder of a repository's drills; shops with neighbouring data folders have different ones."""
    mark = repository.folder / "system"
    if not mark.exists():
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    return place / f"{NAME}-{mark.read_text().strip()}"


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftover(folder: Path, home: Path) -> None:
    """Remove what a drill left that was killed. Raises BackupError where one is still running."""
    if not (folder / "lock").exists():
        return
    server = Server(folder)
    server.layout = find_layout(folder)
    if not server.lock("drill"):
        raise BackupError(f"a drill is running in {folder} (process {server.holder()}): wait until it has ended.")
    try:
        server.end_predecessor()
        _remove(folder, home)
    finally:
        server.stop()
