"""The worker: what must happen outside a request. Any number of them may run at once.

Jobs come from the outbox, where they were committed with the effect that asks for them. A job is claimed under a lease
(those of a crashed worker become free again), performed, and reported. It may be performed twice, so every job is
idempotent. NOTIFY storeproc_outbox wakes the worker at once; a poll finds jobs that become due later.

    python -m api.worker
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from api.carriers import registry as carriers
from api.carriers.protocol import Carrier
from api.contract.reader import read_contract, read_deployed
from api.contract.signatures import ContractError
from api.gateways import registry as gateways
from api.gateways.protocol import Gateway
from api.gateways.steps import PaymentSteps
from api.log import configure_logging, write_log
from api.metrics.counting import count_job, watch_gateways
from api.metrics.worker import Drain
from api.postgres.connecting import Connection, Hosts, connect
from api.postgres.database import Database
from api.postgres.functions import Caller, Functions
from api.settings import Settings
from api.settings_source import SettingsError
from api.tax_ids import registry as tax_ids
from api.tax_ids.protocol import TaxIdService
from api.worker.jobs import accounts, imports, payouts
from api.worker.jobs.carriers import CarrierJobs
from api.worker.jobs.invoices import issue
from api.worker.jobs.mail import send_mail
from api.worker.jobs.payments import PaymentJobs
from api.worker.jobs.protocol import Later
from api.worker.jobs.reconciliation import ReconciliationJobs
from api.worker.jobs.tax_ids import verify_tax_id
from api.worker.jobs.webhooks import Courier
from api.worker.log import TROUBLE, describe
from api.worker.schedule import Schedule
from db.deploy.source import source_version

WORKER = Caller("worker", "")
POOLS = {"web_worker": 4, "web_gateway": 4}
BATCH = 8  # jobs at a time
JOB_TIMEOUT = 30.0  # seconds for a job; well inside its lease of two minutes
POLL_SECONDS = 2.0  # between looks when nothing notifies
STATEMENT_TIMEOUT = 65.0  # seconds for one call of the database, above the role's statement_timeout of 60
BEAT_SECONDS = 5.0  # between checks that the database still answers
BEAT_TIMEOUT = 10.0  # seconds without an answer to such a check, after which its connections count as lost
LONGEST_PAUSE = 10.0  # seconds between attempts while the database is away

Perform = Callable[[dict[str, Any]], Awaitable[str]]


class Worker:
    def __init__(
        self,
        settings: Settings,
        offered: Callable[[Settings], dict[str, Gateway]] = gateways.offered,
        carry: Callable[[Settings], dict[str, Carrier]] = carriers.offered,
        verify: Callable[[Settings], dict[str, TaxIdService]] = tax_ids.offered,
    ) -> None:
        self.settings = settings
        self.url = settings.access.url("web_worker")
        self.hosts = Hosts(self.url)
        self.offered = offered
        self.carriers = carry(settings)
        self.tax_ids = verify(settings)
        self.pause = 0.0  # seconds before the next attempt; grows until there was work again
        self.stopping = asyncio.Event()
        self.called = asyncio.Event()
        self.counts = Drain()
        self.source = source_version()

    def stop(self) -> None:
        """Finish the jobs that were begun and take no new ones."""
        self.stopping.set()
        self.called.set()

    async def run(self) -> None:
        write_log({"worker": "started"})
        while not self.stopping.is_set():
            try:
                await self._serve()
            except TROUBLE as error:
                self.pause = min(LONGEST_PAUSE, self.pause * 2 or 0.5)
                write_log({"worker": "waiting", "seconds": self.pause, "error": describe(error)})
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self.pause)
        write_log({"worker": "stopped"})

    async def _serve(self) -> None:
        """Work over one connection, until the worker is stopped or the database is lost."""
        database = Database(self.settings.pooled_access, POOLS, "storeproc worker")
        listener = await connect(
            self.url, self.hosts, timeout=10, server_settings={"application_name": "storeproc worker"}
        )
        beside: list[asyncio.Task[None]] = []
        try:
            self.functions = await self._read_functions(database, listener)
            self.jobs = self.jobs_for(PaymentSteps(self.functions, watch_gateways(self.offered(self.settings))))
            await listener.add_listener("storeproc_outbox", lambda *_: self.called.set())
            listener.add_termination_listener(lambda _: self.called.set())
            known = sorted({prefix for service in self.tax_ids.values() for prefix in service.prefixes})
            schedule = Schedule(self._call, self.url, self.hosts, self.stopping, self.counts, known)
            beat = asyncio.create_task(self._beat(listener))
            courier = asyncio.create_task(Courier(self._call, self.settings).run(self.stopping))
            work = asyncio.create_task(self._work_until_stopped(listener, courier, schedule))
            beside += [beat, courier, work, *schedule.start()]
            for ended in (await asyncio.wait({beat, work}, return_when=asyncio.FIRST_COMPLETED))[0]:
                ended.result()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            listener.terminate()
            await database.close()

    async def _read_functions(self, database: Database, listener: Connection) -> Functions:
        async with asyncio.timeout(BEAT_TIMEOUT):
            contract = await read_contract(listener)
            deployed = await read_deployed(listener, contract, self.source)
        if not deployed.known:
            raise ContractError([deployed.difference(self.source)])  # tried again: a migration may be on its way
        if not deployed.same:  # an old worker does the jobs that it knows
            write_log({"schema": "differs", "detail": deployed.difference(self.source)})
        return Functions(database, contract)

    def jobs_for(self, steps: PaymentSteps) -> dict[str, Perform]:
        """What each kind of job in the outbox is performed by; each answers its outcome in a few words."""
        payments = PaymentJobs(self._call, steps)
        parcels = CarrierJobs(self._call, self.carriers)
        return {
            "refund_payment": payments.refund,
            "reconcile_payment": payments.reconcile,
            "reconcile_gateway": ReconciliationJobs(self._call, steps).advance,
            "capture_payment": payments.capture,
            "close_checkout": payments.close,
            "settle_payout": partial(payouts.settle_payout, self._call, steps.gateways),
            "import_products": partial(imports.import_products, self._call),
            "book_shipment": parcels.book,
            "track_shipment": parcels.track,
            "cancel_booking": parcels.cancel,
            "issue_invoice": partial(issue, self._call, "issue_invoice", folder=self.settings.texts),
            "issue_credit_note": partial(issue, self._call, "issue_credit_note", folder=self.settings.texts),
            "issue_debit_note": partial(issue, self._call, "issue_debit_note", folder=self.settings.texts),
            "send_mail": partial(send_mail, self._call, self.settings),
            "erase_account": partial(accounts.erase_account, self._call),
            "verify_tax_id": partial(verify_tax_id, self._call, self.tax_ids),
            "export_account": partial(accounts.export_account, self._call),
        }

    async def _work_until_stopped(self, listener: Connection, courier: asyncio.Task[None], schedule: Schedule) -> None:
        while not self.stopping.is_set():
            if listener.is_closed():
                raise ConnectionError("the database is gone")
            if courier.done():
                courier.result()
            self.called.clear()
            await schedule.run_due()
            worked = await self._work()
            self.pause = 0.0
            if not worked:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.called.wait(), POLL_SECONDS)
        await courier  # it finishes the deliveries that it began

    async def _beat(self, listener: Connection) -> None:
        """Raises ConnectionError when the database is lost without a word, as behind a firewall that dropped the
        connections: a statement would then wait forever."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await listener.execute("SELECT", timeout=BEAT_TIMEOUT)
            except TimeoutError:
                raise ConnectionError("the database does not answer") from None

    async def _work(self) -> int:
        """One batch of jobs, side by side."""
        claimed = await self._call("claim_jobs", kinds=list(self.jobs), limit=BATCH)
        # All of them end before the first error is raised.
        ends = await asyncio.gather(*(self._perform(job) for job in claimed), return_exceptions=True)
        for trouble in ends:
            if trouble is not None:
                raise trouble
        return len(claimed)

    async def _perform(self, job: dict[str, Any]) -> None:
        started = time.monotonic()
        error = outcome = ""
        ended = "done"
        try:
            async with asyncio.timeout(JOB_TIMEOUT):
                outcome = await self.jobs[job["kind"]](job["payload"])
        except Exception as failure:  # the job stays in the queue, with the reason
            error = describe(failure)
            ended = "later" if isinstance(failure, Later) else "failed"
        count_job(job["kind"], ended, time.monotonic() - started)
        if error:
            await self._call("fail_job", job_id=job["id"], error=error)
        else:
            await self._call("finish_job", job_id=job["id"])
        write_log(
            {
                "job": job["id"],
                "kind": job["kind"],
                "attempt": job["attempts"],
                "outcome": "failed" if error else outcome,
                "ms": round((time.monotonic() - started) * 1000, 1),
                **({"error": error} if error else {}),
                # Ids only: a mail's content is personal.
                **{name: value for name, value in job["payload"].items() if name != "data"},
            }
        )

    async def _call(self, function: str, **arguments: object) -> Any:
        async with asyncio.timeout(STATEMENT_TIMEOUT):
            return await self.functions.call(function, arguments, request_id=os.urandom(16).hex(), caller=WORKER)


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; jobs that were begun are finished."""
    worker = Worker(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.run()


def main() -> None:
    """The worker's process."""
    configure_logging()
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        sys.exit(f"storeproc: {error}")
    asyncio.run(run(settings))
