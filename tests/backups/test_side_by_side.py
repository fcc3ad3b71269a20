"""Backups are taken while others are verified or restored as a drill; nothing is removed meanwhile, and drills exclude
each other."""

from __future__ import annotations

import shutil

import pytest

from backups.drill import drill_folder, run_drill
from backups.log import segment_name
from backups.programs import BackupError
from backups.verify import verify
from db.server.access import Access
from tests.backups.conftest import Store, archived

Proven = tuple[list[tuple[str, bool, str]], tuple[str, str]]


def test_a_backup_is_taken_during_a_drill(store: Store) -> None:
    access = store.start()
    place = store.data.parent
    store.back_up(access, full=True)
    store.note(access, "a")
    archived(store, access)
    found: list[str] = []

    def prove(there: Access) -> Proven:
        store.back_up(access, full=True, keep=1)  # the first is not needed any longer
        with pytest.raises(BackupError, match=r"a drill of .* is running"):
            run_drill(store.repository, place, prove, store.said.append)
        assert drill_folder(store.repository, place).exists(), "the second has not removed the first one's folder"
        found.append(store.notes(there))
        return [], ("", "")

    run_drill(store.repository, place, prove, store.said.append)
    assert found == ["a"]
    assert len(store.repository.backups()) == 2
    assert any("removed after the next backup" in each for each in store.said)
    store.back_up(access, keep=1)
    assert [each.kind for each in store.repository.backups()] == ["full", "incremental"], "now it is removed"


def test_a_backup_that_is_being_taken_is_no_gap(store: Store) -> None:
    """It gets its name a moment before the log of its end is in the archive."""
    access = store.start()
    store.back_up(access)
    second = store.back_up(access)
    repository = store.repository
    with repository.locked():
        for path in repository.wal.iterdir():
            if path.name == "newest" or path.name >= segment_name(1, second.first_segment):
                path.unlink()
        shutil.copytree(repository.base / second.id, repository.base / f".{second.id}.part")  # as one that is removed
        assert verify(repository, store.said.append).faults == []
    assert any("log file" in fault for fault in verify(repository, store.said.append).faults), "now it is lost"
