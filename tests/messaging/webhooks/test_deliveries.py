"""What happened is told to whoever asked for it: signed, at least once, for three days; what did not happen is not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.settings import Settings
from api.worker.jobs import webhooks
from api.worker.loop import Worker
from db.server.access import Access
from tests.messaging.webhooks.conftest import Desk, Receiver, answer, hang, receiving
from tests.payments.conftest import Shop

DELIVERED = "count(*) = $2 AND bool_and(d.status = 'delivered')"


async def told(receiver: Receiver, event_id: str, times: int = 1) -> list[Any]:
    """The requests about one event, once there are so many."""
    async with asyncio.timeout(60), receiver.heard:
        await receiver.heard.wait_for(
            lambda: sum(r.headers["webhook-id"] == event_id for r in receiver.received) >= times
        )
    return [r for r in receiver.received if r.headers["webhook-id"] == event_id]


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
    assert list(sale.event) == ["id", "type", "created_at", "data"]
    assert sale.event["type"] == "order.created"
    assert set(sale.event["data"]) == {"order_id", "currency", "items"}
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
    assert json.loads(body)["data"] == {"order_id": order["id"], "product_id": theirs["id"], "quantity": 2}


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
        "product_id": product, "price": 500, "currency": "USD", "valid_from": "2026-11-21T10:00:00+00:00",
        "lines": [{"quantity": 2, "product_id": product}],
    }  # fmt: skip


async def test_only_what_was_asked_for_and_only_from_now_on(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    before = await desk.record(merchant, "product.before")
    await shop.until(
        "SELECT xact < pg_snapshot_xmin(pg_current_snapshot()) FROM messaging.events WHERE id = $1::text::uuid", before
    )
    endpoint = await desk.endpoint(merchant, receiver.url, types=["stock.*", "product.deleted"])
    for kind in ("product.unwanted", "product.deleted", "stock.counted", "wallet.locked"):
        await desk.record(merchant, kind)
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


# --- answers --------------------------------------------------------------------------------------


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


# --- where to -------------------------------------------------------------------------------------


async def test_a_name_that_moved_to_a_private_address(
    shop: Shop, desk: Desk, merchant: str, receiver: Receiver
) -> None:
    """It was public when the endpoint was made; what counts is where each connection would lead."""
    strict = Settings(database_url=desk.settings.database_url, secret=desk.settings.secret, data=desk.settings.data)
    endpoint = await desk.endpoint(merchant, f"http://hooks.example:{receiver.port}/")
    await desk.record(merchant)

    async def rebound(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "::ffff:127.0.0.1"]

    async with desk.delivering(settings=strict, resolve=rebound):
        await desk.until(endpoint, "bool_or(d.attempts = 1 AND d.claimed_until IS NULL)")
    [delivery] = await desk.deliveries(merchant, endpoint)
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["address_refused"]
    assert receiver.received == []


async def test_the_connection_goes_to_what_was_checked_and_the_words_to_the_name(
    shop: Shop, desk: Desk, merchant: str, tmp_path: Path
) -> None:
    served, trusting, names = certificate(tmp_path, "hooks.example")
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with receiving(served) as receiver:
        endpoint = await desk.endpoint(merchant, f"https://hooks.example:{receiver.port}/in?key=1")
        await desk.record(merchant)
        async with desk.delivering(resolve=resolve, tls=trusting):
            [request] = await receiver.until(1)
            await desk.until(endpoint, DELIVERED, 1)
        assert request.headers["host"] == f"hooks.example:{receiver.port}"
        assert request.path == "/in?key=1"
    assert asked == ["hooks.example"]
    assert names == ["hooks.example"]


async def test_a_certificate_of_somebody_else(shop: Shop, desk: Desk, merchant: str, tmp_path: Path) -> None:
    served, trusting, _ = certificate(tmp_path, "other.example")

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with receiving(served) as receiver:
        endpoint = await desk.endpoint(merchant, f"https://hooks.example:{receiver.port}/")
        await desk.record(merchant)
        async with desk.delivering(resolve=resolve, tls=trusting):
            await desk.until(endpoint, "bool_or(d.attempts = 1 AND d.claimed_until IS NULL)")
        assert receiver.received == []
    [delivery] = await desk.deliveries(merchant, endpoint)
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["tls_failed"]


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext, list[str]]:
    """A server's context, a client's that trusts it, and the names that clients ask the server for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    names: list[str] = []
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    served.sni_callback = lambda _, asked, __: names.append(asked)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return served, trusting, names
