"""Responses about products, kept for at most a second for anonymous callers and customers, who see the same.

A merchant's change is visible at once in every process: the database announces it (`storeproc_catalogue`), and
everything that was kept is forgotten. Prices that begin or end at a planned time change without an announcement, so the
database is asked when the next one does. What orders do to `available` is not announced (NOTIFY takes a lock that all
committing notifiers queue for), so that number may be a second old. It promises nothing: an order looks at the stock
itself.

One connection a process listens. While that connection is down, the cache is bypassed. A response whose query began
before an announcement is not kept after it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from api.http.responses import RawResponse
from api.postgres.connecting import Connection
from api.postgres.listener import Listener
from api.postgres.written import NEVER

SECONDS = 1.0  # a response is kept at most
MOST = 16 * 1024 * 1024  # bytes of responses a process keeps
BEAT = 1.0  # seconds between questions that prove that the connection still hears
LEASE = 3.0  # seconds for which such a proof holds
OVERHEAD = 1000  # bytes of a kept response besides its body and key

Key = tuple[str, bytes]
Make = Callable[[], Awaitable[RawResponse]]


@dataclass(slots=True)
class Kept:
    """A kept response; `expires` is on the event loop's clock, `size` in bytes."""

    response: RawResponse
    expires: float
    size: int


class ResponseCache:
    """The cache of one process.

    Arguments:
        url: of the database, as web_anonymous, past any pooler.
        timeout: seconds for making a response.
        seconds: for which a response is kept.
        most: bytes that are kept.
    """

    def __init__(self, url: str, timeout: float, seconds: float = SECONDS, most: int = MOST) -> None:
        self.timeout = timeout
        self.seconds = seconds
        self.most = most
        self.size = 0
        self.kept: dict[Key, Kept] = {}
        self.making: dict[tuple[int, Key], asyncio.Task[RawResponse]] = {}
        self.generation = 0
        # Until when it is certain that announcements are heard, and when a price begins or ends next: the loop's clock.
        self.lease = 0.0
        self.boundary = 0.0
        # The transaction that a response from the standby must show to be as new as the last announcement.
        self.version = NEVER
        self.called = asyncio.Event()
        self.listener = Listener(url, "storeproc cache", "storeproc_catalogue", self._hear, self._lose)

    @property
    def serves(self) -> bool:
        """Whether announcements are heard, so that kept responses are current."""
        return asyncio.get_running_loop().time() < min(self.lease, self.boundary)

    async def get(self, key: Key, make: Make) -> RawResponse:
        """A kept response, or a new one. Requests for the same key at the same time wait for one response."""
        found = self.find(key)
        if found is not None:
            return found
        place = (self.generation, key)
        task = self.making.get(place)
        if task is None:
            task = self.making[place] = asyncio.create_task(self._make(place, make))
            task.add_done_callback(lambda done: self._finish(place, done))
        return await asyncio.shield(task)

    def find(self, key: Key) -> RawResponse | None:
        """A kept response that has not expired."""
        found = self.kept.get(key)
        if found is None or asyncio.get_running_loop().time() >= found.expires:
            return None
        return found.response

    def forget(self) -> None:
        """Drops every response, also those that are being made."""
        self.generation += 1
        self.kept.clear()
        self.size = 0

    async def listen(self) -> None:
        """Runs until it is cancelled."""
        await self.listener.run(self._follow)

    # --- keeping ----------------------------------------------------------------------------------

    async def _make(self, place: tuple[int, Key], make: Make) -> RawResponse:
        began = asyncio.get_running_loop().time()
        # This task outlives the request that started it: without a timeout it could keep its connection for ever.
        async with asyncio.timeout(self.timeout):
            response = await make()
        if self.generation == place[0] and self.serves:
            key = place[1]
            # The client chooses the key: a body of two bytes may be kept under a query of 60,000.
            # Its compressed form is kept with it, once a client asks for that.
            size = len(response.body) * 3 // 2 + len(key[0]) + len(key[1]) + OVERHEAD
            self._keep(key, Kept(response, began + self.seconds, size))
        return response

    def _finish(self, place: tuple[int, Key], task: asyncio.Task[RawResponse]) -> None:
        del self.making[place]
        if not task.cancelled():
            task.exception()  # the requests that waited have it; without this line asyncio would report it as well

    def _keep(self, key: Key, made: Kept) -> None:
        if (old := self.kept.pop(key, None)) is not None:
            self.size -= old.size
        self.kept[key] = made
        self.size += made.size
        # Expired responses go first, and at once: they must not fill the room.
        now = asyncio.get_running_loop().time()
        while self.kept:
            key, oldest = next(iter(self.kept.items()))
            if self.size <= self.most and oldest.expires > now:
                break
            del self.kept[key]
            self.size -= oldest.size

    # --- listening --------------------------------------------------------------------------------

    def _hear(self, _: str) -> None:
        self._lose()

    def _lose(self) -> None:
        """Bypasses the cache until the next proof; the next boundary is asked for again."""
        self.lease = 0.0
        self.version = NEVER
        self.forget()
        self.called.set()

    async def _follow(self, connection: Connection) -> bool:
        loop = asyncio.get_running_loop()
        while not connection.is_closed():
            self.called.clear()
            asked = loop.time()
            question = "SELECT api.get_next_price_change(), pg_snapshot_xmax(pg_current_snapshot())"
            row = await connection.fetchrow(question, timeout=LEASE)
            # An announcement meanwhile may mean a price that begins sooner: then the question is asked again.
            if row is not None and not self.called.is_set():
                self._prove(asked, *row)
            pause = 0.0 if self.called.is_set() else min(BEAT, max(0.001, self.boundary - loop.time()))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.called.wait(), pause)
        return True

    def _prove(self, asked: float, seconds: float | None, following: int) -> None:
        if self.boundary <= asyncio.get_running_loop().time():
            self.forget()
        self.lease = asked + LEASE
        # The announced transaction is over, so its id is lower than the next one.
        self.version = min(self.version, following - 1)
        self.boundary = asked + (math.inf if seconds is None else seconds)
