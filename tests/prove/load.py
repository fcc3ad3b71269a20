"""The load of soak.py: invented requests, browsers and shoppers, all at once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from tests.gateways.stripe_server import StripeServer

from .clients import Book
from .faults import open_shop
from .gateway import Stripe
from .shoppers import Shopper
from .stand import Stand
from .visitors import Browser, Fuzzer, fuzz_until, invent

BROWSERS = 8
SHOPPERS = 8
FUZZERS = {"customer": "alice@example.com", "merchant": "trail@example.com", "admin": "admin@example.com"}
EACH = 2  # connections of each of them
KEPT_OF_A_ROLE = 1000  # of what was invented, to be sent again: each must come six times soon, for its generic plans


class Load:
    """Who sends requests, and what came of them."""

    def __init__(self, stand: Stand, chance: random.Random) -> None:
        self.stand = stand
        self.chance = chance
        self.book = Book()
        self.fuzzers: list[Fuzzer] = []
        self.browsers: list[Browser] = []
        self.shoppers: list[Shopper] = []
        self.half = asyncio.Event()  # schemathesis stops here
        self.end = asyncio.Event()
        self.tasks: list[asyncio.Task[Any]] = []

    async def invent(self, tokens: dict[str, str], seed: int, examples: int) -> int:
        """Has schemathesis invent and send requests as each role; returns how many. Some are kept for the fuzzers."""
        found = await asyncio.gather(*(
            invent(self.stand, token, seed + number, examples) for number, token in enumerate(tokens.values())
        ))  # fmt: skip
        for invented in found:
            kept = self.chance.sample(invented, min(KEPT_OF_A_ROLE, len(invented)))
            self.fuzzers += [Fuzzer(self.stand, kept, self._own_chance()) for _ in range(EACH)]
        return sum(map(len, found))

    async def start(self, server: StripeServer) -> None:
        """Opens the shop, and sends browsers, shoppers and what was invented, until the end."""
        shop, people = await open_shop(self.stand, SHOPPERS + BROWSERS)
        self.stripe = Stripe(server, self.stand.url, self.book, self.chance)
        self.shoppers = [
            Shopper(number, account, token, shop, self.stripe, self.book, self._own_chance())
            for number, (account, token) in enumerate(people[:SHOPPERS])
        ]
        self.browsers = [Browser(self.stand, shop, token, self._own_chance()) for _, token in people[SHOPPERS:]]
        self.tasks = [asyncio.create_task(shopper.shop_until(self.end, 0.3)) for shopper in self.shoppers]
        self.tasks += [asyncio.create_task(visitor.visit_until(self.end)) for visitor in self.browsers + self.fuzzers]

    def go_on_inventing(self, tokens: dict[str, str], seed: int, examples: int) -> None:
        """Schemathesis sends more, with other seeds, until the half."""
        self.tasks.append(asyncio.create_task(fuzz_until(self.half, self.stand, tokens, seed, examples)))

    async def collect(self) -> None:
        """Raises the error of a task that has failed."""
        ended = [task for task in self.tasks if task.done()]
        await asyncio.gather(*ended)
        self.tasks = [task for task in self.tasks if task not in ended]

    async def stop(self) -> None:
        self.half.set()
        self.end.set()
        await asyncio.gather(*self.tasks)
        await self.stripe.end()
        for shopper in self.shoppers:
            await shopper.client.close()

    def by_source(self, requests: int) -> dict[str, int]:
        """Who sent how many of them."""
        counts = {
            "browsers": sum(browser.done for browser in self.browsers),
            "shoppers": sum(self.book.tries.values()),
            "invented ones again": sum(fuzzer.done for fuzzer in self.fuzzers),
        }
        return {**counts, "schemathesis": max(0, requests - sum(counts.values()))}

    def _own_chance(self) -> random.Random:
        return random.Random(self.chance.random())
