"""A base backup that is encrypted on its way: nothing of it is ever written to the folder in a readable form.

pg_basebackup writes one archive to its standard output, with the log of the backup's duration and the manifest in it.
The manifest is also kept beside it, readable: the next incremental backup needs it, on a machine without the key.
"""

from __future__ import annotations

import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg

from backups.archives import ENCRYPTED, MANIFEST
from backups.checksums import write_checksum
from backups.encryption import encrypt
from backups.programs import BackupError

BLOCK = tarfile.BLOCKSIZE


class Watched:
    """An archive that is read, and what is in it: the size of each file, and the content of the manifest."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.sizes: dict[str, int] = {}
        self.manifest = bytearray()
        self._unzip = zlib.decompressobj(31)
        self._waiting = bytearray()
        self._left = self._kept = 0  # bytes of the present file with its padding, and those of them to keep

    def read(self, size: int = -1) -> bytes:
        """What the archive itself gives."""
        data = self.stream.read(size)
        if data:
            self._watch(self._unzip.decompress(data))
        return data

    def _watch(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            if self._left:
                piece = min(self._left, len(data) - at)
                kept = min(self._kept, piece)
                self.manifest += data[at : at + kept]
                self._left, self._kept, at = self._left - piece, self._kept - kept, at + piece
                continue
            piece = min(BLOCK - len(self._waiting), len(data) - at)
            self._waiting += data[at : at + piece]
            at += piece
            if len(self._waiting) == BLOCK:
                self._begin(bytes(self._waiting))
                self._waiting.clear()

    def _begin(self, header: bytes) -> None:
        if not any(header):
            return  # the end
        file = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
        size = file.size if file.isreg() else 0
        self._left = -(-size // BLOCK) * BLOCK
        self._kept = size if file.name == MANIFEST else 0
        self.sizes[file.name] = size

    def missing(self) -> list[str]:
        """The files of the manifest that are not in the archive, or are there with another size."""
        files = json.loads(self.manifest)["Files"]
        return [each["Path"] for each in files if "Path" in each and self.sizes.get(each["Path"]) != each["Size"]]


def write_encrypted(output: IO[bytes], data: Path, recipients: Sequence[str], owner: tuple[int, int]) -> None:
    """Encrypt an archive of pg_basebackup into a new folder; the manifest is beside it. Raises BackupError."""
    data.mkdir(mode=0o700)
    watched = Watched(output)
    write_checksum(data / ENCRYPTED, encrypt(watched, data / ENCRYPTED, recipients))
    if not watched.manifest:
        return  # pg_basebackup has failed, and says why
    if missing := watched.missing():
        raise BackupError(f"the archive of pg_basebackup lacks {len(missing)} files, such as {missing[0]}")
    with (data / MANIFEST).open("wb") as file:
        file.write(watched.manifest)
        file.flush()
        os.fsync(file.fileno())
    write_checksum(data / MANIFEST)
    for path in [data, *data.iterdir()]:
        os.chown(path, *owner)


@contextmanager
def log_is_kept(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Keep the log that is written during the backup: it is read from the server at the backup's end."""
    name = f"storeproc_backup_{connection.info.backend_pid}"
    connection.execute("SELECT pg_create_physical_replication_slot(%s, true, true)", [name])
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
