"""Stripe: only callbacks that it signed are believed."""

from __future__ import annotations

import time

import pytest

from api.gateways.protocol import CallbackInvalid
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings

from .stripe_forgeries import FORGED, resigned
from .stripe_payments import SHOP, authorized, one, opened, read, session_of
from .stripe_server import StripeServer

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


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
