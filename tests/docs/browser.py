"""A browser in front of the documentation page."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.npm import fetch_package

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
AXE = "axe-core@4.14.1"  # MPL-2.0; the tests read it, and nothing of it is shipped
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN = "tags => axe.run({runOnly: tags, resultTypes: ['violations'], preload: false})"
_WATCH = "addEventListener('securitypolicyviolation', e => console.log(e.violatedDirective, e.blockedURI))"

expect.set_options(timeout=30_000)


@dataclass
class Visit:
    """A page, and all that went wrong in it."""

    url: str
    page: Page
    trouble: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    async def go(self, place: str = "") -> None:
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.url}/docs{place}")
        await expect(self.page.locator("main h1")).to_be_visible()

    async def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        wider: int = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return wider

    async def violations(self) -> list[str]:
        """What axe-core finds against WCAG 2.2 AA."""
        await self.page.evaluate(read_axe())
        found: dict[str, Any] = await self.page.evaluate(_RUN, WCAG)
        return [
            f"{v['id']}: {node['html']} {node['failureSummary']}" for v in found["violations"] for node in v["nodes"]
        ]


def read_axe() -> str:
    with tarfile.open(fetch_package(AXE)) as package:
        script = package.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt-get install chromium)")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, url: str, **options: Any) -> AsyncIterator[Visit]:
    context = await browser.new_context(locale="en-US", **options)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    visit = Visit(url, page)
    page.on("console", lambda message: visit.trouble.append(message.text))
    page.on("pageerror", lambda error: visit.trouble.append(str(error)))
    own = (url, "data:", "blob:", "about:")
    page.on("request", lambda r: None if r.url.startswith(own) else visit.elsewhere.append(r.url))
    await page.add_init_script(_WATCH)
    yield visit
    await context.close()
