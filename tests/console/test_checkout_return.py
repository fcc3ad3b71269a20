"""A payer's browser on its way back: from the gateway's page over ours to the shop front."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.async_api import Browser, Page, expect

from api.gateways.sslcommerz.fields import write_id
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.payments.conftest import Shop
from tests.payments.conftest import books_agree as books_agree
from tests.payments.conftest import sslcommerz as sslcommerz
from tests.payments.conftest import steps_at as steps_at
from tests.support.web import Client

GATEWAYS = ("sslcommerz",)
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Front(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Welcome back</h1>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def front() -> Iterator[str]:
    """A shop front of another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module", autouse=True)
async def allowed(shop: Shop, front: str, sslcommerz: SSLCommerzServer) -> None:
    admin = await shop.account("admin")
    await shop.call("web_admin", "update_settings", token=admin, return_origins=[front])


@pytest.fixture
async def page(browser: Browser) -> Any:
    page = await browser.new_page()
    yield page
    await page.close()


async def begin(client: Client, shop: Shop, provider: str, **given: Any) -> Any:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": provider, **given})
    assert answer.status_code == 201, answer.text
    return answer.json()["payment"]


async def post_from_sslcommerz(page: Page, address: str, form: bytes) -> None:
    """As its page does: a form of another site, posted by the browser."""
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parse_qsl(form.decode())
    )
    await page.set_content(f'<form method="post" action="{escape(address)}">{fields}<button>Continue</button></form>')
    await page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize(("button", "status"), [("Pay USD 10.00", "completed"), ("Decline", "failed")])
async def test_from_the_mock_page_to_the_shop_front(
    client: Client, shop: Shop, page: Page, front: str, button: str, status: str
) -> None:
    payment = await begin(client, shop, "mock", return_url=f"{front}/thanks?lang=en")
    await page.goto(payment["checkout_url"])
    await page.get_by_role("button", name=button).click()
    await page.wait_for_url(f"{front}/thanks?lang=en&payment_id={payment['id']}&status={status}")
    await expect(page.get_by_role("heading")).to_have_text("Welcome back")


async def test_from_sslcommerz_before_its_callback(
    client: Client, shop: Shop, page: Page, front: str, sslcommerz: SSLCommerzServer
) -> None:
    payment = await begin(client, shop, "sslcommerz", return_url=f"{front}/thanks")
    ipn = sslcommerz.pay(write_id(payment["id"]))
    await post_from_sslcommerz(page, *sslcommerz.browser(write_id(payment["id"])))
    await expect(page.get_by_role("status")).to_contain_text("is being confirmed")
    await expect(page.get_by_role("link")).to_have_text("Back to the shop")
    assert (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).status_code == 200
    # The page has loaded itself again, and leads on.
    await page.wait_for_url(f"{front}/thanks?payment_id={payment['id']}&status=completed")


async def test_without_a_shop_front_the_page_says_it(
    client: Client, shop: Shop, page: Page, sslcommerz: SSLCommerzServer
) -> None:
    payment = await begin(client, shop, "sslcommerz")
    ipn = sslcommerz.decline(write_id(payment["id"]))
    await post_from_sslcommerz(page, *sslcommerz.browser(write_id(payment["id"])))
    await expect(page.get_by_role("heading")).to_have_text("Not paid")
    assert (await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).status_code == 200
    await expect(page.get_by_role("status")).to_contain_text("Nothing was charged.")
