"""Credit that customer service gives and takes: booked once, never below zero, and above a limit by two people."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from typing import Any

import pytest

from tests.concurrency.conftest import Crowd, codes
from tests.ledger.conftest import Bank, Person
from tests.support.connections import refused

LIMIT = 50_000  # of a dollar's cents: what ledger.limits_of() says unless it is set


async def grant(bank: Bank, by: Person, to: Person, amount: int, **changes: Any) -> dict[str, Any]:
    given = {"account_id": to.id, "amount": amount, "currency": "USD", "reason": "a broken lamp"} | changes
    change: dict[str, Any] = await bank.does(by, "grant_credit", **given)
    return change


async def test_credit_is_given_and_taken_with_a_reason(bank: Bank, support: Person, colleague: Person) -> None:
    customer = await bank.person()
    before = await bank.platform("grants")
    given = await grant(bank, support, customer, 3000, metadata={"ticket": "4711"})
    assert (given["status"], given["kind"], given["requested_by"], given["decided_by"]) == (
        "completed", "grant", support.id, None,
    )  # fmt: skip
    assert (given["metadata"], given["reason"]) == ({"ticket": "4711"}, "a broken lamp")
    taken = await bank.does(
        colleague, "deduct_credit", account_id=customer.id, amount=1000, currency="USD", reason="a mistake"
    )
    assert (taken["status"], taken["kind"], taken["metadata"]) == ("completed", "deduction", {})
    assert await bank.balance(customer, "credit") == (2000, 0, 2000)
    assert await bank.platform("grants") - before == -2000
    balances = [{"currency": "USD", "balance": 2000, "held": 0, "available": 2000}]
    credit = {"account_id": customer.id, "balances": balances}
    assert await bank.does(support, "get_credit", account_id=customer.id) == credit
    assert await bank.does(customer, "get_own_credit") == credit

    seen = await bank.pages(support, "list_credit_transactions", 1, account_id=customer.id)
    shown = [
        (t["kind"], t["amount"], t["balance_before"], t["balance_after"], t["reason"], t["metadata"], t["actor_id"])
        for t in seen
    ]
    assert shown == [
        ("deduction", -1000, 3000, 2000, "a mistake", None, colleague.id),
        ("grant", 3000, 0, 3000, "a broken lamp", {"ticket": "4711"}, support.id),
    ]
    assert [t["id"] for t in seen] == [taken["transfer_id"], given["transfer_id"]]
    own = await bank.pages(customer, "list_own_credit_transactions", 1)
    assert own == [t | {"actor_id": None, "metadata": None} for t in seen], "who it was is the staff's to know"
    assert await bank.events("credit_change_id", given["id"]) == ["credit.granted"]
    assert await bank.events("credit_change_id", taken["id"]) == ["credit.deducted"]
    await bank.assert_books_balance()


async def test_credit_is_never_below_zero(bank: Bank, support: Person, crowd: Crowd) -> None:
    customer = await bank.person()
    given = {"account_id": customer.id, "currency": "USD", "reason": "x"}
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(support, "deduct_credit", amount=1, **given)
    assert refusal.detail == {"available": 0}
    await grant(bank, support, customer, 1000)
    answers = await crowd.at_once(*[support.job("deduct_credit", amount=100, **given)] * 50)
    assert codes(answers) == {"ok": 10, "insufficient_funds": 40}
    assert await bank.balance(customer, "credit") == (0, 0, 0)
    counted = await bank.admin.fetchval(
        "SELECT count(*) FROM ledger.credit_changes WHERE account_id = $1 AND kind = 'deduction'",
        uuid.UUID(customer.id),
    )
    assert counted == 10
    await bank.assert_books_balance()


async def test_above_the_limit_somebody_else_has_to_approve(bank: Bank, support: Person, colleague: Person) -> None:
    customer = await bank.person()
    assert (await grant(bank, support, customer, LIMIT))["status"] == "completed"
    waiting = await grant(bank, support, customer, LIMIT + 1, metadata={"ticket": 1})
    assert (waiting["status"], waiting["transfer_id"], waiting["decided_by"]) == ("pending", None, None)
    assert await bank.balance(customer, "credit") == (LIMIT, 0, LIMIT)
    pending = await bank.pages(colleague, "list_credit_changes", 5, status="pending", account=customer.id)
    assert pending == [waiting]

    for decision in ({}, {"decision": "reject"}):
        with refused("approval_by_requester", "23514"):
            await bank.does(support, "decide_credit_change", change_id=waiting["id"], **decision)
    approved = await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    assert (approved["status"], approved["decided_by"]) == ("completed", colleague.id)
    assert approved["decided_at"] is not None
    assert await bank.balance(customer, "credit") == (2 * LIMIT + 1, 0, 2 * LIMIT + 1)
    newest = (await bank.does(support, "list_credit_transactions", account_id=customer.id, limit=1))["data"][0]
    assert (newest["id"], newest["reason"], newest["metadata"]) == (
        approved["transfer_id"], "a broken lamp", {"ticket": 1},
    )  # fmt: skip
    assert await bank.events("credit_change_id", waiting["id"]) == ["credit.pending", "credit.granted"]
    assert await bank.does(support, "get_credit_change", change_id=waiting["id"]) == approved
    for decision in ({}, {"decision": "reject"}):
        with refused("credit_change_decided", "SH409") as refusal:
            await bank.does(colleague, "decide_credit_change", change_id=waiting["id"], **decision)
        assert refusal.detail == {"credit_status": "completed"}
    await bank.assert_books_balance()


async def test_a_rejected_change_is_not_booked(bank: Bank, support: Person, colleague: Person) -> None:
    customer = await bank.person()
    waiting = await grant(bank, support, customer, LIMIT + 1)
    rejected = await bank.does(colleague, "decide_credit_change", change_id=waiting["id"], decision="reject")
    assert (rejected["status"], rejected["transfer_id"], rejected["decided_by"]) == ("rejected", None, colleague.id)
    with refused("credit_change_decided", "SH409"):
        await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    assert await bank.balance(customer, "credit") == (0, 0, 0)
    assert await bank.events("credit_change_id", waiting["id"]) == ["credit.pending", "credit.rejected"]
    with refused("credit_change_not_found", "SH404"):
        await bank.does(colleague, "decide_credit_change", change_id=str(uuid.uuid4()))
    with refused("credit_change_not_found", "SH404"):
        await bank.does(colleague, "get_credit_change", change_id=str(uuid.uuid4()))


@pytest.mark.parametrize("kind", ["grant_credit", "deduct_credit"])
async def test_fifty_people_approve_once(kind: str, bank: Bank, support: Person, crowd: Crowd) -> None:
    customer, staff = await bank.person(), await bank.people(50, "support")
    await bank.fund(customer, 5 * LIMIT, kind="credit")
    before = await bank.balance(customer, "credit")
    given = {"account_id": customer.id, "amount": 2 * LIMIT, "currency": "USD", "reason": "x"}
    waiting = await bank.does(support, kind, **given)
    answers = await crowd.at_once(*(who.job("decide_credit_change", change_id=waiting["id"]) for who in staff))
    assert codes(answers) == {"ok": 1, "credit_change_decided": 49}
    moved = (await bank.balance(customer, "credit"))[0] - before[0]
    assert moved == (2 * LIMIT if kind == "grant_credit" else -2 * LIMIT)
    await bank.assert_books_balance()


async def test_approvals_and_rejections_at_once_are_one_decision(bank: Bank, support: Person, crowd: Crowd) -> None:
    staff, ends = await bank.people(20, "support"), Counter[str]()
    for _ in range(5):
        customer = await bank.person()
        waiting = await grant(bank, support, customer, LIMIT + 1)
        answers = await crowd.at_once(*(
            who.job("decide_credit_change", change_id=waiting["id"], decision=("approve", "reject")[n % 2])
            for n, who in enumerate(staff)
        ))  # fmt: skip
        assert codes(answers) == {"ok": 1, "credit_change_decided": 19}
        (decided,) = (a for a in answers if isinstance(a, dict))
        expected = LIMIT + 1 if decided["status"] == "completed" else 0
        assert await bank.balance(customer, "credit") == (expected, 0, expected)
        ends[decided["status"]] += 1
    print(dict(ends))
    await bank.assert_books_balance()


async def test_a_deduction_that_waits_takes_only_what_is_still_there(
    bank: Bank, support: Person, colleague: Person
) -> None:
    customer = await bank.person()
    await bank.fund(customer, 2 * LIMIT, kind="credit")
    given = {"account_id": customer.id, "currency": "USD", "reason": "x"}
    waiting = await bank.does(support, "deduct_credit", amount=2 * LIMIT, **given)
    await bank.does(support, "deduct_credit", amount=1, **given)
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    assert refusal.detail == {"available": 2 * LIMIT - 1}
    assert (await bank.does(support, "get_credit_change", change_id=waiting["id"]))["status"] == "pending"
    await bank.fund(customer, 1, kind="credit")
    await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    assert await bank.balance(customer, "credit") == (0, 0, 0)


async def test_a_deduction_of_what_is_not_there_waits_for_nobody(bank: Bank, support: Person) -> None:
    """A request that no approval can make possible: 500,000.00 from an empty account, above the limit of one person,
    are refused at once and not when a second person has agreed."""
    customer = await bank.person()
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(support, "deduct_credit", amount=50_000_000, account_id=customer.id, currency="USD", reason="x")
    assert refusal.detail == {"available": 0}


async def test_nobody_gives_themselves_credit(bank: Bank, support: Person, colleague: Person) -> None:
    with refused("own_account_refused", "SH403"):
        await grant(bank, support, support, 1)
    waiting = await grant(bank, support, colleague, LIMIT + 1)
    with refused("own_account_refused", "SH403"):
        await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    assert await bank.balance(colleague, "credit") == (0, 0, 0)


async def test_what_is_no_change_of_credit(bank: Bank, support: Person) -> None:
    customer, closed = await bank.person(), await bank.person()
    with refused("account_not_found", "SH404"):
        await grant(bank, support, customer, 1, account_id=str(uuid.uuid4()))
    for function in ("get_credit", "list_credit_transactions"):
        with refused("account_not_found", "SH404"):
            await bank.does(support, function, account_id=str(uuid.uuid4()))
    await bank.admin.execute("UPDATE identity.accounts SET status = 'closed' WHERE id = $1", uuid.UUID(closed.id))
    with refused("account_closed", "SH409"):
        await grant(bank, support, closed, 1)
    with refused("currency_unknown", "SH422"):
        await grant(bank, support, customer, 1, currency="XXX")
    for reason in ("", "x" * 201):
        with refused("text_length"):
            await grant(bank, support, customer, 1, reason=reason)
    for amount in (0, -1):
        with refused("amount_out_of_range"):
            await grant(bank, support, customer, amount)
    not_objects: list[Any] = [[], "x", {"x": "y" * 17_000}]
    for metadata in not_objects:
        with refused("metadata_not_an_object"):
            await grant(bank, support, customer, 1, metadata=metadata)
    assert await bank.balance(customer, "credit") == (0, 0, 0)


async def test_a_currencys_own_limit_counts(bank: Bank) -> None:
    support = await bank.person("support")
    for currency, limit in (("JPY", 500), ("KWD", 500_000), ("USD", LIMIT)):
        customer = await bank.person()
        assert (await grant(bank, support, customer, limit, currency=currency))["status"] == "completed"
        assert (await grant(bank, support, customer, limit + 1, currency=currency))["status"] == "pending"
        assert await bank.balance(customer, "credit", currency) == (limit, 0, limit)


async def test_what_was_asked_for_is_in_the_audit(bank: Bank, support: Person, colleague: Person) -> None:
    customer = await bank.person()
    waiting = await grant(bank, support, customer, LIMIT + 1)
    await bank.does(colleague, "decide_credit_change", change_id=waiting["id"])
    rows = await bank.admin.fetch(
        "SELECT operation, actor_id, new FROM audit.changes "
        "WHERE table_name = 'ledger.credit_changes' AND row_id = $1 ORDER BY id",
        waiting["id"],
    )
    assert (rows[0]["operation"], str(rows[0]["actor_id"])) == ("INSERT", support.id)
    assert {str(row["actor_id"]) for row in rows[1:]} == {colleague.id}
    assert json.loads(rows[-1]["new"])["status"] == "completed"
