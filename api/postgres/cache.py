"""Answers about products, kept for those who are not logged in and for customers, who see the same.

What a merchant changes is seen at once, by every process: the database announces it (`storeproc_catalogue`), and
everything that was kept is forgotten. Prices that begin or end at a planned time change without an announcement, so the
database is asked when the next one does. What orders do to `available` is not announced (a NOTIFY takes a lock that all
committing notifiers queue for): an answer is kept for a second at most, and so old can that number be. It promises
nothing: an order looks at the stock itself.

One connection a process listens. While it is not there, nothing is served from what was kept. An answer whose query
began before an announcement is not kept after it.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from api.http.endpoint import ANONYMOUS, Answer, Endpoint, Exchange, Handler
from api.postgres.replica import NEVER
from api.settings import Settings

SECONDS = 1.0  # that an answer is kept, at most
MOST = 16 * 1024 * 1024  # bytes of answers a process keeps
BEAT = 1.0  # seconds between questions whether the connection still hears
LEASE = 3.0  # seconds that an answer to that holds
LONGEST_PAUSE = 5.0  # seconds between attempts while the database is away

SHOPPERS = frozenset(("anonymous", "customer"))

_TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

Key = tuple[str, bytes]


@dataclass(slots=True)
class Kept:
    answer: Answer
    expires: float
    size: int


class Cache:
    def __init__(self, settings: Settings, seconds: float = SECONDS, most: int = MOST) -> None:
        self.settings = settings
        self.seconds = seconds
        self.most = most
        self.size = 0
        self.kept: dict[Key, Kept] = {}
        self.flights: dict[tuple[int, Key], asyncio.Task[Answer]] = {}
        self.generation = 0
        self.lease = 0.0
        """Until when it is certain that announcements are heard, on the loop's clock."""
        self.boundary = 0.0
        """When a price begins or ends next, on the loop's clock."""
        self.version = NEVER
        """The transaction that an answer from a standby must show to be as new as the last announcement."""

    # --- what is kept -----------------------------------------------------------------------------

    async def answer(self, endpoint: Endpoint, x: Exchange) -> Answer:
        caller = endpoint.store.identify(x)
        if caller.role not in SHOPPERS:  # who runs the shop sees the stock as it is
            return await endpoint.execute(x, await endpoint.read(x), caller)
        x.version = self.version
        if not self.serves():
            return await endpoint.execute(x, await endpoint.read(x), ANONYMOUS)
        tag = x.headers.pop(b"if-none-match", None)  # what is kept is the whole answer
        key = (x.scope["path"], x.scope["query_string"])
        answer = self.find(key) or await self._read(endpoint, x, key)
        headers = list(answer.headers)
        if tag is not None and (b"etag", tag) in headers:
            return Answer(304, b"", [header for header in headers if header[0] != b"content-type"])
        return Answer(answer.status, answer.body, headers)

    def serves(self) -> bool:
        return asyncio.get_running_loop().time() < min(self.lease, self.boundary)

    def find(self, key: Key) -> Answer | None:
        found = self.kept.get(key)
        if found is None or asyncio.get_running_loop().time() >= found.expires:
            return None
        return found.answer

    async def _read(self, endpoint: Endpoint, x: Exchange, key: Key) -> Answer:
        """Those who ask the same in the same moment wait for one answer, unless something was announced in between."""
        place = (self.generation, key)
        flight = self.flights.get(place)
        if flight is None:
            flight = self.flights[place] = asyncio.create_task(self._fetch(endpoint, x, place))
            flight.add_done_callback(lambda done: self._land(place, done))
        return await asyncio.shield(flight)

    async def _fetch(self, endpoint: Endpoint, x: Exchange, place: tuple[int, Key]) -> Answer:
        began = asyncio.get_running_loop().time()
        # A task of its own, which outlives who asked: without an end of its own it would keep its connection for ever.
        async with asyncio.timeout(self.settings.request_timeout):
            answer = await endpoint.execute(x, await endpoint.read(x), ANONYMOUS)
        if self.generation == place[0] and self.serves():
            self._keep(place[1], Kept(answer, began + self.seconds, _weigh(place[1], answer)))
        return answer

    def _land(self, place: tuple[int, Key], flight: asyncio.Task[Answer]) -> None:
        del self.flights[place]
        if not flight.cancelled():
            flight.exception()  # whoever waited has it; if nobody does any more, nobody misses it

    def _keep(self, key: Key, made: Kept) -> None:
        if (old := self.kept.pop(key, None)) is not None:
            self.size -= old.size
        self.kept[key] = made
        self.size += made.size
        # What nobody asks again must not wait for the room to be full: it is of no use after a second.
        now = asyncio.get_running_loop().time()
        while self.kept:
            key, oldest = next(iter(self.kept.items()))
            if self.size <= self.most and oldest.expires > now:
                break
            del self.kept[key]
            self.size -= oldest.size

    def forget(self) -> None:
        self.generation += 1
        self.kept.clear()
        self.size = 0

    # --- what is heard ----------------------------------------------------------------------------

    async def listen(self) -> None:
        """Until it is cancelled."""
        pause = 0.0
        while True:
            heard = False
            with suppress(*_TROUBLE):
                heard = await self._follow()
            self._deaf()
            pause = 0.1 if heard else min(LONGEST_PAUSE, pause * 2 or 0.1)
            await asyncio.sleep(pause)

    async def _follow(self) -> bool:
        """One connection's time. Answers whether there was one."""
        loop = asyncio.get_running_loop()
        called = asyncio.Event()
        url = self.settings.access.url("web_anonymous")
        connection = await asyncpg.connect(url, timeout=10, server_settings={"application_name": "storeproc cache"})

        def announced(*_: object) -> None:
            self._deaf()  # and when the next price begins is to be asked again
            self.version = NEVER
            called.set()

        try:
            connection.add_termination_listener(announced)
            await connection.add_listener("storeproc_catalogue", announced)
            while not connection.is_closed():
                called.clear()
                asked = loop.time()
                question = "SELECT api.get_next_price_change(), pg_snapshot_xmax(pg_current_snapshot())"
                seconds, following = await connection.fetchrow(question, timeout=LEASE)
                # What was announced meanwhile may be a price that begins sooner: then it is asked again.
                if not called.is_set():
                    if self.boundary <= loop.time():
                        self.forget()
                    self.lease = asked + LEASE
                    # What was announced is over: its number is lower than the next one.
                    self.version = min(self.version, following - 1)
                    self.boundary = asked + (math.inf if seconds is None else seconds)
                pause = 0.0 if called.is_set() else min(BEAT, max(0.001, self.boundary - loop.time()))
                with suppress(TimeoutError):
                    await asyncio.wait_for(called.wait(), pause)
            return True
        finally:
            connection.terminate()

    def _deaf(self) -> None:
        self.lease = 0.0
        self.forget()


def _weigh(key: Key, answer: Answer) -> int:
    """Bytes. The caller chooses the key: a body of two bytes may be kept under a query of 60,000."""
    return len(answer.body) + len(key[0]) + len(key[1]) + 1000


async def answer(endpoint: Endpoint, x: Exchange) -> Answer:
    cache: Cache = x.scope["app"].cache
    return await cache.answer(endpoint, x)


CACHED = Handler(answer)
