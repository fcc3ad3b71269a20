"""Attacks on carts."""

from __future__ import annotations

from tests.prove.house import count, paid

from .arena import Arena, Cut, attack, crowd_of, orders


@attack("item added while the total is charged", "cart: scope-based (add, then check out)")
async def cart(arena: Arena) -> None:
    house = arena.house
    lamp, ring = await house.product(price=100), await house.product(price=90_000)
    buyer = await house.person()
    await house.does(buyer, "add_cart_item", product_id=lamp, quantity=1)
    add = buyer.job("add_cart_item", product_id=ring, quantity=1)
    check_out = buyer.job("checkout_cart")
    answers = await arena.at_once(add, check_out, add, check_out, add)
    made = [answers[n].data for n in (1, 3) if answers[n].ok]
    rings = sum(i["quantity"] for o in made for i in o["items"] if i["product_id"] == ring)
    left = await house.does(buyer, "get_cart")
    rings += sum(i["quantity"] for i in left["items"] if i["product_id"] == ring)
    arena.expect("each ring is in one order or the cart", rings, sum(answers[n].ok for n in (0, 2, 4)))
    lamps = sum(i["quantity"] for o in made for i in o["items"] if i["product_id"] == lamp)
    arena.expect("the lamp is in one order", lamps, 1)
    for order in made:
        goods = sum({lamp: 100, ring: 90_000}[i["product_id"]] * i["quantity"] for i in order["items"])
        arena.expect("an order's total is that of its lines", order["total"], goods)


@attack(
    "order changed while it is paid",
    "cart: scope-based (change, then pay)",
    Cut("sales.keeps_order_rules", "AND (o.status IN ('pending', 'cancelled') OR o.amount_paid >= o.total)", ""),
    Cut("sales.lock_pending_order", "FOR NO KEY UPDATE", ""),
)
async def changed_while_paid(arena: Arena) -> None:
    house = arena.house
    lamp, ring = await house.product(price=100, stock=50), await house.product(price=90_000, stock=50)
    buyer = (await crowd_of(house, 1))[0]
    order = await house.order(buyer, (lamp, 1))
    payment = await house.begin(buyer, order)
    change = buyer.job("modify_order", order_id=order["id"], items=[{"product_id": ring, "quantity": 1}])
    await arena.at_once(change, paid(payment), change, paid(payment, event=f"again:{payment['id']}"))
    seen = await house.does(buyer, "get_order", order_id=order["id"])
    rings = sum(i["quantity"] for i in seen["items"] if i["product_id"] == ring)
    arena.expect("what the lines cost", seen["total"], 100 + 90_000 * rings)
    if seen["status"] == "paid":
        arena.expect("a paid order is paid in full", seen["amount_paid"], seen["total"])
        arena.expect("rings sold, of 50", await house.stock(ring), (50 - rings, 0))
    else:
        arena.expect("status and money", (seen["status"], seen["amount_paid"]), ("pending", 100))


@attack("two checkouts of one cart", "cart: lost update (level-based)")
async def double_click(arena: Arena) -> None:
    house = arena.house
    lamp = await house.product(stock=10)
    buyer = (await crowd_of(house, 1))[0]
    await house.does(buyer, "clear_cart")
    await house.does(buyer, "add_cart_item", product_id=lamp, quantity=3)
    answers = await arena.at_once(*[buyer.job("checkout_cart")] * 5)
    arena.expect("checkouts", count(answers), {"ok": 1, "cart_empty": 4})
    arena.expect("stock", await house.stock(lamp), (10, 3))


@attack(
    "cart lines in opposite order",
    "deadlock",
    Cut("sales.place_order", "ORDER BY d.product_id", "ORDER BY random()"),
)
async def opposite_order(arena: Arena) -> None:
    house = arena.house
    products = [await house.product() for _ in range(6)]
    before = await house.deadlocks()
    jobs = []
    for n, buyer in enumerate(await crowd_of(house, 10)):
        wanted = arena.chance.sample(products, 6)
        wanted.sort(reverse=bool(n % 2))
        jobs.append(orders(buyer, *((product, 1) for product in wanted)))
    arena.expect("orders", count(await arena.at_once(*jobs)), {"ok": 10})
    arena.expect("deadlocks", await house.deadlocks() - before, 0)
