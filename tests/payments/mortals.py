"""Processes that die, for tests of crashes.

What a process changes, it changes with a statement, which is a transaction, or with a call of the gateway. So it dies
before a statement is sent, which is after the gateway's answer to the call before it, or after its commit, before it
has the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from api.contract.reader import Contract, read_contract
from api.gateways.protocol import Gateway
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.gateways.steps import PaymentSteps
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings
from api.postgres.database import Database
from api.postgres.functions import ANONYMOUS, Caller, Functions
from api.settings import Settings
from api.worker.jobs.payments import PaymentJobs
from api.worker.jobs.reconciliation import UNDER_WAY, ReconciliationJobs
from api.worker.loop import POOLS, WORKER
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop

Place = tuple[str, str, str]  # a function, the payment it is called for, before or after


class Death(Exception):
    """What comes after it in this process does not happen."""


class Mortal(Functions):
    """The statements of a process, which dies where `dies` says so."""

    def __init__(self, database: Database, contract: Contract, dies: Callable[[Place], bool]) -> None:
        super().__init__(database, contract)
        self.dies = dies

    async def call(
        self, function: str, arguments: Mapping[str, object], *, request_id: str, caller: Caller = ANONYMOUS,
        repeatable: bool = False, client: str | None = None,
    ) -> Any:  # fmt: skip
        payment = str(arguments.get("payment_id", ""))
        if self.dies((function, payment, "before")):
            raise Death
        answer = await super().call(
            function, arguments, request_id=request_id, caller=caller, repeatable=repeatable, client=client
        )
        if self.dies((function, payment, "after")):
            raise Death
        return answer


class Worker:
    """The worker's own code, in a process that dies."""

    def __init__(self, functions: Functions, gateways: Mapping[str, Gateway]) -> None:
        self.functions = functions
        self.steps = PaymentSteps(functions, gateways)
        self.payments = PaymentJobs(self.call, self.steps)
        self.reconciliation = ReconciliationJobs(self.call, self.steps)

    async def call(self, function: str, **arguments: Any) -> Any:
        return await self.functions.call(function, arguments, request_id="test", caller=WORKER)


@dataclass
class House:
    shop: Shop
    database: Database
    contract: Contract
    gateways: Mapping[str, Gateway]
    settings: Settings

    def worker(self, dies: Callable[[Place], bool] = lambda _: False) -> Worker:
        return Worker(Mortal(self.database, self.contract, dies), self.gateways)

    async def begin(self, provider: str = "stripe") -> str:
        """A reconciliation of the last day."""
        since = await self.shop.admin.fetchval("SELECT (now() - interval '1 day')::text")
        begun = await self.shop.call("web_support", "run_reconciliation", token=self.shop.support, since=since)
        (run,) = [run["id"] for run in begun["data"] if run["provider"] == provider]
        return str(run)

    async def reconcile(self, provider: str = "stripe") -> set[Place]:
        """By one process after the other: each dies at the first place where none has died. Returns the places."""
        run_id, died = await self.begin(provider), set[Place]()

        def dies(place: Place) -> bool:
            first = place not in died
            died.add(place)
            return first

        while True:
            jobs = self.worker(dies).reconciliation
            try:
                while (run := await jobs.read(run_id)).status in UNDER_WAY:
                    await jobs.step(run)
            except Death:
                continue
            assert run.status == "completed"
            return died

    async def reconcile_twice(self, provider: str = "stripe") -> None:
        """By two processes at once, of which each takes every step."""
        run_id = await self.begin(provider)
        jobs = self.worker().reconciliation
        while (run := await jobs.read(run_id)).status in UNDER_WAY:
            await asyncio.gather(*(self.worker().reconciliation.step(run) for _ in range(2)))
        assert run.status == "completed"


@asynccontextmanager
async def open_house(
    shop: Shop, server: StripeServer | SSLCommerzServer, access: Access, folder: Path
) -> AsyncIterator[House]:
    """A house that takes money through one test gateway."""
    # The test gateway enters money into its books at once: what is missing there is a difference at once, too.
    await shop.admin.execute("UPDATE payments.providers SET in_books_within = '0' WHERE name = $1", server.provider)
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=folder)
    gateway: StripeGateway | SSLCommerzGateway
    if isinstance(server, StripeServer):
        keys = StripeSettings(secret_key=server.secret_key, webhook_secret=(server.webhook_secret,), api=server.url)
        gateway = StripeGateway(keys, settings.public_url)
    else:
        store = SSLCommerzSettings(store_id=server.store_id, store_password=server.store_password, api=server.url)
        gateway = SSLCommerzGateway(store, settings.public_url)
    database = Database(access, POOLS, "test")
    connection = await asyncpg.connect(access.url("web_worker"))
    try:
        yield House(shop, database, await read_contract(connection), {server.provider: gateway}, settings)
    finally:
        await connection.close()
        await database.close()
        await gateway.aclose()
