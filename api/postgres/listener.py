"""A connection that listens for notifications, and is opened again when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from api.postgres.connecting import Connection, Hosts, connect
from api.postgres.pool import TROUBLE

TIMEOUT = 10.0  # seconds to connect, and to begin to listen
LONGEST_PAUSE = 5.0  # seconds between attempts while the database is away

Hear = Callable[[str], None]


class Listener:
    """One LISTEN loop.

    Arguments:
        url: of the database. A pooler in transaction mode cannot listen.
        application: application_name of the session.
        channel: what to listen to.
        hear: takes the payload of each notification.
        lost: called when the connection is lost: notifications may have been missed.
    """

    def __init__(
        self, url: str, application: str, channel: str, hear: Hear, lost: Callable[[], None] = lambda: None
    ) -> None:
        self.url = url
        self.hosts = Hosts(url)
        self.application = application
        self.channel = channel
        self.hear = hear
        self.lost = lost

    async def run(self, serve: Callable[[Connection], Awaitable[bool]]) -> None:
        """Runs `serve` on the listening connection, again after each loss, until it returns False or is cancelled."""
        pause = 0.0
        while True:
            connected = False
            with suppress(*TROUBLE):
                connection = await self._connect()
                try:
                    connected = True
                    if not await serve(connection):
                        return
                finally:
                    connection.terminate()
            self.lost()
            pause = 0.1 if connected else min(LONGEST_PAUSE, pause * 2 or 0.1)
            await asyncio.sleep(pause)

    async def _connect(self) -> Connection:
        settings = {"application_name": self.application}
        connection = await connect(self.url, self.hosts, timeout=TIMEOUT, server_settings=settings)
        try:
            connection.add_termination_listener(lambda _: self.lost())
            async with asyncio.timeout(TIMEOUT):
                await connection.add_listener(self.channel, lambda *told: self.hear(str(told[3])))
        except BaseException:
            connection.terminate()
            raise
        return connection
