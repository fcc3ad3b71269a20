"""After a restore to a moment the new timeline is backed up, and what the moments of both timelines need is kept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pyrage
import pytest

from backups.gaps import find_gaps
from backups.log import SEGMENT, Log, Turn
from backups.repository import Backup
from backups.restore import Request, restore_backup
from backups.retention import Retention, first_kept
from db.server.access import Access
from tests.backups.conftest import Store, archived

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
# Full backups: days ago, timeline, segment. The store was restored 15 days ago, to a moment 17 days ago.
LEFT = [(20, 1, 10), (16, 1, 30)]
PATHS = {1: [Turn(1, 0)], 2: [Turn(1, 0), Turn(2, 20 * SEGMENT)]}


def full(days_ago: float, timeline: int, segment: int) -> Backup:
    ended = (NOW - timedelta(days=days_ago)).isoformat()
    at = f"0/{segment * SEGMENT:X}"
    return Backup("F", "full", None, ended, ended, timeline, at, at, 1, "18.6")


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        # The moments of the last 14 days before the new timeline's first backup need the one from before the branch.
        ([(13, 2, 25), (6, 2, 40)], 20),
        # The new timeline had a backup of its own 14 days ago.
        ([(14.5, 2, 25), (6, 2, 40)], 14.5),
        # No backup was made for long after the restore.
        ([(2, 2, 25)], 20),
    ],
)
def test_moments_of_both_timelines_keep_their_backups(later: list[tuple[float, int, int]], kept: float) -> None:
    fulls = [*LEFT, *later]
    first = first_kept([full(*each) for each in fulls], Retention(14, 1), NOW, PATHS)
    assert fulls[first][0] == kept


def test_backups_go_on_after_a_restore_to_before_the_last_one(store: Store) -> None:
    access = store.start()
    store.back_up(access)
    at_a = store.note(access, "a")
    for _ in range(4):  # the new timeline begins far before the end of the one that is left
        store.note(access, "b")
        archived(store, access)
    at_c = store.note(access, "c")
    store.note(access, "d")
    store.back_up(access)  # on the branch that is left
    store.stop()
    store.restore(at_a)
    access = store.start()
    assert store.notes(access) == "a"
    assert (after := store.back_up(access)).kind == "full"
    assert after.timeline == 2
    at_e = store.note(access, "e")
    archived(store, access)
    assert store.back_up(access).kind == "incremental"
    store.stop()
    found: list[str] = []

    def prove(there: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
        found.append(store.notes(there))
        return [], ("", "")

    for moment in (at_c, at_e):
        copy = store.data.parent / "copy"
        request = Request(moment, into=copy)
        restore_backup(store.repository, request, secret=None, prove=prove, say=store.said.append)
        shutil.rmtree(copy)
    assert found == ["a b b b b c", "a e"], "of the timeline that was left, and of the new one"


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_copy_that_becomes_the_store_archives_its_history(store: Store, encrypted: bool) -> None:
    """With archive_command = true its history file counted as archived; a restore then refused the folder."""
    access = store.start()
    store.back_up(access)
    at_a = store.note(access, "a")
    store.note(access, "b")
    archived(store, access)
    copy = Store(store.data.parent)
    copy.data = store.data.parent / "copy"
    secret = access.secret
    store.restore(into=copy.data, secret=secret)
    store.stop()
    if encrypted:  # from now on
        identity = pyrage.x25519.Identity.generate()
        copy.recipients, copy.identity = [str(identity.to_public())], copy.data.with_name("key")
        copy.identity.write_text(f"{identity}\n")
    try:
        access = copy.start(secret)
        copy.note(access, "c")
        copy.back_up(access)  # into the same folder: the former store is gone
        copy.note(access, "d")
        archived(copy, access)
        log = Log(copy.repository.wal, copy.layout)
        assert find_gaps(copy.repository, log, []) == []
        assert {log.is_encrypted(name) for name in log.segments if name.startswith("00000002")} == {encrypted}
        copy.stop()
        shutil.rmtree(copy.data)
        copy.restore(at_a, secret=secret)
        assert copy.notes(copy.start(secret)) == "a"
    finally:
        copy.stop()
