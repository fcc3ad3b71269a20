"""Payments that take days: bank debits and vouchers. Order and stock wait with them, then they are paid or released."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.settings import Settings
from api.worker.loop import Worker
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

GATEWAYS = ("stripe",)


async def begin(client: Client, shop: Shop, stripe: StripeServer, stock: int = 1) -> tuple[str, Any, str, str, str]:
    """A customer, an order of the only piece, its attempt with Stripe, the session there, the product."""
    token, product = await shop.account(), await shop.product(stock=stock)
    order = await shop.order(token, product, 1)
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "stripe"})
    assert answer.status_code == 201, answer.text
    payment = answer.json()["payment"]["id"]
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    return token, order, payment, session, product


async def pass_time(shop: Shop, order: dict[str, Any], minutes: int) -> None:
    """Move an order and its attempts into the past, and do what the worker does every few seconds."""
    for statement in (
        "UPDATE sales.orders SET expires_at = expires_at - $2 * interval '1 minute' WHERE id = $1",
        "UPDATE payments.payments SET expires_at = expires_at - $2 * interval '1 minute' WHERE order_id = $1",
    ):
        await shop.admin.execute(statement, order["id"], minutes)
    await shop.call("web_worker", "expire_payments")
    await shop.call("web_worker", "expire_orders")


async def look(client: Client, token: str, order: dict[str, Any], payment: str) -> tuple[str, str]:
    seen = (await client.get(f"/orders/{order['id']}", token=token)).json()
    return seen["status"], (await client.get(f"/payments/{payment}", token=token)).json()["status"]


@pytest.mark.parametrize("way", ["pay_by_bank", "show_voucher"])
async def test_the_order_and_its_stock_wait_for_the_bank(
    client: Client, shop: Shop, stripe: StripeServer, way: str
) -> None:
    """Money that takes longer than an order lives. The order and its piece wait as long as the bank may take;
    otherwise the piece is sold again after half an hour, and the debit is refunded days later."""
    token, order, payment, session, product = await begin(client, shop, stripe)
    webhooks = f"{client.url}/v1/webhooks/stripe"
    await stripe.deliver(webhooks, *getattr(stripe, way)(session))
    assert await look(client, token, order, payment) == ("pending", "processing")
    types = [e["type"] for e in (await client.get(f"/orders/{order['id']}/events", token=token)).json()["data"]]
    assert types[-1] == "payment.processing"

    await pass_time(shop, order, 31)
    assert await look(client, token, order, payment) == ("pending", "processing")
    with refused("out_of_stock"):
        await shop.order(await shop.account(), product, 1)

    await stripe.deliver(webhooks, *stripe.bank_pays(session))
    assert await look(client, token, order, payment) == ("paid", "completed")
    await shop.assert_books_balance()


async def test_a_refusal_releases_order_and_stock(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, payment, session, product = await begin(client, shop, stripe)
    webhooks = f"{client.url}/v1/webhooks/stripe"
    await stripe.deliver(webhooks, *stripe.pay_by_bank(session))
    await stripe.deliver(webhooks, *stripe.bank_refuses(session))
    assert await look(client, token, order, payment) == ("pending", "failed")

    # Half an hour to pay otherwise, as for a new order; then the piece is for sale again.
    await pass_time(shop, order, 29)
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "stripe"})
    assert answer.status_code == 201, answer.text
    await pass_time(shop, order, 2)
    assert (await look(client, token, order, payment))[0] == "cancelled"
    assert await shop.stock(product) == (1, 0)


async def test_a_lost_callback_is_found_by_looking_up(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    token, order, payment, session, _ = await begin(client, shop, stripe)
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        for act, status in (("pay_by_bank", "processing"), ("bank_pays", "completed")):
            getattr(stripe, act)(session)
            await shop.admin.execute("UPDATE payments.payments SET check_at = now() WHERE id = $1", payment)
            await shop.call("web_worker", "check_payments")
            await shop.until("SELECT status = $2 FROM payments.payments WHERE id = $1::text::uuid", payment, status)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)
    assert await look(client, token, order, payment) == ("paid", "completed")


async def test_the_payer_was_late_but_the_goods_are_still_there(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    """The session outlives the order by some minutes; the order is taken up again as for a card."""
    token, order, payment, session, product = await begin(client, shop, stripe)
    await pass_time(shop, order, 31)
    assert await look(client, token, order, payment) == ("cancelled", "expired")
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.pay_by_bank(session))
    assert await look(client, token, order, payment) == ("pending", "processing")
    assert await shop.stock(product) == (1, 1)


async def test_the_goods_are_gone(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, payment, session, product = await begin(client, shop, stripe)
    await pass_time(shop, order, 31)
    await shop.order(await shop.account(), product, 1)
    webhooks = f"{client.url}/v1/webhooks/stripe"
    await stripe.deliver(webhooks, *stripe.pay_by_bank(session))
    assert await look(client, token, order, payment) == ("cancelled", "processing")
    await stripe.deliver(webhooks, *stripe.bank_pays(session))
    seen = (await client.get(f"/payments/{payment}", token=token)).json()
    assert (seen["status"], seen["amount_refunded"]) == ("completed", seen["amount"])
    await shop.assert_books_balance()


async def test_what_a_bank_works_on_is_neither_paid_twice_nor_changed_nor_cancelled(shop: Shop) -> None:
    token, product = await shop.account(), await shop.product()
    order = await shop.order(token, product)
    payment = await shop.begin(token, order)
    assert await shop.event(payment, "processing") == "applied"
    with refused("payment_processing"):
        await shop.begin(token, order)
    with refused("payment_processing"):
        items = [{"product_id": product, "quantity": 1}]
        await shop.call("web_customer", "modify_order", token=token, order_id=order["id"], items=items)
    with refused("payment_not_open"):
        await shop.call("web_customer", "cancel_payment", token=token, payment_id=payment["id"])
    # The order itself may be cancelled: what arrives is refunded.
    await shop.call("web_customer", "cancel_order", token=token, order_id=order["id"])
    assert await shop.event(payment, "completed") == "applied"
    seen = await shop.see(payment)
    assert (seen["order_status"], seen["amount_refunded"]) == ("cancelled", 1000)
    await shop.assert_books_balance()


async def test_a_part_that_a_bank_works_on_leaves_the_rest_to_be_paid(shop: Shop) -> None:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    part = await shop.begin(token, order, 400)
    assert await shop.event(part, "processing") == "applied"
    rest = await shop.begin(token, order)
    assert rest["amount"] == 600
    assert await shop.event(rest, "completed") == "applied"
    assert await shop.event(part, "completed") == "applied"
    assert (await shop.see(part))["order_status"] == "paid"


async def test_a_bank_that_never_answers(shop: Shop) -> None:
    token, product = await shop.account(), await shop.product(stock=2)
    order = await shop.order(token, product)
    payment = await shop.begin(token, order)
    await shop.event(payment, "processing")
    await pass_time(shop, order, 14 * 24 * 60 + 1)
    seen = await shop.see(payment)
    assert (seen["status"], seen["failure_code"], seen["order_status"]) == ("failed", "timed_out", "cancelled")
    assert await shop.stock(product) == (2, 0)


async def test_a_deposit_by_bank(shop: Shop) -> None:
    token = await shop.account()
    answer = await shop.call(
        "web_customer", "begin_deposit", token=token, amount=5000, currency="USD", provider="mock"
    )  # fmt: skip
    payment = answer["payment"]
    assert await shop.event(payment, "processing") == "applied"
    assert await shop.event(payment, "completed") == "applied"
    wallet = await shop.call("web_customer", "get_wallet", token=token)
    assert [(b["currency"], b["balance"]) for b in wallet["balances"]] == [("USD", 5000)]


async def test_the_mock_gateway_has_such_a_bank(client: Client, shop: Shop) -> None:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    answer = (await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "mock"})).json()
    payment = answer["payment"]["id"]
    for outcome, expected in (("process", ("pending", "processing")), ("pay", ("paid", "completed"))):
        decided = await client.http.post(answer["checkout_url"], data={"outcome": outcome}, follow_redirects=False)
        assert decided.status_code == 303, decided.text
        page = await client.http.get(client.url + decided.headers["location"])
        assert ("Your bank is working on the payment" in page.text) == (outcome == "process")
        assert await look(client, token, order, payment) == expected
