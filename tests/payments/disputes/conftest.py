"""Payments that their payer disputes, at Stripe and in the shop."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings
from tests.gateways.stripe_payments import SHOP, attempt
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop


async def dispute(shop: Shop, payment: dict[str, Any], end: str, amount: int = 1000) -> str:
    return await shop.event(
        payment, f"dispute_{end}", case_reference=f"dp_{payment['id']}", amount=amount, failure_code="fraudulent"
    )


async def earnings(shop: Shop, order: dict[str, Any]) -> tuple[int, int]:
    """The balance of the order's merchant, and what of it is held."""
    row = await shop.admin.fetchrow(
        "SELECT b.balance, b.held FROM sales.order_items AS i, ledger.read_balances(i.merchant_id, 'earnings') AS b "
        "WHERE i.order_id = $1",
        uuid.UUID(order["id"]),
    )
    return row["balance"], row["held"]


class Disputed:
    """A payment of 30.00 at Stripe and in the shop, of a merchant of its own, who gets 27.00."""

    def __init__(self, shop: Shop, server: StripeServer, gateway: StripeGateway) -> None:
        self.shop, self.server, self.gateway = shop, server, gateway

    async def begin(self, customer: str) -> None:
        """The attempt, and the payment at Stripe, of which the shop knows nothing yet."""
        self.shop.merchant = await self.shop.account("merchant")
        self.order = await self.shop.order(customer, await self.shop.product(price=1500))
        answer = await self.shop.call(
            "web_customer", "begin_payment", token=customer, order_id=self.order["id"], provider="stripe"
        )
        self.payment = answer["payment"]
        session = await self.gateway.open(replace(attempt(), id=self.payment["id"], order_id=self.order["id"]))
        self.paid = self.server.pay(session.reference)
        self.intent = str(self.server.sessions[session.reference]["payment_intent"])

    async def tell(self, *sent: Thing) -> list[str]:
        """Stripe's callbacks; the outcomes."""
        outcomes = []
        for callback in sent:
            for event in await self.gateway.parse_callback(*self.server.signed(callback)):
                given = {
                    "provider": "stripe", "event_id": event.id, "kind": event.kind, "payload": event.payload,
                    "payment_id": event.payment_id, "provider_reference": event.reference,
                    "charge_reference": event.charge, "amount": event.amount, "currency": event.currency,
                    "case_reference": event.case, "refund_id": event.refund_id, "failure_code": event.failure_code,
                    "dispute_status": event.status, "occurred_at": event.occurred_at and event.occurred_at.isoformat(),
                    "movements": [asdict(movement) for movement in event.movements],
                }  # fmt: skip
                receipt = await self.shop.call("web_gateway", "receive_gateway_event", **given)
                outcomes.append(receipt["outcome"])
        return outcomes

    async def listed(self, **filters: Any) -> list[dict[str, Any]]:
        found = await self.shop.call("web_support", "list_disputes", token=self.shop.support, limit=100, **filters)
        return [dispute for dispute in found["data"] if dispute["payment_id"] in (None, self.payment["id"])]

    async def refund(self, amount: int | None = None) -> dict[str, Any]:
        given = {} if amount is None else {"amount": amount}
        made: dict[str, Any] = await self.shop.call(
            "web_support", "create_refund", token=self.shop.support, payment_id=self.payment["id"], reason="x", **given
        )
        return made

    async def books(self) -> dict[str, int]:
        """Where the money of the order is. Clearing: what Stripe has for the shop."""
        rows = await self.shop.admin.fetch(
            """
            SELECT a.kind, sum(m.amount)::bigint AS amount
            FROM (SELECT t.credit_account AS id, t.amount FROM ledger.transfers AS t
                  WHERE t.order_id = $1 AND t.phase IN ('posted', 'post')
                  UNION ALL
                  SELECT t.debit_account, -t.amount FROM ledger.transfers AS t
                  WHERE t.order_id = $1 AND t.phase IN ('posted', 'post')) AS m
            JOIN ledger.accounts AS a ON a.id = m.id GROUP BY a.kind HAVING sum(m.amount) <> 0
            """,
            uuid.UUID(self.order["id"]),
        )
        found = {row["kind"]: row["amount"] for row in rows}
        held = (await earnings(self.shop, self.order))[1]
        return {**found, "clearing": -found.get("clearing", 0), "held": held}


@pytest.fixture
async def begun(shop: Shop, customer: str, stripe: StripeServer) -> AsyncIterator[Disputed]:
    gateway = StripeGateway(
        StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url), SHOP
    )
    disputed = Disputed(shop, stripe, gateway)
    await disputed.begin(customer)
    yield disputed
    await shop.assert_books_balance()
    await gateway.aclose()


@pytest.fixture
async def at_stripe(begun: Disputed) -> Disputed:
    await begun.tell(*begun.paid)
    return begun


PAID = {"clearing": 3000, "earnings": 2700, "commission": 300, "held": 0}
# After a dispute's fee of 15.00.
HELD = {**PAID, "clearing": 1500, "fees": -1500, "held": 2700}
WON = {**HELD, "held": 0}
LOST = {"clearing": -1500, "fees": -1500, "held": 0}


def cases(disputed: Disputed) -> list[str]:
    return [d["id"] for d in disputed.server.disputes.values() if d["payment_intent"] == disputed.intent]


def case(disputed: Disputed) -> str:
    (found,) = cases(disputed)
    return found
