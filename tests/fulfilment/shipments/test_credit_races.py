"""Credit for parcels, many at once, and workers that die: one booking and one charge, or neither."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

from api.settings import Settings
from tests.fulfilment.shipments.conftest import FakeCarrier, Sender, working
from tests.fulfilment.shipments.credit import AGAIN, BOOKED, DONE, LET_GO, book, buy, pay, see
from tests.payments.conftest import Shop


async def test_twenty_bookings_and_twenty_endings_at_once_have_one_end(shop: Shop) -> None:
    for _ in range(6):
        buyer = Sender(shop, await shop.account())
        order, payment, shipment = await buy(buyer)
        fails = {"shipment_id": shipment["id"], "failure_code": "no"}
        calls: list[Any] = [book(shop, shipment) for _ in range(8)]
        calls += [shop.call("web_worker", "fail_booking", **fails) for _ in range(4)]
        calls += [buyer.does("cancel_payment", payment_id=payment["id"]) for _ in range(3)]
        calls += [buyer.does("cancel_order", order_id=order["id"]) for _ in range(3)]
        calls += [buyer.pay(order)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        codes = {getattr(a, "constraint_name", "ok") for a in answers}
        assert codes <= {"ok", "payment_not_open", "order_not_cancellable", "order_not_payable", None}, answers
        # Taken (and given back by a refund, when the order was cancelled after that) or let go: one of them, once.
        phases = (await see(shop, payment))[4]
        assert phases in (["pending", "post"], ["pending", "post", "posted"], ["pending", "void"])
        await shop.assert_books_balance()


async def test_a_booking_waits_for_who_is_ending_the_payment(shop: Shop, buyer: Sender, connect: Any) -> None:
    _, payment, shipment = await buy(buyer)
    ending = await connect()
    transaction = ending.transaction()
    await transaction.start()
    cancel = "UPDATE payments.payments SET status = 'cancelled' WHERE id = $1"
    await ending.execute(cancel, uuid.UUID(payment["id"]))
    booking = asyncio.create_task(book(shop, shipment))
    waits = f"SELECT count(*) > 0 FROM pg_stat_activity WHERE {ending.get_server_pid()} = ANY (pg_blocking_pids(pid))"
    await shop.until(waits)
    await transaction.commit()
    assert await booking == "too_late"
    assert await see(shop, payment) == LET_GO


async def test_credit_for_three_orders_is_held_by_three_of_fifty(shop: Shop, buyer: Sender) -> None:
    await buyer.credit(3500)
    lamp, home = await shop.product(500, 1000), await buyer.to()
    orders = [await buyer.order({"product_id": lamp, "quantity": 2}, shipping_address_id=home) for _ in range(50)]
    answers = await asyncio.gather(*(pay(buyer, order) for order in orders), return_exceptions=True)
    assert Counter(getattr(a, "constraint_name", "ok") for a in answers) == {"ok": 3, "insufficient_funds": 47}
    assert await buyer.balance() == (3500, 3000)


async def test_a_death_after_the_booking_is_one_booking_and_one_charge(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier, connect: Any
) -> None:
    """The carrier has taken it, and the connection dies in which that is being written down; another asks again."""
    order, payment, shipment = await buy(buyer)
    held = await connect()
    waits = (
        f"SELECT pid FROM pg_stat_activity WHERE {held.get_server_pid()} = ANY (pg_blocking_pids(pid)) "
        "AND query LIKE '%complete_booking%'"
    )
    transaction = held.transaction()
    await transaction.start()
    await held.execute("SELECT FROM sales.orders WHERE id = $1 FOR UPDATE", uuid.UUID(order["id"]))
    async with working(settings, carrier):
        pid = await shop.until(waits)
        assert shipment["id"] in carrier.booked
        await shop.admin.execute("SELECT pg_terminate_backend($1)", pid)
        await transaction.rollback()
        # Either the worker's second try has done it by now, or its job comes back.
        await shop.admin.execute(AGAIN, shipment["id"])
        await shop.until(DONE, "book_shipment", shipment["id"])
    assert await see(shop, payment) == BOOKED
    assert await buyer.balance() == (500, 0)


async def test_three_workers_that_all_ask_make_one_charge(
    shop: Shop, buyer: Sender, settings: Settings, carrier: FakeCarrier
) -> None:
    _, payment, shipment = await buy(buyer)
    more = (
        "INSERT INTO messaging.outbox (kind, payload) "
        "SELECT 'book_shipment', jsonb_build_object('shipment_id', $1::text) FROM generate_series(1, 9)"
    )
    await shop.admin.execute(more, shipment["id"])
    async with working(settings, carrier, 3):
        done = "SELECT bool_and(done_at IS NOT NULL) FROM messaging.outbox WHERE payload ->> 'shipment_id' = $1"
        await shop.until(done, shipment["id"])
    assert await see(shop, payment) == BOOKED
    booked = "SELECT count(*) FROM ledger.transfers WHERE payment_id = $1 AND kind = 'payment' AND phase = 'post'"
    assert await shop.admin.fetchval(booked, uuid.UUID(payment["id"])) == 1
