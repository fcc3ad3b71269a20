"""Tax by place and kind, on top or inside, rounded once a line; parcels by weight and country."""

from __future__ import annotations

from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make, address
from tests.support.connections import refused


async def taxed(shop: Shop, category: str, price: int) -> str:
    lamp = await shop.product(price)
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=lamp, tax_category=category)
    return lamp


async def test_tax_comes_on_top_or_is_inside(shop: Shop, buyer: Buyer, tax: Make) -> None:
    await tax("US", 8.875)
    await tax("DE", 19, included=True)
    await tax("DE", 7, included=True, category="books")
    lamp, book = await shop.product(999), await taxed(shop, "books", 1001)
    plain = await buyer.order(line(lamp), line(book))
    assert (plain["tax"], plain["total"]) == (0, 2000)

    top = await buyer.order(line(lamp, 3), line(book), shipping_address_id=await address(buyer, "US"))
    # 2,997 * 8.875 % is 265.98; books have no rate there.
    assert (top["subtotal"], top["tax"], top["tax_included"], top["total"]) == (3998, 266, 0, 4264)
    inside = await buyer.order(line(lamp, 3), line(book), shipping_address_id=await address(buyer, "DE"))
    # 2,997 * 19 / 119 is 478.51, 1,001 * 7 / 107 is 65.49.
    assert (inside["subtotal"], inside["tax"], inside["tax_included"], inside["total"]) == (3998, 479 + 65, 544, 3998)
    assert {i["product_id"]: (i["tax_rate"], i["tax_included"]) for i in inside["items"]} == {
        lamp: (19, True), book: (7, True)
    }  # fmt: skip


async def test_a_merchants_share_is_without_the_tax(shop: Shop, buyer: Buyer, tax: Make) -> None:
    await tax("FR", 20)
    await tax("ES", 21, included=True)
    for country, share in (("FR", 900), ("ES", 743)):  # 1,000 less 174 of tax is 826, less 10 %
        order = await buyer.order(line(await shop.product(1000)), shipping_address_id=await address(buyer, country))
        await buyer.pay(order)
        earned = "SELECT amount FROM ledger.transfers WHERE order_id = $1::text::uuid AND kind = 'earnings'"
        assert await shop.admin.fetchval(earned, order["id"]) == share


async def test_a_region_has_its_own_rate_and_a_rate_has_its_time(
    shop: Shop, buyer: Buyer, tax: Make, administrator: str
) -> None:
    await tax("CA", 5)
    await tax("CA", 14.975, region="Quebec")
    there, elsewhere = await address(buyer, "CA", "QUEBEC"), await address(buyer, "CA", "Alberta")
    lamp = await shop.product(10_000)
    first = await buyer.order(line(lamp), shipping_address_id=there)
    assert (first["tax"], (await buyer.order(line(lamp), shipping_address_id=elsewhere))["tax"]) == (1498, 500)
    changed = await tax("CA", 15, region="Quebec")
    assert (await buyer.order(line(lamp), shipping_address_id=there))["tax"] == 1500
    # What was ordered keeps the rate of its time, edited or not.
    assert (await buyer.modify(first, line(lamp, 2)))["tax"] == 2995
    listed = await shop.call("web_support", "list_tax_rates", token=shop.support, country="CA")
    assert [(r["region"], r["rate"]) for r in listed["data"]] == [(None, 5), ("CA-QC", 15)]
    await shop.call("web_admin", "end_tax_rate", token=administrator, tax_rate_id=changed["id"])
    assert (await buyer.order(line(lamp), shipping_address_id=there))["tax"] == 500


@pytest.mark.parametrize(
    ("currency", "price", "expected"), [("JPY", 999, 100), ("KWD", 12_345, 1235), ("USD", 995, 100)]
)
async def test_tax_in_currencies_with_other_decimals(
    shop: Shop, buyer: Buyer, tax: Make, currency: str, price: int, expected: int
) -> None:
    await tax("JP", 10)
    lamp = await shop.product(1)
    await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=lamp, price=price, currency=currency)
    order = await buyer.order(line(lamp), shipping_address_id=await address(buyer, "JP"), currency=currency)
    assert (order["tax"], order["total"]) == (expected, price + expected)


async def test_the_discount_is_taken_off_before_the_tax(shop: Shop, buyer: Buyer, tax: Make, promotion: Make) -> None:
    await tax("IT", 22)
    made = await promotion(kind="fixed", amount=500, currency="USD")
    order = await buyer.order(
        line(await shop.product(1500)), shipping_address_id=await address(buyer, "IT"), promo_code=made["code"]
    )
    assert (order["subtotal"], order["discount"], order["tax"], order["total"]) == (1500, 500, 220, 1220)
    payment = await buyer.pay(order)
    asked = [{"order_item_id": order["items"][0]["id"], "quantity": 1}]
    back = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x", items=asked
    )
    assert back["amount"] == 1220


# --- shipping -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def parcels(shop: Shop, administrator: str) -> dict[str, Any]:
    rates = [
        {"country": "DE", "currency": "USD", "up_to": 1000, "price": 500, "free_from": 5000},
        {"country": "DE", "currency": "USD", "up_to": 5000, "price": 900},
        {"currency": "USD", "up_to": 2000, "price": 2500},
    ]
    made: dict[str, Any] = await shop.call(
        "web_admin", "create_shipping_method", token=administrator, name="Parcel", rates=rates
    )
    return made


async def weighing(shop: Shop, price: int, grams: int) -> str:
    lamp = await shop.product(price)
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=lamp, weight=grams)
    return lamp


@pytest.mark.parametrize(
    ("country", "quantity", "price"), [("DE", 1, 500), ("DE", 2, 900), ("DE", 8, 900), ("AU", 1, 2500), ("AU", 3, 2500)]
)
async def test_a_parcel_costs_by_weight_and_country(
    shop: Shop, buyer: Buyer, parcels: dict[str, Any], country: str, quantity: int, price: int
) -> None:
    lamp = await weighing(shop, 400, 600)
    sent = {"shipping_address_id": await address(buyer, country), "shipping_method_id": parcels["id"]}
    order = await buyer.order(line(lamp, quantity), **sent)
    assert (order["shipping"], order["total"]) == (price, 400 * quantity + price)
    offers = await shop.call("web_anonymous", "list_shipping_methods", country=country, weight=600 * quantity)
    assert [(o["id"], o["price"]) for o in offers["data"] if o["id"] == parcels["id"]] == [(parcels["id"], price)]


async def test_what_is_free_and_what_cannot_be_sent(shop: Shop, buyer: Buyer, parcels: dict[str, Any]) -> None:
    home = await address(buyer, "DE")
    dear, heavy = await weighing(shop, 5000, 900), await weighing(shop, 10, 5001)
    sent = {"shipping_address_id": home, "shipping_method_id": parcels["id"]}
    assert (await buyer.order(line(dear), **sent))["shipping"] == 0
    with refused("shipping_method_not_available", "SH422"):
        await buyer.order(line(heavy), **sent)
    with refused("shipping_address_required", "SH422"):
        await buyer.order(line(dear), shipping_method_id=parcels["id"])
    # Heavier by an edit, elsewhere by another address: the price follows.
    order = await buyer.order(line(await weighing(shop, 400, 600)), **sent)
    changed = await buyer.modify(order, line(order["items"][0]["product_id"], 2))
    assert changed["shipping"] == 900
    moved = await buyer.does("set_shipping_address", order_id=order["id"], address_id=await address(buyer, "AU"))
    assert (moved["shipping"], moved["total"]) == (2500, 3300)
    await buyer.pay(moved)
    with refused("address_changes_price", "SH409"):
        await buyer.does("set_shipping_address", order_id=order["id"], address_id=home)


async def test_a_shop_may_ask_how_things_are_sent(shop: Shop, buyer: Buyer, parcels: dict[str, Any]) -> None:
    lamp, ticket = await weighing(shop, 400, 600), await shop.product(100)
    await shop.admin.execute("UPDATE sales.settings SET shipping_required = true")
    try:
        with refused("shipping_method_required", "SH422"):
            await buyer.order(line(lamp))
        await buyer.order(line(ticket))
        sent = {"shipping_address_id": await address(buyer, "DE"), "shipping_method_id": parcels["id"]}
        assert (await buyer.order(line(lamp), **sent))["shipping"] == 500
    finally:
        await shop.admin.execute("UPDATE sales.settings SET shipping_required = false")


async def test_a_refund_of_everything_includes_the_shipping(shop: Shop, buyer: Buyer, parcels: dict[str, Any]) -> None:
    sent = {"shipping_address_id": await address(buyer, "DE"), "shipping_method_id": parcels["id"]}
    order = await buyer.order(line(await weighing(shop, 400, 600)), **sent)
    payment = await buyer.pay(order)
    made = await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x")
    assert [(i["order_item_id"], i["amount"]) for i in made["items"]] == [(order["items"][0]["id"], 400), (None, 500)]
