"""Physical backups of the embedded server: full and incremental ones, the archived log, restores to a moment.

    <folder>/system                 the cluster whose backups these are (its system identifier)
    <folder>/lock                   held while a backup is taken, restored or removed
    <folder>/base/<id>/data         what pg_basebackup wrote: a data folder, or what changed since the parent's
    <folder>/base/<id>/backup.json  what it is; written last, so a backup without it is no backup
    <folder>/wal/<segment>.gz       the write-ahead log, 16 MB a segment (db/server/configuration.py archives it)

<folder> is STOREPROC_BACKUPS. A restore happens beside the data (`restoring` in the data folder): backups are checked,
combined, recovered to the moment, every invariant is checked, and only then does the result take the cluster's place;
what was there is kept beside it. Dumps, which go to any server, are backups/backup.sh and backups/restore.sh.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.server.access import SUPERUSER, Access
from db.server.configuration import archive_to
from db.server.embedded import Layout, find_layout
from db.server.folders import reachable
from db.server.secret import read_secret
from db.server.supervisor import Server

SEGMENT = 16 * 2**20  # bytes; initdb's default, which ours keeps
NEW_CHAIN_AFTER = timedelta(days=7)  # below wal_summary_keep_time (10 days), without which there is no incremental one
ARCHIVE_PATIENCE = 60.0  # seconds in which no segment arrives
TIMESTAMP = "%Y%m%d-%H%M%S"

Say = Callable[[str], None]


class BackupError(Exception):
    """What went wrong, in one line that says what to do."""


# --- what there is --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backup:
    id: str
    kind: str
    """full or incremental."""

    parent: str | None
    """The backup whose changes an incremental one holds."""

    began: str
    ended: str
    """When pg_basebackup was done: moments from here on can be restored from it."""

    timeline: int
    start: str
    stop: str
    """Log positions; without the log from start to stop, which it brings along, the data are not consistent."""

    bytes: int
    version: str

    @property
    def available_from(self) -> datetime:
        return datetime.fromisoformat(self.ended)


@dataclass(frozen=True)
class Window:
    """Any moment from `begin` to `end` can be restored."""

    timeline: int
    begin: datetime
    end: datetime
    """The last commit in the log, or the end of the last backup where nothing came after it."""

    last_commit: datetime | None
    backups: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """A timeline and where it leaves its predecessor."""

    timeline: int
    begin: int


def position(text: str) -> int:
    """Bytes from the beginning of all log, of 16/B374D848."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_name(timeline: int, number: int) -> str:
    return f"{timeline:08X}{number // 256:08X}{number % 256:08X}"


class Log:
    """Segments of the write-ahead log: the archived ones, and those of a cluster that never got there."""

    def __init__(self, archive: Path, layout: Layout, cluster: Path | None = None) -> None:
        self.layout = layout
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
        """A segment that has been prepared for later still holds an earlier one's pages: its first says which."""
        if not re.fullmatch(r"[0-9A-F]{24}", path.name):
            return False
        with path.open("rb") as file:
            head = file.read(16)
        number = int(path.name[8:16], 16) * 256 + int(path.name[16:], 16)
        return len(head) == 16 and int.from_bytes(head[8:16], sys.byteorder) == number * SEGMENT

    @property
    def timelines(self) -> set[int]:
        return {int(name[:8], 16) for name in self.files if re.fullmatch(r"[0-9A-F]{24}", name)}

    def read(self, name: str) -> bytes:
        path = self.files[name]
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()

    def path_to(self, timeline: int) -> list[Turn]:
        """The timelines that lead to this one, as its history file tells."""
        turns, begin = [], 0
        if f"{timeline:08X}.history" in self.files:
            for line in self.read(f"{timeline:08X}.history").decode().splitlines():
                if match := re.match(r"\s*(\d+)\s+([0-9A-F]+/[0-9A-F]+)", line):
                    turns.append(Turn(int(match[1]), begin))
                    begin = position(match[2])
        return [*turns, Turn(timeline, begin)]

    def reach(self, path: Sequence[Turn], first: int) -> int | None:
        """The number of the last segment that follows from the first without a gap."""
        number = first
        while segment_name(_timeline_at(path, number), number) in self.files:
            number += 1
        return number - 1 if number > first else None

    def last_commit(self, path: Sequence[Turn], first: int, last: int) -> datetime | None:
        for number in range(last, first - 1, -1):
            if found := self._commits[segment_name(_timeline_at(path, number), number)]:
                return found
        return None

    @cached_property
    def _commits(self) -> Mapping[str, datetime | None]:
        return _Commits(self)


class _Commits(dict[str, "datetime | None"]):
    """The time of a segment's last commit, looked up once."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    def __missing__(self, name: str) -> datetime | None:
        with tempfile.TemporaryDirectory(prefix="storeproc-wal-") as folder:
            (Path(folder) / name).write_bytes(self.log.read(name))
            shown = subprocess.run(
                [self.log.layout.program("pg_waldump"), "--rmgr=Transaction", Path(folder) / name],
                capture_output=True,
                text=True,
                check=False,  # the end of the log is an error to it
                env={"TZ": "UTC", "LC_ALL": "C"},
            ).stdout
        times = re.findall(r"desc: COMMIT (?:PREPARED )?.*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC", shown)
        self[name] = datetime.fromisoformat(times[-1]).replace(tzinfo=UTC) if times else None
        return self[name]


def _timeline_at(path: Sequence[Turn], number: int) -> int:
    return next(turn.timeline for turn in reversed(path) if turn.begin // SEGMENT <= number)


class Repository:
    """The folder of one cluster's backups."""

    def __init__(self, folder: Path, layout: Layout, *, outside: bool = False) -> None:
        """`outside`: of a server that somebody else runs, and that archives to `wal` by itself."""
        self.folder, self.layout, self.outside = folder, layout, outside
        self.base, self.wal = folder / "base", folder / "wal"

    @classmethod
    def of(cls, data: Path, given: Path | None, *, outside: bool = False) -> Repository:
        layout = find_layout(data)
        return cls(given or layout.home.with_name(layout.home.name + "-backups"), layout, outside=outside)

    def backups(self) -> list[Backup]:
        """The oldest first."""
        try:
            found = sorted(self.base.glob("*/backup.json"))
        except PermissionError:
            raise BackupError(f"{self.base} is not readable: run as the user who owns it.") from None
        return [Backup(**json.loads(path.read_text())) for path in found]

    def chain(self, backup: Backup) -> list[Backup]:
        """What it takes to restore this one, the full one first."""
        known = {each.id: each for each in self.backups()}
        chain = [backup]
        while (parent := chain[0].parent) is not None:
            if parent not in known:
                raise BackupError(f"{backup.id} builds on {parent}, which is not in {self.base}.")
            chain.insert(0, known[parent])
        return chain

    def data_of(self, backup: Backup) -> Path:
        return self.base / backup.id / "data"

    def windows(self, log: Log) -> list[Window]:
        """The moments that can be restored, by timeline; two of one timeline where log is missing between them.

        A moment belongs to the timeline that was the shop's then: each begins where its predecessors end.
        """
        ways: dict[tuple[int, int], list[Backup]] = {}
        commits: dict[tuple[int, int], datetime | None] = {}
        backups = self.backups()
        timelines = {backup.timeline for backup in backups} | log.timelines
        paths = {timeline: log.path_to(timeline) for timeline in sorted(timelines)}
        for timeline, path in paths.items():
            for backup in backups:
                if not _leads(path, backup):
                    continue
                first = position(backup.stop) // SEGMENT
                last = log.reach(path, first)
                way = (timeline, first - 1 if last is None else last)
                ways.setdefault(way, []).append(backup)
                if commits.get(way) is None:
                    commits[way] = log.last_commit(path, first, last) if last is not None else None
        windows: list[Window] = []
        for (timeline, last), found in ways.items():
            if any(old.timeline == timeline and new.begin // SEGMENT >= last for old, new in _turns(paths.values())):
                continue  # nothing of its own: another timeline goes on from there
            commit = commits[timeline, last]
            known = [backup.available_from for backup in found]
            begin = max([min(known), *(each.end for each in windows if each.timeline < timeline)])
            end = max([begin, *known, commit or begin])
            windows.append(Window(timeline, begin, end, commit, tuple(backup.id for backup in found)))
        return windows

    @contextmanager
    def locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(
                    f"another backup or restore works in {self.folder}: wait until it has ended."
                ) from None
            yield

    def prepare(self, identifier: int) -> None:
        """Make the folder, or see that it is this cluster's."""
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
                        f"{self.folder} holds something else: set STOREPROC_BACKUPS to a folder of its own."
                    )
                draft = self.folder / "system.new"
                draft.write_text(f"{identifier}\n")
                draft.replace(mark)
            for folder in (self.base,) if self.outside else (self.base, self.wal):
                folder.mkdir(mode=0o700, exist_ok=True)
                os.chown(folder, layout.uid, layout.gid)
        except OSError as error:
            raise BackupError(
                f"{self.folder} cannot be used: {error.strerror}. Set STOREPROC_BACKUPS to another."
            ) from None
        self.require(identifier)
        if not self.outside and not reachable(self.wal, layout.uid, layout.gid):
            raise BackupError(
                f"the user {pwd.getpwuid(layout.uid).pw_name}, who runs the database, cannot enter {self.folder}: "
                "set STOREPROC_BACKUPS to a folder which that user can reach."
            )

    def require(self, identifier: int) -> None:
        if (self.folder / "system").read_text().strip() != str(identifier):
            raise BackupError(
                f"{self.folder} holds the backups of another database: set STOREPROC_BACKUPS to another folder, "
                "or move that one away."
            )


def _turns(paths: Iterable[Sequence[Turn]]) -> Iterator[tuple[Turn, Turn]]:
    for path in paths:
        yield from pairwise(path)


def _leads(path: Sequence[Turn], backup: Backup) -> bool:
    """Did the history on this path go through the backup, or had it turned off before?"""
    for turn, after in zip(path, [*path[1:], None], strict=True):
        if turn.timeline == backup.timeline:
            return after is None or position(backup.stop) <= after.begin
    return False


# --- taking one -----------------------------------------------------------------------------------


def take(repository: Repository, access: Access, *, full: bool, keep: int, say: Say) -> Backup:
    """Take a backup: what changed since the last one, or all of it. `keep` full ones and what builds on them stay."""
    with psycopg.connect(access.admin("postgres"), autocommit=True, application_name="storeproc backup") as connection:
        identifier = _value(connection, "SELECT system_identifier FROM pg_control_system()")
        repository.prepare(identifier)
        with repository.locked():
            for leftover in repository.base.glob(".*.part"):
                shutil.rmtree(leftover)
            _begin_archiving(repository, connection, say)
            parent = None if full else _parent(repository)
            backup = _base_backup(repository, access, connection, parent, say)
            _wait_for_archive(repository, connection)
            _record(access, backup, say)
            _prune(repository, keep, say)
            return backup


def _record(access: Access, backup: Backup, say: Say) -> None:
    """For the alert that there was none for long (BackupTooOld). The backup is good without the note."""
    try:
        with psycopg.connect(access.url("store_backup"), application_name="storeproc backup") as connection:
            connection.execute("SELECT monitor.record_backup(%s, %s)", [backup.kind, backup.bytes])
    except psycopg.Error as error:
        say(f"monitoring could not be told of it: {error.diag.message_primary or str(error).strip()}")


def _begin_archiving(repository: Repository, connection: psycopg.Connection[Any], say: Say) -> None:
    if repository.outside:
        command = str(_value(connection, "SHOW archive_command"))
        if _value(connection, "SHOW archive_mode") == "off" or str(repository.wal) not in command:
            raise BackupError(
                f"the server of DATABASE_URL does not archive its log to {repository.wal}, a folder that both see: "
                "docker-compose.yml shows how; without it, backups/backup.sh makes dumps."
            )
        return
    if repository.layout.archive == repository.wal:
        return
    archive_to(repository.layout, repository.wal)
    connection.execute("SELECT pg_reload_conf()")
    _wait_for_archive(repository, connection)  # proves that it works, before anybody relies on it
    say(f"the write-ahead log is archived to {repository.wal} from now on")


def _wait_for_archive(repository: Repository, connection: psycopg.Connection[Any]) -> None:
    """Until everything up to now is in the archive."""
    connection.execute("SELECT pg_create_restore_point('storeproc backup')")  # an empty segment is not closed
    name = _value(connection, "SELECT pg_walfile_name(pg_switch_wal())")
    deadline = 0.0
    arrived = -1
    while not (repository.wal / f"{name}.gz").exists():
        # A long queue before it, or a slow disk, is no fault.
        if (number := _value(connection, "SELECT archived_count FROM pg_stat_archiver")) != arrived:
            arrived, deadline = number, time.monotonic() + ARCHIVE_PATIENCE
        if time.monotonic() > deadline:
            raise BackupError(
                f"the write-ahead log does not reach {repository.wal} ({name} is missing). Is the disk full? "
                f"The reason is in {'the log of the server' if repository.outside else repository.layout.log}."
            )
        time.sleep(0.05)


def _parent(repository: Repository) -> Backup | None:
    """The last backup, unless its chain is old or broken."""
    known = repository.backups()
    if not known:
        return None
    chain = repository.chain(known[-1])
    return known[-1] if datetime.now(UTC) - chain[0].available_from < NEW_CHAIN_AFTER else None


def _base_backup(
    repository: Repository, access: Access, connection: psycopg.Connection[Any], parent: Backup | None, say: Say
) -> Backup:
    layout = repository.layout
    began = datetime.now(UTC)
    while any(repository.base.glob(f"{began.strftime(TIMESTAMP)}?")):  # a small shop is copied within the second
        time.sleep(0.05)
        began = datetime.now(UTC)
    number = began.strftime(TIMESTAMP)
    draft = repository.base / f".{number}.part"
    draft.mkdir(mode=0o700)
    os.chown(draft, layout.uid, layout.gid)
    say(f"copying what changed since {parent.id}" if parent else "copying the whole database")
    changes = [f"--incremental={repository.data_of(parent)}/backup_manifest"] if parent else []
    conninfo, password = _without_password(access.url("store_backup", "postgres"))
    try:
        _run(
            layout,
            "pg_basebackup",
            f"--dbname={conninfo}",
            f"--pgdata={draft}/data",
            "--wal-method=stream",  # so that it can be restored even without the archive
            "--checkpoint=fast",
            f"--label=storeproc {number}",
            "--no-password",
            "--progress",
            *changes,
            password=password,
            say=say,
        )
        ended = datetime.now(UTC)
        size = _size(draft)
        took = (ended - began).total_seconds()
        say(f"copied {_in_words(size)} ({took:.1f} s); checking it")
        started = time.monotonic()
        _run(layout, "pg_verifybackup", "--quiet", draft / "data")
        say(f"it is whole ({time.monotonic() - started:.1f} s)")
        log = json.loads((draft / "data" / "backup_manifest").read_text())["WAL-Ranges"][-1]
        kind = "incremental" if parent else "full"
        backup = Backup(
            id=f"{number}{kind[0].upper()}",
            kind=kind,
            parent=parent.id if parent else None,
            began=began.isoformat(),
            ended=ended.isoformat(),
            timeline=log["Timeline"],
            start=log["Start-LSN"],
            stop=log["End-LSN"],
            bytes=size,
            version=str(_value(connection, "SHOW server_version")),
        )
        with (draft / "backup.json").open("w") as file:
            json.dump(asdict(backup), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(repository.base / backup.id)
        _sync_folder(repository.base)
    except BackupError as error:
        shutil.rmtree(draft)
        if parent is not None and "WAL summar" in str(error):
            # After a restore the server does not know what has changed since before.
            say(f"there is no list of what changed since {parent.id}: taking a full backup")
            return _base_backup(repository, access, connection, None, say)
        raise
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return backup


def _prune(repository: Repository, keep: int, say: Say) -> None:
    """Remove all but the last `keep` full backups, what builds on them, and the log that only they needed."""
    known = repository.backups()
    fulls = [backup for backup in known if backup.kind == "full"]
    if len(fulls) <= keep:
        return
    kept = {backup.id for backup in fulls[-keep:]}
    gone = [backup for backup in known if repository.chain(backup)[0].id not in kept]
    for backup in reversed(gone):  # an incremental one before what it builds on
        doomed = repository.base / f".{backup.id}.part"
        (repository.base / backup.id).rename(doomed)
        shutil.rmtree(doomed)
    oldest = min((backup for backup in known if backup.id in kept), key=lambda backup: position(backup.start))
    before = len(list(repository.wal.iterdir()))
    _run(
        repository.layout,
        "pg_archivecleanup",
        "--clean-backup-history",
        "--strip-extension=.gz",
        repository.wal,
        segment_name(oldest.timeline, position(oldest.start) // SEGMENT),
    )
    removed = before - len(list(repository.wal.iterdir()))
    say(f"removed {len(gone)} backups and {removed} log segments that are older than the last {keep} full ones")


# --- bringing one back ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Restored:
    backup: str
    last_commit: datetime | None
    """The time of the last transaction that is there again."""

    cluster: Path
    before: Path | None
    """Where the cluster is that was there."""

    checks: list[tuple[str, bool, str]]
    deployed: tuple[str, str]
    """schema_version and code_digest of what was restored."""


def restore(
    repository: Repository,
    *,
    secret: str | None,
    moment: datetime | None,
    into: Path | None,
    prove: Callable[[Access], tuple[list[tuple[str, bool, str]], tuple[str, str]]],
    say: Say,
) -> Restored:
    """The state at a moment (None: the last that there is), in place of the cluster or as a data folder of its own.

    `prove` is asked about the restored database before it takes anybody's place.
    """
    data = into or repository.layout.data
    if into is not None and into.exists() and any(into.iterdir()):
        raise BackupError(f"{into} is not empty: restore into a new folder.")
    if not (repository.folder / "system").exists():
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    lock = Server(data)
    if not lock.lock("restore"):
        raise BackupError(f"storeproc runs on {data} (process {lock.holder()}): stop it first, then restore.")
    try:
        with repository.locked():
            target = lock.layout = find_layout(data, say)
            lock.end_predecessor()
            return _restore(repository, target, read_secret(data, secret), moment, into is None, prove, say)
    finally:
        lock.stop()


def _restore(
    repository: Repository,
    target: Layout,
    secret: str,
    moment: datetime | None,
    in_place: bool,
    prove: Callable[[Access], tuple[list[tuple[str, bool, str]], tuple[str, str]]],
    say: Say,
) -> Restored:
    survivor = target.cluster if in_place and _is_of(repository, target) else None
    log = Log(repository.wal, repository.layout, survivor)
    window, backup = _choose(repository, log, moment)
    chain = repository.chain(backup)
    for each in chain:
        if each.version.split(".")[0] != server_version(target).split(".")[0]:
            raise BackupError(f"{each.id} was taken from PostgreSQL {each.version}; this is {server_version(target)}.")
    _own(target.home, target)
    shutil.rmtree(target.restoring, ignore_errors=True)
    draft = target.restoring / "postgres"
    draft.mkdir(parents=True, mode=0o700)
    target.restoring.chmod(0o711)
    os.chown(draft, target.uid, target.gid)
    try:
        _combine(repository, target, chain, draft, say)
        _let_us_configure(draft, target)
        for path in log.rescued:
            shutil.copyfile(path, draft / "pg_wal" / path.name)
            os.chown(draft / "pg_wal" / path.name, target.uid, target.gid)
        if log.rescued:
            say(f"took {len(log.rescued)} log segments out of {survivor} that had not been archived")
        restored = _recover(repository, target, secret, window, backup, moment, prove, say)
        broken = [name for name, ok, _ in restored.checks if not ok]
        if broken:
            raise BackupError(f"the restored data are not sound: {'; '.join(broken)}. Nothing was replaced.")
    except BaseException:
        shutil.rmtree(target.restoring, ignore_errors=True)
        raise
    before = _swap(target)
    if in_place:
        archive_to(target, repository.wal)
    return Restored(backup.id, restored.last_commit, target.cluster, before, restored.checks, restored.deployed)


def _let_us_configure(cluster: Path, target: Layout) -> None:
    """A cluster that was not made by us (Repository.outside) does not read our settings: now it reads only them."""
    main = cluster / "postgresql.conf"
    if "include 'storeproc.conf'" not in main.read_text():
        main.write_text("include 'storeproc.conf'  # rewritten at each start; ALTER SYSTEM wins over both\n")
        os.chown(main, target.uid, target.gid)


def _is_of(repository: Repository, target: Layout) -> bool:
    """Does the cluster that is there have the identifier of these backups?"""
    if not (target.cluster / "global" / "pg_control").exists():
        return False
    shown = _run(target, "pg_controldata", target.cluster)
    found = re.search(r"Database system identifier:\s+(\d+)", shown)
    return found is not None and found[1] == (repository.folder / "system").read_text().strip()


def _choose(repository: Repository, log: Log, moment: datetime | None) -> tuple[Window, Backup]:
    windows = repository.windows(log)
    known = {backup.id: backup for backup in repository.backups()}
    if not windows:
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    if moment is None:
        window = max(windows, key=lambda each: (each.timeline, each.end))
        return window, known[window.backups[-1]]
    fitting = [each for each in windows if each.begin <= moment <= each.end]
    if not fitting:
        ranges = "; ".join(f"{_moment(each.begin)} to {_moment(each.end)}" for each in windows)
        raise BackupError(f"{_moment(moment)} cannot be restored. What can be: {ranges}.")
    window = min(fitting, key=lambda each: each.timeline)
    earlier = [known[name] for name in window.backups if known[name].available_from <= moment]
    return window, earlier[-1]


def _combine(repository: Repository, target: Layout, chain: Sequence[Backup], draft: Path, say: Say) -> None:
    for each in chain:
        started = time.monotonic()
        _run(target, "pg_verifybackup", "--quiet", repository.data_of(each))
        say(f"{each.id} is whole: {_in_words(each.bytes)} ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    # Never with --link: the server would then write into the backup. It syncs all of it when recovery begins.
    _run(target, "pg_combinebackup", "--no-sync", f"--output={draft}", *(repository.data_of(each) for each in chain))
    say(f"combined {len(chain)} backups into {_in_words(_size(draft))} ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    _run(target, "pg_verifybackup", "--quiet", draft)
    say(f"the result is whole ({time.monotonic() - started:.1f} s)")


def _recover(
    repository: Repository,
    target: Layout,
    secret: str,
    window: Window,
    backup: Backup,
    moment: datetime | None,
    prove: Callable[[Access], tuple[list[tuple[str, bool, str]], tuple[str, str]]],
    say: Say,
) -> Restored:
    rules = target.restoring / "pg_hba.conf"
    names = target.restoring / "pg_ident.conf"
    # The password in the backup follows from the secret of then: whoever restores is let in by the operating system.
    rules.write_text(f"local all {SUPERUSER} peer map=restore\n")
    names.write_text(f'restore "{pwd.getpwuid(os.geteuid()).pw_name}" {SUPERUSER}\n')
    archived = f"{shlex.quote(str(repository.wal)).replace('%', '%%')}/%f.gz"
    settings = {
        "hba_file": str(rules),
        "ident_file": str(names),
        "hot_standby": "off",
        "summarize_wal": "off",  # the end of recovery would wait for a summarizer, which only a hot standby has
        "restore_command": f"test -f {archived} && gzip -dc {archived} >%p",
        "recovery_target_timeline": str(window.timeline),
        "recovery_target_action": "promote",
        "archive_command": "",  # a new timeline reaches the archive when it has been accepted, not before
    }
    # Recovery stops before a commit that is later than the moment: where there is none, the end is the moment.
    if moment is not None and window.last_commit is not None and moment < window.last_commit:
        settings["recovery_target_time"] = moment.isoformat()
    signal = target.restoring / "postgres" / "recovery.signal"
    signal.touch(mode=0o600)
    for path in (rules, names, signal):
        os.chown(path, target.uid, target.gid)
    say(f"replaying the log to {_moment(moment or window.end)}")
    started = time.monotonic()
    running = Server(target.restoring, secret=secret, settings=settings, say=say)
    try:
        access = running.start("restore")
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            last = _value(connection, "SELECT pg_last_xact_replay_timestamp()")
            verifier = connection.pgconn.encrypt_password(
                access.password(SUPERUSER).encode(), SUPERUSER.encode(), b"scram-sha-256"
            )
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(SUPERUSER), sql.Literal(verifier.decode()))
            )
        say(
            f"recovered; the last transaction is of {_moment(last)} ({time.monotonic() - started:.1f} s)"
            if last
            else f"recovered ({time.monotonic() - started:.1f} s)"
        )
        started = time.monotonic()
        checks, deployed = prove(access)
        say(f"{sum(ok for _, ok, _ in checks)} of {len(checks)} invariants hold ({time.monotonic() - started:.1f} s)")
    finally:
        running.stop()
    return Restored(backup.id, last, target.cluster, None, checks, deployed)


def _swap(target: Layout) -> Path | None:
    """The restored cluster takes the place of the one that is there, which is kept."""
    before = None
    if target.cluster.exists():
        before = target.home / f"postgres.before-{datetime.now(UTC).strftime(TIMESTAMP)}"
        target.cluster.rename(before)
    (target.restoring / "postgres").rename(target.cluster)
    _sync_folder(target.home)
    shutil.rmtree(target.restoring)
    return before


def server_version(layout: Layout) -> str:
    return _run(layout, "postgres", "--version").split()[2]


# --- programs and files ---------------------------------------------------------------------------


def _run(
    layout: Layout, program: str, *arguments: str | Path, password: str | None = None, say: Say = lambda _: None
) -> str:
    """A program of PostgreSQL's, as the user who owns the cluster; lines with a percentage are its progress."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")}
    identity: dict[str, Any] = (
        {} if layout.uid == os.geteuid() else {"user": layout.uid, "group": layout.gid, "extra_groups": []}
    )
    complaints: list[str] = []
    told = time.monotonic()
    with (
        tempfile.TemporaryFile("w+") as answer,
        subprocess.Popen(
            [layout.program(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=kept | {"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {}),
            umask=0o077,
            **identity,
        ) as process,
    ):
        assert process.stderr is not None  # noqa: S101
        try:
            for line in process.stderr:
                if percent := re.search(r"\(\d+%\)", line):
                    if time.monotonic() - told > 2:
                        told = time.monotonic()
                        say(f"{program}: {percent[0][1:-1]}")
                elif line.strip():
                    complaints.append(line.strip())
        except BaseException:
            process.terminate()  # it removes what it has begun
            raise
        process.wait()
        answer.seek(0)
        if process.returncode != 0:
            errors = (
                [line for line in complaints if "error:" in line] or complaints[-1:] or [answer.read()[-500:].strip()]
            )
            told_by = [line for line in complaints if line.startswith(("DETAIL:", "HINT:"))]
            text = " ".join([*errors[:2], *told_by[:1]]) or f"{program} failed: {process.returncode}"
            if re.search(r"No space left|wrote \d+ of \d+", text):
                text += " (the disk is full)"
            raise BackupError(text)
        return answer.read()


def _without_password(url: str) -> tuple[str, str]:
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = given.pop("password", "")
    return make_conninfo("", **given), password


def _value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _own(folder: Path, layout: Layout) -> None:
    """The cluster's user passes through here, and sees nothing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if layout.uid != os.geteuid():
        folder.chmod(0o711)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def _in_words(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC" if moment else "none"


def parse_moment(text: str) -> datetime:
    """2026-11-21 09:30:00, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        raise BackupError(f"{text}: a moment such as 2026-11-21T09:30:00Z is expected.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise BackupError(f"{_moment(moment)} has not come yet.")
    return moment


def summary(repository: Repository) -> dict[str, Any]:
    """What there is, for programs; `storeproc backup list` prints it for people."""
    log = Log(repository.wal, repository.layout)
    segments = sorted(name for name in log.files if re.fullmatch(r"[0-9A-F]{24}", name))
    return {
        "folder": str(repository.folder),
        "backups": [asdict(backup) for backup in repository.backups()],
        "moments": [
            {"timeline": each.timeline, "from": each.begin.isoformat(), "to": each.end.isoformat()}
            for each in repository.windows(log)
        ],
        "log": {
            "segments": len(segments),
            "bytes": sum(log.files[name].stat().st_size for name in segments),
            "first": segments[0] if segments else None,
            "last": segments[-1] if segments else None,
        },
    }
