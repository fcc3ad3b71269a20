"""A pool per login role. One request takes one connection for one statement, in autocommit.

A statement whose connection is lost may have been executed: only a reading one is sent again. What certainly was not
executed (no connection was had, the transaction was rolled back by a conflict) is tried again here and nobody notices.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg

from api.http.errors import Problem
from db.server.server import Access

PATIENCE = 5.0  # seconds that a request waits for a connection; a server restart takes one or two
CONFLICTS = 3
REBUILDS = 8  # attempts while the code is exchanged, about a second

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_ROLLED_BACK = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_GONE = re.compile(
    r"could not open relation with OID|cache lookup failed for|\w+ with OID \d+ does not exist"
    r"|(?:function|type) \"?api\..* does not exist"
)
_NOT_CONNECTED = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it starts, stops or recovers
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
)


class Database:
    def __init__(self, access: Access, sizes: Mapping[str, int], application: str = "storeproc web") -> None:
        self._pools = {role: Pool(access.url(role), size, application) for role, size in sizes.items()}

    async def close(self) -> None:
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    def use(self) -> dict[str, tuple[int, int]]:
        """Of each role: connections at work, connections idle."""
        return {role: (pool.opened - len(pool.idle), len(pool.idle)) for role, pool in self._pools.items()}

    async def fetch(
        self, role: str, statement: str, arguments: Sequence[object], *, repeatable: bool = False
    ) -> asyncpg.Record | None:
        """The first row of one statement, executed once; `repeatable` says that twice would do no harm."""
        pool = self._pools[role]
        deadline = asyncio.get_running_loop().time() + PATIENCE
        conflicts = rebuilt = 0
        while True:
            connection = await self._take(pool, deadline)
            try:
                return await _fetch(connection, statement, arguments)
            except _ROLLED_BACK:
                conflicts += 1
                if conflicts > CONFLICTS:
                    raise Problem("busy") from None
            except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError) as error:
                if _redeployed(error) and rebuilt < REBUILDS:
                    rebuilt += 1
                elif not was_lost(connection, error):
                    raise
                elif not repeatable or asyncio.get_running_loop().time() > deadline:
                    raise _unavailable(repeatable) from None
            except BaseException:
                connection.terminate()  # given up in the middle: its answer would be the next request's
                self._distrust()
                raise
            finally:
                pool.give(connection)
            # Random, so that those who met do not meet again; no secret hangs on it.
            await asyncio.sleep(random.uniform(0.002, 0.010) * 2 ** min(conflicts + rebuilt, 5))  # noqa: S311

    @asynccontextmanager
    async def transaction(self, role: str) -> AsyncIterator[Connection]:
        """A transaction of several statements, for what one cannot do: COPY. Nothing in it is sent a second time."""
        pool = self._pools[role]
        connection = await self._take(pool, asyncio.get_running_loop().time() + PATIENCE)
        try:
            async with connection.transaction():
                yield connection
        except _ROLLED_BACK:
            raise Problem("busy") from None
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError) as error:
            if not was_lost(connection, error):
                raise
            raise _unavailable(False) from None
        except BaseException:
            connection.terminate()  # given up in the middle
            raise
        finally:
            pool.give(connection)

    def _distrust(self) -> None:
        """No answer came, not even that the statement takes too long: whoever lost this connection without a word (a
        firewall, a network) lost the idle ones as well, and each would cost another request its whole time."""
        for pool in self._pools.values():
            pool.drop_idle()

    async def _take(self, pool: Pool, deadline: float) -> Connection:
        while True:
            try:
                return await pool.take(deadline)
            except TimeoutError:
                raise Problem("busy" if pool.opened else "database_unavailable") from None
            except asyncpg.InvalidAuthorizationSpecificationError:
                raise Problem("database_unavailable") from None
            except _NOT_CONNECTED:
                if asyncio.get_running_loop().time() + 0.1 > deadline:
                    raise Problem("database_unavailable") from None
            await asyncio.sleep(0.1)


class Pool:
    """Connections of one role, opened when needed. The one used last goes first: few are busy, and warm.

    asyncpg's own pool starts a task and resets the session whenever a connection comes back. Nothing here leaves
    state of a session behind (set_config is local to its transaction), and without both a request costs a third less.
    """

    def __init__(self, url: str, size: int, application: str) -> None:
        self.url = url
        self.size = size
        self.application = application
        self.opened = 0
        self.idle: list[Connection] = []
        self.waiting: deque[tuple[float, asyncio.Future[Connection | None]]] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    async def take(self, deadline: float) -> Connection:
        while True:
            while self.idle:
                connection = self.idle.pop()
                if not connection.is_closed():
                    return connection
                self.opened -= 1  # the server closed it while it was idle
            if self.opened < self.size:
                return await self._open(deadline)
            loop = asyncio.get_running_loop()
            place: asyncio.Future[Connection | None] = loop.create_future()
            self.waiting.append((deadline, place))
            if self._alarm is None:
                self._alarm = loop.call_at(deadline, self._expire)
            try:
                given = await place
            except asyncio.CancelledError:
                if not place.cancelled() and not place.exception() and (given := place.result()):
                    self.give(given)  # it came in the moment of giving up
                raise
            if given is not None:
                return given

    def give(self, connection: Connection) -> None:
        """Back to whoever waits longest, or to the idle ones. What is closed only leaves its place."""
        lost = connection.is_closed()
        self.opened -= lost
        while self.waiting:
            _, place = self.waiting.popleft()
            if not place.done():
                place.set_result(None if lost else connection)
                return
        if not lost:
            self.idle.append(connection)

    def _expire(self) -> None:
        """Whoever has waited long enough goes without.

        One timer for the queue: with many clients nearly every request waits here, and timers of their own were a fifth
        of the web tier's CPU at 64 connections. All are as patient, so the first is due first; only one that comes
        again, after a conflict, may have to wait for those before it.
        """
        self._alarm = None
        loop = asyncio.get_running_loop()
        while self.waiting:
            deadline, place = self.waiting[0]
            if not place.done():
                if deadline > loop.time():
                    self._alarm = loop.call_at(deadline, self._expire)
                    return
                place.set_exception(TimeoutError())
            self.waiting.popleft()

    def drop_idle(self) -> None:
        self.opened -= len(self.idle)
        for connection in self.idle:
            connection.terminate()
        self.idle.clear()

    async def _open(self, deadline: float) -> Connection:
        self.opened += 1
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncpg.connect(
                    self.url,
                    statement_cache_size=1000,
                    max_cached_statement_lifetime=0,
                    server_settings={"application_name": self.application},
                )
        except BaseException:
            self.opened -= 1
            raise

    async def close(self) -> None:
        """Idle connections are closed, busy ones dropped: whoever uses them had the whole shutdown to finish."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(c.close() for c in self.idle), return_exceptions=True)
        for connection in self.idle:
            connection.terminate()
        self.idle.clear()
        self.size = 0


async def _fetch(connection: Connection, statement: str, arguments: Sequence[object]) -> asyncpg.Record | None:
    """connection.fetchrow(), and once the statement is prepared only what is at its bottom: the layers above are 7 % of
    what an order costs the web tier. This is asyncpg's inside, as it is in the versions that pyproject.toml allows.
    """
    prepared = connection._stmt_cache.get((statement, asyncpg.Record, False))
    if prepared is None:
        return await connection.fetchrow(statement, *arguments)
    try:
        rows = await connection._protocol.bind_execute(prepared, arguments, "", 1, False, None)
    except asyncpg.InvalidCachedStatementError:  # prepared before the api schema was rebuilt; nothing took effect
        return await connection.fetchrow(statement, *arguments)
    return rows[0] if rows else None


def _redeployed(error: BaseException) -> bool:
    """Whether the api schema was rebuilt while the statement ran.

    A function that began before may look for a type, or for another function, that is gone. PostgreSQL answered with an
    error, so the transaction is rolled back and nothing took effect. A commit is visible a moment before it tells the
    other sessions to forget what they know; while it pauses there, on a busy machine, each attempt ends like this.
    """
    return isinstance(error, asyncpg.PostgresError) and bool(
        error.sqlstate in ("XX000", "42704", "42883", "42P01", "3F000") and _GONE.search(error.message or "")
    )


def was_lost(connection: Connection, error: BaseException) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(("08", "57P"))
    if isinstance(error, asyncpg.InternalClientError):  # cut off in the middle of a message: asyncpg lost its place
        connection.terminate()
    return isinstance(error, (OSError, asyncpg.InternalClientError)) or bool(connection.is_closed())


def _unavailable(repeatable: bool) -> Problem:
    if repeatable:
        return Problem("database_unavailable")
    return Problem(
        "database_unavailable",
        detail="The database was lost while it worked on this. Whether it took effect is not known; "
        "send it again with the same Idempotency-Key.",
    )
