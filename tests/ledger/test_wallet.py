"""A wallet: what is in it, what was in it before, and how money leaves it once and never more than there is."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from tests.concurrency.conftest import Crowd, Job, codes
from tests.ledger.conftest import Bank, Person
from tests.support.connections import refused


async def test_a_wallet_shows_each_currency_and_only_its_owner(bank: Bank) -> None:
    owner, stranger = await bank.rich(5000), await bank.person()
    await bank.fund(owner, 700, "JPY")
    assert await bank.does(owner, "get_wallet") == {
        "balances": [
            {"currency": "JPY", "balance": 700, "held": 0, "available": 700},
            {"currency": "USD", "balance": 5000, "held": 0, "available": 5000},
        ],
        "locked": False,
    }
    assert await bank.does(stranger, "get_wallet") == {"balances": [], "locked": False}
    assert await bank.does(stranger, "list_wallet_transactions") == {"data": [], "next_cursor": None}


@pytest.fixture(autouse=True, scope="module")
async def demo(bank: Bank) -> None:
    """Where the worker's word counts as the bank's."""
    await bank.admin.execute("UPDATE sales.settings SET demo = true")


async def test_a_withdrawal_is_held_and_leaves_once_it_was_sent(bank: Bank) -> None:
    owner = await bank.rich(5000)
    payout = await bank.does(owner, "request_withdrawal", amount=2000, currency="USD")
    assert (payout["status"], payout["source"], payout["amount"], payout["currency"], payout["account_id"]) == (
        "pending", "wallet", 2000, "USD", owner.id,
    )  # fmt: skip
    assert await bank.balance(owner) == (5000, 2000, 3000)
    queued = "SELECT count(*) FROM messaging.outbox WHERE kind = 'settle_payout' AND payload ->> 'payout_id' = $1"
    assert await bank.admin.fetchval(queued, payout["id"]) == 1
    assert len((await bank.does(owner, "list_wallet_transactions"))["data"]) == 1, "what is held has not moved yet"

    paid_out = await bank.platform("payout")
    done = [
        await bank.call("web_worker", "complete_payout", payout_id=payout["id"], provider_reference="bank-0123456789")
        for _ in range(2)
    ]
    assert done == [True, False]
    assert await bank.call("web_worker", "fail_payout", payout_id=payout["id"], failure_code="late") is False
    assert await bank.balance(owner) == (3000, 0, 3000)
    assert await bank.platform("payout") - paid_out == 2000

    payout = await bank.does(owner, "get_payout", payout_id=payout["id"])
    assert (payout["status"], payout["provider_reference"], payout["failure_code"]) == ("completed", "••••6789", None)
    assert payout["completed_at"] is not None
    assert await bank.events("payout_id", payout["id"]) == ["withdrawal.requested", "withdrawal.completed"]
    newest = (await bank.does(owner, "list_wallet_transactions", limit=1))["data"][0]
    assert (newest["kind"], newest["amount"], newest["balance_before"], newest["balance_after"]) == (
        "withdrawal", -2000, 5000, 3000,
    )  # fmt: skip
    await bank.assert_books_balance()


async def test_a_withdrawal_that_failed_is_its_owners_again_for_good(bank: Bank, support: Person) -> None:
    owner = await bank.rich(5000)
    payout = await bank.does(owner, "request_withdrawal", amount=5000, currency="USD")
    ends = [await bank.call("web_worker", "fail_payout", payout_id=payout["id"], failure_code="no_such_bank")]
    ends += [await bank.call("web_worker", "fail_payout", payout_id=payout["id"], failure_code="again")]
    ends += [await bank.call("web_worker", "complete_payout", payout_id=payout["id"], provider_reference="late")]
    assert ends == [True, False, False]
    assert await bank.balance(owner) == (5000, 0, 5000)
    with refused("payout_failed", "SH409"):
        await bank.does(support, "confirm_payout", payout_id=payout["id"], provider_reference="by hand")
    seen = await bank.does(owner, "get_payout", payout_id=payout["id"])
    assert (seen["status"], seen["failure_code"], seen["provider_reference"]) == ("failed", "no_such_bank", None)
    assert await bank.events("payout_id", payout["id"]) == ["withdrawal.requested", "withdrawal.failed"]
    assert len((await bank.does(owner, "list_wallet_transactions"))["data"]) == 1
    await bank.assert_books_balance()


async def test_what_cannot_be_withdrawn(bank: Bank) -> None:
    owner = await bank.rich(5000)
    for currency, minimum in (("USD", 1000), ("JPY", 10), ("KWD", 10_000)):
        with refused("withdrawal_below_minimum", "SH422") as refusal:
            await bank.does(owner, "request_withdrawal", amount=minimum - 1, currency=currency)
        assert refusal.detail == {"minimum": minimum}
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(owner, "request_withdrawal", amount=5001, currency="USD")
    assert refusal.detail == {"available": 5000}
    await bank.does(owner, "request_withdrawal", amount=3000, currency="USD")
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(owner, "request_withdrawal", amount=2001, currency="USD")
    assert refusal.detail == {"available": 2000}
    with refused("insufficient_funds", "SH409"):
        await bank.does(owner, "request_withdrawal", amount=1000, currency="EUR")
    with refused("currency_unknown", "SH422"):
        await bank.does(owner, "request_withdrawal", amount=1000, currency="XXX")
    for amount in (0, -1000, 10**13):
        with refused("amount_out_of_range", "23514"):
            await bank.does(owner, "request_withdrawal", amount=amount, currency="USD")
    assert await bank.balance(owner) == (5000, 3000, 2000)


async def test_fifty_withdrawals_at_once_take_what_is_there(bank: Bank, crowd: Crowd) -> None:
    owner = await bank.rich(10_000)
    answers = await crowd.at_once(*[owner.job("request_withdrawal", amount=1000, currency="USD")] * 50)
    assert codes(answers) == {"ok": 10, "insufficient_funds": 40}
    assert await bank.balance(owner) == (10_000, 10_000, 0)
    await bank.assert_books_balance()

    # Each of them is sent and refused by several at the same moment: one of these is what happened.
    ids = [answer["id"] for answer in answers if isinstance(answer, dict)]
    ends = [Job("web_worker", "", "complete_payout", {"payout_id": i, "provider_reference": "r"}) for i in ids] * 2
    ends += [Job("web_worker", "", "fail_payout", {"payout_id": i, "failure_code": "f"}) for i in ids] * 2
    answers = await crowd.at_once(*ends)
    assert [a for a in answers if not isinstance(a, bool)] == []
    assert sum(answers) == 10
    settled = await bank.pages(owner, "list_withdrawals", 4)
    assert {p["status"] for p in settled} <= {"completed", "failed"}
    left = sum(p["amount"] for p in settled if p["status"] == "failed")
    assert await bank.balance(owner) == (left, 0, left)
    await bank.assert_books_balance()


async def test_a_locked_wallet_keeps_its_money(bank: Bank, support: Person) -> None:
    owner = await bank.rich(5000)
    locked = await bank.does(support, "lock_wallet", account_id=owner.id, reason="a stolen phone")
    assert (locked["account_id"], locked["locked"], locked["lock_reason"], locked["locked_by"]) == (
        owner.id, True, "a stolen phone", support.id,
    )  # fmt: skip
    assert (await bank.does(owner, "get_wallet"))["locked"] is True
    assert "stolen" not in str(await bank.does(owner, "get_wallet"))
    with refused("wallet_locked", "SH409"):
        await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
    with refused("wallet_locked", "SH409"):
        await bank.does(support, "lock_wallet", account_id=owner.id, reason="again")
    assert await bank.does(support, "get_customer_wallet", account_id=owner.id) == locked

    unlocked = await bank.does(support, "unlock_wallet", account_id=owner.id)
    assert (unlocked["locked"], unlocked["lock_reason"], unlocked["locked_by"]) == (False, None, None)
    with refused("wallet_not_locked", "SH409"):
        await bank.does(support, "unlock_wallet", account_id=owner.id)
    await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
    types = "SELECT array_agg(type ORDER BY id) FROM messaging.events WHERE account_id = $1 AND type LIKE 'wallet.%'"
    assert await bank.admin.fetchval(types, uuid.UUID(owner.id)) == ["wallet.locked", "wallet.unlocked"]
    for function, arguments in (
        ("lock_wallet", {"reason": "x"}), ("unlock_wallet", {}), ("get_customer_wallet", {}),
        ("list_customer_wallet_transactions", {}),
    ):  # fmt: skip
        with refused("account_not_found", "SH404"):
            await bank.does(support, function, account_id=str(uuid.uuid4()), **arguments)


@pytest.mark.parametrize("first", ["lock_wallet", "request_withdrawal"])
async def test_a_lock_and_a_withdrawal_that_meet_do_one_after_the_other(
    first: str, bank: Bank, crowd: Crowd, support: Person
) -> None:
    owner = await bank.rich(5000)
    jobs = {
        "lock_wallet": support.job("lock_wallet", account_id=owner.id, reason="meeting"),
        "request_withdrawal": owner.job("request_withdrawal", amount=1000, currency="USD"),
    }
    order = [first, *(name for name in jobs if name != first)]
    tasks: list[asyncio.Task[Any]] = []
    async with bank.admin.acquire() as gate, gate.transaction():
        await gate.execute("SELECT FROM ledger.accounts WHERE owner_id = $1 FOR UPDATE", uuid.UUID(owner.id))
        for name in order:
            seat = await crowd.prepare(jobs[name])
            tasks.append(asyncio.create_task(crowd.run(seat)))
            waits = "SELECT cardinality(pg_blocking_pids($1)) > 0"
            while not await bank.admin.fetchval(waits, seat.connection.get_server_pid()):
                assert not tasks[-1].done(), f"{name} did not need the wallet"
                await asyncio.sleep(0.001)
    answers = dict(zip(order, await asyncio.gather(*tasks, return_exceptions=True), strict=True))
    assert codes([answers["lock_wallet"]]) == {"ok": 1}
    expected = "ok" if first == "request_withdrawal" else "wallet_locked"
    assert codes([answers["request_withdrawal"]]) == {expected: 1}
    await bank.assert_books_balance()


async def test_each_transaction_begins_where_the_one_before_ended(bank: Bank, crowd: Crowd, support: Person) -> None:
    owner = await bank.rich(100_000)
    answers = await crowd.at_once(*[owner.job("request_withdrawal", amount=1000 + n, currency="USD") for n in range(9)])
    assert codes(answers) == {"ok": 9}
    await crowd.at_once(
        *(Job("web_worker", "", "complete_payout", {"payout_id": a["id"], "provider_reference": "r"}) for a in answers)
    )
    found = await bank.pages(owner, "list_wallet_transactions", 3)
    assert [t["id"] for t in found] == sorted((t["id"] for t in found), reverse=True)
    assert len(found) == 10
    reached = 0
    for transaction in reversed(found):
        assert transaction["balance_before"] == reached
        reached += transaction["amount"]
        assert transaction["balance_after"] == reached
    assert (reached, 0, reached) == await bank.balance(owner)
    assert await bank.pages(support, "list_customer_wallet_transactions", 4, account_id=owner.id) == found
    assert [p["id"] for p in await bank.pages(owner, "list_withdrawals", 4)] == sorted(
        (a["id"] for a in answers), reverse=True
    )
    assert await bank.pages(owner, "list_withdrawals", 4, status="pending") == []
    for function in ("list_wallet_transactions", "list_withdrawals"):
        with refused("cursor_invalid", "SH422"):
            await bank.does(owner, function, cursor="nonsense")


# --- who may do what ------------------------------------------------------------------------------

NOBODY = "00000000-0000-7000-8000-000000000000"
FOR_SUPPORT: dict[str, dict[str, Any]] = {
    "get_customer_wallet": {"account_id": NOBODY},
    "list_customer_wallet_transactions": {"account_id": NOBODY},
    "lock_wallet": {"account_id": NOBODY, "reason": "x"},
    "unlock_wallet": {"account_id": NOBODY},
    "list_all_payouts": {},
    "confirm_payout": {"payout_id": NOBODY, "provider_reference": "x"},
    "reject_payout": {"payout_id": NOBODY, "failure_code": "xx"},
    "list_limits": {},
    "grant_credit": {"account_id": NOBODY, "amount": 1, "currency": "USD", "reason": "x"},
    "deduct_credit": {"account_id": NOBODY, "amount": 1, "currency": "USD", "reason": "x"},
    "list_credit_changes": {},
    "get_credit_change": {"change_id": NOBODY},
    "decide_credit_change": {"change_id": NOBODY},
    "get_credit": {"account_id": NOBODY},
    "list_credit_transactions": {"account_id": NOBODY},
    "issue_gift_card": {"amount": 1, "currency": "USD"},
    "list_gift_cards": {},
}
FOR_ADMINS: dict[str, dict[str, Any]] = {"export_payouts": {}, "approve_merchant": {"account_id": NOBODY}}
FOR_MERCHANTS: dict[str, dict[str, Any]] = {
    "get_merchant_balance": {},
    "list_merchant_transactions": {},
    "request_payout": {"amount": 1, "currency": "USD"},
    "list_payouts": {},
}
FOR_THE_WORKER: dict[str, dict[str, Any]] = {
    "complete_payout": {"payout_id": NOBODY, "provider_reference": "x"},
    "fail_payout": {"payout_id": NOBODY, "failure_code": "x"},
}
LIMITS = {
    "deposit_minimum": 1, "deposit_maximum": 2, "balance_maximum": 3, "withdrawal_minimum": 1,
    "credit_approval_above": 1,
}  # fmt: skip


async def test_what_is_not_ones_own_to_call(bank: Bank) -> None:
    everything = {**FOR_SUPPORT, **FOR_MERCHANTS, **FOR_THE_WORKER, **FOR_ADMINS,
                  "set_limits": {"currency": "USD", **LIMITS}}  # fmt: skip
    allowed = {
        "customer": set[str](),
        "merchant": set(FOR_MERCHANTS),
        "support": set(FOR_SUPPORT),
        "admin": {*FOR_SUPPORT, *FOR_MERCHANTS, *FOR_ADMINS, "set_limits"},
    }
    for role, mine in allowed.items():
        person = await bank.person(role)
        for function, arguments in everything.items():
            if function in mine:
                granted = await bank.admin.fetchval(
                    "SELECT bool_or(has_function_privilege($1, p.oid, 'EXECUTE')) FROM pg_proc AS p "
                    "WHERE p.pronamespace = 'api'::regnamespace AND p.proname = $2",
                    f"web_{role}",
                    function,
                )
                assert granted, (role, function)
                continue
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await bank.does(person, function, **arguments)


async def test_nobody_sees_or_moves_what_belongs_to_somebody_else(bank: Bank, support: Person) -> None:
    owner, stranger, shop = await bank.rich(5000), await bank.rich(5000), await bank.person("merchant")
    payout = await bank.does(owner, "request_withdrawal", amount=1000, currency="USD")
    for person in (stranger, shop):
        with refused("payout_not_found", "SH404"):
            await bank.does(person, "get_payout", payout_id=payout["id"])
        assert await bank.does(person, "list_withdrawals") == {"data": [], "next_cursor": None}
    # The staff see everybody's rows; in a list of their own they see their own.
    assert await bank.does(support, "list_withdrawals") == {"data": [], "next_cursor": None}
    assert (await bank.does(support, "get_payout", payout_id=payout["id"]))["id"] == payout["id"]
    await bank.does(support, "reject_payout", payout_id=payout["id"], failure_code="refused")
    staff_did = await bank.pages(support, "list_customer_wallet_transactions", 10, account_id=owner.id)
    assert len(staff_did) == 1


# --- limits ---------------------------------------------------------------------------------------


async def test_an_admin_sets_what_may_be_moved(bank: Bank) -> None:
    admin, owner = await bank.person("admin"), await bank.rich(10_000, "CHF")
    shown = {row["currency"]: row for row in (await bank.does(admin, "list_limits"))["data"]}
    assert shown["CHF"]["withdrawal_minimum"] == 1000
    assert shown["JPY"]["credit_approval_above"] == 500
    given = {
        "deposit_minimum": 500, "deposit_maximum": 60_000, "balance_maximum": 80_000, "withdrawal_minimum": 2500,
        "credit_approval_above": 100,
    }  # fmt: skip
    for _ in range(2):
        assert await bank.does(admin, "set_limits", currency="CHF", **given) == {"currency": "CHF", **given}
    with refused("withdrawal_below_minimum", "SH422") as refusal:
        await bank.does(owner, "request_withdrawal", amount=2499, currency="CHF")
    assert refusal.detail == {"minimum": 2500}
    await bank.does(owner, "request_withdrawal", amount=2500, currency="CHF")
    changed = await bank.admin.fetchval(
        "SELECT count(*) FROM audit.changes WHERE table_name = 'ledger.limits' AND row_id = 'CHF' AND actor_id = $1",
        uuid.UUID(admin.id),
    )
    assert changed == 1, "setting what is set already is no change"
    for wrong in ({"deposit_minimum": 60_001}, {"withdrawal_minimum": 80_001}, {"balance_maximum": 499}):
        with refused("limits_out_of_order", "SH422"):
            await bank.does(admin, "set_limits", currency="CHF", **(given | wrong))
    with refused("currency_unknown", "SH422"):
        await bank.does(admin, "set_limits", currency="XXX", **given)
