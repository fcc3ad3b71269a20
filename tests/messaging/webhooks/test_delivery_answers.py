"""What an endpoint answers: a failure is tried again for three days, then its owner is told."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from api.worker.jobs import webhooks
from tests.messaging.webhooks.conftest import DELIVERED, Desk, Receiver, answer, hang, told
from tests.payments.conftest import Shop


async def test_a_failure_is_tried_again_with_the_same_bytes(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    receiver.answers = [answer(500, b"out of order\x00" + b"!" * 1000), answer(429)]
    endpoint = await desk.endpoint(merchant, receiver.url)
    event = await desk.record(merchant, number=4711)
    async with desk.delivering():
        for attempt in (1, 2):
            await told(receiver, event, attempt)
            await desk.until(
                endpoint, "bool_and(d.claimed_until IS NULL AND d.attempts = $2 AND d.run_at > now())", attempt
            )
            await desk.due(endpoint)
        first, second, third = await told(receiver, event, 3)
        await desk.until(endpoint, DELIVERED, 1)
    assert first.body == second.body == third.body
    assert all(request.signed_by(endpoint["secret"]) for request in (first, second, third))
    [delivery] = await desk.deliveries(merchant, endpoint)
    assert delivery["status"] == "delivered"
    assert [attempt["status_code"] for attempt in delivery["attempts"]] == [500, 429, 200]
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["status_refused", "status_refused", None]
    shown = delivery["attempts"][0]["answer"]
    assert shown.startswith("out of order!!!")
    assert len(shown) == 200
    assert (await desk.see(merchant, endpoint))["failing_since"] is None


@pytest.mark.parametrize(
    ("behaviour", "status", "error"),
    [
        (hang, None, "timeout"),
        (answer(302, b"", "Location: http://127.0.0.1:1/elsewhere"), 302, "status_refused"),
        (answer(200, b"x" * 5_000_000), 200, None),
        (None, None, "connection_lost"),
    ],
    ids=["hangs", "redirects", "talks", "hangs up"],
)
async def test_strange_answers(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch,
    behaviour: Any, status: int | None, error: str | None,
) -> None:  # fmt: skip
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.5)

    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    receiver.always = behaviour or drop
    endpoint = await desk.endpoint(merchant, receiver.url)
    await desk.record(merchant)
    async with desk.delivering():
        await desk.until(endpoint, "bool_or(d.attempts = 1 AND d.claimed_until IS NULL)")
    [delivery] = await desk.deliveries(merchant, endpoint)
    [attempt] = delivery["attempts"]
    assert attempt["status_code"] == status
    assert attempt["error"] in (error, "answer_malformed" if error == "connection_lost" else error)
    assert len(receiver.received) == 1
    assert len(attempt["answer"] or "") <= 200


async def test_an_answer_whose_end_never_comes_is_an_answer(
    desk: Desk, merchant: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 0.5)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nso")
        await writer.drain()
        await asyncio.Event().wait()

    receiver.always = drip
    endpoint = await desk.endpoint(merchant, receiver.url)
    await desk.record(merchant)
    async with desk.delivering():
        await desk.until(endpoint, DELIVERED, 1)


async def test_gone_is_gone(shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    receiver.always = answer(410)
    endpoint = await desk.endpoint(merchant, receiver.url, types=["product.*"])
    await desk.record(merchant)
    async with desk.delivering():
        await desk.until(endpoint, "bool_and(d.status = 'failed')")
    seen = await desk.see(merchant, endpoint)
    assert (seen["status"], seen["disabled_reason"]) == ("disabled", "gone")
    await assert_its_owner_was_told(shop, endpoint, "gone")
    await desk.fan_out(await desk.record(merchant))  # nothing more is owed to it
    assert len(await desk.deliveries(merchant, endpoint)) == 1


async def assert_its_owner_was_told(shop: Shop, endpoint: dict[str, Any], why: str) -> None:
    data = await shop.admin.fetchval(
        "SELECT data::text FROM messaging.events WHERE type = 'webhook_endpoint.disabled' AND account_id = $1",
        uuid.UUID(endpoint["account_id"]),
    )
    assert json.loads(data) == {"webhook_endpoint_id": endpoint["id"], "failure_code": why}
    mail = await shop.admin.fetchval(
        "SELECT payload::text FROM messaging.outbox WHERE kind = 'send_mail' "
        "AND payload ->> 'template' = 'webhook_endpoint_disabled' AND payload ->> 'account_id' = $1",
        endpoint["account_id"],
    )
    assert json.loads(mail)["data"] == {"webhook_endpoint_id": endpoint["id"]}


async def test_three_days_in_vain(shop: Shop, desk: Desk, merchant: str) -> None:
    """Time is moved by the clock of the rows: each turn everything happened as much longer ago as the pause took."""
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    await desk.fan_out(await desk.record(merchant))
    [delivery] = await desk.deliveries(merchant, endpoint)
    pauses: list[float] = []
    status = "pending"
    while status == "pending":
        assert len(pauses) < 20
        [claimed] = [d for d in await desk.worker("claim_deliveries", limit=100) if d["endpoint_id"] == endpoint["id"]]
        assert claimed["id"] == delivery["id"]
        status = await desk.worker(
            "record_delivery_attempt", delivery_id=claimed["id"], status_code=503, duration_ms=5, error="status_refused"
        )
        if status == "pending":
            pauses.append(await wait_for(shop, endpoint))
    expected = [60, 300, 1800, 7200, 18000] + [36000] * 6
    for pause, least in zip(pauses[:-1], expected, strict=False):
        assert least <= pause <= least * 1.11
    assert len(pauses) in (11, 12)
    assert sum(pauses) == pytest.approx(3 * 86400, abs=60)
    seen = await desk.see(merchant, endpoint)
    assert (seen["status"], seen["disabled_reason"]) == ("disabled", "failing")
    await assert_its_owner_was_told(shop, endpoint, "failing")


async def wait_for(shop: Shop, endpoint: dict[str, Any]) -> float:
    """Lets the pause of the endpoint's delivery pass; its seconds."""
    pause = await shop.admin.fetchval(
        "SELECT extract(epoch FROM run_at - clock_timestamp())::float FROM messaging.webhook_deliveries "
        "WHERE endpoint_id = $1",
        uuid.UUID(endpoint["id"]),
    )
    back = timedelta(seconds=pause + 0.001)
    for statement in (
        "UPDATE messaging.webhook_deliveries SET run_at = run_at - $2::interval, "
        "give_up_at = give_up_at - $2::interval, created_at = created_at - $2::interval WHERE endpoint_id = $1",
        "UPDATE messaging.webhook_endpoints SET failing_since = failing_since - $2::interval WHERE id = $1",
        "UPDATE messaging.webhook_attempts SET created_at = created_at - $2::interval WHERE delivery_id IN "
        "(SELECT id FROM messaging.webhook_deliveries WHERE endpoint_id = $1)",
    ):
        await shop.admin.execute(statement, uuid.UUID(endpoint["id"]), back)
    return float(pause)


async def test_an_endpoint_that_takes_some_is_not_disabled(shop: Shop, desk: Desk, merchant: str) -> None:
    endpoint = await desk.endpoint(merchant, "https://hooks.example/")
    await desk.fan_out(await desk.record(merchant))
    [refused] = await desk.deliveries(merchant, endpoint)
    await desk.worker("record_delivery_attempt", delivery_id=refused["id"], status_code=500, duration_ms=1)
    await desk.fan_out(await desk.record(merchant))
    taken = (await desk.deliveries(merchant, endpoint))[0]
    await desk.worker("record_delivery_attempt", delivery_id=taken["id"], status_code=204, duration_ms=1)
    await shop.admin.execute(
        "UPDATE messaging.webhook_deliveries SET give_up_at = now() - interval '1 second' WHERE id = $1",
        uuid.UUID(refused["id"]),
    )
    await desk.worker("record_delivery_attempt", delivery_id=refused["id"], status_code=500, duration_ms=1)
    by_id = {delivery["id"]: delivery["status"] for delivery in await desk.deliveries(merchant, endpoint)}
    assert by_id == {refused["id"]: "failed", taken["id"]: "delivered"}
    assert (await desk.see(merchant, endpoint))["status"] == "enabled"
