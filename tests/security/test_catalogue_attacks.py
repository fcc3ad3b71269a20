"""Whatever the catalogue lists, tried by everybody who can log in: relations, columns, functions, schemas, settings.

Nothing here names a table or a function of ours: what is found is tried, and what is open must be in PERMISSIONS.md's
own terms: an endpoint for web roles, the views of people for people, nothing for the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest

AUDIENCES = ("anonymous", "guest", "customer", "merchant", "support", "admin", "gateway", "worker")
WEB = tuple(f"web_{name}" for name in AUDIENCES)
ANALYST, SELLER = "analyst_of_attacks", "merchant_of_attacks"
PEOPLE = (ANALYST, SELLER, "store_monitor", "store_backup")
# What a person may read, by the group that was granted it.
READS = {
    ANALYST: "app_readonly",
    SELLER: "app_merchant_sql",
    "store_monitor": "store_monitor",
    "store_backup": "store_backup",
}
# What store_backup may do beside: read everything, as a base backup does.
BACKS_UP = ("SELECT * FROM pg_", "SELECT rolpassword FROM")
OURS = "n.nspname !~ '^(pg_|information_schema$)'"
TRICKS = Path(__file__).parent / "tricks.sql"


@pytest.fixture(scope="module")
async def people(admin: Any, victims: None) -> None:
    """Log-in roles as `storeproc merchant-role` and a DBA make them."""
    for role, group in ((ANALYST, "app_readonly"), (SELLER, "app_merchant_sql")):
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await admin.execute(f"CREATE ROLE {role} LOGIN IN ROLE {group}")


@pytest.fixture(scope="module")
async def log_in(connect: Any, people: None) -> Any:
    async def as_role(role: str) -> Any:
        if role in (ANALYST, SELLER):  # they have no password here
            connection = await connect()
            await connection.execute(f"SET SESSION AUTHORIZATION {role}")
        else:
            connection = await connect(role)
        await connection.execute("SET client_min_messages = error; SET statement_timeout = '30s'")
        return connection

    return as_role


async def try_all(connection: Any, attacks: list[str]) -> dict[str, str]:
    """What came of each: '' where it went through, else the SQLSTATE."""
    outcomes: dict[str, str] = {}
    for attack in attacks:
        try:
            await connection.execute(attack)
            outcomes[attack] = ""
        except asyncpg.PostgresError as error:
            outcomes[attack] = str(error.sqlstate)
    return outcomes


# Everything that says who may do what, and what there is.
RIGHTS = """
    SELECT ROW(oid::regclass, coalesce(relacl, acldefault('r', relowner)), relowner, relrowsecurity)::text
    FROM pg_class WHERE relpersistence <> 't'
    UNION ALL SELECT ROW(oid::regprocedure, coalesce(proacl, acldefault('f', proowner)), proowner, prosecdef,
              proconfig)::text FROM pg_proc
    UNION ALL SELECT ROW(oid::regnamespace, coalesce(nspacl, acldefault('n', nspowner)), nspowner)::text
              FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)'
    UNION ALL SELECT ROW(oid::regtype, coalesce(typacl, acldefault('T', typowner)), typowner)::text FROM pg_type
    UNION ALL SELECT ROW(oid, datacl, datdba)::text FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT ROW(roleid, member)::text FROM pg_auth_members WHERE member::regrole::text ~ '^(app|web|store)_'
    UNION ALL SELECT ROW(oid, rolpassword)::text FROM pg_authid WHERE rolname ~ '^(app|web|store)_'
    UNION ALL SELECT ROW(setrole, setconfig)::text FROM pg_db_role_setting
              WHERE setrole::regrole::text ~ '^(app|web|store)_'
    UNION ALL SELECT ROW(oid, polroles)::text FROM pg_policy
    UNION ALL SELECT ROW(oid, tgenabled)::text FROM pg_trigger
    UNION ALL SELECT ROW(oid, lomowner)::text FROM pg_largeobject_metadata
    UNION ALL SELECT ROW(extname, extversion)::text FROM pg_extension
"""


def readable(relations: list[Any], reads: list[str]) -> set[str]:
    """The reads of tables, which are open to store_backup. What a view calls is closed to it."""
    tables = {relation["name"] for relation in relations if relation["kind"] in "rp"}
    found = ((attack, re.search(r"FROM (\S+?)\)? ", attack)) for attack in reads)
    return {attack for attack, table in found if table and table[1] in tables}


@pytest.mark.parametrize("role", [*WEB, *PEOPLE])
async def test_no_relation_is_open_that_was_not_granted(role: str, admin: Any, log_in: Any) -> None:
    connection = await log_in(role)
    relations = await admin.fetch(
        f"""SELECT c.oid, c.oid::regclass::text AS name, c.relkind::text AS kind,
                   (SELECT quote_ident(a.attname) FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attnum = 1) AS first,
                   ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute AS a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname <> 'extensions'"""
    )
    group = READS.get(role)
    granted = {
        row[0]
        for row in await admin.fetch(
            """SELECT c.oid FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
               WHERE a.grantee = to_regrole($1) AND a.privilege_type = 'SELECT'""",
            group,
        )
    }  # fmt: skip
    reads, writes = [], []
    for relation in relations:
        name, first = relation["name"], relation["first"]
        if relation["kind"] == "S":
            writes += [f"SELECT nextval('{name}')", f"SELECT setval('{name}', 1)"]
            reads += [f"SELECT currval('{name}')", f"SELECT last_value FROM {name}"]
            continue
        reads.append(f"SELECT FROM {name} LIMIT 1")
        if role not in WEB:  # who may not use the schema need not ask for each column
            reads += [f"SELECT {column} FROM {name} LIMIT 0" for column in relation["columns"]]
        reads += [f"COPY (SELECT * FROM {name}) TO STDOUT"] if relation["kind"] != "m" else []
        writes += [
            f"INSERT INTO {name} DEFAULT VALUES", f"UPDATE {name} SET {first} = {first}", f"DELETE FROM {name}",
            f"TRUNCATE {name}", f"DO $$ BEGIN LOCK TABLE {name}; END $$",
            f"ALTER TABLE {name} OWNER TO CURRENT_USER",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY", f"DROP TABLE {name}",
            f"COMMENT ON TABLE {name} IS 'mine'",
            f"CREATE POLICY mine ON {name}", f"CREATE RULE mine AS ON SELECT TO {name} DO INSTEAD SELECT 1",
            f"CREATE TRIGGER mine BEFORE INSERT ON {name} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            f"SELECT FROM {name} LIMIT 0 FOR UPDATE",
        ]  # fmt: skip
    allowed = {
        attack
        for relation in relations
        if relation["oid"] in granted
        for attack in reads
        if f"FROM {relation['name']} " in attack or f"FROM {relation['name']})" in attack
    }
    if role == "store_backup":
        allowed, reads = readable(relations, reads), []
    outcomes = await try_all(connection, [attack for attack in reads if attack not in allowed] + writes)
    print(f"{role}: {len(outcomes)} tries on {len(relations)} relations: {dict(Counter(outcomes.values()))}")
    assert len(relations) > 100
    assert {attack: outcome for attack, outcome in outcomes.items() if outcome == ""} == {}
    if role in WEB:
        assert set(outcomes.values()) == {"42501"}
    opened = await try_all(connection, sorted(allowed))
    assert {attack: outcome for attack, outcome in opened.items() if outcome} == {}
    assert bool(opened) == (role not in WEB)


@pytest.mark.parametrize("role", [*WEB, *PEOPLE])
async def test_no_function_is_open_that_was_not_granted(role: str, admin: Any, log_in: Any) -> None:
    """Each that is not granted to the role or its groups, called with NULLs."""
    connection = await log_in(role)
    functions = await admin.fetch(
        f"""SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) AS name,
                   ARRAY(SELECT CASE WHEN p.provariadic <> 0 AND n = p.pronargs THEN 'VARIADIC ' ELSE '' END
                                || 'NULL::' || format_type(t, NULL)
                         FROM unnest(p.proargtypes) WITH ORDINALITY AS u (t, n)) AS arguments,
                   EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE pg_has_role($1, a.grantee, 'USAGE')) AS granted,
                   has_function_privilege($1, p.oid, 'EXECUTE') AS callable,
                   -- In a schema that the role may enter, these end before a privilege is asked for: NULL of a strict
                   -- function is NULL without a call, and NULLs have no type for a polymorphic one.
                   (p.proisstrict OR 'anyelement'::regtype = ANY (p.proargtypes))
                       AND has_schema_privilege($1, n.oid, 'USAGE') AS untried
            FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
            WHERE {OURS} AND n.nspname <> 'extensions' AND p.prokind = 'f'
              AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)""",
        role,
    )
    assert [row["name"] for row in functions if row["callable"] != row["granted"]] == []
    tried = [row for row in functions if not row["granted"] and not (row["untried"] and role == "store_backup")]
    closed = [f"SELECT {row['name']}({', '.join(row['arguments'])})" for row in tried]
    outcomes = await try_all(connection, closed)
    print(f"{role}: {len(outcomes)} of {len(functions)} functions are closed")
    assert len(outcomes) > 200
    assert {attack: outcome for attack, outcome in outcomes.items() if outcome != "42501"} == {}
    # What is granted is an endpoint (web roles), or stands in a schema for people.
    homes = {row["name"].partition(".")[0] for row in functions if row["granted"]}
    assert homes <= ({"api"} if role in WEB else {"monitor", "identity", "payments"})
    if role not in WEB:
        people = {row["name"] for row in functions if row["granted"] and not row["name"].startswith("monitor.")}
        assert people <= {"identity.mask_email", "identity.sql_account", "payments.mask_reference"}


def creations(schema: str) -> list[str]:
    """Statements that create something in a schema, or drop it."""
    return [
        f"CREATE TABLE {schema}.mine (x integer)", f"CREATE VIEW {schema}.mine AS SELECT 1",
        f"CREATE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql RETURN '2000-01-01'::timestamptz",
        f"CREATE TYPE {schema}.mine AS (x integer)", f"CREATE DOMAIN {schema}.mine AS text",
        f"CREATE SEQUENCE {schema}.mine", f"CREATE COLLATION {schema}.mine FROM \"C\"",
        f"CREATE OPERATOR {schema}.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
        f"CREATE STATISTICS {schema}.mine ON oid, relname FROM pg_class", f"DROP SCHEMA {schema}",
        f"CREATE AGGREGATE {schema}.mine (integer) (SFUNC = int4pl, STYPE = integer)",
        f"CREATE TEXT SEARCH DICTIONARY {schema}.mine (TEMPLATE = simple)",
    ]  # fmt: skip


def takeovers(other: str, own: bool) -> list[str]:
    """Statements that become another role, or change it. A role may become one that is its own."""
    return [
        *(() if own else (f"SET ROLE {other}",)),
        f"ALTER ROLE {other} PASSWORD 'mine'", f"ALTER ROLE {other} SUPERUSER",
        f"ALTER ROLE {other} SET search_path = pg_temp", f"DROP ROLE {other}",
    ]  # fmt: skip


def tricks(role: str, database: str) -> list[str]:
    """Statements that need a privilege of the whole server, without those that are the role's task."""
    attacks = [line for line in TRICKS.read_text().splitlines() if not line.startswith("--")]
    attacks += [f"ALTER DATABASE {database} SET work_mem = '1GB'", f"COMMENT ON DATABASE {database} IS 'mine'"]
    if role == "store_backup":
        attacks = [attack for attack in attacks if not attack.startswith(BACKS_UP)]
    else:
        attacks += [
            "SELECT pg_backup_start('x')",
            "SELECT pg_create_physical_replication_slot('x')",
            "SELECT pg_create_logical_replication_slot('x', 'y')",
        ]
    if role != "store_monitor":
        calls = ("pg_ls_waldir()", "pg_ls_logdir()", "pg_terminate_backend(1)", "pg_cancel_backend(1)")
        attacks += [f"SELECT {call}" for call in calls]
        attacks += [f"SHOW {name}" for name in ("data_directory", "hba_file", "config_file")]
    return attacks


def gifts(role: str, others: list[str], schemas: list[str], database: str) -> list[str]:
    """Statements that give rights away or take them. PostgreSQL only warns when one of them does nothing."""
    attacks = [
        "DROP OWNED BY CURRENT_USER CASCADE", f"GRANT CREATE ON DATABASE {database} TO PUBLIC",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    ]  # fmt: skip
    for other in (*others, "CURRENT_USER"):
        attacks += [
            f"DROP OWNED BY {other} CASCADE", f"REASSIGN OWNED BY CURRENT_USER TO {other}",
            f"GRANT {other} TO {role}", f"REVOKE {other} FROM {role}", f"GRANT {role} TO {other}",
            f"ALTER ROLE {other} IN DATABASE {database} RESET ALL",
        ]  # fmt: skip
    for schema in schemas:
        attacks += [
            f"GRANT ALL ON SCHEMA {schema} TO PUBLIC",
            f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO PUBLIC",
            f"GRANT ALL ON ALL ROUTINES IN SCHEMA {schema} TO PUBLIC",
            f"REVOKE ALL ON SCHEMA {schema} FROM {role}",
            f"REVOKE ALL ON ALL ROUTINES IN SCHEMA {schema} FROM {role}",
        ]
    return attacks


@pytest.mark.parametrize("role", [*WEB, *PEOPLE])
async def test_nobody_makes_anything_or_becomes_another(role: str, admin: Any, log_in: Any, access: Any) -> None:
    connection = await log_in(role)
    schemas = [
        row[0] for row in await admin.fetch("SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_t'")
    ]
    roles = await admin.fetch(
        "SELECT quote_ident(rolname) AS name, pg_has_role($1, oid, 'SET') AS own FROM pg_roles WHERE rolname <> $1",
        role,
    )
    database = f'"{access.database}"'
    attacks = [attack for schema in (*schemas, "pg_temp") for attack in creations(schema)]
    attacks += [attack for other in roles for attack in takeovers(other["name"], other["own"])]
    if role not in (ANALYST, SELLER):  # a superuser's session may change whom it stands for
        attacks += [f"SET SESSION AUTHORIZATION {other['name']}" for other in roles]
    attacks += tricks(role, database)
    before = {row[0] for row in await admin.fetch(RIGHTS)}
    outcomes = await try_all(connection, attacks)
    print(f"{role}: {len(outcomes)} tricks: {dict(Counter(outcomes.values()))}")
    assert [attack for attack, outcome in outcomes.items() if outcome == ""] == []
    outcomes = await try_all(connection, gifts(role, [row["name"] for row in roles], schemas, database))
    print(f"{role}: {len(outcomes)} gifts: {dict(Counter(outcomes.values()))}")
    # Some of them only warn, so they are judged by what is there afterwards.
    assert {row[0] for row in await admin.fetch(RIGHTS)} ^ before == set()
    for other in ("postgres", "template1"):
        if role not in (ANALYST, SELLER):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(access.url(role, other))
