"""Stripe and SSLCommerz over HTTP: the web tier as a process, its gateways as servers that follow their protocols."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.gateways.sslcommerz.fields import write_id
from api.settings import Settings
from api.worker.loop import Worker
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.payments.conftest import Shop
from tests.support.web import Client, WebServer

GATEWAYS = ("stripe", "sslcommerz")
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def begin(client: Client, shop: Shop, provider: str, **keywords: Any) -> Any:
    token = await shop.account()
    order = await shop.order(token, await shop.product())
    path = f"/orders/{order['id']}/payments"
    return token, order, await client.post(path, token=token, json={"provider": provider}, **keywords)


async def capture(client: Client, admin: str, method: str) -> None:
    answer = await client.patch("/admin/payment-providers/stripe", token=admin, json={"capture_method": method})
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def administrator(shop: Shop) -> str:
    return await shop.account("admin")


async def order_status(client: Client, token: str, order: dict[str, Any]) -> str:
    return str((await client.get(f"/orders/{order['id']}", token=token)).json()["status"])


async def test_paid_with_stripe(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, answer = await begin(client, shop, "stripe", key="k1")
    assert answer.status_code == 201, answer.text
    payment = answer.json()["payment"]
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment["id"]]
    assert answer.json()["checkout_url"] == session["url"]
    assert session["id"] not in answer.text.replace(session["url"], "")  # masked but in the address

    # The same request again, with its key: the same session.
    again = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "stripe"}, key="k1")
    assert (again.json(), again.headers["idempotent-replayed"]) == (answer.json(), "true")
    assert len([s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment["id"]]) == 1

    address = f"{client.url}/v1/webhooks/stripe"
    answers = await stripe.deliver(address, *stripe.pay(session["id"]))
    assert {a.status_code for a in answers} == {200}
    assert "applied" in [a.json()["outcome"] for a in answers]
    assert await order_status(client, token, order) == "paid"

    # What Stripe says and we do not know is kept, and answered so that it is not sent again.
    unknown = {"id": "evt_unknown", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}
    (kept,) = await stripe.deliver(address, unknown)
    assert (kept.status_code, kept.json()["outcome"]) == (200, "unknown_payment")
    assert await shop.admin.fetchval("SELECT kind FROM payments.gateway_events WHERE event_id = 'evt_unknown'")


async def test_a_forged_callback_changes_nothing(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token, order, answer = await begin(client, shop, "stripe")
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == answer.json()["payment"]["id"]]
    event = stripe.pay(session["id"])[-1]
    for headers, body in (
        stripe.signed(event, keys=["whsec_another"]),
        stripe.signed(event, at=stripe.now() - 600),
        (stripe.signed(event)[0], stripe.signed(event)[1].replace(b"1000", b"1001")),
        ({"content-type": "application/json"}, stripe.signed(event)[1]),
    ):
        refusal = await client.post("/webhooks/stripe", headers=headers, content=body)
        assert (refusal.status_code, refusal.json()["code"]) == (400, "signature_invalid")
    assert await order_status(client, token, order) == "pending"


async def test_paid_with_sslcommerz(client: Client, shop: Shop, sslcommerz: SSLCommerzServer) -> None:
    token, order, answer = await begin(client, shop, "sslcommerz")
    assert answer.status_code == 201, answer.text
    ipn = sslcommerz.pay(write_id(answer.json()["payment"]["id"]))
    forged = await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn.replace(b"VISA", b"VIZA"))
    assert (forged.status_code, forged.json()["code"]) == (400, "signature_invalid")
    outcomes = [(await client.post("/webhooks/sslcommerz", headers=FORM, content=ipn)).json() for _ in range(2)]
    assert [o["outcome"] for o in outcomes] == ["applied", "repeated"]
    assert await order_status(client, token, order) == "paid"


async def test_authorised_captured_in_part_and_the_rest_paid_otherwise(
    client: Client, shop: Shop, stripe: StripeServer, administrator: str
) -> None:
    await capture(client, administrator, "manual")
    try:
        token, order, answer = await begin(client, shop, "stripe")
    finally:
        await capture(client, administrator, "automatic")
    payment = answer.json()["payment"]["id"]
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.authorize(session["id"]))
    assert (await client.get(f"/payments/{payment}", token=token)).json()["status"] == "authorized"

    captured = await client.post(f"/payments/{payment}/capture", token=shop.support, json={"amount": 600})
    assert captured.status_code == 200, captured.text
    assert (captured.json()["status"], captured.json()["amount_captured"]) == ("completed", 600)
    assert captured.headers["etag"].startswith(f'"{captured.json()["version"]}-')
    intent = next(i for i in stripe.intents.values() if i["metadata"]["payment_id"] == payment)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 600)
    rest = await client.post(f"/orders/{order['id']}/payments", token=token, json={"provider": "bank_transfer"})
    assert rest.json()["payment"]["amount"] == 400
    done = await client.post(f"/payments/{rest.json()['payment']['id']}/confirm", token=shop.support, json={})
    assert done.json()["status"] == "completed"
    assert await order_status(client, token, order) == "paid"
    # All that Stripe has to say of it, late and twice.
    told = [event for event in stripe.events if payment in str(event)]
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *told, *told)
    await shop.assert_books_balance()


async def test_a_capture_whose_answer_is_lost_is_taken_once(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings, administrator: str
) -> None:
    await capture(client, administrator, "manual")
    try:
        _, _, answer = await begin(client, shop, "stripe")
    finally:
        await capture(client, administrator, "automatic")
    payment = answer.json()["payment"]["id"]
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.authorize(session["id"]))
    stripe.trouble("lost_answer", times=99, on="/capture")
    lost = await client.post(f"/payments/{payment}/capture", token=shop.support, json={})
    stripe.calm()
    assert (lost.status_code, lost.json()["code"]) == (503, "gateway_unavailable")
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE kind = 'capture_payment'")
        await shop.until("SELECT status = 'completed' FROM payments.payments WHERE id = $1::text::uuid", payment)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)
    charges = [c for c in stripe.charges.values() if c["metadata"].get("payment_id") == payment]
    assert [c["amount_captured"] for c in charges] == [1000]
    await shop.assert_books_balance()


async def test_a_deposit_through_stripe(client: Client, shop: Shop, stripe: StripeServer) -> None:
    token = await shop.account()
    answer = await client.post(
        "/wallet/deposits", token=token, json={"amount": 2000, "currency": "USD", "provider": "stripe"}
    )
    assert answer.status_code == 201, answer.text
    payment = answer.json()["payment"]["id"]
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    await stripe.deliver(f"{client.url}/v1/webhooks/stripe", *stripe.pay(session["id"]))
    wallet = (await client.get("/wallet", token=token)).json()
    assert wallet["balances"] == [{"currency": "USD", "balance": 2000, "held": 0, "available": 2000}]


@pytest.mark.out_of_step("our books have money that nobody has paid")
async def test_reconciliation_over_http(
    client: Client, shop: Shop, stripe: StripeServer, settings: Settings, administrator: str
) -> None:
    """Support begins it, the worker makes it, and what differs fails the invariants until it is explained."""
    _, _, answer = await begin(client, shop, "stripe")
    payment = answer.json()["payment"]["id"]
    assert answer.json()["payment"]["fee"] == 0
    forged = {"amount": 1000, "currency": "USD", "provider": "stripe", "provider_reference": None}
    await shop.event({"id": payment, "amount": 1000, "currency": "USD"}, "completed", **forged)
    await shop.admin.execute(
        "UPDATE payments.payments SET completed_at = now() - interval '2 hours' WHERE id = $1::text::uuid", payment
    )
    customer = await shop.account()
    refusal = await client.post("/admin/reconciliation/run", token=customer, json={})
    assert refusal.status_code == 403
    since = await shop.admin.fetchval("SELECT to_char(now() - interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        begun = await client.post("/admin/reconciliation/run", token=shop.support, json={"since": since})
        assert begun.status_code == 202, begun.text
        (run,) = [run for run in begun.json()["data"] if run["provider"] == "stripe"]
        done = "SELECT status = 'completed' FROM payments.reconciliation_runs WHERE id = $1::text::uuid"
        await shop.until(done, run["id"])
    finally:
        worker.stop()
        await asyncio.wait_for(running, 60)
    page = (await client.get("/admin/reconciliation?status=open&limit=1", token=shop.support)).json()
    (difference,) = page["data"]
    assert {name: difference[name] for name in ("payment_id", "kind", "ours", "theirs", "currency", "status")} == {
        "payment_id": payment, "kind": "captured", "ours": 1000, "theirs": 0, "currency": "USD", "status": "open",
    }  # fmt: skip
    invariants = (await client.get("/invariants", token=administrator)).json()
    assert not invariants["ok"]
    await shop.admin.execute("SELECT monitor.take_figures()")
    shown = (await client.get("/metrics")).text
    assert 'storeproc_reconciliation_differences{provider="stripe"} 1.0' in shown

    path = f"/admin/reconciliation/{difference['id']}/explain"
    assert (await client.post(path, token=customer, json={"reason": "x"})).status_code == 403
    explained = await client.post(path, token=shop.support, json={"reason": "a test wrote it"})
    assert (explained.status_code, explained.json()["status"]) == (200, "explained")
    assert (await client.post(path, token=shop.support, json={"reason": "x"})).json()["code"] == "difference_explained"
    assert (await client.get("/admin/reconciliation?status=open", token=shop.support)).json()["data"] == []
    assert (await client.get("/invariants", token=administrator)).json()["ok"]


async def test_a_dispute_at_stripe_is_shown_as_it_is_there(
    client: Client, shop: Shop, stripe: StripeServer, administrator: str
) -> None:
    _, _, answer = await begin(client, shop, "stripe")
    payment = answer.json()["payment"]["id"]
    (session,) = [s for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    address = f"{client.url}/v1/webhooks/stripe"
    await stripe.deliver(address, *stripe.pay(session["id"]))
    told = stripe.dispute(stripe.sessions[session["id"]]["payment_intent"])
    (case,) = stripe.disputes

    async def listed() -> dict[str, Any]:
        found = (await client.get("/admin/disputes", token=administrator)).json()["data"]
        return next(dispute for dispute in found if dispute["payment_id"] == payment)

    assert [a.status_code for a in await stripe.deliver(address, *told)] == [200, 200]
    assert (await listed())["status"] == "needs_response"
    assert await shop.admin.fetchval("SELECT count(*) FROM payments.dispute_holds") == 1
    stripe.advance(60)
    await stripe.deliver(address, *stripe.close_dispute(case, "lost"))
    lost = await listed()
    assert (lost["status"], lost["amount"]) == ("lost", told[0]["data"]["object"]["amount"])
    assert (lost["refund_id"] is not None, lost["closed_at"] is not None) == (True, True)
    assert (await client.get("/admin/disputes?status=closed", token=administrator)).status_code == 422
    await shop.assert_books_balance()


async def test_a_gateway_without_keys_is_not_offered(client: Client, shop: Shop, access: Access, tmp_path: Any) -> None:
    bare = WebServer(access, {"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": ""}, tmp_path)
    bare.start()
    try:
        token = await shop.account()
        order = await shop.order(token, await shop.product())
        for provider in ("stripe", "sslcommerz", "paypal"):
            path = f"/orders/{order['id']}/payments"
            answer = await client.post(path, token=token, json={"provider": provider}, base=bare.url)
            assert (answer.status_code, answer.json()["code"]) == (422, "provider_not_available")
            told = await client.post(f"/webhooks/{provider}", content=b"{}", base=bare.url)
            assert (told.status_code, told.json()["code"]) == (404, "not_found")
        begun = "SELECT count(*) FROM payments.payments WHERE order_id = $1::text::uuid"
        assert await shop.admin.fetchval(begun, order["id"]) == 0
    finally:
        bare.stop()
        bare.listener.close()


async def test_secrets_stay_where_they_are(
    client: Client, shop: Shop, server: WebServer, stripe: StripeServer, sslcommerz: SSLCommerzServer
) -> None:
    """After all of the above, with refusals: in no log, no answer, no row."""
    key, stripe.secret_key = stripe.secret_key, "sk_test_another"
    try:
        _, _, refusal = await begin(client, shop, "stripe")
        assert refusal.status_code == 502
    finally:
        stripe.secret_key = key
    stripe.trouble("error", times=99, on="POST /v1/checkout/sessions")
    _, _, failure = await begin(client, shop, "stripe")
    stripe.calm()
    assert failure.status_code == 503
    tables = await shop.admin.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relkind = 'r' "
        "AND c.relnamespace::regnamespace::text NOT LIKE 'pg_%' "
        "AND c.relnamespace <> 'information_schema'::regnamespace"
    )
    rows = [await shop.admin.fetchval(f"SELECT json_agg(t)::text FROM {table['name']} AS t") for table in tables]
    kept = server.log() + refusal.text + failure.text + "".join(row or "" for row in rows)
    assert "evt_unknown" in kept  # it would be found
    for secret in (stripe.secret_key, stripe.webhook_secret, sslcommerz.store_password, "sk_test_another"):
        assert secret not in kept
