"""Answers to GET are compressed for clients that accept it; secrets and event streams are not."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.http.representation import WORTH, accepts_gzip
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}
PASSWORD = "a long enough pass phrase"


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True), ("GZIP", True), ("br, gzip;q=0.5", True), ("x-gzip", True), ("gzip;q=1.0, *;q=0", True),
        ("", False), ("*", False), ("br", False), ("gzip;q=0", False), ("gzip;q=0.000", False), ("gzip;q=x", False),
        ("identity, gzip;q=0.5", False), ("notgzip", False),
    ],
)  # fmt: skip
def test_who_accepts_gzip(header: str, accepted: bool) -> None:
    assert accepts_gzip(header.encode()) is accepted


async def _raw(client: Client, path: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    async with client.http.stream("GET", client.url + path, headers=headers) as answer:
        return answer, b"".join([chunk async for chunk in answer.aiter_raw()])


async def test_a_long_answer_is_compressed(client: Client, tokens: dict[str, str]) -> None:
    lamp = {"description": "A lamp. " * 9, "price": 100, "currency": "USD", "stock": 9}
    for n in range(12):
        made = await client.post(
            "/products", token=tokens["merchant"], json=lamp | {"sku": f"C-{n}", "name": f"Lamp {n}"}
        )
        assert made.status_code == 201
    for path in ("/v1/products?limit=100", "/openapi.json", "/docs/errors", "/console/server.js"):
        plain, body = await _raw(client, path, PLAIN)
        packed, small = await _raw(client, path, GZIP)
        assert len(small) < len(body) / 2
        assert gzip.decompress(small) == body
        assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
        assert int(packed.headers["content-length"]) == len(small)
        assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"
        assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
        again, nothing = await _raw(client, path, GZIP | {"If-None-Match": packed.headers["etag"]})
        assert (again.status_code, nothing, again.headers["vary"]) == (304, b"", "accept-encoding")
        other, whole = await _raw(client, path, PLAIN | {"If-None-Match": packed.headers["etag"]})
        assert (other.status_code, whole) == (200, body), "it does not have this one"
        head = await client.http.head(client.url + path, headers=GZIP)
        assert head.headers["content-length"] == packed.headers["content-length"]


async def test_a_short_answer_is_not(client: Client, token: str) -> None:
    answer = await client.get("/account", token=token, headers=GZIP)
    assert len(answer.content) < WORTH
    assert not {"content-encoding", "vary"} & answer.headers.keys()


async def test_an_answer_to_a_post_is_not(client: Client, tokens: dict[str, str]) -> None:
    long = {"sku": "L", "name": "Lamp", "description": "A lamp. " * 200, "price": 1, "currency": "USD", "stock": 1}
    made = await client.post("/products", token=tokens["merchant"], json=long, headers=GZIP)
    assert len(made.content) > WORTH
    assert "content-encoding" not in made.headers
    changed = await client.patch(
        f"/products/{made.json()['id']}", token=tokens["merchant"], json={"name": "Lamp 2"},
        headers=GZIP | {"If-Match": (await client.get(f"/products/{made.json()['id']}", headers=GZIP)).headers["etag"]},
    )  # fmt: skip
    assert changed.status_code == 200, "the tag of the compressed form names the version, too"


async def test_no_answer_to_a_get_has_a_secret(client: Client) -> None:
    """What is compressed holds nothing that its length could tell (BREACH)."""
    document = (await client.get("/openapi.json")).json()
    secrets = {"access_token", "refresh_token", "secret", "recovery_codes", "password"}
    found = {
        (methods["get"]["operationId"], field)
        for methods in document["paths"].values()
        if "get" in methods
        for field in fields_of(document, methods["get"]["responses"].get("200", {}), set())
        if field in secrets
    }
    # One type serves both: the field is null but in the answer of the POST that made it.
    assert found <= {("get_webhook_endpoint", "secret"), ("list_webhook_endpoints", "secret")}, found


def fields_of(document: dict[str, Any], part: Any, seen: set[str]) -> set[str]:
    """The names of all fields below a part of an OpenAPI document."""
    found: set[str] = set()
    if isinstance(part, list):
        return found.union(*(fields_of(document, each, seen) for each in part))
    if not isinstance(part, dict):
        return found
    if (reference := part.get("$ref")) and reference not in seen:
        seen.add(reference)
        kind, name = reference.split("/")[-2:]
        found |= fields_of(document, document["components"][kind][name], seen)
    found |= set(part.get("properties", ()))
    return found.union(*(fields_of(document, each, seen) for each in part.values()))


async def test_a_stream_still_streams(client: Client, server: WebServer, tokens: dict[str, str]) -> None:
    lamp = {"sku": "S", "name": "Lamp", "description": "", "price": 1, "currency": "USD", "stock": 9}
    product = (await client.post("/products", token=tokens["merchant"], json=lamp)).json()
    items = {"items": [{"product_id": product["id"], "quantity": 1}]}
    order = (await client.post("/orders", token=tokens["customer"], json=items)).json()
    headers = GZIP | {"Authorization": f"Bearer {tokens['customer']}"}
    path = f"{server.url}/v1/orders/{order['id']}/stream"
    async with asyncio.timeout(10), client.http.stream("GET", path, headers=headers) as answer:
        assert not {"content-encoding", "etag"} & answer.headers.keys()
        lines = answer.aiter_lines()
        while "order.created" not in await anext(lines):
            pass
        cancelled = await client.post(f"/orders/{order['id']}/cancel", token=tokens["customer"], key=str(uuid4()))
        assert cancelled.status_code == 200, cancelled.text
        while "order.cancelled" not in await anext(lines):
            pass
