"""Code is rebuilt while customers shop: no request fails, and the change is there."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest

from db.deploy import migrate
from db.deploy.source import Source
from db.server.access import Access

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


async def test_a_changed_function_is_deployed_with_no_failed_request(
    access: Access, server: Any, client: Any, call: Any, admin: Any, tmp_path: Path
) -> None:
    email = "deploy@example.com"
    merchant = await call(
        "web_anonymous", "create_account", email="deploy-shop@example.com", password="x" * 60, role="merchant"
    )
    seller = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", merchant["email"])
    await call("web_anonymous", "create_account", email=email, password="x" * 60)
    token = await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)
    product = await call(
        "web_merchant",
        "create_product",
        token=seller,
        name="Lamp",
        description="",
        sku="D-1",
        price=500,
        currency="USD",
        stock=1_000_000,
    )

    source = tmp_path / "db"
    shutil.copytree(ROOT / "db", source, ignore=shutil.ignore_patterns("__pycache__"))
    endpoint = source / "sales/api/get_order.sql"
    original = endpoint.read_text()

    finished = asyncio.Event()
    answers: list[int] = []
    failures: list[str] = []

    async def send(method: str, path: str, **more: Any) -> Any:
        """As the answer asks: whoever is told to come back does. On a slow machine a rebuild outlasts lock_timeout."""
        while True:
            answer = await client.request(method, path, token=token, **more)
            answers.append(answer.status_code)
            if answer.status_code != 503 or answers.count(503) > len(answers) / 20:
                return answer
            await asyncio.sleep(float(answer.headers["retry-after"]))

    async def shop_on() -> None:
        while not finished.is_set():
            made = await send(
                "POST", "/orders", key=uuid.uuid4().hex, json={"items": [{"product_id": product["id"], "quantity": 1}]}
            )
            if made.status_code != 201:
                failures.append(made.text)
                return
            seen = await send("GET", f"/orders/{made.json()['id']}")
            if seen.status_code != 200:
                failures.append(seen.text)
                return

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
