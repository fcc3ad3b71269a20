"""An order's events as they happen: server-sent events from LISTEN/NOTIFY.

The database announces that an order has news (`storeproc_orders`, its id and nothing else), and only of orders that
somebody watches. One connection a process listens for all streams; a stream that is woken reads the log, with its own
token, from where it is. So nothing waits in memory for a slow client, and who may not read the order any more gets
nothing more.

An event is sent as soon as it is there. Its `id` is sent when no running transaction can come before it any more: a
client that comes back with Last-Event-ID misses nothing, and may see again what was not final yet.
"""

from __future__ import annotations

import asyncio
import re
import signal
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from api.handlers.checkout import GATEWAY
from api.http.endpoint import NO_STORE, Answer, Caller, Endpoint, Exchange, Handler, Headers
from api.http.errors import Problem
from api.settings import Settings

HEARTBEAT = 15.0  # seconds of silence before a comment; so often the log is read without being called, too
SOON = 0.25  # seconds until the next look, doubled each time, while something is not final
PATIENCE = 30.0  # seconds that a client may take to make room for what is sent
MOST = 1000  # streams a process
FULL = 100  # events in an answer that may have more behind it
RENEWAL = 20.0  # seconds between renewals of leases of a minute

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
# Proxies that hold back what they relay are asked not to.
_HEADERS: Headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"), NO_STORE]
_TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


@dataclass(slots=True)
class Flow(Answer):
    """An answer without an end of its own. `pour` says why it ended; `close` is called whatever happens."""

    pour: Callable[[Receive, Send], Awaitable[str]]
    close: Callable[[], Awaitable[None]]


async def stream(endpoint: Endpoint, x: Exchange) -> Answer:
    store = endpoint.store
    streams: Streams = x.scope["app"].streams
    caller = store.identify(x)
    order_id, last = (await endpoint.read(x)).texts
    if given := x.header(b"last-event-id"):
        if not _UUID.fullmatch(given):
            raise Problem("request_invalid", detail="Last-Event-ID must be the id of an event, as it was sent.")
        last = given

    async def read(last: object) -> Any:
        row = await store.run(caller, x.request_id, endpoint.statement.text, [order_id, last], repeatable=True)
        return orjson.loads(row[0])

    if x.scope["method"] == "HEAD":
        await read(last)
        return Answer(200, b"", list(_HEADERS))
    if len(streams) >= MOST or streams.stopped:
        raise Problem("busy")
    opened = {"order_id": order_id}
    lease = await store.call("open_order_stream", opened, request_id=x.request_id, caller=caller)
    # Listening begins before the first look: what happens in between is seen twice rather than not at all.
    watch = Watch(lease, str(order_id), read, last, _expiry(caller))
    streams.add(watch)

    async def close() -> None:
        streams.remove(watch)
        with suppress(Problem):  # else it ends with its lease
            await store.call("close_streams", {"streams": [lease]}, request_id=x.request_id, caller=GATEWAY)

    try:
        found = await read(last)
    except BaseException:
        await close()
        raise
    return Flow(200, b"", list(_HEADERS), lambda receive, send: watch.pour(found, receive, send), close)


STREAM = Handler(stream, media_type="text/event-stream")


@dataclass(eq=False, slots=True)
class Watch:
    """One client that follows one order."""

    lease: str
    order_id: str
    read: Callable[[object], Awaitable[Any]]
    position: object
    """The last final event that was sent, or where the client began."""

    expires: float
    """When the token does, on the clock of time.time()."""

    sent: set[str] = field(default_factory=set)
    """What was sent and is not final yet."""

    called: asyncio.Event = field(default_factory=asyncio.Event)
    over: str = ""
    """Why there is no more to be said."""

    def end(self, reason: str) -> None:
        self.over = self.over or reason
        self.called.set()

    async def pour(self, found: Any, receive: Receive, send: Send) -> str:
        async def say(text: bytes) -> None:
            async with asyncio.timeout(PATIENCE):
                await send({"type": "http.response.body", "body": text, "more_body": True})

        hearing = asyncio.create_task(self._wait_for_hang_up(receive))
        loop = asyncio.get_running_loop()
        ending = loop.call_later(max(0.0, self.expires - time.time()), self.end, "token_expired")
        try:
            await say(b"retry: 2000\n\n")
            # Who recorded an event while the stream was opened may not have known of it: look again soon.
            quiet, pause = loop.time(), SOON
            while not self.over:
                if found is not None and (text := self._write(found)):
                    await say(text)
                    quiet = loop.time()
                    pause = SOON if self.sent else HEARTBEAT
                elif loop.time() - quiet >= HEARTBEAT:
                    await say(b":\n\n")
                    quiet = loop.time()
                if found is None or len(found["data"]) < FULL or self.sent:
                    with suppress(TimeoutError):
                        async with asyncio.timeout_at(min(loop.time() + pause, quiet + HEARTBEAT)):
                            await self.called.wait()
                    pause = SOON if self.called.is_set() else min(pause * 2, HEARTBEAT)
                self.called.clear()
                if not self.over:
                    found = await self._look()
        except TimeoutError:
            self.end("client_too_slow")
            _hang_up(send)
            return self.over
        finally:
            ending.cancel()
            hearing.cancel()
        with suppress(TimeoutError, OSError):
            await say(b": %s\n\n" % self.over.encode())
            async with asyncio.timeout(PATIENCE):
                await send({"type": "http.response.body", "body": b""})
        return self.over

    async def _look(self) -> Any:
        """What is new. None while the database is away; nobody is sent away for that."""
        try:
            return await self.read(self.position)
        except Problem as problem:
            if problem.status < 500:
                self.end(problem.code)
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

    async def _wait_for_hang_up(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end("client_gone")


class Streams:
    """The streams of a process, and the connection that listens for all of them while there are any."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stopped = False
        self.watches: dict[str, set[Watch]] = {}
        self.listening: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(map(len, self.watches.values()))

    def __iter__(self) -> Iterator[Watch]:
        return (watch for watches in list(self.watches.values()) for watch in list(watches))

    def add(self, watch: Watch) -> None:
        self.watches.setdefault(watch.order_id.lower(), set()).add(watch)
        if self.listening is None:
            self.listening = asyncio.create_task(self._listen())

    def remove(self, watch: Watch) -> None:
        watches = self.watches.get(watch.order_id.lower(), set())
        watches.discard(watch)
        if not watches:
            self.watches.pop(watch.order_id.lower(), None)

    def stop(self) -> None:
        """Every stream ends; its client comes back to another process, or to the next one."""
        self.stopped = True
        for watch in self:
            watch.end("server_stops")

    async def close(self) -> None:
        self.stop()
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)

    @contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        """A server that stops waits for the answers it began before it tells the application. Streams have no end, so
        they listen to the signal themselves."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def handle(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(self.stop)
            following = before[signal.Signals(number)]
            if callable(following):
                following(number, frame)

        for number, following in before.items():
            if callable(following):
                signal.signal(number, handle)
        try:
            yield
        finally:
            for number, following in before.items():
                if signal.getsignal(number) is handle:
                    signal.signal(number, following)

    async def _listen(self) -> None:
        while self.watches:
            with suppress(*_TROUBLE):
                connection = await asyncpg.connect(
                    self.settings.access.url("web_gateway"),
                    timeout=10,
                    server_settings={"application_name": "storeproc streams"},
                )
                try:
                    await self._hear(connection)
                finally:
                    connection.terminate()
            if self.watches:
                await asyncio.sleep(1)
        self.listening = None

    async def _hear(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener("storeproc_orders", lambda *told: self._wake(str(told[3])))
        for watch in self:
            watch.called.set()  # what was announced while nobody listened
        while not lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(lost.wait(), RENEWAL)
            if not self.watches:
                return
            leases = [watch.lease for watch in self]
            await connection.execute("SELECT api.renew_streams($1::text[]::uuid[])", leases, timeout=10)

    def _wake(self, order_id: str) -> None:
        for watch in self.watches.get(order_id, ()):
            watch.called.set()


def _expiry(caller: Caller) -> float:
    """When the token ends. Read, not verified: that the database did, and does at every look."""
    with suppress(ValueError, KeyError, TypeError, IndexError):
        return float(orjson.loads(urlsafe_b64decode(caller.token.split(".")[1] + "=="))["exp"])
    return time.time() + 900


def _hang_up(send: Send) -> None:
    """Closing would wait until the client has read what is buffered, and this one does not read."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
