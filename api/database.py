"""A pool per login role. One request takes one connection for one statement, in autocommit.

A statement whose connection is lost may have been executed: only a reading one is sent again. What certainly was not
executed (no connection was had, the transaction was rolled back by a conflict) is tried again here and nobody notices.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from db.server import Access

from .errors import Problem

PATIENCE = 5.0  # seconds that a request waits for a connection; a server restart takes one or two
CONFLICTS = 3

_ROLLED_BACK = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_NOT_CONNECTED = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
)


class Database:
    def __init__(self, access: Access, sizes: Mapping[str, int], application: str = "storeproc web") -> None:
        self._pools: dict[str, asyncpg.Pool[asyncpg.Record]] = {
            role: asyncpg.create_pool(
                access.url(role),
                min_size=0,
                max_size=size,
                # No statement leaves session state behind (set_config is local to its transaction), so nothing is
                # reset: 654 → 1,046 requests a second on one connection.
                reset=_nothing,
                statement_cache_size=1000,
                max_cached_statement_lifetime=0,
                timeout=PATIENCE,
                server_settings={"application_name": application},
            )
            for role, size in sizes.items()
        }

    async def open(self) -> None:
        for pool in self._pools.values():
            await pool  # opens no connection yet: a pool grows as it is used

    async def close(self) -> None:
        """Waits for the statements that run, a little."""
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        except TimeoutError:
            for pool in self._pools.values():
                pool.terminate()

    def use(self) -> dict[str, tuple[int, int]]:
        """Of each role: connections open, connections idle."""
        return {role: (pool.get_size(), pool.get_idle_size()) for role, pool in self._pools.items()}

    async def fetch(
        self, role: str, statement: str, arguments: Sequence[object], *, repeatable: bool = False
    ) -> asyncpg.Record | None:
        """The first row of one statement, executed once; `repeatable` says that twice would do no harm."""
        pool = self._pools[role]
        deadline = asyncio.get_running_loop().time() + PATIENCE
        conflicts = 0
        while True:
            connection = await self._acquire(pool, deadline)
            try:
                return await connection.fetchrow(statement, *arguments)
            except _ROLLED_BACK:
                conflicts += 1
                if conflicts > CONFLICTS:
                    raise Problem("busy") from None
            except (OSError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
                if not _lost(connection, error):
                    raise
                if not repeatable or asyncio.get_running_loop().time() > deadline:
                    raise _unavailable(repeatable) from None
            finally:
                await pool.release(connection)
            await asyncio.sleep(random.uniform(0.002, 0.010) * 2**conflicts)  # noqa: S311

    async def _acquire(self, pool: asyncpg.Pool[asyncpg.Record], deadline: float) -> Any:
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    return await pool.acquire()
            except TimeoutError:
                raise Problem("busy" if pool.get_size() else "database_unavailable") from None
            except asyncpg.InvalidAuthorizationSpecificationError:
                raise Problem("database_unavailable") from None
            except _NOT_CONNECTED:
                if pool.is_closing() or asyncio.get_running_loop().time() + 0.1 > deadline:
                    raise Problem("database_unavailable") from None
            await asyncio.sleep(0.1)


async def _nothing(_: object) -> None:
    pass


def _lost(connection: Any, error: BaseException) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(("08", "57P"))
    return isinstance(error, OSError) or bool(connection.is_closed())


def _unavailable(repeatable: bool) -> Problem:
    if repeatable:
        return Problem("database_unavailable")
    return Problem(
        "database_unavailable",
        detail="The database was lost while it worked on this. Whether it took effect is not known; "
        "send it again with the same Idempotency-Key.",
    )
