"""An order's events as they happen: server-sent events, woken by api/postgres/order_news.py.

A stream that is woken reads the log with its own token from where it is. So no events wait in memory for a slow client,
and a client that may no longer read the order gets nothing more.

An event is sent as soon as it is visible. Its `id` is sent when no running transaction can come before it any more: a
client that reconnects with Last-Event-ID misses nothing, and may see again what was not final yet.

sse-starlette 3.7 was considered: it would replace about 40 lines (pings, the client's disconnect, headers). It finds
uvicorn's server by its signal handlers in order to end streams at shutdown, which is no public interface.
"""

from __future__ import annotations

import asyncio
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, ClassVar

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.context import request_context
from api.http.endpoint import Endpoint
from api.http.errors import Problem
from api.http.requests import ApiRequest
from api.http.responses import NO_STORE, Headers, RawResponse
from api.postgres.functions import GATEWAY, Caller
from api.postgres.order_news import Subscription

HEARTBEAT = 15.0  # seconds of silence before a comment; the log is read that often even without a call
SOON = 0.25  # seconds until the next look, doubled each time, while an event is not final
PATIENCE = 30.0  # seconds that a client may take to make room for what is sent
MOST_STREAMS = 1000  # of a process
PAGE = 100  # events in a result that may have more behind it
LONGEST_TOKEN_LIFE = 900  # seconds

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_HEADERS: Headers = [
    (b"content-type", b"text/event-stream"),
    (b"x-accel-buffering", b"no"),  # asks proxies not to hold back what they relay
    NO_STORE,
]

Read = Callable[[object], Awaitable[Any]]


class OrderStream(Endpoint):
    """GET /orders/{order_id}/stream."""

    media_type: ClassVar[str] = "text/event-stream"
    refusals: ClassVar[tuple[str, ...]] = ("open_order_stream",)

    async def respond(self, request: ApiRequest) -> Response:
        """The stream. Raises Problem before it begins."""
        news = self.state["order_news"]
        functions = self.state["functions"]
        request_id = request.context.request_id
        caller = self.identify(request)
        order_id, last = (await self.read(request)).texts
        if given := request.header(b"last-event-id"):
            if not _UUID.fullmatch(given):
                raise Problem("request_invalid", detail="Last-Event-ID must be the id of an event, as it was sent.")
            last = given

        async def read(position: object) -> Any:
            statement = self.operation.statement.text
            row = await functions.run(caller, request_id, statement, [order_id, position], repeatable=True)
            return orjson.loads(row[0])

        if request.method == "HEAD":
            await read(last)
            return RawResponse(200, b"", list(_HEADERS))
        if len(news) >= MOST_STREAMS or news.stopped:
            raise Problem("busy")
        lease = await functions.call("open_order_stream", {"order_id": order_id}, request_id=request_id, caller=caller)
        # Subscribed before the first look: what happens in between is seen twice rather than missed.
        subscription = Subscription(lease, str(order_id))
        news.add(subscription)

        async def close() -> None:
            news.remove(subscription)
            with suppress(Problem):  # else it ends with its lease
                closed = {"streams": [lease]}
                await functions.call("close_streams", closed, request_id=request_id, caller=GATEWAY)

        try:
            found = await read(last)
        except BaseException:
            await close()
            raise
        return EventStream(subscription, read, last, found, _expiry(caller), close)


class EventStream(Response):
    """The response of one client.

    Arguments:
        read: returns the events after a position, and the id of the last final one.
        position: the last final event that was sent, or where the client began.
        found: the first result of `read`.
        expires: when the token does, on the clock of time.time().
        close: called at the end, whatever happens.
    """

    def __init__(
        self,
        subscription: Subscription,
        read: Read,
        position: object,
        found: Any,
        expires: float,
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = list(_HEADERS)
        self.subscription = subscription
        self.read = read
        self.position = position
        self.found = found
        self.expires = expires
        self.close = close
        self.sent: set[str] = set()  # sent, and not final yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends events until the client, the token or the server ends."""
        context = request_context(scope)
        context.streams = True
        hearing = asyncio.create_task(self._wait_for_disconnect(receive))
        delay = max(0.0, self.expires - time.time())
        ending = asyncio.get_running_loop().call_later(delay, self.subscription.end, "token_expired")
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self._follow(send)
            with suppress(TimeoutError):
                await _say(send, b": %s\n\n" % self.subscription.over.encode())
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            # The client does not read. Returning now makes the server close the connection.
            self.subscription.end("client_too_slow")
        finally:
            ending.cancel()
            hearing.cancel()
            context.ended = self.subscription.over
            await self.close()

    async def _follow(self, send: Send) -> None:
        """Until the subscription is over. Raises TimeoutError when the client does not read."""
        loop = asyncio.get_running_loop()
        subscription = self.subscription
        found = self.found
        await _say(send, b"retry: 2000\n\n")
        # A transaction that recorded an event while the stream was opened may not have known of it: look again soon.
        quiet, pause = loop.time(), SOON
        while not subscription.over:
            if found is not None and (text := self._write(found)):
                await _say(send, text)
                quiet = loop.time()
                pause = SOON if self.sent else HEARTBEAT
            elif loop.time() - quiet >= HEARTBEAT:
                await _say(send, b":\n\n")
                quiet = loop.time()
            if found is None or len(found["data"]) < PAGE or self.sent:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(min(loop.time() + pause, quiet + HEARTBEAT)):
                        await subscription.called.wait()
                pause = SOON if subscription.called.is_set() else min(pause * 2, HEARTBEAT)
            subscription.called.clear()
            if not subscription.over:
                found = await self._look()

    async def _look(self) -> Any:
        """New events; None while the database is away, which ends no stream."""
        try:
            return await self.read(self.position)
        except Problem as problem:
            if problem.status < 500:
                self.subscription.end(problem.code)
            return None

    def _write(self, found: Any) -> bytes:
        events, final = found["data"], found["final_id"]
        settled = [event["id"] for event in events]
        settled = settled[: settled.index(final) + 1] if final in settled else []
        text = b""
        told = self.position
        for number, event in enumerate(events):
            name = event["id"]
            if name in self.sent:
                continue
            if number < len(settled):
                told = name
                text += b"id: %s\n" % name.encode()
            text += b"event: %s\ndata: %s\n\n" % (event["type"].encode(), orjson.dumps(event))
        if settled and told != final:
            text += b"id: %s\n\n" % str(final).encode()  # sent before, final now
        self.position = final
        self.sent = {event["id"] for event in events[len(settled) :]}
        return text

    async def _wait_for_disconnect(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.subscription.end("client_gone")


async def _say(send: Send, text: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        await send({"type": "http.response.body", "body": text, "more_body": True})


def _expiry(caller: Caller) -> float:
    """When the token ends. Read here without verification: the database verifies it at every look."""
    with suppress(ValueError, KeyError, TypeError, IndexError):
        return float(orjson.loads(urlsafe_b64decode(caller.token.split(".")[1] + "=="))["exp"])
    return time.time() + LONGEST_TOKEN_LIFE
