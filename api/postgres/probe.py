"""One connection for the regular questions to a server."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TypeAlias

import asyncpg

from api.postgres.connecting import Connection, Hosts, connect
from api.postgres.pool import TROUBLE

Answer: TypeAlias = "asyncpg.Record | BaseException"


class Probe:
    """A connection that is opened again when it is lost.

    Arguments:
        hosts: of the URL.
        patience: seconds for an answer.
        interval: seconds between two questions; a longer wait was a standstill of this process.
    """

    def __init__(self, url: str, hosts: Hosts, *, patience: float, interval: float) -> None:
        self.url = url
        self.hosts = hosts
        self.patience = patience
        self.interval = interval
        self.connection: Connection | None = None

    async def ask(self, question: str) -> Answer:
        """The row, or the error. A process that stood still itself (a paused machine) asks again."""
        began = time.monotonic()
        answer = await self._ask(question)
        if isinstance(answer, TimeoutError) and time.monotonic() - began > self.patience + self.interval:
            answer = await self._ask(question)
        return answer

    async def _ask(self, question: str) -> Answer:
        try:
            async with asyncio.timeout(self.patience):
                if self.connection is None or self.connection.is_closed():
                    options = {"application_name": "storeproc replica"}
                    self.connection = await connect(
                        self.url, self.hosts, timeout=self.patience, server_settings=options
                    )
                row = await self.connection.fetchrow(question)
                return row if row is not None else ValueError("no row")
        except (TimeoutError, *TROUBLE) as error:
            self.close()
            return error

    def close(self) -> None:
        """Ends the connection without a word to the server."""
        if self.connection is not None:
            with suppress(*TROUBLE):
                self.connection.terminate()
        self.connection = None
