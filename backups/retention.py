"""Removes backups that are no longer needed, by their age and number."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backups.checksums import checksum_file
from backups.encryption import SUFFIX as AGE
from backups.log import Log, Turn, segment_number
from backups.programs import Say
from backups.repository import Backup, Repository, leads

LOG_FILE = re.compile(r"[0-9A-F]{24}(?=\.)")  # segments, parts of them, labels of backups; not histories


@dataclass(frozen=True)
class Retention:
    """What is kept: every moment of the last `days`, and at least the last `fulls` full backups."""

    days: int = 14
    fulls: int = 2

    def __str__(self) -> str:
        return f"the last {self.days} days and the last {self.fulls} full backups"


def first_kept(
    fulls: Sequence[Backup], retention: Retention, now: datetime, paths: Mapping[int, Sequence[Turn]]
) -> int:
    """The index of the oldest full backup that is kept, of all full ones, the oldest first.

    The moments of the last days need the last full backup from before them. Where there is none, all are kept. After a
    restore to a moment this may be an older one: those on the timeline that was left do not lead to the new one.
    `paths` are the paths to all timelines.
    """
    begin = now - timedelta(days=retention.days)
    needed = [len(fulls)]
    for timeline, path in paths.items():
        if any(backup.timeline > timeline and backup.available_from <= begin for backup in fulls):
            continue  # it was left before the last days
        leading = [index for index, backup in enumerate(fulls) if leads(path, backup)]
        before = [index for index in leading if fulls[index].available_from <= begin]
        needed += before[-1:] or leading[:1]
    return max(min(*needed, len(fulls) - retention.fulls), 0)


def prune(repository: Repository, retention: Retention, say: Say) -> None:
    """Remove the backups that are not kept, an incremental one with its full one, and the log only they need."""
    known = repository.backups()
    fulls = [backup for backup in known if backup.kind == "full"]
    log = Log(repository.wal, repository.layout)
    timelines = log.timelines | {backup.timeline for backup in known}
    paths = {timeline: log.path_to(timeline) for timeline in timelines}
    first = first_kept(fulls, retention, datetime.now(UTC), paths)
    if first == 0:
        return
    with repository.removing() as allowed:
        if not allowed:
            say("backups are being verified or restored: what is no longer needed is removed after the next backup")
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
