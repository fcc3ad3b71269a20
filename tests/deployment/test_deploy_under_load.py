"""Code is rebuilt while customers shop: no request fails, and the change is there."""

from __future__ import annotations

import asyncio
import queue
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy import migrate
from db.deploy.source import Source
from db.server.access import Access
from tests.support.calls import Caller

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PAUSE = 0.2  # seconds between two orders of a shopper: the deployments get their part of the machine


async def open_shop(call: Any, admin: Any) -> tuple[str, str]:
    """A product that cannot sell out, and a customer: the customer's token and the product's id."""
    merchant = await call(
        "web_anonymous", "create_account", email="deploy-shop@example.com", password="x" * 60, role="merchant"
    )
    seller = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", merchant["email"])
    product = await call(
        "web_merchant", "create_product", token=seller, name="Lamp", description="", sku="D-1", price=500,
        currency="USD", stock=1_000_000,
    )  # fmt: skip
    email = "deploy@example.com"
    await call("web_anonymous", "create_account", email=email, password="x" * 60)
    return await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email), product["id"]


async def test_a_changed_function_is_deployed_with_no_failed_request(
    access: Access, server: Any, client: Any, call: Any, admin: Any, tmp_path: Path
) -> None:
    token, product = await open_shop(call, admin)
    source = tmp_path / "db"
    shutil.copytree(ROOT / "db", source, ignore=shutil.ignore_patterns("__pycache__"))
    endpoint = source / "sales/api/get_order.sql"
    original = endpoint.read_text()

    finished = asyncio.Event()
    answers: list[int] = []
    failures: list[str] = []

    async def send(method: str, path: str, **more: Any) -> Any:
        """Retries a 503 after its Retry-After: on a slow machine a rebuild outlasts lock_timeout."""
        while True:
            answer = await client.request(method, path, token=token, **more)
            answers.append(answer.status_code)
            if answer.status_code != 503 or answers.count(503) > len(answers) / 20:
                return answer
            await asyncio.sleep(float(answer.headers["retry-after"]))

    async def shop_on() -> None:
        while not finished.is_set():
            items = [{"product_id": product, "quantity": 1}]
            made = await send("POST", "/orders", key=uuid.uuid4().hex, json={"items": items})
            if made.status_code != 201:
                failures.append(made.text)
                return
            seen = await send("GET", f"/orders/{made.json()['id']}")
            if seen.status_code != 200:
                failures.append(seen.text)
                return
            await asyncio.sleep(PAUSE)

    shoppers = [asyncio.create_task(shop_on()) for _ in range(8)]
    deploys = 5
    for number in range(deploys):
        comment = f"Get an order (deployed {number})"
        endpoint.write_text(original + f"\nCOMMENT ON FUNCTION api.get_order IS '{comment}';\n")
        done = await asyncio.to_thread(migrate.migrate, access, source=Source.read(source))
        assert done.code == ["db/sales/api/get_order.sql"]
        assert await admin.fetchval("SELECT obj_description('api.get_order'::regproc, 'pg_proc')") == comment
    finished.set()
    await asyncio.gather(*shoppers)

    print(f"{deploys} deployments, {len(answers)} requests under way, {len(failures)} failed")
    assert failures == [], [line for line in server.log().splitlines() if '"cause"' in line or '"error"' in line][:5]
    assert len(answers) > 20 * deploys


GIFT = """-- A routine whose signature the next version changes.
CREATE OR REPLACE FUNCTION sales.wrap_gift({parameters})
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
END $$;

GRANT EXECUTE ON FUNCTION sales.wrap_gift TO store_api;
"""
RETURN = "    RETURN v_order_id;\n"


def with_gift(folder: Path, parameters: str, call: str) -> Source:
    """Our source, where placing an order ends with a call of another routine."""
    folder = folder / "db"
    shutil.copytree(ROOT / "db", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "sales/routines/wrap_gift.sql").write_text(GIFT.format(parameters=parameters))
    place_order = folder / "sales/routines/place_order.sql"
    assert place_order.read_text().count(RETURN) == 1
    place_order.write_text(place_order.read_text().replace(RETURN, f"    PERFORM {call};\n{RETURN}"))
    return Source.read(folder)


async def test_a_request_under_way_finishes_before_a_signature_changes(
    make_database: Callable[[], Access], tmp_path: Path
) -> None:
    """It runs the old body of place_order, which calls the routine as it was."""
    access = make_database()
    old = with_gift(tmp_path / "old", "order_id uuid", "sales.wrap_gift(v_order_id)")
    new = with_gift(tmp_path / "new", "kind text, order_id uuid", "sales.wrap_gift('paper', v_order_id)")
    migrate.migrate(access, source=old)
    caller = Caller(access, access.database)
    seller, buyer = caller.sign_up("merchant"), caller.sign_up("customer")
    product = caller.call(
        "create_product", caller="merchant", token=seller, name="Lamp", description="", sku="G-1", price=500,
        currency="USD", stock=10,
    )  # fmt: skip
    order = {"items": [{"product_id": product["id"], "quantity": 1}]}
    heard: queue.Queue[str] = queue.Queue()
    with psycopg.connect(access.admin()) as holder, psycopg.connect(access.admin(), autocommit=True) as watcher:
        holder.execute("SELECT FROM catalog.stock WHERE product_id = %s FOR UPDATE", [product["id"]])
        buying = asyncio.create_task(asyncio.to_thread(caller.call, "create_order", token=buyer, **order))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        async with asyncio.timeout(30):
            while watcher.execute(waiting).fetchone() == (0,):  # noqa: ASYNC110  # PostgreSQL sends no event for it
                await asyncio.sleep(0.02)
        deployment = asyncio.create_task(asyncio.to_thread(migrate.migrate, access, source=new, say=heard.put))
        said = await asyncio.to_thread(heard.get, timeout=60)
        while said.startswith("role "):  # another test deploys an older version, with its grants, to this server
            said = await asyncio.to_thread(heard.get, timeout=60)
        assert said.startswith("clients hold locks; trying again: the code"), said
        holder.rollback()
        assert (await buying)["status"] == "pending"
        await deployment
    assert caller.call("create_order", token=buyer, **order)["status"] == "pending"
    caller.close()
