"""An e-invoice: EN 16931 as UN/CEFACT Cross Industry Invoice, checked against the schema.

Two profiles of the same data: Factur-X 1.0 (= ZUGFeRD 2), which is inside the PDF, and XRechnung 3.0, which is a file
of its own for public bodies in Germany. BT-…, BG-… and BR-… are the standard's names for its terms, groups and rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax, CategoryTradeTax, TradeAllowanceCharge
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans
from drafthorse.models.tradelines import LineItem

from api.invoices.page import line_name
from api.languages.language import Language, language

FACTUR_X = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{FACTUR_X}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"  # BT-23, which XRechnung wants (PEPPOL-EN16931-R001)
TYPES = {"invoice": "380", "credit_note": "381", "debit_note": "383"}  # UNTDID 1001
CORRECTED = "384"  # XRechnung has no debit notes (BR-DE-17): this is one that refers to another document
PIECE = "C62"  # UN/ECE Recommendation 20: one
DISCOUNT, FREIGHT = "95", "FC"  # UNTDID 5189, 7161
SEPA, TRANSFER, NOT_DEFINED = "58", "30", "1"  # UNTDID 4461: credit transfers, and no means in particular
# Texts for a category without tax (BR-E-10, BR-O-10, …), where the seller's rule gives none. Z has none (BR-Z-10).
REASONS = {
    "E": "exempt", "O": "outside_scope", "AE": "reverse_charge", "K": "intra_community", "G": "export",
}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(invoice: Mapping[str, Any], folder: Path | None = None, profile: str = FACTUR_X) -> str:
    """The XML of an invoice as api.get_invoice answers it, checked against the schema, with `folder`'s texts."""
    invoice = _writable(invoice)
    spoken = language(invoice["language"], folder)
    german = profile == XRECHNUNG
    document = Document()
    document.context.guideline_parameter.id = profile
    if german:
        document.context.business_parameter.id = BILLING
    document.header.id = invoice["number"]
    document.header.type_code = CORRECTED if german and invoice["kind"] == "debit_note" else TYPES[invoice["kind"]]
    document.header.issue_date_time = date.fromisoformat(invoice["issue_date"])
    if invoice["reason"]:
        note = IncludedNote()
        note.content = invoice["reason"]
        document.header.notes.add(note)
    _fill_seller(document.trade.agreement.seller, invoice["seller"])
    _fill_buyer(document.trade, invoice)
    # BR-16 wants a line: a credit note of nothing but the shipping has it there.
    items = invoice["items"] or _shipping_lines(invoice, spoken)
    for item in items:
        document.trade.items.add(_line(invoice, item, spoken))
    _fill_settlement(document.trade.settlement, invoice, items, spoken)
    xml: bytes = document.serialize(schema="FACTUR-X_EN16931")
    return xml.decode()


def _fill_seller(party: Any, seller: Mapping[str, Any]) -> None:
    party.name = seller["name"]
    if seller["registration"]:
        party.legal_organization.id = seller["registration"]
    elif not seller["vat_id"]:  # BR-CO-26: one of the three
        party.id = seller["tax_number"]
    # The contact (BG-6), which XRechnung wants: the shop has one telephone and one address for all questions.
    if seller["phone"] and seller["email"]:
        party.contact.person_name = seller["name"]
        party.contact.telephone.number = seller["phone"]
        party.contact.email.address = seller["email"]
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
    if buyer["reference"]:
        trade.agreement.buyer_reference = buyer["reference"]
    trade.agreement.buyer.name = buyer["name"]
    _fill_address(trade.agreement.buyer.address, buyer, country)
    if buyer["email"]:
        trade.agreement.buyer.electronic_address.uri_ID = ("EM", buyer["email"])
    # BT-48 begins with the country (BR-CO-09), as VAT ids of the EU do; other tax ids stand on the page only.
    if buyer["tax_id"] and buyer["tax_id"][:2] in (country, "EL", "XI"):
        trade.agreement.buyer.tax_registrations.add(TaxRegistration(id=("VA", buyer["tax_id"])))
    trade.agreement.seller_order.issuer_assigned_id = invoice["order_number"]
    trade.delivery.ship_to.name = buyer["recipient"] or buyer["name"]
    _fill_address(trade.delivery.ship_to.address, buyer, country)


def _fill_settlement(
    settlement: Any, invoice: Mapping[str, Any], items: Sequence[Mapping[str, Any]], spoken: Language
) -> None:
    def money(amount: int) -> Decimal:
        return Decimal(amount).scaleb(-invoice["minor_units"])

    settlement.currency_code = invoice["currency"]
    # Everything is paid when a document is issued, by a gateway's many means. The account is for questions.
    means = PaymentMeans()
    means.type_code = (SEPA if invoice["currency"] == "EUR" else TRANSFER) if invoice["seller"]["iban"] else NOT_DEFINED
    if invoice["seller"]["iban"]:
        means.payee_account.iban = invoice["seller"]["iban"]
    settlement.payment_means.add(means)
    # The goods follow the payment, so the supply lies in a period that begins with it (BG-14; BR-IC-11 wants it for K).
    begin = invoice["paid_date"] if invoice["kind"] == "invoice" else invoice["invoice_date"]
    settlement.period.start = date.fromisoformat(begin)
    charges = 0
    for part in invoice["shipping_parts"] if invoice["items"] else []:
        charges += part["net"]
        settlement.allowance_charge.add(_shipping(part, money(part["net"]), spoken))
    for tax in _breakdown(invoice["taxes"], spoken):
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


def _line(invoice: Mapping[str, Any], item: Mapping[str, Any], spoken: Language) -> LineItem:
    """A line in net amounts, as the standard requires: its total is exact; price and discount are computed from it."""
    minor_units = invoice["minor_units"]
    discount = _net_discount(item)
    line = LineItem()
    line.document.line_id = str(item["position"])
    line.product.name = line_name(invoice, item, spoken)
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
        allowance.reason = spoken("document.discount")
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


def _shipping_lines(invoice: Mapping[str, Any], spoken: Language) -> list[Mapping[str, Any]]:
    """The shipping as lines, one for each way in which it is taxed."""
    name = spoken("document.shipping")
    line: dict[str, Any] = {"name": name, "sku": None, "quantity": 1, "discount": 0, "components": []}
    return [{**part, **line, "position": n} for n, part in enumerate(invoice["shipping_parts"], 1)]


def _shipping(part: Mapping[str, Any], amount: Decimal, spoken: Language) -> TradeAllowanceCharge:
    charge = TradeAllowanceCharge()
    charge.indicator = True
    charge.actual_amount = amount
    charge.reason_code = FREIGHT
    charge.reason = spoken("document.shipping")
    tax = CategoryTradeTax()
    tax.type_code = "VAT"
    tax.category_code = part["tax_category"]
    if part["tax_category"] != "O":
        tax.rate_applicable_percent = Decimal(str(part["tax_rate"]))
    charge.trade_tax.add(tax)
    return charge


def _breakdown(taxes: Sequence[Mapping[str, Any]], spoken: Language) -> list[dict[str, Any]]:
    """A row for each category and rate (BG-23), whatever the rates are called; each reason once (BT-120), and its code
    where there is one for all (BT-121)."""
    rows: dict[tuple[str, Decimal], dict[str, Any]] = {}
    for tax in taxes:
        category, rate = tax["category"], Decimal(str(tax["rate"]))
        row = rows.setdefault((category, rate), {
            "category": category, "rate": rate, "basis": 0, "amount": 0, "reasons": {}, "codes": set(),
        })  # fmt: skip
        row["basis"] += tax["basis"]
        row["amount"] += tax["amount"]
        if category in REASONS:
            row["reasons"][tax["reason"] or spoken(f"document.{REASONS[category]}")] = True
            row["codes"].add(tax["reason_code"])
    return [rows[key] for key in sorted(rows)]


def _tax(found: Mapping[str, Any], money: Any) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.calculated_amount = money(found["amount"])
    tax.type_code = "VAT"
    tax.basis_amount = money(found["basis"])
    tax.category_code = found["category"]
    if found["reasons"]:
        tax.exemption_reason = "; ".join(found["reasons"])
    if len(found["codes"]) == 1 and (code := next(iter(found["codes"]))):
        tax.exemption_reason_code = code
    if found["category"] != "O":
        tax.rate_applicable_percent = found["rate"]
    return tax


def _fill_address(address: Any, party: Mapping[str, Any], country: str) -> None:
    for field, value in (
        ("postcode", party["postal_code"]),
        ("line_one", party["line1"]),
        ("line_two", party["line2"]),
        ("city_name", party["city"]),
        ("country_subdivision", party.get("region_name") or party["region"]),
    ):
        if value:
            setattr(address, field, value)
    address.country_id = country
