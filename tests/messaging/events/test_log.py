"""The business event log: who may read it, and that a follower gets every event once, whoever commits when."""

from __future__ import annotations

import asyncio
import random
import uuid
from typing import Any

import asyncpg
import pytest

from tests.messaging.events.conftest import record
from tests.payments.conftest import Shop
from tests.support.connections import refused


class Follower:
    """Reads the log as an outside system would: page after page, from a cursor it keeps."""

    def __init__(self, shop: Shop, token: str, types: str) -> None:
        self.shop, self.token, self.types = shop, token, types
        self.cursor: str | None = None
        self.events: list[dict[str, Any]] = []

    async def look(self, limit: int = 50) -> int:
        given: dict[str, Any] = {"cursor": self.cursor} if self.cursor else {}
        page = await self.shop.call(
            "web_admin", "list_events", token=self.token, types=self.types, sort="oldest", limit=limit, **given
        )
        self.cursor = page["next_cursor"] or self.cursor
        self.events += page["data"]
        return len(page["data"])

    async def until(self, count: int, seconds: float = 60) -> None:
        # Whatever writes in another database of the cluster holds the log back as well: it only takes longer.
        async with asyncio.timeout(seconds):
            while len(self.events) < count:
                if not await self.look():
                    await asyncio.sleep(0.02)


@pytest.fixture
def follower(shop: Shop, overseer: str) -> Follower:
    return Follower(shop, overseer, f"t{uuid.uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}.*")


def kind(follower: Follower, name: str = "happened") -> str:
    return follower.types.removesuffix("*") + name


async def test_an_order_leaves_its_story(shop: Shop, customer: str, overseer: str) -> None:
    order = await shop.order(customer, await shop.product())
    page = await shop.call("web_admin", "list_events", token=overseer, types="order.created,order.paid", limit=5)
    mine = next(event for event in page["data"] if event["order_id"] == order["id"])
    assert mine["type"] == "order.created"
    assert mine["account_id"] == order["account_id"] == mine["actor_id"]
    assert mine["data"]["total"] == order["total"]


@pytest.mark.parametrize("role", ["customer", "merchant", "support"])
async def test_the_log_is_an_admins(shop: Shop, role: str) -> None:
    token = await shop.account(role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shop.call(f"web_{role}", "list_events", token=token)


async def test_newest_first_and_back_to_the_beginning(shop: Shop, overseer: str, follower: Follower) -> None:
    for number in range(7):
        await record(shop.admin, kind(follower), number=number)
    seen: list[int] = []
    given: dict[str, Any] = {}
    while True:
        page = await shop.call(
            "web_admin", "list_events", token=overseer, types=follower.types, sort="newest", limit=3, **given
        )
        seen += [event["data"]["number"] for event in page["data"]]
        if page["next_cursor"] is None:
            break
        given = {"cursor": page["next_cursor"]}
    assert seen == [6, 5, 4, 3, 2, 1, 0]


async def test_a_follower_keeps_its_place_when_nothing_is_new(shop: Shop, follower: Follower) -> None:
    await record(shop.admin, kind(follower), number=1)
    await follower.until(1)
    cursor = follower.cursor
    assert await follower.look() == 0
    assert follower.cursor is not None
    await record(shop.admin, kind(follower), number=2)
    await follower.until(2)
    assert [event["data"]["number"] for event in follower.events] == [1, 2]
    assert follower.cursor != cursor


async def test_what_began_first_and_commits_last_is_not_passed_over(
    shop: Shop, follower: Follower, connect: Any
) -> None:
    early, late = await connect(), await connect()
    slow = early.transaction()
    await slow.start()
    await record(early, kind(follower), number=1)
    await record(late, kind(follower), number=2)  # commits at once, and has the higher id
    ids = await shop.admin.fetch("SELECT id FROM messaging.events WHERE type = $1 ORDER BY id", kind(follower))
    assert len(ids) == 1
    await follower.look()
    assert follower.events == []  # the one that is there waits for the one that may come before it
    await slow.commit()
    await follower.until(2)
    assert [event["data"]["number"] for event in follower.events] == [1, 2]
    assert follower.events[0]["id"] < follower.events[1]["id"]


async def test_a_transaction_that_is_older_than_its_event(shop: Shop, follower: Follower, connect: Any) -> None:
    early, late = await connect(), await connect()
    slow = early.transaction()
    await slow.start()
    await early.execute("SELECT pg_current_xact_id()")
    await record(late, kind(follower), number=1)
    await record(early, kind(follower), number=2)  # a later id in an earlier transaction
    await follower.look()
    await slow.commit()
    await follower.until(2)
    assert sorted(event["data"]["number"] for event in follower.events) == [1, 2]


async def test_what_is_rolled_back_never_was(shop: Shop, follower: Follower, connect: Any) -> None:
    connection = await connect()
    undone = connection.transaction()
    await undone.start()
    await record(connection, kind(follower), number=1)
    await undone.rollback()
    await record(connection, kind(follower), number=2)
    await follower.until(1)
    assert [event["data"]["number"] for event in follower.events] == [2]


async def test_eight_writers_and_a_follower(shop: Shop, follower: Follower, connect: Any) -> None:
    """Transactions that begin, record, wait for each other and end in any order, some of them in vain."""
    writers = [await connect() for _ in range(8)]
    barrier = asyncio.Barrier(8)
    kept: list[str] = []

    async def write(number: int, connection: Any) -> None:
        await barrier.wait()
        for turn in range(25):
            transaction = connection.transaction()
            await transaction.start()
            names = [f"{number}.{turn}.{part}" for part in range(2)]
            for name in names:
                await record(connection, kind(follower), name=name)
                await asyncio.sleep(random.uniform(0, 0.004))
            if (turn + number) % 5 == 0:
                await transaction.rollback()
            else:
                await transaction.commit()
                kept.extend(names)

    reading = True

    async def follow() -> None:
        while reading:
            await follower.look(limit=7)

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(number, connection) for number, connection in enumerate(writers)))
    reading = False
    await following
    await follower.until(len(kept))
    assert await follower.look() == 0
    names = [event["data"]["name"] for event in follower.events]
    assert len(names) == len(set(names))
    assert set(names) == set(kept)
    await shop.assert_books_balance()


async def test_a_log_from_another_cluster_is_read_on(shop: Shop, follower: Follower) -> None:
    """As after a dump was restored: transaction numbers that are far ahead of ours."""
    await record(shop.admin, kind(follower), number=1)
    await follower.until(1)
    await shop.admin.execute(
        "INSERT INTO messaging.events (type, data, xact) VALUES ($1, '{\"number\": 2}', '900000000000')", kind(follower)
    )
    await record(shop.admin, kind(follower), number=3)
    while await shop.call("web_worker", "fan_out_events"):
        pass
    await follower.until(3)
    assert [event["data"]["number"] for event in follower.events] == [1, 2, 3]
    await record(shop.admin, kind(follower), number=4)
    await follower.until(4)
    with pytest.raises(asyncpg.PostgresError, match="append"):
        await shop.admin.execute("UPDATE messaging.events SET type = 'x' WHERE type = $1", kind(follower))


@pytest.mark.parametrize("sort", ["oldest", "newest"])
async def test_a_cursor_that_is_none_of_ours(shop: Shop, overseer: str, sort: str) -> None:
    cursor = await shop.admin.fetchval(
        "SELECT messaging.encode_cursor(jsonb_build_object('id', $1::text))", str(uuid.uuid4())
    )
    with refused("cursor_invalid"):
        await shop.call("web_admin", "list_events", token=overseer, sort=sort, cursor=cursor)
