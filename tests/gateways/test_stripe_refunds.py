"""Stripe: a refund is asked for exactly so, and made once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from api.gateways.protocol import Payment, RefundOutcome, Unavailable
from api.gateways.stripe.gateway import StripeGateway

from .stripe_payments import attempt, authorized, give_back, in_the_end, opened, paid
from .stripe_server import StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def test_a_refund_is_asked_for_exactly_so(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    outcome = await gateway.refund(payment, refund)
    (request,) = stripe.asked("POST /v1/refunds")
    assert request.key == refund.id
    assert request.params == {
        "payment_intent": payment.charge_reference,
        "amount": 1000,
        "metadata": {"refund_id": refund.id, "payment_id": payment.id},
    }
    assert outcome == RefundOutcome("completed", next(iter(stripe.refunds)))
    assert await gateway.refund(replace(payment, charge_reference=None), refund) == outcome  # found by the session


async def test_a_refund_is_made_once_days_later_too(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refunds = [give_back(payment, 1000), give_back(payment, 1000)]  # two of the same amount are two
    outcomes = [await gateway.refund(payment, refund) for refund in refunds]
    stripe.forget_keys()
    assert [await gateway.refund(payment, refund) for refund in refunds] == outcomes
    assert [refund["amount"] for refund in stripe.refunds.values()] == [1000, 1000]


async def test_refunded_by_many_at_once(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    stripe.trouble("delay", on="POST /v1/refunds", seconds=0.1)
    outcomes = await asyncio.gather(*(in_the_end(lambda: gateway.refund(payment, refund)) for _ in range(5)))
    assert outcomes == [RefundOutcome("completed", next(iter(stripe.refunds)))] * 5
    assert len(stripe.refunds) == 1


async def test_refunds_that_are_refused(stripe: StripeServer, gateway: StripeGateway) -> None:
    async def code(payment: Payment, amount: int = 3000) -> str | None:
        outcome = await gateway.refund(payment, give_back(payment, amount))
        assert (outcome.status, outcome.reference) == ("failed", None)
        return outcome.failure_code

    payment = await paid(stripe, gateway)
    disputed = await paid(stripe, gateway)
    stripe.dispute(str(disputed.charge_reference))
    assert await code(payment, 3001) == "amount_invalid"
    await gateway.refund(payment, give_back(payment, 3000))
    assert await code(payment, 1) == "charge_already_refunded"
    assert await code(disputed) == "charge_disputed"
    assert await code(await authorized(stripe, gateway)) == "payment_intent_unexpected_state"
    assert await code(attempt()) == "charge_missing"
    assert await code(await opened(gateway)) == "charge_missing"
    assert await code(attempt(charge_reference="pi_1")) == "resource_missing"
    assert len(stripe.refunds) == 1


async def test_a_refund_whose_key_means_another_is_not_known(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 3001)
    assert (await gateway.refund(payment, refund)).status == "failed"
    with pytest.raises(Unavailable, match="idempotency_error"):
        await gateway.refund(payment, replace(refund, amount=3000))
    assert stripe.refunds == {}
