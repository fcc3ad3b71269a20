"""An order followed by server-sent events, with the real web tier."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import uvicorn

from api.app import create_app
from api.cli.processes import listen
from api.handlers import order_stream as stream
from api.http.context import RequestContext
from api.postgres.order_news import Subscription
from api.settings import Settings
from db.server.access import Access
from tests.messaging.events.conftest import listening, record
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client, WebServer

OPEN = "SELECT count(*) FROM messaging.streams WHERE order_id = $1::text::uuid AND until > now()"
LISTENING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE application_name = 'storeproc streams' AND datname = current_database()"
)


@pytest.fixture
async def order(shop: Shop, customer: str) -> dict[str, Any]:
    return await shop.order(customer, await shop.product())


@pytest.fixture
async def quick(access: Access, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> AsyncIterator[str]:
    """The web tier in this process, with a short breath: its address."""
    monkeypatch.setattr(stream, "HEARTBEAT", 0.2)
    monkeypatch.setattr(stream, "PATIENCE", 0.5)
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path)
    listener = listen("127.0.0.1", 0)
    app = create_app(settings)
    config = uvicorn.Config(app, lifespan="on", ws="none", log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    server.lifespan.state["order_news"].stop()  # what the signal does in a process
    await serving


async def cancel(shop: Shop, order: dict[str, Any], customer: str) -> None:
    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])


async def test_what_was_and_what_happens_now(
    server: WebServer, shop: Shop, customer: str, order: dict[str, Any]
) -> None:
    async with listening(server.url, order, customer) as listener:
        assert (await listener.next())["type"] == "order.created"
        await cancel(shop, order, customer)
        event = await listener.next()
        assert event["type"] == "order.cancelled"
        assert set(event) == {"id", "type", "data", "actor_id", "created_at"}


async def test_a_client_comes_back_and_goes_on(
    server: WebServer, shop: Shop, customer: str, order: dict[str, Any]
) -> None:
    async with listening(server.url, order, customer) as listener:
        created = await listener.next()
        await listener.until_final(created)
    await cancel(shop, order, customer)
    async with listening(server.url, order, customer, last=listener.last_id) as again:
        assert (await again.next())["type"] == "order.cancelled"
    async with listening(server.url, order, customer, last_event_id=created["id"]) as again:
        assert (await again.next())["type"] == "order.cancelled"


async def test_only_their_own(client: Client, shop: Shop, customer: str, order: dict[str, Any]) -> None:
    stranger = await shop.account()
    path = f"/orders/{order['id']}/stream"
    refused = await client.get(path, token=stranger)
    assert (refused.status_code, refused.json()["code"]) == (404, "order_not_found")
    refused = await client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_missing")
    refused = await client.get(path, token=customer, headers={"Last-Event-ID": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (422, "request_invalid")
    refused = await client.get(path, token=customer, headers={"Last-Event-ID": str(uuid.uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (422, "event_not_found")
    seen = await client.request("HEAD", path, token=customer)
    assert (seen.status_code, seen.content) == (200, b"")
    assert await shop.admin.fetchval(OPEN, order["id"]) == 0


async def test_one_connection_listens_for_ten_streams_and_the_eleventh_waits(
    server: WebServer, client: Client, shop: Shop
) -> None:
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(listening(server.url, order, customer)) for _ in range(10)]
        for listener in listeners:
            await listener.next()
        refused = await client.get(f"/orders/{order['id']}/stream", token=customer)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
        assert refused.headers["retry-after"]
        assert await shop.admin.fetchval(LISTENING) == 1
        await cancel(shop, order, customer)
        for listener in listeners:
            assert (await listener.next())["type"] == "order.cancelled"
    await shop.until(OPEN.replace("count(*)", "count(*) = 0"), order["id"])  # who goes makes room
    async with listening(server.url, order, customer) as listener:
        await listener.next()


async def test_two_at_once_are_counted(shop: Shop, connect: Any) -> None:
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    for _ in range(9):
        await shop.call("web_customer", "open_order_stream", token=customer, order_id=order["id"])
    tenth = await connect()
    transaction = tenth.transaction()
    await transaction.start()
    ids = (uuid.UUID(order["id"]), uuid.UUID(order["account_id"]))
    await tenth.execute("SELECT messaging.open_stream($1, $2)", *ids)
    eleventh = asyncio.create_task(shop.call("web_customer", "open_order_stream", token=customer, order_id=order["id"]))
    await shop.until(
        "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    await transaction.commit()
    with refused("too_many_streams"):
        await eleventh
    # A process that died renews nothing: a minute later there is room.
    await shop.admin.execute("UPDATE messaging.streams SET until = now() - interval '1 second'")
    assert await shop.call("web_customer", "open_order_stream", token=customer, order_id=order["id"])


async def test_what_commits_late_is_seen_and_not_passed_over(
    server: WebServer, shop: Shop, customer: str, order: dict[str, Any], connect: Any
) -> None:
    early, late = await connect(), await connect()
    async with listening(server.url, order, customer) as listener:
        created = await listener.next()
        await listener.until_final(created)
        slow = early.transaction()
        await slow.start()
        await record(early, "test.first", order)
        await record(late, "test.second", order)
        second = await listener.next()  # at once, though another transaction may come before it …
        assert second["type"] == "test.second"
        assert listener.last_id == created["id"]  # … so a reconnection begins before it
    await slow.commit()
    async with listening(server.url, order, customer, last=listener.last_id) as again:
        assert [(await again.next())["type"] for _ in range(2)] == ["test.first", "test.second"]
        await again.until_final(again.events[-1])


async def test_the_late_one_comes_on_the_same_connection_once(
    server: WebServer, shop: Shop, customer: str, order: dict[str, Any], connect: Any
) -> None:
    early, late = await connect(), await connect()
    async with listening(server.url, order, customer) as listener:
        await listener.next()
        slow = early.transaction()
        await slow.start()
        await record(early, "test.first", order)
        await record(late, "test.second", order)
        assert (await listener.next())["type"] == "test.second"
        await slow.commit()
        assert (await listener.next())["type"] == "test.first"
        await record(late, "test.third", order)
        assert (await listener.next())["type"] == "test.third"


async def test_an_order_that_nobody_watches_costs_no_notification(
    shop: Shop, customer: str, order: dict[str, Any], connect: Any
) -> None:
    hearing = await connect("web_gateway")
    heard: asyncio.Queue[str] = asyncio.Queue()
    await hearing.add_listener("storeproc_orders", lambda *told: heard.put_nowait(told[3]))
    await record(shop.admin, "test.unwatched", order)
    watched = await shop.order(customer, await shop.product())
    await shop.call("web_customer", "open_order_stream", token=customer, order_id=watched["id"])
    await record(shop.admin, "test.watched", watched, reason="not in the payload")
    assert await asyncio.wait_for(heard.get(), 60) == watched["id"]
    assert heard.empty()


async def test_it_ends_with_the_token(server: WebServer, shop: Shop, customer: str, order: dict[str, Any]) -> None:
    claims = "convert_from(identity.decode_base64url(split_part($1, '.', 2)), 'UTF8')::jsonb"
    brief = await shop.admin.fetchval(
        f"SELECT identity.issue_token((c ->> 'sub')::uuid, c ->> 'role', (c ->> 'sid')::uuid, '3 seconds') "
        f"FROM (SELECT {claims}) AS t (c)",
        customer,
    )
    async with listening(server.url, order, brief) as listener:
        await listener.next()
        assert (await listener.until_end())[-1] == "token_expired"


async def test_it_ends_with_the_session_and_breathes_until_then(quick: str, shop: Shop) -> None:
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    async with listening(quick, order, customer) as listener:
        await listener.next()
        async with asyncio.timeout(60):
            while (await listener.block() or {}).get("", "none") != "":
                pass
        await shop.admin.execute(
            "UPDATE identity.sessions SET revoked_at = now() WHERE account_id = $1", uuid.UUID(order["account_id"])
        )
        assert (await listener.until_end())[-1] == "session_revoked"


async def test_it_survives_the_loss_of_its_connections(
    quick: str, shop: Shop, customer: str, order: dict[str, Any]
) -> None:
    others = await shop.admin.fetchval(LISTENING)
    async with listening(quick, order, customer) as listener:
        await listener.next()
        await shop.until(LISTENING.replace("count(*)", f"count(*) = {others + 1}"))
        await shop.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'storeproc %' AND datname = current_database()"
        )
        await record(shop.admin, "test.meanwhile", order)
        assert (await listener.next())["type"] == "test.meanwhile"
        await shop.until(LISTENING.replace("count(*)", "count(*) = 1"))
        await record(shop.admin, "test.afterwards", order)
        assert (await listener.next())["type"] == "test.afterwards"


async def test_who_does_not_read_is_dropped_and_takes_no_room(
    quick: str, shop: Shop, order: dict[str, Any], customer: str
) -> None:
    host, port = quick.removeprefix("http://").split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    client.sendall(
        f"GET /v1/orders/{order['id']}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {customer}\r\n\r\n".encode()
    )
    await shop.until(OPEN, order["id"])
    deadline = time.monotonic() + 60
    while await shop.admin.fetchval(OPEN, order["id"]):
        assert time.monotonic() < deadline
        for _ in range(20):
            await record(shop.admin, "test.flood", order, text="x" * 20_000)
    client.close()


async def test_a_slow_client_is_not_read_ahead_for() -> None:
    """While a client takes nothing, nothing is fetched for it, however often it is called."""
    looks = 0
    taken, again = asyncio.Event(), asyncio.Event()

    async def read(position: object) -> Any:
        nonlocal looks
        looks += 1
        if looks > 1:
            again.set()
        return {"data": [{"id": f"{looks}", "type": "test"}], "final_id": f"{looks}"}

    async def send(message: dict[str, Any]) -> None:
        if b"data" in message.get("body", b""):
            await taken.wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def close() -> None:
        pass

    watch = Subscription("lease", "order")
    response = stream.EventStream(watch, read, None, await read(None), time.time() + 60, close)
    scope: dict[str, Any] = {"type": "http", "headers": [], "method": "GET", "state": {}}
    context = scope["state"]["context"] = RequestContext(scope, 0.0, 60.0)
    pouring = asyncio.create_task(response(scope, receive, send))
    for _ in range(50):
        watch.called.set()
        await asyncio.sleep(0)
    assert looks == 1
    taken.set()
    await again.wait()
    watch.end("done")
    await pouring
    assert context.ended == "done"


async def test_a_server_that_stops_does_not_wait_for_them(
    access: Access, shop: Shop, customer: str, order: dict[str, Any], tmp_path: Any
) -> None:
    server = WebServer(access, {}, tmp_path)
    try:
        server.start()
        async with listening(server.url, order, customer) as listener:
            await listener.next()
            assert server.process is not None
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert (await listener.until_end())[-1] == "server_stops"
        assert await asyncio.to_thread(server.process.wait, 10) in (0, -signal.SIGTERM)
        assert time.monotonic() - started < 4
        assert await shop.admin.fetchval(OPEN, order["id"]) == 0
        ends = [json.loads(line) for line in server.log().splitlines() if '"ended"' in line]
        assert [line["ended"] for line in ends] == ["server_stops"]
        assert "rror" not in server.log()
    finally:
        server.stop()
        server.listener.close()
