"""A pending order changes: stock by the difference, prices as pinned, the total over all lines."""

from __future__ import annotations

import uuid

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line, lines
from tests.support.connections import refused


async def test_listed_lines_are_set_and_the_others_stay(shop: Shop, buyer: Buyer) -> None:
    lamp, chair, desk = [await shop.product(price=p, stock=10) for p in (100, 30, 7)]
    order = await buyer.order(line(lamp, 2), line(chair, 5))
    after = await buyer.modify(order, line(chair, 1), line(desk, 4))
    assert lines(after) == {lamp: 2, chair: 1, desk: 4}
    assert after["total"] == after["subtotal"] == 200 + 30 + 28 == sum(item["total"] for item in after["items"])
    assert after["version"] == order["version"] + 1
    assert [await shop.stock(p) for p in (lamp, chair, desk)] == [(10, 2), (10, 1), (10, 4)]
    assert await buyer.timeline(order) == ["order.created", "order.modified"]


async def test_old_lines_keep_their_price_and_new_ones_get_todays(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(price=100), await shop.product(price=100)
    order = await buyer.order(line(lamp))
    for product in (lamp, chair):
        await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=product, price=150, currency="USD")
    after = await buyer.modify(order, line(lamp, 3), line(chair, 1))
    assert {item["product_id"]: (item["unit_price"], item["price_version"]) for item in after["items"]} == {
        lamp: (100, 1),
        chair: (150, 2),
    }
    assert after["total"] == 450


async def test_zero_removes_and_the_last_removal_cancels(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(stock=10), await shop.product(stock=10)
    order = await buyer.order(line(lamp, 2), line(chair, 3))
    after = await buyer.modify(order, line(lamp, 0))
    assert lines(after) == {chair: 3}
    assert await shop.stock(lamp) == (10, 0)
    gone = await buyer.modify(order, line(chair, 0))
    assert (gone["status"], gone["expires_at"]) == ("cancelled", None)
    assert await shop.stock(chair) == (10, 0)
    assert await buyer.timeline(order) == ["order.created", "order.item_removed", "order.cancelled"]


async def test_a_line_can_be_taken_out(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    lamp, chair = await shop.product(price=5, stock=10), await shop.product(price=7, stock=10)
    order = await buyer.order(line(lamp, 2), line(chair, 3))
    first, second = (item["id"] for item in order["items"])
    with refused("order_not_found", "SH404"):
        await other.does("delete_product_in_order", order_id=order["id"], item_id=first)
    with refused("order_item_not_found", "SH404"):
        await buyer.does("delete_product_in_order", order_id=order["id"], item_id=uuid.uuid4())
    with refused("version_stale", "SH412"):
        await buyer.does("delete_product_in_order", order_id=order["id"], item_id=first, if_match=7)
    after = await buyer.does("delete_product_in_order", order_id=order["id"], item_id=first, if_match=1)
    assert [item["id"] for item in after["items"]] == [second]
    assert after["total"] == after["items"][0]["total"]
    last = await buyer.does("delete_product_in_order", order_id=order["id"], item_id=second)
    assert last["status"] == "cancelled"
    assert [await shop.stock(p) for p in (lamp, chair)] == [(10, 0), (10, 0)]


async def test_more_than_there_is_changes_nothing(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(stock=10), await shop.product(stock=4)
    order = await buyer.order(line(lamp, 1), line(chair, 2))
    with refused("out_of_stock", "SH409") as refusal:
        await buyer.modify(order, line(lamp, 5), line(chair, 5))
    assert refusal.detail == {"product_id": chair, "requested": 3, "available": 2}
    assert await buyer.sees(order) == order
    assert [await shop.stock(p) for p in (lamp, chair)] == [(10, 1), (4, 2)]


async def test_what_changes_nothing_leaves_an_open_payment_alone(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    order = await buyer.order(line(lamp, 2))
    payment = await shop.begin(buyer.token, order)
    assert await buyer.modify(order, line(lamp, 2)) == order
    assert (await shop.see(payment))["status"] == "initiated"


async def test_a_change_closes_open_payments(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    order = await buyer.order(line(lamp, 2))
    payment = await shop.begin(buyer.token, order)
    await buyer.modify(order, line(lamp, 3))
    assert (await shop.see(payment))["status"] == "cancelled"


async def test_bad_changes(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    lamp = await shop.product(stock=20_000)
    order = await buyer.order(line(lamp))
    with refused("order_empty", "SH422"):
        await buyer.modify(order)
    with refused("quantity_out_of_range", "SH422"):
        await buyer.modify(order, line(lamp, 9_000), line(lamp, 9_000))
    with refused("quantity_out_of_range", "23514"):
        await buyer.modify(order, line(lamp, -1))
    with refused("product_not_found", "SH404"):
        await buyer.modify(order, line(str(uuid.uuid4())))
    with refused("order_too_long", "23514"):
        await buyer.modify(order, *[line(lamp)] * 201)
    with refused("version_stale", "SH412"):
        await buyer.modify(order, line(lamp, 2), if_match=2)
    with refused("order_not_found", "SH404"):
        await other.modify(order, line(lamp, 2))
    assert await buyer.sees(order) == order


async def test_only_a_pending_order_changes(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    order = await buyer.order(line(lamp, 2))
    await buyer.pay(order)
    with refused("order_not_pending", "SH409"):
        await buyer.modify(order, line(lamp, 1))
    with refused("order_not_pending", "SH409"):
        await buyer.does("delete_product_in_order", order_id=order["id"], item_id=order["items"][0]["id"])


async def test_a_partly_paid_order_costs_what_was_paid_or_more(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=100, stock=10)
    order = await buyer.order(line(lamp, 5))
    await buyer.pay(order, 200)
    with refused("order_partly_paid", "SH409") as refusal:
        await buyer.modify(order, line(lamp, 1))
    assert refusal.detail == {"amount_paid": 200, "total": 100}
    assert await shop.stock(lamp) == (10, 5)
    paid = await buyer.modify(order, line(lamp, 2))  # exactly what was paid: nothing is due
    assert (paid["status"], paid["amount_paid"], paid["total"]) == ("paid", 200, 200)
    assert await shop.stock(lamp) == (8, 0)


async def test_removing_everything_from_a_partly_paid_order_gives_the_money_back(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=100, stock=10)
    order = await buyer.order(line(lamp, 5))
    payment = await buyer.pay(order, 200)
    gone = await buyer.modify(order, line(lamp, 0))
    assert (gone["status"], gone["amount_refunded"]) == ("cancelled", 200)
    assert (await shop.see(payment))["refunds"] == [["pending", 200, 200, "order_cancelled"]]


async def test_the_address_changes_until_the_parcel_is_gone(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    home, work = await buyer.address("Home"), await buyer.address("Work")
    order = await buyer.order(line(await shop.product()), shipping_address_id=home)

    async def move(who: Buyer, address: str, **more: int) -> dict[str, dict[str, str]]:
        moved: dict[str, dict[str, str]] = await who.does(
            "set_shipping_address", order_id=order["id"], address_id=address, **more
        )
        return moved

    assert (await move(buyer, work, if_match=1))["shipping_address"]["name"] == "Work"
    with refused("version_stale", "SH412"):
        await move(buyer, home, if_match=1)
    with refused("address_not_found", "SH404"):
        await move(buyer, await other.address())
    with refused("order_not_found", "SH404"):
        await move(other, await other.address())
    await buyer.pay(order)
    assert (await move(buyer, home))["shipping_address"]["name"] == "Home"
    await buyer.support("ship_order", order)
    with refused("order_already_shipped", "SH409"):
        await move(buyer, work)
