"""The small shop of tests/payments, and a reader of server-sent events."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop


@pytest.fixture(scope="module")
async def overseer(shop: Shop) -> str:
    """An admin's token."""
    return await shop.account("admin")


async def record(connection: Any, kind: str, order: dict[str, Any] | None = None, **data: Any) -> None:
    """An event, in whatever transaction the connection is in."""
    owner = (uuid.UUID(order["id"]), uuid.UUID(order["account_id"])) if order else (None, None)
    await connection.execute("SELECT messaging.record_event($1, $2, $3, $4::jsonb)", kind, *owner, json.dumps(data))


@dataclass
class Listener:
    """A client of one stream: what it was told, block by block."""

    response: httpx.Response
    lines: AsyncIterator[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    last_id: str = ""
    comments: list[str] = field(default_factory=list)
    ended: bool = False

    async def block(self) -> dict[str, str] | None:
        """The next block; None at the end."""
        found: dict[str, str] = {}
        async for line in self.lines:
            if not line:
                return found
            name, _, value = line.partition(":")
            found[name] = value.removeprefix(" ")
        return None

    async def next(self, seconds: float = 60) -> dict[str, Any]:
        """The next event, past comments and bare ids."""
        async with asyncio.timeout(seconds):
            while (found := await self.block()) is not None:
                self._note(found)
                if "data" in found:
                    event: dict[str, Any] = json.loads(found["data"])
                    assert found["event"] == event["type"]
                    self.events.append(event)
                    return event
        self.ended = True
        raise EOFError

    async def until_end(self, seconds: float = 60) -> list[str]:
        """Reads on until the stream ends; its comments."""
        with suppress(EOFError):
            while not self.ended:
                await self.next(seconds)
        return self.comments

    async def until_final(self, event: dict[str, Any], seconds: float = 60) -> None:
        """Reads on until a reconnection would go on after this event."""
        async with asyncio.timeout(seconds):
            while self.last_id != event["id"]:
                found = await self.block()
                assert found is not None
                self._note(found)

    def _note(self, found: dict[str, str]) -> None:
        self.last_id = found.get("id", self.last_id)
        if "" in found:
            self.comments.append(found[""])


@asynccontextmanager
async def listening(
    url: str, order: dict[str, Any], token: str, last: str | None = None, **parameters: str
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last} if last else {})
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{url}/v1/orders/{order['id']}/stream", headers=headers, params=parameters) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"] == "text/event-stream"
        yield Listener(response, response.aiter_lines())
