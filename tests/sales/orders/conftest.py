"""Buyers in the small shop of tests/payments."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop

SignUp = Callable[[], Awaitable["Buyer"]]


def line(product: str, quantity: int = 1) -> dict[str, Any]:
    return {"product_id": product, "quantity": quantity}


def lines(order: dict[str, Any]) -> dict[str, int]:
    return {item["product_id"]: item["quantity"] for item in order["items"]}


@dataclass
class Buyer:
    shop: Shop
    token: str

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_customer", function, token=self.token, **arguments)

    async def order(self, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.does("create_order", items=list(items), **more)
        return made

    async def modify(self, order: dict[str, Any], *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.does("modify_order", order_id=order["id"], items=list(items), **more)
        return made

    async def sees(self, order: dict[str, Any]) -> dict[str, Any]:
        seen: dict[str, Any] = await self.does("get_order", order_id=order["id"])
        return seen

    async def pay(self, order: dict[str, Any], amount: int | None = None) -> dict[str, Any]:
        payment = await self.shop.begin(self.token, order, amount)
        assert await self.shop.event(payment, "completed") == "applied"
        return payment

    async def address(self, name: str = "Ada") -> str:
        made = await self.does("create_address", name=name, line1="1 Main Street", city="Dhaka", country="BD")
        return str(made["id"])

    async def timeline(self, order: dict[str, Any]) -> list[str]:
        page = await self.does("list_order_events", order_id=order["id"], limit=100)
        return [event["type"] for event in page["data"]]

    async def support(self, function: str, order: dict[str, Any], **more: Any) -> Any:
        return await self.shop.call("web_support", function, token=self.shop.support, order_id=order["id"], **more)


async def expire(shop: Shop, *orders: dict[str, Any]) -> None:
    """The orders' time is over; nobody has noticed yet."""
    await shop.admin.execute(
        "UPDATE sales.orders SET expires_at = now() - interval '1 second' WHERE id = ANY ($1)",
        [uuid.UUID(order["id"]) for order in orders],
    )


@pytest.fixture(scope="module")
async def sign_up(shop: Shop) -> SignUp:
    async def make() -> Buyer:
        return Buyer(shop, await shop.account())

    return make


@pytest.fixture(scope="module")
async def buyer(sign_up: SignUp) -> Buyer:
    return await sign_up()


@pytest.fixture(scope="module")
async def other(sign_up: SignUp) -> Buyer:
    return await sign_up()


@pytest.fixture(autouse=True)
async def books_balance(shop: Shop) -> Any:
    yield
    await shop.assert_books_balance()
