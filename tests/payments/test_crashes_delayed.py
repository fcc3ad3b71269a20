"""A process dies at every step of a payment that takes days: one session, one charge or none, and one end.

As in test_crashes.py, a death is that the next step does not happen; and a worker, a real process, is killed while it
asks Stripe what became of the debit. Then another worker looks after what was left.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.gateways.protocol import Gateway
from api.gateways.steps import PaymentSteps
from api.gateways.stripe.gateway import StripeGateway
from api.gateways.stripe.settings import StripeSettings
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.settings import Settings
from api.worker.loop import POOLS
from db.server.access import Access
from tests.gateways.stripe_server import StripeServer, Thing
from tests.payments.conftest import Shop
from tests.payments.test_crashes import House, StripeSide

OPENING = ("all is well", "dies before the call", "dies after the call")
BEGINS = ("comes", "never comes", "is read by one who dies")
ENDS = ("comes twice", "never comes", "is read by one who dies", "is looked up by one who dies")
END = ("bank_pays", "bank_refuses")
WAITING = "SELECT count(*) = 0 FROM payments.payments WHERE status IN ('initiated', 'open')"
ENDED = "SELECT count(*) = 0 FROM payments.payments WHERE status NOT IN ('completed', 'failed')"


@pytest.fixture
async def house(shop: Shop, stripe: StripeServer, access: Access, tmp_path: Path) -> AsyncIterator[House]:
    settings = Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path)
    keys = StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url)
    made: dict[str, Gateway] = {"stripe": StripeGateway(keys, settings.public_url)}
    database = Database(settings.access, POOLS, "test")
    connection = await asyncpg.connect(settings.access.url("web_worker"))
    try:
        store = PaymentSteps(Functions(database, await read_contract(connection)), made)
        yield House(shop, StripeSide(stripe), settings, store, lambda _: made)
    finally:
        await connection.close()
        await database.close()


def session_of(stripe: StripeServer, payment: str) -> str:
    (session,) = [s["id"] for s in stripe.sessions.values() if s["metadata"]["payment_id"] == payment]
    return str(session)


async def begin(shop: Shop, customer: str, lamp: str) -> str:
    order = await shop.order(customer, lamp)
    answer = await shop.call(
        "web_customer", "begin_payment", token=customer, order_id=order["id"], provider="stripe"
    )  # fmt: skip
    return str(answer["payment"]["id"])


async def tell(house: House, stripe: StripeServer, payment: str, events: list[Thing], how: str) -> None:
    """Callbacks, of which one process or the other does not do its part."""
    if how == "is looked up by one who dies":  # after Stripe's answer, before it is stored
        assert await house.gateway.look_up(await house.store.read(payment, payment)) is not None
    elif how == "is read by one who dies":
        for event in events:
            await house.gateway.parse_callback(*stripe.signed(event))
    elif how != "never comes":
        for event in events * (2 if how == "comes twice" else 1):
            await house.receive(*stripe.signed(event))


async def test_a_death_at_every_step_of_a_debit(
    shop: Shop, customer: str, house: House, stripe: StripeServer
) -> None:  # fmt: skip
    cases = list(product(OPENING, BEGINS, ENDS, END))
    lamp = await shop.product(stock=1000)
    attempts = [await begin(shop, customer, lamp) for _ in cases]
    told = list(zip(attempts, cases, strict=True))
    for payment, (opening, _, _, _) in told:
        await house.open(payment, opening)
    await house.recover("SELECT count(*) = 0 FROM payments.payments WHERE status = 'initiated'")

    for payment, (_, begins, _, _) in told:
        await tell(house, stripe, payment, stripe.pay_by_bank(session_of(stripe, payment)), begins)
    await house.recover(WAITING)
    assert {(await shop.see({"id": payment}))["status"] for payment in attempts} == {"processing"}
    assert await shop.stock(lamp) == (1000, 2 * len(cases))

    for payment, (_, _, ends, end) in told:
        await tell(house, stripe, payment, getattr(stripe, end)(session_of(stripe, payment)), ends)
    await house.recover(ENDED)

    paid = 0
    for payment, case in told:
        seen = await shop.see({"id": payment})
        if case[-1] == "bank_pays":
            paid += 1
            assert (seen["status"], seen["order_status"], seen["amount_paid"]) == ("completed", "paid", 1000), case
            assert [t[-1] for t in seen["transfers"] if t[0] == "payment"] == [1000], case
        else:
            assert (seen["status"], seen["order_status"], seen["amount_paid"]) == ("failed", "pending", 0), case
            assert seen["transfers"] == [], case
        assert house.side.taken(payment) == [1000] * (case[-1] == "bank_pays"), case
    # Those that were refused have the time of a new order to pay in another way; their goods wait as long.
    assert await shop.stock(lamp) == (1000 - 2 * paid, 2 * (len(cases) - paid))
    print(
        f"{len(cases)} debits: {len(OPENING)} ways to open × {len(BEGINS)} callbacks of the beginning × {len(ENDS)} of "
        f"the end × {len(END)} ends; one session and one end each"
    )
    await shop.assert_books_balance()


@pytest.mark.parametrize("end", END)
async def test_a_worker_is_killed_while_it_asks_what_became_of_a_debit(
    shop: Shop, customer: str, house: House, stripe: StripeServer, end: str
) -> None:
    lamp = await shop.product(stock=10)
    payment = await begin(shop, customer, lamp)
    await house.open(payment, "all is well")
    session = session_of(stripe, payment)
    await tell(house, stripe, payment, stripe.pay_by_bank(session), "comes")
    getattr(stripe, end)(session)  # nobody tells us
    settings = house.settings
    environment = {
        **os.environ, **stripe.environment, "DATABASE_URL": settings.database_url or "",
        "STOREPROC_SECRET": settings.secret or "", "STOREPROC_DATA": str(settings.data),
    }  # fmt: skip
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.worker", env=environment, stdin=DEVNULL, stdout=DEVNULL
    )
    try:
        stripe.meanwhile(f"GET /v1/checkout/sessions/{session}", lambda: os.kill(worker.pid, signal.SIGKILL))
        await shop.admin.execute(
            "UPDATE payments.payments SET check_at = now() WHERE id = $1", uuid.UUID(payment)
        )  # fmt: skip
        await shop.call("web_worker", "check_payments")
        assert await asyncio.wait_for(worker.wait(), 60) == -signal.SIGKILL
    finally:
        stripe.calm()
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    assert (await shop.see({"id": payment}))["status"] == "processing"
    # What it had claimed is free again when its lease is over.
    await shop.admin.execute("UPDATE messaging.outbox SET run_at = now() WHERE done_at IS NULL")
    await house.recover(ENDED)
    seen = await shop.see({"id": payment})
    paid = end == "bank_pays"
    assert (seen["status"], seen["order_status"]) == (("completed", "paid") if paid else ("failed", "pending"))
    assert await shop.stock(lamp) == ((8, 0) if paid else (10, 2))
    await shop.assert_books_balance()
