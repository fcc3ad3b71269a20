"""Reads go to the standby, writes to the primary; a server that is no standby of it is not read from."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.contract.statements import build_statement
from api.postgres import replica
from api.postgres.versions import Versions
from api.postgres.written import NEVER
from api.routes import ROUTES
from api.settings import Settings
from tests.deployment.standby.conftest import Web, add_address, eventually_counted, measured, reads_counted, sign_up
from tests.deployment.standby.pair import Pair, ask, eventually, executed
from tests.support.web import Client

pytestmark = pytest.mark.anyio


async def test_reads_are_executed_on_the_standby_and_writes_on_the_primary(
    pair: Pair, web: Web, client: Client
) -> None:
    token = await sign_up(pair)
    await pair.caught_up()
    before = {access: executed(access, "list_addresses") for access in (pair.access, pair.copy)}
    counted = await reads_counted(client)
    for _ in range(20):
        assert (await client.get("/account/addresses", token=token)).status_code == 200
    there, here = (executed(access, "list_addresses") - before[access] for access in (pair.copy, pair.access))
    assert there + here == 20
    # A read that gets no connection in a quarter of a second goes to the primary. On a busy machine some do.
    assert there > here
    await eventually_counted(client, counted, Counter(replica=there, away=here))
    await add_address(client, token)
    assert executed(pair.copy, "create_address") == 0
    ready = (await client.get("/health/ready")).json()
    assert ready["status"] == "ready"
    assert ready["replica"] == "reading"
    metrics = await measured(client, "storeproc_replica_serves 1.0")
    assert re.search(r"^storeproc_replica_lag_seconds [01]\.", metrics, re.MULTILINE)
    assert 'storeproc_replication_slot_retained_bytes{slot="standby1"}' in metrics
    assert 'storeproc_replication_lag_bytes{standby="' in metrics
    assert ask(pair.access, "SELECT count(*) FROM monitor.replication") == 1


async def test_the_primary_notes_the_use_of_a_key_and_the_standby_answers_its_reads(
    pair: Pair, web: Web, client: Client
) -> None:
    made = await client.post(
        "/api-keys", token=await sign_up(pair, "merchant"), json={"name": "Stock", "scopes": ["identity:read"]}
    )
    key = made.json()["key"]
    await pair.caught_up()
    assert (await client.get("/account/addresses", token=key)).status_code == 200
    assert ask(pair.access, "SELECT last_used_at IS NOT NULL FROM identity.api_keys")
    await pair.caught_up()
    before = executed(pair.copy, "list_addresses")
    for _ in range(20):
        assert (await client.get("/account/addresses", token=key)).status_code == 200
    assert executed(pair.copy, "list_addresses") - before > 10


async def test_every_read_can_be_executed_on_a_standby(pair: Pair) -> None:
    roles = ("anonymous", "customer", "merchant", "support", "admin")
    tokens = {role: "" if role == "anonymous" else await sign_up(pair, role) for role in roles}
    await pair.caught_up()
    connections = {role: await asyncpg.connect(pair.copy.url(f"web_{role}")) for role in roles}
    found = await read_contract(connections["anonymous"])
    samples = {"uuid": str(uuid4()), "date": "2026-01-01", "timestamp with time zone": "2026-01-01T00:00:00Z"}
    answers: Counter[str] = Counter()
    unable: list[str] = []
    for route in ROUTES:
        function = found.functions[route.function]
        if not function.stable or function.name in ("stream_order", "export_products"):  # the primary's, see stream.py
            continue
        statement = build_statement(function, [p.name for p in function.visible], body=False)
        values = [samples.get(p.type, "USD" if p.required else None) for p in function.visible]
        role = min(function.audiences & {*roles}, key=roles.index)
        try:
            await connections[role].fetchrow(
                statement.standby, tokens[role], "test", *values, *(None for _ in statement.hidden), 0
            )
            answers["answered"] += 1
        except asyncpg.PostgresError as error:
            answers[error.sqlstate or ""] += 1
            # The sample belongs to no account, or is not of the domain, or no report for a shop outside of the EU.
            if error.sqlstate not in ("SH404", "23514") and error.constraint_name != "oss_not_available":
                unable.append(f"{function.name}: {error}")
    for connection in connections.values():
        await connection.close()
    print(dict(answers))
    assert unable == []
    assert answers["answered"] > 40


async def test_what_is_no_standby_of_this_primary_is_not_read_from(pair: Pair) -> None:
    said: list[str] = []
    settings = Settings(
        database_url=pair.access.public_url(), replica_url=pair.access.public_url(), secret=pair.access.secret
    )
    made = replica.Replica(settings, lambda line: said.append(line["why"]))
    watching = asyncio.create_task(made.watch())
    await eventually(lambda: bool(said))
    watching.cancel()
    assert said == ["it is not a standby"]
    assert not made.serves


def test_a_standby_with_another_history_is_not_read_from(pair: Pair) -> None:
    said: list[str] = []
    settings = Settings(database_url=pair.access.public_url(), replica_url=pair.copy.public_url(), secret="test" * 16)
    made = replica.Replica(settings, lambda line: said.append(line.get("why", "reading")))

    def look(replayed: int, written: int, cluster: int = 1) -> bool:
        made._judge((True, replayed, 1), time.monotonic(), (written, cluster))
        return made.serves

    assert not look(100, 100)  # how far it has to be is known from the next look on
    assert look(100, 110)
    assert not look(100, 110, cluster=2)
    assert not look(100, 90)  # the primary was restored to an earlier moment
    assert said == ["reading", "it belongs to another cluster"]
    assert made.state == "refused"
    assert not look(100, 101)  # and has gone on since
    assert not look(100, 120)
    assert not look(120, 120)  # made anew: it moves
    assert look(120, 121)


def test_numbers_are_kept_until_their_moment_is_covered() -> None:
    handle = Versions.share(2)
    one, two = Versions(f"{handle}:0"), Versions(f"{handle}:1")
    one.note(["ada"], 7, 10.0, 0.0)
    two.note(["ada"], 5, 11.0, 0.0)
    assert [kept.wanted(["ada"], 0.0) for kept in (one, two)] == [7, 7]
    assert one.wanted(["eve", "bob"], 0.0) == 0
    assert one.wanted(["eve", "ada"], 10.5) == 5
    assert one.wanted(["ada"], 11.5) == 0
    one.note(["ada"], NEVER, 12.0, 0.0)
    one.note(["ada"], 9, 13.0, 0.0)
    assert two.wanted(["ada"], 12.5) == NEVER
    one.note(["ada"], 3, 14.0, 13.5)  # what was higher is covered: a restore took the numbers back
    assert two.wanted(["ada"], 13.5) == 3
    os.close(handle)


def test_what_is_named_exists() -> None:
    assert {*replica.FRESH, *replica.HELD} <= {route.function for route in ROUTES}
