"""How many rows an account can have, also when it asks for many at once: each is counted under a lock."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Iterable
from typing import Any

import asyncpg

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused


async def at_once(calls: Iterable[Awaitable[Any]]) -> Counter[str]:
    """How many calls went through, and how many were refused with which code."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    unexpected = [a for a in answers if isinstance(a, BaseException) and not isinstance(a, asyncpg.PostgresError)]
    assert not unexpected, unexpected
    return Counter(str(a.constraint_name) if isinstance(a, asyncpg.PostgresError) else "done" for a in answers)


async def account_of(shop: Shop, token: str, role: str = "web_customer") -> uuid.UUID:
    return uuid.UUID((await shop.call(role, "get_account", token=token))["id"])


async def test_a_wish_list(shop: Shop) -> None:
    buyer, products = await shop.account(), [await shop.product() for _ in range(10)]
    await shop.admin.execute(
        "INSERT INTO catalog.products (merchant_id, sku, name)"
        " SELECT merchant_id, 'wish-' || n, 'Wish' FROM catalog.products, generate_series(1, 995) AS n WHERE id = $1",
        uuid.UUID(products[0]),
    )
    await shop.admin.execute(
        "INSERT INTO catalog.wishlist_items (account_id, product_id)"
        " SELECT $1, id FROM catalog.products WHERE name = 'Wish'",
        await account_of(shop, buyer),
    )
    outcome = await at_once(
        shop.call("web_customer", "add_wishlist_item", token=buyer, product_id=product) for product in products
    )
    assert outcome == {"done": 5, "wishlist_full": 5}
    page = await shop.call("web_customer", "list_wishlist_items", token=buyer)
    kept = page["data"][0]["product_id"]
    assert (await shop.call("web_customer", "add_wishlist_item", token=buyer, product_id=kept))["product_id"] == kept


async def test_an_address_book(shop: Shop) -> None:
    buyer = await shop.account()
    await shop.admin.execute(
        "INSERT INTO identity.addresses (account_id, name, line1, city, country)"
        " SELECT $1, 'Ada', n || ' Main Street', 'Dhaka', 'BD' FROM generate_series(1, 97) AS n",
        await account_of(shop, buyer),
    )
    address = {"name": "Ada", "line1": "1 Main Street", "city": "Dhaka", "country": "BD"}
    outcome = await at_once(shop.call("web_customer", "create_address", token=buyer, **address) for _ in range(10))
    assert outcome == {"done": 3, "too_many_addresses": 7}


async def test_a_cart(shop: Shop) -> None:
    buyer, products = await shop.account(), [await shop.product() for _ in range(10)]
    await shop.call("web_customer", "add_cart_item", token=buyer, product_id=products[0], quantity=1)
    await shop.admin.execute(
        "WITH made AS (INSERT INTO catalog.products (merchant_id, sku, name)"
        " SELECT merchant_id, 'cart-' || n, 'Cart' FROM catalog.products, generate_series(1, 194) AS n WHERE id = $1"
        " RETURNING id) INSERT INTO sales.cart_items (account_id, product_id, quantity, price_when_added)"
        " SELECT $2, id, 1, 500 FROM made",
        uuid.UUID(products[0]), await account_of(shop, buyer),
    )  # fmt: skip
    outcome = await at_once(
        shop.call("web_customer", "add_cart_item", token=buyer, product_id=product, quantity=1) for product in products
    )
    assert outcome == {"done": 6, "cart_full": 4}  # one was in the cart
    for _ in range(2):
        await shop.call("web_customer", "add_cart_item", token=buyer, product_id=products[0], quantity=1)


async def test_attempts_to_pay_for_an_order(shop: Shop) -> None:
    buyer = await shop.account()
    order = await shop.order(buyer, await shop.product())
    assert await at_once(shop.begin(buyer, order) for _ in range(55)) == {"done": 50, "too_many_payments": 5}


async def test_deposits_under_way(shop: Shop) -> None:
    buyer = await shop.account()
    outcome = await at_once(
        shop.call("web_customer", "begin_deposit", token=buyer, amount=1000, currency="USD", provider="mock")
        for _ in range(55)
    )
    assert outcome == {"done": 50, "too_many_deposits": 5}


async def test_lines_imported_in_a_day(shop: Shop, connect: Any) -> None:
    await shop.admin.execute(
        "INSERT INTO catalog.imports (merchant_id, columns, lines) VALUES ($1, '{sku}', 499999)",
        await account_of(shop, shop.merchant, "web_merchant"),
    )
    connection = await connect("web_merchant")

    async def import_lines(*skus: str) -> None:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.token', $1, true)", shop.merchant)
            await connection.execute("SELECT api.open_import('{sku,name,price,currency}')")
            await connection.copy_records_to_table(
                "import_draft", schema_name="pg_temp", columns=["line", "sku", "name", "price", "currency"],
                records=[(number, sku, "Lamp", "500", "USD") for number, sku in enumerate(skus, 2)],
            )  # fmt: skip
            await connection.execute("SELECT api.import_products('{sku,name,price,currency}')")

    with refused("too_many_imports", "SH429"):
        await import_lines("A1", "A2")
    await import_lines("A1")
    with refused("too_many_imports", "SH429"):
        await import_lines("A2")


async def test_sessions(shop: Shop) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = await shop.call("web_anonymous", "create_account", email=email, password="x" * 60)
    account = uuid.UUID(made["id"])
    await shop.admin.execute(
        "INSERT INTO identity.sessions (account_id, expires_at)"
        " SELECT $1, now() + interval '30 days' FROM generate_series(1, 205)",
        account,
    )
    session = await shop.call("web_anonymous", "create_session", email=email, password="x" * 60)
    counted = "SELECT count(*) FROM identity.sessions WHERE account_id = $1"
    assert await shop.admin.fetchval(counted, account) == 200
    seen = await shop.call("web_customer", "get_account", token=session["access_token"])
    assert seen["id"] == made["id"]  # the newest is kept

    await shop.admin.execute(
        "INSERT INTO identity.login_attempts (subject, window_at, attempts)"
        " SELECT 'refresh:' || id, date_bin('15 minutes', now(), 'epoch') + n * interval '15 minutes', 299"
        " FROM identity.sessions, generate_series(0, 1) AS n WHERE account_id = $1",
        account,
    )
    session = await shop.call("web_anonymous", "refresh_session", refresh_token=session["refresh_token"])
    with refused("too_many_attempts", "SH429"):
        await shop.call("web_anonymous", "refresh_session", refresh_token=session["refresh_token"])
