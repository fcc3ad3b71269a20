"""Lines become an order: priced, reserved and added up, or nothing happens at all."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line, lines
from tests.support.connections import refused


async def test_an_order_pins_prices_reserves_stock_and_adds_up(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(price=500, stock=10), await shop.product(price=1999, stock=3)
    order = await buyer.order(line(chair, 2), line(lamp, 3))
    assert lines(order) == {lamp: 3, chair: 2}
    assert {(item["quantity"], item["unit_price"], item["total"]) for item in order["items"]} == {
        (3, 500, 1500),
        (2, 1999, 3998),
    }
    assert (order["subtotal"], order["total"], order["discount"], order["tax"], order["shipping"]) == (
        5498,
        5498,
        0,
        0,
        0,
    )
    assert (order["status"], order["currency"], order["version"]) == ("pending", "USD", 1)
    assert (order["amount_paid"], order["amount_refunded"], order["promo_code"]) == (0, 0, None)
    assert order["number"].isdigit()
    assert all(item["bundle_id"] is None and item["price_version"] == 1 for item in order["items"])
    assert (await shop.stock(lamp), await shop.stock(chair)) == ((10, 3), (3, 2))
    assert await buyer.sees(order) == order
    assert await buyer.timeline(order) == ["order.created"]


async def test_it_expires_when_the_settings_say(shop: Shop, buyer: Buyer) -> None:
    order = await buyer.order(line(await shop.product()))
    left = datetime.fromisoformat(order["expires_at"]) - datetime.fromisoformat(order["created_at"])
    assert left == timedelta(minutes=30)
    assert datetime.fromisoformat(order["expires_at"]) > datetime.now(UTC)


async def test_duplicate_lines_are_one_demand(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(stock=5)
    assert lines(await buyer.order(line(lamp, 2), line(lamp, 1), line(lamp, 2))) == {lamp: 5}
    another = await shop.product(stock=5)
    with refused("out_of_stock", "SH409") as refusal:
        await buyer.order(line(another, 3), line(another, 3))
    assert refusal.detail == {"product_id": another, "requested": 6, "available": 5}


async def test_all_or_nothing(shop: Shop, buyer: Buyer) -> None:
    plenty, scarce = await shop.product(stock=10), await shop.product(stock=1)
    before = await shop.admin.fetchval("SELECT count(*) FROM sales.orders")
    with refused("out_of_stock"):
        await buyer.order(line(plenty, 2), line(scarce, 2))
    assert await shop.stock(plenty) == (10, 0)
    assert await shop.admin.fetchval("SELECT count(*) FROM sales.orders") == before


@pytest.mark.parametrize(
    ("given", "code", "sqlstate"),
    [
        ({"items": []}, "order_empty", "SH422"),
        ({"items": None}, "order_empty", "SH422"),
        ({"promo_code": "SPRING"}, "promo_code_unknown", "SH422"),
        ({"currency": "XXX"}, "currency_unknown", "SH422"),
        ({"currency": "CHF"}, "product_not_sold_in_currency", "SH422"),
        ({"currency": "usd"}, "currency_malformed", "23514"),
        ({"shipping_address_id": uuid.uuid4()}, "address_not_found", "SH404"),
    ],
)
async def test_what_cannot_be_ordered(
    shop: Shop, buyer: Buyer, given: dict[str, Any], code: str, sqlstate: str
) -> None:
    lamp = await shop.product(stock=5)
    with refused(code, sqlstate):
        await buyer.does("create_order", **({"items": [line(lamp)]} | given))
    assert await shop.stock(lamp) == (5, 0)


async def test_a_product_that_is_not_there_or_no_longer(shop: Shop, buyer: Buyer) -> None:
    with refused("product_not_found", "SH404"):
        await buyer.order(line(str(uuid.uuid4())))
    lamp = await shop.product()
    await shop.call("web_merchant", "delete_product", token=shop.merchant, product_id=lamp)
    with refused("product_not_found", "SH404"):
        await buyer.order(line(lamp))


@pytest.mark.parametrize("quantity", [0, -1, 10_001, 2**31 - 1])
async def test_absurd_quantities(shop: Shop, buyer: Buyer, quantity: int) -> None:
    with refused("quantity_out_of_range", "23514"):
        await buyer.order(line(await shop.product(), quantity))


async def test_a_sum_above_ten_thousand_is_absurd_too(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    assert lines(await buyer.order(line(lamp, 6_000), line(lamp, 4_000))) == {lamp: 10_000}
    with refused("quantity_out_of_range", "SH422"):
        await buyer.order(line(lamp, 6_000), line(lamp, 4_001))


async def test_two_hundred_lines_and_no_more(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product()
    assert lines(await buyer.order(*[line(lamp)] * 200)) == {lamp: 200}
    with refused("order_too_long", "23514"):
        await buyer.order(*[line(lamp)] * 201)


async def test_the_price_is_pinned(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=500)
    before = await buyer.order(line(lamp))
    await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=lamp, price=700, currency="USD")
    assert (await buyer.sees(before))["items"] == before["items"]
    after = await buyer.order(line(lamp))
    assert (after["items"][0]["unit_price"], after["items"][0]["price_version"], after["total"]) == (700, 2, 700)


async def test_an_order_in_another_currency(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=500)
    await shop.call("web_merchant", "set_price", token=shop.merchant, product_id=lamp, price=450, currency="EUR")
    order = await buyer.order(line(lamp, 2), currency="EUR")
    assert (order["currency"], order["total"]) == ("EUR", 900)


async def test_nothing_to_pay_is_paid(shop: Shop, buyer: Buyer) -> None:
    gift = await shop.product(price=0, stock=5)
    order = await buyer.order(line(gift, 2))
    assert (order["status"], order["total"], order["expires_at"]) == ("paid", 0, None)
    assert await shop.stock(gift) == (3, 0)
    assert await buyer.timeline(order) == ["order.created", "order.paid"]


async def test_the_address_is_kept_as_it_was(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    lamp, home = await shop.product(), await buyer.address("Ada")
    order = await buyer.order(line(lamp), shipping_address_id=home)
    assert (order["shipping_address"]["name"], order["shipping_address"]["city"]) == ("Ada", "Dhaka")
    await buyer.does("delete_address", address_id=home)
    assert (await buyer.sees(order))["shipping_address"] == order["shipping_address"]
    with refused("address_not_found", "SH404"):
        await buyer.order(line(lamp), shipping_address_id=await other.address())


async def test_an_insert_is_audited_once(shop: Shop, buyer: Buyer) -> None:
    order = await buyer.order(line(await shop.product()), line(await shop.product()))
    ids = [order["id"], *(item["id"] for item in order["items"])]
    found = await shop.admin.fetch("SELECT operation FROM audit.changes WHERE row_id = ANY ($1)", ids)
    assert [row["operation"] for row in found] == ["INSERT"] * 3


async def test_without_a_log_in_nothing_is_sold(shop: Shop) -> None:
    with refused("token_missing", "SH401"):
        await shop.call("web_customer", "create_order", items=[line(await shop.product())])
