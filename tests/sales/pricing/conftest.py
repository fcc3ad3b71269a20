"""A merchant with bundles, promotions, taxes and parcels; buyers as in tests/sales/orders."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.sales.orders.conftest import Buyer
from tests.sales.orders.conftest import books_balance as books_balance
from tests.sales.orders.conftest import buyer as buyer
from tests.sales.orders.conftest import other as other
from tests.sales.orders.conftest import sign_up as sign_up

Make = Callable[..., Awaitable[Any]]


def bundle_line(bundle: str, quantity: int = 1) -> dict[str, Any]:
    return {"bundle_id": bundle, "quantity": quantity}


@pytest.fixture(scope="module")
async def administrator(shop: Shop) -> str:
    return await shop.account("admin")


@pytest.fixture(scope="module")
def bundle(shop: Shop) -> Make:
    """bundle((product, quantity), …, price=…) makes one; its id."""

    async def make(*items: tuple[str, int], price: int = 1000, currency: str = "USD") -> str:
        made = await shop.call(
            "web_merchant", "create_bundle", token=shop.merchant, name="Set", sku=uuid.uuid4().hex[:12], price=price,
            currency=currency, items=[{"product_id": p, "quantity": q} for p, q in items],
        )  # fmt: skip
        return str(made["id"])

    return make


@pytest.fixture(scope="module")
def promotion(shop: Shop) -> Make:
    """promotion(kind="percentage", basis_points=1000, …) makes one; it."""

    async def make(**given: Any) -> Any:
        given = {"code": "P" + uuid.uuid4().hex[:10].upper(), "name": "Sale", "kind": "percentage", **given}
        if given["kind"] == "percentage":
            given.setdefault("basis_points", 1000)
        return await shop.call("web_support", "create_promotion", token=shop.support, **given)

    return make


@pytest.fixture(scope="module")
def tax(shop: Shop, administrator: str) -> Make:
    async def make(country: str, rate: float, **given: Any) -> Any:
        given = {"name": "VAT", "included": False, **given}
        return await shop.call("web_admin", "create_tax_rate", token=administrator, country=country, rate=rate, **given)

    return make


async def address(buyer: Buyer, country: str, region: str | None = None) -> str:
    made = await buyer.does(
        "create_address", name="Ada", line1="1 Main Street", city="X", country=country, region=region
    )
    return str(made["id"])
