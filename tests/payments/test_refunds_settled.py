"""A refund that failed or came back is settled in another way, and nothing else waits for it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.test_refunds import issue_notes, refund
from tests.support.connections import refused


async def fail(shop: Shop, payment: dict[str, Any], made: dict[str, Any], how: str) -> None:
    if how == "came back":
        case = f"re_{made['id']}"
        await shop.event(payment, "refund_completed", f"done:{made['id']}", refund_id=made["id"], case_reference=case)
        await shop.event(
            payment, "refund_failed", f"back:{made['id']}", refund_id=made["id"], case_reference=case,
            failure_code="expired_or_canceled_card",
        )  # fmt: skip
    else:
        await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="expired_or_canceled_card")


async def settle(shop: Shop, made: dict[str, Any], method: str, token: str | None = None) -> Any:
    given = {"refund_id": made["id"], "method": method, "reference": "receipt 17"}
    return await shop.call("web_support", "settle_refund", token=token or shop.support, **given)


@pytest.mark.parametrize("how", ["refused", "came back"])
async def test_a_failed_refund_blocks_nothing(shop: Shop, customer: str, how: str) -> None:
    """One failure that holds up everything beside it. An order has two payments, and the refund of one fails: the
    other is refunded, and the order is cancelled."""
    lamp, cup = await shop.product(1000, 9), await shop.product(2000, 9)
    order = await shop.call(
        "web_customer", "create_order", token=customer,
        items=[{"product_id": lamp, "quantity": 1}, {"product_id": cup, "quantity": 1}],
    )  # fmt: skip
    first, second = await shop.begin(customer, order, 1000), await shop.begin(customer, order, 2000)
    for payment in (first, second):
        await shop.event(payment, "completed")
    lines = {item["unit_price"]: item["id"] for item in order["items"]}
    made = await refund(shop, first, items=[{"order_item_id": lines[1000], "quantity": 1}])
    await fail(shop, first, made, how)
    other = await refund(shop, second, items=[{"order_item_id": lines[2000], "quantity": 1}], restock=False)
    assert (other["status"], other["amount"]) == ("pending", 2000)
    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
    await shop.assert_books_balance()


async def test_a_word_of_support_makes_no_refund_a_disputes(shop: Shop, customer: str) -> None:
    """What a person types is taken for a word of our own. The money of this refund would be owed to nobody."""
    _, payment = await shop.paid(customer, await shop.product())
    made = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment["id"], amount=400, reason="dispute_lost"
    )
    await fail(shop, payment, made, "came back")
    settled = await settle(shop, made, "cash")
    assert (settled["status"], settled["settled_by"]) == ("completed", "cash")
    await shop.assert_books_balance()


@pytest.mark.parametrize("method", ["bank_transfer", "wallet", "credit", "cash"])
@pytest.mark.parametrize("how", ["refused", "came back"])
async def test_it_is_settled_and_booked_where_the_money_went(shop: Shop, how: str, method: str) -> None:
    customer = await shop.account()
    order, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment, amount=400)
    await fail(shop, payment, made, how)
    settled = await settle(shop, made, method)
    assert (settled["id"], settled["status"], settled["settled_by"]) == (made["id"], "completed", method)
    assert settled["settled_reference"] == "receipt 17"
    seen = await shop.see(payment)
    assert (seen["amount_refunded"], seen["order_refunded"]) == (400, 400)
    source = "sales" if how == "refused" else "unapplied"
    to = method if method in ("wallet", "credit") else "clearing"
    assert seen["transfers"][-1][1:] == [source, to, "USD", 400]
    providers = {"bank_transfer": "bank_transfer", "cash": "cash_on_delivery"}
    if method in providers:
        booked = await shop.admin.fetchval(
            "SELECT a.provider FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.credit_account "
            "WHERE t.refund_id = $1 ORDER BY t.id DESC LIMIT 1",
            uuid.UUID(made["id"]),
        )
        assert booked == providers[method]
    else:
        balance = await shop.call(
            "web_customer", f"get_own_{method}" if method == "credit" else "get_wallet", token=customer
        )
        assert [b["balance"] for b in balance["balances"]] == [400]
    # Its credit note is made once, its merchant gave back their share once.
    await issue_notes(shop)
    credited = await shop.admin.fetch(
        "SELECT total FROM billing.invoices WHERE order_id = $1 AND kind = 'credit_note'", uuid.UUID(order["id"])
    )
    assert [row["total"] for row in credited] == [400]
    shares = await shop.admin.fetch(
        "SELECT sum(amount)::bigint AS back FROM ledger.transfers WHERE order_id = $1 AND kind = 'earnings_returned'",
        uuid.UUID(order["id"]),
    )
    assert shares[0]["back"] == 360
    # It is over: neither settled nor retried again, and a late report changes nothing.
    with refused("refund_not_failed", "SH409"):
        await settle(shop, made, method)
    with refused("refund_not_failed", "SH409"):
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    await shop.event(payment, "refund_failed", f"again:{made['id']}", refund_id=made["id"])
    assert (await shop.see(payment))["refunds"][0][0] == "completed"
    await shop.assert_books_balance()


async def test_a_refund_of_a_deposit_is_settled_from_the_wallet(shop: Shop) -> None:
    customer = await shop.account()
    answer = await shop.call(
        "web_customer", "begin_deposit", token=customer, amount=5000, currency="USD", provider="mock"
    )  # fmt: skip
    payment = answer["payment"]
    await shop.event(payment, "completed")
    made = await refund(shop, payment, amount=2000)
    await fail(shop, payment, made, "refused")
    wallet = await shop.call("web_customer", "get_wallet", token=customer)
    assert [b["available"] for b in wallet["balances"]] == [5000]
    assert (await settle(shop, made, "bank_transfer"))["status"] == "completed"
    wallet = await shop.call("web_customer", "get_wallet", token=customer)
    assert [b["available"] for b in wallet["balances"]] == [3000]
    await shop.assert_books_balance()


async def test_not_while_the_payer_disputes_the_payment(shop: Shop, customer: str) -> None:
    """The gateway has taken the money, so the payer would have it twice."""
    _, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment, amount=400)
    await fail(shop, payment, made, "refused")
    case = {"amount": 1000, "case_reference": f"dp_{payment['id']}", "failure_code": "fraudulent"}
    await shop.event(payment, "dispute_opened", **case)
    with refused("payment_disputed", "SH409"):
        await settle(shop, made, "bank_transfer")
    await shop.event(payment, "dispute_won", **case)
    assert (await settle(shop, made, "bank_transfer"))["status"] == "completed"
    await shop.assert_books_balance()


async def test_only_a_failed_one_and_not_ones_own(shop: Shop) -> None:
    customer = await shop.account()
    order, payment = await shop.paid(customer, await shop.product())
    email = await shop.admin.fetchval(
        "UPDATE identity.accounts SET role = 'support' WHERE id = $1 RETURNING email", uuid.UUID(order["account_id"])
    )
    staff = await shop.admin.fetchval("SELECT identity.issue_local_token('support', $1)", email)
    made = await refund(shop, payment, amount=400)
    with refused("refund_not_failed", "SH409"):
        await settle(shop, made, "cash")
    await fail(shop, payment, made, "refused")
    with refused("own_account_refused", "SH403"):
        await settle(shop, made, "cash", staff)


async def test_one_that_was_retried_is_settled_as_its_retry(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment, amount=400)
    await fail(shop, payment, made, "came back")
    again = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    with refused("refund_retried_twice", "SH409"):
        await settle(shop, made, "cash")
    await fail(shop, payment, again, "refused")
    assert (await shop.see(payment))["amount_refunded"] == 400
    assert (await settle(shop, again, "cash"))["status"] == "completed"
    assert (await shop.see(payment))["amount_refunded"] == 400
    await shop.assert_books_balance()
