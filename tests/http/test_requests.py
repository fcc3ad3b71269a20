"""What is sent to any endpoint: bodies, parameters, versions, keys; and how often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.http.conftest import ADDRESS, pointers, problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

SERVER_ENVIRONMENT = {
    "BODY_LIMIT": "20000",
    "TRUSTED_PROXIES": "127.0.0.1",
    "RATE_LIMIT": "30",
    "REQUEST_TIMEOUT": "2",
}


# --- what is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"NaN",
        b'{"items": [1,]}',
        b"\xef\xbb\xbf{}",
        b"[" * 5000,
        b'{"items": 1e999}',
        b'{"currency": "\\ud800"}',
        b'{"currency": "\xed\xa0\x80"}',
        b'{"currency": "a\x00b"}',
    ],
)
async def test_a_body_that_is_not_json(client: Client, token: str, body: bytes) -> None:
    answer = await client.post("/orders", token=token, content=body, headers={"Content-Type": "application/json"})
    problem(answer, 400, "json_invalid")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b""])
async def test_a_body_that_is_no_object(client: Client, token: str, body: bytes) -> None:
    answer = await client.post("/orders", token=token, content=body, headers={"Content-Type": "application/json"})
    problem(answer, 422, "request_invalid")


async def test_media_types(client: Client, token: str) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = await client.post("/orders", token=token, content=b"{}", headers={"Content-Type": kind})
        problem(answer, 415, "media_type_unsupported")
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.shop+json"):
        answer = await client.post("/orders", token=token, content=b"{}", headers={"Content-Type": kind})
        problem(answer, 422, "request_invalid")


async def test_a_body_that_is_too_large(client: Client, token: str) -> None:
    headers = {"Content-Type": "application/json"}
    problem(await client.post("/orders", token=token, content=b"x" * 20001, headers=headers), 413, "body_too_large")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield b"x" * 1000

    problem(await client.post("/orders", token=token, content=pieces(), headers=headers), 413, "body_too_large")


async def test_413_reaches_a_client_that_is_still_sending(server: WebServer, token: str) -> None:
    """A connection that is closed with unread data is reset, and the response with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    pieces, piece = 80, b"x" * 65536
    writer.write(
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
        b"authorization: Bearer %s\r\n\r\n" % (pieces * len(piece), token.encode())
    )
    for _ in range(pieces):  # all of it, although the response is there after the first piece
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()


async def test_a_body_that_never_ends_is_given_up(server: WebServer, token: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        b"POST /v1/orders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n"
        b"authorization: Bearer " + token.encode() + b"\r\n\r\n{"
    )
    async with asyncio.timeout(60):
        assert (await reader.readline()).startswith(b"HTTP/1.1 504")
    writer.close()


async def test_an_idle_connection_is_not_closed_under_a_request(server: WebServer) -> None:
    """uvicorn's own five seconds are shorter than any proxy's patience: what it sent into a closed one was lost."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    request = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"
    for pause in (6, 0):
        writer.write(request)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                while await reader.read(1000):
                    pass
                pytest.fail("it was closed")
    writer.close()


async def test_every_fault_is_pointed_at(client: Client, token: str) -> None:
    items = [{"product_id": "x", "quantity": 0, "a/b~c": 1}, {}, 5]
    body = problem(await client.post("/orders", token=token, json={"items": items, "x": 1}), 422, "request_invalid")
    assert pointers(body) == [
        "/items/0/a~1b~0c",
        "/items/0/product_id",
        "/items/0/quantity",
        "/items/1/quantity",
        "/items/2",
        "/x",
    ]
    assert "secret-value" not in (await client.post("/orders", token=token, json={"items": "secret-value"})).text


async def test_what_json_may_say_and_postgresql_may_not(client: Client, token: str) -> None:
    problem(await client.post("/account/addresses", token=token, json=ADDRESS | {"name": "a\0b"}), 422, "value_invalid")
    items = b'{"items": [{"product_id": "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42", "quantity": %s}]}'
    headers = {"Content-Type": "application/json"}
    for quantity, status, code in (
        (b"1.0", 404, "product_not_found"),
        (b"1.5", 422, "request_invalid"),
        (b"1e2", 404, "product_not_found"),
        (b"9223372036854775808", 422, "request_invalid"),
        (b"-1", 422, "request_invalid"),
    ):
        problem(await client.post("/orders", token=token, content=items % quantity, headers=headers), status, code)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
        ("limit=x", "/limit"),
        ("limit=", "/limit"),
        ("limit=1e1", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("colour=red", "/colour"),
        ("status=unknown", "/status"),
    ],
)
async def test_query_parameters(client: Client, token: str, query: str, pointer: str) -> None:
    assert pointers(problem(await client.get(f"/orders?{query}", token=token), 422, "request_invalid")) == [pointer]


@pytest.mark.parametrize("query", ["cursor=%ED%A0%80", "cursor=%FF", "&".join(f"a{n}=1" for n in range(60))])
async def test_query_strings_that_cannot_be_read(client: Client, token: str, query: str) -> None:
    problem(await client.get(f"/orders?{query}", token=token), 422, "request_invalid")


async def test_nul_in_the_query(client: Client, token: str) -> None:
    problem(await client.get("/orders?cursor=%00", token=token), 422, "value_invalid")


async def test_path_parameters(client: Client, token: str) -> None:
    for bad in ("x", "1", "01990f5e7c3a7d219b5e3f0c8a6d1e42", "%00", "..%2F..", "'--", "%F0%9F%92%A9"):
        answer = await client.get(f"/orders/{bad}", token=token)
        if answer.status_code != 404:  # a slash, once decoded, makes another path
            assert pointers(problem(answer, 422, "request_invalid")) == ["/order_id"]
    answer = await client.get(f"/orders/{uuid4()}?order_id={uuid4()}", token=token)
    problem(answer, 422, "request_invalid")
    problem(await client.get(f"/orders/{str(uuid4()).upper()}", token=token), 404, "order_not_found")


# --- versions -------------------------------------------------------------------------------------


async def test_an_etag_guards_an_edit(client: Client, token: str) -> None:
    made = await client.post("/account/addresses", token=token, json=ADDRESS)
    path = f"/account/addresses/{made.json()['id']}"
    assert made.headers["etag"].startswith(f'"{made.json()["version"]}-')
    first = await client.patch(path, token=token, json={"city": "Sylhet"}, headers={"If-Match": made.headers["etag"]})
    assert (first.status_code, first.headers["etag"][:3]) == (200, '"2-')
    stale = await client.patch(path, token=token, json={"city": "Khulna"}, headers={"If-Match": made.headers["etag"]})
    problem(stale, 412, "version_stale")
    for tag, status in (
        ('"2"', 200),
        ("3", 200),
        ("*", 200),
        ('"abc"', 412),
        ('"1", "2"', 412),
        ("abc", 422),
        ('"-1"', 412),
    ):
        answer = await client.patch(path, token=token, json={"city": "Dhaka"}, headers={"If-Match": tag})
        assert answer.status_code == status, (tag, answer.text)
    assert (await client.patch(path, token=token, json={"city": "Dhaka"})).status_code == 200


async def test_what_has_not_changed_is_not_sent_again(client: Client, token: str) -> None:
    answer = await client.get("/account", token=token)
    again = await client.get("/account", token=token, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])


async def test_a_new_resource_says_where_it_is(client: Client, tokens: dict[str, str]) -> None:
    product = await client.post(
        "/products",
        token=tokens["merchant"],
        json={"name": "Lamp", "description": "", "sku": "W-1", "price": 100, "currency": "USD", "stock": 9},
    )
    assert product.status_code == 201, product.text
    assert product.headers["location"] == f"/v1/products/{product.json()['id']}"
    order = await client.post(
        "/orders", token=tokens["customer"], json={"items": [{"product_id": product.json()["id"], "quantity": 1}]}
    )
    assert order.status_code == 201, order.text
    assert order.headers["location"] == f"/v1/orders/{order.json()['id']}"
    assert (await client.get(order.headers["location"], token=tokens["customer"])).json()["id"] == order.json()["id"]


# --- idempotency ----------------------------------------------------------------------------------


async def test_a_repeated_key_takes_effect_once(client: Client, token: str, admin: asyncpg.Connection[Any]) -> None:
    key = uuid4().hex
    many = await asyncio.gather(
        *(client.post("/account/addresses", token=token, key=key, json=ADDRESS | {"name": key[:8]}) for _ in range(20))
    )
    assert {answer.status_code for answer in many} == {201}
    assert len({answer.text for answer in many}) == 1
    assert len({answer.headers["etag"] for answer in many}) == 1
    assert sorted(answer.headers.get("idempotent-replayed", "") for answer in many) == [""] + ["true"] * 19
    assert await admin.fetchval("SELECT count(*) FROM identity.addresses WHERE name = $1", key[:8]) == 1

    reordered = json.dumps(dict(reversed((ADDRESS | {"name": key[:8]}).items())), indent=2).encode()
    same = await client.post(
        "/account/addresses", token=token, key=key, content=reordered, headers={"Content-Type": "application/json"}
    )
    assert (same.status_code, same.headers["idempotent-replayed"]) == (201, "true")
    other = await client.post("/account/addresses", token=token, key=key, json=ADDRESS | {"name": "other"})
    problem(other, 422, "idempotency_key_reused")


async def test_a_refused_request_leaves_its_key_free(client: Client, token: str) -> None:
    key = uuid4().hex
    nothing = {"items": [{"product_id": str(uuid4()), "quantity": 1}]}
    for _ in range(2):
        answer = await client.post("/orders", token=token, key=key, json=nothing)
        problem(answer, 404, "product_not_found")
        assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "ä"])
async def test_keys_that_are_none(client: Client, token: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/account/addresses", token=token, json=ADDRESS, headers=headers)
    problem(answer, 422, "idempotency_key_invalid")


# --- limits ---------------------------------------------------------------------------------------


async def test_an_address_has_so_many_requests_a_minute(client: Client) -> None:
    answers = await asyncio.gather(
        *(client.get("/categories", headers={"X-Forwarded-For": "203.0.113.7"}) for _ in range(40))
    )
    refused = [answer for answer in answers if answer.status_code != 200]
    assert 8 <= len(refused) <= 10
    for answer in refused:
        body = problem(answer, 429, "rate_limited")
        assert 1 <= body["retry_after"] == int(answer.headers["retry-after"]) <= 3
    assert (await client.get("/categories", headers={"X-Forwarded-For": "203.0.113.8"})).status_code == 200
