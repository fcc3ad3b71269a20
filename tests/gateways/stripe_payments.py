"""What Stripe's tests are made of: attempts, how far they are, and callbacks."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.gateways.protocol import Event, Payment, Refund, Refused, Unavailable
from api.gateways.stripe.gateway import StripeGateway

from .stripe_server import Kind, StripeServer, Thing

SHOP = "https://shop.example"
ALWAYS = 99  # times: the library repeats a call by itself

# What Stripe or the way to it does. With the last two the work is done, and we do not hear of it.
TROUBLES: tuple[Kind, ...] = (
    "lost_request", "error", "rate_limit", "lock_timeout", "key_in_use", "garbage", "lost_answer", "delay",
)  # fmt: skip


def item(name: str, quantity: int, unit_price: int, total: int | None = None) -> dict[str, Any]:
    whole = quantity * unit_price
    return {"name": name, "quantity": quantity, "unit_price": unit_price, "total": whole if total is None else total}


def attempt(amount: int = 3000, currency: str = "USD", minor_units: int = 2, **changes: Any) -> Payment:
    payment = Payment(
        id=str(uuid.uuid4()),
        order_id=str(uuid.uuid4()),
        order_number="100001",
        provider="stripe",
        status="initiated",
        amount=amount,
        currency=currency,
        minor_units=minor_units,
        outside_key=str(uuid.uuid4()),
        purpose="order",
        capture_method="automatic",
        provider_reference=None,
        charge_reference=None,
        created_at=datetime.now(UTC),
        expires_at=datetime.now(UTC) + timedelta(minutes=30),
        email="a@example.com",
        items=(item("Lamp", 2, 1500),),
    )
    return replace(payment, **changes)


def give_back(payment: Payment, amount: int, **changes: Any) -> Refund:
    now = datetime.now(UTC)
    refund = Refund(str(uuid.uuid4()), payment.id, "stripe", "pending", amount, payment.currency, "requested", now)
    return replace(refund, **changes)


async def opened(gateway: StripeGateway, **changes: Any) -> Payment:
    payment = attempt(**changes)
    session = await gateway.open(payment)
    return replace(payment, status="open", provider_reference=session.reference)


async def paid(stripe: StripeServer, gateway: StripeGateway, **changes: Any) -> Payment:
    payment = await opened(gateway, **changes)
    stripe.pay(session_of(payment))
    return replace(payment, status="completed", charge_reference=intent_of(stripe, payment)["id"])


async def authorized(stripe: StripeServer, gateway: StripeGateway, **changes: Any) -> Payment:
    return replace(await paid(stripe, gateway, capture_method="manual", **changes), status="authorized")


def session_of(payment: Payment) -> str:
    assert payment.provider_reference is not None
    return payment.provider_reference


def intent_of(stripe: StripeServer, payment: Payment) -> Thing:
    return stripe.intents[stripe.sessions[session_of(payment)]["payment_intent"]]


def status_of(stripe: StripeServer, payment: Payment) -> tuple[str, str | None]:
    """Of the session and of its payment intent."""
    session = stripe.sessions[session_of(payment)]
    return session["status"], stripe.intents[session["payment_intent"]]["status"] if session["payment_intent"] else None


async def refused(call: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refusal:
        await call
    return refusal.value.code


async def in_the_end(call: Callable[[], Awaitable[Any]]) -> Any:
    """As the worker does it: again, until there is an answer."""
    async with asyncio.timeout(60):
        while True:
            with suppress(Unavailable):
                return await call()


async def read(stripe: StripeServer, gateway: StripeGateway, sent: Thing | bytes) -> Sequence[Event]:
    return await gateway.parse_callback(*stripe.signed(sent))


async def one(stripe: StripeServer, gateway: StripeGateway, sent: Thing) -> Event:
    (event,) = await read(stripe, gateway, sent)
    return event


def kept(sent: Thing) -> Thing:
    """A callback as it may be kept."""
    thing = {name: value for name, value in sent["data"]["object"].items() if name != "client_secret"}
    return {**sent, "data": {"object": thing}}
