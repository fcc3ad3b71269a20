"""Refunds made in the gateway's dashboard end up in our books exactly once, whatever of ours is under way."""

from __future__ import annotations

import asyncio
import uuid
from itertools import permutations
from typing import Any

import pytest

from api.settings import Settings
from api.worker.loop import Worker
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.test_refunds import refund
from tests.support.web import Client

GATEWAYS = ("stripe",)


async def begin(client: Client, shop: Shop, stripe: StripeServer) -> tuple[str, dict[str, Any], str]:
    """A customer, an attempt with Stripe to pay 10.00, its session there."""
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "stripe"})
    payment = answer.json()["payment"]
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment["id"]]
    return token, payment, session


async def paid(client: Client, shop: Shop, stripe: StripeServer) -> tuple[dict[str, Any], str]:
    _, payment, session = await begin(client, shop, stripe)
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.pay(session))
    return payment, stripe.sessions[session]["payment_intent"]


async def work(shop: Shop, settings: Settings) -> None:
    """The worker, until no refund is left to be sent."""
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE kind = 'refund_payment'")
        await shop.until(
            "SELECT NOT EXISTS (SELECT FROM messaging.outbox WHERE kind = 'refund_payment' AND done_at IS NULL)"
        )
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)


async def assert_as_at_the_gateway(shop: Shop, stripe: StripeServer, payment: dict[str, Any], intent: str) -> None:
    """Refunded there, refunded here, and what left the gateway's account in the ledger: one amount."""
    charge = stripe.charges[stripe.intents[intent]["latest_charge"]]
    seen = await shop.see(payment)
    booked = sum(
        amount for kind, _, to, _, amount in seen["transfers"] if kind.startswith("refund") and to == "clearing"
    )
    pending = [r for r in seen["refunds"] if r[0] == "pending"]
    assert (seen["amount_refunded"], booked, pending) == (charge["amount_refunded"], charge["amount_refunded"], [])
    await shop.assert_books_balance()


async def test_while_ours_is_waiting_to_be_sent(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    """The same thing done in two places. The gateway answers 500 once, and before ours is sent again a colleague
    refunds the same amount in the dashboard: it is refunded once, and nothing stays pending."""
    payment, intent = await paid(client, shop, stripe)
    await refund(shop, payment)
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.refund_by_hand(intent, 1000))
    await work(shop, settings)
    assert [r[:2] for r in (await shop.see(payment))["refunds"]] == [["completed", 1000]]
    await assert_as_at_the_gateway(shop, stripe, payment, intent)


@pytest.mark.parametrize(("ours", "by_hand"), [(800, 500), (300, 300), (300, 500), (1000, 1), (1000, 1000)])
@pytest.mark.parametrize("late", [False, True])
async def test_ours_and_one_by_hand(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings, ours: int, by_hand: int, late: bool
) -> None:
    """With and without the report arriving before ours is sent: the gateway decides what was possible."""
    payment, intent = await paid(client, shop, stripe)
    await refund(shop, payment, amount=ours)
    events = stripe.refund_by_hand(intent, by_hand)
    if not late:
        await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *events)
    before = len(stripe.events)
    await work(shop, settings)
    if late:
        await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *events)
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.events[before:])
    await assert_as_at_the_gateway(shop, stripe, payment, intent)


async def test_one_by_hand_arrives_while_ours_is_being_sent(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    """Both were made: both are in the books, though the first report took the place of ours."""
    payment, intent = await paid(client, shop, stripe)
    made = await refund(shop, payment, amount=300)
    events = stripe.refund_by_hand(intent, 300)
    await shop.event(
        payment, "refund_completed", f"hand:{payment['id']}", provider="stripe", provider_reference=None,
        amount=300, charge_reference=intent, case_reference=events[0]["data"]["object"]["id"],
    )  # fmt: skip
    given = {
        "payment_intent": intent,
        "amount": 300,
        "metadata": {"refund_id": made["id"], "payment_id": payment["id"]},
    }
    sent = stripe._create_refund(given)
    assert await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference=sent["id"])
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.of_type("refund.created")[-1:])
    await assert_as_at_the_gateway(shop, stripe, payment, intent)


async def test_the_rest_of_an_authorisation_is_no_refund_and_a_refund_of_as_much_is_one(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    """Two events of the same amount that mean different things. 10.00 are authorised and 5.00 captured: the gateway
    releases 5.00, which is no refund, and a colleague refunds 5.00, which is one."""
    administrator = await shop.account("admin")
    path = "/admin/payment-providers/stripe"
    await client.patch(path, token=administrator, json={"capture_method": "manual"})
    try:
        _, payment, session = await begin(client, shop, stripe)
    finally:
        await client.patch(path, token=administrator, json={"capture_method": "automatic"})
    webhooks = f"{client.url}/v1/webhooks/stripe"
    await stripe.deliver(webhooks, *stripe.pay(session))
    before = len(stripe.events)
    answer = await client.post(f"/payments/{payment['id']}/capture", token=shop.support, json={"amount": 500})
    assert answer.status_code == 200, answer.text
    intent = stripe.sessions[session]["payment_intent"]
    for order in list(permutations(stripe.events[before:]))[:6]:
        await stripe.deliver(webhooks, *order)
    assert (await shop.see(payment))["amount_refunded"] == 0
    await stripe.deliver(webhooks, *stripe.refund_by_hand(intent, 500))
    assert (await shop.see(payment))["amount_refunded"] == 500
    await assert_as_at_the_gateway(shop, stripe, payment, intent)


async def test_one_of_ours_that_a_restored_database_does_not_know(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    payment, intent = await paid(client, shop, stripe)
    metadata = {"refund_id": str(uuid.uuid4()), "payment_id": payment["id"]}
    before = len(stripe.events)
    stripe._create_refund({"payment_intent": intent, "amount": 400, "metadata": metadata})
    for _ in range(2):
        await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.events[before:])
    await assert_as_at_the_gateway(shop, stripe, payment, intent)


async def test_a_refund_that_is_reported_before_its_payment(client: Client, shop: Shop, stripe: StripeServer) -> None:
    _, payment, session = await begin(client, shop, stripe)
    told = stripe.pay(session)
    intent = stripe.sessions[session]["payment_intent"]
    by_hand = stripe.refund_by_hand(intent, 400)
    webhooks = f"{client.url}/v1/webhooks/stripe"
    assert 503 in {a.status_code for a in await stripe.deliver(webhooks, *by_hand)}  # Stripe sends it again
    await stripe.deliver(webhooks, *told, *by_hand)
    await assert_as_at_the_gateway(shop, stripe, payment, intent)
