"""Crowds: every call on its own connection, all through one barrier; or some in an order that a lock decides."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from db.server.access import Access
from tests.payments.conftest import reference
from tests.payments.conftest import shop as shop
from tests.sales.orders.conftest import Buyer
from tests.sales.orders.conftest import SignUp as SignUp
from tests.sales.orders.conftest import books_balance as books_balance
from tests.sales.orders.conftest import sign_up as sign_up
from tests.support.connections import PATIENT


@dataclass(frozen=True)
class Job:
    role: str
    token: str
    function: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Seat:
    """A job on its connection, ready to go."""

    role: str
    connection: asyncpg.Connection[Any]
    statement: Any
    arguments: tuple[str, str, str]


def by(buyer: Buyer, function: str, **arguments: Any) -> Job:
    return Job("web_customer", buyer.token, function, arguments)


def callback(payment: dict[str, Any], kind: str = "completed") -> Job:
    """What the gateway sends."""
    event = {
        "provider": "mock",
        "event_id": f"{kind}:{payment['id']}",
        "kind": kind,
        "payment_id": payment["id"],
        "provider_reference": reference(payment),
        "amount": payment["amount"],
        "currency": payment["currency"],
        "payload": {},
    }
    return Job("web_gateway", "", "receive_gateway_event", event)


EXPIRY = Job("web_worker", "", "expire_orders", {})


def code(answer: Any) -> str:
    """What an answer is, in a word: ok, or the code of the refusal (its SQLSTATE where it has none)."""
    if isinstance(answer, BaseException):
        return getattr(answer, "constraint_name", None) or getattr(answer, "sqlstate", None) or repr(answer)
    return "ok"


def codes(answers: list[Any]) -> dict[str, int]:
    return dict(Counter(code(answer) for answer in answers))


class Crowd:
    def __init__(self, access: Access, admin: asyncpg.Connection[Any]) -> None:
        self.access, self.admin = access, admin
        self.idle: dict[str, list[asyncpg.Connection[Any]]] = {}
        self.types: dict[str, dict[str, str]] = {}

    async def connection(self, role: str) -> asyncpg.Connection[Any]:
        if self.idle.setdefault(role, []):
            return self.idle[role].pop()
        url = self.access.url(role) if role else self.access.admin()
        return await asyncpg.connect(url, server_settings=PATIENT)

    async def prepare(self, job: Job) -> Seat:
        if job.function not in self.types:
            self.types[job.function] = dict(await self.admin.fetch(
                """
                SELECT a.name, format_type(a.type, NULL)
                FROM pg_proc AS p, unnest(p.proargnames, p.proargtypes::oid[]) AS a(name, type)
                WHERE p.pronamespace = 'api'::regnamespace AND p.proname = $1 AND a.type IS NOT NULL
                """,
                job.function,
            ))  # fmt: skip
        named = ", ".join(f'"{name}" => b."{name}"' for name in job.arguments)
        columns = ", ".join(f'"{name}" {self.types[job.function][name]}' for name in job.arguments)
        source = f"jsonb_to_record($3::jsonb) AS b({columns})" if columns else "(SELECT $3::jsonb) AS b"
        connection = await self.connection(job.role)
        statement = await connection.prepare(
            "WITH caller AS MATERIALIZED "
            "(SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
            f"SELECT to_json(api.{job.function}({named}))::text FROM caller, {source}"
        )
        return Seat(job.role, connection, statement, (job.token, uuid.uuid4().hex, json.dumps(job.arguments)))

    async def open(self, *jobs: Job) -> list[Seat]:
        return [await self.prepare(job) for job in jobs]

    async def run(self, seat: Seat) -> Any:
        try:
            return json.loads(await seat.statement.fetchval(*seat.arguments))
        finally:
            self.idle[seat.role].append(seat.connection)

    async def at_once(self, *jobs: Job) -> list[Any]:
        """All jobs at one moment, each on a connection of its own; their answers, refusals among them."""
        barrier = asyncio.Barrier(len(jobs))

        async def start(seat: Seat) -> Any:
            await barrier.wait()
            return await self.run(seat)

        return await asyncio.gather(*(start(seat) for seat in await self.open(*jobs)), return_exceptions=True)

    async def queued(self, order: dict[str, Any], *jobs: Job) -> list[Any]:
        """The jobs meet at the order's row: each waits for it before the next one comes, then they are let in."""
        gate = await self.connection("")
        tasks: list[asyncio.Task[Any]] = []
        async with gate.transaction():
            await gate.execute("SELECT FROM sales.orders WHERE id = $1 FOR UPDATE", uuid.UUID(order["id"]))
            for seat in await self.open(*jobs):
                pid = seat.connection.get_server_pid()
                tasks.append(asyncio.create_task(self.run(seat)))
                while not await self.admin.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", pid):
                    assert not tasks[-1].done(), "it did not need the order"
                    await asyncio.sleep(0.001)
        self.idle[""].append(gate)
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        for connections in self.idle.values():
            for connection in connections:
                connection.terminate()


@pytest.fixture(scope="module")
async def crowd(access: Access, admin: asyncpg.Connection[Any]) -> AsyncIterator[Crowd]:
    crowd = Crowd(access, admin)
    yield crowd
    await crowd.close()


@pytest.fixture(scope="module")
async def buyers(sign_up: SignUp) -> list[Buyer]:
    return [await sign_up() for _ in range(10)]
