"""Orders changed, emptied, cancelled, in any sequence and side by side: totals add up, stock comes back exactly."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line, lines

STOCK = 60
EXPECTED = {"out_of_stock", "order_not_pending", "order_not_cancellable", "order_item_not_found", "order_partly_paid"}


async def step(shop: Shop, buyer: Buyer, order: dict[str, Any], products: list[str], chance: random.Random) -> None:
    """One thing that a customer might do, or a refusal with a good reason."""
    seen = await buyer.sees(order)
    try:
        what = chance.choice(["modify", "modify", "modify", "remove", "pay a part", "cancel"])
        if what == "modify":
            wanted = chance.sample(products, chance.randint(1, 4))
            await buyer.modify(order, *(line(product, chance.choice([0, 1, 3, 12])) for product in wanted))
        elif what == "remove" and seen["items"]:
            item = chance.choice(seen["items"])["id"]
            await buyer.does("delete_product_in_order", order_id=order["id"], item_id=item)
        elif what == "pay a part" and seen["status"] == "pending" and seen["total"] - seen["amount_paid"] > 1:
            await buyer.pay(order, chance.randint(1, seen["total"] - seen["amount_paid"]))
        elif what == "cancel" and chance.random() < 0.3:
            await buyer.does("cancel_order", order_id=order["id"])
    except asyncpg.PostgresError as error:
        if getattr(error, "constraint_name", None) not in EXPECTED:
            raise


@pytest.mark.parametrize("seed", range(6))
async def test_totals_and_stock_are_exact(shop: Shop, sign_up: Any, seed: int) -> None:
    products = [await shop.product(price=price, stock=STOCK) for price in (1, 99, 1999, 250, 7)]

    async def customer(number: int) -> tuple[Buyer, dict[str, Any]]:
        own = random.Random(seed * 100 + number)
        buyer = await sign_up()
        order = await buyer.order(*(line(product, own.randint(1, 3)) for product in own.sample(products, 3)))
        for _ in range(12):
            await step(shop, buyer, order, products, own)
            seen = await buyer.sees(order)
            assert seen["total"] == sum(item["unit_price"] * item["quantity"] for item in seen["items"])
            assert seen["status"] == "cancelled" or seen["items"]
        return buyer, order

    customers = await asyncio.gather(*(customer(number) for number in range(6)))

    held = dict.fromkeys(products, 0)
    sold = dict.fromkeys(products, 0)
    for buyer, order in customers:
        seen = await buyer.sees(order)
        for product, quantity in lines(seen).items():
            if seen["status"] == "pending":
                held[product] += quantity
            elif seen["status"] == "paid":
                sold[product] += quantity
    assert {p: await shop.stock(p) for p in products} == {p: (STOCK - sold[p], held[p]) for p in products}

    for buyer, order in customers:
        if (await buyer.sees(order))["status"] != "cancelled":
            await buyer.does("cancel_order", order_id=order["id"])
    assert {p: await shop.stock(p) for p in products} == dict.fromkeys(products, (STOCK, 0))
