"""Encrypts and decrypts files of the backups with age (age-encryption.org), through pyrage.

Who makes backups has public keys only. The key that reads them is a file, which is named for a restore. age
authenticates: what is not exactly what was encrypted is refused.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from backups.programs import BackupError
from db.server.archive_log import Hashed, find_recipient

SUFFIX = ".age"


class WrongKeyError(BackupError):
    """The file was encrypted to another key."""


class AlteredError(BackupError):
    """The file is not what was encrypted."""


def parse_recipients(text: str) -> list[str]:
    """Public keys, separated by commas or line ends. Raises ValueError where one is not understood."""
    found = [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]
    for each in found:
        find_recipient(each)
    return found


def encrypt(source: Any, target: Path, recipients: Sequence[str]) -> str:
    """Encrypt what can be read from `source` into a new file, and sync it; returns its SHA-256. Raises BackupError."""
    with target.open("xb") as file:
        written = Hashed(file)
        try:
            pyrage.encrypt_io(source, written, [find_recipient(text) for text in recipients])
        except pyrage.EncryptError as error:
            raise BackupError(f"{target.name} cannot be written: {error}") from None
        file.flush()
        os.fsync(file.fileno())
    return written.sha256.hexdigest()


class Key:
    """The private keys in a file: of age, as `age-keygen` writes them, or one of SSH without a passphrase."""

    def __init__(self, file: Path) -> None:
        """Raises BackupError where the file has no key that can be used."""
        self.file = file
        try:
            content = file.read_bytes()
        except OSError as error:
            raise BackupError(f"the key {file} (STOREPROC_BACKUPS_IDENTITY) cannot be read: {error.strerror}") from None
        try:
            self._identities = _identities_of(content)
        except (pyrage.IdentityError, ValueError):
            self._identities = []
        if not self._identities:
            raise BackupError(
                f"{file} (STOREPROC_BACKUPS_IDENTITY) has no key of age (AGE-SECRET-KEY-…) "
                "or of SSH (without a passphrase)"
            )

    @property
    def recipients(self) -> list[str]:
        """The public keys, as far as they can be derived: those of age's keys."""
        return [str(each.to_public()) for each in self._identities if hasattr(each, "to_public")]

    def read(self, path: Path) -> bytes:
        """The content of a file that fits into memory. Raises WrongKeyError, AlteredError or OSError."""
        pieces: list[bytes] = []
        self._decrypt(path, pieces.append)
        return b"".join(pieces)

    def segment(self, path: Path) -> bytes:
        """The same of a file of the log, which is compressed."""
        try:
            return zlib.decompress(self.read(path), 31)
        except zlib.error:
            raise AlteredError(f"{path} is damaged: it was encrypted so") from None

    def require(self, path: Path) -> None:
        """Raises WrongKeyError where the file was encrypted to another key, or OSError; reads its beginning only."""

        def stop(_: bytes) -> None:
            raise _EnoughError

        with suppress(_EnoughError):
            self._decrypt(path, stop)

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        """A file of any size, as a stream. All of it is read at the end, and only then known to be authentic.

        Raises WrongKeyError, AlteredError or OSError; one of these hides what reading a part of it led to.
        """
        reading, writing = os.pipe()
        with ThreadPoolExecutor(1) as pool:
            with open(reading, "rb") as stream:  # noqa: PTH123  # a number, not a path
                done = pool.submit(self._pour, path, writing)
                try:
                    yield stream
                    while stream.read(2**20):
                        pass
                except BaseException:
                    stream.close()
                    if isinstance(reason := done.exception(), BackupError):
                        raise reason from None
                    raise
            done.result()

    def _pour(self, path: Path, writing: int) -> None:
        with open(writing, "wb", buffering=0) as pipe:
            self._decrypt(path, pipe.write)

    def _decrypt(self, path: Path, take: Any) -> None:
        taker = _Taker(take)
        with path.open("rb") as file:
            try:
                pyrage.decrypt_io(file, taker, self._identities)
            except (pyrage.DecryptError, OSError) as error:
                if taker.error is not None:
                    raise taker.error from None
                if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
                    raise WrongKeyError(f"the key {self.file} does not open {path}") from None
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                raise AlteredError(f"{path} is damaged: it is not what was encrypted") from None


class _EnoughError(Exception):
    """Stops decryption after its beginning."""


class _Taker:
    """A file to write, which remembers its error: pyrage does not tell it from those of the content."""

    def __init__(self, take: Any) -> None:
        self.take = take
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self.take(data)
        except Exception as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        pass


def _identities_of(content: bytes) -> list[Any]:
    if content.lstrip().startswith(b"-----BEGIN"):
        return [pyrage.ssh.Identity.from_buffer(content)]
    lines = [line.strip() for line in content.decode().splitlines()]
    return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
