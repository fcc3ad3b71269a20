"""The event log as a publication: read by a role that can read nothing else, with PostgreSQL's own pgoutput."""

from __future__ import annotations

import json
import struct
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from db.server.access import Access

SLOT = "events_of_a_test"
COLUMNS = ["id", "type", "order_id", "account_id", "data", "created_at"]


@pytest.fixture(scope="module")
async def reader(access: Access, admin: Any) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A role as db/docs/events-stream.md makes one."""
    role = f"events_{uuid.uuid4().hex[:8]}"
    await admin.execute(f"CREATE ROLE {role} LOGIN REPLICATION PASSWORD 'reads events' IN ROLE store_events")
    connection = await asyncpg.connect(access.admin(), user=role, password="reads events")
    yield connection
    await connection.close()
    await admin.execute(f"DROP ROLE {role}")


@pytest.fixture
async def slot(reader: asyncpg.Connection[Any]) -> AsyncIterator[str]:
    name = f"{SLOT}_{uuid.uuid4().hex[:8]}"  # slots belong to the whole server
    await reader.execute("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", name)
    yield name
    await reader.execute("SELECT pg_drop_replication_slot($1)", name)


async def received(reader: asyncpg.Connection[Any], slot: str) -> tuple[list[str], list[dict[str, str | None]]]:
    """The names of the columns, and the inserted rows, from the messages of pgoutput (protocol version 1)."""
    names: list[str] = []
    rows: list[dict[str, str | None]] = []
    for message in await reader.fetch(
        "SELECT data FROM pg_logical_slot_get_binary_changes($1, NULL, NULL, "
        "'proto_version', '1', 'publication_names', 'storeproc_events')",
        slot,
    ):
        data: bytes = message["data"]
        if data[:1] == b"R":
            names = []
            position = data.index(b"\0", data.index(b"\0", 5) + 1) + 2  # after both names and the replica identity
            (count,) = struct.unpack_from("!h", data, position)
            position += 2
            for _ in range(count):
                end = data.index(b"\0", position + 1)
                names.append(data[position + 1 : end].decode())
                position = end + 9
        elif data[:1] == b"I":
            values: list[str | None] = []
            position = 8
            for _ in names:
                if data[position : position + 1] == b"n":
                    values.append(None)
                    position += 1
                else:
                    (size,) = struct.unpack_from("!i", data, position + 1)
                    values.append(data[position + 5 : position + 5 + size].decode())
                    position += 5 + size
            rows.append(dict(zip(names, values, strict=True)))
        else:
            assert data[:1] in (b"B", b"C"), data[:1]
    return names, rows


async def test_a_reader_gets_what_is_committed_in_the_order_of_the_commits(
    reader: asyncpg.Connection[Any], slot: str, admin: Any, connect: Any
) -> None:
    order = uuid.uuid4()
    late = await connect()
    undone, held = late.transaction(), await connect()
    await undone.start()
    await late.execute("SELECT messaging.record_event('order.undone', $1, NULL)", order)
    await undone.rollback()
    transaction = held.transaction()
    await transaction.start()
    await held.execute("SELECT messaging.record_event('order.early', $1, NULL, '{\"number\": 1}')", order)
    await admin.execute("SELECT messaging.record_event('order.second', $1, NULL, '{\"number\": 2}')", order)
    await transaction.commit()
    names, rows = await received(reader, slot)
    assert names == COLUMNS  # who did it is not published
    assert [row["type"] for row in rows] == ["order.second", "order.early"]
    assert [json.loads(row["data"] or "") for row in rows] == [{"number": 2}, {"number": 1}]
    assert {row["order_id"] for row in rows} == {str(order)}
    # What was read is not sent again; what erases personal data is no event.
    await admin.execute("SELECT messaging.adopt_log()")
    assert await received(reader, slot) == ([], [])


async def test_a_reader_can_copy_the_log_and_reads_nothing_else(reader: asyncpg.Connection[Any], admin: Any) -> None:
    await admin.execute("SELECT messaging.record_event('order.copied', NULL, NULL)")
    copied = await reader.fetch(f"SELECT {', '.join(COLUMNS)} FROM messaging.events WHERE type = 'order.copied'")
    assert len(copied) == 1
    for statement in (
        "SELECT actor_id FROM messaging.events",
        "SELECT * FROM messaging.webhook_secrets",
        "SELECT * FROM identity.accounts",
        "SELECT api.get_account()",
        "INSERT INTO messaging.events (type) VALUES ('order.invented')",
        "ALTER PUBLICATION storeproc_events SET (publish = 'insert, update')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.execute(statement)
