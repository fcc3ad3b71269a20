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
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from db.server.access import Access
from tests.concurrency.conftest import Job
from tests.prove.house import WORKER, House, Person, Said, paid

# What a busy shop may say to a customer. Anything else is an anomaly.
REFUSALS = {
    "out_of_stock", "promo_used_up", "promo_used_by_account", "promo_minimum_not_reached", "order_not_pending",
    "order_not_cancellable", "order_not_payable", "order_partly_paid", "order_item_not_found", "cart_empty",
    "cart_item_not_found", "insufficient_funds", "payment_not_open", "gift_card_redeemed", "refund_above_payment",
    "order_not_paid", "stock_below_reserved", "amount_above_due", "promo_not_applicable", "version_stale",
    "line_refunded_out_of_range", "restock_needs_full_refund",
}  # fmt: skip
START = 60_000  # minor units in each wallet and credit at the beginning
STOCK = 60


@dataclass
class Customer:
    person: Person
    orders: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class History:
    """What clients were told."""

    answers: Counter[str] = field(default_factory=Counter)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    deposits: dict[str, tuple[str, int]] = field(default_factory=dict)  # payment: whose, how much
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)  # payments through the gateway
    told: dict[str, int] = field(default_factory=dict)  # payment: what the gateway said it took, and we acknowledged
    inside: list[tuple[str, str, int]] = field(default_factory=list)  # account, kind, paid
    withdrawals: dict[str, tuple[str, int]] = field(default_factory=dict)
    granted: Counter[str] = field(default_factory=Counter)
    redeemed: Counter[str] = field(default_factory=Counter)  # card
    adjusted: Counter[str] = field(default_factory=Counter)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    checks: int = 0
    found: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0


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
        await house.admin.execute("UPDATE sales.settings SET credit_held_until_booked = false, demo = true")

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
        await self.explain()
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

    # --- explaining ---

    def expect(self, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.history.found.append(f"{what}: {seen}, but the answers say {wanted}")

    async def explain(self) -> None:
        house, history = self.house, self.history
        people = [uuid.UUID(customer.person.id) for customer in self.customers]
        rows = await house.admin.fetch(
            "SELECT id::text, account_id::text AS who, status, total, amount_paid, amount_refunded, promo_code "
            "FROM sales.orders WHERE account_id = ANY ($1)", people,
        )  # fmt: skip
        orders = {row["id"]: row for row in rows}
        self.expect("orders that are there", set(orders) ^ set(history.orders), set())
        await self.explain_stock(orders)
        await self.explain_promotions(list(orders.values()))
        await self.explain_payments(orders, people)
        await self.explain_purses()
        self.expect("gift cards redeemed twice", [n for n in history.redeemed.values() if n > 1], [])
        said = await house.admin.fetch(
            "SELECT order_id::text AS id, count(*) FILTER (WHERE type = 'order.created') AS made, "
            "count(*) FILTER (WHERE type = 'order.paid') AS paid FROM messaging.events "
            "WHERE account_id = ANY ($1) AND order_id IS NOT NULL GROUP BY order_id", people,
        )  # fmt: skip
        self.expect("orders announced", {row["id"] for row in said if row["made"] == 1}, set(history.orders))
        never = {
            row["id"] for row in said if row["paid"] > 1 or (not row["paid"] and orders[row["id"]]["status"] == "paid")
        }
        self.expect("orders paid and announced otherwise than once", never, set())

    async def explain_stock(self, orders: dict[str, Any]) -> None:
        """What is there is what was there, what the merchant was told to have added, less what pays and waits."""
        held: Counter[str] = Counter()
        sold: Counter[str] = Counter()
        lines = await self.house.admin.fetch(
            "SELECT order_id::text AS id, product_id::text AS product, quantity FROM sales.order_items "
            "WHERE order_id = ANY ($1)", [uuid.UUID(order) for order in orders],
        )  # fmt: skip
        for line in lines:
            pieces = self.bundles.get(line["product"], {line["product"]: 1})
            status = orders[line["id"]]["status"]
            into = held if status == "pending" else sold if status == "paid" else Counter[str]()
            for product, number in pieces.items():
                into[product] += number * line["quantity"]
        for product in self.products:
            wanted = (STOCK + self.history.adjusted[product] - sold[product], held[product])
            self.expect("stock and reserved", await self.house.stock(product), wanted)

    async def explain_promotions(self, orders: list[Any]) -> None:
        for promotion in self.promotions:
            using = Counter(
                o["who"] for o in orders if o["promo_code"] == promotion["code"] and o["status"] != "cancelled"
            )
            if promotion["total_uses"]:
                uses = await self.house.admin.fetchval(
                    "SELECT uses FROM sales.promotions WHERE id = $1", uuid.UUID(promotion["id"])
                )
                self.expect("uses of a promotion", uses, sum(using.values()))
                self.expect("above the limit", max(0, sum(using.values()) - promotion["total_uses"]), 0)
            else:
                self.expect("above the account's limit", [n for n in using.values() if n > 2], [])

    async def explain_payments(self, orders: dict[str, Any], people: list[uuid.UUID]) -> None:
        rows = await self.house.admin.fetch(
            """
            SELECT p.id::text, p.order_id::text AS order, p.provider, p.status, p.amount_captured, p.amount_applied,
                   p.amount_refunded, coalesce(r.amount, 0) AS given, coalesce(r.from_order, 0) AS given_of_order
            FROM payments.payments AS p
            LEFT JOIN (SELECT payment_id, sum(amount)::bigint AS amount, sum(from_order)::bigint AS from_order
                       FROM payments.refunds WHERE status = 'completed' GROUP BY payment_id) AS r ON r.payment_id = p.id
            WHERE p.account_id = ANY ($1)
            """,
            people,
        )
        taken: Counter[str] = Counter()
        back: Counter[str] = Counter()
        for row in rows:
            if row["provider"] == "mock":
                wanted = self.history.told.get(row["id"], 0)
                self.expect("what the gateway took", row["amount_captured"], wanted)
                self.expect("completed", row["status"] == "completed", wanted > 0)
            surplus = row["amount_captured"] - row["amount_applied"]
            self.expect("what no order took and was not given back", min(0, row["given"] - surplus), 0)
            self.expect("given back", row["given"], row["amount_refunded"])
            taken[row["order"]] += row["amount_applied"]
            back[row["order"]] += row["given_of_order"]
        for name, order in orders.items():
            self.expect(
                "money on an order", (order["amount_paid"], order["amount_refunded"]), (taken[name], back[name])
            )
            if order["status"] == "paid":
                self.expect("a paid order", order["amount_paid"], order["total"])
            elif order["status"] == "cancelled":
                self.expect("a cancelled order's money", order["amount_refunded"], order["amount_paid"])
        known = {row["id"] for row in rows if row["provider"] == "mock"}
        self.expect("attempts that are there", known ^ (set(self.history.begun) | set(self.history.deposits)), set())
        asked: Counter[str] = Counter()
        for payment, amount in self.history.refunds.values():
            asked[payment] += amount
        given = {row["id"]: row["amount_refunded"] for row in rows}
        self.expect("refunds that were promised", [p for p, amount in asked.items() if given[p] < amount], [])

    async def explain_purses(self) -> None:
        history = self.history
        gains: dict[tuple[str, str], int] = {}
        for customer in self.customers:
            gains[customer.person.id, "wallet"] = START
            gains[customer.person.id, "credit"] = START + history.granted[customer.person.id]
        for payment, (who, amount) in history.deposits.items():
            if history.told.get(payment) == amount:
                gains[who, "wallet"] += amount
        for who, kind, amount in history.inside:
            gains[who, kind] -= amount
        for who, amount in history.withdrawals.values():
            gains[who, "wallet"] -= amount
        back = await self.house.admin.fetch(
            "SELECT p.account_id::text AS who, p.provider AS kind, sum(r.amount)::bigint AS amount "
            "FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id "
            "WHERE p.provider IN ('wallet', 'credit') AND r.status = 'completed' AND p.account_id = ANY ($1) "
            "GROUP BY 1, 2",
            [uuid.UUID(customer.person.id) for customer in self.customers],
        )
        for row in back:
            gains[row["who"], row["kind"]] += row["amount"]
        for customer in self.customers:
            for kind in ("wallet", "credit"):
                wanted = gains[customer.person.id, kind]
                self.expect(
                    f"{kind}: balance, held, transfers",
                    await self.house.purse(customer.person, kind),
                    (wanted, 0, wanted),
                )
        below = await self.house.admin.fetchval(
            "SELECT count(*) FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.debit_account "
            "WHERE a.kind IN ('wallet', 'credit') AND t.debit_balance < 0"
        )
        self.expect("times below zero", below, 0)


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
