"""A dispute that was lost and won back: its credit note is cancelled by a debit note, and a refund has its own."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.invoices import document, einvoice
from api.worker.jobs import invoices
from tests.billing.conftest import Office
from tests.payments.conftest import Shop
from tests.support.connections import refused

(MIGRATION,) = (Path(__file__).parents[2] / "db" / "migrations").glob("*.debit_notes.sql")


class Disputed:
    """A paid order, and the reports of a dispute about its payment."""

    def __init__(self, shop: Shop, office: Office, order: dict[str, Any], payment: dict[str, Any]) -> None:
        self.shop, self.office, self.order, self.payment = shop, office, order, payment
        self.moved: list[dict[str, Any]] = []
        self.moments = count(1)

    async def report(self, status: str, amount: int = 0) -> None:
        """The dispute has this status; `amount` is what the gateway returned, below zero what it withdrew."""
        n = next(self.moments)
        if amount:
            self.moved.append({"reference": f"txn_{n}", "amount": amount})
        outcome = await self.shop.event(
            self.payment, "dispute", f"{self.payment['id']}:{n}", case_reference=f"dp_{self.payment['id']}",
            dispute_status=status, movements=self.moved, amount=self.payment["amount"], failure_code="fraudulent",
            occurred_at=f"2026-01-01T00:00:{n:02}Z",
        )  # fmt: skip
        assert outcome == "applied"

    async def lose(self) -> None:
        await self.report("lost", -self.payment["amount"])

    async def win(self) -> None:
        await self.report("won", self.payment["amount"])

    async def work(self, *, latest_first: bool = False) -> None:
        """Does the jobs of the outbox that issue documents."""

        async def call(function: str, **arguments: Any) -> Any:
            return await self.shop.call("web_worker", function, **arguments)

        rows = await self.shop.admin.fetch(
            "SELECT j.kind, coalesce(j.payload ->> 'refund_id', '') AS refund_id FROM messaging.outbox AS j "
            "WHERE j.kind IN ('issue_credit_note', 'issue_debit_note') AND j.done_at IS NULL "
            "AND j.payload ->> 'refund_id' IN (SELECT r.id::text FROM payments.refunds AS r WHERE r.order_id = $1) "
            "ORDER BY j.id",
            uuid.UUID(self.order["id"]),
        )
        for row in reversed(rows) if latest_first else rows:
            await invoices.issue(call, row["kind"], {"refund_id": row["refund_id"]})
            await self.office.assert_invoices_are_right()
            await self.shop.admin.execute(
                "UPDATE messaging.outbox SET done_at = now() WHERE kind = $1 AND payload ->> 'refund_id' = $2",
                row["kind"], row["refund_id"],
            )  # fmt: skip
        await self.office.assert_invoices_are_right()

    async def documents(self) -> list[dict[str, Any]]:
        """The credit and debit notes of the order, oldest first."""
        found = await self.shop.call(
            "web_support", "list_credit_notes", token=self.shop.support, order_id=self.order["id"], limit=100
        )
        data: list[dict[str, Any]] = found["data"]
        return data

    async def said(self) -> list[tuple[str, int]]:
        return [(note["kind"], note["total"]) for note in await self.documents()]


@pytest.fixture
async def disputed(shop: Shop, office: Office, customer: str) -> AsyncIterator[Disputed]:
    lamp, book = await office.product("Lamp", 1190, "in19"), await office.product("Book", 333, "on20")
    order = await office.order(customer, (lamp, 1), (book, 1))
    payment = await office.pay(customer, order)
    yield Disputed(shop, office, order, payment | {"amount": order["total"]})
    await office.assert_invoices_are_right()


async def test_a_dispute_that_is_won_back_cancels_its_credit_note(disputed: Disputed) -> None:
    await disputed.lose()
    await disputed.work()
    (credit,) = await disputed.documents()
    assert (credit["kind"], credit["total"]) == ("credit_note", disputed.order["total"])
    await disputed.win()
    await disputed.work()
    kept, debit = await disputed.documents()
    assert kept == credit  # what was issued is not edited
    assert debit["number"].startswith("DN-")
    assert (debit["invoice_id"], debit["invoice_number"]) == (credit["id"], credit["number"])
    for name in ("total", "tax", "tax_included", "subtotal", "shipping", "items", "buyer", "seller", "currency"):
        assert debit[name] == credit[name], name
    assert debit["refund_id"] is None
    read = await disputed.shop.call(
        "web_support", "get_credit_note", token=disputed.shop.support, credit_note_id=debit["id"]
    )
    assert read == debit
    found = await disputed.shop.call("web_support", "search_shop", token=disputed.shop.support, q=debit["number"])
    assert [(hit["kind"], hit["id"]) for hit in found["data"]] == [("debit_note", debit["id"])]
    pdf = await disputed.shop.call(
        "web_support", "get_credit_note_pdf", token=disputed.shop.support, credit_note_id=debit["id"]
    )
    assert pdf["number"] == debit["number"]


@pytest.mark.parametrize("latest_first", [False, True], ids=["jobs in order", "jobs the other way round"])
@pytest.mark.parametrize("amounts", [(500,), (500, None), (None,)], ids=["a part", "a part and the rest", "all"])
async def test_a_refund_after_a_dispute_that_was_won_back(
    disputed: Disputed, amounts: tuple[int | None, ...], latest_first: bool
) -> None:
    total = disputed.order["total"]
    await disputed.lose()
    await disputed.win()
    if not latest_first:
        await disputed.work()
    refunded = []
    for amount in amounts:
        await disputed.office.refund(disputed.payment, **({} if amount is None else {"amount": amount}))
        refunded.append(total - sum(refunded) if amount is None else amount)
    await disputed.work(latest_first=latest_first)
    said = await disputed.said()
    assert said[:2] == [("credit_note", total), ("debit_note", total)]
    assert sorted(said[2:]) == sorted(("credit_note", amount) for amount in refunded)
    if sum(refunded) == total:
        made = await disputed.office.issue(disputed.order)
        notes = (await disputed.documents())[2:]
        for name in ("total", "tax", "tax_included"):
            assert sum(note[name] for note in notes) == made[name], name


async def test_lost_won_and_lost_again(disputed: Disputed) -> None:
    total = disputed.order["total"]
    for _ in range(2):
        await disputed.lose()
        await disputed.work()
        await disputed.win()
        await disputed.work()
    await disputed.lose()
    await disputed.work()
    assert await disputed.said() == [("credit_note", total), ("debit_note", total)] * 2 + [("credit_note", total)]
    seen = await disputed.shop.see(disputed.payment)
    assert seen["amount_refunded"] == total


async def test_lost_won_and_lost_again_before_the_worker_comes(disputed: Disputed) -> None:
    total = disputed.order["total"]
    await disputed.lose()
    await disputed.win()
    await disputed.lose()
    await disputed.work(latest_first=True)
    assert await disputed.said() == [("credit_note", total), ("debit_note", total), ("credit_note", total)]


async def test_a_part_of_a_lost_dispute_that_is_returned(disputed: Disputed) -> None:
    """The gateway withdrew more than it was entitled to, and returns the rest while the dispute stays lost."""
    total = disputed.order["total"]
    await disputed.lose()
    await disputed.work()
    await disputed.report("lost", 400)
    await disputed.work()
    assert await disputed.said() == [("credit_note", total), ("debit_note", total), ("credit_note", total - 400)]


async def test_a_refund_at_the_gateway_of_the_amount_that_was_won_back(disputed: Disputed) -> None:
    """It is not taken for the lost one's repetition, which would leave it without a credit note."""
    total = disputed.order["total"]
    await disputed.lose()
    await disputed.win()
    await disputed.work()
    outcome = await disputed.shop.event(
        disputed.payment, "refund_completed", f"{disputed.payment['id']}:re", amount=total, case_reference="re_by_hand"
    )
    assert outcome == "applied"
    await disputed.work()
    assert await disputed.said() == [("credit_note", total), ("debit_note", total), ("credit_note", total)]


async def test_what_was_won_back_before_there_were_debit_notes(disputed: Disputed) -> None:
    """A refund after it relied on the credit note of the lost dispute. The migration has both documents made."""
    total = disputed.order["total"]
    await disputed.lose()
    await disputed.work()
    await disputed.win()
    await disputed.shop.event(
        disputed.payment, "refund_completed", f"{disputed.payment['id']}:re", amount=total, case_reference="re_old"
    )
    order = uuid.UUID(disputed.order["id"])
    statements = re.findall(r"^INSERT INTO messaging\.outbox.*?;$", MIGRATION.read_text(), re.DOTALL | re.MULTILINE)
    assert len(statements) == 2
    async with disputed.shop.admin.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        await connection.execute(
            "UPDATE payments.refunds AS r SET retry_of = (SELECT b.id FROM payments.refunds AS b "
            "WHERE b.order_id = $1 AND b.reason = 'dispute_lost') "
            "WHERE r.order_id = $1 AND r.reason = 'refunded_at_gateway'",
            order,
        )
        await connection.execute(
            "DELETE FROM messaging.outbox WHERE done_at IS NULL AND payload ->> 'refund_id' IN "
            "(SELECT r.id::text FROM payments.refunds AS r WHERE r.order_id = $1)",
            order,
        )
    broken = await disputed.shop.admin.fetch("SELECT name FROM billing.check_invoices() WHERE NOT ok")
    assert {row["name"] for row in broken} == {
        "a refund that was reversed has its credit note cancelled, or it is being done",
        "a finished refund has its credit note, or it is being made",
    }
    for statement in statements:
        await disputed.shop.admin.execute(statement)
    await disputed.work()
    assert await disputed.said() == [("credit_note", total), ("debit_note", total), ("credit_note", total)]


async def test_a_refund_that_was_reversed_is_neither_retried_nor_settled(disputed: Disputed) -> None:
    await disputed.lose()
    await disputed.win()
    await disputed.work()
    shop = disputed.shop
    refund_id = await shop.admin.fetchval(
        "SELECT id::text FROM payments.refunds WHERE order_id = $1", uuid.UUID(disputed.order["id"])
    )
    with refused("refund_reversed", "SH409"):
        await shop.call("web_support", "retry_refund", token=shop.support, refund_id=refund_id)
    with refused("refund_reversed", "SH409"):
        await shop.call(
            "web_support", "settle_refund", token=shop.support, refund_id=refund_id, method="cash", reference="x"
        )


async def test_only_what_came_back_is_cancelled(disputed: Disputed) -> None:
    refund = await disputed.office.refund(disputed.payment, amount=100)
    with refused("refund_not_reversed", "SH409"):
        await disputed.shop.call("web_worker", "issue_debit_note", refund_id=refund["id"])
    with refused("refund_not_found", "SH404"):
        await disputed.shop.call("web_worker", "issue_debit_note", refund_id=str(uuid.uuid4()))
    await disputed.work()


async def test_a_debit_note_that_is_missing_or_wrong_is_told(disputed: Disputed) -> None:
    await disputed.lose()
    await disputed.win()
    await disputed.work()
    order = uuid.UUID(disputed.order["id"])
    for broken, name in (
        ("UPDATE billing.invoices SET tax = tax + 1, tax_included = tax_included + 1 "
         "WHERE kind = 'debit_note' AND order_id = $1", "a debit note cancels a whole credit note"),
        ("UPDATE payments.refunds SET status = 'completed' WHERE order_id = $1",
         "a refund that was reversed has its credit note cancelled, or it is being done"),
        ("DELETE FROM billing.invoices WHERE kind = 'debit_note' AND order_id = $1",
         "a refund that was reversed has its credit note cancelled, or it is being done"),
    ):  # fmt: skip
        async with disputed.shop.admin.acquire() as connection:
            change = connection.transaction()
            await change.start()
            try:
                await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
                assert await connection.execute(broken, order) != "UPDATE 0"
                told = await connection.fetch("SELECT name FROM billing.check_invoices() WHERE NOT ok")
                assert name in [row["name"] for row in told]
            finally:
                await change.rollback()


async def test_what_a_debit_note_says(disputed: Disputed) -> None:
    await disputed.office.sells(vat_id="DE123456789", country="DE", e_invoice=True)
    await disputed.lose()
    await disputed.win()
    await disputed.work()
    _, debit = await disputed.documents()
    assert document.render(debit).startswith(b"%PDF-")
    xml = einvoice.write(debit | {"e_invoice": True, "seller": debit["seller"] | {"vat_id": "DE1", "country": "DE"}})
    assert "<ram:TypeCode>383</ram:TypeCode>" in xml
    assert debit["invoice_number"] in xml
