"""Statements on the pools, with the retries that cannot double an effect."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg

from api.http.errors import Problem
from api.http.traces import current as current_trace
from api.postgres.connecting import Connection, Hosts, connect
from api.postgres.pool import TROUBLE, Pool, was_lost
from db.server.access import Access

PATIENCE = 5.0  # seconds that a request waits for a connection; a server restart takes one or two
SILENCE = 1.0  # seconds without any answer, after which a request that is refused asks whether the database is there
PROBE = 2.0  # seconds for that question
CONFLICTS = 3  # attempts after serialization failures and deadlocks
REBUILDS = 8  # attempts while the api schema is being rebuilt, about a second

_ROLLED_BACK = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_REBUILT = re.compile(
    r"could not open relation with OID|cache lookup failed for|\w+ with OID \d+ does not exist"
    r"|(?:function|type) .* does not exist"
)
_NOT_CONNECTED = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server starts, stops or recovers
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # cut off in the middle of a message, or no host is what the address asks for
)


class Database:
    """The pools of all roles.

    Arguments:
        sizes: of each role, how many connections this process may open.
        application: application_name of the sessions.
    """

    def __init__(self, access: Access, sizes: Mapping[str, int], application: str = "storeproc web") -> None:
        hosts = Hosts(access.public_url())
        self.pools = {role: Pool(access.url(role), size, application, hosts) for role, size in sizes.items()}
        self.probing: asyncio.Task[bool] | None = None

    async def close(self) -> None:
        """Closes all idle connections."""
        await asyncio.gather(*(pool.close() for pool in self.pools.values()))

    def use(self) -> dict[str, tuple[int, int]]:
        """Of each role: busy connections, idle connections."""
        return {role: (pool.opened - len(pool.idle), len(pool.idle)) for role, pool in self.pools.items()}

    async def fetch(
        self, role: str, statement: str, arguments: Sequence[object], *, repeatable: bool = False
    ) -> asyncpg.Record | None:
        """The first row of one statement, which takes effect once.

        Arguments:
            repeatable: whether the statement may be sent again after its connection was lost.

        Raises Problem (busy, database_unavailable) or asyncpg's error.
        """
        trace = current_trace.get()
        if trace is None:
            return await self._fetch(role, statement, arguments, repeatable)
        with trace.statement(statement):
            return await self._fetch(role, *trace.mark(statement, arguments), repeatable)

    async def _fetch(
        self, role: str, statement: str, arguments: Sequence[object], repeatable: bool
    ) -> asyncpg.Record | None:
        pool = self.pools[role]
        deadline = asyncio.get_running_loop().time() + PATIENCE
        conflicts = rebuilds = demotions = 0
        while True:
            connection = await self._take(pool, deadline)
            try:
                return await connection.fetchrow(statement, *arguments)
            except _ROLLED_BACK:
                conflicts += 1
                if conflicts > CONFLICTS:
                    raise Problem("busy") from None
            except asyncpg.ReadOnlySQLTransactionError:
                # The server is not the primary any more. Nothing took effect; a new connection finds the one that is.
                connection.terminate()
                demotions += 1
                if asyncio.get_running_loop().time() > deadline:
                    raise Problem("database_unavailable") from None
            except TROUBLE as error:
                if _was_rebuilt(error) and rebuilds < REBUILDS:
                    rebuilds += 1
                elif not was_lost(connection, error):
                    raise
                elif not repeatable or asyncio.get_running_loop().time() > deadline:
                    raise _unavailable(repeatable) from None
            except BaseException:
                connection.terminate()  # cancelled: the statement's result would be read as the next request's
                self._drop_idle()
                raise
            finally:
                pool.give(connection)
            # Random, so that two requests that met do not meet again. No secret depends on it.
            tries = conflicts + rebuilds + demotions
            await asyncio.sleep(random.uniform(0.002, 0.010) * 2 ** min(tries, 5))  # noqa: S311

    @asynccontextmanager
    async def transaction(self, role: str) -> AsyncIterator[Connection]:
        """A transaction of several statements, for COPY, which one statement cannot do. Nothing is sent again."""
        pool = self.pools[role]
        connection = await self._take(pool, asyncio.get_running_loop().time() + PATIENCE)
        try:
            async with connection.transaction():
                yield connection
        except _ROLLED_BACK:
            raise Problem("busy") from None
        except asyncpg.ReadOnlySQLTransactionError:
            connection.terminate()
            raise Problem("database_unavailable") from None
        except TROUBLE as error:
            if not was_lost(connection, error):
                raise
            raise _unavailable(False) from None
        except BaseException:
            connection.terminate()  # cancelled
            raise
        finally:
            pool.give(connection)

    def _drop_idle(self) -> None:
        """Drops all idle connections after a request ran into its deadline.

        The server sent no answer, not even statement_timeout's error. What lost this connection without a word (a
        firewall, a network) lost the idle ones too, and each of them would cost another request its whole time.
        """
        for pool in self.pools.values():
            pool.drop_idle()

    async def _take(self, pool: Pool, deadline: float) -> Connection:
        while True:
            try:
                return await pool.take(deadline)
            except TimeoutError:
                raise Problem("busy" if await self._answers(pool) else "database_unavailable") from None
            except asyncpg.InvalidAuthorizationSpecificationError:
                raise Problem("database_unavailable") from None
            except _NOT_CONNECTED:
                if asyncio.get_running_loop().time() + 0.1 > deadline:
                    raise Problem("database_unavailable") from None
            await asyncio.sleep(0.1)

    async def _answers(self, pool: Pool) -> bool:
        """Whether the database is there, although no connection of this pool became free in time.

        All of them may be at work, or wait for a lock, or for a server that is frozen: then nothing is answered at all,
        and a new connection tells. Requests that are refused at the same time share it.
        """
        if time.monotonic() - max(each.answered for each in self.pools.values()) < SILENCE:
            return True
        if self.probing is None or self.probing.done():
            self.probing = asyncio.create_task(_probe(pool))
        return await asyncio.shield(self.probing)


async def _probe(pool: Pool) -> bool:
    try:
        settings = {"application_name": pool.application}
        connection = await connect(pool.url, pool.hosts, timeout=PROBE, server_settings=settings)
    except asyncpg.TooManyConnectionsError:
        return True
    except TROUBLE:
        return False
    try:
        await connection.execute("SELECT", timeout=PROBE)  # a pooler lets clients in while its server is away
    except TROUBLE:
        return False
    finally:
        connection.terminate()
    return True


def _was_rebuilt(error: BaseException) -> bool:
    """Whether the code was rebuilt while the statement ran.

    A function that began before may look for a type, or for another function, that no longer exists. PostgreSQL
    answered with an error, so the transaction is rolled back and nothing took effect. A commit is visible a moment
    before it invalidates the caches of other sessions; on a busy machine attempts can fail for that long.
    """
    return isinstance(error, asyncpg.PostgresError) and bool(
        error.sqlstate in ("XX000", "42704", "42883", "42P01", "3F000") and _REBUILT.search(error.message or "")
    )


def _unavailable(repeatable: bool) -> Problem:
    if repeatable:
        return Problem("database_unavailable")
    return Problem(
        "database_unavailable",
        detail="The connection to the database was lost during this request. Whether it took effect is not known; "
        "send it again with the same Idempotency-Key.",
    )
