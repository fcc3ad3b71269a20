"""Credit that is held until a carrier has taken the parcel: one booking and one charge, or neither, whatever breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.carriers.mock import MockCarrier
from api.carriers.protocol import Refused, Tracking, Unavailable
from api.settings import Settings
from tests.fulfilment.shipments.conftest import FakeCarrier, Sender, working
from tests.fulfilment.shipments.credit import (
    AGAIN,
    BOOKED,
    DONE,
    FAILED,
    HELD,
    JOBS,
    LET_GO,
    WAITS,
    book,
    buy,
    pay,
    see,
    stock,
)
from tests.payments.conftest import Shop
from tests.support.connections import refused

# --- the way it goes ------------------------------------------------------------------------------


async def test_credit_is_held_then_taken_with_the_booking(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order, payment, shipment = await buy(buyer)
    assert (payment["status"], shipment["status"], shipment["carrier"]) == ("authorized", "pending", "mock")
    assert [item["quantity"] for item in shipment["items"]] == [2]
    assert await see(shop, payment) == HELD
    assert (await buyer.balance(), await stock(buyer, order)) == ((1500, 1000), (10, 2))
    waits = "SELECT expires_at > now() + interval '1 day' FROM sales.orders WHERE id = $1::text::uuid"
    assert await shop.admin.fetchval(waits, order["id"])

    async with working(settings, carrier):
        await shop.until(DONE, "book_shipment", shipment["id"])
    assert await see(shop, payment) == BOOKED
    assert (await buyer.balance(), await stock(buyer, order)) == ((500, 0), (8, 0))
    booked = await buyer.does("get_shipment", shipment_id=shipment["id"])
    said = carrier.booked[shipment["id"]]
    assert (booked["tracking_number"], booked["tracking_url"]) == (said.tracking_number, said.tracking_url)
    assert [item["quantity"] for item in booked["items"]] == [2]
    told = [t for t in await buyer.timeline(order) if not t.startswith("invoice")]
    assert told == [
        "order.created", "payment.initiated", "payment.authorized", "shipment.created", "payment.completed",
        "order.paid", "shipment.label_created",
    ]  # fmt: skip
    transactions = (await buyer.does("list_own_credit_transactions"))["data"]
    assert [(t["kind"], t["amount"], t["balance_after"]) for t in transactions][:1] == [("payment", -1000, 500)]
    # Back again: a refund as of any payment.
    await buyer.does("cancel_order", order_id=order["id"])
    assert (await buyer.balance(), await stock(buyer, order)) == ((1500, 0), (10, 0))
    assert (await buyer.parcels(order))[0]["status"] == "cancelled"


async def test_the_parcel_goes_on_by_itself(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order, _, shipment = await buy(buyer)
    await book(shop, shipment)
    due = "UPDATE fulfilment.shipments SET check_at = now() WHERE id = $1::text::uuid"
    is_in = "SELECT status = $2 FROM fulfilment.shipments WHERE id = $1::text::uuid"
    async with working(settings, carrier):
        for where in ("in_transit", "delivered"):
            carrier.where[shipment["id"]] = Tracking(where)  # type: ignore[arg-type]
            await shop.admin.execute(due, shipment["id"])
            await shop.until(is_in, shipment["id"], where)
    assert (await buyer.sees(order))["status"] == "delivered"
    # News that come late change nothing.
    late = {"shipment_id": shipment["id"], "status": "in_transit"}
    assert await shop.call("web_worker", "record_tracking", **late) is False


# --- the way it does not --------------------------------------------------------------------------


async def test_a_refusal_gives_everything_back(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order, payment, shipment = await buy(buyer)
    carrier.answers[shipment["id"]] = [Refused("address_not_served")]
    async with working(settings, carrier):
        await shop.until(DONE, "book_shipment", shipment["id"])
    assert await see(shop, payment) == FAILED
    assert (await buyer.balance(), await stock(buyer, order)) == ((1500, 0), (10, 0))
    failed = (await buyer.parcels(order))[0]
    assert (failed["status"], failed["failure_code"]) == ("failed", "address_not_served")
    events = (await buyer.does("list_order_events", order_id=order["id"]))["data"]
    assert [e["data"]["reason"] for e in events if e["type"] == "order.cancelled"] == ["carrier_failed"]
    assert await shop.admin.fetchval(JOBS, "cancel_booking", shipment["id"]) == 0
    letters = (
        "SELECT array_agg(payload ->> 'template') FROM messaging.outbox "
        "WHERE kind = 'send_mail' AND payload ->> 'account_id' = $1"
    )
    assert await shop.admin.fetchval(letters, order["account_id"]) == ["order_cancelled"]


async def test_no_answer_is_asked_again_with_the_same_key_and_given_up_in_the_end(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order, payment, shipment = await buy(buyer)
    carrier.answers[shipment["id"]] = [Unavailable("down"), OSError("down"), Unavailable("down")]
    over = "UPDATE fulfilment.shipments SET book_until = now() WHERE id = $1::text::uuid"
    async with working(settings, carrier):
        await shop.until(WAITS, shipment["id"])
        assert await see(shop, payment) == HELD
        await shop.admin.execute(AGAIN, shipment["id"])
        await shop.until(f"SELECT attempts = 2 AND ({WAITS}) FROM messaging.outbox WHERE kind = 'book_shipment' "
                         "AND payload ->> 'shipment_id' = $1", shipment["id"])  # fmt: skip
        assert await see(shop, payment) == HELD
        await shop.admin.execute(over, shipment["id"])
        await shop.admin.execute(AGAIN, shipment["id"])
        await shop.until(DONE, "book_shipment", shipment["id"])
        await shop.until(DONE, "cancel_booking", shipment["id"])
    assert carrier.asked.count(shipment["id"]) == 3
    assert await see(shop, payment) == FAILED
    assert (await buyer.balance(), await stock(buyer, order)) == ((1500, 0), (10, 0))
    # It may have taken the parcel for all we know.
    assert carrier.cancelled.count(shipment["id"]) == 1
    assert await shop.admin.fetchval(JOBS, "cancel_booking", shipment["id"]) == 2
    # And if its answer comes after all, the parcel is not sent.
    assert await book(shop, shipment) == "too_late"
    assert await see(shop, payment) == FAILED


async def test_a_carrier_that_hangs_is_no_answer(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.worker.jobs.carriers.PATIENCE", 0.05)
    carrier.go_on = asyncio.Event()
    _, payment, shipment = await buy(buyer)
    async with working(settings, carrier):
        await shop.until(WAITS, shipment["id"])
    assert await see(shop, payment) == HELD


async def test_the_mock_carrier_refuses_by_postal_code(shop: Shop, buyer: Sender, settings: Settings) -> None:
    order, payment, shipment = await buy(buyer, "refused")
    async with working(settings, MockCarrier()):
        await shop.until(DONE, "book_shipment", shipment["id"])
    assert await see(shop, payment) == FAILED
    second = Sender(shop, await shop.account())
    order, payment, shipment = await buy(second, "1207")
    async with working(settings, MockCarrier()):
        await shop.until(DONE, "book_shipment", shipment["id"])
    assert await see(shop, payment) == BOOKED
    assert (await second.parcels(order))[0]["tracking_number"].startswith("MOCK")


# --- people in between ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["customer", "support", "parcel", "expiry"])
async def test_whoever_ends_the_payment_lets_the_credit_go(shop: Shop, buyer: Sender, who: str) -> None:
    order, payment, shipment = await buy(buyer)
    if who == "customer":
        await buyer.does("cancel_payment", payment_id=payment["id"])
    elif who == "support":
        await shop.call("web_support", "void_payment", token=shop.support, payment_id=payment["id"])
    elif who == "parcel":
        assert (await buyer.move(shipment, "cancelled"))["status"] == "cancelled"
    else:
        ended = "UPDATE payments.payments SET expires_at = now() WHERE id = $1::text::uuid"
        await shop.admin.execute(ended, payment["id"])
        assert await shop.call("web_worker", "expire_payments") == 1
    expired = (*LET_GO[:2], "expired", *LET_GO[3:])
    assert await see(shop, payment) == (expired if who == "expiry" else LET_GO)
    assert await buyer.balance() == (1500, 0)
    # The carrier had taken it: it is told.
    assert await book(shop, shipment) == "too_late"
    assert await shop.admin.fetchval(JOBS, "cancel_booking", shipment["id"]) == 4
    # And the order is paid another way, or the same way again.
    again = await pay(buyer, order)
    assert await book(shop, (await buyer.parcels(order))[0]) == "booked"
    assert await see(shop, again) == BOOKED


@pytest.mark.parametrize("change", ["modify", "remove", "cancel", "expire", "other_payment"])
async def test_an_order_that_changes_meanwhile_is_not_sent_as_it_was(shop: Shop, buyer: Sender, change: str) -> None:
    order, payment, shipment = await buy(buyer)
    lamp = order["items"][0]["product_id"]
    if change == "modify":
        await buyer.modify(order, {"product_id": lamp, "quantity": 1})
    elif change == "remove":
        cup = await shop.product(100, 10)
        await buyer.modify(order, {"product_id": cup, "quantity": 1}, {"product_id": lamp, "quantity": 0})
    elif change == "cancel":
        await buyer.does("cancel_order", order_id=order["id"])
    elif change == "expire":
        await shop.admin.execute("UPDATE sales.orders SET expires_at = now() WHERE id = $1::text::uuid", order["id"])
        await shop.call("web_worker", "expire_orders")
    else:
        await buyer.pay(order)
    state = await see(shop, payment)
    assert state[2:] == LET_GO[2:]
    assert await book(shop, shipment) == "too_late"
    assert await buyer.balance() == (1500, 0)


async def test_a_part_paid_meanwhile_lets_the_credit_go_at_the_booking(shop: Shop, buyer: Sender) -> None:
    order, payment, shipment = await buy(buyer)
    await buyer.pay(order, 100)
    assert await see(shop, payment) == HELD
    assert await book(shop, shipment) == "too_late"
    assert await see(shop, payment) == LET_GO
    rest = await pay(buyer, order)
    assert (rest["status"], rest["amount"]) == ("authorized", 900)
    assert await book(shop, (await buyer.parcels(order))[0]) == "booked"


async def test_support_books_by_telephone(shop: Shop, buyer: Sender) -> None:
    _, payment, shipment = await buy(buyer)
    moved = await buyer.move(shipment, "in_transit", tracking_number="TEL-1", carrier="DHL")
    assert (moved["status"], moved["tracking_number"], moved["carrier"]) == ("in_transit", "TEL-1", "DHL")
    assert await see(shop, payment) == ("shipped", None, "completed", "in_transit", ["pending", "post"])
    other = Sender(shop, await shop.account())
    _, payment, shipment = await buy(other)
    await other.move(shipment, "failed")
    assert await see(shop, payment) == FAILED


async def test_it_is_neither_captured_by_hand_nor_sent_elsewhere_nor_held_twice(shop: Shop, buyer: Sender) -> None:
    order, payment, _ = await buy(buyer)
    await buyer.credit(5000)
    with refused("payment_waits_for_carrier", "SH409"):
        await shop.call("web_support", "capture_payment", token=shop.support, payment_id=payment["id"])
    with refused("shipment_booked", "SH409"):
        await buyer.does("set_shipping_address", order_id=order["id"], address_id=await buyer.to("9"))
    with refused("order_booked_twice", "23505"):
        await pay(buyer, order)
    with refused("order_not_shippable", "SH409"):
        await buyer.ship(order)


async def test_held_credit_is_not_spent_elsewhere(shop: Shop, buyer: Sender) -> None:
    await buy(buyer)
    order = await buyer.order({"product_id": await shop.product(501), "quantity": 1})
    with refused("insufficient_funds", "23514"):
        await pay(buyer, order)


# --- who pays at once -----------------------------------------------------------------------------


@asynccontextmanager
async def setting(shop: Shop, assignment: str, back: str) -> AsyncIterator[None]:
    await shop.admin.execute(f"UPDATE sales.settings SET {assignment}")
    try:
        yield
    finally:
        await shop.admin.execute(f"UPDATE sales.settings SET {back}")


async def test_without_a_carrier_credit_pays_at_once(shop: Shop, buyer: Sender) -> None:
    await buyer.credit(10_000)
    lamp = await shop.product(500, 100)

    async def order(**more: Any) -> dict[str, Any]:
        return await buyer.order({"product_id": lamp, "quantity": 1}, **more)

    assert (await pay(buyer, await order()))["status"] == "completed"  # nothing is sent
    home = await buyer.to()
    for assignment, back in (
        ("credit_held_until_booked = false", "credit_held_until_booked = true"),
        ("booking_carrier = NULL", "booking_carrier = 'mock'"),
    ):
        async with setting(shop, assignment, back):
            assert (await pay(buyer, await order(shipping_address_id=home)))["status"] == "completed"
    await shop.admin.execute("UPDATE fulfilment.carriers SET enabled = false")
    assert (await pay(buyer, await order(shipping_address_id=home)))["status"] == "completed"
    await shop.admin.execute("UPDATE fulfilment.carriers SET enabled = true")
    part = await order(shipping_address_id=home)
    assert (await pay(buyer, part, amount=100))["status"] == "completed"
    assert (await pay(buyer, part))["status"] == "authorized"  # all that is due


async def test_the_shipping_method_says_which_carrier(shop: Shop, buyer: Sender) -> None:
    await buyer.credit(10_000)
    lamp = await shop.product(500, 100)
    home = await buyer.to()
    for carrier, status in (("mock", "authorized"), ("DHL", "completed"), (None, "completed")):
        method = await shop.admin.fetchval(
            "INSERT INTO sales.shipping_methods (name, carrier) VALUES ('x', $1) RETURNING id", carrier
        )
        order = await buyer.order({"product_id": lamp, "quantity": 1}, shipping_address_id=home)
        await shop.admin.execute(
            "UPDATE sales.orders SET shipping_method_id = $1 WHERE id = $2::text::uuid", method, order["id"]
        )
        assert (await pay(buyer, order))["status"] == status


# --- a carrier for what was paid before -----------------------------------------------------------


async def test_a_paid_parcel_is_booked_from_the_queue(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    order = await buyer.bought((500, 3), shipping_address_id=await buyer.to())
    first = await buyer.ship(order, (0, 2), carrier="mock")
    second = await buyer.ship(order, carrier="mock")
    carrier.answers[second["id"]] = [Refused("too_heavy")]
    async with working(settings, carrier):
        await shop.until(DONE, "book_shipment", first["id"])
        await shop.until(DONE, "book_shipment", second["id"])
    refusal, booked = await buyer.parcels(order)
    assert (booked["status"], refusal["status"], refusal["failure_code"]) == ("label_created", "failed", "too_heavy")
    # Its order is paid: it is kept, and the piece is owed.
    assert (await buyer.sees(order))["status"] == "paid"
    assert (await buyer.support("ship_order", order))["status"] == "shipped"
    assert [p["status"] for p in await buyer.parcels(order)] == ["in_transit", "failed", "in_transit"]
