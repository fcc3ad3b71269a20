"""A cart reserves nothing and promises nothing; checkout turns what is chosen into an order."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, lines
from tests.support.connections import refused

EMPTY: dict[str, Any] = {"id": None, "currency": "USD", "items": [], "subtotal": 0, "discount": 0, "total": 0}


@pytest.fixture
async def buyer(sign_up: SignUp) -> Buyer:
    return await sign_up()


async def put(buyer: Buyer, product: str, quantity: int = 1) -> dict[str, Any]:
    cart: dict[str, Any] = await buyer.does("add_cart_item", product_id=product, quantity=quantity)
    return cart


async def test_quantities_add_up(shop: Shop, buyer: Buyer) -> None:
    assert await buyer.does("get_cart") == EMPTY
    lamp, chair = await shop.product(price=500, stock=9), await shop.product(price=7)
    await put(buyer, lamp, 2)
    await put(buyer, chair, 3)
    cart = await put(buyer, lamp, 1)
    assert lines(cart) == {lamp: 3, chair: 3}
    assert (cart["subtotal"], cart["discount"], cart["total"]) == (1521, 0, 1521)
    first = cart["items"][0]
    assert (first["name"], first["unit_price"], first["price_when_added"], first["available"], first["total"]) == (
        "Lamp", 500, 500, 9, 1500,
    )  # fmt: skip
    assert cart == await buyer.does("get_cart")
    assert await shop.stock(lamp) == (9, 0)


async def test_more_than_there_is_is_refused_with_what_there_is(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(stock=5)
    cart = await put(buyer, lamp, 3)
    with refused("out_of_stock", "SH409") as refusal:
        await put(buyer, lamp, 3)
    assert refusal.detail == {"product_id": lamp, "requested": 6, "available": 5}
    item = cart["items"][0]["id"]
    with refused("out_of_stock", "SH409"):
        await buyer.does("update_cart_item", item_id=item, quantity=6)
    assert lines(await buyer.does("get_cart")) == {lamp: 3}
    assert lines(await buyer.does("update_cart_item", item_id=item, quantity=5)) == {lamp: 5}


async def test_the_cart_shows_what_has_changed_since(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(price=500, stock=5), await shop.product(price=100)
    await put(buyer, lamp, 2)
    await put(buyer, chair)
    await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=lamp, price=600, currency="USD")
    await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=chair)
    cart = await buyer.does("get_cart")
    assert (cart["items"][0]["price_when_added"], cart["items"][0]["unit_price"]) == (500, 600)
    assert cart["items"][1]["available"] == 0
    with refused("product_not_found", "SH404"):
        await buyer.does("checkout_cart")


async def test_lines_are_their_owners(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    lamp = await shop.product()
    item = (await put(buyer, lamp))["items"][0]["id"]
    for who, which in ((other, item), (buyer, str(uuid.uuid4()))):
        with refused("cart_item_not_found", "SH404"):
            await who.does("update_cart_item", item_id=which, quantity=2)
        with refused("cart_item_not_found", "SH404"):
            await who.does("delete_cart_item", item_id=which)
        with refused("cart_item_not_found", "SH404"):
            await who.does("checkout_cart", item_ids=[which])
    assert lines(await buyer.does("get_cart")) == {lamp: 1}
    assert (await buyer.does("delete_cart_item", item_id=item))["items"] == []


async def test_what_cannot_be_put_in(shop: Shop, buyer: Buyer) -> None:
    with refused("product_not_found", "SH404"):
        await put(buyer, str(uuid.uuid4()))
    lamp = await shop.product()
    for quantity in (0, -1, 10_001):
        with refused("quantity_out_of_range", "23514"):
            await put(buyer, lamp, quantity)
    await put(buyer, lamp, 9_999)
    with refused("quantity_out_of_range", "23514"):
        await put(buyer, lamp, 2)


async def test_clearing(shop: Shop, buyer: Buyer) -> None:
    await put(buyer, await shop.product())
    assert await buyer.does("clear_cart") is None
    assert (await buyer.does("get_cart"))["items"] == []
    with refused("cart_empty", "SH422"):
        await buyer.does("checkout_cart")


async def test_checkout_of_everything_and_of_a_selection(shop: Shop, buyer: Buyer) -> None:
    lamp, chair, desk = [await shop.product(price=p, stock=10) for p in (500, 70, 9)]
    for product in (lamp, chair, desk):
        cart = await put(buyer, product, 2)
    chosen = [item["id"] for item in cart["items"] if item["product_id"] != chair]
    order = await buyer.does("checkout_cart", item_ids=chosen, shipping_address_id=await buyer.address())
    assert (lines(order), order["total"], order["shipping_address"]["city"]) == ({lamp: 2, desk: 2}, 1018, "Dhaka")
    assert lines(await buyer.does("get_cart")) == {chair: 2}
    with refused("cart_empty", "SH422"):
        await buyer.does("checkout_cart", item_ids=[])
    rest = await buyer.does("checkout_cart")
    assert lines(rest) == {chair: 2}
    assert (await buyer.does("get_cart"))["items"] == []
    assert [await shop.stock(p) for p in (lamp, chair, desk)] == [(10, 2)] * 3


async def test_a_checkout_that_fails_keeps_the_cart(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    lamp, chair = await shop.product(stock=5), await shop.product()
    await put(buyer, lamp, 5)
    cart = await put(buyer, chair)
    await other.order({"product_id": lamp, "quantity": 1})
    with refused("out_of_stock", "SH409"):
        await buyer.does("checkout_cart")
    with refused("promo_code_unknown", "SH422"):
        await buyer.does("checkout_cart", item_ids=[cart["items"][1]["id"]], promo_code="SPRING")
    with refused("product_not_sold_in_currency", "SH422"):
        await buyer.does("checkout_cart", currency="CHF")
    with refused("cart_item_not_found", "SH404"):
        await buyer.does("checkout_cart", item_ids=[cart["items"][0]["id"], uuid.uuid4()])
    assert lines(await buyer.does("get_cart")) == {lamp: 5, chair: 1}
    assert await shop.stock(chair) == (1_000_000, 0)
