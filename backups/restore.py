"""Restores a physical backup: the database as it was at a moment.

The work happens beside the data (`restoring` in the data folder): the backups are verified and combined, the log is
replayed to the moment, every invariant is checked. Only then does the result take the cluster's place; the cluster that
was there is kept beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backups.archives import unpacked, verify_backup
from backups.gaps import find_gaps, known_end
from backups.log import SEGMENT, SEGMENT_NAME, Log, add_to_archive, segment_number
from backups.programs import (
    BackupError,
    Say,
    folder_size,
    format_exactly,
    format_moment,
    format_size,
    run_program,
    server_version,
    sync_folder,
)
from backups.recovery import Goal, Proof, recover
from backups.repository import TIMESTAMP, Backup, Repository, Window
from backups.staging import recipients_after, require_key, stage
from db.server.configuration import archive_to
from db.server.embedded import Layout, find_layout
from db.server.folders import chown_tree
from db.server.secret import read_secret
from db.server.supervisor import Server

# An invariant of which the outside decides. A shop with an open difference must be restorable, too.
BOOKS_OF_OTHERS = "the gateways' books agree with ours, or it is explained why not"


@dataclass(frozen=True)
class Restored:
    """The result of a restore."""

    backup: str
    last_commit: datetime | None
    """The commit time of the last transaction that was restored."""

    cluster: Path
    before: Path | None
    """Where the previous cluster is kept."""

    checks: list[tuple[str, bool, str]]
    """Name, result and detail of each invariant."""

    deployed: tuple[str, str]
    """schema_version and code_digest of the restored database."""


@dataclass(frozen=True)
class Request:
    """What a restore is asked for."""

    moment: datetime | None = None
    """The state at this moment; None: the latest."""

    accept_end: datetime | None = None
    """Where the latest state cannot be reached, one of this moment or later will do."""

    into: Path | None = None
    """A new data folder; None: in place of the cluster."""

    accept_broken: bool = False
    """Whether data that violate invariants will do: the shop may have had them before."""


def restore_backup(repository: Repository, request: Request, *, secret: str | None, prove: Proof, say: Say) -> Restored:
    """Restore the database as it was, in place of the cluster or into a folder.

    `secret` is STOREPROC_SECRET, if it is set. `prove` checks the restored database (invariants, deployed version)
    before it replaces anything. Raises BackupError; nothing is replaced then, and no new folder is left.
    """
    into = request.into
    data = into or repository.layout.data
    if into is not None and into.exists() and any(into.iterdir()):
        raise BackupError(f"{into} is not empty: restore into a new folder.")
    if not (repository.folder / "system").exists():
        if repository.backups():
            raise BackupError(f"{repository.folder}/system is missing: is this a complete copy of the backups?")
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    new = _new_paths(data)
    lock = Server(data)
    if not lock.lock("restore"):
        raise BackupError(f"storeproc runs on {data} (process {lock.holder()}): stop it first, then restore.")
    try:
        with _removed_if_refused(new), repository.reading() if into else repository.locked():
            target = lock.layout = find_layout(data, say)
            lock.end_predecessor()
            return _restore(repository, target, read_secret(data, secret), request, prove, say)
    finally:
        lock.stop()


def _new_paths(data: Path) -> Callable[[], list[Path]]:
    """What a refused restore removes: the uppermost folder that it creates, or what it put into an empty one."""
    if data.exists():
        return list if any(data.iterdir()) else (lambda: list(data.iterdir()))
    top = data
    while not top.parent.exists():
        top = top.parent
    return lambda: [top]


@contextmanager
def _removed_if_refused(paths: Callable[[], list[Path]]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for path in paths():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        raise


def _restore(repository: Repository, target: Layout, secret: str, request: Request, prove: Proof, say: Say) -> Restored:
    in_place = request.into is None
    survivor = target.cluster if in_place and _is_of(repository, target) else None
    if in_place:
        log = Log(repository.wal, repository.layout, survivor, key=repository.key)
    else:
        repository, log = repository.snapshot()
    log.check(say)
    goal, candidates = _choose(repository, log, request)
    if require_key(repository, log, goal, candidates[:1]):
        goal, candidates = _choose(repository, log, request)
    recipients = recipients_after(repository, say) if in_place else []
    if in_place:
        _require_histories(log, goal.window)
    if old := log.without_checksum:
        say(f"{len(old)} of {len(log.segments)} log segments are of an older version, without a checksum beside gzip's")
    _own(repository, target, in_place, say)
    chain = _sound_chain(repository, target, candidates, say)
    new_home = not target.home.exists()
    _make_passable(target.home, target)
    shutil.rmtree(target.restoring, ignore_errors=True)
    draft = target.restoring / "postgres"
    draft.mkdir(parents=True, mode=0o700)
    target.restoring.chmod(0o711)
    os.chown(draft, target.uid, target.gid)
    try:
        _combine(repository, target, chain, draft, say)
        _include_settings(draft, target)
        for path in log.rescued:
            shutil.copyfile(path, draft / "pg_wal" / path.name)
            os.chown(draft / "pg_wal" / path.name, target.uid, target.gid)
        if log.rescued:
            say(f"added {len(log.rescued)} log segments from {survivor} that the archive does not have undamaged")
        archive = stage(repository, log, target, goal, chain[-1])
        recovered = recover(archive, log, target, secret, goal, prove, say)
        _judge([name for name, ok, _ in recovered.checks if not ok], request, say)
    except BaseException:
        shutil.rmtree(target.home if new_home else target.restoring, ignore_errors=True)
        raise
    if log.rescued:
        _archive_rescued(repository, log, recovered.end, target, recipients, say)
    before = _swap(target)
    if in_place:
        archive_to(target, repository.wal, recipients)
    return Restored(chain[-1].id, recovered.last_commit, target.cluster, before, recovered.checks, recovered.deployed)


def _judge(broken: list[str], request: Request, say: Say) -> None:
    """Raises BackupError where an invariant is broken that the restore can have broken, unless that is accepted."""
    grave = [name for name in broken if name != BOOKS_OF_OTHERS]
    if grave and not request.accept_broken:
        raise BackupError(
            f"the restored data are not sound: {'; '.join(grave)}. Nothing was replaced. If the shop was like this "
            "before, --accept-broken restores it as it was."
        )
    if broken:
        say(f"restored, although this does not hold (see `storeproc check`): {'; '.join(broken)}")


def _archive_rescued(
    repository: Repository, log: Log, end: int, target: Layout, recipients: Sequence[str], say: Say
) -> None:
    """Archive what only the data folder had: the new timeline builds on it, and its server will not.

    Not a last segment that is not complete: the new timeline begins with a copy of it.
    """
    numbers = [segment_number(path.name) for path in log.rescued if SEGMENT_NAME.fullmatch(path.name)]
    first_incomplete = max([end // SEGMENT, *numbers])
    try:
        for path in log.rescued:
            if not SEGMENT_NAME.fullmatch(path.name) or segment_number(path.name) < first_incomplete:
                add_to_archive(repository.wal, path, target, recipients)
        sync_folder(repository.wal)
    except OSError as error:
        say(
            f"what the archive lacked cannot be added to {repository.wal} ({error.strerror}): "
            "take a full backup as soon as the store runs"
        )


def _own(repository: Repository, target: Layout, in_place: bool, say: Say) -> None:
    """Give a copied repository to the user that runs the server, who has another number on each machine.

    Only where the restored cluster archives to it afterwards: else it may be the repository of another server.
    """
    owner = repository.wal.stat() if repository.wal.exists() else repository.folder.stat()
    if in_place and os.geteuid() == 0 and owner.st_uid != target.uid:
        try:
            chown_tree(repository.folder, target.uid, target.gid)
        except OSError as error:
            reason = f"cannot be given to the database's user: {error.strerror}"
            raise BackupError(f"{repository.folder} {reason}. Nothing was replaced.") from None
        say(f"{repository.folder} belongs to the database's user from now on")


def _include_settings(cluster: Path, target: Layout) -> None:
    """Make a cluster that another program created (Repository.outside) read storeproc.conf, and nothing else."""
    main = cluster / "postgresql.conf"
    if not main.exists() or "include 'storeproc.conf'" not in main.read_text():
        main.write_text("include 'storeproc.conf'  # rewritten at each start; ALTER SYSTEM wins over both\n")
        os.chown(main, target.uid, target.gid)
    rules = cluster / "pg_hba.conf"
    if not rules.exists():  # Debian keeps these files in /etc
        rules.write_text("local all all scram-sha-256\n")
        os.chown(rules, target.uid, target.gid)


def _is_of(repository: Repository, target: Layout) -> bool:
    """Whether the present cluster is the one whose backups these are."""
    if not (target.cluster / "global" / "pg_control").exists():
        return False
    shown = run_program(target, "pg_controldata", target.cluster)
    found = re.search(r"Database system identifier:\s+(\d+)", shown)
    return found is not None and found[1] == (repository.folder / "system").read_text().strip()


def _choose(repository: Repository, log: Log, request: Request) -> tuple[Goal, list[Backup]]:
    """The goal, and the backups from which it can be reached, the newest first."""
    windows = repository.windows(log)
    known = {backup.id: backup for backup in repository.backups()}
    if not windows:
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    moment = request.moment
    if moment is None:
        window = max(windows, key=lambda each: (each.timeline, each.end))
        _require_end(repository, log, windows, window, request.accept_end)
        return Goal(window, None, request.accept_end), [known[name] for name in reversed(window.backups)]
    fitting = [each for each in windows if each.begin <= moment <= each.end]
    if not fitting:
        ranges = "; ".join(f"{format_moment(each.begin)} to {format_moment(each.end)}" for each in windows)
        gaps = "".join(f" And {gap}." for gap in find_gaps(repository, log, windows))
        raise BackupError(f"{format_moment(moment)} cannot be restored. What can be: {ranges}.{gaps}")
    window = min(fitting, key=lambda each: each.timeline)
    earlier = [known[name] for name in window.backups if known[name].available_from <= moment]
    return Goal(window, moment, None), earlier[::-1]


def _require_end(
    repository: Repository, log: Log, windows: Sequence[Window], window: Window, accept_end: datetime | None
) -> None:
    """Raises BackupError where the window ends before the log does, and such an end was not accepted."""
    backups = repository.backups()
    newest = max(log.timelines | {backup.timeline for backup in backups})
    if window.timeline == newest and window.last_segment >= known_end(backups, log, newest):
        _require_one_server(backups, windows, window, accept_end)
        return
    if accept_end is not None and accept_end <= window.end:
        return
    gaps = find_gaps(repository, log, windows)
    behind = [gap for gap in gaps if gap.until is None or gap.until >= window.end]
    reason = str(behind[0] if behind else gaps[-1]) if gaps else f"the log of timeline {newest} cannot be reached"
    raise BackupError(
        f"the latest state cannot be restored: {reason}. "
        f"`storeproc restore --accept-end {format_exactly(window.end)}` restores the state before that."
    )


def _require_one_server(
    backups: Sequence[Backup], windows: Sequence[Window], window: Window, accept_end: datetime | None
) -> None:
    """Raises BackupError where a timeline that was left has later commits than the last one, and that is not accepted.

    A store that is restored goes on later than it ended. If it did not end, two servers have archived to this folder (a
    copy that was started, a primary that came back), and only a person knows which one is the store.
    """
    ours = [backup.available_from for backup in backups if backup.id in window.backups]
    end = max([*ours, *([window.last_commit.moment] if window.last_commit else [])])
    later = [(each.last_commit.moment, each.timeline) for each in windows if each.last_commit is not None]
    moment, timeline = max(later, default=(end, window.timeline))
    if moment <= end or (accept_end is not None and accept_end <= end):
        return
    raise BackupError(
        f"two servers have written to this folder: timeline {timeline} has commits until {format_moment(moment)}, "
        f"timeline {window.timeline}, which began later, until {format_moment(end)}. "
        f"`storeproc restore --to {format_exactly(moment)}` restores the former, "
        f"`storeproc restore --accept-end {format_exactly(end)}` the latter."
    )


def _require_histories(log: Log, window: Window) -> None:
    """Raises BackupError where the history file of a later timeline is lost.

    PostgreSQL numbers a new timeline by these files. It would take that number again, and could not archive the log.
    """
    for timeline in sorted(log.timelines):
        history = f"{timeline:08X}.history"
        if timeline > window.timeline and (fault := log.fault(history)):
            raise BackupError(
                f"the log file {history} is {fault}, so that a restored cluster could not archive to the same folder: "
                "restore with --into, and begin a new folder of backups."
            )


def _sound_chain(repository: Repository, target: Layout, candidates: Sequence[Backup], say: Say) -> list[Backup]:
    """The newest of these backups that is complete and undamaged, with those that it builds on.

    From an older one the same moment is reached; more log is replayed. Raises BackupError where there is none.
    """
    version = server_version(target)
    first: BackupError | None = None
    for backup in candidates:
        try:
            chain = repository.chain(backup)
            for each in chain:
                if each.version.split(".")[0] != version.split(".")[0]:
                    raise BackupError(f"{each.id} was taken from PostgreSQL {each.version}; this is {version}")
                started = time.monotonic()
                verify_backup(repository, target, each)
                took = time.monotonic() - started
                say(f"{each.id} is complete and undamaged: {format_size(each.bytes)} ({took:.1f} s)")
            return chain
        except BackupError as error:
            say(f"{backup.id} cannot be used: {error}")
            first = first or error
    raise BackupError(f"{first}. No other backup leads to this state, and nothing was replaced.")


def _combine(repository: Repository, target: Layout, chain: Sequence[Backup], draft: Path, say: Say) -> None:
    started = time.monotonic()
    # Never with --link: the server would then write into the backup. No sync: recovery syncs all files at its start.
    with unpacked(repository, target, chain) as folders:
        run_program(target, "pg_combinebackup", "--no-sync", f"--output={draft}", *folders)
    say(f"combined {len(chain)} backups into {format_size(folder_size(draft))} ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    run_program(target, "pg_verifybackup", "--quiet", draft)
    say(f"the result is complete and undamaged ({time.monotonic() - started:.1f} s)")


def _swap(target: Layout) -> Path | None:
    """Put the restored cluster in place; returns where the previous one is kept, if there was one."""
    before = None
    if target.cluster.exists():
        before = target.home / f"postgres.before-{datetime.now(UTC).strftime(TIMESTAMP)}"
        target.cluster.rename(before)
    (target.restoring / "postgres").rename(target.cluster)
    sync_folder(target.home)
    shutil.rmtree(target.restoring)
    return before


def _make_passable(folder: Path, layout: Layout) -> None:
    """Make the folder; the user of the cluster may pass through it, but not list it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if layout.uid != os.geteuid():
        folder.chmod(0o711)


def parse_moment(text: str) -> datetime:
    """A moment such as 2026-11-21T09:30:00Z; UTC unless it has an offset. Raises BackupError, also for the future."""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        raise BackupError(f"{text}: a moment such as 2026-11-21T09:30:00Z is expected.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise BackupError(f"{format_moment(moment)} is in the future.")
    return moment
