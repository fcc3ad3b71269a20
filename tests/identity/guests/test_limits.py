"""A guest costs nothing, so unpaid orders and codes for one use are counted by e-mail and network as well."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.identity.guests.conftest import NewGuest, SignUp
from tests.payments.conftest import Shop
from tests.support.connections import refused

ORDERS, UNITS = "too_many_unpaid_orders", "too_many_units_on_hold"


@pytest.fixture(autouse=True)
async def limits(shop: Shop) -> AsyncIterator[None]:
    limit = "UPDATE sales.settings SET max_unpaid_orders = $1, max_units_on_hold = $2, guest_limits_per_network = 2"
    await shop.admin.execute(limit, 2, 10)
    yield
    await shop.admin.execute(limit, None, None)


async def test_orders_with_one_email(shop: Shop, guest: NewGuest) -> None:
    lamp, email = await shop.product(), f"{uuid.uuid4().hex}@example.com"
    first = [await (await guest()).order(lamp, email=email) for _ in range(2)]
    with refused(ORDERS, "SH409") as refusal:
        await (await guest()).order(lamp, email=email.upper())
    assert refusal.detail == {"limit": 2}
    await shop.admin.execute("SELECT sales.cancel_order($1, 'expired')", uuid.UUID(first[0]["id"]))
    await (await guest()).order(lamp, email=email)


async def test_pieces_with_one_email(shop: Shop, guest: NewGuest) -> None:
    lamp, email = await shop.product(stock=20), f"{uuid.uuid4().hex}@example.com"
    await (await guest()).order(lamp, 8, email=email)
    with refused(UNITS, "SH409"):
        await (await guest()).order(lamp, 3, email=email)
    assert (await shop.stock(lamp))[1] == 8


async def test_orders_of_one_network(shop: Shop, guest: NewGuest) -> None:
    lamp = await shop.product()
    orders = [await (await guest("192.0.2.7")).order(lamp) for _ in range(4)]
    with refused(ORDERS, "SH409") as refusal:
        await (await guest("192.0.2.7")).order(lamp)
    assert refusal.detail == {"limit": 4}
    await (await guest("192.0.2.8")).order(lamp)
    await shop.admin.execute("SELECT sales.cancel_order($1, 'expired')", uuid.UUID(orders[0]["id"]))
    await (await guest("192.0.2.7")).order(lamp)


async def test_pieces_of_one_network(shop: Shop, guest: NewGuest) -> None:
    lamp = await shop.product()
    for _ in range(2):
        await (await guest("192.0.2.9")).order(lamp, 10)
    with refused(UNITS, "SH409"):
        await (await guest("192.0.2.9")).order(lamp)


async def test_a_code_for_one_use(shop: Shop, guest: NewGuest, sign_up: SignUp) -> None:
    lamp, code = await shop.product(), uuid.uuid4().hex[:10].upper()
    await shop.call(
        "web_support", "create_promotion", token=shop.support, code=code, name="Once", kind="percentage",
        basis_points=1000, uses_per_account=1,
    )  # fmt: skip
    email = f"{uuid.uuid4().hex}@example.com"
    await (await guest()).order(lamp, email=email, promo_code=code)
    with refused("promo_used_by_account"):
        await (await guest()).order(lamp, email=email.upper(), promo_code=code)
    person = await sign_up(email)
    line = [{"product_id": lamp, "quantity": 1}]
    with refused("promo_used_by_account"):
        await person.does("create_order", items=line, promo_code=code)
    other = await sign_up()
    await other.does("create_order", items=line, promo_code=code)
    with refused("promo_used_by_account"):
        await (await guest()).order(lamp, email=other.email, promo_code=code)
    await (await guest()).order(lamp, promo_code=code)
