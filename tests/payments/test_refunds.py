"""Money goes back through the payment that brought it, never more than came, however many ask at once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import asyncpg

from tests.payments.conftest import Shop
from tests.support.connections import refused


async def refund(shop: Shop, payment: dict[str, Any], **given: Any) -> Any:
    given = {"reason": "damaged"} | given
    return await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], **given)


async def test_parts_up_to_what_was_paid(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    first = await refund(shop, payment, amount=400)
    assert (first["status"], first["amount"], first["reason"]) == ("pending", 400, "damaged")
    with refused("refund_above_payment", "SH409") as refusal:
        await refund(shop, payment, amount=601)
    assert refusal.detail == {"refundable": 600}
    assert (await refund(shop, payment))["amount"] == 600
    with refused("refund_above_payment", "SH409"):
        await refund(shop, payment)
    seen = await shop.see(payment)
    # Nothing was shipped, and nothing is owed any more.
    assert (seen["order_status"], seen["order_refunded"], seen["amount_refunded"]) == ("cancelled", 1000, 1000)
    page = await shop.call("web_support", "list_refunds", token=shop.support, payment_id=payment["id"])
    assert [r["amount"] for r in page["data"]] == [600, 400]
    await shop.assert_books_balance()


async def test_twenty_refunds_at_once_never_exceed_the_payment(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    answers = await asyncio.gather(*(refund(shop, payment, amount=150) for _ in range(20)), return_exceptions=True)
    told = Counter(a["status"] if isinstance(a, dict) else a.constraint_name for a in answers)  # type: ignore[union-attr]
    assert told == {"pending": 6, "refund_above_payment": 14}
    await shop.assert_books_balance()


async def test_what_was_not_paid_is_not_refunded(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    with refused("refund_above_payment", "SH409"):
        await refund(shop, payment)
    with refused("payment_not_found", "SH404"):
        await refund(shop, {"id": "00000000-0000-7000-8000-000000000009"})


async def test_refunds_are_for_support(shop: Shop, customer: str, connect: Any) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    for role in ("anonymous", "customer", "merchant", "gateway", "worker"):
        connection = await connect(f"web_{role}")
        try:
            await connection.fetch("SELECT api.create_refund($1::text::uuid, 'mine')", payment["id"])
        except asyncpg.InsufficientPrivilegeError:
            continue
        raise AssertionError(role)


async def test_a_finished_refund_is_booked_once(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment, amount=400)
    answers = await asyncio.gather(
        *(shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re_1") for _ in range(8))
    )
    assert Counter(answers) == {True: 1, False: 7}
    assert await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="late") is False
    seen = await shop.see(payment)
    assert seen["transfers"][1:] == [["refund", "sales", "clearing", "USD", 400]]
    assert seen["refunds"] == [["completed", 400, 400, "damaged"]]
    await shop.assert_books_balance()


async def test_a_refused_refund_can_be_asked_for_again(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment)
    assert await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="card_closed") is True
    seen = await shop.see(payment)
    assert (seen["amount_refunded"], seen["order_refunded"]) == (0, 0)
    await shop.assert_books_balance()

    # Nothing that the gateway says later makes it a success; what was refused is asked for anew.
    assert await shop.event(payment, "refund_completed", refund_id=made["id"]) == "no_change"
    again = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    assert (again["status"], again["amount"], again["retry_of"]) == ("pending", 1000, made["id"])
    with refused("refund_retried_twice", "SH409"):
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    with refused("refund_not_failed", "SH409"):
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=again["id"])
    assert await shop.event(payment, "refund_completed", refund_id=again["id"], event_id=again["id"]) == "applied"
    assert (await shop.see(payment))["order_refunded"] == 1000
    await shop.assert_books_balance()


async def test_a_retry_needs_money_that_is_left(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    first = await refund(shop, payment)
    await shop.call("web_worker", "fail_refund", refund_id=first["id"], failure_code="card_closed")
    await refund(shop, payment, amount=700)
    with refused("refund_above_payment", "SH409") as refusal:
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=first["id"])
    assert refusal.detail == {"refundable": 300}
    await shop.assert_books_balance()


async def test_money_that_comes_back_from_the_payers_bank_is_owed(shop: Shop, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment, amount=400)
    assert await shop.event(payment, "refund_completed", refund_id=made["id"]) == "applied"
    before = await shop.see(payment)
    assert await shop.event(payment, "refund_failed", refund_id=made["id"], failure_code="account_closed") == "applied"
    seen = await shop.see(payment)
    assert (seen["amount_refunded"], seen["order_refunded"]) == (400, 400)  # its credit note is out
    assert seen["refunds"] == [["failed", 400, 400, "damaged"]]
    assert seen["transfers"][len(before["transfers"]) :] == [["refund_returned", "clearing", "unapplied", "USD", 400]]
    shares = (
        "SELECT kind, amount FROM ledger.transfers "
        "WHERE order_id = $1::text::uuid AND kind LIKE 'earnings%' ORDER BY id"
    )
    assert [tuple(row) for row in await shop.admin.fetch(shares, order["id"])] == [
        ("earnings", 900), ("earnings_returned", 360)
    ]  # fmt: skip
    await shop.assert_books_balance()
    # Other refunds of the payment need not wait for it, and cannot give the same money back twice.
    assert (await refund(shop, payment, amount=1))["status"] == "pending"
    with refused("refund_above_payment", "SH409"):
        await refund(shop, payment, amount=600)
    # It is retried, and has its credit note already.
    notes = (
        "SELECT count(*) FROM messaging.outbox WHERE kind = 'issue_credit_note' AND payload ->> 'refund_id' = ANY ($1)"
    )
    again = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    await shop.call("web_worker", "complete_refund", refund_id=again["id"], provider_reference="re_again")
    assert await shop.admin.fetchval(notes, [made["id"], again["id"]]) == 1
    await shop.assert_books_balance()


async def issue_notes(shop: Shop) -> None:
    """The worker's part: invoices and credit notes that are asked for."""
    for kind, what in (("issue_invoice", "order_id"), ("issue_credit_note", "refund_id")):
        for job in await shop.admin.fetch(
            "UPDATE messaging.outbox SET done_at = now() WHERE kind = $1 AND done_at IS NULL RETURNING payload ->> $2",
            kind,
            what,
        ):
            await shop.admin.fetchval(f"SELECT billing.{kind}($1)", uuid.UUID(job[0]))


async def test_what_came_back_is_credited_once(shop: Shop, customer: str) -> None:
    """Two lines, two payments. A refund of the first line comes back, and the order is cancelled."""
    lamp, cup = await shop.product(50, 9), await shop.product(50, 9)
    order = await shop.call(
        "web_customer", "create_order", token=customer,
        items=[{"product_id": lamp, "quantity": 1}, {"product_id": cup, "quantity": 1}],
    )  # fmt: skip
    first, second = await shop.begin(customer, order, 50), await shop.begin(customer, order, 50)
    for payment in (first, second):
        await shop.event(payment, "completed")
    line = [{"order_item_id": order["items"][0]["id"], "quantity": 1}]
    made = await refund(shop, first, items=line)
    await shop.event(first, "refund_completed", refund_id=made["id"])
    await issue_notes(shop)
    await shop.event(first, "refund_failed", refund_id=made["id"])
    # The other payment does not give the line back a second time.
    with refused("line_refunded_out_of_range", "SH409"):
        await refund(shop, second, items=line)
    # Nor when the retry fails before it has gone.
    again = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    await shop.call("web_worker", "fail_refund", refund_id=again["id"], failure_code="account_closed")
    with refused("line_refunded_out_of_range", "SH409"):
        await refund(shop, second, items=line)

    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
    open_refunds = await shop.admin.fetch(
        "SELECT id::text FROM payments.refunds WHERE order_id = $1 AND status = 'pending'", uuid.UUID(order["id"])
    )
    for row in open_refunds:
        await shop.call("web_worker", "complete_refund", refund_id=row["id"], provider_reference=row["id"])
    await issue_notes(shop)
    for payment in (first, second):
        assert (await shop.see(payment))["amount_refunded"] == 50
    credited = await shop.admin.fetch(
        "SELECT total FROM billing.invoices WHERE order_id = $1 AND kind = 'credit_note'", uuid.UUID(order["id"])
    )
    assert [row["total"] for row in credited] == [50, 50]
    await shop.assert_books_balance()


async def test_what_came_back_and_is_refunded_at_the_gateway_is_credited_once(shop: Shop, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    made = await refund(shop, payment)
    await shop.event(payment, "refund_completed", refund_id=made["id"])
    await issue_notes(shop)
    await shop.event(payment, "refund_failed", refund_id=made["id"])
    by_hand = {"case_reference": "re_instead", "amount": made["amount"]}
    assert await shop.event(payment, "refund_completed", "instead", **by_hand) == "applied"
    await issue_notes(shop)
    assert (await shop.see(payment))["amount_refunded"] == made["amount"]
    credited = await shop.admin.fetchval(
        "SELECT count(*) FROM billing.invoices WHERE order_id = $1 AND kind = 'credit_note'", uuid.UUID(order["id"])
    )
    assert credited == 1
    await shop.assert_books_balance()


async def test_a_refund_made_at_the_gateway_is_booked(shop: Shop, customer: str) -> None:
    _, payment = await shop.paid(customer, await shop.product())
    made = {"case_reference": "re_by_hand", "amount": 300}
    assert await shop.event(payment, "refund_completed", "by hand", **made) == "applied"
    assert await shop.event(payment, "refund_completed", "by hand, said again", **made) == "no_change"
    seen = await shop.see(payment)
    assert seen["refunds"] == [["completed", 300, 300, "refunded_at_gateway"]]
    assert (seen["amount_refunded"], seen["order_refunded"]) == (300, 300)
    # More than there is: kept for a person to look at.
    assert (
        await shop.event(payment, "refund_completed", "too much", case_reference="re_2", amount=701) == "unknown_refund"
    )
    await shop.assert_books_balance()


async def test_a_refund_that_overtakes_its_payment_is_to_be_sent_again(shop: Shop, customer: str) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    made = {"case_reference": "re_early", "amount": 300}
    with refused("payment_not_completed", "SH503"):
        await shop.event(payment, "refund_completed", "early", **made)
    await shop.event(payment, "completed")
    assert await shop.event(payment, "refund_completed", "early", **made) == "applied"
    await shop.assert_books_balance()


async def test_a_refund_nobody_asked_for_is_kept(shop: Shop, customer: str) -> None:
    """It names a refund of ours that is none: not money that we would book."""
    _, payment = await shop.paid(customer, await shop.product())
    assert await shop.event(payment, "refund_completed", refund_id="what") == "unknown_refund"


async def test_a_surplus_whose_refund_failed_goes_back_before_the_orders_money(shop: Shop, customer: str) -> None:
    order = await shop.order(customer, await shop.product())
    part, all_of_it = await shop.begin(customer, order, 300), await shop.begin(customer, order)
    await shop.event(part, "completed")
    await shop.event(all_of_it, "completed")
    automatic = await shop.admin.fetchval(
        "SELECT id FROM payments.refunds WHERE payment_id = $1::text::uuid", all_of_it["id"]
    )
    await shop.call("web_worker", "fail_refund", refund_id=automatic, failure_code="no")
    made = await refund(shop, all_of_it, amount=500)
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re_2")
    seen = await shop.see(all_of_it)
    assert seen["refunds"][1] == ["completed", 500, 200, "damaged"]
    assert seen["transfers"][2:] == [["refund", "sales", "clearing", "USD", 200],
                                     ["refund_unapplied", "unapplied", "clearing", "USD", 300]]  # fmt: skip
    assert seen["order_refunded"] == 200
    await shop.assert_books_balance()


async def test_restocking_needs_the_whole_order_and_happens_once(shop: Shop, customer: str) -> None:
    lamp = await shop.product(stock=10)
    order, payment = await shop.paid(customer, lamp)
    assert await shop.stock(lamp) == (8, 0)
    with refused("restock_needs_full_refund", "SH422"):
        await refund(shop, payment, amount=999, restock=True)
    await refund(shop, payment, restock=True)
    # Nothing was shipped and all the money is back: the order is cancelled by it.
    assert (await shop.see(payment))["order_status"] == "cancelled"
    assert await shop.stock(lamp) == (10, 0)
    with refused("refund_above_payment", "SH409"):
        await refund(shop, payment, restock=True)

    order, payment = await shop.paid(customer, lamp)
    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=order["id"])
    await refund(shop, payment, amount=1)
    last = await refund(shop, payment, restock=True)
    assert await shop.stock(lamp) == (10, 0)
    assert (await shop.see(payment))["order_status"] == "delivered"
    await shop.call("web_worker", "fail_refund", refund_id=last["id"], failure_code="no")
    with refused("order_already_restocked", "SH409"):
        await refund(shop, payment, restock=True)
    await refund(shop, payment)
    assert await shop.stock(lamp) == (10, 0)
    await shop.assert_books_balance()


async def test_cancelling_a_paid_order_refunds_what_is_left(shop: Shop, customer: str) -> None:
    order, payment = await shop.paid(customer, await shop.product())
    await refund(shop, payment, amount=250)
    await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
    seen = await shop.see(payment)
    assert [r[1:3] for r in seen["refunds"]] == [[250, 250], [750, 750]]
    assert (seen["order_status"], seen["order_refunded"], seen["amount_refunded"]) == ("cancelled", 1000, 1000)
    await shop.assert_books_balance()


async def test_cancelling_and_refunding_at_the_same_moment(shop: Shop, customer: str) -> None:
    lamp = await shop.product(stock=100)
    for _ in range(15):
        order, payment = await shop.paid(customer, lamp)
        await asyncio.gather(
            shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"]),
            refund(shop, payment),
            refund(shop, payment, amount=500),
            return_exceptions=True,
        )
        seen = await shop.see(payment)
        assert (seen["order_status"], seen["amount_refunded"]) == ("cancelled", 1000)
    assert await shop.stock(lamp) == (100, 0)
    await shop.assert_books_balance()
