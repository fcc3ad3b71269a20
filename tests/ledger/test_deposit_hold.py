"""A deposit that its payer can still dispute pays for orders and is not withdrawn: issue 13's M9 by another way."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused
from tests.support.payouts import payable


@pytest.fixture(autouse=True, scope="module")
async def real(shop: Shop) -> AsyncIterator[None]:
    """The mock gateway as one that takes real money."""
    await shop.admin.execute("UPDATE payments.providers SET test_only = false WHERE name = 'mock'")
    yield
    await shop.admin.execute("UPDATE payments.providers SET test_only = true WHERE name = 'mock'")


class Customer:
    def __init__(self, shop: Shop, token: str) -> None:
        self.shop, self.token = shop, token

    async def deposit(self, amount: int) -> dict[str, Any]:
        begun = await self.does("begin_deposit", amount=amount, currency="USD", provider="mock")
        assert await self.shop.event(begun["payment"], "completed") == "applied"
        payment: dict[str, Any] = begun["payment"]
        return payment

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_customer", function, token=self.token, **arguments)

    async def withdraw(self, amount: int) -> Any:
        return await self.does("request_withdrawal", amount=amount, currency="USD")

    async def buy(self, price: int) -> None:
        order = await self.shop.order(self.token, await self.shop.product(price=price), 1)
        paid = await self.does("begin_payment", order_id=order["id"], provider="wallet")
        assert paid["payment"]["status"] == "completed"

    async def grow_older(self, payment: dict[str, Any], days: int) -> None:
        await self.shop.admin.execute(
            "UPDATE payments.payments SET completed_at = completed_at - make_interval(days => $2) WHERE id = $1",
            uuid.UUID(payment["id"]), days,
        )  # fmt: skip


@pytest.fixture
async def customer(shop: Shop) -> Customer:
    token = await shop.account()
    made = Customer(shop, token)
    await payable(shop.admin, (await made.does("get_account"))["id"])
    return made


async def test_a_fresh_deposit_pays_for_orders_and_stays(shop: Shop, customer: Customer) -> None:
    old = await customer.deposit(5000)
    await customer.grow_older(old, 15)
    fresh = await customer.deposit(10_000)
    with refused("deposit_on_hold", "SH409") as refusal:
        await customer.withdraw(5001)
    assert refusal.detail["withdrawable"] == 5000
    assert refusal.detail["all_from"]
    await customer.withdraw(2000)
    await customer.buy(1000)  # takes of the old money
    with refused("deposit_on_hold", "SH409") as refusal:
        await customer.withdraw(2001)
    assert refusal.detail["withdrawable"] == 2000
    with refused("insufficient_funds", "SH409"):
        await customer.withdraw(12_001)
    await customer.grow_older(fresh, 13)
    with refused("deposit_on_hold", "SH409"):
        await customer.withdraw(12_000)
    await customer.grow_older(fresh, 1)
    await customer.withdraw(12_000)
    await shop.assert_books_balance()


async def test_a_shop_may_have_no_hold(shop: Shop, customer: Customer) -> None:
    await customer.deposit(3000)
    with refused("deposit_on_hold", "SH409"):
        await customer.withdraw(1000)
    await shop.admin.execute("UPDATE sales.settings SET deposit_hold = '0'")
    try:
        await customer.withdraw(3000)
    finally:
        await shop.admin.execute("UPDATE sales.settings SET deposit_hold = DEFAULT")


async def test_what_was_refunded_or_is_held_by_a_dispute_is_not_counted_again(shop: Shop, customer: Customer) -> None:
    """Else old money would be held because of money that is not there."""
    old = await customer.deposit(5000)
    await customer.grow_older(old, 15)
    fresh = await customer.deposit(10_000)
    await shop.event(
        fresh, "dispute", f"{fresh['id']}:1", dispute_status="needs_response", case_reference=f"dp_{fresh['id']}",
        amount=10_000, failure_code="fraudulent", movements=[{"reference": "txn_1", "amount": -10_000}],
        occurred_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    (wallet,) = (await customer.does("get_wallet"))["balances"]
    assert (wallet["balance"], wallet["held"]) == (15_000, 10_000)
    await customer.withdraw(5000)
    await shop.assert_books_balance()


async def test_the_attack_ends_with_nothing(shop: Shop, customer: Customer) -> None:
    """Deposit by a stolen card, withdraw, and the card's owner disputes it."""
    payment = await customer.deposit(8000)
    with refused("deposit_on_hold", "SH409"):
        await customer.withdraw(8000)
    await shop.event(
        payment, "dispute", f"{payment['id']}:1", dispute_status="lost", case_reference=f"dp_{payment['id']}",
        amount=8000, failure_code="fraudulent", movements=[{"reference": "txn_1", "amount": -8000}],
        occurred_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert (await customer.does("get_wallet"))["balances"][0]["balance"] == 0
    lost = await shop.admin.fetchval(
        "SELECT coalesce(sum(d.loss), 0) FROM payments.disputes AS d WHERE d.payment_id = $1", uuid.UUID(payment["id"])
    )
    assert lost == 0
    await shop.assert_books_balance()
