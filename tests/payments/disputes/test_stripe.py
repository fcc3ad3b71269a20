"""Disputes as Stripe reports them, in whatever order."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Iterable

import pytest

from api.gateways.stripe.objects import DISPUTE_STATUSES
from tests.gateways.stripe_server import Thing
from tests.payments.conftest import Shop
from tests.payments.disputes.conftest import HELD, LOST, PAID, WON, Disputed, case, cases, dispute
from tests.support.connections import refused

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def test_an_inquiry_holds_nothing_and_can_be_refunded(at_stripe: Disputed) -> None:
    """A state of the gateway's that has the name of another one: an inquiry is called a dispute, and takes no money."""
    assert await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, status="warning_needs_response")) == [
        "applied"
    ]
    assert await at_stripe.books() == PAID
    (listed,) = await at_stripe.listed(status="open")
    assert (listed["status"], listed["closed_at"]) == ("warning_needs_response", None)
    made = await at_stripe.refund()
    of_ours = {"refund_id": made["id"], "payment_id": at_stripe.payment["id"]}
    sent = at_stripe.server._create_refund({"payment_intent": at_stripe.intent, "amount": 3000, "metadata": of_ours})
    await at_stripe.shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference=sent["id"])
    assert await at_stripe.books() == {"clearing": 0, "held": 0}
    assert await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "warning_closed"))
    (listed,) = await at_stripe.listed(status="warning_closed")
    assert listed["closed_at"] is not None
    assert await at_stripe.listed(status="open") == []


async def test_a_prevented_dispute_is_ended_and_its_refund_is_a_refund(at_stripe: Disputed) -> None:
    """A state of the gateway's that we had no word for: what ends there must not stay open and held here for ever."""
    created, closed, *refunded = at_stripe.server.prevent(at_stripe.intent)
    assert await at_stripe.tell(created) == ["applied"]
    assert await at_stripe.books() == PAID
    assert await at_stripe.tell(closed) == ["applied"]
    (listed,) = await at_stripe.listed(status="prevented")
    assert listed["closed_at"] is not None
    assert await at_stripe.books() == PAID
    assert await at_stripe.tell(*refunded) == ["applied", "no_change"]
    assert await at_stripe.books() == {"clearing": 0, "held": 0}
    seen = await at_stripe.shop.see(at_stripe.payment)
    assert seen["refunds"] == [["completed", 3000, 3000, "refunded_at_gateway"]]


async def test_a_dispute_holds_at_most_what_is_left(at_stripe: Disputed) -> None:
    """An amount that is taken twice from one payment: 30.00 are paid, 10.00 refunded, and then 30.00 disputed."""
    await at_stripe.tell(*at_stripe.server.refund_by_hand(at_stripe.intent, 1000))
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent))
    left = {"clearing": 500, "earnings": 1800, "commission": 200, "fees": -1500, "held": 1800}
    assert await at_stripe.books() == left
    # Stripe withdraws the whole amount, and returns what had been refunded.
    await at_stripe.tell(*at_stripe.server.move_funds(case(at_stripe), 1000))
    assert await at_stripe.books() == left
    await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "lost"))
    assert await at_stripe.books() == {"clearing": -1500, "fees": -1500, "held": 0}


async def test_what_is_held_follows_what_is_left(at_stripe: Disputed) -> None:
    """A refund at the gateway after a dispute of a part, and that refund comes back."""
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, amount=2500))
    assert (await at_stripe.books())["held"] == 2250
    at_stripe.server.charges[at_stripe.server.intents[at_stripe.intent]["latest_charge"]]["disputed"] = False
    await at_stripe.tell(*at_stripe.server.refund_by_hand(at_stripe.intent, 1000))
    assert (await at_stripe.books())["held"] == 1800
    (refund,) = (r["id"] for r in at_stripe.server.refunds.values() if r["payment_intent"] == at_stripe.intent)
    await at_stripe.tell(*at_stripe.server.settle_refund(refund, "failed"))
    assert (await at_stripe.books())["held"] == 1800  # the refund is still owed


async def test_what_a_line_gave_back_is_not_held_of_its_merchant(shop: Shop, customer: str) -> None:
    """Two merchants, a line of 10.00 each; the first one's was refunded, and 0.01 of both before."""
    lamps = []
    for _ in range(2):
        shop.merchant = await shop.account("merchant")
        lamps.append(await shop.product(price=1000))
    items = [{"product_id": lamp, "quantity": 1} for lamp in lamps]
    order = await shop.call("web_customer", "create_order", token=customer, items=items)
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    line = await shop.admin.fetchval(
        "SELECT i.id::text FROM sales.order_items AS i WHERE i.order_id = $1 AND i.product_id = $2",
        uuid.UUID(order["id"]), uuid.UUID(lamps[0]),
    )  # fmt: skip
    await shop.event(payment, "refund_completed", amount=1, case_reference=f"re_{payment['id']}")
    given = [{"order_item_id": line, "quantity": 1}]
    await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x", items=given
    )
    assert await dispute(shop, payment, "opened", 2000) == "applied"
    held = await shop.admin.fetch(
        "SELECT b.held FROM sales.order_items AS i, ledger.read_balances(i.merchant_id, 'earnings') AS b "
        "WHERE i.order_id = $1 ORDER BY i.product_id",
        uuid.UUID(order["id"]),
    )
    assert [row["held"] for row in held] == [0, 900]
    await shop.assert_books_balance()


async def test_a_deposit_is_held_as_far_as_the_wallet_has_it(shop: Shop) -> None:
    customer = await shop.account()
    answer = await shop.call(
        "web_customer", "begin_deposit", token=customer, amount=1000, currency="USD", provider="mock"
    )
    payment = answer["payment"]
    await shop.event(payment, "completed")
    order = await shop.order(customer, await shop.product(price=300))
    await shop.call("web_customer", "begin_payment", token=customer, order_id=order["id"], provider="wallet")

    async def wallet() -> tuple[int, int]:
        (found,) = (await shop.call("web_customer", "get_wallet", token=customer))["balances"]
        return found["balance"], found["held"]

    case = {"case_reference": f"dp_{payment['id']}", "failure_code": "fraudulent", "amount": 1000}
    out = {"reference": "txn_1", "amount": -1000}
    back = {"reference": "txn_2", "amount": 1000}
    assert await wallet() == (400, 0)
    for n, (status, movements, end) in enumerate(
        [
            ("needs_response", [], (400, 0)),
            ("needs_response", [out], (400, 400)),
            ("lost", [out], (0, 0)),
            ("won", [out], (400, 400)),
            ("won", [out, back], (400, 0)),
        ]
    ):
        await shop.event(
            payment, "dispute", f"{payment['id']}:{n}", dispute_status=status, movements=movements,
            occurred_at=f"2026-01-01T00:00:0{n}Z", **case,
        )  # fmt: skip
        assert await wallet() == end, (status, movements)
        await shop.assert_books_balance()


async def test_two_disputes_hold_no_more_than_one_payment(at_stripe: Disputed) -> None:
    for amount in (2000, 2000):
        await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, amount=amount))
    assert (await at_stripe.books())["held"] == 2700
    first, second = cases(at_stripe)
    await at_stripe.tell(*at_stripe.server.close_dispute(second, "won"))
    assert (await at_stripe.books())["held"] == 1800
    await at_stripe.tell(*at_stripe.server.close_dispute(first, "lost"))
    assert await at_stripe.books() == {
        "clearing": -2000, "earnings": 900, "commission": 100, "fees": -3000, "held": 0
    }  # fmt: skip


async def test_money_moves_only_as_stripe_moves_it(at_stripe: Disputed) -> None:
    created, withdrawn = at_stripe.server.dispute(at_stripe.intent)
    await at_stripe.tell(created)
    assert await at_stripe.books() == PAID
    with refused("payment_disputed", "SH409"):
        await at_stripe.refund()
    assert await at_stripe.tell(withdrawn, withdrawn) == ["applied", "repeated"]
    assert await at_stripe.books() == HELD
    closed, reinstated = at_stripe.server.close_dispute(case(at_stripe), "won")
    await at_stripe.tell(closed)
    assert await at_stripe.books() == HELD
    with refused("payment_disputed", "SH409"):
        await at_stripe.refund()
    await at_stripe.tell(reinstated)
    assert await at_stripe.books() == WON
    await at_stripe.refund(1000)


async def test_a_lost_dispute_may_be_won_and_a_won_one_lost(at_stripe: Disputed) -> None:
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent))
    for _ in range(2):
        at_stripe.server.advance(1)
        assert await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "lost"))
        assert await at_stripe.books() == LOST
        (listed,) = await at_stripe.listed(status="lost")
        assert listed["refund_id"]
        at_stripe.server.advance(1)
        await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "won"))
        assert await at_stripe.books() == WON
        assert (await at_stripe.shop.see(at_stripe.payment))["amount_refunded"] == 0
    # Of the refunds that were undone none is to be retried.
    waiting = await at_stripe.shop.admin.fetchval("SELECT failed_refunds FROM report.count_work()")
    assert waiting == await at_stripe.shop.admin.fetchval(
        "SELECT count(*) FROM payments.refunds AS r WHERE r.status = 'failed' AND r.reason <> 'dispute_lost' "
        "AND NOT EXISTS (SELECT FROM payments.refunds AS n WHERE n.retry_of = r.id)"
    )


async def test_what_was_the_shops_loss_comes_back_as_well(at_stripe: Disputed) -> None:
    await at_stripe.tell(*at_stripe.server.refund_by_hand(at_stripe.intent, 1000))
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent))
    await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "lost"))
    assert await at_stripe.books() == {"clearing": -2500, "fees": -1500, "disputes": -1000, "held": 0}
    at_stripe.server.advance(1)
    await at_stripe.tell(*at_stripe.server.move_funds(case(at_stripe), 1000))
    assert await at_stripe.books() == LOST
    await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "won"))
    assert await at_stripe.books() == {
        "clearing": 500, "earnings": 1800, "commission": 200, "fees": -1500, "held": 0
    }  # fmt: skip


async def test_an_appeal_leaves_taken_what_is_taken(at_stripe: Disputed) -> None:
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, amount=1000))
    await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "lost"))
    lost = await at_stripe.books()
    at_stripe.server.advance(1)
    await at_stripe.tell(*at_stripe.server.update_dispute(case(at_stripe), "appeal_under_review"))
    assert await at_stripe.books() == lost
    with refused("payment_disputed", "SH409"):
        await at_stripe.refund()


async def test_an_unknown_status_is_shown_and_refunds_wait(at_stripe: Disputed) -> None:
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent))
    at_stripe.server.advance(1)
    await at_stripe.tell(*at_stripe.server.update_dispute(case(at_stripe), "arbitration"))
    assert [d["status"] for d in await at_stripe.listed(status="open")] == ["unknown"]
    assert await at_stripe.books() == HELD
    with refused("payment_disputed", "SH409"):
        await at_stripe.refund()


@pytest.mark.parametrize("status", sorted(DISPUTE_STATUSES))
async def test_every_status_is_listed_as_it_is(at_stripe: Disputed, status: str) -> None:
    await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, status="warning_needs_response"))
    at_stripe.server.advance(1)
    await at_stripe.tell(*at_stripe.server.update_dispute(case(at_stripe), status))
    assert [d["status"] for d in await at_stripe.listed(status=status)] == [status]
    ended = status in ("won", "lost", "prevented", "warning_closed")
    assert [d["closed_at"] is not None for d in await at_stripe.listed()] == [ended]
    assert len(await at_stripe.listed(status="open")) == (not ended)


async def test_a_dispute_that_overtakes_its_payment_waits_for_it(begun: Disputed) -> None:
    """Stripe's dispute names the payment intent only, which the shop learns with the payment."""
    assert await begun.tell(*begun.server.dispute(begun.intent)) == ["unknown_payment"] * 2
    (listed,) = await begun.listed(status="needs_response")
    assert (listed["payment_id"], listed["amount"], listed["currency"]) == (None, 3000, "USD")
    await begun.tell(*begun.paid)
    assert await begun.books() == HELD
    (listed,) = await begun.listed()
    assert listed["payment_id"] == begun.payment["id"]
    told = await begun.shop.admin.fetchval(
        "SELECT count(*) FROM messaging.events WHERE type = 'dispute.opened' AND data ->> 'payment_id' = $1",
        begun.payment["id"],
    )
    assert told == 1


async def test_a_dispute_and_its_payment_that_arrive_together_find_each_other(begun: Disputed) -> None:
    told = begun.server.dispute(begun.intent)
    await asyncio.gather(*(begun.tell(sent) for sent in [*begun.paid, *told]))
    assert await begun.books() == HELD


# What Stripe reports, in its order; with the books at the end.
STORIES: dict[str, tuple[tuple[str, ...], dict[str, int]]] = {
    "won": (("under_review", "won"), WON),
    "lost": (("under_review", "lost"), LOST),
    "lost, then won": (("lost", "won"), WON),
    "won, then lost": (("won", "lost"), LOST),
}


def orders(count: int) -> Iterable[tuple[int, ...]]:
    """Every order of up to four reports; of more, each rotation, forwards and backwards. And each report twice."""
    told = tuple(range(count))
    if count <= 4:
        yield from itertools.permutations(told)
    else:
        for way in (told, told[::-1]):
            yield from (way[n:] + way[:n] for n in told)
    yield from (told + again for again in (told, told[::-1]))


def tell_story(disputed: Disputed, steps: Iterable[str]) -> list[Thing]:
    server = disputed.server
    told = server.dispute(disputed.intent)
    dispute = case(disputed)
    for status in steps:
        server.advance(1)
        change = server.close_dispute if status in ("won", "lost") else server.update_dispute
        told += change(dispute, status)
    return told


@pytest.mark.parametrize("story", STORIES)
async def test_the_end_does_not_depend_on_the_order_of_the_reports(
    at_stripe: Disputed, customer: str, story: str
) -> None:
    steps, end = STORIES[story]
    told = tell_story(at_stripe, steps)
    for order in orders(len(told)):
        await at_stripe.tell(*(told[n] for n in order))
        assert await at_stripe.books() == end, [told[n]["type"] for n in order]
        await at_stripe.begin(customer)
        await at_stripe.tell(*at_stripe.paid)
        told = tell_story(at_stripe, steps)
