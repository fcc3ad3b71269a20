"""Guests over HTTP, and what a storefront learns of the shop."""

from __future__ import annotations

from typing import Any

from api.http.password_policy import DESCRIPTION, LONGEST, MOST_BYTES, SHORTEST
from tests.identity.guests.conftest import ADDRESS
from tests.payments.conftest import Shop
from tests.support.web import Client

SIGN_UP = {"email": "ada.guest@example.com", "password": "Correct-Horse-9"}


async def begin(client: Client, **body: Any) -> Any:
    answer = await client.post("/guests", json=body)
    assert answer.status_code == 201, answer.text
    return answer


async def test_from_the_cart_to_an_account(client: Client, shop: Shop) -> None:
    lamp = await shop.product()
    guest = (await begin(client)).json()["access_token"]
    put = await client.post("/cart/items", token=guest, json={"product_id": lamp, "quantity": 1})
    assert put.status_code == 201, put.text
    body = {"email": "Ada.Guest@example.com", "shipping_address": ADDRESS}
    refused = await client.post("/cart/checkout", token=guest, json={"email": "x", "shipping_address": {"name": "A"}})
    pointers = {error["pointer"] for error in refused.json()["errors"]}
    assert {"/email", "/shipping_address/city", "/shipping_address/country"} <= pointers
    order = (await client.post("/cart/checkout", token=guest, json=body, key="once")).json()
    again = await client.post("/cart/checkout", token=guest, json=body, key="once")
    assert again.json() == order
    paid = await client.post(f"/orders/{order['id']}/payments", token=guest, json={"provider": "mock"})
    assert paid.status_code == 201
    assert paid.json()["checkout_url"]
    assert (await client.get("/wallet", token=guest)).status_code == 403
    assert (await client.get("/account", token=guest)).json()["role"] == "guest"
    made = await client.post("/accounts", json=SIGN_UP | {"guest_token": guest})
    assert made.status_code == 201, made.text
    second = (await begin(client)).json()["access_token"]
    await client.post("/cart/items", token=second, json={"product_id": lamp, "quantity": 2})
    session = (await client.post("/sessions", json=SIGN_UP | {"guest_token": second})).json()
    orders = await client.get("/orders", token=session["access_token"])
    assert [found["id"] for found in orders.json()["data"]] == [order["id"]]
    cart = await client.get("/cart", token=session["access_token"])
    assert [item["quantity"] for item in cart.json()["items"]] == [2]
    claim = await client.post("/account/orders/claim", token=session["access_token"])
    assert (claim.status_code, claim.json()["code"]) == (403, "email_not_verified")


async def test_the_tokens_can_be_cookies(client: Client) -> None:
    answer = await begin(client, cookies=True)
    assert (answer.json()["access_token"], answer.json()["refresh_token"]) == (None, None)
    assert {cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")} >= {"access_token"}


async def test_the_shop(client: Client, shop: Shop) -> None:
    found = (await client.get("/shop")).json()
    assert found["guest_orders"] is True
    assert {"code": "USD", "minor_units": 2} in found["currencies"]
    assert {"BD", "FR"} <= set(found["countries"])
    offered = {offer["name"]: offer["kind"] for offer in found["payment_providers"]}
    assert offered["mock"] == "gateway"
    assert offered["bank_transfer"] == "manual"
    assert "stripe" not in offered, "this server has no keys"
    assert found["password_rules"] == {
        "min_length": SHORTEST, "max_length": LONGEST, "max_bytes": MOST_BYTES, "description": DESCRIPTION,
    }  # fmt: skip
    tag = (await client.get("/shop")).headers["etag"]
    assert (await client.get("/shop", headers={"If-None-Match": tag})).status_code == 304
