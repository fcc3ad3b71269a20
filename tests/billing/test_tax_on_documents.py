"""What documents say of taxes: several on a line, shipping in parts, and why none is charged."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from api.invoices import document, einvoice
from tests.billing.documents import BUYER, SELLER, invoice, item, part
from tests.billing.reading import broken_rules, text
from tests.support.schematron import CEN

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
FRENCH = BUYER | {"country": "FR", "city": "Lyon", "postal_code": "69002", "tax_id": "FR83404833048"}
EXPORT = {"tax_category": "G", "reason": "Export, Article 146", "reason_code": "VATEX-EU-G", "tax_rate": 0}
SUPPLY = {"tax_category": "K", "reason": "Supply to the EU", "reason_code": "VATEX-EU-IC", "tax_rate": 0}
CHARGE = {"tax_category": "AE", "reason": "Reverse charge", "reason_code": "VATEX-EU-AE", "tax_rate": 0}
SMALL = {"tax_category": "E", "reason": "Small business", "reason_code": None, "tax_rate": 0}
BOOK = {"tax_category": "E", "reason": "Lessons", "reason_code": "VATEX-EU-132-1I", "tax_rate": 0}
ZERO = {"tax_category": "Z", "reason": None, "reason_code": None, "tax_rate": 0}
OUTSIDE = {"tax_category": "O", "reason": None, "reason_code": "VATEX-EU-O", "tax_rate": 0}
STANDARD = {"tax_rate": 19, "tax_category": "S", "tax_included": True}


def quebec(position: int, price: int, **changes: Any) -> dict[str, Any]:
    """GST 5 % and QST 9.975 %, both on the price."""
    made = item(position, unit_price=price, quantity=1, discount=0, tax_rate=14.975, **changes)
    rates = (("GST", 5), ("QST", 9.975))
    made["taxes"] = [{"name": n, "rate": r, "amount": round(price * r / 100), "included": False} for n, r in rates]
    made["tax"] = sum(tax["amount"] for tax in made["taxes"])
    made["total"] = made["net"] + made["tax"]
    return made


def test_each_of_several_taxes_is_named() -> None:
    book = item(2, "Book", unit_price=3495, quantity=1, discount=0, tax_rate=5, tax_name="GST")
    found = text(document.render(invoice([quebec(1, 100_000), book], shipping=0, e_invoice=False)))
    # A line: both; the other line: which of them. A gross of each would mean nothing, and is not there.
    for words in (
        "GST5%QST9.975%1,000.001,149.75", "GST5%34.9536.70", "TaxrateNetTaxGST5%1,034.9551.75",
        "QST9.975%1,000.0099.75Total151.50", "Subtotal,excl.tax1,034.95Tax151.50Total1,186.45EUR",
    ):  # fmt: skip
        assert words in found, words


def test_shipping_is_taxed_and_part_of_the_rates() -> None:
    lamp, book = item(1, unit_price=11900, quantity=1, discount=0, **STANDARD), item(2, unit_price=2140, quantity=1)
    book = item(2, unit_price=2140, quantity=1, discount=0, **STANDARD | {"tax_rate": 7})
    parts = [part(848, **STANDARD), part(152, **STANDARD | {"tax_rate": 7})]
    made = invoice([lamp, book], shipping_parts=parts)
    found = text(document.render(made))
    for words in (
        "Subtotal,incl.tax140.40", "Shipping10.00", "Total150.40EUR", "Taxincluded21.85", "VAT7%21.421.5022.92",
        "VAT19%107.1320.35127.48", "Total128.5521.85150.40",
    ):  # fmt: skip
        assert words in found, words
    xml = einvoice.write(made)
    assert broken_rules(xml, CEN) == []
    charges = [
        (charge.findtext(f"{RAM}ActualAmount"), charge.findtext(f".//{RAM}RateApplicablePercent"))
        for charge in etree.fromstring(xml.encode()).iter(f"{RAM}SpecifiedTradeAllowanceCharge")
    ]
    assert charges == [("7.13", "19"), ("1.42", "7")]


def test_shipping_with_tax_on_top_of_goods_with_tax_inside() -> None:
    """A method with a tax category of its own: the sum of prices would mean nothing."""
    lamp = item(1, unit_price=11900, quantity=1, discount=0, **STANDARD)
    made = invoice([lamp], shipping_parts=[part(1000, **STANDARD | {"tax_included": False})])
    found = text(document.render(made))
    for words in ("Netamount100.00Shipping10.00Tax20.90Total130.90EUR", "addedtoothers"):
        assert words in found, words
    assert broken_rules(einvoice.write(made), CEN) == []


# --- why no tax is charged ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("treatments", "seller", "reasons"),
    [
        ([EXPORT], {}, [("G", "Export, Article 146", "VATEX-EU-G")]),
        ([SUPPLY], {}, [("K", "Supply to the EU", "VATEX-EU-IC")]),
        ([CHARGE], {}, [("AE", "Reverse charge", "VATEX-EU-AE")]),
        ([SUPPLY, CHARGE], {},
         [("AE", "Reverse charge", "VATEX-EU-AE"), ("K", "Supply to the EU", "VATEX-EU-IC")]),
        # EN 16931 has one row for all that is exempt: each reason once, and no code, as it would be of one of them.
        ([SMALL, BOOK], {}, [("E", "Lessons; Small business", None)]),
        ([BOOK, STANDARD], {}, [("E", "Lessons", "VATEX-EU-132-1I")]),
        ([ZERO], {}, []),
        ([ZERO, STANDARD], {}, []),
        ([OUTSIDE], {"vat_id": None}, [("O", "Not subject to VAT", "VATEX-EU-O")]),
    ],
    ids=["export", "supply", "reverse charge", "supply and reverse charge", "exempt for two reasons",
         "exempt and taxed", "zero", "zero and taxed", "outside"],
)  # fmt: skip
def test_a_reason_stands_once_with_its_code(
    treatments: list[dict[str, Any]], seller: dict[str, Any], reasons: list[tuple[str, str, str | None]]
) -> None:
    items = [item(n, **treatment) for n, treatment in enumerate([*treatments, treatments[0]], 1)]
    outside = treatments == [OUTSIDE]
    buyer = FRENCH | ({"tax_id": None} if outside else {})
    made = invoice(items, seller=SELLER | seller, buyer=buyer, shipping_parts=[part(500, **treatments[0])])
    xml = einvoice.write(made)
    assert broken_rules(xml, CEN) == []
    root = etree.fromstring(xml.encode())
    rows = root.findall(f".//{RAM}ApplicableHeaderTradeSettlement/{RAM}ApplicableTradeTax")
    stated = [
        (row.findtext(f"{RAM}CategoryCode"), row.findtext(f"{RAM}ExemptionReason"),
         row.findtext(f"{RAM}ExemptionReasonCode"))
        for row in rows if row.find(f"{RAM}ExemptionReason") is not None
    ]  # fmt: skip
    assert stated == reasons
    ids = root.findall(f".//{RAM}BuyerTradeParty/{RAM}SpecifiedTaxRegistration/{RAM}ID")
    assert [each.text for each in ids] == ([] if outside else ["FR83404833048"])
    found = text(document.render(made))
    for treatment in treatments:
        if treatment.get("reason"):
            assert found.count(treatment["reason"].replace(" ", "")) == 1


def test_lines_say_which_reason_is_theirs() -> None:
    made = invoice([item(1, **SUPPLY), item(2, **CHARGE)], buyer=FRENCH, shipping_parts=[part(500, **SUPPLY)])
    found = text(document.render(made))
    for words in (
        "0%¹",
        "0%²",
        "¹Intra-communitysupply:SupplytotheEU²Reversecharge",
        "TaxrateNetTaxGross0%¹",
        "YourtaxIDFR83404833048",
    ):
        assert words in found, words
    # One reason for everything needs no mark, and no column of rates.
    found = text(document.render(invoice([item(1, **SUPPLY)], buyer=FRENCH, shipping_parts=[part(500, **SUPPLY)])))
    assert "SupplytotheEU" in found
    assert "¹" not in found
    assert "0%" not in found


def test_the_law_is_said_in_the_language_of_the_page() -> None:
    german = {"reason": "Steuerfreie Ausfuhrlieferung nach § 6 UStG"}
    for language, reason, said in (
        ("de", {}, "Steuerfreie Ausfuhrlieferung: Export, Article 146"),
        ("de", german, german["reason"]),
        ("fr", german, f"Exportation exonérée: {german['reason']}"),
    ):
        made = invoice([item(1, **EXPORT | reason)], buyer=FRENCH, shipping=0, language=language)
        assert said.replace(" ", "") in text(document.render(made))


def test_the_law_says_what_the_seller_did_not() -> None:
    made = invoice([item(1, **CHARGE | {"reason": None})], buyer=FRENCH, shipping=0, language="de")
    assert "SteuerschuldnerschaftdesLeistungsempfängers" in text(document.render(made))
    assert "<ram:ExemptionReason>Steuerschuldnerschaft des Leistungsempfängers<" in einvoice.write(made)


def test_a_tax_id_of_elsewhere_stands_on_the_page_only() -> None:
    """BT-48 begins with a country (BR-CO-09)."""
    made = invoice([item(1, **EXPORT)], buyer=BUYER | {"tax_id": "001234567-0101"}, shipping_parts=[part(5, **EXPORT)])
    assert broken_rules(einvoice.write(made), CEN) == []
    assert "YourtaxID001234567-0101" in text(document.render(made))


def test_documents_from_before_taxes_had_names() -> None:
    """Their lines have a rate and no taxes, their shipping one category for all of it."""
    lines = [item(1, tax_rate=19, tax_included=True, taxes=[]), item(2, tax_rate=7, tax_included=True, taxes=[])]
    made = invoice(lines, shipping_parts=[part(590, reason="Delivery", taxes=[])], buyer=FRENCH)
    found = text(document.render(made))
    for words in ("Allpricesincludetax.", "0%¹5.900.005.90", "¹Delivery", "7%", "19%"):
        assert words in found, words
    assert broken_rules(einvoice.write(made), CEN) == []
