"""Stripe: what its callbacks say, and that only Stripe's are believed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest
import stripe as stripe_library

from api.gateways.protocol import CallbackInvalid, DisputeMovement, Event, RefundOutcome, Unavailable
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.objects import DISPUTE_STATUSES
from api.gateways.stripe.settings import StripeSettings

from .stripe_payments import (
    ALWAYS,
    SHOP,
    TROUBLES,
    authorized,
    give_back,
    opened,
    paid,
    session_of,
)
from .stripe_server import Kind, StripeServer, Thing

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def read(stripe: StripeServer, gateway: StripeGateway, sent: Thing | bytes) -> Sequence[Event]:
    return await gateway.parse_callback(*stripe.signed(sent))


async def one(stripe: StripeServer, gateway: StripeGateway, sent: Thing) -> Event:
    (event,) = await read(stripe, gateway, sent)
    return event


def kept(sent: Thing) -> Thing:
    """A callback as it may be kept."""
    thing = {name: value for name, value in sent["data"]["object"].items() if name != "client_secret"}
    return {**sent, "data": {"object": thing}}


# --- payments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "sent", "kind", "amount", "code"),
    [
        (["pay"], "checkout.session.completed", "completed", 3000, None),
        (["pay"], "payment_intent.succeeded", "completed", 3000, None),
        (["authorize"], "checkout.session.completed", "authorized", 3000, None),
        (["authorize"], "payment_intent.amount_capturable_updated", "authorized", 3000, None),
        (["pay_by_bank"], "checkout.session.completed", "processing", None, None),
        (["show_voucher"], "checkout.session.completed", "processing", None, None),
        (["show_voucher", "bank_pays"], "checkout.session.async_payment_succeeded", "completed", 3000, None),
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


@pytest.mark.parametrize("sent", ["payment_intent.created", "payment_intent.processing"])
async def test_what_we_do_not_know_is_only_kept(stripe: StripeServer, gateway: StripeGateway, sent: str) -> None:
    payment = await opened(gateway)
    stripe.pay_by_bank(session_of(payment))
    stripe.bank_pays(session_of(payment))
    callback = stripe.of_type(sent)[0]
    assert await one(stripe, gateway, callback) == Event(callback["id"], sent, payload=kept(callback))


@pytest.mark.parametrize(
    ("risk", "level", "reason"),
    [
        ("normal", "normal", None),
        ("elevated", "elevated", "elevated_risk_level"),
        ("highest", "highest", "highest_risk_level"),
        ("not_assessed", "unknown", None),  # other than cards
    ],
)
async def test_a_charge_has_its_risk(
    stripe: StripeServer, gateway: StripeGateway, risk: str, level: str, reason: str | None
) -> None:
    payment = await opened(gateway)
    stripe.pay(session_of(payment), risk=risk)
    (callback,) = stripe.of_type("charge.succeeded")
    event = await one(stripe, gateway, callback)
    charge = stripe.sessions[session_of(payment)]["payment_intent"]
    assert (event.kind, event.payment_id, event.charge) == ("risk", payment.id, charge)
    assert (event.risk_level, event.risk_reason) == (level, reason)
    found = await gateway.look_up(payment)
    assert found is not None
    assert (found.kind, found.risk_level, found.risk_reason) == ("completed", level, reason)
    # An account without Radar, and an attempt that failed: another may follow in the same session.
    for changes, kind in (({"outcome": None}, "risk"), ({"status": "failed"}, "charge.succeeded")):
        other = {**callback, "data": {"object": {**callback["data"]["object"], **changes}}}
        event = await one(stripe, gateway, other)
        assert (event.kind, event.risk_level) == (kind, None)


async def test_a_review_names_its_payment_through_the_intent(stripe: StripeServer, gateway: StripeGateway) -> None:
    payment = await opened(gateway)
    stripe.pay(session_of(payment), review=True)
    (review,) = stripe.reviews
    for callback, kind, reason in (
        (stripe.of_type("review.opened")[0], "review_opened", None),
        (stripe.close_review(review, "approved")[0], "review_closed", "approved"),
    ):
        event = await one(stripe, gateway, callback)
        assert (event.kind, event.payment_id, event.case) == (kind, payment.id, review)
        assert (event.risk_level, event.risk_reason) == (None, reason)


async def test_a_callback_that_is_late_does_not_authorise_what_was_captured(
    stripe: StripeServer, gateway: StripeGateway
) -> None:
    payment = await authorized(stripe, gateway)
    await gateway.capture(payment, 2000)
    event = await one(stripe, gateway, stripe.of_type("checkout.session.completed")[0])
    assert (event.kind, event.amount) == ("completed", 2000)
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


# --- refunds and disputes -------------------------------------------------------------------------


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


# --- signatures -----------------------------------------------------------------------------------

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
        gateway = StripeGateway(
            StripeSettings(secret_key=stripe.secret_key, webhook_secret=secrets, api=stripe.url), SHOP
        )
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
