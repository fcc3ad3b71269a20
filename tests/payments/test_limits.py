"""Minimum, maximum and step of a currency at a gateway: checked before anything is sent; refunds keep the step."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.gateways.sslcommerz.fields import MINOR_UNITS
from api.gateways.stripe.line_items import THREE_DECIMALS, ZERO_DECIMALS
from api.settings import Settings
from api.worker.loop import Worker
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import MAXIMUM, MINIMUM, NO_FRACTIONS, StripeServer
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

GATEWAYS = ("stripe", "sslcommerz")


@pytest.fixture(scope="module", autouse=True)
async def krona(shop: Shop) -> None:
    """A currency as ISO 4217 has it."""
    await shop.admin.execute("INSERT INTO catalog.currencies VALUES ('ISK', 'Icelandic króna', 0)")


async def order_of(shop: Shop, token: str, currency: str, *lines: tuple[int, int]) -> dict[str, Any]:
    """An order of (price, quantity) lines; its items are in the order of `lines`."""
    products = []
    for price, _ in lines:
        made = await shop.call(
            "web_merchant", "create_product", token=shop.merchant, name="Lamp", description="",
            sku=uuid.uuid4().hex[:12], price=price, currency=currency, stock=100,
        )  # fmt: skip
        products.append(str(made["id"]))
    items = [{"product_id": p, "quantity": q} for p, (_, q) in zip(products, lines, strict=True)]
    order: dict[str, Any] = await shop.call("web_customer", "create_order", token=token, items=items, currency=currency)
    order["items"].sort(key=lambda item: products.index(item["product_id"]))
    return order


async def pay(client: Client, token: str, order: dict[str, Any], provider: str = "stripe", **given: Any) -> Any:
    given = {"provider": provider, **given}
    return await client.post(f"/orders/{order['id']}/payments", token=token, json=given)


def session_of(stripe: StripeServer, payment: str) -> str:
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    return str(session)


async def paid(
    client: Client, shop: Shop, stripe: StripeServer, *lines: tuple[int, int], cash: int = 0
) -> tuple[str, dict[str, Any], str]:
    """A customer, an order of dinars that Stripe took after a part was paid in cash, and the payment's id."""
    token = await shop.account()
    order = await order_of(shop, token, "KWD", *lines)
    if cash:
        part = (await pay(client, token, order, "cash_on_delivery", amount=cash)).json()["payment"]
        confirmed = await client.post(f"/payments/{part['id']}/confirm", token=shop.support, json={})
        assert confirmed.status_code == 200, confirmed.text
    answer = await pay(client, token, order)
    assert answer.status_code == 201, answer.text
    payment = answer.json()["payment"]["id"]
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.pay(session_of(stripe, payment)))
    return token, order, payment


async def refund(shop: Shop, payment: str, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment, reason="returned", **given
    )
    return made


def piece(order: dict[str, Any], line: int = 0, quantity: int = 1) -> dict[str, Any]:
    return {"order_item_id": order["items"][line]["id"], "quantity": quantity}


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)


async def settled(shop: Shop, payment: str) -> list[tuple[str, int, str | None]]:
    """The payment's refunds when none is pending."""
    none_pending = "SELECT bool_and(status <> 'pending') FROM payments.refunds WHERE payment_id = $1::text::uuid"
    await shop.until(none_pending, payment)
    rows = await shop.admin.fetch(
        "SELECT status, amount, failure_code FROM payments.refunds WHERE payment_id = $1::text::uuid ORDER BY id",
        payment,
    )
    return [tuple(row) for row in rows]


# --- opening --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "currency", "amount", "code", "limit"),
    [
        ("stripe", "USD", 30, "amount_below_minimum", {"minimum": 50}),
        ("stripe", "GBP", 29, "amount_below_minimum", {"minimum": 30}),
        ("stripe", "JPY", 49, "amount_below_minimum", {"minimum": 50}),
        ("stripe", "USD", 100_000_000, "amount_above_maximum", {"maximum": 99_999_999}),
        ("stripe", "INR", 1_000_000_000, "amount_above_maximum", {"maximum": 999_999_999}),
        ("stripe", "KWD", 3335, "amount_step", {"step": 10}),
        ("stripe", "ISK", 5000, "currency_not_offered", {}),
        ("sslcommerz", "BDT", 999, "amount_below_minimum", {"minimum": 1000}),
        ("sslcommerz", "BDT", 50_000_001, "amount_above_maximum", {"maximum": 50_000_000}),
        ("sslcommerz", "KWD", 12_345, "amount_step", {"step": 10}),
    ],
)
async def test_what_a_gateway_does_not_take_is_refused_before_it_is_asked(
    client: Client, shop: Shop, stripe: StripeServer, sslcommerz: SSLCommerzServer, provider: str, currency: str,
    amount: int, code: str, limit: Any,
) -> None:  # fmt: skip
    """A limit of the gateway's that only its refusal tells of. We know it before we ask; otherwise the customer reads
    502 "Try again", and tries again."""
    asked = len(stripe.requests), len(sslcommerz.requests)
    token = await shop.account()
    order = await order_of(shop, token, currency, (amount, 1))
    answer = await pay(client, token, order, provider)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert answer.json() == answer.json() | limit | {"currency": currency}
    assert (len(stripe.requests), len(sslcommerz.requests)) == asked
    begun = "SELECT count(*) FROM payments.payments WHERE order_id = $1::text::uuid"
    assert await shop.admin.fetchval(begun, order["id"]) == 0


@pytest.mark.parametrize(
    ("provider", "currency", "amount"),
    [
        ("stripe", "USD", 50),
        ("stripe", "GBP", 30),
        ("stripe", "JPY", 50),
        ("stripe", "USD", 99_999_999),
        ("stripe", "KWD", 3330),
        ("sslcommerz", "BDT", 1000),
        ("sslcommerz", "BDT", 50_000_000),
        ("sslcommerz", "KWD", 12_340),
        ("mock", "KWD", 1),
    ],
)
async def test_the_limits_themselves_are_taken(
    client: Client, shop: Shop, provider: str, currency: str, amount: int
) -> None:
    token = await shop.account()
    answer = await pay(client, token, await order_of(shop, token, currency, (amount, 1)), provider)
    assert answer.status_code == 201, answer.text


async def test_where_only_the_gateway_knows_the_limit_its_refusal_is_no_502(client: Client, shop: Shop) -> None:
    """5,000.00 USD are more than 500,000.00 BDT at SSLCommerz's rate."""
    token = await shop.account()
    answer = await pay(client, token, await order_of(shop, token, "USD", (500_000, 1)), "sslcommerz")
    assert (answer.status_code, answer.json()["code"]) == (422, "amount_not_payable")


async def test_sslcommerz_gets_no_invented_address(client: Client, shop: Shop) -> None:
    """It sends its receipt to the customer's e-mail address, which not every account has."""
    token = await shop.account()
    account = (await client.get("/account", token=token)).json()["id"]
    await shop.admin.execute("UPDATE identity.accounts SET email = NULL, email_verified = false WHERE id = $1", account)
    order = await order_of(shop, token, "BDT", (50_000, 1))
    answer = await pay(client, token, order, "sslcommerz")
    assert (answer.status_code, answer.json()["code"]) == (422, "email_needed"), answer.text
    assert (await pay(client, token, order, "stripe")).status_code == 201  # the attempt has ended: another way is free


async def test_deposits_have_the_same_limits(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, asked = await shop.account(), len(stripe.requests)
    given = {"provider": "stripe", "currency": "KWD", "amount": 20_005}
    answer = await client.post("/wallet/deposits", token=token, json=given)
    assert (answer.status_code, answer.json()["code"], answer.json()["step"]) == (422, "amount_step", 10), answer.text
    assert len(stripe.requests) == asked


async def test_a_part_leaves_what_can_be_paid(client: Client, shop: Shop) -> None:
    token = await shop.account()
    order = await order_of(shop, token, "USD", (1000, 1))
    for amount in (40, 951, 999):
        answer = await pay(client, token, order, amount=amount)
        assert (answer.status_code, answer.json()["code"]) == (422, "amount_below_minimum"), answer.text
        assert answer.json()["minimum"] == 50
    assert answer.json()["due"] == 1000
    assert (await pay(client, token, order, amount=950)).status_code == 201
    assert (await pay(client, token, order, "mock", amount=999)).status_code == 201  # it has no minimum


async def test_the_database_has_the_limits_of_the_gateways(shop: Shop) -> None:
    """The rows, the gateways' own modules, and the test gateways say the same."""
    rows = await shop.admin.fetch("SELECT * FROM payments.provider_limits")
    limits = {(row["provider"], row["currency"]): row for row in rows}
    stripe = {currency: row for (provider, currency), row in limits.items() if provider == "stripe"}
    assert {c for c, row in stripe.items() if row["minor_units"] == 0} == ZERO_DECIMALS
    assert {c for c, row in stripe.items() if row["minor_units"] == 3} == THREE_DECIMALS
    assert {c for c, row in stripe.items() if row["step"] == 10} == THREE_DECIMALS
    assert {c.lower() for c, row in stripe.items() if row["step"] == 100} == set(NO_FRACTIONS)
    assert {c.lower(): row["minimum"] for c, row in stripe.items() if row["minimum"] not in (50, 100)} == MINIMUM
    assert {c.lower(): row["maximum"] for c, row in stripe.items() if row["maximum"] != 99_999_999} == MAXIMUM
    others = {c: row["minor_units"] for (provider, c), row in limits.items() if provider == "sslcommerz"}
    assert {c: units for c, units in others.items() if units != 2} == MINOR_UNITS


# --- capture --------------------------------------------------------------------------------------


async def test_a_capture_is_checked_too(client: Client, shop: Shop, stripe: StripeServer) -> None:
    administrator = await shop.account("admin")
    for method in ("manual", "automatic"):
        answer = await client.patch(
            "/admin/payment-providers/stripe", token=administrator, json={"capture_method": method}
        )
        assert answer.status_code == 200, answer.text
        if method == "manual":
            _, _, payment = await paid(client, shop, stripe, (3335, 2))
    for amount, code in ((3335, "amount_step"), (40, "amount_below_minimum")):
        answer = await client.post(f"/payments/{payment}/capture", token=shop.support, json={"amount": amount})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not stripe.asked(f"{payment}/capture")
    answer = await client.post(f"/payments/{payment}/capture", token=shop.support, json={"amount": 6671})
    assert (answer.status_code, answer.json()["code"]) == (409, "capture_above_authorization")
    answer = await client.post(f"/payments/{payment}/capture", token=shop.support, json={"amount": 3330})
    assert (answer.status_code, answer.json()["amount_captured"]) == (200, 3330), answer.text


# --- refunds --------------------------------------------------------------------------------------


async def test_pieces_are_rounded_to_what_the_gateway_gives_back(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    """An amount that our currency has and the gateway's does not. It gives back steps of 0.010; otherwise the refund of
    3.335 fails there, and so does every retry."""
    _, order, payment = await paid(client, shop, stripe, (3335, 2))
    amounts = [(await refund(shop, payment, items=[piece(order)]))["amount"] for _ in range(2)]
    assert amounts == [3330, 3340]
    async with working(settings):
        assert await settled(shop, payment) == [("completed", 3330, None), ("completed", 3340, None)]
    await shop.assert_books_balance()


async def test_an_amount_between_the_steps_is_refused(client: Client, shop: Shop, stripe: StripeServer) -> None:
    _, _, payment = await paid(client, shop, stripe, (3335, 2))
    answer = await client.post(
        f"/payments/{payment}/refunds", token=shop.support, json={"amount": 3335, "reason": "half"}
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["step"]) == (422, "amount_step", 10)
    assert (await refund(shop, payment, amount=3340))["amount"] == 3340
    assert (await refund(shop, payment))["amount"] == 3330


async def test_a_refund_that_no_retry_can_make_is_not_retried(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings
) -> None:
    """It failed before there were limits."""
    _, order, payment = await paid(client, shop, stripe, (3335, 2))
    step = "UPDATE payments.provider_limits SET step = $1 WHERE (provider, currency) = ('stripe', 'KWD')"
    await shop.admin.execute(step, 1)
    try:
        failed = await refund(shop, payment, items=[piece(order)])
    finally:
        await shop.admin.execute(step, 10)
    async with working(settings):
        assert await settled(shop, payment) == [("failed", 3335, "invalid_charge_amount")]
    with refused("amount_step", "SH422"):
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=failed["id"])
    assert (await refund(shop, payment, items=[piece(order, quantity=2)]))["amount"] == 6670


async def test_lines_that_are_not_whole_steps(client: Client, shop: Shop, stripe: StripeServer) -> None:
    _, order, payment = await paid(client, shop, stripe, (3335, 1), (3335, 1))
    # One line after the other: each is rounded, and what is left goes back with the rest.
    assert [(await refund(shop, payment, items=[piece(order, n)]))["amount"] for n in (0, 1)] == [3330, 3330]
    assert (await refund(shop, payment))["amount"] == 10
    _, order, payment = await paid(client, shop, stripe, (3335, 1), (3335, 1))
    assert (await refund(shop, payment, items=[piece(order, 0), piece(order, 1)]))["amount"] == 6670
    _, order, payment = await paid(client, shop, stripe, (4, 1), (3336, 1))
    with refused("amount_step", "SH422"):
        await refund(shop, payment, items=[piece(order, 0)])
    assert (await refund(shop, payment, items=[piece(order, 0), piece(order, 1)]))["amount"] == 3340
    await shop.assert_books_balance()


async def returned(shop: Shop, token: str, order: dict[str, Any], quantity: int) -> int:
    """The amount that a return of pieces gives back."""
    items = [piece(order, quantity=quantity)]
    back = await shop.call("web_customer", "create_return", token=token, order_id=order["id"], items=items, reason="x")
    for function in ("approve_return", "receive_return"):
        back = await shop.call("web_support", function, token=shop.support, return_id=back["id"])
    return int(back["amount"])


async def test_returns_are_rounded_as_well(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, _ = await paid(client, shop, stripe, (3335, 2))
    for function in ("ship_order", "deliver_order"):
        await shop.call("web_support", function, token=shop.support, order_id=order["id"])
    assert [await returned(shop, token, order, 1) for _ in range(2)] == [3330, 3340]
    await shop.assert_books_balance()


async def test_another_payment_of_the_order_gives_back_what_is_between_the_steps(
    client: Client, shop: Shop, stripe: StripeServer
) -> None:
    """6.674 dinars: 3.334 in cash, 3.340 by card."""
    token, order, card = await paid(client, shop, stripe, (3337, 2), cash=3334)
    for function in ("ship_order", "deliver_order"):
        await shop.call("web_support", function, token=shop.support, order_id=order["id"])
    assert [await returned(shop, token, order, 1) for _ in range(2)] == [3337, 3337]
    amounts = await shop.admin.fetch(
        "SELECT p.provider, array_agg(r.amount ORDER BY r.id) AS amounts FROM payments.refunds AS r "
        "JOIN payments.payments AS p ON p.id = r.payment_id WHERE r.order_id = $1::text::uuid GROUP BY 1",
        order["id"],
    )
    assert {row["provider"]: row["amounts"] for row in amounts} == {
        "stripe": [3330, 10], "cash_on_delivery": [7, 3327]
    }  # fmt: skip
    assert (await shop.see({"id": card}))["amount_refunded"] == 3340
    await shop.assert_books_balance()
