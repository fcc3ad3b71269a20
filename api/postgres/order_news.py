"""Which clients follow which order, and the one connection of a process that wakes them.

The database announces that an order has news (`storeproc_orders`, its id and nothing else), and only of orders that a
lease is held for. A client that is woken reads the log itself, with its own token.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from api.postgres.connecting import Connection
from api.postgres.listener import Listener

RENEWAL = 20.0  # seconds between renewals of leases of a minute


@dataclass(eq=False, slots=True)
class Subscription:
    """One client that follows one order.

    `lease`: its row in messaging.streams. `called` is set when there may be news, or when it is over; `over` says why.
    """

    lease: str
    order_id: str
    called: asyncio.Event = field(default_factory=asyncio.Event)
    over: str = ""

    def end(self, reason: str) -> None:
        """Ends the stream; the first reason stays."""
        self.over = self.over or reason
        self.called.set()


class OrderNews:
    """The subscriptions of a process. It listens while there are any.

    Arguments:
        url: of the database, as web_gateway, past any pooler.
    """

    def __init__(self, url: str) -> None:
        self.stopped = False
        self.subscriptions: dict[str, set[Subscription]] = {}
        self.listening: asyncio.Task[None] | None = None
        self.lost = asyncio.Event()
        self.listener = Listener(url, "storeproc streams", "storeproc_orders", self._wake, self.lost.set)

    def __len__(self) -> int:
        return sum(map(len, self.subscriptions.values()))

    def __iter__(self) -> Iterator[Subscription]:
        return (each for group in list(self.subscriptions.values()) for each in list(group))

    def add(self, subscription: Subscription) -> None:
        """Begins to wake it."""
        self.subscriptions.setdefault(subscription.order_id.lower(), set()).add(subscription)
        if self.listening is None:
            self.listening = asyncio.create_task(self._listen())

    def remove(self, subscription: Subscription) -> None:
        """Stops waking it."""
        group = self.subscriptions.get(subscription.order_id.lower(), set())
        group.discard(subscription)
        if not group:
            self.subscriptions.pop(subscription.order_id.lower(), None)

    def stop(self) -> None:
        """Ends every stream; the client connects again, to another process or to the next one."""
        self.stopped = True
        for subscription in self:
            subscription.end("server_stops")

    async def close(self) -> None:
        """Ends every stream and the connection."""
        self.stop()
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)

    @contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        """Stops the streams on SIGTERM and SIGINT.

        The server waits for running responses before it ends the lifespan. Streams do not end by themselves, so they
        need the signal too.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def handle(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(self.stop)
            following = before[signal.Signals(number)]
            if callable(following):
                following(number, frame)

        for number, following in before.items():
            if callable(following):
                signal.signal(number, handle)
        try:
            yield
        finally:
            for number, following in before.items():
                if signal.getsignal(number) is handle:
                    signal.signal(number, following)

    async def _listen(self) -> None:
        try:
            await self.listener.run(self._serve)
        finally:
            self.listening = None

    async def _serve(self, connection: Connection) -> bool:
        """Wakes subscribers and renews their leases. False: there is no subscriber left."""
        self.lost.clear()
        for subscription in self:
            subscription.called.set()  # for what was announced while the connection was down
        while not self.lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.lost.wait(), RENEWAL)
            if not self.subscriptions:
                return False
            leases = [subscription.lease for subscription in self]
            await connection.execute("SELECT api.renew_streams($1::text[]::uuid[])", leases, timeout=10)
        return True

    def _wake(self, order_id: str) -> None:
        for subscription in self.subscriptions.get(order_id, ()):
            subscription.called.set()
