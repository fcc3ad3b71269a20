"""A process dies at every step of a debit, a refund in the dashboard, a dispute and a reconciliation.

The histories are those of test_stories_reconciled.py, the deaths those of mortals.py. After a death Stripe sends the
callback again, or does not, and another process goes on with the job.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from asyncio.subprocess import DEVNULL
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path

import pytest

from api.gateways.sslcommerz.fields import write_id
from api.worker.loop import Worker
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.mortals import Death, House, open_house
from tests.payments.test_stories_reconciled import (
    HISTORIES,
    RECONCILED,
    Narrator,
    Story,
    Telling,
    expected,
    side_by_side,
)
from tests.support.gateway_totals import assert_gateway_totals

HOW = (
    "is read by one who dies, and sent again",
    "is read by one who dies, and never sent again",
    "is applied by one who dies, and sent again",
)


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
async def house(shop: Shop, stripe: StripeServer, access: Access, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(shop, stripe, access, tmp_path) as made:
        yield made


# --- a real process -------------------------------------------------------------------------------


async def test_a_worker_is_killed_while_it_reads_the_books(
    shop: Shop, customer: str, stripe: StripeServer, house: House
) -> None:
    """Nobody told of anything. What the dead one had claimed is free again when its lease is over. (First in this file:
    the worker also does whatever else earlier tests have left.)"""
    history = ("processing", "paid", "refunded", "disputed", "lost")
    narrator = Narrator(shop, stripe, house.worker().steps, customer)
    story = await narrator.begin(Telling(history, (), True))
    run = uuid.UUID(await house.begin())
    environment = {
        **os.environ, **stripe.environment, "DATABASE_URL": house.settings.database_url or "",
        "STOREPROC_SECRET": house.settings.secret or "", "STOREPROC_DATA": str(house.settings.data),
    }  # fmt: skip
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.worker", env=environment, stdin=DEVNULL, stdout=DEVNULL
    )
    try:
        stripe.meanwhile("GET /v1/balance_transactions", lambda: os.kill(killed.pid, signal.SIGKILL))
        assert await asyncio.wait_for(killed.wait(), 60) == -signal.SIGKILL
    finally:
        stripe.calm()
        if killed.returncode is None:
            killed.kill()
            await killed.wait()
    assert await shop.admin.fetchval("SELECT status FROM payments.reconciliation_runs WHERE id = $1", run) == "reading"
    await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL")
    another = Worker(house.settings, lambda _: dict(house.gateways))
    running = asyncio.create_task(another.run())
    try:
        await shop.until("SELECT status = 'completed' FROM payments.reconciliation_runs WHERE id = $1", run)
    finally:
        another.stop()
        await asyncio.wait_for(running, 60)
    assert await narrator.see(story) == expected(history)
    await assert_gateway_totals(shop, stripe, house.worker().steps)
    await shop.assert_books_balance()


# --- every history, with a death at each of its steps and of its reconciliation ---------------------


@dataclass(frozen=True)
class Doom(Telling):
    """A telling in which a process dies with one step's callbacks."""

    step: str
    how: str


def dooms() -> Iterator[Doom]:
    """Each step of each history and each way to die. The orders, and the places of the reconciliation, take turns; of a
    debit that is refused, which no books tell of, every order."""
    number = 0
    for history in HISTORIES:
        orders = list(permutations(history))
        for step, how in product(history, HOW):
            turn = (orders[number * 7 % len(orders)], number % 2 == 0)  # 7: no common divisor with any n!, n < 7
            for order, ahead in product(orders, (False, True)) if "refused" in history else (turn,):
                number += 1
                place = number % (len(order) + 1)
                yield Doom(history, (*order[:place], RECONCILED, *order[place:]), ahead, step, how)


class Undertaker(Narrator):
    """Tells of what happens to processes of which some die."""

    def __init__(self, house: House, stripe: StripeServer, customer: str) -> None:
        super().__init__(house.shop, stripe, house.worker().steps, customer)
        self.house = house
        self.deaths: Counter[str] = Counter()
        self.places: set[tuple[str, str]] = set()

    async def tell(self, story: Story, *steps: str) -> None:
        doom = story.telling
        assert isinstance(doom, Doom)
        for step in steps:
            await super().tell(story, *(() if step == doom.step else (step,)))
            if step == doom.step:
                await self.die(story, doom)

    async def die(self, story: Story, doom: Doom) -> None:
        self.let_happen(story, doom.step)
        for event in story.happened[doom.step]:
            self.deaths[doom.how] += 1
            if "applied" in doom.how:
                await self.receive(event)
            else:
                await self.steps.gateway("stripe").parse_callback(*self.stripe.signed(event))
            if "never" not in doom.how:
                story.refused.append(event)  # so it comes again with the next

    async def compare_books(self) -> None:
        places = await self.house.reconcile()
        self.deaths["a reconciliation is made by one who dies"] += len(places)
        self.places |= {(function, moment) for function, _, moment in places}

    async def end(self, story: Story) -> None:
        """The worker asks about a payment whose end it does not know; Stripe sends again what was refused."""
        if (await self.see(story))["status"] in ("open", "processing"):
            for place in product(("get_payment_for_gateway", "receive_gateway_event"), ("before", "after")):
                await self.look_up(story, place)
            await self.look_up(story)
        await super().tell(story, RECONCILED)

    async def look_up(self, story: Story, dies_at: tuple[str, str] | None = None) -> None:
        job = self.house.worker(lambda place: place[::2] == dies_at).payments
        try:
            await job.reconcile({"payment_id": story.payment})
        except Death:
            self.deaths["a payment is looked up by one who dies"] += 1


async def test_a_death_at_every_step_of_every_history(
    shop: Shop, customer: str, stripe: StripeServer, house: House
) -> None:
    undertaker = Undertaker(house, stripe, customer)
    groups: dict[tuple[int, ...], list[Telling]] = defaultdict(list)
    for doom in dooms():
        groups[doom.reconciled].append(doom)
    stories: list[Story] = []
    for group in groups.values():
        stories += await undertaker.live(group)
    await side_by_side(undertaker.end(story) for story in stories)
    await undertaker.reconcile()
    await house.reconcile_twice()
    for story in stories:
        assert await undertaker.see(story) == expected(story.telling.history), story.telling
        assert not story.refused, story.telling
    left = await shop.admin.fetch("SELECT * FROM payments.reconciliation_differences WHERE explained_at IS NULL")
    assert not left, left
    reconciling = (
        "get_reconciliation", "store_gateway_movements", "list_unknown_events", "get_payment_for_gateway",
        "receive_gateway_event", "list_payments_to_reconcile", "reconcile_payment", "advance_reconciliation",
    )  # fmt: skip
    assert undertaker.deaths["a payment is looked up by one who dies"]
    assert undertaker.places == set(product(reconciling, ("before", "after")))
    deaths = sum(undertaker.deaths.values())
    print(f"{len(stories)} stories of {len(HISTORIES)} histories, {deaths} deaths; one end each")
    for how, count in undertaker.deaths.items():
        print(f"  {count:5} × {how}")
    await assert_gateway_totals(shop, stripe, house.worker().steps)
    await shop.assert_books_balance()


# --- a gateway that is asked about each payment ---------------------------------------------------


async def test_a_death_at_every_step_of_asking_about_each_payment(
    shop: Shop, customer: str, access: Access, tmp_path: Path
) -> None:
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Lamp", description="", sku="asked", price=500,
        currency="BDT", stock=1000,
    )  # fmt: skip
    items = [{"product_id": made["id"], "quantity": 2}]
    with SSLCommerzServer() as server:
        async with open_house(shop, server, access, tmp_path) as house:
            steps = house.worker().steps
            payments = []
            for number in range(12):
                order = await shop.call("web_customer", "create_order", token=customer, items=items, currency="BDT")
                answer = await shop.call(
                    "web_customer", "begin_payment", token=customer, order_id=order["id"], provider="sslcommerz"
                )
                payments.append(answer["payment"]["id"])
                await steps.open(payments[-1], payments[-1])
                told = server.pay(write_id(payments[-1]))
                if number % 2:  # nobody tells us of the others
                    for event in await steps.gateway("sslcommerz").parse_callback({}, told):
                        await steps.apply("sslcommerz", event, "test")
            died = await house.reconcile("sslcommerz")
            await house.reconcile_twice("sslcommerz")
            for payment in payments:
                seen = await shop.see({"id": payment})
                assert (seen["status"], seen["amount_captured"], seen["order_status"]) == ("completed", 1000, "paid")
                assert {(name, payment, moment) for name in ("get_payment_for_gateway", "reconcile_payment")
                        for moment in ("before", "after")} <= died  # fmt: skip
            print(f"{len(payments)} payments that SSLCommerz was asked about: {len(died)} deaths; one end each")
            await assert_gateway_totals(shop, server, steps)
    await shop.assert_books_balance()
