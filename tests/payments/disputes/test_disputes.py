"""A payer disputes a payment at their bank: the merchant's share waits, and goes back if the bank decides so."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.disputes.conftest import dispute, earnings
from tests.support.connections import refused
from tests.support.payouts import payable

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the library calls httpx


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
