"""Attacks on money: wallets, credit, payments, captures, refunds, callbacks."""

from __future__ import annotations

import asyncio
import uuid

from tests.concurrency.conftest import Job
from tests.prove.house import WORKER, count, paid

from .arena import Arena, Cut, attack, crowd_of, orders


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
