"""The user stories of CommerceCore DBX, told to a running store.

    python -m tests.migrating.commercecore_dbx http://127.0.0.1:8000

db/docs/migrating/commercecore-dbx.md says which of its endpoints becomes which.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.migrating.client import PASSWORD, Person, check, press, run, ship, sign_up, soon, story

ADDRESS = {"name": "Sana Idrissi", "line1": "12 rue Souika", "city": "Rabat", "postal_code": "10020", "country": "MA",
           "phone": "+212 600 000 000"}  # fmt: skip


def stories(store: str, admin: Person, _: Person | None = None) -> None:
    customer = users(store, admin)
    seller, category = sellers(store, admin)
    products = [new_product(seller, category, name, price) for name, price in (("Oud case", 4900), ("Tea glass", 650))]
    catalogue(store, seller, products, category)
    order = orders(customer, seller, products)
    payments(customer, order)
    cancelled(customer, seller, products)
    leaving(customer, seller, products)


def users(store: str, admin: Person) -> Person:
    customer = Person(store, email=f"{uuid4().hex}@example.com")
    handle = f"u{uuid4().hex[:12]}"
    given = {"email": customer.email, "handle": handle, "display_name": ADDRESS["name"], "password": PASSWORD}
    customer.post("/accounts", given)
    customer.post("/accounts", given, expect=409)
    customer.post("/accounts", {**given, "email": "x" + customer.email, "role": "admin"}, expect=422)
    story("sign up: an e-mail and a username exist once; a client cannot make itself an admin")

    customer.log_in_with_cookies()
    address = customer.post("/account/addresses", ADDRESS)
    check(customer.get("/account")["handle"] == handle)
    check([a["id"] for a in customer.get("/account/addresses")["data"]] == [address["id"]])
    story("sign in with HttpOnly cookies; own details and address")

    changed = customer.patch(f"/account/addresses/{address['id']}", {"line1": "14 rue Souika"})
    check((changed["line1"], changed["city"]) == ("14 rue Souika", "Rabat"))
    check(customer.patch("/account", {"handle": handle + "_2"})["handle"] == handle + "_2")
    customer.post("/account/email-verification", expect=204)
    customer.post("/account/email-verification/confirm", {"token": "wrong"}, expect="mail_token_invalid")
    story("change address and username; ask for the mail that verifies the e-mail")

    customer.delete("/sessions/current")
    customer.get("/account", expect=401)
    customer.cookies = {}
    customer.post("/sessions", {"email": customer.email, "password": "wrong"}, expect=401)
    customer.log_in()
    new = PASSWORD + "-2"
    customer.put("/account/password", {"current_password": PASSWORD, "new_password": new}, expect=204)
    customer.post("/sessions", {"email": customer.email, "password": PASSWORD}, expect=401)
    customer.log_in(new)
    story("log out, log in with a token, change the password")

    listed = admin.get(f"/admin/accounts?q={customer.email}")["data"]
    check([a["handle"] for a in listed] == [handle + "_2"])
    customer.get("/admin/accounts", expect=403)
    story("an admin lists accounts, a customer does not")
    return customer


def sellers(store: str, admin: Person) -> tuple[Person, Any]:
    seller = sign_up(store, role="merchant")
    category = admin.post("/categories", {"slug": f"crafts-{uuid4().hex[:8]}", "name": "Crafts"})
    new_product(sign_up(store), category, "Not for sale", 100, expect=403)
    story("a seller signs up as a merchant, a category is made by an admin, a customer sells nothing")
    return seller, category


def new_product(seller: Person, category: Any, name: str, price: int, expect: int = 201) -> Any:
    given = {"name": name, "description": "Made by hand.", "sku": uuid4().hex[:12], "price": price, "currency": "USD",
             "stock": 10, "category_id": category["id"], "attributes": {"origin": "Fes"}}  # fmt: skip
    return seller.post("/products", given, expect=expect)


def catalogue(store: str, seller: Person, products: list[Any], category: Any) -> None:
    stranger = Person(store)
    first = stranger.get(f"/products?category={category['id']}&limit=1")
    second = stranger.get(f"/products?category={category['id']}&limit=1&cursor={first['next_cursor']}")
    check({p["id"] for p in first["data"] + second["data"]} == {p["id"] for p in products})
    merchant = products[0]["merchant_id"]
    check(len(stranger.get(f"/products?merchant={merchant}")["data"]) == 2)
    check(len(seller.get("/merchant/products")["data"]) == 2)
    found = stranger.get(f"/products?category={category['id']}&max_price=1000&in_stock=true&sort=price")["data"]
    check([p["name"] for p in found] == ["Tea glass"])
    story("browse page by page, by seller, by price and stock; a seller's own products")

    lamp = products[0]
    seller.patch(f"/products/{lamp['id']}", {"description": "Made by hand, of cedar."})
    seller.put(f"/products/{lamp['id']}/price", {"price": 5200, "currency": "USD"})
    seller.post(f"/products/{lamp['id']}/stock", {"delta": 5, "reason": "delivery"}, expect=200)
    now = {"price": 5200, "available": 15, "description": "Made by hand, of cedar."}
    soon(lambda: now.items() <= stranger.get(f"/products/{lamp['id']}").items())
    other = sign_up(store, role="merchant")
    other.patch(f"/products/{lamp['id']}", {"name": "Mine"}, expect=404)
    story("a seller changes description, price and stock, of own products only")


def available(seller: Person, product: Any) -> int:
    """As the seller sees it: other people's figure may be a second old."""
    found: int = seller.get(f"/products/{product['id']}")["available"]
    return found


def orders(customer: Person, seller: Person, products: list[Any]) -> Any:
    case, glass = products
    address = customer.get("/account/addresses")["data"][0]["id"]
    wanted = {"shipping_address_id": address, **ship(customer, "MA")}
    lines = [{"product_id": case["id"], "quantity": 2}, {"product_id": glass["id"], "quantity": 6}]
    order = customer.post("/orders", {"items": lines, **wanted})
    check((order["status"], order["subtotal"]) == ("pending", 2 * 5200 + 6 * 650))
    check((available(seller, case), available(seller, glass)) == (13, 4))
    customer.post("/orders", {"items": [{"product_id": glass["id"], "quantity": 5}], **wanted}, expect="out_of_stock")
    customer.post("/orders", {"items": [], **wanted}, expect=422)
    story("create an order: total and stock in one step; more than there is, and an empty one, are refused")

    order = customer.patch(f"/orders/{order['id']}", {"items": [{"product_id": case["id"], "quantity": 1}]})
    check(order["subtotal"] == 5200 + 6 * 650, order)
    check(available(seller, case) == 14)
    story("change a quantity: the total is that of all lines, stock moves by the difference")

    second = customer.post("/account/addresses", {**ADDRESS, "line1": "3 avenue Atlas"})
    order = customer.put(f"/orders/{order['id']}/shipping-address", {"address_id": second["id"]})
    check(order["shipping_address"]["line1"] == "3 avenue Atlas")
    line = next(item for item in order["items"] if item["product_id"] == glass["id"])
    customer.delete(f"/orders/{order['id']}/items/{line['id']}", expect=200)
    order = customer.get(f"/orders/{order['id']}")
    check((len(order["items"]), order["subtotal"], available(seller, glass)) == (1, 5200, 10))
    sign_up(customer.store).get(f"/orders/{order['id']}", expect="order_not_found")
    story("change the address, take a product out of the order; another customer does not see it")
    return order


def payments(customer: Person, order: Any) -> None:
    declined = customer.pay(order, "decline")
    check(declined["status"] == "failed")
    check(customer.get(f"/orders/{order['id']}")["status"] == "pending")
    story("a payment that fails leaves the order pending")

    begun = customer.post(f"/orders/{order['id']}/payments", {"provider": "mock"})
    press(begun["checkout_url"], "pay")
    press(begun["checkout_url"], "pay")
    paid = customer.get(f"/payments/{begun['payment']['id']}")
    check((paid["status"], paid["amount"]) == ("completed", order["total"]))
    order = customer.get(f"/orders/{order['id']}")
    check((order["status"], order["amount_paid"]) == ("paid", order["total"]))
    attempts = customer.get(f"/orders/{order['id']}/payments")["data"]
    check({p["status"] for p in attempts} == {"failed", "completed"})
    story("a second attempt pays on the hosted page; the callback that comes twice counts once")

    customer.patch(f"/orders/{order['id']}", {"items": []}, expect="order_not_pending")
    customer.post(f"/orders/{order['id']}/payments", {"provider": "mock"}, expect=409)
    told = {event["type"] for event in customer.get(f"/orders/{order['id']}/events")["data"]}
    check({"order.created", "order.paid"} <= told)
    story("a paid order is not changed or paid again; its events can be followed")


def cancelled(customer: Person, seller: Person, products: list[Any]) -> None:
    glass = products[1]
    address = customer.get("/account/addresses")["data"][0]["id"]
    line = {"product_id": glass["id"], "quantity": 4}
    order = customer.post("/orders", {"items": [line], "shipping_address_id": address, **ship(customer, "MA")})
    check(available(seller, glass) == 6)
    check(customer.post(f"/orders/{order['id']}/cancel", expect=200)["status"] == "cancelled")
    check(available(seller, glass) == 10)
    story("cancel an order: its stock returns")


def leaving(customer: Person, seller: Person, products: list[Any]) -> None:
    seller.delete(f"/products/{products[1]['id']}")
    customer.get(f"/products/{products[1]['id']}", expect="product_not_found")
    check(len(customer.get("/orders")["data"]) == 2)
    story("a product is taken off sale; orders keep what they say about it")


if __name__ == "__main__":
    run(__doc__ or "", stories)
