"""Bundles: one demand with the products that they are made of, a price of their own, spread to the unit."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, line
from tests.sales.pricing.conftest import Make, bundle_line
from tests.support.connections import refused


async def test_a_bundle_has_as_many_as_its_scarcest_component(shop: Shop, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 5), await shop.product(100, 9)
    made = await shop.call("web_anonymous", "get_bundle", bundle_id=await bundle((lamp, 1), (bulb, 2), price=800))
    assert (made["price"], made["currency"], made["available"]) == (800, "USD", 4)
    assert {(i["product_id"], i["quantity"], i["available"]) for i in made["items"]} == {(lamp, 1, 5), (bulb, 2, 9)}
    listed = await shop.call("web_anonymous", "list_bundles", limit=1)
    assert listed["data"][0] == made
    # It is no product: not in its lists, not to be stocked.
    with refused("product_not_found", "SH404"):
        await shop.call("web_anonymous", "get_product", product_id=made["id"])
    with refused("product_not_found", "SH404"):
        await shop.call("web_merchant", "adjust_stock", token=shop.merchant, product_id=made["id"], delta=1, reason="x")
    listed = await shop.call("web_merchant", "list_merchant_products", token=shop.merchant, limit=100)
    assert made["id"] not in {product["id"] for product in listed["data"]}


async def test_a_bundle_and_its_component_are_one_demand(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 5), await shop.product(100, 9)
    a, b = await bundle((lamp, 1), (bulb, 2)), await bundle((bulb, 1))
    with refused("out_of_stock", "SH409") as refusal:
        await buyer.order(bundle_line(a, 3), bundle_line(b, 2), line(bulb, 2))
    assert refusal.detail == {"product_id": bulb, "requested": 10, "available": 9}
    assert await shop.stock(bulb) == (9, 0)
    order = await buyer.order(bundle_line(a, 3), bundle_line(b, 1), line(bulb, 2))
    assert (await shop.stock(lamp), await shop.stock(bulb)) == ((5, 3), (9, 9))
    assert order["total"] == 4 * 1000 + 200
    await buyer.pay(order)
    assert (await shop.stock(lamp), await shop.stock(bulb)) == ((2, 0), (0, 0))
    await buyer.does("cancel_order", order_id=order["id"])
    assert (await shop.stock(lamp), await shop.stock(bulb)) == ((5, 0), (9, 0))


async def test_the_price_is_spread_over_the_components(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb, gift = await shop.product(700), await shop.product(100), await shop.product(0)
    made = await bundle((lamp, 1), (bulb, 3), (gift, 1), price=799)
    (item,) = (await buyer.order(bundle_line(made, 2)))["items"]
    assert (item["product_id"], item["bundle_id"], item["unit_price"], item["total"]) == (None, made, 799, 1598)
    shares = {c["product_id"]: (c["quantity"], c["share"]) for c in item["components"]}
    assert {p: q for p, (q, _) in shares.items()} == {lamp: 1, bulb: 3, gift: 1}
    assert sum(share for _, share in shares.values()) == 799
    assert abs(shares[lamp][1] - 559.3) <= 1
    assert abs(shares[bulb][1] - 239.7) <= 1
    assert shares[gift][1] == 0


async def test_an_order_keeps_what_the_bundle_was_made_of(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 10), await shop.product(100, 10)
    made = await bundle((lamp, 1), price=600)
    order = await buyer.order(bundle_line(made, 2))
    await shop.call(
        "web_merchant", "update_bundle", token=shop.merchant, bundle_id=made,
        items=[{"product_id": bulb, "quantity": 5}],
    )  # fmt: skip
    await shop.call("web_merchant", "set_bundle_price", token=shop.merchant, bundle_id=made, price=9, currency="USD")
    changed = await buyer.modify(order, bundle_line(made, 3))
    assert (changed["total"], await shop.stock(lamp), await shop.stock(bulb)) == (1800, (10, 3), (10, 0))
    fresh = await buyer.order(bundle_line(made))
    assert (fresh["total"], await shop.stock(bulb)) == (9, (10, 5))


async def test_a_pending_order_with_bundles_is_edited(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 5), await shop.product(100, 10)
    made = await bundle((lamp, 1), (bulb, 2), price=800)
    order = await buyer.order(bundle_line(made, 4), line(bulb, 2))
    assert await shop.stock(bulb) == (10, 10)
    # What one line gives back, another takes, in the same change.
    changed = await buyer.modify(order, bundle_line(made, 1), line(bulb, 8))
    assert (changed["total"], await shop.stock(lamp), await shop.stock(bulb)) == (800 + 800, (5, 1), (10, 10))
    with refused("product_not_found", "SH404"):
        await buyer.modify(order, line(made, 0))
    for item in {"product_id": bulb, "bundle_id": made, "quantity": 1}, {"quantity": 1}:
        with refused("line_needs_product_or_bundle", "SH422"):
            await buyer.modify(order, item)
        with refused("line_needs_product_or_bundle", "SH422"):
            await buyer.order(item)
    (item,) = [i for i in changed["items"] if i["bundle_id"]]
    changed = await buyer.does("delete_product_in_order", order_id=order["id"], item_id=item["id"])
    assert (changed["total"], await shop.stock(lamp), await shop.stock(bulb)) == (800, (5, 0), (10, 8))


async def test_a_bundle_in_the_cart(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 3), await shop.product(100, 10)
    made = await bundle((lamp, 1), (bulb, 2), price=800)
    await buyer.does("clear_cart")
    cart = await buyer.does("add_cart_item", bundle_id=made, quantity=2)
    (item,) = cart["items"]
    assert (item["product_id"], item["bundle_id"], item["unit_price"], item["available"]) == (None, made, 800, 3)
    with refused("out_of_stock", "SH409"):
        await buyer.does("add_cart_item", bundle_id=made, quantity=2)
    with refused("out_of_stock", "SH409"):
        await buyer.does("update_cart_item", item_id=item["id"], quantity=4)
    await buyer.does("add_cart_item", product_id=bulb, quantity=1)
    order = await buyer.does("checkout_cart")
    assert (order["total"], await shop.stock(lamp), await shop.stock(bulb)) == (1700, (3, 2), (10, 5))


async def test_a_bundle_is_refunded_by_bundle_with_its_pieces(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 10), await shop.product(100, 10)
    order = await buyer.order(bundle_line(await bundle((lamp, 1), (bulb, 2), price=799), 3))
    payment = await buyer.pay(order)
    (item,) = order["items"]
    asked = [{"order_item_id": item["id"], "quantity": 1}]
    made = await shop.call(
        "web_support",
        "create_refund",
        token=shop.support,
        payment_id=payment["id"],
        reason="x",
        items=asked,
        restock=True,
    )
    assert (made["amount"], await shop.stock(lamp), await shop.stock(bulb)) == (799, (8, 0), (6, 0))


async def test_a_component_is_refunded_by_its_share(shop: Shop, buyer: Buyer, bundle: Make) -> None:
    lamp, bulb = await shop.product(700, 10), await shop.product(100, 20)
    order = await buyer.order(bundle_line(await bundle((lamp, 1), (bulb, 2), price=799), 3))
    payment = await buyer.pay(order)
    (item,) = order["items"]
    shares = {c["product_id"]: c["share"] for c in item["components"]}

    async def back(product: str | None, quantity: int) -> int:
        asked = [{"order_item_id": item["id"], "product_id": product, "quantity": quantity}]
        made = await shop.call(
            "web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x", items=asked
        )
        return int(made["amount"])

    # Six bulbs are worth their share of three bundles, whether they go back one by one or together.
    first = await back(bulb, 1)
    assert abs(first - shares[bulb] / 2) <= 1
    rest = await back(bulb, 5)
    assert abs(first + rest - 3 * shares[bulb]) <= 1
    with refused("line_refunded_out_of_range", "SH409"):
        await back(bulb, 1)
    with refused("line_refunded_out_of_range", "SH409"):  # no bundle is whole any more
        await back(None, 1)
    with refused("order_item_not_found", "SH404"):
        await back(str(uuid.uuid4()), 1)
    asked = [{"order_item_id": item["id"], "product_id": lamp, "quantity": 3}]
    with refused("component_not_restocked", "SH422"):
        await shop.call(
            "web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x", items=asked,
            restock=True,
        )  # fmt: skip
    assert first + rest + await back(lamp, 3) == 3 * 799
    assert (await shop.see(payment))["amount_refunded"] == 3 * 799


async def test_crowds_buy_bundles_and_their_components(shop: Shop, sign_up: SignUp, bundle: Make) -> None:
    """Two bundles share a component that is sold alone as well: never oversold, whatever the order of lines."""
    lamp, bulb = await shop.product(700, 20), await shop.product(100, 50)
    a, b = await bundle((lamp, 1), (bulb, 2)), await bundle((bulb, 3), (lamp, 1))
    buyers = [await sign_up() for _ in range(10)]
    asked = [
        [bundle_line(a), line(bulb)], [line(bulb), bundle_line(b)], [bundle_line(b), bundle_line(a)],
        [line(lamp), line(bulb, 2)],
    ]  # fmt: skip
    answers = await asyncio.gather(*(buyers[n % 10].order(*asked[n % 4]) for n in range(60)), return_exceptions=True)
    codes = Counter(getattr(answer, "constraint_name", "ok") for answer in answers)
    assert set(codes) == {"ok", "out_of_stock"}
    for product, per in ((lamp, (1, 1, 2, 1)), (bulb, (3, 4, 5, 2))):
        on_hand, reserved = await shop.stock(product)
        assert reserved == sum(per[n % 4] for n, answer in enumerate(answers) if isinstance(answer, dict)) <= on_hand


async def test_who_may_make_bundles(shop: Shop, bundle: Make) -> None:
    lamp = await shop.product()
    stranger = await shop.account("merchant")
    made = await bundle((lamp, 1))
    for function, given in (
        ("update_bundle", {"name": "Mine"}), ("delete_bundle", {}),
        ("set_bundle_price", {"price": 1, "currency": "USD"}),
    ):  # fmt: skip
        with refused("bundle_not_found", "SH404"):
            await shop.call("web_merchant", function, token=stranger, bundle_id=made, **given)
    theirs = {"token": stranger, "name": "x", "sku": "x", "price": 1, "currency": "USD"}
    with refused("product_not_found", "SH404"):
        items = [{"product_id": lamp, "quantity": 1}]
        await shop.call("web_merchant", "create_bundle", items=items, **theirs)
    with refused("bundle_empty", "SH422"):
        await shop.call("web_merchant", "create_bundle", items=[], **theirs)
    with refused("product_not_found", "SH404"):  # a bundle of bundles
        items = [{"product_id": made, "quantity": 1}]
        await shop.call("web_merchant", "create_bundle", items=items, **{**theirs, "token": shop.merchant})
    await shop.call("web_merchant", "delete_bundle", token=shop.merchant, bundle_id=made)
    with refused("bundle_not_found", "SH404"):
        await shop.call("web_anonymous", "get_bundle", bundle_id=made)


@pytest.mark.parametrize("gone", ["deleted", "unknown"])
async def test_a_bundle_that_cannot_be_had(shop: Shop, buyer: Buyer, bundle: Make, gone: str) -> None:
    lamp = await shop.product()
    made = await bundle((lamp, 1))
    if gone == "deleted":
        await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=lamp)
        with refused("out_of_stock", "SH409"):
            await buyer.order(bundle_line(made))
        assert (await shop.call("web_anonymous", "get_bundle", bundle_id=made))["available"] == 0
    else:
        for wrong in (str(uuid.uuid4()), lamp):
            with refused("bundle_not_found", "SH404"):
                await buyer.order(bundle_line(wrong))
