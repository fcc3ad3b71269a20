"""Details of HTTP that clients rely on: other origins, codings of a body, slashes, challenges, traces, deprecations."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from api.app import EXPOSED, create_app, describe
from api.contract import deprecations
from api.contract.deprecations import Deprecation
from api.http.traces import read_traceparent
from api.settings import Settings
from db.server.access import Access
from tests.http.conftest import ADDRESS, problem
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio

SERVER_ENVIRONMENT = {"CORS_ORIGINS": "https://shop.example"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@asynccontextmanager
async def application(access: Access, provider: TracerProvider | None = None) -> AsyncIterator[tuple[Any, Any]]:
    """The application in this process: a client of it, and what its handlers share."""
    app = create_app(Settings(database_url=access.public_url(), secret=access.secret), provider)

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    transport = httpx.ASGITransport(with_state)
    async with app.router.lifespan_context(app) as state, httpx.AsyncClient(transport=transport) as http:
        http.base_url = httpx.URL("http://shop")
        yield http, state


# --- other origins --------------------------------------------------------------------------------


async def test_pages_of_other_origins_may_trace(client: Client) -> None:
    asked = "authorization, baggage, sentry-trace, traceparent, tracestate"
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    answer = await client.request("OPTIONS", "/products", headers=headers | {"Access-Control-Request-Headers": asked})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-headers"] == asked
    answer = await client.get("/account", headers={"Origin": "https://shop.example"})
    exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert exposed == set(EXPOSED)
    assert {"ETag", "WWW-Authenticate", "Deprecation", "Sunset", "Content-Disposition", "Retry-After"} <= exposed


# --- bodies, slashes, challenges ------------------------------------------------------------------


async def test_a_compressed_body_is_refused_and_told_how_to_come(client: Client, tokens: dict[str, str]) -> None:
    kind = {"Content-Type": "application/json"}
    packed = gzip.compress(b'{"name": "A"}')
    for path, sent in (
        ("/account/addresses", kind),
        ("/webhooks/mock", kind),
        ("/products/import", {"Content-Type": "text/csv"}),
    ):
        headers = sent | {"Content-Encoding": "gzip"}
        answer = await client.post(path, token=tokens["merchant"], content=packed, headers=headers)
        assert "without Content-Encoding" in problem(answer, 415, "content_coding_unsupported")["detail"]
        assert answer.headers["accept-encoding"] == "identity"
    headers = {"Content-Encoding": "identity"}
    made = await client.post("/account/addresses", token=tokens["merchant"], json=ADDRESS, headers=headers)
    assert made.status_code == 201


async def test_a_page_takes_a_slash_at_its_end_and_the_api_does_not(client: Client) -> None:
    for path in ("/docs/errors", "/verify-email", "/reset-password", "/v1/checkout/success", "/mock/checkout/x%20y"):
        answer = await client.get(client.url + path + "/?token=a%26b")
        assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?token=a%26b")
    for path in ("/v1/products/", "/v1/orders/", "/health/live/", "/openapi.json/", "//evil.example/docs/errors/"):
        problem(await client.get(client.url + path), 404, "not_found")
    problem(await client.post(client.url + "/verify-email/", content=b"x"), 404, "not_found")


async def test_a_refused_token_says_so(client: Client, token: str) -> None:
    async def challenge(token: str | None, path: str = "/account") -> str:
        answer = await client.get(path, token=token)
        assert answer.status_code == 401
        return str(answer.headers["www-authenticate"])

    assert await challenge(None) == "Bearer"
    for wrong in ("x", token + "x", token[:-2] + "xx", "sp_live_merchant_x"):
        assert await challenge(wrong) == 'Bearer error="invalid_token"'
    given = {"email": "nobody@web.example", "password": "x" * 20}
    answer = await client.post("/sessions", json=given)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), "no token was sent"


# --- traces ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "sampled"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", True),
        (f"00-{TRACE}-00f067aa0ba902b7-00", False),
        (f"00-{TRACE}-00f067aa0ba902b7-03", True),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", True),
        (f"00-{TRACE}-00f067aa0ba902b7-01-more", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7-01\n", None),
        ("'; DROP TABLE x; --", None),
    ],
)
def test_a_traceparent(header: str, sampled: bool | None) -> None:
    found = read_traceparent(header)
    assert (found and (found.trace_id, found.sampled)) == (None if sampled is None else (TRACE, sampled))


async def test_a_trace_is_in_the_log_and_in_postgresql(
    client: Client, server: WebServer, tokens: dict[str, str], connect: Any, admin: asyncpg.Connection[Any]
) -> None:
    working = (
        "SELECT application_name FROM pg_stat_activity WHERE usename = 'web_merchant' AND wait_event_type = 'Lock'"
    )
    holder = await connect()
    for flags, shown in (("01", f"storeproc web {TRACE}"), ("00", "storeproc web")):
        request_id = uuid4().hex
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-{flags}", "X-Request-Id": request_id}
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute("LOCK TABLE identity.addresses IN ACCESS EXCLUSIVE MODE")
        asking = asyncio.create_task(client.get("/account/addresses", token=tokens["merchant"], headers=headers))
        async with asyncio.timeout(10):
            while not (found := await admin.fetch(working)):  # noqa: ASYNC110  # another session waits, not this one
                await asyncio.sleep(0.01)  # until the statement waits for the lock
        await transaction.rollback()
        assert (await asking).status_code == 200
        assert [row["application_name"] for row in found] == [shown]
        [line] = await server.log_of(request_id)
        assert line["trace_id"] == TRACE
    after = "SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'web_merchant'"
    assert [row["application_name"] for row in await admin.fetch(after)] == ["storeproc web"]
    [line] = await server.log_of((await client.get("/account", token=tokens["merchant"])).headers["x-request-id"])
    assert "trace_id" not in line


async def test_opentelemetry_has_a_span_for_a_request_and_one_for_each_statement(
    access: Access, tokens: dict[str, str]
) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with application(access, provider) as (http, _):
        headers = {"Authorization": f"Bearer {tokens['customer']}", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        await http.get("/v1/account", headers=headers)
        statement, request = exporter.get_finished_spans()
        assert (request.name, request.kind) == ("GET /v1/account", SpanKind.SERVER)
        assert (request.context.trace_id, request.parent.span_id) == (int(TRACE, 16), 0x00F067AA0BA902B7)
        assert request.attributes["http.response.status_code"] == 200
        assert (statement.name, statement.kind) == ("api.get_account", SpanKind.CLIENT)
        assert statement.parent.span_id == request.context.span_id
        assert statement.attributes["db.stored_procedure.name"] == "api.get_account"
        exporter.clear()
        await http.get(f"/v1/orders/{uuid4()}", headers={"Authorization": headers["Authorization"]})
        statement, request = exporter.get_finished_spans()
        assert (request.name, request.parent) == ("GET /v1/orders/{order_id}", None)
        assert request.attributes["error.type"] == "order_not_found"
        assert request.status.status_code is StatusCode.UNSET, "a 404 is no error of the server"
        assert (statement.attributes["error.type"], statement.events) == ("SH404", ()), "messages may quote rows"


# --- deprecations ---------------------------------------------------------------------------------


async def test_a_deprecated_operation_and_field_say_so(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Deprecation(date(2027, 1, 1), date(2028, 1, 1), "Use the new one.")
    monkeypatch.setattr(deprecations, "OPERATIONS", {"list_products": old})
    monkeypatch.setattr(deprecations, "FIELDS", {("product", "sku"): old})
    async with application(access) as (http, state):
        for _ in range(2):  # the second one is a kept answer
            answers = [await http.get("/v1/products"), await http.get("/v1/products?limit=0")]
            assert [answer.status_code for answer in answers] == [200, 422]
            for answer in answers:
                assert answer.headers["deprecation"] == "@1798761600"
                assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
                assert answer.headers["link"] == '</docs>; rel="deprecation"; type="text/html"'
        assert not {"deprecation", "sunset"} & (await http.get("/v1/categories")).headers.keys()
        document = describe(state["contract"])
    operation = document["paths"]["/v1/products"]["get"]
    assert operation["deprecated"] is True
    assert operation["description"].startswith("Deprecated since 2027-01-01; it stays until 2028-01-01 at least.")
    field = document["components"]["schemas"]["product"]["properties"]["sku"]
    assert field["deprecated"] is True
    assert "Use the new one." in field["description"]


def test_what_is_deprecated_stays_for_half_a_year() -> None:
    for found in (*deprecations.OPERATIONS.values(), *deprecations.FIELDS.values()):
        assert (found.sunset - found.since).days >= 180
