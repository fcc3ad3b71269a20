"""A deployment that rolls: web tiers of two versions side by side on one database, and customers who notice nothing."""

from __future__ import annotations

import asyncio
import queue
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from db.deploy import migrate
from db.deploy.source import Source
from db.server.access import Access
from tests.deployment.test_upgrade import PREVIOUS, deploy, extract
from tests.support.calls import Caller
from tests.support.cluster import Cluster
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]

NEW_ENDPOINT = """
CREATE TYPE api.gift_wrap AS (kind text, price bigint);
CREATE FUNCTION api.get_gift_wrap() RETURNS api.gift_wrap
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW('paper', 300)::api.gift_wrap;
END $$;
COMMENT ON FUNCTION api.get_gift_wrap IS 'How gifts are wrapped';
GRANT EXECUTE ON FUNCTION api.get_gift_wrap TO app_anonymous;
"""


def copy_tree(folder: Path) -> Path:
    for name in ("api", "backups", "db", "monitoring"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def next_version(folder: Path) -> Path:
    """Our source a release later: a column, an optional parameter and an endpoint more."""
    tree = copy_tree(folder)
    last = Source.read(tree / "db").schema_version
    (tree / "db/migrations/9000.gifts.sql").write_text(
        f"-- depends: {last}\nALTER TABLE sales.orders ADD COLUMN gift_wrap text;\n"
    )
    endpoint = tree / "db/sales/api/create_order.sql"
    text, changed = re.subn(
        r"(CREATE FUNCTION api\.create_order\(.*?)\n\)",
        r"\1, gift_wrap text DEFAULT NULL\n)",
        endpoint.read_text(),
        count=1,
        flags=re.DOTALL,
    )
    assert changed
    endpoint.write_text(text)
    (tree / "db/sales/api/get_gift_wrap.sql").write_text(NEW_ENDPOINT)
    for policies in (tree / "db/sales/policies").glob("*.sql"):  # each wants its table for itself
        policies.write_text(policies.read_text() + "SELECT 1;\n")
    routes = tree / "api/routes.py"
    before = '    GET   ("/orders",                                "list_orders"),\n'
    assert before in routes.read_text()
    routes.write_text(routes.read_text().replace(before, '    GET   ("/gift-wrap", "get_gift_wrap"),\n' + before))
    return tree


def previous_version(folder: Path) -> Path | None:
    """The tree of the previous version; None where there is no history to look at."""
    try:
        return extract(PREVIOUS, folder, "api", "db")
    except (OSError, subprocess.CalledProcessError):
        return None


class Tier(WebServer):
    """The web tier of a source tree: its own modules, not this one's."""

    def __init__(self, tree: Path, access: Access, folder: Path) -> None:
        folder.mkdir(parents=True)
        super().__init__(access, {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(tree)}, folder)


@contextmanager
def serving(tree: Path, access: Access, folder: Path) -> Iterator[Tier]:
    tier = Tier(tree, access, folder)
    try:
        tier.start()
        yield tier
    finally:
        tier.stop()
        tier.listener.close()


@dataclass
class Shop:
    """Customers of one web tier, who order, look and cancel, again and again."""

    tier: Tier
    token: str
    product: str
    extra: dict[str, str] = field(default_factory=dict)
    described: bool = True  # by the OpenAPI document of this version
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def shop_on(self, client: Client, closed: asyncio.Event) -> None:
        order = {"items": [{"product_id": self.product, "quantity": 1}], **self.extra}
        while not closed.is_set() and not self.failures:
            made = await self._ask(client, "POST", "/orders", 201, json=order)
            if made is not None:
                await self._ask(client, "GET", f"/orders/{made['id']}", 200)
                # Versions that limit the unpaid orders of an account refuse the 51st.
                await self._ask(client, "POST", f"/orders/{made['id']}/cancel", 200)

    async def _ask(self, client: Client, method: str, path: str, expected: int, **keywords: Any) -> Any:
        begin = time.monotonic()
        answer = await client.request(method, path, token=self.token, **keywords)
        self.seconds.append(time.monotonic() - begin)
        self.answered.set()
        if answer.status_code != expected:
            self.failures.append(f"{method} {path}: {answer.status_code} {answer.text}")
            return None
        return answer.json()

    async def more(self, answers: int = 60) -> None:
        """Until so many more were answered."""
        goal = len(self.seconds) + answers
        async with asyncio.timeout(60):
            while len(self.seconds) < goal and not self.failures:
                self.answered.clear()
                await self.answered.wait()

    def verdict(self) -> str:
        assert not self.failures, f"{self.failures[0]}\n{self.tier.log()[-2000:]}"
        slowest, usual = max(self.seconds), statistics.median(self.seconds)
        return f"{len(self.seconds)} requests, median {usual * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms"


@asynccontextmanager
async def standstill() -> AsyncIterator[list[float]]:
    """The seconds for which this process itself did not come to its turn."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            due = time.monotonic() + 0.05
            await asyncio.sleep(0.05)
            late.append(time.monotonic() - due)

    beating = asyncio.create_task(beat())
    try:
        yield late
    finally:
        beating.cancel()


@asynccontextmanager
async def open_shop(shop: Shop, customers: int = 4) -> AsyncIterator[Shop]:
    client = Client(shop.tier.url, described=shop.described)
    # A version before this one closes what was idle for five seconds, on a machine that stood still under a request.
    await client.http.aclose()
    client.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
    closed = asyncio.Event()
    tasks = [asyncio.create_task(shop.shop_on(client, closed)) for _ in range(customers)]
    try:
        yield shop
    finally:
        closed.set()
        await asyncio.gather(*tasks)
        await client.http.aclose()


def stock_up(access: Access) -> tuple[str, str]:
    """A customer's token and a product that does not run out."""
    caller = Caller(access, access.database)
    seller = caller.call(
        "create_account", caller="anonymous", email="seller@example.com", password="x" * 60, role="merchant"
    )
    caller.call("create_account", caller="anonymous", email="buyer@example.com", password="x" * 60)
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        tokens = [
            connection.execute("SELECT identity.issue_local_token(%s, %s)", who).fetchone()
            for who in (("merchant", seller["email"]), ("customer", "buyer@example.com"))
        ]
    selling, buying = (str(row[0]) for row in tokens if row)
    product = caller.call(
        "create_product", caller="merchant", token=selling, name="Lamp", description="", sku="L-1", price=500,
        currency="USD", stock=1_000_000,
    )  # fmt: skip
    caller.close()
    return buying, product["id"]


def assert_books_balance(access: Access) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        broken = connection.execute("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok").fetchall()
    assert broken == []


async def test_the_next_version_is_deployed_beside_this_one(
    make_database: Callable[[], Access], tmp_path: Path
) -> None:
    access = make_database()
    tree = next_version(tmp_path / "next")
    token, product = stock_up(access)
    heard: queue.Queue[str] = queue.Queue()
    with serving(ROOT, access, tmp_path / "old") as old:
        async with open_shop(Shop(old, token, product)) as here:
            await here.more()
            with psycopg.connect(access.admin()) as reader:
                # A report that somebody left open: ALTER TABLE must wait for it, and no customer behind ALTER TABLE.
                reader.execute("SELECT count(*) FROM sales.orders")
                source = Source.read(tree / "db")
                deployment = asyncio.create_task(
                    asyncio.to_thread(migrate.migrate, access, source=source, say=heard.put)
                )
                while "db/migrations/9000.gifts.sql" not in (held := await asyncio.to_thread(heard.get, timeout=60)):
                    pass
                so_far = len(here.seconds)
                async with standstill() as stood:
                    await here.more(200)
                assert not deployment.done()
                slowest = max(here.seconds[so_far:]) - sum(stood)
                assert slowest < 2, "a migration waits 0.4 s for a lock, then lets everybody pass"
                assert f"waits for server process {reader.info.backend_pid} (" in held
            done = await deployment
            assert done.migrations == ["db/migrations/9000.gifts.sql"]
            await here.more()
            with serving(tree, access, tmp_path / "new") as new:
                async with open_shop(Shop(new, token, product, {"gift_wrap": "paper"})) as there:
                    answer = await (client := Client(new.url)).get("/gift-wrap")
                    assert answer.json() == {"kind": "paper", "price": 300}
                    await there.more()
                    # One of the old version is started again meanwhile: it serves what it knows, and says what it is.
                    with serving(ROOT, access, tmp_path / "again") as again:
                        assert "a newer version has been deployed since" in again.log()
                        assert (await client.get("/gift-wrap", base=again.url)).status_code == 404
                        async with open_shop(Shop(again, token, product)) as elsewhere:
                            await asyncio.gather(here.more(), there.more(), elsewhere.more())
                    await client.http.aclose()
    for name, shop in (("old", here), ("new", there), ("old, started again", elsewhere)):
        print(f"{name}: {shop.verdict()}")
    assert_books_balance(access)


async def test_this_version_is_deployed_beside_the_previous_one(
    cluster: Cluster, worker_id: str, tmp_path: Path
) -> None:
    tree = previous_version(tmp_path / "previous")
    if tree is None:
        pytest.skip("the previous version is not in the history here (a source archive or a shallow clone)")
    name = f"rolling_{worker_id}"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        await asyncio.to_thread(deploy, tree, access)
        token, product = stock_up(access)
        with serving(tree, access, tmp_path / "old") as old:
            async with open_shop(Shop(old, token, product, described=False)) as here:
                await here.more()
                done = await asyncio.to_thread(migrate.migrate, access)
                await here.more()
                with serving(ROOT, access, tmp_path / "new") as new:
                    async with open_shop(Shop(new, token, product)) as there:
                        await asyncio.gather(here.more(), there.more())
        print(f"{len(done.migrations)} migrations, {len(done.code)} changed files")
        for label, shop in (("old", here), ("new", there)):
            print(f"{label}: {shop.verdict()}")
        assert_books_balance(access)
    finally:
        cluster.drop(name)


async def test_a_web_tier_that_lacks_a_function_says_so(make_database: Callable[[], Access], tmp_path: Path) -> None:
    """The next version began before its migration; an old one begins after what it needs was removed."""
    access = make_database()
    too_new = Tier(next_version(tmp_path / "next"), access, tmp_path / "too_new")
    with pytest.raises(pytest.fail.Exception):
        too_new.start()
    assert "this source was never deployed there: run `storeproc migrate` first" in too_new.log()
    assert "GET /gift-wrap: there is no function api.get_gift_wrap" in too_new.log()

    without = copy_tree(tmp_path / "without")
    (without / "db/sales/api/list_orders.sql").unlink()
    migrate.migrate(access, source=Source.read(without / "db"))
    too_old = Tier(ROOT, access, tmp_path / "too_old")
    with pytest.raises(pytest.fail.Exception):
        too_old.start()
    assert "a newer version has been deployed since: start that one" in too_old.log()
    assert "GET /orders: there is no function api.list_orders" in too_old.log()
    for tier in (too_new, too_old):
        tier.stop()
        tier.listener.close()
