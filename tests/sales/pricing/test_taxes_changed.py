"""What happens to the taxes of an order that is changed, sent elsewhere, or given back in parts."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make, address
from tests.support.connections import refused

# What an order says of its money, read from the tables.
SUMS = """
SELECT o.total, o.tax, o.tax_included, o.amount_refunded, o.shipping_refunded,
       sales.shipping_cost(o) AS shipping_cost,
       (SELECT array_agg(i.total - i.amount_refunded ORDER BY i.id) FROM sales.order_items AS i
        WHERE i.order_id = o.id) AS left
FROM sales.orders AS o WHERE o.id = $1::text::uuid
"""
PRICES = {"USD": 1999, "JPY": 1234, "KWD": 3335}


@pytest.fixture(scope="module")
async def parcel(shop: Shop, administrator: str) -> str:
    rates = [{"currency": c, "up_to": 10_000_000, "price": p} for c, p in (("USD", 731), ("JPY", 501), ("KWD", 1005))]
    made = await shop.call("web_admin", "create_shipping_method", token=administrator, name="Parcel", rates=rates)
    return str(made["id"])


@pytest.fixture(scope="module")
async def places(buyer: Buyer, tax: Make) -> dict[str, str]:
    """Prices with tax, prices without it and two taxes, a compound one, and a place without rates."""
    await tax("DE", 19, included=True)
    await tax("DE", 7, included=True, category="books")
    await tax("CA", 5, name="GST")
    await tax("CA", 9.975, name="QST", region="CA-QC", combine="add")
    await tax("CA", 10, name="PST", region="CA-PE", combine="compound")
    await tax("CA", 0, name="GST", category="books")
    await tax("BR", 7, included=True)
    await tax("BR", 11, included=True, region="BR-SP", combine="compound")
    where = {"DE": ("DE",), "QC": ("CA", "CA-QC"), "PE": ("CA", "CA-PE"), "SP": ("BR", "BR-SP"), "AU": ("AU",)}
    return {name: await address(buyer, *place) for name, place in where.items()}


@pytest.fixture(scope="module")
async def goods(shop: Shop) -> list[str]:
    """A thing, and a book, in every currency."""
    made = [await shop.product(PRICES["USD"]), await shop.product(PRICES["USD"])]
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=made[1], tax_category="books")
    for product in made:
        for currency in ("JPY", "KWD"):
            await shop.call(
                "web_merchant", "set_price", token=shop.merchant, product_id=product, price=PRICES[currency],
                currency=currency,
            )  # fmt: skip
    return made


async def test_another_quantity_and_another_place(
    buyer: Buyer, goods: list[str], places: dict[str, str], parcel: str
) -> None:
    order = await buyer.order(line(goods[0]), shipping_address_id=places["DE"], shipping_method_id=parcel)
    assert (order["tax"], order["shipping_tax"], order["total"]) == (319 + 117, 117, 1999 + 731)
    more = await buyer.modify(order, line(goods[0], 3), line(goods[1], 2))
    # 5,997 and 3,998 bear 439 and 292 of the shipping.
    assert sorted((p["amount"], p["tax"]) for p in more["shipping_parts"]) == [(292, 19), (439, 70)]
    assert (more["tax"], more["total"]) == (958 + 262 + 89, 5997 + 3998 + 731)
    there = await buyer.does("set_shipping_address", order_id=order["id"], address_id=places["QC"])
    assert (there["tax_country"], there["tax_region"], there["tax_included"]) == ("CA", "CA-QC", 0)
    # 300 + 598 on the things, nothing on the books; 22 + 44 on their part of the shipping.
    assert (there["tax"], there["shipping_tax"], there["total"]) == (898 + 66, 66, 5997 + 3998 + 731 + 898 + 66)
    assert [(p["tax_category"], p["tax_rate"]) for p in there["shipping_parts"]] == [("S", 14.975), ("Z", 0)]
    nowhere = await buyer.does("set_shipping_address", order_id=order["id"], address_id=places["AU"])
    assert (nowhere["tax"], nowhere["shipping_tax"], nowhere["total"]) == (0, 0, 5997 + 3998 + 731)


async def test_a_paid_order_stays_where_its_tax_was_found(
    buyer: Buyer, shop: Shop, goods: list[str], places: dict[str, str]
) -> None:
    order = await buyer.order(line(goods[1]), shipping_address_id=places["QC"])
    assert (order["tax"], order["items"][0]["tax_category"]) == (0, "Z")
    await buyer.pay(order)
    with refused("address_changes_price", "SH409"):
        await buyer.does("set_shipping_address", order_id=order["id"], address_id=places["DE"])


async def test_shipping_is_refunded_with_its_tax(
    buyer: Buyer, shop: Shop, goods: list[str], places: dict[str, str], parcel: str
) -> None:
    order = await buyer.order(line(goods[0]), shipping_address_id=places["QC"], shipping_method_id=parcel)
    cost = 731 + 37 + 73
    assert order["total"] == 1999 + 100 + 199 + cost
    payment = await buyer.pay(order)
    given = {"token": shop.support, "payment_id": payment["id"], "reason": "x"}
    with refused("refund_above_shipping", "SH409") as refusal:
        await shop.call("web_support", "create_refund", **given, shipping_amount=cost + 1)
    assert refusal.detail == {"refundable": cost}
    made = await shop.call("web_support", "create_refund", **given, shipping_amount=cost)
    assert [(i["order_item_id"], i["amount"]) for i in made["items"]] == [(None, cost)]
    with refused("refund_above_shipping", "SH409"):
        await shop.call("web_support", "create_refund", **given, shipping_amount=1)
    item = [{"order_item_id": order["items"][0]["id"], "quantity": 1}]
    rest = await shop.call("web_support", "create_refund", **given, items=item)
    assert rest["amount"] == 1999 + 100 + 199


@pytest.mark.parametrize("currency", PRICES)
@pytest.mark.parametrize("place", ["DE", "QC", "PE", "SP", "AU"])
async def test_everything_is_given_back_to_the_last_unit(
    buyer: Buyer, shop: Shop, goods: list[str], places: dict[str, str], parcel: str, promotion: Make,
    place: str, currency: str,
) -> None:  # fmt: skip
    """In parts of any size: what is left of lines and shipping is never negative and ends at nothing."""
    chance = random.Random(f"{place} {currency}")
    sale = await promotion(basis_points=chance.randrange(100, 6000))
    order = await buyer.order(
        *(line(product, chance.randrange(1, 4)) for product in goods), shipping_address_id=places[place],
        shipping_method_id=parcel, promo_code=sale["code"], currency=currency,
    )  # fmt: skip
    assert (
        order["total"]
        == order["subtotal"] - order["discount"] + order["tax"] - order["tax_included"] + (order["shipping"])
    )
    assert order["tax"] == sum(i["tax"] for i in order["items"]) + order["shipping_tax"]
    assert order["shipping"] == sum(p["amount"] for p in order["shipping_parts"])
    payment = await buyer.pay(order)

    async def back(**what: Any) -> dict[str, Any]:
        await shop.call(
            "web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x", restock=False,
            **what,
        )  # fmt: skip
        seen = dict(await shop.admin.fetchrow(SUMS, order["id"]))
        assert min(*seen["left"], seen["shipping_cost"] - seen["shipping_refunded"]) >= 0
        left = sum(seen["left"]) + seen["shipping_cost"] - seen["shipping_refunded"]
        assert left == seen["total"] - seen["amount_refunded"]
        return seen

    seen = await back(amount=chance.randrange(1, order["total"] // 3))
    seen = await back(shipping_amount=chance.randrange(1, seen["shipping_cost"] - seen["shipping_refunded"]))
    seen = await back(amount=chance.randrange(1, seen["total"] - seen["amount_refunded"]))
    if seen["total"] > seen["amount_refunded"]:
        seen = await back()
    assert (seen["amount_refunded"], sum(seen["left"])) == (seen["total"], 0)
