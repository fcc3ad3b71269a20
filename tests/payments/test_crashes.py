"""A process dies, or an answer is lost, at every step of a payment and of its refund: one charge, one refund, one end.

The gateways' real clients speak to servers of our own that follow their protocols. A death is what it is in life: the
next step does not happen. Then the worker looks after what was left, and nothing else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.gateways.protocol import Gateway, Refund, Unavailable
from api.gateways.sslcommerz.fields import write_id
from api.gateways.sslcommerz.gateway import SSLCommerzGateway
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.gateways.steps import PaymentSteps
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings
from api.http.errors import Problem
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.settings import Settings
from api.worker.loop import POOLS, Worker
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.support.gateway_totals import assert_gateway_totals

OPENING = ("all is well", "dies before the call", "dies after the call", "the answer is lost")
CALLBACK = ("comes", "comes twice", "never comes", "is read by one who dies", "is applied by one who dies")
REFUND = ("all is well", "dies after the call", "the answer is lost")
ALWAYS = 99  # times: a client repeats a call by itself


class Side(Protocol):
    """A gateway's own side: what it is told, what people do there, what it has taken and given back."""

    name: str

    @property
    def server(self) -> StripeServer | SSLCommerzServer: ...
    def lose_answers(self, call: str) -> None: ...
    def calm(self) -> None: ...
    def pay(self, payment_id: str) -> list[tuple[dict[str, str], bytes]]: ...
    def is_open(self, payment_id: str) -> bool: ...
    def settle(self) -> None: ...
    def taken(self, payment_id: str) -> list[int]: ...
    def given(self, payment_id: str) -> list[int]: ...


@dataclass
class StripeSide:
    server: StripeServer
    name: str = "stripe"

    def lose_answers(self, call: str) -> None:
        path = {"open": "POST /v1/checkout/sessions", "refund": "POST /v1/refunds"}[call]
        self.server.trouble("lost_answer", times=ALWAYS, on=path)

    def calm(self) -> None:
        self.server.calm()

    def _sessions(self, payment_id: str) -> list[Any]:
        return [s for s in self.server.sessions.values() if s["metadata"].get("payment_id") == payment_id]

    def _charges(self, payment_id: str) -> list[Any]:
        return [c for c in self.server.charges.values() if c["metadata"].get("payment_id") == payment_id]

    def is_open(self, payment_id: str) -> bool:
        return [s["status"] for s in self._sessions(payment_id)] == ["open"]

    def pay(self, payment_id: str) -> list[tuple[dict[str, str], bytes]]:
        (session,) = self._sessions(payment_id)
        return [self.server.signed(event) for event in self.server.pay(session["id"])]

    def settle(self) -> None:
        pass  # it gives back at once

    def taken(self, payment_id: str) -> list[int]:
        return [c["amount_captured"] for c in self._charges(payment_id) if c["captured"]]

    def given(self, payment_id: str) -> list[int]:
        charges = {c["id"] for c in self._charges(payment_id)}
        return [r["amount"] for r in self.server.refunds.values() if r["charge"] in charges]


@dataclass
class SSLCommerzSide:
    server: SSLCommerzServer
    name: str = "sslcommerz"

    def lose_answers(self, call: str) -> None:
        self.server.faults[{"open": "session", "refund": "refund"}[call]] = ["lost"] * ALWAYS

    def calm(self) -> None:
        self.server.faults.clear()

    def is_open(self, payment_id: str) -> bool:
        return any(opened.form["tran_id"] == write_id(payment_id) for opened in self.server.opened.values())

    def pay(self, payment_id: str) -> list[tuple[dict[str, str], bytes]]:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return [(headers, self.server.pay(write_id(payment_id)))]

    def settle(self) -> None:
        for reference, refund in self.server.refunds.items():
            if refund.status == "processing":
                self.server.settle_refund(reference)

    def _paid(self, payment_id: str) -> list[Any]:
        tries = self.server.tries
        return [t for t in tries if t.tran_id == write_id(payment_id) and t.status in ("VALID", "VALIDATED")]

    def taken(self, payment_id: str) -> list[int]:
        return [round(float(t.opened.form["total_amount"]) * 100) for t in self._paid(payment_id)]

    def given(self, payment_id: str) -> list[int]:
        banks = {t.bank_tran_id for t in self._paid(payment_id)}
        return [round(float(r.amount) * 100) for r in self.server.refunds.values() if r.bank_tran_id in banks]


@pytest.fixture(params=["stripe", "sslcommerz"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "stripe":
        with StripeServer() as stripe:
            yield StripeSide(stripe)
    else:
        with SSLCommerzServer() as sslcommerz:
            yield SSLCommerzSide(sslcommerz)


@dataclass
class House:
    """The web tier's and the worker's own code, with this gateway."""

    shop: Shop
    side: Side
    settings: Settings
    store: PaymentSteps
    offered: Callable[[Settings], dict[str, Gateway]]

    @property
    def gateway(self) -> Gateway:
        return self.store.gateways[self.side.name]

    async def recover(self, done: str) -> None:
        """What the worker does by itself after minutes, now: until nobody waits any more."""
        worker = Worker(self.settings, self.offered)
        running = asyncio.create_task(worker.run())
        try:
            deadline = asyncio.get_running_loop().time() + 60
            while not await self.shop.admin.fetchval(done):
                assert asyncio.get_running_loop().time() < deadline, f"in 60 s this did not come true: {done}"
                self.side.settle()
                await self.shop.admin.execute("UPDATE payments.payments SET check_at = now() WHERE check_at > now()")
                # Failed work waits longer and longer: not here. What a worker holds right now is left to it.
                await self.shop.admin.execute(
                    "UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL AND last_error IS NOT NULL "
                    "AND run_at > now() AND kind IN ('refund_payment', 'reconcile_payment')"
                )
                await self.shop.admin.execute("NOTIFY storeproc_outbox")
                await asyncio.sleep(0.05)
        finally:
            worker.stop()
            await asyncio.wait_for(running, 60)

    async def open(self, payment_id: str, how: str) -> None:
        if how == "dies after the call":
            await self.gateway.open(await self.store.read(payment_id, payment_id))
        elif how != "dies before the call":
            with suppress(Problem):
                await self.store.open(payment_id, payment_id)

    async def pay(self, payment_id: str, how: str) -> None:
        told = self.side.pay(payment_id)
        if how == "never comes":
            return
        for headers, body in told * 2 if how == "comes twice" else told:
            await self.receive(headers, body)
            if how == "is applied by one who dies":  # so the gateway had no answer, and sends it again
                await self.receive(headers, body)

    async def receive(self, headers: dict[str, str], body: bytes) -> None:
        for event in await self.gateway.parse_callback(headers, body):
            await self.store.apply(self.side.name, event, "test")

    async def die_reading(self, payment_id: str) -> None:
        for headers, body in self.side.pay(payment_id):
            await self.gateway.parse_callback(headers, body)

    async def refund(self, payment_id: str, how: str) -> None:
        made = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=payment_id, reason="x", amount=400
        )
        if how == "all is well":
            return  # the worker finds it
        given = await self.shop.call("web_worker", "get_refund_for_gateway", refund_id=made["id"])
        payment = await self.store.read(payment_id, payment_id)
        with suppress(Unavailable):
            await self.gateway.refund(payment, Refund.read(given))


@pytest.fixture
async def house(shop: Shop, side: Side, access: Access, tmp_path: Path) -> Any:
    # Calls are few and quick: a lost answer is waited for as long as in life.
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path)
    if isinstance(side, StripeSide):
        stripe = StripeSettings(
            secret_key=side.server.secret_key, webhook_secret=(side.server.webhook_secret,), api=side.server.url
        )
        made: dict[str, Gateway] = {"stripe": StripeGateway(stripe, settings.public_url)}
    else:
        assert isinstance(side, SSLCommerzSide)
        keys = SSLCommerzSettings(
            store_id=side.server.store_id, store_password=side.server.store_password, api=side.server.url
        )
        made = {"sslcommerz": SSLCommerzGateway(keys, settings.public_url)}
    database = Database(settings.access, POOLS, "test")
    connection = await asyncpg.connect(settings.access.url("web_worker"))
    try:
        store = PaymentSteps(Functions(database, await read_contract(connection)), made)
        yield House(shop, side, settings, store, lambda _: made)
    finally:
        await connection.close()
        await database.close()


async def test_one_charge_one_refund_and_one_end(shop: Shop, customer: str, house: House, side: Side) -> None:
    cases = list(product(OPENING, CALLBACK, REFUND))
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Lamp", description="", sku=side.name, price=500,
        currency="BDT", stock=1000,
    )  # fmt: skip
    items = [{"product_id": made["id"], "quantity": 2}]
    attempts = []
    for _ in cases:
        order = await shop.call("web_customer", "create_order", token=customer, items=items, currency="BDT")
        answer = await shop.call(
            "web_customer", "begin_payment", token=customer, order_id=order["id"], provider=side.name
        )
        attempts.append(answer["payment"]["id"])
    for how in OPENING:  # an answer takes long to be given up: all that get lost at once
        if how == "the answer is lost":
            side.lose_answers("open")
        await asyncio.gather(*(house.open(p, how) for p, case in zip(attempts, cases, strict=True) if case[0] == how))
        side.calm()
    await house.recover("SELECT count(*) = 0 FROM payments.payments WHERE status = 'initiated'")
    assert all(side.is_open(payment) for payment in attempts)

    for payment, (_, callback, _) in zip(attempts, cases, strict=True):
        if callback == "is read by one who dies":
            await house.die_reading(payment)  # and nobody sends it again
        else:
            await house.pay(payment, callback)
    await house.recover("SELECT count(*) = 0 FROM payments.payments WHERE status <> 'completed'")

    for how in REFUND:
        if how == "the answer is lost":
            side.lose_answers("refund")
        await asyncio.gather(*(house.refund(p, how) for p, case in zip(attempts, cases, strict=True) if case[2] == how))
        side.calm()
    await house.recover("SELECT count(*) = 0 FROM payments.refunds WHERE status = 'pending'")

    for payment, case in zip(attempts, cases, strict=True):
        seen = await shop.see({"id": payment})
        assert (side.taken(payment), side.given(payment)) == ([1000], [400]), case
        assert (seen["status"], seen["order_status"], seen["amount_paid"]) == ("completed", "paid", 1000), case
        assert (seen["amount_refunded"], [r[0] for r in seen["refunds"]]) == (400, ["completed"]), case
    await assert_gateway_totals(shop, side.server, house.store)
    print(f"{side.name}: {len(cases)} payments with a death or a lost answer each; one charge, one refund, one end")
    await shop.assert_books_balance()
