"""Attacks of a gateway that tells things twice, late, and at the moment at which its books are compared with ours."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from tests.concurrency.conftest import Job
from tests.prove.house import WORKER, House, count, paid

from .arena import Arena, Cut, attack, crowd_of, orders


def entry(payment: dict[str, Any], kind: str, amount: int, **more: Any) -> dict[str, Any]:
    """An entry of the gateway's books. Each is known by its payment, kind and case."""
    name = f"{kind} {more.get('case_reference', '')} {amount} {payment['id']}"
    moved_at = datetime.now(UTC).isoformat()
    return {"id": name, "payment_id": payment["id"], "kind": kind, "amount": amount, "currency": "USD",
            "moved_at": moved_at, **more}  # fmt: skip


async def books(house: House, payment: dict[str, Any], *entries: dict[str, Any]) -> Job:
    """The comparison of one payment with these entries, within a run that is under way."""
    begun = await house.does(await house.staff("support"), "run_reconciliation")
    (run,) = [run["id"] for run in begun["data"] if run["provider"] == "mock"]
    return WORKER.job("reconcile_payment", run_id=run, payment_id=payment["id"], movements=list(entries))


async def booked(house: House, payment: dict[str, Any]) -> dict[str, int]:
    """The sums of the payment's transfers, by kind."""
    rows = await house.admin.fetch(
        "SELECT kind, sum(amount)::bigint AS amount FROM ledger.transfers "
        "WHERE payment_id = $1 AND phase IN ('posted', 'post') GROUP BY kind",
        uuid.UUID(payment["id"]),
    )
    return {row["kind"]: row["amount"] for row in rows}


async def differences(house: House, payment: dict[str, Any]) -> int:
    found: int = await house.admin.fetchval(
        "SELECT count(*) FROM payments.reconciliation_differences WHERE payment_id = $1 AND explained_at IS NULL",
        uuid.UUID(payment["id"]),
    )
    return found


@attack(
    "refunded in the dashboard, told twice, in the books",
    "scope-based (callback and reconciliation)",
    # Every report of a refund that we did not make is a new one.
    Cut(
        "payments.find_reported_refund",
        "WHEN (r.provider_reference IS NOT NULL) THEN",
        "WHEN (r.provider_reference IS NOT NULL) THEN false AND",
    ),
    doors=("sql",),  # the mock gateway's own callbacks tell of no refunds
)
async def dashboard_refund(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=1000), (await crowd_of(house, 1))[0]
    _, payment = await house.bought(buyer, (lamp, 1))
    case = f"re_{payment['id']}"
    told = [
        paid(payment, "refund_completed", event=f"{n}:{case}", amount=300, case_reference=case) for n in range(2)
    ]  # fmt: skip
    compare = await books(
        house, payment, entry(payment, "captured", 1000),
        entry(payment, "refunded", -300, case_reference=case, status="completed"),
    )  # fmt: skip
    answers = await arena.at_once(*told, compare, compare)
    arena.expect("reports are taken", count(answers), {"ok": 4})
    arena.expect("what was booked as refunded", (await booked(house, payment)).get("refund"), 300)
    arena.expect("differences", await differences(house, payment), 0)


@attack(
    "fee booked by several reconciliations",
    "lost update (level-based)",
    Cut(
        "payments.reconcile_payment",
        "payments.book_fee(v_payment.id, v_row.ours, v_row.theirs, v_row.currency)",
        "v_row.ours = v_row.theirs",
    ),
    doors=("sql",),
)
async def fee_twice(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=1000), (await crowd_of(house, 1))[0]
    _, payment = await house.bought(buyer, (lamp, 1))
    compare = await books(house, payment, entry(payment, "captured", 1000, fee=59, fee_currency="USD"))
    await arena.at_once(*[compare] * 3)
    arena.expect("the fee that was booked", (await booked(house, payment)).get("fee"), 59)
    arena.expect("differences", await differences(house, payment), 0)


@attack(
    "sold again while a bank works on it",
    "inventory: scope-based (debit, expiry, next buyer)",
    Cut("payments.mark_payment_processing", "greatest(o.expires_at, v_until)", "o.expires_at"),
    doors=("sql",),
)
async def sold_again(arena: Arena) -> None:
    house = arena.house
    lamp = await house.product(stock=1)
    first, *others = await crowd_of(house, 4)
    order = await house.order(first, (lamp, 1))
    payment = await house.begin(first, order)
    assert (await house.tell(paid(payment, "processing"))).ok
    # As long as an order lives by itself, and more.
    await house.admin.execute(
        "UPDATE sales.orders SET expires_at = expires_at - interval '31 minutes' WHERE id = $1",
        uuid.UUID(order["id"]),
    )
    expiry = WORKER.job("expire_orders")
    again = [orders(buyer, (lamp, 1)) for buyer in others]
    early = await arena.at_once(expiry, *again, expiry)
    late = await arena.at_once(paid(payment), *again, expiry)
    sold = [answer.code for answer in (*early[1:4], *late[1:4])]
    arena.expect("orders of the others", sold, ["out_of_stock"] * 6)
    seen = await house.does(first, "get_order", order_id=order["id"])
    arena.expect("the order", (seen["status"], seen["amount_refunded"]), ("paid", 0))
    arena.expect("stock and reserved", await house.stock(lamp), (0, 0))


@attack(
    "reports of a dispute in any order",
    "scope-based (one dispute, several callbacks)",
    # The report that arrives last counts.
    Cut(
        "payments.receive_dispute_event",
        "(v_at, array_position(v_statuses, v_status)) "
        "> (v_dispute.reported_at, array_position(v_statuses, v_dispute.status))",
        "true",
    ),
    doors=("sql",),
)
async def dispute_reports(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=1000), (await crowd_of(house, 1))[0]
    _, payment = await house.bought(buyer, (lamp, 1))
    out = {"reference": "out", "amount": -700, "fee": 15, "fee_currency": "USD"}
    back = {"reference": "back", "amount": 700, "fee": 0, "fee_currency": "USD"}
    reports = [("needs_response", 1, [out]), ("under_review", 2, [out]), ("lost", 3, [out]), ("won", 4, [out, back])]
    jobs = [
        paid(
            payment, "dispute", event=f"{number}:{status}:{payment['id']}", amount=700,
            case_reference=f"dp_{payment['id']}", dispute_status=status, movements=movements,
            occurred_at=f"2026-01-01T00:00:0{second}Z",
        )
        for status, second, movements in reports for number in range(2)
    ]  # fmt: skip
    arena.expect("reports are taken", count(await arena.at_once(*jobs)), {"ok": len(jobs)})
    row = await house.admin.fetchrow(
        "SELECT d.status, p.amount_refunded, p.fee FROM payments.disputes AS d "
        "JOIN payments.payments AS p ON p.id = d.payment_id WHERE p.id = $1",
        uuid.UUID(payment["id"]),
    )
    arena.expect("dispute, refunded, fee", tuple(row), ("won", 0, 15))
    arena.expect("fees that were booked", (await booked(house, payment)).get("dispute_fee"), 15)
