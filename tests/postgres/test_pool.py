"""The pool when the database is busy, restarts, or takes a connection away in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from api.http.errors import Problem
from api.postgres import database as tier
from api.postgres.database import Database
from db.server.access import Access

pytestmark = pytest.mark.anyio

SLEEP = "SELECT pg_sleep($1::text::float8)::text"
ONE = "SELECT $1::text"


@pytest.fixture
async def database(access: Access) -> AsyncIterator[Database]:
    made = Database(access, {"web_customer": 2}, "pool test")
    yield made
    await made.close()


@pytest.fixture(params=["unprepared", "prepared"])
async def either(request: pytest.FixtureRequest, database: Database) -> Database:
    """Two connections may have met a statement already: it is sent in another way then."""
    if request.param == "prepared":
        for statement, argument in ((SLEEP, "0.01"), (ONE, "a")):
            await asyncio.gather(*(database.fetch("web_customer", statement, [argument]) for _ in range(2)))
    return database


async def running(admin: asyncpg.Connection[Any], count: int = 1) -> list[int]:
    """The backends of this test that are in a statement, as soon as there are so many."""
    async with asyncio.timeout(60):
        while True:
            rows = await admin.fetch(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'pool test' AND state = 'active' "
                "AND datname = current_database()"
            )
            if len(rows) >= count:
                return [row["pid"] for row in rows]
            await asyncio.sleep(0.005)


async def occupy(database: Database, admin: asyncpg.Connection[Any], seconds: float) -> list[asyncio.Task[Any]]:
    """Both connections are at work for so long."""
    tasks = [asyncio.create_task(database.fetch("web_customer", SLEEP, [str(seconds)])) for _ in range(2)]
    await running(admin, 2)
    return tasks


async def test_connections_are_opened_when_needed_and_kept(database: Database) -> None:
    assert database.use()["web_customer"] == (0, 0)
    await database.fetch("web_customer", ONE, ["a"])
    await database.fetch("web_customer", ONE, ["a"])
    assert database.use()["web_customer"] == (0, 1)
    answers = await asyncio.gather(*(database.fetch("web_customer", ONE, [str(n)]) for n in range(50)))
    assert [answer[0] for answer in answers if answer] == [str(n) for n in range(50)]
    assert database.use()["web_customer"] == (0, 2)


async def test_what_was_prepared_for_other_columns_is_prepared_again(
    database: Database, admin: asyncpg.Connection[Any]
) -> None:
    await admin.execute("CREATE SCHEMA changing; CREATE TABLE changing.t AS SELECT 1 AS a")
    await admin.execute("GRANT USAGE ON SCHEMA changing TO web_customer; GRANT SELECT ON changing.t TO web_customer")
    try:
        for _ in range(2):
            assert tuple(await database.fetch("web_customer", "SELECT * FROM changing.t", []) or ()) == (1,)
        await admin.execute("ALTER TABLE changing.t ADD b integer DEFAULT 2")
        for _ in range(2):
            assert tuple(await database.fetch("web_customer", "SELECT * FROM changing.t", []) or ()) == (1, 2)
    finally:
        await admin.execute("DROP SCHEMA changing CASCADE")


async def test_a_reading_statement_survives_its_connection(either: Database, admin: asyncpg.Connection[Any]) -> None:
    task = asyncio.create_task(either.fetch("web_customer", SLEEP, ["0.3"], repeatable=True))
    for pid in await running(admin):
        await admin.execute("SELECT pg_terminate_backend($1)", pid)
    assert await task is not None


async def test_any_other_statement_is_not_sent_twice(either: Database, admin: asyncpg.Connection[Any]) -> None:
    kept = either.use()["web_customer"][1]
    task = asyncio.create_task(either.fetch("web_customer", SLEEP, ["30"]))
    for pid in await running(admin):
        await admin.execute("SELECT pg_terminate_backend($1)", pid)
    with pytest.raises(Problem) as refusal:
        await task
    assert (refusal.value.status, refusal.value.code) == (503, "database_unavailable")
    assert "not known" in refusal.value.detail
    assert either.use()["web_customer"] == (0, max(0, kept - 1))
    assert await either.fetch("web_customer", ONE, ["a"]) is not None


async def test_a_connection_lost_while_idle_costs_nothing(database: Database, admin: asyncpg.Connection[Any]) -> None:
    await asyncio.gather(*(database.fetch("web_customer", SLEEP, ["0.01"]) for _ in range(2)))
    assert database.use()["web_customer"] == (0, 2)
    noticed = [asyncio.Event() for _ in range(2)]
    for connection, closed in zip(database.pools["web_customer"].idle, noticed, strict=True):
        connection.add_termination_listener(lambda _, closed=closed: closed.set())
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pool test'")
    async with asyncio.timeout(60):
        await asyncio.gather(*(closed.wait() for closed in noticed))
    assert await database.fetch("web_customer", ONE, ["a"]) is not None
    assert database.use()["web_customer"] == (0, 1)


async def test_whoever_gives_up_leaves_no_answer_behind(either: Database, admin: asyncpg.Connection[Any]) -> None:
    tasks = [asyncio.create_task(either.fetch("web_customer", SLEEP, ["30"])) for _ in range(2)]
    await running(admin, 2)
    waiting = asyncio.create_task(either.fetch("web_customer", ONE, ["third"]))
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    answer = await waiting
    assert answer is not None
    assert answer[0] == "third"
    assert (await asyncio.gather(*tasks, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pool test'")


async def test_a_full_pool_says_busy_in_the_end(
    database: Database, admin: asyncpg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 0.1)
    tasks = await occupy(database, admin, 0.5)
    with pytest.raises(Problem) as refusal:
        await database.fetch("web_customer", ONE, ["a"])
    assert (refusal.value.status, refusal.value.code, refusal.value.headers["retry-after"]) == (503, "busy", "1")
    await asyncio.gather(*tasks)
    assert database.use()["web_customer"] == (0, 2)


async def test_each_waits_its_own_time(
    database: Database, admin: asyncpg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One timer serves the whole queue: it must find who is due, and none before."""
    monkeypatch.setattr(tier, "PATIENCE", 0.2)
    working = await occupy(database, admin, 2)
    clock = asyncio.get_running_loop().time

    async def wait() -> float:
        begin = clock()
        with pytest.raises(Problem, match="busy"):
            await database.fetch("web_customer", ONE, ["a"])
        return clock() - begin

    first, given_up = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    second = asyncio.create_task(wait())
    await asyncio.sleep(0)
    given_up.cancel()
    assert min(await first, await second) >= 0.2
    await asyncio.gather(*working)
    pool = database.pools["web_customer"]
    assert (database.use()["web_customer"], len(pool.waiting), pool.alarm) == ((0, 2), 0, None)
    assert await database.fetch("web_customer", ONE, ["a"]) is not None


async def test_no_database_at_all_is_unavailable(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "PATIENCE", 0.3)
    nowhere = Database(Access("postgresql:///x?host=/nowhere", access.secret), {"web_customer": 1})
    with pytest.raises(Problem) as refusal:
        await nowhere.fetch("web_customer", ONE, ["a"])
    assert (refusal.value.status, refusal.value.code) == (503, "database_unavailable")


@pytest.fixture(scope="module")
async def unlucky(admin: asyncpg.Connection[Any]) -> str:
    """A statement that fails n times with this error, then is done; the counting outlives the rollbacks."""
    await admin.execute("""
        CREATE SEQUENCE public.tries;
        CREATE FUNCTION public.unlucky(n bigint, code text, message text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
            IF pg_catalog.nextval('public.tries') <= n THEN
                RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
            END IF;
            RETURN 'done';
        END $$;
        GRANT USAGE ON SCHEMA public TO web_customer;
        GRANT USAGE ON SEQUENCE public.tries TO web_customer;
        GRANT EXECUTE ON FUNCTION public.unlucky TO web_customer;
    """)
    return "SELECT public.unlucky($1::text::bigint, $2::text, $3::text)"


async def test_deadlocks_are_tried_again(database: Database, admin: asyncpg.Connection[Any], unlucky: str) -> None:
    await admin.execute("ALTER SEQUENCE public.tries RESTART")
    answer = await database.fetch("web_customer", unlucky, ["3", "40P01", "deadlock detected"])
    assert answer is not None
    assert answer[0] == "done"
    await admin.execute("ALTER SEQUENCE public.tries RESTART")
    with pytest.raises(Problem) as refusal:
        await database.fetch("web_customer", unlucky, ["4", "40P01", "deadlock detected"])
    assert refusal.value.code == "busy"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("42883", "function api.get_cart() does not exist"),
        ("42883", "function sales.lock_cart(uuid) does not exist"),
        ("42704", 'type "api.cart" does not exist'),
        ("42704", "type with OID 16999 does not exist"),
        ("3F000", "schema with OID 16999 does not exist"),
        ("XX000", "cache lookup failed for type 16999"),
    ],
)
async def test_code_that_is_exchanged_right_now_is_asked_again(
    database: Database, admin: asyncpg.Connection[Any], unlucky: str, code: str, message: str
) -> None:
    await admin.execute("ALTER SEQUENCE public.tries RESTART")
    answer = await database.fetch("web_customer", unlucky, [str(tier.REBUILDS), code, message])
    assert answer is not None
    assert answer[0] == "done"


async def test_code_that_is_gone_is_a_fault_in_the_end(
    database: Database, admin: asyncpg.Connection[Any], unlucky: str
) -> None:
    with pytest.raises(asyncpg.UndefinedFunctionError):
        await database.fetch("web_customer", "SELECT api.nothing()", [])
    await admin.execute("ALTER SEQUENCE public.tries RESTART")
    with pytest.raises(asyncpg.UndefinedTableError):
        await database.fetch("web_customer", unlucky, ["1", "42P01", 'relation "shop.half" does not exist'])
