"""Faults of the backups: an archived segment is damaged or lost, the disk of the backups is full.

Each begins with a full backup into an empty folder, on a small disk where one can be mounted, and ends without an
archive, so that the other faults are measured without one and a long run fills no disk.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg

from api.cli.database import check_invariants
from backups.checksums import checksum_file
from backups.gaps import summary
from backups.log import Log
from backups.programs import BackupError
from backups.repository import Repository
from backups.restore import Request, restore_backup
from backups.take import Wish, take_backup
from backups.verify import verify
from db.server.access import Access
from db.server.embedded import silent

from .clients import Book
from .disk import can_mount, full, mount, unmount
from .report import Report
from .stand import Stand

DISK = 512  # megabytes
WAIT = 20.0  # seconds for what happens at once: an attempt to archive, a segment in the archive, the next orders
SEGMENTS = 2  # that are archived, one of which is damaged
ORDERS = 5  # that are placed at least while the disk is full


# --- damage ---------------------------------------------------------------------------------------


def _spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _remove_all_of_it(path: Path) -> None:
    path.unlink()
    checksum_file(path).unlink()


DAMAGES: Mapping[str, Callable[[Path], None]] = {
    "was damaged": _spoil,
    "was cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "was removed": Path.unlink,
    "was removed with its checksum": _remove_all_of_it,
}


Gaps = Sequence[Mapping[str, Any]]  # as `storeproc backup list --json` and `verify --json` print them


def names(gaps: Gaps, segment: str) -> bool:
    return any(gap["first"] <= segment <= gap["last"] for gap in gaps)


def unnoticed(
    segment: str, listed: Gaps, verified: Gaps, refusal: str | None, missing: Collection[str], *, left: bool
) -> Iterator[str]:
    """What should have been said of a damaged segment, and was not. `refusal`: of the restore; None where it succeeded,
    without the `missing` orders. `left`: it left a folder."""
    for name, gaps in (("list", listed), ("verify", verified)):
        if not names(gaps, segment):
            yield f"`backup {name}` does not name it: {gaps}"
    if refusal is None:
        if missing:
            yield f"a restore succeeded without {len(missing)} acknowledged orders"
    elif segment not in refusal or "\n" in refusal:
        yield f"a restore does not refuse it in one sentence: {refusal}"
    elif left:
        yield "a refused restore left a folder"


# --- the faults -----------------------------------------------------------------------------------


class BackupFaults:
    """As Saboteur's, each is a method that returns when the fault is over. What it finds goes to the report."""

    def __init__(self, stand: Stand, book: Book, report: Report, chance: random.Random) -> None:
        self.stand = stand
        self.book = book
        self.report = report
        self.chance = chance
        self.small_disk = can_mount()
        self.folder = stand.folder / "backups"
        self.restored = stand.folder / "restored"

    def all(self, *, disk: bool) -> dict[str, Callable[[], Awaitable[None]]]:
        """None of them on a small `disk` of the data, where nothing is archived."""
        if disk:
            return {}
        found = {"damage_the_archive": self.damage_the_archive}
        return found | ({"fill_the_backup_disk": self.fill_the_backup_disk} if self.small_disk else {})

    async def damage_the_archive(self) -> None:
        """One of several segments, written while clients ordered: it is named, and no restore passes over it."""
        async with self._backups() as repository:
            segments = []
            for _ in range(SEGMENTS):
                await self._orders(1)
                segments.append(await self._archive())
            acknowledged = self._acknowledged()
            await self._archive()
            segment, damage = self.chance.choice(segments), self.chance.choice(list(DAMAGES))
            await asyncio.to_thread(DAMAGES[damage], repository.wal / f"{segment}.gz")
            found = await asyncio.to_thread(self._judge, repository, segment, acknowledged)
            self.report.broken += [f"{segment} {damage}: {text}" for text in found]

    async def fill_the_backup_disk(self) -> None:
        """Orders go on, the metric of the alert ArchiveFailing shows it, and with room the archive catches up."""
        async with self._backups() as repository:
            with full(self.folder):
                await self._close_segment()
                await self._until(lambda: self._metric_is(1), "storeproc_archive_failing is not 1 on a full disk")
                await self._orders(ORDERS)
            acknowledged = self._acknowledged()
            await self._archive()
            await self._until(lambda: self._metric_is(0), "storeproc_archive_failing is not 0 although there is room")
            orders, refusal = await asyncio.to_thread(self._restore, repository)
            if refusal is not None:
                self.report.broken.append(f"what was archived once there was room cannot be restored: {refusal}")
            else:
                self.report.lost += [f"order {name}, after a restore" for name in sorted(acknowledged - orders)]

    # --- their parts

    @asynccontextmanager
    async def _backups(self) -> AsyncIterator[Repository]:
        """A full backup in an empty folder, to which the log is archived from then on."""
        try:
            repository = await asyncio.to_thread(self._begin)
            # The backup contains such settings, and a restored server must not ask for this one's socket.
            await self._alter("RESET archive_command", "RESET unix_socket_directories")
            try:
                await asyncio.to_thread(take_backup, repository, self.stand.behind, Wish(), silent)
            finally:
                await self._alter(f"SET unix_socket_directories = '{self.stand.inner_socket.parent}'")
            yield repository
            await self._alter("SET archive_command = 'true'")
        finally:
            await asyncio.to_thread(self._end)

    def _begin(self) -> Repository:
        if self.small_disk:
            mount(self.folder, DISK)
        else:
            self.folder.mkdir(mode=0o711)
        return Repository.of(self.stand.data, self.folder)

    def _end(self) -> None:
        (Repository.of(self.stand.data, self.folder).layout.home / "archive").unlink(missing_ok=True)
        if self.small_disk:
            unmount(self.folder)
        subprocess.run(["rm", "-rf", "--one-file-system", self.folder, self.restored], check=False)

    async def _alter(self, *changes: str) -> None:
        async with self.stand.admin() as admin:
            for change in changes:
                await admin.execute(f"ALTER SYSTEM {change}")
            await admin.execute("SELECT pg_reload_conf()")

    async def _close_segment(self) -> str:
        async with self.stand.admin() as admin:
            await admin.execute("SELECT pg_logical_emit_message(false, 'prove', 'x')")  # an empty one is not closed
            return str(await admin.fetchval("SELECT pg_walfile_name(pg_switch_wal())"))

    async def _archive(self) -> str:
        """Close a segment, and wait until it is in the archive; returns its name."""
        name = await self._close_segment()

        async def arrived() -> bool:
            async with self.stand.admin() as admin:
                last = await admin.fetchval("SELECT last_archived_wal FROM pg_stat_archiver")
            return last is not None and last >= name

        await self._until(arrived, f"{name} is not archived")
        return name

    def _acknowledged(self) -> set[str]:
        return {told.answer["id"] for told in self.book.done("order")}

    async def _orders(self, count: int) -> None:
        """Wait until clients were told of so many more orders."""
        wanted = len(self.book.done("order")) + count

        async def placed() -> bool:
            return len(self.book.done("order")) >= wanted

        await self._until(placed, f"{count} more orders are not taken")

    async def _metric_is(self, wanted: float) -> bool:
        """As Prometheus reads it."""
        with suppress(httpx.HTTPError):
            async with httpx.AsyncClient(trust_env=False) as client:
                text = (await client.get(f"{self.stand.direct}/metrics")).text
            found = re.search(r"^storeproc_archive_failing (\S+)$", text, re.MULTILINE)
            return found is not None and float(found[1]) == wanted
        return False

    async def _until(self, happened: Callable[[], Awaitable[bool]], else_broken: str) -> None:
        deadline = time.monotonic() + WAIT
        while not await happened():
            if time.monotonic() > deadline:
                self.report.broken.append(f"{else_broken}, after {WAIT:.0f} s")
                return
            await asyncio.sleep(0.05)

    def _judge(self, repository: Repository, segment: str, acknowledged: set[str]) -> list[str]:
        log = Log(repository.wal, repository.layout)
        log.check(silent)
        listed = summary(repository, log)["gaps"]
        verified = verify(repository, silent).as_json()["gaps"]
        orders, refusal = self._restore(repository)
        left = self.restored.exists()
        return list(unnoticed(segment, listed, verified, refusal, acknowledged - orders, left=left))

    def _restore(self, repository: Repository) -> tuple[set[str], str | None]:
        """The orders in a restored copy of the latest state, in which every invariant holds; or why it is refused."""
        orders: set[str] = set()

        def prove(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
            with psycopg.connect(access.admin()) as connection:
                orders.update(row[0] for row in connection.execute("SELECT id::text FROM sales.orders"))
            checks: list[dict[str, Any]] = check_invariants(access)["checks"]
            return [(each["name"], each["ok"], each["detail"] or "") for each in checks], ("", "")

        try:
            restore_backup(repository, Request(into=self.restored), secret=None, prove=prove, say=silent)
        except BackupError as error:
            return orders, str(error)
        return orders, None
