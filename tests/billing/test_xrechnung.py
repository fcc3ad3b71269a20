"""XRechnung: the file that public bodies in Germany get beside the PDF."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest
from lxml import etree

from api.invoices import einvoice
from api.worker.jobs import invoices as jobs
from tests.billing.conftest import Office, read, worker
from tests.billing.documents import SELLER, invoice, item, part, party
from tests.billing.reading import broken_rules_of_xrechnung
from tests.payments.conftest import Shop

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
SELLS = {
    "name": "Nordlicht Outfitters GmbH", "email": "rechnung@nordlicht.example", "phone": "+49 30 1234567",
    "line1": "Oranienstraße 25", "postal_code": "10999", "city": "Berlin", "country": "DE", "vat_id": "DE123456788",
    "registration": "HRB 12345 B", "iban": "DE02120300000000202051",
}  # fmt: skip
BODY = party(
    name="Bezirksamt Mitte", recipient="Poststelle", email="rechnung@mitte.example", line1="Mathilde-Jacob-Platz 1",
    postal_code="10551", city="Berlin", country="DE", reference="11-1234567890-01",
)  # fmt: skip
STANDARD = {"tax_rate": 19, "tax_category": "S", "tax_included": True}
REFERS = {"invoice_number": "INV-2026-000042", "invoice_date": "2026-11-20"}


def written(**changes: Any) -> str:
    made: dict[str, Any] = {"seller": SELLER | {"phone": "+49 30 1234567"}, "buyer": BODY, "language": "de"} | changes
    items = made.pop("items", [item(1, **STANDARD), item(2, **STANDARD | {"tax_rate": 7})])
    parts = [part(390, **STANDARD), part(100, **STANDARD | {"tax_rate": 7})]
    return einvoice.write(invoice(items, shipping_parts=parts, **made), None, einvoice.XRECHNUNG)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"kind": "credit_note", "reason": "beschädigt", **REFERS},
        {"kind": "debit_note", **REFERS},
        {"items": [], "kind": "credit_note", **REFERS},
        {"seller": SELLER | {"phone": "+49 30 1234567", "iban": None}},
        {"seller": SELLER | {"phone": "0301234567", "vat_id": None, "tax_number": "37/123/45678"}},
        {"currency": "CHF"},
    ],
    ids=["invoice", "credit note", "debit note", "shipping alone", "no account", "tax number", "francs"],
)
def test_it_keeps_its_rules(changes: dict[str, Any]) -> None:
    assert broken_rules_of_xrechnung(written(**changes)) == []


def test_its_rules_would_notice() -> None:
    """Which of them hold for a shop, by what they say when it is missing."""
    without = SELLER | {"phone": None}
    for changes, rules in (
        ({"seller": without}, ["BR-DE-2"]),
        ({"buyer": BODY | {"reference": None}}, ["BR-DE-15"]),
        ({"buyer": BODY | {"city": None, "postal_code": None}}, ["BR-DE-8", "BR-DE-9", "BR-DE-10", "BR-DE-11"]),
        ({"seller": SELLER | {"phone": "+49 30 1", "city": None, "postal_code": None}}, ["BR-DE-3", "BR-DE-4"]),
        ({"seller": SELLER | {"phone": "no"}}, ["BR-DE-27"]),
        ({"buyer": BODY | {"email": None}}, ["PEPPOL-EN16931-R010"]),
    ):
        broken = " ".join(broken_rules_of_xrechnung(written(**changes)))
        assert all(f"[{rule}]" in broken for rule in rules), (rules, broken)


def test_it_says_who_it_is_for() -> None:
    root = etree.fromstring(written().encode())
    for path, expected in (
        ("GuidelineSpecifiedDocumentContextParameter/{}ID", einvoice.XRECHNUNG),
        ("BuyerReference", "11-1234567890-01"),
        ("DefinedTradeContact/{}TelephoneUniversalCommunication/{}CompleteNumber", "+49 30 1234567"),
        ("DefinedTradeContact/{}EmailURIUniversalCommunication/{}URIID", "rechnung@nordlicht.example"),
        ("BuyerTradeParty/{}URIUniversalCommunication/{}URIID", "rechnung@mitte.example"),
        ("PayeePartyCreditorFinancialAccount/{}IBANID", "DE02120300000000202051"),
    ):
        assert root.findtext(f".//{RAM}{path.replace('{}', RAM)}") == expected


# --- from the order to the file -------------------------------------------------------------------


async def paid(office: Office, shop: Shop, customer: str, reference: str | None) -> tuple[Any, Any]:
    """An order to where there is no tax, of a customer who gave this reference."""
    order = await office.order(customer, (await office.product("Lamp", 11900, "in19"), 1))
    await shop.admin.execute(
        "UPDATE sales.orders SET buyer_reference = $2, shipping_address = shipping_address || $3::jsonb WHERE id = $1",
        uuid.UUID(order["id"]), reference, '{"country": "DE", "city": "Berlin", "postal_code": "10551"}',
    )  # fmt: skip
    payment = await office.pay(customer, order)
    await jobs.issue(worker(shop), "issue_invoice", {"order_id": order["id"]})
    return order, payment


async def test_who_gives_a_reference_gets_it(office: Office, shop: Shop, customer: str) -> None:
    await office.sells(**SELLS)
    order, payment = await paid(office, shop, customer, "11-1234567890-01")
    found = await read(shop, "get_invoice_xml", customer, order_id=order["id"])
    assert broken_rules_of_xrechnung(found["content"]) == []
    assert "11-1234567890-01" in found["content"]
    refund = await office.refund(payment)
    await jobs.issue(worker(shop), "issue_credit_note", {"refund_id": refund["id"]})
    [note] = (await read(shop, "list_credit_notes", customer, order_id=order["id"]))["data"]
    found = await read(shop, "get_credit_note_xml", customer, credit_note_id=note["id"])
    assert found["number"] == note["number"]
    assert broken_rules_of_xrechnung(found["content"]) == []


@pytest.mark.parametrize(
    ("seller", "reference", "missing"),
    [
        ({"phone": None}, "11-1234567890-01", ["seller.phone"]),
        ({"phone": None, "city": None}, "11-1234567890-01", ["seller.phone", "seller.city"]),
        ({"e_invoice": False}, "11-1234567890-01", ["e_invoice"]),
        ({}, None, None),
    ],
    ids=["telephone", "telephone and town", "no e-invoices", "no reference"],
)
async def test_staff_see_why_there_is_none(
    office: Office, shop: Shop, customer: str, seller: dict[str, Any], reference: str | None, missing: list[str] | None
) -> None:
    """The document stays what it was without: a PDF with Factur-X, where the seller wants e-invoices."""
    await office.sells(**SELLS | seller)
    order, _ = await paid(office, shop, customer, reference)
    assert await read(shop, "get_invoice_pdf", customer, order_id=order["id"])
    for token, role in ((customer, "customer"), (shop.support, "support")):
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await read(shop, "get_invoice_xml", token, role, order_id=order["id"])
        error: Any = refusal.value
        assert error.constraint_name == "xrechnung_not_found"
        told = f'{{"missing": {str(missing).replace(chr(39), chr(34))}}}' if missing and role == "support" else None
        assert error.detail == told
