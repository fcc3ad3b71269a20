"""What every answer carries, and what is answered to whoever looks: health, pages, the contract."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.http.conftest import ADDRESS, problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio


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
    lines = await server.log_of(request_id)
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
    assert operation["security"] == [{"bearer": []}, {"cookie": []}, {"key": []}]
    assert {p["name"] for p in operation["parameters"]} == {"Idempotency-Key"}
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/create_order_request"}
    assert document["components"]["schemas"]["create_order_request"]["additionalProperties"] is False
    assert {"201", "409", "422", "default"} <= operation["responses"].keys()
    assert {"ETag", "Location", "Idempotent-Replayed"} <= operation["responses"]["201"]["headers"].keys()
    text = json.dumps(document)
    for hidden in ("client_address", '"given"', '"if_match"'):
        assert hidden not in text
    references = set(re.findall(r'"\$ref": "#/components/(\w+)/([\w-]+)"', text))
    for kind, name in references:
        assert name in document["components"][kind]
