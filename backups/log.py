"""Reads the write-ahead log that is kept for restores: which segments there are, whether they are sound, how far they
reach, when a transaction was committed last."""

from __future__ import annotations

import gzip
import os
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from backups.checksums import SUFFIX, checksum_file, matches, write_checksum
from backups.encryption import SUFFIX as AGE
from backups.encryption import AlteredError, Key, WrongKeyError
from backups.programs import Say
from db.server.archive_log import NO_COMMIT, last_commit, notes
from db.server.embedded import Layout
from db.server.encrypting import run_archiver

SEGMENT = 16 * 2**20  # bytes; initdb's default, which the embedded server keeps
SEGMENT_NAME = re.compile(r"[0-9A-F]{24}")
ENDS = (".gz", f".gz{AGE}")  # of the files in the archive
NOTED = "last commit"  # the comment in a checksum
HISTORY_NAME = re.compile(r"[0-9A-F]{8}\.history")


class Turn(NamedTuple):
    """A timeline, and the log position in bytes at which it leaves the timeline before it."""

    timeline: int
    begin: int


class Commit(NamedTuple):
    """When a transaction was committed, and the log position in bytes of the record that says so."""

    moment: datetime
    position: int


def position(text: str) -> int:
    """The number of bytes before a log position such as 16/B374D848."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int) -> str:
    """The file name of a segment, without `.gz`."""
    return f"{timeline:08X}{number // 256:08X}{number % 256:08X}"


def segment_number(name: str) -> int:
    """The number of a segment from its file name; it is the same on all timelines."""
    return int(name[8:16], 16) * 256 + int(name[16:24], 16)


def timeline_of(name: str) -> int:
    """The timeline of a segment or history file from its name."""
    return int(name[:8], 16)


def name_on(path: Sequence[Turn], number: int) -> str:
    """The file name of a segment on a path of timelines."""
    return segment_name(next(turn.timeline for turn in reversed(path) if turn.begin // SEGMENT <= number), number)


class Log:
    """The archived segments, and with `cluster` also those of a data folder that are not in the archive, or only in a
    damaged state.

    `names` are those of all files that there are or have been; `rescued` are the files that exist in the cluster only.
    """

    def __init__(self, archive: Path, layout: Layout, cluster: Path | None = None, *, key: Key | None = None) -> None:
        """`key` reads encrypted segments. Without it their last commit is what the archiver noted."""
        self.layout, self._key = layout, key
        self._commits: dict[str, Commit | None] = {}
        self._faults: dict[str, str | None] = {}
        # A checksum of a file that is gone, and `newest`, tell that it was archived. They are written after the file,
        # so they are read before it: a server may be archiving.
        sums = (path for end in ENDS for path in archive.glob(f"*{end}{SUFFIX}"))
        self.names = {_name_of(path.name.removesuffix(SUFFIX)) for path in sums}
        with suppress(OSError, ValueError):
            newest = (archive / "newest").read_text().strip()
            self.names |= {newest} if SEGMENT_NAME.fullmatch(newest) else set()
        found = (path for end in ENDS for path in sorted(archive.glob(f"*{end}")))
        self.files: dict[str, Path] = {_name_of(path.name): path for path in found}
        self.names |= self.files.keys()
        self.rescued: list[Path] = []
        for path in sorted((cluster / "pg_wal").iterdir()) if cluster is not None else ():
            if (HISTORY_NAME.fullmatch(path.name) or self._is_written(path)) and self.fault(path.name) is not None:
                self.files[path.name] = path
                self._faults[path.name] = None
                self.names |= {path.name}
                self.rescued.append(path)

    @staticmethod
    def _is_written(path: Path) -> bool:
        """PostgreSQL renames old segments for later use: their first page still carries the old position."""
        if not SEGMENT_NAME.fullmatch(path.name):
            return False
        with path.open("rb") as file:
            return _has_position(file.read(16), path.name)

    @property
    def segments(self) -> list[str]:
        """The names of the segments that are there, sound or not."""
        return sorted(name for name in self.files if SEGMENT_NAME.fullmatch(name))

    @property
    def without_checksum(self) -> list[str]:
        """The segments of the archive that have no checksum: an older version archived them."""
        paths = {name: self._file(name) for name in self.segments}
        return [name for name, path in paths.items() if path.suffix and not checksum_file(path).exists()]

    def is_encrypted(self, name: str) -> bool:
        """Whether a file is there and encrypted."""
        return name in self.files and self._file(name).suffix == AGE

    def _file(self, name: str) -> Path:
        """The file, which a backup may have encrypted since it was found: verifications and drills run beside it."""
        path = self.files[name]
        if path.suffix == ".gz" and not path.exists() and (now := path.with_name(path.name + AGE)).exists():
            self.files[name] = now
        return self.files[name]

    @property
    def without_note(self) -> list[str]:
        """The encrypted segments whose last commit only the key can tell."""
        encrypted = [name for name in self.segments if self.is_encrypted(name)]
        return [name for name in encrypted if NOTED not in self._notes_of(name)]

    def _notes_of(self, name: str) -> dict[str, str]:
        try:
            return notes(checksum_file(self.files[name]).read_text(errors="replace"))
        except OSError:
            return {}

    @property
    def timelines(self) -> set[int]:
        """The timelines that have at least one segment, or have had one."""
        return {timeline_of(name) for name in self.names if SEGMENT_NAME.fullmatch(name)}

    def last_number(self, timeline: int) -> int:
        """The number of the last segment of a timeline that is known, also if it is gone; -1 where it has none."""
        prefix = f"{timeline:08X}"
        known = (name for name in self.names if SEGMENT_NAME.fullmatch(name) and name.startswith(prefix))
        return max(map(segment_number, known), default=-1)

    def read(self, name: str) -> bytes:
        """The content of a segment or history file, decrypted and decompressed.

        Raises WrongKeyError or AlteredError for an encrypted one.
        """
        path = self._file(name)
        if path.suffix == AGE:
            if self._key is None:
                raise WrongKeyError(f"{path} is encrypted, and the key is not here")
            return self._key.segment(path)
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

    def fault(self, name: str) -> str | None:
        """Why a file cannot be used (`missing`, `damaged` or `unreadable`); None where it can."""
        if name not in self._faults:
            self._faults[name] = self._find_fault(name)
        return self._faults[name]

    def _find_fault(self, name: str) -> str | None:
        if name not in self.files:
            return "missing"
        path = self._file(name)
        try:
            sound = matches(path)
            if sound is None:  # of an older version: gzip's own checksum tells
                content = self.read(name)
                sound = not SEGMENT_NAME.fullmatch(name) or (
                    len(content) == SEGMENT and _has_position(content[:16], name)
                )
        except (gzip.BadGzipFile, EOFError, zlib.error, AlteredError):
            return "damaged"
        except (OSError, WrongKeyError):
            return "unreadable" if self._file(name) == path else self._find_fault(name)
        return None if sound else "damaged"

    def check(self, say: Say) -> dict[str, str]:
        """Check every file that there is or has been; returns those that cannot be used, and why."""
        told = time.monotonic()
        for number, name in enumerate(sorted(self.names), 1):
            self.fault(name)
            if time.monotonic() - told > 2:
                told = time.monotonic()
                say(f"checked {number} of {len(self.names)} files of the log")
        return {name: fault for name, fault in sorted(self._faults.items()) if fault is not None and name in self.names}

    def authenticate(self, names: Iterable[str]) -> bool:
        """Decrypt these files, as far as they are encrypted and sound; whether one of them is not what was encrypted.

        That one counts as damaged from then on. Raises WrongKeyError.
        """
        before = dict(self._faults)
        for name in names:
            if self.is_encrypted(name) and self.fault(name) is None:
                try:
                    self.read(name)
                except AlteredError:
                    self._faults[name] = "damaged"
                except OSError:
                    self._faults[name] = "unreadable"
        return any(before.get(name) is None and fault for name, fault in self._faults.items())

    def path_to(self, timeline: int) -> list[Turn]:
        """The timelines that lead to this one, from its history file, the oldest first."""
        turns, begin = [], 0
        history = f"{timeline:08X}.history"
        if self.fault(history) is None:
            for line in self.read(history).decode().splitlines():
                if match := re.match(r"\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", line):
                    turns.append(Turn(int(match[1]), begin))
                    begin = position(match[2])
        return [*turns, Turn(timeline, begin)]

    def reach(self, path: Sequence[Turn], first: int) -> int | None:
        """The number of the last segment after `first` without a gap; None where `first` is missing or damaged."""
        number = first
        while self.fault(name_on(path, number)) is None:
            number += 1
        return number - 1 if number > first else None

    def last_commit(self, path: Sequence[Turn], first: int, last: int) -> Commit | None:
        """The last commit in the segments `first` to `last`."""
        for number in range(last, first - 1, -1):
            if found := self.last_commit_in(name_on(path, number)):
                return found
        return None

    def last_commit_in(self, name: str) -> Commit | None:
        """The last commit in one segment."""
        if name not in self._commits:
            self._commits[name] = self._read_last_commit(name)
        return self._commits[name]

    def _read_last_commit(self, name: str) -> Commit | None:
        try:
            content = self.read(name)
        except WrongKeyError:  # no key, or of a part of the log that may not be needed
            return _commit_of(self._notes_of(name).get(NOTED, NO_COMMIT))
        with tempfile.TemporaryDirectory(prefix="storeproc-wal-") as folder:
            (Path(folder) / name).write_bytes(content)
            return _commit_of(last_commit(self.layout.program("pg_waldump"), Path(folder) / name))


def _name_of(file: str) -> str:
    """The name of the segment (or history) whose file in the archive this is."""
    return file.removesuffix(AGE).removesuffix(".gz")


def _commit_of(text: str) -> Commit | None:
    try:
        day, time_of_day, where = text.split()
        return Commit(datetime.fromisoformat(f"{day} {time_of_day}").replace(tzinfo=UTC), position(where))
    except ValueError:  # none, or a note that is damaged
        return None


def add_to_archive(archive: Path, path: Path, layout: Layout, recipients: Sequence[str]) -> None:
    """Put a complete file of a cluster's pg_wal into an archive, with its checksum, in place of a damaged one.

    Raises OSError.
    """
    target = archive / f"{path.name}.gz"
    if recipients:
        for old in (target, target.with_name(target.name + AGE)):
            old.unlink(missing_ok=True)
            checksum_file(old).unlink(missing_ok=True)
        newest = archive / "newest"
        kept = newest.read_bytes() if newest.exists() else None
        done = run_archiver(layout, archive, str(path), recipients)
        if done.returncode != 0:
            raise OSError(0, done.stderr.strip())
        if kept is not None:
            newest.write_bytes(kept)
        return
    draft = target.with_name(target.name + ".tmp")
    with draft.open("wb") as file:
        file.write(gzip.compress(path.read_bytes(), 1))
        file.flush()
        os.fsync(file.fileno())
    checksum_file(target).unlink(missing_ok=True)
    draft.replace(target)
    write_checksum(target)
    for made in (target, checksum_file(target)):
        made.chmod(0o600)
        os.chown(made, layout.uid, layout.gid)


def _has_position(head: bytes, name: str) -> bool:
    """Whether the first bytes of a segment carry the position that its name says."""
    return len(head) == 16 and int.from_bytes(head[8:16], sys.byteorder) == segment_number(name) * SEGMENT
