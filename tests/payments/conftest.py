"""A small shop to pay in: accounts, orders, attempts, callbacks, and the books."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from api.settings import Settings
from db.server.access import Access
from tests.support.gateways import books_agree, sslcommerz, steps_at, stripe
from tests.support.web import WebServer

__all__ = ["Shop", "books_agree", "reference", "sslcommerz", "steps_at", "stripe"]


@dataclass
class Shop:
    call: Callable[..., Awaitable[Any]]
    admin: Any
    merchant: str
    support: str

    async def account(self, role: str = "customer") -> str:
        """The access token of a new account."""
        email = f"{uuid.uuid4().hex}@example.com"
        made = await self.call("web_anonymous", "create_account", email=email, password="x" * 60)
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", uuid.UUID(made["id"]), role)
        token: str = await self.admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        return token

    async def product(self, price: int = 500, stock: int = 1_000_000) -> str:
        made = await self.call(
            "web_merchant", "create_product", token=self.merchant, name="Lamp", description="",
            sku=uuid.uuid4().hex[:12], price=price, currency="USD", stock=stock,
        )  # fmt: skip
        return str(made["id"])

    async def order(self, customer: str, product: str, quantity: int = 2) -> dict[str, Any]:
        items = [{"product_id": product, "quantity": quantity}]
        made: dict[str, Any] = await self.call("web_customer", "create_order", token=customer, items=items)
        return made

    async def begin(self, customer: str, order: dict[str, Any], amount: int | None = None) -> dict[str, Any]:
        given = {} if amount is None else {"amount": amount}
        answer = await self.call(
            "web_customer", "begin_payment", token=customer, order_id=order["id"], provider="mock", **given
        )
        payment: dict[str, Any] = answer["payment"]
        return payment

    async def open(self, payment: dict[str, Any]) -> Any:
        return await self.call(
            "web_gateway", "open_payment", payment_id=payment["id"], provider_reference=reference(payment),
            checkout_url="https://shop.example/pay",
        )  # fmt: skip

    async def event(self, payment: dict[str, Any], kind: str, event_id: str | None = None, **changes: Any) -> str:
        """A callback; its outcome."""
        given = {
            "provider": "mock", "event_id": event_id or f"{kind}:{payment['id']}", "kind": kind,
            "payment_id": payment["id"], "provider_reference": reference(payment),
            "amount": payment["amount"], "currency": payment["currency"], "payload": {},
        }  # fmt: skip
        receipt = await self.call("web_gateway", "receive_gateway_event", **(given | changes))
        return str(receipt["outcome"])

    async def paid(self, customer: str, product: str, quantity: int = 2) -> tuple[dict[str, Any], dict[str, Any]]:
        order = await self.order(customer, product, quantity)
        payment = await self.begin(customer, order)
        assert await self.event(payment, "completed") == "applied"
        return order, payment

    async def see(self, payment: dict[str, Any]) -> dict[str, Any]:
        """Everything that money left behind: one value, to be compared."""
        row = await self.admin.fetchrow(
            """
            SELECT p.status, p.failure_code, p.amount_captured, p.captured_currency, p.amount_applied,
                   p.amount_refunded, p.provider_reference IS NOT NULL AS referenced,
                   o.status AS order_status, o.amount_paid, o.amount_refunded AS order_refunded,
                   (SELECT json_agg(json_build_array(r.status, r.amount, r.from_order, r.reason) ORDER BY r.id)
                    FROM payments.refunds AS r WHERE r.payment_id = p.id)::text AS refunds,
                   (SELECT json_agg(json_build_array(t.kind, d.kind, c.kind, t.currency, t.amount) ORDER BY t.id)
                    FROM ledger.transfers AS t JOIN ledger.accounts AS d ON d.id = t.debit_account
                    JOIN ledger.accounts AS c ON c.id = t.credit_account WHERE t.payment_id = p.id)::text AS transfers
            FROM payments.payments AS p JOIN sales.orders AS o ON o.id = p.order_id WHERE p.id = $1
            """,
            uuid.UUID(payment["id"]),
        )
        seen = dict(row)
        return seen | {name: json.loads(seen[name] or "[]") for name in ("refunds", "transfers")}

    async def stock(self, product: str) -> tuple[int, int]:
        row = await self.admin.fetchrow(
            "SELECT on_hand, reserved FROM catalog.stock_levels WHERE product_id = $1", uuid.UUID(product)
        )
        return row["on_hand"], row["reserved"]

    async def assert_books_balance(self) -> None:
        broken = await self.admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
        assert not broken, broken

    async def until(self, question: str, *arguments: Any, seconds: float = 60) -> Any:
        """Asks the database until it says something true."""
        deadline = time.monotonic() + seconds
        while not (answer := await self.admin.fetchval(question, *arguments)):
            assert time.monotonic() < deadline, f"in {seconds} s this did not come true: {question}"
            await asyncio.sleep(0.01)
        return answer


def reference(payment: dict[str, Any]) -> str:
    return f"mock_{payment['id'].replace('-', '')}"


@pytest.fixture(scope="module")
async def shop(call: Any, access: Access) -> AsyncIterator[Shop]:
    # Tests ask the books side by side: a pool, not the one connection `admin`, and each kind of call is made alone
    # the first time, when `call` reads its signature.
    known: set[tuple[str, ...]] = set()
    alone = asyncio.Lock()

    async def side_by_side(role: str, function: str, /, **arguments: Any) -> Any:
        kind = (function, *sorted(arguments))
        if kind in known:
            return await call(role, function, **arguments)
        async with alone:
            if kind not in known:  # else it became known while we waited: with the others, then, and not one by one
                try:
                    return await call(role, function, **arguments)
                finally:
                    known.add(kind)
        return await call(role, function, **arguments)

    async with asyncpg.create_pool(access.admin(), min_size=0, max_size=10) as admin:
        shop = Shop(side_by_side, admin, "", "")
        shop.merchant = await shop.account("merchant")
        shop.support = await shop.account("support")
        yield shop


@pytest.fixture(scope="module")
async def customer(shop: Shop) -> str:
    return await shop.account()


@pytest.fixture
def settings(server: WebServer) -> Settings:
    """The settings of the web tier, for a worker beside it."""
    return Settings.from_env(server.environment)
