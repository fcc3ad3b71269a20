"""What a DBA cannot do by hand: without a ticket, as staff, or with money that is the shop's own."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused

NO_TICKETS = [None, "", "because she asked", "T-", "x" * 50]


@pytest.mark.parametrize("ticket", NO_TICKETS)
async def test_a_ticket_is_needed(admin: Any, ticket: str | None) -> None:
    for call in ("identity.act_for('a@example.com', $1)", "payments.fail_by_hand(uuidv7(), $1)",
                 "payments.complete_by_hand(uuidv7(), $1, 1, 'USD')"):  # fmt: skip
        with refused("ticket_invalid", "SH422"):
            await admin.fetchval(f"SELECT {call}", ticket)


async def test_nobody_acts_as_staff_or_somebody_who_is_closed(admin: Any) -> None:
    await admin.execute(
        "INSERT INTO identity.accounts (email, role, status) VALUES ('boss@example.com', 'admin', 'active'), "
        "('agent@example.com', 'support', 'active'), ('gone@example.com', 'customer', 'suspended')"
    )
    for name in ("boss", "agent", "gone", "nobody"):
        with refused("account_not_found", "SH404"):
            await admin.fetchval("SELECT identity.act_for($1, 'T-1')", f"{name}@example.com")


async def test_what_is_done_for_a_customer_has_both_names(admin: Any, call: Any, connect: Any) -> None:
    await call("web_anonymous", "create_account", email="eve@example.com", password="x" * 60)
    person = await connect()
    account = await person.fetchval("SELECT identity.act_for('EVE@example.com', '812')")
    await person.fetchval("SELECT api.update_account(display_name => 'Eve')")
    row = await admin.fetchrow(
        "SELECT actor_id, db_role FROM audit.changes WHERE row_id = $1::text AND operation = 'UPDATE' "
        "AND table_name = 'identity.accounts' ORDER BY at DESC LIMIT 1",
        str(account),
    )
    assert (row["actor_id"], row["db_role"]) == (account, "postgres")
    session = await admin.fetchrow("SELECT user_agent, expires_at - now() AS left FROM identity.sessions "
                                   "WHERE account_id = $1 ORDER BY id DESC LIMIT 1", account)  # fmt: skip
    assert session["user_agent"] == "Customer service, by SQL"
    assert session["left"].total_seconds() <= 900


async def test_an_amount_that_was_mistyped_moves_no_money(admin: Any, shop: Shop) -> None:
    """A callback with another amount books all of it and refunds it; typed by hand it is a mistake."""
    customer, product = await shop.account(), await shop.product(price=1000)
    payment = await shop.begin(customer, await shop.order(customer, product))
    for amount, currency in ((20, "USD"), (2000, "EUR"), (None, "USD"), (2000, None)):
        with refused("payment_amount_invalid", "SH422"):
            await admin.fetchval(
                "SELECT payments.complete_by_hand($1::text::uuid, 'T-1', $2, $3)", payment["id"], amount, currency
            )
    assert (await shop.see(payment))["status"] == "initiated"
    complete = "SELECT payments.complete_by_hand($1::text::uuid, 'T-1', 2000, 'usd')"
    assert await admin.fetchval(complete, payment["id"]) is True


async def test_no_log_in_of_the_shop_may_do_it(admin: Any) -> None:
    held = await admin.fetch(
        "SELECT r.rolname, p.proname FROM pg_roles AS r CROSS JOIN pg_proc AS p "
        "WHERE r.rolname ~ '^(web|app|merchant|store_(api|monitor|backup))' "
        "AND p.proname IN ('act_for', 'complete_by_hand', 'fail_by_hand', 'make_dba_role', 'make_analyst_role') "
        "AND has_function_privilege(r.oid, p.oid, 'EXECUTE')"
    )
    assert held == []


async def test_an_analyst_sees_the_payers_masked_address(admin: Any, shop: Shop) -> None:
    _, payment = await shop.paid(await shop.account(), await shop.product())
    query = "SELECT email FROM report.v_payments_safe WHERE payment_id = $1"
    shown = await admin.fetchval(query, uuid.UUID(payment["id"]))
    assert shown[1:] == "•••@•••.com"
