"""Stripe in trouble: what was asked for is done once in the end, and no secret is in what we say about it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from api.gateways.protocol import CallbackInvalid, Payment, Refused, Unavailable
from api.gateways.stripe import gateway as module
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings

from .stripe_forgeries import FORGED
from .stripe_payments import (
    ALWAYS,
    SHOP,
    TROUBLES,
    attempt,
    authorized,
    give_back,
    in_the_end,
    opened,
    paid,
    read,
    refused,
)
from .stripe_server import Kind, StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx

# --- trouble --------------------------------------------------------------------------------------


async def unopened(stripe: StripeServer, gateway: StripeGateway) -> Payment:
    return attempt()


async def waiting(stripe: StripeServer, gateway: StripeGateway) -> Payment:
    return await opened(gateway)


ONCE = ("checkout.session.expired", "payment_intent.succeeded", "payment_intent.canceled", "refund.created")


def made(stripe: StripeServer) -> dict[str, int]:
    return {name: len(stripe.of_type(name)) for name in ONCE}


class Call(NamedTuple):
    payment: Callable[[StripeServer, StripeGateway], Awaitable[Payment]]
    make: Callable[[StripeGateway, Payment], Awaitable[object]]
    request: str  # which of its requests meets trouble
    done: tuple[str, ...]  # what has happened once in the end


TAKEN, LET_GO, GIVEN = "payment_intent.succeeded", "payment_intent.canceled", "refund.created"
CALLS = {
    "open": Call(unopened, lambda g, p: g.open(p), "POST /v1/checkout/sessions", ()),
    "look up": Call(paid, lambda g, p: g.look_up(p), "GET /v1/checkout/sessions", (TAKEN,)),
    "close": Call(waiting, lambda g, p: g.close(p), "/expire", ("checkout.session.expired",)),
    "let go, asking": Call(authorized, lambda g, p: g.close(p), "GET /v1/payment_intents", (LET_GO,)),
    "let go": Call(authorized, lambda g, p: g.close(p), "/cancel", (LET_GO,)),
    "capture": Call(authorized, lambda g, p: g.capture(p, 2000), "/capture", (TAKEN, GIVEN)),  # the rest is let go
    "refund, asking": Call(paid, lambda g, p: g.refund(p, give_back(p, 9, id=p.id)), "GET /v1/refunds", (TAKEN, GIVEN)),
    "refund": Call(paid, lambda g, p: g.refund(p, give_back(p, 9, id=p.id)), "POST /v1/refunds", (TAKEN, GIVEN)),
}


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("what", CALLS)
async def test_after_trouble_the_same_call_does_it_once(
    stripe: StripeServer, gateway: StripeGateway, what: str, trouble: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, call, request, done = CALLS[what]
    payment = await prepare(stripe, gateway)
    with monkeypatch.context() as patch:
        if trouble == "delay":
            patch.setattr(module, "PATIENCE", 0.05)
        stripe.trouble(trouble, times=ALWAYS, on=request, seconds=0.1 if trouble == "delay" else 0.0)
        with pytest.raises(Unavailable):
            await call(gateway, payment)
    stripe.calm()
    first = await in_the_end(lambda: call(gateway, payment))
    stripe.forget_keys()
    if what != "open":  # a key lives for a day, and an attempt no longer
        assert await call(gateway, payment) == first
    assert made(stripe) == {name: int(name in done) for name in ONCE}
    assert len(stripe.sessions) == 1


@pytest.mark.parametrize("what", CALLS)
async def test_a_key_that_stripe_does_not_accept(stripe: StripeServer, gateway: StripeGateway, what: str) -> None:
    """It says nothing about the money: only a checkout that was never opened is refused for it."""
    prepare, call, request, _ = CALLS[what]
    payment = await prepare(stripe, gateway)
    before = made(stripe)
    other = StripeGateway(
        StripeSettings(secret_key="sk_test_of_somebody_else", webhook_secret=(stripe.webhook_secret,), api=stripe.url),
        SHOP,
    )
    for asked in (gateway, other):
        if asked is gateway:
            stripe.trouble("forbidden", on=request)  # a restricted key, without this right
        if what == "open":
            assert await refused(call(asked, payment)) == "gateway_misconfigured"
        else:
            with pytest.raises(Unavailable, match="does not accept the key"):
                await call(asked, payment)
    assert made(stripe) == before
    await other.aclose()


async def test_nobody_answers(stripe: StripeServer) -> None:
    gateway = StripeGateway(
        StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api="http://127.0.0.1:9"),
        SHOP,
    )
    with pytest.raises(Unavailable, match="APIConnectionError"):
        await gateway.open(attempt())
    await gateway.aclose()


# --- secrets --------------------------------------------------------------------------------------


async def test_no_secret_is_in_a_log_an_error_or_a_payload(
    stripe: StripeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url)
    wrong = right.model_copy(update={"secret_key": "sk_live_wrong_but_secret"})
    seen: list[str] = []

    def see(error: BaseException | None) -> None:
        while error is not None:  # everything that hangs on it
            seen.extend([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])
            assert type(error).__module__ == "api.gateways.protocol" or "gateways.stripe" in type(error).__module__
            error = error.__cause__ or error.__context__

    gateway = StripeGateway(right, SHOP)
    unreachable = StripeGateway(right.model_copy(update={"api": "http://127.0.0.1:9"}), SHOP)
    gateways = [gateway, StripeGateway(wrong, SHOP), unreachable]
    for trouble in (None, *TROUBLES[:-1], "forbidden"):
        for prepare, call, request, _ in CALLS.values():
            payment = await prepare(stripe, gateway)
            if trouble:
                stripe.trouble(trouble, times=ALWAYS, on=request)
            for asked in gateways if trouble is None else gateways[:1]:
                try:
                    seen.append(repr(await call(asked, payment)))
                except (Refused, Unavailable) as error:
                    see(error)
            stripe.calm()
    for sent in stripe.events:
        seen.extend(repr(event) for event in await read(stripe, gateway, sent))
    for forge in FORGED.values():
        with pytest.raises(CallbackInvalid) as invalid:
            await gateway.parse_callback(*forge(stripe, stripe.of_type("checkout.session.completed")[0]))
        see(invalid.value)
    for used in gateways:
        seen.extend([repr(used), repr(vars(used)), repr(used._settings)])
        await used.aclose()
    seen.extend(record.getMessage() for record in caplog.records)

    assert any("Request to Stripe api" in text for text in seen)  # the library does log
    assert any("Invalid API Key provided" in text for text in seen)
    secrets = {stripe.secret_key, wrong.secret_key, stripe.webhook_secret}
    secrets |= {intent["client_secret"] for intent in stripe.intents.values()}
    assert not [text for text in seen for secret in secrets if secret in text]
    assert any(request.headers["authorization"] == f"Bearer {stripe.secret_key}" for request in stripe.requests)
