"""A payer disputes a payment at their bank: the merchant's share waits, and goes back if the bank decides so."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, replace
from typing import Any

import pytest

from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.objects import DISPUTE_STATUSES
from api.gateways.stripe.settings import StripeSettings
from tests.gateways.stripe_payments import SHOP, attempt
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.payouts import payable

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


async def dispute(shop: Shop, payment: dict[str, Any], end: str, amount: int = 1000) -> str:
    return await shop.event(
        payment, f"dispute_{end}", case_reference=f"dp_{payment['id']}", amount=amount, failure_code="fraudulent"
    )


async def earnings(shop: Shop, order: dict[str, Any]) -> tuple[int, int]:
    """The balance of the order's merchant, and what of it is held."""
    row = await shop.admin.fetchrow(
        "SELECT b.balance, b.held FROM sales.order_items AS i, ledger.read_balances(i.merchant_id, 'earnings') AS b "
        "WHERE i.order_id = $1",
        uuid.UUID(order["id"]),
    )
    return row["balance"], row["held"]


@pytest.fixture
async def paid(shop: Shop, customer: str) -> tuple[dict[str, Any], dict[str, Any]]:
    shop.merchant = await shop.account("merchant")
    order, payment = await shop.paid(customer, await shop.product())
    seller = "SELECT i.merchant_id::text FROM sales.order_items AS i WHERE i.order_id = $1"
    await payable(shop.admin, await shop.admin.fetchval(seller, uuid.UUID(order["id"])))
    return order, payment


async def test_an_open_dispute_holds_the_merchants_share(shop: Shop, paid: Any) -> None:
    order, payment = paid
    assert await earnings(shop, order) == (900, 0)
    assert await dispute(shop, payment, "opened") == "applied"
    assert await dispute(shop, payment, "opened") == "repeated"
    assert await earnings(shop, order) == (900, 900)
    with refused("insufficient_funds", "SH409"):
        await shop.call("web_merchant", "request_payout", token=shop.merchant, amount=900, currency="USD")
    with refused("payment_disputed", "SH409"):
        await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x")
    listed = (await shop.call("web_support", "list_disputes", token=shop.support, status="open"))["data"]
    assert (listed[0]["payment_id"], listed[0]["amount"], listed[0]["reason"]) == (payment["id"], 1000, "fraudulent")
    await shop.assert_books_balance()


async def test_a_dispute_that_is_won_lets_go(shop: Shop, paid: Any) -> None:
    order, payment = paid
    await dispute(shop, payment, "opened")
    assert await dispute(shop, payment, "won") == "applied"
    assert await earnings(shop, order) == (900, 0)
    assert (await shop.see(payment))["amount_refunded"] == 0
    await shop.assert_books_balance()


async def test_a_dispute_that_is_lost_is_a_refund_by_the_bank(shop: Shop, paid: Any) -> None:
    order, payment = paid
    await dispute(shop, payment, "opened", 400)
    assert await earnings(shop, order) == (900, 360)
    assert await dispute(shop, payment, "lost", 400) == "applied"
    assert await earnings(shop, order) == (540, 0)
    seen = await shop.see(payment)
    assert seen["refunds"] == [["completed", 400, 400, "dispute_lost"]]
    # Nobody sends it once more.
    sent = "SELECT count(*) FROM messaging.outbox WHERE kind = 'refund_payment' AND created_at > now() - interval '1 s'"
    assert await shop.admin.fetchval(sent) == 0
    await shop.assert_books_balance()


async def test_what_was_refunded_and_is_lost_as_well_is_the_shops_loss(shop: Shop, paid: Any) -> None:
    order, payment = paid
    made = await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x")
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re")
    assert await dispute(shop, payment, "lost") == "applied"
    seen = await shop.see(payment)
    assert seen["transfers"][-1] == ["dispute_loss", "disputes", "clearing", "USD", 1000]
    assert await earnings(shop, order) == (0, 0)
    await shop.assert_books_balance()


async def test_a_share_that_was_paid_out_is_owed(shop: Shop, paid: Any) -> None:
    """Earnings may fall below zero: the next sales pay it off."""
    order, payment = paid
    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=order["id"])
    # The return window is over.
    await shop.admin.execute(
        "UPDATE ledger.order_earnings SET available_from = now() WHERE order_id = $1", uuid.UUID(order["id"])
    )
    made = await shop.call("web_merchant", "request_payout", token=shop.merchant, amount=900, currency="USD")
    await shop.call("web_support", "confirm_payout", token=shop.support, payout_id=made["id"], provider_reference="po")
    assert await earnings(shop, order) == (0, 0)
    await dispute(shop, payment, "lost")
    assert await earnings(shop, order) == (-900, 0)
    with refused("insufficient_funds", "SH409"):
        await shop.call("web_merchant", "request_payout", token=shop.merchant, amount=1, currency="USD")
    await shop.assert_books_balance()


@pytest.mark.parametrize(("status", "end"), [("lost", (0, 0)), ("under_review", (900, 900)), ("won", (900, 0))])
async def test_itemised_movements_replace_the_statement_that_it_was_withdrawn(
    shop: Shop, paid: Any, status: str, end: tuple[int, int]
) -> None:
    """A dispute that was opened before its gateway itemised what it moved."""
    order, payment = paid
    await dispute(shop, payment, "opened")
    movements = [{"reference": "txn_1", "amount": -1000}, {"reference": "txn_2", "amount": 1000}]
    told = {"dispute_status": status, "movements": movements if status == "won" else movements[:1], "amount": 1000}
    told["occurred_at"] = "2026-01-01T00:00:00Z"
    assert await shop.event(payment, "dispute", case_reference=f"dp_{payment['id']}", **told) == "applied"
    assert await earnings(shop, order) == end
    await shop.assert_books_balance()


async def test_a_dispute_of_nothing_is_kept(shop: Shop, paid: Any) -> None:
    _, payment = paid
    assert await shop.event(payment, "dispute_opened", "no case", amount=5) == "no_change"
    assert await shop.event(payment, "dispute_opened", "no amount", case_reference="x", amount=0) == "no_change"


# --- as Stripe reports them -----------------------------------------------------------------------


class Disputed:
    """A payment of 30.00 at Stripe and in the shop, of a merchant of its own, who gets 27.00."""

    def __init__(self, shop: Shop, server: StripeServer, gateway: StripeGateway) -> None:
        self.shop, self.server, self.gateway = shop, server, gateway

    async def begin(self, customer: str) -> None:
        """The attempt, and the payment at Stripe, of which the shop knows nothing yet."""
        self.shop.merchant = await self.shop.account("merchant")
        self.order = await self.shop.order(customer, await self.shop.product(price=1500))
        answer = await self.shop.call(
            "web_customer", "begin_payment", token=customer, order_id=self.order["id"], provider="stripe"
        )
        self.payment = answer["payment"]
        session = await self.gateway.open(replace(attempt(), id=self.payment["id"], order_id=self.order["id"]))
        self.paid = self.server.pay(session.reference)
        self.intent = str(self.server.sessions[session.reference]["payment_intent"])

    async def tell(self, *sent: Thing) -> list[str]:
        """Stripe's callbacks; the outcomes."""
        outcomes = []
        for callback in sent:
            for event in await self.gateway.parse_callback(*self.server.signed(callback)):
                given = {
                    "provider": "stripe", "event_id": event.id, "kind": event.kind, "payload": {},
                    "payment_id": event.payment_id, "provider_reference": event.reference,
                    "charge_reference": event.charge, "amount": event.amount, "currency": event.currency,
                    "case_reference": event.case, "refund_id": event.refund_id, "failure_code": event.failure_code,
                    "dispute_status": event.status, "occurred_at": event.occurred_at and event.occurred_at.isoformat(),
                    "movements": [asdict(movement) for movement in event.movements],
                }  # fmt: skip
                receipt = await self.shop.call("web_gateway", "receive_gateway_event", **given)
                outcomes.append(receipt["outcome"])
        return outcomes

    async def listed(self, **filters: Any) -> list[dict[str, Any]]:
        found = await self.shop.call("web_support", "list_disputes", token=self.shop.support, limit=100, **filters)
        return [dispute for dispute in found["data"] if dispute["payment_id"] in (None, self.payment["id"])]

    async def refund(self, amount: int | None = None) -> dict[str, Any]:
        given = {} if amount is None else {"amount": amount}
        made: dict[str, Any] = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=self.payment["id"], reason="x", **given
        )
        return made

    async def books(self) -> dict[str, int]:
        """Where the money of the order is. Clearing: what Stripe has for the shop."""
        rows = await self.shop.admin.fetch(
            """
            SELECT a.kind, sum(m.amount)::bigint AS amount
            FROM (SELECT t.credit_account AS id, t.amount FROM ledger.transfers AS t
                  WHERE t.order_id = $1 AND t.phase IN ('posted', 'post')
                  UNION ALL
                  SELECT t.debit_account, -t.amount FROM ledger.transfers AS t
                  WHERE t.order_id = $1 AND t.phase IN ('posted', 'post')) AS m
            JOIN ledger.accounts AS a ON a.id = m.id GROUP BY a.kind HAVING sum(m.amount) <> 0
            """,
            uuid.UUID(self.order["id"]),
        )
        found = {row["kind"]: row["amount"] for row in rows}
        held = (await earnings(self.shop, self.order))[1]
        return {**found, "clearing": -found.get("clearing", 0), "held": held}


@pytest.fixture(scope="module")
def running() -> Any:
    with StripeServer() as server:
        yield server


@pytest.fixture
async def begun(shop: Shop, customer: str, running: StripeServer) -> AsyncIterator[Disputed]:
    running.reset()
    gateway = StripeGateway(
        StripeSettings(secret_key=running.secret_key, webhook_secret=(running.webhook_secret,), api=running.url), SHOP
    )
    disputed = Disputed(shop, running, gateway)
    await disputed.begin(customer)
    yield disputed
    await shop.assert_books_balance()
    await gateway.aclose()


@pytest.fixture
async def at_stripe(begun: Disputed) -> Disputed:
    await begun.tell(*begun.paid)
    return begun


PAID = {"clearing": 3000, "earnings": 2700, "commission": 300, "held": 0}
# After a dispute's fee of 15.00.
HELD = {**PAID, "clearing": 1500, "fees": -1500, "held": 2700}
WON = {**HELD, "held": 0}
LOST = {"clearing": -1500, "fees": -1500, "held": 0}


async def test_an_inquiry_holds_nothing_and_can_be_refunded(at_stripe: Disputed) -> None:
    assert await at_stripe.tell(*at_stripe.server.dispute(at_stripe.intent, status="warning_needs_response")) == [
        "applied"
    ]
    assert await at_stripe.books() == PAID
    (listed,) = await at_stripe.listed(status="open")
    assert (listed["status"], listed["closed_at"]) == ("warning_needs_response", None)
    made = await at_stripe.refund()
    await at_stripe.shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re")
    assert await at_stripe.books() == {"clearing": 0, "held": 0}
    assert await at_stripe.tell(*at_stripe.server.close_dispute(case(at_stripe), "warning_closed"))
    (listed,) = await at_stripe.listed(status="warning_closed")
    assert listed["closed_at"] is not None
    assert await at_stripe.listed(status="open") == []


def case(disputed: Disputed) -> str:
    (found,) = disputed.server.disputes
    return found


async def test_a_prevented_dispute_is_ended_and_its_refund_is_a_refund(at_stripe: Disputed) -> None:
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
    (refund,) = at_stripe.server.refunds
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
    first, second = at_stripe.server.disputes
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
    dispute = list(server.disputes)[-1]
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
