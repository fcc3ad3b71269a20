"""Stripe: what its callbacks say about refunds."""

from __future__ import annotations

import pytest

from api.gateways.protocol import Event, RefundOutcome
from api.gateways.stripe.gateway import StripeGateway

from .stripe_payments import give_back, kept, one, paid, read
from .stripe_server import StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def test_a_refund_that_is_made(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    outcome = await gateway.refund(payment, refund)
    for sent in ("refund.created", "charge.refunded"):
        callback = stripe.of_type(sent)[0]
        assert await one(stripe, gateway, callback) == Event(
            callback["id"] if sent == "refund.created" else f"{callback['id']}:{outcome.reference}",
            "refund_completed",
            payment_id=payment.id,
            charge=payment.charge_reference,
            amount=1000,
            currency="USD",
            case=outcome.reference,
            refund_id=refund.id,
            payload=kept(callback),
        )


@pytest.mark.parametrize(
    ("status", "reason", "kind", "code"),
    [
        ("succeeded", None, "refund_completed", None),
        ("failed", "lost_or_stolen_card", "refund_failed", "lost_or_stolen_card"),
        ("canceled", None, "refund_failed", "canceled"),
        ("requires_action", None, "refund_pending", None),
    ],
)
async def test_what_becomes_of_a_pending_refund(
    stripe: StripeServer, gateway: StripeGateway, status: str, reason: str | None, kind: str, code: str | None
) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    stripe.refunds_become = "pending"
    outcome = await gateway.refund(payment, refund)
    assert outcome == RefundOutcome("pending", next(iter(stripe.refunds)))
    assert (await one(stripe, gateway, stripe.of_type("refund.created")[0])).kind == "refund_pending"
    callbacks = stripe.settle_refund(str(outcome.reference), status, reason)
    assert [callback["type"] for callback in callbacks][:2] == ["refund.updated", "charge.refund.updated"]
    assert [callback["type"] for callback in callbacks][2:] == (["refund.failed"] if status == "failed" else [])
    for callback in callbacks:
        event = await one(stripe, gateway, callback)
        assert (event.kind, event.failure_code, event.amount) == (kind, code, 1000)
        assert (event.case, event.refund_id, event.payment_id) == (outcome.reference, refund.id, payment.id)
    said = {"refund_completed": "completed", "refund_failed": "failed", "refund_pending": "pending"}[kind]
    assert await gateway.refund(payment, refund) == RefundOutcome(said, outcome.reference, code)  # type: ignore[arg-type]
    assert len(stripe.refunds) == 1


async def test_a_refund_that_came_back(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    outcome = await gateway.refund(payment, refund)
    assert outcome.status == "completed"
    event = await one(
        stripe, gateway, stripe.settle_refund(str(outcome.reference), "failed", "expired_or_canceled_card")[-1]
    )
    assert (event.kind, event.refund_id, event.failure_code) == ("refund_failed", refund.id, "expired_or_canceled_card")


async def test_refunds_by_hand_have_no_refund_of_ours(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 1000)
    await gateway.refund(payment, refund)
    callbacks = stripe.refund_by_hand(str(payment.charge_reference), 500)
    by_hand = await one(stripe, gateway, callbacks[0])
    assert (by_hand.kind, by_hand.refund_id, by_hand.payment_id) == ("refund_completed", None, None)
    assert (by_hand.charge, by_hand.amount) == (payment.charge_reference, 500)
    events = await read(stripe, gateway, callbacks[1])  # one callback for all refunds of the charge
    assert {(event.refund_id, event.amount, event.payment_id) for event in events} == {
        (None, 500, payment.id),  # known by the charge
        (refund.id, 1000, payment.id),
    }
    assert [event.id for event in events] == [f"{callbacks[1]['id']}:{event.case}" for event in events]


async def test_a_charge_with_more_refunds_than_a_page(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    refund = give_back(payment, 7)
    first = await gateway.refund(payment, refund)
    for _ in range(120):
        stripe.refund_by_hand(str(payment.charge_reference), 1)
    events = await read(stripe, gateway, stripe.of_type("charge.refunded")[-1])
    assert len({event.id for event in events}) == 121
    assert len(stripe.asked("GET /v1/refunds")) == 1 + 2
    stripe.forget_keys()
    assert await gateway.refund(payment, refund) == first  # the oldest of them
    assert len(stripe.refunds) == 121


async def test_a_charge_that_brings_its_refunds(stripe: StripeServer, gateway: StripeGateway) -> None:
    """As endpoints of old versions of the API send it: nothing is asked for, unless it is not all of them."""
    payment = await paid(stripe, gateway)
    callbacks = [stripe.refund_by_hand(str(payment.charge_reference), amount)[1] for amount in (500, 600)]
    first, second = stripe.refunds.values()
    asked = len(stripe.requests)
    charge = callbacks[0]["data"]["object"]
    charge["refunds"] = {"object": "list", "data": [first], "has_more": False}
    assert [event.case for event in await read(stripe, gateway, callbacks[0])] == [first["id"]]
    assert len(stripe.requests) == asked
    for incomplete in ({"data": [first], "has_more": True}, {"data": [], "has_more": False}, None):
        charge["refunds"] = incomplete
        events = await read(stripe, gateway, callbacks[0])
        assert [event.case for event in events] == [second["id"], first["id"]]
    asked = len(stripe.requests)
    charge["payment_intent"] = None  # made by no checkout
    assert (await one(stripe, gateway, callbacks[0])).kind == "charge.refunded"
    assert len(stripe.requests) == asked
