"""Measures how long the shop needs after a fault."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import asyncpg

from .clients import Book, Client, Told
from .shoppers import Shop
from .stand import Stand

STREAK = 4  # writes in a row, each on a connection of its own, that count as recovered


class Probe:
    """Asks, from the moment a fault is over, until orders are taken and jobs done again."""

    def __init__(self, stand: Stand, shop: Shop, token: str, book: Book) -> None:
        self.stand = stand
        self.shop = shop
        self.token = token
        self.book = book
        self.client = Client("probe", stand.direct, book, patience=2.0)

    async def orders(self) -> float:
        begin = first = time.monotonic()
        good = 0
        body = {"items": [{"product_id": self.shop.products[0], "quantity": 1}]}
        while good < STREAK:
            self.client.count += 1
            key, tries = f"probe-{self.client.count}", 0
            while True:
                tries += 1
                headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key, "connection": "close"}
                try:
                    answer = await self.client.http.post(f"{self.stand.direct}/v1/orders", headers=headers, json=body)
                except Exception as error:
                    self.book.tries[f"probe {type(error).__name__}"] += 1
                else:
                    self.book.tries[f"probe {answer.status_code}"] += 1
                    if answer.status_code == 201:
                        break
                good = 0
                await asyncio.sleep(0.05)
                if time.monotonic() - begin > 120:
                    raise TimeoutError("the shop takes no orders any more")
            self.book.told.append(
                Told("probe", "order", "/orders", body, key, self.token, answer.status_code, answer.json(), tries)
            )
            if good == 0:
                first = time.monotonic()
            good += 1
        return first - begin

    async def job(self) -> float:
        """A job that does nothing. It is the oldest, so that it measures the worker and not what there is to do."""
        begin = time.monotonic()
        job: Any = None
        while True:
            with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                async with self.stand.admin() as admin:
                    if job is None:
                        job = await admin.fetchval(
                            "INSERT INTO messaging.outbox (kind, payload, run_at) SELECT 'reconcile_payment', "
                            "jsonb_build_object('payment_id', p.id), now() - interval '1 day' "
                            "FROM payments.payments AS p "
                            "WHERE p.status = 'completed' LIMIT 1 RETURNING id"
                        )
                    while await admin.fetchval("SELECT done_at IS NULL FROM messaging.outbox WHERE id = $1", job):
                        if time.monotonic() - begin > 150:
                            raise TimeoutError("the worker does no jobs any more")
                        await asyncio.sleep(0.05)
                    return time.monotonic() - begin
            if time.monotonic() - begin > 150:
                raise TimeoutError("the database does not answer any more")
            await asyncio.sleep(0.1)
