"""Checksums of the repository's files: the SHA-256 of FILE is in FILE.sha256, as `sha256sum --check` reads it.

The archive command (db/server/configuration.py) writes those of the log in the same form. Lines that begin with `#` are
comments, which `sha256sum` skips: what an encrypted segment contains (db/server/archive_log.py).
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

SUFFIX = ".sha256"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)\n?")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum_file(path: Path) -> Path:
    """Where the checksum of a file is kept."""
    return path.with_name(path.name + SUFFIX)


def write_checksum(path: Path, known: str | None = None) -> None:
    """Write a file's checksum, which may be known, beside it, and sync it."""
    with checksum_file(path).open("w") as file:
        file.write(f"{known or digest(path)}  {path.name}\n")
        file.flush()
        os.fsync(file.fileno())


def matches(path: Path) -> bool | None:
    """Whether the file is what its checksum says; None where it has no checksum, as in repositories of older versions.

    A checksum that cannot be understood does not match.
    """
    text = _text_of(path)
    if text is None:
        return None
    line = _LINE.fullmatch("".join(line for line in text.splitlines(keepends=True) if not line.startswith("#")))
    return line is not None and line[2] == path.name and line[1] == digest(path)


def _text_of(path: Path) -> str | None:
    final = checksum_file(path)
    # That of an encrypted segment is complete before the segment has its name, and has its own a moment after it.
    draft = [final.with_name(f"{final.name}.tmp"), final] if path.suffix == ".age" else []
    for file in (final, *draft):
        try:
            return file.read_text(errors="replace")
        except FileNotFoundError:
            continue
    return None
