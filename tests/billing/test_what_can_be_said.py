"""What an e-invoice of EN 16931 cannot say truly is only on the page; what was not decided is not invoiced at all."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.billing.conftest import HOME, Office
from tests.payments.conftest import Shop
from tests.support.connections import refused

FITS = """
    SELECT billing.fits_e_invoice(
        jsonb_populate_record(NULL::billing.sellers, $1), $2, $3,
        ARRAY(SELECT jsonb_populate_record(NULL::billing.invoice_items, l) FROM jsonb_array_elements($4) AS l),
        ARRAY(SELECT jsonb_populate_record(NULL::billing.invoice_shipping, l) FROM jsonb_array_elements($5) AS l))
"""
GERMAN = {"country": "DE", "vat_id": "DE123456789"}
SMALL = {"country": "DE", "registration": "HRB 1"}


def charged(category: str, rate: float = 0, tax: int = 0, reason: str | None = None, taxes: int = 1) -> dict[str, Any]:
    return {
        "tax_category": category, "tax_rate": rate, "tax": tax, "total": 1000 + tax, "reason": reason,
        "taxes": [{"rate": rate}] * taxes if rate else [],
    }  # fmt: skip


S, K = charged("S", 19, 190), charged("K", reason="Intra-community supply")
G, AE, NONE = charged("G", reason="Export"), charged("AE", reason="Reverse charge"), charged("O")


@dataclass
class Case:
    fits: bool
    lines: list[dict[str, Any]]
    seller: dict[str, Any] = field(default_factory=lambda: GERMAN)
    buyer: str | None = None
    minor_units: int = 2
    shipping: list[dict[str, Any]] = field(default_factory=list)


CASES = {
    "a rate": Case(True, [S], shipping=[charged("S", 7, 70)]),
    "three decimals (BR-DEC)": Case(False, [S], minor_units=3),
    "two taxes on a line": Case(False, [charged("S", 19, 190, taxes=2)]),
    "two taxes on the shipping": Case(False, [S], shipping=[charged("S", 19, 190, taxes=2)]),
    "tax of an unregistered seller (BR-S-02)": Case(False, [S], SMALL),
    "a tax number is enough": Case(True, [S], {"country": "DE", "tax_number": "37/123"}),
    "a seller outside the EU": Case(False, [S], {"country": "CH", "vat_id": "CHE-1"}),
    "a seller in the Canary Islands": Case(False, [S], {"country": "ES", "region": "ES-CN", "vat_id": "ESB1"}),
    "no country": Case(False, [S], {"vat_id": "DE123456789"}),
    "exempt with a reason": Case(True, [charged("E", reason="Article 132")]),
    "exempt, nobody says why (BR-E-10)": Case(False, [charged("E")]),
    "not subject to tax": Case(True, [NONE], SMALL, shipping=[NONE]),
    "not subject, beside a rate (BR-O-12)": Case(False, [NONE, S]),
    "not subject, shipping with tax (BR-O-13)": Case(False, [NONE], shipping=[S]),
    "not subject, with a VAT id (BR-O-02)": Case(False, [NONE]),
    "not subject, to a buyer with a VAT id (BR-O-02)": Case(False, [NONE], SMALL, "FR40303265045"),
    "export": Case(True, [G]),
    "export without a VAT id (BR-G-02)": Case(False, [G], {"country": "DE", "tax_number": "37/123"}),
    "to a business in the EU": Case(True, [K], buyer="FR40303265045"),
    "without its VAT id (BR-IC-02)": Case(False, [K]),
    "reverse charge": Case(True, [AE], buyer="FR40303265045"),
    "reverse charge of a consumer (BR-AE-02)": Case(False, [AE]),
    "a rate of nought": Case(True, [charged("Z"), S]),
    "one whole unit away (BR-S-09)": Case(False, [charged("S", 19, 290)]),
    "almost": Case(True, [charged("S", 19, 289)]),
    "away by the shipping's tax": Case(False, [S], shipping=[charged("S", 19, 290)]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_what_an_e_invoice_can_say(admin: Any, case: Case) -> None:
    await admin.set_type_codec("jsonb", encoder=json.dumps, decoder=str, schema="pg_catalog")
    assert await admin.fetchval(FITS, case.seller, case.buyer, case.minor_units, case.lines, case.shipping) is case.fits


UNDECIDED = "UPDATE sales.order_items SET tax_category = NULL, exemption_id = NULL WHERE order_id = $1"
OLD = (
    "UPDATE sales.order_items SET tax_category = NULL, exemption_id = NULL, taxes = '[]' WHERE order_id = $1",
    "UPDATE sales.orders SET tax = tax - shipping_tax, tax_included = tax_included - shipping_tax_included, "
    "total = total - shipping_tax + shipping_tax_included, shipping_tax = 0, shipping_tax_included = 0, "
    "shipping_parts = '[]', tax_country = NULL, tax_region = NULL WHERE id = $1",
)


async def test_what_is_undecided_is_not_invoiced(office: Office, customer: str, shop: Shop, connect: Any) -> None:
    await office.sells(**GERMAN)
    order = await office.order(customer, (await office.product("Lamp", 1190, "in19"), 1), shipping=500)
    await office.pay(customer, order)
    connection = await connect()
    for change in (UNDECIDED, "UPDATE sales.orders SET shipping_parts = '[]' WHERE id = $1"):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(change, uuid.UUID(order["id"]))
        with refused("tax_undecided", "SH409"):
            await connection.execute("SELECT billing.issue_invoice($1)", uuid.UUID(order["id"]))
        await transaction.rollback()
    assert (await office.issue(order))["taxes"][0]["category"] == "S"


async def test_an_order_from_before_has_the_invoice_that_it_would_have_had(
    office: Office, customer: str, shop: Shop, connect: Any
) -> None:
    """What is taxed is S, all else exempt with a registered seller; nobody knows why, so no e-invoice says so."""
    await office.sells(**GERMAN)
    lamp, pen = await office.product("Lamp", 1190, "in19"), await office.product("Pen", 200)
    order = await office.order(customer, (lamp, 1), (pen, 1), shipping=500)
    await office.pay(customer, order)
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    for change in OLD:
        await connection.execute(change, uuid.UUID(order["id"]))
    await connection.execute("SET LOCAL session_replication_role = origin")
    made = await connection.fetchval("SELECT billing.issue_invoice($1)", uuid.UUID(order["id"]))
    taxes = await connection.fetch(
        "SELECT category, country, rate, basis, amount, shipping_basis FROM billing.invoice_taxes "
        "WHERE invoice_id = $1 ORDER BY position", made,
    )  # fmt: skip
    offended = await connection.fetch(
        "SELECT name, detail FROM billing.check_invoices() WHERE NOT ok AND name NOT LIKE '%refund%'"
    )
    e_invoice = await connection.fetchval("SELECT e_invoice FROM billing.invoices WHERE id = $1", made)
    await transaction.rollback()
    assert [tuple(row) for row in taxes] == [
        ("E", HOME["country"], 0, 700, 0, 500), ("S", HOME["country"], 19, 1000, 190, 0),
    ]  # fmt: skip
    assert offended == []
    assert e_invoice is False
