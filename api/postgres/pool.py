"""One connection pool for each login role. A request takes one connection for one statement, in autocommit.

A statement whose connection is lost may have taken effect: only a reading one is sent again. A statement that certainly
took no effect (no connection could be had, a conflict rolled it back) is tried again here.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress

import asyncpg

from api.postgres.connecting import Connection, Hosts, connect

MOST_WAITING = 500  # requests that wait for a connection of one role; those behind would wait too long in any case

# What asyncpg raises when a server or a connection is not there. InternalClientError: the connection ended in the
# moment in which it was made, or in the middle of a message.
TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Pool:
    """Connections of one role, opened when needed. The one used last is used first, so few are busy, and warm.

    asyncpg's own pool starts a task and resets the session whenever a connection comes back. Nothing here leaves
    session state behind (set_config is local to its transaction), and without both a request costs 14 µs here against
    43 µs (measured).

    Arguments:
        url: of the database, with the role's password.
        size: connections at most.
        application: application_name of the sessions.
        hosts: of the URL; shared with the other pools of the address.
    """

    def __init__(self, url: str, size: int, application: str, hosts: Hosts) -> None:
        self.url = url
        self.hosts = hosts
        self.size = size
        self.application = application
        self.opened = 0
        self.answered = 0.0
        """When the server last answered a statement, on the monotonic clock."""
        self.idle: list[Connection] = []
        self.waiting: deque[tuple[float, asyncio.Future[Connection | None]]] = deque()
        self.alarm: asyncio.TimerHandle | None = None

    async def take(self, deadline: float) -> Connection:
        """A connection.

        Raises TimeoutError when none becomes free by `deadline` (the event loop's clock), or when too many requests
        wait, and ConnectionError when none can be opened by then.
        """
        while True:
            while self.idle:
                connection = self.idle.pop()
                if not connection.is_closed():
                    return connection
                self.opened -= 1  # the server closed it while it was idle
            if self.opened < self.size:
                return await self._open(deadline)
            if len(self.waiting) >= MOST_WAITING:
                raise TimeoutError
            loop = asyncio.get_running_loop()
            place: asyncio.Future[Connection | None] = loop.create_future()
            self.waiting.append((deadline, place))
            if self.alarm is None:
                self.alarm = loop.call_at(deadline, self._expire)
            try:
                given = await place
            except asyncio.CancelledError:
                if not place.cancelled() and not place.exception() and (given := place.result()):
                    self.give(given)  # it arrived in the moment of the cancellation
                raise
            if given is not None:
                return given

    def give(self, connection: Connection) -> None:
        """Returns a connection: to the request that has waited longest, else to the idle ones."""
        lost = connection.is_closed()
        self.opened -= lost
        if not lost:
            self.answered = time.monotonic()
        while self.waiting:
            _, place = self.waiting.popleft()
            if not place.done():
                place.set_result(None if lost else connection)
                return
        if not lost:
            self.idle.append(connection)

    def drop_idle(self) -> None:
        """Closes the idle connections without a word to the server."""
        self.opened -= len(self.idle)
        for connection in self.idle:
            connection.terminate()
        self.idle.clear()

    async def close(self) -> None:
        """Closes the idle connections, within a second; busy ones had the whole shutdown to finish."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(c.close() for c in self.idle), return_exceptions=True)
        for connection in self.idle:
            connection.terminate()
        self.idle.clear()
        self.size = 0

    def _expire(self) -> None:
        """Fails the requests whose wait for a connection has timed out.

        One timer serves the whole queue: with many clients nearly every request waits here, and a timer each was a
        fifth of the web tier's CPU at 64 connections. All wait equally long, so the first is due first; only a request
        that comes again, after a conflict, may have to wait for those before it.
        """
        self.alarm = None
        loop = asyncio.get_running_loop()
        while self.waiting:
            deadline, place = self.waiting[0]
            if not place.done():
                if deadline > loop.time():
                    self.alarm = loop.call_at(deadline, self._expire)
                    return
                place.set_exception(TimeoutError())
            self.waiting.popleft()

    async def _open(self, deadline: float) -> Connection:
        self.opened += 1
        try:
            return await connect(
                self.url,
                self.hosts,
                timeout=max(0.0, deadline - asyncio.get_running_loop().time()),
                statement_cache_size=1000,
                max_cached_statement_lifetime=0,
                server_settings={"application_name": self.application},
            )
        except BaseException:
            self.opened -= 1
            raise


def was_lost(connection: Connection, error: BaseException) -> bool:
    """Whether the connection is of no more use after this error."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(("08", "57P"))
    if isinstance(error, asyncpg.InternalClientError):  # cut off in the middle of a message
        connection.terminate()
    return isinstance(error, (OSError, asyncpg.InternalClientError)) or bool(connection.is_closed())
