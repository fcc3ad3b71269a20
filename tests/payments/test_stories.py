"""The whole life of a payment, told in every order: what came of it does not depend on which callback was first.

A gateway sends what it has to say in any order, each thing once or more often, and again when we refuse it. Here it
says that the money came or did not (test_callbacks.py has every way in which it does not), that somebody gave a part of
it back past us, that the payer disputes the rest, and how that ended.
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
    "completed": {},
    "failed": {},
    "refund_completed": {"amount": 300, "case_reference": "re"},
    "dispute_opened": DISPUTE,
    "dispute_won": DISPUTE,
    "dispute_lost": DISPUTE,
}


def chosen() -> Iterator[tuple[str, ...]]:
    """Every set of things that can be said together: a dispute is won or lost."""
    for size in range(1, len(SAID) + 1):
        for kinds in combinations(SAID, size):
            if not {"dispute_won", "dispute_lost"} <= set(kinds):
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
    status = next((kind for kind in ("completed", "failed") if kind in story), "initiated")
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
