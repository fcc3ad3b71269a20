"""A receiving HTTP server that does as it is told, the worker's courier, and the small shop of tests/payments."""

from __future__ import annotations

import asyncio
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.http.outbound import Resolve
from api.settings import Settings
from api.worker.jobs.webhooks import Courier
from db.server.access import Access
from tests.payments.conftest import Shop
from tests.payments.conftest import customer as customer
from tests.payments.conftest import shop as shop

BEHIND = """
SELECT (e.xact, e.id) <= (l.xact, l.id)
FROM messaging.webhook_progress AS p JOIN messaging.events AS l ON l.id = p.last_event_id,
     messaging.events AS e WHERE e.id = $1::text::uuid
"""

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def signed_by(self, secret: str) -> bool:
        """As a receiver with the library of Standard Webhooks finds it."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


def answer(status: int, body: bytes = b"", *headers: str) -> Behaviour:
    async def give(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        with suppress(ConnectionError):
            await writer.drain()

    return give


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@dataclass
class Receiver:
    """Answers 200, unless told otherwise: one behaviour for each next request, or `always`."""

    received: list[Received] = field(default_factory=list)
    answers: list[Behaviour] = field(default_factory=list)
    always: Behaviour = field(default_factory=lambda: answer(200))
    port: int = 0
    heard: asyncio.Condition = field(default_factory=asyncio.Condition)
    busy: int = 0
    most: int = 0
    server_names: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            async with self.heard:
                self.received.append(Received(first.split(" ")[1], headers, body))
                self.heard.notify_all()
            self.busy += 1
            self.most = max(self.most, self.busy)
            await (self.answers.pop(0) if self.answers else self.always)(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.busy -= 1
            writer.close()

    async def until(self, count: int, seconds: float = 60) -> list[Received]:
        async with asyncio.timeout(seconds), self.heard:
            await self.heard.wait_for(lambda: len(self.received) >= count)
        return self.received


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receiver.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@dataclass
class Desk:
    """Endpoints and deliveries, as their owners and the worker see them."""

    shop: Shop
    settings: Settings

    async def endpoint(self, token: str, url: str, role: str = "merchant", **given: Any) -> dict[str, Any]:
        made: dict[str, Any] = await self.shop.call(
            f"web_{role}", "create_webhook_endpoint", token=token, url=url, **given
        )
        return made

    async def see(self, token: str, endpoint: dict[str, Any], role: str = "merchant") -> dict[str, Any]:
        seen: dict[str, Any] = await self.shop.call(
            f"web_{role}", "get_webhook_endpoint", token=token, endpoint_id=endpoint["id"]
        )
        return seen

    async def deliveries(self, token: str, endpoint: dict[str, Any], role: str = "merchant") -> list[dict[str, Any]]:
        page = await self.shop.call(
            f"web_{role}", "list_webhook_deliveries", token=token, endpoint_id=endpoint["id"], limit=100
        )
        found: list[dict[str, Any]] = page["data"]
        return found

    async def record(self, token: str, kind: str = "product.noticed", **data: Any) -> str:
        """An event of the account's own; its id."""
        owner = await self.shop.admin.fetchval(
            "SELECT convert_from(identity.decode_base64url(split_part($1, '.', 2)), 'UTF8')::jsonb ->> 'sub'", token
        )
        await self.shop.admin.execute(
            "SELECT messaging.record_event($1, NULL, $2, $3::jsonb)", kind, uuid.UUID(owner), json.dumps(data)
        )
        found = await self.shop.admin.fetchval(
            "SELECT max(id::text) FROM messaging.events WHERE account_id = $1 AND type = $2", uuid.UUID(owner), kind
        )
        return str(found)

    async def record_example(self, token: str, kind: str = "stock.adjusted") -> str:
        """The same of a type that the shop has, whose name answers may contain."""
        data = await self.shop.admin.fetchval("SELECT example FROM messaging.event_types() WHERE type = $1", kind)
        return await self.record(token, kind, **json.loads(data))

    async def worker(self, function: str, **arguments: Any) -> Any:
        return await self.shop.call("web_worker", function, **arguments)

    async def fan_out(self, event_id: str) -> None:
        """Until the log was read up to this event. A transaction of another test file may hold it back for a moment."""
        while not await self.shop.admin.fetchval(BEHIND, event_id):
            await self.worker("fan_out_events")

    async def due(self, endpoint: dict[str, Any]) -> None:
        """Not to wait for a pause."""
        await self.shop.admin.execute(
            "UPDATE messaging.webhook_deliveries SET run_at = now() WHERE endpoint_id = $1 AND status = 'pending'",
            uuid.UUID(endpoint["id"]),
        )

    async def until(self, endpoint: dict[str, Any], question: str, *arguments: Any) -> Any:
        """Asks of the endpoint's deliveries until it is true."""
        return await self.shop.until(
            f"SELECT {question} FROM messaging.webhook_deliveries AS d WHERE d.endpoint_id = $1::text::uuid",
            endpoint["id"], *arguments, seconds=40,
        )  # fmt: skip

    @asynccontextmanager
    async def delivering(
        self,
        *,
        count: int = 1,
        settings: Settings | None = None,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        couriers = [
            asyncio.create_task(Courier(self.worker, settings or self.settings, resolve, tls).run(stopping))
            for _ in range(count)
        ]
        try:
            yield
        finally:
            stopping.set()
            await asyncio.wait_for(asyncio.gather(*couriers), 60)


@pytest.fixture(scope="module")
async def desk(shop: Shop, access: Access, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    settings = Settings(
        database_url=access.public_url(), secret=access.secret, data=tmp_path_factory.mktemp("data"),
        webhooks_allow_private=True,
    )  # fmt: skip
    return Desk(shop, settings)


@pytest.fixture
async def merchant(shop: Shop) -> str:
    return await shop.account("merchant")


DELIVERED = "count(*) = $2 AND bool_and(d.status = 'delivered')"


async def told(receiver: Receiver, event_id: str, times: int = 1) -> list[Any]:
    """The requests about one event, once there are so many."""
    async with asyncio.timeout(60), receiver.heard:
        await receiver.heard.wait_for(
            lambda: sum(r.headers["webhook-id"] == event_id for r in receiver.received) >= times
        )
    return [r for r in receiver.received if r.headers["webhook-id"] == event_id]
