"""What the worker owes is done in the end, once: whatever dies, repeats, fails or is restarted in between."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.gateways.protocol import Event, Payment, Refund, RefundOutcome, Refused, Session, Unavailable
from api.gateways.steps import PaymentSteps
from api.http.errors import Problem
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.settings import Settings
from api.worker.loop import POOLS, Worker
from db.server.access import Access
from tests.payments.conftest import Shop

REFUND_DONE = "SELECT status = 'completed' FROM payments.refunds WHERE id = $1::text::uuid"
JOB_DONE = "SELECT bool_or(done_at IS NOT NULL) FROM messaging.outbox WHERE kind = $1 AND payload ->> $2 = $3"


@dataclass
class Fake:
    """A gateway whose next answers are told to it; it remembers the key of every call."""

    answers: list[Exception | RefundOutcome] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    known: dict[str, Event] = field(default_factory=dict)

    def _answer(self, key: str) -> RefundOutcome | None:
        self.keys.append(key)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def open(self, payment: Payment) -> Session:
        self._answer(payment.outside_key)
        return Session(f"fake_{payment.outside_key}", f"https://fake.example/{payment.id}")

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        return self._answer(refund.id) or RefundOutcome("completed", f"fake_re_{refund.id}")

    async def look_up(self, payment: Payment) -> Event | None:
        self.looked.append(payment.id)
        return self.known.get(payment.id)

    async def capture(self, payment: Payment, amount: int) -> Event:
        self._answer(f"{payment.outside_key}:capture")
        return Event(
            f"capture:{payment.id}", "completed", payment_id=payment.id, amount=amount, currency=payment.currency
        )

    async def close(self, payment: Payment) -> None:
        self.closed.append(payment.id)

    async def parse_callback(self, headers: Any, body: bytes) -> Any:
        raise NotImplementedError


@pytest.fixture(scope="module")
def settings(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path_factory.mktemp("data"))


@pytest.fixture
def fake() -> Fake:
    return Fake()


@asynccontextmanager
async def working(settings: Settings, fake: Fake, count: int = 1) -> AsyncIterator[list[Worker]]:
    workers = [Worker(settings, lambda _: {"mock": fake}) for _ in range(count)]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)


@asynccontextmanager
async def web_tier(settings: Settings, **gateways: Fake) -> AsyncIterator[PaymentSteps]:
    database = Database(settings.access, POOLS, "test")
    connection = await asyncpg.connect(settings.access.url("web_worker"))
    try:
        yield PaymentSteps(Functions(database, await read_contract(connection)), gateways)
    finally:
        await connection.close()
        await database.close()


async def refunded(shop: Shop, customer: str) -> tuple[dict[str, Any], str]:
    _, payment = await shop.paid(customer, await shop.product())
    made = await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment["id"], reason="x")
    return payment, made["id"]


async def test_a_refund_is_done_as_soon_as_it_is_asked_for(
    shop: Shop, customer: str, settings: Settings, fake: Fake
) -> None:
    async with working(settings, fake):
        payment, refund = await refunded(shop, customer)
        await shop.until(REFUND_DONE, refund)
    assert fake.keys == [refund]
    assert (await shop.see(payment))["transfers"][1] == ["refund", "sales", "clearing", "USD", 1000]
    await shop.assert_books_balance()


async def test_a_gateway_that_does_not_answer_is_asked_again_with_the_same_key(
    shop: Shop, customer: str, settings: Settings, fake: Fake
) -> None:
    fake.answers = [Unavailable("lost"), Unavailable("lost")]
    failed = (
        "SELECT attempts = $2 AND last_error = 'Unavailable' FROM messaging.outbox "
        "WHERE kind = 'refund_payment' AND payload ->> 'refund_id' = $1"
    )
    async with working(settings, fake):
        _, refund = await refunded(shop, customer)
        for attempt in (1, 2):
            await shop.until(failed, refund, attempt)
            # Not to wait for the pause that it took.
            await shop.admin.execute(
                "UPDATE messaging.outbox SET run_at = now() WHERE payload ->> 'refund_id' = $1", refund
            )
            await shop.admin.execute("NOTIFY storeproc_outbox")
        await shop.until(REFUND_DONE, refund)
    assert fake.keys == [refund] * 3
    attempts = await shop.admin.fetchval(
        "SELECT attempts FROM messaging.outbox WHERE kind = 'refund_payment' AND payload ->> 'refund_id' = $1", refund
    )
    assert attempts == 3
    await shop.assert_books_balance()


async def test_a_gateway_that_refuses_is_believed(shop: Shop, customer: str, settings: Settings, fake: Fake) -> None:
    fake.answers = [RefundOutcome("failed", failure_code="card_closed")]
    async with working(settings, fake):
        payment, refund = await refunded(shop, customer)
        await shop.until("SELECT status = 'failed' FROM payments.refunds WHERE id = $1::text::uuid", refund)
    assert (await shop.see(payment))["amount_refunded"] == 0
    await shop.assert_books_balance()


async def test_what_a_dead_worker_held_comes_back(shop: Shop, customer: str, settings: Settings, fake: Fake) -> None:
    _, refund = await refunded(shop, customer)
    claimed = await shop.call("web_worker", "claim_jobs", kinds=["refund_payment"], limit=100)
    assert refund in [job["payload"]["refund_id"] for job in claimed]
    # It did the work, and died before it could say so. Nobody else has the job for two minutes …
    assert await shop.call("web_worker", "claim_jobs", kinds=["refund_payment"], limit=100) == []
    await shop.call("web_worker", "complete_refund", refund_id=refund, provider_reference="re_before_it_died")
    # … and then somebody has.
    await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE payload ->> 'refund_id' = $1", refund)
    async with working(settings, fake):
        await shop.until(JOB_DONE, "refund_payment", "refund_id", refund)
    assert fake.keys == []
    booked = "SELECT count(*) FROM ledger.transfers WHERE kind = 'refund' AND refund_id = $1::text::uuid"
    assert await shop.admin.fetchval(booked, refund) == 1


async def test_two_workers_at_once_do_each_job_once(shop: Shop, customer: str, settings: Settings, fake: Fake) -> None:
    made = [await refunded(shop, customer) for _ in range(25)]
    async with working(settings, fake, 3):
        for _, refund in made:
            await shop.until(REFUND_DONE, refund)
    assert sorted(fake.keys) == sorted(refund for _, refund in made)
    await shop.assert_books_balance()


async def test_claims_never_overlap(shop: Shop, customer: str) -> None:
    for _ in range(30):
        await refunded(shop, customer)
    batches = await asyncio.gather(
        *(shop.call("web_worker", "claim_jobs", kinds=["refund_payment"], limit=7) for _ in range(8))
    )
    ids = [job["id"] for batch in batches for job in batch]
    assert len(ids) == len(set(ids)) == 30
    await shop.admin.execute(
        "UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL AND kind = 'refund_payment'"
    )


async def test_a_payment_whose_opening_was_lost_is_opened_with_the_same_key(
    shop: Shop, customer: str, settings: Settings, fake: Fake
) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    fake.answers = [Unavailable("time-out after the request was sent")]
    async with web_tier(settings, mock=fake) as store:
        with pytest.raises(Problem) as problem:
            await store.open(payment["id"], "test")
    assert (problem.value.status, problem.value.code) == (503, "gateway_unavailable")
    assert (await shop.see(payment))["status"] == "initiated"
    await shop.admin.execute("UPDATE payments.payments SET check_at = now() WHERE id = $1::text::uuid", payment["id"])
    async with working(settings, fake):
        await shop.until("SELECT status = 'open' FROM payments.payments WHERE id = $1::text::uuid", payment["id"])
    opening = [key for key in fake.keys if key == fake.keys[0]]
    assert len(opening) == 2
    assert opening[0] == str(
        await shop.admin.fetchval("SELECT outside_key FROM payments.payments WHERE id = $1::text::uuid", payment["id"])
    )


async def test_a_payment_that_the_gateway_refuses_has_failed(
    shop: Shop, customer: str, settings: Settings, fake: Fake
) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    fake.answers = [Refused("amount_too_small")]
    async with web_tier(settings, mock=fake) as store:
        with pytest.raises(Problem) as problem:
            await store.open(payment["id"], "test")
        assert (problem.value.status, problem.value.code) == (502, "gateway_refused")
        assert await store.open(payment["id"], "test") is None
    seen = await shop.see(payment)
    assert (seen["status"], seen["failure_code"], seen["order_status"]) == ("failed", "amount_too_small", "pending")


async def test_a_provider_that_is_not_configured_is_not_offered(shop: Shop, customer: str, settings: Settings) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    async with web_tier(settings) as store:
        with pytest.raises(Problem) as problem:
            await store.open(payment["id"], "test")
    assert (problem.value.status, problem.value.code) == (422, "provider_not_available")


async def test_the_checkout_of_a_cancelled_attempt_is_closed(
    shop: Shop, customer: str, settings: Settings, fake: Fake
) -> None:
    payment = await shop.begin(customer, await shop.order(customer, await shop.product()))
    await shop.open(payment)
    async with working(settings, fake):
        await shop.call("web_customer", "cancel_payment", token=customer, payment_id=payment["id"])
        await shop.until(JOB_DONE, "close_checkout", "payment_id", payment["id"])
    assert fake.closed == [payment["id"]]


async def test_orders_and_payments_run_out_of_time(shop: Shop, customer: str, settings: Settings, fake: Fake) -> None:
    lamp = await shop.product(stock=10)
    order = await shop.order(customer, lamp)
    payment = await shop.begin(customer, order)
    assert await shop.stock(lamp) == (10, 2)
    for table, row in (("sales.orders", order), ("payments.payments", payment)):
        await shop.admin.execute(f"UPDATE {table} SET expires_at = now() WHERE id = $1::text::uuid", row["id"])
    async with working(settings, fake):
        await shop.until("SELECT status = 'cancelled' FROM sales.orders WHERE id = $1::text::uuid", order["id"])
        await shop.until(
            "SELECT status IN ('cancelled', 'expired') FROM payments.payments WHERE id = $1::text::uuid", payment["id"]
        )
    assert await shop.stock(lamp) == (10, 0)


async def test_the_worker_outlives_its_connections(shop: Shop, customer: str, settings: Settings, fake: Fake) -> None:
    ended = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE application_name = 'storeproc worker' AND datname = current_database()"
    )
    async with working(settings, fake):
        for _ in range(3):
            await shop.until(ended)
            _, refund = await refunded(shop, customer)
            await shop.until(REFUND_DONE, refund, seconds=20)
    await shop.assert_books_balance()


async def test_done_work_is_deleted_after_a_week(shop: Shop, customer: str) -> None:
    await shop.admin.execute(
        "UPDATE messaging.outbox SET done_at = now() - interval '8 days' WHERE done_at IS NOT NULL"
    )
    assert await shop.call("web_worker", "purge_jobs") > 0
    assert await shop.admin.fetchval("SELECT count(*) FROM messaging.outbox WHERE done_at IS NOT NULL") == 0


async def test_work_that_fails_waits_longer_each_time(shop: Shop, customer: str) -> None:
    await refunded(shop, customer)
    waits = []
    for _ in range(14):
        await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL")
        job = (await shop.call("web_worker", "claim_jobs", kinds=["refund_payment"], limit=1))[0]
        await shop.admin.execute(
            "UPDATE messaging.outbox SET run_at = now() + interval '1 day' WHERE id <> $1", uuid.UUID(job["id"])
        )
        await shop.call("web_worker", "fail_job", job_id=job["id"], error="x" * 5000)
        row = await shop.admin.fetchrow(
            "SELECT extract(epoch FROM run_at - now()) AS wait, attempts, length(last_error) AS told "
            "FROM messaging.outbox WHERE id = $1",
            uuid.UUID(job["id"]),
        )
        waits.append((row["attempts"], float(row["wait"])))
        assert row["told"] <= 500
        # The others wait, so that the next claim finds this one.
        await shop.admin.execute("DELETE FROM messaging.outbox WHERE id <> $1", uuid.UUID(job["id"]))
    for attempt, wait in waits:
        assert 0.49 * min(3600, 2**attempt) - 1 <= wait <= 1.51 * min(3600, 2**attempt) + 1


@pytest.mark.out_of_step("this worker refunds at the mock gateway what was not paid there")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_as_a_process_it_ends_cleanly_when_told(
    shop: Shop, customer: str, settings: Settings, access: Access, end: signal.Signals
) -> None:
    _, refund = await refunded(shop, customer)
    process = subprocess.Popen(  # noqa: ASYNC220  # starting one is quick
        [sys.executable, "-m", "api.worker"], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        env={**os.environ, "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret,
             "STOREPROC_DATA": str(settings.data)},
    )  # fmt: skip
    try:
        await shop.until(REFUND_DONE, refund, seconds=30)
        await shop.until(JOB_DONE, "refund_payment", "refund_id", refund)
    finally:
        process.send_signal(end)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    job = next(line for line in lines if line.get("refund_id") == refund)
    assert (job["kind"], job["attempt"], job["outcome"]) == ("refund_payment", 1, "completed")
    assert lines[-1]["worker"] == "stopped"
