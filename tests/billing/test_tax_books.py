"""What documents say of taxes, and what the ledger has: for each refund, also of shipping that is taxed in two ways."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.billing.conftest import HOME, Office
from tests.payments.conftest import Shop

pytestmark = pytest.mark.usefixtures("invoices_are_right")

MIGRATION = Path(__file__).parents[2] / "db" / "migrations" / "0073.tax_filed.sql"
BOOKED = """
    SELECT t.kind, d.kind AS debit, c.kind AS credit, t.amount, t.currency, t.reason
    FROM ledger.transfers AS t
    JOIN ledger.accounts AS d ON d.id = t.debit_account
    JOIN ledger.accounts AS c ON c.id = t.credit_account
    WHERE t.order_id = $1 AND 'tax' IN (d.kind, c.kind) ORDER BY t.id
"""


async def booked(shop: Shop, order: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await shop.admin.fetch(BOOKED, uuid.UUID(order["id"]))]


async def sold(office: Office, customer: str, *lines: tuple[str, int], **given: Any) -> tuple[Any, Any, Any]:
    order = await office.order(customer, *lines, **given)
    payment = await office.pay(customer, order)
    return order, payment, await office.issue(order)


async def test_an_invoice_books_its_tax_and_credit_notes_take_it_back(
    shop: Shop, office: Office, customer: str
) -> None:
    order, payment, made = await sold(office, customer, (await office.product("Lamp", 1190, "in19"), 2))
    tax = made["tax"]
    assert await booked(shop, order) == [("tax", "sales", "tax", tax, "USD", made["number"])]
    first = await office.credit(await office.refund(payment, amount=595))
    rest = await office.credit(await office.refund(payment))
    assert (await booked(shop, order))[1:] == [
        ("tax_returned", "tax", "sales", 95, "USD", first["number"]),
        ("tax_returned", "tax", "sales", tax - 95, "USD", rest["number"]),
    ]


async def test_what_bears_no_tax_books_none(shop: Shop, office: Office, customer: str) -> None:
    order, payment, made = await sold(office, customer, (await office.product("Stamp", 80, "zero"), 2), shipping=200)
    await office.credit(await office.refund(payment))
    assert made["taxes"] == [
        {"category": "Z", "name": None, "rate": 0, "basis": 360, "amount": 0, "gross": 360, "reason_code": None,
         "reason": None},
    ]  # fmt: skip
    assert await booked(shop, order) == []


@pytest.mark.parametrize(("currency", "unit"), [("JPY", 1), ("EUR", 100), ("KWD", 1000)])
@pytest.mark.parametrize("steps", [(1, 1, 7, 50), (333,), (1,) * 20], ids=["odd", "a third", "unit by unit"])
async def test_shipping_of_two_kinds_goes_back_to_the_last_unit(
    office: Office, customer: str, currency: str, unit: int, steps: tuple[int, ...]
) -> None:
    """Shipping with tax inside one part and on top of the other, refunded in any steps, and then all the rest."""
    lamp = await office.product("Lamp", 7 * unit, "in33", currency)
    book = await office.product("Book", 11 * unit, "on8", currency)
    order, payment, made = await sold(office, customer, (lamp, 1), (book, 2), currency=currency, shipping=5 * unit + 3)
    parts = {part["tax_rate"]: part for part in made["shipping_parts"]}
    assert [parts[rate]["tax_included"] for rate in (7.7, 33.3333)] == [False, True]
    assert sum(part["amount"] for part in parts.values()) == made["shipping"] == 5 * unit + 3
    notes = []
    for step in steps:
        left = order["total"] - sum(note["total"] for note in notes)
        if step < left:
            notes.append(await office.credit(await office.refund(payment, amount=step)))
    notes.append(await office.credit(await office.refund(payment)))
    for name in ("total", "tax", "tax_included", "shipping", "shipping_tax"):
        assert sum(note[name] for note in notes) == made[name], name
    for rate, part in parts.items():
        back = [given for note in notes for given in note["shipping_parts"] if given["tax_rate"] == rate]
        for name in ("amount", "net", "tax", "total"):
            assert sum(given[name] for given in back) == part[name], name
            assert all(given[name] >= 0 for given in back)
    for index, tax in enumerate(made["taxes"]):
        back = [given for note in notes for given in note["taxes"] if given["rate"] == tax["rate"]]
        assert sum(given["amount"] for given in back) == tax["amount"], index


async def test_several_taxes_go_back_each_to_the_last_unit(shop: Shop, office: Office, customer: str) -> None:
    """GST with a tax on top of it that is charged on both."""
    for region, name, rate in (("", "GST", 5), ("CA-QC", "QST", 9.975)):
        await shop.call(
            "web_admin", "create_tax_rate", token=office.admin, country="CA", region=region or None, name=name,
            rate=rate, included=False, category="gst", combine="compound" if region else "replace",
        )  # fmt: skip
    address = await shop.call(
        "web_customer", "create_address", token=customer, **(HOME | {"country": "CA", "region": "CA-QC"})
    )
    lamp = await office.product("Lamp", 3333, "gst")
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=[{"product_id": lamp, "quantity": 3}],
        shipping_address_id=address["id"], currency="USD",
    )  # fmt: skip
    payment = await office.pay(customer, order)
    made = await office.issue(order)
    assert [(t["name"], t["rate"], t["amount"]) for t in made["items"][0]["taxes"]] == [
        ("GST", 5, 500), ("QST", 9.975, 1047),
    ]  # fmt: skip
    assert [(t["name"], t["basis"], t["amount"]) for t in made["taxes"]] == [
        ("GST", 9999, 500), ("QST", 10499, 1047),
    ]  # fmt: skip
    assert not made["e_invoice"]
    notes = [await office.credit(await office.refund(payment, amount=amount)) for amount in (1, 2, 13, 2500)]
    notes.append(await office.credit(await office.refund(payment)))
    for n, tax in enumerate(made["items"][0]["taxes"]):
        back = [note["items"][0]["taxes"][n] for note in notes]
        assert {each["name"] for each in back} == {tax["name"]}
        assert sum(each["amount"] for each in back) == tax["amount"]
        assert all(each["amount"] >= 0 for each in back)
    filed = await shop.admin.fetch(
        "SELECT t.country, t.region, t.name FROM billing.invoice_taxes AS t WHERE t.invoice_id = $1 ORDER BY t.name",
        uuid.UUID(made["id"]),
    )
    assert [tuple(row) for row in filed] == [("CA", None, "GST"), ("CA", "CA-QC", "QST")]


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE billing.invoice_taxes SET amount = amount + 1 WHERE invoice_id = $1",
        "UPDATE billing.invoice_taxes SET shipping_basis = shipping_basis + 1 WHERE invoice_id = $1",
        "UPDATE billing.invoice_taxes SET country = 'FR' WHERE invoice_id = $1",
        "DELETE FROM billing.invoice_taxes WHERE invoice_id = $1",
        "UPDATE ledger.transfers SET amount = amount + 1 WHERE reason = (SELECT number FROM billing.invoices WHERE "
        "id = $1)",
        "UPDATE ledger.transfers SET reason = 'INV-1' WHERE reason = (SELECT number FROM billing.invoices WHERE "
        "id = $1)",
        "DELETE FROM ledger.transfers WHERE reason = (SELECT number FROM billing.invoices WHERE id = $1)",
    ],
)
async def test_the_invariant_sees_it(office: Office, customer: str, connect: Any, broken: str) -> None:
    _, _, made = await sold(office, customer, (await office.product("Lamp", 1190, "in19"), 2), shipping=500)
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    assert not (await connection.execute(broken, uuid.UUID(made["id"]))).endswith(" 0")
    offended = await connection.fetch("SELECT name FROM billing.check_invoices() WHERE NOT ok")
    await transaction.rollback()
    names = [row["name"] for row in offended if row["name"] != "tax totals are the sums of the documents"]
    assert names == ["documents, orders and ledger agree on tax"]


async def test_documents_from_before_are_filed_and_booked(
    office: Office, shop: Shop, customer: str, connect: Any
) -> None:
    """Shipping was not taxed then, and the seller gave one reason for all that was not; it stays what was printed."""
    lamp, book = await office.product("Lamp", 3333, "on20"), await office.product("Book", 1500, "zero")
    _, payment, made = await sold(office, customer, (lamp, 3), (book, 1), amount=998)
    note = await office.credit(await office.refund(payment, amount=1000))
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "DELETE FROM billing.invoice_taxes; DELETE FROM ledger.transfers WHERE kind LIKE 'tax%';"
            "UPDATE billing.invoice_items SET taxes = '[]', tax_category = CASE tax_category WHEN 'Z' THEN 'E' "
            "ELSE tax_category END; UPDATE sales.order_items SET taxes = '[]', tax_category = NULL;"
            "DELETE FROM billing.invoice_shipping; UPDATE billing.invoices SET shipping_tax_category = 'E', "
            "tax = tax - shipping_tax, tax_included = tax_included - shipping_tax_included, "
            "total = total - shipping_tax + shipping_tax_included, shipping_tax = 0, shipping_tax_included = 0;"
            "UPDATE billing.invoices SET tax_country = NULL, tax_region = NULL;"
            "UPDATE billing.sellers SET exemption = 'Article 151';"
        )
        statements = MIGRATION.read_text()
        await connection.execute(statements[statements.index("INSERT INTO") :])
        await connection.execute("SELECT identity.authenticate_service('worker')")
        [shown] = await connection.fetch(
            "SELECT to_json(api.render_invoice(i)) AS document FROM billing.invoices AS i WHERE i.id = $1",
            uuid.UUID(made["id"]),
        )
        offended = await connection.fetch(
            "SELECT name, detail FROM billing.check_invoices() WHERE NOT ok AND name LIKE 'documents,%'"
        )
        names = {made["number"]: made["tax"], note["number"]: note["tax"]}
        transfers = await connection.fetch(
            "SELECT reason, amount FROM ledger.transfers WHERE reason = ANY ($1)", list(names)
        )
    finally:
        await transaction.rollback()
    assert offended == []
    assert {row["reason"]: row["amount"] for row in transfers} == names
    assert '"reason":"Article 151"' in shown["document"]
