"""Faults while load runs: afterwards every acknowledged effect is there once, and the service recovered by itself.

    python -m tests.prove.faults --minutes 5 --seed 1          # a table; exit 1 if anything was lost, doubled or wrong
    python -m tests.prove.faults --minutes 2 --seed 1 --json

The true `storeproc up` runs on a cluster of its own, with a Stripe that fails, is slow, answers twice or not at all.
Clients shop (shoppers.py) while one fault after the other is injected (stand.py). Then everything calms down, the
queue drains, and what the clients were told is compared with what the database and the gateway hold.

A part of the time goes to a store on a small tmpfs, whose disk is filled again and again. That needs root.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import psutil
from rich.console import Console
from rich.table import Table

from tests.gateways.stripe_server import Kind, StripeServer, Thing
from tests.support.gateway_totals import OURS as MOVED

from .shoppers import Book, Client, Shop, Shopper, Stripe, Told
from .stand import Stand, Wire, standing

CLIENTS = 16
PAUSE = 0.5  # seconds between two things that a client does: one worker keeps up with what 16 of them leave to it
RECOVERS = 30.0  # seconds that the service may take after a fault
DRAINS = 420.0  # seconds for the queue at the end: a lease of two minutes, and pauses between attempts
SMALL_DISK = 640  # megabytes
STREAK = 4  # writes in a row, each on a connection of its own, that count as recovered

# A cluster on a small disk must not fill it by itself.
SMALL = {"max_wal_size": "64MB", "min_wal_size": "32MB", "archive_mode": "off", "summarize_wal": "off"}

TROUBLES: tuple[Kind, ...] = (
    "lost_request", "lost_answer", "error", "rate_limit", "lock_timeout", "key_in_use", "garbage"
)  # fmt: skip


@dataclass
class Report:
    seed: int
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, float] = field(default_factory=dict)
    """The longest time in seconds until the shop took orders again, by fault."""
    queue: dict[str, float] = field(default_factory=dict)
    """And until the worker did a job again."""
    requests: int = 0
    retried: int = 0
    acknowledged: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    replayed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    drained: float = 0.0
    slowest: float = 0.0
    callbacks: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        late = [name for name, seconds in self.recovery.items() if seconds > RECOVERS]
        return not (self.lost or self.doubled or self.wrong or self.broken or self.leaks or late)

    def add(self, other: Report) -> None:
        self.seconds += other.seconds
        self.faults += other.faults
        for mine, theirs in ((self.recovery, other.recovery), (self.queue, other.queue)):
            for name, seconds in theirs.items():
                mine[name] = max(seconds, mine.get(name, 0.0))
        for name in ("requests", "retried", "acknowledged", "replayed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("lost", "doubled", "wrong", "broken", "leaks", "notes"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("by_kind", "callbacks", "answers"):
            setattr(self, name, dict(Counter(getattr(self, name)) + Counter(getattr(other, name))))
        self.drained = max(self.drained, other.drained)
        self.slowest = max(self.slowest, other.slowest)


# --- the load -------------------------------------------------------------------------------------


async def open_shop(stand: Stand, customers: int) -> tuple[Shop, list[tuple[str, str]]]:
    """Products, codes and customers that are the load's own, in the demo shop."""
    async with stand.admin() as admin:
        token = await admin.fetchval("SELECT identity.issue_local_token('merchant', 'merchant@example.com')")
        support = await admin.fetchval("SELECT identity.issue_local_token('support', 'support@example.com')")
        people = []
        for number in range(customers):
            email = f"load{number}@load.example"
            account = await admin.fetchval(
                "INSERT INTO identity.accounts (email, email_verified) VALUES ($1, true) RETURNING id::text", email
            )
            people.append((account, await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)))
    client = Client("keeper", stand.direct, Book())
    products = []
    for number in range(24):
        body = {
            "name": f"Load {number}", "description": "", "sku": f"LOAD-{number}", "price": 300 + 137 * number,
            "currency": "USD", "stock": 10_000_000 if number >= 3 else 40,
        }  # fmt: skip
        made = await client.do("product", "/products", body, token=token)
        assert made is not None, client.book.told[-1]
        products.append(made["id"])
    codes = []
    for code, limits in {"LOADALL": {}, "LOADFEW": {"total_uses": 60}, "LOADONCE": {"uses_per_account": 3}}.items():
        body = {"code": code, "name": code, "kind": "percentage", "basis_points": 1000, **limits}
        made = await client.do("promotion", "/promotions", body, token=support)
        assert made is not None, client.book.told[-1]
        codes.append(code)
    await client.close()
    return Shop(stand.url, tuple(products[3:]), tuple(products[:3]), tuple(codes), support), people


# --- the faults -----------------------------------------------------------------------------------


class Saboteur:
    """Each fault is a method: it returns when the fault is over, and what comes after is recovery."""

    def __init__(
        self, stand: Stand, database: Wire, web: Wire, stripe: StripeServer, callbacks: Stripe, chance: random.Random
    ) -> None:
        self.stand = stand
        self.database = database
        self.web = web
        self.stripe = stripe
        self.callbacks = callbacks
        self.chance = chance

    def _kill(self, found: Sequence[psutil.Process], number: signal.Signals = signal.SIGKILL) -> None:
        for process in found:
            with suppress(psutil.Error):
                process.send_signal(number)

    def _one(self, found: Sequence[psutil.Process]) -> list[psutil.Process]:
        return [self.chance.choice(found)] if found else []

    async def _stop(self, found: Sequence[psutil.Process], low: float = 1.0, high: float = 5.0) -> None:
        self._kill(found, signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(low, high))
        self._kill(found, signal.SIGCONT)

    # --- processes

    async def kill_a_web_process(self) -> None:
        self._kill(self._one(self.stand.web()))

    async def kill_all_web_processes(self) -> None:
        self._kill(self.stand.web())

    async def kill_the_worker(self) -> None:
        self._kill(self.stand.worker())

    async def kill_a_backend(self) -> None:
        self._kill(self._one(self.stand.sessions()))

    async def kill_the_checkpointer(self) -> None:
        self._kill(self.stand.backends("checkpointer"))

    async def kill_the_postmaster(self) -> None:
        self._kill(self.stand.postmaster())

    async def kill_the_supervisor(self) -> None:
        """Everything goes down with it; the harness starts it again, as systemd would."""
        if self.stand.process is not None:
            self.stand.process.kill()
            await asyncio.to_thread(self.stand.process.wait)

    async def shut_the_server_down_hard(self) -> None:
        self._kill(self.stand.postmaster(), signal.SIGQUIT)

    async def stop_a_web_process(self) -> None:
        await self._stop(self._one(self.stand.web()))

    async def stop_the_worker(self) -> None:
        await self._stop(self.stand.worker())

    async def stop_a_backend(self) -> None:
        await self._stop(self._one(self.stand.sessions()))

    async def stop_many_backends(self) -> None:
        found = self.stand.sessions()
        await self._stop(self.chance.sample(found, len(found) // 2), 2, 7)

    async def stop_the_checkpointer(self) -> None:
        await self._stop(self.stand.backends("checkpointer"))

    async def stop_the_walwriter(self) -> None:
        await self._stop(self.stand.backends("walwriter"))

    async def stop_the_postmaster(self) -> None:
        await self._stop(self.stand.postmaster())

    async def stop_the_supervisor(self) -> None:
        if self.stand.process is not None:
            supervisor = psutil.Process(self.stand.process.pid)
            self._kill([supervisor], signal.SIGSTOP)
            self._kill(self._one(self.stand.web()))
            await asyncio.sleep(self.chance.uniform(0.5, 2))
            self._kill([supervisor], signal.SIGCONT)

    async def terminate_backends(self) -> None:
        """An administrator's storm."""
        for _ in range(self.chance.randint(3, 8)):
            with suppress(asyncpg.PostgresError, OSError):
                async with self.stand.admin() as admin:
                    await admin.fetch(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE usename LIKE 'web\\_%' AND random() < 0.6"
                    )
            await asyncio.sleep(self.chance.uniform(0.05, 0.4))

    async def lock_tables(self) -> None:
        """Somebody alters a table at noon: longer than lock_timeout."""
        with suppress(asyncpg.PostgresError, OSError):
            async with self.stand.admin() as admin, admin.transaction():
                await admin.execute("LOCK TABLE sales.orders, payments.payments IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(self.chance.uniform(2, 7))

    # --- connections

    async def cut_the_database(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            self.database.cut()
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))

    async def lose_answers_of_the_database(self) -> None:
        self.database.answers_to_lose = self.chance.randint(3, 12)
        await asyncio.sleep(self.chance.uniform(0.5, 1.5))
        self.database.calm()

    async def half_close_the_database(self) -> None:
        self.database.half_close(asker=self.chance.random() < 0.5)

    async def lose_connections_to_the_database(self) -> None:
        """No end, no answer, for ever: what a firewall that was restarted does."""
        self.database.lose_connections()

    async def hold_the_database(self) -> None:
        self.database.flowing.clear()
        await asyncio.sleep(self.chance.uniform(1, 6))
        self.database.calm()

    async def slow_the_database(self) -> None:
        self.database.delay = self.chance.uniform(0.05, 0.4)
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.database.calm()

    async def cut_the_clients(self) -> None:
        for _ in range(self.chance.randint(1, 4)):
            self.web.cut()
            await asyncio.sleep(self.chance.uniform(0.02, 0.3))

    async def lose_answers_of_the_web(self) -> None:
        self.web.answers_to_lose = self.chance.randint(5, 20)
        await asyncio.sleep(self.chance.uniform(0.5, 1.5))
        self.web.calm()

    async def half_close_the_clients(self) -> None:
        self.web.half_close(asker=self.chance.random() < 0.5)

    async def hold_the_clients(self) -> None:
        self.web.flowing.clear()
        await asyncio.sleep(self.chance.uniform(1, 4))
        self.web.calm()

    # --- the gateway

    async def gateway_fails(self) -> None:
        for _ in range(self.chance.randint(5, 20)):
            self.stripe.trouble(self.chance.choice(TROUBLES))
        await asyncio.sleep(self.chance.uniform(1, 3))
        self.stripe.calm()

    async def gateway_is_slow(self) -> None:
        self.stripe.trouble("delay", times=99, seconds=self.chance.uniform(1, 9))
        await asyncio.sleep(self.chance.uniform(2, 5))
        self.stripe.calm()

    async def gateway_loses_answers(self) -> None:
        self.stripe.trouble("lost_answer", times=30, on=self.chance.choice(("POST", "refunds", "sessions")))
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.stripe.calm()

    async def gateway_forgets_callbacks(self) -> None:
        self.callbacks.forgetful = 0.7
        await asyncio.sleep(self.chance.uniform(2, 4))
        self.callbacks.forgetful = 0.0

    async def gateway_repeats_everything(self) -> None:
        """All that was ever said, again and out of order."""
        events = list(self.stripe.events)
        self.callbacks.tell(self.chance.sample(events, min(len(events), 150)))

    # --- the disk

    async def fill_the_disk(self) -> None:
        with self._full():
            await asyncio.sleep(self.chance.uniform(2, 6))

    async def fill_the_disk_and_the_log(self) -> None:
        """The write-ahead log needs a new file and gets none: the server panics, and its recovery needs room, too."""
        with self._full():
            for _ in range(8):
                with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                    async with self.stand.admin() as admin:
                        await admin.execute("SELECT pg_logical_emit_message(false, 'prove', 'x'), pg_switch_wal()")
                await asyncio.sleep(0.1)
            await asyncio.sleep(self.chance.uniform(1, 4))

    async def kill_the_postmaster_on_a_full_disk(self) -> None:
        with self._full():
            await asyncio.sleep(0.5)
            self._kill(self.stand.postmaster())
            await asyncio.sleep(self.chance.uniform(2, 5))

    @contextmanager
    def _full(self) -> Iterator[None]:
        filler = self.stand.data / "filler"
        file = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for size in (16 << 20, 1 << 20, 4096):  # to the last page
                with suppress(OSError):
                    while os.write(file, b"\0" * size) == size:
                        pass
            yield
        finally:
            os.close(file)
            filler.unlink()

    def all(self, *, disk: bool) -> dict[str, Callable[[], Awaitable[None]]]:
        names = [
            "kill_a_web_process", "kill_the_worker", "kill_a_backend", "kill_the_postmaster", "stop_a_backend",
            "cut_the_database", "lose_answers_of_the_database", "gateway_fails", "lose_connections_to_the_database",
            "terminate_backends", "stop_a_web_process", "lose_answers_of_the_web", "gateway_loses_answers",
            "gateway_forgets_callbacks", "stop_the_worker", "hold_the_database", "kill_all_web_processes",
            "gateway_is_slow", "half_close_the_database", "cut_the_clients", "kill_the_checkpointer", "lock_tables",
            "stop_the_checkpointer", "gateway_repeats_everything", "stop_many_backends", "slow_the_database",
            "hold_the_clients", "half_close_the_clients", "stop_the_postmaster", "stop_the_walwriter",
            "shut_the_server_down_hard", "stop_the_supervisor", "kill_the_supervisor",
        ]  # fmt: skip
        if disk:
            names = ["fill_the_disk", "fill_the_disk_and_the_log", "kill_the_postmaster_on_a_full_disk"]
        return {name: getattr(self, name) for name in names}


# --- recovery -------------------------------------------------------------------------------------


class Probe:
    """Asks, from the moment a fault is over, until orders are taken and jobs done again."""

    def __init__(self, stand: Stand, shop: Shop, token: str, book: Book) -> None:
        self.stand = stand
        self.shop = shop
        self.token = token
        self.book = book
        self.client = Client("probe", stand.direct, book, patience=2.0)

    async def orders(self) -> float:
        begin = first = time.monotonic()
        good = 0
        body = {"items": [{"product_id": self.shop.products[0], "quantity": 1}]}
        while good < STREAK:
            self.client.count += 1
            key, tries = f"probe-{self.client.count}", 0
            while True:
                tries += 1
                headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key, "connection": "close"}
                try:
                    answer = await self.client.http.post(f"{self.stand.direct}/v1/orders", headers=headers, json=body)
                except Exception as error:
                    self.book.tries[f"probe {type(error).__name__}"] += 1
                else:
                    self.book.tries[f"probe {answer.status_code}"] += 1
                    if answer.status_code == 201:
                        break
                good = 0
                await asyncio.sleep(0.05)
                if time.monotonic() - begin > 120:
                    raise TimeoutError("the shop takes no orders any more")
            self.book.told.append(
                Told("probe", "order", "/orders", body, key, self.token, answer.status_code, answer.json(), tries)
            )
            if good == 0:
                first = time.monotonic()
            good += 1
        return first - begin

    async def job(self) -> float:
        """A job that does nothing. It is the oldest, so that it measures the worker and not what there is to do."""
        begin = time.monotonic()
        job: Any = None
        while True:
            with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                async with self.stand.admin() as admin:
                    if job is None:
                        job = await admin.fetchval(
                            "INSERT INTO messaging.outbox (kind, payload, run_at) SELECT 'reconcile_payment', "
                            "jsonb_build_object('payment_id', p.id), now() - interval '1 day' "
                            "FROM payments.payments AS p "
                            "WHERE p.status = 'completed' LIMIT 1 RETURNING id"
                        )
                    while await admin.fetchval("SELECT done_at IS NULL FROM messaging.outbox WHERE id = $1", job):
                        if time.monotonic() - begin > 150:
                            raise TimeoutError("the worker does no jobs any more")
                        await asyncio.sleep(0.05)
                    return time.monotonic() - begin
            if time.monotonic() - begin > 150:
                raise TimeoutError("the database does not answer any more")
            await asyncio.sleep(0.1)


async def _keep_up(stand: Stand, report: Report) -> None:
    while True:
        if stand.keep_up():
            report.notes.append("`storeproc up` had ended and was started again")
        await asyncio.sleep(0.5)


# --- a run ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    seconds: float
    seed: int = 1
    disk: bool = False
    """Its data lies on a small disk, which is filled."""
    hasten: bool = False
    """At the end, leases and checks that would come in two minutes are made due now."""
    faults: tuple[str, ...] = ()
    """These, each at least once; else all, as far as the time goes."""
    clients: int = CLIENTS
    pause: float = PAUSE


async def run(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Report:
    report = Report(plan.seed)
    settings, megabytes = (SMALL, SMALL_DISK) if plan.disk else (None, None)
    with StripeServer() as server:
        async with standing(server.environment, settings=settings, disk_megabytes=megabytes) as (stand, database, web):
            try:
                await _run(plan, stand, database, web, server, report, say)
            finally:
                if where := os.environ.get("KEEP_LOG"):
                    shutil.copy(stand.log_file, where)
            await asyncio.to_thread(stand.stop)
            for process in stand.belonging():
                report.leaks.append(f"process {process.pid} outlives the store: {' '.join(process.cmdline())[:80]}")
    return report


async def _run(
    plan: Plan, stand: Stand, database: Wire, web: Wire, server: StripeServer, report: Report,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    chance, book = random.Random(plan.seed), Book()
    shop, people = await open_shop(stand, plan.clients + 1)
    stripe = Stripe(server, stand.url, book, random.Random(chance.random()))
    shoppers = [
        Shopper(number, account, token, shop, stripe, book, random.Random(chance.random()))
        for number, (account, token) in enumerate(people[: plan.clients])
    ]
    probe = Probe(stand, shop, people[-1][1], book)
    saboteur = Saboteur(stand, database, web, server, stripe, chance)
    available = saboteur.all(disk=plan.disk)
    names = list(plan.faults or available)

    end = asyncio.Event()
    keeping = asyncio.create_task(_keep_up(stand, report))
    load = [asyncio.create_task(shopper.shop_until(end, plan.pause)) for shopper in shoppers]
    begin = time.monotonic()
    try:
        await asyncio.sleep(min(2.0, plan.seconds / 4))
        rounds = 0
        while time.monotonic() - begin < plan.seconds or rounds < len(plan.faults):
            name = names[rounds % len(names)] if rounds < len(names) else chance.choice(names)
            rounds += 1
            say(f"{time.monotonic() - begin:6.1f} s  {name.replace('_', ' ')}")
            await available[name]()
            report.faults[name] += 1
            orders, job = await asyncio.gather(probe.orders(), probe.job())
            report.recovery[name] = max(orders, report.recovery.get(name, 0.0))
            report.queue[name] = max(job, report.queue.get(name, 0.0))
            say(f"{'':10}orders after {orders:.2f} s, jobs after {job:.2f} s, {len(book.done())} writes acknowledged")
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            if dead := [task for task in load if task.done()]:
                await asyncio.gather(*dead)
        report.seconds = time.monotonic() - begin
        server.calm()
        end.set()
        await asyncio.gather(*load)
        await stripe.end()
        await drain(stand, server, report, plan.hasten)
        await compare(stand, people, book, server, report)
        await replay(stand, book, report)
        await probe.client.close()
    finally:
        keeping.cancel()
        for task in load:
            task.cancel()
        for shopper in shoppers:
            await shopper.client.close()
    report.requests = sum(book.tries.values())
    report.retried = sum(told.tries > 1 for told in book.told)
    report.acknowledged = len(book.done())
    report.by_kind = dict(Counter(told.what for told in book.done()))
    report.wrong += book.wrong
    report.slowest = book.slowest
    report.callbacks = dict(stripe.sent)
    report.answers = dict(book.tries)


async def drain(stand: Stand, server: StripeServer, report: Report, hasten: bool) -> None:
    """Until nothing is owed to anybody: jobs that are due, payments that were made, refunds that were asked for."""
    begin = hastened = time.monotonic()
    owed = """
        SELECT (SELECT count(*) FROM messaging.outbox WHERE done_at IS NULL AND (attempts > 0 OR run_at <= now()))
             + (SELECT count(*) FROM payments.refunds WHERE status = 'pending')
             + (SELECT count(*) FROM payments.payments
                WHERE status IN ('initiated', 'open') AND provider = 'stripe' AND provider_reference = ANY ($1)) AS owed
    """
    while True:
        paid = [name for name, session in server.sessions.items() if session["payment_status"] == "paid"]
        async with stand.admin() as admin:
            left = await admin.fetchval(owed, paid)
            if left == 0:
                break
            if hasten and time.monotonic() > hastened:
                hastened = time.monotonic() + 2
                await admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL AND attempts > 0")
                await admin.execute(
                    "UPDATE payments.payments SET check_at = now() "
                    "WHERE status IN ('initiated', 'open') AND provider_reference = ANY ($1) AND check_at > now()",
                    paid,
                )
        if time.monotonic() - begin > DRAINS:
            report.broken.append(f"the queue does not drain: {left} are owed")
            break
        await asyncio.sleep(0.5)
    report.drained = time.monotonic() - begin


# --- what was told and what is there --------------------------------------------------------------


async def compare(
    stand: Stand, people: Sequence[tuple[str, str]], book: Book, server: StripeServer, report: Report
) -> None:
    accounts = [account for account, _ in people]
    async with stand.admin() as admin:
        orders = await admin.fetch("SELECT id::text FROM sales.orders WHERE account_id = ANY ($1::uuid[])", accounts)
        payments = await admin.fetch(
            "SELECT id::text, purpose, provider, status, amount, currency, provider_reference, amount_captured "
            "FROM payments.payments WHERE account_id = ANY ($1::uuid[])", accounts,
        )  # fmt: skip
        refunds = await admin.fetch(
            "SELECT r.id::text, r.amount, r.reason, r.status, r.provider_reference, p.provider, p.charge_reference "
            "FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id "
            "WHERE p.account_id = ANY ($1::uuid[])", accounts,
        )  # fmt: skip
        signed_up = await admin.fetch(
            "SELECT id::text, email FROM identity.accounts WHERE email LIKE 'shopper%@load.example'"
        )
        cancelled = await admin.fetch(
            "SELECT id::text FROM sales.orders WHERE status = 'cancelled' AND account_id = ANY ($1::uuid[])", accounts
        )
        invariants = await admin.fetch(
            "SELECT * FROM audit.check_invariants() WHERE NOT ok "
            "UNION ALL SELECT * FROM audit.check_seals() WHERE NOT ok"
        )
        uses = await admin.fetchval("SELECT uses FROM sales.promotions WHERE code = 'LOADFEW'")
        moved = await admin.fetch(MOVED, "stripe")
        await _look_for_leaks(stand, admin, report)

    def match(what: str, told: dict[str, Any], there: dict[str, Any]) -> None:
        for name, said in told.items():
            if name not in there:
                report.lost.append(f"{what} {name}")
            elif said is not None and there[name] != said:
                report.wrong.append(f"{what} {name}: {said} was told, {there[name]} is there")
        report.doubled += [f"{what} {name} is nobody's" for name in there.keys() - told.keys()]

    # An order's total may have been changed since, by change_order, which looked at it then.
    match("order", {t.answer["id"]: None for t in book.done("order")}, {r["id"]: None for r in orders})
    begun = [t.answer["payment"] for t in book.done("payment") + book.done("deposit")]
    match("payment", {p["id"]: p["amount"] for p in begun}, {r["id"]: r["amount"] for r in payments})
    asked = {t.answer["id"]: t.answer["amount"] for t in book.done("refund")}
    match("refund", asked, {r["id"]: r["amount"] for r in refunds if r["reason"].startswith("load ")})
    new = {t.answer["id"]: t.answer["email"] for t in book.done("account")}
    match("account", new, {r["id"]: r["email"] for r in signed_up})
    gone = {r["id"] for r in cancelled}
    report.lost += [f"cancellation of {t.path}" for t in book.done("cancel") if t.path.split("/")[2] not in gone]
    report.broken += [f"{r['name']}: {r['detail']}" for r in invariants]
    if uses is None:
        report.lost.append("the promotion LOADFEW")
    elif uses > 60:
        report.broken.append(f"a code for 60 uses was used {uses} times")

    _compare_gateway(payments, refunds, server, report)
    _compare_totals(moved, server, report)


def _compare_totals(moved: Sequence[Any], server: StripeServer, report: Report) -> None:
    """The gateway's own totals are those of our clearing account, per currency. Fees are known after a reconciliation
    only, which comes later than this run."""
    ours = {(row["currency"], row["kind"]): row["total"] for row in moved if row["kind"] != "fees" and row["total"]}
    theirs = {
        (currency, kind): total
        for currency, totals in server.totals().items()
        for kind, total in totals.items()
        if kind != "fees" and total
    }
    report.broken += [
        f"{kind} in {currency}: {theirs.get((currency, kind), 0)} at the gateway, {ours.get((currency, kind), 0)} here"
        for currency, kind in sorted(ours.keys() | theirs.keys())
        if ours.get((currency, kind)) != theirs.get((currency, kind))
    ]


def _compare_gateway(payments: Sequence[Any], refunds: Sequence[Any], server: StripeServer, report: Report) -> None:
    """Charges and refunds at the gateway are our payments and refunds, one for one."""
    sessions = Counter(session["metadata"]["payment_id"] for session in server.sessions.values())
    report.doubled += [f"payment {name} has {count} checkouts" for name, count in sessions.items() if count > 1]
    ours = {r["provider_reference"]: r for r in payments if r["provider"] == "stripe" and r["provider_reference"]}
    for name, session in server.sessions.items():
        paid = session["payment_status"] == "paid"
        mine = ours.get(name)
        if paid and mine is None:
            report.lost.append(f"session {name} was paid, and no payment knows it")
        elif mine is not None and paid != (mine["status"] == "completed"):
            report.lost.append(f"session {name} is {session['payment_status']}, its payment {mine['status']}")
        elif mine is not None and paid and mine["amount_captured"] != session["amount_total"]:
            report.wrong.append(f"session {name}: {session['amount_total']} taken, {mine['amount_captured']} booked")
    charges = Counter(charge["payment_intent"] for charge in server.charges.values() if charge["captured"])
    report.doubled += [f"{name} was charged {count} times" for name, count in charges.items() if count > 1]
    theirs = Counter(refund["metadata"].get("refund_id", "nobody's") for refund in server.refunds.values())
    for row in refunds:
        if row["provider"] != "stripe" or row["status"] != "completed":
            continue
        given: list[Thing] = [x for x in server.refunds.values() if x["metadata"].get("refund_id") == row["id"]]
        if not given:
            report.lost.append(f"refund {row['id']} is completed here and unknown at the gateway")
        elif given[0]["amount"] != row["amount"]:
            report.wrong.append(f"refund {row['id']}: {row['amount']} here, {given[0]['amount']} at the gateway")
    report.doubled += [f"refund {name} was made {count} times" for name, count in theirs.items() if count > 1]
    known = {r["id"] for r in refunds}
    report.doubled += [f"refund {name} at the gateway is not ours" for name in theirs if name not in known]
    failed = [r["id"] for r in refunds if r["status"] == "failed"]
    report.wrong += [f"refund {name} failed" for name in failed]


async def _look_for_leaks(stand: Stand, admin: asyncpg.Connection[Any], report: Report) -> None:
    """Nothing is stuck: no transaction that nobody ends, no lock that somebody waits for, no process too many."""
    begin = time.monotonic()
    while True:
        stuck = await admin.fetch(
            "SELECT pid, usename, state, left(query, 60) AS query FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' AND state <> 'idle' AND xact_start < now() - interval '5 seconds'"
        )
        waiting = await admin.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        if not stuck and not waiting:
            break
        if time.monotonic() - begin > 15:
            report.leaks += [f"backend {r['pid']} of {r['usename']} is {r['state']}: {r['query']}" for r in stuck]
            report.leaks += [f"{waiting} locks are waited for"] * bool(waiting)
            break
        await asyncio.sleep(0.5)
    prepared = await admin.fetchval("SELECT count(*) FROM pg_prepared_xacts")
    report.leaks += [f"{prepared} prepared transactions"] * bool(prepared)
    sessions = await admin.fetch(
        "SELECT application_name AS name, count(*) AS count FROM pg_stat_activity "
        "WHERE usename LIKE 'web\\_%' GROUP BY application_name"
    )
    # Two web processes with 17 connections in their pools at most; the worker has its two pools and its own ones.
    limits = {"storeproc web": 2 * 17, "storeproc worker": 10, "storeproc cache": 2, "storeproc reports": 1}
    for row in sessions:
        if row["count"] > limits.get(row["name"], 4):
            report.leaks.append(f"{row['count']} connections of {row['name']}")
    processes = (("web", stand.web(), 2), ("worker", stand.worker(), 1), ("server", stand.postmaster(), 1))
    for name, found, expected in processes:
        if len(found) != expected:
            report.leaks.append(f"{len(found)} processes of {name}, not {expected}")


async def replay(stand: Stand, book: Book, report: Report) -> None:
    """Every key, sent once more, has the answer that it had."""
    client = Client("replay", stand.direct, book)
    limit = asyncio.Semaphore(8)

    async def again(told: Told) -> None:
        async with limit:
            answer, _ = await client.definite("POST", told.path, token=told.token, key=told.key, json=told.body)
        found = answer.json() if answer.content else None
        if answer.status_code != told.status or answer.headers.get("idempotent-replayed") != "true":
            report.wrong.append(f"{told.key} {told.path}: {told.status}, again {answer.status_code} {answer.headers}")
        elif _name(found) != _name(told.answer):
            report.doubled.append(f"{told.key}: {_name(told.answer)}, again {_name(found)}")
        report.replayed += 1

    await asyncio.gather(*(again(told) for told in book.done()))
    await client.close()


def _name(answer: Any) -> Any:
    if isinstance(answer, dict) and "payment" in answer:
        return answer["payment"]["id"]
    return answer.get("id", answer) if isinstance(answer, dict) else answer


# --- the command ----------------------------------------------------------------------------------


def can_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    done = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"], check=False, capture_output=True
    )
    return done.returncode == 0


async def prove(minutes: float, seed: int, say: Callable[[str], None]) -> Report:
    report = Report(seed)
    disk = can_mount()
    share = 0.2 if disk else 0.0
    report.add(await run(Plan(minutes * 60 * (1 - share), seed), say))
    if disk:
        say("on a small disk")
        report.add(await run(Plan(minutes * 60 * share, seed, disk=True), say))
    else:
        report.notes.append("no disk was filled: that needs root and mount(8)")
    return report


def show(report: Report, console: Console) -> None:
    table = Table("fault", "times", "orders again (s, worst)", "jobs again (s, worst)", box=None, pad_edge=False)
    for name, times in sorted(report.faults.items()):
        table.add_row(name.replace("_", " "), str(times), f"{report.recovery[name]:.2f}", f"{report.queue[name]:.2f}")
    console.print(table)
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(report.by_kind.items()))
    worst = max(report.recovery.values(), default=0.0)
    figures = {
        "faults injected": sum(report.faults.values()),
        "load": f"{report.seconds:.0f} s, {report.requests:,} requests, {report.retried:,} writes sent more than once",
        "acknowledged writes": f"{report.acknowledged:,} ({kinds})",
        "keys replayed": f"{report.replayed:,}",
        "lost": len(report.lost),
        "doubled": len(report.doubled),
        "answered wrongly": len(report.wrong),
        "invariants broken": len(report.broken),
        "left behind": len(report.leaks),
        "worst recovery": f"{worst:.1f} s (limit {RECOVERS:.0f})",
        "queue drained after": f"{report.drained:.1f} s",
        "slowest answer": f"{report.slowest:.1f} s",
        "callbacks": ", ".join(f"{count} {name}" for name, count in report.callbacks.items()),
    }
    summary = Table(box=None, show_header=False, pad_edge=False)
    for name, figure in figures.items():
        summary.add_row(name, str(figure))
    console.print(summary)
    for name in ("lost", "doubled", "wrong", "broken", "leaks", "notes"):
        for line in getattr(report, name)[:10]:
            console.print(f"{name}: {line}", markup=False)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove.faults", description="Faults while load runs.")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    report = asyncio.run(prove(options.minutes, options.seed, lambda text: talk.print(text, markup=False)))
    if options.json:
        console.print_json(json.dumps({"ok": report.ok, **asdict(report)}))
    else:
        show(report, console)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
