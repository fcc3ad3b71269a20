"""Every GET: different bodies have different tags, and a 304 means that the body is the one of the tag."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg
import httpx
import pytest

from db.demo import scale
from db.server.access import Access
from tests.scale.test_plans import SAMPLES
from tests.support.web import Client

pytestmark = pytest.mark.anyio

ROLES = ("customer", "merchant", "support", "admin")
# Of the path parameters that tests/scale has none of; what is missing is a 404, which has no tag.
MORE = {
    "code": "SELECT 'none'",
    "job": "SELECT 'none'",
    "refund_id": "SELECT id FROM payments.refunds LIMIT 1",
    "shipment_id": "SELECT id FROM fulfilment.shipments LIMIT 1",
}
ENDLESS = {"stream_order"}
NOWHERE = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
async def people(access: Access, admin: asyncpg.Connection[Any]) -> dict[str, str]:
    """The ids of a busy customer and a busy merchant."""
    await asyncio.to_thread(scale.load, access, scale.Scale(products=1000, orders=60))
    busiest = "SELECT {}::text FROM {} GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    return {
        "customer": await admin.fetchval(busiest.format("account_id", "sales.orders")),
        "merchant": await admin.fetchval(busiest.format("merchant_id", "catalog.products")),
    }


@pytest.fixture(scope="module")
async def keys(people: dict[str, str], admin: asyncpg.Connection[Any]) -> dict[str, str]:
    """A token of each role, of which the first two are busy."""
    found = {"anonymous": ""}
    for role in ROLES:
        own = people.get(role)
        email = "SELECT email FROM identity.accounts WHERE role = $1 AND coalesce(id::text = $2, true) LIMIT 1"
        issue = f"SELECT identity.issue_local_token($1, ({email}))"
        found[role] = await admin.fetchval(issue, role, own)
    return found


@pytest.fixture(scope="module")
async def addresses(
    people: dict[str, str], admin: asyncpg.Connection[Any], client: Client
) -> dict[str, tuple[str, ...]]:
    """Every GET of the API with ids of things that are there, and every page that is one document: who asks for it."""
    ids = {role: f"'{account}'::uuid" for role, account in people.items()}
    audiences = {
        "anonymous": ("anonymous", "customer", "merchant"),
        "customer": ("customer",),
        "merchant": ("merchant",),
    }
    found: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("/", "/docs", "/docs/errors", "/docs/docs.js", "/console", "/openapi.json"), ("anonymous",)
    )
    for template, methods in (await client.get("/openapi.json")).json()["paths"].items():
        if "get" not in methods or methods["get"]["operationId"] in ENDLESS:
            continue
        path = template
        for name in re.findall(r"\{(\w+)\}", path):
            query = {**SAMPLES, **MORE}.get(name)
            value = await admin.fetchval(query.format(**ids)) if query else None
            path = path.replace(f"{{{name}}}", str(value or NOWHERE))
        found[path] = audiences.get(methods["get"]["x-audience"], ("admin",))
    return found


class Memory:
    """What each address answered: the body of every tag, so that a second one under the same tag is seen."""

    def __init__(self) -> None:
        self.bodies: dict[tuple[str, str], bytes] = {}
        self.latest: dict[tuple[str, str, str], str] = {}
        self.changed: set[str] = set()
        self.unchanged: set[str] = set()

    def note(self, path: str, who: str, coding: str, answer: httpx.Response) -> None:
        tag, place = answer.headers.get("etag"), (path, who, coding)
        if answer.status_code == 304:
            assert tag == self.latest[place], "a 304 is for the tag that was sent"
            self.unchanged.add(path)
            return
        if answer.status_code != 200 or not answer.headers["content-type"].startswith(("application/json", "text/")):
            return
        if "attachment" in answer.headers.get("content-disposition", ""):
            return
        assert tag, f"{path} has no tag"
        assert tag.endswith('-gzip"') == (answer.headers.get("content-encoding") == "gzip")
        assert self.bodies.setdefault((path, tag), answer.content) == answer.content, f"{path}: two bodies of {tag}"
        if self.latest.get(place, tag) != tag:
            self.changed.add(path)
        self.latest[place] = tag

    async def ask(self, client: Client, path: str, who: str, key: str, coding: str) -> None:
        headers = {"Accept-Encoding": coding}
        if tag := self.latest.get((path, who, coding)):
            headers["If-None-Match"] = f'"other", W/{tag}'
        token = key or None
        asked = await client.get(client.url + path, token=token, headers=headers)
        if asked.status_code == 200 and tag:
            # No 304, so this body must differ from the one of the tag.
            assert asked.content != self.bodies[path, tag], f"{path}: the same body was sent again"
        self.note(path, who, coding, asked)


async def test_different_bodies_have_different_tags(
    client: Client,
    call: Any,
    keys: dict[str, str],
    addresses: dict[str, tuple[str, ...]],
    admin: asyncpg.Connection[Any],
) -> None:
    memory = Memory()
    merchant = (await client.get("/account", token=keys["merchant"])).json()["id"]
    shelf = f"/v1/products?merchant={merchant}&limit=1"
    [first] = (await client.get(shelf)).json()["data"]
    product, shown = first["id"], f"/v1/products/{first['id']}"
    addresses |= dict.fromkeys((shelf, shown), ("anonymous", "customer", "merchant"))
    addresses[f"{shown}/prices"] = ("anonymous",)

    async def ask_all(only: str = "") -> set[str]:
        """The addresses whose body has changed."""
        for path, asking in addresses.items():
            for who in asking if only in path else ():
                await memory.ask(client, path, who, keys[who], "identity" if who == "customer" else "gzip")
        return memory.changed

    async def change(function: str, **given: Any) -> None:
        memory.changed.clear()
        await call("web_merchant", function, token=keys["merchant"], product_id=product, **given)

    await ask_all()
    assert len({path for path, _ in memory.bodies}) > 60
    again = await ask_all()
    assert not {path for path in again if "/admin/" not in path and path != "/v1/invariants"}, "nothing has changed"
    assert len(memory.unchanged) > 50

    await change("set_price", currency=first["currency"], price=4321)
    assert {shown, shelf, f"{shown}/prices"} <= await ask_all("product"), "the price"
    await change("adjust_stock", delta=7, reason="counted")
    assert {shown, shelf} <= await ask_all("product"), "the stock"
    soon = await admin.fetchval("SELECT clock_timestamp() + interval '1 s'")
    await change("set_price", currency=first["currency"], price=1234, valid_from=soon)
    while await admin.fetchval("SELECT clock_timestamp() < $1", soon):
        await memory.ask(client, shown, "anonymous", "", "gzip")
    assert {shown, shelf} <= await ask_all("product"), "the time"
