"""What a payment changes is audited by columns that are named, for speed: to the letter what the general way says."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop

GENERAL = """
CREATE TRIGGER general_update AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id', {hidden});
CREATE TRIGGER general_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id', {hidden})
"""
HIDDEN = {
    "sales.orders": ["version"],
    "payments.payments": ["version", "outside_key", "checkout_url", "return_url", "check_at"],
}
# Nothing yet, of a payment that begins: not written, where its columns are named.
ZEROS = {"amount_captured": 0, "amount_applied": 0, "amount_refunded": 0, "fee": 0}


@pytest.fixture(scope="module")
async def twice(admin: Any) -> Any:
    """Every change of an order and of a payment is audited in both ways."""
    for table, hidden in HIDDEN.items():
        await admin.execute(GENERAL.format(table=table, hidden=", ".join(f"'{column}'" for column in hidden)))
    return admin


async def updates(admin: Any, row_id: str) -> list[tuple[str, str]]:
    """What is told of a row's updates, in both ways, in order."""
    rows = await admin.fetch(
        "SELECT old::text, new::text FROM audit.changes WHERE row_id = $1 AND operation = 'UPDATE' ORDER BY id", row_id
    )
    return [(row["old"], row["new"]) for row in rows]


def assert_pairs(told: list[tuple[str, str]], least: int) -> None:
    assert len(told) >= 2 * least
    for one, other in zip(told[::2], told[1::2], strict=True):
        assert one == other
        assert set(json.loads(one[0])) == set(json.loads(one[1]))


async def test_the_life_of_an_order_is_told_the_same_both_ways(twice: Any, shop: Shop) -> None:
    customer, lamp = await shop.account(), await shop.product()
    order = await shop.order(customer, lamp)
    failed = await shop.begin(customer, order, amount=100)
    await shop.open(failed)
    await shop.event(failed, "failed", failure_code="card_declined")
    part = await shop.begin(customer, order, amount=300)
    await shop.event(part, "authorized", charge_reference="ch_1")
    await shop.event(part, "completed")
    rest = await shop.begin(customer, order)
    await shop.open(rest)
    await shop.event(rest, "completed")
    await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=rest["id"], amount=200, reason="requested"
    )
    given_up = await shop.order(customer, lamp)
    await shop.call("web_customer", "cancel_order", token=customer, order_id=given_up["id"])
    for row_id, least in ((order["id"], 3), (failed["id"], 2), (part["id"], 2), (rest["id"], 3), (given_up["id"], 1)):
        assert_pairs(await updates(twice, row_id), least)


async def test_no_column_is_forgotten(twice: Any, shop: Shop) -> None:
    """Whoever updates a column by hand, of those there are now and those that come, finds it in the audit."""
    order, payment = await shop.paid(await shop.account(), await shop.product())
    for table, row_id in (("sales.orders", order["id"]), ("payments.payments", payment["id"])):
        before = len(await updates(twice, row_id))
        columns = await twice.fetch(
            "SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute"
            " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
            " AND attidentity = '' AND attname <> 'id'",
            table,
        )
        await twice.execute(f"ALTER TABLE {table} DISABLE TRIGGER check_transition")
        names = {"sales.orders": "order_rules", "payments.payments": "payment_rules"}
        await twice.execute(f"ALTER TABLE {table} DROP CONSTRAINT {names[table]}")
        changed = 0
        for column, kind in columns:
            value = {
                "text": "coalesce({0}, '') || 'x'", "character": "'ZZ'", "uuid": "gen_random_uuid()",
                "bigint": "coalesce({0}, 0) + 7", "integer": "coalesce({0}, 0) + 7", "smallint": "coalesce({0}, 0) + 7",
                "timestamp with time zone": "coalesce({0}, now()) + interval '1 hour'", "boolean": "NOT {0}",
                "jsonb": "coalesce({0}, '{{}}') || '{{\"x\": 1}}'", "numeric": "coalesce({0}, 0) + 7",
            }[kind].format(column)  # fmt: skip
            async with twice.transaction():
                await twice.execute("SET LOCAL session_replication_role = replica")  # foreign keys and other triggers
                await twice.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER audit_update")
                await twice.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER general_update")
                await twice.execute(f"UPDATE {table} SET {column} = {value} WHERE id = $1", uuid.UUID(row_id))
            changed += column not in HIDDEN[table]
        told = (await updates(twice, row_id))[before:]
        assert_pairs(told, changed)
        assert len(told) == 2 * changed, told


async def test_a_new_payment_is_told_the_same_but_for_zeros(twice: Any, shop: Shop) -> None:
    customer = await shop.account()
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    named, general = [
        json.loads(row["new"])
        for row in await twice.fetch(
            "SELECT new::text FROM audit.changes WHERE row_id = $1 AND operation = 'INSERT' ORDER BY id", payment["id"]
        )
    ]
    assert {**ZEROS, **named}.items() >= (general.items() - {("created_at", general["created_at"])})
    assert set(named) - set(general) == {"check_at"}


async def test_a_row_made_by_hand_is_told_whole(admin: Any, shop: Shop) -> None:
    """The shop's functions fill some columns of a new row; somebody with a prompt may fill any."""
    account = await admin.fetchval("SELECT id FROM identity.accounts LIMIT 1")
    transaction = admin.transaction()
    await transaction.start()
    order = await admin.fetchval(
        "INSERT INTO sales.orders (account_id, currency, subtotal, total, status, amount_paid, paid_at)"
        " VALUES ($1, 'USD', 500, 500, 'paid', 500, now()) RETURNING id",
        account,
    )
    told = await admin.fetchval(
        "SELECT new FROM audit.changes WHERE table_name = 'sales.orders' AND row_id = $1", str(order)
    )
    await transaction.rollback()
    told = json.loads(told) if isinstance(told, str) else told
    assert told["amount_paid"] == 500
    assert "paid_at" in told
