"""Attacks on vouchers and gift cards."""

from __future__ import annotations

import uuid

from tests.prove.house import count

from .arena import Arena, Cut, attack, crowd_of, orders


@attack(
    "one voucher used twice",
    "voucher: lost update (level-based)",
    Cut(
        "sales.use_promotions",
        "PERFORM FROM sales.promotions AS p WHERE p.code = ANY (v_codes) AND p.total_uses IS NOT NULL "
        "ORDER BY p.id FOR NO KEY UPDATE;",
        "",
    ),
    Cut(statement="ALTER TABLE sales.promotions DROP CONSTRAINT promo_used_up"),
)
async def voucher(arena: Arena) -> None:
    house = arena.house
    uses = arena.chance.randint(1, 2)
    promotion = await house.promotion(total_uses=uses)
    # Each buys something else: a common product's row would put them in a queue before they reach the voucher.
    jobs = [
        orders(buyer, (await house.product(), 1), promo_code=promotion["code"]) for buyer in await crowd_of(house, 8)
    ]
    answers = await arena.at_once(*jobs)
    arena.expect("orders with the voucher", count(answers), {"ok": uses, "promo_used_up": 8 - uses})
    counted = await house.admin.fetchval("SELECT uses FROM sales.promotions WHERE id = $1", uuid.UUID(promotion["id"]))
    arena.expect("uses", counted, uses)


@attack(
    "voucher once an account, from two tabs",
    "voucher: phantom (level-based)",
    Cut(
        "sales.use_promotions",
        "PERFORM pg_advisory_xact_lock(hashtextextended(p.id::text || v_person, 0))\n    FROM",
        "PERFORM FROM",
    ),
)
async def voucher_of_account(arena: Arena) -> None:
    house = arena.house
    promotion = await house.promotion(uses_per_account=1)
    buyer = (await crowd_of(house, 1))[0]
    jobs = [orders(buyer, (await house.product(), 1), promo_code=promotion["code"]) for _ in range(6)]
    answers = await arena.at_once(*jobs)
    arena.expect("orders with the voucher", count(answers), {"ok": 1, "promo_used_by_account": 5})


@attack("voucher checked, then used", "voucher: scope-based (validate, then order)")
async def voucher_checked(arena: Arena) -> None:
    house = arena.house
    promotion = await house.promotion(total_uses=1)
    buyers = [(buyer, await house.product()) for buyer in await crowd_of(house, 5)]
    checks = await arena.at_once(*(
        buyer.job("validate_promotion", code=promotion["code"], items=[{"product_id": lamp, "quantity": 1}])
        for buyer, lamp in buyers
    ))  # fmt: skip
    arena.expect("all are told that it is good", all(check.data["valid"] for check in checks), True)
    tries = [orders(buyer, (lamp, 1), promo_code=promotion["code"]) for buyer, lamp in buyers]
    answers = await arena.at_once(*tries)
    arena.expect("one of them gets it", count(answers), {"ok": 1, "promo_used_up": 4})
    winner = next(n for n, answer in enumerate(answers) if answer.ok)
    cancel = buyers[winner][0].job("cancel_order", order_id=answers[winner].data["id"])
    again = await arena.at_once(cancel, cancel, *tries)
    arena.expect("given back once", sum(answer.ok for answer in again[2:]) <= 1, True)
    uses = await house.admin.fetchval("SELECT uses FROM sales.promotions WHERE id = $1", uuid.UUID(promotion["id"]))
    arena.expect("uses", uses, sum(answer.ok for answer in again[2:]))


@attack(
    "one gift card used twice",
    "voucher: lost update (level-based)",
    Cut("ledger.redeem_gift_card", "FOR NO KEY UPDATE", ""),
)
async def gift_card(arena: Arena) -> None:
    house = arena.house
    card = await house.does(await house.staff("support"), "issue_gift_card", amount=700, currency="USD")
    # Guessing is slowed down: ten attempts an account and a quarter of an hour.
    await house.admin.execute("DELETE FROM identity.login_attempts")
    people = await crowd_of(house, 6)
    before = [await house.purse(person, "credit") for person in people]
    answers = await arena.at_once(*(person.job("redeem_gift_card", code=card["code"]) for person in people))
    arena.expect("redemptions", count(answers), {"ok": 1, "gift_card_redeemed": 5})
    after = [await house.purse(person, "credit") for person in people]
    gained = sum(a[0] for a in after) - sum(b[0] for b in before)
    arena.expect("credit gained", gained, 700)
