"""Encrypts the log of a server that is not the embedded one, and archives by itself, compressed but readable."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

from backups.checksums import checksum_file, matches
from backups.programs import BackupError, Say, sync_folder
from backups.repository import Repository
from db.server.archive_log import READABLE, archive_encrypted, decompressed


def encrypt_readable_log(repository: Repository, say: Say) -> None:
    """Encrypt what is readable in the archive. What is damaged is left to those who check it. Raises BackupError."""
    readable = [path for path in sorted(repository.wal.glob("*.gz")) if not READABLE.fullmatch(path.stem)]
    done = 0
    try:
        for path in readable:
            if matches(path) is not False:
                done += _encrypt(repository, path)
        sync_folder(repository.wal)
    except OSError as error:
        raise BackupError(f"the log in {repository.wal} cannot be encrypted: {error}") from None
    if done:
        say(f"encrypted {done} log segments that the server has archived")


def _encrypt(repository: Repository, path: Path) -> bool:
    with tempfile.TemporaryDirectory(prefix="storeproc-wal-") as folder:
        segment = Path(folder) / path.stem
        try:
            with segment.open("wb") as file:
                file.writelines(decompressed(path))
            archive_encrypted(repository.wal, repository.layout.program("pg_waldump"), segment, repository.recipients)
        except (ValueError, zlib.error):
            return False
    # First the checksum: one without a file means that the file was lost.
    checksum_file(path).unlink(missing_ok=True)
    path.unlink()
    return True
