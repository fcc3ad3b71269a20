"""Deploy: database → roles → extensions → migrations → code, under one advisory lock.

State is migrated: `db/migrations/NNNN.topic.sql`, each once, in order, in a transaction of its own, as store_owner. A
file that has been applied is never edited again (its SHA-256 is recorded, and a difference is an error), and a database
that has a migration which the source does not know is left alone. See apply.py.

Code is rebuilt, in one transaction, when what any file of it does has changed. See code.py. What was deployed is
recorded in schema migration (records.py), and compared with what is found there next time (drift.py).
"""

from __future__ import annotations

import time
from typing import LiteralString

import psycopg

from db.deploy import records
from db.deploy.apply import apply_migrations
from db.deploy.code import load_code
from db.deploy.connection import Connection, connect, database_is_missing, value
from db.deploy.database import create_database, create_extensions, open_database, set_environment
from db.deploy.drift import keep_shape, read_shape_patiently
from db.deploy.locks import Say, one_at_a_time, show_progress
from db.deploy.plan import Plan, make_plan, plan_new_database
from db.deploy.roles import create_roles, limit_sql_roles, set_passwords
from db.deploy.source import MigrationError, Source
from db.server.access import Access


def check(access: Access, source: Source | None = None, *, environment: str | None = None) -> Plan:
    """What `migrate` would do. Changes nothing. Raises MigrationError where `migrate` would refuse."""
    source = source or Source.read()
    try:
        with connect(access.admin()) as connection:
            connection.execute("SET default_transaction_read_only = on")
            return make_plan(connection, access, source, force=False, environment=environment, say=lambda _: None)
    except psycopg.OperationalError as error:
        if not database_is_missing(error):
            raise MigrationError(str(error).strip()) from None
        return plan_new_database(source, environment=environment)


def migrate(
    access: Access,
    *,
    source: Source | None = None,
    force: bool = False,
    environment: str | None = None,
    say: Say = lambda _: None,
) -> Plan:
    """Bring the database to the source, and return what was done.

    `force` runs the roles and loads all code even when they are unchanged, which repairs most of what was changed by
    hand. `environment` marks the database. Raises MigrationError when the deployment is refused or fails.
    """
    source = source or Source.read()
    created = create_database(access, say)
    with connect(access.admin()) as connection, one_at_a_time(connection, say):
        _tell_missing_standby(connection, say)
        plan = make_plan(connection, access, source, force=force, environment=environment, say=say)
        plan.database = created
        for line in plan.drift:
            say(f"{line} (--force repairs what it can)")
        if plan:
            drifted = read_shape_patiently(connection, say)
            if plan.migrations and not created:
                say(f"{_moment(connection)} is the moment before the migrations, to which a restore would go back")
            _carry_out(plan, connection, access, source, force=force, say=say)
            keep_shape(connection, drifted=drifted, accept=force, say=say)
        return plan


def _tell_missing_standby(connection: Connection, say: Say) -> None:
    """Say why this and all other commits will wait, if they will. Nothing else would: the wait has no end."""
    names = value(
        connection,
        "SELECT current_setting('synchronous_standby_names') WHERE NOT pg_is_in_recovery() AND NOT EXISTS "
        "(SELECT FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))",
    )
    if names:
        say(
            f"commits wait until a standby of synchronous_standby_names ({names}) is connected: start it, or "
            "ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()"
        )


def _moment(connection: Connection) -> str:
    query: LiteralString = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return str(value(connection, query))


def _carry_out(plan: Plan, connection: Connection, access: Access, source: Source, *, force: bool, say: Say) -> None:
    if plan.roles:
        create_roles(connection, source.roles)
    if plan.passwords:
        set_passwords(connection, access, plan.passwords)
    if plan.roles:
        open_database(connection)
    create_extensions(connection, plan.extensions, say)
    records.prepare(connection, source)
    if plan.migrations:
        for name in apply_migrations(access, source, connection, plan.migrations, say):
            say(f"applied {name}")
    if plan.code:
        started = time.monotonic()
        show_progress(connection, "the code")
        load_code(connection, source, everything=force, say=say)
        say(f"rebuilt the code: {len(source.code)} files ({time.monotonic() - started:.1f} s)")
    if plan.roles or plan.code:
        limit_sql_roles(connection)
    if plan.environment:
        set_environment(connection, plan.environment)
