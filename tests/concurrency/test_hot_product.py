"""A product that a crowd wants: its pieces are laid out in parts, and none is lost, whoever does what with them."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter

import asyncpg
import pytest

from tests.concurrency.conftest import Crowd, Job, by, callback, codes
from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, expire, line
from tests.sales.orders.conftest import buyer as buyer


async def parts(shop: Shop, product: str) -> int:
    return int(await shop.admin.fetchval("SELECT count(*) FROM catalog.stock_parts WHERE product_id = $1", product))


async def split(shop: Shop, product: str) -> None:
    await shop.admin.execute("SELECT catalog.split_stock($1)", uuid.UUID(product))
    assert await parts(shop, product) == 64


async def test_a_crowd_splits_it_and_no_two_of_them_wait(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=5000)
    assert await parts(shop, lamp) == 0
    # One buyer has the row and does not commit: whoever comes next waits for it, and lays it out for those behind.
    holder = await crowd.connection("")
    slow = holder.transaction()
    await slow.start()
    await holder.execute("SELECT catalog.hold_stock($1, 2)", lamp)
    first = asyncio.create_task(crowd.at_once(by(buyers[0], "create_order", items=[line(lamp)])))
    await shop.until(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    )
    await slow.rollback()
    assert codes(await first) == {"ok": 1}
    assert await parts(shop, lamp) == 64
    assert await shop.stock(lamp) == (5000, 1)

    # A buyer who never commits keeps nobody waiting now.
    slow = holder.transaction()
    await slow.start()
    await holder.execute("SELECT catalog.hold_stock($1, 2)", lamp)
    answers = await asyncio.wait_for(
        crowd.at_once(*(by(buyers[i % 10], "create_order", items=[line(lamp, 3)]) for i in range(40))), 30
    )
    assert codes(answers) == {"ok": 40}
    await slow.rollback()
    crowd.idle[""].append(holder)
    assert await shop.stock(lamp) == (5000, 121)
    await shop.assert_books_balance()


async def test_all_of_it_is_sold_and_no_more(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=1003)
    await split(shop, lamp)  # 15 or 16 to a part: an order of 30 finds no part that has enough
    jobs = [by(buyers[i % 10], "create_order", items=[line(lamp, 30)]) for i in range(40)]
    assert codes(await crowd.at_once(*jobs)) == {"ok": 33, "out_of_stock": 7}
    assert await shop.stock(lamp) == (1003, 990)
    jobs = [by(buyers[i % 10], "create_order", items=[line(lamp)]) for i in range(30)]
    assert codes(await crowd.at_once(*jobs)) == {"ok": 13, "out_of_stock": 17}
    assert await shop.stock(lamp) == (1003, 1003)
    await shop.assert_books_balance()


async def test_whoever_comes_too_late_leaves_the_parts_where_they_are(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(stock=1000)
    await split(shop, lamp)
    with pytest.raises(asyncpg.PostgresError) as refusal:
        await buyer.order(line(lamp, 1001))
    assert refusal.value.constraint_name == "out_of_stock"  # type: ignore[attr-defined]
    assert '"available" : 1000' in str(refusal.value.detail)  # type: ignore[attr-defined]
    assert await parts(shop, lamp) == 64


async def test_orders_are_paid_cancelled_and_expire_while_others_buy(
    shop: Shop, crowd: Crowd, buyers: list[Buyer]
) -> None:
    lamp, desk = await shop.product(stock=4000, price=10), await shop.product(stock=4000, price=10)
    await split(shop, lamp)
    await split(shop, desk)
    seen = Counter[str]()
    for number in range(4):
        made = [await buyers[i].order(line(lamp, 2), line(desk, 1 + i % 3)) for i in range(10)]
        payments = [await shop.begin(buyers[i].token, made[i]) for i in range(4)]
        await expire(shop, *made[8:])
        jobs: list[Job] = [callback(payment) for payment in payments]
        jobs += [by(buyers[i], "cancel_order", order_id=made[i]["id"]) for i in range(4, 8)]
        jobs += [Job("web_worker", "", "expire_orders", {})]
        jobs += [by(buyers[i], "create_order", items=[line(desk), line(lamp, 5)]) for i in range(10)]
        jobs += [Job("web_merchant", shop.merchant, "adjust_stock",
                     {"product_id": lamp if number % 2 else desk, "delta": 7, "reason": "found"})]  # fmt: skip
        seen.update(codes(await crowd.at_once(*jobs)))
    assert set(seen) == {"ok"}, seen
    await shop.assert_books_balance()
    assert (await shop.stock(lamp))[0] == 4000 + 2 * 7 - 4 * 4 * 2


async def test_the_worker_puts_it_together_again(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(stock=2000)
    await split(shop, lamp)
    await buyer.order(line(lamp, 5))
    assert await shop.call("web_worker", "gather_stock") == 0  # it may be wanted still
    await shop.admin.execute(
        "UPDATE catalog.stock SET split_at = now() - interval '2 hours' WHERE product_id = $1", lamp
    )
    assert await shop.call("web_worker", "gather_stock") == 1
    assert await parts(shop, lamp) == 0
    assert tuple(
        await shop.admin.fetchrow("SELECT on_hand, reserved FROM catalog.stock WHERE product_id = $1", lamp)
    ) == (2000, 5)
    await shop.assert_books_balance()


async def test_what_is_shared_is_never_deleted(shop: Shop) -> None:
    for statement in (
        "DELETE FROM catalog.products", "DELETE FROM catalog.currencies", "DELETE FROM payments.providers",
        "DELETE FROM ledger.accounts", "UPDATE catalog.products SET id = uuidv7()",
        "TRUNCATE catalog.currencies CASCADE",
    ):  # fmt: skip
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await shop.admin.execute(statement)
