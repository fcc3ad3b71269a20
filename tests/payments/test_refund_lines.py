"""Refunds by line: exact to the unit whatever was refunded before, pieces back in stock once."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from typing import Any

from tests.payments.conftest import Shop
from tests.support.connections import refused


async def bought(
    shop: Shop, customer: str, *lines: tuple[int, int]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """An order of (price, quantity) lines that was paid; its items are in the order of `lines`."""
    products = [await shop.product(price, 1000) for price, _ in lines]
    items = [{"product_id": p, "quantity": q} for p, (_, q) in zip(products, lines, strict=True)]
    order = await shop.call("web_customer", "create_order", token=customer, items=items)
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    order["items"].sort(key=lambda item: products.index(item["product_id"]))
    return order, payment, products


async def refund(shop: Shop, payment: dict[str, Any], **given: Any) -> dict[str, Any]:
    given = {"token": shop.support, "payment_id": payment["id"], "reason": "returned", **given}
    made: dict[str, Any] = await shop.call("web_support", "create_refund", **given)
    return made


def piece(item: dict[str, Any], quantity: int) -> dict[str, Any]:
    return {"order_item_id": item["id"], "quantity": quantity}


async def test_pieces_of_a_line_add_up_to_the_line(shop: Shop, customer: str) -> None:
    order, payment, _ = await bought(shop, customer, (333, 3), (100, 1))
    lamps, cup = order["items"]
    # Something went back before, without naming a line: 366 of 1,099, which bears on both lines.
    await refund(shop, payment, amount=366)
    amounts = [(await refund(shop, payment, items=[piece(lamps, 1)]))["amount"] for _ in range(3)]
    assert amounts[0] == amounts[1] == 333
    left = 999 - 366 * 999 // 1099 - 666
    assert amounts[2] == left
    with refused("line_refunded_out_of_range", "SH409") as refusal:
        await refund(shop, payment, items=[piece(lamps, 1)])
    assert refusal.detail == {"refundable": 0}
    last = await refund(shop, payment)
    assert last["items"] == [{"order_item_id": cup["id"], "product_id": None, "quantity": 0, "amount": last["amount"]}]
    assert (await shop.see(payment))["amount_refunded"] == 1099
    await shop.assert_books_balance()


async def test_pieces_come_back_into_stock_once(shop: Shop, customer: str) -> None:
    order, payment, (lamp, cup) = await bought(shop, customer, (500, 4), (100, 2))
    lamps, cups = order["items"]
    made = await refund(shop, payment, items=[piece(lamps, 3), piece(cups, 1)], restock=True)
    assert made["amount"] == 1600
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((999, 0), (999, 0))
    assert (await shop.see(payment))["order_status"] == "paid"
    # The rest of it: nothing is left to ship.
    await refund(shop, payment, items=[piece(lamps, 1), piece(cups, 1)], restock=True)
    assert (await shop.stock(lamp), await shop.stock(cup)) == ((1000, 0), (1000, 0))
    assert (await shop.see(payment))["order_status"] == "cancelled"
    await shop.assert_books_balance()


async def test_a_failed_refund_gives_its_pieces_back(shop: Shop, customer: str) -> None:
    order, payment, _ = await bought(shop, customer, (500, 2))
    made = await refund(shop, payment, items=[piece(order["items"][0], 2)])
    await shop.call("web_worker", "fail_refund", refund_id=made["id"], failure_code="no")
    again = await shop.call("web_support", "retry_refund", token=shop.support, refund_id=made["id"])
    assert again["items"] == [
        {"order_item_id": order["items"][0]["id"], "product_id": None, "quantity": 2, "amount": 1000}
    ]
    await shop.assert_books_balance()


async def test_what_a_refund_by_line_refuses(shop: Shop, customer: str) -> None:
    order, payment, _ = await bought(shop, customer, (500, 2))
    item = order["items"][0]
    other, _, _ = await bought(shop, customer, (500, 1))
    for given, code, state in (
        ({"items": [piece(item, 1)], "amount": 5}, "refund_by_amount_or_items", "SH422"),
        ({"items": []}, "refund_by_amount_or_items", "SH422"),
        ({"items": [piece(item, 1), piece(item, 1)]}, "line_twice_in_refund", "SH422"),
        ({"items": [piece(other["items"][0], 1)]}, "order_item_not_found", "SH404"),
        ({"items": [{"order_item_id": str(uuid.uuid4()), "quantity": 1}]}, "order_item_not_found", "SH404"),
        ({"items": [piece(item, 3)]}, "line_refunded_out_of_range", "SH409"),
        ({"amount": 500, "restock": True}, "restock_needs_full_refund", "SH422"),
    ):
        with refused(code, state):
            await refund(shop, payment, **given)
    await shop.assert_books_balance()


async def test_a_line_is_refunded_by_the_payment_that_has_the_money(shop: Shop, customer: str) -> None:
    product = await shop.product(500, 10)
    order = await shop.order(customer, product, 2)
    first, second = await shop.begin(customer, order, 300), await shop.begin(customer, order)
    await shop.event(first, "completed")
    with refused("order_not_paid", "SH409"):
        await refund(shop, first, amount=100)
    second = await shop.begin(customer, order)
    await shop.event(second, "completed")
    with refused("refund_above_payment", "SH409") as refusal:
        await refund(shop, first, items=[piece(order["items"][0], 1)])
    assert refusal.detail == {"refundable": 300}
    assert (await refund(shop, second, items=[piece(order["items"][0], 1)]))["amount"] == 500
    await shop.assert_books_balance()


async def test_fifty_refunds_at_once_by_amount_and_by_line_stay_within_what_was_paid(shop: Shop, customer: str) -> None:
    order, payment, (lamp,) = await bought(shop, customer, (37, 40))
    item = order["items"][0]
    asked = [{"items": [piece(item, 1)], "restock": True} if n % 2 else {"amount": 53} for n in range(50)]
    answers = await asyncio.gather(*(refund(shop, payment, **given) for given in asked), return_exceptions=True)
    done = [a for a in answers if isinstance(a, dict)]
    codes = Counter(getattr(a, "constraint_name", "ok") for a in answers)
    assert set(codes) <= {"ok", "refund_above_payment", "refund_above_line"}, codes
    seen = await shop.see(payment)
    assert sum(made["amount"] for made in done) == seen["amount_refunded"] == seen["order_refunded"] <= 37 * 40
    pieces = sum(i["quantity"] for made in done for i in made["items"])
    # When all of it went back, the order is cancelled and the other pieces come back with it.
    assert (await shop.stock(lamp))[0] == (1000 if seen["order_status"] == "cancelled" else 1000 - 40 + pieces)
    await shop.assert_books_balance()


async def test_pieces_that_cost_less_than_a_unit_come_back_one_by_one(shop: Shop, customer: str) -> None:
    product = await shop.product(1, 100)
    promotion = await shop.call(
        "web_support", "create_promotion", token=shop.support, code=f"P{uuid.uuid4().hex[:9].upper()}",
        name="Third off", kind="percentage", basis_points=3333,
    )  # fmt: skip
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=[{"product_id": product, "quantity": 7}],
        promo_code=promotion["code"],
    )  # fmt: skip
    assert order["total"] == 5
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    line = order["items"][0]
    amounts = [(await refund(shop, payment, items=[piece(line, 1)]))["amount"] for _ in range(3)]
    amounts.append((await refund(shop, payment, items=[piece(line, 4)]))["amount"])
    assert (amounts, sum(amounts)) == ([1, 1, 1, 2], 5)
    await shop.assert_books_balance()


async def test_shipping_is_refunded_as_shipping(shop: Shop, customer: str) -> None:
    """Money given back under one name and taken from another: shipping is refunded as shipping, and the goods bear
    none of it."""
    administrator = await shop.account("admin")
    method = await shop.call(
        "web_admin", "create_shipping_method", token=administrator, name="Parcel",
        rates=[{"currency": "USD", "up_to": 100_000, "price": 490}],
    )  # fmt: skip
    address = await shop.call(
        "web_customer", "create_address", token=customer, name="A", line1="Way 1", postal_code="1000",
        city="Town", country="US",
    )  # fmt: skip
    order = await shop.call(
        "web_customer", "create_order", token=customer, shipping_address_id=address["id"],
        items=[{"product_id": await shop.product(1190), "quantity": 2}], shipping_method_id=method["id"],
    )  # fmt: skip
    assert (order["shipping"], order["total"]) == (490, 2870)
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    pieces = [piece(order["items"][0], 1)]

    # Pieces and shipping in one, and never more shipping than was paid.
    both = await refund(shop, payment, items=pieces, shipping_amount=90)
    assert both["amount"] == 1280
    shipping = await refund(shop, payment, shipping_amount=400)
    assert [(i["order_item_id"], i["amount"]) for i in shipping["items"]] == [(None, 400)]
    with refused("refund_above_shipping", "SH409") as refusal:
        await refund(shop, payment, shipping_amount=1)
    assert refusal.detail == {"refundable": 0}
    assert (await refund(shop, payment, items=pieces))["amount"] == 1190
    with refused("refund_by_amount_or_items", "SH422"):
        await refund(shop, payment, amount=1, shipping_amount=1)
    seen = await shop.see(payment)
    assert seen["amount_refunded"] == 2870
    await shop.assert_books_balance()
