"""Stripe: what is asked exactly, what is done once, and where a payment is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.gateways.protocol import Event, Payment, Session
from api.gateways.stripe.gateway import API_VERSION, StripeGateway

from .stripe_payments import SHOP, attempt, give_back, in_the_end, item, opened, refused, session_of, status_of
from .stripe_server import StripeServer, Thing

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


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


# --- looking up -----------------------------------------------------------------------------------


def risk_of(stripe: StripeServer, intent: Thing | None) -> Any:
    if not intent or not intent["latest_charge"]:
        return None
    level = stripe.charges[intent["latest_charge"]]["outcome"]["risk_level"]
    return "unknown" if level == "not_assessed" else level


@pytest.mark.parametrize(
    ("acts", "kind", "amount", "code"),
    [
        ([], None, None, None),
        (["decline"], None, None, None),
        (["pay_by_bank"], "processing", None, None),
        (["show_voucher"], "processing", None, None),
        (["pay_by_bank", "bank_cancels"], "failed", None, "canceled"),
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
        risk_level=risk_of(stripe, intent),
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
