"""Removes backups that are no longer needed, by their age and number."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backups.checksums import checksum_file
from backups.encryption import SUFFIX as AGE
from backups.log import segment_number
from backups.programs import Say
from backups.repository import Backup, Repository

LOG_FILE = re.compile(r"[0-9A-F]{24}(?=\.)")  # segments, parts of them, labels of backups; not histories


@dataclass(frozen=True)
class Retention:
    """What is kept: every moment of the last `days`, and at least the last `fulls` full backups."""

    days: int = 14
    fulls: int = 2

    def __str__(self) -> str:
        return f"the last {self.days} days and the last {self.fulls} full backups"


def first_kept(fulls: Sequence[Backup], retention: Retention, now: datetime) -> int:
    """The index of the oldest full backup that is kept, of all full ones, the oldest first.

    The moments of the last days need the last full backup from before them. Where there is none, all are kept.
    """
    begin = now - timedelta(days=retention.days)
    before = [index for index, backup in enumerate(fulls) if backup.available_from <= begin]
    by_time = before[-1] if before else 0
    return max(min(by_time, len(fulls) - retention.fulls), 0)


def prune(repository: Repository, retention: Retention, say: Say) -> None:
    """Remove the backups that are not kept, an incremental one with its full one, and the log only they need."""
    known = repository.backups()
    fulls = [backup for backup in known if backup.kind == "full"]
    first = first_kept(fulls, retention, datetime.now(UTC))
    if first == 0:
        return
    kept = {backup.id for backup in fulls[first:]}
    gone = [backup for backup in known if _root(known, backup) not in kept]
    for backup in reversed(gone):  # an incremental backup before its parent
        doomed = repository.base / f".{backup.id}.part"
        (repository.base / backup.id).rename(doomed)
        shutil.rmtree(doomed)
    removed = _remove_log_before(repository, min(backup.start_segment for backup in known if backup.id in kept))
    say(f"removed {len(gone)} backups and {removed} log segments; {retention} are kept")


def _root(known: Sequence[Backup], backup: Backup) -> str:
    """The id of the full backup that a backup builds on, also where one in between is missing."""
    parents = {each.id: each.parent for each in known}
    root = backup.id
    while parent := parents.get(root):
        root = parent
    return root


def _remove_log_before(repository: Repository, number: int) -> int:
    """Remove the segments of all timelines before this one, and what belongs to them; returns how many there were."""
    removed = 0
    for path in sorted(repository.wal.iterdir()):
        if (name := LOG_FILE.match(path.name)) and segment_number(name[0]) < number:
            if path.suffix in (".gz", AGE):
                # First the checksum: one without a file means that the file was lost.
                checksum_file(path).unlink(missing_ok=True)
                removed += 1
            path.unlink(missing_ok=True)
    return removed
