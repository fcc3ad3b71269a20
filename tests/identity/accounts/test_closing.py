"""An account closes when nothing is owed, and nothing then leads to the person, except what the law wants kept."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import asyncpg
import pytest

from tests.support.connections import refused
from tests.support.payouts import IBAN, payable

ADDRESS = {
    "name": "Zelda Quince", "line1": "7 Gooseberry Row", "line2": "Flat 12", "city": "Sandwich",
    "region": "Kent", "postal_code": "CT13 9ZZ", "country": "GB", "phone": "+44 1304 000000",
}  # fmt: skip
# What must be nowhere afterwards.
TRACES = ("zelda", "quince", "gooseberry", "flat 12", "ct13 9zz", "1304 000000", "1z999aa1", IBAN.lower())


@pytest.fixture
async def zelda(stranger: Any, admin: Any) -> Any:
    person = stranger()
    person.email = f"zelda.quince.{uuid.uuid4().hex[:8]}@shop.example"
    await person.sign_up(display_name="Zelda Quince", handle=f"zelda_{uuid.uuid4().hex[:8]}")
    await person.log_in()
    person.session["token"] = person.session["access_token"]
    return person


async def delivered(shop: Any, person: Any, product: str, **more: Any) -> dict[str, Any]:
    """An order that was paid, sent and has arrived."""
    token = person.session["access_token"]
    items = [{"product_id": product, "quantity": 1}]
    order = await shop.call("web_customer", "create_order", token=token, items=items, **more)
    assert await shop.event(await shop.begin(token, order), "completed") == "applied"
    for step in ("ship_order", "deliver_order"):
        order = await shop.call("web_support", step, token=shop.support, order_id=order["id"])
    return order


async def confirm(shop: Any, payout: dict[str, Any]) -> None:
    """The bank has sent it."""
    await shop.call(
        "web_support", "confirm_payout", token=shop.support, payout_id=payout["id"], provider_reference="po"
    )


async def everything(admin: Any) -> dict[str, str]:
    """Every row of every table of ours, as text."""
    tables = await admin.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'migration') ORDER BY 1"
    )
    return {
        table["name"]: await admin.fetchval(
            f"SELECT lower(coalesce(string_agg(t::text, E'\n'), '')) FROM {table['name']} t"
        )
        for table in tables
    }


async def write_about(shop: Any, zelda: Any, lamp: str, order: dict[str, Any]) -> None:
    """Texts of staff, and of the customer, that name her."""

    async def staff(function: str, **arguments: Any) -> None:
        await shop.call("web_support", function, token=shop.support, reason="Zelda Quince phoned", **arguments)

    token = zelda.session["access_token"]
    await staff("lock_wallet", account_id=zelda.account["id"])
    await staff("hold_order", order_id=order["id"])
    await staff("release_order", order_id=order["id"])
    await staff("cancel_any_order", order_id=(await shop.order(token, lamp))["id"])
    await zelda.does("cancel_order", order_id=(await shop.order(token, lamp))["id"], reason="Zelda has second thoughts")


async def test_nothing_leads_to_the_person_but_their_invoice(shop: Any, zelda: Any, admin: Any) -> None:
    await zelda.does("set_bank_account", iban=IBAN, holder="Zelda Quince")
    address = await zelda.does("create_address", **ADDRESS)
    changed = await zelda.does("update_address", address_id=address["id"], line2="Flat 12 B", given=["line2"])
    await zelda.does("delete_address", address_id=changed["id"])
    address = await zelda.does("create_address", **ADDRESS)
    lamp = await shop.product()
    order = await delivered(shop, zelda, lamp, shipping_address_id=address["id"])
    await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    await admin.execute("UPDATE fulfilment.shipments SET tracking_number = '1Z999AA1' WHERE order_id = $1", order["id"])
    back = await zelda.does(
        "create_return", order_id=order["id"], reason="Zelda moved",
        items=[{"order_item_id": order["items"][0]["id"], "quantity": 1}],
    )  # fmt: skip
    with refused("account_has_open_orders", "SH409"):
        await zelda.does("close_account")
    await shop.call(
        "web_support", "reject_return", token=shop.support, return_id=back["id"], reason="Ms Quince was late"
    )
    await write_about(shop, zelda, lamp, order)
    await zelda.does("add_cart_item", product_id=lamp, quantity=1)
    await zelda.does("update_account", email="second." + zelda.email)
    before = await everything(admin)
    assert sum(trace in text for text in before.values() for trace in TRACES) > 20

    await zelda.does("close_account")

    after = await everything(admin)
    found = {(table, trace) for table, text in after.items() for trace in TRACES if trace in text}
    assert {table for table, _ in found} == {"billing.invoices"}
    assert {trace for _, trace in found} >= {"zelda", "gooseberry"}
    kept = await admin.fetchrow("SELECT * FROM identity.accounts WHERE id = $1", zelda.account["id"])
    assert (kept["status"], kept["email"], kept["handle"], kept["display_name"]) == (
        "closed", None, None, None,
    )  # fmt: skip
    row = await admin.fetchrow(
        "SELECT status, shipping_address FROM sales.orders WHERE id = $1", uuid.UUID(order["id"])
    )
    assert (row["status"], json.loads(row["shipping_address"])) == ("delivered", {"country": "GB"})
    await shop.assert_books_balance()


async def test_a_hold_in_force_keeps_its_reason_until_it_is_released(shop: Any, zelda: Any, admin: Any) -> None:
    order = uuid.UUID((await delivered(shop, zelda, await shop.product()))["id"])
    hold = {"token": shop.support, "order_id": str(order), "reason": "Zelda denies it"}
    await shop.call("web_support", "hold_order", **hold)
    await zelda.does("close_account")
    reason = "SELECT reason FROM sales.order_holds WHERE order_id = $1"
    assert await admin.fetchval(reason, order) == "Zelda denies it"
    await shop.call("web_support", "release_order", **hold)
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'erase_account' AND payload ->> 'account_id' = $1"
    assert await admin.fetchval(jobs, zelda.account["id"]) == 2
    await shop.call("web_worker", "erase_account", account_id=zelda.account["id"])
    assert await admin.fetchval(reason, order) == "[erased]"
    assert not [table for table, text in (await everything(admin)).items() if "zelda denies" in text]


async def test_the_audit_still_says_what_happened_and_that_it_was_erased(zelda: Any, admin: Any) -> None:
    await zelda.does("update_account", display_name="Zelda Q. Quince", given=["display_name"])
    await zelda.does("close_account")
    rows = await admin.fetch(
        "SELECT operation, actor_id, old, new FROM audit.changes WHERE row_id = $1 ORDER BY id", zelda.account["id"]
    )
    assert [row["operation"] for row in rows] == ["INSERT", "UPDATE", "UPDATE", "UPDATE", "ERASE"]
    opened, renamed, closed = (json.loads(rows[i]["new"]) for i in (0, 1, 2))
    assert (opened["email"], opened["role"], opened["display_name"]) == ("[erased]", "customer", "[erased]")
    assert (json.loads(rows[1]["old"])["display_name"], renamed["display_name"]) == ("[erased]", "[erased]")
    assert closed["status"] == "closed"
    assert str(rows[-1]["actor_id"]) == zelda.account["id"]
    assert json.loads(rows[-1]["new"]) == {"rows": 3, "events": 0}


async def test_every_door_is_shut_and_the_email_is_free(zelda: Any, call: Any, stranger: Any) -> None:
    other = await zelda.log_in()
    await zelda.does("close_account")
    with refused("session_revoked", "SH401"):
        await zelda.does("get_account")
    with refused("refresh_token_invalid", "SH401"):
        await zelda.refresh(other["refresh_token"])
    with refused("credentials_invalid", "SH401"):
        await zelda.log_in()
    again = stranger()
    again.email = zelda.email
    await again.sign_up()
    assert again.account["id"] != zelda.account["id"]


async def test_an_invoice_that_was_not_made_yet_is_made_first(shop: Any, zelda: Any, admin: Any) -> None:
    address = await zelda.does("create_address", **ADDRESS)
    order = await delivered(shop, zelda, await shop.product(), shipping_address_id=address["id"])
    await zelda.does("close_account")
    issued = await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    assert (issued["invoice"]["buyer"]["name"], issued["invoice"]["buyer"]["line1"]) == (
        "Zelda Quince",
        ADDRESS["line1"],
    )


# --- what stands in the way -----------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "paid", "shipped"])
async def test_refused_with_an_order_that_is_not_finished(state: str, shop: Any, zelda: Any) -> None:
    token = zelda.session["access_token"]
    order = await shop.order(token, await shop.product())
    if state != "pending":
        await shop.event(await shop.begin(token, order), "completed")
    if state == "shipped":
        await shop.call("web_support", "ship_order", token=shop.support, order_id=order["id"])
    with refused("account_has_open_orders", "SH409") as refusal:
        await zelda.does("close_account")
    assert refusal.detail == {"orders": [int(order["number"])]}
    assert (await zelda.does("get_account"))["email"] == zelda.email


@pytest.mark.parametrize("kind", ["wallet", "credit"])
async def test_refused_with_money(kind: str, shop: Any, zelda: Any, admin: Any) -> None:
    if kind == "wallet":
        begun = await zelda.does("begin_deposit", amount=1500, currency="USD", provider="mock")
        with refused("account_has_open_payments", "SH409"):
            await zelda.does("close_account")
        await shop.event(begun["payment"], "completed")
    else:
        await shop.call(
            "web_support", "grant_credit", token=shop.support, account_id=zelda.account["id"], amount=1500,
            currency="USD", reason="sorry",
        )  # fmt: skip
    with refused("account_has_balance", "SH409") as refusal:
        await zelda.does("close_account")
    assert refusal.detail == {"balances": [{"kind": kind, "currency": "USD", "balance": 1500, "held": 0}]}


async def test_refused_while_a_withdrawal_is_on_its_way(shop: Any, zelda: Any) -> None:
    begun = await zelda.does("begin_deposit", amount=5000, currency="USD", provider="mock")
    await shop.event(begun["payment"], "completed")
    await zelda.does("set_bank_account", iban=IBAN, holder="Zelda Quince")
    payout = await zelda.does("request_withdrawal", amount=5000, currency="USD")
    with refused("account_has_balance", "SH409"):
        await zelda.does("close_account")
    await confirm(shop, payout)
    await zelda.does("close_account")
    await shop.assert_books_balance()


async def test_a_merchant_goes_without_earnings_or_sales_and_their_products_too(
    shop: Any, staff: Any, zelda: Any, call: Any, admin: Any
) -> None:
    merchant = await staff.somebody("merchant")
    lamp = (
        await merchant.does("create_product", name="Lamp", description="", sku="L", price=500, currency="USD", stock=10)
    )["id"]
    token = zelda.session["access_token"]
    order = await shop.order(token, lamp)
    with refused("account_has_open_orders", "SH409"):
        await merchant.does("close_account")
    await zelda.does("cancel_order", order_id=order["id"])
    await delivered(shop, zelda, lamp)
    with refused("account_has_balance", "SH409") as refusal:
        await merchant.does("close_account")
    earned = refusal.detail["balances"][0]
    assert (earned["kind"], earned["balance"]) == ("earnings", 450)
    await payable(admin, merchant.account["id"])
    # The return window is over.
    await admin.execute("UPDATE ledger.order_earnings SET available_from = now() WHERE available_from < 'infinity'")
    await confirm(shop, await merchant.does("request_payout", amount=450, currency="USD"))
    await merchant.does("close_account")
    with refused("product_not_found", "SH404"):
        await call("web_anonymous", "get_product", product_id=lamp)
    with refused("product_not_found", "SH404"):
        await shop.order(token, lamp)


async def test_the_last_admin_stays(make_database: Any) -> None:
    access = make_database()
    connection = await asyncpg.connect(access.admin())
    try:
        for email in ("one@shop.example", "two@shop.example"):
            await connection.execute("INSERT INTO identity.accounts (email, role) VALUES ($1, 'admin')", email)
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM identity.accounts ORDER BY id")]
        await connection.execute("SELECT identity.close_account($1)", ids[0])
        with refused("last_admin", "SH409"):
            await connection.execute("SELECT identity.close_account($1)", ids[1])
    finally:
        await connection.close()


# --- at once --------------------------------------------------------------------------------------


async def test_two_admins_who_leave_at_once_leave_one(make_database: Any) -> None:
    access = make_database()
    one, two = await asyncpg.connect(access.admin()), await asyncpg.connect(access.admin())
    try:
        ids = [
            await one.fetchval("INSERT INTO identity.accounts (email, role) VALUES ($1, 'admin') RETURNING id", email)
            for email in ("one@shop.example", "two@shop.example")
        ]
        ends = await asyncio.gather(
            one.execute("SELECT identity.close_account($1)", ids[0]),
            two.execute("SELECT identity.close_account($1)", ids[1]),
            return_exceptions=True,
        )
        assert [getattr(end, "constraint_name", "closed") for end in ends].count("last_admin") == 1
        assert await one.fetchval("SELECT count(*) FROM identity.accounts WHERE status = 'active'") == 1
    finally:
        await one.close()
        await two.close()


async def test_orders_and_the_closing_at_once(shop: Any, stranger: Any, admin: Any) -> None:
    """Each order is there before, and the closing refused, or is refused itself, or has slipped in beside the closing
    and is cancelled when the worker comes by."""
    lamp = await shop.product()
    ends: list[str] = []
    for _ in range(12):
        person = await stranger().sign_up()
        await person.log_in()
        token = person.session["access_token"]
        await person.does("create_address", **ADDRESS)
        barrier = asyncio.Barrier(4)

        async def order(token: str = token, barrier: asyncio.Barrier = barrier) -> str:
            await barrier.wait()
            return str((await shop.order(token, lamp))["id"])

        async def close(person: Any = person, barrier: asyncio.Barrier = barrier) -> str:
            await barrier.wait()
            await asyncio.sleep(len(ends) % 4 / 1000)  # not always the first
            await person.does("close_account")
            return "closed"

        done = await asyncio.gather(order(), order(), order(), close(), return_exceptions=True)
        ends.append(getattr(done[-1], "constraint_name", "closed"))
        assert {getattr(end, "constraint_name", "ordered") for end in done[:3]} <= {"ordered", "session_revoked"}
        if ends[-1] == "closed":
            await shop.call("web_worker", "erase_account", account_id=person.account["id"])
            assert await admin.fetchval(
                "SELECT count(*) FROM sales.orders WHERE account_id = $1 AND status <> 'cancelled'",
                uuid.UUID(person.account["id"]),
            ) == 0  # fmt: skip
    assert set(ends) <= {"closed", "account_has_open_orders"}
    await shop.assert_books_balance()


async def test_what_was_let_in_before_and_writes_after_is_erased_a_minute_later(
    zelda: Any, admin: Any, shop: Any
) -> None:
    await zelda.does("close_account")
    job = await admin.fetchrow(
        "SELECT run_at - now() AS wait FROM messaging.outbox "
        "WHERE kind = 'erase_account' AND payload ->> 'account_id' = $1",
        zelda.account["id"],
    )
    assert 50 < job["wait"].total_seconds() < 61
    account = uuid.UUID(zelda.account["id"])
    await admin.execute(
        "INSERT INTO identity.addresses (account_id, name, line1, city, country) "
        "VALUES ($1, 'Somebody Late', 'x', 'y', 'GB')",
        account,
    )
    await shop.call("web_worker", "erase_account", account_id=zelda.account["id"])
    assert await admin.fetchval("SELECT count(*) FROM identity.addresses WHERE account_id = $1", account) == 0
    assert await admin.fetchval(
        "SELECT count(*) FROM audit.changes "
        "WHERE table_name = 'identity.addresses' AND concat(old::text, new::text) LIKE '%Late%'"
    ) == 0  # fmt: skip
    assert (
        await admin.fetchval(
            "SELECT count(*) FROM audit.changes WHERE operation = 'ERASE' AND row_id = $1", str(account)
        )
        == 2
    )


async def test_nobody_writes_the_person_back(zelda: Any, shop: Any, connect: Any) -> None:
    """A change of the profile that waits while the account closes."""
    holder = await connect()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT set_config('app.actor', $1, true)", zelda.account["id"])
    await holder.execute("SELECT identity.close_account($1)", uuid.UUID(zelda.account["id"]))
    change = asyncio.create_task(zelda.does("update_account", display_name="Zelda again", given=["display_name"]))
    await shop.until(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    await transaction.commit()
    with refused("session_revoked", "SH401"):
        await change
