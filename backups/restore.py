"""Restores a physical backup: the database as it was at a moment.

The work happens beside the data (`restoring` in the data folder): the backups are verified and combined, the log is
replayed to the moment, every invariant is checked. Only then does the result take the cluster's place; the cluster that
was there is kept beside it.
"""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from backups.log import Log
from backups.programs import (
    BackupError,
    Say,
    fetch_value,
    folder_size,
    format_moment,
    format_size,
    run_program,
    server_version,
    sync_folder,
)
from backups.repository import TIMESTAMP, Backup, Repository, Window
from db.server.access import SUPERUSER, Access
from db.server.configuration import archive_to
from db.server.embedded import Layout, find_layout
from db.server.secret import read_secret
from db.server.supervisor import Server

# The invariants (name, result, detail), and schema_version and code_digest of the deployed code.
Proof = Callable[[Access], tuple[list[tuple[str, bool, str]], tuple[str, str]]]


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


def restore_backup(
    repository: Repository,
    *,
    secret: str | None,
    moment: datetime | None,
    into: Path | None,
    prove: Proof,
    say: Say,
) -> Restored:
    """Restore the database as it was at `moment` (None: the latest state), in place of the cluster or into a folder.

    `secret` is STOREPROC_SECRET, if it is set. `prove` checks the restored database (invariants, deployed version)
    before it replaces anything. Raises BackupError; nothing is replaced then.
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
    prove: Proof,
    say: Say,
) -> Restored:
    survivor = target.cluster if in_place and _is_of(repository, target) else None
    log = Log(repository.wal, repository.layout, survivor)
    window, backup = _choose(repository, log, moment)
    chain = repository.chain(backup)
    for each in chain:
        if each.version.split(".")[0] != server_version(target).split(".")[0]:
            raise BackupError(f"{each.id} was taken from PostgreSQL {each.version}; this is {server_version(target)}.")
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
            say(f"added {len(log.rescued)} log segments from {survivor} that had not been archived")
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


def _include_settings(cluster: Path, target: Layout) -> None:
    """Make a cluster that another program created (Repository.outside) read storeproc.conf, and nothing else."""
    main = cluster / "postgresql.conf"
    if "include 'storeproc.conf'" not in main.read_text():
        main.write_text("include 'storeproc.conf'  # rewritten at each start; ALTER SYSTEM wins over both\n")
        os.chown(main, target.uid, target.gid)


def _is_of(repository: Repository, target: Layout) -> bool:
    """Whether the present cluster is the one whose backups these are."""
    if not (target.cluster / "global" / "pg_control").exists():
        return False
    shown = run_program(target, "pg_controldata", target.cluster)
    found = re.search(r"Database system identifier:\s+(\d+)", shown)
    return found is not None and found[1] == (repository.folder / "system").read_text().strip()


def _choose(repository: Repository, log: Log, moment: datetime | None) -> tuple[Window, Backup]:
    """The window that contains the moment, and the last backup in it before the moment."""
    windows = repository.windows(log)
    known = {backup.id: backup for backup in repository.backups()}
    if not windows:
        raise BackupError(f"there are no backups in {repository.folder}: `storeproc backup` makes one.")
    if moment is None:
        window = max(windows, key=lambda each: (each.timeline, each.end))
        return window, known[window.backups[-1]]
    fitting = [each for each in windows if each.begin <= moment <= each.end]
    if not fitting:
        ranges = "; ".join(f"{format_moment(each.begin)} to {format_moment(each.end)}" for each in windows)
        raise BackupError(f"{format_moment(moment)} cannot be restored. What can be: {ranges}.")
    window = min(fitting, key=lambda each: each.timeline)
    earlier = [known[name] for name in window.backups if known[name].available_from <= moment]
    return window, earlier[-1]


def _combine(repository: Repository, target: Layout, chain: Sequence[Backup], draft: Path, say: Say) -> None:
    for each in chain:
        started = time.monotonic()
        run_program(target, "pg_verifybackup", "--quiet", repository.data_of(each))
        say(f"{each.id} is complete and undamaged: {format_size(each.bytes)} ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    # Never with --link: the server would then write into the backup. No sync: recovery syncs all files at its start.
    run_program(
        target, "pg_combinebackup", "--no-sync", f"--output={draft}", *(repository.data_of(each) for each in chain)
    )
    say(f"combined {len(chain)} backups into {format_size(folder_size(draft))} ({time.monotonic() - started:.1f} s)")
    started = time.monotonic()
    run_program(target, "pg_verifybackup", "--quiet", draft)
    say(f"the result is complete and undamaged ({time.monotonic() - started:.1f} s)")


def _recover(
    repository: Repository,
    target: Layout,
    secret: str,
    window: Window,
    backup: Backup,
    moment: datetime | None,
    prove: Proof,
    say: Say,
) -> Restored:
    rules = target.restoring / "pg_hba.conf"
    names = target.restoring / "pg_ident.conf"
    # The passwords in the backup belong to the secret of that time, so this user logs in through peer authentication.
    rules.write_text(f"local all {SUPERUSER} peer map=restore\n")
    names.write_text(f'restore "{pwd.getpwuid(os.geteuid()).pw_name}" {SUPERUSER}\n')
    archived = f"{shlex.quote(str(repository.wal)).replace('%', '%%')}/%f.gz"
    settings = {
        "hba_file": str(rules),
        "ident_file": str(names),
        "hot_standby": "off",
        "summarize_wal": "off",  # else the end of recovery waits for a summarizer, which only a hot standby has
        "restore_command": f"test -f {archived} && gzip -dc {archived} >%p",
        "recovery_target_timeline": str(window.timeline),
        "recovery_target_action": "promote",
        "archive_command": "",  # the new timeline is archived only after the restore has succeeded
    }
    # Recovery stops before the first commit after the moment, and fails where no such commit exists.
    if moment is not None and window.last_commit is not None and moment < window.last_commit:
        settings["recovery_target_time"] = moment.isoformat()
    signal = target.restoring / "postgres" / "recovery.signal"
    signal.touch(mode=0o600)
    for path in (rules, names, signal):
        os.chown(path, target.uid, target.gid)
    say(f"replaying the log to {format_moment(moment or window.end)}")
    started = time.monotonic()
    running = Server(target.restoring, secret=secret, settings=settings, say=say)
    try:
        access = running.start("restore")
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            last = fetch_value(connection, "SELECT pg_last_xact_replay_timestamp()")
            verifier = connection.pgconn.encrypt_password(
                access.password(SUPERUSER).encode(), SUPERUSER.encode(), b"scram-sha-256"
            )
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(SUPERUSER), sql.Literal(verifier.decode()))
            )
        say(
            f"recovered; the last transaction committed at {format_moment(last)} ({time.monotonic() - started:.1f} s)"
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
