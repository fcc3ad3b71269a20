"""The limits of roles: connections of each one (db/roles.sql), statements of merchants and analysts."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import sql

from api.settings import POOL_SIZES
from api.worker.loop import POOLS
from db.deploy.migrate import migrate
from db.server.access import Access

DB = Path(__file__).parents[2] / "db"
ROLES = (DB / "roles.sql").read_text()
# Connections of a web process beside its pools: it listens for the cache (and asks the primary how far it is), and for
# the streams.
LISTENING = {"web_anonymous": 2, "web_gateway": 1}


@pytest.fixture
async def limited(admin: Any) -> Any:
    """The roles of a server whose administrator leaves the limits to us, until the test ends."""
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute("SET LOCAL storeproc.connection_limits = ''")
    yield
    await transaction.rollback()


async def limits(admin: Any, most: int) -> dict[str, int]:
    """The limits on a server with so many connections."""
    statements = ROLES.replace("pg_catalog.current_setting('max_connections')", f"'{most}'")
    for tries in range(50):
        try:
            async with admin.transaction():
                await admin.execute(statements)
            break
        except asyncpg.InternalServerError as error:  # another test's deployment altered a role of this server
            if "tuple concurrently updated" not in str(error) or tries == 49:
                raise
    rows = await admin.fetch(
        "SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname ~ '^(web|store)_' AND rolcanlogin"
    )
    return {row["rolname"]: row["rolconnlimit"] for row in rows}


async def test_no_role_can_take_the_connections_of_the_others(admin: Any, limited: None) -> None:
    for most in (100, 120, 400):
        found = await limits(admin, most)
        assert found.keys() == {*POOL_SIZES, *POOLS, "store_monitor", "store_backup"}
        assert min(found.values()) > 0
        assert sum(found.values()) <= most - 2  # superuser_reserved_connections


async def test_four_web_processes_a_worker_and_a_pooler_fit(admin: Any, limited: None) -> None:
    found = await limits(admin, 120)
    for role in {*POOL_SIZES, *POOLS}:
        web = 4 * (POOL_SIZES.get(role, 0) + LISTENING.get(role, 0))
        assert found[role] >= web + POOLS.get(role, 0), role
        assert found[role] >= 9, f"default_pool_size of db/pgbouncer.ini: {role}"


async def test_an_administrator_who_sets_the_limits_keeps_them(admin: Any, limited: None) -> None:
    await admin.execute("SET LOCAL storeproc.connection_limits = 'own'; ALTER ROLE web_support CONNECTION LIMIT 77")
    assert (await limits(admin, 120))["web_support"] == 77


async def test_statements_of_merchants_have_limits_of_their_own(admin: Any, limited: None) -> None:
    wanted = {
        "statement_timeout=60s", "transaction_timeout=5min", "idle_in_transaction_session_timeout=60s", "work_mem=4MB",
        "temp_file_limit=256MB",
    }  # fmt: skip
    await admin.execute(
        "INSERT INTO identity.accounts (email, role) VALUES ('sql@example.com', 'merchant');"
        "CREATE ROLE merchant_of_old LOGIN IN ROLE app_merchant_sql"
    )
    new = await admin.fetchval("SELECT identity.make_sql_role('sql@example.com')")
    await admin.execute("ALTER ROLE merchant_of_old SET statement_timeout = '1h'")
    await admin.execute("SELECT identity.limit_sql_roles()")
    for role in (new, "merchant_of_old"):
        row = await admin.fetchrow("SELECT rolconfig, rolconnlimit FROM pg_roles WHERE rolname = $1", role)
        assert (wanted - set(row["rolconfig"]), row["rolconnlimit"]) == (set(), 5), role
    await admin.execute(f"DROP ROLE {new}")  # by hand; it is made again
    assert await admin.fetchval("SELECT identity.make_sql_role('sql@example.com')") == new
    assert await admin.fetchval("SELECT rolconnlimit FROM pg_roles WHERE rolname = $1", new) == 5
    own = await admin.fetchval("SELECT rolconfig FROM pg_roles WHERE rolname = 'web_merchant'")
    assert {"transaction_timeout=60s", "temp_file_limit=256MB", "statement_timeout=10s"} <= set(own)


async def test_an_analyst_gets_the_limits_that_nobody_has_set(admin: Any, limited: None) -> None:
    await admin.execute(
        "CREATE ROLE analyst_of_old LOGIN IN ROLE app_readonly; ALTER ROLE analyst_of_old SET statement_timeout = '1h'"
    )
    await admin.execute("SELECT identity.limit_sql_roles()")
    kept = await admin.fetchval("SELECT rolconfig FROM pg_roles WHERE rolname = 'analyst_of_old'")
    assert set(kept) == {
        "statement_timeout=1h", "transaction_timeout=15min", "idle_in_transaction_session_timeout=60s",
        "lock_timeout=5s",
    }  # fmt: skip


def test_a_deployment_gives_the_limits_to_roles_that_lack_them(access: Access) -> None:
    name = sql.Identifier(f"analyst_{uuid.uuid4().hex[:12]}")  # roles are the whole cluster's
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE app_readonly").format(name))
        try:
            connection.execute("UPDATE migration.deployed SET roles_digest = 'of an older version'")
            migrate(access)
            query = sql.SQL("SELECT rolconfig FROM pg_roles WHERE rolname = {}").format(name.as_string().strip('"'))
            assert len((connection.execute(query).fetchone() or [[]])[0]) == 4
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


def test_the_limits_of_analysts_and_merchants_stand_in_one_place() -> None:
    texts = {file: file.read_text() for file in DB.rglob("*.sql") if "migrations" not in file.parts}
    places = [file.name for file, text in texts.items() if "15min'" in text or "'4MB'" in text]
    assert places == ["limit_sql_roles.sql"]


async def test_a_merchants_query_cannot_fill_the_disk(admin: Any, connect: Any) -> None:
    connection = await connect("web_merchant")
    assert await connection.fetchval("SHOW temp_file_limit") == "256MB"
    with pytest.raises(Exception, match="permission denied to set parameter"):
        await connection.execute("SET temp_file_limit = -1")
