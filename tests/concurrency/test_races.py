"""Two who want opposite things of one order, in both orders, and at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.concurrency.conftest import EXPIRY, Crowd, by, callback, code, codes
from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, expire, line, lines


async def ready_to_pay(shop: Shop, buyer: Buyer) -> tuple[str, dict[str, Any], dict[str, Any]]:
    lamp = await shop.product(price=100, stock=10)
    order = await buyer.order(line(lamp, 4))
    return lamp, order, await shop.begin(buyer.token, order)


async def assert_money_is_back(shop: Shop, buyer: Buyer, order: dict[str, Any], payment: dict[str, Any]) -> None:
    """The money came; the order is cancelled; all of it goes back, whichever was first."""
    seen = await shop.see(payment)
    assert (seen["status"], seen["amount_captured"], seen["amount_refunded"]) == ("completed", 400, 400)
    assert seen["order_status"] == "cancelled"
    assert (await buyer.sees(order))["amount_paid"] == seen["order_refunded"] == seen["amount_applied"]


async def test_cancelled_then_paid(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    answers = await crowd.queued(order, by(buyers[0], "cancel_order", order_id=order["id"]), callback(payment))
    assert codes(answers) == {"ok": 2}
    await assert_money_is_back(shop, buyers[0], order, payment)
    assert await shop.stock(lamp) == (10, 0)


async def test_paid_then_cancelled(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    answers = await crowd.queued(order, callback(payment), by(buyers[0], "cancel_order", order_id=order["id"]))
    assert codes(answers) == {"ok": 2}
    await assert_money_is_back(shop, buyers[0], order, payment)
    assert await shop.stock(lamp) == (10, 0)


async def test_paid_then_expired(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    await expire(shop, order)
    await crowd.queued(order, callback(payment))
    assert await shop.call("web_worker", "expire_orders") == 0
    assert (await buyers[0].sees(order))["status"] == "paid"
    assert await shop.stock(lamp) == (6, 0)


async def test_expired_then_paid(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    await expire(shop, order)
    assert await shop.call("web_worker", "expire_orders") == 1
    assert code((await crowd.at_once(callback(payment)))[0]) == "ok"
    # Its goods are still there: it is taken up again.
    assert (await buyers[0].sees(order))["status"] == "paid"
    assert await shop.stock(lamp) == (6, 0)


@pytest.mark.parametrize("rounds", [12])
async def test_expiry_and_payment_at_once(shop: Shop, crowd: Crowd, buyers: list[Buyer], rounds: int) -> None:
    ended = set()
    for number in range(rounds):
        buyer = buyers[number % 10]
        lamp, order, payment = await ready_to_pay(shop, buyer)
        await expire(shop, order)
        assert codes(await crowd.at_once(EXPIRY, callback(payment), EXPIRY, callback(payment))) == {"ok": 4}
        await shop.call("web_worker", "expire_orders")
        seen = await buyer.sees(order)
        ended.add(seen["status"])
        if seen["status"] == "paid":
            assert await shop.stock(lamp) == (6, 0)
        else:
            await assert_money_is_back(shop, buyer, order, payment)
            assert await shop.stock(lamp) == (10, 0)
    assert ended <= {"paid", "cancelled"}


@pytest.mark.parametrize("rounds", [12])
async def test_cancellation_and_payment_at_once(shop: Shop, crowd: Crowd, buyers: list[Buyer], rounds: int) -> None:
    for number in range(rounds):
        buyer = buyers[number % 10]
        lamp, order, payment = await ready_to_pay(shop, buyer)
        cancel = by(buyer, "cancel_order", order_id=order["id"])
        answers = await crowd.at_once(cancel, callback(payment), cancel, callback(payment))
        assert codes(answers) == {"ok": 3, "order_not_cancellable": 1}
        await assert_money_is_back(shop, buyer, order, payment)
        assert await shop.stock(lamp) == (10, 0)


async def test_changed_then_paid(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    """The old total arrives for an order that costs less: it is paid, the rest goes back."""
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    change = by(buyers[0], "modify_order", order_id=order["id"], items=[line(lamp, 1)])
    assert codes(await crowd.queued(order, change, callback(payment))) == {"ok": 2}
    seen = await shop.see(payment)
    assert (seen["order_status"], seen["amount_paid"], seen["amount_refunded"]) == ("paid", 100, 300)
    assert await shop.stock(lamp) == (9, 0)


async def test_paid_then_changed(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, order, payment = await ready_to_pay(shop, buyers[0])
    change = by(buyers[0], "modify_order", order_id=order["id"], items=[line(lamp, 1)])
    answers = await crowd.queued(order, callback(payment), change)
    assert [code(answer) for answer in answers] == ["ok", "order_not_pending"]
    assert await shop.stock(lamp) == (6, 0)


async def test_two_changes_with_one_version(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=100)
    order = await buyers[0].order(line(lamp, 1))
    jobs = [
        by(buyers[0], "modify_order", order_id=order["id"], items=[line(lamp, 10 + i)], if_match=1) for i in range(8)
    ]
    answers = await crowd.at_once(*jobs)
    assert codes(answers) == {"ok": 1, "version_stale": 7}
    won = next(answer for answer in answers if isinstance(answer, dict))
    assert await shop.stock(lamp) == (100, lines(won)[lamp])


async def test_one_line_is_removed_once(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp, chair = await shop.product(stock=10), await shop.product(stock=10)
    order = await buyers[0].order(line(lamp, 2), line(chair, 3))
    remove = by(buyers[0], "delete_product_in_order", order_id=order["id"], item_id=order["items"][0]["id"])
    assert codes(await crowd.at_once(*[remove] * 6)) == {"ok": 1, "order_item_not_found": 5}
    assert (10, 0) in (await shop.stock(lamp), await shop.stock(chair))


async def test_two_checkouts_of_one_cart(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=10)
    await buyers[0].does("add_cart_item", product_id=lamp, quantity=3)
    answers = await crowd.at_once(*[by(buyers[0], "checkout_cart")] * 6)
    assert codes(answers) == {"ok": 1, "cart_empty": 5}
    assert await shop.stock(lamp) == (10, 3)
    assert (await buyers[0].does("get_cart"))["items"] == []


async def test_ten_tabs_put_the_same_product_into_a_new_cart(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=8)
    answers = await crowd.at_once(*[by(buyers[9], "add_cart_item", product_id=lamp, quantity=1)] * 10)
    assert codes(answers) == {"ok": 8, "out_of_stock": 2}
    assert lines(await buyers[9].does("get_cart")) == {lamp: 8}


async def test_workers_share_what_has_expired(shop: Shop, crowd: Crowd, buyers: list[Buyer]) -> None:
    lamp = await shop.product(stock=100)
    orders = [await buyers[i % 10].order(line(lamp, 2)) for i in range(30)]
    await expire(shop, *orders)
    answers = await crowd.at_once(*[EXPIRY] * 5)
    assert codes(answers) == {"ok": 5}
    assert sum(answers) == 30
    assert await shop.stock(lamp) == (100, 0)
