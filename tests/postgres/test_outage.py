"""While the database is away, refusals say so; a server that is read-only now is left for the primary."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from api.http.errors import Problem, from_database
from api.postgres import database as tier
from api.postgres.database import Database
from db.server.access import Access
from tests.postgres.silence import Relay, frozen_host, several

pytestmark = pytest.mark.anyio

PID = "SELECT pg_backend_pid()::text"


@pytest.fixture(scope="module")
async def demoted(admin: asyncpg.Connection[Any]) -> str:
    """A statement that the first n servers refuse because they are read-only."""
    await admin.execute("""
        CREATE SEQUENCE public.servers;
        CREATE FUNCTION public.demoted(n bigint) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
            IF pg_catalog.nextval('public.servers') <= n THEN
                RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = 'cannot execute UPDATE in a read-only transaction';
            END IF;
            RETURN pg_catalog.pg_backend_pid();
        END $$;
        GRANT USAGE ON SCHEMA public TO web_customer;
        GRANT USAGE ON SEQUENCE public.servers TO web_customer;
        GRANT EXECUTE ON FUNCTION public.demoted TO web_customer;
    """)
    return "SELECT public.demoted($1::text::bigint)"


async def test_a_read_only_server_is_left_and_the_statement_sent_again(
    access: Access, admin: asyncpg.Connection[Any], demoted: str
) -> None:
    await admin.execute("ALTER SEQUENCE public.servers RESTART")
    database = Database(access, {"web_customer": 1})
    try:
        before = await database.fetch("web_customer", PID, [])
        after = await database.fetch("web_customer", demoted, ["2"])
        assert before is not None
        assert after is not None
        assert before[0] != after[0], "on another connection"
        assert database.use()["web_customer"] == (0, 1)
    finally:
        await database.close()


async def test_a_database_that_stays_read_only_is_unavailable(
    access: Access, admin: asyncpg.Connection[Any], demoted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 0.2)
    await admin.execute("ALTER SEQUENCE public.servers RESTART")
    database = Database(access, {"web_customer": 1})
    with pytest.raises(Problem) as refusal:
        await database.fetch("web_customer", demoted, ["1000"])
    assert (refusal.value.status, refusal.value.code) == (503, "database_unavailable")

    async def write_several() -> None:
        async with database.transaction("web_customer") as connection:
            await connection.execute("SET TRANSACTION READ ONLY")
            await connection.execute("SELECT nextval('public.servers')")

    with pytest.raises(Problem, match="database_unavailable"):
        await write_several()
    assert database.use()["web_customer"] == (0, 0)
    told = from_database(asyncpg.ReadOnlySQLTransactionError("read-only"), {}, signed_in=True)
    assert told.code == "database_unavailable"


async def test_no_connection_to_a_frozen_server_is_unavailable_not_busy(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 0.3)
    monkeypatch.setattr(tier, "PROBE", 0.3)
    with frozen_host() as port:
        database = Database(several(access, ("127.0.0.1", port)), {"web_customer": 1})
        asking = (database.fetch("web_customer", PID, []) for _ in range(3))
        refusals = await asyncio.gather(*asking, return_exceptions=True)
    assert [str(refusal) for refusal in refusals] == ["database_unavailable"] * 3


async def test_who_waits_behind_a_statement_on_a_frozen_server_is_told_that_it_is_away(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All connections are in use, as in a shop that is busy. Only a new one shows which of both it is."""
    monkeypatch.setattr(tier, "PATIENCE", 0.3)
    monkeypatch.setattr(tier, "SILENCE", 0.1)
    monkeypatch.setattr(tier, "PROBE", 0.3)
    async with Relay(access) as relay:
        there = several(access, ("127.0.0.1", relay.port), sslmode="disable")
        database = Database(there, {"web_customer": 1})
        assert await database.fetch("web_customer", PID, []) is not None
        working = asyncio.create_task(database.fetch("web_customer", "SELECT pg_sleep(1)::text", []))
        await asyncio.sleep(0)
        with pytest.raises(Problem, match="busy"):
            await database.fetch("web_customer", PID, [])
        assert await working is not None

        relay.freeze()
        hung = asyncio.create_task(database.fetch("web_customer", PID, []))
        await asyncio.sleep(0)
        waiting = (database.fetch("web_customer", PID, []) for _ in range(3))
        refusals = await asyncio.gather(*waiting, return_exceptions=True)
        assert [str(refusal) for refusal in refusals] == ["database_unavailable"] * 3
        hung.cancel()
        await asyncio.gather(hung, return_exceptions=True)
        await database.close()
