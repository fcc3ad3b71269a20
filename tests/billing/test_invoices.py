"""An invoice for each paid order: numbered without a gap, never changed."""

from __future__ import annotations

import asyncio
import random
import uuid
from base64 import b64decode, b64encode
from functools import partial
from typing import Any

import asyncpg
import pytest

from api.invoices import document
from api.worker.jobs import invoices as jobs
from tests.billing.conftest import Office, read, worker
from tests.payments.conftest import Shop
from tests.support.connections import refused

pytestmark = pytest.mark.usefixtures("invoices_are_right")

TABLES = ("invoices", "invoice_items", "invoice_files", "sellers")


# --- what an invoice says -------------------------------------------------------------------------


async def test_an_invoice_says_what_was_bought(shop: Shop, office: Office, customer: str) -> None:
    lamp, book = await office.product("Lamp", 4999, "on20"), await office.product("Book", 1500)
    order = await office.order(customer, (lamp, 2), (book, 3), amount=998, product_ids=[lamp], shipping=590)
    await office.pay(customer, order)
    made = await office.issue(order)
    assert made == await read(shop, "get_invoice", customer, order_id=order["id"])
    assert (made["kind"], made["order_id"], made["order_number"]) == ("invoice", order["id"], order["number"])
    assert (made["refund_id"], made["invoice_id"], made["reason"]) == (None, None, None)
    assert (made["currency"], made["minor_units"]) == ("USD", 2)
    shown = [
        (i["position"], i["name"], i["quantity"], i["unit_price"], i["discount"], i["tax_rate"], i["tax"], i["total"])
        for i in made["items"]
    ]
    assert sorted(shown, key=lambda i: i[1]) == [
        (shown[0][0] if shown[0][1] == "Book" else shown[1][0], "Book", 3, 1500, 0, 0, 0, 4500),
        (shown[0][0] if shown[0][1] == "Lamp" else shown[1][0], "Lamp", 2, 4999, 998, 20, 1800, 10800),
    ]
    assert [i["position"] for i in made["items"]] == [1, 2]
    sums = (made["subtotal"], made["discount"], made["tax"], made["shipping"], made["total"], made["amount_paid"])
    # Two thirds of the shipping carry the lamps.
    assert sums == (14498, 998, 1879, 590, 15969, 15969)
    none = {"reason_code": None, "reason": None}
    assert made["taxes"] == [
        {"category": "O", "name": None, "rate": 0, "basis": 4500 + 197, "amount": 0, "gross": 4697} | none,
        {"category": "S", "name": "VAT", "rate": 20, "basis": 9000 + 393, "amount": 1879, "gross": 11272} | none,
    ]
    assert (made["shipping_tax"], [part["amount"] for part in made["shipping_parts"]]) == (79, [393, 197])
    buyer = made["buyer"]
    assert (buyer["name"], buyer["recipient"], buyer["city"], buyer["country"]) == (
        "নুসরাত জাহান", "নুসরাত জাহান", "Dhaka", "BD",
    )  # fmt: skip
    assert document.render(made).startswith(b"%PDF-")


async def test_an_invoice_is_made_once(shop: Shop, office: Office, customer: str, connect: Any) -> None:
    order, _ = await shop.paid(customer, await shop.product())
    first = await connect("web_worker")
    async with first.transaction():
        number = await first.fetchval("SELECT ((api.issue_invoice($1)).invoice).number", order["id"])
        others = [asyncio.create_task(office.issue(order)) for _ in range(8)]
        # All of them stand at the order's door before the first is through.
        await shop.until(
            "SELECT count(*) = 8 FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = 'web_worker' AND wait_event_type = 'Lock'"
        )
    assert {made["number"] for made in await asyncio.gather(*others)} == {number}
    count = "SELECT count(*) FROM billing.invoices WHERE order_id = $1"
    assert await shop.admin.fetchval(count, uuid.UUID(order["id"])) == 1


async def test_a_free_order_has_an_invoice(office: Office, customer: str) -> None:
    order = await office.order(customer, (await office.product("Sample", 0, "in19"), 1))
    made = await office.issue(order)
    assert made["total"] == 0
    assert document.render(made)


async def test_there_is_none_before_the_payment(shop: Shop, office: Office, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    with refused("invoice_not_found", "SH404"):
        await read(shop, "get_invoice", customer, order_id=order["id"])
    with refused("order_not_paid", "SH409"):
        await office.issue(order)
    with refused("order_not_found", "SH404"):
        await office.issue({"id": "00000000-0000-7000-8000-000000000009"})


async def test_for_a_moment_it_is_being_made(shop: Shop, office: Office, customer: str) -> None:
    order, _ = await shop.paid(customer, await shop.product())
    for function in ("get_invoice", "get_invoice_pdf"):
        with refused("invoice_not_ready", "SH404") as refusal:
            await read(shop, function, customer, order_id=order["id"])
        assert refusal.detail == {"retry_after": 2}
    await office.issue(order)
    await read(shop, "get_invoice", customer, order_id=order["id"])
    with refused("invoice_not_ready", "SH404"):
        await read(shop, "get_invoice_pdf", customer, order_id=order["id"])


async def test_a_payment_asks_for_its_invoice(shop: Shop, office: Office, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    refund = await office.refund(payment, amount=100)
    kinds = await shop.admin.fetch(
        "SELECT kind FROM messaging.outbox "
        "WHERE payload ->> 'order_id' = $1 OR payload ->> 'refund_id' = $2 ORDER BY id",
        order["id"], refund["id"],
    )  # fmt: skip
    assert [row["kind"] for row in kinds if row["kind"].startswith("issue")] == ["issue_invoice", "issue_credit_note"]


# --- who sells, who buys --------------------------------------------------------------------------


async def test_the_seller_is_as_it_was_at_purchase(shop: Shop, office: Office, customer: str) -> None:
    iban = "DE02120300000000202051"
    first = await office.sells(line1="Old Street 1", city="Berlin", country="DE", vat_id="DE1", iban=iban)
    order, _ = await shop.paid(customer, await shop.product())
    second = await office.sells(name="Nordlicht Europa SE", country="FR", vat_id="FR2")
    later, _ = await shop.paid(customer, await shop.product())
    assert second["version"] == first["version"] + 1
    made = await office.issue(order)
    assert made["seller"] == {
        "name": "Nordlicht Outfitters GmbH", "email": None, "phone": None, "line1": "Old Street 1", "line2": None,
        "postal_code": None, "city": "Berlin", "region": None, "country": "DE", "registration": None, "vat_id": "DE1",
        "tax_number": None, "iban": iban,
    }  # fmt: skip
    assert (await office.issue(later))["seller"]["name"] == "Nordlicht Europa SE"


async def test_a_seller_who_moves_before_the_payment(shop: Shop, office: Office) -> None:
    """What decided the tax of an order has to be true of its invoice: it names the seller under whom it was placed."""
    await office.sells(country="DE", vat_id="DE123456788")
    make = partial(shop.call, "web_admin", "create_tax_exemption", token=office.admin, text="No tax here")
    for category, countries in (("K", ["FR", "US"]), ("K", ["DE"]), ("G", ["CH", "FR"]), ("G", ["DE"])):
        with refused("exemption_needs_border", "SH422"):
            await make(category=category, destination="countries", countries=countries, buyer="business")
    rule = await make(category="K", reason_code="VATEX-EU-IC", destination="eu", buyer="business")
    buyer = await shop.account()
    address = await shop.call(
        "web_customer", "create_address", token=buyer, name="Marie", line1="1 Rue", city="Paris", postal_code="75001",
        country="FR", tax_id="FR78500000005",
    )  # fmt: skip
    order = await shop.call(
        "web_customer", "create_order", token=buyer, currency="USD", shipping_address_id=address["id"],
        items=[{"product_id": await shop.product(), "quantity": 1}],
    )  # fmt: skip
    await office.sells(country="FR", vat_id="FR78500000005", name="Boutique")
    await office.pay(buyer, order)
    made = await office.issue(order)
    assert (made["seller"]["country"], made["items"][0]["tax_category"]) == ("DE", "K")
    await shop.call("web_admin", "end_tax_exemption", token=office.admin, exemption_id=rule["id"])


async def test_the_buyer_is_as_they_were(shop: Shop, office: Office) -> None:
    buyer = await shop.account()
    await shop.call("web_customer", "update_account", token=buyer, display_name="欧阳娜娜")
    order, _ = await shop.paid(buyer, await shop.product())
    made = await office.issue(order)
    await shop.call("web_customer", "update_account", token=buyer, display_name="Somebody Else")
    assert made["buyer"]["name"] == "欧阳娜娜"
    assert await read(shop, "get_invoice", buyer, order_id=order["id"]) == made


async def test_where_an_e_invoice_is_asked_for(shop: Shop, office: Office, customer: str) -> None:
    registered: dict[str, Any] = {"country": "DE", "vat_id": "DE123456789"}
    for seller, expected in (
        (registered, True),
        (registered | {"e_invoice": False}, False),
        ({"country": "US", "tax_number": "12-3456789"}, False),
        # EN 16931 knows the VAT of the EU.
        ({"country": "US", "tax_number": "12-3456789", "e_invoice": True}, False),
        ({"country": "DE"}, False),  # not enough is known of the seller
        ({}, False),
    ):
        await office.sells(**seller)
        order, _ = await shop.paid(customer, await shop.product())
        made = await office.issue(order)
        assert made["e_invoice"] is expected, seller
        assert (b"factur-x.xml" in document.render(made)) is expected
    with refused("e_invoice_seller_incomplete", "23514"):
        await office.sells(e_invoice=True)


async def test_a_seller_that_was_changed_meanwhile(shop: Shop, office: Office) -> None:
    seller = await office.sells()
    with refused("version_stale", "SH412"):
        await office.sells(if_match=seller["version"] - 1)
    answers = await asyncio.gather(
        *(office.sells(name=f"Shop {n}", if_match=seller["version"]) for n in range(8)), return_exceptions=True
    )
    told = [a["version"] if isinstance(a, dict) else a.constraint_name for a in answers]  # type: ignore[union-attr]
    assert told.count(seller["version"] + 1) == 1
    assert set(told) <= {seller["version"] + 1, "version_stale", "seller_changed_meanwhile"}
    assert await read(shop, "get_seller", office.admin, "admin") == next(a for a in answers if isinstance(a, dict))


# --- numbers --------------------------------------------------------------------------------------


async def test_no_gap_with_fifty_at_once_of_which_some_fail(shop: Shop, office: Office, access: Any) -> None:
    lamp = await shop.product()
    buyers = [await shop.account() for _ in range(5)]
    orders = [(await shop.paid(buyers[n % 5], lamp))[0] for n in range(50)]
    before = await shop.admin.fetchval("SELECT coalesce(max(sequence), 0) FROM billing.invoices WHERE kind = 'invoice'")
    start = asyncio.Barrier(50)
    dice = random.Random(4)
    fates = ["commit"] * 30 + ["roll back"] * 12 + ["lose the connection"] * 8
    dice.shuffle(fates)

    async def issue(order: dict[str, Any], fate: str) -> str | None:
        connection = await asyncpg.connect(access.url("web_worker"))
        try:
            await start.wait()
            transaction = connection.transaction()
            await transaction.start()
            number: str = await connection.fetchval("SELECT ((api.issue_invoice($1)).invoice).number", order["id"])
            if fate == "commit":
                await transaction.commit()
                return number
            if fate == "roll back":
                await transaction.rollback()
            return None
        finally:
            connection.terminate() if fate == "lose the connection" else await connection.close()

    numbers = [n for n in await asyncio.gather(*(issue(*both) for both in zip(orders, fates, strict=True))) if n]
    year = numbers[0].split("-")[1]
    assert sorted(numbers) == [f"INV-{year}-{before + n:06}" for n in range(1, 31)]
    # What failed is done again, and goes on where the last one ended.
    again = [await office.issue(order) for order, fate in zip(orders, fates, strict=True) if fate != "commit"]
    assert [made["number"] for made in again] == [f"INV-{year}-{before + n:06}" for n in range(31, 51)]
    times = await shop.admin.fetch("SELECT created_at FROM billing.invoices WHERE kind = 'invoice' ORDER BY sequence")
    assert times == sorted(times)


async def test_each_year_and_each_kind_counts_for_itself(shop: Shop, office: Office, customer: str, admin: Any) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    invoice = await office.issue(order)
    note = await office.credit(await office.refund(payment, amount=100))
    prefix, year, _ = invoice["number"].split("-")
    assert (prefix, note["number"].split("-")[:2]) == ("INV", ["CN", year])
    # Whoever waited over the turn of the year is refused, and the number goes back.
    other, _ = await shop.paid(customer, await shop.product())
    with refused("invoice_of_another_year", "23514"):
        async with admin.transaction():
            await admin.execute(
                "ALTER TABLE billing.invoices ALTER created_at SET DEFAULT clock_timestamp() + interval '1 year'"
            )
            await admin.execute("SELECT billing.issue_invoice($1)", uuid.UUID(other["id"]))


async def test_a_long_number_is_not_cut(admin: Any) -> None:
    for sequence, number in ((7, "INV-2026-000007"), (1234567, "INV-2026-1234567")):
        found = await admin.fetchval("SELECT billing.number_of('invoice', 2026, $1)", sequence)
        assert found == number


# --- nobody changes one ---------------------------------------------------------------------------


async def test_nobody_changes_an_invoice(shop: Shop, office: Office, customer: str, admin: Any) -> None:
    order, _ = await shop.paid(customer, await shop.product())
    await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    for table in TABLES:
        for statement in (
            "UPDATE billing.{} SET created_at = now()",
            "DELETE FROM billing.{}",
            "TRUNCATE billing.{} CASCADE",
        ):
            if table == "invoice_items":
                statement = statement.replace("created_at = now()", "total = 0")
            with refused("append_only", "SH409"):
                await admin.execute(statement.format(table))
    rights = await admin.fetch(
        "SELECT c.relname, r.rolname, p.privilege FROM pg_class AS c CROSS JOIN pg_roles AS r "
        "CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p (privilege) "
        "WHERE c.relnamespace = 'billing'::regnamespace AND c.relkind = 'r' AND c.relname <> 'sellers' "
        "AND r.rolname ~ '^(store_api|app_|web_)' AND has_table_privilege(r.oid, c.oid, p.privilege)"
    )
    assert rights == []


async def test_the_page_is_kept_once(shop: Shop, office: Office, customer: str) -> None:
    order, _ = await shop.paid(customer, await shop.product())
    number = await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    kept = await read(shop, "get_invoice_pdf", customer, order_id=order["id"])
    assert kept["number"] == number
    made = await office.issue(order)
    assert b64decode(kept["content"]) == document.render(made)
    assert await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]}) == f"{number} was printed before"
    again = {"invoice_id": made["id"], "content": kept["content"]}
    await shop.call("web_worker", "store_invoice_pdf", **again)
    with refused("invoice_printed_already", "SH409"):
        await shop.call(
            "web_worker", "store_invoice_pdf", invoice_id=made["id"], content=b64encode(b"%PDF-1.7 other").decode()
        )
    assert await read(shop, "get_invoice_pdf", customer, order_id=order["id"]) == kept
    with refused("invoice_not_found", "SH404"):
        await shop.call("web_worker", "store_invoice_pdf", **(again | {"invoice_id": uuid.UUID(int=1)}))
    other, _ = await shop.paid(customer, await shop.product())
    with refused("invoice_file_is_no_pdf", "23514"):
        other_invoice = await office.issue(other)
        await shop.call(
            "web_worker", "store_invoice_pdf", invoice_id=other_invoice["id"], content=b64encode(b"<html>").decode()
        )
