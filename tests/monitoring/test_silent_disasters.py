"""What fails without an error: an archive that hangs, damaged backups, copies that never succeed, open doors."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


async def measured(admin: Any) -> dict[tuple[str, str], float]:
    rows = await admin.fetch("SELECT name, labels, value FROM monitor.read_measurements()")
    return {(row["name"], " ".join(json.loads(row["labels"]).values())): row["value"] for row in rows}


async def gaps(admin: Any) -> list[tuple[str, str]]:
    return [(row["gap"], row["remedy"]) for row in await admin.fetch("SELECT gap, remedy FROM monitor.find_gaps()")]


async def test_a_segment_that_waits_is_measured(admin: Any) -> None:
    folder = Path(await admin.fetchval("SHOW data_directory")) / "pg_wal" / "archive_status"
    assert (await measured(admin))["archive_waiting_seconds", ""] < 1000
    waiting = folder / "not-a-segment.ready"  # the archiver passes it by
    waiting.touch()
    try:
        begin = waiting.stat().st_mtime - 5000
        os.utime(waiting, (begin, begin))
        assert 5000 <= (await measured(admin))["archive_waiting_seconds", ""] < 6000
        await admin.execute("REVOKE EXECUTE ON FUNCTION pg_ls_archive_statusdir() FROM store_owner")
        found = await measured(admin)
        assert found["archive_waiting_seconds", ""] is None, "a managed server"
        assert ("connections_max", "") in found
    finally:
        waiting.unlink()
        await admin.execute("GRANT EXECUTE ON FUNCTION pg_ls_archive_statusdir() TO store_owner")


async def test_failures_and_faults_are_measured(admin: Any, connect: Any) -> None:
    backup = await connect("store_backup")
    await backup.execute("SELECT monitor.record_backup('offsite_copy_failed')")
    await backup.execute("SELECT monitor.record_faults('verify', 3)")
    await backup.execute("SELECT monitor.record_faults('verify', 2)")
    await backup.execute("SELECT monitor.record_faults('backup', 0)")
    found = await measured(admin)
    assert found["backup_faults", "verify"] == 2
    assert found["backup_faults", "backup"] == 0
    assert found["backup_failed_timestamp_seconds", "offsite_copy"] > 1e9
    assert not any(name == "backup_timestamp_seconds" for name, _ in found)


@contextmanager
def lines_of(file: Path, *lines: str) -> Iterator[None]:
    """With these lines in pg_hba.conf. The view reads the file; the server does not until it is told to."""
    before = file.read_text()
    file.write_text(before + "".join(f"{line}\n" for line in lines))
    try:
        yield
    finally:
        file.write_text(before)


async def test_open_doors_are_named(admin: Any) -> None:
    assert await gaps(admin) == []
    file = Path(await admin.fetchval("SHOW hba_file"))
    lines = [
        "host all all 127.0.0.1/32 trust",
        "host storeproc web_customer 10.0.0.0/8 scram-sha-256",
        "host all all 0.0.0.0/0 reject",
        "nonsense",
    ]
    with lines_of(file, *lines):
        found = [gap for gap, _ in await gaps(admin)]
        trusted, wrong = sorted(found, key=lambda gap: "not valid" in gap)
        assert trusted.endswith("(host all all 127.0.0.1 trust) admits without a password.")
        assert "is not valid: invalid connection type" in wrong
        await admin.execute("SET ROLE store_monitor")  # who may not read the file
        assert await gaps(admin) == []
        await admin.execute("RESET ROLE")
    assert await gaps(admin) == []


# A setting, what the server would say it is, and the beginning of the gap. The settings need a restart or a reload.
SETTINGS = [
    ("archive_mode", "off", "The write-ahead log is not archived (archive_mode is off)"),
    ("archive_command", "", "The write-ahead log piles up"),
    ("synchronous_standby_names", "gone", "Commits wait for a standby that is not connected"),
]


@pytest.mark.parametrize(("name", "setting", "gap"), SETTINGS)
async def test_settings_that_lose_data_or_wait_for_ever(admin: Any, name: str, setting: str, gap: str) -> None:
    function = await admin.fetchval("SELECT pg_get_functiondef('monitor.find_gaps()'::regprocedure)")
    shown = "SELECT s.name, s.setting FROM pg_settings AS s"
    changed = f"SELECT s.name, CASE s.name WHEN '{name}' THEN '{setting}' ELSE s.setting END AS setting"
    assert shown in function
    transaction = admin.transaction()
    await transaction.start()
    try:
        await admin.execute(function.replace(shown, f"{changed} FROM pg_settings AS s"))
        (found,) = await gaps(admin)
    finally:
        await transaction.rollback()
    assert found[0].startswith(gap)


async def test_every_address_and_an_archive_that_fails(admin: Any) -> None:
    """On a server that listens to others; here the functions are told so."""
    access = await admin.fetchval("SELECT pg_get_functiondef('monitor.find_access_gaps()'::regprocedure)")
    server = await admin.fetchval("SELECT pg_get_functiondef('monitor.find_gaps()'::regprocedure)")
    failing = (
        "FROM (SELECT 'now'::timestamptz AS last_failed_time, 'X' AS last_failed_wal, NULL AS last_archived_time) AS a"
    )
    file = Path(await admin.fetchval("SHOW hba_file"))
    transaction = admin.transaction()
    await transaction.start()
    try:
        await admin.execute(access.replace("current_setting('listen_addresses')", "'*'"))
        assert "FROM pg_stat_archiver AS a" in server
        await admin.execute(server.replace("FROM pg_stat_archiver AS a", failing.replace("NULL", "NULL::timestamptz")))
        with lines_of(file, "host all all ::/0 scram-sha-256", "host all all 10.1.0.0/16 scram-sha-256"):
            first, second = sorted(await gaps(admin))
    finally:
        await transaction.rollback()
    assert first[0] == "The write-ahead log is not archived: the last attempt failed (X)."
    assert second[0].endswith("(host all all :: scram-sha-256) admits from every address.")
