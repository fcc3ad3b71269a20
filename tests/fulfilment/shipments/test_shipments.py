"""Parcels by hand: in parts, tracked, lost, sent back; never more than is owed, however many ask at once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.fulfilment.shipments.conftest import Sender
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def status(buyer: Sender, order: dict[str, Any]) -> str:
    return str((await buyer.sees(order))["status"])


async def test_an_order_leaves_in_parts_and_arrives_in_parts(buyer: Sender) -> None:
    order = await buyer.bought((500, 4), (300, 1))
    first = await buyer.ship(
        order, (0, 3), carrier="DHL", tracking_number="JD 0146-00", tracking_url="https://dhl.example/JD014600"
    )
    assert (first["status"], first["carrier"], first["tracking_number"]) == ("in_transit", "DHL", "JD 0146-00")
    assert [(i["order_item_id"], i["quantity"]) for i in first["items"]] == [(order["items"][0]["id"], 3)]
    assert await status(buyer, order) == "paid"
    second = await buyer.ship(order)
    assert {(i["order_item_id"], i["quantity"]) for i in second["items"]} == {(i["id"], 1) for i in order["items"]}
    assert await status(buyer, order) == "shipped"
    with refused("nothing_to_ship", "SH409"):
        await buyer.ship(order)

    await buyer.move(first, "delivered")
    assert await status(buyer, order) == "shipped"
    done = await buyer.move(second, "delivered")
    assert done["delivered_at"] is not None
    assert await status(buyer, order) == "delivered"
    assert await buyer.parcels(order) == [
        await buyer.does("get_shipment", shipment_id=shipment["id"]) for shipment in (second, first)
    ]
    events = (await buyer.does("list_order_events", order_id=order["id"], limit=100))["data"]
    told = [e["type"] for e in events if e["type"].startswith(("shipment.", "order."))]
    assert told == [
        "order.created", "order.paid", "shipment.created", "shipment.in_transit", "shipment.created",
        "shipment.in_transit", "order.shipped", "shipment.delivered", "shipment.delivered", "order.delivered",
    ]  # fmt: skip
    tracked = next(e["data"] for e in events if e["type"] == "shipment.in_transit")
    assert tracked == {
        "shipment_id": first["id"], "status": "in_transit", "carrier": "DHL", "tracking_number": "JD 0146-00",
        "tracking_url": "https://dhl.example/JD014600", "failure_code": None,
    }  # fmt: skip


async def test_ship_and_deliver_take_the_rest(buyer: Sender) -> None:
    order = await buyer.bought((500, 4))
    await buyer.ship(order, (0, 1))
    assert (await buyer.support("ship_order", order))["status"] == "shipped"
    assert [p["items"][0]["quantity"] for p in await buyer.parcels(order)] == [3, 1]
    again = await buyer.support("ship_order", order)
    assert (again["status"], len(await buyer.parcels(order))) == ("shipped", 2)
    assert (await buyer.support("deliver_order", order))["status"] == "delivered"
    assert {p["status"] for p in await buyer.parcels(order)} == {"delivered"}
    assert Counter(await buyer.timeline(order))["order.shipped"] == 1


async def test_a_parcel_is_edited_under_its_version(buyer: Sender) -> None:
    order = await buyer.bought((500, 1))
    shipment = await buyer.ship(order)
    with refused("version_stale", "SH412"):
        await buyer.move(shipment, "delivered", if_match=shipment["version"] - 1)
    edited = await buyer.move(shipment, tracking_number="4711", if_match=shipment["version"])
    assert (edited["tracking_number"], edited["status"], edited["version"]) == (
        "4711",
        "in_transit",
        shipment["version"] + 1,
    )
    assert (await buyer.move(edited, "in_transit"))["status"] == "in_transit"
    cleared = await buyer.move(edited, tracking_number=None, given=["tracking_number"])
    assert cleared["tracking_number"] is None
    with refused("shipment_transition_refused", "SH409"):
        await buyer.move(shipment, "pending")
    with refused("shipment_not_found", "SH404"):
        await buyer.move({"id": uuid.uuid4()}, "delivered")


async def test_what_cannot_be_shipped(shop: Shop, buyer: Sender) -> None:
    order, other_order = await buyer.bought((500, 2), (300, 1)), await buyer.bought((500, 1))
    item = order["items"][0]["id"]
    for items, code, state in (
        ([{"order_item_id": item, "quantity": 3}], "shipped_above_owed", "SH409"),
        ([{"order_item_id": item, "quantity": 1}] * 2, "line_twice_in_shipment", "SH422"),
        ([{"order_item_id": other_order["items"][0]["id"], "quantity": 1}], "order_item_not_found", "SH404"),
        ([], "shipment_empty", "SH422"),
    ):
        with refused(code, state):
            await buyer.support("create_shipment", order, items=items)
    unpaid = await buyer.order({"product_id": await shop.product(), "quantity": 1})
    with refused("order_not_shippable", "SH409"):
        await buyer.ship(unpaid)
    with refused("order_not_found", "SH404"):
        await buyer.ship({"id": uuid.uuid4()})
    with refused("shipping_address_missing", "SH409"):
        await buyer.ship(order, carrier="mock")


async def test_a_lost_parcel_is_owed_again(buyer: Sender) -> None:
    order = await buyer.bought((500, 2))
    shipment = await buyer.ship(order)
    assert await status(buyer, order) == "shipped"
    await buyer.move(shipment, "failed")
    again = await buyer.ship(order)
    assert again["items"][0]["quantity"] == 2
    await buyer.move(again, "returned")
    third = await buyer.ship(order, (0, 1))
    await buyer.move(third, "delivered")
    assert await status(buyer, order) == "shipped"
    with refused("shipment_transition_refused", "SH409"):
        await buyer.move(third, "failed")
    # A person says that this is all there will be.
    assert (await buyer.support("deliver_order", order))["status"] == "delivered"


async def test_what_went_back_into_stock_is_not_shipped(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 4), (300, 1))
    lamp = order["items"][0]["product_id"]
    await buyer.ship(order, (0, 2))
    await buyer.refund(order, (0, 1), restock=True)
    with refused("shipped_above_owed", "SH409") as refusal:
        await buyer.ship(order, (0, 2))
    assert refusal.detail == {"order_item_id": order["items"][0]["id"], "requested": 2, "owed": 1}
    # Refunded without going back into stock: it is not owed either.
    await buyer.refund(order, (0, 1), restock=False)
    with refused("shipped_above_owed", "SH409"):
        await buyer.ship(order, (0, 1))
    assert await status(buyer, order) == "paid"
    # The last that is owed goes back into stock: what is left has left.
    await buyer.refund(order, (1, 1), restock=True)
    assert await status(buyer, order) == "shipped"
    assert await shop.stock(lamp) == (997, 0)


async def test_pieces_in_a_parcel_that_waits_are_not_restocked(buyer: Sender) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    shipment = await buyer.ship(order, carrier="mock")
    assert shipment["status"] == "pending"
    with refused("pieces_not_here", "SH409"):
        await buyer.refund(order, (0, 1), restock=True)
    with refused("shipment_not_booked", "SH409"):
        await buyer.support("ship_order", order)
    await buyer.move(shipment, "cancelled")
    await buyer.refund(order, (0, 1), restock=True)
    assert (await buyer.ship(order))["items"][0]["quantity"] == 1


async def test_a_partly_shipped_order_is_not_cancelled_but_refunded(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 4), (300, 2))
    lamp, cup = (item["product_id"] for item in order["items"])
    await buyer.ship(order, (0, 1))
    for call in (buyer.does("cancel_order", order_id=order["id"]), buyer.support("cancel_any_order", order)):
        with refused("order_not_cancellable", "SH409"):
            await call
    assert await status(buyer, order) == "paid"
    # All the money back; what is here goes into stock, what has left stays out.
    await buyer.refund(order, restock=True)
    assert await status(buyer, order) == "shipped"
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((999, 0), (1000, 0))


async def test_with_a_cancelled_order_go_the_parcels_that_wait(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    lamp = order["items"][0]["product_id"]
    shipment = await buyer.ship(order, carrier="mock")
    await buyer.does("cancel_order", order_id=order["id"])
    assert (await buyer.parcels(order))[0]["status"] == "cancelled"
    assert await shop.stock(lamp) == (1000, 0)
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'cancel_booking' AND payload ->> 'shipment_id' = $1"
    assert await shop.admin.fetchval(jobs, shipment["id"]) == 2


async def test_an_address_stays_while_a_carrier_goes_there(buyer: Sender) -> None:
    home, work = await buyer.to(), await buyer.to("1000")
    order = await buyer.bought((500, 2), shipping_address_id=home)
    shipment = await buyer.ship(order, (0, 1), carrier="mock")
    with refused("shipment_booked", "SH409"):
        await buyer.does("set_shipping_address", order_id=order["id"], address_id=work)
    await buyer.move(shipment, "in_transit")
    await buyer.does("set_shipping_address", order_id=order["id"], address_id=work)
    rest = await buyer.ship(order)
    assert (shipment["address"]["postal_code"], rest["address"]["postal_code"]) == (None, "1000")


async def test_twenty_at_once_ship_the_last_pieces_once(buyer: Sender) -> None:
    order = await buyer.bought((500, 7))
    answers = await asyncio.gather(*(buyer.ship(order, (0, 2)) for _ in range(20)), return_exceptions=True)
    assert Counter(getattr(a, "constraint_name", "ok") for a in answers) == {"ok": 3, "shipped_above_owed": 17}
    assert await status(buyer, order) == "paid"
    answers = await asyncio.gather(*(buyer.ship(order) for _ in range(20)), return_exceptions=True)
    assert Counter(getattr(a, "constraint_name", "ok") for a in answers) == {"ok": 1, "nothing_to_ship": 19}
    assert Counter(await buyer.timeline(order))["order.shipped"] == 1


async def test_shipping_refunding_and_cancelling_at_once_leave_one_truth(shop: Shop, buyer: Sender) -> None:
    for _ in range(4):
        order = await buyer.bought((500, 6))
        calls = [buyer.ship(order, (0, 1)) for _ in range(6)]
        calls += [buyer.refund(order, (0, 1), restock=True) for _ in range(4)]
        calls += [buyer.does("cancel_order", order_id=order["id"])]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        codes = {getattr(a, "constraint_name", "ok") for a in answers}
        assert codes <= {
            "ok", "shipped_above_owed", "order_not_cancellable", "order_not_shippable", "restock_needs_full_refund",
            "line_refunded_out_of_range", "refund_above_payment", "refund_above_line",
        }, codes  # fmt: skip
        await shop.assert_books_balance()


async def test_the_line_itself_refuses_more_than_there_is(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 2))
    await buyer.ship(order, (0, 1))
    for change, constraint in (
        ("shipped => 2", "shipped_above_owed"),
        ("withdrawn => 2", "shipped_above_owed"),
        ("came_back => 2", "returned_above_shipped"),
        ("announced => 2", "returned_above_shipped"),
    ):
        with refused(constraint, "SH409"):
            await shop.admin.execute(f"SELECT fulfilment.count_line($1, {change})", uuid.UUID(order["items"][0]["id"]))


async def test_others_do_not_see_it_and_customers_do_not_ship(buyer: Sender, other: Sender) -> None:
    order = await buyer.bought((500, 1))
    shipment = await buyer.ship(order)
    with refused("shipment_not_found", "SH404"):
        await other.does("get_shipment", shipment_id=shipment["id"])
    with refused("order_not_found", "SH404"):
        await other.does("list_shipments", order_id=order["id"])
    for function, given in (
        ("create_shipment", {"order_id": order["id"]}),
        ("update_shipment", {"shipment_id": shipment["id"]}),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await buyer.does(function, **given)
