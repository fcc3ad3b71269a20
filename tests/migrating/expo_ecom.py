"""The user stories of expo-ecom, told to a running store.

    python -m tests.migrating.expo_ecom http://127.0.0.1:8000 [--token "$CLERK_SESSION_TOKEN"]

With a token, the customer is one of Clerk's (the store needs OIDC_ISSUER and OIDC_AUDIENCE); without one, a customer
signs up in the store. db/docs/migrating/expo-ecom.md says which of its endpoints becomes which.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.migrating.client import Person, check, press, run, ship, sign_up, soon, story

ADDRESS = {"name": "Rohan", "line1": "Road 7", "city": "Dhaka", "postal_code": "1205", "country": "BD"}


def stories(store: str, admin: Person, customer: Person | None = None) -> None:
    customer = me(store, customer)
    category = categories(store, admin, customer)
    seller = sign_up(store, role="merchant")
    products = [new_product(seller, category, name, price) for name, price in (("Phone", 1200), ("Charger", 150))]
    catalogue(store, seller, products)
    cart(customer, products)
    order = orders(customer, seller, products)
    payments(store, customer, order)
    administration(admin, customer, order)


def me(store: str, customer: Person | None) -> Person:
    known = customer is not None
    customer = customer or sign_up(store, display_name="Rohan")
    first, second = customer.get("/account"), customer.get("/account")
    check(first["id"] == second["id"] and first["role"] == "customer")
    Person(store).get("/account", expect=401)
    story("users/me: " + ("Clerk's user has an account at first sight, and one only" if known else "the own account"))
    return customer


def categories(store: str, admin: Person, customer: Person) -> Any:
    slug = f"phones-{uuid4().hex[:8]}"
    category = admin.post("/categories", {"slug": slug, "name": "Phones"})
    admin.post("/categories", {"slug": slug, "name": "Phones"}, expect=409)
    customer.post("/categories", {"slug": slug + "-2", "name": "Mine"}, expect=403)
    renamed = admin.patch(f"/categories/{category['id']}", {"name": "Phones and more"})
    check(renamed["name"] == "Phones and more")
    check(slug in {c["slug"] for c in Person(store).get("/categories")["data"]})
    unused = admin.post("/categories", {"slug": slug + "-3", "name": "Unused"})
    admin.delete(f"/categories/{unused['id']}")
    story("categories: an admin makes, renames and deletes them, a name is taken once, everyone reads them")
    return category


def new_product(seller: Person, category: Any, name: str, price: int) -> Any:
    return seller.post("/products", {
        "name": name, "description": "", "sku": uuid4().hex[:12], "price": price, "currency": "USD", "stock": 5,
        "category_id": category["id"], "images": ["https://cdn.example/p.jpg"],
    })  # fmt: skip


def catalogue(store: str, seller: Person, products: list[Any]) -> None:
    stranger = Person(store)
    phone = products[0]
    theirs = f"/products?merchant={phone['merchant_id']}"
    soon(lambda: {p["id"] for p in stranger.get(theirs)["data"]} == {p["id"] for p in products})
    check(stranger.get(f"/products/{phone['id']}")["price"] == 1200)
    seller.patch(f"/products/{phone['id']}", {"name": "Phone 2"})
    soon(lambda: stranger.get(f"/products/{phone['id']}")["name"] == "Phone 2")
    gone = new_product(seller, {"id": phone["category_id"]}, "Old phone", 900)
    seller.delete(f"/products/{gone['id']}")
    stranger.get(f"/products/{gone['id']}", expect="product_not_found")
    story("products: made, changed and taken off sale by their merchant; everyone reads them")


def cart(customer: Person, products: list[Any]) -> None:
    phone, charger = products
    customer.delete("/cart")
    customer.post("/cart/checkout", {}, expect=422)
    customer.post("/cart/items", {"product_id": phone["id"], "quantity": 2})
    customer.post("/cart/items", {"product_id": phone["id"], "quantity": 1})
    customer.post("/cart/items", {"product_id": phone["id"], "quantity": 3}, expect="out_of_stock")
    customer.post("/cart/items", {"product_id": str(uuid4()), "quantity": 1}, expect="product_not_found")
    customer.post("/cart/items", {"product_id": charger["id"], "quantity": 2})
    found = customer.get("/cart")
    check({i["name"]: i["quantity"] for i in found["items"]} == {"Phone 2": 3, "Charger": 2}, found)
    story("cart: quantities add up, never above the stock; an empty cart becomes no order")


def orders(customer: Person, seller: Person, products: list[Any]) -> Any:
    address = customer.post("/account/addresses", ADDRESS)
    order = customer.post("/cart/checkout", {"shipping_address_id": address["id"], **ship(customer, "BD")})
    check((order["status"], order["subtotal"], order["currency"]) == ("pending", 3 * 1200 + 2 * 150, "USD"))
    check(customer.get("/cart")["items"] == [])
    # As the seller sees it: other people's figure may be a second old.
    check(seller.get(f"/products/{products[0]['id']}")["available"] == 2)
    check(order["id"] in {o["id"] for o in customer.get("/orders")["data"]})
    check(customer.get(f"/orders/{order['id']}")["items"][0]["name"] in ("Phone 2", "Charger"))
    story("orders: the cart becomes one, with its prices; the stock is taken; it is in the own list")
    return order


def payments(store: str, customer: Person, order: Any) -> None:
    sign_up(store).post(f"/orders/{order['id']}/payments", {"provider": "mock"}, expect="order_not_found")
    customer.post(f"/orders/{order['id']}/payments", {"provider": "paypal"}, expect=422)
    check(customer.pay(order, "decline")["status"] == "failed")
    check(customer.get(f"/orders/{order['id']}")["status"] == "pending")
    story("payments: of the own order, with a provider that exists; after a failure the order can still be paid")

    begun = customer.post(f"/orders/{order['id']}/payments", {"provider": "mock"})
    press(begun["checkout_url"], "pay")
    press(begun["checkout_url"], "pay")
    check(customer.get(f"/payments/{begun['payment']['id']}")["status"] == "completed")
    check(customer.get(f"/orders/{order['id']}")["status"] == "paid")
    customer.post(f"/orders/{order['id']}/payments", {"provider": "mock"}, expect=409)
    story("payments: the callback that succeeds twice pays once; what is paid is not paid again")


def administration(admin: Person, customer: Person, order: Any) -> None:
    customer.get("/admin/orders", expect=403)
    customer.get("/admin/dashboard", expect=403)
    check(order["id"] in {o["id"] for o in admin.get(f"/admin/orders?account={order['account_id']}")["data"]})
    admin.get("/admin/dashboard")
    shipped = admin.post(f"/admin/orders/{order['id']}/ship", expect=200)
    check(shipped["status"] == "shipped")
    check(admin.post(f"/admin/orders/{order['id']}/deliver", expect=200)["status"] == "delivered")
    story("admin: dashboard, all orders, shipped and delivered; customers are refused")


if __name__ == "__main__":
    run(__doc__ or "", stories)
