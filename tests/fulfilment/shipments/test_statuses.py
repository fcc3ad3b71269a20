"""An order says where its money and its goods are. What was refunded is not owed, and what is not owed is not sent."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.fulfilment.shipments.conftest import Sender, owed, says, ticket
from tests.payments.conftest import Shop
from tests.sales.orders.conftest import expire, line
from tests.support.connections import refused


async def first_payment(buyer: Sender, order: dict[str, Any]) -> dict[str, Any]:
    payment: dict[str, Any] = (await buyer.does("list_payments", order_id=order["id"]))["data"][0]
    return payment


# --- what was refunded is not shipped -------------------------------------------------------------


@pytest.mark.parametrize("restock", [None, True])
async def test_an_order_that_is_refunded_before_it_leaves_is_cancelled(
    shop: Shop, buyer: Sender, restock: bool | None
) -> None:
    """Goods that leave after their money went back: the full refund of a paid order ends it, and `ship` is refused."""
    order = await buyer.bought((500, 2), (300, 1))
    assert await says(buyer, order) == ("paid", "paid", "unfulfilled")
    await buyer.refund(order, **({} if restock is None else {"restock": restock}))
    assert await says(buyer, order) == ("cancelled", "refunded", "not_needed")
    assert [await shop.stock(item["product_id"]) for item in order["items"]] == [(1000, 0), (1000, 0)]
    with refused("order_transition_refused", "SH409"):
        await buyer.support("ship_order", order)


async def nothing_is_owed(buyer: Sender, order: dict[str, Any]) -> None:
    assert await says(buyer, order) == ("paid", "refunded", "not_needed")
    assert await owed(buyer, order) == [0] * len(order["items"])
    for call in (buyer.support("ship_order", order), buyer.ship(order)):
        with refused("nothing_to_ship", "SH409"):
            await call
    with refused("shipped_above_owed", "SH409"):
        await buyer.ship(order, (0, 1))


async def test_nothing_is_owed_of_an_order_whose_goods_stay_out_of_stock(shop: Shop, buyer: Sender) -> None:
    """Goods that leave after their money went back: what was refunded in full is not shipped."""
    order = await buyer.bought((500, 2), (300, 1))
    await buyer.refund(order, restock=False)
    await nothing_is_owed(buyer, order)
    assert await shop.stock(order["items"][0]["product_id"]) == (998, 0)
    # A person finds that they can be sold all the same.
    assert (await buyer.support("cancel_any_order", order))["status"] == "cancelled"
    assert await shop.stock(order["items"][0]["product_id"]) == (1000, 0)


async def test_nothing_is_owed_after_amounts_that_add_up(buyer: Sender) -> None:
    order = await buyer.bought((500, 2), (300, 1))
    await buyer.refund(order, amount=700)
    assert (await says(buyer, order), await owed(buyer, order)) == (("paid", "partly_refunded", "unfulfilled"), [2, 1])
    await buyer.refund(order, amount=600, restock=False)
    await nothing_is_owed(buyer, order)


@pytest.mark.parametrize("kind", ["refund_completed", "dispute_lost"])
async def test_nothing_is_owed_of_what_went_back_at_the_gateway(shop: Shop, buyer: Sender, kind: str) -> None:
    order = await buyer.bought((500, 2))
    payment = await first_payment(buyer, order)
    assert await shop.event(payment, kind, case_reference=uuid.uuid4().hex) == "applied"
    await nothing_is_owed(buyer, order)
    assert await shop.stock(order["items"][0]["product_id"]) == (998, 0)  # it may have been handed over


async def test_a_line_that_cost_nothing_goes_with_its_order(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 1), (0, 1))
    assert await owed(buyer, order) == [1, 1]
    await buyer.refund(order, restock=False)
    await nothing_is_owed(buyer, order)


async def test_a_refund_that_failed_is_owed_again(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2))
    made = await buyer.refund(order, restock=False)
    await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="no")
    assert (await says(buyer, order), await owed(buyer, order)) == (("paid", "paid", "unfulfilled"), [2])
    assert (await buyer.support("ship_order", order))["status"] == "shipped"


@pytest.mark.parametrize(("given", "back"), [({}, 1), ({"restock": True}, 1), ({"restock": False}, 0)])
async def test_a_refunded_piece_is_not_shipped(shop: Shop, buyer: Sender, given: dict[str, Any], back: int) -> None:
    order = await buyer.bought((500, 3), (300, 1))
    lamp = order["items"][0]["product_id"]
    await buyer.refund(order, (0, 1), **given)
    assert await owed(buyer, order) == [2, 1]
    assert await shop.stock(lamp) == (997 + back, 0)
    with refused("shipped_above_owed", "SH409") as refusal:
        await buyer.ship(order, (0, 3))
    assert refusal.detail["owed"] == 2
    first = await buyer.ship(order, (0, 1))
    assert (await says(buyer, order), await owed(buyer, order)) == (
        ("paid", "partly_refunded", "partly_shipped"),
        [1, 1],
    )
    # A refund counts pieces that have not left first. What has left is only restocked if a person says so.
    await buyer.refund(order, (0, 1), **given)
    assert (await owed(buyer, order), await shop.stock(lamp)) == ([0, 1], (997 + 2 * back, 0))
    await buyer.refund(order, (0, 1))
    assert (await owed(buyer, order), await shop.stock(lamp)) == ([0, 1], (997 + 2 * back, 0))
    # The last that is owed is refunded: the rest has left.
    await buyer.refund(order, (1, 1), **given)
    assert await says(buyer, order) == ("shipped", "refunded", "shipped")
    await buyer.move(first, "delivered")
    assert await says(buyer, order) == ("delivered", "refunded", "delivered")


async def test_an_order_is_shipped_when_the_rest_of_it_is_refunded(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 4), (300, 2))
    lamp, cup = (item["product_id"] for item in order["items"])
    await buyer.move(await buyer.ship(order, (0, 1)), "delivered")
    assert await says(buyer, order) == ("paid", "paid", "partly_shipped")
    await buyer.refund(order)
    assert await says(buyer, order) == ("delivered", "refunded", "delivered")
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((999, 0), (1000, 0))


async def test_what_was_lost_is_not_in_stock_again(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 3))
    lamp = order["items"][0]["product_id"]
    await buyer.move(await buyer.ship(order, (0, 2)), "failed")
    assert (await says(buyer, order), await owed(buyer, order)) == (("paid", "paid", "unfulfilled"), [3])
    await buyer.refund(order)
    assert (await says(buyer, order), await shop.stock(lamp)) == (("paid", "refunded", "not_needed"), (998, 0))


async def test_a_parcel_that_came_back_is_in_stock_again(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 3))
    lamp = order["items"][0]["product_id"]
    await buyer.move(await buyer.ship(order), "returned")
    assert (await says(buyer, order), await owed(buyer, order)) == (("shipped", "paid", "unfulfilled"), [3])
    await buyer.refund(order)
    assert (await says(buyer, order), await shop.stock(lamp)) == (("shipped", "refunded", "returned"), (1000, 0))


async def test_with_the_money_go_the_parcels_that_wait(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    shipment = await buyer.ship(order, carrier="mock")
    assert (await says(buyer, order), await owed(buyer, order)) == (("paid", "paid", "unfulfilled"), [0])
    await buyer.refund(order, restock=False)
    assert (await buyer.parcels(order))[0]["status"] == "cancelled"
    await nothing_is_owed(buyer, order)
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'cancel_booking' AND payload ->> 'shipment_id' = $1"
    assert await shop.admin.fetchval(jobs, shipment["id"]) == 2


async def test_a_parcel_with_a_refunded_piece_does_not_leave(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    lamp = order["items"][0]["product_id"]
    shipment = await buyer.ship(order, carrier="mock")
    await shop.call("web_worker", "complete_booking", shipment_id=shipment["id"], booking_reference="r")
    await buyer.refund(order, (0, 1))
    assert await shop.stock(lamp) == (998, 0)  # it is packed
    with refused("shipped_above_owed", "SH409"):
        await buyer.support("ship_order", order)
    await buyer.move((await buyer.parcels(order))[0], "cancelled")
    assert await owed(buyer, order) == [1]
    assert (await buyer.support("ship_order", order))["fulfilment_status"] == "shipped"


# --- returns --------------------------------------------------------------------------------------


async def test_an_order_that_came_back_says_so(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 3))
    shipment = await buyer.ship(order, (0, 2))
    await buyer.move(shipment, "delivered")
    for pieces, then in ((1, "partly_shipped"), (1, "partly_shipped")):
        items = [{"order_item_id": order["items"][0]["id"], "quantity": pieces}]
        back = await buyer.does("create_return", order_id=order["id"], items=items, reason="x")
        for step in ("approve_return", "receive_return"):
            await shop.call("web_support", step, token=shop.support, return_id=back["id"])
        # What never left is owed all the same.
        assert (await says(buyer, order), await owed(buyer, order)) == (("paid", "partly_refunded", then), [1])
    await buyer.refund(order, (0, 1))
    assert await says(buyer, order) == ("delivered", "refunded", "returned")
    assert await shop.stock(order["items"][0]["product_id"]) == (1000, 0)


# --- where the money is ---------------------------------------------------------------------------


async def test_an_order_says_where_its_money_is(shop: Shop, buyer: Sender) -> None:
    order = await buyer.order(line(await shop.product(), 2))
    assert await says(buyer, order) == ("pending", "unpaid", "unfulfilled")
    held = await shop.begin(buyer.token, order, 600)
    assert (await says(buyer, order))[1] == "unpaid"
    await shop.event(held, "authorized")
    assert (await says(buyer, order))[1] == "authorized"
    await buyer.does("cancel_payment", payment_id=held["id"])
    assert (await says(buyer, order))[1] == "unpaid"
    await buyer.pay(order, 300)
    assert (await says(buyer, order))[1] == "partly_paid"
    rest = await shop.begin(buyer.token, order)
    await shop.event(rest, "authorized")
    assert (await says(buyer, order))[1] == "authorized"
    # A payment that is processing says more than one that is authorised, and nothing of an order that is paid.
    row = "SELECT sales.payment_status(o, 'processing') FROM sales.orders AS o WHERE o.id = $1::text::uuid"
    assert await shop.admin.fetchval(row, order["id"]) == "processing"
    await shop.event(rest, "completed")
    assert (await says(buyer, order))[1] == await shop.admin.fetchval(row, order["id"]) == "paid"
    made = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=rest["id"], amount=100, reason="x"
    )
    assert (await says(buyer, order))[1] == "partly_refunded"
    await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="no")
    assert (await says(buyer, order))[1] == "paid"
    await buyer.does("cancel_order", order_id=order["id"])
    assert await says(buyer, order) == ("cancelled", "refunded", "not_needed")


async def test_a_late_payment_takes_up_the_goods_again(shop: Shop, buyer: Sender) -> None:
    order = await buyer.order(line(await shop.product()))
    payment = await shop.begin(buyer.token, order)
    await expire(shop, order)
    await shop.call("web_worker", "expire_orders")
    assert await says(buyer, order) == ("cancelled", "unpaid", "not_needed")
    await shop.event(payment, "completed")
    assert await says(buyer, order) == ("paid", "paid", "unfulfilled")


async def test_lists_find_orders_by_what_they_say(shop: Shop, other: Sender) -> None:
    """Each order is found under what it shows, and nowhere else, by its customer and by staff."""
    await other.order(line(await shop.product()))
    held = await other.order(line(await shop.product()))
    await shop.event(await shop.begin(other.token, held), "authorized")
    part = await other.order(line(await shop.product(), 2))
    await other.pay(part, 300)
    await other.pay(await other.order(line(await ticket(shop))))
    for refund, ship, then in (
        (None, None, None), (100, None, None), (None, 1, None), (None, 2, None), (100, 2, "delivered"),
        (1000, None, None),
    ):  # fmt: skip
        order = await other.bought((500, 2))
        if ship:
            shipment = await other.ship(order, (0, ship))
        if then:
            await other.move(shipment, then)
        if refund:
            await other.refund(order, amount=refund, restock=False)
    mine = (await other.does("list_orders", limit=100))["data"]
    assert len(mine) == 10
    seen = {(order["payment_status"], order["fulfilment_status"]) for order in mine}
    assert seen >= {("unpaid", "unfulfilled"), ("authorized", "unfulfilled"), ("partly_paid", "unfulfilled"),
                    ("paid", "not_needed"), ("paid", "unfulfilled"), ("partly_refunded", "unfulfilled"),
                    ("paid", "partly_shipped"), ("paid", "shipped"), ("partly_refunded", "delivered"),
                    ("refunded", "not_needed")}  # fmt: skip
    statuses = {
        "payment_status": "unpaid processing authorized partly_paid paid partly_refunded refunded",
        "fulfilment_status": "not_needed unfulfilled partly_shipped shipped delivered returned",
    }
    for name, values in statuses.items():
        for value in values.split():
            wanted = [order["id"] for order in mine if order[name] == value]
            found = await other.does("list_orders", limit=100, **{name: value})
            assert [order["id"] for order in found["data"]] == wanted, value
            every = await shop.call(
                "web_support", "list_all_orders", token=shop.support, account=mine[0]["account_id"], limit=100,
                **{name: value},
            )  # fmt: skip
            assert [order["id"] for order in every["data"]] == wanted, value
    packing = await other.does("list_orders", payment_status="paid", fulfilment_status="unfulfilled", status="paid")
    assert len(packing["data"]) == 1
    with refused("fulfilment_status_unknown", "23514"):
        await other.does("list_orders", fulfilment_status="lost")


async def test_a_merchant_sees_what_is_paid_and_what_has_left(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2))
    await buyer.ship(order, (0, 1))
    sales = (await shop.call("web_merchant", "list_merchant_sales", token=shop.merchant))["data"]
    sale = next(s for s in sales if s["order_id"] == order["id"])
    assert (sale["order_status"], sale["payment_status"], sale["fulfilment_status"]) == (
        "paid",
        "paid",
        "partly_shipped",
    )


async def test_orders_from_before_say_it_too(shop: Shop, buyer: Sender) -> None:
    """0038 says of every order that is there that it is delivered, and 0039 puts that right."""
    orders = [await buyer.order(line(await shop.product()))] + [await buyer.bought((500, 2)) for _ in range(5)]
    await buyer.does("cancel_order", order_id=orders[1]["id"])
    await buyer.ship(orders[2], (0, 1))
    await buyer.ship(orders[3])
    for order in orders[4:]:
        await buyer.move(await buyer.ship(order), "delivered")
    await buyer.refund(orders[5], restock=True)
    said = [(await buyer.sees(order))["fulfilment_status"] for order in orders]
    assert said == ["unfulfilled", "not_needed", "partly_shipped", "shipped", "delivered", "returned"]
    back = {"order_id": orders[4]["id"], "reason": "x"}
    back["items"] = [{"order_item_id": orders[4]["items"][0]["id"], "quantity": 2}]
    back = await buyer.does("create_return", **back)
    for step in ("approve_return", "receive_return"):
        await shop.call("web_support", step, token=shop.support, return_id=back["id"])
    ids = [uuid.UUID(order["id"]) for order in orders[:5]]
    await shop.admin.execute("UPDATE sales.orders SET fulfilment_status = 'delivered' WHERE id = ANY ($1)", ids)
    file = Path(__file__).parents[3] / "db/migrations/0039.order_statuses_indexed.sql"
    await shop.admin.execute(file.read_text().partition("DO $$")[1] + file.read_text().partition("DO $$")[2])
    again = [(await buyer.sees(order))["fulfilment_status"] for order in orders]
    assert again == [*said[:4], "returned", "returned"]
