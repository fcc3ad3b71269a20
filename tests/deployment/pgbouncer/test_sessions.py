"""Sessions are shared and nobody finds anything of somebody else's in one; statements are prepared."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.deployment.pgbouncer.conftest import SESSIONS, Pooler, customers, send
from tests.support.web import Client

pytestmark = pytest.mark.anyio


async def test_statements_are_prepared_once_a_session(
    shop: Client, lamp: str, call: Any, admin: Any, pooler: Pooler
) -> None:
    people = await customers(call, admin, "preparing", 8)
    look = [send(shop, "GET", "/cart", token=token) for token in people.values() for _ in range(25)]
    await asyncio.gather(*look)
    seen = 0
    for connection in await sessions(pooler, "web_customer"):
        rows = await connection.fetch(
            "SELECT name, statement, generic_plans + custom_plans AS runs FROM pg_prepared_statements"
        )
        carts = [row for row in rows if "api.get_cart(" in row["statement"] or "get_cart" in row["statement"]]
        assert len(carts) <= 1  # however many clients prepared it
        assert all(row["name"].startswith("PGBOUNCER_") for row in carts)
        seen += sum(row["runs"] for row in carts)
        await connection.close()
    assert seen >= 200


async def sessions(pooler: Pooler, role: str) -> list[asyncpg.Connection[Any]]:
    """A connection into each of the role's sessions: transactions that are open at the same time cannot share one."""
    opened = [await asyncpg.connect(pooler.url(role)) for _ in range(SESSIONS)]
    pids = set()
    for connection in opened:
        await connection.execute("BEGIN")
        pids.add(await connection.fetchval("SELECT pg_backend_pid()"))
    assert len(pids) == SESSIONS
    return opened


LEFT_BEHIND = """
SELECT coalesce(string_agg(what, ', '), '') FROM (
    SELECT 'setting ' || name AS what FROM pg_settings WHERE source = 'session' AND lower(name) <> ALL ($1)
    UNION ALL SELECT name || ' = ' || current_setting(name, true) FROM unnest($2::text[]) AS name
              WHERE current_setting(name, true) <> ''
    UNION ALL SELECT 'lock ' || l.objid FROM pg_locks AS l WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory'
    UNION ALL SELECT 'channel ' || c FROM pg_listening_channels() AS c
    UNION ALL SELECT 'table ' || c.relname FROM pg_class AS c WHERE c.relnamespace = pg_my_temp_schema()
    UNION ALL SELECT 'cursor ' || c.name FROM pg_cursors AS c WHERE c.is_holdable
    UNION ALL SELECT 'role ' || current_user WHERE current_user <> $3 OR session_user <> $3
) AS found
"""
# What PgBouncer itself keeps the same for each client.
TRACKED = [
    "client_encoding",
    "datestyle",
    "timezone",
    "standard_conforming_strings",
    "application_name",
    "intervalstyle",
]


@pytest.fixture(scope="module")
async def bodies(admin: Any) -> dict[str, str]:
    rows = await admin.fetch(
        "SELECT p.oid::regprocedure::text AS name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body "
        "FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang "
        "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND l.lanname IN ('sql', 'plpgsql')"
    )
    return {row["name"]: re.sub(r"--[^\n]*", "", row["body"]) for row in rows}


async def test_nothing_of_a_caller_is_left_in_a_session(pooler: Pooler, bodies: dict[str, str], shop: Client) -> None:
    names = {name for body in bodies.values() for name in re.findall(r"set_config\(\s*'([\w.]+)'", body)}
    names |= {"app.token", "app.request_id"}
    assert {"app.actor", "app.audience"} <= names
    for role in ("web_customer", "web_anonymous", "web_gateway"):
        for connection in await sessions(pooler, role):
            assert await connection.fetchval(LEFT_BEHIND, TRACKED, sorted(names), role) == ""
            await connection.close()
    # And it would be seen.
    untidy = await asyncpg.connect(pooler.url("web_support"))
    await untidy.execute("SELECT set_config('app.actor', 'somebody', false), set_config('work_mem', '5MB', false)")
    seen = await untidy.fetchval(LEFT_BEHIND, TRACKED, sorted(names), "web_support")
    assert sorted(seen.split(", ")) == ["app.actor = somebody", "setting work_mem"]
    untidy.terminate()


async def test_who_does_not_say_who_he_is_is_nobody(shop: Client, lamp: str, call: Any, admin: Any) -> None:
    """Callers of every kind take turns in the same sessions; each gets what is his, and who has no token nothing."""
    people = await customers(call, admin, "turns", 16)
    strangers = [shop.get("/account") for _ in range(64)]
    forgers = [shop.get("/account", token="e30.e30.e30") for _ in range(64)]
    friends = [shop.get("/account", token=token) for token in people.values() for _ in range(8)]
    answers = await asyncio.gather(
        *(request for three in zip(strangers, forgers, friends[:64], strict=True) for request in three)
    )
    assert Counter(answer.status_code for answer in answers) == {401: 128, 200: 64}
    wanted = [mail for mail in people for _ in range(8)][:64]
    assert [answer.json()["email"] for answer in answers if answer.status_code == 200] == wanted
    for request in friends[64:]:
        request.close()


def test_no_function_leaves_anything_in_its_session(bodies: dict[str, str]) -> None:
    """Locks, settings, tables and channels that outlast a transaction would be the next caller's."""
    lasting = {
        "a lock of the session": r"pg_(try_)?advisory_lock(_shared)?\s*\(",
        "a setting of the session": r"set_config\s*\([^;]*?,\s*false\s*\)",
        "SET without LOCAL": r"(?:^|;|\bBEGIN\b|\bTHEN\b|\bLOOP\b)\s*SET\s+(?!LOCAL\b)",
        "LISTEN": r"(?:^|;|\bBEGIN\b|\bTHEN\b)\s*(?:UN)?LISTEN\b",
        "a temporary table": r"CREATE\s+(?:LOCAL\s+)?TEMP(?:ORARY)?\b(?![^;]*ON\s+COMMIT\s+DROP)",
        "a cursor that stays": r"\bWITH\s+HOLD\b",
        "PREPARE": r"(?:^|;)\s*PREPARE\b",
    }
    not_theirs = {
        "identity.act_for(text,text)",  # for a person with psql; granted to no role
        "monitor.find_gaps()",  # names a lock, takes none
    }
    assert not_theirs <= bodies.keys()
    found = [
        f"{name}: {what}"
        for name, body in bodies.items()
        if name not in not_theirs
        for what, pattern in lasting.items()
        if re.search(pattern, body, re.IGNORECASE)
    ]
    assert len(bodies) > 300
    assert not found
