"""Guests of a small shop, and what they do."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop

ADDRESS = {"name": "Ada", "line1": "1 Rue X", "city": "Lyon", "postal_code": "69001", "country": "FR"}


@dataclass
class Guest:
    shop: Shop
    session: dict[str, Any]
    client_address: str | None

    @property
    def id(self) -> uuid.UUID:
        return uuid.UUID(self.session["account"]["id"])

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_guest", function, token=self.token, **arguments)

    async def order(self, product: str, quantity: int = 1, **given: Any) -> dict[str, Any]:
        given = {"email": f"{self.id}@example.com", "shipping_address": ADDRESS} | given
        made: dict[str, Any] = await self.does(
            "create_order",
            items=[{"product_id": product, "quantity": quantity}],
            client_address=self.client_address,
            **given,
        )
        return made

    async def pays(self, order: dict[str, Any]) -> dict[str, Any]:
        payment: dict[str, Any] = (await self.does("begin_payment", order_id=order["id"], provider="mock"))["payment"]
        assert await self.shop.event(payment, "completed") == "applied"
        return payment


NewGuest = Callable[..., Awaitable[Guest]]


@pytest.fixture(scope="module")
def guest(shop: Shop) -> NewGuest:
    async def begin(client_address: str | None = None) -> Guest:
        return Guest(
            shop, await shop.call("web_anonymous", "create_guest", client_address=client_address), client_address
        )

    return begin


@dataclass
class Customer:
    """An account that signed up, perhaps with what a guest had."""

    shop: Shop
    account: dict[str, Any]
    email: str
    token: str = ""

    async def log_in(self, **given: Any) -> None:
        session = await self.shop.call("web_anonymous", "create_session", email=self.email, password="x" * 60, **given)
        self.token = session["access_token"]

    async def does(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_customer", function, token=self.token, **arguments)


SignUp = Callable[..., Awaitable[Customer]]


@pytest.fixture(scope="module")
def sign_up(shop: Shop) -> SignUp:
    async def create(email: str = "", *, verified: bool = False, **given: Any) -> Customer:
        email = email or f"{uuid.uuid4().hex}@example.com"
        account = await shop.call("web_anonymous", "create_account", email=email, password="x" * 60, **given)
        if verified:
            verify = "UPDATE identity.accounts SET email_verified = true WHERE id = $1"
            await shop.admin.execute(verify, uuid.UUID(account["id"]))
        person = Customer(shop, account, email)
        await person.log_in()
        return person

    return create
