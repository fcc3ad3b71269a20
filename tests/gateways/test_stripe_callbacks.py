"""Stripe: what its callbacks say about payments."""

from __future__ import annotations

import pytest

from api.gateways.protocol import Event, Unavailable
from api.gateways.stripe.gateway import StripeGateway

from .stripe_payments import ALWAYS, TROUBLES, authorized, kept, one, opened, read, session_of
from .stripe_server import Kind, StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


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
