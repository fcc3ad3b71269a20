"""Attacks on the inventory."""

from __future__ import annotations

import uuid

from tests.concurrency.conftest import Job
from tests.prove.house import WORKER, count, paid

from .arena import Arena, Cut, attack, crowd_of, orders

NO_STOCK_CHECK = (
    Cut(statement="ALTER TABLE catalog.stock DROP CONSTRAINT stock_rules"),
    # The check outside the lock: what was read may be old when the row is written.
    Cut(
        "catalog.hold_stock",
        "IF v_free THEN",
        "IF (SELECT t.on_hand - t.reserved >= hold_stock.quantity FROM catalog.stock AS t"
        " WHERE t.product_id = hold_stock.product_id) THEN",
    ),
    Cut("catalog.hold_stock", " AND s.on_hand - s.reserved >= hold_stock.quantity;", ";"),
)


@attack("last unit sold twice", "inventory: lost update (level-based)", *NO_STOCK_CHECK)
async def last_unit(arena: Arena) -> None:
    house, pieces = arena.house, arena.chance.randint(1, 2)
    lamp = await house.product(stock=pieces)
    answers = await arena.at_once(*(orders(buyer, (lamp, 1)) for buyer in await crowd_of(house, 10)))
    arena.expect("orders for the last pieces", count(answers), {"ok": pieces, "out_of_stock": 10 - pieces})
    arena.expect("stock and reserved", await house.stock(lamp), (pieces, pieces))


@attack("two lines sharing a component", "inventory: write skew (level-based)", *NO_STOCK_CHECK)
async def shared_component(arena: Arena) -> None:
    house = arena.house
    bulb, pieces = await house.product(stock=7), 7
    small, large = await house.bundle((bulb, 1)), await house.bundle((bulb, 2))
    buyers = await crowd_of(house, 8)
    alone = await house.over_sql(orders(buyers[0], (bulb, 6), bundles=(large,)))
    arena.expect("a demand of 8 in two lines for 7 pieces", alone.code, "out_of_stock")
    # Each wants 1 + 2 + 1 in three lines that share the component.
    answers = await arena.at_once(*(orders(buyer, (bulb, 1), bundles=(small, large)) for buyer in buyers))
    arena.expect("orders of four shared pieces", count(answers), {"ok": pieces // 4, "out_of_stock": 8 - pieces // 4})
    arena.expect("stock and reserved", await house.stock(bulb), (pieces, pieces // 4 * 4))


@attack("stock corrected while it sells", "inventory: write skew (level-based)")
async def corrected(arena: Arena) -> None:
    house = arena.house
    lamp = await house.product(stock=5)
    merchant = await house.staff("merchant")
    less = [merchant.job("adjust_stock", product_id=lamp, delta=-2, reason="counted") for _ in range(3)]
    answers = await arena.at_once(*(orders(buyer, (lamp, 1)) for buyer in await crowd_of(house, 5)), *less)
    arena.expect("codes", set(count(answers)) <= {"ok", "out_of_stock", "stock_below_reserved"}, True)
    sold, taken = sum(a.ok for a in answers[:5]), 2 * sum(a.ok for a in answers[5:])
    arena.expect("stock and reserved", await house.stock(lamp), (5 - taken, sold))
    arena.expect("sold and taken away fit into 5", sold + taken <= 5, True)


@attack("order without allocation", "inventory: scope-based (create, then cancel)")
async def allocation(arena: Arena) -> None:
    house = arena.house
    lamp, cup = await house.product(stock=30), await house.product(stock=30)
    buyers = await crowd_of(house, 5)
    made = [await house.order(buyer, (lamp, 2), (cup, 1)) for buyer in buyers]
    await house.expire(made[0])
    jobs = [buyer.job("cancel_order", order_id=order["id"]) for buyer, order in zip(buyers[:3], made, strict=False)] * 2
    jobs += [orders(buyer, (cup, 2), (lamp, 1)) for buyer in buyers]
    jobs += [Job("web_worker", "", "expire_orders", {})]
    answers = await arena.at_once(*jobs)
    arena.expect("codes", set(count(answers)) <= {"ok", "order_not_cancellable"}, True)
    await house.tell(WORKER.job("expire_orders"))
    for product in (lamp, cup):
        wanted = await house.admin.fetchval(
            "SELECT coalesce(sum(i.quantity), 0) FROM sales.order_items AS i "
            "JOIN sales.orders AS o ON o.id = i.order_id WHERE o.status = 'pending' AND i.product_id = $1",
            uuid.UUID(product),
        )
        arena.expect("stock and what pending orders have", await house.stock(product), (30, wanted))


@attack("stock returned twice", "inventory: lost update (level-based)")
async def returned_twice(arena: Arena) -> None:
    house = arena.house
    lamp = await house.product(stock=9)
    buyer = (await crowd_of(house, 1))[0]
    order, payment = await house.bought(buyer, (lamp, 4))
    support = await house.staff("support")
    cancel = buyer.job("cancel_order", order_id=order["id"])
    refund = support.job("create_refund", payment_id=payment["id"], reason="returned", restock=True)
    await arena.at_once(cancel, cancel, refund, refund, support.job("cancel_any_order", order_id=order["id"]))
    arena.expect("stock", await house.stock(lamp), (9, 0))
    given = await house.admin.fetchval(
        "SELECT sum(amount) FROM payments.refunds WHERE payment_id = $1 AND status <> 'failed'",
        uuid.UUID(payment["id"]),
    )
    arena.expect("given back", given, order["total"])


@attack("paid and then out of stock", "inventory: scope-based (expiry, payment, next buyer)")
async def paid_then_gone(arena: Arena) -> None:
    house = arena.house
    lamp = await house.product(stock=1)
    first, *others = await crowd_of(house, 5)
    order = await house.order(first, (lamp, 1))
    payment = await house.begin(first, order)
    await house.expire(order)
    expiry = Job("web_worker", "", "expire_orders", {})
    answers = await arena.at_once(expiry, paid(payment), expiry, *(orders(buyer, (lamp, 1)) for buyer in others))
    await house.tell(expiry)
    row = await house.admin.fetchrow(
        "SELECT o.status, o.amount_paid, p.amount_captured, p.amount_refunded FROM sales.orders AS o "
        "JOIN payments.payments AS p ON p.order_id = o.id WHERE o.id = $1",
        uuid.UUID(order["id"]),
    )
    sold = sum(answer.ok for answer in answers[3:])
    if row["status"] == "paid":
        arena.expect(
            "paid: the piece is theirs", (await house.stock(lamp), sold, row["amount_refunded"]), ((0, 0), 0, 0)
        )
    else:
        arena.expect("out of stock: the money goes back", (row["status"], row["amount_refunded"]), ("cancelled", 500))
        arena.expect("one next buyer at most", (sold <= 1, await house.stock(lamp)), (True, (1, sold)))
