"""What kind of shop a database is, no session decides; and no other rule hangs on what a session can set."""

from __future__ import annotations

import re
import uuid
from typing import Any

import asyncpg
import pytest

from db.deploy.roles import LOGIN_ROLES
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.cluster import ROOT
from tests.support.connections import refused

# What functions read of the session's settings, and why a session gains nothing by setting it.
SETTINGS = {
    "app.token": "its signature is checked by identity.authenticate()",
    "app.actor": "overwritten by authenticate() and authenticate_service() before it is read",
    "app.audience": "the same",
    "app.session": "the same",
    "app.key": "counts only where authenticate() left app.session empty; a note in the audit, grants nothing",
    "app.request_id": "a note in the audit, decides nothing",
    "app.client": "a note in the security events, decides nothing",
    "app.idempotency_id": "row security shows only the caller's own key",
    "transaction_isolation": "the server's own",
    "transaction_read_only": "who sets it writes nothing, not even the last use of a key",
    "server_version": "the server's own",
    "max_connections": "the server's own",
    "listen_addresses": "the server's own",
}


async def test_no_session_of_a_customer_pays_with_the_mock_in_production(shop: Shop, connect: Any) -> None:
    """S7."""
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    thief = await connect("web_customer")
    await thief.execute(f"SET app.token = '{customer}'")
    await shop.admin.execute("SELECT identity.set_environment('production')")
    try:
        for setting in ("''", "'development'", "'demo'", "DEFAULT"):
            await thief.execute(f"SET storeproc.environment = {setting}")
            with refused("provider_not_available", "SH422"):
                await thief.fetch("SELECT api.begin_payment($1, 'mock')", uuid.UUID(order["id"]))
    finally:
        await shop.admin.execute("SELECT identity.set_environment('development')")
    assert (await shop.begin(customer, order))["status"] == "initiated"


async def test_no_log_in_of_ours_changes_the_row(shop: Shop, connect: Any) -> None:
    for role in LOGIN_ROLES:
        thief = await connect(role)
        for statement in (
            "SELECT identity.set_environment('development')",
            "UPDATE identity.environment SET name = 'development'",
            "DELETE FROM identity.environment",
            "SELECT name FROM identity.environment",
        ):
            if role == "store_backup" and statement.startswith("SELECT name"):
                continue  # it reads everything
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await thief.execute(statement)


async def test_a_demo_never_becomes_a_shop_and_a_shop_never_a_demo(make_database: Any) -> None:
    connection = await asyncpg.connect(make_database().admin())
    try:
        await connection.execute((ROOT / "db/demo/demo.sql").read_text())
        assert await connection.fetchval("SELECT name FROM identity.environment") == "demo"
        with refused("environment_refused", "SH409"):
            await connection.execute("SELECT identity.set_environment('production')")
    finally:
        await connection.close()
    connection = await asyncpg.connect(make_database().admin())
    try:
        await connection.execute("SELECT identity.set_environment('production')")
        with refused("environment_refused", "SH409"):
            await connection.execute((ROOT / "db/demo/demo.sql").read_text())
        assert await connection.fetchval("SELECT count(*) FROM identity.accounts") == 0
        with refused("environment_unknown", "23514"):
            await connection.execute("SELECT identity.set_environment('')")
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [("SET storeproc.environment = 'production'", "production"), ("SET timezone = 'UTC'", "development")],
)
async def test_the_migration_takes_over_what_the_database_was(make_database: Any, before: str, after: str) -> None:
    access = make_database()
    connection = await asyncpg.connect(access.admin())
    try:
        await connection.execute(f'ALTER DATABASE "{access.database}" {before}')
        (made,) = (ROOT / "db/migrations").glob("*.environment.sql")
        await connection.execute("DROP FUNCTION identity.is_production, identity.trust_issuer")  # they depend on it
        await connection.execute(
            "ALTER TABLE identity.outside_issuers DROP COLUMN sets_roles; DROP TABLE identity.environment"
        )
        await connection.execute(made.read_text())
        assert await connection.fetchval("SELECT name FROM identity.environment") == after
    finally:
        await connection.close()


async def test_no_rule_hangs_on_a_setting_of_the_session(shop: Shop) -> None:
    sources = await shop.admin.fetch(
        "SELECT p.oid::regprocedure::text AS name, pg_get_functiondef(p.oid) AS text FROM pg_proc AS p "
        "JOIN pg_namespace AS n ON n.oid = p.pronamespace "
        "WHERE p.prokind = 'f' AND n.nspname !~ '^(pg_.*|information_schema|extensions)$'"
    )
    policies = await shop.admin.fetch(
        "SELECT tablename AS name, concat(qual, with_check) AS text FROM pg_policies WHERE schemaname !~ '^pg_'"
    )
    read = {
        (row["name"], setting)
        for row in (*sources, *policies)
        for setting in re.findall(r"current_setting\(\s*'([\w.]+)'", row["text"])
    }
    assert {setting for _, setting in read} <= set(SETTINGS), sorted(read)


async def test_a_payment_takes_no_key_of_another_request(shop: Shop, connect: Any) -> None:
    """app.idempotency_id names the row whose stored answer the payment will replace: it must be the caller's own."""
    victim, customer = await shop.account(), await shop.account()
    owner = await shop.admin.fetchval(
        "SELECT account_id FROM sales.orders WHERE id = $1",
        uuid.UUID((await shop.order(victim, await shop.product()))["id"]),
    )
    key = await shop.admin.fetchval(
        "INSERT INTO messaging.idempotency_keys (scope, route, key, request_hash) "
        "VALUES ($1, 'POST /orders', 'k', sha256('x')) RETURNING id",
        str(owner),
    )
    order = await shop.order(customer, await shop.product())
    thief = await connect("web_customer")
    await thief.execute(f"SET app.token = '{customer}'")
    await thief.execute(f"SET app.idempotency_id = '{key}'")
    payment = await thief.fetchval("SELECT ((api.begin_payment($1, 'mock')).payment).id", uuid.UUID(order["id"]))
    found = await shop.admin.fetchval("SELECT request_key FROM payments.payments WHERE id = $1", payment)
    assert found is None
