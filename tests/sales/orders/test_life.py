"""From pending to delivered, or to cancelled: by the customer, by customer service, by time."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, expire, line
from tests.support.connections import refused


async def test_paid_shipped_delivered(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=100, stock=10)
    order = await buyer.order(line(lamp, 4))
    with refused("order_transition_refused", "SH409"):
        await buyer.support("ship_order", order)
    await buyer.pay(order)
    paid = await buyer.sees(order)
    assert (paid["status"], paid["amount_paid"], paid["expires_at"]) == ("paid", 400, None)
    assert await shop.stock(lamp) == (6, 0)
    with refused("order_transition_refused", "SH409"):
        await buyer.support("deliver_order", order)
    assert (await buyer.support("ship_order", order))["status"] == "shipped"
    with refused("order_not_cancellable", "SH409"):
        await buyer.does("cancel_order", order_id=order["id"])
    delivered = await buyer.support("deliver_order", order)
    assert delivered["status"] == "delivered"
    assert await buyer.support("get_any_order", order) == delivered == await buyer.sees(order)
    assert [event for event in await buyer.timeline(order) if event.startswith("order.")] == [
        "order.created",
        "order.paid",
        "order.shipped",
        "order.delivered",
    ]


async def test_a_pending_order_is_cancelled(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(stock=10)
    order = await buyer.order(line(lamp, 4))
    payment = await shop.begin(buyer.token, order)
    cancelled = await buyer.does("cancel_order", order_id=order["id"], reason="too dear")
    assert (cancelled["status"], cancelled["expires_at"], cancelled["amount_refunded"]) == ("cancelled", None, 0)
    assert cancelled["items"] == order["items"]  # the lines stay, to show what was cancelled
    assert await shop.stock(lamp) == (10, 0)
    assert (await shop.see(payment))["status"] == "cancelled"
    events = (await buyer.does("list_order_events", order_id=order["id"]))["data"]
    data = {"number": order["number"], "status": "cancelled", "total": order["total"], "amount_paid": 0}
    assert data | {"currency": "USD", "reason": "too dear"} in [event["data"] for event in events]
    with refused("order_not_cancellable", "SH409"):
        await buyer.does("cancel_order", order_id=order["id"])


async def test_a_paid_order_is_cancelled_by_customer_service(shop: Shop, buyer: Buyer) -> None:
    lamp = await shop.product(price=100, stock=10)
    order = await buyer.order(line(lamp, 4))
    payment = await buyer.pay(order)
    assert await shop.stock(lamp) == (6, 0)
    cancelled = await buyer.support("cancel_any_order", order)
    assert (cancelled["status"], cancelled["amount_paid"], cancelled["amount_refunded"]) == ("cancelled", 400, 400)
    assert await shop.stock(lamp) == (10, 0)
    assert (await shop.see(payment))["refunds"] == [["pending", 400, 400, "order_cancelled"]]


async def test_somebody_elses_order_does_not_exist(shop: Shop, buyer: Buyer, other: Buyer) -> None:
    order = await buyer.order(line(await shop.product()))
    for function in ("get_order", "cancel_order", "list_order_events"):
        for missing in (order["id"], uuid.uuid4()):
            with refused("order_not_found", "SH404"):
                await other.does(function, order_id=missing)
    assert order["id"] not in [row["id"] for row in (await other.does("list_orders", limit=100))["data"]]
    for function in ("get_any_order", "ship_order", "deliver_order", "cancel_any_order"):
        with refused("order_not_found", "SH404"):
            await buyer.support(function, {"id": uuid.uuid4()})


async def test_a_customer_is_not_customer_service(shop: Shop, buyer: Buyer) -> None:
    order = await buyer.order(line(await shop.product()))
    for function in ("get_any_order", "ship_order", "deliver_order", "cancel_any_order"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await buyer.does(function, order_id=order["id"])


async def test_orders_that_nobody_pays_expire(shop: Shop, buyer: Buyer) -> None:
    lamp, chair = await shop.product(stock=10), await shop.product(price=100, stock=10)
    old = [await buyer.order(line(lamp, 2), line(chair, 1)) for _ in range(3)]
    partly, fresh = await buyer.order(line(chair, 3)), await buyer.order(line(lamp, 1))
    paid = await buyer.order(line(lamp, 1))
    await buyer.pay(partly, 100)
    await buyer.pay(paid)
    await expire(shop, *old, partly, paid)
    assert [await shop.call("web_worker", "expire_orders", limit=n) for n in (2, 100, 100)] == [2, 2, 0]
    assert [(await buyer.sees(o))["status"] for o in (*old, partly, fresh, paid)] == ["cancelled"] * 4 + [
        "pending",
        "paid",
    ]
    assert (await buyer.sees(partly))["amount_refunded"] == 100
    assert [await shop.stock(p) for p in (lamp, chair)] == [(9, 1), (10, 0)]
    assert await buyer.timeline(old[0]) == ["order.created", "order.expired", "order.cancelled"]
    reasons = await shop.admin.fetch(
        "SELECT DISTINCT cancel_reason FROM sales.orders WHERE id = $1", uuid.UUID(old[0]["id"])
    )
    assert [row["cancel_reason"] for row in reasons] == ["expired"]


async def test_an_order_that_somebody_works_on_does_not_expire_now(shop: Shop, buyer: Buyer, connect: Any) -> None:
    lamp = await shop.product(stock=10)
    busy, idle = await buyer.order(line(lamp)), await buyer.order(line(lamp))
    await expire(shop, busy, idle)
    connection = await connect()
    async with connection.transaction():
        await connection.execute("SELECT FROM sales.orders WHERE id = $1 FOR UPDATE", uuid.UUID(busy["id"]))
        assert await shop.call("web_worker", "expire_orders") == 1
    assert [(await buyer.sees(o))["status"] for o in (busy, idle)] == ["pending", "cancelled"]
    assert await shop.call("web_worker", "expire_orders") == 1


async def test_lists_are_pages_of_what_get_order_shows(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    lamp, chair = await shop.product(), await shop.product()
    made = [await buyer.order(line(lamp, n), line(chair, n)) for n in range(1, 6)]
    await buyer.does("cancel_order", order_id=made[1]["id"])
    newest_first = [await buyer.sees(order) for order in reversed(made)]

    seen, cursor = [], None
    for _ in range(3):
        page = await buyer.does("list_orders", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += page["data"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == newest_first
    assert (await buyer.does("list_orders", status="cancelled"))["data"] == [newest_first[3]]
    assert await buyer.does("list_orders", limit=5) == {"data": newest_first, "next_cursor": None}
    with refused("cursor_invalid"):
        await buyer.does("list_orders", cursor="nonsense")
    with refused("limit_out_of_range", "23514"):
        await buyer.does("list_orders", limit=101)

    events = await buyer.does("list_order_events", order_id=made[1]["id"], limit=1)
    assert [event["type"] for event in events["data"]] == ["order.created"]
    rest = await buyer.does("list_order_events", order_id=made[1]["id"], limit=1, cursor=events["next_cursor"])
    assert ([event["type"] for event in rest["data"]], rest["next_cursor"]) == (["order.cancelled"], None)

    async def all_orders(**filters: Any) -> list[dict[str, Any]]:
        page = await shop.call(
            "web_support", "list_all_orders", token=shop.support, account=made[0]["account_id"], **filters
        )
        found: list[dict[str, Any]] = page["data"]
        return found

    assert await all_orders() == newest_first
    assert await all_orders(status="cancelled") == [newest_first[3]]
    middle = made[2]["created_at"]
    assert await all_orders(**{"from": middle}) == newest_first[:3]
    assert await all_orders(to=middle) == newest_first[3:]


async def test_a_new_customer_has_no_orders(sign_up: SignUp) -> None:
    assert await (await sign_up()).does("list_orders") == {"data": [], "next_cursor": None}
