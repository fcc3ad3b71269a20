"""storeproc restore: any moment comes back, and data stay if anything goes wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from backups.checksums import write_checksum
from backups.log import Log
from backups.programs import BackupError
from backups.restore import parse_moment
from db.deploy import migrate
from db.server.access import ServerError
from tests.backups.conftest import Store, archived, ask


def test_any_moment_comes_back_and_what_was_there_is_kept(store: Store) -> None:
    access = store.start()
    store.note(access, "a")
    full = store.back_up(access)
    assert (full.kind, full.parent) == ("full", None)
    at_b = store.note(access, "b")
    more = store.back_up(access)
    assert (more.kind, more.parent) == ("incremental", full.id)
    assert more.bytes < full.bytes
    at_c = store.note(access, "c")
    store.note(access, "d")
    store.stop()  # its last segment is archived on the way out, or taken out of pg_wal

    done = store.restore(at_c)
    assert done.backup == more.id, "the newest one before the moment"
    assert done.before is not None
    assert (done.before / "PG_VERSION").exists()
    assert done.last_commit is not None
    assert done.last_commit <= at_c
    assert not (store.data / "restoring").exists()
    access = store.start()
    assert store.notes(access) == "a b c"
    assert ask(access, "SELECT pg_is_in_recovery()") is False
    assert ask(access, "SHOW restore_command") == ""
    assert ask(access, "SHOW archive_command") != "true", "it archives again"
    store.note(access, "e")
    archived(store, access)
    store.stop()

    # Of a moment's two histories the one that was the shop's then: b and d from before, e from after the restore.
    assert store.restore(at_b).backup == full.id
    access = store.start()
    assert store.notes(access) == "a b"
    store.stop()
    store.restore()
    access = store.start()
    assert store.notes(access) == "a b", "without a moment: the end of the last history"

    store.stop()
    shutil.rmtree(store.data)
    lost = max(store.repository.wal.glob("*.history.gz"))
    lost.unlink()
    with pytest.raises(BackupError, match=f"{lost.stem} is missing; behind it lie") as refusal:
        store.restore()
    end = parse_moment(str(refusal.value).partition("--accept-end ")[2].partition("`")[0])
    with pytest.raises(BackupError, match=f"{lost.stem} is missing, so that a restored cluster could not archive"):
        store.restore(accept_end=end)
    assert not store.data.exists()


def test_a_lost_data_folder_with_another_secret(store: Store) -> None:
    access = store.start()
    store.note(access, "a")
    store.back_up(access)
    store.note(access, "b")
    archived(store, access)
    assert store.server is not None
    assert store.server.pid is not None
    os.kill(store.server.pid, 9)
    store.stop()
    shutil.rmtree(store.data)

    store.restore(secret="n" * 40)
    access = store.start(secret="n" * 40)
    assert store.notes(access) == "a b"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(access, "SELECT 1", role="web_customer")
    migrate.migrate(access)
    assert ask(access, "SELECT 1", role="web_customer") == 1


def test_what_a_restore_refuses(store: Store) -> None:
    with pytest.raises(BackupError, match="there are no backups"):
        store.restore()
    access = store.start()
    begin = store.note(access, "a")
    full = store.back_up(access)
    end = store.note(access, "b")
    archived(store, access)
    with pytest.raises(BackupError, match=rf"storeproc runs on {store.data} \(process {os.getpid()}\): stop it first"):
        store.restore()
    store.stop()
    inode = store.layout.cluster.stat().st_ino

    with pytest.raises(BackupError, match=r"cannot be restored\. What can be: "):
        store.restore(begin - timedelta(hours=1))
    with pytest.raises(BackupError, match="cannot be restored"):
        store.restore(end + timedelta(hours=1))
    (store.data / "elsewhere").mkdir()
    (store.data / "elsewhere" / "thesis").touch()
    with pytest.raises(BackupError, match="is not empty"):
        store.restore(into=store.data / "elsewhere")

    note = store.repository.base / full.id / "backup.json"
    text = note.read_text()
    note.write_text(text.replace('"version": "18', '"version": "17'))
    write_checksum(note)
    with pytest.raises(BackupError, match=rf"{full.id} was taken from PostgreSQL 17\..*; this is 18"):
        store.restore()
    note.write_text(text)
    write_checksum(note)

    victim = max(store.repository.data_of(full).glob("base/*/*"), key=lambda path: path.stat().st_size)
    data = victim.read_bytes()
    victim.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BackupError, match="checksum mismatch"):
        store.restore()
    victim.write_bytes(data)

    assert store.layout.cluster.stat().st_ino == inode, "what is there was never touched"
    assert not (store.data / "restoring").exists()


def test_log_that_is_missing_splits_what_can_be_restored(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    at_a = store.note(access, "a")
    archived(store, access)
    at_b = store.note(access, "b")
    archived(store, access)
    store.back_up(access)
    at_c = store.note(access, "c")
    store.note(access, "d")
    archived(store, access)
    store.stop()
    segments = {}
    log = Log(store.repository.wal, store.layout)
    for name, commit in [(name, log.last_commit_in(name)) for name in log.segments]:
        if commit is not None and abs(commit.moment - at_b) < timedelta(milliseconds=50):
            segments[name] = log.files[name]
    assert segments
    for path in segments.values():
        path.unlink()
    windows = store.repository.windows(Log(store.repository.wal, store.layout))
    assert len(windows) == 2
    assert windows[0].begin <= at_a <= windows[0].end + timedelta(milliseconds=50)
    assert windows[0].end < at_b < windows[1].begin
    shutil.rmtree(store.data)  # with it the segments that it still had
    with pytest.raises(BackupError, match="cannot be restored"):
        store.restore(at_b)
    store.restore(at_c)
    assert store.notes(store.start()) == "a b c"


def test_a_disk_that_cannot_hold_the_restore(store: Store, small_disk: Callable[[str, str], Path]) -> None:
    access = store.start()
    store.back_up(access)
    store.stop()
    target = small_disk("restore-disk", "16m")
    target.chmod(0o755)
    with pytest.raises(BackupError, match="the disk is full"):
        store.restore(into=target / "copy")
    assert not (target / "copy" / "restoring").exists()
    assert not (target / "copy" / "postgres").exists()


def test_an_interrupted_swap_makes_no_empty_store(store: Store) -> None:
    store.start()
    store.stop()
    layout = store.layout
    layout.restoring.mkdir()
    layout.cluster.rename(layout.restoring / "postgres")
    with pytest.raises(ServerError, match="a restore was interrupted"):
        store.start()


def test_a_moment_is_understood_or_refused() -> None:
    assert parse_moment("2026-11-21 09:30").isoformat() == "2026-11-21T09:30:00+00:00"
    assert parse_moment("2025-06-01T09:30:00+06:00").isoformat() == "2025-06-01T09:30:00+06:00"
    with pytest.raises(BackupError, match="a moment such as"):
        parse_moment("yesterday")
    with pytest.raises(BackupError, match="is in the future"):
        parse_moment("2999-01-01")
