"""/docs in a real browser, with the real document: search, requests that are tried, keyboard, phones, axe-core."""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from playwright.async_api import Browser, expect
from starlette.applications import Starlette

from api.docs.pages import POLICY, docs_routes
from tests.docs.browser import Visit, visiting
from tests.docs.browser import browser as browser
from tests.support.web import Client, WebServer

FILES = sorted((Path(__file__).parents[2] / "api" / "docs" / "static").iterdir())
PASSWORD = "Correct-Horse-9"
PAGES = ("", "#orders", "#create_order", "#list_products", "#?search=tax_id")


@pytest.fixture
async def visit(browser: Browser, server: WebServer) -> AsyncIterator[Visit]:
    async with visiting(browser, server.url, viewport={"width": 1280, "height": 900}) as visit:
        yield visit
        assert (visit.trouble, visit.elsewhere) == ([], [])


async def test_the_policy_is_strict_and_a_304_carries_it_too() -> None:
    assert "unsafe" not in POLICY
    transport = httpx.ASGITransport(Starlette(routes=docs_routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://docs") as files:
        for path in ("/docs", "/docs/", *(f"/docs/{file.name}" for file in FILES)):
            first = await files.get(path)
            assert first.status_code == 200, path
            again = await files.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            for answer in (first, again):
                assert answer.headers["content-security-policy"] == POLICY
                assert answer.headers["cache-control"] == "no-cache"
        for path in ("/docs/../app.py", "/docs/nothing.js"):
            assert (await files.get(path)).status_code == 404


def test_no_file_makes_markup_of_text_or_loads_from_elsewhere() -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Storage", text), file
        assert set(re.findall(r"https?://[\w./-]+", text)) <= {"http://www.w3.org/2000/svg", "https://shop.example/"}, (
            file
        )


async def test_search_finds_operations_fields_and_codes(visit: Visit) -> None:
    await visit.go()
    box = visit.page.get_by_role("searchbox")
    results = visit.page.locator("main .results").first.locator("> li")
    await box.fill("create AN order")
    await expect(results.first).to_contain_text("/v1/orders")
    await box.fill("low_stock")
    await expect(results.filter(has_text="takes low_stock").first).to_contain_text("/v1/admin/reporting")
    await box.fill("out_of_stock")
    await expect(results.filter(has_text="error out_of_stock").first).to_contain_text("/v1/cart/items")
    await expect(visit.page.locator("main")).to_contain_text("This product is sold out.")
    await expect(visit.page.get_by_role("status")).to_contain_text("1 error code")
    await visit.page.get_by_role("link", name="Create an order").first.click()
    await expect(visit.page.locator("#errors").locator("..")).to_contain_text("out_of_stock This product is sold out.")
    assert visit.page.url.endswith("#create_order")


async def test_the_keyboard_is_enough(visit: Visit) -> None:
    await visit.go("#/orders/create_order")  # as addresses of this page used to be
    await expect(visit.page.locator("h1")).to_have_text("Create an order")
    keyboard = visit.page.keyboard
    await keyboard.press("/")
    await keyboard.type("list your orders")
    await keyboard.press("Enter")
    await keyboard.press("Enter")
    await expect(visit.page.locator("h1")).to_have_text("List your orders")
    await expect(visit.page.locator("h1")).to_be_focused()
    await expect(visit.page.locator("nav [aria-current]")).to_contain_text("List your orders")
    await visit.page.go_back()
    await visit.page.go_forward()
    await expect(visit.page).to_have_title("List your orders · storeproc")


async def test_requests_are_tried_as_the_one_who_logs_in(visit: Visit, client: Client) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    made = await client.post("/accounts", json={"email": email, "password": PASSWORD})
    assert made.status_code == 201
    page = visit.page
    await visit.go("#create_address")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("dialog").get_by_role("button", name="Log in", exact=True).click()
    await expect(page.locator("header .who")).to_have_text(email)
    assert json.loads(await page.get_by_label("Body", exact=False).first.input_value())["city"] == "Dhaka"
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".answer")).to_contain_text("201")
    address = json.loads(await page.get_by_role("region", name="Body of the answer").inner_text())
    await page.locator(".answer summary").click()
    await expect(page.get_by_role("region", name="Headers of the answer")).to_contain_text("x-request-id")
    await page.goto(f"{visit.url}/docs#update_address")
    await expect(page.get_by_label("address_id")).to_have_value(address["id"])  # of the answer before
    # Neither the password nor the token is stored anywhere: a reload ends the log-in.
    assert await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    await page.reload()
    await expect(page.get_by_role("button", name="Log in").first).to_be_visible()
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".answer")).to_contain_text("401")
    visit.trouble.clear()  # the browser reports the 401


async def test_the_programs_that_are_shown_run(visit: Visit, client: Client) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    await client.post("/accounts", json={"email": email, "password": PASSWORD})
    token = (await client.post("/sessions", json={"email": email, "password": PASSWORD})).json()["access_token"]
    await visit.go("#create_address")
    await visit.page.get_by_label("Body", exact=False).first.fill(
        json.dumps({"name": 'O\'Brien "x" $HOME', "line1": "1", "city": "D", "country": "BD", "is_default": True})
    )
    programs = {}
    for language in ("curl", "JavaScript", "Python"):
        await visit.page.get_by_role("button", name=language).click()
        programs[language] = await visit.page.get_by_role("region", name=f"Request with {language}").inner_text()
    python = f"token = {token!r}\n{programs['Python']}"
    for command in (["bash", "-c", programs["curl"]], [sys.executable, "-c", python]):
        done = await anyio.run_process(command, env=os.environ | {"TOKEN": token})
        assert json.loads(done.stdout)["name"] == 'O\'Brien "x" $HOME'
    script = f"async token => {{ {programs['JavaScript'].replace('console.log', 'return ')} }}"
    assert json.loads(await visit.page.evaluate(script, token))["is_default"] is True


# Half a second each on an idle machine, mostly axe-core's.
@pytest.mark.parametrize(
    ("width", "scheme", "examined"), [(1280, "light", ["#list_products"]), (360, "dark", ["#create_order"])]
)
async def test_it_is_accessible_and_fits_a_phone(
    browser: Browser, server: WebServer, width: int, scheme: str, examined: list[str]
) -> None:
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    async with visiting(browser, server.url, **options) as visit:
        for place in PAGES:
            await visit.go(place)
            assert await visit.overflow() <= 0, place
            if place in examined:
                assert await visit.violations() == [], place
        if width < 800:
            await visit.page.get_by_role("button", name="Operations").click()
            await visit.page.locator("nav summary").first.click()
        else:
            await visit.page.get_by_role("button", name="Log in", exact=True).click()
        assert await visit.violations() == []
        assert visit.trouble == []


async def test_it_has_its_styles_the_second_time(visit: Visit) -> None:
    for _ in range(2):
        await visit.go()
        await expect(visit.page.locator("header")).to_have_css("position", "sticky")
