"""Reads the write-ahead log that is kept for restores: which segments there are, how far they reach, when a
transaction was committed last."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.server.embedded import Layout

SEGMENT = 16 * 2**20  # bytes; initdb's default, which the embedded server keeps
SEGMENT_NAME = re.compile(r"[0-9A-F]{24}")


@dataclass(frozen=True)
class Turn:
    """A timeline, and the log position in bytes at which it leaves the timeline before it."""

    timeline: int
    begin: int


def position(text: str) -> int:
    """The number of bytes before a log position such as 16/B374D848."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int) -> str:
    """The file name of a segment, without `.gz`."""
    return f"{timeline:08X}{number // 256:08X}{number % 256:08X}"


class Log:
    """The archived segments, and with `cluster` also those of a data folder that were not archived yet.

    `rescued` are the files that exist in the cluster only.
    """

    def __init__(self, archive: Path, layout: Layout, cluster: Path | None = None) -> None:
        self.layout = layout
        self._commits: dict[str, datetime | None] = {}
        self.files: dict[str, Path] = {}
        with suppress(FileNotFoundError):
            for path in sorted(archive.glob("*.gz")):
                self.files[path.stem] = path
        self.rescued: list[Path] = []
        for path in sorted((cluster / "pg_wal").iterdir()) if cluster is not None else ():
            if path.name not in self.files and (path.suffix == ".history" or self._is_written(path)):
                self.files[path.name] = path
                self.rescued.append(path)

    @staticmethod
    def _is_written(path: Path) -> bool:
        """PostgreSQL renames old segments for later use: their first page still carries the old position."""
        if not SEGMENT_NAME.fullmatch(path.name):
            return False
        with path.open("rb") as file:
            head = file.read(16)
        number = int(path.name[8:16], 16) * 256 + int(path.name[16:], 16)
        return len(head) == 16 and int.from_bytes(head[8:16], sys.byteorder) == number * SEGMENT

    @property
    def timelines(self) -> set[int]:
        """The timelines that have at least one segment."""
        return {int(name[:8], 16) for name in self.files if SEGMENT_NAME.fullmatch(name)}

    def read(self, name: str) -> bytes:
        """The content of a segment or history file, decompressed."""
        path = self.files[name]
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

    def path_to(self, timeline: int) -> list[Turn]:
        """The timelines that lead to this one, from its history file, the oldest first."""
        turns, begin = [], 0
        if f"{timeline:08X}.history" in self.files:
            for line in self.read(f"{timeline:08X}.history").decode().splitlines():
                if match := re.match(r"\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", line):
                    turns.append(Turn(int(match[1]), begin))
                    begin = position(match[2])
        return [*turns, Turn(timeline, begin)]

    def reach(self, path: Sequence[Turn], first: int) -> int | None:
        """The number of the last segment after `first` without a gap; None where `first` is missing."""
        number = first
        while segment_name(_timeline_at(path, number), number) in self.files:
            number += 1
        return number - 1 if number > first else None

    def last_commit(self, path: Sequence[Turn], first: int, last: int) -> datetime | None:
        """The time of the last commit in the segments `first` to `last`."""
        for number in range(last, first - 1, -1):
            if found := self.last_commit_in(segment_name(_timeline_at(path, number), number)):
                return found
        return None

    def last_commit_in(self, name: str) -> datetime | None:
        """The time of the last commit in one segment."""
        if name not in self._commits:
            self._commits[name] = self._read_last_commit(name)
        return self._commits[name]

    def _read_last_commit(self, name: str) -> datetime | None:
        with tempfile.TemporaryDirectory(prefix="storeproc-wal-") as folder:
            (Path(folder) / name).write_bytes(self.read(name))
            shown = subprocess.run(
                [self.layout.program("pg_waldump"), "--rmgr=Transaction", Path(folder) / name],
                capture_output=True,
                text=True,
                check=False,  # pg_waldump reports the end of the log as an error
                env={"TZ": "UTC", "LC_ALL": "C"},
            ).stdout
        times = re.findall(r"desc: COMMIT (?:PREPARED )?.*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC", shown)
        return datetime.fromisoformat(times[-1]).replace(tzinfo=UTC) if times else None


def _timeline_at(path: Sequence[Turn], number: int) -> int:
    return next(turn.timeline for turn in reversed(path) if turn.begin // SEGMENT <= number)
