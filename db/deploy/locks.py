"""Locks of a deployment: one deployment at a time, and tables only when customers do not hold them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import errors, sql

from db.deploy.connection import APPLICATION, Connection, value
from db.deploy.source import MigrationError

LOCK_KEY = 0x73746F7265  # "store"
MIGRATING_KEY = LOCK_KEY + 1  # of the connection that migrates: the last statement of a killed deployment holds it
LOCK_TIMEOUT = "400ms"  # below deadlock_timeout (1 s): the deployment gives way, never a client
PATIENCE = 120.0  # seconds of trying for the locks of a migration, or of the code

Say = Callable[[str], None]


@contextmanager
def one_at_a_time(
    connection: Connection, say: Say, *, key: int = LOCK_KEY, watch: Connection | None = None
) -> Iterator[None]:
    """Run the body under an advisory lock of the database. A killed deployment leaves no lock behind.

    The lock is tried again and again: a statement that waits for it holds a snapshot, for which the CREATE INDEX
    CONCURRENTLY of the other deployment would wait, a deadlock that PostgreSQL does not detect. `watch` is the
    connection that looks up the holder, where `connection` may not read pg_stat_activity.
    """
    started = reported_at = time.monotonic()
    reported = ""
    while not value(connection, "SELECT pg_try_advisory_lock(%s)", key):
        holder = _describe_holder(watch or connection, key)
        if holder != reported or time.monotonic() - reported_at > 15:
            waited = time.monotonic() - started
            say(f"waiting for another deployment{holder}" + (f" ({waited:.0f} s so far)" if waited > 5 else ""))
            reported, reported_at = holder, time.monotonic()
        time.sleep(0.2)
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            connection.execute("SELECT pg_advisory_unlock(%s)", [key])


def show_progress(connection: Connection, doing: str) -> None:
    """Name the current step in pg_stat_activity, where a waiting deployment reads it."""
    connection.execute("SELECT set_config('application_name', %s, false)", [f"{APPLICATION}: {doing}"[:63]])


def limit_lock_waits(connection: Connection) -> None:
    """Let the current transaction give up a lock that it does not get within LOCK_TIMEOUT."""
    connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))


def when_locks_allow(connection: Connection, what: str, attempt: Callable[[], None], say: Say) -> None:
    """Repeat a transaction that gives up all its locks rather than let customers wait behind it.

    Raises MigrationError after PATIENCE seconds, with the transactions that hold the tables.
    """
    started = time.monotonic()
    report_after = 0.0
    pause = 0.25
    while True:
        try:
            attempt()
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            holders = _describe_blockers(connection)
            waited = time.monotonic() - started
            if waited > PATIENCE:
                raise MigrationError(
                    f"{what}: tables stayed locked for {waited:.0f} s{holders and ', by ' + holders}. "
                    "Nothing was changed: end that transaction, or try again later."
                ) from None
            if waited > report_after:
                say(f"clients hold locks; trying again: {what}" + (f" waits for {holders}" if holders else ""))
                report_after = waited + 5
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311  # not a secret
            pause = min(pause * 1.5, 3.0)  # clients that queued behind this attempt have that long to finish


def _describe_holder(connection: Connection, key: int) -> str:
    """The holder of an advisory lock: its process for pg_terminate_backend(), where it comes from, what it does."""
    row = connection.execute(
        """
        SELECT a.pid, a.usename, coalesce(host(a.client_addr), 'this machine'),
               to_char(a.backend_start AT TIME ZONE 'UTC', 'HH24:MI:SS'), a.application_name
        FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND (l.classid::bigint << 32) + l.objid::bigint = %s
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """,
        [key],
    ).fetchone()
    if row is None:
        return ""
    pid, user, where, since, name = row
    doing = (name or "").removeprefix(APPLICATION).removeprefix(": ")
    return f": {user} from {where} since {since} UTC, server process {pid}" + (f", at {doing}" if doing else "")


def _describe_blockers(connection: Connection) -> str:
    """The transactions that have held tables for longer than we wait for one."""
    rows = connection.execute(
        """
        SELECT format('server process %%s (%%s, %%s, transaction of %%s s)', a.pid, a.usename,
                      coalesce(nullif(a.application_name, ''), 'no name'), extract(epoch FROM age)::int)
        FROM (SELECT *, clock_timestamp() - xact_start AS age FROM pg_stat_activity) AS a
        WHERE a.pid <> pg_backend_pid() AND a.age > %s::interval
          AND EXISTS (SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
                      WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' AND d.datname = current_database())
        ORDER BY a.age DESC LIMIT 3
        """,
        [LOCK_TIMEOUT],
    ).fetchall()
    return "; ".join(row[0] for row in rows)
