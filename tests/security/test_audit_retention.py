"""The audit is kept for a time and not for ever, the month of the installation included."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from tests.security.test_audit_seals import BROKEN, seal

PARTITIONS = "SELECT relid::text FROM pg_partition_tree('audit.changes') WHERE isleaf"
ADD = (
    "INSERT INTO audit.changes (at, table_name, operation, row_id, db_role) "
    "VALUES ($1, 'x', 'INSERT', 'old', 'x') RETURNING tableoid::regclass::text"
)
OLD = datetime(2011, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
async def audit(make_database: Any) -> Any:
    connection = await asyncpg.connect(make_database().admin())
    yield connection
    await connection.close()


async def kept(audit: Any) -> int:
    count: int = await audit.fetchval("SELECT count(*) FROM audit.changes WHERE row_id = 'old'")
    return count


async def test_the_month_of_the_installation_is_dropped_when_its_time_is_over(audit: Any) -> None:
    """Its rows are in changes_default, as those of any month whose partition came too late."""
    await audit.execute("SET session_replication_role = replica")
    await audit.execute("DELETE FROM audit.changes")  # what this database was installed with
    await audit.execute("RESET session_replication_role")
    assert await audit.fetchval(ADD, OLD) == "audit.changes_default"
    await seal(audit)
    assert await audit.fetchval("SELECT audit.add_partition('2011-03-01')") is False
    assert await audit.fetch("SELECT * FROM audit.drop_partitions('2011-03-31')") == []  # the month is not over
    assert await kept(audit) == 1
    [dropped] = await audit.fetch("SELECT * FROM audit.drop_partitions('2011-04-01')")
    assert dropped[0] == "changes_default_2011_03"
    assert await kept(audit) == 0
    assert await audit.fetch(BROKEN) == []  # its seals are there, those of a partition that is gone

    # The new one takes rows, is sealed, protected, and can be dropped again.
    assert await audit.fetchval(ADD, datetime(2012, 5, 1, tzinfo=UTC)) == "audit.changes_default"
    await seal(audit)
    for attack in ("DELETE FROM audit.changes_default", "TRUNCATE audit.changes_default", "DELETE FROM audit.changes"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await audit.execute(attack)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await audit.execute("UPDATE audit.seals SET rows = 0")
    assert await audit.fetch(BROKEN) == []
    [dropped] = await audit.fetch("SELECT * FROM audit.drop_partitions('2013-01-01')")
    assert dropped[0] == "changes_default_2012_05"
    assert await audit.fetch(BROKEN) == []


async def test_a_younger_row_keeps_the_default_partition(audit: Any) -> None:
    await audit.fetchval(ADD, OLD)
    await audit.fetchval(ADD, datetime(2012, 5, 1, tzinfo=UTC))  # in the same one
    assert await audit.fetch("SELECT * FROM audit.drop_partitions('2011-04-01')") == []
    assert await kept(audit) == 2


async def test_the_worker_drops_what_is_older_than_the_owner_says(audit: Any) -> None:
    assert await audit.fetchval("SELECT keep = interval '10 years' FROM audit.retention")
    await audit.execute("SELECT audit.add_partition('2011-03-01')")
    assert await audit.fetchval(ADD, OLD) == "audit.changes_2011_03"
    recent = await audit.fetchval("SELECT date_trunc('month', now()) - interval '8 months'")
    await audit.execute("SELECT audit.add_partition($1::date)", recent.date())
    await audit.fetchval(ADD, recent)
    assert await kept(audit) == 2
    await audit.execute("SET SESSION AUTHORIZATION web_worker")
    await audit.fetchval("SELECT api.seal_audit()")
    await audit.execute("RESET SESSION AUTHORIZATION")
    assert await kept(audit) == 1
    await audit.execute("UPDATE audit.retention SET keep = '6 months'")
    assert await audit.fetchval("SELECT audit.apply_retention()") == 1
    assert await kept(audit) == 0
    with pytest.raises(asyncpg.CheckViolationError, match="retention_too_short"):
        await audit.execute("UPDATE audit.retention SET keep = '1 day'")


async def test_nobody_behind_the_web_tier_shortens_it(audit: Any) -> None:
    for role in ("store_api", "web_admin", "web_worker"):
        await audit.execute(f"SET SESSION AUTHORIZATION {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await audit.execute("UPDATE audit.retention SET keep = '3 months'")
        await audit.execute("RESET SESSION AUTHORIZATION")
