"""An order on hold: no parcel of it is booked or leaves, whoever asks; what a carrier reports is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from api.settings import Settings
from tests.fulfilment.shipments.conftest import FakeCarrier, Sender, working
from tests.payments.conftest import Shop
from tests.support.connections import refused

DONE = "SELECT bool_and(done_at IS NOT NULL) FROM messaging.outbox WHERE kind = $1 AND payload ->> 'shipment_id' = $2"
STATUS = "SELECT status = $2 FROM fulfilment.shipments WHERE id = $1::text::uuid"


async def hold(buyer: Sender, order: dict[str, Any]) -> None:
    await buyer.support("hold_order", order, reason="a question")


async def release(buyer: Sender, order: dict[str, Any]) -> None:
    await buyer.support("release_order", order, reason="answered")


async def test_the_worker_books_no_parcel_before_the_order_is_released(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    parcel = await buyer.ship(order, carrier="mock")
    await hold(buyer, order)
    async with working(settings, carrier):
        await shop.until(DONE, "book_shipment", parcel["id"])
        assert carrier.asked == []
        assert await shop.admin.fetchval(STATUS, parcel["id"], "pending")
        # Days later.
        await shop.admin.execute("UPDATE fulfilment.shipments SET book_until = now() WHERE id = $1", parcel["id"])
        await release(buyer, order)
        await shop.until(STATUS, parcel["id"], "label_created")
    assert carrier.asked == [parcel["id"]]
    again = "SELECT book_until > now() FROM fulfilment.shipments WHERE id = $1::text::uuid"
    assert await shop.admin.fetchval(again, parcel["id"])


async def test_credit_waits_with_the_parcel(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    """The order is on hold before it is paid by credit that a carrier's booking captures."""
    await buyer.credit(1000)
    lamp = await shop.product(500, 10)
    order = await buyer.order({"product_id": lamp, "quantity": 2}, shipping_address_id=await buyer.to())
    await hold(buyer, order)
    await buyer.does("begin_payment", order_id=order["id"], provider="credit")
    (parcel,) = await buyer.parcels(order)
    async with working(settings, carrier):
        await shop.until(DONE, "book_shipment", parcel["id"])
        assert (carrier.asked, await buyer.balance()) == ([], (1000, 1000))
        await release(buyer, order)
        await shop.until(STATUS, parcel["id"], "label_created")
    assert await buyer.balance() == (0, 0)


@pytest.mark.parametrize("status", ["label_created", "in_transit", "delivered"])
async def test_a_parcel_that_waits_does_not_leave(buyer: Sender, status: str) -> None:
    order = await buyer.bought((500, 2), shipping_address_id=await buyer.to())
    parcel = await buyer.ship(order, (0, 1), carrier="mock")
    await hold(buyer, order)
    with refused("order_on_hold", "SH409") as refusal:
        await buyer.move(parcel, status)
    assert refusal.detail == {"hold_reason": "a question"}
    with refused("order_on_hold", "SH409"):
        await buyer.ship(order, (0, 1), tracking_number="T1")
    with refused("order_on_hold", "SH409"):
        await buyer.support("ship_order", order)
    assert (await buyer.move(parcel, "cancelled"))["status"] == "cancelled"
    await release(buyer, order)
    await buyer.support("ship_order", order)
    assert (await buyer.sees(order))["status"] == "shipped"


async def test_what_is_under_way_goes_on(shop: Shop, buyer: Sender) -> None:
    order = await buyer.bought((500, 3), shipping_address_id=await buyer.to())
    first = await buyer.ship(order, (0, 1), tracking_number="T1")
    second = await buyer.ship(order, (0, 1), carrier="mock")
    await shop.call("web_worker", "complete_booking", shipment_id=second["id"], booking_reference="r2")
    await hold(buyer, order)
    assert (await buyer.move(first, "delivered"))["status"] == "delivered"
    # The carrier had already taken it.
    assert await shop.call("web_worker", "record_tracking", shipment_id=second["id"], status="in_transit")
    seen = await buyer.sees(order)
    assert (seen["status"], seen["on_hold"]) == ("paid", True)
    with refused("order_on_hold", "SH409"):
        await buyer.ship(order)
