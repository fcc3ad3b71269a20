"""What the clients were told, and what is there: in the database, at the gateway, and when every key is sent again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import asyncpg

from tests.gateways.stripe_server import StripeServer
from tests.support.gateway_totals import OURS as MOVED

from .clients import Book, Client, Told
from .report import Report
from .stand import Stand

RECONCILES = 300.0  # seconds that a reconciliation of the whole run may take


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
            "SELECT r.id::text, r.amount, r.reason, r.status, r.failure_code, r.provider_reference, p.provider, "
            "r.reason = 'dispute_lost' AS disputed "
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

    _compare_charges(payments, server, report)
    _compare_refunds([r for r in refunds if r["provider"] == "stripe" and not r["disputed"]], server, report)
    failed = [r for r in refunds if r["provider"] != "stripe" and r["status"] == "failed"]
    report.wrong += [f"refund {r['id']} failed" for r in failed]
    _compare_totals(moved, server, report)


async def reconcile(stand: Stand, support: str, report: Report) -> None:
    """The worker compares the gateway's books with ours, which books the fees."""
    client = Client("support", stand.direct, Book())
    async with stand.admin() as admin:
        since = (await admin.fetchval("SELECT now() - interval '1 day'")).isoformat()
        answer, _ = await client.definite(
            "POST", "/admin/reconciliation/run", token=support, key="reconciliation", json={"since": since}
        )
        await client.close()
        (run,) = [run["id"] for run in answer.json()["data"] if run["provider"] == "stripe"]
        status = "SELECT status FROM payments.reconciliation_runs WHERE id = $1::text::uuid"
        begin = time.monotonic()
        while (found := await admin.fetchval(status, run)) in ("reading", "comparing"):
            if time.monotonic() - begin > RECONCILES:
                break
            await asyncio.sleep(0.2)
    if found != "completed":
        report.broken.append(f"the reconciliation is {found}")


def _compare_totals(moved: Sequence[Any], server: StripeServer, report: Report) -> None:
    """The gateway's own totals are those of our clearing account, per currency: captured, refunded, disputed, fees."""
    ours = {(row["currency"], row["kind"]): row["total"] for row in moved if row["total"]}
    theirs = {
        (currency, kind): total
        for currency, totals in server.totals().items()
        for kind, total in totals.items()
        if total
    }
    report.broken += [
        f"{kind} in {currency}: {theirs.get((currency, kind), 0)} at the gateway, {ours.get((currency, kind), 0)} here"
        for currency, kind in sorted(ours.keys() | theirs.keys())
        if ours.get((currency, kind)) != theirs.get((currency, kind))
    ]
    report.fees = sum(total for (_, kind), total in ours.items() if kind == "fees")


def _compare_charges(payments: Sequence[Any], server: StripeServer, report: Report) -> None:
    """What was paid at the gateway is paid here, once; a debit that the bank has decided on is no longer waited for."""
    sessions = Counter(session["metadata"]["payment_id"] for session in server.sessions.values())
    report.doubled += [f"payment {name} has {count} checkouts" for name, count in sessions.items() if count > 1]
    ours = {r["provider_reference"]: r for r in payments if r["provider"] == "stripe" and r["provider_reference"]}
    for name, session in server.sessions.items():
        paid = session["payment_status"] == "paid"
        mine = ours.get(name)
        if paid and mine is None:
            report.lost.append(f"session {name} was paid, and no payment knows it")
        elif mine is not None and (paid != (mine["status"] == "completed") or mine["status"] == "processing"):
            report.lost.append(f"session {name} is {session['payment_status']}, its payment {mine['status']}")
        elif mine is not None and paid and mine["amount_captured"] != session["amount_total"]:
            report.wrong.append(f"session {name}: {session['amount_total']} taken, {mine['amount_captured']} booked")
    charges = Counter(charge["payment_intent"] for charge in server.charges.values() if charge["captured"])
    report.doubled += [f"{name} was charged {count} times" for name, count in charges.items() if count > 1]


def _compare_refunds(refunds: Sequence[Any], server: StripeServer, report: Report) -> None:
    """Refunds at the gateway, whoever made them, are ours one for one (besides what lost disputes took). Ours fail only
    where the gateway refuses them."""
    sent = Counter(x["metadata"]["refund_id"] for x in server.refunds.values() if x["metadata"])
    report.doubled += [f"refund {name} was made {count} times" for name, count in sent.items() if count > 1]
    known = {r["id"] for r in refunds}
    report.doubled += [f"refund {name} at the gateway is not ours" for name in sent if name not in known]
    ours: dict[str, list[int]] = {}
    for r in refunds:
        if r["status"] == "completed":
            ours.setdefault(r["provider_reference"] or f"none, of {r['id']}", []).append(r["amount"])
    theirs = {name: [refund["amount"]] for name, refund in server.refunds.items()}
    for name in ours.keys() | theirs.keys():
        here, there = ours.get(name, []), theirs.get(name, [])
        if here != there:
            problems = report.lost if len(here) < len(there) else report.doubled if len(here) > 1 else report.wrong
            problems.append(f"refund {name}: {there} at the gateway, {here} here")
    refused = {
        request.params["metadata"]["refund_id"]
        for request in server.asked("POST /v1/refunds")
        if request.status == 400 and "metadata" in request.params
    }
    report.wrong += [
        f"refund {r['id']} failed: {r['failure_code']}"
        for r in refunds
        if r["status"] == "failed" and r["id"] not in refused and r["failure_code"] != "refunded_at_gateway"
    ]


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
