"""POST /webhook-endpoints/{id}/test: an example of an event, sent and shown like any other."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.messaging.webhooks.conftest import DELIVERED, Desk, Receiver, answer
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def ask(desk: Desk, token: str, endpoint: dict[str, Any], role: str = "merchant", **given: Any) -> dict[str, Any]:
    asked: dict[str, Any] = await desk.shop.call(
        f"web_{role}", "test_webhook_endpoint", token=token, endpoint_id=endpoint["id"], **given
    )
    return asked


async def test_a_merchant_gets_a_signed_example_of_a_sale(desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url, types=["order.*"])
    asked = await ask(desk, merchant, endpoint, type="order.paid")
    assert (asked["type"], asked["status"], asked["test"], asked["attempts"]) == ("order.paid", "pending", True, [])
    async with desk.delivering():
        [request] = await receiver.until(1)
        await desk.until(endpoint, DELIVERED, 1)
    assert request.signed_by(endpoint["secret"])
    assert request.headers["webhook-id"] == request.event["id"] == asked["event_id"]
    assert (request.event["type"], request.event["test"]) == ("order.paid", True)
    assert set(request.event["data"]) == {
        "order_id", "order_number", "currency", "refund_id", "shipment_id", "return_id", "items"
    }  # fmt: skip
    [seen] = await desk.deliveries(merchant, endpoint)
    assert (seen["status"], seen["attempts"][0]["status_code"]) == ("delivered", 200)


async def test_an_admin_gets_the_first_type_of_the_endpoint_and_no_words_about_people(
    shop: Shop, desk: Desk, receiver: Receiver
) -> None:
    overseer = await shop.account("admin")
    endpoint = await desk.endpoint(overseer, receiver.url, "admin", types=["refund.*", "order.paid"])
    assert (await ask(desk, overseer, endpoint, "admin"))["type"] == "order.paid"
    assert (await ask(desk, overseer, endpoint, "admin", type="refund.failed"))["type"] == "refund.failed"
    async with desk.delivering():
        requests = await receiver.until(2)
        await desk.until(endpoint, DELIVERED, 2)
    data = {request.event["type"]: request.event["data"] for request in requests}
    assert (data["refund.failed"]["status"], data["refund.failed"]["reason"]) == ("failed", None)
    assert uuid.UUID(data["order.paid"]["order_id"])


@pytest.mark.parametrize("status", [500, 410])
async def test_a_test_that_fails_says_nothing_about_the_endpoint(
    desk: Desk, merchant: str, receiver: Receiver, status: int
) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    receiver.always = answer(status)
    await ask(desk, merchant, endpoint)
    async with desk.delivering():
        await desk.until(endpoint, "count(*) = 1 AND bool_and(d.status = 'failed')")
    [seen] = await desk.deliveries(merchant, endpoint)
    assert [attempt["status_code"] for attempt in seen["attempts"]] == [status]  # and no second one
    assert seen["next_attempt_at"] is None
    now = await desk.see(merchant, endpoint)
    assert (now["status"], now["failing_since"]) == ("enabled", None)


async def test_what_cannot_be_tested(shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url, types=["order.*", "payment.*"])
    for kind in ("refund.failed", "payment.completed", "order.payed"):  # of payments a merchant hears nothing
        with refused("event_type_not_sent", "SH422"):
            await ask(desk, merchant, endpoint, type=kind)
    with refused("webhook_endpoint_not_found", "SH404"):
        await ask(desk, await shop.account("merchant"), endpoint)
    results = await asyncio.gather(*(ask(desk, merchant, endpoint) for _ in range(7)), return_exceptions=True)
    assert sum(isinstance(result, dict) for result in results) == 5
    await shop.call(
        "web_merchant", "update_webhook_endpoint", token=merchant, endpoint_id=endpoint["id"], status="disabled"
    )
    with refused("webhook_endpoint_disabled", "SH409"):
        await ask(desk, merchant, endpoint)


async def test_merchants_get_what_the_registry_says(shop: Shop, desk: Desk, merchant: str, customer: str) -> None:
    """The registry and messaging.fan_out_events() agree on which types reach merchants, with which data."""
    product = await shop.call(
        "web_merchant", "create_product", token=merchant, name="Chair", description="", sku=uuid.uuid4().hex[:12],
        price=700, currency="USD", stock=9,
    )  # fmt: skip
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=[{"product_id": product["id"], "quantity": 1}]
    )
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    types = await shop.admin.fetch("SELECT * FROM messaging.event_types()")
    about = uuid.UUID(order["id"]), uuid.UUID(endpoint["account_id"])
    async with shop.admin.acquire() as connection, connection.transaction():
        for line in types:
            of_order = line["merchant_payload"] == "sale"
            data = json.loads(line["example"]) | ({"product_id": product["id"]} if "item" in line["type"] else {})
            await connection.execute(
                "SELECT messaging.record_event($1, $2, $3, $4::jsonb)",
                line["type"], about[0] if of_order else None, about[1], json.dumps(data),
            )  # fmt: skip
        last = str(await connection.fetchval("SELECT max(id::text) FROM messaging.events"))
    await desk.fan_out(last)
    sent = await shop.admin.fetch(
        "SELECT type, body FROM messaging.webhook_deliveries WHERE endpoint_id = $1", uuid.UUID(endpoint["id"])
    )
    assert {row["type"] for row in sent} == {line["type"] for line in types if line["merchant_payload"]}
    sales = {line["type"] for line in types if line["merchant_payload"] == "sale"}
    for row in sent:
        assert ("items" in json.loads(row["body"])["data"]) == (row["type"] in sales), row["type"]
