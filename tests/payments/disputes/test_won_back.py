"""Money that a dispute brings back when no order needs it any more: customer service finds it among the refunds that
failed, and retries or settles it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.disputes.conftest import earnings
from tests.payments.disputes.test_part_payments import Part
from tests.support.connections import refused

WAITING = "SELECT failed_refunds FROM report.count_work()"
TO_RETRY = "SELECT value::bigint FROM monitor.figures WHERE name = 'refunds_to_retry'"


class Lost(Part):
    """An order of 10.00 that was paid; the payer's bank took all of it back."""

    async def begin(self) -> None:
        self.shop.merchant = await self.shop.account("merchant")
        self.product = await self.shop.product()
        self.order, self.payment = await self.shop.paid(self.customer, self.product)
        await self.say("lost", -1000)

    async def cancel(self) -> None:
        await self.shop.call("web_customer", "cancel_order", token=self.customer, order_id=self.order["id"])

    async def waiting(self) -> list[dict[str, Any]]:
        """What customer service finds of this payment."""
        page = await self.shop.call(
            "web_support", "list_all_refunds", token=self.shop.support, status="failed", limit=100
        )
        return [r for r in page["data"] if r["payment_id"] == self.payment["id"] and r["reason"] != "dispute_lost"]

    async def does(self, function: str, **given: Any) -> Any:
        return await self.shop.call("web_support", function, token=self.shop.support, **given)


@pytest.fixture
async def lost(shop: Shop) -> AsyncIterator[Lost]:
    lost = Lost(shop, await shop.account())
    await lost.begin()
    yield lost
    await shop.assert_books_balance()


async def counted(shop: Shop) -> int:
    """The refunds that wait: on the dashboard, and in the metrics, which alert."""
    await shop.admin.execute("SELECT monitor.take_figures()")
    waiting, to_retry = await shop.admin.fetchval(WAITING), await shop.admin.fetchval(TO_RETRY)
    assert waiting == to_retry
    return int(waiting)


@pytest.mark.parametrize("method", ["retry", "wallet", "bank_transfer"])
async def test_it_waits_for_customer_service(shop: Shop, lost: Lost, method: str) -> None:
    await lost.cancel()
    before = await counted(shop)
    await lost.say("won", -1000, 1000)
    (found,) = await lost.waiting()
    assert (found["amount"], found["reason"], found["failure_code"]) == (1000, "order_cancelled", "won_back")
    assert await counted(shop) == before + 1
    assert await lost.seen() == ("cancelled", "paid", 1000, 0)
    assert await earnings(shop, lost.order) == (900, 0)
    if method == "retry":
        again = await lost.does("retry_refund", refund_id=found["id"])
        await shop.call("web_worker", "complete_refund", refund_id=again["id"], provider_reference=f"re_{again['id']}")
    else:
        await lost.does("settle_refund", refund_id=found["id"], method=method, reference="statement 17")
    assert (await lost.seen())[2:] == (1000, 1000)
    assert (await earnings(shop, lost.order), await counted(shop)) == ((0, 0), before)


async def test_it_waits_once_and_not_after_it_was_lost_again(shop: Shop, lost: Lost) -> None:
    await lost.cancel()
    before = await counted(shop)
    for moved in ((-1000, 1000), (-1000, 1000, -1000, 1000)):
        await lost.say("won", *moved)
        await lost.say("won", *moved)
        assert (len(await lost.waiting()), await counted(shop)) == (1, before + 1)
        await lost.say("lost", *moved, -1000)
        assert await counted(shop) == before
    (found,) = await lost.waiting()
    with refused("refund_above_payment", "SH409"):
        await lost.does("retry_refund", refund_id=found["id"])


async def test_a_refund_of_the_payment_ends_it_too(shop: Shop, lost: Lost) -> None:
    await lost.cancel()
    before = await counted(shop)
    await lost.say("won", -1000, 1000)
    await lost.does("create_refund", payment_id=lost.payment["id"], reason="won back")
    assert await counted(shop) == before


async def test_an_order_that_is_not_cancelled_keeps_it(shop: Shop, lost: Lost) -> None:
    before = await counted(shop)
    await lost.say("won", -1000, 1000)
    assert (await lost.waiting(), await counted(shop)) == ([], before)
    await lost.cancel()  # afterwards: it is refunded at once
    assert (await lost.waiting(), (await lost.seen())[2:]) == ([], (1000, 1000))


async def test_a_cancelled_order_that_keeps_it_fails_the_invariant(shop: Shop, lost: Lost) -> None:
    """As orders from before this rule do: their payment is to be refunded."""
    await lost.cancel()
    await lost.say("won", -1000, 1000)
    (found,) = await lost.waiting()
    async with shop.admin.acquire() as connection:
        change = connection.transaction()
        await change.start()
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        await connection.execute("DELETE FROM payments.refund_items WHERE refund_id = $1", uuid.UUID(found["id"]))
        await connection.execute("DELETE FROM payments.refunds WHERE id = $1", uuid.UUID(found["id"]))
        broken = await connection.fetch("SELECT name FROM audit.check_invariants() WHERE NOT ok")
        await change.rollback()
    assert [row["name"] for row in broken] == ["a cancelled order keeps no money"]


async def test_a_part_that_comes_back_too_late_waits_as_well(shop: Shop) -> None:
    """Its order was cancelled, or paid anew, while the bank had it."""
    for reason in ("order_cancelled", "duplicate_payment"):
        part = Part(shop, await shop.account())
        await part.begin()
        await part.say("lost", -400)
        if reason == "order_cancelled":
            await shop.call("web_customer", "cancel_order", token=part.customer, order_id=part.order["id"])
        else:
            await part.pay()
        before = await counted(shop)
        await part.say("won", -400, 400)
        assert await counted(shop) == before + 1
        (found,) = [r for r in await part.refunds() if r["reason"] == reason]
        assert (found["status"], found["amount"], found["failure_code"]) == ("failed", 400, "won_back")
        await shop.call(
            "web_support", "settle_refund", token=shop.support, refund_id=found["id"], method="cash", reference="till 1"
        )
        assert (await part.unapplied(), await counted(shop)) == (0, before)
    await shop.assert_books_balance()
