"""The web tier and the worker through PgBouncer.

A customer signs up, orders and pays; 64 at once do; what listens goes past the pooler, and hears.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.server.access import Access
from db.server.processes import die_with_parent
from tests.deployment.pgbouncer.conftest import (
    CLIENTS,
    ROOT,
    SESSIONS,
    Pooler,
    assert_books_balance,
    buy,
    customers,
    send,
)
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio


async def test_from_sign_up_to_a_paid_order(shop: Client, lamp: str, pooler: Pooler, admin: Any) -> None:
    """The README's flow, over HTTP from its first step."""
    person = {"email": "ada@example.com", "password": "Correct-Horse-9"}
    await send(shop, "POST", "/accounts", json=person)
    token = (await send(shop, "POST", "/sessions", json=person))["access_token"]
    found = await send(shop, "GET", "/products?q=lamp&in_stock=true&limit=1")
    assert found["data"][0]["id"] == lamp
    order = await buy(shop, token, lamp, "first-order")
    assert (order["status"], order["amount_paid"]) == ("paid", 500)
    events = await send(shop, "GET", f"/orders/{order['id']}/events", token=token)
    assert "order.paid" in [event["type"] for event in events["data"]]
    through = {row["user"] for row in pooler.show("POOLS") if row["database"] == "storeproc"}
    assert {"web_anonymous", "web_customer", "web_gateway"} <= through
    await assert_books_balance(admin)


async def test_64_customers_shop_at_once(shop: Client, lamp: str, call: Any, admin: Any, pooler: Pooler) -> None:
    people = await customers(call, admin, "shopping", CLIENTS)
    start = asyncio.Barrier(CLIENTS)
    most: Counter[str] = Counter()
    finished = asyncio.Event()

    async def come(mail: str, token: str) -> tuple[str, str, str]:
        await start.wait()
        order = await buy(shop, token, lamp, f"key-{mail}")
        account = await send(shop, "GET", "/account", token=token)
        return order["status"], account["email"], order["id"]

    async def count_sessions() -> None:
        while not finished.is_set():
            rows = await admin.fetch(
                "SELECT usename, count(*) AS sessions FROM pg_stat_activity WHERE application_name = 'storeproc web' "
                "AND datname = current_database() GROUP BY usename"
            )
            for row in rows:
                most[row["usename"]] = max(most[row["usename"]], row["sessions"])
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count_sessions())
    try:
        ends = await asyncio.gather(*(come(mail, token) for mail, token in people.items()))
    finally:
        finished.set()
        await counting
    assert [status for status, _, _ in ends] == ["paid"] * CLIENTS
    assert [mail for _, mail, _ in ends] == list(people)
    assert len({order for _, _, order in ends}) == CLIENTS
    assert 1 <= most["web_customer"] <= SESSIONS
    await assert_books_balance(admin)


GET_ACCOUNT = (
    "WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
    "SELECT to_json(api.get_account())::text FROM caller"
)


async def test_64_connections_share_ten_sessions(call: Any, admin: Any, pooler: Pooler) -> None:
    """Each prepares the same statement under the same name, and each gets what is its own."""
    people = await customers(call, admin, "sharing", CLIENTS)
    opened = await asyncio.gather(
        *(asyncpg.connect(pooler.url("web_customer"), server_settings={"application_name": "sharing"}) for _ in people)
    )
    start = asyncio.Barrier(CLIENTS)

    async def ask(connection: asyncpg.Connection[Any], mail: str) -> set[str]:
        await start.wait()
        answers = [await connection.fetchval(GET_ACCOUNT, people[mail], f"r-{mail}") for _ in range(10)]
        return {json.loads(answer)["email"] for answer in answers}

    told = await asyncio.gather(*(ask(*pair) for pair in zip(opened, people, strict=True)))
    assert told == [{mail} for mail in people]
    clients = [row for row in pooler.show("CLIENTS") if row["application_name"] == "sharing"]
    behind = [row for row in pooler.show("SERVERS") if row["user"] == "web_customer"]
    assert len(clients) == CLIENTS
    assert 1 < len(behind) <= SESSIONS
    for connection in opened:
        await connection.close()


async def test_what_listens_goes_past_the_pooler_and_hears(
    shop: Client, web: WebServer, lamp: str, call: Any, admin: Any, pooler: Pooler
) -> None:
    (token,) = (await customers(call, admin, "listening", 1)).values()
    await send(shop, "POST", "/cart/items", token=token, json={"product_id": lamp, "quantity": 1})
    order = await send(shop, "POST", "/cart/checkout", token=token, key="heard", json={})
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(10),  # silence is broken by a look at the log after 15 s: this is sooner
        shop.http.stream("GET", f"{web.url}/v1/orders/{order['id']}/stream", headers=headers) as response,
    ):
        heard: list[str] = []
        paying: asyncio.Task[Any] | None = None
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                heard.append(line.removeprefix("event: "))
                if paying is None:
                    attempt = await send(
                        shop, "POST", f"/orders/{order['id']}/payments", token=token, json={"provider": "mock"}
                    )
                    paying = asyncio.create_task(send(shop, "POST", attempt["checkout_url"], data={"outcome": "pay"}))
            if heard[-1:] == ["order.paid"]:
                break
        listening = await admin.fetch(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name IN ('storeproc cache', 'storeproc streams')"
        )
        pooled = {row["application_name"] for row in pooler.show("CLIENTS")}
        assert {row["application_name"] for row in listening} == {"storeproc cache", "storeproc streams"}
        assert not pooled & {"storeproc cache", "storeproc streams"}
        if paying is not None:
            await paying


async def test_the_worker_works_through_it(
    access: Access, admin: Any, shop: Client, lamp: str, call: Any, pooler: Pooler, server_environment: dict[str, str],
    tmp_path: Path,
) -> None:  # fmt: skip
    (token,) = (await customers(call, admin, "worked", 1)).values()
    await buy(shop, token, lamp, "worked")
    await admin.execute("DELETE FROM messaging.outbox WHERE kind <> 'send_mail'")  # no time for 64 invoices
    environment = os.environ | server_environment | {
        "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret, "STOREPROC_DATA": str(tmp_path),
    }  # fmt: skip
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-m", "api.worker"], cwd=ROOT, env=environment, stdout=log, stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while not await admin.fetchval("SELECT count(*) FROM messaging.outbox WHERE done_at IS NOT NULL"):
                assert process.poll() is None, (tmp_path / "worker.log").read_text()
                await asyncio.sleep(0.05)
        assert [row for row in pooler.show("CLIENTS") if row["application_name"] == "storeproc worker"]
    finally:
        process.terminate()
        assert process.wait(60) == 0
