"""The stories of test_stories.py at Stripe, with reconciliation between the callbacks: in whatever order a delayed
method, a dashboard refund, a dispute and a reconciliation come, each once or twice, the books are Stripe's in the end
and nothing is booked twice.

At Stripe things happen in one order; what it tells of them arrives in every other. Something happens at the latest
when it is told of, so a reconciliation sees no more of Stripe's books than there was at that moment, or (`ahead`) all
of it before the first callback.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from api.gateways.steps import PaymentSteps
from api.http.errors import Problem
from db.server.access import Access
from tests.gateways.stripe_server import StripeServer, Thing
from tests.gateways.stripe_server.disputes import DISPUTE_FEE
from tests.payments.conftest import Shop
from tests.support.gateway_totals import reconcile
from tests.support.gateways import worker_side

FEE = 59  # of 1,000
RECONCILED = "reconciled"
SAYS_NOTHING = ("payment_intent.created", "payment_intent.processing", "charge.succeeded")  # besides the rest
HISTORIES = (
    ("processing", "refused"),
    ("processing", "paid"),
    ("processing", "paid", "refunded"),
    ("processing", "paid", "disputed"),
    ("processing", "paid", "prevented"),
    ("processing", "paid", "inquired", "refunded"),
    ("processing", "paid", "disputed", "won"),
    ("processing", "paid", "disputed", "lost"),
    ("processing", "paid", "refunded", "disputed", "won"),
    ("processing", "paid", "refunded", "disputed", "lost"),
)


@dataclass(frozen=True)
class Telling:
    """One order of what is told of a history. `ahead`: all of it has happened before the first is told."""

    history: tuple[str, ...]
    order: tuple[str, ...]
    ahead: bool

    @property
    def reconciled(self) -> tuple[int, ...]:
        return tuple(place for place, step in enumerate(self.order) if step == RECONCILED)


def orders_of(history: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every order. Of the shorter histories with a reconciliation at every place, of the others at one place each, one
    after the other. Of the first that is paid each, too, comes twice."""
    steps = (*history, RECONCILED)
    if history == ("processing", "paid"):
        for step in steps:
            yield from sorted(set(permutations((*steps, step))))
    if len(history) <= 3:
        yield from permutations(steps)
    else:
        for number, order in enumerate(permutations(history)):
            place = number % (len(order) + 1)
            yield (*order[:place], RECONCILED, *order[place:])


def tellings() -> Iterator[Telling]:
    """The longer histories share their orders: a dispute that was won has the ones, a lost one the others."""
    for number, history in enumerate(HISTORIES):
        share = {2: 1, 3: 2, 4: 3, 5: 4}[len(history)]
        for place, order in enumerate(orders_of(history)):
            if place % share == number % share:
                yield Telling(history, order, place % 8 < 4)


def expected(history: tuple[str, ...]) -> dict[str, Any]:
    """An order of 1,000 with a commission of 10 %."""
    paid, lost = "paid" in history, "lost" in history
    refunds = [("completed", 300, 300, "refunded_at_gateway")] * ("refunded" in history)
    refunds += [("completed", 1000, 1000, "refunded_at_gateway")] * ("prevented" in history)
    refunds += [("completed", 700, 700, "dispute_lost")] * lost
    back = sum(amount for _, amount, _, _ in refunds)
    fees = FEE * paid + DISPUTE_FEE * ("disputed" in history)
    return {
        "status": "completed" if paid else "failed",
        "order_status": "paid" if paid else "pending",
        "amount_paid": 1000 * paid,
        "refunds": sorted(refunds),
        "held": 630 * ("disputed" in history and history[-1] == "disputed"),
        "fee": fees,
        "on_hand": 998 if paid else 1000,
        "reserved": 0 if paid else 2,
        "books": {
            kind: amount
            for kind, amount in {
                "clearing": back + fees - 1000 * paid, "fees": -fees, "earnings": 900 * paid - back * 9 // 10,
                "commission": 100 * paid - back // 10,
            }.items()
            if amount
        },
    }  # fmt: skip


@dataclass
class Story:
    """A telling as it is lived: one payment, its product, what has happened at Stripe and what has not arrived yet."""

    telling: Telling
    payment: str
    product: str
    session: str
    happened: dict[str, list[Thing]] = field(default_factory=dict)
    refused: list[Thing] = field(default_factory=list)


class Narrator:
    """Lets things happen at Stripe, and tells of them through the product's own gateway."""

    def __init__(self, shop: Shop, stripe: StripeServer, steps: PaymentSteps, customer: str) -> None:
        self.shop, self.stripe, self.steps, self.customer = shop, stripe, steps, customer
        self.done: Counter[str] = Counter()

    async def begin(self, telling: Telling) -> Story:
        lamp = await self.shop.product(stock=1000)
        order = await self.shop.order(self.customer, lamp)
        answer = await self.shop.call(
            "web_customer", "begin_payment", token=self.customer, order_id=order["id"], provider="stripe"
        )
        payment: str = answer["payment"]["id"]
        await self.steps.open(payment, payment)
        reference = await self.shop.admin.fetchval(
            "SELECT provider_reference FROM payments.payments WHERE id = $1", uuid.UUID(payment)
        )
        story = Story(telling, payment, lamp, reference)
        if telling.ahead:
            self.let_happen(story, telling.history[-1])
        return story

    def let_happen(self, story: Story, last: str) -> None:
        """Everything at Stripe up to this; what has happened does not happen again."""
        stripe = self.stripe
        for step in story.telling.history[: story.telling.history.index(last) + 1]:
            if step in story.happened:
                continue
            intent = stripe.sessions[story.session]["payment_intent"]
            disputes = [d["id"] for d in stripe.disputes.values() if intent and d["payment_intent"] == intent]
            match step:
                case "processing":
                    made = stripe.pay_by_bank(story.session)
                case "paid":
                    made = stripe.bank_pays(story.session)
                case "refused":
                    made = stripe.bank_refuses(story.session)
                case "refunded":
                    made = stripe.refund_by_hand(intent, 300)
                case "disputed":
                    made = stripe.dispute(intent, amount=700)
                case "inquired":
                    made = stripe.dispute(intent, amount=700, status="warning_needs_response")
                case "prevented":
                    made = stripe.prevent(intent)
                case _:
                    made = stripe.close_dispute(disputes[0], step)
            story.happened[step] = [event for event in made if event["type"] not in SAYS_NOTHING]

    async def tell(self, story: Story, *steps: str) -> None:
        """What was refused before is sent again with the next."""
        for step in steps:
            if step != RECONCILED:
                self.let_happen(story, step)
            sent = [*story.refused, *story.happened.get(step, ())]
            story.refused = []
            for event in sent:
                if not await self.receive(event):
                    story.refused.append(event)

    async def receive(self, event: Thing) -> bool:
        headers, body = self.stripe.signed(event)
        for said in await self.steps.gateway("stripe").parse_callback(headers, body):
            self.done["callbacks"] += 1
            try:
                await self.steps.apply("stripe", said, "test")
            except Problem as problem:
                if problem.code != "payment_not_completed":
                    raise
                self.done["refused"] += 1
                return False
        return True

    async def live(self, told: list[Telling]) -> list[Story]:
        """Those that are reconciled at the same places, side by side: each reconciliation is of all of them."""
        stories = await side_by_side(self.begin(telling) for telling in told)
        done = 0
        for place in told[0].reconciled:
            await side_by_side(self.tell(story, *story.telling.order[done:place]) for story in stories)
            await self.reconcile()
            done = place + 1
        await side_by_side(self.tell(story, *story.telling.order[done:]) for story in stories)
        return stories

    async def reconcile(self) -> None:
        """All that is in the gateway's books is explained at once; a callback may have come before its payment."""
        self.done["reconciliations"] += 1
        await self.compare_books()
        left = await self.shop.admin.fetch(
            "SELECT d.kind, d.payment_id, d.ours, d.theirs FROM payments.reconciliation_differences AS d "
            "WHERE d.explained_at IS NULL AND d.kind <> 'unknown_event'"
        )
        assert not left, left

    async def compare_books(self) -> None:
        assert (await reconcile(self.shop, self.steps, "stripe")).status == "completed"

    async def see(self, story: Story) -> dict[str, Any]:
        row = await self.shop.admin.fetchrow(
            """
            SELECT p.status, o.status AS order_status, o.amount_paid, p.fee, l.on_hand, l.reserved,
                   ARRAY(SELECT ROW(r.status, r.amount, r.from_order, r.reason)
                         FROM payments.refunds AS r WHERE r.payment_id = p.id) AS refunds,
                   (SELECT coalesce(sum(h.amount), 0)::bigint FROM payments.dispute_holds AS h
                    JOIN payments.disputes AS d ON d.id = h.dispute_id WHERE d.payment_id = p.id) AS held
            FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id
            JOIN catalog.stock_levels AS l ON l.product_id = $2 WHERE p.id = $1
            """,
            uuid.UUID(story.payment), uuid.UUID(story.product),
        )  # fmt: skip
        books: Counter[str] = Counter()
        for kind, amount in await self.shop.admin.fetch(
            """
            SELECT a.kind, sum(CASE a.id WHEN t.credit_account THEN t.amount ELSE -t.amount END)::bigint
            FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id IN (t.credit_account, t.debit_account)
            WHERE t.order_id = (SELECT p.order_id FROM payments.payments AS p WHERE p.id = $1)
              AND t.phase IN ('posted', 'post')
            GROUP BY a.kind
            """,
            uuid.UUID(story.payment),
        ):  # fmt: skip
            books[kind] += amount
        seen = dict(row) | {"books": {kind: amount for kind, amount in books.items() if amount}}
        return seen | {"refunds": sorted(tuple(refund) for refund in row["refunds"])}


async def side_by_side(works: Iterable[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Some at a time."""
    turn = asyncio.Semaphore(8)

    async def work(it: Coroutine[Any, Any, Any]) -> Any:
        async with turn:
            return await it

    return list(await asyncio.gather(*(work(it) for it in works)))


@pytest.fixture
async def steps(access: Access, stripe: StripeServer) -> AsyncIterator[PaymentSteps]:
    async with worker_side(access, stripe) as steps:
        yield steps


async def test_the_books_are_the_gateways_in_whatever_order_it_is_told_and_reconciled(
    shop: Shop, customer: str, stripe: StripeServer, steps: PaymentSteps
) -> None:
    # The test gateway enters money into its books at once: what is missing there is a difference at once, too.
    await shop.admin.execute("UPDATE payments.providers SET in_books_within = '0' WHERE name = 'stripe'")
    narrator = Narrator(shop, stripe, steps, customer)
    groups: dict[tuple[int, ...], list[Telling]] = defaultdict(list)
    for telling in tellings():
        groups[telling.reconciled].append(telling)
    stories: list[Story] = []
    for group in groups.values():
        stories += await narrator.live(group)
    await narrator.reconcile()
    await side_by_side(narrator.tell(story, *reversed(story.telling.order)) for story in stories[::4])
    await narrator.reconcile()
    for story in stories:
        assert await narrator.see(story) == expected(story.telling.history), story.telling
        assert not story.refused, story.telling
    left = await shop.admin.fetch("SELECT * FROM payments.reconciliation_differences WHERE explained_at IS NULL")
    assert not left, left
    done = narrator.done
    print(
        f"{len(stories)} orders of {len(HISTORIES)} histories of callbacks with reconciliations between them: "
        f"{done['reconciliations']} reconciliations, {done['callbacks']} callbacks, {done['refused']} sent again; "
        "one end each"
    )
    await shop.assert_books_balance()
