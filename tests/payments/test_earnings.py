"""When a merchant's earnings can be paid out: after the delivery and the return window, and to whom at all."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.payouts import payable

MIGRATION = Path(__file__).parents[2] / "db" / "migrations" / "0040.payouts.sql"


@dataclass
class Seller:
    shop: Shop
    token: str
    id: str

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_merchant", function, token=self.token, **arguments)

    async def product(self, price: int = 500) -> str:
        made = await self.does(
            "create_product", name="Lamp", description="", sku=uuid.uuid4().hex[:12], price=price, currency="USD",
            stock=1000,
        )  # fmt: skip
        return str(made["id"])

    async def earnings(self) -> tuple[int, int, int, int]:
        """Balance, pending, held, available, in US dollars."""
        found = (await self.does("get_merchant_balance"))["balances"]
        return tuple(found[0][name] for name in ("balance", "pending", "held", "available")) if found else (0, 0, 0, 0)

    async def request(self, amount: int) -> dict[str, Any]:
        made: dict[str, Any] = await self.does("request_payout", amount=amount, currency="USD")
        return made


async def person(shop: Shop, role: str) -> tuple[str, str]:
    """A new account's access token and id."""
    token = await shop.account(role)
    found = await shop.call(f"web_{role}", "get_account", token=token)
    return token, found["id"]


async def seller(shop: Shop) -> Seller:
    """A merchant who can be paid out."""
    token, account_id = await person(shop, "merchant")
    await payable(shop.admin, account_id)
    return Seller(shop, token, account_id)


async def sell(shop: Shop, customer: str, merchant: Seller) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order of 10.00 that is paid: 9.00 for the merchant. With its payment."""
    return await shop.paid(customer, await merchant.product())


async def deliver(shop: Shop, order: dict[str, Any]) -> None:
    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=order["id"])


async def pass_time(shop: Shop, order: dict[str, Any]) -> None:
    """The order's return window and the payout delay are over."""
    await shop.admin.execute(
        "UPDATE ledger.order_earnings SET available_from = now() WHERE order_id = $1", uuid.UUID(order["id"])
    )


async def available_order(shop: Shop, customer: str, merchant: Seller) -> tuple[dict[str, Any], dict[str, Any]]:
    order, payment = await sell(shop, customer, merchant)
    await deliver(shop, order)
    await pass_time(shop, order)
    return order, payment


async def confirm(shop: Shop, payout: dict[str, Any]) -> Any:
    return await shop.call(
        "web_support", "confirm_payout", token=shop.support, payout_id=payout["id"], provider_reference="bank"
    )


async def failing(shop: Shop) -> list[str]:
    rows = await shop.admin.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
    return [row["name"] for row in rows]


async def test_money_bought_from_oneself_does_not_leave(shop: Shop) -> None:
    """Money that leaves before the sale is final. Deposit 500.00, buy from an account of one's own, have 450.00 paid
    out, cancel, and repeat with the next account: nothing is paid out before the delivery and the return window."""
    customer = await shop.account()
    begun = await shop.call(
        "web_customer", "begin_deposit", token=customer, amount=50_000, currency="USD", provider="mock"
    )
    await shop.event(begun["payment"], "completed")
    for _ in range(3):
        merchant = await seller(shop)
        order = await shop.order(customer, await merchant.product(50_000), 1)
        await shop.call("web_customer", "begin_payment", token=customer, order_id=order["id"], provider="wallet")
        assert await merchant.earnings() == (45_000, 45_000, 0, 0)
        for amount in (45_000, 1):
            with refused("insufficient_funds", "SH409") as refusal:
                await merchant.request(amount)
            assert refusal.detail == {"available": 0}
        await shop.call("web_customer", "cancel_order", token=customer, order_id=order["id"])
        assert await merchant.earnings() == (0, 0, 0, 0)
        wallet = await shop.call("web_customer", "get_wallet", token=customer)
        assert wallet["balances"][0]["available"] == 50_000
    assert await shop.admin.fetchval("SELECT count(*) FROM ledger.transfers WHERE kind = 'payout'") == 0
    await shop.assert_books_balance()


async def test_what_an_order_on_hold_brings_is_not_paid_out(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    order, _ = await available_order(shop, customer, merchant)
    await available_order(shop, customer, merchant)
    assert await merchant.earnings() == (1800, 0, 0, 1800)
    say = {"token": shop.support, "order_id": order["id"]}
    await shop.call("web_support", "hold_order", **say, reason="The customer did not order it.")
    assert await merchant.earnings() == (1800, 900, 0, 900)
    with refused("insufficient_funds", "SH409"):
        await merchant.request(901)
    await shop.call("web_support", "release_order", **say, reason="They did.")
    assert await merchant.earnings() == (1800, 0, 0, 1800)
    await merchant.request(1800)
    await shop.assert_books_balance()


async def test_earnings_are_available_after_the_return_window_and_the_delay(shop: Shop, customer: str) -> None:
    await shop.admin.execute("UPDATE sales.settings SET return_window = '14 days', payout_delay = '2 days'")
    merchant = await seller(shop)
    order, _ = await sell(shop, customer, merchant)
    assert await merchant.earnings() == (900, 900, 0, 0)
    await shop.call("web_support", "ship_order", token=shop.support, order_id=order["id"])
    assert await merchant.earnings() == (900, 900, 0, 0)
    await shop.call("web_support", "deliver_order", token=shop.support, order_id=order["id"])
    assert await merchant.earnings() == (900, 900, 0, 0)
    waits = await shop.admin.fetchval(
        "SELECT e.available_from - max(s.delivered_at) = interval '16 days' FROM ledger.order_earnings AS e "
        "JOIN fulfilment.shipments AS s USING (order_id) WHERE e.order_id = $1 GROUP BY e.available_from",
        uuid.UUID(order["id"]),
    )
    assert waits
    await shop.assert_books_balance()
    await pass_time(shop, order)
    assert await merchant.earnings() == (900, 0, 0, 900)
    payout = await merchant.request(900)
    assert await merchant.earnings() == (900, 0, 900, 0)
    await confirm(shop, payout)
    assert await merchant.earnings() == (0, 0, 0, 0)
    await shop.assert_books_balance()


async def test_without_window_and_delay_earnings_are_available_at_the_delivery(shop: Shop, customer: str) -> None:
    before = await shop.admin.fetchrow("SELECT return_window, payout_delay FROM sales.settings")
    await shop.admin.execute("UPDATE sales.settings SET return_window = '0', payout_delay = '0'")
    merchant = await seller(shop)
    order, _ = await sell(shop, customer, merchant)
    await deliver(shop, order)
    assert await merchant.earnings() == (900, 0, 0, 900)
    await shop.admin.execute("UPDATE sales.settings SET return_window = $1, payout_delay = $2", *before)
    await shop.assert_books_balance()


@pytest.mark.parametrize("delay", ["-1 day", "2 years"])
async def test_the_delay_has_limits(shop: Shop, delay: str) -> None:
    with refused("payout_delay_out_of_range", "23514"):
        await shop.admin.execute(f"UPDATE sales.settings SET payout_delay = '{delay}'")


async def test_a_refund_takes_from_its_own_order_first(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    _, payment = await sell(shop, customer, merchant)
    assert await merchant.earnings() == (1800, 900, 0, 900)
    made = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment["id"], amount=500, reason="x"
    )
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re")
    assert await merchant.earnings() == (1350, 450, 0, 900)
    await merchant.request(900)
    await shop.assert_books_balance()


async def test_a_bounced_refund_is_still_owed_and_not_earned_again(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    _, payment = await sell(shop, customer, merchant)
    made = await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x")
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference=f"re_{made['id']}")
    assert await merchant.earnings() == (0, 0, 0, 0)
    await shop.event(payment, "refund_failed", refund_id=made["id"], provider_reference=f"re_{made['id']}")
    assert await merchant.earnings() == (0, 0, 0, 0)
    await shop.assert_books_balance()


async def test_an_open_dispute_takes_from_its_own_order_first(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    _, payment = await sell(shop, customer, merchant)
    case = {"case_reference": f"dp_{payment['id']}", "failure_code": "fraudulent"}
    await shop.event(payment, "dispute_opened", amount=1000, **case)
    assert await merchant.earnings() == (1800, 0, 900, 900)
    await shop.assert_books_balance()
    await shop.event(payment, "dispute_won", amount=1000, **case)
    assert await merchant.earnings() == (1800, 900, 0, 900)
    await shop.assert_books_balance()


async def test_a_lost_dispute_leaves_what_other_orders_bring(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    _, payment = await sell(shop, customer, merchant)
    case = {"case_reference": f"dp_{payment['id']}", "failure_code": "fraudulent"}
    for end in ("dispute_opened", "dispute_lost"):
        await shop.event(payment, end, amount=1000, **case)
    assert await merchant.earnings() == (900, 0, 0, 900)
    await shop.assert_books_balance()


async def test_only_an_approved_merchant_with_a_bank_account_is_paid_out(shop: Shop, customer: str) -> None:
    token, account_id = await person(shop, "merchant")
    merchant = Seller(shop, token, account_id)
    await available_order(shop, customer, merchant)
    assert await merchant.earnings() == (900, 0, 0, 900)
    with refused("merchant_not_approved", "SH403"):
        await merchant.request(900)
    admin, _ = await person(shop, "admin")
    approved = await shop.call("web_admin", "approve_merchant", token=admin, account_id=account_id)
    assert approved["merchant_approved_at"] is not None
    again = await shop.call("web_admin", "approve_merchant", token=admin, account_id=account_id)
    assert again == approved
    with refused("bank_account_missing", "SH409"):
        await merchant.request(900)
    await merchant.does("set_bank_account", iban="DE89 3704 0044 0532 0130 00", holder="Ada")
    await merchant.request(900)
    await shop.assert_books_balance()


async def test_who_is_approved(shop: Shop) -> None:
    admin, admin_id = await person(shop, "admin")
    _, customer_id = await person(shop, "customer")
    for account_id, code, state in (
        (admin_id, "own_account_refused", "SH403"),
        (customer_id, "not_a_merchant", "SH409"),
        (str(uuid.uuid4()), "account_not_found", "SH404"),
    ):
        with refused(code, state):
            await shop.call("web_admin", "approve_merchant", token=admin, account_id=account_id)


async def test_debts_in_another_currency_stop_payouts(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    owe = (
        "SELECT ledger.post_transfer(ledger.open_account('earnings', 'EUR', owner_id => $1), "
        "ledger.open_account('clearing', 'EUR', 'mock'), 5, 'deposit')"
    )
    await shop.admin.execute(owe, uuid.UUID(merchant.id))
    with refused("negative_balance", "SH409"):
        await merchant.request(900)


@pytest.fixture
async def suspended(shop: Shop, customer: str) -> AsyncIterator[tuple[Seller, dict[str, Any]]]:
    """A merchant who was suspended after requesting a payout."""
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    payout = await merchant.request(400)
    await set_status(shop, merchant, "suspended")
    yield merchant, payout
    await set_status(shop, merchant, "active")


async def set_status(shop: Shop, merchant: Seller, status: str) -> None:
    admin, _ = await person(shop, "admin")
    await shop.call("web_admin", "change_account", token=admin, account_id=merchant.id, status=status)


async def test_a_suspended_merchants_payout_stops(shop: Shop, suspended: tuple[Seller, dict[str, Any]]) -> None:
    merchant, payout = suspended
    status = "SELECT p.status FROM payments.payouts AS p WHERE p.id = $1"
    await shop.admin.execute("UPDATE sales.settings SET demo = true")
    with refused("payout_suspended", "SH409"):
        await confirm(shop, payout)
    with refused("payout_suspended", "SH409"):
        await shop.call("web_worker", "complete_payout", payout_id=payout["id"], provider_reference="x")
    assert await shop.admin.fetchval(status, uuid.UUID(payout["id"])) == "pending"
    admin, _ = await person(shop, "admin")
    listed = await shop.call("web_admin", "export_payouts", token=admin)
    assert payout["id"] not in [transfer["payout_id"] for transfer in listed["transfers"]]
    await shop.admin.execute("UPDATE sales.settings SET demo = false")

    await set_status(shop, merchant, "active")
    assert (await confirm(shop, payout))["status"] == "completed"
    await shop.assert_books_balance()


async def test_a_suspended_merchant_requests_nothing(shop: Shop, suspended: tuple[Seller, dict[str, Any]]) -> None:
    merchant, _ = suspended
    with refused("account_suspended", "SH403"):
        await shop.admin.execute("SELECT payments.request_payout($1, 'earnings', 1, 'USD')", uuid.UUID(merchant.id))


async def test_only_the_demo_shop_pays_by_itself(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    payout = await merchant.request(900)
    said = {"payout_id": payout["id"], "provider_reference": "x"}
    assert await shop.call("web_worker", "complete_payout", **said) is False
    assert (await merchant.does("get_payout", payout_id=payout["id"]))["status"] == "pending"
    await confirm(shop, payout)
    await shop.assert_books_balance()


async def test_the_books_find_what_was_paid_out_too_early(shop: Shop, customer: str, connect: Any) -> None:
    merchant = await seller(shop)
    await available_order(shop, customer, merchant)
    early, _ = await sell(shop, customer, merchant)
    await pass_time(shop, early)
    await merchant.request(1000)
    keep = "UPDATE ledger.order_earnings SET available_from = $2::text::timestamptz WHERE order_id = $1"
    await shop.admin.execute(keep, uuid.UUID(early["id"]), "infinity")
    assert await failing(shop) == ["nothing was paid out that was not available"]
    await deliver(shop, early)
    assert await failing(shop) == ["nothing was paid out that was not available"]
    await shop.admin.execute(keep, uuid.UUID(early["id"]), "2020-01-01")
    assert await failing(shop) == []


async def test_the_books_find_earnings_that_were_forgotten(shop: Shop, customer: str) -> None:
    merchant = await seller(shop)
    order, _ = await available_order(shop, customer, merchant)
    change = "UPDATE ledger.order_earnings SET amount = amount + $2 WHERE order_id = $1"
    for wrong in (1, -1):
        await shop.admin.execute(change, uuid.UUID(order["id"]), wrong)
        assert await failing(shop) == ["what orders bring is pending until they are delivered"]
        await shop.admin.execute(change, uuid.UUID(order["id"]), -wrong)
    assert await failing(shop) == []


async def test_orders_from_before_are_pending_too(shop: Shop, customer: str) -> None:
    """What the migration finds in the books is what was written as they were kept."""
    merchant = await seller(shop)
    _, refunded = await sell(shop, customer, merchant)
    made = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=refunded["id"], amount=500, reason="x"
    )
    await shop.call("web_worker", "complete_refund", refund_id=made["id"], provider_reference="re")
    _, disputed = await sell(shop, customer, merchant)
    await shop.event(
        disputed, "dispute_opened", amount=400, case_reference=f"dp_{disputed['id']}", failure_code="fraudulent"
    )
    await sell(shop, customer, merchant)
    await shop.admin.execute("UPDATE sales.settings SET return_window = '30 days', payout_delay = '0'")
    delivered, _ = await sell(shop, customer, merchant)
    await deliver(shop, delivered)
    await available_order(shop, customer, merchant)
    kept = (
        "SELECT e.order_id, e.account_id, e.amount, e.available_from FROM ledger.order_earnings AS e "
        "JOIN ledger.accounts AS a ON a.id = e.account_id "
        "WHERE a.owner_id = $1 AND e.available_from > now() ORDER BY e.order_id"
    )
    before = await shop.admin.fetch(kept, uuid.UUID(merchant.id))
    assert [row["amount"] for row in before] == [450, 540, 900, 900]

    _, found, rest = MIGRATION.read_text().partition("INSERT INTO ledger.order_earnings")
    async with shop.admin.acquire() as connection:
        await connection.execute("DELETE FROM ledger.order_earnings")
        await connection.execute(found + rest.partition(";")[0])
        after = await connection.fetch(kept, uuid.UUID(merchant.id))
        # One more: only this test says that the return window of the available order is over.
        assert [row for row in after if row in before] == before
        assert len(after) == len(before) + 1
