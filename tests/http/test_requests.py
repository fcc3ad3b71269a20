"""What every endpoint does, whatever it is about."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from api.http.authentication import read_token
from api.http.errors import Problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

SERVER_ENVIRONMENT = {
    "CORS_ORIGINS": "https://shop.example",
    "BODY_LIMIT": "20000",
    "TRUSTED_PROXIES": "127.0.0.1",
    "RATE_LIMIT": "30",
    "REQUEST_TIMEOUT": "2",
}
ADDRESS = {"name": "A", "line1": "1 Lake Road", "city": "Dhaka", "country": "BD"}


@pytest.fixture(scope="module")
async def tokens(call: Any, admin: asyncpg.Connection[Any]) -> dict[str, str]:
    made = {}
    for role in ("customer", "merchant", "admin"):
        email = f"{role}@web.example"
        account = await call("web_anonymous", "create_account", email=email, password="x" * 60)
        await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1::uuid", account["id"], role)
        made[role] = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    return made


@pytest.fixture(scope="module")
def token(tokens: dict[str, str]) -> str:
    return tokens["customer"]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert body["status"] == status
    assert body["type"] == f"/docs/errors#{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    return sorted(error["pointer"] for error in body["errors"])


# --- every answer ---------------------------------------------------------------------------------


async def test_an_answer_carries_a_request_id_and_security_headers(client: Client, token: str) -> None:
    answer = await client.get("/account", token=token)
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    assert (await client.get("/products")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("given", "kept"), [("order-4711.a:b_C", True), ("x" * 65, False), ("a b", False), ("ü", False), ("", False)]
)
async def test_a_sane_request_id_is_kept(client: Client, given: str, kept: bool) -> None:
    answer = await client.get("/products", headers={"X-Request-Id": given.encode()})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_the_request_id_is_in_the_log_and_in_the_audit(
    client: Client, server: WebServer, token: str, admin: asyncpg.Connection[Any]
) -> None:
    request_id = uuid4().hex
    await client.post("/account/addresses", token=token, json=ADDRESS, headers={"X-Request-Id": request_id})
    lines = [json.loads(line) for line in server.log().splitlines() if request_id in line]
    assert [(line["operation"], line["role"], line["status"]) for line in lines] == [
        ("create_address", "customer", 201)
    ]
    assert "Lake Road" not in server.log()
    rows = await admin.fetchval("SELECT count(*) FROM audit.changes WHERE request_id = $1", request_id)
    assert rows > 0


async def test_unknown_paths_and_methods(client: Client) -> None:
    for path in ("/nothing", "/orders/", "/orders//x", "//orders", "/ORDERS"):
        problem(await client.get(path), 404, "not_found")
    answer = await client.request("DELETE", "/orders")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    answer = await client.request("OPTIONS", "/orders")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "GET, HEAD, OPTIONS, POST", b"")


async def test_head_is_get_without_a_body(client: Client, token: str) -> None:
    get = await client.get("/account", token=token)
    head = await client.request("HEAD", "/account", token=token)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type"):
        assert head.headers[name] == get.headers[name]


# --- who is calling -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Bearer x",
        "Bearer a.b.c",
        "Bearer e30.e30.e30",
        "Bearer",
        "Basic YTpi",
        "Bearer e30.eyJyb2xlIjoicm9vdCJ9.e30",  # role root
        "Bearer e30.eyJyb2xlIjoid29ya2VyIn0.e30",  # role worker: a pool, but nobody's token
        "Bearer e30.eyJyb2xlIjpbXX0.e30",  # role []
        "Bearer ä.ö.ü",
    ],
)
async def test_a_token_that_is_none(client: Client, header: str) -> None:
    answer = await client.get("/account", headers={"Authorization": header.encode("latin-1")})
    problem(answer, 401, "token_invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_what_is_kept_of_tokens_is_small(token: str) -> None:
    assert read_token(token, cookie=False).role == "customer"
    with pytest.raises(Problem, match="token_invalid"):
        read_token(token + "x" * 2000, cookie=False)


async def test_no_token_and_the_wrong_role(client: Client, token: str) -> None:
    problem(await client.get("/account"), 401, "token_missing")
    problem(await client.get("/invariants", token=token), 403, "forbidden")
    problem(await client.post("/products", json={"name": "x"}), 422, "request_invalid")


async def test_a_cookie_changes_nothing_from_a_foreign_page(client: Client, server: WebServer, token: str) -> None:
    cookies = {"access_token": token}
    assert (await client.get("/account", cookies=cookies)).status_code == 200
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/x"}):
        answer = await client.patch("/account", cookies=cookies, json={"display_name": "E"}, headers=headers)
        problem(answer, 403, "origin_refused")
    for headers in ({"Origin": server.url}, {"Origin": "https://shop.example"}, {"Referer": server.url + "/x"}):
        answer = await client.patch("/account", cookies=cookies, json={"display_name": "A"}, headers=headers)
        assert answer.status_code == 200


async def test_pages_of_other_origins(client: Client, token: str) -> None:
    ours, theirs = {"Origin": "https://shop.example"}, {"Origin": "https://evil.example"}
    answer = await client.get("/account", token=token, headers=ours)
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "etag" in answer.headers["access-control-expose-headers"].lower()
    assert answer.headers["vary"] == "Origin"
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key"}
    answer = await client.request("OPTIONS", "/orders", headers=ours | preflight)
    assert (answer.status_code, "POST" in answer.headers["access-control-allow-methods"]) == (200, True)
    assert "idempotency-key" in answer.headers["access-control-allow-headers"]
    for answer in (
        await client.get("/account", token=token, headers=theirs),
        await client.request("OPTIONS", "/orders", headers=theirs | preflight),
    ):
        assert "access-control-allow-origin" not in answer.headers


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
    assert made.headers["etag"] == f'"{made.json()["version"]}"'
    first = await client.patch(path, token=token, json={"city": "Sylhet"}, headers={"If-Match": made.headers["etag"]})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    stale = await client.patch(path, token=token, json={"city": "Khulna"}, headers={"If-Match": made.headers["etag"]})
    problem(stale, 412, "version_stale")
    for tag, status in (
        ('W/"2"', 200),
        ("3", 200),
        ("*", 200),
        ('"abc"', 412),
        ('"1", "2"', 422),
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


# --- pages ----------------------------------------------------------------------------------------


async def test_health_and_metrics(client: Client) -> None:
    for prefix in ("", "/v1"):
        assert (await client.get(f"{prefix}/health/live")).json() == {"status": "ok"}
        ready = (await client.get(f"{prefix}/health/ready")).json()
        assert (ready["status"], ready["current"]) == ("ready", True)
    text = (await client.get("/metrics")).text
    assert 'storeproc_requests_total{operation="live",status="200"}' in text
    assert 'storeproc_problems_total{code="not_found"}' in text
    assert 'storeproc_pool_connections{role="web_anonymous",state="idle"}' in text


async def test_not_ready_on_another_schema(
    make_database: Callable[[], Any], client: Client, server: WebServer, tmp_path: Any
) -> None:
    access = make_database()
    connection = await asyncpg.connect(access.admin())
    await connection.execute("UPDATE migration.deployed SET code_digest = 'older'; DELETE FROM migration.deployments")
    other = WebServer(access, {}, tmp_path)
    started = asyncio.create_task(asyncio.to_thread(other.start))
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    answer = await client.get("/health/ready", base=other.url)
                except httpx.TransportError:
                    continue
                break
        problem(answer, 503, "schema_differs")
        await connection.execute("UPDATE migration.deployed SET code_digest = $1", await _digest(client))
        await started
        # A deployment under a running web tier does not take it out of service.
        await connection.execute("UPDATE migration.deployed SET code_digest = 'newer'")
        ready = await client.get("/health/ready", base=other.url)
        assert (ready.status_code, ready.json()["current"]) == (200, False)
    finally:
        other.stop()
        other.listener.close()
        await connection.close()


async def _digest(client: Client) -> str:
    digest: str = (await client.get("/health/ready")).json()["code_digest"]
    return digest


@pytest.mark.parametrize("path", ["/", "/docs/errors", "/v1/checkout/success", "/v1/checkout/cancel"])
def test_pages_load_nothing_from_anywhere(server: WebServer, path: str) -> None:
    answer = httpx.get(server.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|<iframe|url\(|@import|\son\w+=", answer.text)
    loaded = re.findall(r'(?:href|src|action)="?([^">\s]+)', answer.text)
    assert all(target.startswith(("#", "/")) for target in loaded)


async def test_every_error_is_explained(client: Client) -> None:
    errors = (await client.get("/docs/errors")).text
    for code in (
        "order_not_found",
        "out_of_stock",
        "email_taken",
        "token_expired",
        "request_invalid",
        "limit_out_of_range",
    ):
        assert f'id="{code}"' in errors


@pytest.mark.parametrize("path", ["/docs", "/console"])
def test_pages_with_scripts_load_ours_only(server: WebServer, path: str) -> None:
    answer = httpx.get(server.url + path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    loaded = re.findall(r'(?:href|src)="([^"]+)"', answer.text)
    assert loaded
    for target in loaded:
        assert target.startswith("/"), target
        assert httpx.get(server.url + target, follow_redirects=True).status_code == 200, target
    tag = answer.headers["etag"]
    again = httpx.get(server.url + path, headers={"If-None-Match": tag})
    assert (again.status_code, again.headers["content-security-policy"]) == (304, policy)


async def test_the_contract_is_cached(client: Client) -> None:
    answer = await client.get("/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    again = await client.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_contract_documents_what_is_there(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"]["/v1/orders"]["post"]
    assert operation["operationId"] == "create_order"
    assert operation["security"] == [{"bearer": []}, {"cookie": []}]
    assert {p["name"] for p in operation["parameters"]} == {"Idempotency-Key"}
    assert operation["requestBody"]["content"]["application/json"]["schema"]["additionalProperties"] is False
    assert {"201", "409", "422", "default"} <= operation["responses"].keys()
    assert {"ETag", "Location", "Idempotent-Replayed"} <= operation["responses"]["201"]["headers"].keys()
    text = json.dumps(document)
    for hidden in ("client_address", '"given"', '"if_match"'):
        assert hidden not in text
    references = set(re.findall(r'"\$ref": "#/components/(\w+)/([\w-]+)"', text))
    for kind, name in references:
        assert name in document["components"][kind]
