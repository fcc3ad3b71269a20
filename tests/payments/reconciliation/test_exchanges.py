"""Stripe pays the shop in another currency than the customers pay in: each clearing account is what Stripe has of that
currency, and rates that change meanwhile are the shop's gain or loss."""

from __future__ import annotations

import pytest

from api.gateways.stripe.objects import of_balance_transaction
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop
from tests.payments.reconciliation.conftest import House, intent_of, session_of
from tests.support.gateway_totals import assert_gateway_totals

BALANCES = """
SELECT a.kind || ' ' || a.currency AS name, sum(m.amount)::bigint AS amount
FROM (SELECT t.debit_account AS id, t.amount FROM ledger.transfers AS t WHERE t.phase IN ('posted', 'post')
      UNION ALL
      SELECT t.credit_account, -t.amount FROM ledger.transfers AS t WHERE t.phase IN ('posted', 'post')) AS m
JOIN ledger.accounts AS a ON a.id = m.id
WHERE a.provider = 'stripe' OR a.kind IN ('exchange', 'fees', 'bank')
GROUP BY a.kind, a.currency HAVING sum(m.amount) <> 0
"""


async def balances(shop: Shop) -> dict[str, int]:
    """Stripe's clearing accounts, exchange, fees and bank: debits less credits; those that are not 0."""
    return {row["name"]: row["amount"] for row in await shop.admin.fetch(BALANCES)}


def changed(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    names = before.keys() | now.keys()
    return {name: change for name in sorted(names) if (change := now.get(name, 0) - before.get(name, 0))}


def held(stripe: StripeServer) -> int:
    """What Stripe has for the shop."""
    return sum(entry["net"] for entry in stripe.transactions.values())


@pytest.fixture(autouse=True)
def in_euros(stripe: StripeServer) -> None:
    stripe.account_currency, stripe.exchange_rate = "eur", 1.25


async def test_what_is_exchanged_meets_fees_and_payouts(shop: Shop, house: House, stripe: StripeServer) -> None:
    before, then = await balances(shop), held(stripe)
    payment_id = await house.paid(stripe)
    assert changed(before, await balances(shop)) == {"clearing USD": 1000}  # until Stripe's books say more
    assert (await house.reconcile("stripe")).differences == 0
    assert changed(before, await balances(shop)) == {
        "clearing EUR": 1250 - 74, "exchange EUR": -1250, "exchange USD": 1000, "fees EUR": 74,
    }  # fmt: skip

    stripe.exchange_rate = 1.5
    stripe.refund_by_hand(intent_of(stripe, payment_id), 400)
    stripe.enter("payout", "payout", -(held(stripe) - then), of="po")
    for _ in range(2):  # the second time nothing is left to book
        assert (await house.reconcile("stripe")).differences == 0
        assert changed(before, await balances(shop)) == {
            "bank EUR": 576, "exchange EUR": -650, "exchange USD": 600, "fees EUR": 74,
        }  # fmt: skip
    await assert_gateway_totals(shop, stripe, house.steps)
    kinds = [t[0] for t in (await shop.see({"id": payment_id}))["transfers"] if "exchange" in t]
    assert kinds == ["capture_exchanged", "capture_exchanged", "refund_exchanged", "refund_exchanged"]


async def test_a_refund_that_came_back_is_exchanged_back(shop: Shop, house: House, stripe: StripeServer) -> None:
    before, then = await balances(shop), held(stripe)
    payment_id = await house.paid(stripe)
    (created, *_) = await tell_of(house, stripe, stripe.refund_by_hand(intent_of(stripe, payment_id), 400))
    stripe.exchange_rate = 1.2
    stripe.settle_refund(created["data"]["object"]["id"], "failed")
    assert (await house.reconcile("stripe")).differences == 0
    now = changed(before, await balances(shop))
    assert now["clearing EUR"] == held(stripe) - then == 1250 - 74 - 500 + 480
    assert "clearing USD" not in now
    await assert_gateway_totals(shop, stripe, house.steps)


async def test_a_dispute_is_exchanged_as_its_money_moves(shop: Shop, house: House, stripe: StripeServer) -> None:
    before, then = await balances(shop), held(stripe)
    payment_id = await house.paid(stripe)
    (created, *_) = await tell_of(house, stripe, stripe.dispute(intent_of(stripe, payment_id), amount=600))
    assert (await house.reconcile("stripe")).differences == 0
    now = changed(before, await balances(shop))
    assert now["clearing EUR"] == held(stripe) - then
    assert now["clearing USD"] == 600  # Stripe has withdrawn it; it is the shop's until the dispute is lost
    await assert_gateway_totals(shop, stripe, house.steps)
    for status, rate in (("lost", 1.3), ("won", 1.1)):
        stripe.exchange_rate = rate
        stripe.close_dispute(created["data"]["object"]["id"], status)
        assert (await house.reconcile("stripe")).differences == 0
        now = changed(before, await balances(shop))
        assert (now["clearing EUR"], now.get("clearing USD", 0)) == (held(stripe) - then, 0)
        await assert_gateway_totals(shop, stripe, house.steps)


async def test_a_part_of_yen_is_captured(shop: Shop, house: House, stripe: StripeServer) -> None:
    """1,000 yen are 6.20 euros: a rate is between whole units. What a capture leaves is exact without it."""
    stripe.exchange_rate = 0.0062
    before, then = await balances(shop), held(stripe)
    method = {"token": await shop.account("admin"), "provider": "stripe"}
    await shop.call("web_admin", "update_provider", **method, capture_method="manual")
    try:
        payment_id = await house.begin_payment("stripe", currency="JPY")
    finally:
        await shop.call("web_admin", "update_provider", **method, capture_method="automatic")
    await house.tell(stripe, *stripe.authorize(session_of(stripe, payment_id)))
    await shop.call("web_support", "capture_payment", token=shop.support, payment_id=payment_id, amount=333)
    await house.steps.capture(payment_id, payment_id)
    assert (await house.reconcile("stripe")).differences == 0
    now = changed(before, await balances(shop))
    assert (now["clearing EUR"], now["exchange EUR"]) == (held(stripe) - then, -620 + 414)
    assert (now["exchange JPY"], "clearing JPY" in now) == (333, False)
    await assert_gateway_totals(shop, stripe, house.steps)


def test_a_debit_in_yen_that_came_back_is_exact() -> None:
    charge = {"id": "ch_1", "payment_intent": "pi_1", "amount": 1000, "amount_captured": 1000, "currency": "jpy",
              "metadata": {}}  # fmt: skip
    entry = {"id": "txn_1", "reporting_category": "charge_failure", "amount": -617, "currency": "eur", "fee": 0,
             "exchange_rate": 0.00617, "created": 1_790_000_000, "source": charge}  # fmt: skip
    read = of_balance_transaction(entry)
    assert (read.amount, read.currency, read.settled_amount, read.settled_currency) == (-1000, "JPY", -617, "EUR")


async def test_entries_from_before_the_exchange_was_known_are_booked(
    shop: Shop, house: House, stripe: StripeServer
) -> None:
    await house.paid(stripe)
    await house.reconcile("stripe")
    before = await balances(shop)
    entry = "SELECT movement_id FROM payments.gateway_movements WHERE settled_currency = 'EUR' ORDER BY moved_at DESC"
    movement = await shop.admin.fetchval(entry)
    async with shop.admin.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        await connection.execute("DELETE FROM ledger.transfers WHERE metadata ->> 'movement_id' = $1", movement)
        broken = await connection.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
        assert [row["name"] for row in broken] == ["what gateways exchange is booked in both currencies, once"]
        await connection.execute(
            "UPDATE payments.gateway_movements SET exchanged = false, settled_amount = NULL, settled_currency = NULL "
            "WHERE movement_id = $1", movement,
        )  # fmt: skip
    await shop.assert_books_balance()
    assert changed(before, await balances(shop)) != {}
    assert (await house.reconcile("stripe")).differences == 0
    assert changed(before, await balances(shop)) == {}


async def test_money_of_no_payment_is_not_exchanged(shop: Shop, house: House, stripe: StripeServer) -> None:
    """It is a difference; where the payment is found later, its exchange is booked too."""
    before = await balances(shop)
    payment_id = await house.begin_payment("stripe")
    charged = [e for e in stripe.pay(session_of(stripe, payment_id)) if e["type"] == "charge.succeeded"]
    (charge,) = [stripe.charges[event["data"]["object"]["id"]] for event in charged]
    known, charge["metadata"] = charge["metadata"], {}
    await house.reconcile("stripe")
    (found,) = [d for d in await house.differences() if d["kind"] == "unknown_payment"]
    assert (found["theirs"], found["currency"], changed(before, await balances(shop))) == (1000, "USD", {})
    charge["metadata"] = known
    assert (await house.reconcile("stripe")).differences == 0
    assert changed(before, await balances(shop))["exchange EUR"] == -1250
    await assert_gateway_totals(shop, stripe, house.steps)


async def tell_of(house: House, stripe: StripeServer, events: list[Thing]) -> list[Thing]:
    await house.tell(stripe, *events)
    return events
