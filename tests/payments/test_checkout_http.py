"""From sign-up to a paid order over HTTP, through the mock gateway's hosted page, as a browser would go."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest

from db.server.access import Access
from tests.payments.conftest import Shop
from tests.support.web import Client

PASSWORD = "Correct-Horse-9"


async def buyer(client: Client) -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    assert (await client.post("/accounts", json={"email": email, "password": PASSWORD})).status_code == 201
    answer = await client.post("/sessions", json={"email": email, "password": PASSWORD})
    token: str = answer.json()["access_token"]
    return token


async def order(client: Client, shop: Shop, token: str) -> dict[str, Any]:
    items = [{"product_id": await shop.product(), "quantity": 2}]
    answer = await client.post("/orders", token=token, json={"items": items})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def begin(client: Client, token: str, order_id: str, **keywords: Any) -> Any:
    return await client.post(f"/orders/{order_id}/payments", token=token, json={"provider": "mock"}, **keywords)


async def decide(client: Client, url: str, outcome: str) -> Any:
    return await client.post(urlsplit(url).path, data={"outcome": outcome})


async def test_from_sign_up_to_paid(client: Client, shop: Shop) -> None:
    token = await buyer(client)
    made = await order(client, shop, token)
    answer = await begin(client, token, made["id"])
    assert answer.status_code == 201, answer.text
    payment, url = answer.json()["payment"], answer.json()["checkout_url"]
    assert (payment["status"], payment["amount"], payment["checkout_url"]) == ("open", 1000, url)
    assert payment["provider_reference"].startswith("••••")
    assert "outside_key" not in answer.text

    page = await client.get(urlsplit(url).path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "USD 10.00" in page.text
    assert made["number"] in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for outside in ("http://", "https://", "<script", "@import", "url("):
        assert outside not in page.text

    answer = await decide(client, url, "pay")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/v1/checkout/success?payment_id={payment['id']}")
    landing = await client.get(answer.headers["location"])
    assert landing.status_code == 200, landing.text
    paid = (await client.get(f"/orders/{made['id']}", token=token)).json()
    assert (paid["status"], paid["amount_paid"]) == ("paid", 1000)
    seen = (await client.get(f"/payments/{payment['id']}", token=token)).json()
    assert (seen["status"], seen["amount_captured"], seen["checkout_url"]) == ("completed", 1000, None)
    types = [e["type"] for e in (await client.get(f"/orders/{made['id']}/events", token=token)).json()["data"]]
    assert types == ["order.created", "payment.initiated", "payment.opened", "payment.completed", "order.paid"]

    # A second click, a reload, a change of mind: nothing happens any more.
    for outcome in ("pay", "decline", "pay"):
        assert (await decide(client, url, outcome)).status_code == 303
    assert (await client.get(f"/payments/{payment['id']}", token=token)).json() == seen
    await shop.assert_books_balance()


async def test_declined_and_tried_again(client: Client, shop: Shop) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    first = (await begin(client, token, made["id"])).json()
    answer = await decide(client, first["checkout_url"], "decline")
    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/v1/checkout/cancel")
    assert (await client.get(answer.headers["location"])).status_code == 200
    seen = (await client.get(f"/payments/{first['payment']['id']}", token=token)).json()
    assert (seen["status"], seen["failure_code"]) == ("failed", "declined")
    assert (await client.get(f"/orders/{made['id']}", token=token)).json()["status"] == "pending"

    second = (await begin(client, token, made["id"])).json()
    await decide(client, second["checkout_url"], "pay")
    assert (await client.get(f"/orders/{made['id']}", token=token)).json()["status"] == "paid"
    # The first page is still open in another tab, and paid there too: that money goes back.
    assert (await decide(client, first["checkout_url"], "pay")).status_code == 303
    seen = (await client.get(f"/payments/{first['payment']['id']}", token=token)).json()
    assert (seen["status"], seen["amount_refunded"]) == ("completed", 1000)
    listed = (await client.get(f"/orders/{made['id']}/payments", token=token)).json()["data"]
    assert [p["id"] for p in listed] == [second["payment"]["id"], first["payment"]["id"]]
    await shop.assert_books_balance()


async def test_one_key_twenty_times_is_one_attempt_with_one_address(client: Client, shop: Shop) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    answers = await asyncio.gather(*(begin(client, token, made["id"], key="once") for _ in range(20)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["payment"]["id"] for a in answers}) == 1
    assert len({a.json()["checkout_url"] for a in answers}) == 1
    again = await begin(client, token, made["id"], key="once")
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["payment"]["status"] == "open"
    assert again.json()["checkout_url"] == answers[0].json()["checkout_url"]
    # What was answered once is answered for ever, whatever became of the payment since.
    await decide(client, again.json()["checkout_url"], "pay")
    assert (await begin(client, token, made["id"], key="once")).json() == again.json()
    assert len((await client.get(f"/orders/{made['id']}/payments", token=token)).json()["data"]) == 1


async def test_a_crash_between_begin_and_open_is_repaired_by_the_same_request(client: Client, shop: Shop) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    first = (await begin(client, token, made["id"], key="crash")).json()
    # As it was when the process died after begin_payment: nothing of the session is known.
    await shop.admin.execute(
        """
        UPDATE messaging.idempotency_keys
        SET answer = jsonb_build_object(
            'payment', answer::jsonb -> 'payment' || '{"status": "initiated", "checkout_url": null}',
            'checkout_url', NULL
        )::text
        WHERE key = 'crash'
        """
    )
    async with shop.admin.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")  # the state machine does not go back
        await connection.execute(
            "UPDATE payments.payments SET status = 'initiated', provider_reference = NULL, checkout_url = NULL "
            "WHERE id = $1::text::uuid",
            first["payment"]["id"],
        )
    answer = await begin(client, token, made["id"], key="crash")
    assert answer.status_code == 201
    assert (answer.json()["payment"]["status"], answer.json()["checkout_url"]) == ("open", first["checkout_url"])
    assert len((await client.get(f"/orders/{made['id']}/payments", token=token)).json()["data"]) == 1


async def test_what_the_hosted_page_refuses(client: Client, shop: Shop) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    url = (await begin(client, token, made["id"])).json()["checkout_url"]
    for path in ("/mock/checkout/nonsense", urlsplit(url).path + "0", "/mock/checkout/a.b", "/mock/checkout/%00.%ff"):
        for method in ("GET", "POST"):
            answer = await client.request(method, path, data={"outcome": "pay"} if method == "POST" else None)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
    for form in ({}, {"outcome": "steal"}, {"outcome": ""}, {"other": "pay"}):
        answer = await client.post(urlsplit(url).path, data=form)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert (await client.post(urlsplit(url).path, content=b"\xff\xfe=%ff&" * 1000)).status_code == 422
    assert (await client.put(urlsplit(url).path)).status_code == 405
    assert (await client.get(f"/orders/{made['id']}", token=token)).json()["status"] == "pending"


async def test_a_webhook_without_a_good_signature_changes_nothing(client: Client, shop: Shop, access: Access) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    payment = (await begin(client, token, made["id"])).json()["payment"]
    data = {"payment_id": payment["id"], "reference": "r", "amount": 1000, "currency": "USD"}
    body = json.dumps({"id": "evt_forged", "type": "completed", "data": data}).encode()
    for headers in (
        {},
        {"Mock-Signature": "t=1,v1=00"},
        {"Mock-Signature": "\u00e9"},
        {"Stripe-Signature": "t=1,v1=00"},
    ):
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = await client.post("/webhooks/mock", content=body, headers=raw)
        assert (answer.status_code, answer.json()["code"]) == (400, "signature_invalid")
    assert (await client.post("/webhooks/nobody", content=body)).status_code == 404
    assert await shop.admin.fetchval("SELECT count(*) FROM payments.gateway_events WHERE event_id = 'evt_forged'") == 0
    assert (await client.get(f"/payments/{payment['id']}", token=token)).json()["status"] == "open"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "request_invalid"),
        ({"provider": 5}, 422, "request_invalid"),
        ({"provider": "mock", "amount": 0}, 422, "request_invalid"),
        ({"provider": "mock", "amount": -1}, 422, "request_invalid"),
        ({"provider": "mock", "amount": 2**70}, 422, "request_invalid"),
        ({"provider": "mock", "amount": 1.5}, 422, "request_invalid"),
        ({"provider": "mock", "amount": 1001}, 422, "amount_above_due"),
        ({"provider": "mock", "more": 1}, 422, "request_invalid"),
        ({"provider": "stripe"}, 422, "provider_not_available"),
        ({"provider": "mo\u0000ck"}, 422, None),
    ],
)
async def test_bad_requests_begin_nothing(client: Client, shop: Shop, body: Any, status: int, code: str | None) -> None:
    token = await shop.account()
    made = await order(client, shop, token)
    answer = await client.post(f"/orders/{made['id']}/payments", token=token, json=body)
    assert (answer.status_code, code or answer.json()["code"]) == (status, answer.json()["code"])
    assert (await client.get(f"/orders/{made['id']}/payments", token=token)).json()["data"] == []


async def test_payments_of_others_do_not_exist(client: Client, shop: Shop) -> None:
    token, stranger = await shop.account(), await shop.account()
    made = await order(client, shop, token)
    payment = (await begin(client, token, made["id"])).json()["payment"]
    for method, path in (
        ("POST", f"/orders/{made['id']}/payments"), ("GET", f"/orders/{made['id']}/payments"),
        ("GET", f"/payments/{payment['id']}"), ("POST", f"/payments/{payment['id']}/cancel"),
    ):  # fmt: skip
        given: Any = {"json": {"provider": "mock"}} if path.endswith("payments") and method == "POST" else {}
        assert (await client.request(method, path, token=stranger, **given)).status_code == 404, (method, path)
        assert (await client.request(method, path, **given)).status_code == 401, (method, path)
    refund = await client.post(f"/payments/{payment['id']}/refunds", token=token, json={"reason": "mine"})
    assert (refund.status_code, refund.json()["code"]) == (403, "forbidden")
