"""The e-invoice inside the PDF: EN 16931 as UN/CEFACT Cross Industry Invoice, Factur-X 1.0 (= ZUGFeRD 2).

`write` makes the XML and checks it against the schema; typst attaches it to the page (PDF/A-3); `declare` adds the
metadata by which readers recognise Factur-X, which typst cannot write (https://github.com/typst/typst/issues/5667).
BT-… and BR-… are the standard's names for its terms and rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.tradelines import LineItem

PROFILE = "urn:cen.eu:en16931:2017"
TYPES = {"invoice": "380", "credit_note": "381", "debit_note": "383"}  # UNTDID 1001
PIECE = "C62"  # UN/ECE Recommendation 20: one
DISCOUNT, FREIGHT = "95", "FC"  # UNTDID 5189, 7161
# Reasons for a category without tax (BR-E-10, BR-O-10), where the seller gives none.
REASONS = {"E": "Exempt from VAT", "O": "Not subject to VAT"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(invoice: Mapping[str, Any]) -> str:
    """The XML of an invoice as api.get_invoice answers it, checked against the schema."""
    invoice = _writable(invoice)
    document = Document()
    document.context.guideline_parameter.id = PROFILE
    document.header.id = invoice["number"]
    document.header.type_code = TYPES[invoice["kind"]]
    document.header.issue_date_time = date.fromisoformat(invoice["issue_date"])
    if invoice["reason"]:
        note = IncludedNote()
        note.content = invoice["reason"]
        document.header.notes.add(note)
    _fill_seller(document.trade.agreement.seller, invoice["seller"])
    _fill_buyer(document.trade, invoice)
    # BR-16 wants a line: a credit note of nothing but the shipping has it there.
    items = invoice["items"] or [_shipping_line(invoice)]
    for item in items:
        document.trade.items.add(_line(item, invoice["minor_units"]))
    _fill_settlement(document.trade.settlement, invoice, items)
    xml: bytes = document.serialize(schema="FACTUR-X_EN16931")
    return xml.decode()


def _fill_seller(party: Any, seller: Mapping[str, Any]) -> None:
    party.name = seller["name"]
    if seller["registration"]:
        party.legal_organization.id = seller["registration"]
    elif not seller["vat_id"]:  # BR-CO-26: one of the three
        party.id = seller["tax_number"]
    _fill_address(party.address, seller, seller["country"])
    if seller["email"]:
        party.electronic_address.uri_ID = ("EM", seller["email"])
    for scheme, number in (("VA", seller["vat_id"]), ("FC", seller["tax_number"])):
        if number:
            party.tax_registrations.add(TaxRegistration(id=(scheme, number)))


def _fill_buyer(trade: Any, invoice: Mapping[str, Any]) -> None:
    buyer = invoice["buyer"]
    # BR-11 wants a country. Where the customer's is not known, the supply takes place where the seller is
    # (Directive 2006/112/EC, Article 45).
    country = buyer["country"] or invoice["seller"]["country"]
    trade.agreement.buyer.name = buyer["name"]
    _fill_address(trade.agreement.buyer.address, buyer, country)
    trade.agreement.buyer.electronic_address.uri_ID = ("EM", buyer["email"])
    trade.agreement.seller_order.issuer_assigned_id = invoice["order_number"]
    trade.delivery.ship_to.name = buyer["recipient"] or buyer["name"]
    _fill_address(trade.delivery.ship_to.address, buyer, country)


def _fill_settlement(settlement: Any, invoice: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    def money(amount: int) -> Decimal:
        return Decimal(amount).scaleb(-invoice["minor_units"])

    settlement.currency_code = invoice["currency"]
    charges = 0
    if invoice["shipping"] and invoice["items"]:
        charges = invoice["shipping"]
        settlement.allowance_charge.add(_shipping(invoice, money(charges)))
    for tax in invoice["taxes"]:
        settlement.trade_tax.add(_tax(tax, money))
    if invoice["invoice_number"]:
        settlement.invoice_referenced_document.issuer_assigned_id = invoice["invoice_number"]
        settlement.invoice_referenced_document.issue_date_time = date.fromisoformat(invoice["invoice_date"])

    sums = settlement.monetary_summation
    net = sum(item["net"] for item in items)
    sums.line_total = money(net)
    sums.charge_total = money(charges)
    sums.allowance_total = money(0)
    sums.tax_basis_total = money(net + charges)
    sums.tax_total = (money(invoice["tax"]), invoice["currency"])
    sums.grand_total = money(invoice["total"])
    sums.prepaid_total = money(invoice["amount_paid"])
    sums.due_amount = money(invoice["total"] - invoice["amount_paid"])


def _writable(value: Any) -> Any:
    """Without the characters that XML 1.0 forbids (control characters, U+FFFE): a name must not stop an invoice."""
    if isinstance(value, str):
        return _NOT_XML.sub("", value)
    if isinstance(value, Mapping):
        return {name: _writable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_writable(part) for part in value]
    return value


def _line(item: Mapping[str, Any], minor_units: int) -> LineItem:
    """A line in net amounts, as the standard requires: its total is exact; price and discount are computed from it."""
    discount = _net_discount(item)
    line = LineItem()
    line.document.line_id = str(item["position"])
    line.product.name = item["name"]
    if item["components"]:
        line.product.description = _contents(item)
    if item["sku"]:
        line.product.seller_assigned_id = item["sku"]
    line.agreement.net.amount = _net_price(item["net"] + discount, item["quantity"], minor_units)
    line.delivery.billed_quantity = (Decimal(item["quantity"]), PIECE)
    line.settlement.trade_tax.type_code = "VAT"
    line.settlement.trade_tax.category_code = item["tax_category"]
    if item["tax_category"] != "O":  # BR-O-05
        line.settlement.trade_tax.rate_applicable_percent = Decimal(str(item["tax_rate"]))
    if discount:
        allowance = TradeAllowanceCharge()
        allowance.indicator = False
        allowance.actual_amount = Decimal(discount).scaleb(-minor_units)
        allowance.reason_code = DISCOUNT
        allowance.reason = "Discount"
        line.settlement.allowance_charge.add(allowance)
    line.settlement.monetary_summation.total_amount = Decimal(item["net"]).scaleb(-minor_units)
    return line


def _net_discount(item: Mapping[str, Any]) -> int:
    """The discount in minor units, without the tax that it may include."""
    discount: int = item["discount"]
    if not item["tax_included"]:
        return discount
    return int((discount * 100 / (100 + Decimal(str(item["tax_rate"])))).to_integral_value(ROUND_HALF_UP))


def _net_price(amount: int, quantity: int, minor_units: int) -> Decimal:
    """The price of one piece where `quantity` cost `amount` minor units. Eight decimals are exact to the cent for ten
    thousand pieces; the currency's own decimals are used where they are exact.
    """
    price = Decimal(amount).scaleb(-minor_units) / quantity
    short = price.quantize(Decimal(1).scaleb(-minor_units))
    return short if short * quantity == Decimal(amount).scaleb(-minor_units) else round(price, 8).normalize()


def _contents(item: Mapping[str, Any]) -> str:
    return ", ".join(f"{part['quantity']} × {part['name']}" for part in item["components"])


def _shipping_line(invoice: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "position": 1,
        "name": "Shipping",
        "sku": None,
        "quantity": 1,
        "discount": 0,
        "net": invoice["shipping"],
        "tax_category": invoice["shipping_tax_category"],
        "tax_rate": invoice["shipping_tax_rate"],
        "tax_included": False,
        "components": [],
    }


def _shipping(invoice: Mapping[str, Any], amount: Decimal) -> TradeAllowanceCharge:
    charge = TradeAllowanceCharge()
    charge.indicator = True
    charge.actual_amount = amount
    charge.reason_code = FREIGHT
    charge.reason = "Shipping"
    tax = CategoryTradeTax()
    tax.type_code = "VAT"
    tax.category_code = invoice["shipping_tax_category"]
    if invoice["shipping_tax_category"] != "O":
        tax.rate_applicable_percent = Decimal(str(invoice["shipping_tax_rate"]))
    charge.trade_tax.add(tax)
    return charge


def _tax(found: Mapping[str, Any], money: Any) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount = money(found["amount"])
    tax.type_code = "VAT"
    tax.basis_amount = money(found["basis"])
    tax.category_code = found["category"]
    if found["category"] in REASONS:
        tax.exemption_reason = found["reason"] or REASONS[found["category"]]
    if found["category"] != "O":
        tax.rate_applicable_percent = Decimal(str(found["rate"]))
    return tax


def _fill_address(address: Any, party: Mapping[str, Any], country: str) -> None:
    for field, value in (
        ("postcode", party["postal_code"]),
        ("line_one", party["line1"]),
        ("line_two", party["line2"]),
        ("city_name", party["city"]),
        ("country_subdivision", party["region"]),
    ):
        if value:
            setattr(address, field, value)
    address.country_id = country


# --- the PDF's metadata ---------------------------------------------------------------------------

_PROPERTIES = {
    "DocumentFileName": ("factur-x.xml", "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "INVOICE"),
    "Version": ("1.0", "The actual version of the Factur-X XML schema"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded Factur-X data"),
}
_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_VALUES = "".join(
    f'<fx:{name} xmlns:fx="{_NAMESPACE}">{value}</fx:{name}>' for name, (value, _) in _PROPERTIES.items()
).encode()

_DESCRIBED = "".join(
    '<rdf:li rdf:parseType="Resource">'
    f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
    "<pdfaProperty:category>external</pdfaProperty:category>"
    f"<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
    for name, (_, description) in _PROPERTIES.items()
)
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_DESCRIBED}</rdf:Seq></pdfaSchema:property></rdf:li>"
).encode()


def declare(pdf: bytes) -> bytes:
    """The PDF with Factur-X's properties, and their schema, in its XMP metadata.

    Appended as an incremental update (ISO 32000-1, 7.5.6), so that nothing else moves. RuntimeError: the file is not
    structured as typst 0.15 does it.
    """
    metadata = re.search(
        rb"\n(\d+) 0 obj\n<</Length \d+/Type/Metadata/Subtype/XML>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL
    )
    trailer = re.search(rb"\ntrailer\n<<(/Size \d+/Root \d+ 0 R.*?)>>\nstartxref\n(\d+)\n%%EOF\s*$", pdf, re.DOTALL)
    if metadata is None or trailer is None:
        raise RuntimeError("typst's PDF has another structure than that of version 0.15")
    number, xmp = metadata.groups()
    for place, addition in ((b"<pdfaExtension:schemas><rdf:Bag>", _SCHEMA), (b"</pdfaExtension:schemas>", _VALUES)):
        if xmp.count(place) != 1:
            raise RuntimeError("typst's metadata has another structure than that of version 0.15")
        xmp = xmp.replace(place, place + addition)
    start = len(pdf) if pdf.endswith(b"\n") else len(pdf) + 1
    entry = b"%b 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        len(xmp),
        xmp,
    )
    table = b"xref\n0 1\n0000000000 65535 f \n%b 1\n%010d 00000 n \n" % (number, start)
    end = b"trailer\n<<%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n" % (trailer[1], trailer[2], start + len(entry))
    return pdf.ljust(start, b"\n") + entry + table + end
