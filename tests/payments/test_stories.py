"""The whole life of a payment, told in every order: what came of it does not depend on which callback was first.

A gateway sends what it has to say in any order, each thing once or more often, and again when we refuse it. Here it
says that the money takes days, came or did not (test_callbacks.py has every way in which it does not), that somebody
gave a part of it back past us, that the payer disputes the rest, and how that ended.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from itertools import combinations, permutations, product
from typing import Any

import asyncpg

from tests.payments.conftest import Shop

DISPUTE = {"amount": 700, "case_reference": "dp", "failure_code": "fraudulent"}
SAID: dict[str, dict[str, Any]] = {
    "processing": {},
    "completed": {},
    "failed": {},
    "refund_completed": {"amount": 300, "case_reference": "re"},
    "dispute_opened": DISPUTE,
    "dispute_won": DISPUTE,
    "dispute_lost": DISPUTE,
}


def chosen() -> Iterator[tuple[str, ...]]:
    """Every set of things that can be said together: a dispute is won or lost. A bank that takes its time is part of
    those of up to three."""
    for size in range(1, len(SAID) + 1):
        for kinds in combinations(SAID, size):
            if not {"dispute_won", "dispute_lost"} <= set(kinds) and (size <= 3 or "processing" not in kinds):
                yield kinds


def stories() -> Iterator[tuple[str, ...]]:
    """Every order of every set; two things each once or twice, in every order as well."""
    for kinds in chosen():
        yield from permutations(kinds)
        if len(kinds) <= 2:
            for times in product((1, 2), repeat=len(kinds)):
                if sum(times) > len(kinds):
                    yield from sorted(
                        set(permutations([kind for kind, n in zip(kinds, times, strict=True) for _ in range(n)]))
                    )


def expected(story: tuple[str, ...]) -> dict[str, Any]:
    """An order of 1,000 with a commission of 10 %."""
    paid = "completed" in story
    status = next((kind for kind in ("completed", "failed", "processing") if kind in story), "initiated")
    back = paid * (300 * ("refund_completed" in story) + 700 * ("dispute_lost" in story))
    frozen = paid and "dispute_opened" in story and not {"dispute_won", "dispute_lost"} & set(story)
    return {
        "status": status,
        "order_status": "paid" if paid else "pending",
        "captured": 1000 * paid,
        "refunded": back,
        "clearing": back - 1000 * paid,
        "earnings": 900 * paid - back * 9 // 10,
        "held": 630 * frozen,
        "commission": 100 * paid - back // 10,
        "sales": 0,
    }


async def see(shop: Shop, payment: dict[str, Any], merchant: uuid.UUID) -> dict[str, Any]:
    row = await shop.admin.fetchrow(
        """
        SELECT p.status, o.status AS order_status, p.amount_captured AS captured, p.amount_refunded AS refunded,
               b.*, coalesce(h.held, 0) AS held
        FROM payments.payments AS p
        JOIN sales.orders AS o ON o.id = p.order_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(m.amount) FILTER (WHERE m.kind = 'clearing'), 0)::bigint AS clearing,
                   coalesce(sum(m.amount) FILTER (WHERE m.kind = 'earnings'), 0)::bigint AS earnings,
                   coalesce(sum(m.amount) FILTER (WHERE m.kind = 'commission'), 0)::bigint AS commission,
                   coalesce(sum(m.amount) FILTER (WHERE m.kind = 'sales'), 0)::bigint AS sales
            FROM (
                SELECT a.kind, t.amount FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.credit_account
                WHERE t.order_id = o.id AND t.phase IN ('posted', 'post')
                UNION ALL
                SELECT a.kind, -t.amount FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.debit_account
                WHERE t.order_id = o.id AND t.phase IN ('posted', 'post')
            ) AS m
        ) AS b
        LEFT JOIN (
            SELECT a.owner_id, a.held FROM ledger.accounts AS a WHERE a.kind = 'earnings'
        ) AS h ON h.owner_id = $2
        WHERE p.id = $1
        """,
        uuid.UUID(payment["id"]), merchant,
    )  # fmt: skip
    return dict(row)


async def test_the_end_does_not_depend_on_the_order_of_what_is_said(shop: Shop, customer: str) -> None:
    told = list(stories())
    refusals = 0
    merchants: asyncio.Queue[tuple[uuid.UUID, str]] = asyncio.Queue()
    for _ in range(8):  # a merchant each, so that what is held is this story's
        token = await shop.account("merchant")
        made = await shop.call(
            "web_merchant", "create_product", token=token, name="Lamp", description="", sku=uuid.uuid4().hex[:12],
            price=500, currency="USD", stock=1_000_000,
        )  # fmt: skip
        merchants.put_nowait((uuid.UUID(made["merchant_id"]), made["id"]))

    async def live(story: tuple[str, ...]) -> None:
        nonlocal refusals
        merchant, lamp = await merchants.get()
        try:
            payment = await shop.begin(customer, await shop.order(customer, lamp))
            case = payment["id"]
            waiting = list(enumerate(story))
            while waiting:
                later = []
                for number, kind in waiting:
                    said = dict(SAID[kind])
                    if "case_reference" in said:
                        said["case_reference"] += case
                    try:
                        await shop.event(payment, kind, f"{case}:{number}", **said)
                    except asyncpg.PostgresError as error:
                        if error.sqlstate != "SH503":
                            raise
                        later.append((number, kind))
                        refusals += 1
                if later == waiting:  # a refund of a payment that never came
                    assert "completed" not in story
                    break
                waiting = later
            assert await see(shop, payment, merchant) == expected(story), story
            # Nothing is held when the next story begins.
            if expected(story)["held"]:
                await shop.event(payment, "dispute_won", f"{case}:end", **{**DISPUTE, "case_reference": f"dp{case}"})
        finally:
            merchants.put_nowait((merchant, lamp))

    await asyncio.gather(*(live(story) for story in told))
    print(f"{len(told)} stories of {len(list(chosen()))} sets of callbacks, {refusals} sent again; one end each")
    await shop.assert_books_balance()


# A dispute as Stripe reports it: status, second, and the movements until then.
OUT = {"reference": "out", "amount": -700, "fee": 15, "fee_currency": "USD"}
BACK = {"reference": "back", "amount": 700, "fee": 0, "fee_currency": "USD"}
CREATED, WITHDRAWN = ("needs_response", 1, []), ("needs_response", 1, [OUT])
UPDATED, LOST = ("under_review", 2, [OUT]), ("lost", 3, [OUT])
CLOSED, REINSTATED = ("won", 4, [OUT]), ("won", 4, [OUT, BACK])
REPORTS: tuple[tuple[tuple[str, int, list[dict[str, Any]]], ...], ...] = (
    (CREATED, WITHDRAWN, UPDATED),
    (CREATED, WITHDRAWN, UPDATED, LOST),
    (CREATED, WITHDRAWN, UPDATED, CLOSED, REINSTATED),
    (WITHDRAWN, LOST, CLOSED, REINSTATED),
    (("warning_needs_response", 1, []), ("warning_closed", 2, [])),
    (("warning_needs_response", 0, []), WITHDRAWN, LOST),
    (("needs_response", 1, []), ("prevented", 1, [])),
)


async def test_a_disputes_end_does_not_depend_on_the_order_of_its_reports(shop: Shop, customer: str) -> None:
    """Every order of the reports; the payment in between, at each place in turn; and all of it once more, backwards."""
    told = [(set_, order) for set_ in REPORTS for order in permutations(set_)]
    merchants: asyncio.Queue[tuple[uuid.UUID, str]] = asyncio.Queue()
    for _ in range(8):
        token = await shop.account("merchant")
        made = await shop.call(
            "web_merchant", "create_product", token=token, name="Lamp", description="", sku=uuid.uuid4().hex[:12],
            price=500, currency="USD", stock=1_000_000,
        )  # fmt: skip
        merchants.put_nowait((uuid.UUID(made["merchant_id"]), made["id"]))

    async def live(number: int, reports: Any, order: Any) -> None:
        merchant, lamp = await merchants.get()
        try:
            payment = await shop.begin(customer, await shop.order(customer, lamp))

            async def report(name: str, status: str, second: int, movements: Any) -> None:
                await shop.event(
                    payment, "dispute", f"{payment['id']}:{name}", amount=700, case_reference=f"dp{payment['id']}",
                    dispute_status=status, occurred_at=f"2026-01-01T00:00:0{second}Z", movements=movements,
                )  # fmt: skip

            place = number % (len(order) + 1)
            for n, said in enumerate(order):
                if n == place:
                    await shop.event(payment, "completed")
                await report(str(n), *said)
            await shop.event(payment, "completed")
            for n, said in reversed(list(enumerate(order))):
                await report(str(n), *said)
                await report(f"{n}:again", *said)
            status, _, movements = reports[-1]
            fee, out = 15 * (OUT in movements), OUT in movements and BACK not in movements
            back = 700 * (out and status == "lost")
            held = 630 * (out and status != "lost")
            assert await see(shop, payment, merchant) == {
                "status": "completed", "order_status": "paid", "captured": 1000, "refunded": back,
                "clearing": back + fee - 1000, "earnings": 900 - back * 9 // 10, "held": held,
                "commission": 100 - back // 10, "sales": 0,
            }, (place, order)  # fmt: skip
            if held:
                await report("end", "won", 9, [OUT, BACK])
        finally:
            merchants.put_nowait((merchant, lamp))

    await asyncio.gather(*(live(number, *story) for number, story in enumerate(told)))
    print(f"{len(told)} orders of {len(REPORTS)} sets of reports; one end each")
    await shop.assert_books_balance()
