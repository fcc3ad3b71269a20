"""What a connection as web_gateway may do, and what it may not: it is one of those that a web process holds."""

from __future__ import annotations

import uuid
from typing import Any

from tests.payments.conftest import Shop
from tests.support.connections import refused

# Everything that web_gateway may execute beyond what everybody may. A new name here is a new power of a taken web tier:
# say in db/docs/security.md what it can do.
FUNCTIONS = {
    "close_streams", "confirm_email_link", "exchange_outside_token", "fail_payment", "get_checkout_return",
    "get_linked_order", "get_payment_for_gateway", "get_schema_version", "list_mock_movements", "open_payment",
    "read_measurements", "receive_gateway_event", "record_mock_movement", "record_refusals", "renew_streams",
}  # fmt: skip


async def test_the_list_of_what_it_may_do(shop: Shop) -> None:
    found = await shop.admin.fetch(
        "SELECT p.proname FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(p.proacl) AS a "
        "WHERE p.pronamespace = 'api'::regnamespace AND a.grantee = 'app_gateway'::regrole"
    )
    assert {row[0] for row in found} == FUNCTIONS


async def test_it_reports_on_gateways_only(shop: Shop) -> None:
    """Cash, transfers, wallet and credit are confirmed by staff or settled by the shop itself."""
    customer = await shop.account()
    for provider in ("cash_on_delivery", "bank_transfer", "wallet", "credit", "nobody"):
        order = await shop.order(customer, await shop.product())
        payment = {"id": str(uuid.uuid4()), "amount": order["total"], "currency": "USD"}
        if provider in ("cash_on_delivery", "bank_transfer"):
            answer = await shop.call(
                "web_customer", "begin_payment", token=customer, order_id=order["id"], provider=provider
            )
            payment = answer["payment"]
            for function, given in (
                ("open_payment", {"provider_reference": "x", "checkout_url": "https://evil.example"}),
                ("get_payment_for_gateway", {}),
            ):
                with refused("provider_not_available", "SH422"):
                    await shop.call("web_gateway", function, payment_id=payment["id"], **given)
        for kind in ("completed", "failed", "refund_completed", "dispute_opened"):
            with refused("provider_not_available", "SH422"):
                await shop.event(payment, kind, provider=provider, charge_reference="ch", case_reference="c")
        status = await shop.admin.fetchval("SELECT status FROM sales.orders WHERE id = $1", uuid.UUID(order["id"]))
        assert status == "pending"
    await shop.assert_books_balance()


async def test_it_ends_no_attempt_that_the_gateway_has_opened(shop: Shop) -> None:
    customer = await shop.account()
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.open(payment)
    given = {"payment_id": payment["id"], "failure_code": "x"}
    assert await shop.call("web_gateway", "fail_payment", **given) is False
    assert (await shop.see(payment))["status"] == "open"
    other = await shop.begin(customer, await shop.order(customer, await shop.product()))
    assert await shop.call("web_gateway", "fail_payment", **(given | {"payment_id": other["id"]})) is True


async def test_in_production_the_test_gateway_has_no_say(shop: Shop) -> None:
    customer = await shop.account()
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.admin.execute("SELECT identity.set_environment('production')")
    try:
        with refused("provider_not_available", "SH422"):
            await shop.event(payment, "completed")
        with refused("provider_not_available", "SH422"):
            await shop.call(
                "web_gateway", "record_mock_movement", id="m", payment_id=payment["id"], kind="captured", amount=1,
                currency="USD",
            )  # fmt: skip
        assert (await shop.see(payment))["status"] == "initiated"
    finally:
        await shop.admin.execute("SELECT identity.set_environment('development')")
    assert await shop.event(payment, "completed") == "applied"


async def test_it_makes_nobody_an_admin_without_leave(shop: Shop, connect: Any) -> None:
    """A provider that was not configured to say who may do what (OIDC_ROLE_CLAIM) cannot be made to say it."""
    issuer = f"https://{uuid.uuid4().hex}.example"
    thief = await connect("web_gateway")

    async def exchange(role: str | None) -> Any:
        return await thief.fetchval(
            "SELECT (api.exchange_outside_token($1, 's', now(), now() + interval '5 minutes', role => $2)).role",
            issuer, role,
        )  # fmt: skip

    for role in (None, "admin"):
        with refused("issuer_not_trusted", "SH401"):
            await exchange(role)
    await shop.admin.execute("SELECT identity.trust_issuer($1)", issuer)
    assert await exchange(None) == "customer"
    with refused("issuer_not_trusted", "SH401"):
        await exchange("admin")
    await shop.admin.execute("SELECT identity.trust_issuer($1, true)", issuer)
    assert await exchange("admin") == "admin"


async def test_only_the_worker_reads_the_token_of_a_mail_and_only_until_it_is_sent(shop: Shop) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    await shop.call("web_anonymous", "create_account", email=email, password="x" * 60)
    await shop.call("web_anonymous", "request_password_reset", email=email, client_address=None)
    job = await shop.admin.fetchval(
        "SELECT id FROM messaging.outbox WHERE payload ->> 'template' = 'password_reset' ORDER BY id DESC LIMIT 1"
    )
    readers = await shop.admin.fetch(
        "SELECT a.grantee::regrole::text FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(p.proacl) AS a "
        "WHERE p.oid = 'api.prepare_mail'::regproc AND a.grantee <> p.proowner"
    )
    assert [row[0] for row in readers] == ["app_worker"]
    mail = await shop.call("web_worker", "prepare_mail", mail_id=job)
    assert mail["data"]["token"]
    await shop.call("web_worker", "finish_job", job_id=job)
    assert await shop.call("web_worker", "prepare_mail", mail_id=job) is None
