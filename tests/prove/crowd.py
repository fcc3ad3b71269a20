"""Many clients at once, each doing what comes to its mind, over HTTP; afterwards the history of what they were answered
must explain the state, to the unit and to the piece: nothing lost, nothing twice.

Each answer is written down. When all is quiet (the worker has done its part) every balance, piece and use is computed
from the answers alone and compared with the database. Invariants are asked for all the time.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from db.server.access import Access
from tests.concurrency.conftest import Job
from tests.prove.history import START, STOCK, Customer, Explanation, History
from tests.prove.house import WORKER, House, Said, paid

# What a busy shop may say to a customer. Anything else is an anomaly.
REFUSALS = {
    "out_of_stock", "promo_used_up", "promo_used_by_account", "promo_minimum_not_reached", "order_not_pending",
    "order_not_cancellable", "order_not_payable", "order_partly_paid", "order_item_not_found", "cart_empty",
    "cart_item_not_found", "insufficient_funds", "payment_not_open", "gift_card_redeemed", "refund_above_payment",
    "order_not_paid", "stock_below_reserved", "amount_above_due", "promo_not_applicable", "version_stale",
    "line_refunded_out_of_range", "restock_needs_full_refund",
}  # fmt: skip


class Crowd:
    def __init__(self, house: House, clients: int, number: int) -> None:
        self.house, self.clients, self.chance = house, clients, random.Random(number)
        self.history = History()
        self.stop = asyncio.Event()

    async def prepare(self) -> None:
        house = self.house
        self.products = [await house.product(price=p, stock=STOCK) for p in (1999, 1, 250, 99, 3333, 700)]
        self.prices = dict(zip(self.products, (1999, 1, 250, 99, 3333, 700), strict=True))
        self.bundles = {}
        for parts in ((0, 1), (1, 2, 3), (3, 4)):
            name = await house.bundle(*((self.products[n], 1 + n % 2) for n in parts), price=1500)
            self.bundles[name] = {self.products[n]: 1 + n % 2 for n in parts}
        self.promotions = [
            await house.promotion(basis_points=3333, total_uses=25),
            await house.promotion(basis_points=1000, uses_per_account=2),
        ]
        support = await house.staff("support")
        self.cards = [
            await house.does(support, "issue_gift_card", amount=1000 + n, currency="USD") for n in range(self.clients)
        ]
        self.customers = [Customer(await house.person()) for _ in range(self.clients)]
        for customer in self.customers:
            for kind in ("wallet", "credit"):
                await house.fund(customer.person, START, kind)
        await house.staff("merchant")
        self.admin = await house.staff("admin")
        await house.admin.execute("DELETE FROM identity.login_attempts")
        await house.admin.execute(
            "UPDATE sales.settings SET credit_held_until_booked = false, demo = true, "
            "daily_limits_per_recipient = 1000, daily_limits_per_staff = 1000"  # one person gives all day long
        )

    # --- doing ---

    async def ask(self, job: Job) -> Said:
        try:
            said = await self.house.over_http(job, key=uuid.uuid4().hex)
        except httpx.HTTPError as error:
            said = Said(repr(error), status=599)
        self.history.answers[said.code] += 1
        if not said.ok and said.code not in REFUSALS:
            self.history.found.append(f"{job.function} was answered {said.code} ({said.status})")
        return said

    async def be_customer(self, customer: Customer, chance: random.Random) -> None:
        acts = [self.order, self.order, self.cart, self.change, self.cancel, self.pay, self.pay, self.pay, self.spend,
                self.deposit, self.withdraw, self.redeem]  # fmt: skip
        while not self.stop.is_set():
            await chance.choice(acts)(customer, chance)

    def note_order(self, customer: Customer, said: Said) -> None:
        if said.ok:
            assert said.data["id"] not in self.history.orders, "one id, two orders"
            self.history.orders[said.data["id"]] = said.data
            customer.orders.append(said.data)

    def what(self, chance: random.Random) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = [
            {"product_id": p, "quantity": chance.randint(1, 2)}
            for p in chance.sample(self.products, chance.randint(1, 3))
        ]
        if chance.random() < 0.3:
            lines.append({"bundle_id": chance.choice(list(self.bundles)), "quantity": 1})
        return lines

    async def order(self, customer: Customer, chance: random.Random) -> None:
        code = {"promo_code": chance.choice(self.promotions)["code"]} if chance.random() < 0.4 else {}
        said = await self.ask(customer.person.job("create_order", items=self.what(chance), **code))
        self.note_order(customer, said)

    async def cart(self, customer: Customer, chance: random.Random) -> None:
        adds = [customer.person.job("add_cart_item", **line) for line in self.what(chance)]
        out = [customer.person.job("checkout_cart") for _ in range(2)]
        for said in (await asyncio.gather(*(self.ask(job) for job in [*adds, *out])))[len(adds) :]:
            self.note_order(customer, said)

    async def change(self, customer: Customer, chance: random.Random) -> None:
        if not customer.orders:
            return
        order = chance.choice(customer.orders[-4:])
        change = [{"product_id": chance.choice(self.products), "quantity": chance.randint(0, 3)}]
        await self.ask(customer.person.job("modify_order", order_id=order["id"], items=change))

    async def cancel(self, customer: Customer, chance: random.Random) -> None:
        if customer.orders and chance.random() < 0.5:
            order = chance.choice(customer.orders[-6:])
            jobs = [customer.person.job("cancel_order", order_id=order["id"])] * chance.randint(1, 2)
            await asyncio.gather(*(self.ask(job) for job in jobs))

    async def begin(self, customer: Customer, order: dict[str, Any], **more: Any) -> dict[str, Any] | None:
        said = await self.ask(customer.person.job("begin_payment", order_id=order["id"], provider="mock", **more))
        if not said.ok:
            return None
        payment: dict[str, Any] = said.data["payment"]
        self.history.begun[payment["id"]] = payment
        customer.payments.append(payment)
        return payment

    async def take(self, payment: dict[str, Any], chance: random.Random) -> None:
        """The gateway took the money: it says so, once or several times at once, sooner or later."""
        amount = payment["amount"] + (chance.choice((0, 0, 0, 0, 0, 0, 0, 1)) or 0)
        if payment["id"] in self.history.told:
            amount = self.history.told[payment["id"]]
        self.history.told[payment["id"]] = amount
        hook = paid(payment, event=f"taken:{payment['id']}", amount=amount)
        jobs = [hook] * chance.randint(1, 3)
        if chance.random() < 0.2:
            jobs.append(paid(payment, "failed"))
        await asyncio.gather(*(self.deliver(job) for job in jobs))

    async def deliver(self, job: Job) -> None:
        """A gateway sends until it is acknowledged."""
        for _ in range(10):
            if (await self.ask(job)).ok:
                return
        self.history.found.append("a callback was not taken in ten tries")

    async def pay(self, customer: Customer, chance: random.Random) -> None:
        if not customer.orders:
            return
        order = chance.choice(customer.orders[-5:])
        part = {"amount": chance.randint(1, max(1, order["total"]))} if chance.random() < 0.25 else {}
        made = await asyncio.gather(*(self.begin(customer, order, **part) for _ in range(chance.randint(1, 2))))
        late = [p for p in customer.payments[-8:] if p["id"] not in self.history.told and chance.random() < 0.2]
        for payment in [p for p in made if p is not None and chance.random() < 0.8] + late:
            await self.take(payment, chance)

    async def spend(self, customer: Customer, chance: random.Random) -> None:
        """From the wallet and the credit, in two tabs."""
        for order in chance.sample(customer.orders[-5:], min(2, len(customer.orders))):
            kinds = [chance.choice(("wallet", "credit")) for _ in range(2)]
            jobs = [customer.person.job("begin_payment", order_id=order["id"], provider=kind) for kind in kinds]
            for kind, said in zip(kinds, await asyncio.gather(*(self.ask(job) for job in jobs)), strict=True):
                if said.ok:
                    self.history.inside.append((customer.person.id, kind, said.data["payment"]["amount"]))

    async def deposit(self, customer: Customer, chance: random.Random) -> None:
        amount = chance.randint(100, 3000)
        said = await self.ask(customer.person.job("begin_deposit", amount=amount, currency="USD", provider="mock"))
        if said.ok:
            payment = said.data["payment"]
            self.history.deposits[payment["id"]] = (customer.person.id, amount)
            await self.take(payment, chance)

    async def withdraw(self, customer: Customer, chance: random.Random) -> None:
        amount = chance.randint(1000, 20_000)
        job = customer.person.job("request_withdrawal", amount=amount, currency="USD")
        for said in await asyncio.gather(self.ask(job), self.ask(job)):
            if said.ok:
                self.history.withdrawals[said.data["id"]] = (customer.person.id, amount)

    async def redeem(self, customer: Customer, chance: random.Random) -> None:
        if chance.random() < 0.2:
            # Ten tries a quarter of an hour are enough for a person, not for this one.
            await self.house.admin.execute("DELETE FROM identity.login_attempts")
            card = chance.choice(self.cards)
            if (await self.ask(customer.person.job("redeem_gift_card", code=card["code"]))).ok:
                self.history.redeemed[card["id"]] += 1
                self.history.granted[customer.person.id] += card["amount"]

    async def be_support(self, chance: random.Random) -> None:
        support = await self.house.staff("support")
        while not self.stop.is_set():
            customer = chance.choice(self.customers)
            if chance.random() < 0.3:
                amount = chance.randint(1, 2000)
                job = support.job(
                    "grant_credit", account_id=customer.person.id, amount=amount, currency="USD", reason="sorry"
                )
                if (await self.ask(job)).ok:
                    self.history.granted[customer.person.id] += amount
            elif customer.payments:
                payment = chance.choice(customer.payments[-6:])
                part = {"amount": chance.randint(1, 3000)} if chance.random() < 0.7 else {}
                job = support.job("create_refund", payment_id=payment["id"], reason="broken", **part)
                for said in await asyncio.gather(self.ask(job), self.ask(job)):
                    if said.ok:
                        self.history.refunds[said.data["id"]] = (payment["id"], said.data["amount"])
            await asyncio.sleep(0.01)

    async def be_merchant(self, chance: random.Random) -> None:
        merchant = await self.house.staff("merchant")
        while not self.stop.is_set():
            product, delta = chance.choice(self.products), chance.choice((-5, -1, 3, 8))
            if (await self.ask(merchant.job("adjust_stock", product_id=product, delta=delta, reason="counted"))).ok:
                self.history.adjusted[product] += delta
            await asyncio.sleep(0.03)

    async def be_time(self, chance: random.Random) -> None:
        """Orders run out of time, and several workers notice."""
        while not self.stop.is_set():
            await self.house.admin.execute(
                "UPDATE sales.orders SET expires_at = now() WHERE status = 'pending' AND random() < 0.05"
            )
            await asyncio.gather(*(self.house.tell(WORKER.job("expire_orders")) for _ in range(2)))
            await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """Every invariant, over and over, while all this happens."""
        while not self.stop.is_set():
            said = await self.house.over_http(self.admin.job("check_invariants"))
            self.history.checks += 1
            for check in said.data["checks"] if said.ok else []:
                if not check["ok"]:
                    self.history.found.append(f"{check['name']}: {check['detail']}")
            await asyncio.sleep(0.25)

    async def run(self, seconds: float) -> History:
        await self.prepare()
        deadlocks = await self.house.deadlocks()
        self.history.began = time.monotonic()
        own = [random.Random(self.chance.random()) for _ in range(self.clients + 3)]
        tasks = [asyncio.create_task(self.be_customer(c, own[n])) for n, c in enumerate(self.customers)]
        tasks += [asyncio.create_task(work) for work in (
            self.be_support(own[-1]), self.be_merchant(own[-2]), self.be_time(own[-3]), self.watch())]  # fmt: skip
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        self.stop.set()
        await asyncio.gather(*tasks)
        self.history.seconds = time.monotonic() - self.history.began
        await self.quiet()
        await Explanation(
            self.house, self.history, self.customers, self.products, self.bundles, self.promotions
        ).explain()
        if more := await self.house.deadlocks() - deadlocks:
            self.history.found.append(f"{more} deadlocks")
        self.history.found += await self.house.broken()
        self.history.found = list(dict.fromkeys(self.history.found))
        return self.history

    async def quiet(self, patience: float = 60) -> None:
        """Until the worker has told the gateway and the bank everything."""
        deadline = time.monotonic() + patience
        waiting = (
            "SELECT (SELECT count(*) FROM payments.refunds WHERE status = 'pending') + "
            "(SELECT count(*) FROM payments.payouts WHERE status = 'pending')"
        )
        while left := await self.house.admin.fetchval(waiting):
            if time.monotonic() > deadline:
                self.history.found.append(f"{left} refunds and payouts are still waiting for the worker")
                return
            await asyncio.sleep(0.05)


@contextmanager
def worker(access: Access, folder: Path, url: str) -> Iterator[None]:
    """The shop's own worker, as a process."""
    given = {"DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret, "STOREPROC_DATA": str(folder),
             "PUBLIC_URL": url}  # fmt: skip
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.worker"],
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
