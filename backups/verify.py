"""Verifies a repository: every backup against its manifest, every file of the log and of the dumps against its
checksum."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backups.archives import verify_backup
from backups.checksums import digest
from backups.gaps import as_json, find_gaps
from backups.programs import BackupError, Say, format_size
from backups.repository import Backup, Repository

_SUM = re.compile(r"([0-9a-f]{64})  \./(.+)")


@dataclass(frozen=True)
class Report:
    """What `verify` found: names, each with its fault or None."""

    backups: dict[str, str | None]
    log: dict[str, str]
    dumps: dict[str, str | None]
    gaps: list[dict[str, Any]]
    segments: int
    without_checksum: int

    @property
    def faults(self) -> list[str]:
        """A sentence for each fault."""
        found = [f"{name}: {fault}" for name, fault in (self.backups | self.dumps).items() if fault is not None]
        return [
            *found,
            *(f"the log file {name} is {fault}" for name, fault in self.log.items()),
            *(gap["description"] for gap in self.gaps),
        ]

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values; `storeproc backup verify --json` prints them."""
        return {
            "sound": not self.faults,
            "backups": [{"id": name, "fault": fault} for name, fault in self.backups.items()],
            "log": {
                "segments": self.segments,
                "without_checksum": self.without_checksum,
                "faults": [{"name": name, "fault": fault} for name, fault in self.log.items()],
            },
            "gaps": self.gaps,
            "dumps": [{"name": name, "fault": fault} for name, fault in self.dumps.items()],
        }


def verify(repository: Repository, say: Say) -> Report:
    """Read everything in the repository once. Raises BackupError where that is not possible."""
    if not (repository.folder / "system").exists():
        raise BackupError(f"{repository.folder}/system is missing: there are no backups, or not all of their files.")
    with repository.reading():
        repository, log = repository.snapshot()
        backups = {backup.id: _fault_of(repository, backup, say) for backup in repository.backups()}
        started = time.monotonic()
        faults = log.check(say)
        took = time.monotonic() - started
        say(f"checked {len(log.names)} files of the log, {len(faults)} of them are missing or damaged ({took:.1f} s)")
        gaps = find_gaps(repository, log, repository.windows(log))
        dumps = {}
        for folder in sorted((repository.folder / "dumps").glob("*")):
            if folder.is_dir() and not folder.name.startswith("."):
                dumps[folder.name] = next(_faults_of_dump(folder), None)
                say(f"{folder.name} {dumps[folder.name] or 'is complete and undamaged'}")
    return Report(backups, faults, dumps, [as_json(gap) for gap in gaps], len(log.segments), len(log.without_checksum))


def _fault_of(repository: Repository, backup: Backup, say: Say) -> str | None:
    started = time.monotonic()
    try:
        verify_backup(repository, repository.layout, backup)
        repository.chain(backup)
    except BackupError as error:
        say(str(error))
        return str(error)
    took = time.monotonic() - started
    say(f"{backup.id} is complete and undamaged: {format_size(backup.bytes)} ({took:.1f} s)")
    return None


def _faults_of_dump(folder: Path) -> Iterator[str]:
    """What is wrong with a dump of backup.sh, by its SHA256SUMS."""
    try:
        lines = (folder / "SHA256SUMS").read_text(errors="replace").splitlines()
    except OSError:
        yield "is damaged: SHA256SUMS cannot be read"
        return
    sums = {found[2]: found[1] for line in lines if (found := _SUM.fullmatch(line))}
    if len(sums) != len(lines):
        yield "is damaged: SHA256SUMS has lines that are not checksums"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {"SHA256SUMS"}
    for name in sorted(sums.keys() | there):
        if name not in there:
            yield f"is damaged: {name} is missing"
        elif name not in sums:
            yield f"is damaged: {name} has no checksum"
        else:
            try:
                if digest(folder / name) != sums[name]:
                    yield f"is damaged: {name} does not match its checksum"
            except OSError as error:
                yield f"is damaged: {name} cannot be read: {error.strerror}"
