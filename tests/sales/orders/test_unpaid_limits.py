"""What one account can hold without paying: a number of orders, a number of pieces, for as long as its e-mail says."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import SignUp, line
from tests.support.connections import refused

ORDERS, UNITS = "too_many_unpaid_orders", "too_many_units_on_hold"


@pytest.fixture(autouse=True)
async def limits(shop: Shop) -> AsyncIterator[None]:
    await limit(shop, orders=5, units=100)
    return


async def limit(shop: Shop, orders: int | None, units: int | None) -> None:
    await shop.admin.execute("UPDATE sales.settings SET max_unpaid_orders = $1, max_units_on_hold = $2", orders, units)


async def at_once(calls: Iterable[Awaitable[Any]]) -> Counter[str]:
    """How many calls went through, and how many were refused with which code."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    unexpected = [a for a in answers if isinstance(a, BaseException) and not isinstance(a, asyncpg.PostgresError)]
    assert not unexpected, unexpected
    return Counter(str(a.constraint_name) if isinstance(a, asyncpg.PostgresError) else "done" for a in answers)


async def test_the_shelf_cannot_be_emptied_without_paying(shop: Shop, sign_up: SignUp) -> None:
    """S4: with the settings of a new shop, five unpaid orders do not take all 500 units."""
    await shop.admin.execute("UPDATE sales.settings SET max_unpaid_orders = DEFAULT, max_units_on_hold = DEFAULT")
    lamp, hoarder = await shop.product(stock=500), await sign_up()
    for _ in range(4):
        await hoarder.order(line(lamp, 100))
    with refused(UNITS, "SH409") as refusal:
        await hoarder.order(line(lamp, 100))
    assert refusal.detail == {"limit": 400, "held": 400}
    assert (await shop.stock(lamp))[1] == 400
    await (await sign_up()).order(line(lamp, 100))  # another customer still can


async def test_unpaid_orders_are_counted_until_they_are_paid_or_cancelled(shop: Shop, sign_up: SignUp) -> None:
    lamp, buyer = await shop.product(), await sign_up()
    made = [await buyer.order(line(lamp)) for _ in range(5)]
    with refused(ORDERS, "SH409") as refusal:
        await buyer.order(line(lamp))
    assert refusal.detail == {"limit": 5}
    await buyer.pay(made[0])
    await buyer.order(line(lamp))
    await buyer.does("cancel_order", order_id=made[1]["id"])
    await buyer.order(line(lamp))
    await limit(shop, orders=None, units=None)
    await buyer.order(line(lamp, 10_000))


async def test_a_cart_counts_as_well(shop: Shop, sign_up: SignUp) -> None:
    lamp, buyer = await shop.product(), await sign_up()
    await buyer.does("add_cart_item", product_id=lamp, quantity=101)
    with refused(UNITS, "SH409"):
        await buyer.does("checkout_cart")
    await limit(shop, orders=1, units=None)
    await buyer.order(line(lamp))
    with refused(ORDERS, "SH409"):
        await buyer.does("checkout_cart")
    assert len((await buyer.does("get_cart"))["items"]) == 1


async def test_the_pieces_of_a_bundle_count(shop: Shop, sign_up: SignUp) -> None:
    lamp, buyer = await shop.product(), await sign_up()
    bundle = await shop.call(
        "web_merchant", "create_bundle", token=shop.merchant, name="Lamps", sku=uuid.uuid4().hex[:12],
        items=[{"product_id": lamp, "quantity": 10}], price=4000, currency="USD",
    )  # fmt: skip
    with refused(UNITS, "SH409"):
        await buyer.order({"bundle_id": bundle["id"], "quantity": 11})
    await buyer.order({"bundle_id": bundle["id"], "quantity": 9})
    with refused(UNITS, "SH409") as refusal:
        await buyer.order(line(lamp, 11))
    assert refusal.detail == {"limit": 100, "held": 90}
    await buyer.order(line(lamp, 10))


async def test_an_order_does_not_grow_past_the_limit(shop: Shop, sign_up: SignUp) -> None:
    lamp, chair, buyer = await shop.product(), await shop.product(), await sign_up()
    order = await buyer.order(line(lamp, 60))
    await buyer.order(line(lamp, 30))
    with refused(UNITS, "SH409"):
        await buyer.modify(order, line(lamp, 71))
    with refused(UNITS, "SH409"):
        await buyer.modify(order, line(chair, 11))
    await buyer.modify(order, line(lamp, 50), line(chair, 20))
    await limit(shop, orders=5, units=50)
    await buyer.modify(order, line(lamp, 49))  # above a limit that was lowered since, but it shrinks
    await buyer.does("delete_product_in_order", order_id=order["id"], item_id=order["items"][0]["id"])


async def test_concurrent_orders_do_not_pass_the_limits(shop: Shop, sign_up: SignUp) -> None:
    """S4."""
    lamp = await shop.product()
    buyer = await sign_up()
    assert await at_once(buyer.order(line(lamp)) for _ in range(20)) == {"done": 5, ORDERS: 15}

    hoarder = await sign_up()
    await limit(shop, orders=1000, units=100)
    assert await at_once(hoarder.order(line(lamp, 9)) for _ in range(20)) == {"done": 11, UNITS: 9}

    carrier = await sign_up()
    order = await carrier.order(line(lamp, 1))
    chairs = [await shop.product() for _ in range(10)]
    assert await at_once(
        [
            *(carrier.modify(order, line(chair, 30)) for chair in chairs),
            *(carrier.order(line(lamp, 30)) for _ in chairs),
        ]
    ) == {"done": 3, UNITS: 17}


async def test_a_bank_transfer_holds_the_goods_for_a_verified_email_only(shop: Shop, sign_up: SignUp) -> None:
    """S4."""
    lamp, buyer = await shop.product(), await sign_up()
    for provider in ("bank_transfer", "cash_on_delivery"):
        for verified in (False, True):
            await shop.admin.execute(
                "UPDATE identity.accounts SET email_verified = $2"
                " WHERE id = (SELECT account_id FROM sales.orders WHERE id = $1)",
                uuid.UUID((order := await buyer.order(line(lamp)))["id"]), verified,
            )  # fmt: skip
            answer = await buyer.does("begin_payment", order_id=order["id"], provider=provider)
            after = await buyer.sees(order)
            waits = await shop.admin.fetchval("SELECT $1::text::timestamptz > now() + '1 day'", after["expires_at"])
            assert waits is verified, (provider, verified)
            assert answer["payment"]["expires_at"] == after["expires_at"], (provider, verified)
