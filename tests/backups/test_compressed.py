"""Base backups that are compressed: they restore like the others, and damage in each of their files is found."""

from __future__ import annotations

import pytest

from backups.archives import ARCHIVE, LOG_ARCHIVE
from backups.programs import BackupError
from backups.verify import verify
from tests.backups.conftest import Store, archived, ask


def test_a_chain_in_part_compressed_is_restored(store: Store) -> None:
    access = store.start()
    full = store.back_up(access, compress=True)
    assert full.bytes < int(str(ask(access, "SELECT sum(pg_database_size(oid)) FROM pg_database"))) / 3
    store.note(access, "a")
    store.back_up(access)
    store.note(access, "b")
    last = store.back_up(access, compress=True)
    assert (full.kind, last.kind) == ("full", "incremental")
    store.note(access, "c")
    archived(store, access)
    assert verify(store.repository, store.said.append).faults == []
    store.stop()
    store.said.clear()
    assert store.restore().backup == last.id
    assert "combined 3 backups" in " ".join(store.said)
    assert not list(store.layout.home.glob("**/unpacked-*"))
    assert store.notes(store.start()) == "a b c"


def test_each_file_of_it_is_checked(store: Store) -> None:
    access = store.start()
    backup = store.back_up(access, compress=True)
    store.stop()
    inode = store.layout.cluster.stat().st_ino
    for name in (f"data/{ARCHIVE}", LOG_ARCHIVE, "data/backup_manifest"):
        file = store.repository.data_of(backup).parent / name
        content = file.read_bytes()
        for damaged in (content[:200] + b"oops" + content[204:], None):
            file.unlink()
            if damaged is not None:
                file.write_bytes(damaged)
            with pytest.raises(BackupError, match=backup.id):
                store.restore()
        assert any(backup.id in fault for fault in verify(store.repository, store.said.append).faults)
        file.write_bytes(content)
    assert store.layout.cluster.stat().st_ino == inode
    assert verify(store.repository, store.said.append).faults == []
