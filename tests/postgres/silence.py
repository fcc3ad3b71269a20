"""Servers that do not answer: a frozen machine, whose kernel still accepts, and a way to one that freezes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from db.server.access import Access


@contextmanager
def frozen_host() -> Iterator[int]:
    """The port of a listener that accepts connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as listener:
        yield listener.getsockname()[1]


def socket_of(access: Access) -> tuple[str, int]:
    """The socket folder and the port of the tests' server."""
    query = parse_qs(urlsplit(access.admin_url).query)
    return query["host"][0], int(query.get("port", ["5432"])[0])


def several(access: Access, *hosts: tuple[str, int], **parameters: str) -> Access:
    """The same database, with an address of several hosts."""
    names, ports = ",".join(host for host, _ in hosts), ",".join(str(port) for _, port in hosts)
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    user, at, _ = urlsplit(access.admin_url).netloc.rpartition("@")
    url = f"postgresql://{user}{at}/{access.database}?host={quote(names, safe='')}&port={quote(ports)}{more}"
    return Access(url, access.secret)


class Relay:
    """A TCP port before the tests' server, which has only a socket. `freeze()`: nothing passes any more."""

    def __init__(self, access: Access) -> None:
        folder, port = socket_of(access)
        self.path = Path(folder) / f".s.PGSQL.{port}"
        self.frozen = asyncio.Event()
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Relay:
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        self.frozen.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(asyncio.CancelledError):  # asyncio would report it
            await self._connect(reader, writer)
        writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.frozen.is_set():
            await asyncio.Event().wait()
        there_reader, there_writer = await asyncio.open_unix_connection(str(self.path))
        try:
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        finally:
            there_writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self.frozen.is_set():
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        writer.close()
