"""Archives one file of the write-ahead log, encrypted: PostgreSQL's archive_command where the backups are encrypted.

    archive_log.py FOLDER PG_WALDUMP PATH RECIPIENT…

PostgreSQL's user runs it, perhaps with another Python and from a copy of this file: it needs nothing of storeproc, only
pyrage beside it or installed. What it makes of a segment:

    <segment>.gz.age         compressed, then encrypted: `age --decrypt --identity KEY FILE | gzip -d` reads it
    <segment>.gz.age.sha256  the SHA-256 of that file, as `sha256sum --check` reads it; and as comments what a machine
                             without the key must know: the SHA-256 of the segment, and its last commit

The history of a timeline (where it left which other one) stays readable: it tells what is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SEGMENT_NAME = re.compile(r"[0-9A-F]{24}")
READABLE = re.compile(r"[0-9A-F]{8}\.history")
COMMIT = re.compile(
    r"lsn: ([0-9A-F]+/[0-9A-F]+),.*desc: COMMIT (?:PREPARED )?.*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC"
)
NOTE = re.compile(r"^# (segment|last commit): (.+)$", re.MULTILINE)
NO_COMMIT = "none"


def last_commit(program: Path, segment: Path) -> str:
    """The time (UTC) and position of the last commit in a segment, or `none`."""
    shown = subprocess.run(
        [program, "--rmgr=Transaction", segment],
        capture_output=True,
        text=True,
        check=False,  # pg_waldump reports the end of the log as an error
        env={"TZ": "UTC", "LC_ALL": "C"},
    ).stdout
    found = COMMIT.findall(shown)
    return f"{found[-1][1]} {found[-1][0]}" if found else NO_COMMIT


def notes(checksum: str) -> dict[str, str]:
    """The comments in the text of a checksum file."""
    return dict(NOTE.findall(checksum))


def find_recipient(text: str) -> Any:
    """The recipient with this public key. Raises ValueError where it is none."""
    import pyrage

    for kind in (pyrage.x25519, pyrage.ssh):
        try:
            return kind.Recipient.from_str(text.strip())
        except pyrage.RecipientError:
            continue
    raise ValueError(f"{text.strip()} is not a public key of age (age1…) or of SSH (ssh-ed25519 …, ssh-rsa …)")


class Hashed:
    """A file that is written, and its SHA-256."""

    def __init__(self, file: Any) -> None:
        self.file, self.sha256 = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write, and count the bytes in."""
        self.sha256.update(data)
        self.file.write(data)
        return len(data)

    def flush(self) -> None:
        """Part of the interface that pyrage needs."""
        self.file.flush()


class Compressed:
    """Pieces of bytes as a file to read, compressed as `gzip -1` does, and the SHA-256 of what goes in."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.sha256 = pieces, hashlib.sha256()
        self._gzip, self._waiting, self._ended = zlib.compressobj(1, zlib.DEFLATED, 31), bytearray(), False

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._ended and (size < 0 or len(self._waiting) < size):
            piece = next(self.pieces, None)
            if piece is None:
                self._waiting += self._gzip.flush()
                self._ended = True
            else:
                self.sha256.update(piece)
                self._waiting += self._gzip.compress(piece)
        taken = bytes(self._waiting if size < 0 else self._waiting[:size])
        del self._waiting[: len(taken)]
        return taken


def pieces_of(path: Path) -> Iterator[bytes]:
    """The content of a file, in pieces."""
    with path.open("rb") as file:
        while piece := file.read(2**18):
            yield piece


def archive(folder: Path, waldump: Path, path: Path, recipients: Sequence[str]) -> None:
    """Archive a file under its name. Raises ValueError where the folder has another one of that name, and OSError."""
    if READABLE.fullmatch(path.name):
        _archive_readable(folder, path)
    elif (plain := folder / f"{path.name}.gz").exists():  # from before the log was encrypted
        _require_equal(plain, _digest(decompressed(plain)), path)
    else:
        archive_encrypted(folder, waldump, path, recipients)
    if "." not in path.name:
        _replace(folder / "newest", f"{path.name}\n".encode())
    sync_folder(folder)


def archive_encrypted(folder: Path, waldump: Path, path: Path, recipients: Sequence[str]) -> None:
    """Write the encrypted file and its checksum. Raises as `archive` does."""
    import pyrage

    target = folder / f"{path.name}.gz.age"
    checksum, draft = Path(f"{target}.sha256"), Path(f"{target}.tmp")
    checksum_draft = Path(f"{checksum}.tmp")
    if target.exists():
        # A second time, after a crash. Without the key the content cannot be read; its SHA-256 is beside it.
        if not checksum.exists() and checksum_draft.exists():
            checksum_draft.replace(checksum)
        told = notes(checksum.read_text(errors="replace")) if checksum.exists() else {}
        _require_equal(target, told.get("segment"), path)
        return
    checksum.unlink(missing_ok=True)
    content = Compressed(pieces_of(path))
    with draft.open("wb") as file:
        written = Hashed(file)
        try:
            pyrage.encrypt_io(content, written, [find_recipient(text) for text in recipients])
        except pyrage.EncryptError as error:  # such as a full disk
            raise OSError(str(error)) from None
        file.flush()
        os.fsync(file.fileno())
    lines = [f"{written.sha256.hexdigest()}  {target.name}", f"# segment: {content.sha256.hexdigest()}"]
    if SEGMENT_NAME.fullmatch(path.name):
        lines.append(f"# last commit: {last_commit(waldump, path)}")
    # The checksum is complete before the file has its name, and has its own after it: a checksum without a file always
    # means that the file was removed.
    _write(checksum_draft, "".join(f"{line}\n" for line in lines).encode())
    draft.replace(target)
    sync_folder(folder)
    checksum_draft.replace(checksum)


def _archive_readable(folder: Path, path: Path) -> None:
    target = folder / f"{path.name}.gz"
    checksum = Path(f"{target}.sha256")
    if target.exists():
        _require_equal(target, _digest(decompressed(target)), path)
    else:
        checksum.unlink(missing_ok=True)
        _replace(target, Compressed(pieces_of(path)).read())
    if not checksum.exists():
        _replace(checksum, f"{_digest(pieces_of(target))}  {target.name}\n".encode())


def _require_equal(target: Path, digest: str | None, path: Path) -> None:
    if digest != _digest(pieces_of(path)):
        raise ValueError(f"{target} is not the same as {path}, and is not overwritten")


def _digest(pieces: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


def decompressed(path: Path) -> Iterator[bytes]:
    """The content of a compressed file, in pieces. Raises ValueError or zlib.error where it is damaged."""
    unzip = zlib.decompressobj(31)
    for piece in pieces_of(path):
        yield unzip.decompress(piece)
    if not unzip.eof:
        raise ValueError(f"{path} is damaged")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    draft = Path(f"{path}.tmp")
    _write(draft, content)
    draft.replace(path)


def sync_folder(folder: Path) -> None:
    """fsync a folder, so that a rename in it survives a crash."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


if __name__ == "__main__":
    os.umask(0o077)
    sys.path.insert(0, str(Path(__file__).parent / "lib"))  # a copy of pyrage (encrypting.py)
    _, _archive, _program, _path, *_recipients = sys.argv
    if _path == "--try":  # can this user encrypt at all?
        with tempfile.TemporaryFile() as _file:
            import pyrage

            _file.write(pyrage.encrypt(b"", [find_recipient(text) for text in _recipients]))
        sys.exit()
    try:
        archive(Path(_archive), Path(_program), Path(_path), _recipients)
    except (OSError, ValueError, zlib.error) as _error:
        sys.exit(f"archive_log.py: {_error}")
