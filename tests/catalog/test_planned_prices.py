"""Prices that are planned: they survive other changes, only their merchant sees them, and only on demand they go."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.catalog.test_catalogue import Shop
from tests.catalog.test_product_csv import send
from tests.support.connections import refused
from tests.support.web import Client

BUNDLES = {"product": ("set_price", "list_prices", "delete_price"),
           "bundle": ("set_bundle_price", "list_bundle_prices", "delete_bundle_price")}  # fmt: skip
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TOMORROW, FOURTH = NOON + timedelta(days=1), NOON + timedelta(days=4)


class Priced:
    """A product or a bundle that costs 5000 and has two plans: 3000 from tomorrow, 5000 from the fourth day on."""

    def __init__(self, shop: Shop, seller: str, kind: str, product: str) -> None:
        self.shop, self.seller, self.id = shop, seller, product
        self.given = {f"{kind}_id": product}
        self.set_price, self.list_prices, self.delete_price = BUNDLES[kind]

    async def set(self, price: int, **given: Any) -> Any:
        given = {"currency": "USD", "price": price, **self.given, **given}
        return await self.shop.call("web_merchant", self.set_price, token=self.seller, **given)

    async def delete(self, version: int, **given: Any) -> Any:
        given = {"version": version, **self.given, **given}
        return await self.shop.call("web_merchant", self.delete_price, token=self.seller, **given)

    async def list(self, role: str = "merchant", token: str | None = None, **given: Any) -> list[dict[str, Any]]:
        token = token or (self.seller if role == "merchant" else None)
        given = {**self.given, **({"token": token} if token else {}), **given}
        page = await self.shop.call(f"web_{role}", self.list_prices, **given)
        data: list[dict[str, Any]] = page["data"]
        return data

    async def plans(self) -> list[tuple[int, Any]]:
        return [(p["price"], p["valid_until"]) for p in reversed(await self.list())]

    async def events(self) -> list[str]:
        rows = await self.shop.admin.fetch(
            "SELECT type FROM messaging.events WHERE data ->> 'product_id' = $1 AND type LIKE 'product.price%' "
            "ORDER BY id",
            self.id,
        )
        return [r["type"] for r in rows]


@pytest.fixture(params=["product", "bundle"])
async def priced(shop: Shop, seller: str, request: pytest.FixtureRequest) -> Priced:
    product = await shop.product(seller, price=5000)
    if request.param == "bundle":
        product = await shop.call(
            "web_merchant", "create_bundle", token=seller, name="Set", sku=uuid4().hex, price=5000, currency="USD",
            items=[{"product_id": product["id"], "quantity": 1}],
        )  # fmt: skip
        assert (product["price"], product["currency"]) == (5000, "USD"), "case C11: the answer has the price"
    made = Priced(shop, seller, request.param, product["id"])
    await made.set(3000, valid_from=TOMORROW)
    await made.set(5000, valid_from=FOURTH)
    return made


def at(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def moments(plans: list[tuple[int, Any]]) -> list[tuple[int, datetime | None]]:
    return [(price, until and datetime.fromisoformat(until)) for price, until in plans]


async def test_plans_stay(priced: Priced) -> None:
    """Case C2."""
    plans = [(5000, TOMORROW), (3000, FOURTH), (5000, None)]
    assert moments(await priced.plans()) == plans
    before = await priced.events()
    same = await priced.set(5000)
    assert (same["price"], same["version"], await priced.set(5000)) == (5000, 1, same)
    assert (await priced.set(3000, valid_from=TOMORROW + timedelta(hours=1)))["version"] == 2
    assert (moments(await priced.plans()), await priced.events()) == (plans, before), "nothing has changed"
    new = await priced.set(4500)
    assert datetime.fromisoformat(new["valid_until"]) == TOMORROW
    assert moments(await priced.plans())[1:] == [(4500, TOMORROW), *plans[1:]]
    # A currency of its own: the plans are of the other one.
    assert (await priced.set(4000, currency="EUR"))["valid_until"] is None
    assert len(await priced.events()) == len(before) + 2


async def test_a_plan_is_deleted_and_the_price_before_it_goes_on(priced: Priced) -> None:
    await priced.delete(2)
    assert moments(await priced.plans()) == [(5000, FOURTH), (5000, None)]
    assert (await priced.events())[-1] == "product.price_deleted"
    with refused("price_not_found", "SH404"):
        await priced.delete(2)
    with refused("price_begun", "SH409"):
        await priced.delete(1)
    await priced.set(4000)
    with refused("price_begun", "SH409"):
        await priced.delete(1)
    await priced.delete(3)
    assert moments(await priced.plans())[1:] == [(4000, None)]
    # Versions are counted in each currency.
    await priced.set(100, currency="EUR", valid_from=TOMORROW)
    with refused("currency_missing", "SH422"):
        await priced.delete(1)
    await priced.delete(1, currency="EUR")
    with refused("version_stale", "SH412"):
        await priced.delete(1, if_match=1)
    other = await priced.shop.account("merchant")
    with refused(f"{next(iter(priced.given))[:-3]}_not_found", "SH404"):
        await priced.shop.call("web_merchant", priced.delete_price, token=other, version=2, **priced.given)


async def test_plans_are_for_their_merchant_and_staff(priced: Priced) -> None:
    shop = priced.shop
    public = [(5000, None)]
    customer, other = await shop.account("customer"), await shop.account("merchant")
    for role, token in (("anonymous", None), ("customer", customer), ("merchant", other)):
        for given in ({}, {"as_of": TOMORROW + timedelta(hours=1)}):
            seen = await priced.list(role, token, **given)
            assert [(p["price"], p["valid_until"]) for p in seen] == public, f"{role} {given}"
    assert [p["price"] for p in await priced.list(as_of=TOMORROW + timedelta(hours=1))] == [3000]
    assert len(await priced.list("support", await shop.account("support"))) == 3


async def test_two_at_once_are_one_plan(shop: Shop, seller: str) -> None:
    product = Priced(shop, seller, "product", (await shop.product(seller, price=1))["id"])
    made = await asyncio.gather(*(product.set(9, valid_from=TOMORROW) for _ in range(4)))
    assert [p["version"] for p in made] == [2] * 4
    assert [price for price, _ in await product.plans()] == [1, 9]
    # Two different ones: the first is not overwritten in silence.
    answers = await asyncio.gather(*(product.set(n, valid_from=FOURTH) for n in (7, 8)), return_exceptions=True)
    [lost] = [a for a in answers if isinstance(a, Exception)]
    assert getattr(lost, "constraint_name", None) == "price_planned"
    assert [price for price, _ in await product.plans()][:2] == [1, 9]
    assert len(await product.plans()) == 3


async def test_an_import_deletes_no_plan(client: Client, shop: Shop) -> None:
    seller = await shop.account("merchant")
    made = await shop.product(seller, price=5000, sku="L-1")
    lamp = Priced(shop, seller, "product", made["id"])
    await lamp.set(3000, valid_from=TOMORROW)
    for price, statuses in ((5000, ["unchanged"]), (4500, ["updated"])):
        answer = (await send(client, seller, f"sku,price,currency\nL-1,{price},USD\n".encode())).json()
        assert [line["status"] for line in answer["report"]] == statuses
    assert moments(await lamp.plans())[1:] == [(4500, TOMORROW), (3000, None)]


async def test_a_bundle_answers_its_price_again(client: Client, shop: Shop, seller: str) -> None:
    """Case C11: also the answer that is kept for a repeated request."""
    lamp = await shop.product(seller)
    body = {"name": "Set", "sku": uuid4().hex, "price": 650, "currency": "USD",
            "items": [{"product_id": lamp["id"], "quantity": 2}]}  # fmt: skip
    first, second = [
        await client.post("/bundles", token=seller, json=body, headers={"Idempotency-Key": "set"}) for _ in range(2)
    ]
    assert (first.status_code, first.json()["price"], second.json()) == (201, 650, first.json())
    bundle = f"/bundles/{first.json()['id']}"
    assert [p["price"] for p in (await client.get(f"{bundle}/prices")).json()["data"]] == [650]
    plan = {"price": 700, "currency": "USD", "valid_from": at(TOMORROW)}
    assert (await client.put(f"{bundle}/price", token=seller, json=plan)).status_code == 200
    gone = await client.delete(f"{bundle}/prices/2?currency=USD", token=seller)
    assert (gone.status_code, len((await client.get(f"{bundle}/prices", token=seller)).json()["data"])) == (204, 1)
