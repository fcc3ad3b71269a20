"""storeproc backup: base and incremental backups, how many are kept, and those that stay if one goes wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from backups.log import SEGMENT, Log, position, segment_name
from backups.programs import BackupError
from db.server.access import Access
from tests.backups.conftest import Store, ask, ask_nothing

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_store_backup_copies_everything_and_changes_nothing(store: Store, access: Access) -> None:
    assert ask(access, "SELECT rolreplication AND NOT rolsuper FROM pg_roles WHERE rolname = 'store_backup'")
    assert ask(access, "SELECT count(*) FROM identity.accounts", role="store_backup") is not None
    for attempt in ("UPDATE identity.accounts SET version = 1", "CREATE TABLE public.mine (x integer)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(access, attempt, role="store_backup")
    running = store.start()
    ask_nothing(
        running, "ALTER ROLE postgres NOREPLICATION"
    )  # a superuser needs none: who copies is told by the server
    ask_nothing(running, "ALTER ROLE store_backup NOREPLICATION")
    with pytest.raises(BackupError, match="permission denied"):
        store.back_up(running)
    assert store.repository.backups() == []
    assert list(store.repository.base.iterdir()) == [], "nothing half is left"


def test_what_is_not_sound_takes_nobodys_place(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    store.note(access, "unsound")
    store.stop()
    inode = store.layout.cluster.stat().st_ino
    with pytest.raises(BackupError, match="not sound: no note is unsound"):
        store.restore()
    assert store.layout.cluster.stat().st_ino == inode
    access = store.start()
    assert store.notes(access) == "unsound"
    store.back_up(access)  # the refused attempt left no timeline in the archive
    assert {window.timeline for window in store.repository.windows(Log(store.repository.wal, store.layout))} == {1}
    store.stop()
    store.restore(accept_broken=True)
    assert store.said[-1].endswith("does not hold (see `storeproc check`): no note is unsound")
    assert store.notes(store.start()) == "unsound"


def test_two_chains_are_kept_and_their_log(store: Store) -> None:
    access = store.start()
    first = store.back_up(access, full=True, keep=1)
    store.back_up(access)
    store.note(access, "a")
    second = store.back_up(access, full=True, keep=1)
    assert [each.id for each in store.repository.backups()] == [second.id]
    names = sorted(path.name for path in store.repository.wal.glob("*.gz") if len(path.stem) == 24)
    assert names[0] == segment_name(1, position(second.start) // SEGMENT) + ".gz"
    assert position(first.start) < position(second.start)
    at_b = store.note(access, "b")
    store.note(access, "c")
    third = store.back_up(access, full=True, keep=2)
    assert [each.id for each in store.repository.backups()] == [second.id, third.id]
    copy = store.data.parent / "copy"
    done = store.restore(at_b, into=copy)  # while the store itself runs
    assert done.before is None
    assert store.notes(access) == "a b c"
    other = Store(store.data.parent)
    other.data = copy
    try:
        there = other.start()
        assert other.notes(there) == "a b"
        assert ask(there, "SHOW archive_command") == "true", "a copy keeps out of the archive"
    finally:
        other.stop()


def test_a_chain_that_is_old_is_followed_by_a_full_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    access = store.start()
    assert store.back_up(access).kind == "full"
    assert store.back_up(access).kind == "incremental"
    monkeypatch.setattr("backups.take.NEW_CHAIN_AFTER", timedelta(0))
    assert store.back_up(access).kind == "full"


def test_a_folder_belongs_to_one_cluster(store: Store, made: Path) -> None:
    access = store.start()
    store.back_up(access)
    mark = store.folder / "system"
    mark.write_text("7\n")
    with pytest.raises(BackupError, match="contains the backups of another database"):
        store.back_up(access)
    shutil.rmtree(store.folder)
    store.folder.mkdir()
    (store.folder / "thesis").touch()
    with pytest.raises(BackupError, match="contains other files"):
        store.back_up(access)


def test_a_full_disk_leaves_the_backups_that_are_there(store: Store, small_disk: Callable[[str, str], Path]) -> None:
    access = store.start()
    store.folder = small_disk("backup-disk", "64m")
    store.folder.chmod(0o755)
    full = store.back_up(access)
    ask_nothing(
        access, "CREATE TABLE public.bulk AS SELECT repeat('x', 500) || n AS t FROM generate_series(1, 80000) AS n"
    )
    with pytest.raises(BackupError, match="No space left on device"):
        store.back_up(access)
    assert [each.id for each in store.repository.backups()] == [full.id]
    assert [path.name for path in store.repository.base.iterdir()] == [full.id]
    assert store.notes(access) == "None", "the store itself goes on"


def test_the_command(run: Run, store: Store) -> None:
    def storeproc(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run("storeproc", *arguments, STOREPROC_DATA=str(store.data), STOREPROC_BACKUPS=str(store.folder))

    running = store.start()
    assert store.back_up(running).kind == "full"
    store.note(running, "a")
    done = storeproc("backup", "--keep", "3")
    assert done.returncode == 0
    assert "the write-ahead log is archived" not in done.stdout, "only the first time"
    listed = json.loads(storeproc("backup", "list", "--json").stdout)
    assert [each["kind"] for each in listed["backups"]] == ["full", "incremental"]
    assert listed["backups"][1]["parent"] == listed["backups"][0]["id"]
    assert listed["log"]["segments"] > 0
    assert listed["moments"][0]["from"] < listed["moments"][0]["to"]
    shown = storeproc("backup", "list").stdout
    assert all(each["id"] in shown for each in listed["backups"])
    assert "any moment can be restored from" in shown
    spoil = max(path for path in store.repository.wal.glob("*.gz") if len(path.stem) == 24)
    spoil.write_bytes(b"damaged")
    done = storeproc("backup")
    assert done.returncode == 3, "it was taken"
    assert f"the log file {spoil.stem} is damaged" in done.stderr
    assert len(store.repository.backups()) == 3
    refused = storeproc("restore")
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr
    theirs = run("storeproc", "backup", DATABASE_URL=running.admin())
    assert "DATABASE_URL names a server that is not embedded" in theirs.stderr
    assert storeproc("run", "psql", "-Atc", "SELECT text FROM public.notes").stdout == "a\n"
    assert storeproc("run", "false").returncode == 1
