"""The gateways with books of their own, and the web tier's and the worker's code that compares them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.gateways.steps import PaymentSteps
from api.worker.jobs.reconciliation import ReconciliationJobs, Run
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop
from tests.support.gateway_totals import reconcile
from tests.support.gateways import worker_side


class House:
    """The web tier's and the worker's own code, without their processes."""

    def __init__(self, shop: Shop, steps: PaymentSteps) -> None:
        self.shop = shop
        self.steps = steps
        self.jobs = ReconciliationJobs(self._call, steps)

    async def _call(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_worker", function, **arguments)

    async def begin(self, provider: str) -> str:
        """A comparison of the last day."""
        found = await self.shop.call(
            "web_support", "run_reconciliation", token=self.shop.support, since=await self.day()
        )
        (run,) = [run for run in found["data"] if run["provider"] == provider]
        return str(run["id"])

    async def day(self) -> str:
        return str(await self.shop.admin.fetchval("SELECT (now() - interval '1 day')::text"))

    async def reconcile(self, provider: str) -> Run:
        return await reconcile(self.shop, self.steps, provider)

    async def differences(self, payment_id: str | None = None, status: str | None = "open") -> list[dict[str, Any]]:
        page = await self.shop.call(
            "web_support",
            "list_differences",
            token=self.shop.support,
            limit=100,
            **({"status": status} if status else {}),
        )
        return [d for d in page["data"] if payment_id in (None, d["payment_id"])]

    async def begin_payment(self, provider: str, currency: str = "USD") -> str:
        customer = await self.shop.account()
        made = await self.shop.call(
            "web_merchant", "create_product", token=self.shop.merchant, name="Lamp", description="",
            sku=uuid.uuid4().hex[:12], price=500, currency=currency, stock=1000,
        )  # fmt: skip
        order = await self.shop.call(
            "web_customer", "create_order", token=customer, items=[{"product_id": made["id"], "quantity": 2}],
            currency=currency,
        )  # fmt: skip
        answer = await self.shop.call(
            "web_customer", "begin_payment", token=customer, order_id=order["id"], provider=provider
        )
        payment_id: str = answer["payment"]["id"]
        await self.steps.open(payment_id, payment_id)
        return payment_id

    async def receive(self, provider: str, headers: dict[str, str], body: bytes) -> list[str]:
        events = await self.steps.gateway(provider).parse_callback(headers, body)
        return [(await self.steps.apply(provider, event, "test"))["outcome"] for event in events]

    async def tell(self, stripe: StripeServer, *events: Thing) -> list[str]:
        return [outcome for event in events for outcome in await self.receive("stripe", *stripe.signed(event))]

    async def paid(self, stripe: StripeServer) -> str:
        """A payment that Stripe has taken, and told us of."""
        payment_id = await self.begin_payment("stripe")
        await self.tell(stripe, *stripe.pay(session_of(stripe, payment_id)))
        return payment_id

    async def age(self, payment_id: str) -> None:
        """An hour and more has passed: Stripe's books are expected to have it."""
        for table, column in (("payments.payments", "id"), ("payments.refunds", "payment_id")):
            await self.shop.admin.execute(
                f"UPDATE {table} SET completed_at = completed_at - interval '2 hours' WHERE {column} = $1::text::uuid",
                payment_id,
            )

    async def payment(self, payment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.shop.call(
            "web_support", "get_payment", token=self.shop.support, payment_id=payment_id
        )
        return found


def session_of(stripe: StripeServer, payment_id: str) -> str:
    return next(s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment_id)


def intent_of(stripe: StripeServer, payment_id: str) -> str:
    return str(stripe.sessions[session_of(stripe, payment_id)]["payment_intent"])


@pytest.fixture(scope="module")
async def house(shop: Shop, access: Access, stripe: StripeServer, sslcommerz: SSLCommerzServer) -> AsyncIterator[House]:
    async with worker_side(access, stripe, sslcommerz) as steps:
        yield House(shop, steps)


@pytest.fixture(autouse=True)
async def everything_is_explained(shop: Shop, house: House) -> AsyncIterator[None]:
    """The books are in order after each test, but for what its differences say."""
    yield
    for difference in await house.differences():
        await shop.call(
            "web_support", "explain_difference", token=shop.support, difference_id=difference["id"], reason="a test"
        )
    await shop.assert_books_balance()
