"""Nobody asks for an invoice: the worker makes what a payment, and a refund, have asked for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.invoices import document
from api.settings import Settings
from api.worker.loop import Worker
from db.server.access import Access
from tests.billing.conftest import Office
from tests.payments.conftest import Shop

PRINTED = """
    SELECT count(*) = $2 FROM billing.invoice_files AS f JOIN billing.invoices AS i ON i.id = f.invoice_id
    WHERE i.order_id = ANY ($1::text[]::uuid[])
"""


@pytest.fixture
def settings(access: Access, tmp_path: Path) -> Settings:
    return Settings(database_url=access.public_url(), secret=access.secret, data=tmp_path)


async def test_what_was_paid_and_refunded_is_invoiced_once(
    shop: Shop, office: Office, customer: str, settings: Settings, client: Any
) -> None:
    bought = [await shop.paid(customer, await shop.product(), 2) for _ in range(10)]
    for _, payment in bought[:4]:
        await office.refund(payment, amount=300)
    orders = [order["id"] for order, _ in bought]
    workers = [Worker(settings) for _ in range(3)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        await shop.until(PRINTED, orders, 14, seconds=30)
        # Whoever pays while they work need not wait for the next look.
        order, _ = await shop.paid(customer, await shop.product())
        await shop.until(PRINTED, [order["id"]], 1)
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.gather(*running)
    assert await shop.admin.fetchval("SELECT count(*) FROM messaging.outbox WHERE last_error IS NOT NULL") == 0
    for order, _ in bought:
        invoice = (await client.get(f"/orders/{order['id']}/invoice", token=customer)).json()
        assert (invoice["total"], invoice["amount_paid"]) == (order["total"], order["total"])
        pdf = await client.get(f"/orders/{order['id']}/invoice.pdf", token=customer)
        assert pdf.content == document.render(invoice)
    await office.assert_invoices_are_right()
