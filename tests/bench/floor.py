"""The least that a web tier of these libraries is: uvicorn, one statement through asyncpg, its answer. Nothing else.

What an order costs here is what would be left if storeproc's own Python cost nothing. Started by shop.Floor.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def create_app() -> App:
    return App(os.environ["FLOOR_STATEMENT"], os.environ["FLOOR_DATABASE"], int(os.environ["FLOOR_CONNECTIONS"]))


class App:
    def __init__(self, statement: str, database: str, connections: int) -> None:
        self.statement = statement
        self.database = database
        self.connections = connections
        self.idle: asyncio.LifoQueue[asyncpg.Connection[asyncpg.Record]] = asyncio.LifoQueue()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["path"].startswith("/health"):
            await self.answer(send, 200, b"")
        else:
            await self.answer(send, 201, await self.order(dict(scope["headers"]), (await receive())["body"]))

    async def live(self, receive: Receive, send: Send) -> None:
        await receive()
        for _ in range(self.connections):
            self.idle.put_nowait(await asyncpg.connect(self.database, max_cached_statement_lifetime=0))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def order(self, headers: Mapping[bytes, bytes], body: bytes) -> bytes:
        token, key = headers[b"authorization"][7:].decode(), headers[b"idempotency-key"].decode()
        connection = await self.idle.get()
        try:
            row = await connection.fetchrow(
                self.statement, token, "0" * 32, body.decode(), "127.0.0.1", key, "POST /orders", "0" * 64
            )
        finally:
            self.idle.put_nowait(connection)
        assert row is not None
        text: str = row[0]
        return text.encode()

    async def answer(self, send: Send, status: int, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
