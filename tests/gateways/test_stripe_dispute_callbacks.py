"""Stripe: what its callbacks say about disputes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
import stripe as stripe_library

from api.gateways.protocol import DisputeMovement, Event, RefundOutcome, Unavailable
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.objects import DISPUTE_STATUSES

from .stripe_payments import ALWAYS, give_back, kept, one, paid, read
from .stripe_server import StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def test_a_dispute_says_its_status_and_what_was_moved(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    created, withdrawn = stripe.dispute(str(payment.charge_reference), amount=2500, reason="product_not_received")
    (dispute,) = stripe.disputes
    expected = Event(
        created["id"],
        "dispute",
        charge=payment.charge_reference,
        amount=2500,
        currency="USD",
        case=dispute,
        failure_code="product_not_received",
        status="needs_response",
        occurred_at=datetime.fromtimestamp(created["created"], UTC),
        payload=kept(created),
    )
    assert await one(stripe, gateway, created) == expected
    out = DisputeMovement(stripe.disputes[dispute]["balance_transactions"][0]["id"], -2500, 1500, "USD")
    event = await one(stripe, gateway, withdrawn)
    assert event == replace(expected, id=withdrawn["id"], movements=(out,), payload=kept(withdrawn))
    stripe.advance(60)
    closed, reinstated = stripe.close_dispute(dispute, "won")
    event = await one(stripe, gateway, closed)
    assert (event.status, event.movements) == ("won", (out,))
    assert event.occurred_at == datetime.fromtimestamp(closed["created"], UTC) > expected.occurred_at
    event = await one(stripe, gateway, reinstated)
    back = DisputeMovement(stripe.disputes[dispute]["balance_transactions"][1]["id"], 2500, 0, "USD")
    assert (event.kind, event.status, event.movements) == ("dispute", "won", (out, back))
    assert not stripe.asked("/v1/disputes")


def test_every_status_of_the_installed_library_is_known() -> None:
    literal, _ = get_args(stripe_library.Dispute.__annotations__["status"])  # … or str
    assert set(get_args(literal)) == DISPUTE_STATUSES


@pytest.mark.parametrize("status", sorted(DISPUTE_STATUSES))
async def test_a_known_status_is_passed_on(stripe: StripeServer, gateway: StripeGateway, status: str) -> None:
    payment = await paid(stripe, gateway)
    stripe.dispute(str(payment.charge_reference))
    (dispute,) = stripe.disputes
    for sent in stripe.update_dispute(dispute, status):
        assert (await one(stripe, gateway, sent)).status == status
    assert not stripe.asked("/v1/disputes")


async def test_an_unknown_status_is_looked_up(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    stripe.dispute(str(payment.charge_reference))
    (dispute,) = stripe.disputes
    (sent,) = stripe.update_dispute(dispute, "arbitration")
    assert (await one(stripe, gateway, sent)).status == "arbitration"  # Stripe says the same: a person looks at it
    stripe.close_dispute(dispute, "lost")
    event = await one(stripe, gateway, sent)
    assert (event.status, len(event.movements)) == ("lost", 1)
    stripe.trouble("forbidden", on="GET /v1/disputes")  # a restricted key
    assert (await one(stripe, gateway, sent)).status == "arbitration"
    stripe.trouble("rate_limit", times=ALWAYS, on="GET /v1/disputes")
    with pytest.raises(Unavailable):  # Stripe sends it again
        await read(stripe, gateway, sent)


async def test_movements_that_a_callback_leaves_out_are_looked_up(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    _, withdrawn = stripe.dispute(str(payment.charge_reference))
    (dispute,) = stripe.disputes.values()
    withdrawn["data"]["object"]["balance_transactions"] = []
    event = await one(stripe, gateway, withdrawn)
    assert event.movements == (DisputeMovement(dispute["balance_transactions"][0]["id"], -3000, 1500, "USD"),)
    dispute["balance_transactions"] = []
    assert (await one(stripe, gateway, withdrawn)).movements == (DisputeMovement("withdrawn", -3000),)


async def test_movements_in_another_currency_are_of_the_whole_amount(
    stripe: StripeServer, gateway: StripeGateway
) -> None:
    payment = await paid(stripe, gateway)
    _, withdrawn = stripe.dispute(str(payment.charge_reference))
    (moved,) = withdrawn["data"]["object"]["balance_transactions"]
    moved |= {"currency": "eur", "amount": -2789, "fee": 2000}
    assert (await one(stripe, gateway, withdrawn)).movements == (DisputeMovement(moved["id"], -3000, 2000, "EUR"),)


async def test_an_inquiry_can_be_refunded_and_a_dispute_cannot(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await paid(stripe, gateway)
    (created,) = stripe.dispute(str(payment.charge_reference), status="warning_needs_response")
    event = await one(stripe, gateway, created)
    assert (event.kind, event.status, event.movements) == ("dispute", "warning_needs_response", ())
    assert (await gateway.refund(payment, give_back(payment, 1000))).status == "completed"
    stripe.update_dispute(str(event.case), "needs_response")
    refused = await gateway.refund(payment, give_back(payment, 1000))
    assert refused == RefundOutcome("failed", failure_code="charge_disputed")
