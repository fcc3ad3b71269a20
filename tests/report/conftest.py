"""The small shop of tests/payments, and an admin who looks at it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import anyio
import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop


def today() -> date:
    return datetime.now(UTC).date()


def days_ago(days: int) -> date:
    return today() - timedelta(days=days)


@pytest.fixture(autouse=True)
async def one_day() -> None:
    """What is counted by days is counted within one: no midnight in the middle of a test."""
    now = datetime.now(UTC)
    left = 86400 - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    if left < 60:
        await anyio.sleep(left + 0.1)


@dataclass
class Office:
    """Who reads the reports, and what can be done to what is in them."""

    shop: Shop
    admin: str

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_admin", function, token=self.admin, **arguments)

    async def refresh(self) -> list[str]:
        """As the worker does it; that it is time is arranged."""
        await self.shop.admin.execute("UPDATE report.refreshes SET as_of = NULL, took = '0'")
        return await self.work()

    async def work(self) -> list[str]:
        made = []
        while name := await self.shop.call("web_worker", "refresh_report"):
            made.append(name)
        return made

    async def rate(self, currency: str, rate: str | float, since: date | None = None) -> dict[str, Any]:
        given = {} if since is None else {"valid_from": since.isoformat()}
        made: dict[str, Any] = await self.does("set_exchange_rate", currency=currency, rate=rate, **given)
        return made

    async def sold(
        self, customer: str, product: str, *, days: int = 0, quantity: int = 1, currency: str = "USD"
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A paid order, and its payment, of so many days ago."""
        items = [{"product_id": product, "quantity": quantity}]
        order = await self.shop.call("web_customer", "create_order", token=customer, items=items, currency=currency)
        payment = await self.shop.begin(customer, order)
        assert await self.shop.event(payment, "completed") == "applied"
        if days:
            # History cannot be rewritten by anybody; the test is its own owner of the clock.
            moved = timedelta(days=days)
            async with self.shop.admin.acquire() as connection, connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                for table, column in (("sales.orders", "paid_at"), ("ledger.transfers", "created_at")):
                    key = "id" if table == "sales.orders" else "order_id"
                    await connection.execute(
                        f"UPDATE {table} SET {column} = {column} - $1::interval WHERE {key} = $2",
                        moved,
                        uuid.UUID(order["id"]),
                    )
        return order, payment

    async def refunds(self, payment: dict[str, Any], **arguments: Any) -> dict[str, Any]:
        """Money back, done by the gateway."""
        refund: dict[str, Any] = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=payment["id"], reason="x", **arguments
        )
        await self.shop.call("web_worker", "complete_refund", refund_id=refund["id"], provider_reference=refund["id"])
        return refund

    async def product(self, **prices: int) -> str:
        """With a price in each currency, such as USD=500."""
        (first, price), *others = prices.items()
        made = await self.shop.call(
            "web_merchant", "create_product", token=self.shop.merchant, name="Lamp", description="",
            sku=uuid.uuid4().hex[:12], price=price, currency=first, stock=1000,
        )  # fmt: skip
        for currency, price in others:
            await self.shop.call(
                "web_merchant", "set_price", token=self.shop.merchant,
                product_id=made["id"], price=price, currency=currency,
            )  # fmt: skip
        return str(made["id"])


@pytest.fixture(scope="module")
async def office(shop: Shop) -> Office:
    return Office(shop, await shop.account("admin"))


@pytest.fixture(autouse=True)
async def books_balance(shop: Shop) -> Any:
    yield
    await shop.assert_books_balance()
