"""Replays the log on a combined backup, and checks how far it came."""

from __future__ import annotations

import os
import pwd
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from backups.log import Log, position, segment_name
from backups.programs import BackupError, Say, fetch_value, format_exactly, format_moment
from backups.repository import Window
from db.server.access import SUPERUSER, Access, ServerError
from db.server.configuration import restoring
from db.server.connecting import connect
from db.server.embedded import Layout
from db.server.supervisor import Server

# What ALTER SYSTEM has set wins over everything else, but was meant for another server: an archive_command mixes the
# copy's log into the archive, synchronous_standby_names lets no commit end, listen_addresses takes the port.
ALTERED = "postgresql.auto.conf"

# The invariants (name, result, detail), and schema_version and code_digest of the deployed code.
Proof = Callable[[Access], tuple[list[tuple[str, bool, str]], tuple[str, str]]]


@dataclass(frozen=True)
class Goal:
    """What is to be restored: a window, the moment in it (None: its end), and the earliest end that is accepted where
    the log ends before the window does."""

    window: Window
    moment: datetime | None
    accept_end: datetime | None

    @property
    def stops_at(self) -> datetime | None:
        """Where recovery stops: before the first commit after this moment. None: at the end of the log.

        PostgreSQL fails where no such commit exists.
        """
        last = self.window.last_commit
        return self.moment if self.moment is not None and last is not None and self.moment < last.moment else None


@dataclass(frozen=True)
class Recovered:
    """A cluster after recovery."""

    last_commit: datetime | None
    end: int
    """The log position at which the new timeline begins."""

    checks: list[tuple[str, bool, str]]
    deployed: tuple[str, str]


def recover(archive: Path, log: Log, target: Layout, secret: str, goal: Goal, prove: Proof, say: Say) -> Recovered:
    """Recover the cluster in target.restoring with the log in `archive`, let it prove itself, and stop it.

    Raises BackupError where the log cannot be replayed up to the goal.
    """
    settings = _settings(archive, log, target, goal)
    altered, aside = target.restoring / "postgres" / ALTERED, target.restoring / ALTERED
    if altered.exists():
        altered.rename(aside)
    say(f"replaying the log to {format_moment(goal.moment or goal.window.end)}")
    started = time.monotonic()
    running = Server(target.restoring, secret=secret, settings=settings, say=say)
    try:
        try:
            access = running.start("restore")
        except ServerError as error:
            raise BackupError(f"the log cannot be replayed: {_reason(error)}. Nothing was replaced.") from None
        with connect(access.admin("postgres"), autocommit=True) as connection:
            end = _reached(connection)
            last = _last_commit(connection, goal, end)
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
    if aside.exists():
        aside.rename(altered)
    return Recovered(last, end, checks, deployed)


def _settings(archive: Path, log: Log, target: Layout, goal: Goal) -> dict[str, str]:
    """The server's settings during recovery, with the files that they name."""
    rules = target.restoring / "pg_hba.conf"
    names = target.restoring / "pg_ident.conf"
    # The passwords in the backup belong to the secret of that time, so this user logs in through peer authentication.
    rules.write_text(f"local all {SUPERUSER} peer map=restore\n")
    names.write_text(f'restore "{pwd.getpwuid(os.geteuid()).pw_name}" {SUPERUSER}\n')
    signal = target.restoring / "postgres" / "recovery.signal"
    signal.touch(mode=0o600)
    for path in (rules, names, signal):
        os.chown(path, target.uid, target.gid)
    # PostgreSQL prefers the archive to pg_wal, where the rescued files are. And it must not read on behind a gap, nor
    # what a server that is still running archives meanwhile.
    absent = [path.name for path in log.rescued if (archive / f"{path.name}.gz").exists()]
    absent.append(f"????????{segment_name(0, goal.window.last_segment + 1)[8:]}")
    settings = {
        "hba_file": str(rules),
        "ident_file": str(names),
        "hot_standby": "off",
        "summarize_wal": "off",  # else the end of recovery waits for a summarizer, which only a hot standby has
        **restoring(archive, absent),
        "recovery_target_timeline": str(goal.window.ends_on),
        "recovery_target_action": "promote",
        "archive_command": "",  # the new timeline is archived only after the restore has succeeded
    }
    if goal.stops_at is not None:
        settings["recovery_target_time"] = goal.stops_at.isoformat()
    return settings


def _last_commit(connection: psycopg.Connection[Any], goal: Goal, end: int) -> datetime | None:
    """The last commit that was replayed. Raises BackupError where the log has later ones that belong to the goal."""
    last: datetime | None = fetch_value(connection, "SELECT pg_last_xact_replay_timestamp()")
    window = goal.window
    if goal.stops_at is not None or window.last_commit is None or end > window.last_commit.position:
        return last
    ending = last or window.begin
    if goal.accept_end is not None and goal.accept_end <= ending:
        return last
    raise BackupError(
        f"the log can be replayed only to {format_moment(ending)}, although the archive has commits until "
        f"{format_moment(window.last_commit.moment)}: --accept-end {format_exactly(ending)} restores that state. "
        "Nothing was replaced."
    )


def _reached(connection: psycopg.Connection[Any]) -> int:
    """The log position at which the new timeline begins: the end of what was replayed."""
    timeline = fetch_value(connection, "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
    history = connection.execute("SELECT pg_read_file('pg_wal/' || %s || '.history')", [timeline]).fetchone()
    found = re.findall(r"^\s*\d+\s+([0-9A-F]+/[0-9A-F]+)", history[0] if history else "", re.MULTILINE)
    return position(found[-1]) if found else 0


def _reason(error: ServerError) -> str:
    text = re.sub(r" \(full log: .*\)$", "", str(error)).removeprefix("PostgreSQL does not start: ")
    text = re.sub(r"^.*(?:FATAL|PANIC):\s+", "", text)
    if failed := re.search(r'could not restore file "(\w+(?:\.history)?)" from archive', text):
        return f"the log file {failed[1]} is damaged or unreadable"
    return text
