"""Stripe: what is asked exactly, what a callback means, what is done once, and that secrets stay with us."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stripe import HTTPClient

from api.gateways import CallbackInvalid, Event, Payment, Refund, RefundOutcome, Refused, Session, Unavailable
from api.gateways import stripe as module
from api.gateways.stripe import API_VERSION, StripeGateway
from api.settings import StripeKeys

from .stripe_server import Kind, StripeServer, Thing

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx

SHOP = "https://shop.example"
ALWAYS = 99  # times: the library repeats a call by itself

# What Stripe or the way to it does. With the last two the work is done, and we do not hear of it.
TROUBLES: tuple[Kind, ...] = (
    "lost_request", "error", "rate_limit", "lock_timeout", "key_in_use", "garbage", "lost_answer", "delay",
)  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
def stripe(running: StripeServer) -> StripeServer:
    running.reset()
    return running


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.005)  # seconds before the library repeats a call


@pytest.fixture
async def gateway(stripe: StripeServer) -> AsyncIterator[StripeGateway]:
    made = StripeGateway(StripeKeys(stripe.secret_key, (stripe.webhook_secret,), stripe.url), SHOP)
    yield made
    await made.aclose()


# --- what the tests are made of -------------------------------------------------------------------


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


async def read(stripe: StripeServer, gateway: StripeGateway, sent: Thing | bytes) -> Sequence[Event]:
    return await gateway.parse_callback(*stripe.signed(sent))


async def one(stripe: StripeServer, gateway: StripeGateway, sent: Thing) -> Event:
    (event,) = await read(stripe, gateway, sent)
    return event


def kept(sent: Thing) -> Thing:
    """A callback as it may be kept."""
    thing = {name: value for name, value in sent["data"]["object"].items() if name != "client_secret"}
    return {**sent, "data": {"object": thing}}


async def refused(call: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refusal:
        await call
    return refusal.value.code


async def in_the_end(call: Callable[[], Awaitable[Any]]) -> Any:
    """As the worker does it: again, until there is an answer."""
    async with asyncio.timeout(10):
        while True:
            with suppress(Unavailable):
                return await call()


# --- opening --------------------------------------------------------------------------------------


async def test_a_session_is_asked_for_exactly_so(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = attempt()
    session = await gateway.open(payment)
    (request,) = stripe.requests
    assert (request.method, request.path, request.key) == ("POST", "/v1/checkout/sessions", payment.outside_key)
    assert request.headers["stripe-version"] == API_VERSION
    lamps = {"price_data": {"currency": "usd", "unit_amount": 1500, "product_data": {"name": "Lamp"}}, "quantity": 2}
    asked = {
        "mode": "payment",
        "line_items": [lamps],
        "client_reference_id": payment.id,
        "metadata": {"payment_id": payment.id, "order_id": payment.order_id},
        "payment_intent_data": {"metadata": {"payment_id": payment.id}},
        "success_url": f"{SHOP}/v1/checkout/success?payment_id={payment.id}",
        "cancel_url": f"{SHOP}/v1/checkout/cancel?payment_id={payment.id}",
        "expires_at": int((payment.expires_at + timedelta(minutes=35)).timestamp()),
        "adaptive_pricing": {"enabled": False},
    }
    assert request.params == asked
    (made,) = stripe.sessions.values()
    assert session == Session(made["id"], made["url"])

    manual = attempt(capture_method="manual", purpose="deposit", order_id=None, order_number=None, items=())
    await gateway.open(manual)
    assert stripe.requests[-1].params["payment_intent_data"] == {
        "metadata": {"payment_id": manual.id},
        "capture_method": "manual",
    }
    assert stripe.requests[-1].params["metadata"] == {"payment_id": manual.id}


ORDER = "Order 100001"
LONG = "ল্যাম্প " * 40


@pytest.mark.parametrize(
    ("payment", "lines"),
    [
        (attempt(3000), [("Lamp", 1500, 2)]),
        (attempt(3000, items=(item("Lamp", 2, 1500), item("Sticker", 1, 0))), [("Lamp", 1500, 2), ("Sticker", 0, 1)]),
        (attempt(1000), [(ORDER, 1000, 1)]),  # a part of what is due
        (attempt(3500), [(ORDER, 3500, 1)]),  # with shipping and tax
        (attempt(2700, items=(item("Lamp", 2, 1500, total=2700),)), [(ORDER, 2700, 1)]),  # with a discount on the line
        (attempt(1000, items=(item("Pen", 3, 333, total=1000),)), [(ORDER, 1000, 1)]),  # a third of a cent
        (attempt(5000, purpose="deposit", order_number=None, items=()), [("Wallet deposit", 5000, 1)]),
        (attempt(100, items=tuple(item(f"{n}", 1, 1) for n in range(100))), [(f"{n}", 1, 1) for n in range(100)]),
        (attempt(101, items=tuple(item(f"{n}", 1, 1) for n in range(101))), [(ORDER, 101, 1)]),  # Stripe takes 100
        (attempt(3000, items=(item("x" * 250, 2, 1500),)), [("x" * 250, 1500, 2)]),
        (attempt(3000, items=(item(LONG, 2, 1500),)), [(LONG[:249] + "…", 1500, 2)]),
        (attempt(3000, "JPY", 0), [("Lamp", 1500, 2)]),
        (attempt(3000, "KWD", 3), [("Lamp", 1500, 2)]),
        (attempt(2010, "KWD", 3, items=(item("Pen", 2, 1005),)), [(ORDER, 2010, 1)]),  # 1.005 is no price at Stripe
        (attempt(99_999_999), [(ORDER, 99_999_999, 1)]),
    ],
)
async def test_lines_make_the_amount_exactly(
    stripe: StripeServer, gateway: StripeGateway, payment: Payment, lines: list[tuple[str, int, int]]
) -> None:
    await gateway.open(payment)
    sent = stripe.requests[-1].params["line_items"]
    prices = [line["price_data"] for line in sent]
    found = [
        (price["product_data"]["name"], price["unit_amount"], line["quantity"])
        for line, price in zip(sent, prices, strict=True)
    ]
    assert found == lines
    assert sum(unit * quantity for _, unit, quantity in found) == payment.amount
    (session,) = stripe.sessions.values()
    assert (session["amount_total"], session["currency"]) == (payment.amount, payment.currency.lower())


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units", "asked"),
    [
        (49, "USD", 2, True),
        (100_000_000, "USD", 2, True),
        (12345, "KWD", 3, False),  # its last digit must be 0
        (3000, "KWD", 2, False),  # ten times as much
        (3000, "JPY", 2, False),
        (3000, "ISK", 0, False),  # has two decimals at Stripe
        (3000, "UGX", 0, False),
        (3000, "CLF", 4, False),
    ],
)
async def test_amounts_that_stripe_does_not_take_are_refused(
    stripe: StripeServer, gateway: StripeGateway, amount: int, currency: str, minor_units: int, asked: bool
) -> None:
    assert await refused(gateway.open(attempt(amount, currency, minor_units))) == "amount_not_payable"
    assert (len(stripe.requests), len(stripe.sessions)) == (int(asked), 0)


@pytest.mark.parametrize(
    ("life", "age", "ends"),  # minutes: of the attempt, how old it is when it is opened, when the session ends
    [(30, 0, 65), (30, 30, 65), (1, 0, 36), (1, 1, 36), (180, 179, 215), (24 * 60, 0, 24 * 60 - 5)],
)
async def test_a_session_outlives_its_attempt_within_stripes_bounds(
    stripe: StripeServer, gateway: StripeGateway, life: int, age: int, ends: int
) -> None:
    created = datetime.now(UTC) - timedelta(minutes=age)
    await gateway.open(attempt(created_at=created, expires_at=created + timedelta(minutes=life)))
    (session,) = stripe.sessions.values()
    assert session["expires_at"] == int((created + timedelta(minutes=ends)).timestamp())


async def test_an_attempt_has_one_session(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = attempt()
    session = await gateway.open(payment)
    later = replace(payment, status="open", email="b@example.com", provider_reference=session.reference)
    assert await gateway.open(later) == session  # what may have changed since is no part of what is asked
    assert [request.key for request in stripe.requests] == [payment.outside_key] * 2
    assert await gateway.open(attempt()) != session
    assert len(stripe.sessions) == 2


async def test_a_lost_answer_is_asked_for_again_at_once(stripe: StripeServer, gateway: StripeGateway) -> None:
    stripe.trouble("lost_answer", times=2)
    payment = attempt()
    session = await gateway.open(payment)
    assert [request.key for request in stripe.requests] == [payment.outside_key] * 3
    assert list(stripe.sessions) == [session.reference]


async def test_opened_by_many_at_once_it_is_one_session(stripe: StripeServer, gateway: StripeGateway) -> None:
    stripe.trouble("delay", seconds=0.1)  # the others come while it is made
    payment = attempt()
    sessions = await asyncio.gather(*(in_the_end(lambda: gateway.open(payment)) for _ in range(5)))
    assert {session.reference for session in sessions} == set(stripe.sessions)
    assert len(stripe.sessions) == 1


async def test_a_key_is_never_used_for_something_else(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await opened(gateway)
    assert await refused(gateway.open(replace(payment, amount=3001))) == "gateway_refused"
    assert [session["amount_total"] for session in stripe.sessions.values()] == [3000]


# --- trouble --------------------------------------------------------------------------------------


async def unopened(stripe: StripeServer, gateway: StripeGateway) -> Payment:
    return attempt()


async def waiting(stripe: StripeServer, gateway: StripeGateway) -> Payment:
    return await opened(gateway)


def made(stripe: StripeServer) -> dict[str, int]:
    return {name: len(stripe.of_type(name)) for name in ONCE}


ONCE = ("checkout.session.expired", "payment_intent.succeeded", "payment_intent.canceled", "refund.created")

# What is asked for, of which payment, which of its requests meets trouble, and what was done once in the end.
CALLS: dict[str, tuple[Any, Callable[[StripeGateway, Payment], Awaitable[Any]], str, tuple[str, ...]]] = {
    "open": (unopened, lambda g, p: g.open(p), "POST /v1/checkout/sessions", ()),
    "look up": (paid, lambda g, p: g.look_up(p), "GET /v1/checkout/sessions", ("payment_intent.succeeded",)),
    "close": (waiting, lambda g, p: g.close(p), "/expire", ("checkout.session.expired",)),
    "let go, asking": (authorized, lambda g, p: g.close(p), "GET /v1/payment_intents", ("payment_intent.canceled",)),
    "let go": (authorized, lambda g, p: g.close(p), "/cancel", ("payment_intent.canceled",)),
    "capture": (authorized, lambda g, p: g.capture(p, 2000), "/capture", ("payment_intent.succeeded",)),
    "refund, asking": (
        paid,
        lambda g, p: g.refund(p, give_back(p, 100, id=p.id)),
        "GET /v1/refunds",
        ("payment_intent.succeeded", "refund.created"),
    ),
    "refund": (
        paid,
        lambda g, p: g.refund(p, give_back(p, 100, id=p.id)),
        "POST /v1/refunds",
        ("payment_intent.succeeded", "refund.created"),
    ),
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
            patch.setattr(module, "PATIENCE", 0.1)
        stripe.trouble(trouble, times=ALWAYS, on=request, seconds=0.2 if trouble == "delay" else 0.0)
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
    other = StripeGateway(StripeKeys("sk_test_of_somebody_else", (stripe.webhook_secret,), stripe.url), SHOP)
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
    gateway = StripeGateway(StripeKeys(stripe.secret_key, (stripe.webhook_secret,), "http://127.0.0.1:9"), SHOP)
    with pytest.raises(Unavailable, match="APIConnectionError"):
        await gateway.open(attempt())
    await gateway.aclose()


# --- callbacks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "sent", "kind", "amount", "code"),
    [
        (["pay"], "checkout.session.completed", "completed", 3000, None),
        (["pay"], "payment_intent.succeeded", "completed", 3000, None),
        (["authorize"], "checkout.session.completed", "authorized", 3000, None),
        (["authorize"], "payment_intent.amount_capturable_updated", "authorized", 3000, None),
        (["pay_by_bank"], "checkout.session.completed", "session_pending", None, None),
        (["pay_by_bank", "bank_pays"], "checkout.session.async_payment_succeeded", "completed", 3000, None),
        (["pay_by_bank", "bank_pays"], "payment_intent.succeeded", "completed", 3000, None),
        (["pay_by_bank", "bank_refuses"], "checkout.session.async_payment_failed", "failed", None, "declined"),
        (["expire"], "checkout.session.expired", "expired", None, None),
        (["decline", "expire"], "checkout.session.expired", "expired", None, None),
        (["decline", "expire"], "payment_intent.canceled", "expired", None, None),
        (["decline"], "payment_intent.payment_failed", "payment_intent.payment_failed", None, None),  # not the end
        (["decline", "pay"], "checkout.session.completed", "completed", 3000, None),
    ],
)
async def test_what_a_callback_says(
    stripe: StripeServer,
    gateway: StripeGateway,
    acts: list[str],
    sent: str,
    kind: str,
    amount: int | None,
    code: str | None,
) -> None:
    payment = await opened(gateway, capture_method="manual" if "authorize" in acts else "automatic")
    for act in acts:
        getattr(stripe, act)(session_of(payment))
    callback = stripe.of_type(sent)[-1]
    event = await one(stripe, gateway, callback)
    assert event == Event(
        callback["id"],
        kind,
        payment_id=payment.id,
        reference=payment.provider_reference if sent.startswith("checkout.") else None,
        charge=stripe.sessions[session_of(payment)]["payment_intent"],
        amount=amount,
        currency="USD",
        failure_code=code,
        payload=kept(callback),
    )
    assert await one(stripe, gateway, callback) == event  # sent again


@pytest.mark.parametrize("sent", ["payment_intent.created", "payment_intent.processing", "charge.succeeded"])
async def test_what_we_do_not_know_is_only_kept(stripe: StripeServer, gateway: StripeGateway, sent: str) -> None:
    payment = await opened(gateway)
    stripe.pay_by_bank(session_of(payment))
    stripe.bank_pays(session_of(payment))
    callback = stripe.of_type(sent)[0]
    assert await one(stripe, gateway, callback) == Event(callback["id"], sent, payload=kept(callback))


async def test_a_callback_that_is_late_does_not_authorise_what_was_captured(
    stripe: StripeServer, gateway: StripeGateway
) -> None:
    payment = await authorized(stripe, gateway)
    await gateway.capture(payment, 2000)
    assert (await one(stripe, gateway, stripe.of_type("checkout.session.completed")[0])).kind == "session_pending"
    event = await one(stripe, gateway, stripe.of_type("payment_intent.succeeded")[0])
    assert (event.kind, event.amount) == ("completed", 2000)


async def test_sessions_of_others_have_no_payment_of_ours(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await opened(gateway)
    callback = stripe.pay(session_of(payment))[-1]
    session = callback["data"]["object"]
    for metadata, named, ours in (
        ({}, payment.id, payment.id),
        (None, payment.id, payment.id),
        ({"payment_id": payment.id}, None, payment.id),
        ({"payment_id": "WOO-17"}, "WOO-17", None),
        ({}, None, None),
    ):
        session["metadata"], session["client_reference_id"] = metadata, named
        event = await one(stripe, gateway, callback)
        assert (event.payment_id, event.kind, event.reference) == (ours, "completed", payment.provider_reference)


@pytest.mark.parametrize("trouble", TROUBLES[:-1])
@pytest.mark.parametrize("sent", ["checkout.session.completed", "charge.refunded"])
async def test_a_callback_that_needs_an_answer_comes_again(
    stripe: StripeServer, gateway: StripeGateway, sent: str, trouble: Kind
) -> None:
    payment = await authorized(stripe, gateway)
    if sent == "charge.refunded":
        await gateway.capture(payment, 3000)
        stripe.refund_by_hand(str(payment.charge_reference))
    callback = stripe.of_type(sent)[0]
    stripe.trouble(trouble, times=ALWAYS)
    with pytest.raises(Unavailable):
        await read(stripe, gateway, callback)
    stripe.calm()
    stripe.trouble("forbidden")
    with pytest.raises(Unavailable):
        await read(stripe, gateway, callback)
    assert (await one(stripe, gateway, callback)).kind in ("authorized", "refund_completed")


async def test_a_callback_of_an_account_that_our_key_does_not_see(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await authorized(stripe, gateway)
    del stripe.intents[str(payment.charge_reference)]
    with pytest.raises(Unavailable, match="resource_missing"):
        await read(stripe, gateway, stripe.of_type("checkout.session.completed")[0])


# --- callbacks: refunds and disputes --------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("won", "dispute_won"),
        ("warning_closed", "dispute_won"),
        ("lost", "dispute_lost"),
        ("prevented", "charge.dispute.closed"),  # a person must look what became of the money
    ],
)
async def test_disputes(stripe: StripeServer, gateway: StripeGateway, status: str, kind: str) -> None:
    payment = await paid(stripe, gateway)
    created, withdrawn = stripe.dispute(str(payment.charge_reference), amount=2500, reason="product_not_received")
    (dispute,) = stripe.disputes
    event = await one(stripe, gateway, created)
    expected = Event(
        created["id"],
        "dispute_opened",
        charge=payment.charge_reference,
        amount=2500,
        currency="USD",
        case=dispute,
        failure_code="product_not_received",
        payload=kept(created),
    )
    assert event == expected
    assert (await one(stripe, gateway, withdrawn)).kind == "charge.dispute.funds_withdrawn"
    closed = stripe.close_dispute(dispute, status)[0]
    event = await one(stripe, gateway, closed)
    if kind == "charge.dispute.closed":
        assert event == Event(closed["id"], kind, payload=kept(closed))
    else:
        assert event == replace(expected, id=closed["id"], kind=kind, payload=kept(closed))


# --- callbacks: signatures ------------------------------------------------------------------------

Callback = tuple[dict[str, str], bytes]


def header(text: str) -> Callable[[StripeServer, Thing], Callback]:
    return lambda stripe, sent: ({"stripe-signature": text}, stripe.signed(sent)[1])


def changed(change: Callable[[bytes], bytes]) -> Callable[[StripeServer, Thing], Callback]:
    def forge(stripe: StripeServer, sent: Thing) -> Callback:
        headers, body = stripe.signed(sent)
        assert change(body) != body
        return headers, change(body)

    return forge


def resigned(change: Callable[[str], str]) -> Callable[[StripeServer, Thing], Callback]:
    def forge(stripe: StripeServer, sent: Thing) -> Callback:
        headers, body = stripe.signed(sent)
        text = headers["stripe-signature"]
        assert change(text) != text
        return {"stripe-signature": change(text)}, body

    return forge


FORGED: dict[str, Callable[[StripeServer, Thing], Callback]] = {
    "no signature": lambda stripe, sent: ({}, stripe.signed(sent)[1]),
    "an empty one": header(""),
    "nonsense": header("nonsense"),
    "no time": header("v1=00"),
    "no number": header("t=now,v1=00"),
    "not ASCII": header("t=1,v1=é"),
    "no keys": lambda stripe, sent: stripe.signed(sent, keys=[]),
    "another secret": lambda stripe, sent: stripe.signed(sent, keys=["whsec_other"]),
    "an empty secret": lambda stripe, sent: stripe.signed(sent, keys=[""]),
    "stale": lambda stripe, sent: stripe.signed(sent, at=time.time() - 301),
    "from the future": lambda stripe, sent: stripe.signed(sent, at=time.time() + 360),
    "a stale one's body with a fresh time": resigned(
        lambda text: f"t={int(time.time()) + 1}" + text[text.index(",") :]
    ),
    "another scheme": resigned(lambda text: text.replace("v1=", "v0=")),
    "half a signature": resigned(lambda text: text[:-1]),
    "another amount": changed(lambda body: body.replace(b"3000", b"3001")),
    "the same, written otherwise": changed(lambda body: json.dumps(json.loads(body)).encode()),
    "one byte more": changed(lambda body: body + b"\n"),
    "half a body": changed(lambda body: body[: len(body) // 2]),
    "no body": changed(lambda body: b""),
    "not text": changed(lambda body: b"\xff" + body),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_what_stripe_did_not_sign_is_not_believed(
    stripe: StripeServer, gateway: StripeGateway, forgery: str
) -> None:
    payment = await authorized(stripe, gateway)
    sent = stripe.of_type("checkout.session.completed")[0]  # this one makes us ask
    before = len(stripe.requests)
    with pytest.raises(CallbackInvalid):
        await gateway.parse_callback(*FORGED[forgery](stripe, sent))
    assert len(stripe.requests) == before  # nobody without a signature makes us call anybody
    assert (await one(stripe, gateway, sent)).payment_id == payment.id


async def test_what_stripe_signed_is_believed(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await opened(gateway)
    sent = stripe.pay(session_of(payment))[-1]
    now = time.time()
    for callback in (
        stripe.signed(sent, at=now - 290),
        stripe.signed(sent, at=now + 290),
        stripe.signed(sent, keys=["whsec_other", stripe.webhook_secret]),  # ours is one of two that Stripe has
        resigned(lambda text: text.replace(",", "=1,"))(stripe, sent),  # read as the library reads it
    ):
        (event,) = await gateway.parse_callback(*callback)
        assert event.payment_id == payment.id


async def test_a_webhook_secret_can_be_changed(stripe: StripeServer) -> None:
    old, new = stripe.webhook_secret, "whsec_new"
    sent = {"id": "evt_1", "type": "plan.created", "data": {"object": {}}}
    believed: dict[tuple[str, ...], list[bool]] = {}
    for secrets in ((old,), (new, old), (new,)):
        gateway = StripeGateway(StripeKeys(stripe.secret_key, secrets, stripe.url), SHOP)
        believed[secrets] = []
        for signed_by in ([old], [new], [old, new]):
            try:
                await gateway.parse_callback(*stripe.signed(sent, keys=signed_by))
                believed[secrets].append(True)
            except CallbackInvalid:
                believed[secrets].append(False)
        await gateway.aclose()
    assert believed == {(old,): [True, False, True], (new, old): [True, True, True], (new,): [False, True, True]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"[]",
        b"null",
        b"{}",
        b'{"id": "evt_1", "type": "checkout.session.completed"}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": null}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": {"object": null}}',
        b'{"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {}}}',
        b'{"id": "evt_1", "object": "v2.core.event", "type": "v1.billing.meter.no_meter_found"}',
    ],
)
async def test_what_is_no_event(stripe: StripeServer, gateway: StripeGateway, body: bytes) -> None:
    with pytest.raises(CallbackInvalid):
        await read(stripe, gateway, body)


# --- looking up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "kind", "amount", "code"),
    [
        ([], None, None, None),
        (["decline"], None, None, None),
        (["pay_by_bank"], None, None, None),
        (["pay"], "completed", 3000, None),
        (["pay", "refund"], "completed", 3000, None),
        (["decline", "pay"], "completed", 3000, None),
        (["pay_by_bank", "bank_pays"], "completed", 3000, None),
        (["pay_by_bank", "bank_refuses"], "failed", None, "payment_intent_payment_attempt_failed"),
        (["authorize"], "authorized", 3000, None),
        (["authorize", "capture"], "completed", 2000, None),
        (["authorize", "close"], "expired", None, None),
        (["expire"], "expired", None, None),
        (["decline", "expire"], "expired", None, None),
        (["close"], "expired", None, None),
    ],
)
async def test_where_an_attempt_is(
    stripe: StripeServer,
    gateway: StripeGateway,
    acts: list[str],
    kind: str | None,
    amount: int | None,
    code: str | None,
) -> None:
    payment = await opened(gateway, capture_method="manual" if "authorize" in acts else "automatic")
    for act in acts:
        match act:
            case "capture":
                await gateway.capture(payment, 2000)
            case "close":
                await gateway.close(payment)
            case "refund":
                await gateway.refund(payment, give_back(payment, 3000))
            case _:
                getattr(stripe, act)(session_of(payment))
    event = await gateway.look_up(payment)
    assert await gateway.look_up(payment) == event  # with the same id
    if kind is None:
        assert event is None
        return
    assert event is not None
    session = stripe.sessions[session_of(payment)]
    intent = stripe.intents.get(session["payment_intent"])
    assert event == Event(
        f"lookup:{session['id']}:{kind}" + (f":{amount}" if amount else ""),
        kind,
        payment_id=payment.id,
        reference=payment.provider_reference,
        charge=session["payment_intent"],
        amount=amount,
        currency="USD",
        failure_code=code,
        payload=event.payload,
    )
    assert event.payload["session"].items() <= session.items()
    assert intent is None or event.payload["payment_intent"].items() <= intent.items()


async def test_what_stripe_does_not_know_is_open(stripe: StripeServer, gateway: StripeGateway) -> None:
    assert await gateway.look_up(attempt()) is None
    assert stripe.requests == []
    assert await gateway.look_up(attempt(provider_reference="cs_test_of_another_account")) is None


# --- closing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "before", "after"),
    [
        ([], ("open", None), ("expired", None)),
        (["decline"], ("open", "requires_payment_method"), ("expired", "canceled")),
        (["expire"], ("expired", None), ("expired", None)),
        (["authorize"], ("complete", "requires_capture"), ("complete", "canceled")),
        (["pay"], ("complete", "succeeded"), ("complete", "succeeded")),
        (["pay_by_bank"], ("complete", "processing"), ("complete", "processing")),
    ],
)
async def test_closing(
    stripe: StripeServer,
    gateway: StripeGateway,
    acts: list[str],
    before: tuple[str, str | None],
    after: tuple[str, str | None],
) -> None:
    payment = await opened(gateway, capture_method="manual" if "authorize" in acts else "automatic")
    for act in acts:
        getattr(stripe, act)(session_of(payment))
    assert status_of(stripe, payment) == before
    for _ in range(2):
        await gateway.close(payment)
        assert status_of(stripe, payment) == after


@pytest.mark.parametrize(
    ("meanwhile", "when", "after"),
    [
        ("authorize", "/expire", ("complete", "canceled")),  # somebody was faster: let go of what he gave
        ("expire", "/expire", ("expired", None)),
        ("capture", "/cancel", ("complete", "succeeded")),
    ],
)
async def test_what_happens_while_we_close(
    stripe: StripeServer, gateway: StripeGateway, meanwhile: str, when: str, after: tuple[str, str | None]
) -> None:
    payment = await opened(gateway, capture_method="manual")
    if meanwhile == "capture":
        stripe.authorize(session_of(payment))
        act = stripe.capture_by_hand
    else:
        act = getattr(stripe, meanwhile)
    stripe.meanwhile(when, lambda: act(session_of(payment)))
    await gateway.close(payment)
    assert status_of(stripe, payment) == after


async def test_what_was_never_opened_needs_no_closing(stripe: StripeServer, gateway: StripeGateway) -> None:
    await gateway.close(attempt())
    assert stripe.requests == []
    await gateway.close(attempt(provider_reference="cs_test_of_another_account"))
    await gateway.close(attempt(provider_reference="cs_test_1", charge_reference="pi_1"))


# --- capture --------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [3000, 2999, 1])
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


# --- refunds --------------------------------------------------------------------------------------


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


# --- secrets --------------------------------------------------------------------------------------


async def test_no_secret_is_in_a_log_an_error_or_a_payload(
    stripe: StripeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    right = StripeKeys(stripe.secret_key, (stripe.webhook_secret,), stripe.url)
    wrong = replace(right, secret_key="sk_live_wrong_but_secret")
    seen: list[str] = []

    def see(error: BaseException | None) -> None:
        while error is not None:  # everything that hangs on it
            seen.extend([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])
            assert type(error).__module__ == "api.gateways" or "gateways.stripe" in type(error).__module__
            error = error.__cause__ or error.__context__

    gateway = StripeGateway(right, SHOP)
    gateways = [gateway, StripeGateway(wrong, SHOP), StripeGateway(replace(right, api="http://127.0.0.1:9"), SHOP)]
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
        seen.extend([repr(used), repr(vars(used)), repr(used._keys)])
        await used.aclose()
    seen.extend(record.getMessage() for record in caplog.records)

    assert any("Request to Stripe api" in text for text in seen)  # the library does log
    assert any("Invalid API Key provided" in text for text in seen)
    secrets = {stripe.secret_key, wrong.secret_key, stripe.webhook_secret}
    secrets |= {intent["client_secret"] for intent in stripe.intents.values()}
    assert not [text for text in seen for secret in secrets if secret in text]
    assert any(request.headers["authorization"] == f"Bearer {stripe.secret_key}" for request in stripe.requests)
