"""/docs in a real browser: search, an example that works, try it in the page; and nothing that its policy forbids."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from jsonschema_rs import validator_for
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.docs.examples import add_examples
from api.docs.pages import POLICY, docs_routes, render_errors
from api.http.errors import SENTENCES

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)

SESSION = {
    "type": "object",
    "required": ["email", "password"],
    "properties": {"email": {"type": "string"}, "password": {"type": "string"}},
}
ANSWER = {"200": {"description": "The answer."}, "409": {"description": "Out of stock."}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "storeproc", "version": "1"},
    "servers": [{"url": "/"}],
    "paths": {
        "/v1/sessions": {
            "post": {
                "operationId": "create_session",
                "tags": ["account"],
                "summary": "Log in",
                "requestBody": {"content": {"application/json": {"schema": SESSION}}},
                "responses": ANSWER,
            }
        },
        "/v1/orders": {
            "get": {
                "operationId": "list_orders",
                "tags": ["orders"],
                "summary": "List orders",
                "security": [{"bearer": []}],
                "responses": ANSWER,
            }
        },
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}


async def openapi(request: Request) -> Response:
    document = json.loads(json.dumps(DOCUMENT))
    add_examples(document)
    return JSONResponse(document)


async def create_session(request: Request) -> Response:
    given = await request.json()
    return JSONResponse({"access_token": f"token-of-{given['email']}"})


async def list_orders(request: Request) -> Response:
    return JSONResponse({"authorization": request.headers.get("authorization")})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    application = Starlette(
        routes=[
            Route("/openapi.json", openapi),
            Route("/v1/sessions", create_session, methods=["POST"]),
            Route("/v1/orders", list_orders),
            *docs_routes(),
        ]
    )
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
async def page(anyio_backend: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of a real browser, and all that it complained about."""
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = await browser.new_page()
        page.set_default_timeout(30_000)
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.log(e.violatedDirective, e.blockedURI))"
        )
        yield page, trouble
        await browser.close()


def test_the_policy_is_strict_and_a_304_carries_it_too(url: str) -> None:
    assert "unsafe" not in POLICY
    for path in ("/docs", "/docs/", "/docs/docs.js", "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"):
        first = httpx.get(url + path)
        assert first.status_code == 200, path
        again = httpx.get(url + path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for answer in (first, again):
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["cache-control"] == "no-cache"
    assert "petstore" not in httpx.get(url + "/docs/").text
    assert httpx.get(url + "/docs/../app.py").status_code == 404
    assert httpx.get(url + "/docs/nothing.js").status_code == 404


async def test_search_example_and_try_it(url: str, page: tuple[Page, list[str]]) -> None:
    browser, trouble = page
    elsewhere: list[str] = []
    browser.on("request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else elsewhere.append(r.url))
    await browser.goto(url + "/docs")
    operations = browser.locator(".opblock")
    await expect(operations).to_have_count(2)
    await browser.get_by_label("Find an endpoint").fill("LOG in")
    await expect(operations).to_have_count(1)

    await browser.locator(".opblock-summary").click()
    await expect(browser.locator(".opblock textarea")).to_have_value('{\n  "email": "alice@example.com",\n  "password": "Correct-Horse-7"\n}')  # noqa: E501  # fmt: skip
    await expect(browser.locator(".responses-table").last).to_contain_text("Out of stock.")
    await browser.get_by_role("button", name="Execute").click()
    await expect(browser.locator(".live-responses-table")).to_contain_text("token-of-alice@example.com")

    # The token of that answer is sent with what is tried next.
    await browser.get_by_label("Find an endpoint").fill("/v1/orders")
    await browser.locator(".opblock-summary", has_text="/v1/orders").click()
    await browser.get_by_role("button", name="Execute").click()
    await expect(browser.locator(".live-responses-table")).to_contain_text("Bearer token-of-alice@example.com")
    assert (trouble, elsewhere) == ([], [])


async def test_it_has_its_styles_the_second_time(url: str, page: tuple[Page, list[str]]) -> None:
    browser, trouble = page
    for _ in range(2):
        await browser.goto(url + "/docs")
        await expect(browser.locator(".opblock").first).to_have_css("border-top-style", "solid")
    assert trouble == []


class _Contract:
    """As much of the contract as the list of errors reads."""

    sentences = {"out_of_stock": "There is not enough <in stock>."}  # noqa: RUF012
    explained: dict[str, str] = {}  # noqa: RUF012
    raised = {"order_not_found": (404, "There is no such order.")}  # noqa: RUF012

    def refused_inputs(self) -> dict[str, tuple[int, str]]:
        return {"limit_out_of_range": (422, "1 to 100.")}


def test_every_error_code_is_explained_under_its_own_anchor() -> None:
    contract: Any = _Contract()
    text = bytes(render_errors(contract).body).decode()
    for code in ("out_of_stock", "order_not_found", "limit_out_of_range", *SENTENCES):
        assert f'<tr id="{code}">' in text
    assert "409 Conflict" in text
    assert "not enough &lt;in stock&gt;." in text


async def test_the_examples_of_the_shop_satisfy_their_schemas(client: Any) -> None:
    document = (await client.get("/openapi.json")).json()
    add_examples(document)
    invalid, checked = {}, 0
    for methods in document["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                schema = body["schema"] | {"components": document["components"]}
                errors = [e.message for e in validator_for(schema).iter_errors(body["example"])]
                if errors:
                    invalid[operation["operationId"]] = body["example"], errors
                checked += 1
    assert invalid == {}
    assert checked > 50
