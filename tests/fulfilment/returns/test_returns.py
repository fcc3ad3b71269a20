"""Goods come back: announced, approved, received, refunded; each piece once, whoever else is at it."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.fulfilment.returns.conftest import Returner, items
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def complete(shop: Shop, back: dict[str, Any]) -> None:
    """The gateway gives all of its money back."""
    for refund in back["refund_ids"]:
        await shop.call("web_worker", "complete_refund", refund_id=refund, provider_reference=f"re_{refund}")


async def line_of(shop: Shop, order: dict[str, Any], n: int = 0) -> dict[str, int]:
    row = await shop.admin.fetchrow(
        "SELECT quantity_refunded AS refunded, quantity_returned AS stocked, quantity_shipped AS shipped, "
        "quantity_returning AS announced, quantity_came_back AS came FROM sales.order_items WHERE id = $1",
        uuid.UUID(order["items"][n]["id"]),
    )
    return dict(row)


async def test_from_the_announcement_to_the_money(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 4), (300, 1))
    lamp, cup = (item["product_id"] for item in order["items"])
    back = await buyer.send_back(order, (0, 2), (1, 1))
    assert (back["status"], back["reason"], back["amount"], back["refund_ids"]) == ("requested", "does not fit", 0, [])
    assert {(i["order_item_id"], i["quantity"], i["quantity_received"]) for i in back["items"]} == {
        (order["items"][0]["id"], 2, None), (order["items"][1]["id"], 1, None),
    }  # fmt: skip
    assert (await line_of(shop, order))["announced"] == 2
    with refused("return_transition_refused", "SH409"):
        await buyer.decide("receive_return", back)
    approved = await buyer.decide("approve_return", back)
    assert approved["status"] == "approved" == (await buyer.decide("approve_return", back))["status"]

    received = await buyer.decide("receive_return", back)
    assert (received["status"], received["amount"], len(received["refund_ids"])) == ("received", 1300, 1)
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((998, 0), (1000, 0))
    assert await line_of(shop, order) == {"refunded": 2, "stocked": 2, "shipped": 4, "announced": 0, "came": 2}
    await complete(shop, received)
    done = await buyer.does("get_return", return_id=back["id"])
    assert (done["status"], done["refunded_at"] is not None) == ("refunded", True)
    assert (await buyer.sees(order))["amount_refunded"] == 1300
    told = [t for t in await buyer.timeline(order) if t.startswith(("return.", "refund.", "order.restocked"))]
    assert told == [
        "return.requested", "return.approved", "order.restocked", "refund.requested", "return.received",
        "return.refunded", "refund.completed",
    ]  # fmt: skip
    with refused("return_transition_refused", "SH409"):
        await buyer.decide("receive_return", back)


async def test_what_really_came_is_refunded_and_restocked(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 4), (300, 3))
    lamp, cup = (item["product_id"] for item in order["items"])
    back = await buyer.approved(order, (0, 3), (1, 2))
    came = items(order, (0, 2)) + items(order, (1, 1), restock=False)
    received = await buyer.decide("receive_return", back, items=came)
    assert received["amount"] == 1300
    seen = {(i["quantity"], i["quantity_received"], i["quantity_restocked"]) for i in received["items"]}
    assert seen == {(3, 2, 2), (2, 1, 0)}
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((998, 0), (997, 0))
    # What did not come may be announced again; what came may not.
    with refused("return_above_shipped", "SH409") as refusal:
        await buyer.send_back(order, (0, 3))
    assert refusal.detail["returnable"] == 2
    again = await buyer.approved(order, (0, 2))
    assert (await buyer.decide("receive_return", again, restock=False))["amount"] == 1000
    assert await shop.stock(lamp) == (998, 0)
    with refused("return_above_shipped", "SH409"):
        await buyer.send_back(order, (0, 1))


async def test_nothing_came_or_more_than_was_announced(buyer: Returner) -> None:
    order = await buyer.got((500, 4), (300, 1))
    back = await buyer.approved(order, (0, 2))
    for given, code, state in (
        (items(order, (0, 0)), "return_empty", "SH422"),
        ([], "return_empty", "SH422"),
        (items(order, (0, 3)), "received_above_announced", "23514"),
        (items(order, (1, 1)), "order_item_not_found", "SH404"),
        (items(order, (0, 1), (0, 1)), "line_twice_in_return", "SH422"),
    ):
        with refused(code, state):
            await buyer.decide("receive_return", back, items=given)
    rejected = await buyer.decide("reject_return", back, reason="it never came")
    assert (rejected["status"], rejected["rejection_reason"]) == ("rejected", "it never came")
    assert (await buyer.send_back(order, (0, 4)))["status"] == "requested"


async def test_what_cannot_be_returned(shop: Shop, buyer: Returner) -> None:
    order = await buyer.bought((500, 3), (300, 1))
    with refused("return_above_shipped", "SH409"):
        await buyer.send_back(order, (0, 1))  # it has not left
    first = await buyer.ship(order, (0, 2))
    announced = await buyer.send_back(order, (0, 2))  # on its way
    # What somebody says they have cannot come back to us undelivered.
    with refused("returned_above_shipped", "SH409"):
        await buyer.move(first, "returned")
    await buyer.decide("reject_return", announced, reason="x")
    assert (await buyer.send_back(order, (0, 1)))["status"] == "requested"
    for pieces, code, state in (
        (items(order, (0, 2)), "return_above_shipped", "SH409"),
        ([], "return_empty", "SH422"),
        (items(order, (0, 1), (0, 1)), "line_twice_in_return", "SH422"),
        ([{"order_item_id": str(uuid.uuid4()), "quantity": 1}], "order_item_not_found", "SH404"),
    ):
        with refused(code, state):
            await buyer.does("create_return", order_id=order["id"], items=pieces, reason="x")
    # What was refunded by line is not refunded by a return.
    await buyer.ship(order)
    await buyer.refund(order, (0, 1))
    await buyer.refund(order, (0, 1))
    with refused("return_above_shipped", "SH409"):
        await buyer.send_back(order, (0, 1))
    with refused("pieces_await_their_return", "SH409"):
        await buyer.refund(order, (0, 1))


async def test_the_time_for_returns(shop: Shop, buyer: Returner) -> None:
    order = await buyer.bought((500, 3))
    first = await buyer.ship(order, (0, 2))
    await buyer.move(first, "delivered")
    ago = "UPDATE fulfilment.shipments SET delivered_at = now() - $2::text::interval WHERE id = $1::text::uuid"
    await shop.admin.execute(ago, first["id"], "29 days 23 hours")
    await buyer.decide("reject_return", await buyer.send_back(order, (0, 1)), reason="x")
    await shop.admin.execute(ago, first["id"], "30 days 1 minute")
    with refused("return_window_over", "SH409"):
        await buyer.send_back(order, (0, 1))
    # The later parcel has its own time.
    await buyer.support("ship_order", order)
    with refused("return_above_shipped", "SH409") as refusal:
        await buyer.send_back(order, (0, 2))
    assert refusal.detail["returnable"] == 1
    assert await buyer.send_back(order, (0, 1))


async def test_each_payment_gives_back_what_it_has(shop: Shop, buyer: Returner) -> None:
    await buyer.credit(700)
    lamp, cup = await shop.product(500, 10), await shop.product(301, 10)
    order = await buyer.order({"product_id": lamp, "quantity": 2}, {"product_id": cup, "quantity": 1})
    await buyer.does("begin_payment", order_id=order["id"], provider="credit", amount=700)
    await buyer.pay(order)
    order = await buyer.sees(order)
    order["items"].sort(key=lambda item: [lamp, cup].index(item["product_id"]))
    await buyer.support("ship_order", order)

    first = await buyer.decide("receive_return", await buyer.approved(order, (0, 1)))
    assert (first["status"], first["amount"], await buyer.balance()) == ("refunded", 500, (500, 0))
    second = await buyer.decide("receive_return", await buyer.approved(order, (0, 1), (1, 1)))
    assert (second["status"], second["amount"], await buyer.balance()) == ("received", 801, (700, 0))
    rows = await shop.admin.fetch(
        "SELECT p.provider, r.amount, r.status, json_agg(i.quantity)::text AS counted "
        "FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id "
        "JOIN payments.refund_items AS i ON i.refund_id = r.id WHERE r.id = ANY ($1::text[]::uuid[]) "
        "GROUP BY p.provider, r.id ORDER BY r.id", second["refund_ids"],
    )  # fmt: skip
    assert [(r["provider"], r["amount"], r["status"]) for r in rows] == [
        ("credit", 200, "completed"),
        ("mock", 601, "pending"),
    ]
    # Pieces count with the first refund of their line.
    assert sorted(q for r in rows for q in json.loads(r["counted"])) == [0, 0, 1, 1]
    await complete(shop, {"refund_ids": second["refund_ids"][1:]})
    assert (await buyer.does("get_return", return_id=second["id"]))["status"] == "refunded"
    assert (await buyer.sees(order))["amount_refunded"] == 1301


async def test_a_refund_that_fails_is_retried_and_ends_the_return(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 1))
    received = await buyer.decide("receive_return", await buyer.approved(order, (0, 1)))
    failed = received["refund_ids"][0]
    await shop.call("web_worker", "fail_refund", refund_id=failed, failure_code="no")
    assert (await buyer.does("get_return", return_id=received["id"]))["status"] == "received"
    # Meanwhile nobody announces the piece again.
    with refused("return_above_shipped", "SH409"):
        await buyer.send_back(order, (0, 1))
    retry = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=failed)
    seen = await buyer.does("get_return", return_id=received["id"])
    assert seen["refund_ids"] == [failed, retry["id"]]
    await complete(shop, {"refund_ids": [retry["id"]]})
    assert (await buyer.does("get_return", return_id=received["id"]))["status"] == "refunded"


async def test_what_was_refunded_by_amount_is_not_given_back_twice(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 2))
    await buyer.refund(order, amount=1000)
    received = await buyer.decide("receive_return", await buyer.approved(order, (0, 1)))
    assert (received["status"], received["amount"], received["refund_ids"]) == ("refunded", 0, [])
    assert (await line_of(shop, order))["stocked"] == 1
    with refused("return_above_shipped", "SH409"):
        await buyer.send_back(order, (0, 2))


async def test_a_disputed_payment_gives_nothing_back(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 1))
    back = await buyer.approved(order, (0, 1))
    payment = (await buyer.does("list_payments", order_id=order["id"]))["data"][0]
    told = {"case_reference": "dp_1", "amount": 500, "payment_id": payment["id"]}
    await shop.event(payment, "dispute_opened", **told)
    with refused("payment_disputed", "SH409"):
        await buyer.decide("receive_return", back)
    assert (await buyer.does("get_return", return_id=back["id"]))["status"] == "approved"
    assert await shop.stock(order["items"][0]["product_id"]) == (999, 0)
    await shop.event(payment, "dispute_won", **told)
    assert (await buyer.decide("receive_return", back))["amount"] == 500


async def test_a_bundle_comes_back_with_all_that_is_in_it(shop: Shop, buyer: Returner) -> None:
    lamp, cup = await shop.product(500, 100), await shop.product(300, 100)
    bundle = await shop.call(
        "web_merchant", "create_bundle", token=shop.merchant, sku=uuid.uuid4().hex[:12], name="A desk", description="",
        items=[{"product_id": lamp, "quantity": 1}, {"product_id": cup, "quantity": 2}], price=999, currency="USD",
    )  # fmt: skip
    order = await buyer.order({"bundle_id": bundle["id"], "quantity": 3})
    await buyer.pay(order)
    order = await buyer.sees(order)
    await buyer.ship(order, (0, 2))
    await buyer.refund(order, (0, 1), restock=True)
    assert (await buyer.sees(order))["status"] == "shipped"
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((98, 0), (96, 0))
    received = await buyer.decide("receive_return", await buyer.approved(order, (0, 1)))
    assert received["amount"] == 999
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((99, 0), (98, 0))
    await complete(shop, received)


# --- at once --------------------------------------------------------------------------------------


async def test_received_by_twenty_at_once_it_is_refunded_once(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 4))
    back = await buyer.approved(order, (0, 3))
    answers = await asyncio.gather(*(buyer.decide("receive_return", back) for _ in range(20)), return_exceptions=True)
    assert Counter(getattr(a, "constraint_name", "ok") for a in answers) == {"ok": 1, "return_transition_refused": 19}
    assert await line_of(shop, order) == {"refunded": 3, "stocked": 3, "shipped": 4, "announced": 0, "came": 3}
    assert (await buyer.sees(order))["amount_refunded"] == 1500


async def test_twenty_announcements_at_once_are_no_more_than_was_sent(buyer: Returner) -> None:
    order = await buyer.got((500, 7))
    answers = await asyncio.gather(*(buyer.send_back(order, (0, 2)) for _ in range(20)), return_exceptions=True)
    assert Counter(getattr(a, "constraint_name", "ok") for a in answers) == {"ok": 3, "return_above_shipped": 17}


async def test_refunds_race_returns(shop: Shop, buyer: Returner) -> None:
    for _ in range(4):
        order = await buyer.got((100, 6))
        announced = [await buyer.approved(order, (0, 1)) for _ in range(4)]
        calls: list[Any] = [buyer.decide("receive_return", back) for back in announced]
        calls += [buyer.decide("reject_return", back, reason="x") for back in announced[:2]]
        calls += [buyer.refund(order, (0, 1), restock=bool(n % 2)) for n in range(4)]
        calls += [buyer.send_back(order, (0, 1)) for _ in range(3)]
        calls += [buyer.refund(order, amount=150)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        codes = {getattr(a, "constraint_name", "ok") for a in answers}
        assert codes <= {
            "ok", "return_transition_refused", "pieces_await_their_return", "return_above_shipped", "pieces_not_here",
            "line_refunded_out_of_range", "refund_above_payment",
        }, answers  # fmt: skip
        seen = await line_of(shop, order)
        assert seen["refunded"] + seen["announced"] <= 6
        await shop.assert_books_balance()


# --- who sees what --------------------------------------------------------------------------------


async def test_lists_and_who_may(shop: Shop, buyer: Returner, other: Returner) -> None:
    order = await buyer.got((500, 3))
    made = [await buyer.send_back(order, (0, 1)) for _ in range(3)]
    made.reverse()
    page = await buyer.does("list_returns", order_id=order["id"], limit=2)
    rest = await buyer.does("list_returns", order_id=order["id"], limit=2, cursor=page["next_cursor"])
    assert (page["data"] + rest["data"], rest["next_cursor"]) == (made, None)
    await buyer.decide("approve_return", made[0])
    waiting = await shop.call("web_support", "list_all_returns", token=shop.support, status="requested", limit=2)
    assert waiting["data"] == made[1:]

    for function, given in (("get_return", {"return_id": made[0]["id"]}), ("list_returns", {"order_id": order["id"]})):
        with refused("return_not_found" if function == "get_return" else "order_not_found", "SH404"):
            await other.does(function, **given)
    with refused("order_not_found", "SH404"):
        await other.send_back(order, (0, 1))
    for function in ("approve_return", "receive_return", "list_all_returns"):
        given = {} if function == "list_all_returns" else {"return_id": made[1]["id"]}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await buyer.does(function, **given)
