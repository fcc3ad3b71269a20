"""Apply migrations, each once and in order, as store_owner."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from yoyo import get_backend, read_migrations

from db.deploy.connection import Connection, describe_problem, leave_out_of_log, run_file, value, watch_client
from db.deploy.locks import LOCK_TIMEOUT, MIGRATING_KEY, Say, one_at_a_time, show_progress, when_locks_allow
from db.deploy.records import record_migration
from db.deploy.source import File, MigrationError, Source
from db.server.access import Access
from db.server.connecting import parameters

_CONCURRENTLY = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s+ON\s+(?:ONLY\s+)?(\w+)\.",
    re.IGNORECASE,
)


def apply_migrations(access: Access, source: Source, watch: Connection, pending: list[str], say: Say) -> Iterator[str]:
    """Apply what is pending, each file and its record in one transaction, and yield the name of each.

    `watch` is the deployer's own connection, which shows the progress and looks up lock holders: yoyo opens another.
    Raises MigrationError with the file and the line of an error.
    """
    backend = get_backend(yoyo_url(access))
    try:
        leave_out_of_log(backend.connection)
        watch_client(backend.connection)
        with one_at_a_time(backend.connection, say, key=MIGRATING_KEY, watch=watch):
            if "yoyo_lock" not in backend.list_tables():
                backend.init_database()
            # yoyo's own lock is a row. The advisory lock is ours alone, so a row is left from a killed deployment.
            backend.break_lock()
            backend.ensure_internal_schema_updated()
            known = read_migrations(str(source.folder / "migrations"))
            for number, migration in enumerate(backend.to_apply(known), 1):
                file = source.migrations[migration.id]
                migration.load()
                show_progress(watch, f"{migration.id} ({number} of {len(pending)})")
                if migration.use_transactions:
                    when_locks_allow(watch, file.name, partial(_apply, backend, migration, file), say)
                else:
                    _apply_in_steps(backend, migration, file, say)
                yield file.name
    finally:
        backend.connection.close()


def yoyo_url(access: Access) -> str:
    """The database as yoyo reads it: its tables are in schema migration, and store_owner owns what is created."""
    given = parameters(access.admin())
    user, password = quote(given.pop("user", ""), safe=""), quote(given.pop("password", ""), safe="")
    database = quote(given.pop("dbname", ""), safe="")
    given["options"] = (
        given.get("options", "") + " -c role=store_owner -c statement_timeout=0 -c client_min_messages=warning"
    ).strip()
    given["schema"] = "migration"
    credentials = (f"{user}:{password}@" if password else f"{user}@") if user else ""
    return f"postgresql+psycopg://{credentials}/{database}?{urlencode(given, quote_via=quote)}"


def _apply(backend: Any, migration: Any, file: File) -> None:
    with warnings.catch_warnings(), backend.transaction():
        warnings.simplefilter("ignore")  # yoyo warns that its own nested transactions are savepoints here
        # The file is sent whole, not in yoyo's steps: PostgreSQL knows its quoting, and errors have a position in it.
        backend.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        backend.execute("SET LOCAL search_path = pg_catalog")
        run_file(backend.connection, file)
        backend.execute("SET LOCAL search_path = migration")
        backend.mark_one(migration)
        record_migration(backend.connection, migration.id, file)


def _apply_in_steps(backend: Any, migration: Any, file: File, say: Say) -> None:
    """CREATE INDEX CONCURRENTLY and the like: each statement outside a transaction, so each must be repeatable.

    Without a lock_timeout: no statement here may take a lock that customers wait for, and an index whose building
    gives up is left INVALID (no query uses it, every write maintains it).
    """
    connection = backend.connection
    with connection.transaction():
        connection.execute("SET LOCAL search_path = migration")  # yoyo begins with a query of its own
    _drop_unfinished(connection, file, say)
    try:
        for step in migration.steps:
            step.apply(backend)
    except psycopg.Error as error:
        with suppress(psycopg.Error):
            _drop_unfinished(connection, file, say)
        raise MigrationError(describe_problem(file, error)) from error
    with connection.transaction():
        connection.execute("SET LOCAL search_path = migration")
        backend.mark_one(migration)
        record_migration(connection, migration.id, file)


def _drop_unfinished(connection: Connection, file: File, say: Say) -> None:
    """Drop INVALID indexes of this file, left by a crash or, if UNIQUE, by a duplicate."""
    for name, schema in _CONCURRENTLY.findall(file.text):
        if value(
            connection,
            "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
            schema.lower(),
            name.lower(),
        ):
            connection.execute(
                sql.SQL("DROP INDEX CONCURRENTLY {}").format(sql.Identifier(schema.lower(), name.lower()))
            )
            say(f"dropped the unfinished index {schema}.{name}: it is built again")
