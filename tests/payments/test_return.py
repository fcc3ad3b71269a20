"""A payer comes back from the gateway: by GET or by POST, before or after the callback, to our page or the shop's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from api.gateways.sslcommerz.fields import write_id
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.payments.conftest import Shop
from tests.support.connections import refused
from tests.support.web import Client

GATEWAYS = ("sslcommerz",)
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "https://securepay.sslcommerz.com"}
FRONT = "https://shop.example/thanks"


@pytest.fixture(scope="module", autouse=True)
async def front(shop: Shop, sslcommerz: SSLCommerzServer) -> str:
    """The shop front is allowed, and the seller has a name."""
    admin = await shop.account("admin")
    origins = ["https://shop.example", "https://other.example:8443", "http://localhost:3000"]
    await shop.call("web_admin", "update_settings", token=admin, return_origins=origins)
    await shop.call("web_admin", "replace_seller", token=admin, name="Lamps & More")
    return admin


async def begin(client: Client, shop: Shop, provider: str = "sslcommerz", **given: Any) -> tuple[Any, Any]:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    body = {"provider": provider, **given}
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json=body)
    assert answer.status_code == 201, answer.text
    return order, answer.json()["payment"]


async def notify(client: Client, ipn: bytes) -> None:
    answer = await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)
    assert answer.status_code == 200, answer.text


async def everything(shop: Shop) -> Any:
    """What a page must not change."""
    return await shop.admin.fetchrow(
        "SELECT (SELECT json_agg(p ORDER BY p.id)::text FROM payments.payments AS p) AS payments,"
        " (SELECT count(*) FROM audit.changes) AS changes, (SELECT count(*) FROM messaging.events) AS events"
    )


# --- the page -------------------------------------------------------------------------------------


async def test_sslcommerz_posts_the_browser_back_before_its_callback(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer
) -> None:
    """A browser that comes back by POST, and before the gateway's callback: it is shown a page, not a refusal."""
    order, payment = await begin(client, shop)
    ipn = sslcommerz.pay(write_id(payment["id"]))
    address, form = sslcommerz.browser(write_id(payment["id"]))
    before = await everything(shop)
    page = await client.post(address, headers=FORM, content=form)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store"
    for said in (f"Order {order['number']}", "Lamps &amp; More", "USD 10.00", "is being confirmed"):
        assert said in page.text
    assert await everything(shop) == before

    # It loads itself again, by GET, and says how it went once the callback is here.
    pause, _, again = page.headers["refresh"].partition("; url=")
    assert int(pause) <= 3
    assert "is being confirmed" in (await client.get(again)).text
    await notify(client, ipn)
    page = await client.get(again)
    assert "We have received your payment." in page.text
    assert "refresh" not in page.headers


async def test_declined_and_cancelled_at_sslcommerz(client: Client, shop: Shop, sslcommerz: SSLCommerzServer) -> None:
    """A browser that comes back by POST, of a payer who was declined or gave up."""
    for end in (sslcommerz.decline, sslcommerz.cancel):
        order, payment = await begin(client, shop)
        ipn = end(write_id(payment["id"]))
        address, form = sslcommerz.browser(write_id(payment["id"]))
        assert urlsplit(address).path == "/v1/checkout/cancel"
        page = await client.post(address, headers=FORM, content=form)
        assert (page.status_code, "Not paid" in page.text) == (200, True)
        assert order["number"] in page.text
        await notify(client, ipn)
        page = await client.get(page.headers["refresh"].partition("; url=")[2])
        assert "Nothing was charged." in page.text
        assert "refresh" not in page.headers


async def test_the_page_gives_up_and_is_no_loop(client: Client, shop: Shop) -> None:
    for path, least, most in (("success", 150, 600), ("cancel", 5, 60)):
        _, payment = await begin(client, shop)
        address = f"/v1/checkout/{path}?payment_id={payment['id']}"
        seconds = 0
        for _ in range(100):
            page = await client.get(address)
            pause, _, address = page.headers.get("refresh", "").partition("; url=")
            if not pause:
                break
            seconds += int(pause)
        assert "refresh" not in page.headers
        assert least <= seconds <= most
    for times in ("-1", "9" * 50, "x", "\u00b2", ""):
        given = urlencode({"payment_id": payment["id"], "times": times})
        assert (await client.get(f"/v1/checkout/success?{given}")).status_code == 200


async def test_whoever_has_the_id_learns_number_amount_and_status_only(client: Client, shop: Shop) -> None:
    _, payment = await begin(client, shop)
    page = await client.get(f"/v1/checkout/success?payment_id={payment['id']}")
    row = await shop.admin.fetchrow(
        "SELECT p.*, a.email FROM payments.payments AS p JOIN identity.accounts AS a ON a.id = p.account_id"
        " WHERE p.id = $1::text::uuid",
        payment["id"],
    )
    hidden = ("email", "outside_key", "provider_reference", "checkout_url", "order_id", "account_id")
    assert not [name for name in hidden if str(row[name]) in page.text + str(page.headers)]


@pytest.mark.parametrize("path", ["/v1/checkout/success", "/v1/checkout/cancel"])
async def test_without_a_payment_there_is_a_page_too(client: Client, path: str) -> None:
    nobody = "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42"
    for query in ("", f"?payment_id={nobody}", "?payment_id=x", "?payment_id=%00%ff", "?payment_id="):
        for method in ("GET", "POST"):
            page = await client.request(method, path + query, headers=FORM, content=b"status=VALID" * 1000)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert "Lamps &amp; More" in page.text
            assert "refresh" not in page.headers
            assert "Order" not in page.text


async def test_head_and_options_fit(client: Client, shop: Shop) -> None:
    _, payment = await begin(client, shop, return_url=FRONT)
    for path in ("success", "cancel"):
        address = f"/v1/checkout/{path}?payment_id={payment['id']}"
        page, head = await client.get(address), await client.request("HEAD", address)
        assert (head.status_code, head.headers["refresh"]) == (page.status_code, page.headers["refresh"])
        options = await client.request("OPTIONS", address)
        assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")
        assert (await client.put(address)).headers["allow"] == "GET, HEAD, OPTIONS, POST"


# --- back to the shop front -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("return_url", "expected"),
    [
        (FRONT, f"{FRONT}?payment_id={{}}&status=completed"),
        (f"{FRONT}?lang=bn&q=a%20b", f"{FRONT}?lang=bn&q=a%20b&payment_id={{}}&status=completed"),
        ("https://shop.example", "https://shop.example?payment_id={}&status=completed"),
        ("https://shop.example/?", "https://shop.example/?payment_id={}&status=completed"),
        ("https://shop.example/#/thanks", "https://shop.example/?payment_id={}&status=completed#/thanks"),
        ("HTTPS://Shop.Example:443/a?b=1&", "HTTPS://Shop.Example:443/a?b=1&payment_id={}&status=completed"),
        ("https://other.example:8443/x", "https://other.example:8443/x?payment_id={}&status=completed"),
        ("http://localhost:3000/x", "http://localhost:3000/x?payment_id={}&status=completed"),
    ],
)
async def test_a_payer_returns_to_the_shop_front(
    client: Client, shop: Shop, sslcommerz: SSLCommerzServer, return_url: str, expected: str
) -> None:
    """A browser that comes back by POST or GET to a shop with a front of its own is sent on by 303."""
    _, payment = await begin(client, shop, return_url=return_url)
    assert payment["return_url"] == return_url
    ipn = sslcommerz.pay(write_id(payment["id"]))
    address, form = sslcommerz.browser(write_id(payment["id"]))
    page = await client.post(address, headers=FORM, content=form)
    waiting = expected.format(payment["id"]).replace("completed", "open").replace("&", "&amp;")
    assert f'href="{waiting}"' in page.text
    await notify(client, ipn)
    for method in ("POST", "GET"):
        back = await client.request(method, address, headers=FORM, content=form)
        assert (back.status_code, back.headers["location"]) == (303, expected.format(payment["id"]))
        assert back.headers["cache-control"] == "no-store"


async def test_the_mock_page_leads_there_too_and_so_does_a_decline(client: Client, shop: Shop) -> None:
    for outcome, status in (("pay", "completed"), ("decline", "failed")):
        _, payment = await begin(client, shop, "mock", return_url=FRONT)
        decided = await client.post(urlsplit(payment["checkout_url"]).path, data={"outcome": outcome})
        back = await client.get(decided.headers["location"])
        query = parse_qs(urlsplit(back.headers["location"]).query)
        assert (back.status_code, query) == (303, {"payment_id": [payment["id"]], "status": [status]})


async def test_a_deposit_has_a_return_url_too(client: Client, shop: Shop) -> None:
    token = await shop.account()
    body = {"amount": 2000, "currency": "USD", "provider": "mock", "return_url": FRONT}
    payment = (await client.post("/wallet/deposits", token=token, json=body)).json()["payment"]
    assert payment["return_url"] == FRONT
    page = await client.get(f"/v1/checkout/success?payment_id={payment['id']}")
    assert "Deposit" in page.text
    assert (await client.get(f"/payments/{payment['id']}", token=token)).json()["return_url"] == FRONT
    body["return_url"] = "https://evil.example/"
    answer = await client.post("/wallet/deposits", token=token, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "return_url_refused")


async def test_the_shops_own_address_is_allowed(client: Client, shop: Shop) -> None:
    _, payment = await begin(client, shop, "mock", return_url=f"{client.url}/console")
    assert payment["return_url"] == f"{client.url}/console"
    # A client does not say which address that is.
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    body = {"provider": "mock", "return_url": "https://evil.example", "public_url": "https://evil.example"}
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")


@pytest.mark.parametrize(
    "return_url",
    [
        "https://evil.example/", "https://shop.example.evil.example/", "https://evilshop.example/",
        "https://sub.shop.example/", "https://shop.example:444/", "https://other.example/", "http://shop.example/",
        "http://localhost/", "http://localhost:3001/", "https://localhost:3000/",
        "https://shop.example@evil.example/", "https://user:password@shop.example/", "https://shop.example:@evil.example",
        "https://evil.example#@shop.example/", "https://evil.example\\@shop.example/", "https://shop.example\\.evil.example",
        "https://shop.example#@evil.example", "https://shop.example/#@evil.example", "https://shop.example/#:~:text=x",
        "https://shop.example/#a#b", "https:/shop.example/", "https:shop.example", "//shop.example/", "/thanks", "",
        "javascript:alert(1)//https://shop.example/", "data:text/html,x", " https://shop.example/",
        "https://shop.example/ ", "https://shop.example/\n", "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\t", "https://shop.example/\x7f", "https://shop.example/\x1b", "https://shop.example/a b",
        "https://sho\u212a.example/", "https://shop\u3002example/", "https://shop.example\uff0fevil.example/",
        "https://shop.example./", "https://shop.example:/", "https://shop.example:99999999/", "https://[shop.example]/",
        "https://shop.example/%", "https://shop.example/%0", "https://shop.example/%zz", 'https://shop.example/"',
        "https://shop.example/<b>", "https://shop.example/?status=completed", "https://shop.example/?a=1&payment_id=2",
        "https://shop.example/?STATUS", "https://shop.example/?status#x", "https://shop.example/" + "a" * 2000,
    ],
)  # fmt: skip
async def test_what_no_payer_is_sent_to(shop: Shop, return_url: str) -> None:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    with refused("return_url_refused", "SH422"):
        await shop.call(
            "web_customer", "begin_payment", token=token, order_id=order["id"], provider="mock", return_url=return_url
        )
    begun = "SELECT count(*) FROM payments.payments WHERE order_id = $1::text::uuid"
    assert await shop.admin.fetchval(begun, order["id"]) == 0


async def test_a_refusal_is_a_sentence_over_http(client: Client, shop: Shop) -> None:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    body = {"provider": "mock", "return_url": "https://evil.example/"}
    answer = await client.post(f"/orders/{order['id']}/payments", token=token, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "return_url_refused")
    assert "The origin of return_url is not allowed." in answer.json()["detail"]


async def test_return_url_is_in_no_audit(shop: Shop) -> None:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    secret = "https://shop.example/?session=Geheim"
    await shop.call(
        "web_customer", "begin_payment", token=token, order_id=order["id"], provider="mock", return_url=secret
    )
    assert not await shop.admin.fetchval("SELECT count(*) FROM audit.changes AS c WHERE c::text LIKE '%Geheim%'")
    assert not await shop.admin.fetchval("SELECT count(*) FROM messaging.events AS e WHERE e::text LIKE '%Geheim%'")


# --- who may be returned to -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "https://shop.example/", "https://shop.example/a", "https://Shop.example", "https://shop.example:443", "*",
        "http://shop.example", "https://*.shop.example", "https://u@shop.example", "shop.example", "", "null",
        "http://localhost.evil.example", "https://shop.example?a", "https://shop.example\\",
    ],
)  # fmt: skip
async def test_a_setting_that_is_no_origin(shop: Shop, front: str, origin: str) -> None:
    with refused("return_origin_malformed", "SH422") as refusal:
        await shop.call("web_admin", "update_settings", token=front, return_origins=["https://good.example", origin])
    assert refusal.detail == {"origin": origin}
    settings = await shop.call("web_admin", "get_settings", token=front)
    assert "https://good.example" not in settings["return_origins"]


async def test_the_page_links_to_the_shop_front(client: Client, shop: Shop) -> None:
    _, payment = await begin(client, shop)
    page = await client.get(f"/v1/checkout/success?payment_id={payment['id']}")
    assert re.findall(r'href="([^"]+)"', page.text) == ["https://shop.example"]
