"""Invoices and credit notes as api.get_invoice answers them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any


def item(position: int, name: str = "Lamp", **changes: Any) -> dict[str, Any]:
    made = {
        "position": position, "name": name, "sku": f"SKU-{position:04}", "quantity": 1 + position % 3,
        "unit_price": 1999 + position * 100, "discount": 200 * (position % 4 == 1),
        "tax_rate": 20, "tax_category": "S", "tax_included": False, "components": [],
    } | changes  # fmt: skip
    price, rate = made["unit_price"] * made["quantity"] - made["discount"], Decimal(str(made["tax_rate"]))
    tax = price * rate / (100 + rate if made["tax_included"] else 100)
    made["tax"] = int(tax.to_integral_value(ROUND_HALF_UP))
    made["total"] = price + (0 if made["tax_included"] else made["tax"])
    made["net"] = made["total"] - made["tax"]
    return made


def party(**changes: Any) -> dict[str, Any]:
    names = ("name", "email", "phone", "line1", "line2", "postal_code", "city", "region", "country")
    return dict.fromkeys((*names, "recipient", "vat_id", "tax_number", "registration", "iban")) | changes


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
        "seller": SELLER, "buyer": BUYER, "items": items, "shipping": 590, "shipping_tax_category": "E",
        "shipping_tax_rate": 0,
    } | changes  # fmt: skip
    made["subtotal"] = sum(i["unit_price"] * i["quantity"] for i in items)
    made["discount"] = sum(i["discount"] for i in items)
    made["tax"] = sum(i["tax"] for i in items)
    made["tax_included"] = sum(i["tax"] for i in items if i["tax_included"])
    made["total"] = sum(i["total"] for i in items) + made["shipping"]
    made["amount_paid"] = made["total"]
    groups: dict[tuple[str, int], list[int]] = {}
    for i in items:
        sums = groups.setdefault((i["tax_category"], i["tax_rate"]), [0, 0])
        sums[0] += i["total"] - i["tax"]
        sums[1] += i["tax"]
    if made["shipping"]:
        groups.setdefault((made["shipping_tax_category"], 0), [0, 0])[0] += made["shipping"]
    made["taxes"] = [
        {"category": c, "rate": r, "basis": basis, "amount": amount, "gross": basis + amount, "reason": None}
        for (c, r), (basis, amount) in sorted(groups.items())
    ]
    return made


CREDIT_NOTE = invoice(
    [item(1), item(2)], kind="credit_note", number="CN-2026-000007", invoice_number="INV-2026-000042",
    invoice_date="2026-11-20", reason="arrived damaged",
)  # fmt: skip
UNREGISTERED = invoice(
    [item(n, tax_rate=0, tax_category="O") for n in (1, 2)],
    seller=SELLER | {"vat_id": None},
    shipping_tax_category="O",
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
