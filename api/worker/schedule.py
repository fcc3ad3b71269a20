"""What the worker does by the clock: sweeps, purges, reports, snapshots for monitoring, checks of the books."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

from api.log import write_log
from api.metrics.worker import Drain
from api.postgres.connecting import Hosts, connect
from api.worker.jobs.protocol import Call
from api.worker.log import TROUBLE, describe

SWEEP_SECONDS = 1.0  # between rounds that end what has run out of time
PURGE_SECONDS = 600.0  # between rounds that delete what is past, or begin what is due once a day
REPORTS_SECONDS = 5.0  # between looks whether reports are due; the database decides
SNAPSHOT_SECONDS = 15.0  # between looks whether monitoring has something to do
BOOKS_SECONDS = 3600.0  # between checks of the books
REPORT_TIMEOUT = 1860.0  # seconds for one report, above the 30 minutes that its session allows

# Functions, each called again until a call does less than this number.
SWEEPS = {
    "expire_orders": 50,
    "expire_payments": 100,
    "check_payments": 100,
    "check_shipments": 100,
    "reindex_products": 500,
}
PURGES = {
    "purge_expired": 1, "purge_guests": 1, "purge_jobs": 1000, "purge_imports": 1, "purge_deliveries": 1000,
    "gather_stock": 1, "seal_audit": 1_000_000, "begin_due_reconciliations": 1000,
}  # fmt: skip


class Schedule:
    def __init__(
        self,
        call: Call,
        url: str,
        hosts: Hosts,
        stopping: asyncio.Event,
        counts: Drain,
        tax_id_prefixes: Sequence[str] = (),
    ) -> None:
        self._call = call
        self._url = url
        self._hosts = hosts
        self._stopping = stopping
        self._counts = counts
        self._tax_id_prefixes = list(tax_id_prefixes)  # of the tax ids that a service can be asked about
        self._swept_at = self._purged_at = 0.0

    async def run_due(self) -> None:
        """The sweeps and purges whose time has come, between two batches of jobs."""
        now = time.monotonic()
        if now - self._swept_at >= SWEEP_SECONDS:
            self._swept_at = now
            await self._repeat(SWEEPS)
        if now - self._purged_at >= PURGE_SECONDS:
            self._purged_at = now
            await self._repeat(PURGES)
            if self._tax_id_prefixes:  # once a round: the service is not ours
                await self._call("begin_tax_id_checks", prefixes=self._tax_id_prefixes)

    def start(self) -> list[asyncio.Task[None]]:
        """The rounds that run beside the jobs, which must not wait for them. Their errors are logged, and the round is
        tried again."""
        return [
            asyncio.create_task(endless)
            for endless in (self._keep_reports(), self._take_snapshots(), self._check_books())
        ]

    async def _repeat(self, functions: Mapping[str, int]) -> None:
        for function, full in functions.items():
            while not self._stopping.is_set():
                done: int = await self._call(function)
                if done:
                    write_log({"swept": function, "count": done})
                if done < full:
                    break

    async def _keep_reports(self) -> None:
        while True:
            try:
                await self._refresh_reports()
            except TROUBLE as error:
                write_log({"refreshed": "nothing", "error": describe(error)})
            await asyncio.sleep(REPORTS_SECONDS)

    async def _refresh_reports(self) -> None:
        # A connection of its own: with a million orders one report takes longer than any other statement may.
        connection = await connect(
            self._url,
            self._hosts,
            timeout=10,
            server_settings={"application_name": "storeproc reports", "statement_timeout": "30min"},
        )
        try:
            while True:
                while made := await connection.fetchval("SELECT api.refresh_report()", timeout=REPORT_TIMEOUT):
                    write_log({"refreshed": made})
                await asyncio.sleep(REPORTS_SECONDS)
        finally:
            connection.terminate()

    async def _take_snapshots(self) -> None:
        while True:
            try:
                taken = await self._call("take_snapshot", counts=self._counts.more())
                self._counts.done()
                while taken:
                    taken = await self._call("take_snapshot")
            except TROUBLE as error:
                write_log({"snapshot": "none", "error": describe(error)})
            await asyncio.sleep(SNAPSHOT_SECONDS)

    async def _check_books(self) -> None:
        """Once an hour, after a failure too: it reads every order."""
        while True:
            try:
                broken = await self._call("check_books")
                if broken is not None:
                    write_log({"books": "broken" if broken else "balance", "invariants": broken})
            except TROUBLE as error:
                write_log({"books": "not checked", "error": describe(error)})
            await asyncio.sleep(BOOKS_SECONDS)
