"""Many buyers, few pieces: what is there is sold once, nobody waits for nobody, and the books balance."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.concurrency.conftest import Crowd, Job, by, callback, codes
from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line, lines


async def deadlocks(shop: Shop) -> int:
    await shop.admin.execute("SELECT pg_stat_force_next_flush()")
    count: int = await shop.admin.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return count


async def test_fifty_buyers_for_five_pieces(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=5)
    answers = await crowd.at_once(*(by(buyers[i % 10], "create_order", items=[line(lamp)]) for i in range(50)))
    assert codes(answers) == {"ok": 5, "out_of_stock": 45}
    assert await shop.stock(lamp) == (5, 5)
    assert await shop.admin.fetchval("SELECT count(*) FROM sales.order_items WHERE product_id = $1", lamp) == 5


async def test_the_last_pieces_go_to_orders_of_any_size(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=20)
    answers = await crowd.at_once(
        *(by(buyers[i % 10], "create_order", items=[line(lamp, 1 + i % 4), line(lamp, 1)]) for i in range(40))
    )
    sold = sum(lines(answer)[lamp] for answer in answers if isinstance(answer, dict))
    assert set(codes(answers)) == {"ok", "out_of_stock"}
    assert await shop.stock(lamp) == (20, sold)
    # Whoever was refused wanted more than was left at the end: nobody was refused what was there.
    refused = [2 + i % 4 for i, answer in enumerate(answers) if not isinstance(answer, dict)]
    assert all(wanted > 20 - sold for wanted in refused)


@pytest.mark.parametrize("rounds", [8])
async def test_carts_in_opposite_order_do_not_deadlock(
    shop: Shop, crowd: Crowd, buyers: list[Buyer], rounds: int
) -> None:
    products = [await shop.product() for _ in range(8)]
    before = await deadlocks(shop)
    for number in range(rounds):
        jobs = []
        for i in range(32):
            wanted = random.Random(number * 100 + i).sample(products, 6)
            wanted.sort(reverse=bool(i % 2))
            jobs.append(by(buyers[i % 10], "create_order", items=[line(product) for product in wanted]))
        assert codes(await crowd.at_once(*jobs)) == {"ok": 32}
    assert await deadlocks(shop) == before


async def test_everything_at_once_does_not_deadlock(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    """Orders are made, changed, cancelled, paid and expired over the same few products, in every order of lines."""
    products = [await shop.product(price=10, stock=400) for _ in range(5)]
    before, seen = await deadlocks(shop), Counter[str]()
    chance = random.Random(7)
    for _ in range(6):
        jobs: list[Job] = []
        stale = []
        for buyer in buyers[:6]:
            made = [
                await buyer.order(*(line(p, chance.randint(1, 4)) for p in chance.sample(products, 4)))
                for _ in range(5)
            ]
            payment = await shop.begin(buyer.token, made[0])
            changes = [line(p, chance.randint(0, 5)) for p in chance.sample(products, 5)]
            jobs += [
                callback(payment),
                by(buyer, "modify_order", order_id=made[1]["id"], items=changes),
                by(buyer, "cancel_order", order_id=made[2]["id"]),
                by(buyer, "delete_product_in_order", order_id=made[3]["id"], item_id=made[3]["items"][0]["id"]),
                by(buyer, "create_order", items=[line(p) for p in chance.sample(products, 5)]),
            ]
            stale.append(made[4])
        await shop.admin.execute(
            "UPDATE sales.orders SET expires_at = now() WHERE id = ANY ($1::uuid[])", [order["id"] for order in stale]
        )
        jobs += [Job("web_worker", "", "expire_orders", {"limit": 3}) for _ in range(2)]
        chance.shuffle(jobs)
        seen.update(codes(await crowd.at_once(*jobs)))
    assert await deadlocks(shop) == before
    assert set(seen) <= {"ok", "out_of_stock"}, seen
    assert seen["ok"] > 150
