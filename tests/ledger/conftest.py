"""People with money: accounts of every role, wallets and earnings that are filled, and the books."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from db.server.access import Access
from tests.concurrency.conftest import Crowd as Crowd
from tests.concurrency.conftest import Job
from tests.concurrency.conftest import crowd as crowd
from tests.support.payouts import payable


@dataclass(frozen=True)
class Person:
    id: str
    role: str
    token: str

    def job(self, function: str, **arguments: Any) -> Job:
        """A call for a crowd."""
        return Job(f"web_{self.role}", self.token, function, arguments)


@dataclass
class Bank:
    call: Callable[..., Awaitable[Any]]
    admin: Any

    async def person(self, role: str = "customer") -> Person:
        email = f"{uuid.uuid4().hex}@example.com"
        made = await self.call("web_anonymous", "create_account", email=email, password="x" * 60)
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", uuid.UUID(made["id"]), role)
        await payable(self.admin, made["id"])
        token = await self.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        return Person(made["id"], role, token)

    async def people(self, count: int, role: str = "customer") -> list[Person]:
        return [await self.person(role) for _ in range(count)]

    async def rich(self, amount: int, currency: str = "USD", kind: str = "wallet", role: str = "customer") -> Person:
        person = await self.person(role)
        await self.fund(person, amount, currency, kind)
        return person

    async def fund(self, person: Person, amount: int, currency: str = "USD", kind: str = "wallet") -> None:
        """Money from outside, booked as the owner of the books does it. Below zero: it goes back out."""
        await self.admin.execute(
            """
            SELECT ledger.post_transfer(
                CASE WHEN $1::bigint > 0 THEN t.outside ELSE t.inside END,
                CASE WHEN $1 > 0 THEN t.inside ELSE t.outside END, abs($1), 'deposit')
            FROM (SELECT ledger.open_account('clearing', $2, 'mock') AS outside,
                         ledger.open_account($3, $2, owner_id => $4) AS inside) AS t
            """,
            amount,
            currency,
            kind,
            uuid.UUID(person.id),
        )

    async def does(self, person: Person, function: str, **arguments: Any) -> Any:
        return await self.call(f"web_{person.role}", function, token=person.token, **arguments)

    async def balance(self, person: Person, kind: str = "wallet", currency: str = "USD") -> tuple[int, int, int]:
        """Balance, held, available; and that the rows say what the transfers say."""
        row = await self.admin.fetchrow(
            "SELECT account_id, balance, held, available FROM ledger.read_balances($1, $2) WHERE currency = $3",
            uuid.UUID(person.id),
            kind,
            currency,
        )
        if row is None:
            return 0, 0, 0
        moved = await self.admin.fetchval(
            """
            SELECT coalesce(sum(CASE WHEN t.credit_account = $1 THEN t.amount ELSE -t.amount END), 0)::bigint
            FROM ledger.transfers AS t
            WHERE $1 IN (t.credit_account, t.debit_account) AND t.phase IN ('posted', 'post')
            """,
            row["account_id"],
        )
        held = await self.admin.fetchval(
            """
            SELECT coalesce(sum(t.amount), 0)::bigint FROM ledger.transfers AS t
            WHERE t.debit_account = $1 AND t.phase = 'pending'
              AND NOT EXISTS (SELECT FROM ledger.transfers AS e WHERE e.pending_id = t.id)
            """,
            row["account_id"],
        )
        assert (row["balance"], row["held"], row["available"]) == (moved, held, moved - held)
        return row["balance"], row["held"], row["available"]

    async def platform(self, kind: str, currency: str = "USD") -> int:
        """What an account of the shop has, in minor units."""
        total: int = await self.admin.fetchval(
            """
            SELECT coalesce(sum(CASE WHEN t.credit_account = a.id THEN t.amount ELSE -t.amount END), 0)::bigint
            FROM ledger.accounts AS a JOIN ledger.transfers AS t ON a.id IN (t.credit_account, t.debit_account)
            WHERE a.owner_id IS NULL AND a.kind = $1 AND a.currency = $2 AND t.phase IN ('posted', 'post')
            """,
            kind,
            currency,
        )
        return total

    async def events(self, name: str, value: str) -> list[str]:
        """The types of the events whose data name this, oldest first."""
        rows = await self.admin.fetch(
            "SELECT type FROM messaging.events WHERE data ->> $1 = $2 ORDER BY id", name, value
        )
        return [row["type"] for row in rows]

    async def pages(self, person: Person, function: str, size: int, **arguments: Any) -> list[Any]:
        """Everything in a list, page by page."""
        found: list[Any] = []
        cursor = None
        while True:
            page = await self.does(person, function, limit=size, cursor=cursor, **arguments)
            assert len(page["data"]) <= size
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found
            assert len(page["data"]) == size

    async def until(self, question: str, *arguments: Any, seconds: float = 60) -> None:
        """Asks the database until it says something true."""
        deadline = time.monotonic() + seconds
        while not await self.admin.fetchval(question, *arguments):
            assert time.monotonic() < deadline, f"in {seconds} s this did not come true: {question}"
            await asyncio.sleep(0.01)

    async def assert_books_balance(self) -> None:
        broken = await self.admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
        assert not broken, broken


@pytest.fixture(scope="module")
async def bank(call: Any, access: Access) -> AsyncIterator[Bank]:
    async with asyncpg.create_pool(access.admin(), min_size=0, max_size=10) as admin:
        yield Bank(call, admin)


@pytest.fixture(scope="module")
async def support(bank: Bank) -> Person:
    return await bank.person("support")


@pytest.fixture(scope="module")
async def colleague(bank: Bank) -> Person:
    return await bank.person("support")
