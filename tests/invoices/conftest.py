"""Paid orders and their invoices, in the small shop of tests/payments."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop


@dataclass
class Office:
    shop: Shop
    admin: str

    async def issue(self, order: dict[str, Any]) -> dict[str, Any]:
        issued = await self.shop.call("web_worker", "issue_invoice", order_id=order["id"])
        invoice: dict[str, Any] = issued["invoice"]
        return invoice

    async def credit(self, refund: dict[str, Any]) -> dict[str, Any]:
        issued = await self.shop.call("web_worker", "issue_credit_note", refund_id=refund["id"])
        note: dict[str, Any] = issued["invoice"]
        return note

    async def refund(self, payment: dict[str, Any], **given: Any) -> dict[str, Any]:
        """A refund that the gateway has made."""
        made: dict[str, Any] = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=payment["id"],
            **({"reason": "damaged"} | given),
        )  # fmt: skip
        assert await self.shop.call(
            "web_worker", "complete_refund", refund_id=made["id"], provider_reference=f"re_{made['id']}"
        )
        return made

    async def lines(self, order: dict[str, Any], *, shipping: int = 0, **lines: tuple[int, int]) -> None:
        """Gives an order that waits for money shipping, and its lines, by their name, a discount and a tax."""
        for name, (discount, tax) in lines.items():
            await self.shop.admin.execute(
                "UPDATE sales.order_items "
                "SET discount = $3, tax = $4, total = unit_price * quantity - $3::bigint + $4::bigint "
                "WHERE order_id = $1 AND name = $2",
                uuid.UUID(order["id"]), name, discount, tax,
            )  # fmt: skip
        await self.shop.admin.execute(
            "UPDATE sales.orders SET shipping = $2, total = total + $2::bigint WHERE id = $1",
            uuid.UUID(order["id"]), shipping,
        )  # fmt: skip
        await self.shop.admin.execute("SELECT sales.recompute_total($1)", uuid.UUID(order["id"]))

    async def sells(self, **seller: Any) -> dict[str, Any]:
        given = {"name": "Nordlicht Outfitters GmbH"} | seller
        made: dict[str, Any] = await self.shop.call("web_admin", "replace_seller", token=self.admin, **given)
        return made

    async def assert_invoices_are_right(self) -> None:
        broken = await self.shop.admin.fetch("SELECT name, detail FROM billing.check_invoices() WHERE NOT ok")
        assert not broken, broken
        await self.shop.assert_books_balance()


@pytest.fixture(scope="module")
async def office(shop: Shop) -> Office:
    return Office(shop, await shop.account("admin"))
