"""Kept answers: never older than a change that was announced, whatever happens around them.

The application runs in the test's own process and keeps answers for an hour instead of a second, so that whatever is
seen new was announced, planned or never kept. A silent change (made with triggers off) shows what is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.postgres.cache import ResponseCache
from api.settings import Settings
from db.server.access import Access
from tests.catalog.test_catalogue import Shop

HOUR = 3600.0


@dataclass
class Running:
    """An application between its start and its end."""

    app: Starlette
    settings: Settings
    cache: ResponseCache


@pytest.fixture(scope="module")
async def app(anyio_backend: str, access: Access, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder: Path = tmp_path_factory.mktemp("app")
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=folder)
    made = create_app(settings)
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    state: dict[str, Any] = {}
    living = asyncio.create_task(made({"type": "lifespan", "state": state}, told.get, said.put))
    await told.put({"type": "lifespan.startup"})
    assert (await said.get())["type"] == "lifespan.startup.complete"
    state["cache"].seconds = HOUR
    yield Running(made, settings, state["cache"])
    await told.put({"type": "lifespan.shutdown"})
    await living


@pytest.fixture
async def http(app: Running) -> AsyncIterator[httpx.AsyncClient]:
    await until(lambda: app.cache.serves)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.app), base_url="http://shop/v1") as client:
        yield client


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, call: Any, admin: asyncpg.Connection[Any]) -> Shop:
    return Shop(call, admin)


@pytest.fixture(scope="module")
async def seller(shop: Shop) -> str:
    return await shop.account("merchant")


async def eventually(ask: Callable[[], Awaitable[object]], expected: object, seconds: float = 60.0) -> None:
    """It is so within moments: an announcement takes its way through the server."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await ask()) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"it is still {found}, and not {expected}"
        await asyncio.sleep(0.001)  # a kept answer comes in one go: without this the application would hear nothing


async def until(true: Callable[[], bool]) -> None:
    async def ask() -> bool:
        return true()

    await eventually(ask, True)


async def settled(app: Running, admin: asyncpg.Connection[Any]) -> None:
    """The application keeps answers, and what was announced before is past. Whether an announcement is still on its
    way to it cannot be asked; a new connection begins after all of them."""
    listener = "FROM pg_stat_activity WHERE application_name = 'storeproc cache' AND datname = current_database()"
    await until(lambda: app.cache.serves)
    old = await admin.fetchval(f"SELECT pid {listener}")
    assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", old)
    await eventually(lambda: admin.fetchval(f"SELECT count(*) {listener} AND pid <> $1", old), 1)
    await until(lambda: app.cache.serves)


async def until_somebody_waits_for(admin: asyncpg.Connection[Any], table: str) -> None:
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = $1::text::regclass AND NOT granted)"
    await eventually(lambda: admin.fetchval(waiting, table), True)


async def silently(access: Access, statement: str, *arguments: object) -> None:
    """A change that nobody hears of."""
    connection = await asyncpg.connect(access.admin())
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


async def name_of(http: httpx.AsyncClient, product: dict[str, Any], **keywords: Any) -> str:
    return str((await http.get(f"/products/{product['id']}", **keywords)).json()["name"])


async def test_what_is_kept_is_served_to_shoppers_and_not_to_those_who_run_the_shop(
    app: Running, http: httpx.AsyncClient, access: Access, shop: Shop, seller: str
) -> None:
    product = await shop.product(seller, name="Known")
    await settled(app, shop.admin)
    assert await name_of(http, product) == "Known"
    await silently(access, "UPDATE catalog.products SET name = 'Changed' WHERE id = $1::uuid", product["id"])
    assert await name_of(http, product) == "Known"
    assert await name_of(http, product, params={"currency": "USD"}) == "Changed", "another question"
    customer, merchant = [{"Authorization": f"Bearer {token}"} for token in (await shop.account("customer"), seller)]
    assert await name_of(http, product, headers=customer) == "Known"
    assert await name_of(http, product, headers=merchant) == "Changed"
    refused = await http.get(f"/products/{product['id']}", headers={"Authorization": "Bearer nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")
    app.cache.forget()
    assert await name_of(http, product) == "Changed"


@pytest.mark.parametrize(
    ("change", "arguments", "field", "expected"),
    [
        ("update_product", {"name": "New name"}, "name", "New name"),
        ("set_price", {"price": 777, "currency": "USD"}, "price", 777),
        ("adjust_stock", {"delta": 4, "reason": "came"}, "available", 9),
        ("delete_product", {}, "code", "product_not_found"),
    ],
)
async def test_what_a_merchant_changes_is_seen_at_once(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str, change: str, arguments: dict[str, Any], field: str,
    expected: object,
) -> None:  # fmt: skip
    product = await shop.product(seller)
    await until(lambda: app.cache.serves)
    path = f"/products/{product['id']}"
    for _ in range(2):
        assert (await http.get(path)).json()[field if field != "code" else "id"] is not None
    await shop.call("web_merchant", change, token=seller, product_id=product["id"], **arguments)

    async def seen() -> object:
        return (await http.get(path)).json().get(field)

    await eventually(seen, expected)


async def test_what_a_dba_changes_by_hand_is_seen_at_once(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str
) -> None:
    product = await shop.product(seller, price=100)
    await until(lambda: app.cache.serves)

    async def price() -> object:
        return (await http.get(f"/products/{product['id']}")).json()["price"]

    assert await price() == 100
    await shop.admin.execute("UPDATE catalog.prices SET amount = 101 WHERE product_id = $1::uuid", product["id"])
    await eventually(price, 101)


async def test_lists_facets_and_categories_are_forgotten_too(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str
) -> None:
    category = await shop.category(name="Before", slug="before")

    async def seen() -> object:
        listed = await http.get("/products", params={"category": category["id"]})
        counted = await http.get("/products/facets", params={"category": category["id"]})
        names = {c["id"]: c["name"] for c in (await http.get("/categories")).json()["data"]}
        return len(listed.json()["data"]), counted.json()["total"], names[category["id"]]

    await eventually(seen, (0, 0, "Before"))
    await shop.product(seller, category_id=category["id"])
    await eventually(seen, (1, 1, "Before"))
    admin = await shop.account("admin")
    await shop.call("web_admin", "update_category", token=admin, category_id=category["id"], name="After")
    await eventually(seen, (1, 1, "After"))


async def test_orders_announce_nothing(app: Running, http: httpx.AsyncClient, shop: Shop, seller: str) -> None:
    """The price of that is an `available` as old as the answer, which is kept for a second."""
    product, buyer = await shop.product(seller, stock=5), await shop.account("customer")
    await settled(app, shop.admin)
    generation = app.cache.generation
    assert (await http.get(f"/products/{product['id']}")).json()["available"] == 5
    line = {"product_id": product["id"], "quantity": 2}
    order = await shop.call("web_customer", "create_order", token=buyer, items=[line])
    await shop.call("web_customer", "cancel_order", token=buyer, order_id=order["id"])
    await shop.call("web_customer", "create_order", token=buyer, items=[line])
    listener = await asyncpg.connect(app.settings.access.url("web_anonymous"))
    heard: asyncio.Queue[int] = asyncio.Queue()
    await listener.add_listener("storeproc_catalogue", lambda *_: heard.put_nowait(1))
    await shop.admin.execute("SELECT pg_notify('storeproc_catalogue', '')")  # what was sent before it would be here
    await heard.get()
    await listener.close()
    assert app.cache.generation - generation <= 1
    app.cache.seconds = 0.05
    app.cache.forget()
    try:

        async def available() -> object:
            return (await http.get(f"/products/{product['id']}")).json()["available"]

        assert await available() == 3
        await shop.call("web_customer", "create_order", token=buyer, items=[{**line, "quantity": 1}])
        await eventually(available, 2, 0.5)
    finally:
        app.cache.seconds = HOUR


async def test_a_planned_price_begins_on_time(app: Running, http: httpx.AsyncClient, shop: Shop, seller: str) -> None:
    product = await shop.product(seller, price=100)
    soon = await shop.admin.fetchval("SELECT now() + interval '2 s'")
    planned = {"product_id": product["id"], "price": 150, "currency": "USD", "valid_from": soon}
    await shop.call("web_merchant", "set_price", token=seller, **planned)
    await until(lambda: app.cache.serves)
    merchant = product["merchant_id"]
    path = f"/products?merchant={merchant}&limit=1"

    async def price() -> object:
        return (await http.get(path)).json()["data"][0]["price"]

    assert await price() == 100
    late = []
    while await shop.admin.fetchval("SELECT clock_timestamp() < $1", soon):
        await price()
    for _ in range(20):
        late.append(await price())
    assert set(late) == {150}, "not one answer from before"


async def test_nothing_is_served_while_nobody_listens(
    app: Running, http: httpx.AsyncClient, access: Access, shop: Shop, seller: str
) -> None:
    product = await shop.product(seller, name="Known")
    await settled(app, shop.admin)
    assert await name_of(http, product) == "Known"
    await silently(access, "UPDATE catalog.products SET name = 'Changed' WHERE id = $1::uuid", product["id"])
    ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'storeproc cache'"
    assert await shop.admin.fetchval(ended + " AND datname = current_database()")
    ended_at = asyncio.get_running_loop().time()
    await until(lambda: not app.cache.serves)
    assert asyncio.get_running_loop().time() - ended_at < 0.5, "at once, and not when it is asked the next time"
    assert await name_of(http, product) == "Changed"
    assert not app.cache.kept
    await until(lambda: app.cache.serves)
    assert await name_of(http, product) == "Changed"
    await silently(access, "UPDATE catalog.products SET name = 'Again' WHERE id = $1::uuid", product["id"])
    assert await name_of(http, product) == "Changed", "it keeps again"


async def test_an_answer_from_before_an_announcement_is_not_kept_after_it(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str, connect: Any
) -> None:
    product = await shop.product(seller, name="Before")
    await settled(app, shop.admin)
    generation = app.cache.generation
    holder = await connect()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE catalog.stock IN ACCESS EXCLUSIVE MODE")  # a reader stops here, its snapshot taken
    reading = asyncio.create_task(name_of(http, product))
    await until_somebody_waits_for(shop.admin, "catalog.stock")
    change = {"product_id": product["id"], "name": "After"}
    await shop.admin.execute("UPDATE catalog.products SET name = 'After' WHERE id = $1::uuid", change["product_id"])
    await until(lambda: app.cache.generation > generation)
    await until(lambda: app.cache.serves)
    await transaction.rollback()
    assert await reading == "Before", "it was asked before"
    assert await name_of(http, product) == "After"


async def test_the_tag_is_kept_with_the_answer(app: Running, http: httpx.AsyncClient, shop: Shop, seller: str) -> None:
    product = await shop.product(seller)
    await settled(app, shop.admin)
    path = f"/products/{product['id']}"
    tag = (await http.get(path)).headers["etag"]
    for _ in range(2):
        unchanged = await http.get(path, headers={"If-None-Match": tag})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
        whole = await http.get(path, headers={"If-None-Match": '"1"'})
        assert (whole.status_code, whole.json()["id"], whole.headers["etag"]) == (200, product["id"], tag)
    ids = {(await http.get(path)).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3, "each request has its own"


async def test_refusals_are_not_kept(app: Running, http: httpx.AsyncClient) -> None:
    app.cache.forget()
    for path, status in (("/products?sort=none", 422), ("/products/01890000-0000-7000-8000-000000000000", 404)):
        answers = await asyncio.gather(*(http.get(path) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {status}
        assert len({answer.json()["request_id"] for answer in answers}) == 5
    assert not app.cache.kept
    assert not app.cache.making


async def test_many_who_ask_the_same_wait_for_one_answer(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str, connect: Any
) -> None:
    product = await shop.product(seller)
    await settled(app, shop.admin)
    holder = await connect()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE catalog.stock IN ACCESS EXCLUSIVE MODE")
    reading = [asyncio.create_task(name_of(http, product)) for _ in range(40)]
    await until_somebody_waits_for(shop.admin, "catalog.stock")
    await asyncio.sleep(0)
    assert len(app.cache.making) == 1
    reading[0].cancel()  # who asked first goes away; the others have their answer all the same
    await transaction.rollback()
    assert set(await asyncio.gather(*reading[1:])) == {"Lamp"}


async def test_it_keeps_no_more_than_it_may(app: Running, http: httpx.AsyncClient, shop: Shop, seller: str) -> None:
    await shop.product(seller)
    await settled(app, shop.admin)
    most, app.cache.most = app.cache.most, 20_000
    try:
        for n in range(60):
            await http.get("/products", params={"min_price": n})
            assert app.cache.size <= 20_000
        assert 0 < len(app.cache.kept) < 60
        assert app.cache.size == sum(kept.size for kept in app.cache.kept.values())
    finally:
        app.cache.most = most


async def test_nothing_is_kept_longer_than_it_is_good_for(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str
) -> None:
    """Thousands of questions that are asked once: they leave in their turn, not only when the room is full."""
    await shop.product(seller)
    await settled(app, shop.admin)
    seconds, app.cache.seconds = app.cache.seconds, 0.05
    try:
        for n in range(80):
            await http.get("/products", params={"min_price": n})
        good = asyncio.get_running_loop().time() - 0.05
        assert 0 < len(app.cache.kept) < 80
        assert [kept for kept in app.cache.kept.values() if kept.expires < good] == []
    finally:
        app.cache.seconds = seconds


async def test_a_long_question_weighs_what_it_is(
    app: Running, http: httpx.AsyncClient, shop: Shop, seller: str
) -> None:
    await shop.product(seller)
    await settled(app, shop.admin)
    assert (await http.get("/products?q=" + "%6C" * 190)).status_code == 200  # each letter in three
    ((key, kept),) = ((key, kept) for key, kept in app.cache.kept.items() if b"%6C" in key[1])
    assert kept.size >= len(kept.response.body) + len(key[1]) + 1000
