"""storeproc backup and restore: base and incremental backups, any moment, and data that stay if anything goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from backups.log import SEGMENT, Log, position, segment_name
from backups.programs import BackupError
from backups.repository import Backup, Repository
from backups.restore import Restored, parse_moment, restore_backup
from backups.take import take_backup, wait_for_archive
from db.deploy import migrate
from db.server.access import Access, ServerError
from db.server.configuration import archiving
from db.server.embedded import Layout, find_layout
from db.server.supervisor import Server
from tests.backups.conftest import ask

Run = Callable[..., subprocess.CompletedProcess[str]]
FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "30"}


class Store:
    """A data folder, its server when it runs, its backups."""

    def __init__(self, home: Path) -> None:
        self.data, self.folder = home / "data", home / "backups"
        self.server: Server | None = None
        self.said: list[str] = []

    def start(self, secret: str | None = None) -> Access:
        self.server = Server(self.data, settings=FAST, secret=secret)
        return self.server.start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None

    @property
    def repository(self) -> Repository:
        return Repository.of(self.data, self.folder)

    @property
    def layout(self) -> Layout:
        return find_layout(self.data)

    def back_up(self, access: Access, *, full: bool = False, keep: int = 2) -> Backup:
        return take_backup(self.repository, access, full=full, keep=keep, say=self.said.append)

    def note(self, access: Access, text: str) -> datetime:
        """A row, and a moment after which only later rows are committed."""
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            connection.execute("INSERT INTO public.notes VALUES (%s)", [text])
            row = connection.execute("SELECT clock_timestamp()").fetchone()
            assert row
            moment: datetime = row[0]
            return moment

    def restore(self, moment: datetime | None = None, into: Path | None = None, secret: str | None = None) -> Restored:
        return restore_backup(
            self.repository, secret=secret, moment=moment, into=into, prove=prove, say=self.said.append
        )

    def notes(self, access: Access) -> str:
        return str(ask(access, "SELECT string_agg(text, ' ' ORDER BY text) FROM public.notes"))


def prove(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
    with psycopg.connect(access.admin()) as connection:
        broken = connection.execute("SELECT 1 FROM public.notes WHERE text = 'unsound'").fetchone()
    return [("no note is unsound", broken is None, "")], ("", "")


def archived(store: Store, access: Access) -> None:
    """Everything up to now is in the archive."""
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        wait_for_archive(store.repository, connection)


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    """A small cluster: copying it is cheaper than initdb."""
    home = folder / "made"
    home.mkdir()
    home.chmod(0o755)
    store = Store(home)
    access = store.start()
    for role in ("store_backup", "web_customer"):
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{access.password(role)}'")  # type: ignore[arg-type]
    with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE store_backup REPLICATION")
        connection.execute("CREATE DATABASE storeproc")
    ask_nothing(access, "CREATE TABLE public.notes (text text)")
    store.stop()
    return home


def ask_nothing(access: Access, statement: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def store(made: Path, folder: Path) -> Iterator[Store]:
    home = folder / "store"
    subprocess.run(["cp", "-a", made, home], check=True)
    made_store = Store(home)
    yield made_store
    made_store.stop()
    shutil.rmtree(home, ignore_errors=True)


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


def test_store_backup_copies_everything_and_reads_nothing(store: Store, access: Access) -> None:
    assert ask(
        access,
        "SELECT rolreplication AND NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = 'store_backup'",
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(access, "SELECT count(*) FROM identity.accounts", role="store_backup")
    running = store.start()
    ask_nothing(
        running, "ALTER ROLE postgres NOREPLICATION"
    )  # a superuser needs none: who copies is told by the server
    ask_nothing(running, "ALTER ROLE store_backup NOREPLICATION")
    with pytest.raises(BackupError, match="permission denied"):
        store.back_up(running)
    assert store.repository.backups() == []
    assert list(store.repository.base.iterdir()) == [], "nothing half is left"


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
    with pytest.raises(BackupError, match=rf"{full.id} was taken from PostgreSQL 17\..*; this is 18"):
        store.restore()
    note.write_text(text)

    victim = max(store.repository.data_of(full).glob("base/*/*"), key=lambda path: path.stat().st_size)
    data = victim.read_bytes()
    victim.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BackupError, match="checksum mismatch"):
        store.restore()
    victim.write_bytes(data)

    assert store.layout.cluster.stat().st_ino == inode, "what is there was never touched"
    assert not (store.data / "restoring").exists()


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
    for name, moment in [(name, log.last_commit_in(name)) for name in log.files if len(name) == 24]:
        if moment is not None and abs(moment - at_b) < timedelta(milliseconds=50):
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


def test_the_archive_command(folder: Path) -> None:
    archive = folder / "it's 100% here"
    archive.mkdir()
    segment = folder / "segment"
    segment.write_bytes(b"log" * 1000)
    command = archiving(archive)["archive_command"]

    def run(content: bytes) -> int:
        segment.write_bytes(content)
        text = command.replace("%f", "000000010000000000000001").replace("%p", str(segment)).replace("%%", "%")
        return subprocess.run(["/bin/sh", "-c", text], check=False).returncode

    name = archive / "000000010000000000000001.gz"
    (archive / "000000010000000000000001.gz.tmp").write_bytes(b"half of it, from before a crash")
    assert run(b"log" * 1000) == 0
    first = name.read_bytes()
    assert run(b"log" * 1000) == 0, "said twice after a crash, it is there already"
    assert run(b"another server's") != 0, "never overwritten"
    assert name.read_bytes() == first
    assert [path.name for path in archive.iterdir()] == [name.name]


def test_a_broken_archive_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    access = store.start()
    store.back_up(access)
    store.repository.wal.rename(store.folder / "gone")
    store.repository.wal.touch()
    monkeypatch.setattr("backups.take.ARCHIVE_TIMEOUT", 1.0)
    with pytest.raises(BackupError, match=r"does not reach .*/wal .*Is the disk full"):
        archived(store, access)


def test_a_slow_archive_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    access = store.start()
    store.back_up(access)
    command = str(ask(access, "SHOW archive_command")).replace("'", "''")
    ask_nothing(access, f"ALTER SYSTEM SET archive_command = 'sleep 2; {command}'")
    ask_nothing(access, "SELECT pg_reload_conf()")
    for _ in range(3):  # each a segment
        ask_nothing(access, "SELECT pg_create_restore_point('one'), pg_switch_wal()")
    monkeypatch.setattr("backups.take.ARCHIVE_TIMEOUT", 6.0)
    archived(store, access)


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
    refused = storeproc("restore")
    assert refused.returncode == 1
    assert "stop it first" in refused.stderr
    theirs = run("storeproc", "backup", DATABASE_URL=running.admin())
    assert "DATABASE_URL names a server that is not embedded" in theirs.stderr
    assert storeproc("run", "psql", "-Atc", "SELECT text FROM public.notes").stdout == "a\n"
    assert storeproc("run", "false").returncode == 1
