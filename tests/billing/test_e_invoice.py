"""The e-invoice inside an invoice: EN 16931's rules, and what its lines say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import facturx
import pytest
from lxml import etree

from api.invoices import document, einvoice, metadata
from tests.billing.documents import (
    BUYER,
    CREDIT_NOTE,
    INCLUDED,
    MIXED,
    PERSON_WITHOUT_ADDRESS,
    TAX_NUMBER_ONLY,
    UNREGISTERED,
    invoice,
    item,
)
from tests.billing.reading import broken_rules, read

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@pytest.mark.parametrize(
    "made",
    [
        invoice([item(n) for n in range(1, 8)]),
        invoice([item(1, tax_rate=19), item(2, tax_rate=7), item(3, tax_rate=0, tax_category="E")]),
        invoice([item(n, name="欧阳娜娜") for n in range(1, 101)], shipping=0),
        CREDIT_NOTE,
        UNREGISTERED,
        TAX_NUMBER_ONLY,
        PERSON_WITHOUT_ADDRESS,
        invoice([item(1)], currency="JPY", minor_units=0, shipping=0),
        invoice([item(1, unit_price=0, discount=0)], shipping=0),
        INCLUDED,
        MIXED,
        CREDIT_NOTE | {"items": [], "subtotal": 0, "discount": 0, "tax": 0, "total": 590, "amount_paid": 590,
                       "taxes": CREDIT_NOTE["taxes"][:1]},
        invoice([item(n, tax_included=bool(n % 2), tax_rate=(7, 19, 33.3333)[n % 3]) for n in range(1, 201)]),
        invoice([item(1, unit_price=999, quantity=10_000, discount=12345, tax_rate=19, tax_included=True)]),
        invoice([item(1, unit_price=999, tax_included=True)], kind="credit_note", number="CN-2026-000007",
                invoice_number="INV-2026-000042", invoice_date="2026-11-20"),
        invoice([item(1, tax_rate=10, tax_included=True)], currency="JPY", minor_units=0, shipping=0),
        invoice([item(1)], buyer=BUYER | {"email": None}),
    ],
    ids=[
        "seven lines", "three rates", "a hundred lines", "credit note", "not registered", "tax number only",
        "no address", "yen", "free", "tax included", "tax included and not", "shipping alone",
        "two hundred lines of three rates", "ten thousand pieces", "credit note, tax included", "yen, tax included",
        "no e-mail",
    ],
)  # fmt: skip
def test_the_e_invoice_keeps_the_rules_of_en_16931(made: dict[str, Any]) -> None:
    xml = einvoice.write(made)
    assert facturx.xml_check_xsd(xml.encode(), flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"unit_price": 1190, "quantity": 3, "discount": 0}, "10.00"),
        ({"unit_price": 999, "quantity": 3, "discount": 0}, "8.39333333"),
        ({"unit_price": 999, "quantity": 10_000, "discount": 12345}, "8.394958"),
        ({"unit_price": 999, "quantity": 7, "discount": 6993}, "8.39428571"),
        ({"unit_price": 1, "quantity": 10_000, "discount": 1}, "0.008404"),
        ({"unit_price": 0, "quantity": 5, "discount": 0}, "0.00"),
        ({"unit_price": 999, "quantity": 3, "discount": 100, "tax_included": False}, "9.99"),
    ],
)
def test_price_and_discount_lead_to_the_net_amount_of_the_line(changes: dict[str, Any], price: str) -> None:
    line = item(1, **({"tax_rate": 19, "tax_included": True} | changes))
    root = etree.fromstring(einvoice.write(invoice([line], shipping=0)).encode())
    assert root.findtext(f".//{RAM}NetPriceProductTradePrice/{RAM}ChargeAmount") == price
    [settlement] = root.iter(f"{RAM}SpecifiedLineTradeSettlement")
    allowance = Decimal(settlement.findtext(f".//{RAM}ActualAmount") or 0)
    amount = Decimal(settlement.findtext(f".//{RAM}LineTotalAmount") or "nothing")
    assert amount == Decimal(line["total"] - line["tax"]) / 100
    assert round(Decimal(price) * line["quantity"], 2) - allowance == amount
    assert root.findtext(f".//{RAM}GrandTotalAmount") == f"{line['total'] / 100:.2f}"


def test_an_e_invoice_says_what_is_in_a_bundle() -> None:
    root = etree.fromstring(einvoice.write(INCLUDED).encode())
    assert root.findtext(f".//{RAM}SpecifiedTradeProduct/{RAM}Description") == "2 × Desk lamp, 4 × Bulb"


def test_the_rules_would_notice_a_wrong_total() -> None:
    xml = einvoice.write(invoice([item(1)]) | {"total": 1})
    assert any("BR-CO-15" in rule for rule in broken_rules(xml))


def test_the_pdf_holds_the_e_invoice_and_says_so() -> None:
    made = invoice([item(1)])
    pdf = document.render(made)
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    assert xml.decode() == einvoice.write(made)
    root = etree.fromstring(xml)
    assert root.findtext(f".//{RAM}GrandTotalAmount") == f"{made['total'] / 100:.2f}"
    catalog = read(pdf).trailer["/Root"].get_object()
    assert catalog["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"  # type: ignore[index]
    xmp = etree.fromstring(catalog["/Metadata"].get_object().get_data())  # type: ignore[union-attr, index]
    properties = {etree.QName(e).localname: e.text for e in xmp.iter("{" + metadata._NAMESPACE + "}*")}
    assert properties == {
        "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931",
    }  # fmt: skip
    part = xmp.find(".//{http://www.aiim.org/pdfa/ns/id/}part")
    assert part is not None
    assert part.text == "3"


def test_no_e_invoice_where_none_is_asked_for() -> None:
    assert not read(document.render(invoice([item(1)], e_invoice=False))).attachments
