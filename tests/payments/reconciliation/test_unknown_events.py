"""An event of a payment that our books do not know: the gateway is asked, and what it says is booked or shown."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.gateways.mock import MockGateway
from api.gateways.protocol import Inspector, Refund
from api.gateways.sslcommerz.fields import write_id
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House, intent_of, session_of
from tests.support.connections import refused


@asynccontextmanager
async def forgotten(shop: Shop, payment_id: str) -> AsyncIterator[None]:
    """A database that was restored to an earlier moment, without this payment; then to a later one, with it."""

    async def move(provider: str) -> None:
        async with shop.admin.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
            await connection.execute(
                "UPDATE payments.payments SET provider = $2 WHERE id = $1", uuid.UUID(payment_id), provider
            )

    provider = await shop.admin.fetchval("SELECT provider FROM payments.payments WHERE id = $1", uuid.UUID(payment_id))
    await move("cash_on_delivery")
    yield
    await move(provider)


async def unknown(house: House) -> list[dict[str, Any]]:
    return [d for d in await house.differences(None, None) if d["kind"] == "unknown_event"]


async def test_sslcommerz_is_asked_by_its_tran_id(shop: Shop, house: House, sslcommerz: SSLCommerzServer) -> None:
    payment_id = await house.begin_payment("sslcommerz", "BDT")
    async with forgotten(shop, payment_id):
        assert await house.receive("sslcommerz", {}, sslcommerz.pay(write_id(payment_id))) == ["unknown_payment"]
        for _ in range(2):
            await house.reconcile("sslcommerz")
            (found,) = await unknown(house)
            assert (found["status"], found["ours"], found["theirs"], found["currency"]) == ("open", 0, 1000, "BDT")
    await house.reconcile("sslcommerz")
    (found,) = await unknown(house)
    assert (found["status"], found["payment_id"]) == ("explained", payment_id)
    assert (await house.payment(payment_id))["status"] == "completed"


async def test_an_ipn_that_sslcommerz_denies_stays_a_difference(house: House, sslcommerz: SSLCommerzServer) -> None:
    """Nothing of it is believed that a query does not confirm."""
    before = {found["reference"] for found in await unknown(house)}
    nobody = str(uuid.uuid4())
    event = {
        "provider": "sslcommerz", "event_id": f"{write_id(nobody)}:VALID:1", "kind": "completed", "amount": 999,
        "currency": "BDT", "payment_id": nobody, "payload": {"tran_id": write_id(nobody)},
    }  # fmt: skip
    assert (await house.shop.call("web_gateway", "receive_gateway_event", **event))["outcome"] == "unknown_payment"
    await house.reconcile("sslcommerz")
    (found,) = [d for d in await unknown(house) if d["reference"] not in before]
    assert (found["status"], found["ours"], found["theirs"]) == ("open", None, None)


async def test_the_test_gateway_is_asked_for_its_books(shop: Shop, house: House) -> None:
    gateway = house.steps.gateway("mock")
    assert isinstance(gateway, MockGateway)
    payment_id = await house.begin_payment("mock")
    url = await shop.admin.fetchval("SELECT checkout_url FROM payments.payments WHERE id = $1", uuid.UUID(payment_id))
    checkout = gateway.read_token(urlsplit(url).path.rpartition("/")[2])
    assert checkout is not None
    await gateway.take(checkout)
    # Before the period that is compared, so that only the event tells of it.
    async with shop.admin.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE payments.mock_books SET created_at = created_at - interval '2 days'")
    async with forgotten(shop, payment_id):
        assert await house.receive("mock", *gateway.callback(checkout, "pay")) == ["unknown_payment"]
        await house.reconcile("mock")
        (found,) = [d for d in await unknown(house) if d["provider"] == "mock"]
        assert (found["status"], found["ours"], found["theirs"], found["currency"]) == ("open", 0, 1000, "USD")
    await house.reconcile("mock")
    (found,) = [d for d in await unknown(house) if d["provider"] == "mock"]
    assert (found["status"], found["payment_id"]) == ("explained", payment_id)
    assert (await house.payment(payment_id))["status"] == "completed"


async def test_a_refund_of_a_payment_whose_completion_was_forgotten(
    shop: Shop, house: House, stripe: StripeServer
) -> None:
    """The event names a charge that our books no longer know, and is older than the period that is compared."""
    payment_id = await house.begin_payment("stripe")
    stripe.pay(session_of(stripe, payment_id))
    created, *_ = stripe.refund_by_hand(intent_of(stripe, payment_id), 300)
    held = dict(stripe.transactions)
    stripe.transactions.clear()
    created["data"]["object"]["metadata"] = {}
    assert await house.tell(stripe, created) == ["unknown_payment"]
    await house.reconcile("stripe")
    seen = await shop.see({"id": payment_id})
    assert (seen["status"], seen["amount_refunded"]) == ("completed", 300)
    (found,) = [d for d in await unknown(house) if d["reference"] == created["id"]]
    assert (found["status"], found["payment_id"]) == ("explained", payment_id)
    stripe.transactions.update(held)
    assert (await house.reconcile("stripe")).differences == 0


async def test_a_gateway_that_cannot_be_asked_leaves_a_difference(shop: Shop, house: House) -> None:
    """Nor does it tell its books: a module that speaks the smallest protocol, or one that is no longer configured."""
    gateway = house.steps.gateways["mock"]
    event = {
        "provider": "mock", "event_id": f"evt_{uuid.uuid4()}", "kind": "completed", "amount": 500, "currency": "USD",
        "payment_id": str(uuid.uuid4()), "payload": {},
    }  # fmt: skip
    assert (await shop.call("web_gateway", "receive_gateway_event", **event))["outcome"] == "unknown_payment"
    gateways = dict(house.steps.gateways)
    del gateways["mock"]
    house.steps.gateways = gateways
    try:
        assert (await house.reconcile("mock")).status == "not_available"
    finally:
        house.steps.gateways = gateways | {"mock": gateway}
    (found,) = [d for d in await unknown(house) if d["reference"] == event["event_id"]]
    assert (found["status"], found["theirs"]) == ("open", None)


def test_each_gateway_can_be_asked(house: House) -> None:
    assert all(isinstance(gateway, Inspector) for gateway in house.steps.gateways.values())


# --- refunds in SSLCommerz's panel ----------------------------------------------------------------


@pytest.mark.out_of_step("a refund is recorded that SSLCommerz does not know")
async def test_a_refund_in_the_panel_is_recorded_by_its_reference(
    shop: Shop, house: House, sslcommerz: SSLCommerzServer
) -> None:
    payment_id = await house.begin_payment("sslcommerz", "BDT")
    await house.receive("sslcommerz", {}, sslcommerz.pay(write_id(payment_id)))
    payment = await house.steps.read(payment_id, "test")
    # Somebody refunds in the panel: SSLCommerz knows the refund, and nothing tells us.
    gateway: Any = house.steps.gateway("sslcommerz")
    outcome = await gateway.refund(payment, refund_of(payment_id))
    sslcommerz.settle_refund(outcome.reference)
    await house.reconcile("sslcommerz")
    assert await house.differences(payment_id) == []  # as documented: it cannot be seen

    given = {"token": shop.support, "payment_id": payment_id, "reason": "x", "amount": 400}
    made = await shop.call("web_support", "create_refund", gateway_reference=outcome.reference, **given)
    assert (made["status"], made["amount"]) == ("completed", 400)
    sent = "SELECT count(*) FROM messaging.outbox WHERE kind = 'refund_payment' AND payload ->> 'refund_id' = $1"
    assert await shop.admin.fetchval(sent, made["id"]) == 0
    await house.reconcile("sslcommerz")
    assert await house.differences(payment_id) == []
    with refused("refund_known", "SH409"):
        await shop.call("web_support", "create_refund", gateway_reference=outcome.reference, **given)

    # A reference that SSLCommerz does not know is told.
    await shop.call("web_support", "create_refund", gateway_reference="0123456789abc", **given)
    await house.reconcile("sslcommerz")
    (found,) = await house.differences(payment_id)
    assert (found["kind"], found["ours"], found["theirs"]) == ("refunded", 800, 400)


def refund_of(payment_id: str) -> Refund:
    return Refund(
        str(uuid.uuid4()), payment_id, "sslcommerz", "pending", 400, "BDT", "by hand",
        datetime.now(UTC) - timedelta(minutes=1),
    )  # fmt: skip


async def test_only_a_gateway_has_a_reference(shop: Shop) -> None:
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    answer = await shop.call(
        "web_customer", "begin_payment", token=customer, order_id=order["id"], provider="cash_on_delivery"
    )
    payment_id = answer["payment"]["id"]
    await shop.call("web_support", "confirm_payment", token=shop.support, payment_id=payment_id)
    with refused("refund_not_at_gateway", "SH422"):
        await shop.call(
            "web_support", "create_refund", token=shop.support, payment_id=payment_id, reason="x",
            gateway_reference="re_1",
        )  # fmt: skip
