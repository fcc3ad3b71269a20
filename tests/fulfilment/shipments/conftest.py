"""Buyers, parcels and carriers in the small shop of tests/payments, and what an order says."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from api.carriers.protocol import Booking, Carrier, Shipment, Tracking
from api.settings import Settings
from api.worker.loop import Worker
from db.server.access import Access
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.orders.conftest import books_balance as books_balance
from tests.sales.orders.conftest import sign_up as sign_up


@dataclass
class Sender(Buyer):
    """A buyer, and customer service beside."""

    async def bought(self, *pieces: tuple[int, int], **more: Any) -> dict[str, Any]:
        """A paid order of (price, quantity) lines; its items are in that order."""
        products = [await self.shop.product(price, 1000) for price, _ in pieces]
        items = [line(p, n) for p, (_, n) in zip(products, pieces, strict=True)]
        order = await self.order(*items, **more)
        await self.pay(order)
        order = await self.sees(order)
        order["items"].sort(key=lambda item: products.index(item["product_id"]))
        return order

    async def ship(self, order: dict[str, Any], *pieces: tuple[int, int], **more: Any) -> dict[str, Any]:
        """A shipment of (line number, quantity) pieces; of all that is left without them."""
        if pieces:
            more["items"] = [{"order_item_id": order["items"][n]["id"], "quantity": q} for n, q in pieces]
        made: dict[str, Any] = await self.support("create_shipment", order, **more)
        return made

    async def move(self, shipment: dict[str, Any], status: str | None = None, **more: Any) -> dict[str, Any]:
        given = more | ({"status": status} if status else {})
        moved: dict[str, Any] = await self.shop.call(
            "web_support", "update_shipment", token=self.shop.support, shipment_id=shipment["id"], **given
        )
        return moved

    async def refund(self, order: dict[str, Any], *pieces: tuple[int, int], **more: Any) -> dict[str, Any]:
        payments = (await self.does("list_payments", order_id=order["id"]))["data"]
        payment = next(p["id"] for p in payments if p["status"] == "completed")
        if pieces:
            more["items"] = [{"order_item_id": order["items"][n]["id"], "quantity": q} for n, q in pieces]
        made: dict[str, Any] = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=payment, reason="x", **more
        )
        return made

    async def parcels(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.does("list_shipments", order_id=order["id"]))["data"]
        return found

    async def credit(self, amount: int) -> None:
        account = (await self.does("get_account"))["id"]
        await self.shop.call(
            "web_support", "grant_credit", token=self.shop.support, account_id=account, amount=amount, currency="USD",
            reason="a test",
        )  # fmt: skip

    async def balance(self, kind: str = "credit") -> tuple[int, int]:
        account = (await self.does("get_account"))["id"]
        row = await self.shop.admin.fetchrow(
            "SELECT balance, held FROM ledger.accounts WHERE owner_id = $1 AND kind = $2", uuid.UUID(account), kind
        )
        return (row["balance"], row["held"]) if row else (0, 0)

    async def to(self, postal_code: str | None = None) -> str:
        """An address; the mock carrier reads its postal code."""
        given = {"postal_code": postal_code} if postal_code else {}
        made = await self.does("create_address", name="Ada", line1="1 Main Street", city="Dhaka", country="BD", **given)
        return str(made["id"])


@dataclass
class FakeCarrier:
    """A carrier that is told what to answer about which shipment. It remembers what it was asked; a key is a parcel."""

    answers: dict[str, list[Exception | None]] = field(default_factory=dict)
    booked: dict[str, Booking] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    where: dict[str, Tracking] = field(default_factory=dict)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event | None = None

    async def book(self, shipment: Shipment) -> Booking:
        self.asked.append(shipment.id)
        self.reached.set()
        if self.go_on is not None:
            await self.go_on.wait()
        answers = self.answers.get(shipment.id, [])
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        number = f"F{len(self.booked) + 1}"
        url = f"https://fake.example/{number}"
        return self.booked.setdefault(shipment.id, Booking(f"fake_{shipment.id}", number, url))

    async def look_up(self, shipment: Shipment) -> Tracking:
        return self.where[shipment.id]

    async def cancel(self, shipment: Shipment) -> None:
        self.cancelled.append(shipment.id)


@pytest.fixture
def carrier() -> FakeCarrier:
    return FakeCarrier()


@pytest.fixture(scope="module")
def settings(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path_factory.mktemp("data"))


@asynccontextmanager
async def working(settings: Settings, carrier: Carrier, count: int = 1) -> AsyncIterator[list[Worker]]:
    workers = [Worker(settings, lambda _: {}, lambda _: {"mock": carrier}) for _ in range(count)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)


@pytest.fixture
async def buyer(shop: Shop) -> Sender:
    return Sender(shop, await shop.account())


@pytest.fixture
async def other(shop: Shop) -> Sender:
    return Sender(shop, await shop.account())


async def says(buyer: Sender, order: dict[str, Any]) -> tuple[str, str, str]:
    seen = await buyer.sees(order)
    return seen["status"], seen["payment_status"], seen["fulfilment_status"]


async def owed(buyer: Sender, order: dict[str, Any]) -> list[int]:
    """Of each line, as they were ordered."""
    pieces = {item["id"]: item["quantity_owed"] for item in (await buyer.sees(order))["items"]}
    return [pieces[item["id"]] for item in order["items"]]


async def ticket(shop: Shop, price: int = 500, stock: int = 1000) -> str:
    """A product that is not sent by parcel."""
    product = await shop.product(price, stock)
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=product, requires_shipping=False)
    return product
