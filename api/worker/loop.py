"""The worker: what must happen outside a request. Any number of them may run at once.

Jobs come from the outbox, where they were committed with the effect that asks for them: claimed under a lease (a
crashed worker's come back), done, reported. Each may be done twice, so each is idempotent: a gateway call carries a
key that was committed before it. NOTIFY storeproc_outbox wakes the worker at once; a poll finds what is due later.
Between jobs it ends what has run out of time.

    python -m api.worker
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import asyncpg
import orjson

from api.carriers import registry as carriers
from api.carriers.protocol import Carrier
from api.contract import signatures as catalog
from api.gateways import registry as gateways
from api.gateways.protocol import Gateway, Refund, Refused
from api.handlers.checkout import apply_event, capture, gateway_of, open_checkout, read_payment
from api.handlers.pages import SOURCE
from api.handlers.webhook_targets import Courier
from api.http.endpoint import Caller, Store
from api.http.errors import Problem, Unexpected
from api.mail import mail
from api.metrics.counting import count_job, watch_gateways
from api.metrics.worker import Drain
from api.postgres.pool import Connection, Database
from api.settings import Settings, SettingsError
from api.worker.jobs.carriers import CarrierJobs, NoAnswer
from api.worker.jobs.invoices import issue

WORKER = Caller("worker", "")
POOLS = {"web_worker": 4, "web_gateway": 4}
BATCH = 8  # jobs at a time
PATIENCE = 30.0  # seconds that a job may take; well inside its lease of two minutes
POLL = 2.0  # seconds between looks when nobody calls
SWEEP = 1.0  # seconds between rounds of ending what has run out of time
PURGE = 600.0  # seconds between rounds of deleting what is past
REPORTS = 5.0  # seconds between looks whether reports are due; the database decides
ROUNDS = 15.0  # seconds between looks whether monitoring has something to do
BOOKS = 3600.0  # seconds between checks of the books
STATEMENT = 65.0  # seconds for one call of the database, above the role's statement_timeout of 60
REPORT = 1860.0  # the same for a report, above its 30 minutes
BEAT = 5.0  # seconds between questions whether the database still answers
SILENCE = 10.0  # seconds without an answer to that, after which its connections count as lost
LONGEST_PAUSE = 10.0  # seconds between attempts while the database is away

# What is done again and again until a round does less than this.
SWEEPS = {"expire_orders": 50, "expire_payments": 100, "check_payments": 100, "check_shipments": 100}
PURGES = {
    "purge_expired": 1, "purge_jobs": 1000, "purge_imports": 1, "purge_deliveries": 1000, "gather_stock": 1,
    "seal_audit": 1_000_000,
}  # fmt: skip

# A restart, a fail-over, a deployment: it comes back, and so do we. (InternalClientError is what asyncpg makes of a
# connection that is ended in the moment in which it is made.)
_TROUBLE = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    Problem,
    Unexpected,
    catalog.CatalogError,
)

log = logging.getLogger("storeproc.worker")


class Later(Exception):
    """Nothing failed and nothing is finished: to be looked at again, with growing pauses."""


class Worker:
    def __init__(
        self,
        settings: Settings,
        offered: Callable[[Settings], dict[str, Gateway]] = gateways.offered,
        carry: Callable[[Settings], dict[str, Carrier]] = carriers.offered,
    ) -> None:
        self.settings = settings
        self.offered = offered
        self.pause = 0.0  # seconds before the next attempt; grows until there was work again
        self.stopping = asyncio.Event()
        self.called = asyncio.Event()
        self.counts = Drain()
        parcels = CarrierJobs(self._call, carry(settings))
        self.jobs: dict[str, Callable[[dict[str, Any]], Awaitable[str]]] = {
            "refund_payment": self.refund_payment,
            "reconcile_payment": self.reconcile_payment,
            "capture_payment": self.capture_payment,
            "close_checkout": self.close_checkout,
            "settle_payout": self.settle_payout,
            "import_products": self.import_products,
            "book_shipment": parcels.book,
            "track_shipment": parcels.track,
            "cancel_booking": parcels.cancel,
            "issue_invoice": partial(issue, self._call, "issue_invoice"),
            "issue_credit_note": partial(issue, self._call, "issue_credit_note"),
            "send_mail": partial(mail.send, self._call, settings),
            "erase_account": self.erase_account,
        }

    def stop(self) -> None:
        """Finish what was begun and take nothing new."""
        self.stopping.set()
        self.called.set()

    async def run(self) -> None:
        _log(worker="started")
        while not self.stopping.is_set():
            try:
                await self._serve()
            except _TROUBLE as error:
                self.pause = min(LONGEST_PAUSE, self.pause * 2 or 0.5)
                _log(worker="waiting", seconds=self.pause, error=_short(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopping.wait(), self.pause)
        _log(worker="stopped")

    async def _serve(self) -> None:
        """One connection's time: until we are told to stop or the database is lost."""
        database = Database(self.settings.pooled_access, POOLS, "storeproc worker")
        listener = await asyncpg.connect(
            self.settings.access.url("web_worker"), timeout=10, server_settings={"application_name": "storeproc worker"}
        )
        beside: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(SILENCE):
                found = await catalog.read(listener)
                deployed = await catalog.read_deployed(listener, found, SOURCE)
            if not deployed.known:
                raise catalog.CatalogError([deployed.differs(SOURCE)])  # and looked at again: somebody will migrate
            if not deployed.same:
                _log(schema="differs", detail=deployed.differs(SOURCE))  # an old worker does the jobs that it knows
            offered = watch_gateways(self.offered(self.settings))
            self.store = Store(self.settings, database, found, frozenset(), offered)
            await listener.add_listener("storeproc_outbox", lambda *_: self.called.set())
            listener.add_termination_listener(lambda _: self.called.set())
            beat = asyncio.create_task(self._beat(listener))
            beside.append(beat)
            beside.append(asyncio.create_task(self._refresh_reports()))
            beside.append(asyncio.create_task(self._take_snapshots()))
            beside.append(asyncio.create_task(self._check_books()))
            courier = asyncio.create_task(Courier(self._call, self.settings).run(self.stopping))
            beside.append(courier)
            work = asyncio.create_task(self._go_round(listener, courier))
            beside.append(work)
            for ended in (await asyncio.wait({beat, work}, return_when=asyncio.FIRST_COMPLETED))[0]:
                ended.result()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            listener.terminate()
            await database.close()

    async def _go_round(self, listener: Connection, courier: asyncio.Task[None]) -> None:
        swept = purged = 0.0
        while not self.stopping.is_set():
            if listener.is_closed():
                raise ConnectionError("the database is gone")
            if courier.done():
                courier.result()
            self.called.clear()
            now = time.monotonic()
            if now - swept >= SWEEP:
                swept = now
                await self._repeat(SWEEPS)
            if now - purged >= PURGE:
                purged = now
                await self._repeat(PURGES)
            worked = await self._work()
            self.pause = 0.0
            if not worked:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.called.wait(), POLL)
        await courier  # what it began is finished

    async def _beat(self, listener: Connection) -> None:
        """Raises when the database is lost without a word, as by a firewall that forgot its connections. Whoever waits
        for an answer then would wait for ever."""
        while True:
            await asyncio.sleep(BEAT)
            try:
                await listener.execute("SELECT", timeout=SILENCE)
            except TimeoutError:
                raise ConnectionError("the database does not answer") from None

    # --- rounds -----------------------------------------------------------------------------------

    async def _repeat(self, functions: dict[str, int]) -> None:
        for function, full in functions.items():
            while not self.stopping.is_set():
                done: int = await self._call(function)
                if done:
                    _log(swept=function, count=done)
                if done < full:
                    break

    async def _refresh_reports(self) -> None:
        """Beside the jobs, which must not wait for it. What goes wrong is told and tried again."""
        while True:
            try:
                await self._keep_reports()
            except _TROUBLE as error:
                _log(refreshed="nothing", error=_short(error))
            await asyncio.sleep(REPORTS)

    async def _keep_reports(self) -> None:
        # A connection of its own: with a million orders one report takes longer than any other statement may.
        connection = await asyncpg.connect(
            self.settings.access.url("web_worker"),
            timeout=10,
            server_settings={"application_name": "storeproc reports", "statement_timeout": "30min"},
        )
        try:
            while True:
                while made := await connection.fetchval("SELECT api.refresh_report()", timeout=REPORT):
                    _log(refreshed=made)
                await asyncio.sleep(REPORTS)
        finally:
            connection.terminate()

    async def _take_snapshots(self) -> None:
        """What monitoring keeps, and what we counted."""
        while True:
            try:
                taken = await self._call("take_snapshot", counts=self.counts.more())
                self.counts.done()
                while taken:
                    taken = await self._call("take_snapshot")
            except _TROUBLE as error:
                _log(snapshot="none", error=_short(error))
            await asyncio.sleep(ROUNDS)

    async def _check_books(self) -> None:
        """Also what fails is done once an hour only: it reads every order."""
        while True:
            try:
                broken = await self._call("check_books")
                if broken is not None:
                    _log(books="broken" if broken else "balance", invariants=broken)
            except _TROUBLE as error:
                _log(books="not checked", error=_short(error))
            await asyncio.sleep(BOOKS)

    async def _work(self) -> int:
        """One batch of jobs, side by side."""
        claimed = await self._call("claim_jobs", kinds=list(self.jobs), limit=BATCH)
        # All of them come to their end, and then the first trouble is ours.
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
            async with asyncio.timeout(PATIENCE):
                outcome = await self.jobs[job["kind"]](job["payload"])
        except Exception as failure:  # whatever it was: the job stays in the queue and its reason is kept
            error = _short(failure)
            ended = "later" if isinstance(failure, Later) else "failed"
        count_job(job["kind"], ended, time.monotonic() - started)
        if error:
            await self._call("fail_job", job_id=job["id"], error=error)
        else:
            await self._call("finish_job", job_id=job["id"])
        _log(
            job=job["id"],
            kind=job["kind"],
            attempt=job["attempts"],
            outcome="failed" if error else outcome,
            ms=round((time.monotonic() - started) * 1000, 1),
            **({"error": error} if error else {}),
            # Ids; what a mail tells is nobody's but its reader's.
            **{name: value for name, value in job["payload"].items() if name != "data"},
        )

    async def _call(self, function: str, **arguments: object) -> Any:
        async with asyncio.timeout(STATEMENT):
            return await self.store.call(function, arguments, request_id=os.urandom(16).hex(), caller=WORKER)

    # --- jobs -------------------------------------------------------------------------------------

    async def refund_payment(self, payload: dict[str, Any]) -> str:
        refund = Refund.read(await self._call("get_refund_for_gateway", refund_id=payload["refund_id"]))
        if refund.status != "pending":
            return "nothing to do"
        payment = await read_payment(self.store, refund.payment_id, refund.id)
        outcome = await gateway_of(self.store, refund.provider).refund(payment, refund)
        if outcome.status == "completed":
            await self._call("complete_refund", refund_id=refund.id, provider_reference=outcome.reference)
        elif outcome.status == "failed":
            await self._call("fail_refund", refund_id=refund.id, failure_code=outcome.failure_code)
        else:
            raise Later("the gateway has not finished")
        return outcome.status

    async def reconcile_payment(self, payload: dict[str, Any]) -> str:
        """An attempt has been open for long. Who began it may have died before the gateway's answer was stored: ask
        again with the same key. Or its callback was lost: look what came of it.
        """
        payment = await read_payment(self.store, payload["payment_id"], payload["payment_id"])
        if payment.status == "initiated":
            try:
                opened = await open_checkout(self.store, payment.id, payment.id)
            except Problem as problem:
                if problem.code in ("gateway_refused", "provider_not_available"):
                    return problem.code  # said for good, and recorded
                raise
            return "opened" if opened else "nothing to do"
        if payment.status not in ("open", "authorized"):
            return "nothing to do"
        event = await gateway_of(self.store, payment.provider).look_up(payment)
        if event is None or event.kind == payment.status:
            return "still " + payment.status
        await apply_event(self.store, payment.provider, event, payment.id)
        return f"was {event.kind}"

    async def capture_payment(self, payload: dict[str, Any]) -> str:
        receipt = await capture(self.store, payload["payment_id"], payload["payment_id"])
        return receipt["payment_status"] if receipt else "nothing to do"

    async def close_checkout(self, payload: dict[str, Any]) -> str:
        payment = await read_payment(self.store, payload["payment_id"], payload["payment_id"])
        if payment.provider_reference is None:
            return "never opened"
        try:
            gateway = gateway_of(self.store, payment.provider)
        except Refused:
            return "no such gateway any more"
        # It may have been paid in the meantime, and the callback lost.
        event = await gateway.look_up(payment)
        if event is not None and event.kind != "authorized":
            await apply_event(self.store, payment.provider, event, payment.id)
            return f"was {event.kind}"
        await gateway.close(payment)
        return "closed"

    async def erase_account(self, payload: dict[str, Any]) -> str:
        await self._call("erase_account", account_id=payload["account_id"])
        return "erased"

    async def settle_payout(self, payload: dict[str, Any]) -> str:
        """Where a test gateway stands in for the bank, it pays; elsewhere a person sends the money."""
        known = gateways.providers()
        bank = next((n for n in self.store.gateways if n in known and "settles_payouts" in known[n].capabilities), None)
        if bank is None:
            return "left to a person"
        reference = f"{bank}_po_" + payload["payout_id"].replace("-", "")
        await self._call("complete_payout", payout_id=payload["payout_id"], provider_reference=reference)
        return "completed"

    async def import_products(self, payload: dict[str, Any]) -> str:
        """One step a transaction, so that its merchant sees how far it is."""
        steps = 1
        while await self._call("advance_import", import_id=payload["import_id"]):
            steps += 1
        return f"{steps} steps"


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what was begun is finished."""
    worker = Worker(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await worker.run()


def _short(error: Exception) -> str:
    # Never the message of an outside library as it is: an address or a header in it may hold a secret.
    if isinstance(error, (Problem, Refused, Later, NoAnswer)):
        return str(error)
    if isinstance(error, (asyncpg.PostgresError, Unexpected, ConnectionError, ssl.SSLError, catalog.CatalogError)):
        return f"{type(error).__name__}: {error}"[:300]
    return type(error).__name__


def _log(**line: object) -> None:
    log.info(orjson.dumps(line).decode())


def main() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        sys.exit(f"storeproc: {error}")
    asyncio.run(run(settings))
