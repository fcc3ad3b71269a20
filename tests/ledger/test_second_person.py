"""What one member of staff may give without a second person: at a time, to one account, and within a day."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest

from tests.concurrency.conftest import Crowd
from tests.ledger.conftest import Bank, Person
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.payments.test_refunds import refund
from tests.payments.test_refunds_settled import fail
from tests.support.connections import refused

LIMIT = 50_000  # of a dollar's cents, as ledger.limits_of() says
SETTINGS = {"per_recipient": 2, "per_staff": 5}  # multiples of LIMIT, as the migration sets them


def grant_to(person: Person, amount: int = LIMIT, **changes: Any) -> dict[str, Any]:
    return {"account_id": person.id, "amount": amount, "currency": "USD", "reason": "a broken lamp"} | changes


async def decide(bank: Bank, by: Person, change: Any, decision: str = "approve") -> Any:
    change_id = change["id"] if isinstance(change, dict) else change
    return await bank.does(by, "decide_credit_change", change_id=change_id, decision=decision)


async def pending(bank: Bank, by: Person, **names: str) -> dict[str, Any]:
    """The request for approval of a gift card, a payment or a refund."""
    ((key, value),) = names.items()
    found = await bank.pages(by, "list_credit_changes", 50, status="pending")
    change: dict[str, Any] = next(c for c in found if c[key] == value)
    return change


async def test_ten_grants_of_exactly_the_limit(bank: Bank) -> None:
    """A limit that is kept by each step and broken by their sum. The first grant to one account that passes the daily
    sum needs a second person, and so do the others."""
    support, colleague, customer = [await bank.person(r) for r in ("support", "support", "customer")]
    changes = [await bank.does(support, "grant_credit", **grant_to(customer)) for _ in range(10)]
    assert [c["status"] for c in changes] == ["completed"] * 2 + ["pending"] * 8
    assert await bank.balance(customer, "credit") == (2 * LIMIT, 0, 2 * LIMIT)
    # Another colleague does not begin at zero: the recipient counts too.
    more = await bank.does(colleague, "grant_credit", **grant_to(customer, 1))
    assert more["status"] == "pending"
    with refused("approval_by_requester", "23514"):
        await decide(bank, support, changes[2])
    assert (await decide(bank, colleague, changes[2]))["status"] == "completed"
    assert (await decide(bank, colleague, changes[3], "reject"))["status"] == "rejected"
    assert await bank.balance(customer, "credit") == (3 * LIMIT, 0, 3 * LIMIT)
    # What two people decided does not count: the sums are of what one did alone.
    other = await bank.person()
    assert (await bank.does(support, "grant_credit", **grant_to(other)))["status"] == "completed"
    await bank.assert_books_balance()


async def test_all_kinds_and_currencies_add_up(bank: Bank) -> None:
    support = await bank.person("support")
    people = await bank.people(6)
    for person, currency, amount in zip(people, ("USD", "EUR", "JPY"), (LIMIT, LIMIT, 500), strict=False):
        given = grant_to(person, amount, currency=currency)
        assert (await bank.does(support, "grant_credit", **given))["status"] == "completed"
    assert (await bank.does(support, "deduct_credit", **grant_to(people[0])))["status"] == "completed"
    card = await bank.does(support, "issue_gift_card", amount=LIMIT - 1, currency="USD")
    assert card["status"] == "active"
    assert (await bank.does(support, "grant_credit", **grant_to(people[3], 1)))["status"] == "completed"
    assert (await bank.does(support, "grant_credit", **grant_to(people[4], 1)))["status"] == "pending"
    assert (await bank.does(support, "issue_gift_card", amount=1, currency="EUR"))["status"] == "pending"


async def test_a_day_later_it_begins_again(bank: Bank) -> None:
    support, customer = await bank.person("support"), await bank.person()
    for _ in range(2):
        await bank.does(support, "grant_credit", **grant_to(customer))
    assert (await bank.does(support, "grant_credit", **grant_to(customer, 1)))["status"] == "pending"
    for age, status in (("23 hours 59 minutes", "pending"), ("24 hours 1 second", "completed")):
        await bank.admin.execute(
            "UPDATE ledger.credit_changes SET created_at = now() - $2::text::interval "
            "WHERE account_id = $1 AND status = 'completed'",
            uuid.UUID(customer.id),
            age,
        )
        assert (await bank.does(support, "grant_credit", **grant_to(customer, 1)))["status"] == status


async def test_the_sums_are_settings(bank: Bank) -> None:
    admin, support, customer = [await bank.person(r) for r in ("admin", "support", "customer")]
    seen = await bank.does(admin, "get_settings")
    assert [seen[f"daily_limits_{name}"] for name in SETTINGS] == list(SETTINGS.values())
    changed = await bank.does(admin, "update_settings", daily_limits_per_recipient=0)
    assert (changed["daily_limits_per_recipient"], changed["daily_limits_per_staff"]) == (0, 5)
    try:
        assert (await bank.does(support, "grant_credit", **grant_to(customer, 1)))["status"] == "pending"
        await bank.does(admin, "update_settings", daily_limits_per_recipient=1000, daily_limits_per_staff=1)
        assert (await bank.does(support, "grant_credit", **grant_to(customer)))["status"] == "completed"
        assert (await bank.does(support, "grant_credit", **grant_to(customer, 1)))["status"] == "pending"
        for wrong in (-1, 1001):
            with refused("daily_limits_out_of_range", "23514"):
                await bank.does(admin, "update_settings", daily_limits_per_staff=wrong)
    finally:
        await bank.does(admin, "update_settings", daily_limits_per_recipient=2, daily_limits_per_staff=5)


@pytest.mark.parametrize(("recipients", "staff", "done"), [(1, 1, 2), (20, 1, 5), (1, 20, 2), (4, 4, 8)])
async def test_twenty_grants_at_once(bank: Bank, crowd: Crowd, recipients: int, staff: int, done: int) -> None:
    """They are counted one after the other, so that none slips past the sums."""
    customers, colleagues = await bank.people(recipients), await bank.people(staff, "support")
    jobs = [
        colleagues[n % staff].job("grant_credit", **grant_to(customers[n % recipients]))
        for n in range(20)
    ]  # fmt: skip
    answers = await crowd.at_once(*jobs)
    assert Counter(a["status"] for a in answers) == {"completed": done, "pending": 20 - done}
    balances = [(await bank.balance(c, "credit"))[0] for c in customers]
    assert sum(balances) == done * LIMIT
    await bank.assert_books_balance()


async def test_gift_cards(bank: Bank) -> None:
    """Ten cards of the limit are as good as ten grants: five are valid, the others wait for a second person."""
    support, colleague, customer = [await bank.person(r) for r in ("support", "support", "customer")]
    before = await bank.platform("gift_cards")
    cards = [await bank.does(support, "issue_gift_card", amount=LIMIT, currency="USD") for _ in range(10)]
    assert [c["status"] for c in cards] == ["active"] * 5 + ["pending"] * 5
    assert await bank.platform("gift_cards") - before == 5 * LIMIT, "a card that waits is worth nothing"
    waits, wrong = cards[5], cards[6]
    with refused("gift_card_pending", "SH409"):
        await bank.does(customer, "redeem_gift_card", code=waits["code"])
    change = await pending(bank, colleague, gift_card_id=waits["id"])
    assert (change["kind"], change["account_id"], change["amount"]) == ("gift_card", None, LIMIT)
    with refused("approval_by_requester"):
        await decide(bank, support, change)
    await decide(bank, colleague, change)
    with refused("own_account_refused", "SH403"):
        await bank.does(colleague, "redeem_gift_card", code=waits["code"])
    with refused("own_account_refused", "SH403"):
        await bank.does(support, "redeem_gift_card", code=waits["code"])
    assert (await bank.does(customer, "redeem_gift_card", code=waits["code"]))["status"] == "redeemed"
    await decide(bank, colleague, await pending(bank, colleague, gift_card_id=wrong["id"]), "reject")
    with refused("gift_card_pending"):
        await bank.does(customer, "redeem_gift_card", code=wrong["code"])
    waiting = await bank.pages(support, "list_gift_cards", 50, status="pending")
    assert {c["id"] for c in waiting} >= {c["id"] for c in cards[7:]}
    rejected = await bank.pages(support, "list_gift_cards", 50, status="rejected")
    assert wrong["id"] in {c["id"] for c in rejected}
    large = await bank.does(await bank.person("support"), "issue_gift_card", amount=LIMIT + 1, currency="USD")
    assert large["status"] == "pending", "above the limit of one person, as credit"
    await bank.assert_books_balance()


async def deposit(bank: Bank, person: Person, amount: int) -> str:
    answer = await bank.does(person, "begin_deposit", amount=amount, currency="USD", provider="bank_transfer")
    return str(answer["payment"]["id"])


async def test_a_deposit_that_one_person_says_has_come(bank: Bank) -> None:
    support, colleague, customer = [await bank.person(r) for r in ("support", "support", "customer")]
    small = await bank.does(support, "confirm_payment", payment_id=await deposit(bank, customer, LIMIT))
    assert (small["status"], small["approval_id"]) == ("completed", None)
    payment_id = await deposit(bank, customer, 1_000_000)
    large = await bank.does(support, "confirm_payment", payment_id=payment_id, reference="statement 7")
    assert large["status"] == "open"
    assert await bank.balance(customer) == (LIMIT, 0, LIMIT)
    change = await pending(bank, colleague, payment_id=payment_id)
    assert (change["id"], change["kind"], change["account_id"]) == (large["approval_id"], "deposit", customer.id)
    assert change["metadata"] == {"reference": "statement 7"}
    assert (await bank.does(customer, "get_payment", payment_id=payment_id))["approval_id"] is None
    for person in (support, colleague):
        with refused("approval_pending", "23505"):
            await bank.does(person, "confirm_payment", payment_id=payment_id)
    with refused("approval_by_requester"):
        await decide(bank, support, change)
    await decide(bank, colleague, change, "reject")
    again = await bank.does(support, "confirm_payment", payment_id=payment_id)
    await decide(bank, colleague, again["approval_id"])
    assert await bank.balance(customer) == (LIMIT + 1_000_000, 0, LIMIT + 1_000_000)
    assert (await bank.does(support, "confirm_payment", payment_id=payment_id))["status"] == "completed"
    # One more that is small passes the recipient's daily sum only together with the first.
    assert (await bank.does(support, "confirm_payment", payment_id=await deposit(bank, customer, LIMIT)))[
        "status"
    ] == "completed"
    third = await bank.does(colleague, "confirm_payment", payment_id=await deposit(bank, customer, 100))
    assert third["status"] == "open"
    await bank.assert_books_balance()


async def test_whoever_gets_it_does_not_approve_it(bank: Bank) -> None:
    support, colleague = [await bank.person("support") for _ in range(2)]
    made = await bank.does(support, "confirm_payment", payment_id=await deposit(bank, colleague, 1_000_000))
    with refused("own_account_refused", "SH403"):
        await decide(bank, colleague, made["approval_id"])
    await bank.fund(colleague, 3 * LIMIT, kind="credit")
    taken = await bank.does(support, "deduct_credit", **grant_to(colleague, 2 * LIMIT))
    with refused("own_account_refused", "SH403"):
        await decide(bank, colleague, taken, "reject")


@pytest.mark.parametrize("method", ["bank_transfer", "cash", "wallet", "credit"])
async def test_refunds_settled_by_hand(bank: Bank, shop: Shop, method: str) -> None:
    support, colleague = [await bank.person("support") for _ in range(2)]
    customer = await shop.account()
    _, payment = await shop.paid(customer, await shop.product(LIMIT + 1, 5), 1)
    made = await refund(shop, payment)
    await fail(shop, payment, made, "refused")
    given = {"refund_id": made["id"], "method": method, "reference": "receipt 17"}
    waits = await bank.does(support, "settle_refund", **given)
    assert (waits["status"], waits["settled_by"]) == ("failed", None)
    with refused("approval_pending", "23505"):
        await bank.does(colleague, "settle_refund", **given)
    with refused("approval_by_requester"):
        await decide(bank, support, waits["approval_id"])
    await decide(bank, colleague, waits["approval_id"])
    settled = await bank.does(support, "get_refund", refund_id=made["id"])
    assert (settled["status"], settled["settled_by"], settled["settled_reference"], settled["approval_id"]) == (
        "completed", method, "receipt 17", None,
    )  # fmt: skip
    await shop.assert_books_balance()


async def test_cash_that_is_given_back(bank: Bank, shop: Shop) -> None:
    support, colleague = [await bank.person("support") for _ in range(2)]
    customer = await shop.account()
    order = await shop.order(customer, await shop.product(LIMIT + 1, 5), 1)
    begun = await shop.call(
        "web_customer", "begin_payment", token=customer, order_id=order["id"], provider="bank_transfer"
    )
    payment = await bank.does(support, "confirm_payment", payment_id=begun["payment"]["id"])
    assert payment["status"] == "completed", "an order still has to be shipped"
    made = await bank.does(support, "create_refund", payment_id=payment["id"], reason="broken")
    waits = await bank.does(support, "confirm_refund", refund_id=made["id"], reference="transfer 3")
    assert waits["status"] == "pending"
    await decide(bank, colleague, waits["approval_id"])
    assert (await bank.does(support, "get_refund", refund_id=made["id"]))["status"] == "completed"
    await shop.assert_books_balance()
