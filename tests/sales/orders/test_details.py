"""What a front end and customer service store with an order: metadata, the total that was shown, notes, an address."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, line, lines
from tests.support.connections import refused

ADDRESS = {"name": "Ada", "line1": "7 Lake Road", "city": "Los Angeles", "region": "California", "country": "US"}


async def notes(buyer: Buyer, order: dict[str, Any]) -> list[str]:
    page = await buyer.support("list_order_notes", order)
    return [note["text"] for note in page["data"]]


async def test_numbers_rise_over_different_connections(shop: Shop, buyer: Buyer) -> None:
    """Case C12."""
    lamp = await shop.product()
    made = []
    for _ in range(6):
        # Several at once use several connections of the pool; the next round is later than all of this one.
        made.append(await asyncio.gather(*(buyer.order(line(lamp)) for _ in range(4))))
    numbers = [[int(order["number"]) for order in together] for together in made]
    assert all(max(earlier) < min(later) for earlier, later in pairwise(numbers)), numbers


async def test_metadata_of_an_order_and_of_its_lines(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(), await shop.product()
    order = await buyer.order(
        {**line(lamp), "metadata": {"engraving": "Ada", "gift": True}},
        line(chair),
        {**line(lamp, 2), "metadata": {"engraving": "Eve"}},
        metadata={"ticket": "4711"},
    )
    assert (lines(order), order["metadata"]) == ({lamp: 3, chair: 1}, {"ticket": "4711"})
    assert {item["product_id"]: item["metadata"] for item in order["items"]} == {
        lamp: {"engraving": "Eve", "gift": True},
        chair: {},
    }
    assert await buyer.sees(order) == order
    listed = await buyer.does("list_orders", limit=1)
    assert listed["data"] == [order]
    sales = await shop.call("web_merchant", "list_merchant_sales", token=shop.merchant, limit=2)
    assert {sale["product_id"]: sale["metadata"] for sale in sales["data"]}[lamp] == {"engraving": "Eve", "gift": True}
    with refused("metadata_not_an_object", "23514"):
        await buyer.order({**line(lamp), "metadata": {"text": "x" * 3000}})


async def test_metadata_of_a_cart_that_is_ordered(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    await buyer.does("add_cart_item", product_id=lamp, quantity=1)
    order = await buyer.does("checkout_cart", metadata={"till": 3})
    assert (order["metadata"], order["items"][0]["metadata"]) == ({"till": 3}, {})


async def test_a_total_that_has_changed_is_refused_with_the_new_one(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    lamp = await shop.product(price=500, stock=9)
    await buyer.does("add_cart_item", product_id=lamp, quantity=2)
    await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=lamp, price=600, currency="USD")
    changed = {"expected_total": 1000, "total": 1200, "currency": "USD"}
    with refused("total_changed", "SH409") as refusal:
        await buyer.does("checkout_cart", expected_total=1000)
    assert refusal.detail == changed
    with refused("total_changed", "SH409") as refusal:
        await buyer.order(line(lamp, 2), expected_total=1000)
    assert refusal.detail == changed
    assert (await shop.stock(lamp), len((await buyer.does("get_cart"))["items"])) == ((9, 0), 1)
    assert (await buyer.does("checkout_cart", expected_total=1200))["total"] == 1200


async def test_an_order_beyond_what_javascript_can_count_is_refused(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    yacht = await shop.product(price=10**12, stock=10_000)
    with refused("order_amounts_out_of_range", "SH409") as refusal:
        await buyer.order(line(yacht, 1001))
    assert refusal.error.message == "An order can cost at most 1,000,000,000,000,000 minor units."
    assert (await buyer.order(line(yacht, 1000)))["total"] == 10**15
    await buyer.does("add_cart_item", product_id=yacht, quantity=1000)
    with refused("cart_too_expensive", "SH409"):
        await buyer.does("add_cart_item", product_id=yacht, quantity=1)
    item = (await buyer.does("get_cart"))["items"][0]["id"]
    with refused("cart_too_expensive", "SH409"):
        await buyer.does("update_cart_item", item_id=item, quantity=1001)
    with refused("order_amounts_out_of_range", "SH409"):
        await buyer.does("validate_promotion", code="ANY", items=[line(yacht, 1001)])


async def test_staff_change_metadata_and_write_notes(shop: Shop, buyer: Buyer) -> None:
    order = await buyer.order(line(await shop.product()), metadata={"a": 1})
    changed = await buyer.support("update_any_order", order, metadata={"b": 2}, note="She called.")
    assert changed == {**order, "metadata": {"b": 2}, "version": order["version"] + 1}
    again = await buyer.support("update_any_order", order, note="She called again.", if_match=changed["version"])
    assert again == changed
    assert await notes(buyer, order) == ["She called again.", "She called."]
    page = await buyer.support("list_order_notes", order, limit=1)
    assert [note["text"] for note in page["data"]] == ["She called again."]
    page = await buyer.support("list_order_notes", order, limit=1, cursor=page["next_cursor"])
    assert ([note["text"] for note in page["data"]], page["next_cursor"]) == (["She called."], None)
    with refused("version_stale", "SH412"):
        await buyer.support("update_any_order", order, metadata={}, if_match=order["version"])
    audited = await shop.admin.fetchval(
        "SELECT new -> 'metadata' FROM audit.changes WHERE table_name = 'sales.orders' AND row_id = $1 "
        "AND operation = 'UPDATE' ORDER BY id DESC LIMIT 1",
        order["id"],
    )
    assert audited == '{"b": 2}'


async def test_staff_change_the_address_until_the_order_is_shipped(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    order = await buyer.order(line(lamp), shipping_address_id=await buyer.address())
    moved = await buyer.support("update_any_order", order, shipping_address=ADDRESS)
    assert moved["shipping_address"] == {
        **ADDRESS, "line2": None, "region": "US-CA", "region_name": "California", "postal_code": None, "phone": None,
    }  # fmt: skip
    assert (await buyer.timeline(order))[-1] == "order.address_changed"
    with refused("region_unknown", "SH422"):
        await buyer.support("update_any_order", order, shipping_address={**ADDRESS, "region": "Nowhere"})
    await buyer.pay(order)
    await buyer.support("ship_order", order)
    with refused("order_already_shipped", "SH409"):
        await buyer.support("update_any_order", order, note="x", shipping_address=ADDRESS)
    assert await notes(buyer, order) == []


@pytest.mark.parametrize("sold", [False, True])
async def test_a_category_with_deleted_products_only_can_be_deleted(shop: Shop, buyer: Buyer, sold: bool) -> None:
    admin = await shop.account("admin")

    async def staff(function: str, **arguments: Any) -> Any:
        return await shop.call("web_admin", function, token=admin, **arguments)

    category = (await staff("create_category", name="Lamps", slug=f"lamps-{sold}".lower()))["id"]
    lamp = await shop.product()
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=lamp, category_id=category)
    if sold:
        await buyer.order(line(lamp))
    with refused("category_in_use"):
        await staff("delete_category", category_id=category)
    await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=lamp)
    await staff("delete_category", category_id=category)


async def test_a_deleted_product_in_the_cart_has_no_price_and_is_not_counted(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    lamp, chair = await shop.product(price=500, stock=5), await shop.product(price=100, stock=5)
    for product in (lamp, chair):
        cart = await buyer.does("add_cart_item", product_id=product, quantity=1)
    await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=chair)
    cart = await buyer.does("get_cart")
    gone = cart["items"][1]
    assert (gone["price_when_added"], gone["unit_price"], gone["available"], gone["total"]) == (100, None, 0, None)
    assert (cart["subtotal"], cart["total"]) == (500, 500)
    assert (await buyer.does("update_cart_item", item_id=gone["id"], quantity=3))["total"] == 500
    with refused("product_not_found", "SH404") as refusal:
        await buyer.does("checkout_cart")
    assert (refusal.error.message, refusal.detail) == ("Lamp is no longer sold.", {"item_id": gone["id"]})
    await buyer.does("delete_cart_item", item_id=gone["id"])
    assert (await buyer.does("checkout_cart"))["total"] == 500
