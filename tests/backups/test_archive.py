"""The archive of the write-ahead log: a segment is kept once, and who waits for it is told when it does not come."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from backups.checksums import checksum_file, matches, write_checksum
from backups.programs import BackupError
from backups.take import wait_for_archive
from db.server.configuration import archive_to, archiving, restoring
from tests.backups.conftest import Store, archived, ask, ask_nothing


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
    assert sorted(path.name for path in archive.iterdir()) == [name.name, f"{name.name}.sha256", "newest"]
    assert matches(name)
    assert (archive / "newest").read_text() == f"{name.stem}\n"

    checksum_file(name).unlink()
    assert run(b"log" * 1000) == 0, "a crash before the checksum was written"
    assert matches(name)
    name.unlink()
    assert run(b"another start") == 0
    assert matches(name), "not the checksum of the file that is gone"


def test_the_restore_command(folder: Path) -> None:
    archive = folder / "here it's 100%"
    archive.mkdir()
    target = folder / "fetched"
    segment = "000000010000000000000001"

    def run(name: str, absent: Sequence[str] = ()) -> int:
        text = restoring(archive, absent)["restore_command"].replace("%f", name).replace("%p", str(target))
        return subprocess.run(["/bin/sh", "-c", text.replace("%%", "%")], check=False).returncode

    file = archive / f"{segment}.gz"
    file.write_bytes(gzip.compress(b"log" * 1000))
    assert run(segment) == 0, "of an older version, without a checksum"
    write_checksum(file)
    assert run(segment) == 0
    assert target.read_bytes() == b"log" * 1000
    assert run("000000010000000000000002") == 1, "the end"
    assert run(segment, ["????????0000000000000001"]) == 1, "behind the end that is asked for"
    assert run(segment, ["????????0000000000000002"]) == 0
    damaged = bytearray(file.read_bytes())
    damaged[12:16] = b"oops"
    file.write_bytes(damaged)
    assert run(segment) == 126, "PostgreSQL aborts recovery above 125"
    checksum_file(file).unlink()
    assert run(segment) == 126, "gzip's own check"
    file.unlink()
    file.mkdir()
    assert run(segment) == 126, "there, but not readable"
    shutil.rmtree(archive)
    assert run(segment) == 126, "a folder that is not there is not the end"


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


def test_a_segment_that_the_former_command_took_is_not_waited_for(store: Store) -> None:
    """A server hears of a new archive_command a moment after it was told; here its parent process stands still."""
    access = store.start()
    store.back_up(access)
    layout, wal = store.layout, store.repository.wal
    former = wal.with_name("former")
    former.mkdir()
    os.chown(former, wal.stat().st_uid, wal.stat().st_gid)
    parent = int((layout.cluster / "postmaster.pid").read_text().splitlines()[0])
    with psycopg.connect(access.admin(), autocommit=True) as connection, ThreadPoolExecutor(1) as pool:
        archive_to(layout, former)
        connection.execute("SELECT pg_reload_conf()")
        while not list(former.glob("*.gz")):
            connection.execute("SELECT pg_create_restore_point('x'), pg_switch_wal()")
            time.sleep(0.1)
        os.kill(parent, signal.SIGSTOP)
        try:
            archive_to(layout, wal)
            connection.execute("SELECT pg_reload_conf()")
            before = len(list(former.glob("*.gz")))
            waiting = pool.submit(wait_for_archive, store.repository, connection)
            while len(list(former.glob("*.gz"))) == before:
                time.sleep(0.02)
            assert not waiting.done()
        finally:
            os.kill(parent, signal.SIGCONT)
        waiting.result(20)
