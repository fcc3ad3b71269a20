"""A browser in front of the real web tier, and people of the shop who log in to the console.

The browser is the Chromium that is installed, driven by Playwright; where there is none, these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.report.conftest import Office
from tests.report.conftest import office as office

PASSWORD = "Correct-Horse-9"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="no chromium is installed (apt-get install chromium)"))


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # Chromium refuses its sandbox to root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@dataclass
class Console:
    """A page of the console, and all that went wrong in it."""

    url: str
    page: Page
    trouble: list[str] = field(default_factory=list)

    async def go(self, place: str) -> None:
        await self.page.goto(f"{self.url}/console#/{place}")

    async def find(self, text: str) -> None:
        await self.page.get_by_label("Find").fill(text)
        await self.page.keyboard.press("Enter")

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).first.click()

    async def in_dialog(self, name: str) -> None:
        await self.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()

    async def violations(self) -> list[str]:
        found: list[str] = await self.page.evaluate("window.violations ?? []")
        return found

    async def assert_no_trouble(self) -> None:
        assert self.trouble == []
        assert await self.violations() == []


_WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""

Open = Callable[..., Awaitable[Console]]


@pytest.fixture(scope="module")
def logged_in() -> dict[str, Any]:
    return {}


@pytest.fixture
async def visit(browser: Browser, server: Any, logged_in: dict[str, Any]) -> AsyncIterator[Open]:
    contexts = []

    async def open_page(email: str = "", **options: Any) -> Console:
        """As somebody who is logged in, or as nobody. Each person logs in once: bcrypt is slow on purpose."""
        context = await browser.new_context(locale="en-US", storage_state=logged_in.get(email), **options)
        contexts.append(context)
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        page.set_default_timeout(30_000)
        console = Console(server.url, page)
        page.on(
            "console",
            lambda m: console.trouble.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda e: console.trouble.append(f"thrown: {e}"))
        await page.goto(f"{server.url}/console")
        if email and email not in logged_in:
            await page.get_by_label("E-mail").fill(email)
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Log in").click()
            await expect(page.get_by_label("Find")).to_be_attached()
            logged_in[email] = await context.storage_state()
        elif email:
            await expect(page.get_by_label("Find")).to_be_attached()
        return console

    yield open_page
    for context in contexts:
        await context.close()


SignUp = Callable[..., Awaitable[str]]


@pytest.fixture(scope="module")
async def sign_up(client: Any, shop: Shop) -> SignUp:
    async def make(role: str, **fields: str) -> str:
        """The e-mail of a new account that can log in."""
        email = f"{uuid.uuid4().hex}@example.com"
        made = await client.post("/accounts", json={"email": email, "password": PASSWORD, **fields})
        assert made.status_code == 201, made.text
        await shop.admin.execute("UPDATE identity.accounts SET role = $2 WHERE email = $1", email, role)
        return email

    return make


@pytest.fixture(scope="module")
async def support(sign_up: SignUp) -> str:
    return await sign_up("support", display_name="Sam Support")


@pytest.fixture(scope="module")
async def admin_email(sign_up: SignUp) -> str:
    return await sign_up("admin", display_name="Ada Admin")


@pytest.fixture(scope="module")
async def customer(shop: Shop) -> str:
    return await shop.account()


Sell = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
async def sell(office: Office, customer: str) -> Sell:
    async def make(quantity: int = 3, price: int = 500, **more: Any) -> dict[str, Any]:
        """A paid order of one product."""
        order, _ = await office.sold(customer, await office.product(USD=price), quantity=quantity, **more)
        return order

    return make
