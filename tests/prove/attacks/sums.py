"""Attacks on sums: what rounding leaves over."""

from __future__ import annotations

from tests.prove.house import count

from .arena import Arena, Cut, attack, crowd_of, orders


@attack(
    "refund blocked by rounding",
    "rounding",
    # Each piece rounded by itself.
    Cut(
        "payments.price_refund_lines",
        "CASE WHEN v_part.refunded + v_line.wanted = v_part.pieces THEN v_part.worth "
        "ELSE v_step * div(v_part.worth::numeric * (v_part.refunded + v_line.wanted), v_part.pieces * v_step) END "
        "- v_step * div(v_part.worth::numeric * v_part.refunded, v_part.pieces * v_step)",
        "v_step * div(v_part.worth::numeric * v_line.wanted, v_part.pieces * v_step)",
    ),
)
async def refund_by_piece(arena: Arena) -> None:
    house = arena.house
    prices = [arena.chance.choice((1, 33, 99, 101, 333, 1999)) for _ in range(3)]
    lines = [(await house.product(price=price), arena.chance.choice((3, 7))) for price in prices]
    promotion = await house.promotion(basis_points=arena.chance.choice((1234, 3333)))
    buyer, support = (await crowd_of(house, 1))[0], await house.staff("support")
    order, payment = await house.bought(buyer, *lines, promo_code=promotion["code"])
    jobs = [
        support.job("create_refund", payment_id=payment["id"], reason="broken",
                    items=[{"order_item_id": item["id"], "quantity": 1}])
        for item in order["items"] for _ in range(item["quantity"])
    ]  # fmt: skip
    arena.chance.shuffle(jobs)
    answers = await arena.at_once(*jobs[:12])
    for job in jobs[12:]:
        answers.append(await house.over_sql(job))
    # Seven pieces for five units: the last have nothing left to give back.
    arena.expect("codes", set(count(answers)) <= {"ok", "refund_above_payment"}, True)
    given = sum(answer.data["amount"] for answer in answers if answer.ok)
    arena.expect("all pieces together are worth the order", given, order["total"])


@attack(
    "discount off by a unit",
    "rounding",
    Cut(
        "sales.evaluate_promotion",
        "ledger.split_amount(discount, v_weights)",
        "ARRAY(SELECT (discount * w / v_goods)::bigint FROM unnest(v_weights) WITH ORDINALITY AS x (w, n) ORDER BY n)",
    ),
)
async def discount(arena: Arena) -> None:
    house, chance = arena.house, arena.chance
    products = {await house.product(price=price): price for price in chance.sample((1, 7, 33, 99, 250, 333, 1999), 4)}
    rate = chance.choice((1, 333, 1050, 3333, 9999, 10_000))
    promotion = await house.promotion(basis_points=rate)
    buyers = await crowd_of(house, 5)
    carts = [[(product, chance.randint(1, 9)) for product in products] for _ in buyers]
    jobs = [orders(buyer, *cart, promo_code=promotion["code"]) for buyer, cart in zip(buyers, carts, strict=True)]
    for cart, answer in zip(carts, await arena.at_once(*jobs), strict=True):
        goods = sum(products[product] * quantity for product, quantity in cart)
        off = (goods * rate + 5000) // 10_000
        if off == 0:
            arena.expect("nothing to take off", answer.code, "promo_not_applicable")
            continue
        arena.expect("an order with a discount", answer.code, "ok")
        if answer.ok:
            arena.expect("discount and total", (answer.data["discount"], answer.data["total"]), (off, goods - off))
            arena.expect("discount of the lines", sum(i["discount"] for i in answer.data["items"]), off)
            exact = [(off * i["unit_price"] * i["quantity"] / goods, i["discount"]) for i in answer.data["items"]]
            arena.expect("each within a unit of its share", all(abs(e - d) < 1.001 for e, d in exact), True)
