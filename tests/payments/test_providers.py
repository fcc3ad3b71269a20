"""Money that is here already, money that a person collects, money that is authorised first: each way of paying."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.support.connections import refused


async def begin(shop: Shop, customer: str, order: dict[str, Any], provider: str, **given: Any) -> dict[str, Any]:
    given = {"token": customer, "order_id": order["id"], "provider": provider, **given}
    payment: dict[str, Any] = (await shop.call("web_customer", "begin_payment", **given))["payment"]
    return payment


async def support(shop: Shop, function: str, payment: dict[str, Any], **given: Any) -> Any:
    return await shop.call("web_support", function, token=shop.support, payment_id=payment["id"], **given)


async def fill(shop: Shop, customer: str, kind: str, amount: int) -> None:
    """The customer's wallet or credit, with money that came by a payment or was granted."""
    if kind == "wallet":
        payment = await deposit(shop, customer, amount)
        assert await shop.event(payment, "completed") == "applied"
    else:
        account = (await shop.call("web_customer", "get_account", token=customer))["id"]
        await shop.call(
            "web_support", "grant_credit", token=shop.support, account_id=account, amount=amount, currency="USD",
            reason="a test",
        )  # fmt: skip


async def balance(shop: Shop, customer: str, kind: str) -> tuple[int, int]:
    account = (await shop.call("web_customer", "get_account", token=customer))["id"]
    row = await shop.admin.fetchrow(
        "SELECT balance, held FROM ledger.accounts WHERE owner_id = $1 AND kind = $2", uuid.UUID(account), kind
    )
    return (row["balance"], row["held"]) if row else (0, 0)


async def deposit(shop: Shop, customer: str, amount: int, provider: str = "mock", **given: Any) -> dict[str, Any]:
    given = {"token": customer, "amount": amount, "currency": "USD", "provider": provider, **given}
    payment: dict[str, Any] = (await shop.call("web_customer", "begin_deposit", **given))["payment"]
    return payment


@pytest.fixture
async def buyer(shop: Shop) -> str:
    return await shop.account()


# --- wallet and credit ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wallet", "credit"])
async def test_own_money_pays_at_once_and_comes_back_at_once(shop: Shop, buyer: str, kind: str) -> None:
    await fill(shop, buyer, kind, 1500)
    order = await shop.order(buyer, await shop.product())
    payment = await begin(shop, buyer, order, kind)
    assert (payment["status"], payment["amount_captured"], payment["expires_at"]) == ("completed", 1000, None)
    assert await balance(shop, buyer, kind) == (500, 0)
    assert (await shop.see(payment))["order_status"] == "paid"
    await shop.call("web_customer", "cancel_order", token=buyer, order_id=order["id"])
    assert await balance(shop, buyer, kind) == (1500, 0)
    assert (await shop.see(payment))["refunds"] == [["completed", 1000, 1000, "order_cancelled"]]
    await shop.assert_books_balance()


@pytest.mark.parametrize("kind", ["wallet", "credit"])
async def test_nobody_spends_what_they_do_not_have(shop: Shop, buyer: str, kind: str) -> None:
    await fill(shop, buyer, kind, 999)
    order = await shop.order(buyer, await shop.product())
    with refused("insufficient_funds", "23514"):
        await begin(shop, buyer, order, kind)
    # A part of it, and the rest another way.
    part = await begin(shop, buyer, order, kind, amount=999)
    assert (part["status"], (await shop.see(part))["order_status"]) == ("completed", "pending")
    rest = await shop.begin(buyer, order)
    assert rest["amount"] == 1
    await shop.event(rest, "completed")
    assert (await shop.see(rest))["order_status"] == "paid"
    await shop.assert_books_balance()


async def test_store_credit_spent_from_fifty_tabs_is_spent_once(shop: Shop, buyer: str) -> None:
    await fill(shop, buyer, "credit", 3500)
    lamp = await shop.product()
    orders = [await shop.order(buyer, lamp) for _ in range(50)]
    answers = await asyncio.gather(*(begin(shop, buyer, o, "credit") for o in orders), return_exceptions=True)
    codes = Counter(getattr(answer, "constraint_name", "ok") for answer in answers)
    assert codes == {"ok": 3, "insufficient_funds": 47}
    assert await balance(shop, buyer, "credit") == (500, 0)
    await shop.assert_books_balance()


# --- deposits -------------------------------------------------------------------------------------


async def test_a_deposit_fills_the_wallet_when_it_is_paid(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 2500)
    assert (payment["purpose"], payment["order_id"], payment["status"]) == ("deposit", None, "initiated")
    assert await balance(shop, buyer, "wallet") == (0, 0)
    assert await shop.event(payment, "completed") == "applied"
    assert await shop.event(payment, "completed", "again") == "no_change"
    assert await balance(shop, buyer, "wallet") == (2500, 0)
    own = await shop.call("web_customer", "get_payment", token=buyer, payment_id=payment["id"])
    assert own["status"] == "completed"
    await shop.assert_books_balance()


async def test_a_deposit_of_another_amount_fills_nothing_and_goes_back(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 2500)
    await shop.event(payment, "completed", amount=2400)
    assert await balance(shop, buyer, "wallet") == (0, 0)
    reasons = await shop.admin.fetch(
        "SELECT amount, reason FROM payments.refunds WHERE payment_id = $1::text::uuid", payment["id"]
    )
    assert [tuple(row) for row in reasons] == [(2400, "wrong_amount")]
    await shop.assert_books_balance()


async def test_a_refund_of_a_deposit_holds_the_money_until_it_has_gone(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 2500)
    await shop.event(payment, "completed")
    made = await support(shop, "create_refund", payment, reason="x", amount=2000)
    assert await balance(shop, buyer, "wallet") == (2500, 2000)
    order = await shop.order(buyer, await shop.product())
    with refused("insufficient_funds", "23514"):
        await begin(shop, buyer, order, "wallet")
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re")
    assert await balance(shop, buyer, "wallet") == (500, 0)
    again = await support(shop, "create_refund", payment, reason="x")
    await shop.call("web_worker", "fail_refund", refund_id=again["id"], failure_code="no")
    assert await balance(shop, buyer, "wallet") == (500, 0)
    # The bank sends the first one back.
    await shop.event(payment, "refund_failed", refund_id=made["id"])
    assert await balance(shop, buyer, "wallet") == (2500, 0)
    await shop.assert_books_balance()


async def test_a_deposit_that_was_spent_cannot_be_refunded(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 1000)
    await shop.event(payment, "completed")
    await begin(shop, buyer, await shop.order(buyer, await shop.product()), "wallet")
    with refused("insufficient_funds", "23514"):
        await support(shop, "create_refund", payment, reason="x", amount=1)
    await shop.assert_books_balance()


async def test_deposits_have_limits(shop: Shop, buyer: str) -> None:
    for amount in (99, 1_000_001):
        with refused("deposit_out_of_limits", "SH422") as refusal:
            await deposit(shop, buyer, amount)
        assert refusal.detail == {"minimum": 100, "maximum": 1_000_000}
    with refused("currency_unknown", "SH422"):
        await deposit(shop, buyer, 500, currency="XXX")
    for provider in ("wallet", "credit", "cash_on_delivery", "paypal"):
        with refused("provider_not_available", "SH422"):
            await deposit(shop, buyer, 500, provider)
    # Fifty at once do not pass together what one may not: 50,000.00, of which each asks for 6,000.00.
    answers = await asyncio.gather(*(deposit(shop, buyer, 600_000) for _ in range(50)), return_exceptions=True)
    codes = Counter(getattr(answer, "constraint_name", "ok") for answer in answers)
    assert codes == {"ok": 8, "balance_above_maximum": 42}


async def test_fifty_callbacks_of_one_deposit_fill_the_wallet_once(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 5000)
    outcomes = await asyncio.gather(*(shop.event(payment, "completed", f"d{n % 25}") for n in range(50)))
    assert Counter(outcomes) == {"applied": 1, "no_change": 24, "repeated": 25}
    assert await balance(shop, buyer, "wallet") == (5000, 0)
    await shop.assert_books_balance()


async def test_fifty_deposits_fill_the_wallet_fifty_times(shop: Shop, buyer: str) -> None:
    made = await asyncio.gather(*(deposit(shop, buyer, 1000) for _ in range(50)))
    assert set(await asyncio.gather(*(shop.event(payment, "completed") for payment in made))) == {"applied"}
    assert await balance(shop, buyer, "wallet") == (50_000, 0)
    await shop.assert_books_balance()


# --- by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["cash_on_delivery", "bank_transfer"])
async def test_what_a_person_collects_is_confirmed_by_support(shop: Shop, buyer: str, provider: str) -> None:
    order = await shop.order(buyer, await shop.product())
    await shop.admin.execute("UPDATE identity.accounts SET email_verified = true")
    payment = await begin(shop, buyer, order, provider)
    assert (payment["status"], payment["checkout_url"]) == ("open", None)
    # The goods wait as long as the money may take.
    days = "SELECT expires_at > now() + interval '13 days' FROM sales.orders WHERE id = $1::text::uuid"
    assert await shop.admin.fetchval(days, order["id"])
    confirmed = await support(shop, "confirm_payment", payment, reference="receipt 4711")
    assert (confirmed["status"], confirmed["provider_reference"]) == ("completed", "••••4711")
    assert await support(shop, "confirm_payment", payment) == confirmed
    assert (await shop.see(payment))["order_status"] == "paid"

    made = await support(shop, "create_refund", payment, reason="x")
    assert made["status"] == "pending"
    back = await shop.call(
        "web_support", "confirm_refund", token=shop.support, refund_id=made["id"], reference="by hand"
    )
    assert back["status"] == "completed"
    assert (await shop.see(payment))["transfers"][-1][:3] == ["refund", "sales", "clearing"]
    await shop.assert_books_balance()


async def test_a_bank_transfer_fills_the_wallet(shop: Shop, buyer: str) -> None:
    payment = await deposit(shop, buyer, 3000, "bank_transfer")
    await support(shop, "confirm_payment", payment)
    assert await balance(shop, buyer, "wallet") == (3000, 0)
    await shop.assert_books_balance()


async def test_a_wrong_sum_by_hand_does_not_pay(shop: Shop, buyer: str) -> None:
    payment = await begin(shop, buyer, await shop.order(buyer, await shop.product()), "bank_transfer")
    await support(shop, "confirm_payment", payment, amount=900)
    seen = await shop.see(payment)
    assert (seen["order_status"], seen["refunds"]) == ("pending", [["pending", 900, 0, "wrong_amount"]])
    await shop.assert_books_balance()


async def test_only_what_is_made_by_hand_is_confirmed(shop: Shop, buyer: str) -> None:
    payment = await shop.begin(buyer, await shop.order(buyer, await shop.product()))
    with refused("payment_not_manual", "SH409"):
        await support(shop, "confirm_payment", payment)
    await shop.event(payment, "completed")
    made = await support(shop, "create_refund", payment, reason="x")
    with refused("payment_not_manual", "SH409"):
        await shop.call("web_support", "confirm_refund", token=shop.support, refund_id=made["id"])


# --- authorised first -----------------------------------------------------------------------------


@pytest.fixture
async def authorized(shop: Shop, buyer: str) -> Any:
    await shop.admin.execute("UPDATE payments.providers SET capture_method = 'manual' WHERE name = 'mock'")
    try:
        payment = await shop.begin(buyer, await shop.order(buyer, await shop.product()))
        await shop.open(payment)
        assert await shop.event(payment, "authorized", charge_reference="ch_1") == "applied"
        yield payment
    finally:
        await shop.admin.execute("UPDATE payments.providers SET capture_method = 'automatic' WHERE name = 'mock'")


async def test_an_authorisation_gives_the_order_time(shop: Shop, authorized: dict[str, Any]) -> None:
    row = await shop.admin.fetchrow(
        "SELECT p.status, p.expires_at > now() + interval '5 days' AS long, o.expires_at >= p.expires_at AS waits, "
        "o.status AS order_status FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id "
        "WHERE p.id = $1::text::uuid",
        authorized["id"],
    )
    assert tuple(row) == ("authorized", True, True, "pending")


@pytest.mark.parametrize("amount", [1000, 600])
async def test_it_is_captured_whole_or_in_part_once(shop: Shop, authorized: dict[str, Any], amount: int) -> None:
    given = {} if amount == 1000 else {"amount": amount}
    answers = await asyncio.gather(*(support(shop, "capture_payment", authorized, **given) for _ in range(8)))
    assert {a["status"] for a in answers} == {"authorized"}
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'capture_payment' AND payload ->> 'payment_id' = $1"
    assert await shop.admin.fetchval(jobs, authorized["id"]) == 1
    with refused("capture_decided", "SH409"):
        await support(shop, "capture_payment", authorized, amount=amount - 1)
    with refused("capture_decided", "SH409"):
        await support(shop, "void_payment", authorized)
    assert await shop.event(authorized, "completed", amount=amount) == "applied"
    seen = await shop.see(authorized)
    assert (seen["amount_applied"], seen["order_status"]) == (amount, "paid" if amount == 1000 else "pending")
    assert seen["refunds"] == []
    # What the gateway lets go of is not money that was given back; a refund of as much is.
    released = {"case_reference": "re_rest", "amount": 1000 - amount or 1, "payment_id": None}
    by_charge = {"provider_reference": None, "charge_reference": "ch_1"}
    assert await shop.event(authorized, "authorization_released", **released, **by_charge) == "ignored"
    released["case_reference"] = "re_by_hand"
    assert await shop.event(authorized, "refund_completed", **released, **by_charge) == "applied"
    await shop.assert_books_balance()


async def test_more_than_was_authorised_is_not_captured(shop: Shop, authorized: dict[str, Any]) -> None:
    with refused("capture_above_authorization", "SH409"):
        await support(shop, "capture_payment", authorized, amount=1001)


async def test_it_is_voided(shop: Shop, authorized: dict[str, Any]) -> None:
    assert (await support(shop, "void_payment", authorized))["status"] == "cancelled"
    for again in ("void_payment", "capture_payment"):
        with refused("payment_not_authorized", "SH409"):
            await support(shop, again, authorized)
    assert (await shop.see(authorized))["order_status"] == "pending"
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'close_checkout' AND payload ->> 'payment_id' = $1"
    assert await shop.admin.fetchval(jobs, authorized["id"]) == 2


@pytest.mark.parametrize("changes", [{"amount": 999}, {"currency": "EUR"}])
async def test_an_authorisation_of_something_else_is_let_go(shop: Shop, buyer: str, changes: dict[str, Any]) -> None:
    payment = await shop.begin(buyer, await shop.order(buyer, await shop.product()))
    await shop.event(payment, "authorized", **changes)
    assert (await shop.see(payment))["status"] == "cancelled"


async def test_an_authorisation_that_ran_out_is_given_up(shop: Shop, authorized: dict[str, Any]) -> None:
    await shop.admin.execute(
        "UPDATE payments.payments SET expires_at = now() WHERE id = $1::text::uuid", authorized["id"]
    )
    assert await shop.call("web_worker", "expire_payments") == 1
    assert (await shop.see(authorized))["status"] == "expired"


async def test_who_may_do_what(shop: Shop, buyer: str, authorized: dict[str, Any]) -> None:
    for function in ("capture_payment", "void_payment", "confirm_payment"):
        with pytest.raises(Exception, match="permission denied"):
            await shop.call("web_customer", function, token=buyer, payment_id=authorized["id"])
    stranger = await shop.account()
    with refused("payment_not_found", "SH404"):
        await shop.call("web_customer", "cancel_payment", token=stranger, payment_id=authorized["id"])
