"""Tax inside the price, on top of it, and both: an invoice says what its order cost, its credit notes give all of it
back, and the e-invoice inside keeps the rules of EN 16931."""

from __future__ import annotations

import asyncio
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import facturx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.invoices import document, einvoice
from tests.billing.conftest import RATES, Office
from tests.billing.reading import broken_rules, text
from tests.payments.conftest import Shop

pytestmark = pytest.mark.usefixtures("invoices_are_right")

GERMAN = {"country": "DE", "vat_id": "DE123456789"}  # whose invoices are e-invoices
SUMS = ("subtotal", "discount", "tax", "tax_included", "shipping", "total")


async def paid(office: Office, customer: str, *lines: tuple[str, int], **given: Any) -> tuple[Any, Any, Any]:
    order = await office.order(customer, *lines, **given)
    payment = await office.pay(customer, order)
    return order, payment, await office.issue(order)


def assert_e_invoice_is_right(made: dict[str, Any]) -> None:
    xml = einvoice.write(made)
    assert facturx.xml_check_xsd(xml.encode(), flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []


# --- any order, any refunds -----------------------------------------------------------------------

# Prices from a unit to ten thousand, in a currency's own decimals.
PRICES = {"JPY": 10**4, "EUR": 10**6, "KWD": 10**7}


@st.composite
def purchases(draw: st.DrawFn) -> dict[str, Any]:
    currency = draw(st.sampled_from(sorted(PRICES)))
    price = st.integers(0, 30) | st.integers(1, PRICES[currency])
    line = st.tuples(st.sampled_from([*RATES, "untaxed"]), price, st.sampled_from((1, 2, 3, 7, 100)))
    lines = draw(st.lists(line, min_size=1, max_size=5))
    off = draw(
        st.none()
        | st.builds(lambda n: {"basis_points": n}, st.integers(1, 10_000))
        | st.builds(lambda n: {"amount": n}, st.integers(1, PRICES[currency]))
    )
    return {
        "currency": currency,
        "lines": lines,
        # A promotion that takes nothing off refuses the order.
        "off": off if off and sum(p * q for _, p, q in lines) * off.get("basis_points", 10_000) >= 10_000 else {},
        "shipping": draw(st.sampled_from((0, 0, 590, 1))),
        # Each takes a part of what is left, or pieces of a line; at last comes the rest.
        "refunds": draw(st.lists(st.integers(1, 99) | st.tuples(st.integers(0, 4), st.integers(1, 3)), max_size=4)),
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(purchase=purchases())
@example({"currency": "JPY", "lines": [("on20", 2, 1)] * 5, "off": {}, "shipping": 0, "refunds": [50]})
@example({"currency": "EUR", "lines": [("in33", 1, 1), ("in19", 999, 7)], "off": {"basis_points": 3333},
          "shipping": 590, "refunds": [1, 50, (1, 2), 99]})  # fmt: skip
@example({"currency": "EUR", "lines": [("in19", 1190, 1)], "off": {}, "shipping": 590, "refunds": [(0, 1)]})
@example({"currency": "KWD", "lines": [("on8", 1, 3), ("in7", 1, 3), ("zero", 5, 1)], "off": {"amount": 1},
          "shipping": 0, "refunds": [(0, 1), (0, 1), (1, 1)]})  # fmt: skip
async def test_invoices_say_what_was_paid_and_credit_notes_all_of_it_back(
    office: Office, shop: Shop, customer: str, purchase: dict[str, Any]
) -> None:
    lines = [
        (await office.product(f"Thing {n}", price, tax, purchase["currency"]), quantity)
        for n, (tax, price, quantity) in enumerate(purchase["lines"])
    ]
    await sells_as(office, GERMAN)
    order = await office.order(
        customer, *lines, currency=purchase["currency"], shipping=purchase["shipping"], **purchase["off"]
    )
    free = order["total"] == 0
    payment = {} if free else await office.pay(customer, order)
    invoice = await office.issue(order)

    assert {name: invoice[name] for name in SUMS} == {name: order[name] for name in SUMS}
    by_line = {item["order_item_id"]: item for item in invoice["items"]}
    assert by_line.keys() == {item["id"] for item in order["items"]}
    for item in order["items"]:
        shown = by_line[item["id"]]
        same = ("quantity", "unit_price", "discount", "tax", "tax_rate", "tax_included", "total")
        assert {name: shown[name] for name in same} == {name: item[name] for name in same}
        assert_a_line_is_right(shown)
    assert_document_is_right(invoice)
    if free:
        return

    refunds = [made for refund in purchase["refunds"] if (made := await part(office, shop, payment, order, refund))]
    if await left(shop, order):
        refunds.append(await office.refund(payment))
    # In any order: whoever comes first at the order's door.
    notes = await asyncio.gather(*(office.credit(refund) for refund in refunds))
    for name in ("tax", "tax_included", "shipping", "total"):
        assert sum(note[name] for note in notes) == invoice[name], name
    for item in invoice["items"]:
        credited = [i for note in notes for i in note["items"] if i["order_item_id"] == item["order_item_id"]]
        for name in ("net", "tax", "total"):
            assert sum(i[name] for i in credited) == item[name], name
            assert min((i[name] for i in credited), default=0) >= 0
        assert {(i["tax_rate"], i["tax_category"], i["tax_included"]) for i in credited} <= {
            (item["tax_rate"], item["tax_category"], item["tax_included"])
        }
    for note in notes:
        assert_document_is_right(note)


async def sells_as(office: Office, seller: dict[str, Any]) -> None:
    now = await office.shop.call("web_admin", "get_seller", token=office.admin)
    if not seller.items() <= now.items():
        await office.sells(**seller)


async def left(shop: Shop, order: dict[str, Any]) -> int:
    amount: int = await shop.admin.fetchval(
        "SELECT amount_paid - amount_refunded FROM sales.orders WHERE id = $1", uuid.UUID(order["id"])
    )
    return amount


async def part(office: Office, shop: Shop, payment: Any, order: Any, refund: Any) -> dict[str, Any] | None:
    """A refund of some per cent of what is left, or of pieces of a line, where there are any left."""
    if isinstance(refund, int):
        amount = await left(shop, order) * refund // 100
        return await office.refund(payment, amount=amount) if amount else None
    number, pieces = refund
    line = order["items"][number % len(order["items"])]
    row = await shop.admin.fetchrow(
        "SELECT quantity - quantity_refunded AS pieces, total - amount_refunded AS amount "
        "FROM sales.order_items WHERE id = $1", uuid.UUID(line["id"]),
    )  # fmt: skip
    worth = line["total"] * min(pieces, row["pieces"]) // line["quantity"]
    if not row["pieces"] or not worth or not row["amount"]:
        return None
    items = [{"order_item_id": line["id"], "quantity": min(pieces, row["pieces"])}]
    return await office.refund(payment, items=items)


def assert_a_line_is_right(line: dict[str, Any]) -> None:
    """Rounded once a line, half a unit up."""
    price, rate = line["unit_price"] * line["quantity"] - line["discount"], Decimal(str(line["tax_rate"]))
    exact = price * rate / (100 + rate if line["tax_included"] else 100)
    assert line["tax"] == int(exact.to_integral_value(ROUND_HALF_UP))
    assert line["total"] == price + (0 if line["tax_included"] else line["tax"])
    # A rate of nought is one that excludes no other; without any, the goods are exported.
    assert (line["tax_category"] == "S") == (rate > 0)
    assert line["tax_category"] in ("S", "Z", "G")


def assert_document_is_right(made: dict[str, Any]) -> None:
    items, parts, taxes = made["items"], made["shipping_parts"], made["taxes"]
    assert made["subtotal"] == sum(item["unit_price"] * item["quantity"] for item in items)
    assert made["discount"] == sum(item["discount"] for item in items)
    assert made["shipping"] == sum(part["amount"] for part in parts)
    assert made["shipping_tax"] == sum(part["tax"] for part in parts)
    charged = [*items, *parts]
    assert made["tax"] == sum(each["tax"] for each in charged) == sum(tax["amount"] for tax in taxes)
    assert made["tax_included"] == sum(each["tax"] for each in charged if each["tax_included"])
    assert made["total"] == sum(each["total"] for each in charged) == sum(t["gross"] for t in taxes)
    assert all(each["total"] == each["net"] + each["tax"] for each in charged)
    assert all(sum(tax["amount"] for tax in each["taxes"]) == each["tax"] for each in charged)
    assert len({(tax["category"], tax["rate"]) for tax in taxes}) == len(taxes)
    assert all(tax["gross"] == tax["basis"] + tax["amount"] for tax in taxes)
    if made["e_invoice"]:
        assert_e_invoice_is_right(made)
    else:
        # No rule of the standard but the two that say why not: its decimals, and how exact it wants a rate's tax.
        assert made["minor_units"] == 3 or made["minor_units"] == 0


# --- what they say --------------------------------------------------------------------------------


async def test_tax_inside_the_prices(office: Office, customer: str) -> None:
    await sells_as(office, GERMAN)
    lamp, book = await office.product("Lamp", 11900, "in19"), await office.product("Book", 1070, "in7")
    _, payment, made = await paid(office, customer, (lamp, 1), (book, 2), basis_points=1000, shipping=490)
    sums = {name: made[name] for name in SUMS}
    assert sums == {
        "subtotal": 14040, "discount": 1404, "tax": 1907, "tax_included": 1907, "shipping": 490, "total": 13126,
    }  # fmt: skip
    none = {"reason_code": None, "reason": None}
    assert made["taxes"] == [
        {"category": "S", "name": "VAT", "rate": 7, "basis": 1870, "amount": 131, "gross": 2001} | none,
        {"category": "S", "name": "VAT", "rate": 19, "basis": 9349, "amount": 1776, "gross": 11125} | none,
    ]
    assert made["e_invoice"]
    found = text(document.render(made))
    assert "Allpricesincludetax." in found
    assert "Taxincluded19.07" in found
    line = next(item for item in made["items"] if item["name"] == "Book")
    note = await office.credit(
        await office.refund(payment, items=[{"order_item_id": line["order_item_id"], "quantity": 1}])
    )
    [credited] = note["items"]
    shown = {name: credited[name] for name in ("quantity", "unit_price", "discount", "net", "tax", "total")}
    assert shown == {"quantity": 1, "unit_price": 1070, "discount": 107, "net": 900, "tax": 63, "total": 963}
    assert (note["tax"], note["tax_included"], note["total"]) == (63, 63, 963)
    assert "Allpricesincludetax." in text(document.render(note))
    assert_e_invoice_is_right(note)


async def test_a_bundle_says_what_it_was_made_of_when_it_was_sold(office: Office, shop: Shop, customer: str) -> None:
    kit = await office.bundle("Kit", 3570, "in19", Hammer=1, Nail=20)
    _, payment, made = await paid(office, customer, bundles=[(kit, 2)])
    [line] = made["items"]
    assert sorted((c["name"], c["quantity"]) for c in line["components"]) == [("Hammer", 1), ("Nail", 20)]
    assert all(c["sku"] for c in line["components"])
    assert "Eachcontains" in text(document.render(made))
    # What it is called now is another matter.
    await shop.admin.execute("UPDATE catalog.products SET name = 'Mallet' WHERE name = 'Hammer'")
    refund = await office.refund(payment, items=[{"order_item_id": line["order_item_id"], "quantity": 1}])
    note = await office.credit(refund)
    [credited] = note["items"]
    assert credited["components"] == line["components"]
    assert (credited["quantity"], credited["tax"], credited["total"]) == (1, 570, 3570)
    part = await office.credit(await office.refund(payment, amount=100))
    assert part["items"][0]["components"] == []


async def test_a_component_that_is_refunded_is_on_the_credit_note(office: Office, customer: str) -> None:
    kit = await office.bundle("Kit", 3570, "in19", Hammer=1, Nail=20)
    order, payment, made = await paid(office, customer, bundles=[(kit, 2)])
    nail = next(c for c in order["items"][0]["components"] if c["name"] == "Nail")
    items = [{"order_item_id": order["items"][0]["id"], "product_id": nail["product_id"], "quantity": 20}]
    note = await office.credit(await office.refund(payment, items=items))
    [line] = note["items"]
    assert line["name"] == "Kit"
    assert line["components"] == [{"sku": nail["sku"], "name": "Nail", "quantity": 20}]
    assert (line["total"], line["tax"]) == (3400, 543)  # 20 of 21 parts of a bundle's price
    assert "Contains20×Nail" in text(document.render(note))
    rest = await office.credit(await office.refund(payment))
    assert line["tax"] + rest["tax"] == made["tax"]


async def test_a_rate_that_rounds_to_no_tax_is_a_rate(office: Office, customer: str) -> None:
    await sells_as(office, GERMAN)
    pin = await office.product("Pin", 2, "on20")
    _, _, made = await paid(office, customer, (pin, 1))
    [line] = made["items"]
    assert (line["tax"], line["tax_rate"], line["tax_category"], made["tax"]) == (0, 20, "S", 0)
    assert_e_invoice_is_right(made)
    # Who is not registered for tax may not say so to a machine (BR-S-02).
    await office.sells(country="DE", registration="HRB 1", e_invoice=True)
    _, _, made = await paid(office, customer, (pin, 1))
    assert not made["e_invoice"]
    pen = await office.product("Pen", 200)
    _, _, made = await paid(office, customer, (pen, 1))
    assert (made["taxes"][0]["category"], made["e_invoice"]) == ("G", False)  # BR-G-02


async def test_no_e_invoice_that_its_rules_would_refuse(office: Office, customer: str) -> None:
    """Tax is rounded once a line. Five times 2 yen at 20 % make no tax, and the standard allows less than one yen."""
    await sells_as(office, GERMAN)
    pins = [(await office.product(f"Pin {n}", 2, "on20", "JPY"), 1) for n in range(5)]
    _, _, made = await paid(office, customer, *pins, currency="JPY")
    assert (made["tax"], made["e_invoice"]) == (0, False)
    assert any("BR-S-09" in rule for rule in broken_rules(einvoice.write(made)))
    _, _, made = await paid(office, customer, *pins[:2], currency="JPY")
    assert (made["tax"], made["e_invoice"]) == (0, True)
    assert_e_invoice_is_right(made)
    # A half of three times one yen of tax is three halves, each of them rounded.
    pens = [(await office.product(f"Pen {n}", 5, "on20", "JPY"), 1) for n in range(3)]
    _, payment, made = await paid(office, customer, *pens, currency="JPY")
    assert (made["tax"], made["total"], made["e_invoice"]) == (3, 18, True)
    notes = [await office.credit(await office.refund(payment, amount=9)) for _ in range(2)]
    assert [(note["tax"], note["e_invoice"]) for note in notes] == [(3, False), (0, False)]


# --- money that comes back ------------------------------------------------------------------------


@pytest.mark.parametrize("credited", ["before", "after"])
async def test_a_refund_that_came_back_keeps_its_credit_note(
    office: Office, shop: Shop, customer: str, credited: str
) -> None:
    """Also where the worker was slower than the payer's bank: what is refunded in its place asks for none."""
    lamp = await office.product("Lamp", 1190, "in19")
    _, payment, invoice = await paid(office, customer, (lamp, 1))
    refund = await office.refund(payment, amount=600)
    note = await office.credit(refund) if credited == "before" else None
    await shop.admin.execute(
        "SELECT payments.mark_refund_failed($1, 'returned', bounced => true)", uuid.UUID(refund["id"])
    )
    await office.assert_invoices_are_right()
    note = note or await office.credit(refund)
    retried = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=refund["id"])
    await shop.call("web_worker", "complete_refund", refund_id=retried["id"], provider_reference="re_again")
    rest = await office.credit(await office.refund(payment))
    for name in ("tax", "tax_included", "total"):
        assert note[name] + rest[name] == invoice[name], name


# --- the invariants tell the truth ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ("UPDATE billing.invoice_items SET tax = tax + 1 WHERE tax_included AND invoice_id = $1",
         "an invoice's total is the sum of its lines"),
        ("UPDATE billing.invoice_items SET tax_included = false, total = total + tax "
         "WHERE tax_included AND invoice_id = $1", "an invoice's total is the sum of its lines"),
        ("UPDATE billing.invoices SET subtotal = subtotal + 1, discount = discount + 1 WHERE id = $1",
         "an invoice says what its order cost"),
        ("UPDATE billing.invoices SET tax_included = tax_included - 1, subtotal = subtotal - 1 WHERE id = $1",
         "an invoice says what its order cost"),
        ("UPDATE billing.invoice_items SET tax_rate = 16 WHERE tax_rate = 19 AND invoice_id = $1",
         "an invoice has its order's lines"),
        ("UPDATE billing.invoice_items SET tax_category = 'E' WHERE tax_rate = 19 AND invoice_id = $1",
         "an invoice has its order's lines"),
        ("DELETE FROM billing.invoice_items WHERE position = 2 AND invoice_id = $1",
         "an invoice has its order's lines"),
        ("UPDATE billing.invoice_items AS l SET tax = l.tax + 1 FROM billing.invoices AS c "
         "WHERE c.id = l.invoice_id AND c.invoice_id = $1 AND l.tax_included",
         "a credited line gives back its tax, all of it with the last unit"),
        ("UPDATE billing.invoice_items AS l SET tax_rate = 16 FROM billing.invoices AS c "
         "WHERE c.id = l.invoice_id AND c.invoice_id = $1 AND l.tax_rate = 19",
         "a credited line gives back its tax, all of it with the last unit"),
        ("UPDATE billing.invoices SET tax = tax + 1, tax_included = tax_included + 1 WHERE invoice_id = $1",
         "credit notes give back no more than their invoice"),
        ("UPDATE payments.refunds SET status = 'pending', completed_at = NULL WHERE order_id = "
         "(SELECT order_id FROM billing.invoices WHERE id = $1)", "a credit note says what its refund gave back"),
    ],
)  # fmt: skip
async def test_the_invariants_see_it(office: Office, customer: str, connect: Any, broken: str, name: str) -> None:
    lamp, book = await office.product("Lamp", 11900, "in19"), await office.product("Book", 1070, "on8")
    _, payment, made = await paid(office, customer, (lamp, 1), (book, 2), shipping=490)
    await office.credit(await office.refund(payment))
    await office.assert_invoices_are_right()
    connection = await connect()
    async with connection.transaction():
        inner = connection.transaction()
        await inner.start()
        await connection.execute("SET LOCAL session_replication_role = replica")
        if "tax_included = false" in broken or "tax = tax" in broken or "tax = l.tax" in broken:
            await connection.execute("ALTER TABLE billing.invoice_items DROP CONSTRAINT invoice_item_adds_up")
        assert await connection.execute(broken, uuid.UUID(made["id"])) != "UPDATE 0"
        offended = await connection.fetch("SELECT name FROM billing.check_invoices() WHERE NOT ok")
        await inner.rollback()
    assert name in [row["name"] for row in offended]
