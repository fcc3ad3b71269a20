"""Hashing passwords: turns of the client networks (api/http/passwords.py), and the network of an address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.http import passwords
from api.http.client_network import client_network
from api.http.errors import Problem
from api.http.passwords import AT_ONCE, MOST_OF_ONE, MOST_WAITING, THREADS, PasswordHasher

CHEAP = "$2b$04$" + "." * 22
LONGER = "$2b$08$" + "." * 22  # 15 ms: longer than a busy machine takes to give a thread its turn


@pytest.fixture
async def hasher() -> AsyncIterator[PasswordHasher]:
    made = PasswordHasher()
    yield made
    made.close()


async def settle(tasks: list[asyncio.Task[str]]) -> dict[str, int]:
    """How many ended how."""
    counts: dict[str, int] = {}
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        code = outcome.code if isinstance(outcome, Problem) else type(outcome).__name__
        counts[code] = counts.get(code, 0) + 1
    return counts


def ask(hasher: PasswordHasher, client: str, number: int = 1) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(hasher.hash("Right-1", CHEAP, client=client)) for _ in range(number)]


async def test_a_flooder_is_refused_and_nobody_else(hasher: PasswordHasher) -> None:
    flood = ask(hasher, "203.0.113.9", 150)
    others = [task for i in range(20) for task in ask(hasher, f"198.51.100.{i}")]
    assert await settle(others) == {"str": 20}
    assert await settle(flood) == {"str": AT_ONCE + MOST_OF_ONE, "rate_limited": 150 - AT_ONCE - MOST_OF_ONE}


async def test_a_newcomer_finds_a_free_thread(hasher: PasswordHasher) -> None:
    order: list[str] = []

    async def one(client: str) -> None:
        await hasher.hash("Right-1", LONGER, client=client)
        order.append(client)

    async with asyncio.TaskGroup() as group:
        for _ in range(MOST_OF_ONE):
            group.create_task(one("203.0.113.9"))
        await asyncio.sleep(0)
        group.create_task(one("198.51.100.1"))
    assert order.index("198.51.100.1") < MOST_OF_ONE // 2  # in the order of requests it would be the last


async def test_a_full_queue_costs_the_network_with_the_most_jobs(hasher: PasswordHasher) -> None:
    local = ask(hasher, "127.0.0.1", THREADS + MOST_WAITING)  # exempt from the limit of one network, not from turns
    await asyncio.sleep(0)
    newcomer = ask(hasher, "198.51.100.1")
    assert await settle(newcomer) == {"str": 1}
    assert await settle(local) == {"str": THREADS + MOST_WAITING - 1, "busy": 1}


async def test_a_cancelled_request_leaves_the_queue(hasher: PasswordHasher) -> None:
    waiting = ask(hasher, "203.0.113.9", AT_ONCE + MOST_OF_ONE)
    await asyncio.sleep(0)
    for task in waiting[AT_ONCE:]:
        task.cancel()
    await settle(waiting)
    assert (hasher.waiting, dict(hasher.queues)) == (0, {})
    assert await settle(ask(hasher, "203.0.113.9")) == {"str": 1}


async def test_the_answers_are_bcrypt(hasher: PasswordHasher) -> None:
    salt = "$2b$04$" + "." * 22
    assert await hasher.hash("Right-1", salt, client="") == await hasher.hash("Right-1", salt, client="192.0.2.1")
    assert (await hasher.hash("Right-1", client="")).startswith(f"$2b${passwords.COST}$")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
async def test_web_tier_and_database_count_for_the_same_network(address: str, network: str, admin: object) -> None:
    assert client_network(address) == network
    assert await admin.fetchval("SELECT identity.client_network($1)", address) == network  # type: ignore[attr-defined]
