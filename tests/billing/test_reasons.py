"""No document states a tax category or a reason whose conditions are not met, whatever writes it (check_reasons).

Documents are written here as no function of ours would write them."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop

RULES = {  # category, destination, buyer, countries, reason_code
    "G": ("G", "export", "any", None, "VATEX-EU-G"),
    "K": ("K", "eu", "business", None, "VATEX-EU-IC"),
    "AE": ("AE", "domestic", "business", None, "VATEX-EU-AE"),
    "E": ("E", "domestic", "any", None, None),
    "Z": ("Z", "domestic", "any", None, None),
    "O": ("O", "countries", "any", ["CH"], "VATEX-EU-O"),
}
FRENCH, GERMAN = "FR78500000005", "DE123456788"


@dataclass
class Said:
    """What a document says of a line, and what is true of its order."""

    why: str
    category: str
    allowed: bool
    to: str = "DE"
    rule: str | None = None  # that the line was sold under
    says: str | None = "rule"  # the rule's text, or another
    code: str | None = "rule"
    rate: float = 0
    tax: int = 0
    taxes: list[dict[str, Any]] = field(default_factory=list)
    buyer: str | None = None
    registered: bool = True
    old: bool = False  # of an order from before lines had categories
    sent: bool = True


VAT = [{"name": "VAT", "rate": 19, "amount": 19, "included": False}]
CASES = [
    Said("taxed", "S", True, rate=19, tax=19, taxes=VAT, says=None, code=None),
    Said("S without a rate", "S", False, says=None, code=None),
    Said("S with a reason", "S", False, rate=19, tax=19, taxes=VAT, says="Export", code=None),
    Said("a rate without S", "E", False, rule="E", rate=19),
    Said("a tax without S", "E", False, rule="E", tax=1),
    Said("one of several taxes without S", "E", False, rule="E", taxes=VAT),
    Said("an export", "G", True, to="CH", rule="G"),
    Said("from Berlin to Bonn (T1)", "G", False, to="DE", rule="G"),
    Said("to Greece (T2)", "G", False, to="GR", rule="G"),
    Said("of a download", "G", False, to="CH", rule="G", sent=False),
    Said("without a rule", "G", False, to="CH", says="Delivery outside the European Union", code=None),
    Said("without a reason", "G", False, to="CH", rule="G", says=None, code=None),
    Said("in words of its own", "G", False, to="CH", rule="G", says="Delivery outside the European Union"),
    Said("with another code", "G", False, to="CH", rule="G", code="VATEX-EU-IC"),
    Said("under the rule of another category", "G", False, to="CH", rule="O"),
    Said("an intra-community supply", "K", True, to="FR", rule="K", buyer=FRENCH),
    Said("without the buyer's id", "K", False, to="FR", rule="K"),
    Said("with an id of the country it leaves", "K", False, to="FR", rule="K", buyer=GERMAN),
    Said("that stays", "K", False, to="DE", rule="K", buyer=FRENCH),
    Said("of a seller without a VAT id", "K", False, to="FR", rule="K", buyer=FRENCH, registered=False),
    Said("reverse charge", "AE", True, rule="AE", buyer=GERMAN),
    Said("of a consumer", "AE", False, rule="AE"),
    Said("exempt", "E", True, rule="E"),
    Said("exempt without a reason", "E", False, rule="E", says=None),
    Said("exempt as orders were before", "E", True, says=None, code=None, old=True),
    Said("with a reason that nothing shows", "E", False, says="Because.", code=None, old=True),
    Said("zero-rated", "Z", True, rule="Z"),
    Said("a rate of zero", "Z", True, says=None, code=None),
    Said("Z has no code", "Z", False, rule="Z", code="VATEX-EU-O"),
    Said("outside the scope by a rule", "O", True, to="CH", rule="O"),
    Said("by a rule for elsewhere", "O", False, to="NO", rule="O"),
    Said("nobody is registered", "O", True, says=None, code=None, registered=False),
    Said("a registered seller", "O", False, says=None, code=None),
]


@pytest.fixture
async def ledger(shop: Shop, customer: str) -> AsyncIterator[tuple[Any, uuid.UUID]]:
    """A connection in a transaction that is rolled back, and a paid order of 1.00."""
    order, _ = await shop.paid(customer, await shop.product(100), 1)
    async with shop.admin.acquire() as admin:
        transaction = admin.transaction()
        await transaction.start()
        await admin.execute(
            "INSERT INTO billing.sellers (version, name, country, vat_id)"
            " VALUES (1000, 'Shop', 'DE', $1), (1001, 'Shop', 'DE', NULL)",
            GERMAN,
        )
        for name, (category, destination, buyer, countries, code) in RULES.items():
            await admin.execute(
                "INSERT INTO sales.tax_exemptions (category, destination, buyer, countries, reason_code, text, valid)"
                " VALUES ($1, $2, $3, $4, $5, $6, tstzrange(now() - interval '1 hour', NULL))",
                category, destination, buyer, countries, code, f"Reason {name}",
            )  # fmt: skip
        yield admin, uuid.UUID(order["id"])
        await transaction.rollback()


async def sell(admin: Any, order: uuid.UUID, case: Said) -> None:
    await admin.execute("UPDATE sales.orders SET tax_country = $2, buyer_tax_id = $3 WHERE id = $1", order, case.to,
                        case.buyer)  # fmt: skip
    await admin.execute(
        "UPDATE sales.order_items SET exemption_id ="
        " (SELECT id FROM sales.tax_exemptions WHERE text = 'Reason ' || $2),"
        " tax_category = $3, requires_shipping = $4 WHERE order_id = $1",
        order, case.rule, None if case.old else case.category, case.sent,
    )  # fmt: skip
    parts = [] if case.old else [{"tax_category": case.category, "exemption_id": case.rule}]
    await admin.execute(
        "UPDATE sales.orders SET shipping_parts = coalesce((SELECT jsonb_agg(p || jsonb_build_object('exemption_id',"
        " (SELECT id FROM sales.tax_exemptions WHERE text = 'Reason ' || (p ->> 'exemption_id'))))"
        " FROM jsonb_array_elements($2::jsonb) AS p), '[]') WHERE id = $1",
        order, json.dumps(parts),
    )  # fmt: skip


async def document(admin: Any, order: uuid.UUID, case: Said, kind: str = "invoice", of: Any = None) -> uuid.UUID:
    made: uuid.UUID = await admin.fetchval(
        "INSERT INTO billing.invoices (kind, year, sequence, number, order_id, invoice_id, account_id, seller_version,"
        " buyer, currency, minor_units, subtotal, discount, shipping, tax, total, e_invoice, paid_at, tax_country)"
        " SELECT $2::text, extract(year FROM now() AT TIME ZONE 'UTC'), 1000000,"
        " billing.number_of($2, extract(year FROM now() AT TIME ZONE 'UTC')::integer, 1000000), o.id, $3,"
        " o.account_id, $4, jsonb_build_object('tax_id', $5::text), 'USD', 2, 100, 0, 0, $6::bigint, 100 + $6::bigint,"
        " false, now(), $7"
        " FROM sales.orders AS o WHERE o.id = $1 RETURNING id",
        order, kind, of, 1000 if case.registered else 1001, case.buyer, case.tax, case.to,
    )  # fmt: skip
    return made


async def write(admin: Any, table: str, invoice: uuid.UUID, case: Said) -> None:
    text = f"Reason {case.rule}" if case.says == "rule" else case.says
    code = (RULES[case.rule][4] if case.rule else None) if case.code == "rule" else case.code
    more = {"invoice_items": ("order_item_id, name, quantity, unit_price, discount", "i.id, i.name, 1, 100, 0"),
            "invoice_shipping": ("amount, tax_included", "100, false")}[table]  # fmt: skip
    # The tax is inside the total, as the tables' other rules want it.
    await admin.execute(
        f"INSERT INTO billing.{table} (invoice_id, position, account_id, {more[0]}, tax_category, tax_rate, tax,"
        f" total, taxes, reason_code, reason) SELECT $1, 1, i.account_id, {more[1]}, $2, $3, $4::bigint,"
        " 100 + $4::bigint, $5, $6, $7"
        " FROM sales.order_items AS i JOIN billing.invoices AS d ON d.order_id = i.order_id WHERE d.id = $1",
        invoice, case.category, case.rate, case.tax, json.dumps(case.taxes), code, text,
    )  # fmt: skip


async def refused(admin: Any, table: str, invoice: uuid.UUID, case: Said) -> bool:
    try:
        async with admin.transaction():
            await write(admin, table, invoice, case)
    except asyncpg.PostgresError as error:
        if error.constraint_name != "tax_reason_untrue":
            raise
        return True
    return False


@pytest.mark.parametrize("table", ["invoice_items", "invoice_shipping"])
async def test_what_documents_may_say(ledger: tuple[Any, uuid.UUID], table: str) -> None:
    admin, order = ledger
    wrong = []
    for case in CASES:
        nested = admin.transaction()
        await nested.start()
        await sell(admin, order, case)
        if await refused(admin, table, await document(admin, order, case), case) is case.allowed:
            wrong.append(case.why)
        await nested.rollback()
    assert not wrong


async def test_notes_repeat_their_document(ledger: tuple[Any, uuid.UUID]) -> None:
    admin, order = ledger
    export = next(case for case in CASES if case.why == "an export")
    await sell(admin, order, export)
    first = await document(admin, order, export)
    await write(admin, "invoice_items", first, export)
    # The rule has ended, and the address was corrected: the note takes back what was said.
    await admin.execute(
        "UPDATE sales.tax_exemptions SET valid = tstzrange(lower(valid), lower(valid) + interval '1 s')"
    )
    note = await document(admin, order, Said("", "G", True, to="DE"), "debit_note", first)
    for case, allowed in (
        (export, True), (Said("", "G", False, rule="G", says=None, code=None), False),
        (Said("", "E", False, rule="E"), False),
    ):  # fmt: skip
        nested = admin.transaction()
        await nested.start()
        assert await refused(admin, "invoice_items", note, case) is not allowed
        await nested.rollback()


async def test_a_rule_that_was_not_in_force(ledger: tuple[Any, uuid.UUID]) -> None:
    admin, order = ledger
    export = next(case for case in CASES if case.why == "an export")
    await sell(admin, order, export)
    await admin.execute("UPDATE sales.tax_exemptions SET valid = tstzrange(now() + interval '1 day', NULL)")
    assert await refused(admin, "invoice_items", await document(admin, order, export), export)
