"""The data of a base backup: verifies them, and unpacks what is compressed or encrypted.

pg_verifybackup reads archives, pg_combinebackup does not: a restore unpacks them first. pg_verifybackup also leaves out
the archive of the log, which the manifest does not name; that one has a checksum beside it. So has what is encrypted:
it is compared without the key, and with the manifest when it was unpacked.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from backups.checksums import checksum_file, matches, write_checksum
from backups.programs import BackupError, run_program
from backups.repository import Backup, Repository
from db.server.embedded import Layout
from db.server.folders import chown_tree

ARCHIVE = "base.tar.gz"
LOG_ARCHIVE = "pg_wal.tar.gz"
ENCRYPTED = "base.tar.gz.age"  # with the log and the manifest in it
MANIFEST = "backup_manifest"
# The folders of a cluster that may be empty. Object stores keep files only, so a copy from there lacks them; without
# pg_tblspc pg_combinebackup fails, without others the server does.
MAYBE_EMPTY = (
    *("pg_commit_ts", "pg_dynshmem", "pg_logical/mappings", "pg_logical/snapshots", "pg_notify", "pg_replslot"),
    *("pg_serial", "pg_snapshots", "pg_stat", "pg_stat_tmp", "pg_subtrans", "pg_tblspc", "pg_twophase"),
    *("pg_wal/archive_status", "pg_wal/summaries"),
)


def separate_log(backup: Path) -> None:
    """Move the archive of the log out of the data that the manifest describes, and write its checksum."""
    log = backup / LOG_ARCHIVE
    (backup / "data" / LOG_ARCHIVE).rename(log)
    write_checksum(log)


def is_compressed(backup: Path) -> bool:
    """Whether the folder of a backup has archives. One of several files is enough: the others may be lost."""
    return (backup / "data" / ARCHIVE).exists() or (backup / LOG_ARCHIVE).exists()


def is_encrypted(backup: Path) -> bool:
    """Whether the folder of a backup has an encrypted archive, or had one."""
    return (backup / "data" / ENCRYPTED).exists() or checksum_file(backup / "data" / ENCRYPTED).exists()


def verify_data(layout: Layout, backup: Path) -> None:
    """Compare the files in the folder of a backup with its manifest. Raises BackupError."""
    if is_encrypted(backup):
        for name in (ENCRYPTED, MANIFEST):
            _require_match(backup / "data" / name)
        return
    if not is_compressed(backup):
        run_program(layout, "pg_verifybackup", "--quiet", backup / "data")
        return
    # Its log is parsed after it was combined: pg_verifybackup cannot do that in an archive.
    run_program(layout, "pg_verifybackup", "--quiet", "--format=tar", "--no-parse-wal", backup / "data")
    _require_match(backup / LOG_ARCHIVE)


def _require_match(path: Path) -> None:
    try:
        if not matches(path):
            raise BackupError(f"{path.name} does not match its checksum")
    except OSError as error:
        raise BackupError(f"{path.name} cannot be read: {error.strerror}") from None


def verify_backup(repository: Repository, layout: Layout, backup: Backup) -> None:
    """The same for a backup of the repository."""
    data = repository.data_of(backup)
    if not data.is_dir():
        raise BackupError(f"{data} is missing")
    try:
        verify_data(layout, data.parent)
    except BackupError as error:
        raise BackupError(f"{backup.id} is damaged: {error}") from None


@contextmanager
def unpacked(repository: Repository, target: Layout, chain: Sequence[Backup]) -> Iterator[list[Path]]:
    """The data folders of these backups; archives are unpacked below `target.restoring`, and removed after."""
    made = Path(tempfile.mkdtemp(prefix="unpacked-", dir=target.restoring))
    try:
        made.chmod(0o711)
        yield [_folder_of(repository, target, backup, made) for backup in chain]
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _folder_of(repository: Repository, target: Layout, backup: Backup, made: Path) -> Path:
    data = repository.data_of(backup)
    encrypted = is_encrypted(data.parent)
    if not encrypted and not is_compressed(data.parent):
        _add_empty_folders(data)
        return data
    folder = made / backup.id
    folder.mkdir(mode=0o700)
    if encrypted:
        _unpack_encrypted(repository, data / ENCRYPTED, folder)
    else:
        for archive, place in ((data / ARCHIVE, folder), (data.parent / LOG_ARCHIVE, folder / "pg_wal")):
            place.mkdir(mode=0o700, exist_ok=True)
            with _told_of(archive), tarfile.open(archive, "r:gz") as content:
                _extract(content, place)
        shutil.copyfile(data / MANIFEST, folder / MANIFEST)
    chown_tree(folder, target.uid, target.gid)
    if encrypted:
        try:
            run_program(target, "pg_verifybackup", "--quiet", folder)
        except BackupError as error:
            raise BackupError(f"{backup.id} is damaged: {error}. Nothing was replaced.") from None
    return folder


def _unpack_encrypted(repository: Repository, archive: Path, folder: Path) -> None:
    with (
        _told_of(archive),
        repository.require_key().opened(archive) as stream,
        tarfile.open(fileobj=stream, mode="r|gz") as content,
    ):
        _extract(content, folder)


def _extract(content: tarfile.TarFile, place: Path) -> None:
    content.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)  # since 3.11.4
    content.extractall(place)  # noqa: S202  # our own archive


@contextmanager
def _told_of(archive: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise BackupError(f"{archive} cannot be unpacked: {error}") from None


def _add_empty_folders(data: Path) -> None:
    owner = data.stat()
    try:
        for name in MAYBE_EMPTY:
            folder = data / name
            if not folder.exists():
                folder.mkdir(mode=0o700, parents=True)
                for made in (folder, folder.parent):
                    os.chown(made, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise BackupError(f"{data} lacks the empty folder {name}, and it cannot be made: {error.strerror}") from None
