"""A merchant's earnings: a balance in parts that may be below zero, and no more is paid out than is there."""

from __future__ import annotations

import uuid

from tests.concurrency.conftest import Crowd, codes
from tests.ledger.conftest import Bank, Person
from tests.support.connections import refused


async def test_a_payout_takes_from_the_earnings(bank: Bank, support: Person) -> None:
    merchant = await bank.rich(9000, kind="earnings", role="merchant")
    await bank.fund(merchant, 500, kind="earnings")
    payout = await bank.does(merchant, "request_payout", amount=9400, currency="USD")
    assert (payout["source"], payout["status"], payout["amount"]) == ("earnings", "pending", 9400)
    assert await bank.does(merchant, "get_merchant_balance") == {
        "balances": [{"currency": "USD", "balance": 9500, "pending": 0, "held": 9400, "available": 100}]
    }
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(merchant, "request_payout", amount=101, currency="USD")
    assert refusal.detail == {"available": 100}

    sent = await bank.does(support, "confirm_payout", payout_id=payout["id"], provider_reference="SEPA 2026-11-21 17")
    assert (sent["status"], sent["provider_reference"]) == ("completed", "••••1 17")
    again = await bank.does(support, "confirm_payout", payout_id=payout["id"], provider_reference="another one")
    assert again == sent
    with refused("payout_completed", "SH409"):
        await bank.does(support, "reject_payout", payout_id=payout["id"], failure_code="too_late")
    assert await bank.balance(merchant, "earnings") == (100, 0, 100)
    kinds = [
        (t["kind"], t["amount"], t["actor_id"]) for t in await bank.pages(merchant, "list_merchant_transactions", 2)
    ]
    assert kinds == [("payout", -9400, None), ("deposit", 500, None), ("deposit", 9000, None)]
    assert await bank.events("payout_id", payout["id"]) == ["payout.requested", "payout.completed"]
    assert await bank.does(merchant, "list_withdrawals") == {"data": [], "next_cursor": None}
    assert await bank.pages(merchant, "list_payouts", 1) == [sent]
    await bank.assert_books_balance()


async def test_a_payout_that_cannot_be_sent(bank: Bank, support: Person) -> None:
    merchant = await bank.rich(100, kind="earnings", role="merchant")
    payout = await bank.does(merchant, "request_payout", amount=100, currency="USD")
    failed = await bank.does(support, "reject_payout", payout_id=payout["id"], failure_code="account_closed")
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    assert await bank.does(support, "reject_payout", payout_id=payout["id"], failure_code="other") == failed
    with refused("failure_code_malformed"):
        await bank.does(support, "reject_payout", payout_id=payout["id"], failure_code="Not a code")
    assert await bank.balance(merchant, "earnings") == (100, 0, 100)
    await bank.does(merchant, "request_payout", amount=100, currency="USD")
    for function, arguments in (
        ("confirm_payout", {"provider_reference": "x"}), ("reject_payout", {"failure_code": "xx"}), ("get_payout", {}),
    ):  # fmt: skip
        with refused("payout_not_found", "SH404"):
            await bank.does(support, function, payout_id=str(uuid.uuid4()), **arguments)


async def test_fifty_payouts_at_once_take_what_is_there(bank: Bank, crowd: Crowd) -> None:
    merchant = await bank.person("merchant")
    # As sales leave them: from many connections, in many parts.
    for connection in [await crowd.connection("") for _ in range(12)]:
        await connection.execute(
            "SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'), "
            "ledger.open_account('earnings', 'USD', owner_id => $1), 100, 'deposit')",
            uuid.UUID(merchant.id),
        )
        crowd.idle.setdefault("", []).append(connection)
    parts = await bank.admin.fetchval(
        "SELECT count(*) FROM ledger.balance_parts AS p JOIN ledger.accounts AS a ON a.id = p.account_id "
        "WHERE a.owner_id = $1",
        uuid.UUID(merchant.id),
    )
    assert parts > 3
    answers = await crowd.at_once(*[merchant.job("request_payout", amount=120, currency="USD")] * 50)
    assert codes(answers) == {"ok": 10, "insufficient_funds": 40}
    assert await bank.balance(merchant, "earnings") == (1200, 1200, 0)
    await bank.assert_books_balance()


async def test_earnings_below_zero_pay_nothing_out(bank: Bank) -> None:
    merchant = await bank.rich(500, kind="earnings", role="merchant")
    await bank.fund(merchant, -800, kind="earnings")
    assert await bank.balance(merchant, "earnings") == (-300, 0, -300)
    with refused("insufficient_funds", "SH409") as refusal:
        await bank.does(merchant, "request_payout", amount=1, currency="USD")
    assert refusal.detail == {"available": -300}
    await bank.fund(merchant, 301, kind="earnings")
    await bank.does(merchant, "request_payout", amount=1, currency="USD")
    with refused("currency_unknown", "SH422"):
        await bank.does(merchant, "request_payout", amount=1, currency="XXX")
    with refused("insufficient_funds", "SH409"):
        await bank.does(merchant, "request_payout", amount=1, currency="EUR")


async def test_an_admin_does_not_confirm_their_own_payout(bank: Bank, support: Person) -> None:
    admin = await bank.rich(5000, kind="earnings", role="admin")
    payout = await bank.does(admin, "request_payout", amount=5000, currency="USD")
    with refused("own_account_refused", "SH403"):
        await bank.does(admin, "confirm_payout", payout_id=payout["id"], provider_reference="myself")
    assert await bank.balance(admin, "earnings") == (5000, 5000, 0)
    await bank.does(support, "confirm_payout", payout_id=payout["id"], provider_reference="a colleague")
    assert await bank.balance(admin, "earnings") == (0, 0, 0)


async def test_what_waits_to_be_sent_is_a_list(bank: Bank, support: Person) -> None:
    both = await bank.rich(3000, kind="earnings", role="merchant")
    await bank.fund(both, 3000)
    made = [
        await bank.does(both, "request_payout", amount=1000, currency="USD"),
        await bank.does(both, "request_withdrawal", amount=1000, currency="USD"),
        await bank.does(both, "request_payout", amount=1000, currency="USD"),
    ]
    await bank.does(support, "confirm_payout", payout_id=made[0]["id"], provider_reference="x")

    async def found(**filters: str) -> list[str]:
        return [p["id"] for p in await bank.pages(support, "list_all_payouts", 2, account=both.id, **filters)]

    first, second, third = (p["id"] for p in made)
    assert await found() == [third, second, first]
    assert await found(status="pending") == [third, second]
    assert await found(source="earnings") == [third, first]
    assert await found(source="earnings", status="completed") == [first]
    assert [p["id"] for p in (await bank.does(support, "list_all_payouts", limit=3))["data"]] == [third, second, first]
    for filters, code in (({"status": "lost"}, "payout_status_unknown"), ({"source": "bank"}, "payout_source_unknown")):
        with refused(code):
            await bank.does(support, "list_all_payouts", **filters)
