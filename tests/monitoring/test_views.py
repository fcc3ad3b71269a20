"""The schema monitor as store_monitor reads it, and the rounds of the worker that fill it."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import asyncpg
import pytest


@pytest.fixture(scope="module")
async def watcher(connect: Any) -> Any:
    return await connect("store_monitor")


@pytest.fixture(scope="module")
async def sign_up(call: Any) -> Any:
    async def make(count: int = 1) -> None:
        for _ in range(count):
            await call("web_anonymous", "create_account", email=f"{uuid.uuid4().hex}@example.com", password="x" * 60)

    return make


async def due(admin: Any, *rounds: str) -> None:
    """Only these rounds are due."""
    await admin.execute(
        "UPDATE monitor.rounds SET took = '0', "
        "as_of = now() - CASE WHEN name = ANY ($1) THEN interval '2 hours' ELSE '0' END",
        list(rounds),
    )


async def snapshot(call: Any, admin: Any) -> None:
    await due(admin, "snapshot")
    assert await call("web_worker", "take_snapshot") == "snapshot"


async def test_every_view_says_how_to_read_it_and_answers(watcher: Any) -> None:
    views = await watcher.fetch(
        "SELECT c.relname, obj_description(c.oid, 'pg_class') AS comment FROM pg_class AS c "
        "WHERE c.relnamespace = 'monitor'::regnamespace AND c.relkind = 'v' ORDER BY 1"
    )
    assert len(views) >= 18
    for view in views:
        assert "\nRead" in view["comment"], view["relname"]
        assert "\nDo: " in view["comment"] or "\nRead and do: " in view["comment"], view["relname"]
        await watcher.fetch(f'SELECT * FROM monitor."{view["relname"]}"')


async def test_only_store_monitor_watches_and_it_sees_no_row_of_the_shop(watcher: Any, connect: Any) -> None:
    for table in ("sales.orders", "identity.accounts", "messaging.outbox", "audit.changes"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await watcher.fetch(f"SELECT * FROM {table}")
    for statement in ("DELETE FROM monitor.backups", "SELECT monitor.take_snapshot()", "SELECT monitor.check_books()"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await watcher.fetch(statement)
    customer = await connect("web_customer")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await customer.fetch("SELECT * FROM monitor.endpoints")


async def test_our_own_server_lacks_nothing(watcher: Any) -> None:
    assert await watcher.fetch("SELECT * FROM monitor.find_gaps()") == []


async def test_a_gap_is_named_with_its_remedy(admin: Any) -> None:
    async with admin.transaction():
        await admin.execute("SET LOCAL track_io_timing = off")
        await admin.execute("SET LOCAL auto_explain.log_parameter_max_length = -1")
        found = await admin.fetch("SELECT gap, remedy FROM monitor.find_gaps() ORDER BY gap")
    assert [line["remedy"] for line in found] == [
        "Set auto_explain.log_parameter_max_length = 0.",
        "Set track_io_timing = on.",
    ]


async def test_a_statement_is_its_endpoint(watcher: Any, sign_up: Any) -> None:
    query = (
        "SELECT coalesce(sum(calls), 0) FROM monitor.statements "
        "WHERE endpoint = 'create_account' AND role_name = 'web_anonymous'"
    )
    before = await watcher.fetchval(query)
    await sign_up(3)
    assert await watcher.fetchval(query) == before + 3
    line = await watcher.fetchrow("SELECT * FROM monitor.endpoints WHERE endpoint = 'create_account'")
    assert line["mean_ms"] * line["calls"] == pytest.approx(line["total_ms"])
    assert line["worst_ms"] >= line["mean_ms"]
    assert line["wal_bytes"] > 0


@pytest.mark.parametrize(
    ("query", "endpoint"),
    [
        (
            'WITH caller AS MATERIALIZED (SELECT set_config($1)) SELECT to_json(api."create_order"(b.x))::text',
            "create_order",
        ),
        ('WITH c AS (…), claim AS (SELECT api.claim_idempotency_key($1)) SELECT api."get_cart"()', "get_cart"),
        ("SELECT api.get_cart()", "get_cart"),
        ("CREATE FUNCTION api.get_cart() RETURNS void", None),
        ("SELECT 1", None),
    ],
)
async def test_which_endpoint(admin: Any, query: str, endpoint: str | None) -> None:
    assert await admin.fetchval("SELECT monitor.endpoint_of($1)", query) == endpoint


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("SELECT *\n  FROM a WHERE b = 'x@example.com'", "SELECT * FROM a WHERE b = '…'"),
        ("SELECT 'it''s me', 12, 4111111111111111", "SELECT '…''…', 12, …"),
        ("SELECT 'never closed, x@example.com", "SELECT '…'"),
        ("DO $x$ x@example.com $x$; SELECT $1", "DO '…'; SELECT $1"),
        ("SELECT $$ x@example.com", "SELECT '…'"),
    ],
)
async def test_what_was_quoted_is_not_shown(admin: Any, query: str, shown: str) -> None:
    assert await admin.fetchval("SELECT monitor.without_literals($1)", query) == shown


async def test_changes_since_a_snapshot(watcher: Any, admin: Any, call: Any, sign_up: Any) -> None:
    await sign_up(1)
    await snapshot(call, admin)
    since = await admin.fetchval("SELECT max(at) FROM monitor.activity_history")
    await sign_up(4)
    await snapshot(call, admin)
    found = await watcher.fetchrow("SELECT * FROM monitor.changes_since($1) WHERE endpoint = 'create_account'", since)
    assert found["calls"] == 4
    assert found["mean_ms"] > 0
    minute = await watcher.fetchrow(
        "SELECT * FROM monitor.endpoint_minutes WHERE endpoint = 'create_account' ORDER BY at DESC LIMIT 1"
    )
    assert minute["calls"] == 4


async def test_a_reset_of_the_statistics_is_no_negative_change(
    watcher: Any, admin: Any, call: Any, sign_up: Any
) -> None:
    await sign_up(5)
    await snapshot(call, admin)
    await admin.execute(
        "SELECT extensions.pg_stat_statements_reset(0, d.oid) FROM pg_database AS d "
        "WHERE d.datname = current_database()"
    )
    since = await admin.fetchval("SELECT max(at) FROM monitor.activity_history")
    await sign_up(2)
    await snapshot(call, admin)
    found = await watcher.fetch("SELECT * FROM monitor.changes_since($1)", since)
    assert {line["endpoint"]: line["calls"] for line in found}["create_account"] == 2
    assert all(line["total_ms"] >= 0 and line["calls"] > 0 for line in found)


async def test_no_text_is_kept(admin: Any, call: Any, watcher: Any) -> None:
    """A person at a prompt writes a customer's address into a query."""
    name = f"q{uuid.uuid4().hex}"
    await admin.fetch(f"SELECT '{name}@example.com' AS {name}")
    await snapshot(call, admin)
    for table in ("statement_history", "statement_endpoints", "statement_counters"):
        assert await admin.fetchval(f"SELECT count(*) FROM monitor.{table} AS t WHERE t::text LIKE '%@%'") == 0
    shown = await watcher.fetch("SELECT query FROM monitor.statements WHERE query LIKE $1", f"%{name}%")
    assert len(shown) == 1
    assert "@" not in shown[0]["query"]


async def test_two_workers_take_one_snapshot_and_lose_no_count(admin: Any, call: Any) -> None:
    await due(admin, "snapshot")
    before = await admin.fetchval("SELECT count(*) FROM monitor.activity_history")
    counts = [{"name": f"jobs_total{n % 3}", "labels": {"kind": "x"}, "value": 1} for n in range(9)]
    barrier = asyncio.Barrier(8)

    async def worker(number: int) -> Any:
        await barrier.wait()
        order = counts if number % 2 else list(reversed(counts))
        return await call("web_worker", "take_snapshot", counts=order)

    answers = await asyncio.gather(*(worker(n) for n in range(8)))
    assert answers.count("snapshot") == 1
    assert await admin.fetchval("SELECT count(*) FROM monitor.activity_history") == before + 1
    assert await admin.fetchval("SELECT sum(value) FROM monitor.counters WHERE name LIKE 'jobs_total_'") == 72


async def test_rounds_are_made_when_they_are_due(admin: Any, call: Any) -> None:
    await due(admin, "snapshot", "sizes", "figures")
    made = [await call("web_worker", "take_snapshot") for _ in range(4)]
    # The most overdue first: two hours are 480 quarter-minutes, 120 minutes, 8 quarter-hours.
    assert made == ["figures", "snapshot", "sizes", None]


async def test_a_round_never_takes_more_than_a_twentieth_of_the_time(admin: Any, call: Any) -> None:
    await due(admin)
    await admin.execute("UPDATE monitor.rounds SET took = '1 minute', as_of = now() - interval '19 minutes'")
    assert await call("web_worker", "take_snapshot") is None
    await admin.execute("UPDATE monitor.rounds SET as_of = now() - interval '21 minutes' WHERE name = 'figures'")
    assert await call("web_worker", "take_snapshot") == "figures"


async def test_a_locked_table_holds_up_no_other_round(admin: Any, connect: Any, call: Any, watcher: Any) -> None:
    await due(admin, "snapshot", "figures")
    holder, worker = await connect(), await connect()
    await worker.execute("SET lock_timeout = '50ms'")
    async with holder.transaction():
        await holder.execute("LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
        made = [await worker.fetchval("SELECT monitor.take_snapshot()") for _ in range(3)]
        await asyncio.wait_for(watcher.fetchval("SELECT monitor.review(1)"), 60)
        await asyncio.wait_for(watcher.fetchval("SELECT monitor.glance()"), 60)
    assert made == ["figures", "snapshot", None]


async def test_old_snapshots_go_with_their_partition(admin: Any, call: Any) -> None:
    await admin.execute("""
        DO $$ DECLARE d date; BEGIN
            FOR d IN SELECT current_date - n FROM unnest(ARRAY[14, 15, 40]) AS n LOOP
                EXECUTE format('CREATE TABLE monitor.activity_history_%s PARTITION OF '
                               'monitor.activity_history FOR VALUES FROM (%L) TO (%L)',
                               to_char(d, 'YYYYMMDD'), d, d + 1);
            END LOOP;
        END $$""")
    await snapshot(call, admin)
    left = await admin.fetch(
        "SELECT (current_date - to_date(right(c.relname, 8), 'YYYYMMDD')) AS age FROM pg_inherits AS i "
        "JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'monitor.activity_history'::regclass ORDER BY 1"
    )
    assert [line["age"] for line in left] == [-1, 0, 14]


async def test_who_blocks_whom(admin: Any, connect: Any, call: Any, watcher: Any) -> None:
    name = f"{uuid.uuid4().hex}@example.com"
    made = await call("web_anonymous", "create_account", email=name, password="x" * 60)
    holder, waiter = await connect(), await connect()
    account = uuid.UUID(made["id"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute(f"UPDATE identity.accounts SET display_name = 'x' WHERE email = '{name}'")
    waiting = asyncio.create_task(
        waiter.execute("UPDATE identity.accounts SET display_name = 'y' WHERE id = $1", account)
    )
    try:
        line = None
        while line is None:
            line = await watcher.fetchrow("SELECT * FROM monitor.locks WHERE waiting_pid = $1", waiter.get_server_pid())
        assert line["blocking_pid"] == holder.get_server_pid()
        assert line["blocking_state"] == "idle in transaction"
        assert line["relation"] == "identity.accounts"
        assert line["waits_seconds"] >= 0
        assert "UPDATE identity.accounts" in line["blocking_query"]
        assert name not in line["blocking_query"]
        glance = json.loads(await watcher.fetchval("SELECT monitor.glance()"))
        assert [wait["waiting_pid"] for wait in glance["locks"]] == [waiter.get_server_pid()]
    finally:
        await transaction.rollback()
        await waiting
    assert await watcher.fetch("SELECT * FROM monitor.locks") == []


async def test_the_queue_by_kind_without_what_errors_quote(admin: Any, watcher: Any) -> None:
    await admin.execute("""
        INSERT INTO messaging.outbox (kind, payload, run_at, attempts, last_error) VALUES
            ('refund_payment', '{}', now() - interval '90 seconds', 3, 'Unavailable: somebody@example.com'),
            ('refund_payment', '{}', now() + interval '1 hour', 1, 'Unavailable'),
            ('send_mail', '{}', now() + interval '1 hour', 0, NULL)""")
    found = {line["kind"]: line for line in await watcher.fetch("SELECT * FROM monitor.queue")}
    refund = found["refund_payment"]
    assert (refund["due"], refund["later"], refund["failing"], refund["most_attempts"]) == (1, 1, 2, 3)
    assert refund["usual_reason"] == "Unavailable"
    assert refund["oldest_seconds"] == pytest.approx(90, abs=30)
    assert found["send_mail"]["oldest_seconds"] == 0
    await admin.execute("DELETE FROM messaging.outbox WHERE payload = '{}'")


async def test_growth_counts_from_the_snapshots(admin: Any, call: Any, watcher: Any) -> None:
    await due(admin, "sizes")
    assert await call("web_worker", "take_snapshot") == "sizes"
    await admin.execute(
        "UPDATE monitor.relation_history SET table_bytes = table_bytes - 8192 WHERE relation = 'catalog.currencies'"
    )
    found = await watcher.fetchrow("SELECT * FROM monitor.growth WHERE relation = 'catalog.currencies'")
    assert found["bytes_in_a_day"] == 8192
    audit = await watcher.fetch("SELECT relation FROM monitor.growth WHERE relation LIKE 'audit.changes%'")
    assert [line["relation"] for line in audit] == ["audit.changes"]


async def test_bloat_is_measured_on_demand(watcher: Any) -> None:
    found = await watcher.fetch("SELECT * FROM monitor.measure_bloat(0)")
    assert {line["kind"] for line in found} == {"table", "index"}
    assert all(0 <= line["free_percent"] <= 100 for line in found if line["bytes"] and line["free_percent"] is not None)


async def test_unused_indexes_leave_rules_out(watcher: Any) -> None:
    found = await watcher.fetch("SELECT * FROM monitor.unused_indexes")
    names = {line["index_name"] for line in found}
    assert "email_taken" not in names
    assert not any(name.endswith("_pkey") for name in names)
    assert {line["serves_foreign_key"] for line in found} == {True, False}


async def test_the_books_are_checked_once_an_hour(admin: Any, call: Any) -> None:
    await admin.execute("UPDATE monitor.rounds SET as_of = NULL WHERE name = 'invariants'")
    answers = await asyncio.gather(*(call("web_worker", "check_books") for _ in range(4)))
    assert sorted(answers, key=str) == [0, None, None, None]
    assert await call("web_worker", "check_books") is None
    names = await admin.fetch("SELECT name FROM monitor.invariants WHERE ok")
    assert len(names) >= 30


async def test_a_backup_is_recorded_by_who_makes_it(connect: Any, watcher: Any) -> None:
    backup = await connect("store_backup")
    await backup.execute("SELECT monitor.record_backup('full', 12345)")
    await backup.execute("SELECT monitor.record_backup('full', 23456)")
    assert await watcher.fetchval("SELECT bytes FROM monitor.backups WHERE kind = 'full'") == 23456
    with pytest.raises(asyncpg.CheckViolationError):
        await backup.execute("SELECT monitor.record_backup('Full of it', 1)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await backup.execute("UPDATE monitor.backups SET bytes = 0")
