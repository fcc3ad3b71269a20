"""Honest customers, who look, order, pay and log in while the shop is attacked, and notice how long it takes."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.prove.house import House, Person, Said, paid

from .gang import PASSWORD, new_address

PAUSE = 0.05  # seconds between two requests of a customer
LOG_IN_EVERY = 8  # rounds: a log-in costs a quarter of a second of one core


@dataclass
class Times:
    """Seconds of each request in one phase, and those that were not answered as they should be."""

    seconds: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def quantile(self, part: float) -> float:
        """Milliseconds."""
        if len(self.seconds) < 2:
            return 0.0
        return 1000 * statistics.quantiles(self.seconds, n=100)[round(part * 100) - 1]


class Customer:
    def __init__(self, house: House, person: Person, product: str, email: str) -> None:
        self.house, self.person, self.product, self.email = house, person, product, email
        self.headers = {"X-Forwarded-For": new_address()}
        self.times = Times()

    async def shop_until(self, end: asyncio.Event) -> None:
        rounds = 0
        while not end.is_set():
            await self.buy()
            if rounds % LOG_IN_EVERY == 0:
                await self.timed("log in", self.log_in())
            rounds += 1

    async def buy(self) -> None:
        await self.timed("look", self.does("list_products"))
        items = [{"product_id": self.product, "quantity": 1}]
        order = await self.timed("order", self.does("create_order", items=items))
        if not order.ok:
            return
        begun = await self.timed("pay", self.does("begin_payment", order_id=order.data["id"], provider="mock"))
        if begun.ok:
            await self.timed("callback", self.house.over_http(paid(begun.data["payment"])))
            seen = await self.timed("see", self.does("get_order", order_id=order.data["id"]))
            if seen.ok and seen.data["status"] != "paid":
                self.times.lost.append(f"an order that was paid is {seen.data['status']}")

    async def does(self, function: str, **arguments: object) -> Said:
        return await self.house.over_http(self.person.job(function, **arguments), headers=self.headers)

    async def log_in(self) -> Said:
        assert self.house.client is not None
        body = {"email": self.email, "password": PASSWORD}
        answer = await self.house.client.post("/sessions", json=body, headers=self.headers)
        return Said("ok" if answer.status_code == 201 else str(answer.status_code), None, answer.status_code)

    async def timed(self, what: str, request: Awaitable[Said]) -> Said:
        times, begin = self.times, time.monotonic()
        try:
            said = await request
        except httpx.HTTPError as error:
            said = Said(repr(error))
        times.seconds.append(time.monotonic() - begin)
        if not said.ok:
            times.lost.append(f"{what}: {said.code}")
        await asyncio.sleep(PAUSE)
        return said


async def open_doors(house: House, number: int) -> list[Customer]:
    """Customers with an account and a password, and a product that does not run out."""
    product, customers = await house.product(), []
    for _ in range(number):
        email = f"{uuid.uuid4().hex}@example.com"
        assert house.client is not None
        made = await house.client.post("/accounts", json={"email": email, "password": PASSWORD})
        assert made.status_code == 201, made.text
        token = await house.admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)
        customers.append(Customer(house, Person("customer", token, made.json()["id"]), product, email))
    return customers


async def shop_while(customers: list[Customer], seconds: float, *attacks: Awaitable[None]) -> Times:
    """Customers shop for so long, and until the last attack has ended; their times."""
    end, times = asyncio.Event(), Times()
    for customer in customers:
        customer.times = times
    shopping = [asyncio.create_task(customer.shop_until(end)) for customer in customers]
    try:
        await asyncio.gather(asyncio.sleep(seconds), *attacks)
    finally:
        end.set()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*shopping)
    return times
