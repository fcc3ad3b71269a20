"""What has been done to other shops, done to this one: each attack many times, at a barrier, with random skew.

The families are those of Warszawski and Bailis, "ACIDRain: Concurrency-Related Attacks on Database-Backed Web
Applications" (SIGMOD 2017): an attack is *level-based* where two transactions interleave (lost update, phantom, write
skew), *scope-based* where what belongs together is several transactions (requests); its targets are inventory, vouchers
and carts. The rest are reports of other shops, by name.

An attack leaves what it found in `arena.found`: nothing, here. That it could find something is shown too: `cuts` break
the SQL in a database of its own (a lock, a constraint, the rounding), and then the attack must find it.
"""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.concurrency.conftest import Job
from tests.prove.house import WORKER, House, Person, Said, count, paid


@dataclass(frozen=True)
class Cut:
    """Takes a safeguard out: a text in a routine (every place where it stands), or a statement."""

    routine: str = ""
    old: str = ""
    new: str = ""
    statement: str = ""

    async def make(self, admin: Any) -> None:
        if self.statement:
            await admin.execute(self.statement)
            return
        source = await admin.fetchval("SELECT pg_get_functiondef($1::regproc)", self.routine)
        pattern = r"\s+".join(map(re.escape, self.old.split()))  # however the lines are broken
        cut, places = re.subn(pattern, lambda _: self.new, source)
        assert places, f"{self.routine} no longer has: {self.old}"
        await admin.execute(cut)


@dataclass
class Arena:
    house: House
    door: str
    chance: random.Random
    found: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    async def at_once(self, *jobs: Job) -> list[Said]:
        skew = self.chance.choice((0.0, 0.0, 0.001, 0.004))
        given = list(jobs)
        places = list(range(len(given)))
        self.chance.shuffle(places)  # who is first on the wire is nobody's privilege
        said = await self.house.at_once(self.door, *(given[n] for n in places), skew=skew, chance=self.chance)
        answers = [answer for _, answer in sorted(zip(places, said, strict=True), key=lambda pair: pair[0])]
        for answer in answers:
            self.answers[answer.code] += 1
            if (
                answer.status >= 500
                or answer.code in ("40P01", "40001", "deadlock_detected")
                or answer.code[:2] == "XX"
            ):
                self.found.append(f"an answer of {answer.code} ({answer.status})")
        return answers

    def expect(self, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.found.append(f"{what}: {seen}, not {wanted}")


@dataclass(frozen=True)
class Attack:
    name: str
    family: str
    run: Callable[[Arena], Awaitable[None]]
    cuts: tuple[Cut, ...] = ()
    doors: tuple[str, ...] = ("sql", "http")


ATTACKS: list[Attack] = []


def attack(name: str, family: str, *cuts: Cut, doors: tuple[str, ...] = ("sql", "http")) -> Callable[..., Any]:
    def add(run: Callable[[Arena], Awaitable[None]]) -> Callable[[Arena], Awaitable[None]]:
        ATTACKS.append(Attack(name, family, run, cuts, doors))
        return run

    return add


def orders(buyer: Person, *lines: tuple[str, int], bundles: tuple[str, ...] = (), **more: Any) -> Job:
    items: list[dict[str, Any]] = [{"product_id": product, "quantity": quantity} for product, quantity in lines]
    items += [{"bundle_id": bundle, "quantity": 1} for bundle in bundles]
    return buyer.job("create_order", items=items, **more)


async def crowd_of(house: House, number: int) -> list[Person]:
    """Buyers who are kept from round to round: signing up is not what is attacked."""
    while len([name for name in house.people if name.startswith("buyer")]) < number:
        house.people[f"buyer {len(house.people)}"] = await house.person()
    return [person for name, person in house.people.items() if name.startswith("buyer")][:number]


# --- inventory ------------------------------------------------------------------------------------

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


# --- vouchers -------------------------------------------------------------------------------------


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
        "PERFORM pg_advisory_xact_lock(hashtextextended(p.id::text || use_promotions.account_id::text, 0))\n    FROM",
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


# --- carts ----------------------------------------------------------------------------------------


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


# --- money ----------------------------------------------------------------------------------------


async def spends_from_two_tabs(arena: Arena, kind: str) -> None:
    house = arena.house
    buyer = await house.person()
    await house.fund(buyer, 1000, kind)
    made = [await house.order(buyer, (await house.product(price=600), 1)) for _ in range(4)]
    jobs = [buyer.job("begin_payment", order_id=order["id"], provider=kind) for order in made]
    answers = await arena.at_once(*jobs)
    arena.expect("payments of 600 from 1000", count(answers), {"ok": 1, "insufficient_funds": 3})
    arena.expect("balance, held, transfers", await house.purse(buyer, kind), (400, 0, 400))


WITHOUT_FLOOR = (
    Cut(statement="ALTER TABLE ledger.accounts DROP CONSTRAINT insufficient_funds"),
    # A check before the write in its place, as a shop without constraints would have it.
    Cut(
        "ledger.change_balance",
        "IF v_kind IN ('wallet', 'credit') THEN",
        """IF v_kind IN ('wallet', 'credit')
        AND (SELECT a.balance - a.held + change_balance.change - change_balance.held_change
             FROM ledger.accounts AS a WHERE a.id = change_balance.account_id) < 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'insufficient_funds', MESSAGE = 'Not enough.';
    ELSIF v_kind IN ('wallet', 'credit') THEN""",
    ),
)


@attack("store credit spent from two tabs", "lost update (level-based)", *WITHOUT_FLOOR)
async def credit_twice(arena: Arena) -> None:
    await spends_from_two_tabs(arena, "credit")


@attack(
    "wallet paid from and withdrawn at once",
    "write skew (level-based)",
    *WITHOUT_FLOOR,
    Cut("ledger.lock_available", "FOR NO KEY UPDATE", ""),
)
async def wallet_twice(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=2000), await house.person()
    await house.fund(buyer, 2500)
    order = await house.order(buyer, (lamp, 1))
    pay = buyer.job("begin_payment", order_id=order["id"], provider="wallet")
    withdraw = buyer.job("request_withdrawal", amount=1500, currency="USD")
    answers = await arena.at_once(pay, withdraw, withdraw, withdraw, withdraw)
    arena.expect("one of them at a time", sum(answer.ok for answer in answers), 1)
    balance, held, moved = await house.purse(buyer)
    arena.expect("balance and transfers", balance, moved)
    arena.expect("nothing is spent twice", balance - held, 500 if answers[0].ok else 1000)


@attack(
    "credit granted twice",
    "lost update (level-based)",
    Cut("ledger.lock_pending_credit_change", "FOR NO KEY UPDATE", ""),
)
async def granted_twice(arena: Arena) -> None:
    house = arena.house
    customer = await house.person()
    support, second = await house.staff("support"), await house.staff("second")
    asked = await house.does(
        support, "grant_credit", account_id=customer.id, amount=60_000, currency="USD", reason="sorry"
    )
    approve = second.job("decide_credit_change", change_id=asked["id"])
    own = support.job("decide_credit_change", change_id=asked["id"])
    answers = await arena.at_once(approve, approve, own, approve)
    arena.expect("decisions of the second person", sum(answers[n].ok for n in (0, 1, 3)), 1)
    arena.expect("their own", answers[2].ok, False)
    arena.expect("credit", await house.purse(customer, "credit"), (60_000, 0, 60_000))


@attack("order paid twice", "scope-based (two checkouts of one order)")
async def paid_twice(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=700, stock=20), (await crowd_of(house, 1))[0]
    order = await house.order(buyer, (lamp, 2))
    attempts = [await house.begin(buyer, order) for _ in range(3)]
    jobs = [paid(payment, event=f"{n}:{payment['id']}") for payment in attempts for n in range(2)]
    answers = await arena.at_once(*jobs)
    arena.expect("callbacks are taken", count(answers), {"ok": 6})
    seen = await house.does(buyer, "get_order", order_id=order["id"])
    arena.expect("order", (seen["status"], seen["amount_paid"], seen["amount_refunded"]), ("paid", 1400, 0))
    kept = await house.admin.fetchrow(
        "SELECT sum(amount_captured)::bigint AS taken, sum(amount_refunded)::bigint AS given FROM payments.payments "
        "WHERE order_id = $1",
        uuid.UUID(order["id"]),
    )
    arena.expect("taken and given back", tuple(kept), (4200, 2800))
    arena.expect("stock", await house.stock(lamp), (18, 0))


@attack("captured twice on retry", "scope-based (authorise, then capture)")
async def captured_twice(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=900), (await crowd_of(house, 1))[0]
    admin, support = await house.staff("admin"), await house.staff("support")
    await house.does(admin, "update_provider", provider="mock", capture_method="manual")
    try:
        order = await house.order(buyer, (lamp, 1))
        payment = await house.begin(buyer, order)
    finally:
        await house.does(admin, "update_provider", provider="mock", capture_method="automatic")
    await house.tell(paid(payment, "authorized"))
    capture = support.job("capture_payment", payment_id=payment["id"])
    await arena.at_once(capture, capture, support.job("capture_payment", payment_id=payment["id"], amount=500), capture)
    decided = await house.admin.fetchval(
        "SELECT coalesce(capture_amount, amount_captured) FROM payments.payments WHERE id = $1",
        uuid.UUID(payment["id"]),
    )
    done = [paid(payment, event=f"{n}:{payment['id']}", amount=decided) for n in range(3)]
    await arena.at_once(*done)
    row = await house.admin.fetchrow(
        """
        SELECT p.status, p.amount_captured, (SELECT count(*) FROM messaging.events AS e
            WHERE e.order_id = p.order_id AND e.type = 'payment.capture_requested') AS asked,
            (SELECT sum(t.amount)::bigint FROM ledger.transfers AS t
             WHERE t.payment_id = p.id AND t.kind = 'payment') AS booked
        FROM payments.payments AS p WHERE p.id = $1
        """,
        uuid.UUID(payment["id"]),
    )
    arena.expect("captured, asked for, booked", tuple(row), ("completed", decided, 1, decided))


@attack(
    "refunded twice on retry",
    "lost update (level-based)",
    Cut("payments.lock_payment", "FOR NO KEY UPDATE", ""),
    Cut("payments.lock_refund", "FOR NO KEY UPDATE", ""),
    Cut("payments.keeps_payment_rules", "AND p.amount_refunded BETWEEN 0 AND p.amount_captured ", ""),
    Cut("sales.keeps_line_rules", "i.total - i.amount_refunded)", "0)"),
    Cut("sales.keeps_order_rules", "o.amount_paid - o.amount_refunded)", "0)"),
)
async def refunded_twice(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=800), (await crowd_of(house, 1))[0]
    support = await house.staff("support")
    _, payment = await house.bought(buyer, (lamp, 1))
    ask = support.job("create_refund", payment_id=payment["id"], reason="broken")
    answers = await arena.at_once(*[ask] * 4)
    arena.expect("refunds", count(answers), {"ok": 1, "refund_above_payment": 3})
    refund = next((answer.data for answer in answers if answer.ok), None)
    if refund is None:
        return
    await house.tell(WORKER.job("fail_refund", refund_id=refund["id"], failure_code="no"))
    again = await arena.at_once(*[support.job("retry_refund", refund_id=refund["id"])] * 4, ask)
    arena.expect("one of them goes again", sum(answer.ok for answer in again), 1)
    second = next((answer.data for answer in again if answer.ok), refund)
    done = WORKER.job("complete_refund", refund_id=second["id"], provider_reference=f"re_{second['id']}")
    await arena.at_once(done, done, done)
    booked = await house.admin.fetchval(
        "SELECT sum(amount)::bigint FROM ledger.transfers WHERE payment_id = $1 AND kind = 'refund'",
        uuid.UUID(payment["id"]),
    )
    arena.expect("money that went back", booked, 800)


@attack("the same request, sent again", "scope-based (a client's retry)", doors=("http",))
async def same_request(arena: Arena) -> None:
    house = arena.house
    assert house.client is not None
    lamp, buyer = await house.product(price=800, stock=100), (await crowd_of(house, 1))[0]
    key, job = uuid.uuid4().hex, orders(buyer, (lamp, 1))
    answers = await asyncio.gather(*(house.over_http(job, key=key) for _ in range(6)))
    arena.answers.update(answer.code for answer in answers)
    arena.expect("one order", len({answer.data["id"] for answer in answers if answer.ok}), 1)
    arena.expect("reserved once", await house.stock(lamp), (100, 1))


@attack("webhook racing the browser", "scope-based (redirect and callback)")
async def webhook_and_browser(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=500, stock=50), (await crowd_of(house, 1))[0]
    order = await house.order(buyer, (lamp, 1))
    if arena.door == "http" and house.client is not None:
        made = await house.client.post(f"/orders/{order['id']}/payments", token=buyer.token, json={"provider": "mock"})
        payment, page = made.json()["payment"], made.json()["checkout_url"]
        click = [house.client.post(page, data={"outcome": "pay"}) for _ in range(3)]
        look = [house.client.get(f"/payments/{payment['id']}", token=buyer.token) for _ in range(2)]
        hook = [house.over_http(paid(payment, event=f"own:{payment['id']}")) for _ in range(2)]
        answers = await asyncio.gather(*click, *look)
        await asyncio.gather(*hook)
        arena.answers.update("ok" for _ in range(len(answers) + 2))
        arena.expect("no page fails", [a.status_code for a in answers if a.status_code >= 500], [])
    else:
        payment = await house.begin(buyer, order)
        session = Job("web_gateway", "", "open_payment", {
            "payment_id": payment["id"], "provider_reference": f"mock_{payment['id'].replace('-', '')}",
            "checkout_url": "https://shop.example/pay",
        })  # fmt: skip
        await arena.at_once(session, paid(payment), session, paid(payment), paid(payment, "failed"))
    row = await house.admin.fetchrow(
        "SELECT p.status, o.status, o.amount_paid, (SELECT count(*) FROM ledger.transfers AS t "
        "WHERE t.payment_id = p.id AND t.kind = 'payment') FROM payments.payments AS p JOIN sales.orders AS o "
        "ON o.id = p.order_id WHERE p.id = $1",
        uuid.UUID(payment["id"]),
    )
    arena.expect("payment, order, paid, transfers", tuple(row), ("completed", "paid", 500, 1))
    arena.expect("stock", await house.stock(lamp), (49, 0))


@attack("deadlock of callback and checkout", "deadlock")
async def callback_and_checkout(arena: Arena) -> None:
    house = arena.house
    products = [await house.product(stock=500) for _ in range(4)]
    buyers = await crowd_of(house, 6)
    before = await house.deadlocks()
    jobs = []
    for buyer in buyers:
        wanted = arena.chance.sample(products, 3)
        made = [await house.order(buyer, *((product, 1) for product in wanted)) for _ in range(2)]
        jobs += [
            paid(await house.begin(buyer, made[0])),
            buyer.job("cancel_order", order_id=made[1]["id"]),
            orders(buyer, *((product, 2) for product in reversed(wanted))),
        ]
    arena.chance.shuffle(jobs)
    arena.expect("answers", count(await arena.at_once(*jobs)), {"ok": len(jobs)})
    arena.expect("deadlocks", await house.deadlocks() - before, 0)


@attack("event sent and then rolled back", "outbox")
async def rolled_back(arena: Arena) -> None:
    house = arena.house
    lamp, buyer = await house.product(price=600, stock=20), await house.person()
    await house.fund(buyer, 700)
    made = [await house.order(buyer, (await house.product(price=600), 1)) for _ in range(3)]
    # Settled, announced, and only then is there not enough money: all of it is undone.
    pay = [buyer.job("begin_payment", order_id=order["id"], provider="wallet") for order in made]
    fail = [orders(buyer, (lamp, 1), promo_code="NOSUCHCODE"), orders(buyer, (lamp, 30))]
    answers = await arena.at_once(*pay, *fail)
    arena.expect("payments", count(answers[:3]), {"ok": 1, "insufficient_funds": 2})
    said = await house.admin.fetch(
        "SELECT type, count(*)::int FROM messaging.events WHERE account_id = $1 AND type IN "
        "('order.created', 'order.paid', 'payment.completed', 'payment.initiated') GROUP BY type",
        uuid.UUID(buyer.id),
    )
    wanted = {"order.created": 3, "order.paid": 1, "payment.completed": 1, "payment.initiated": 1}
    arena.expect("events", {row[0]: row[1] for row in said}, wanted)
    jobs = await house.admin.fetchval(
        "SELECT count(*) FROM messaging.outbox WHERE kind = 'issue_invoice' AND payload ->> 'order_id' = ANY ($1)",
        [order["id"] for order in made],
    )
    arena.expect("invoices asked for", jobs, 1)


# --- sums -----------------------------------------------------------------------------------------


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
