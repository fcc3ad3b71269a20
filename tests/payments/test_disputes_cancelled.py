"""A customer cancels an order whose payment they dispute: customers see no disputes, but what is held has to follow."""

from __future__ import annotations

import uuid

from tests.payments.conftest import Shop

OUT = {"reference": "out", "amount": -890, "fee": 15, "fee_currency": "USD"}


async def test_a_refund_ends_what_a_dispute_holds_whoever_causes_it(shop: Shop) -> None:
    customer = await shop.account()
    order, payment = await shop.paid(customer, await shop.product())
    await shop.event(
        payment, "dispute", amount=890, case_reference="dp", dispute_status="needs_response", movements=[OUT],
        occurred_at="2026-01-01T00:00:01Z",
    )  # fmt: skip
    holds = """
        SELECT coalesce(sum(h.amount), 0) FROM payments.dispute_holds AS h
        JOIN payments.disputes AS d ON d.id = h.dispute_id WHERE d.payment_id = $1
    """
    assert await shop.admin.fetchval(holds, uuid.UUID(payment["id"])) == 801
    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
    assert await shop.admin.fetchval(holds, uuid.UUID(payment["id"])) == 0
    await shop.assert_books_balance()
