"""A comparison that begins in the middle: what a payment, a refund or a dispute has moved is compared as a whole."""

from __future__ import annotations

import pytest

from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House, intent_of

DAYS = 3


async def three_days_ago(shop: Shop, stripe: StripeServer, payment_id: str) -> None:
    """What has happened up to now happened before the period that House.reconcile compares."""
    intent = intent_of(stripe, payment_id)
    of_it = [t for things in (stripe.charges, stripe.refunds, stripe.disputes) for t in things.values()
             if t["payment_intent"] == intent]  # fmt: skip
    names = {thing["id"] for thing in of_it}
    for thing in [*of_it, *(t for t in stripe.transactions.values() if t["source"] in names)]:
        thing["created"] -= DAYS * 86_400
    for table, column, moments in (
        ("payments.payments", "id", ("created_at", "completed_at")),
        ("payments.refunds", "payment_id", ("created_at", "completed_at")),
        ("payments.disputes", "payment_id", ("created_at",)),
    ):
        moved = ", ".join(f"{moment} = {moment} - interval '{DAYS} days'" for moment in moments)
        await shop.admin.execute(f"UPDATE {table} SET {moved} WHERE {column} = $1::text::uuid", payment_id)


@pytest.mark.out_of_step("no comparison has booked the fee of the payment's own day")
async def test_a_dispute_is_reinstated_in_the_period(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    opened = stripe.dispute(intent_of(stripe, payment_id), amount=600)
    await house.tell(stripe, *opened)
    await three_days_ago(shop, stripe, payment_id)
    await house.tell(stripe, *stripe.close_dispute(opened[0]["data"]["object"]["id"], "won"))
    assert (await house.reconcile("stripe")).differences == 0


@pytest.mark.out_of_step("no comparison has booked the fee of the payment's own day")
async def test_a_dispute_is_withdrawn_again_in_the_period(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    opened = stripe.dispute(intent_of(stripe, payment_id), amount=600)
    dispute_id = opened[0]["data"]["object"]["id"]
    await house.tell(stripe, *opened, *stripe.close_dispute(dispute_id, "won"))
    await three_days_ago(shop, stripe, payment_id)
    stripe.close_dispute(dispute_id, "lost")  # nobody tells us
    assert (await house.reconcile("stripe")).differences == 0
    assert (await shop.see({"id": payment_id}))["refunds"] == [["completed", 600, 600, "dispute_lost"]]


@pytest.mark.out_of_step("no comparison has booked the fee of the payment's own day")
async def test_a_refund_comes_back_in_the_period(shop: Shop, house: House, stripe: StripeServer) -> None:
    payment_id = await house.paid(stripe)
    made = stripe.refund_by_hand(intent_of(stripe, payment_id), 400)
    await house.tell(stripe, *made)
    await three_days_ago(shop, stripe, payment_id)
    await house.tell(stripe, *stripe.settle_refund(made[0]["data"]["object"]["id"], "failed"))
    assert (await house.reconcile("stripe")).differences == 0


async def test_a_debit_that_comes_back_in_the_period_is_compared_with_what_it_brought(
    shop: Shop, house: House, stripe: StripeServer
) -> None:
    payment_id = await house.paid(stripe)
    await three_days_ago(shop, stripe, payment_id)
    stripe.return_debit(intent_of(stripe, payment_id))
    assert (await house.reconcile("stripe")).differences == 1
    (difference,) = await house.differences(payment_id)
    assert (difference["kind"], difference["ours"], difference["theirs"]) == ("captured", 1000, 0)
