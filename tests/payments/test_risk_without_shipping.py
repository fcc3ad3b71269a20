"""Risk and orders without anything to ship: not delivered while on hold; what is delivered already is held as well."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from api.gateways.sslcommerz.fields import write_id
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

GATEWAYS = ("stripe", "sslcommerz")
FORM = {"content-type": "application/x-www-form-urlencoded"}
RISK = "The payment provider sees a risk in a payment."
REVIEW = "The payment provider reviews a payment."


@pytest.fixture(autouse=True)
async def books_balance(shop: Shop) -> Any:
    yield
    await shop.assert_books_balance()


async def song(shop: Shop) -> str:
    """A product that is not shipped."""
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Song", description="",
        sku=uuid.uuid4().hex[:12], price=500, currency="USD", stock=1000, requires_shipping=False,
    )  # fmt: skip
    return str(made["id"])


async def begin(client: Client, shop: Shop, provider: str) -> tuple[str, str, str]:
    """A customer, their order, and its payment's id."""
    token = await shop.account()
    order = await shop.order(token, await song(shop))
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": provider})
    assert answer.status_code == 201, answer.text
    return token, order["id"], answer.json()["payment"]["id"]


async def tell(client: Client, stripe: StripeServer, *events: Any) -> None:
    answers = await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *events)
    assert {answer.status_code for answer in answers} <= {200}, [answer.text for answer in answers]


def intent_of(stripe: StripeServer, payment: str) -> str:
    (intent,) = [i["id"] for i in stripe.intents.values() if i["metadata"]["payment_id"] == payment]
    return str(intent)


def session_of(stripe: StripeServer, payment: str) -> str:
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    return str(session)


async def look(client: Client, token: str, order: str) -> tuple[str, str | None]:
    """Status and hold."""
    seen = (await client.get(f"/orders/{order}", token=token)).json()
    assert seen["on_hold"] == (seen["hold_reason"] is not None)
    return seen["status"], seen["hold_reason"]


async def timeline(client: Client, token: str, order: str) -> list[str]:
    """What became of the order once it was paid."""
    told = [e["type"] for e in (await client.get(f"/orders/{order}/events", token=token)).json()["data"]]
    return [kind for kind in told if kind in ("order.paid", "order.held", "order.released", "order.delivered")]


async def release(client: Client, shop: Shop, order: str) -> dict[str, Any]:
    path = f"/admin/orders/{order}/release"
    answer = await client.post(path, token=shop.support, json={"reason": "the customer was called"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refund(client: Client, shop: Shop, payment: str) -> dict[str, Any]:
    path = f"/payments/{payment}/refunds"
    answer = await client.post(path, token=shop.support, json={"reason": "looks like fraud"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_risk_that_comes_with_the_money_is_known_before_the_delivery(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    token, order, payment = await begin(client, shop, "sslcommerz")
    await client.post("/webhooks/sslcommerz", headers=FORM, content=sslcommerz.pay(write_id(payment), risk=1))
    assert await look(client, token, order) == ("paid", RISK)
    assert await timeline(client, token, order) == ["order.paid", "order.held"]
    assert (await release(client, shop, order))["status"] == "delivered"
    assert await timeline(client, token, order) == ["order.paid", "order.held", "order.released", "order.delivered"]


async def test_a_risk_that_comes_after_the_delivery_holds_the_order_all_the_same(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    """The same transaction, which SSLCommerz now calls risky."""
    token, order, payment = await begin(client, shop, "sslcommerz")
    ipn = sslcommerz.pay(write_id(payment))
    assert (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).json()["outcome"] == "applied"
    assert await look(client, token, order) == ("delivered", None)
    sslcommerz.overrides["validation"] = {"risk_level": "1", "risk_title": "Moderate"}
    try:
        outcomes = [
            (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).json()["outcome"] for _ in range(2)
        ]
    finally:
        del sslcommerz.overrides["validation"]
    assert outcomes == ["applied", "repeated"]
    assert await look(client, token, order) == ("delivered", RISK)
    assert await timeline(client, token, order) == ["order.paid", "order.delivered", "order.held"]
    with refused("order_on_hold", "SH409"):
        await shop.call("web_support", "create_shipment", token=shop.support, order_id=order)
    assert (await refund(client, shop, payment))["amount"] == 1000
    # It is judged once: the same news does not hold the order again.
    assert (await release(client, shop, order))["status"] == "delivered"
    assert (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).json()["outcome"] == "repeated"
    assert await look(client, token, order) == ("delivered", None)


async def test_a_review_that_is_opened_after_the_delivery_holds_until_it_is_approved(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    await tell(client, stripe, *stripe.pay(session_of(stripe, payment)))
    assert await look(client, token, order) == ("delivered", None)
    opened = stripe.open_review(intent_of(stripe, payment))
    await tell(client, stripe, *opened, *opened)
    assert await look(client, token, order) == ("delivered", REVIEW)
    review = opened[0]["data"]["object"]["id"]
    await tell(client, stripe, *stripe.close_review(review, "approved"))
    assert await look(client, token, order) == ("delivered", None)
    assert await timeline(client, token, order) == ["order.paid", "order.delivered", "order.held", "order.released"]


async def test_a_review_before_the_money_keeps_the_order_undelivered_until_its_approval(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    events = stripe.pay(session_of(stripe, payment), review=True)
    money = [e for e in events if e["type"] == "checkout.session.completed"]
    await tell(client, stripe, *(e for e in events if e not in money), *money)
    assert await look(client, token, order) == ("paid", REVIEW)
    (review,) = [e["data"]["object"]["id"] for e in events if e["type"] == "review.opened"]
    await tell(client, stripe, *stripe.close_review(review, "approved"))
    assert await look(client, token, order) == ("delivered", None)


async def test_what_support_holds_is_not_delivered_when_it_is_paid(client: Client, shop: Shop) -> None:
    token = await shop.account()
    order = await shop.order(token, await song(shop))
    path = f"/admin/orders/{order['id']}"
    await client.post(f"{path}/hold", token=shop.support, json={"reason": "asked for another name"})
    payment = await shop.begin(token, order)
    await shop.event(payment, "completed")
    assert await look(client, token, order["id"]) == ("paid", "asked for another name")
    assert (await release(client, shop, order["id"]))["status"] == "delivered"
    earnings = "SELECT bool_and(available_from < 'infinity') FROM ledger.order_earnings WHERE order_id = $1::text::uuid"
    assert await shop.admin.fetchval(earnings, order["id"])


@pytest.mark.out_of_step("the refund is completed here and never sent")
async def test_an_order_on_hold_that_is_refunded_is_cancelled_and_not_delivered_later(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    token, order, payment = await begin(client, shop, "sslcommerz")
    await client.post("/webhooks/sslcommerz", headers=FORM, content=sslcommerz.pay(write_id(payment), risk=1))
    made = await refund(client, shop, payment)
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference=made["id"])
    assert (await look(client, token, order))[0] == "cancelled"
    assert (await release(client, shop, order))["status"] == "cancelled"
    assert "order.delivered" not in await timeline(client, token, order)


async def test_a_risk_of_a_cancelled_order_holds_nothing(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    events = stripe.pay(session_of(stripe, payment), risk="elevated")
    late = [e for e in events if e["type"] == "charge.succeeded"]
    await client.post(f"/orders/{order}/cancel", token=token, json={})
    await tell(client, stripe, *(e for e in events if e not in late), *late)
    assert await look(client, token, order) == ("cancelled", None)


async def test_a_free_order_without_anything_to_ship_is_delivered_at_once(client: Client, shop: Shop) -> None:
    token = await shop.account()
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Leaflet", description="",
        sku=uuid.uuid4().hex[:12], price=0, currency="USD", stock=1000, requires_shipping=False,
    )  # fmt: skip
    order = await shop.order(token, made["id"])
    assert order["status"] == "delivered"
    assert await timeline(client, token, order["id"]) == ["order.paid", "order.delivered"]
