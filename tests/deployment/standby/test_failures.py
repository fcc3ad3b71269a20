"""Nobody notices when the standby stops, or has to take over."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from db.deploy import migrate
from db.deploy.source import Source
from tests.deployment.standby.conftest import ADDRESS, ROOT, Web, add_address, measured, sees, sign_up
from tests.deployment.standby.pair import Pair, ask, executed
from tests.support.web import Client

pytestmark = pytest.mark.anyio
PAUSE = 0.3  # seconds between two rounds of a customer: what happens meanwhile has a part of the machine


async def under_load(
    pair: Pair, client: Client, event: Callable[[], Awaitable[None]], writes: bool = True
) -> tuple[int, list[str]]:
    """Customers write and read while it happens: how many requests, and which went wrong."""
    tokens = [await sign_up(pair) for _ in range(6)]
    await pair.caught_up()
    finished = asyncio.Event()
    number = 0
    failures: list[str] = []

    async def shop(token: str) -> None:
        nonlocal number
        while not finished.is_set():
            made = await client.post("/account/addresses", token=token, json=ADDRESS)
            if made.status_code != 201:
                failures.append(made.text)
                continue
            address = made.json()["id"]
            if not await sees(client, token, address):
                failures.append("stale")
            for path in ("/account", "/cart", "/products", "/orders"):
                answer = await client.get(path, token=token)
                if answer.status_code != 200:
                    failures.append(f"{path}: {answer.text}")
            answer = await client.delete(f"/account/addresses/{address}", token=token)
            if answer.status_code != 204:
                failures.append(answer.text)
            number += 7
            await asyncio.sleep(PAUSE)

    shoppers = [asyncio.create_task(shop(token)) for token in tokens]
    try:
        await event()
    finally:
        finished.set()
        await asyncio.gather(*shoppers)
    return number, failures


async def test_code_is_deployed_while_the_standby_answers(pair: Pair, web: Web, client: Client, tmp_path: Path) -> None:
    source = tmp_path / "db"
    shutil.copytree(ROOT / "db", source, ignore=shutil.ignore_patterns("__pycache__"))
    endpoint = next(source.rglob("get_account.sql"))
    original = endpoint.read_text()

    async def deploy() -> None:
        for number in range(3):
            endpoint.write_text(original + f"\nCOMMENT ON FUNCTION api.get_account IS 'Read {number}';\n")
            await asyncio.to_thread(migrate.migrate, pair.access, source=Source.read(source))

    number, failures = await under_load(pair, client, deploy)
    print(f"3 deployments, {number} requests, {len(failures)} failed")
    assert failures == [], [line for line in web.log().splitlines() if '"cause"' in line or '"error"' in line][:5]


async def test_a_killed_standby_is_noticed_by_nobody(pair: Pair, web: Web, client: Client) -> None:
    await web.are("reading")

    async def kill() -> None:
        await asyncio.sleep(0.5)
        assert pair.standby.pid is not None
        os.kill(pair.standby.pid, signal.SIGKILL)
        await web.are("away")
        await asyncio.sleep(0.5)

    number, failures = await under_load(pair, client, kill)
    print(f"{number} requests, {len(failures)} failed")
    assert failures == []
    assert (await client.get("/health/ready")).json()["replica"] == "away"
    await measured(client, "storeproc_replica_serves 0.0")
    await asyncio.to_thread(pair.standby.revive)
    await web.are("reading")


async def test_without_the_primary_reads_go_on_and_after_a_promotion_everything_does(
    pair: Pair, web: Web, client: Client
) -> None:
    token, quiet = await sign_up(pair), await sign_up(pair)
    address, _ = await add_address(client, token)
    await pair.caught_up()
    said = len(web.log())
    await asyncio.to_thread(pair.primary.stop)
    await web.are("alone")
    for path in ("/products", "/cart", "/orders", "/account"):
        assert (await client.get(path, token=token)).status_code == 200, path
    assert (await client.get("/products")).status_code == 200
    assert await sees(client, token, address)
    assert (await client.get("/health/ready")).json() == {"status": "reads_only", "replica": "alone"}
    refused = await client.post("/account/addresses", token=token, json=ADDRESS)
    assert refused.status_code == 503

    ask(pair.copy, "SELECT pg_promote()")
    await web.were("refused", said)
    address, _ = await add_address(client, token)
    assert await sees(client, token, address)
    assert (await client.get("/health/ready")).json()["status"] == "ready"
    assert ask(pair.copy, "SELECT bool_and(ok) FROM audit.check_invariants()")

    # The one that was the primary comes back as the other's standby, and is read from.
    shutil.rmtree(pair.primary.layout.cluster)
    await asyncio.to_thread(pair.copy_of, pair.standby, pair.copy, pair.primary)
    await web.are("reading")
    before = executed(pair.access, "list_addresses")
    assert (await client.get("/account/addresses", token=quiet)).status_code == 200
    assert executed(pair.access, "list_addresses") == before + 1
