"""Paid orders and their invoices, in the small shop of tests/payments."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from api.worker.jobs import invoices as jobs
from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop

HOME = {
    "name": "নুসরাত জাহান", "line1": "House 12, Road 5", "city": "Dhaka", "postal_code": "1205", "country": "BD",
}  # fmt: skip
# There, by category of goods: per cent, and whether the tax is inside the price. What is in none of them is untaxed.
RATES: dict[str, tuple[float, bool]] = {
    "in19": (19, True), "in7": (7, True), "in33": (33.3333, True), "on20": (20, False), "on8": (7.7, False),
    "zero": (0, True),
}  # fmt: skip


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

    async def product(self, name: str, price: int, tax: str = "untaxed", currency: str = "USD") -> str:
        made = await self.shop.call(
            "web_merchant", "create_product", token=self.shop.merchant, name=name, description="",
            sku=uuid.uuid4().hex[:12], price=price, currency=currency, stock=100_000, tax_category=tax,
        )  # fmt: skip
        return str(made["id"])

    async def bundle(self, name: str, price: int, tax: str, **parts: int) -> str:
        """Of products that are made for it, by their names."""
        items = [{"product_id": await self.product(part, 100), "quantity": n} for part, n in parts.items()]
        made = await self.shop.call(
            "web_merchant", "create_bundle", token=self.shop.merchant, name=name, sku=uuid.uuid4().hex[:12],
            items=items, price=price, currency="USD", tax_category=tax,
        )  # fmt: skip
        return str(made["id"])

    async def order(
        self,
        customer: str,
        *lines: tuple[str, int],
        bundles: Sequence[tuple[str, int]] = (),
        currency: str = "USD",
        shipping: int = 0,
        **off: Any,
    ) -> dict[str, Any]:
        """An order to where there is tax; `off` is what a promotion takes off (amount, basis_points, product_ids)."""
        address = await self.shop.call("web_customer", "create_address", token=customer, **HOME)
        given: dict[str, Any] = {"currency": currency, "shipping_address_id": address["id"]}
        if off:
            given["promo_code"] = f"P{uuid.uuid4().hex[:12]}".upper()
            kind = "percentage" if "basis_points" in off else "fixed"
            await self.shop.call(
                "web_support", "create_promotion", token=self.shop.support, code=given["promo_code"], name="Less",
                kind=kind, **({"currency": currency} if kind == "fixed" else {}), **off,
            )  # fmt: skip
        if shipping:
            rates = [{"country": None, "currency": currency, "up_to": 0, "price": shipping, "free_from": None}]
            made = await self.shop.call(
                "web_admin", "create_shipping_method", token=self.admin, name="Parcel", rates=rates
            )
            given["shipping_method_id"] = made["id"]
        items = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
        items += [{"bundle_id": bundle, "quantity": quantity} for bundle, quantity in bundles]
        order: dict[str, Any] = await self.shop.call(
            "web_customer", "create_order", token=customer, items=items, **given
        )
        return order

    async def pay(self, customer: str, order: dict[str, Any]) -> dict[str, Any]:
        payment = await self.shop.begin(customer, order)
        assert await self.shop.event(payment, "completed") == "applied"
        return payment

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
    office = Office(shop, await shop.account("admin"))
    for category, (rate, included) in RATES.items():
        await shop.call(
            "web_admin", "create_tax_rate", token=office.admin, country=HOME["country"], name="VAT", rate=rate,
            included=included, category=category,
        )  # fmt: skip
    # Where those sellers are at home who are registered for tax, and what their goods without a rate leave with.
    for country in ("DE", "FR", "US"):
        await shop.call(
            "web_admin", "create_tax_rate", token=office.admin, country=country, name="VAT", rate=19, included=True
        )
    await shop.call(
        "web_admin", "create_tax_exemption", token=office.admin, category="G", reason_code="VATEX-EU-G",
        text="Export outside the EU", destination="export",
    )  # fmt: skip
    return office


@pytest.fixture
async def invoices_are_right(office: Office) -> AsyncIterator[None]:
    """After the test."""
    yield
    await office.assert_invoices_are_right()


async def read(shop: Shop, function: str, token: str, role: str = "customer", **arguments: Any) -> Any:
    return await shop.call(f"web_{role}", function, token=token, **arguments)


def worker(shop: Shop) -> jobs.Call:
    async def call(function: str, **arguments: object) -> Any:
        return await shop.call("web_worker", function, **arguments)

    return call
