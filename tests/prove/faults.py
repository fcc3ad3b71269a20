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
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from tests.gateways.stripe_server import StripeServer

from .backup_faults import BackupFaults
from .clients import Book, Client
from .comparison import compare, reconcile, replay
from .disk import can_mount
from .gateway import Stripe
from .probe import Probe
from .report import RECOVERS, Report
from .saboteur import Saboteur
from .shoppers import Shop, Shopper
from .stand import Stand, Wire, standing

CLIENTS = 16
PAUSE = 0.5  # seconds between two things that a client does: one worker keeps up with what 16 of them leave to it
DRAINS = 420.0  # seconds for the queue at the end: a lease of two minutes, and pauses between attempts
SMALL_DISK = 640  # megabytes
BACKUPS = 14.0  # seconds more, for the faults of the backups: they come first, and take longer than others

# A cluster on a small disk must not fill it by itself.
SMALL = {"max_wal_size": "64MB", "min_wal_size": "32MB", "archive_mode": "off", "summarize_wal": "off"}


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


async def _keep_up(stand: Stand, report: Report) -> None:
    while True:
        if stand.keep_up():
            report.notes.append("`storeproc up` had ended and was started again")
        await asyncio.sleep(0.5)


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
    available = BackupFaults(stand, book, report, chance).all(disk=plan.disk)
    available |= Saboteur(stand, database, web, server, stripe, chance).all(disk=plan.disk)
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
        await reconcile(stand, shop.support, report)
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
    report.callbacks, report.at_gateway = dict(stripe.sent), dict(stripe.done)
    report.answers = dict(book.tries)


async def drain(stand: Stand, server: StripeServer, report: Report, hasten: bool) -> None:
    """Until nothing is owed to anybody: jobs that are due, payments that have ended at the gateway, refunds that were
    asked for."""
    begin = hastened = time.monotonic()
    owed = """
        SELECT (SELECT count(*) FROM messaging.outbox WHERE done_at IS NULL AND (attempts > 0 OR run_at <= now()))
             + (SELECT count(*) FROM payments.refunds WHERE status = 'pending')
             + (SELECT count(*) FROM payments.payments
                WHERE status IN ('initiated', 'open', 'processing') AND provider = 'stripe'
                  AND provider_reference = ANY ($1)) AS owed
    """
    while True:
        # Paid, or by a debit that the bank has refused: by now all have decided.
        ended = [name for name, session in server.sessions.items() if session["status"] == "complete"]
        async with stand.admin() as admin:
            left = await admin.fetchval(owed, ended)
            if left == 0:
                break
            if hasten and time.monotonic() > hastened:
                hastened = time.monotonic() + 2
                await admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL AND attempts > 0")
                await admin.execute(
                    "UPDATE payments.payments SET check_at = now() "
                    "WHERE status IN ('initiated', 'open', 'processing') AND provider_reference = ANY ($1) "
                    "AND check_at > now()",
                    ended,
                )
        if time.monotonic() - begin > DRAINS:
            report.broken.append(f"the queue does not drain: {left} are owed")
            break
        await asyncio.sleep(0.5)
    report.drained = time.monotonic() - begin


# --- the command ----------------------------------------------------------------------------------


async def prove(minutes: float, seed: int, say: Callable[[str], None]) -> Report:
    report = Report(seed)
    disk = can_mount()
    share = 0.2 if disk else 0.0
    report.add(await run(Plan(minutes * 60 * (1 - share) + BACKUPS, seed), say))
    if disk:
        say("on a small disk")
        report.add(await run(Plan(minutes * 60 * share, seed, disk=True), say))
    else:
        report.notes.append("no disk was filled, of the data or of the backups: that needs root and mount(8)")
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
        "fees of the gateway": f"{report.fees:,} minor units, booked",
        "queue drained after": f"{report.drained:.1f} s",
        "slowest answer": f"{report.slowest:.1f} s",
        "callbacks": ", ".join(f"{count} {name}" for name, count in report.callbacks.items()),
        "without the shop": ", ".join(f"{count} {name}" for name, count in sorted(report.at_gateway.items())),
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
