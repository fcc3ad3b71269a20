"""Buyers who send things back, in the small shop of tests/payments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.fulfilment.shipments.conftest import Sender
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.sales.orders.conftest import books_balance as books_balance


@dataclass
class Returner(Sender):
    async def got(self, *pieces: tuple[int, int], **more: Any) -> dict[str, Any]:
        """A paid and delivered order of (price, quantity) lines."""
        order = await self.bought(*pieces, **more)
        await self.support("ship_order", order)
        await self.support("deliver_order", order)
        return order

    async def send_back(self, order: dict[str, Any], *pieces: tuple[int, int]) -> dict[str, Any]:
        """A return of (line number, quantity) pieces."""
        made: dict[str, Any] = await self.does(
            "create_return", order_id=order["id"], items=items(order, *pieces), reason="does not fit"
        )
        return made

    async def decide(self, function: str, back: dict[str, Any], **more: Any) -> dict[str, Any]:
        done: dict[str, Any] = await self.shop.call(
            "web_support", function, token=self.shop.support, return_id=back["id"], **more
        )
        return done

    async def approved(self, order: dict[str, Any], *pieces: tuple[int, int]) -> dict[str, Any]:
        return await self.decide("approve_return", await self.send_back(order, *pieces))


def items(order: dict[str, Any], *pieces: tuple[int, int], **more: Any) -> list[dict[str, Any]]:
    return [{"order_item_id": order["items"][n]["id"], "quantity": q, **more} for n, q in pieces]


@pytest.fixture
async def buyer(shop: Shop) -> Returner:
    return Returner(shop, await shop.account())


@pytest.fixture
async def other(shop: Shop) -> Returner:
    return Returner(shop, await shop.account())
