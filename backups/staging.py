"""Decrypts the log that a restore replays, into a folder of its own: PostgreSQL's user never has the key.

The folder needs room for these files as they are compressed, and is removed with the rest of the restore's work. What
is not encrypted is linked; that of another server so that it stays, because a backup encrypts it in between.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from backups.checksums import checksum_file
from backups.encryption import AlteredError, WrongKeyError
from backups.log import HISTORY_NAME, SEGMENT, Log, name_on
from backups.programs import BackupError, Say
from backups.recovery import Goal
from backups.repository import Backup, Repository
from db.server.embedded import Layout
from db.server.encrypting import require_archiver

LARGE_RECORD = 2**20  # bytes: a commit that begins so near the end of a segment may continue in the next one


def needed(log: Log, goal: Goal, backup: Backup) -> list[str]:
    """The segments that lead from the end of a backup to the goal."""
    path = log.path_to(goal.window.ends_on)
    names = [name_on(path, number) for number in range(backup.first_segment, goal.window.last_segment + 1)]
    for index, name in enumerate(names if goal.stops_at is not None else ()):
        commit = log.last_commit_in(name)
        if commit is not None and goal.stops_at is not None and commit.moment > goal.stops_at:
            near_its_end = commit.position % SEGMENT > SEGMENT - LARGE_RECORD
            return names[: index + 1 + near_its_end]
    return names


def require_key(repository: Repository, log: Log, goal: Goal, chain: Sequence[Backup]) -> bool:
    """Try the key on what is needed from these backups on; whether some of the log turned out to be damaged.

    Raises BackupError where there is no key, or another one is needed.
    """
    archives = [path for each in chain if (path := repository.archive_of(each)) is not None]
    names = [name for name in needed(log, goal, chain[-1]) if log.is_encrypted(name)]
    if not archives and not names:
        return False
    key = repository.require_key()
    try:
        for archive in archives:
            key.require(archive)
        return log.authenticate(names)
    except WrongKeyError as error:
        raise BackupError(f"{error}: it was encrypted to another one. Nothing was replaced.") from None
    except (AlteredError, OSError):
        return False  # of a base backup: its checksum says the same, and another backup may do


def stage(repository: Repository, log: Log, target: Layout, goal: Goal, backup: Backup) -> Path:
    """The folder from which the log is replayed: the archive itself where nothing is encrypted. Raises BackupError."""
    names = needed(log, goal, backup)
    if not any(log.is_encrypted(name) for name in names):
        return repository.wal
    folder = target.restoring / "log"
    folder.mkdir(mode=0o700)
    os.chown(folder, target.uid, target.gid)
    histories = [name for name in log.files if HISTORY_NAME.fullmatch(name)]
    for name in [*names, *histories]:
        source = log.files.get(name)
        if source is None or log.fault(name) is not None or source in log.rescued:
            continue
        if log.is_encrypted(name):
            _decrypt(repository, log.files[name], folder / f"{name}.gz", target)
            continue
        for path in (source, checksum_file(source)):
            if path.exists():
                _link(path, folder / path.name, target, stays=repository.outside)
    return folder


def _link(source: Path, link: Path, layout: Layout, *, stays: bool) -> None:
    if not stays:
        link.symlink_to(source)
        return
    try:
        link.hardlink_to(source)
    except OSError:  # on another disk
        shutil.copyfile(source, link)
        link.chmod(0o600)
        os.chown(link, layout.uid, layout.gid)


def _decrypt(repository: Repository, source: Path, target: Path, layout: Layout) -> None:
    try:
        with repository.require_key().opened(source) as stream, target.open("xb") as file:
            shutil.copyfileobj(stream, file, 2**20)
        target.chmod(0o600)
        os.chown(target, layout.uid, layout.gid)
    except OSError as error:
        raise BackupError(
            f"the log file {target.stem} cannot be decrypted: {error.strerror}. Nothing was replaced."
        ) from None
    except AlteredError as error:
        raise BackupError(f"{error}. Nothing was replaced.") from None


def recipients_after(repository: Repository, say: Say) -> list[str]:
    """To whom the restored cluster encrypts its log. Raises BackupError where it would archive readable log."""
    if repository.recipients or not repository.backups()[-1].encrypted:
        recipients = repository.recipients
    else:
        recipients = repository.require_key().recipients
        if not recipients:
            raise BackupError(
                "the restored cluster would archive its log readable, because STOREPROC_BACKUPS_ENCRYPT_TO is not set: "
                "set it. Nothing was replaced."
            )
        say("the restored cluster encrypts its log to the given key: STOREPROC_BACKUPS_ENCRYPT_TO is not set here")
    if recipients:
        require_archiver(repository.layout, repository.wal, recipients)
    return recipients
