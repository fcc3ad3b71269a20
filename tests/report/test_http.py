"""The administration over HTTP, as an admin's and customer service's tools meet it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import Any

from tests.payments.conftest import Shop
from tests.report.conftest import Office, today
from tests.support.cluster import ROOT


async def test_dashboard_and_reports(client: Any, office: Office, shop: Shop) -> None:
    await office.sold(await shop.account(), await office.product(USD=1000))
    await office.refresh()
    dashboard = await client.get("/admin/dashboard", token=office.admin)
    assert dashboard.status_code == 200, dashboard.text
    assert dashboard.json()["periods"][0]["now"]["converted"]["gross"] == 1000
    revenue = await client.get(f"/admin/analytics/revenue?from={today()}&to={today()}&interval=day", token=office.admin)
    assert revenue.json()["data"][0]["amounts"][0]["orders"] == 1
    for path in ("products?sort=units", "customers?interval=week"):
        answer = await client.get("/admin/analytics/" + path, token=office.admin)
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]
    assert (await client.get("/admin/dashboard", token=shop.support)).status_code == 403
    assert (await client.get("/admin/dashboard")).status_code == 401
    wrong = await client.get("/admin/analytics/revenue?interval=hour&from=yesterday", token=office.admin)
    assert wrong.status_code == 422
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/interval", "/from"}


async def test_exchange_rates_and_settings(client: Any, office: Office) -> None:
    made = await client.put("/admin/exchange-rates/EUR", token=office.admin, json={"rate": 1.0837})
    assert made.status_code == 200, made.text
    assert made.json() | {"created_at": ""} == {
        "currency": "EUR", "base": "USD", "rate": 1.0837, "valid_from": today().isoformat(), "valid_until": None,
        "created_at": "",
    }  # fmt: skip
    assert (await client.get("/admin/exchange-rates", token=office.admin)).json()["data"][0] == made.json()
    for rate in (0, -2, "1.1", None):
        refusal = await client.put("/admin/exchange-rates/EUR", token=office.admin, json={"rate": rate})
        assert refusal.status_code == 422, refusal.text
    changed = await client.patch("/admin/reporting", token=office.admin, json={"low_stock": 7})
    assert (changed.status_code, changed.json()["low_stock"]) == (200, 7)
    assert (await client.patch("/admin/reporting", token=office.admin, json={"refresh_seconds": 1})).status_code == 422


async def test_one_box_finds_orders_payments_invoices_and_people(client: Any, office: Office, shop: Shop) -> None:
    made = await client.post(
        "/accounts", json={"email": "Nadia.Khan@example.com", "password": "Correct-Horse-9", "handle": "nadia.k"}
    )
    customer = await shop.admin.fetchval("SELECT identity.issue_local_token('customer', 'nadia.khan@example.com')")
    order, payment = await office.sold(customer, await office.product(USD=1000))
    refund = await office.refunds(payment, amount=100)
    await shop.admin.execute("SELECT billing.issue_invoice($1::text::uuid)", order["id"])
    number = await shop.admin.fetchval("SELECT number FROM billing.invoices WHERE order_id::text = $1", order["id"])

    async def found(q: str) -> list[tuple[str, str]]:
        answer = await client.get("/admin/search", params={"q": q}, token=shop.support)
        assert answer.status_code == 200, answer.text
        return [(hit["kind"], hit["order_id"] or hit["id"]) for hit in answer.json()["data"]]

    assert await found(order["number"]) == [("order", order["id"])]
    assert await found(f" #{order['number']} ") == [("order", order["id"])]
    assert await found(order["id"].upper()) == [("order", order["id"])]
    assert await found(payment["id"]) == [("payment", order["id"])]
    assert await found(refund["id"]) == [("refund", order["id"])]
    assert await found(f"mock_{payment['id'].replace('-', '')}") == [("payment", order["id"])]
    assert await found(number.lower()) == [("invoice", order["id"])]
    for text in ("nadia.KHAN@", "Nadia.k", made.json()["id"]):
        assert await found(text) == [("account", made.json()["id"])]
    for text in ("%", "n", "99999999999999999", "' OR 1=1 --", "INV-2026-999999999999"):
        assert await found(text) == []
    assert (await client.get("/admin/search?q=x", token=customer)).status_code == 403


async def test_customer_service_sees_the_timeline(client: Any, office: Office, shop: Shop) -> None:
    order, _ = await office.sold(await shop.account(), await office.product(USD=1000))
    page = await client.get(f"/admin/orders/{order['id']}/events", token=shop.support)
    assert page.json()["data"][0]["type"] == "order.created"
    missing = await client.get(f"/admin/orders/{order['items'][0]['id']}/events", token=shop.support)
    assert (missing.status_code, missing.json()["code"]) == (404, "order_not_found")


async def test_the_worker_refreshes_them(server: Any, shop: Shop) -> None:
    """Beside its jobs, from its start on; what it does not finish when it is told to stop is not half done."""
    await shop.admin.execute("UPDATE report.refreshes SET as_of = NULL")
    worker = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "api.worker"],
        cwd=ROOT,
        env={**os.environ, **server.environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        await shop.until("SELECT bool_and(as_of IS NOT NULL) FROM report.refreshes")
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 15) == 0
    finally:
        worker.kill()
        worker.wait()
