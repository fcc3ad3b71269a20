"""Rebuild the code in one transaction, while customers shop.

    DROP SCHEMA api CASCADE                   it holds no state
    db/types.sql, db/<schema>/types.sql       as store_api: first, so that routines may use these types
    db/<schema>/routines/*.sql                as store_owner, CREATE OR REPLACE, in any order
    db/<schema>/policies/*.sql                as store_owner; only if changed or their table is new: they lock it
    db/<schema>/views/*.sql                   as store_owner; only if changed, or what they read has changed
    db/<schema>/{api,service,routines}/*.sql  as store_api: the files that create in schema api
    every body is compiled                    plpgsql.extra_errors = 'all'

Customers are not kept waiting: the transaction waits less for a lock than deadlock detection does, then gives up
everything it holds and tries again, so that PostgreSQL never ends a customer's request.
"""

from __future__ import annotations

import re

from psycopg import errors, sql

from db.deploy import records
from db.deploy.compile import compile_bodies
from db.deploy.connection import Connection, acting_as, run_file, value
from db.deploy.locks import Say, limit_lock_waits, when_locks_allow
from db.deploy.roles import AUDIENCES
from db.deploy.source import File, MigrationError, Source

_FIRST_TABLE = "identity.signing_keys"  # identity.authenticate() reads it before any other table
_BEFORE = " (before)"  # at the end of the name of a routine that has been replaced and is still in use


def load_code(connection: Connection, source: Source, *, everything: bool, say: Say) -> None:
    """Rebuild the code. `everything` loads policies and views that have not changed, too.

    Raises MigrationError with the file and the line of an error, or when tables stay locked.
    """

    def attempt() -> None:
        with connection.transaction():
            _rebuild(connection, source, everything=everything)

    when_locks_allow(connection, "the code", attempt, say)


def _rebuild(connection: Connection, source: Source, *, everything: bool) -> None:
    limit_lock_waits(connection)
    # The files of a kind come in any order, so a body may name what does not exist yet.
    connection.execute("SET LOCAL check_function_bodies = off")
    loaded = records.loaded_files(connection)
    policies = source.policies if everything else _policies_to_load(connection, source, loaded)
    _refuse_dependants(connection)
    _create_api(connection)
    with acting_as(connection, "store_api"):
        _run_files(connection, source.types)
    with acting_as(connection, "store_owner"):
        signature_changed = False
        for file in source.routines:
            # An unchanged routine has an unchanged signature and needs no savepoint, so the locks are held shorter.
            if loaded.get(file.name) == file.digest:
                run_file(connection, file)
            else:
                signature_changed |= _load_routine(connection, file)
        if policies or signature_changed:
            _wait_for_requests(connection)
        _run_files(connection, policies)
        views = source.views if everything else _views_to_load(connection, source, loaded)
        _run_files(connection, views)
    with acting_as(connection, "store_api"):
        _run_files(connection, source.endpoints)
    _drop_orphans(connection, kept_views={_view(file) for file in source.views if file not in views})
    compile_bodies(connection, source)
    records.record_code(connection, source)


def _run_files(connection: Connection, files: list[File]) -> None:
    for file in files:
        run_file(connection, file)


def _create_api(connection: Connection) -> None:
    run = connection.execute
    run("DROP SCHEMA IF EXISTS api CASCADE")
    run("CREATE SCHEMA api AUTHORIZATION store_api")
    run("COMMENT ON SCHEMA api IS 'One function for each endpoint. Rebuilt at each deployment.'")
    with acting_as(connection, "store_api"):
        # The default privileges of a schema can only add to the global ones, so this is global for the role.
        run("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        audiences = sql.SQL(", ").join(map(sql.Identifier, AUDIENCES))
        run(sql.SQL("GRANT USAGE ON SCHEMA api TO store_owner, {}").format(audiences))


def _new_migrations(connection: Connection, source: Source) -> str:
    """The text of the migrations that were applied after the last rebuild of the code."""
    last = value(connection, "SELECT schema_version FROM migration.deployed")
    return "\n".join(file.text for name, file in source.migrations.items() if name > last)


def _policies_to_load(connection: Connection, source: Source, loaded: dict[str, str]) -> list[File]:
    """Those that changed, and those of new tables: the policies of a table go when it is dropped."""
    text = _new_migrations(connection, source)
    tables = set(re.findall(r"(?i)\bCREATE TABLE (?:IF NOT EXISTS )?(\w+\.\w+)", text))
    return [
        file
        for file in source.policies
        if loaded.get(file.name) != file.digest or any(table in file.text for table in tables)
    ]


def _wait_for_requests(connection: Connection) -> None:
    """Wait until no signed-in request is at work, by locking the table that each of them reads first.

    Policies lock many tables. Taken one by one among customers who hold one table and want the next, those locks end
    in deadlocks; behind this lock a new request waits before it holds anything.

    A routine with another signature must not be seen by a request that runs the old body of its caller. PostgreSQL
    looks routines up anew for each statement, so such a request would fail in the moment of the commit.
    """
    if value(connection, "SELECT to_regclass(%s) IS NOT NULL", _FIRST_TABLE):
        table = sql.Identifier(*_FIRST_TABLE.split("."))
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))


def _load_routine(connection: Connection, file: File) -> bool:
    """Create or replace a routine; whether its signature changed.

    With other parameters it would stand beside the old one, and GRANT could not tell them apart; with another result
    it cannot replace the old one. The old one is renamed, serves the views and policies that are built on it until
    they are loaded, and is dropped with the orphans.
    """
    try:
        with connection.transaction():
            run_file(connection, file)
        return False
    except MigrationError as error:
        if not isinstance(error.__cause__, (errors.AmbiguousFunction, errors.InvalidFunctionDefinition)):
            raise
        connection.execute("RESET ROLE")
        old = connection.execute(
            """
            UPDATE migration.objects AS o
            SET identity = replace(o.identity, %(name)s || '(', quote_ident(%(name)s || %(mark)s) || '(')
            WHERE o.kind = 'FUNCTION' AND starts_with(o.identity, %(schema)s || '.' || %(name)s || '(')
            RETURNING old.identity
            """,
            {"schema": file.schema, "name": file.path.stem, "mark": _BEFORE},
        ).fetchall()
        if not old:
            raise
        connection.execute("SET LOCAL ROLE store_owner")
        for (identity,) in old:
            connection.execute(f'ALTER FUNCTION {identity} RENAME TO "{file.path.stem}{_BEFORE}"')
        run_file(connection, file)
        return True


def _views_to_load(connection: Connection, source: Source, loaded: dict[str, str]) -> list[File]:
    """Those that changed, that do not exist, or whose base changed. Replacing a view locks it until the end.

    The base is a routine with another signature, or a relation that a new migration names.
    """
    # Only names of a schema of ours: alias.column looks the same.
    schemas = sorted({file.schema for file in (*source.routines, *source.policies, *source.views)})
    qualified = re.compile(rf"\b(?:{'|'.join(schemas)})\.\w+")
    named = set(qualified.findall(_new_migrations(connection, source)))
    names = [_view(file) for file in source.views]
    missing = connection.execute(
        "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [names]
    ).fetchall()
    outdated = connection.execute(
        """
        SELECT r.ev_class::regclass::text
        FROM pg_depend AS d JOIN pg_proc AS p ON p.oid = d.refobjid JOIN pg_rewrite AS r ON r.oid = d.objid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass AND p.proname LIKE %s
        """,
        ["%" + _BEFORE],
    ).fetchall()
    due = {name for (name,) in (*missing, *outdated)}
    return [
        file
        for file in source.views
        if loaded.get(file.name) != file.digest
        or _view(file) in due
        or not named.isdisjoint(qualified.findall(file.text))
    ]


def _view(file: File) -> str:
    """The view that a file creates: db/<schema>/views/<view>.sql."""
    return f"{file.schema}.{file.path.stem}"


_IN_API = """
    SELECT 'pg_proc'::regclass AS class, oid FROM pg_proc WHERE pronamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relnamespace = to_regnamespace('api')
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE connamespace = to_regnamespace('api')
"""


def _refuse_dependants(connection: Connection) -> None:
    """Refuse to drop state with schema api: a column, constraint, policy or index that is built on it."""
    found = value(
        connection,
        f"""
        WITH api AS ({_IN_API})
        SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ')
        FROM pg_depend AS d JOIN api ON (api.class, api.oid) = (d.refclassid, d.refobjid)
        WHERE d.deptype IN ('n', 'a')
          AND d.classid NOT IN (
              'pg_proc'::regclass, 'pg_type'::regclass, 'pg_rewrite'::regclass, 'pg_default_acl'::regclass
          )
          AND NOT EXISTS (SELECT FROM api AS own WHERE (own.class, own.oid) = (d.classid, d.objid))
    """,  # noqa: S608  # a constant of this file
    )
    if found:
        raise MigrationError(
            f"the schema api holds no state, yet this depends on it and would be dropped with it: {found}."
        )


def _drop_orphans(connection: Connection, *, kept_views: set[str]) -> None:
    """Drop the routines and views whose file is gone: recorded ones that this transaction has not created again.

    What it created has its transaction id in xmin, or that of one of its savepoints, which is younger.
    """
    created = connection.execute(
        """
        WITH mine AS (SELECT pg_current_xact_id()::xid AS xid)
        SELECT 'FUNCTION', p.oid::regprocedure::text FROM mine, pg_proc AS p
        WHERE age(p.xmin) <= age(mine.xid) AND p.proowner = 'store_owner'::regrole
          AND p.pronamespace <> 'api'::regnamespace AND p.prokind IN ('f', 'w') AND p.proname NOT LIKE %s
        UNION ALL
        SELECT 'VIEW', c.oid::regclass::text FROM mine, pg_class AS c
        WHERE age(c.xmin) <= age(mine.xid) AND c.relowner = 'store_owner'::regrole
          AND c.relnamespace <> 'api'::regnamespace AND c.relkind = 'v'
        """,
        ["%" + _BEFORE],
    ).fetchall()
    recorded = connection.execute("SELECT kind, identity FROM migration.objects").fetchall()
    current = {*created, *((kind, name) for kind, name in recorded if kind == "VIEW" and name in kept_views)}
    for kind, identity in sorted(set(recorded) - current, reverse=True):
        connection.execute(f"DROP {kind} IF EXISTS {identity}")  # quoted already: regprocedure and regclass printed it
    connection.execute("DELETE FROM migration.objects")
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO migration.objects VALUES (%s, %s)", sorted(current))
