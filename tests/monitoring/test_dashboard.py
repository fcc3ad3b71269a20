"""`storeproc dashboard`: one page, for this machine, that asks nobody else; looked at in a real browser."""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from db.server.access import Access
from monitoring.review_page import Dashboard

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (apt-get install chromium)")

HISTORY = """
    DELETE FROM monitor.statement_history; DELETE FROM monitor.activity_history; DELETE FROM monitor.relation_history;
    SELECT monitor.ensure_partitions();
    INSERT INTO monitor.statement_history
    SELECT t, v.id, 'web_customer', v.endpoint, 60, 60 * v.ms, 100, 60, 1000, 3, 0, 5000
    FROM generate_series(now() - interval '20 minutes', now(), interval '1 minute') AS t
    CROSS JOIN (VALUES (1, 'create_order', 4.0), (2, 'get_order', 1.0), (3, '<img src=x onerror=alert(1)>', 0.5),
                       (4, NULL, 0.2)) AS v (id, endpoint, ms);
    INSERT INTO monitor.activity_history
    SELECT t, 10, 9, 2, 0, 0, 1, 1000 + 60 * n, 5, 0, 10000 + 1000 * n, 10 + n, 0, 100000 * n, 5000000 + n, 1, 0, 0
    FROM generate_series(0, 20) AS n
    CROSS JOIN LATERAL (SELECT now() - interval '20 minutes' + n * interval '1 minute' AS t) AS t;
    INSERT INTO monitor.relation_history
    SELECT t, 'sales.orders', 8192, 8192, 1
    FROM generate_series(now() - interval '20 minutes', now(), interval '5 minutes') AS t;
"""


@pytest.fixture(scope="module")
async def served(access: Access, admin: Any) -> AsyncIterator[Dashboard]:
    # A day has a partition of its own: just after midnight the history begins in yesterday's.
    await admin.execute("""
        DO $$ DECLARE t text; d date := current_date - 1; BEGIN
            FOREACH t IN ARRAY ARRAY['statement_history', 'activity_history', 'relation_history'] LOOP
                EXECUTE format('CREATE TABLE IF NOT EXISTS monitor.%s PARTITION OF monitor.%s '
                               'FOR VALUES FROM (%L) TO (%L)',
                               t || to_char(d, '_YYYYMMDD'), t, d, d + 1);
            END LOOP;
        END $$""")
    await admin.execute(HISTORY)
    dashboard = Dashboard(access)
    thread = threading.Thread(target=dashboard.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield dashboard
    dashboard.shutdown()
    thread.join()
    dashboard.server_close()


def ask(served: Dashboard, path: str, host: str | None = None) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=60)
    connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{served.server_port}"})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read()
    connection.close()
    return found


async def test_it_listens_here_only_and_without_the_token_there_is_nothing(served: Dashboard) -> None:
    assert served.server_address[0] == "127.0.0.1"
    good = f"/{served.token}/"
    nearly = served.token[:-1] + ("y" if served.token.endswith("x") else "x")
    refused = [
        ("/", None), ("/review?hours=1", None), (f"/{nearly}/", None), (f"/x{good}", None),
        (good, "evil.example"), (good, f"evil.example:{served.server_port}"), (f"{good}review?hours=1", "evil.example"),
    ]  # fmt: skip
    for path, host in refused:
        status, _, body = await asyncio.to_thread(ask, served, path, host)
        assert status == 404, (path, host)
        assert b"<html" not in body
        assert b"{" not in body
    status, _, _ = await asyncio.to_thread(ask, served, good)
    assert status == 200
    assert len(served.token) >= 32


async def test_its_policy_lets_it_load_nothing_else(served: Dashboard) -> None:
    status, headers, body = await asyncio.to_thread(ask, served, f"/{served.token}/")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    page = body.decode()
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
    assert "/*" not in page.split("<style>")[0]


async def test_hours_are_checked(served: Dashboard) -> None:
    for given in ("0", "-1", "337", "1;DROP", "NaN", "1e3", ""):
        status, _, _ = await asyncio.to_thread(ask, served, f"/{served.token}/review?hours={given}")
        assert status == (200 if given == "" else 400), given  # an empty one is none: the default


async def test_it_reads_as_store_monitor_and_cannot_write(served: Dashboard) -> None:
    served.watcher.ask("glance")
    connection = served.watcher.connection
    assert connection is not None
    row = connection.execute("SELECT current_user, current_setting('transaction_read_only')").fetchone()
    assert row == ("store_monitor", "on")


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


async def visit(browser: Browser, served: Dashboard, **options: Any) -> tuple[Page, list[str]]:
    page = await browser.new_page(**options)
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((served.url, "data:")) else trouble.append(request.url),
    )
    await page.goto(served.url)
    await expect(page.locator("main")).to_have_attribute("aria-busy", "false")
    return page, trouble


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
async def test_it_draws_everything_and_asks_nobody_else(
    served: Dashboard, browser: Browser, scheme: Any, size: tuple[int, int]
) -> None:
    width, height = size
    page, trouble = await visit(browser, served, viewport={"width": width, "height": height}, color_scheme=scheme)
    for chart in ("load", "latency", "sessions", "transactions", "reads", "writes", "queue", "growth"):
        assert await page.locator(f"#{chart} svg path").count() > 0, chart
    assert await page.locator("#tiles .tile").count() == 8
    await expect(page.locator("#endpoints")).to_contain_text("create_order")
    await expect(page.locator("#endpoints")).to_contain_text("POST /orders")
    await expect(page.locator("#endpoints")).to_contain_text("everything else")
    # Other tests may hold locks.
    await expect(page.locator("#locks")).to_contain_text(re.compile("No session waits|Held by"))
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert trouble == []
    await page.close()


@needs_browser
async def test_names_stay_text(served: Dashboard, browser: Browser) -> None:
    page, trouble = await visit(browser, served)
    await expect(page.locator("#endpoints")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await page.locator("img").count() == 0
    assert trouble == []
    await page.close()


@needs_browser
async def test_sorting_opening_and_another_period(served: Dashboard, browser: Browser) -> None:
    page, trouble = await visit(browser, served)
    first = page.locator("#endpoints tbody tr .name").first
    await expect(first).to_have_text("create_order")  # most time
    await page.get_by_role("button", name="Mean", exact=True).click()
    await page.get_by_role("button", name="Mean ↓").click()
    await expect(first).to_have_text("everything else")  # the quickest
    await page.get_by_role("button", name="create_order").press("Enter")
    assert await page.locator("#endpoints .detail svg path").count() == 2
    async with page.expect_request(re.compile(r"review\?hours=1$")):
        await page.get_by_role("button", name="1 h").press("Enter")
    await expect(page.get_by_role("button", name="1 h")).to_have_attribute("aria-pressed", "true")
    assert trouble == []
    await page.close()


@needs_browser
async def test_who_waits_is_on_the_page(served: Dashboard, browser: Browser, connect: Any) -> None:
    holder, waiter = await connect(), await connect()
    async with holder.transaction():
        await holder.execute("LOCK TABLE catalog.categories IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(waiter.execute("SELECT FROM catalog.categories"))
        while not await served_locks(served):
            pass
        page, _ = await visit(browser, served)
        await expect(page.locator("#locks")).to_contain_text("catalog.categories")
        await expect(page.locator("#locks")).to_contain_text(str(holder.get_server_pid()))
        await page.close()
    await waiting


async def served_locks(served: Dashboard) -> list[Any]:
    found = await asyncio.to_thread(served.watcher.ask, "glance")
    locks: list[Any] = found["locks"]
    return locks


@needs_browser
async def test_a_shop_without_snapshots_says_so(make_database: Any, browser: Browser) -> None:
    dashboard = Dashboard(make_database())
    thread = threading.Thread(target=dashboard.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        page, trouble = await visit(browser, dashboard)
        await expect(page.locator("#load")).to_contain_text("No snapshots in this period yet.")
        await expect(page.locator("#tiles")).to_contain_text("Calls a second")
        assert trouble == []
        await page.close()
    finally:
        dashboard.shutdown()
        thread.join()
        dashboard.server_close()


def test_the_command_prints_its_address_and_ends_when_told(access: Access) -> None:
    environment = os.environ | {"DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret, "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "dashboard"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32,}/", process.stdout.readline())
        assert found
        with urllib.request.urlopen(found[0] + "review?hours=1", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
