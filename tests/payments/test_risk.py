"""Risk and reviews reported by a gateway: on the payment, and the order is on hold until a person releases it."""

from __future__ import annotations

import asyncio
from itertools import permutations
from typing import Any

import pytest

from api.gateways.sslcommerz.fields import write_id
from api.settings import Settings
from api.worker.loop import Worker
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

GATEWAYS = ("stripe", "sslcommerz")
FORM = {"content-type": "application/x-www-form-urlencoded"}
RISK = "The payment provider sees a risk in a payment."
REVIEW = "The payment provider reviews a payment."


async def begin(client: Client, shop: Shop, provider: str) -> tuple[str, str, str]:
    """A customer, their order, and its payment's id."""
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": provider})
    assert answer.status_code == 201, answer.text
    return token, order["id"], answer.json()["payment"]["id"]


def session_of(stripe: StripeServer, payment: str) -> str:
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    return str(session)


async def tell(client: Client, stripe: StripeServer, *events: Any) -> None:
    answers = await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *events)
    assert {answer.status_code for answer in answers} <= {200}, [answer.text for answer in answers]


async def look(client: Client, token: str, order: str, payment: str) -> tuple[Any, ...]:
    """Status, hold and risk."""
    seen = (await client.get(f"/orders/{order}", token=token)).json()
    risk = (await client.get(f"/payments/{payment}", token=token)).json()["risk"]
    assert seen["on_hold"] == (seen["hold_reason"] is not None)
    return seen["status"], seen["hold_reason"], risk["level"], risk["reason"]


async def act(client: Client, shop: Shop, order: str, what: str, reason: str | None = None) -> Any:
    given = {} if reason is None else {"reason": reason}
    return await client.post(f"/admin/orders/{order}/{what}", token=shop.support, json=given)


async def timeline(client: Client, token: str, order: str) -> list[tuple[str, Any]]:
    """What happened to the hold."""
    told = (await client.get(f"/orders/{order}/events", token=token)).json()["data"]
    return [(e["type"], e["data"]["reason"]) for e in told if e["type"] in ("order.held", "order.released")]


# --- SSLCommerz -----------------------------------------------------------------------------------


async def test_a_risky_payment_holds_its_order_until_support_releases_it(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    """What a gateway says beside "paid". A risk holds the order; otherwise it is shipped, and nobody sees the risk."""
    token, order, payment = await begin(client, shop, "sslcommerz")
    ipn = sslcommerz.pay(write_id(payment), risk=1)
    assert (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).json()["outcome"] == "applied"
    assert await look(client, token, order, payment) == ("paid", RISK, "elevated", "Moderate")

    for what, given in (("ship", {}), ("shipments", {}), ("shipments", {"carrier": "mock"})):
        answer = await client.post(f"/admin/orders/{order}/{what}", token=shop.support, json=given)
        assert (answer.status_code, answer.json()["code"]) == (409, "order_on_hold"), answer.text
        assert answer.json()["hold_reason"] == RISK
    assert (await shop.stock((await client.get(f"/orders/{order}", token=token)).json()["items"][0]["product_id"]))[
        1
    ] == 0

    answer = await act(client, shop, order, "release", "the customer was called")
    assert (answer.status_code, answer.json()["on_hold"], answer.json()["hold_reason"]) == (200, False, None)
    await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)
    assert (await act(client, shop, order, "ship")).json()["status"] == "shipped"
    assert await timeline(client, token, order) == [
        ("order.held", RISK), ("order.released", "the customer was called")
    ]  # fmt: skip
    assert await look(client, token, order, payment) == ("shipped", None, "elevated", "Moderate")


async def test_a_safe_payment_holds_nothing(client: Client, shop: Shop, sslcommerz: SSLCommerzServer) -> None:
    token, order, payment = await begin(client, shop, "sslcommerz")
    before = (await client.get(f"/payments/{payment}", token=token)).json()["risk"]
    assert before == {"level": "unknown", "reason": None}
    await client.post("/webhooks/sslcommerz", headers=FORM, content=sslcommerz.pay(write_id(payment)))
    assert await look(client, token, order, payment) == ("paid", None, "normal", "Safe")
    assert (await act(client, shop, order, "ship")).status_code == 200


async def test_a_risk_that_only_the_validation_names_counts(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    token, order, payment = await begin(client, shop, "sslcommerz")
    ipn = sslcommerz.pay(write_id(payment))
    sslcommerz.overrides["validation"] = {"risk_level": "1"}
    try:
        await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)
    finally:
        del sslcommerz.overrides["validation"]
    assert (await look(client, token, order, payment))[:3] == ("paid", RISK, "elevated")


# --- Stripe ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("closed", "held"), [("approved", None), ("refunded", REVIEW), ("refunded_as_fraud", REVIEW), ("disputed", REVIEW)]
)
async def test_any_order_of_events_ends_in_the_same_state(
    client: Client, shop: Shop, stripe: StripeServer, closed: str, held: str | None
) -> None:
    """The charge with its risk, the review's beginning and end, and the completed session: they arrive as they like."""
    kinds = ("charge.succeeded", "review.opened", "review.closed", "checkout.session.completed")
    orders = list(permutations(kinds)) if closed in ("approved", "refunded") else [kinds, kinds[::-1]]
    for arrival in orders:
        token, order, payment = await begin(client, shop, "stripe")
        made = {event["type"]: event for event in stripe.pay(session_of(stripe, payment), risk="elevated", review=True)}
        review = made["review.opened"]["data"]["object"]["id"]
        made |= {event["type"]: event for event in stripe.close_review(review, closed)}
        await tell(client, stripe, *(made[kind] for kind in arrival), *(made[kind] for kind in arrival))
        assert await look(client, token, order, payment) == ("paid", held, "elevated", f"review_{closed}"), arrival


async def test_an_open_review_holds_and_its_approval_releases(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    await tell(client, stripe, *stripe.pay(session_of(stripe, payment), risk="elevated", review=True))
    assert await look(client, token, order, payment) == ("paid", REVIEW, "elevated", "review_opened")
    (review,) = [r["id"] for r in stripe.reviews.values() if r["open"]]
    await tell(client, stripe, *stripe.close_review(review, "approved"))
    assert await look(client, token, order, payment) == ("paid", None, "elevated", "review_approved")
    assert await timeline(client, token, order) == [("order.held", REVIEW), ("order.released", "review_approved")]
    # Somebody looks at it again.
    (intent,) = [i["id"] for i in stripe.intents.values() if i["metadata"]["payment_id"] == payment]
    await tell(client, stripe, *stripe.open_review(intent))
    assert (await look(client, token, order, payment))[1] == REVIEW


async def test_an_approval_does_not_release_what_support_holds(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    assert (await act(client, shop, order, "hold", "asked for an invoice first")).status_code == 200
    await tell(client, stripe, *stripe.pay(session_of(stripe, payment), review=True))
    assert await look(client, token, order, payment) == (
        "paid", "asked for an invoice first", "normal", "review_opened"
    )  # fmt: skip
    (review,) = [r["id"] for r in stripe.reviews.values() if r["open"] and r["opened_reason"] == "rule"]
    await tell(client, stripe, *stripe.close_review(review, "approved"))
    assert (await look(client, token, order, payment))[1] == "asked for an invoice first"
    with refused("order_on_hold", "SH409"):
        await shop.call("web_support", "ship_order", token=shop.support, order_id=order)
    assert (await act(client, shop, order, "release", "done")).json()["on_hold"] is False
    assert await timeline(client, token, order) == [
        ("order.held", "asked for an invoice first"), ("order.released", "done")
    ]  # fmt: skip


async def test_what_support_released_is_not_held_again(client: Client, shop: Shop, stripe: StripeServer) -> None:
    """The same news, late and by another way."""
    token, order, payment = await begin(client, shop, "stripe")
    events = stripe.pay(session_of(stripe, payment), risk="highest")
    await tell(client, stripe, *events)
    assert await look(client, token, order, payment) == ("paid", RISK, "highest", "highest_risk_level")
    await act(client, shop, order, "release", "a good customer")
    (charge,) = [e["data"]["object"] for e in events if e["type"] == "charge.succeeded"]
    again = {**events[0], "id": "evt_again" + payment, "type": "charge.updated", "data": {"object": charge}}
    await tell(client, stripe, *events, again)
    assert (await look(client, token, order, payment))[1] is None


async def test_a_late_risk_holds_what_was_shipped_for_staff_to_see(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    events = stripe.pay(session_of(stripe, payment), risk="elevated")
    late = [e for e in events if e["type"] == "charge.succeeded"]
    await tell(client, stripe, *(e for e in events if e not in late))
    assert (await act(client, shop, order, "ship")).status_code == 200
    await tell(client, stripe, *late)
    assert await look(client, token, order, payment) == ("shipped", RISK, "elevated", "elevated_risk_level")
    assert await timeline(client, token, order) == [("order.held", RISK)]
    answer = await act(client, shop, order, "hold", "asked the customer")
    assert (answer.status_code, answer.json()["hold_reason"]) == (200, "asked the customer")
    assert (await act(client, shop, order, "release", "a good customer")).json()["on_hold"] is False


async def test_a_risky_attempt_that_did_not_pay_holds_nothing(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    events = stripe.pay(session_of(stripe, payment), risk="elevated")
    await tell(client, stripe, *(e for e in events if e["type"] == "charge.succeeded"))
    paid = await client.post(f"/orders/{order}/payments", token=token, json={"provider": "bank_transfer"})
    await client.post(f"/payments/{paid.json()['payment']['id']}/confirm", token=shop.support, json={})
    assert await look(client, token, order, payment) == ("paid", None, "elevated", "elevated_risk_level")
    # Its money arrives after all, and is refunded.
    await tell(client, stripe, *events)
    assert (await look(client, token, order, payment))[1] is None
    await shop.assert_books_balance()


async def test_a_risk_whose_callback_was_lost_is_looked_up(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    token, order, payment = await begin(client, shop, "stripe")
    stripe.pay(session_of(stripe, payment), risk="elevated")
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        await shop.admin.execute("UPDATE payments.payments SET check_at = now() WHERE id = $1::text::uuid", payment)
        await shop.call("web_worker", "check_payments")
        await shop.until("SELECT status = 'completed' FROM payments.payments WHERE id = $1::text::uuid", payment)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)
    assert await look(client, token, order, payment) == ("paid", RISK, "elevated", "elevated_risk_level")


async def test_a_review_of_a_payment_that_is_not_ours_is_kept(client: Client, shop: Shop, stripe: StripeServer) -> None:
    _, _, payment = await begin(client, shop, "stripe")
    stripe.pay(session_of(stripe, payment))
    (intent,) = [i for i in stripe.intents.values() if i["metadata"]["payment_id"] == payment]
    intent["metadata"] = {}
    answers = await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.open_review(intent["id"]))
    assert [answer.json()["outcome"] for answer in answers] == ["unknown_payment"]


# --- support --------------------------------------------------------------------------------------


async def test_support_lists_payments_by_provider_status_and_risk(
    client: Client, shop: Shop, stripe: StripeServer, sslcommerz: SSLCommerzServer
) -> None:
    _, _, risky = await begin(client, shop, "sslcommerz")
    await client.post("/webhooks/sslcommerz", headers=FORM, content=sslcommerz.pay(write_id(risky), risk=1))
    _, _, silent = await begin(client, shop, "stripe")

    async def found(**filters: str) -> list[dict[str, Any]]:
        answer = await client.get("/admin/payments", token=shop.support, params=filters)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    assert [p["id"] for p in await found(limit="2")] == [silent, risky]
    assert (await found(risk="elevated"))[0]["id"] == risky
    assert {p["risk"]["level"] for p in await found(risk="elevated")} == {"elevated"}
    assert (await found(provider="sslcommerz", status="completed"))[0]["id"] == risky
    assert (await found(provider="stripe", status="open", risk="unknown"))[0]["id"] == silent
    assert await found(provider="sslcommerz", status="open", risk="elevated") == []
    page = (await client.get("/admin/payments", token=shop.support, params={"limit": 1})).json()
    after = {"limit": 1, "cursor": page["next_cursor"]}
    assert (await client.get("/admin/payments", token=shop.support, params=after)).json()["data"][0]["id"] == risky
    for filters in ({"risk": "high"}, {"status": "paid"}):
        assert (await client.get("/admin/payments", token=shop.support, params=filters)).status_code == 422
    assert (await client.get("/admin/payments", token=await shop.account())).status_code == 403


async def test_who_holds_and_releases(client: Client, shop: Shop) -> None:
    token = await shop.account()
    order = (await shop.order(token, await shop.product()))["id"]
    answer = await act(client, shop, order, "release", "why not")
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_on_hold")
    assert (await act(client, shop, order, "hold")).status_code == 422  # it needs a reason
    for reason in ("first", "second"):
        answer = await act(client, shop, order, "hold", reason)
        assert (answer.status_code, answer.json()["hold_reason"]) == (200, reason)
    for what in ("hold", "release"):
        path = f"/admin/orders/{order}/{what}"
        assert (await client.post(path, token=token, json={"reason": "mine"})).status_code == 403
        path = f"/admin/orders/{shop_id()}/{what}"
        assert (await client.post(path, token=shop.support, json={"reason": "x"})).status_code == 404
    colleague = await shop.account("support")
    items = [{"product_id": await shop.product(), "quantity": 1}]
    own = (await client.post("/orders", token=colleague, json={"items": items})).json()["id"]
    assert (await act(client, shop, own, "hold", "looks odd")).status_code == 200
    answer = await client.post(f"/admin/orders/{own}/release", token=colleague, json={"reason": "it is mine"})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_account_refused")
    assert (await act(client, shop, order, "release", "both")).json()["on_hold"] is False
    await act(client, shop, order, "cancel")
    answer = await act(client, shop, order, "hold", "too late")
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_holdable")


def shop_id() -> str:
    return "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42"  # of nothing
