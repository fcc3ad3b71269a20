"""Which backups stay: by their age, however many are made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backups.log import Turn
from backups.repository import Backup
from backups.retention import Retention, first_kept
from tests.backups.conftest import Store

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def full(days_ago: float) -> Backup:
    ended = (NOW - timedelta(days=days_ago)).isoformat()
    return Backup("F", "full", None, ended, ended, 1, "0/1000000", "0/2000000", 1, "18.6")


@pytest.mark.parametrize(
    ("ages", "retention", "kept"),
    [
        ([21, 14.5, 7, 0], Retention(14, 2), [14.5, 7, 0]),  # 14 days ago needs the one of 14.5
        ([21, 13.5, 7, 0], Retention(14, 2), [21, 13.5, 7, 0]),
        ([21, 15, 0.1, 0.05, 0], Retention(14, 2), [15, 0.1, 0.05, 0]),  # three by hand
        ([3, 2, 1, 0], Retention(14, 2), [3, 2, 1, 0]),
        ([60, 50, 40], Retention(14, 2), [50, 40]),  # none was made for long
        ([3, 2, 1, 0], Retention(0, 2), [1, 0]),
        ([0], Retention(0, 2), [0]),
        ([], Retention(14, 2), []),
    ],
)
def test_what_the_last_days_need_is_kept(ages: list[float], retention: Retention, kept: list[float]) -> None:
    assert ages[first_kept([full(age) for age in ages], retention, NOW, {1: [Turn(1, 0)]}) :] == kept


def test_backups_by_hand_do_not_shorten_the_window(store: Store) -> None:
    access = store.start()
    first = store.back_up(access, full=True, days=14)
    for _ in range(2):
        store.back_up(access, full=True, days=14)
    known = store.repository.backups()
    assert [each.kind for each in known] == ["full"] * 3
    assert known[0].id == first.id
