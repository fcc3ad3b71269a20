"""An account that has one object of every kind, for tests that try whose objects a function accepts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from tests.payments.conftest import Shop
from tests.support.payouts import payable

PASSWORD = "x" * 60  # stands for the bcrypt string that the web tier would send
PDF = "JVBERi0xLjcgbWF0cml4"
# Rows that jobs and gateways leave behind, of this merchant, order or payment.
IMPORT = "INSERT INTO catalog.imports (merchant_id, columns, lines) VALUES ($1, '{name,sku}', 1) RETURNING id::text"
DELIVERY = """
    INSERT INTO messaging.webhook_deliveries (endpoint_id, event_id, type, body)
    SELECT $1, e.id, e.type, '{}' FROM messaging.events AS e WHERE e.order_id IS NOT NULL LIMIT 1 RETURNING id::text
"""
DIFFERENCE = """
    INSERT INTO payments.reconciliation_differences (provider, subject, kind, payment_id, ours, theirs)
    VALUES ('mock', gen_random_uuid()::text, 'captured', $1, 1, 2) RETURNING id::text
"""
GUEST = """
    WITH guest AS (
        UPDATE identity.accounts
        SET role = 'guest', email = NULL, email_verified = false, handle = NULL, display_name = NULL, tax_id = NULL
        WHERE id = $1
    ), session AS (
        INSERT INTO identity.sessions (account_id, expires_at) VALUES ($1, now() + interval '1 hour') RETURNING id
    )
    SELECT identity.issue_token($1, 'guest', s.id) FROM session AS s
"""
PURSE = """
    SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'),
                                ledger.open_account('wallet', 'USD', owner_id => $1), 5000, 'deposit')
"""


@dataclass(frozen=True)
class Owner:
    """An account, its access token, and its object of each kind."""

    role: str
    email: str
    token: str
    things: dict[str, str]


async def endow(shop: Shop, role: str) -> Owner:
    """A new account of this role. It came by its things as a customer and as a merchant, before."""
    email = f"{uuid.uuid4().hex}@example.com"
    made = await shop.call("web_anonymous", "create_account", email=email, password=PASSWORD)
    account, things = uuid.UUID(made["id"]), {"account": made["id"]}

    async def become(role: str) -> str:
        if role == "guest":  # one that ordered as a customer: a guest has no e-mail to find the account by
            return str(await shop.admin.fetchval(GUEST, account))
        await shop.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", account, role)
        return str(await shop.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email))

    token = await become("customer")
    await payable(shop.admin, made["id"])
    things |= await _bought(shop, token)
    things |= await _stored(shop, token, email, account)
    things |= await make_sold(shop, await become("merchant"), account)
    await shop.admin.execute("UPDATE identity.accounts SET merchant_approved_at = now() WHERE id = $1", account)
    token = await become(role)
    assert all(things.values()), things
    return Owner(role, email, token, things)


async def make_sold(shop: Shop, token: str, account: uuid.UUID) -> dict[str, str]:
    """What a merchant has."""

    async def make(function: str, **arguments: Any) -> str:
        return str((await shop.call("web_merchant", function, token=token, **arguments))["id"])

    sku = uuid.uuid4().hex[:12]
    product = await make("create_product", name="Lamp", description="", sku=sku, price=500, currency="USD", stock=100)
    items = [{"product_id": product, "quantity": 1}]
    bundle = await make("create_bundle", name="Set", sku=f"{sku}-set", price=400, currency="USD", items=items)
    endpoint = await make("create_webhook_endpoint", url="https://example.com/hook")
    draft = await shop.admin.fetchval(IMPORT, account)
    delivery = await shop.admin.fetchval(DELIVERY, uuid.UUID(endpoint))
    key = await make("create_api_key", name="Warehouse", scopes=["sales:read"])
    return {
        "product": product, "bundle": bundle, "endpoint": endpoint, "import": draft, "delivery": delivery, "key": key,
    }  # fmt: skip


async def _bought(shop: Shop, token: str) -> dict[str, str]:
    """A paid, delivered order with an invoice, a return and a completed refund; and one that waits for its payment."""

    async def one(question: str, about: str) -> str:
        return str(await shop.admin.fetchval(question, uuid.UUID(about)))

    lamp = await shop.product()
    order, payment = await shop.paid(token, lamp)
    items = [{"order_item_id": order["items"][0]["id"], "quantity": 1}]
    for step in ("ship_order", "deliver_order"):
        await shop.call("web_support", step, token=shop.support, order_id=order["id"])
    back = await shop.call(
        "web_customer", "create_return", token=token, order_id=order["id"], items=items, reason="too dark"
    )
    refund = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=payment["id"], amount=100, reason="late"
    )
    await shop.call("web_worker", "complete_refund", refund_id=refund["id"], provider_reference=f"re_{refund['id']}")
    await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    await shop.call("web_worker", "issue_credit_note", refund_id=refund["id"])
    pending = await shop.order(token, lamp)
    await shop.call("web_customer", "add_wishlist_item", token=token, product_id=lamp)
    papers = "SELECT id::text FROM billing.invoices WHERE order_id = $1 AND kind = "
    invoice, note = await one(f"{papers} 'invoice'", order["id"]), await one(f"{papers} 'credit_note'", order["id"])
    for paper in (invoice, note):
        await shop.call("web_worker", "store_invoice_pdf", invoice_id=paper, content=PDF, xrechnung="<xml/>")
    return {
        "order": order["id"],
        "payment": payment["id"],
        "return": back["id"],
        "refund": refund["id"],
        "shipment": await one("SELECT id::text FROM fulfilment.shipments WHERE order_id = $1", order["id"]),
        "invoice": invoice,
        "credit_note": note,
        "sent_item": order["items"][0]["id"],
        "wished": lamp,
        "event": await one("SELECT id::text FROM messaging.events WHERE order_id = $1 LIMIT 1", order["id"]),
        "difference": await one(DIFFERENCE, payment["id"]),
        "pending_order": pending["id"],
        "order_item": pending["items"][0]["id"],
        "cart_item": (await shop.call("web_customer", "add_cart_item", token=token, product_id=lamp, quantity=1))[
            "items"
        ][0]["id"],
    }


async def _stored(shop: Shop, token: str, email: str, account: uuid.UUID) -> dict[str, str]:
    """Address, session, export, money, and a grant of credit that waits for a second person."""
    address = await shop.call(
        "web_customer", "create_address", token=token, name="M", line1="Lane 1", city="Dhaka", country="BD",
        tax_id="000123456-0101",
    )  # fmt: skip
    await shop.call("web_anonymous", "create_session", email=email, password=PASSWORD)
    export = await shop.call("web_customer", "export_account", token=token)
    await shop.admin.execute("INSERT INTO identity.account_export_parts VALUES ($1, 1, '{}')", account)
    await shop.admin.execute(
        "UPDATE identity.account_exports SET status = 'completed', parts = 1, completed_at = now() "
        "WHERE account_id = $1", account
    )  # fmt: skip
    await shop.admin.execute(PURSE, account)
    payout = await shop.call("web_customer", "request_withdrawal", token=token, amount=1000, currency="USD")
    change = await shop.call(
        "web_support", "grant_credit", token=shop.support, account_id=str(account), amount=60_000, currency="USD",
        reason="x",
    )  # fmt: skip
    check = await shop.admin.fetchval("SELECT id::text FROM identity.tax_id_checks WHERE account_id = $1", account)
    session = await shop.admin.fetchval("SELECT id::text FROM identity.sessions WHERE account_id = $1 LIMIT 1", account)
    return {
        "address": address["id"], "session": session, "export": export["id"], "payout": payout["id"],
        "change": change["id"], "check": check,
    }  # fmt: skip


async def make_shops_own(shop: Shop) -> dict[str, str]:
    """What belongs to no account: the shop's catalogue tree, prices, jobs."""
    boss = await shop.account("admin")

    async def make(function: str, **arguments: Any) -> str:
        return str((await shop.call("web_admin", function, token=boss, **arguments))["id"])

    rates = [{"country": "NZ", "currency": "USD", "up_to": 1_000_000, "price": 500}]
    row = shop.admin.fetchval
    return {
        "category": await make("create_category", name="Lamps"),
        "promotion": await make("create_promotion", code="SHOP10", name="Sale", kind="percentage", basis_points=1000),
        "tax_rate": await make("create_tax_rate", country="NZ", name="GST", rate=15, included=True),
        "exemption": await make("create_tax_exemption", category="G", text="Export.", destination="export"),
        "shipping_method": await make("create_shipping_method", name="Post", rates=rates),
        "job": await row("SELECT id::text FROM messaging.outbox LIMIT 1"),
        "run": await row(
            "INSERT INTO payments.reconciliation_runs (provider, since) VALUES ('mock', now()) RETURNING id::text"
        ),
    }
