"""The user stories of billing-template, told to a running store.

    python -m tests.migrating.billing_template http://127.0.0.1:8000

db/docs/migrating/billing-template.md says which of its endpoints becomes which.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.migrating.client import Person, check, run, ship, sign_up, story

ADDRESS = {"name": "Mia Ortega", "line1": "Main Street 1", "city": "Dublin", "postal_code": "D01", "country": "IE"}


def stories(store: str, admin: Person, _: Person | None = None) -> None:
    customer = sign_up(store)
    seller = sign_up(store, role="merchant")
    ledger(admin, customer)
    licence = purchase(customer, seller)
    promotion(admin, customer, licence)
    shipment(admin, customer, seller)
    refund(admin, customer, licence)
    history(admin, customer)


def balance(customer: Person) -> tuple[int, int]:
    """What the customer has in USD, and what of it can be spent."""
    found = next(b for b in customer.get("/account/credit")["balances"] if b["currency"] == "USD")
    return found["balance"], found["available"]


def ledger(admin: Person, customer: Person) -> None:
    me = customer.get("/account")["id"]
    given = {"account_id": me, "amount": 10_000, "currency": "USD", "reason": "opening balance"}
    first = admin.post("/credits/grants", given, Idempotency_Key=f"ledger-{me}")
    again = admin.post("/credits/grants", given, Idempotency_Key=f"ledger-{me}")
    check(first["id"] == again["id"] and balance(customer) == (10_000, 10_000))
    story("account-ledger: a credit is booked once, however often it is sent")

    admin.post("/credits/deductions", {**given, "amount": 500, "reason": "metered use"})
    admin.post("/credits/deductions", {**given, "amount": 9_501, "reason": "too much"}, expect="insufficient_funds")
    customer.post("/credits/grants", given, expect=403)
    check(balance(customer) == (9_500, 9_500))
    story("account-ledger: a debit leaves no balance below zero; customers book nothing themselves")


def new_product(seller: Person, name: str, price: int, **more: Any) -> Any:
    return seller.post("/products", {
        "name": name, "description": "", "sku": uuid4().hex[:12], "price": price, "currency": "USD", "stock": 20,
        **more,
    })  # fmt: skip


def purchase(customer: Person, seller: Person) -> Any:
    licence = new_product(seller, "Licence", 2_000, requires_shipping=False)
    order = customer.post("/orders", {"items": [{"product_id": licence["id"], "quantity": 2}]})
    paid = customer.post(f"/orders/{order['id']}/payments", {"provider": "credit"})["payment"]
    check(paid["status"] == "completed" and balance(customer) == (5_500, 5_500), paid)
    dear = new_product(seller, "Dear licence", 5_501, requires_shipping=False)
    order = customer.post("/orders", {"items": [{"product_id": dear["id"], "quantity": 1}]})
    customer.post(f"/orders/{order['id']}/payments", {"provider": "credit"}, expect="insufficient_funds")
    check(balance(customer) == (5_500, 5_500))
    customer.post(f"/orders/{order['id']}/cancel", expect=200)
    story("purchase: paid from the balance, refused where it is too small")
    return licence


def promotion(admin: Person, customer: Person, licence: Any) -> None:
    code = f"P{uuid4().hex[:10]}"
    admin.post("/promotions", {
        "code": code, "name": "A tenth off", "kind": "percentage", "basis_points": 1_000,
        "product_ids": [licence["id"]],
    })  # fmt: skip
    order = customer.post("/orders", {"items": [{"product_id": licence["id"], "quantity": 1}], "promo_code": code})
    check((order["discount"], order["total"]) == (200, 1_800), order)
    customer.post(f"/orders/{order['id']}/payments", {"provider": "credit"})
    check(balance(customer) == (3_700, 3_700))
    wrong = {"items": [{"product_id": licence["id"], "quantity": 1}], "promo_code": "NO-SUCH-CODE"}
    customer.post("/orders", wrong, expect=422)
    story("purchase with a promo code: of its products only; a code that does not exist is refused, not ignored")


def shipment(admin: Person, customer: Person, seller: Person) -> None:
    book = new_product(seller, "Book", 1_000)
    address = customer.post("/account/addresses", ADDRESS)["id"]
    given = {"items": [{"product_id": book["id"], "quantity": 1}], "shipping_address_id": address}
    order = customer.post("/orders", {**given, **ship(customer, "IE")})
    before = balance(customer)[1]
    customer.post(f"/orders/{order['id']}/payments", {"provider": "credit"})
    # Held until the carrier has the parcel: the worker asks it, a moment later.
    check(balance(customer)[1] == before - order["total"])
    parcels = customer.get(f"/orders/{order['id']}")
    check(parcels["status"] in ("pending", "paid"), parcels)
    admin.post(f"/admin/orders/{order['id']}/cancel", expect=200)
    check(balance(customer) == (before, before))
    story("purchase with a shipment: the credit is held until the carrier has the parcel, and is given back otherwise")


def refund(admin: Person, customer: Person, licence: Any) -> None:
    order = customer.post("/orders", {"items": [{"product_id": licence["id"], "quantity": 1}]})
    payment = customer.post(f"/orders/{order['id']}/payments", {"provider": "credit"})["payment"]["id"]
    before = balance(customer)[0]
    admin.post(f"/payments/{payment}/refunds", {"amount": 500, "reason": "goodwill"})
    check(balance(customer)[0] == before + 500)
    admin.post(f"/payments/{payment}/refunds", {"amount": 1_501, "reason": "too much"}, expect=409)
    admin.post(f"/payments/{payment}/refunds", {"amount": 1_500, "reason": "the rest"})
    admin.post(f"/payments/{payment}/refunds", {"amount": 1, "reason": "once more"}, expect=409)
    check(balance(customer)[0] == before + 2_000)
    story("purchase/refund: in part and the rest, never more than was paid")


def history(admin: Person, customer: Person) -> None:
    orders = customer.get("/orders?payment_status=paid")["data"]
    check({i["name"] for o in orders for i in o["items"]} == {"Licence"}, orders)
    me = customer.get("/account")["id"]
    booked = admin.get(f"/credits/{me}/transactions?limit=100")["data"]
    check(sum(t["amount"] for t in booked if t["kind"] != "hold") == balance(customer)[0], booked)
    story("balance and purchase-history: the bookings add up to the balance")


if __name__ == "__main__":
    run(__doc__ or "", stories)
