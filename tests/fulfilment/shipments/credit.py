"""Orders that credit pays, and where they are."""

from __future__ import annotations

from typing import Any

from tests.fulfilment.shipments.conftest import Sender
from tests.payments.conftest import Shop

STATE = """
    SELECT o.status AS "order", o.cancel_reason AS reason, p.status AS payment, s.status AS shipment,
           (SELECT array_agg(t.phase ORDER BY t.id) FROM ledger.transfers AS t WHERE t.payment_id = p.id) AS phases
    FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id
    LEFT JOIN fulfilment.shipments AS s ON s.payment_id = p.id WHERE p.id = $1::text::uuid
"""
JOBS = "SELECT count(*) FROM messaging.outbox WHERE kind = $1 AND payload ->> 'shipment_id' = $2"
DONE = "SELECT bool_or(done_at IS NOT NULL) FROM messaging.outbox WHERE kind = $1 AND payload ->> 'shipment_id' = $2"
WAITS = """
    SELECT last_error IS NOT NULL AND run_at BETWEEN now() AND now() + interval '1 minute'  -- a lease is longer
    FROM messaging.outbox
    WHERE kind = 'book_shipment' AND payload ->> 'shipment_id' = $1 AND done_at IS NULL
"""
AGAIN = "UPDATE messaging.outbox SET run_at = now() WHERE kind = 'book_shipment' AND payload ->> 'shipment_id' = $1"


async def buy(buyer: Sender, postal_code: str | None = None) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An order of 2 × 500 to an address, its payment by credit, its shipment. The buyer has 1,500."""
    await buyer.credit(1500)
    lamp = await buyer.shop.product(500, 10)
    order = await buyer.order({"product_id": lamp, "quantity": 2}, shipping_address_id=await buyer.to(postal_code))
    payment = await pay(buyer, order)
    return order, payment, (await buyer.parcels(order))[0]


async def pay(buyer: Sender, order: dict[str, Any], **given: Any) -> dict[str, Any]:
    given = {"order_id": order["id"], "provider": "credit", **given}
    payment: dict[str, Any] = (await buyer.does("begin_payment", **given))["payment"]
    return payment


async def see(shop: Shop, payment: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(await shop.admin.fetchrow(STATE, payment["id"]))


async def stock(buyer: Sender, order: dict[str, Any]) -> tuple[int, int]:
    return await buyer.shop.stock(order["items"][0]["product_id"])


async def book(shop: Shop, shipment: dict[str, Any]) -> str:
    """What the worker says when the carrier has taken it."""
    answer: str = await shop.call(
        "web_worker", "complete_booking", shipment_id=shipment["id"], booking_reference="r", tracking_number="T1"
    )
    return answer


HELD = ("pending", None, "authorized", "pending", ["pending"])
BOOKED = ("paid", None, "completed", "label_created", ["pending", "post"])
LET_GO = ("pending", None, "cancelled", "cancelled", ["pending", "void"])
FAILED = ("cancelled", "carrier_failed", "cancelled", "failed", ["pending", "void"])
