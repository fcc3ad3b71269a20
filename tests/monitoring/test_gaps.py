"""monitor.find_gaps names everything that the documentation demands of a server, with its remedy."""

from __future__ import annotations

from typing import Any

import pytest

# A replication slot would outlive the transaction.
SLOT = """CREATE TYPE pg_temp.slot AS (
    slot_name text COLLATE "C", slot_type text, active boolean, inactive_since timestamptz,
    wal_status text, invalidation_reason text, retained_bytes bigint, left_bytes bigint,
    holds_back_transactions integer, holds_back_catalog integer);
CREATE OR REPLACE VIEW monitor.slots AS SELECT s.* FROM json_populate_record(NULL::pg_temp.slot,
    '{"slot_name": "standby1", "slot_type": "physical", "active": false}') AS s"""

# What breaks it, and the beginning of the remedy. Settings and roles are changed in a transaction that is rolled back.
GAPS = [
    ("SET LOCAL log_statement = none", "Set log_statement"),
    ("SET LOCAL auto_explain.log_min_duration = -1", "Set auto_explain.log_min_duration"),
    ("SET LOCAL auto_explain.log_nested_statements = off", "Set auto_explain.log_nested_statements"),
    ("SET LOCAL pg_stat_statements.track = none", "Set pg_stat_statements.track"),
    ("SET LOCAL password_encryption = md5", "Set password_encryption"),
    (SLOT, "ALTER SYSTEM SET max_slot_wal_keep_size"),
    ("SET LOCAL log_lock_waits = off", "Set log_lock_waits"),
    ("SET LOCAL track_functions = none", "Set track_functions"),
    ("ALTER ROLE web_gateway RESET log_min_messages", "As a superuser: ALTER ROLE web_gateway SET log_min_messages"),
    ("ALTER ROLE web_admin RESET auto_explain.log_nested_statements", "As a superuser: ALTER ROLE web_admin SET a"),
    ("ALTER ROLE web_merchant RESET temp_file_limit", "As a superuser: ALTER ROLE web_merchant SET temp_file_limit"),
    ("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC", "Run db/roles.sql as a superuser"),
    ("ALTER ROLE store_backup NOREPLICATION", "As a superuser: ALTER ROLE store_backup REPLICATION"),
    ("DROP EXTENSION pgstattuple", "As a superuser: CREATE EXTENSION pgstattuple"),
    ("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET search_path', current_database()); END $$", "ALTER DATABASE"),
]


@pytest.mark.parametrize(("broken", "remedy"), GAPS, ids=[broken[:60] for broken, _ in GAPS])
async def test_a_gap_is_named(admin: Any, broken: str, remedy: str) -> None:
    transaction = admin.transaction()
    await transaction.start()
    try:
        await admin.execute(broken)
        await admin.execute("SET LOCAL ROLE store_monitor")
        found = [row["remedy"] for row in await admin.fetch("SELECT remedy FROM monitor.find_gaps()")]
    finally:
        await transaction.rollback()
    assert len(found) == 1
    assert found[0].startswith(remedy)
