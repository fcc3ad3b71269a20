"""Several taxes on a line, and the shipping taxed like the goods that it carries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make, address

Goods = Any


def taxes(of: dict[str, Any]) -> list[tuple[str, float, int, bool]]:
    return [(t["name"], t["rate"], t["amount"], t["included"]) for t in of["taxes"]]


@pytest.fixture(scope="module")
def goods(shop: Shop) -> Goods:
    async def make(price: int, **given: Any) -> str:
        made = await shop.product(price)
        if given:
            await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=made, **given)
        return made

    return make


@pytest.fixture(scope="module")
def express(shop: Shop, administrator: str) -> Make:
    """express(price) is a shipping method of that price; its id."""

    async def make(price: int, tax_category: str | None = None) -> str:
        made = await shop.call(
            "web_admin", "create_shipping_method", token=administrator, name="Express",
            rates=[{"currency": "USD", "up_to": 10_000_000, "price": price}], tax_category=tax_category,
        )  # fmt: skip
        return str(made["id"])

    return make


@pytest.fixture(scope="module")
async def germany(buyer: Buyer, tax: Make) -> str:
    """An address in Bonn, where prices are with tax."""
    await tax("DE", 19, included=True, name="MwSt")
    await tax("DE", 7, included=True, name="MwSt", category="books")
    await tax("DE", 0, included=True, name="MwSt", category="solar")
    return await address(buyer, "DE")


@pytest.fixture(scope="module")
async def quebec(buyer: Buyer, tax: Make) -> str:
    await tax("CA", 5, name="GST")
    await tax("CA", 9.975, region="QC", name="QST", combine="add")
    await tax("CA", 15, region="Nova Scotia", name="HST")
    await tax("CA", 10, region="PE", name="PST", combine="compound")
    return await address(buyer, "CA", "QC")


async def test_shipping_is_taxed_like_the_goods(buyer: Buyer, goods: Goods, express: Make, germany: str) -> None:
    order = await buyer.order(
        line(await goods(11_900)), shipping_address_id=germany, shipping_method_id=await express(3500)
    )
    assert (order["shipping"], order["shipping_tax"], order["shipping_tax_included"]) == (3500, 559, 559)
    assert (order["tax"], order["tax_included"], order["total"]) == (1900 + 559, 1900 + 559, 15_400)
    assert (order["tax_country"], order["items"][0]["tax_category"]) == ("DE", "S")
    (part,) = order["shipping_parts"]
    assert (part["tax_category"], part["tax_rate"], part["amount"], part["tax"]) == ("S", 19, 3500, 559)
    assert taxes(part) == [("MwSt", 19, 559, True)]


async def test_shipping_is_split_by_value(buyer: Buyer, goods: Goods, express: Make, germany: str) -> None:
    lamp, book = await goods(11_900), await goods(2140, tax_category="books")
    order = await buyer.order(
        line(lamp), line(book), shipping_address_id=germany, shipping_method_id=await express(1000)
    )
    # 1,000 * 11,900 / 14,040 is 847.58: 135.40 of 848 at 19 %, 9.94 of 152 at 7 %.
    parts = sorted((p["tax_rate"], p["amount"], p["tax"]) for p in order["shipping_parts"])
    assert parts == [(7, 152, 10), (19, 848, 135)]
    assert (order["tax"], order["total"]) == (1900 + 140 + 145, 15_040)


async def test_two_taxes_in_quebec(buyer: Buyer, goods: Goods, express: Make, quebec: str) -> None:
    order = await buyer.order(line(await goods(100_000)), shipping_address_id=quebec)
    (item,) = order["items"]
    assert (item["tax"], item["tax_rate"], item["total"]) == (14_975, 14.975, 114_975)
    assert taxes(item) == [("GST", 5, 5000, False), ("QST", 9.975, 9975, False)]
    sent = await buyer.order(line(await goods(100)), shipping_address_id=quebec, shipping_method_id=await express(333))
    assert taxes(sent["shipping_parts"][0]) == [("GST", 5, 17, False), ("QST", 9.975, 33, False)]
    assert (sent["shipping_tax"], sent["shipping_tax_included"], sent["tax"]) == (50, 0, 15 + 50)
    assert sent["total"] == 100 + 15 + 333 + 50


async def test_a_region_replaces_adds_or_compounds(buyer: Buyer, goods: Goods, quebec: str) -> None:
    lamp = await goods(10_000)
    expected = {
        "NS": ([("HST", 15, 1500, False)], 15),
        "PE": ([("GST", 5, 500, False), ("PST", 10, 1050, False)], 15.5),
        "AB": ([("GST", 5, 500, False)], 5),
    }
    for region, (charged, rate) in expected.items():
        order = await buyer.order(line(lamp), shipping_address_id=await address(buyer, "CA", region))
        assert (taxes(order["items"][0]), order["items"][0]["tax_rate"]) == (charged, rate)


async def test_a_rate_of_zero_is_not_no_rate(buyer: Buyer, goods: Goods, express: Make, germany: str) -> None:
    panel, odd = await goods(5000, tax_category="solar"), await goods(5000, tax_category="unheard")
    order = await buyer.order(line(panel), line(odd), shipping_address_id=germany, shipping_method_id=await express(99))
    seen = {i["product_id"]: (i["tax_category"], i["tax"], i["taxes"]) for i in order["items"]}
    assert seen == {panel: ("Z", 0, []), odd: ("O", 0, [])}
    # 49.5 each: the first is rounded up, the other gets the rest.
    assert sorted((p["tax_category"], p["tax"]) for p in order["shipping_parts"]) == [("O", 0), ("Z", 0)]
    assert sorted(p["amount"] for p in order["shipping_parts"]) == [49, 50]
    assert (order["tax"], order["total"]) == (0, 10_099)


async def test_a_method_may_name_its_own_category(
    shop: Shop, administrator: str, buyer: Buyer, goods: Goods, express: Make, germany: str
) -> None:
    lamp, method = line(await goods(11_900)), await express(1070, tax_category="books")
    order = await buyer.order(lamp, shipping_address_id=germany, shipping_method_id=method)
    assert [(p["tax_rate"], p["tax"]) for p in order["shipping_parts"]] == [(7, 70)]
    changed = await shop.call(
        "web_admin", "update_shipping_method", token=administrator, shipping_method_id=method, tax_category=None,
        given=["tax_category"],
    )  # fmt: skip
    assert changed["tax_category"] is None
    order = await buyer.order(lamp, shipping_address_id=germany, shipping_method_id=method)
    assert [(p["tax_rate"], p["tax"]) for p in order["shipping_parts"]] == [(19, 171)]


async def test_only_what_is_sent_bears_the_shipping(buyer: Buyer, goods: Goods, express: Make, germany: str) -> None:
    lamp, file = await goods(100), await goods(90_000, tax_category="books", requires_shipping=False)
    order = await buyer.order(
        line(lamp), line(file), shipping_address_id=germany, shipping_method_id=await express(119)
    )
    assert [(p["tax_rate"], p["tax"]) for p in order["shipping_parts"]] == [(19, 19)]
    present = await goods(0, tax_category="books")
    free = await buyer.order(
        line(await goods(0), 3), line(present), shipping_address_id=germany, shipping_method_id=await express(400)
    )
    assert sorted((p["tax_rate"], p["amount"]) for p in free["shipping_parts"]) == [(7, 100), (19, 300)]
