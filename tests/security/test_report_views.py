"""What analysts and merchants read with SQL: masked, and their own; whatever they write around it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.deploy import permissions
from db.server.access import Access
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop

ROOT = Path(__file__).parents[2]
SAFE = "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.oid::regclass::text ~ '^report[.]v_.*_safe$'"
MINE = "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.oid::regclass::text ~ '^report[.]my_'"


@pytest.fixture(scope="module")
async def sold(shop: Shop) -> dict[str, Any]:
    """Two merchants' products in one paid order, with a provider's ids of every length."""
    first = shop.merchant
    lamp = await shop.product()
    shop.merchant = second = await shop.account("merchant")
    cup = await shop.product(price=700)
    customer = await shop.account()
    items = [{"product_id": p, "quantity": 1} for p in (lamp, cup)]
    order = await shop.call("web_customer", "create_order", token=customer, items=items)
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed", provider_reference="pi_3PsecretReference1234", charge_reference="ch_short")
    return {"first": first, "second": second, "order": order, "payment": payment, "customer": customer}


@pytest.fixture(scope="module")
async def analyst(connect: Any, sold: Any) -> Any:
    connection = await connect()
    await connection.execute(
        "CREATE ROLE analyst_of_tests LOGIN IN ROLE app_readonly"
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'analyst_of_tests'")
        else "SELECT 1"
    )
    await connection.execute("SET SESSION AUTHORIZATION analyst_of_tests")
    return connection


async def test_every_view_answers_and_is_a_barrier(analyst: Any, admin: Any) -> None:
    views = [row[0] for row in await admin.fetch(SAFE)]
    assert len(views) >= 8
    for view in views:
        await analyst.fetch(f"SELECT * FROM {view}")
        options = await admin.fetchval("SELECT reloptions FROM pg_class WHERE oid = $1::text::regclass", view)
        assert options == ["security_barrier=true"] or "security_barrier" in str(options)
        assert await admin.fetchval("SELECT obj_description($1::text::regclass)", view)


async def test_outside_ids_and_mails_are_masked(analyst: Any, sold: dict[str, Any], admin: Any) -> None:
    row = await analyst.fetchrow(
        "SELECT provider_reference, charge_reference FROM report.v_payments_safe WHERE payment_id = $1",
        uuid.UUID(sold["payment"]["id"]),
    )
    assert (row["provider_reference"], row["charge_reference"]) == ("••••1234", "••••")
    everything = []
    for view in [row[0] for row in await admin.fetch(SAFE)]:
        everything += [str(tuple(row)) for row in await analyst.fetch(f"SELECT * FROM {view}")]
    text = "\n".join(everything)
    for email in [row[0] for row in await admin.fetch("SELECT email FROM identity.accounts")]:
        assert email not in text
    assert "secretReference" not in text
    assert "ch_short" not in text


async def test_a_function_with_side_effects_sees_nothing_before_the_mask(analyst: Any, admin: Any) -> None:
    # Cheap, so that a planner would run it first; the barrier keeps it behind the masks.
    await admin.execute("CREATE SCHEMA IF NOT EXISTS traps; GRANT ALL ON SCHEMA traps TO analyst_of_tests")
    await analyst.execute(
        "CREATE OR REPLACE FUNCTION traps.leak(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
        "$$ BEGIN RAISE NOTICE 'seen %', value; RETURN true; END $$"
    )
    heard: list[str] = []
    analyst.add_log_listener(lambda _, message: heard.append(message.message))
    await analyst.fetch("SELECT * FROM report.v_customers_safe WHERE traps.leak(email)")
    await analyst.fetch("SELECT * FROM report.v_payments_safe WHERE traps.leak(provider_reference)")
    assert heard
    assert all("•" in said or "NULL" in said or said == "seen <NULL>" for said in heard), heard[:5]


async def test_an_analyst_reads_nothing_else(analyst: Any, sold: Any) -> None:
    for table in (
        "identity.accounts", "identity.passwords", "sales.orders", "payments.payments", "payments.gateway_events",
        "messaging.outbox", "audit.changes", "ledger.transfers", "report.my_sales",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await analyst.fetch(f"SELECT * FROM {table}")
    for change in ("UPDATE report.v_orders_safe SET status = 'paid'", "DELETE FROM report.v_payments_safe"):
        with pytest.raises(asyncpg.PostgresError):
            await analyst.execute(change)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await analyst.fetch("SELECT * FROM api.list_all_orders()")


async def test_a_merchant_sees_their_own_rows_and_no_others(shop: Shop, sold: dict[str, Any], connect: Any) -> None:
    seen = {}
    for who in ("first", "second"):
        account = await shop.call("web_merchant", "get_account", token=sold[who])
        role = await shop.admin.fetchval("SELECT identity.make_sql_role($1)", account["email"])
        assert role == await shop.admin.fetchval("SELECT identity.make_sql_role($1)", account["email"])
        connection = await connect()
        await connection.execute(f"SET SESSION AUTHORIZATION {role}")
        seen[who] = {
            view: [tuple(row) for row in await connection.fetch(f"SELECT * FROM report.{view}")]
            for view in ("my_products", "my_sales", "my_earnings", "my_payouts")
        }
        for attack in (
            "SELECT * FROM report.v_payments_safe", "SELECT * FROM sales.orders", "SELECT * FROM identity.sql_roles",
            "SELECT identity.make_sql_role('x')",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(attack)
        # Membership does not make somebody else of them: the log-in is asked, not the current role.
        await connection.execute("SET ROLE app_merchant_sql")
        assert len(await connection.fetch("SELECT * FROM report.my_sales")) == len(seen[who]["my_sales"])
        await shop.admin.execute(f"DELETE FROM identity.sql_roles WHERE role_name = '{role}'")
        assert await connection.fetch("SELECT * FROM report.my_sales") == []
        await connection.execute("RESET SESSION AUTHORIZATION")
        await shop.admin.execute(f"DROP ROLE {role}")
    assert [row[8] for row in seen["second"]["my_sales"]] == [1]
    assert [row[2] for row in seen["second"]["my_earnings"]] == [630]
    assert not set(seen["first"]["my_sales"]) & set(seen["second"]["my_sales"])
    assert not set(seen["first"]["my_products"]) & set(seen["second"]["my_products"])


async def test_the_matrix_is_what_is_granted(access: Access) -> None:
    """After a change of grants: `storeproc permissions > db/PERMISSIONS.md`, and read the difference."""
    assert permissions.describe(access) == (ROOT / "db" / "PERMISSIONS.md").read_text()
