"""The audit is sealed by chains of digests: whoever changes, adds or removes a row behind our back is found out."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from db.server.access import Access

FIRST = "(SELECT id FROM audit.changes ORDER BY id LIMIT 1)"
LAST = "(SELECT id FROM audit.changes ORDER BY id DESC LIMIT 1)"
BROKEN = "SELECT detail FROM audit.check_seals() WHERE NOT ok"


@pytest.fixture
async def sealed(make_database: Any) -> Any:
    """A database of its own with an account that has changed, sealed."""
    access: Access = make_database()
    connection = await asyncpg.connect(access.admin())
    await connection.execute(
        "INSERT INTO identity.accounts (email) SELECT 'a' || n || '@example.com' FROM generate_series(1, 50) AS n"
    )
    await seal(connection)
    yield connection
    await connection.close()


async def seal(connection: Any) -> int:
    """What the worker does every ten minutes, until all that is there now is sealed.

    A look draws a line, and a later one seals up to it, when every transaction of the first look (in any database of
    the server) has ended.
    """
    sealed, lines = 0, {await connection.fetchval("SELECT id FROM audit.seal_boundary")}
    deadline = asyncio.get_running_loop().time() + 60
    while len(lines) < 3:
        assert asyncio.get_running_loop().time() < deadline, "nothing is sealed in 30 s"
        sealed += await connection.fetchval("SELECT audit.seal_changes()")
        lines.add(await connection.fetchval("SELECT id FROM audit.seal_boundary"))
        await asyncio.sleep(0.01)
    return sealed


async def behind_our_back(connection: Any, statement: str) -> None:
    await connection.execute(f"SET session_replication_role = replica; {statement}; RESET session_replication_role")


async def test_what_is_sealed_is_as_it_was(sealed: Any) -> None:
    assert await sealed.fetchval("SELECT sum(rows) >= 50 FROM audit.seals")
    assert await sealed.fetch(BROKEN) == []
    assert await seal(sealed) == 0  # nothing new
    await sealed.execute("UPDATE identity.accounts SET display_name = 'x'")
    assert await seal(sealed) == 1
    assert await sealed.fetch(BROKEN) == []


@pytest.mark.parametrize(
    "statement",
    [
        f'UPDATE audit.changes SET new = new || \'{{"role": "admin"}}\' WHERE id = {LAST}',
        f"UPDATE audit.changes SET actor_id = gen_random_uuid() WHERE id = {FIRST}",
        f"DELETE FROM audit.changes WHERE id = {FIRST}",
        "INSERT INTO audit.changes (id, table_name, operation, row_id, db_role) "
        "SELECT s.to_id, 'x', 'INSERT', 'x', 'x' FROM audit.seals AS s WHERE s.sequence = 1",
        "DELETE FROM audit.seals WHERE sequence = 1",
        "UPDATE audit.seals SET digest = sha256('x') WHERE sequence = 1",
        f"UPDATE audit.changes SET new = '[1]' WHERE id = {FIRST}; "
        "INSERT INTO audit.erasures SELECT id, audit.row_digest(c) FROM audit.changes AS c ORDER BY id LIMIT 1",
    ],
)
async def test_what_was_done_to_it_shows(sealed: Any, statement: str) -> None:
    await sealed.execute("UPDATE identity.accounts SET display_name = 'x'")
    await seal(sealed)
    await behind_our_back(sealed, statement)
    assert len(await sealed.fetch(BROKEN)) == 1


async def test_a_person_can_be_erased_from_what_is_sealed(sealed: Any) -> None:
    account = await sealed.fetchval("SELECT id FROM identity.accounts LIMIT 1")
    await sealed.execute("SELECT audit.erase_person($1)", account)
    assert await sealed.fetchval("SELECT count(*) FROM audit.erasures") > 0
    assert await sealed.fetch(BROKEN) == []


async def test_nothing_is_sealed_while_somebody_may_still_add_to_it(make_database: Any) -> None:
    access: Access = make_database()
    sealer, late = await asyncpg.connect(access.admin()), await asyncpg.connect(access.admin())
    try:
        async with late.transaction():
            await late.execute("INSERT INTO identity.accounts (email) VALUES ('late@example.com')")
            await sealer.execute("INSERT INTO identity.accounts (email) VALUES ('early@example.com')")
            assert [await sealer.fetchval("SELECT audit.seal_changes()") for _ in range(3)] == [0, 0, 0]
        assert await seal(sealer) == 1
        rows = await sealer.fetchval("SELECT sum(rows) FROM audit.seals")
        assert rows == await sealer.fetchval("SELECT count(*) FROM audit.changes")
        assert await sealer.fetch(BROKEN) == []
    finally:
        await sealer.close()
        await late.close()


async def test_months_have_partitions_of_their_own(sealed: Any) -> None:
    assert await sealed.fetchval("SELECT audit.add_partition('2031-05-17')") is True
    assert await sealed.fetchval("SELECT audit.add_partition('2031-05-01')") is False
    await sealed.execute(
        "INSERT INTO audit.changes (at, table_name, operation, row_id, db_role) "
        "VALUES ('2031-05-02', 'x', 'INSERT', 'x', 'x')"
    )
    assert await sealed.fetchval("SELECT count(*) FROM audit.changes_2031_05") == 1
    for attack in (
        "DELETE FROM audit.changes_2031_05",
        "TRUNCATE audit.changes_2031_05",
        "DELETE FROM audit.changes_default",
    ):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await sealed.execute(attack)
    await seal(sealed)
    dropped = await sealed.fetch("SELECT * FROM audit.drop_partitions('2031-06-01')")
    assert "changes_2031_05" in [row[0] for row in dropped]
    assert await sealed.fetch(BROKEN) == []
