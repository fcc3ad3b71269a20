"""A credit note for each refund, for what was given back of each line."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from api.invoices import document
from tests.billing.conftest import Office, read
from tests.payments.conftest import Shop
from tests.support.connections import refused

pytestmark = pytest.mark.usefixtures("invoices_are_right")


async def test_a_credit_note_for_each_refund(shop: Shop, office: Office, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product(500), 2)
    first = await office.refund(payment, amount=300, reason="arrived_damaged")
    note = await office.credit(first)  # and the invoice before it
    invoice = await read(shop, "get_invoice", customer, order_id=order["id"])
    assert (note["kind"], note["refund_id"]) == ("credit_note", first["id"])
    assert (note["invoice_id"], note["invoice_number"]) == (invoice["id"], invoice["number"])
    assert note["invoice_date"] == invoice["issue_date"]
    assert (note["total"], note["amount_paid"], note["reason"]) == (300, 300, "arrived damaged")
    assert (note["seller"], note["buyer"]) == (invoice["seller"], invoice["buyer"])
    [line] = note["items"]
    assert (line["name"], line["quantity"], line["unit_price"]) == ("Lamp", 1, 300)
    assert await office.credit(first) == note
    second = await office.credit(await office.refund(payment))
    assert second["total"] == 700
    listed = await read(shop, "list_credit_notes", customer, order_id=order["id"])
    assert listed == {"data": [note, second], "next_cursor": None}
    page = await read(shop, "list_credit_notes", customer, order_id=order["id"], limit=1)
    assert page["data"] == [note]
    page = await read(shop, "list_credit_notes", customer, order_id=order["id"], cursor=page["next_cursor"])
    assert page["data"] == [second]
    assert await read(shop, "get_credit_note", customer, credit_note_id=note["id"]) == note
    assert document.render(note)


async def test_a_whole_refund_credits_the_whole_invoice(shop: Shop, office: Office, customer: str) -> None:
    lamp, book = await office.product("Lamp", 4999, "on20"), await office.product("Book", 1500, "in7")
    kit = await office.bundle("Kit", 3000, "in19", Hammer=1, Nail=20)
    order = await office.order(customer, (lamp, 2), (book, 3), bundles=[(kit, 2)], amount=998, shipping=590)
    await office.pay(customer, order)
    invoice = await office.issue(order)
    cancelled = await shop.call(
        "web_support", "cancel_any_order", token=shop.support, order_id=order["id"], reason="changed my mind"
    )
    assert cancelled["status"] == "cancelled"
    refund = await shop.admin.fetchval("SELECT id FROM payments.refunds WHERE order_id = $1", uuid.UUID(order["id"]))
    with refused("refund_not_completed", "SH409"):
        await office.credit({"id": refund})
    await shop.call("web_worker", "complete_refund", refund_id=refund, provider_reference="re")
    note = await office.credit({"id": refund})
    same = ("subtotal", "discount", "tax", "tax_included", "shipping", "total", "taxes", "items", "currency")
    assert {name: note[name] for name in same} == {name: invoice[name] for name in same}


@pytest.mark.parametrize("tax", ["on20", "in19"])
async def test_parts_of_a_line_give_back_all_of_its_tax(office: Office, customer: str, tax: str) -> None:
    order = await office.order(customer, (await office.product("Lamp", 3333, tax), 1), amount=100, shipping=101)
    payment = await office.pay(customer, order)
    invoice = await office.issue(order)
    refunds = [await office.refund(payment, amount=amount) for amount in (1, 7, 999, 1234)]
    refunds.append(await office.refund(payment))
    notes = await asyncio.gather(*(office.credit(refund) for refund in refunds))
    for name in ("tax", "shipping", "total"):
        assert sum(note[name] for note in notes) == invoice[name], name
    assert all(item["tax"] >= 0 and item["total"] >= 0 for note in notes for item in note["items"])


async def test_pieces_are_credited_at_their_price(office: Office, customer: str) -> None:
    order = await office.order(customer, (await office.product("Lamp", 1000), 3))
    payment = await office.pay(customer, order)
    invoice = await office.issue(order)
    [item] = invoice["items"]
    refund = await office.refund(payment, items=[{"order_item_id": item["order_item_id"], "quantity": 2}])
    note = await office.credit(refund)
    [line] = note["items"]
    assert (line["name"], line["quantity"], line["unit_price"], line["total"]) == ("Lamp", 2, 1000, 2000)


async def test_a_refund_from_before_refunds_had_lines(shop: Shop, office: Office, customer: str, admin: Any) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    refund = await office.refund(payment, amount=400)
    note_lines = "DELETE FROM payments.refund_items WHERE refund_id = $1"
    async with admin.transaction():
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(note_lines, uuid.UUID(refund["id"]))
        total = await admin.fetchval("SELECT billing.issue_credit_note($1)", uuid.UUID(refund["id"]))
        assert await admin.fetchval("SELECT total FROM billing.invoices WHERE id = $1", total) == 400
        await transaction.rollback()
    await office.credit(refund)
