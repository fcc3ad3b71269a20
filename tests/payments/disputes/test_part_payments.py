"""Money that goes away while its order still waits for the rest no longer pays for the order."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.disputes.conftest import earnings
from tests.support.connections import refused


@pytest.fixture(autouse=True)
async def books(shop: Shop) -> AsyncIterator[None]:
    yield
    await shop.assert_books_balance()


class Part:
    """An order of 10.00 of which 4.00 are paid."""

    def __init__(self, shop: Shop, customer: str) -> None:
        self.shop, self.customer, self.said = shop, customer, 0

    async def begin(self) -> None:
        self.shop.merchant = await self.shop.account("merchant")
        self.product = await self.shop.product()
        self.order = await self.shop.order(self.customer, self.product)
        self.payment = await self.pay(400)

    async def pay(self, amount: int | None = None) -> dict[str, Any]:
        payment = await self.shop.begin(self.customer, self.order, amount)
        assert await self.shop.event(payment, "completed") == "applied"
        return payment

    async def say(self, status: str, *movements: int) -> None:
        """What the gateway says of the dispute, and has moved up to now."""
        self.said += 1
        moved = [{"reference": f"m{n}", "amount": amount, "fee": 0} for n, amount in enumerate(movements)]
        await self.shop.event(
            self.payment, "dispute", event_id=f"{self.payment['id']}:{self.said}", amount=400,
            case_reference=f"dp_{self.payment['id']}", dispute_status=status, movements=moved,
            occurred_at=f"2026-01-01T00:00:{self.said:02}Z",
        )  # fmt: skip

    async def refund(self, kind: str, event_id: str = "1") -> str:
        """A refund in the gateway's dashboard."""
        return await self.shop.event(
            self.payment, f"refund_{kind}", event_id=f"{self.payment['id']}:r:{kind}:{event_id}",
            case_reference=f"re_{self.payment['id']}", failure_code="lost_or_stolen_card",
        )  # fmt: skip

    async def seen(self) -> tuple[str, str, int, int]:
        order = await self.shop.call("web_customer", "get_order", token=self.customer, order_id=self.order["id"])
        return order["status"], order["payment_status"], order["amount_paid"], order["amount_refunded"]

    async def unapplied(self) -> int:
        found: int = await self.shop.admin.fetchval(
            """
            SELECT coalesce(sum(CASE c.kind WHEN 'unapplied' THEN t.amount ELSE -t.amount END), 0)::bigint
            FROM ledger.transfers AS t
            JOIN ledger.accounts AS d ON d.id = t.debit_account JOIN ledger.accounts AS c ON c.id = t.credit_account
            WHERE t.order_id = $1 AND 'unapplied' IN (d.kind, c.kind)
            """,
            uuid.UUID(self.order["id"]),
        )
        return found

    async def refunds(self) -> list[dict[str, Any]]:
        page = await self.shop.call(
            "web_support", "list_refunds", token=self.shop.support, payment_id=self.payment["id"]
        )
        found: list[dict[str, Any]] = page["data"]
        return found


@pytest.fixture
async def part(shop: Shop) -> Part:
    part = Part(shop, await shop.account())
    await part.begin()
    return part


async def test_lost_money_is_due_again(part: Part) -> None:
    await part.say("needs_response", -400)
    assert await part.seen() == ("pending", "partly_paid", 400, 0)
    await part.say("lost", -400)
    assert await part.seen() == ("pending", "unpaid", 0, 0)
    await part.pay(600)
    assert await part.seen() == ("pending", "partly_paid", 600, 0)
    with refused("amount_above_due", "SH422"):
        await part.shop.begin(part.customer, part.order, 401)
    await part.pay(400)
    assert await part.seen() == ("paid", "paid", 1000, 0)
    assert await part.unapplied() == 0


async def test_money_won_back_pays_again_and_can_be_lost_again(part: Part) -> None:
    await part.say("lost", -400)
    await part.say("won", -400, 400)
    assert await part.seen() == ("pending", "partly_paid", 400, 0)
    await part.say("lost", -400, 400, -400)
    assert await part.seen() == ("pending", "unpaid", 0, 0)
    await part.say("won", -400, 400, -400, 400)
    await part.pay()
    assert await part.seen() == ("paid", "paid", 1000, 0)
    assert await earnings(part.shop, part.order) == (900, 0)


async def test_money_won_back_may_be_the_rest(part: Part) -> None:
    await part.say("lost", -400)
    await part.pay(600)
    late = await part.shop.begin(part.customer, part.order, 400)
    await part.say("won", -400, 400)
    assert await part.seen() == ("paid", "paid", 1000, 0)
    assert await part.shop.event(late, "completed") == "applied"  # at this moment: it pays nothing any more
    seen = await part.shop.see(late)
    assert (seen["amount_applied"], seen["amount_refunded"]) == (0, 400)
    assert await part.shop.stock(part.product) == (999_998, 0)


async def test_money_won_back_too_late_is_unapplied(part: Part) -> None:
    await part.say("lost", -400)
    await part.pay()
    await part.say("won", -400, 400)
    assert await part.seen() == ("paid", "paid", 1000, 0)
    assert await part.unapplied() == 400
    made = await part.shop.call(
        "web_support", "create_refund", token=part.shop.support, payment_id=part.payment["id"], reason="twice"
    )
    assert made["amount"] == 400
    assert await part.seen() == ("paid", "paid", 1000, 0)


async def test_a_part_that_is_lost_is_due_again(part: Part) -> None:
    await part.say("lost", -150)
    assert await part.seen() == ("pending", "partly_paid", 250, 0)
    await part.shop.call("web_customer", "cancel_order", token=part.customer, order_id=part.order["id"])
    assert sorted((r["status"], r["amount"]) for r in await part.refunds()) == [("completed", 150), ("pending", 250)]


async def test_a_refund_in_the_dashboard_is_due_again(part: Part) -> None:
    assert await part.refund("completed") == "applied"
    assert await part.seen() == ("pending", "unpaid", 0, 0)
    await part.pay()
    assert await part.seen() == ("paid", "paid", 1000, 0)


async def test_a_dashboard_refund_that_fails_pays_again(part: Part) -> None:
    await part.refund("pending")
    assert await part.seen() == ("pending", "unpaid", 0, 0)
    await part.refund("failed")
    assert await part.seen() == ("pending", "partly_paid", 400, 0)
    # Support refunds it all the same: it is due again.
    (failed,) = await part.refunds()
    await part.shop.call("web_support", "retry_refund", token=part.shop.support, refund_id=failed["id"])
    assert await part.seen() == ("pending", "unpaid", 0, 0)


async def test_a_refund_that_came_back_is_settled_once(part: Part) -> None:
    await part.refund("completed")
    await part.refund("failed")
    assert await part.seen() == ("pending", "partly_paid", 400, 0)
    (failed,) = await part.refunds()
    settle = {"token": part.shop.support, "refund_id": failed["id"], "method": "cash", "reference": "till 1"}
    await part.pay()
    with refused("refund_above_payment", "SH409"):
        await part.shop.call("web_support", "settle_refund", **settle)
    assert await part.seen() == ("paid", "paid", 1000, 0)


async def test_a_refund_that_came_back_is_settled_while_the_order_waits(part: Part) -> None:
    await part.refund("completed")
    await part.refund("failed")
    (failed,) = await part.refunds()
    await part.shop.call(
        "web_support", "settle_refund", token=part.shop.support, refund_id=failed["id"], method="cash",
        reference="till 1",
    )  # fmt: skip
    assert await part.seen() == ("pending", "unpaid", 0, 0)


async def test_a_refund_in_the_panel_is_recorded_while_the_order_waits(part: Part) -> None:
    given = {"token": part.shop.support, "payment_id": part.payment["id"], "reason": "panel", "amount": 400}
    with refused("order_not_paid", "SH409"):
        await part.shop.call("web_support", "create_refund", **given)
    await part.shop.call("web_support", "create_refund", **given, gateway_reference="re_panel")
    assert await part.seen() == ("pending", "unpaid", 0, 0)


async def test_an_open_dispute_holds_shares_as_soon_as_there_are_some(part: Part) -> None:
    await part.say("needs_response", -400)
    await part.pay()
    assert await part.seen() == ("paid", "paid", 1000, 0)
    assert await earnings(part.shop, part.order) == (900, 360)
    await part.say("won", -400, 400)
    assert await earnings(part.shop, part.order) == (900, 0)


async def test_a_surplus_is_refunded_once(shop: Shop) -> None:
    """Not by a refund of the payment, and by the retry of the one that failed before it."""
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    first = await shop.begin(customer, order)
    part = await shop.begin(customer, order, 500)
    await shop.event(part, "completed")
    await shop.event(first, "completed")  # 5.00 pay the rest, 5.00 are too much
    (surplus,) = (await shop.call("web_support", "list_refunds", token=shop.support, payment_id=first["id"]))["data"]
    await shop.call("web_worker", "fail_refund", refund_id=surplus["id"], failure_code="refused")
    again = {"token": shop.support, "payment_id": first["id"], "reason": "surplus", "amount": 500}
    await shop.call("web_support", "create_refund", **again)
    for function, given in (("retry_refund", {}), ("settle_refund", {"method": "cash", "reference": "till"})):
        with refused("refund_above_payment", "SH409"):
            await shop.call("web_support", function, token=shop.support, refund_id=surplus["id"], **given)
