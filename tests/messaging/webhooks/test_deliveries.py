"""What happened is told to whoever asked for it: signed, at least once, for three days; what did not happen is not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.worker.jobs import webhooks
from api.worker.loop import Worker
from db.server.access import Access
from tests.messaging.webhooks.conftest import DELIVERED, Desk, Receiver, answer, hang, receiving, told
from tests.payments.conftest import Shop

# --- what is told to whom -------------------------------------------------------------------------


async def test_a_sale_is_told_to_its_merchant_and_to_the_shop(
    shop: Shop, desk: Desk, customer: str, merchant: str, receiver: Receiver
) -> None:
    product = await shop.product()
    theirs = await shop.call(
        "web_merchant", "create_product", token=merchant, name="Chair", description="", sku=uuid.uuid4().hex[:12],
        price=700, currency="USD", stock=9,
    )  # fmt: skip
    overseer = await shop.account("admin")
    async with receiving() as office, receiving() as stranger:
        own = await desk.endpoint(merchant, receiver.url, types=["order.*"])
        everything = await desk.endpoint(overseer, office.url, "admin", types=["order.created"])
        await desk.endpoint(await shop.account("merchant"), stranger.url)
        items = [{"product_id": product, "quantity": 1}, {"product_id": theirs["id"], "quantity": 2}]
        order = await shop.call("web_customer", "create_order", token=customer, items=items)
        async with desk.delivering():
            [sale] = await receiver.until(1)
            [whole] = await office.until(1)
            await desk.until(own, DELIVERED, 1)
        assert stranger.received == []

    assert sale.signed_by(own["secret"])
    assert not sale.signed_by(everything["secret"])
    assert sale.headers["webhook-id"] == sale.event["id"] == whole.event["id"]
    assert abs(int(sale.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    assert sale.headers["content-type"] == "application/json"
    assert list(sale.event) == ["id", "type", "timestamp", "data"]
    assert sale.event["type"] == "order.created"
    told_of = {name: value for name, value in sale.event["data"].items() if value is not None}
    assert set(told_of) == {"order_id", "order_number", "currency", "items"}
    assert told_of["order_number"] == order["number"]
    [line] = sale.event["data"]["items"]
    assert (line["product_id"], line["quantity"], line["total"]) == (theirs["id"], 2, 1400)
    assert order["account_id"] not in sale.body.decode()  # who bought is not the merchant's to know
    assert product not in sale.body.decode()
    assert whole.signed_by(everything["secret"])
    assert whole.event["data"]["total"] == order["total"] == 1900
    assert whole.event["data"]["account_id"] == order["account_id"]


async def test_a_line_that_is_taken_out_is_told_to_its_merchant(
    shop: Shop, desk: Desk, customer: str, merchant: str
) -> None:
    theirs = await shop.call(
        "web_merchant", "create_product", token=merchant, name="Chair", description="", sku=uuid.uuid4().hex[:12],
        price=700, currency="USD", stock=9,
    )  # fmt: skip
    endpoint = await desk.endpoint(merchant, "https://hooks.example/", types=["order.item_removed"])
    items = [{"product_id": await shop.product(), "quantity": 1}, {"product_id": theirs["id"], "quantity": 2}]
    order = await shop.call("web_customer", "create_order", token=customer, items=items)
    line = next(item for item in order["items"] if item["product_id"] == theirs["id"])
    await shop.call("web_customer", "delete_product_in_order", token=customer, order_id=order["id"], item_id=line["id"])
    await desk.fan_out(await newest(shop, "order.item_removed"))
    [delivery] = await desk.deliveries(merchant, endpoint)
    body = await shop.admin.fetchval(
        "SELECT body FROM messaging.webhook_deliveries WHERE id = $1::text::uuid", delivery["id"]
    )
    [gone] = json.loads(body)["data"]["items"]
    assert gone == {"id": None, "product_id": theirs["id"], "sku": theirs["sku"], "quantity": 2, "total": None}
    assert json.loads(body)["data"]["order_id"] == order["id"]


async def newest(shop: Shop, kind: str) -> str:
    return str(await shop.admin.fetchval("SELECT max(id::text) FROM messaging.events WHERE type = $1", kind))


async def test_words_about_people_stay_in_the_shop(shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    product = str(uuid.uuid4())
    await desk.record(
        merchant, reason="Mrs Doe called", email="doe@example.com", product_id=product, price=500, currency="USD",
        valid_from="2026-11-21T10:00:00+00:00", lines=[{"note": "for Jane", "quantity": 2, "product_id": product}],
    )  # fmt: skip
    async with desk.delivering():
        [request] = await receiver.until(1)
        await desk.until(endpoint, DELIVERED, 1)
    assert request.event["data"] == {
        "order_id": None, "order_number": None, "account_id": endpoint["account_id"], "reason": None, "email": None,
        "product_id": product, "price": 500, "currency": "USD", "valid_from": "2026-11-21T10:00:00+00:00",
        "lines": [{"note": None, "quantity": 2, "product_id": product}],
    }  # fmt: skip


async def test_only_what_was_asked_for_and_only_from_now_on(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    before = await desk.record(merchant, "product.before")
    await shop.until(
        "SELECT xact < pg_snapshot_xmin(pg_current_snapshot()) FROM messaging.events WHERE id = $1::text::uuid", before
    )
    endpoint = await desk.endpoint(merchant, receiver.url, types=["stock.*", "product.deleted"])
    for kind in ("product.unwanted", "stock.counted", "wallet.noticed"):
        await desk.record(merchant, kind)
    await desk.record(merchant, "product.deleted", product_id=str(uuid.uuid4()), sku="A")
    async with desk.delivering():
        await desk.until(endpoint, DELIVERED, 2)
    assert sorted(request.event["type"] for request in receiver.received) == ["product.deleted", "stock.counted"]


async def test_what_is_rolled_back_is_never_sent(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver, connect: Any
) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    connection = await connect()
    account = uuid.UUID(endpoint["account_id"])
    async with desk.delivering():
        undone = connection.transaction()
        await undone.start()
        await connection.execute("SELECT messaging.record_event('product.undone', NULL, $1)", account)
        await undone.rollback()
        late = connection.transaction()
        await late.start()
        await connection.execute("SELECT messaging.record_event('product.late', NULL, $1)", account)
        done = await desk.record(merchant, "product.done")
        await late.commit()
        await told(receiver, done)
        await desk.until(endpoint, DELIVERED, 2)
    assert {request.event["type"] for request in receiver.received} == {"product.done", "product.late"}


async def test_who_works_for_the_shop_no_longer_is_told_nothing_more(
    shop: Shop, desk: Desk, receiver: Receiver, merchant: str
) -> None:
    overseer = await shop.account("admin")
    endpoint = await desk.endpoint(overseer, receiver.url, "admin")
    await shop.admin.execute(
        "UPDATE identity.accounts SET status = 'suspended' WHERE id = $1", uuid.UUID(endpoint["account_id"])
    )
    await desk.fan_out(await desk.record(merchant))
    assert await shop.admin.fetchval(
        "SELECT count(*) FROM messaging.webhook_deliveries WHERE endpoint_id = $1", uuid.UUID(endpoint["id"])
    ) == 0  # fmt: skip


# --- many at once ---------------------------------------------------------------------------------


async def test_one_that_hangs_does_not_hold_up_the_others(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIMEOUT", 60.0)  # else a slow machine gives some up, and the receiver counts on
    receiver.always = hang
    await desk.endpoint(merchant, receiver.url)
    other = await shop.account("merchant")
    for _ in range(30):
        await desk.record(merchant)
    async with receiving() as prompt:
        endpoint = await desk.endpoint(other, prompt.url)
        for _ in range(10):
            await desk.record(other)
        delivering = asyncio.create_task(deliver_until(desk, endpoint, 10))
        await asyncio.wait_for(delivering, 60)
    assert receiver.most <= webhooks.OF_ONE


async def deliver_until(desk: Desk, endpoint: dict[str, Any], count: int) -> None:
    stopping = asyncio.Event()
    courier = asyncio.create_task(webhooks.Courier(desk.worker, desk.settings).run(stopping))
    try:
        await desk.until(endpoint, DELIVERED, count)
    finally:
        courier.cancel()  # as a worker whose database is lost: what hangs is not waited for
        await asyncio.gather(courier, return_exceptions=True)


async def test_three_workers_send_each_once(shop: Shop, desk: Desk, merchant: str, receiver: Receiver) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    barrier = asyncio.Barrier(5)

    async def happen() -> None:
        await barrier.wait()
        for _ in range(20):
            await desk.record(merchant)

    async with desk.delivering(count=3):
        await asyncio.gather(*(happen() for _ in range(4)), barrier.wait())
        await desk.until(endpoint, DELIVERED, 80)
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert len(ids) == len(set(ids)) == 80
    await shop.assert_books_balance()


async def test_claims_never_overlap(shop: Shop, desk: Desk) -> None:
    await desk.worker("claim_deliveries", limit=20)  # the first call of a kind is made alone
    merchants = [await shop.account("merchant") for _ in range(12)]
    for merchant in merchants:
        await desk.endpoint(merchant, "https://hooks.example/")
        for _ in range(8):
            last = await desk.record(merchant)
    await desk.fan_out(last)
    seen: list[str] = []
    for _ in range(4):
        batches = await asyncio.gather(*(desk.worker("claim_deliveries", limit=20) for _ in range(8)))
        seen += [delivery["id"] for batch in batches for delivery in batch]
    assert len(seen) == len(set(seen)) >= 96


async def test_a_worker_that_dies_between_sending_and_recording(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver, access: Access
) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    receiver.answers = [hang]
    event = await desk.record(merchant)
    process = subprocess.Popen(  # noqa: ASYNC220  # starting one is quick
        [sys.executable, "-m", "api.worker"], stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[3],
        env={**os.environ, "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret,
             "STOREPROC_DATA": str(desk.settings.data), "WEBHOOKS_ALLOW_PRIVATE": "1"},
    )  # fmt: skip
    try:
        await told(receiver, event)  # sent, and not answered yet
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not await desk.worker("claim_deliveries", limit=100)  # for a minute nobody else has it
    await desk.due(endpoint)
    async with desk.delivering():
        first, second = await told(receiver, event, 2)
        await desk.until(endpoint, DELIVERED, 1)
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == event


async def test_the_worker_itself_delivers_and_finishes_what_it_began(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    go_on = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        await answer(200)(writer)

    receiver.always = slowly
    event = await desk.record(merchant)
    worker = Worker(desk.settings, lambda _: {})
    running = asyncio.create_task(worker.run())
    await told(receiver, event)
    worker.stop()
    ended, _ = await asyncio.wait({running}, timeout=0.7)
    assert not ended  # it waits for the answer
    go_on.set()
    await asyncio.wait_for(running, 60)
    assert [d["status"] for d in await desk.deliveries(merchant, endpoint)] == ["delivered"]


async def test_an_endpoint_that_is_deleted_while_it_is_sent_to(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    endpoint = await desk.endpoint(merchant, receiver.url)
    go_on = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        await answer(500)(writer)

    receiver.always = slowly
    event = await desk.record(merchant)
    async with desk.delivering():
        await told(receiver, event)
        await shop.call("web_merchant", "delete_webhook_endpoint", token=merchant, endpoint_id=endpoint["id"])
        go_on.set()
