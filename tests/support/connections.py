"""Connections and calls as the real roles, and what the database refuses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db.server.access import Access
from tests.support.answers import load_answers


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


# The roles' own limits (10 s, 5 s for a lock) are for shops: a crowd on a machine that stands still exceeds them.
PATIENT = {"statement_timeout": "120s", "lock_timeout": "60s", "idle_in_transaction_session_timeout": "120s"}

PARAMETERS = """
    SELECT p.prorettype = 'void'::regtype AS void,
           (SELECT coalesce(json_object_agg(n, format_type(t, NULL)), '{}')
            FROM unnest(p.proargnames, p.proargtypes::oid[]) AS a(n, t)
            WHERE n IS NOT NULL AND t IS NOT NULL)::text AS types
    FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace AND p.proname = $1
"""

type_of_connect = Callable[..., Awaitable["asyncpg.Connection[Any]"]]


@pytest.fixture(scope="module")
async def connect(anyio_backend: str, access: Access) -> AsyncIterator[type_of_connect]:
    opened: list[asyncpg.Connection[Any]] = []

    async def open_one(role: str | None = None) -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(access.url(role) if role else access.admin(), server_settings=PATIENT)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        if not connection.is_closed():
            with suppress(Exception):
                await connection.close(timeout=2)


@pytest.fixture(scope="module")
async def admin(connect: type_of_connect) -> asyncpg.Connection[Any]:
    return await connect()


def statement_of(function: str, names: tuple[str, ...], void: bool, types: dict[str, str]) -> str:
    """The call of an api function with these parameters, as the web tier sends it; refuses unknown parameters."""
    unknown = [name for name in names if name not in types]
    if unknown:
        raise LookupError(f"api.{function} has no parameter {', '.join(unknown)}; it has {', '.join(types)}")
    arguments = ", ".join(f'"{name}" => b."{name}"' for name in names)
    columns = ", ".join(f'"{name}" {types[name]}' for name in names)
    source = f", jsonb_to_record($3::jsonb) AS b({columns})" if names else ""
    result = f"api.{function}({arguments})"
    return (
        "WITH caller AS MATERIALIZED "
        "(SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
        f"SELECT {result if void else f'to_json({result})'}::text FROM caller{source}"
    )


@pytest.fixture(scope="module")
async def call(
    anyio_backend: str, access: Access, admin: asyncpg.Connection[Any]
) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    answers = load_answers()
    pools: dict[str, asyncpg.Pool[Any]] = {}
    statements: dict[tuple[str, tuple[str, ...]], tuple[str, bool]] = {}

    looking_up = asyncio.Lock()  # one connection answers one question at a time

    async def statement(function: str, names: tuple[str, ...]) -> tuple[str, bool]:
        key = (function, names)
        async with looking_up:
            if key not in statements:
                row = await admin.fetchrow(PARAMETERS, function)
                if row is None:
                    raise LookupError(f"there is no function api.{function}")
                text = statement_of(function, names, row["void"], json.loads(row["types"]))
                statements[key] = (text, row["void"])
            return statements[key]

    async def run(
        role: str,
        function: str,
        /,
        token: str | None = None,
        request_id: str = "00000000-0000-7000-8000-000000000000",
        **arguments: Any,
    ) -> Any:
        text, void = await statement(function, tuple(sorted(arguments)))
        async with looking_up:
            if role not in pools:
                pools[role] = await asyncpg.create_pool(
                    access.url(role), min_size=0, max_size=20, server_settings=PATIENT
                )
        given = [json.dumps(arguments, default=as_text)] if arguments else []
        answer = await pools[role].fetchval(text, token or "", request_id, *given)
        data = None if void or answer is None else json.loads(answer)
        if found := answers.complaints_of(function, data):
            pytest.fail("not as /openapi.json says: " + "; ".join(found[:5]))
        return data

    yield run
    for pool in pools.values():
        pool.terminate()


def as_text(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@dataclass
class Refusal:
    error: asyncpg.PostgresError | None = None

    @property
    def detail(self) -> Any:
        """DETAIL as data: what programs read."""
        text = getattr(self.error, "detail", None)
        return json.loads(text) if text else None


@contextmanager
def refused(code: str, sqlstate: str | None = None) -> Iterator[Refusal]:
    """What is inside must be refused by the database under this code (the error's constraint name)."""
    refusal = Refusal()
    try:
        yield refusal
    except asyncpg.PostgresError as error:
        refusal.error = error
        found = getattr(error, "constraint_name", None)
        if found != code or sqlstate not in (None, error.sqlstate):
            pytest.fail(f"refused with {found} ({error.sqlstate}), not {code}: {error}")
    else:
        pytest.fail(f"it was not refused; {code} was expected")
