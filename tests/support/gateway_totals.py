"""A gateway's own totals equal what our ledger says of it.

    await assert_gateway_totals(shop, stripe, steps)    # at the end of a test that moves money at a test gateway

It compares the books first (fees are known from them alone), as the worker does once a day. The fixture books_agree of
tests/support/gateways.py does it after each test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from api.gateways.steps import PaymentSteps
from api.worker.jobs.reconciliation import UNDER_WAY, ReconciliationJobs, Run

# The transfers of the provider's clearing accounts. A lost dispute goes back by a refund, and what is no longer
# refundable as a loss; the gateway has the money of an open one, which only holds the shares here.
OURS = """
WITH moved AS (
    SELECT t.currency, t.kind, CASE WHEN d.kind = 'clearing' THEN t.amount ELSE -t.amount END AS amount,
           EXISTS (SELECT FROM payments.disputes AS x WHERE x.refund_id = t.refund_id) AS disputed
    FROM ledger.transfers AS t
    JOIN ledger.accounts AS d ON d.id = t.debit_account
    JOIN ledger.accounts AS c ON c.id = t.credit_account
    WHERE t.phase IN ('posted', 'post')
      AND (d.kind = 'clearing' AND d.provider = $1 OR c.kind = 'clearing' AND c.provider = $1)
), sorted AS (
    SELECT m.currency, m.amount,
           CASE WHEN m.kind LIKE '%fee%' THEN 'fees'
                WHEN m.kind IN ('gateway_payout', 'gateway_payout_returned') THEN 'payouts'
                WHEN m.disputed OR m.kind LIKE 'dispute%' THEN 'disputed'
                WHEN m.kind LIKE '%refund%' THEN 'refunded' ELSE 'captured' END AS kind
    FROM moved AS m
    UNION ALL
    SELECT p.captured_currency, -payments.withdrawn_by_dispute(d.id), 'disputed'
    FROM payments.disputes AS d JOIN payments.payments AS p ON p.id = d.payment_id
    WHERE d.provider = $1 AND NOT payments.dispute_takes(d.status) AND p.status = 'completed'
)
SELECT s.currency::text, s.kind, sum(CASE s.kind WHEN 'captured' THEN s.amount ELSE -s.amount END)::bigint AS total
FROM sorted AS s GROUP BY s.currency, s.kind
"""


class Shop(Protocol):
    admin: Any
    call: Any
    support: str


class TestGateway(Protocol):
    """A test gateway, which keeps its own books."""

    provider: str

    @property
    def environment(self) -> dict[str, str]: ...

    def totals(self) -> dict[str, dict[str, int]]: ...


async def reconcile(shop: Shop, steps: PaymentSteps, provider: str) -> Run:
    """Compares a gateway's books of the last day with ours, as the worker does, until all is compared."""

    async def call(function: str, **arguments: Any) -> Any:
        return await shop.call("web_worker", function, **arguments)

    jobs = ReconciliationJobs(call, steps)
    since = await shop.admin.fetchval("SELECT (now() - interval '1 day')::text")
    begun = await shop.call("web_support", "run_reconciliation", token=shop.support, since=since)
    (run_id,) = [run["id"] for run in begun["data"] if run["provider"] == provider]
    while (run := await jobs.read(run_id)).status in UNDER_WAY:
        await jobs.step(run)
    return run


async def gap_of(shop: Shop, gateway: TestGateway) -> dict[tuple[str, str], int]:
    """Captured, refunded, disputed, fees and payouts, by currency: our clearing account less the gateway's own total,
    where they differ."""
    gap: Counter[tuple[str, str]] = Counter()
    for row in await shop.admin.fetch(OURS, gateway.provider):
        gap[row["currency"], row["kind"]] += row["total"]
    for currency, totals in gateway.totals().items():
        gap.subtract({(currency, kind): total for kind, total in totals.items()})
    return {where: amount for where, amount in gap.items() if amount}


async def assert_gateway_totals(
    shop: Shop, gateway: TestGateway, steps: PaymentSteps, left: Mapping[tuple[str, str], int] | None = None
) -> None:
    """The gap is none, or what earlier tests left."""
    assert (await reconcile(shop, steps, gateway.provider)).status == "completed"
    gap = await gap_of(shop, gateway)
    assert gap == (left or {}), f"our ledger less {gateway.provider}'s own totals: {gap}, before the test {left or {}}"
