"""Invoices and credit notes as api.get_invoice answers them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def item(position: int, name: str = "Lamp", **changes: Any) -> dict[str, Any]:
    made = {
        "position": position, "name": name, "sku": f"SKU-{position:04}", "quantity": 1 + position % 3,
        "unit_price": 1999 + position * 100, "discount": 200 * (position % 4 == 1),
        "tax_rate": 20, "tax_category": "S", "tax_included": False, "components": [], "tax_name": "VAT",
        "reason": None, "reason_code": None,
    } | changes  # fmt: skip
    price, rate = made["unit_price"] * made["quantity"] - made["discount"], Decimal(str(made["tax_rate"]))
    tax = price * rate / (100 + rate if made["tax_included"] else 100)
    made["tax"] = int(tax.to_integral_value(ROUND_HALF_UP))
    made["total"] = price + (0 if made["tax_included"] else made["tax"])
    made["net"] = made["total"] - made["tax"]
    made.setdefault("taxes", _taxes(made))
    return made


def part(amount: int, **changes: Any) -> dict[str, Any]:
    """Of the shipping."""
    made = {
        "amount": amount, "tax_rate": 0, "tax_category": "E", "tax_included": False, "tax_name": "VAT",
        "reason": None, "reason_code": None,
    } | changes  # fmt: skip
    rate = Decimal(str(made["tax_rate"]))
    tax = amount * rate / (100 + rate if made["tax_included"] else 100)
    made["tax"] = int(tax.to_integral_value(ROUND_HALF_UP))
    made["total"] = amount + (0 if made["tax_included"] else made["tax"])
    made["net"] = made["total"] - made["tax"]
    made.setdefault("taxes", _taxes(made))
    return made


def _taxes(made: dict[str, Any]) -> list[dict[str, Any]]:
    if made["tax_category"] not in ("S", "Z"):
        return []
    names = {"name": made["tax_name"], "rate": made["tax_rate"]}
    return [{**names, "amount": made["tax"], "included": made["tax_included"]}]


def party(**changes: Any) -> dict[str, Any]:
    names = ("name", "email", "phone", "line1", "line2", "postal_code", "city", "region", "country")
    others = ("recipient", "vat_id", "tax_number", "registration", "iban", "tax_id", "reference")
    return dict.fromkeys((*names, *others)) | changes


SELLER = party(
    name="Nordlicht Outfitters GmbH", email="rechnung@nordlicht.example", line1="Oranienstraße 25",
    postal_code="10999", city="Berlin", country="DE", vat_id="DE123456789", registration="HRB 12345 B",
    iban="DE02120300000000202051",
)  # fmt: skip
BUYER = party(
    name="Ada Lovelace", email="ada@example.com", line1="1 Main Street", postal_code="1205", city="Dhaka", country="BD"
)


def invoice(items: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    made = {
        "kind": "invoice", "number": "INV-2026-000042", "created_at": "2026-11-21T08:12:13.123456+00:00",
        "issue_date": "2026-11-21", "paid_date": "2026-11-21", "currency": "EUR", "minor_units": 2,
        "order_number": "100042", "invoice_number": None, "invoice_date": None, "e_invoice": True, "reason": None,
        "seller": SELLER, "buyer": BUYER, "items": items, "language": "en", "shipping_parts": [part(590)],
        "tax_country": "BD",
    } | changes  # fmt: skip
    if "shipping" in changes:
        made["shipping_parts"] = [part(changes["shipping"])] if changes["shipping"] else []
    parts = made["shipping_parts"]
    made["shipping"] = sum(p["amount"] for p in parts)
    made["shipping_tax"] = sum(p["tax"] for p in parts)
    made["subtotal"] = sum(i["unit_price"] * i["quantity"] for i in items)
    made["discount"] = sum(i["discount"] for i in items)
    made["tax"] = sum(p["tax"] for p in (*items, *parts))
    made["tax_included"] = sum(p["tax"] for p in (*items, *parts) if p["tax_included"])
    made["total"] = sum(p["total"] for p in (*items, *parts))
    made["amount_paid"] = made["total"]
    made["taxes"] = _breakdown([*items, *parts])
    return made


def _breakdown(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As billing.list_taxes makes it, of taxes that are not charged on each other."""
    groups: dict[tuple[str, str, float, str, str], list[int]] = {}
    for p in parts:
        for tax in p["taxes"] or [{"name": None, "rate": p["tax_rate"], "amount": p["tax"]}]:
            key = (p["tax_category"], tax["name"] or "", tax["rate"], p["reason"] or "", p["reason_code"] or "")
            sums = groups.setdefault(key, [0, 0])
            sums[0] += p["net"]
            sums[1] += tax["amount"]
    return [
        {
            "category": category, "name": name or None, "rate": rate, "basis": basis, "amount": amount,
            "gross": basis + amount, "reason": reason or None, "reason_code": code or None,
        }
        for (category, name, rate, reason, code), (basis, amount) in sorted(groups.items())
    ]  # fmt: skip


CREDIT_NOTE = invoice(
    [item(1), item(2)], kind="credit_note", number="CN-2026-000007", invoice_number="INV-2026-000042",
    invoice_date="2026-11-20", reason="arrived damaged",
)  # fmt: skip
UNREGISTERED = invoice(
    [item(n, tax_rate=0, tax_category="O") for n in (1, 2)],
    seller=SELLER | {"vat_id": None},
    shipping_parts=[part(590, tax_category="O")],
)
TAX_NUMBER_ONLY = invoice(
    [item(1)], seller=SELLER | {"vat_id": None, "registration": None, "tax_number": "37/123/45678"}
)
PARTS = [{"sku": "LMP-1", "name": "Desk lamp", "quantity": 2}, {"sku": "BLB", "name": "Bulb", "quantity": 4}]
INCLUDED = invoice(
    [
        item(1, "Kit", unit_price=19900, quantity=2, tax_rate=19, tax_included=True, components=PARTS),
        item(2, "Book", unit_price=999, quantity=3, tax_rate=7, tax_included=True),
        item(3, "Stamp", unit_price=80, quantity=10, tax_rate=0, tax_category="E", tax_included=True),
    ]
)
MIXED = invoice(
    [
        item(1, "Kit", unit_price=19900, quantity=1, tax_rate=19, tax_included=True, components=PARTS),
        item(2, "Book", unit_price=999, quantity=3, tax_rate=7.7),
        item(3, "Stamp", unit_price=80, quantity=10, tax_rate=0, tax_category="E"),
    ]
)
PERSON_WITHOUT_ADDRESS = invoice([item(1)], buyer=party(name="Ada", email="ada@example.com"), shipping=0)
