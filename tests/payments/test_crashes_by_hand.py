"""A process dies at every step of a refund of ours, beside which a colleague makes one in the dashboard.

The deaths are those of mortals.py. Each refund of the gateway is booked once, and none is made twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path

import pytest

from db.server.access import Access
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.payments.mortals import Death, House, open_house
from tests.payments.test_stories_reconciled import Narrator, Story, Telling, expected, side_by_side
from tests.support.gateway_totals import assert_gateway_totals

OURS = 300
BY_HAND = (300, 500)
NOT_SENT = tuple(product(("get_refund_for_gateway", "get_payment_for_gateway"), ("before", "after")))
DIES = (None, *NOT_SENT, ("complete_refund", "before"), ("complete_refund", "after"))
WHEN = ("before ours is sent", "while nobody goes on with ours", "after ours")
TOLD = ("come twice", "never come", "are read by one who dies")
Case = tuple[int, tuple[tuple[str, str] | None, str, str]]  # the amount by hand; where we die, when it is, how we hear


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
async def house(shop: Shop, stripe: StripeServer, access: Access, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(shop, stripe, access, tmp_path) as made:
        yield made


@dataclass
class Colleagues:
    """One refunds through us, another one in the dashboard."""

    narrator: Narrator
    house: House

    async def live(self, case: Case) -> tuple[Story, str]:
        by_hand, (dies, when, told) = case
        stripe, shop = self.narrator.stripe, self.house.shop
        story = await self.narrator.begin(Telling(("processing", "paid"), (), True))
        await self.narrator.tell(story, "processing", "paid")
        intent = stripe.sessions[story.session]["payment_intent"]
        made = await shop.call(
            "web_support", "create_refund", token=shop.support, payment_id=story.payment, reason="x", amount=OURS
        )
        for moment in WHEN:
            if moment == when:
                stripe.refund_by_hand(intent, by_hand)
            await self.tell(intent, told)
            if moment != WHEN[2]:
                await self.work(made["id"], dies if moment == WHEN[0] else None)
        return story, intent

    async def work(self, refund: str, dies_at: tuple[str, str] | None) -> None:
        with suppress(Death):
            await self.house.worker(lambda place: place[::2] == dies_at).payments.refund({"refund_id": refund})

    async def tell(self, intent: str, told: str) -> None:
        """All that Stripe has to say of the refunds of a payment."""
        for kind in ("refund.created", "charge.refunded"):
            for event in self.narrator.stripe.of_type(kind):
                if event["data"]["object"]["payment_intent"] != intent or told == "never come":
                    continue
                if told == "come twice":
                    await self.narrator.receive(event)
                    await self.narrator.receive(event)
                else:
                    await self.narrator.steps.gateway("stripe").parse_callback(*self.narrator.stripe.signed(event))


async def test_a_death_at_every_step_of_a_refund_beside_one_by_hand(
    shop: Shop, customer: str, stripe: StripeServer, house: House
) -> None:
    """One of the same amount that is known before ours was sent takes its place; else there are two."""
    colleagues = Colleagues(Narrator(shop, stripe, house.worker().steps, customer), house)
    amounts_in_turn = cycle(BY_HAND)
    cases = [(next(amounts_in_turn), case) for case in product(DIES, WHEN, TOLD)]
    lived = await side_by_side(colleagues.live(case) for case in cases)
    await house.reconcile()
    for (story, intent), case in zip(lived, cases, strict=True):
        by_hand, (dies, when, told) = case
        known = told == "come twice" and (when == WHEN[0] or (when == WHEN[1] and dies in NOT_SENT))
        amounts = sorted([by_hand] if known and by_hand == OURS else [OURS, by_hand])
        given = sorted(r["amount"] for r in stripe.refunds.values() if r["payment_intent"] == intent)
        seen = await colleagues.narrator.see(story)
        refunds = sorted((status, amount) for status, amount, _, _ in seen["refunds"])
        back, paid = sum(amounts), expected(("processing", "paid"))["books"]
        assert (given, refunds) == (amounts, [("completed", amount) for amount in amounts]), case
        assert seen["books"] == paid | {
            "clearing": paid["clearing"] + back, "earnings": 900 - back * 9 // 10, "commission": 100 - back // 10
        }, case  # fmt: skip
    print(
        f"{len(cases)} refunds beside one by hand: {len(DIES)} places to die × {len(WHEN)} moments × {len(TOLD)} ways "
        f"of callbacks, {len(BY_HAND)} amounts in turn; each refund of the gateway is booked once"
    )
    await assert_gateway_totals(shop, stripe, house.worker().steps)
    await shop.assert_books_balance()
