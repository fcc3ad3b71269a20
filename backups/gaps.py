"""Finds what is missing or damaged in the log, and what cannot be restored because of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from backups.log import Log, Turn, name_on
from backups.programs import format_moment
from backups.repository import Backup, Repository, Window, leads


@dataclass(frozen=True)
class Gap:
    """Neighbouring segments that cannot be replayed, or the history file of a timeline."""

    timeline: int
    first: str
    last: str
    """File names, the same where it is one file."""

    files: int
    fault: str
    """`missing`, `damaged`, `unreadable`, or several of these."""

    until: datetime | None
    """The last moment before it that can be restored; None where there is none."""

    behind: int
    """How many sound segments lie behind it, up to the next gap."""

    behind_until: datetime | None
    """The last commit in those."""

    resumes: datetime | None
    """From when on moments can be restored again, from a later backup."""

    @property
    def files_text(self) -> str:
        """What is missing or damaged, as the subject and verb of a sentence."""
        if self.files == 1:
            return f"the log file {self.first} is {self.fault}"
        return f"{self.files} log files, {self.first} to {self.last}, are {self.fault}"

    def __str__(self) -> str:
        if self.behind:
            commits = f" with commits until {format_moment(self.behind_until)}" if self.behind_until else ""
            files = "lies 1 sound file" if self.behind == 1 else f"lie {self.behind} sound files"
            behind = f"behind it {files}{commits}"
        else:
            behind = "nothing is known to lie behind it"
        lost = f"moments after {format_moment(self.until)}" if self.until else "earlier moments"
        until = f" and before {format_moment(self.resumes)}" if self.resumes else ""
        return f"{self.files_text}; {behind}; {lost}{until} cannot be restored"


def find_gaps(repository: Repository, log: Log, windows: Sequence[Window]) -> list[Gap]:
    """The gaps in the log from the oldest backup on, in the order of the log."""
    backups = repository.backups()
    found: dict[str, Gap] = {}
    for timeline in sorted(log.timelines | {backup.timeline for backup in backups}, reverse=True):
        for gap in _on_timeline(timeline, backups, log, windows):
            found.setdefault(gap.first, gap)  # what two timelines share is one gap
    return sorted(found.values(), key=lambda gap: (gap.timeline, gap.first))


def known_end(backups: Sequence[Backup], log: Log, timeline: int) -> int:
    """The number of the last segment that the archive of a timeline has, or once had."""
    own = [backup.first_segment for backup in backups if backup.timeline == timeline]
    return max([log.last_number(timeline), *own])


def _on_timeline(timeline: int, backups: Sequence[Backup], log: Log, windows: Sequence[Window]) -> Iterator[Gap]:
    history = f"{timeline:08X}.history"
    path = log.path_to(timeline)
    firsts = [backup.first_segment for backup in backups if leads(path, backup)]
    last = known_end(backups, log, timeline)
    if timeline > 1 and (fault := log.fault(history)) and (not firsts or history in log.names):
        behind = [name for name in log.segments if name.startswith(history[:8]) and log.fault(name) is None]
        yield Gap(timeline, history, history, 1, fault, None, len(behind), None, None)
    if not firsts:
        return
    number = min(firsts)
    while number <= last:
        begin = number
        faults = []
        while number <= last and (fault := log.fault(name_on(path, number))):
            faults.append(fault)
            number += 1
        if not faults:
            number += 1
            continue
        behind_last = log.reach(path, number)
        commit = log.last_commit(path, number, behind_last) if behind_last is not None else None
        yield Gap(
            timeline=timeline,
            first=name_on(path, begin),
            last=name_on(path, number - 1),
            files=len(faults),
            fault=" or ".join(sorted(set(faults))),
            until=_end_before(path, begin, windows),
            behind=behind_last - number + 1 if behind_last is not None else 0,
            behind_until=commit.moment if commit else None,
            resumes=min((each.begin for each in windows if each.timeline == timeline and each.last_segment >= number),
                        default=None),
        )  # fmt: skip


def _end_before(path: Sequence[Turn], number: int, windows: Sequence[Window]) -> datetime | None:
    timelines = {turn.timeline for turn in path}
    ends = [each.end for each in windows if each.timeline in timelines and each.last_segment == number - 1]
    return max(ends, default=None)


def summary(repository: Repository, log: Log) -> dict[str, Any]:
    """Backups, moments, log and gaps as JSON values; `storeproc backup list` prints them."""
    windows = repository.windows(log)
    segments = log.segments
    return {
        "folder": str(repository.folder),
        "on_the_same_disk": repository.on_the_same_disk,
        "backups": [asdict(backup) for backup in repository.backups()],
        "moments": [
            {"timeline": each.timeline, "from": each.begin.isoformat(), "to": each.end.isoformat()} for each in windows
        ],
        "encrypted": {
            "backups": sum(backup.encrypted for backup in repository.backups()),
            "segments": sum(log.is_encrypted(name) for name in segments),
            "without_note": len(log.without_note),
            "key_is_here": repository.key is not None,
        },
        "gaps": [as_json(gap) for gap in find_gaps(repository, log, windows)],
        "log": {
            "segments": len(segments),
            "bytes": sum(log.files[name].stat().st_size for name in segments),
            "first": segments[0] if segments else None,
            "last": segments[-1] if segments else None,
            "without_checksum": len(log.without_checksum),
        },
    }


def as_json(gap: Gap) -> dict[str, Any]:
    """A gap as JSON values: its fields, and the sentence that describes it."""
    moments = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(gap).items()}
    return {**moments, "description": str(gap)}
