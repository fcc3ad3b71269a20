"""The folder of one cluster's physical backups.

    <folder>/system                 the cluster whose backups these are (its system identifier)
    <folder>/lock                   held while a backup is taken or copied, or the cluster is replaced by one
    <folder>/reading                shared by what reads backups for long (verify, a drill), so that none is removed
    <folder>/drill                  held while a drill runs
    <folder>/base/<id>/data         what pg_basebackup wrote: a data folder, or the changes since the parent backup;
                                    with --compress base.tar.gz and the manifest, and pg_wal.tar.gz in <id>
    <folder>/base/<id>/backup.json  the description of the backup; written last: a backup without it is not complete
                                    encrypted: base.tar.gz.age and the manifest
    <folder>/wal/<segment>.gz       the write-ahead log, 16 MB a segment (db/server has the archive command);
                                    encrypted: <segment>.gz.age
    <folder>/wal/newest             the name of the segment that was archived last
    <folder>/dumps                  in compose: dumps, which any server can load (backup.sh and restore.sh)

backup.json and the files of the log have a checksum beside them (checksums.py), the data have pg_basebackup's manifest.
<folder> is STOREPROC_BACKUPS. take.py makes backups, gaps.py and verify.py check them, restore.py brings them back.
"""

from __future__ import annotations

import copy
import fcntl
import json
import os
import pwd
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import IO

from backups.checksums import matches
from backups.encryption import SUFFIX as AGE
from backups.encryption import Key
from backups.log import SEGMENT, Commit, Log, Turn, name_on, position, timeline_of
from backups.programs import BackupError
from db.server.embedded import Layout, find_layout
from db.server.folders import reachable

TIMESTAMP = "%Y%m%d-%H%M%S"  # in the names of backups and of replaced clusters


@dataclass(frozen=True)
class Backup:
    """The content of backup.json."""

    id: str
    kind: str
    """`full` or `incremental`."""

    parent: str | None
    """The backup that an incremental one builds on."""

    began: str
    ended: str
    """When pg_basebackup ended: any moment from then on can be restored from this backup."""

    timeline: int
    start: str
    stop: str
    """Log positions. The data are consistent only with the log from start to stop, which the backup contains."""

    bytes: int
    version: str
    """Of PostgreSQL, such as 18.6."""

    encrypted: bool = False

    @property
    def available_from(self) -> datetime:
        return datetime.fromisoformat(self.ended)

    @property
    def first_segment(self) -> int:
        """The number of the first segment that the archive must have: the backup itself contains those before."""
        return position(self.stop) // SEGMENT

    @property
    def start_segment(self) -> int:
        """The number of the segment in which the backup began."""
        return position(self.start) // SEGMENT


@dataclass(frozen=True)
class Window:
    """Any moment from `begin` to `end` can be restored."""

    timeline: int
    begin: datetime
    end: datetime
    """The last commit in the log, or the end of the last backup where no commit came after it."""

    last_commit: Commit | None
    last_segment: int
    """The number of the last segment before the log ends or has a gap."""

    ends_on: int
    """The timeline on which it ends: an earlier one than `timeline` if the gap is there."""

    backups: tuple[str, ...]


class Repository:
    """The folder of one cluster's backups."""

    def __init__(
        self,
        folder: Path,
        layout: Layout,
        *,
        outside: bool = False,
        recipients: Sequence[str] = (),
        identity: Path | None = None,
    ) -> None:
        """`outside`: the server is not the embedded one, and archives to `wal` by itself. What is written is encrypted
        to the `recipients` if there are any; `identity` is the file of the key that reads it."""
        self.folder, self.layout, self.outside = folder, layout, outside
        self.recipients, self.identity = list(recipients), identity
        self.base, self.wal = folder / "base", folder / "wal"
        self._known: list[Backup] | None = None

    @classmethod
    def of(
        cls,
        data: Path,
        given: Path | None,
        *,
        outside: bool = False,
        recipients: Sequence[str] = (),
        identity: Path | None = None,
    ) -> Repository:
        """The repository of a data folder: the folder `given`, or the default one beside the cluster."""
        layout = find_layout(data)
        folder = given or layout.home.with_name(layout.home.name + "-backups")
        return cls(folder, layout, outside=outside, recipients=recipients, identity=identity)

    @cached_property
    def key(self) -> Key | None:
        """The key that was given. Raises BackupError where its file has none."""
        return Key(self.identity) if self.identity is not None else None

    def require_key(self) -> Key:
        """The key that was given. Raises BackupError where none was."""
        if self.key is None:
            raise BackupError(
                f"the backups in {self.folder} are encrypted, and their key is not here: "
                "set STOREPROC_BACKUPS_IDENTITY to its file. Nothing was replaced."
            )
        return self.key

    def backups(self) -> list[Backup]:
        """All complete backups, the oldest first.

        Raises BackupError when the folder is not readable, or the description of a backup is damaged.
        """
        if self._known is not None:
            return self._known
        try:
            paths = sorted(self.base.glob("*/backup.json"))
            return [_described(path) for path in paths if not path.parent.name.startswith(".")]
        except PermissionError:
            raise BackupError(f"{self.base} is not readable: run as the user that owns it.") from None

    def chain(self, backup: Backup) -> list[Backup]:
        """The backups that are needed to restore this one, the full one first.

        Raises BackupError when one is missing.
        """
        known = {each.id: each for each in self.backups()}
        chain = [backup]
        while (parent := chain[0].parent) is not None:
            if parent not in known:
                raise BackupError(f"{backup.id} builds on {parent}, which is not in {self.base}")
            chain.insert(0, known[parent])
        return chain

    def data_of(self, backup: Backup) -> Path:
        """The folder that pg_basebackup wrote."""
        return self.base / backup.id / "data"

    def archive_of(self, backup: Backup) -> Path | None:
        """The encrypted archive of a backup; None where it is not encrypted."""
        return self.data_of(backup) / f"base.tar.gz{AGE}" if backup.encrypted else None

    def windows(self, log: Log) -> list[Window]:
        """The moments that can be restored, by timeline; a timeline has two windows where log is missing in between.

        A moment belongs to the timeline that was current then, so each window begins where earlier timelines end.
        """
        ways: dict[tuple[int, int], list[Backup]] = {}
        commits: dict[tuple[int, int], Commit | None] = {}
        backups = self.backups()
        timelines = {backup.timeline for backup in backups} | log.timelines
        paths = {timeline: log.path_to(timeline) for timeline in sorted(timelines)}
        for timeline, path in paths.items():
            for backup in backups:
                if not leads(path, backup):
                    continue
                last = log.reach(path, backup.first_segment)
                way = (timeline, backup.first_segment - 1 if last is None else last)
                ways.setdefault(way, []).append(backup)
                if commits.get(way) is None:
                    commits[way] = log.last_commit(path, backup.first_segment, last) if last is not None else None
        windows: list[Window] = []
        for (timeline, last), found in ways.items():
            if any(old.timeline == timeline and new.begin // SEGMENT >= last for old, new in _turns(paths.values())):
                continue  # it has no log of its own: a later timeline continues from there
            commit = commits[timeline, last]
            known = [backup.available_from for backup in found]
            begin = max([min(known), *(each.end for each in windows if each.timeline < timeline)])
            end = max([begin, *known, *([commit.moment] if commit else [])])
            ends_on = max(timeline_of(name_on(paths[timeline], last)), *(backup.timeline for backup in found))
            windows.append(Window(timeline, begin, end, commit, last, ends_on, tuple(backup.id for backup in found)))
        return windows

    @property
    def on_the_same_disk(self) -> bool:
        """Whether the backups lie on the file system of the embedded server's data: one disk's loss takes both."""
        cluster = self.layout.cluster
        if self.outside or not self.folder.exists() or not cluster.exists():
            return False
        return self.folder.stat().st_dev == cluster.stat().st_dev

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the repository's lock; raises BackupError when another process holds it."""
        with (self.folder / "lock").open("a") as file:
            deadline = time.monotonic() + 1
            while not _try_lock(file, fcntl.LOCK_EX):
                if time.monotonic() > deadline:  # snapshot() holds it for a moment only
                    raise BackupError(
                        f"another backup or restore is running in {self.folder}: wait until it has ended."
                    )
                time.sleep(0.02)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep the backups that there are from being removed. Others may be taken meanwhile."""
        with (self.folder / "reading").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)  # to remove backups takes a moment
            yield

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Whether backups may be removed in the body: False while others read them."""
        with (self.folder / "reading").open("a") as file:
            yield _try_lock(file, fcntl.LOCK_EX)

    @contextmanager
    def drilling(self) -> Iterator[None]:
        """Hold the lock of drills; raises BackupError when one is running."""
        with (self.folder / "drill").open("a") as file:
            if not _try_lock(file, fcntl.LOCK_EX):
                raise BackupError(f"a drill of {self.folder} is running: wait until it has ended.")
            yield

    def snapshot(self) -> tuple[Repository, Log]:
        """The repository with the backups that there are now, and its log, for work that a backup may overtake."""
        with (self.folder / "lock").open("a") as file:
            busy = not _try_lock(file, fcntl.LOCK_SH)
        frozen = copy.copy(self)
        known = self.backups()
        log = Log(self.wal, self.layout, key=self.key)
        # One that is being taken is there a moment before its log, as if that were lost.
        frozen._known = [each for each in known if not busy or log.last_number(each.timeline) >= each.first_segment]
        return frozen, log

    def prepare(self, identifier: int) -> None:
        """Make the folder, or check that it belongs to the cluster with this system identifier.

        Raises BackupError when the folder cannot be used.
        """
        layout = self.layout
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True, mode=0o700)
                os.chown(self.folder, layout.uid, layout.gid)
            mark = self.folder / "system"
            if not mark.exists():
                ours = {"lost+found", "wal", "base", "dumps"} if self.outside else {"lost+found"}
                if {path.name for path in self.folder.iterdir()} - ours:
                    raise BackupError(
                        f"{self.folder} contains other files: set STOREPROC_BACKUPS to an empty or new folder."
                    )
                draft = self.folder / "system.new"
                draft.write_text(f"{identifier}\n")
                draft.replace(mark)
            for folder in (self.base,) if self.outside else (self.base, self.wal):
                folder.mkdir(mode=0o700, exist_ok=True)
                os.chown(folder, layout.uid, layout.gid)
            (self.folder / "reading").touch()
        except OSError as error:
            raise BackupError(
                f"{self.folder} cannot be used: {error.strerror}. Set STOREPROC_BACKUPS to another folder."
            ) from None
        self.require(identifier)
        if not self.outside and not reachable(self.wal, layout.uid, layout.gid):
            raise BackupError(
                f"the user {pwd.getpwuid(layout.uid).pw_name}, which runs the database, cannot enter {self.folder}: "
                "set STOREPROC_BACKUPS to a folder that this user can reach."
            )

    def require(self, identifier: int) -> None:
        """Raises BackupError when the backups are those of another cluster."""
        if (self.folder / "system").read_text().strip() != str(identifier):
            raise BackupError(
                f"{self.folder} contains the backups of another database: set STOREPROC_BACKUPS to another "
                "folder, or move that one away."
            )


def _try_lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _turns(paths: Iterable[Sequence[Turn]]) -> Iterator[tuple[Turn, Turn]]:
    for path in paths:
        yield from pairwise(path)


def leads(path: Sequence[Turn], backup: Backup) -> bool:
    """Whether the backup lies on this path of timelines, not on a branch that was left before the backup."""
    for turn, after in zip(path, [*path[1:], None], strict=True):
        if turn.timeline == backup.timeline:
            return after is None or position(backup.stop) <= after.begin
    return False


def _described(path: Path) -> Backup:
    try:
        if matches(path) is not False:  # backups of older versions have no checksum
            return Backup(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        pass
    raise BackupError(f"{path} is damaged: move {path.parent} away to use the other backups.")
