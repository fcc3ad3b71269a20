"""Guests: a cart, orders and payments without an account, and no more than that."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest

from tests.identity.guests.conftest import ADDRESS, Guest, NewGuest, SignUp
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def test_a_guest_orders_and_pays(shop: Shop, guest: NewGuest) -> None:
    lamp, ada = await shop.product(), await guest()
    assert ada.session["account"] | {"email": None, "role": "guest", "email_verified": False} == ada.session["account"]
    await ada.does("add_cart_item", product_id=lamp, quantity=2)
    order = await ada.does("checkout_cart", email="Ada@Example.com", shipping_address=ADDRESS)
    assert (order["email"], order["account_id"]) == ("Ada@Example.com", str(ada.id))
    assert order["shipping_address"] == ADDRESS | {"line2": None, "phone": None, "region": None, "region_name": None}
    assert (await ada.does("get_cart"))["items"] == []
    payment = await ada.pays(order)
    seen = await ada.does("get_order", order_id=order["id"])
    assert (seen["status"], seen["payment_status"]) == ("paid", "paid")
    assert [o["id"] for o in (await ada.does("list_orders"))["data"]] == [order["id"]]
    assert [p["id"] for p in (await ada.does("list_payments", order_id=order["id"]))["data"]] == [payment["id"]]
    assert (await ada.does("stream_order", order_id=order["id"]))["data"]
    assert (await ada.does("cancel_order", order_id=order["id"]))["status"] == "cancelled"
    actors = "SELECT DISTINCT actor_id FROM audit.changes WHERE row_id = $1 AND operation = 'INSERT'"
    assert [row["actor_id"] for row in await shop.admin.fetch(actors, order["id"])] == [ada.id]
    await shop.assert_books_balance()


async def test_a_session_is_refreshed_and_ends(shop: Shop, guest: NewGuest) -> None:
    ada = await guest()
    new = await shop.call("web_anonymous", "refresh_session", refresh_token=ada.session["refresh_token"])
    ada = Guest(shop, new, None)
    assert (await ada.does("get_account"))["id"] == str(ada.id)
    await ada.does("delete_session")
    with refused("session_revoked"):
        await ada.does("get_cart")


async def test_what_an_order_of_a_guest_needs(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    lamp, ada = await shop.product(), await guest()
    with refused("email_required", "SH422"):
        await ada.order(lamp, email=None)
    for missing in ("name", "line1", "city", "country"):
        with refused("address_incomplete", "SH422"):
            await ada.order(lamp, shipping_address={n: v for n, v in ADDRESS.items() if n != missing})
    with refused("country_unknown"):
        await ada.order(lamp, shipping_address=ADDRESS | {"country": "XX"})
    with refused("address_not_found"):
        await ada.order(lamp, shipping_address=None, shipping_address_id=uuid.uuid4())
    with refused("address_given_twice"):
        await ada.order(lamp, shipping_address_id=uuid.uuid4())
    person = await sign_up()
    line = [{"product_id": lamp, "quantity": 1}]
    order = await person.does("create_order", items=line, shipping_address=ADDRESS)
    assert (order["email"], order["shipping_address"]["city"]) == (None, "Lyon")


async def test_a_guest_has_no_wallet(shop: Shop, guest: NewGuest) -> None:
    ada = await guest()
    order = await ada.order(await shop.product())
    for provider in ("wallet", "credit"):
        with refused("provider_not_available", "SH422"):
            await ada.does("begin_payment", order_id=order["id"], provider=provider)
    transfer = await ada.does("begin_payment", order_id=order["id"], provider="cash_on_delivery")
    assert transfer["payment"]["status"] == "open"
    held = await ada.does("get_order", order_id=order["id"])
    assert held["expires_at"] == order["expires_at"], "the address is not verified, so the stock is held no longer"
    with refused("guest_without_wallet", "SH409"):
        await shop.call(
            "web_support", "grant_credit", token=shop.support, account_id=str(ada.id), amount=1, currency="USD",
            reason="sorry",
        )  # fmt: skip


async def test_the_role_may_do_no_more(shop: Shop, guest: NewGuest) -> None:
    ada = await guest()
    for function in ("list_addresses", "get_wallet", "claim_orders", "list_sessions", "close_account"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ada.does(function)
    with refused("token_invalid"):
        await shop.call("web_customer", "get_cart", token=ada.token)


async def test_orders_of_others_stay_theirs(shop: Shop, guest: NewGuest) -> None:
    ada, eve = await guest(), await guest()
    order = await ada.order(await shop.product(), email="same@example.com")
    await eve.order(await shop.product(), email="same@example.com")
    for function in ("get_order", "cancel_order", "list_payments", "get_invoice"):
        with refused("order_not_found"):
            await eve.does(function, order_id=order["id"])


async def test_the_shop_can_refuse_guests(shop: Shop, guest: NewGuest) -> None:
    ada, lamp = await guest(), await shop.product()
    await shop.admin.execute("UPDATE sales.settings SET guest_orders = false")
    try:
        with refused("guests_refused", "SH403"):
            await guest()
        with refused("guests_refused", "SH403"):
            await ada.order(lamp)
        assert (await shop.call("web_anonymous", "get_shop"))["guest_orders"] is False
    finally:
        await shop.admin.execute("UPDATE sales.settings SET guest_orders = true")


async def test_guests_of_a_network_are_counted(guest: NewGuest) -> None:
    for _ in range(100):
        await guest("2001:db8:1::1")
    with refused("too_many_attempts", "SH429"):
        await guest("2001:db8:1::ffff")
    await guest("2001:db8:2::1")


async def test_staff_find_a_guests_order(shop: Shop, guest: NewGuest) -> None:
    ada = await guest()
    order = await ada.order(await shop.product(), email="Find.Me@example.com")

    async def staff(function: str, **given: Any) -> Any:
        return (await shop.call("web_support", function, token=shop.support, **given))["data"]

    assert [o["id"] for o in await staff("list_all_orders", email="find.me@example.com")] == [order["id"]]
    assert [h["id"] for h in await staff("search_shop", q="find.me@example.com")] == [order["id"]]
    assert str(ada.id) in [a["id"] for a in await staff("list_accounts", role="guest")]
    assert str(ada.id) not in [a["id"] for a in await staff("list_accounts")]
