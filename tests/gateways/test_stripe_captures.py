"""Stripe: an authorised amount, or a part of it, is taken once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from api.gateways.protocol import Event
from api.gateways.stripe.gateway import StripeGateway

from .stripe_payments import attempt, authorized, in_the_end, intent_of, opened, refused, session_of
from .stripe_server import StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


@pytest.mark.parametrize("amount", [3000, 2999, 50])
@pytest.mark.parametrize("charge_known", [True, False])
async def test_an_authorised_amount_or_a_part_is_taken_once(
    stripe: StripeServer, gateway: StripeGateway, amount: int, charge_known: bool
) -> None:
    payment = await authorized(stripe, gateway)
    charge = payment.charge_reference
    asked = payment if charge_known else replace(payment, charge_reference=None)
    event = await gateway.capture(asked, amount)
    assert event == Event(
        f"capture:{charge}:{amount}",
        "completed",
        payment_id=payment.id,
        reference=payment.provider_reference,
        charge=charge,
        amount=amount,
        currency="USD",
        payload=event.payload,
    )
    (request,) = stripe.asked("/capture")
    assert (request.params, request.key) == ({"amount_to_capture": amount}, f"{payment.outside_key}:capture:{amount}")
    assert intent_of(stripe, payment)["amount_received"] == amount
    assert await gateway.capture(asked, amount) == event
    assert await gateway.capture(asked, 500) == event  # another amount: too late, what was taken is what it says
    stripe.forget_keys()
    assert await gateway.capture(asked, amount) == event
    assert len(stripe.of_type("payment_intent.succeeded")) == 1


async def test_captured_by_many_at_once(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await authorized(stripe, gateway)
    stripe.trouble("delay", on="/capture", seconds=0.1)
    events = await asyncio.gather(*(in_the_end(lambda: gateway.capture(payment, 2000)) for _ in range(5)))
    assert events == [events[0]] * 5
    assert len(stripe.of_type("payment_intent.succeeded")) == 1


async def test_captures_that_are_refused(stripe: StripeServer, gateway: StripeGateway) -> None:
    assert await refused(gateway.capture(attempt(), 1)) == "not_authorized"
    assert await refused(gateway.capture(await opened(gateway, capture_method="manual"), 1)) == "not_authorized"
    payment = await authorized(stripe, gateway)
    assert await refused(gateway.capture(payment, 3001)) == "amount_not_payable"
    assert (await gateway.capture(payment, 2999)).amount == 2999  # the refused one does not stand in its way
    late = await authorized(stripe, gateway)
    await gateway.close(late)
    assert await refused(gateway.capture(late, 3000)) == "authorization_expired"
    declined = await opened(gateway, capture_method="manual")
    stripe.decline(session_of(declined))
    assert await refused(gateway.capture(declined, 3000)) == "gateway_refused"
    assert await refused(gateway.capture(attempt(charge_reference="pi_1"), 3000)) == "gateway_refused"
    assert len(stripe.of_type("payment_intent.succeeded")) == 1
