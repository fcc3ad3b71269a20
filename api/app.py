"""The application: what happens to every request, whatever it asks for.

`Frame` is one ASGI application instead of a framework and a tower of middleware: the order of what happens can be read
in one place, and a process answers 8,700 empty requests a second where the same below Starlette's layers and router
answers 5,600.
"""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson

from api.contract import openapi
from api.contract import signatures as catalog
from api.contract.signatures import CatalogError
from api.docs import docs
from api.gateways.registry import offered
from api.handlers.order_stream import Flow, Streams
from api.handlers.pages import SOURCE
from api.http.endpoint import NO_STORE, Answer, Endpoint, Exchange, Gone, Headers, Store
from api.http.errors import Problem, Unexpected
from api.http.identity_provider import Outside
from api.metrics import metrics
from api.postgres.cache import Cache
from api.postgres.pool import Database
from api.postgres.replica import Replica
from api.routes import INTERNAL, PAGES, ROUTES
from api.settings import Settings

Action = Callable[[Exchange], Awaitable[Answer]]

_PROBLEM = (b"content-type", b"application/problem+json")
BEAT = 0.25  # seconds between looks for requests that take too long


def create_app(settings: Settings | None = None) -> Frame:
    return Frame(settings or Settings.from_env())


async def build_store(settings: Settings, database: Database) -> Store:
    """Reads the catalogue and matches it with the routes; refuses to go on unless they fit."""
    connection = await asyncpg.connect(settings.access.url("web_anonymous"), timeout=10)
    try:
        async with asyncio.timeout(30):  # else a connection that is lost without a word is a start that never ends
            found = await catalog.read(connection)
            deployed = await catalog.read_deployed(connection, found, SOURCE)
    finally:
        await connection.close(timeout=5)
    routes = [(r.method, r.path, r.function) for r in ROUTES]
    misfits = catalog.check_routes(found, routes, INTERNAL, exactly=deployed.same)
    if misfits:
        raise CatalogError(misfits if deployed.same else [deployed.differs(SOURCE), *misfits])
    if not deployed.same:
        write_log({"schema": "differs", "detail": deployed.differs(SOURCE)})
    own = urlsplit(settings.public_url)
    origins = frozenset({f"{own.scheme}://{own.netloc}", *settings.cors_origins})
    return Store(settings, database, found, origins, offered(settings))


# --- from a path to what answers ------------------------------------------------------------------


@dataclass
class Node:
    """One segment of the paths. A parameter's node is under the empty string."""

    children: dict[str, Node] = field(default_factory=dict)
    parameter: str = ""
    actions: dict[str, tuple[str, Action]] = field(default_factory=dict)

    def add(self, method: str, path: str, operation: str, action: Action) -> None:
        node = self
        for segment in path[1:].split("/"):
            name = segment[1:-1] if segment.startswith("{") else ""
            node = node.children.setdefault("" if name else segment, Node(parameter=name))
            if node.parameter != name:
                raise ValueError(f"{path}: this place is called {node.parameter} elsewhere")
        node.actions[method] = (operation, action)
        if method == "GET":
            node.actions["HEAD"] = (operation, action)

    def find(self, path: str, parameters: dict[str, str]) -> Node | None:
        node = self
        for segment in path[1:].split("/"):
            following = node.children.get(segment) if segment else None
            if following is None:
                following = node.children.get("")
                if following is None or not segment:
                    return None
                parameters[following.parameter] = segment
            node = following
        return node if node.actions else None


# --- every request --------------------------------------------------------------------------------


class Frame:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = Node()
        self.underway: set[Exchange] = set()
        self.limit = RateLimit(settings.rate_limit) if settings.rate_limit else None
        self.origins = frozenset(settings.cors_origins)
        self.streams = Streams(settings)
        self.cache = Cache(settings)
        self.replica = Replica(settings, write_log) if settings.replica_url else None
        self.common: Headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"DENY"),
        ]
        if settings.secure:
            self.common.append((b"strict-transport-security", b"max-age=31536000"))
        self.json_policy = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")

    def open(self, store: Store) -> None:
        locations = _locations(store)
        oidc = self.settings.oidc
        admit: Callable[[Action], Action] = Outside(store, oidc).admit if oidc else lambda action: action
        endpoints: list[Endpoint] = []
        misfits: list[str] = []
        for route in ROUTES:
            try:
                endpoint = Endpoint(store, route, store.catalog.functions[route.function], locations)
            except CatalogError as error:
                misfits += error.misfits
                continue
            endpoints.append(endpoint)
            action: Action = endpoint.answer
            if self.replica is not None and route.method != "GET":
                action = self.replica.follow(route.function, action)
            self.root.add(route.method, f"/v1{route.path}", route.function, admit(action))
        if misfits:
            raise CatalogError(misfits)
        for page in PAGES:
            for prefix in page.prefixes:
                self.root.add(page.method, prefix + page.path, page.handler.__name__, admit(page.bound(store)))
        document = openapi.build(store, endpoints)
        store.documents = docs.render(store, document)

    async def _live(self, receive: Any, send: Any) -> None:
        """From the start of the process to its end: requests come between the two."""
        await receive()
        database = Database(self.settings.pooled_access, self.settings.pool_sizes)
        try:
            store = await build_store(self.settings, database)
            store.replica = self.replica
            self.open(store)
        except (CatalogError, OSError, asyncpg.PostgresError) as error:
            # One readable message instead of a stack: this is for whoever starts it.
            await send({"type": "lifespan.startup.failed", "message": f"storeproc: {error}"})
            return
        work = [self._hurry(), metrics.flush_often(), _watch(database, self.replica), self.cache.listen()]
        if self.replica is not None:
            work.append(self.replica.watch())
        tasks = [asyncio.create_task(each) for each in work]
        with self.streams.ended_by_signals():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        for task in tasks:
            task.cancel()
        await self.streams.close()
        await database.close()
        if self.replica is not None:
            await self.replica.close()
        metrics.flush()
        await send({"type": "lifespan.shutdown.complete"})

    async def _hurry(self) -> None:
        """Gives up requests that take too long: a look at all of them costs less than a timer for each."""
        while True:
            now = time.perf_counter()
            for x in self.underway:
                if x.until < now:
                    x.give_up()
            await asyncio.sleep(BEAT)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        started = time.perf_counter()
        scope["app"] = self  # the mock gateway sends its callback through all of us
        x = Exchange(scope, receive, started + self.settings.request_timeout)
        self.underway.add(x)
        try:
            answer = await self._answer(x)
        except Problem as problem:
            answer = _refusal(x, problem)
        except TimeoutError:
            answer = _too_late(x)
        except asyncio.CancelledError:
            if not x.gave_up():
                raise
            answer = _too_late(x)
        except Gone:
            x.code = "client_gone"
            self._record(x, 499, started)
            return
        except Exception as error:
            _report(x, error)
            answer = _refusal(x, Problem("internal_error"))
        finally:
            self.underway.discard(x)
        if isinstance(answer, Flow):
            self._record(x, answer.status, started)  # now: how long a client listens is no latency
            await self._pour(x, answer, send)
            return
        await self._send(x, answer, send)
        self._record(x, answer.status, started)

    async def _answer(self, x: Exchange) -> Answer:
        scope = x.scope
        if self.limit is not None and (wait := self.limit.wait(x.client)):
            raise Problem("rate_limited", members={"retry_after": wait})
        path: str = scope["path"]
        node = self.root.find(path, x.path)
        if node is None:
            raise Problem("not_found")
        method: str = scope["method"]
        found = node.actions.get(method)
        if found is not None:
            x.operation = found[0]
            return await found[1](x)
        allow = ", ".join(sorted({*node.actions, "OPTIONS"}))
        if method == "OPTIONS":
            return self._options(x, allow)
        raise Problem("method_not_allowed", headers={"allow": allow})

    def _options(self, x: Exchange, allow: str) -> Answer:
        headers: Headers = [(b"allow", allow.encode())]
        if (
            b"access-control-request-method" in x.headers
            and x.headers.get(b"origin", b"").decode("latin-1") in self.origins
        ):
            headers += [
                (b"access-control-allow-methods", allow.encode()),
                (
                    b"access-control-allow-headers",
                    b"authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, "
                    b"x-request-id, x-store-version",
                ),
                (b"access-control-max-age", b"600"),
            ]
        return Answer(204, b"", headers)

    async def _send(self, x: Exchange, answer: Answer, send: Any) -> None:
        headers = self._headers(x, answer)
        body = answer.body
        if answer.status not in (204, 304):
            headers.append((b"content-length", str(len(body)).encode()))
        if x.scope["method"] == "HEAD":
            body = b""
        with suppress(OSError):  # the client hung up: its request is done all the same
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    async def _pour(self, x: Exchange, answer: Flow, send: Any) -> None:
        started = time.perf_counter()
        ended = "client_gone"
        try:
            with suppress(OSError):
                await send(
                    {"type": "http.response.start", "status": answer.status, "headers": self._headers(x, answer)}
                )
                ended = await answer.pour(x.receive, send)
        except Exception as error:
            ended = "internal_error"
            _report(x, error)
        finally:
            await answer.close()
        seconds = round(time.perf_counter() - started, 3)
        write_log({"request_id": x.request_id, "operation": x.operation, "ended": ended, "seconds": seconds})

    def _headers(self, x: Exchange, answer: Answer) -> Headers:
        headers = answer.headers
        headers.append((b"x-request-id", x.request_id.encode()))
        headers += self.common
        if b"content-security-policy" not in dict(headers):
            headers.append(self.json_policy)
        if self.origins and b"origin" in x.headers:
            headers += self._cors(x.headers[b"origin"])
        return headers

    def _cors(self, origin: bytes) -> Headers:
        vary = (b"vary", b"origin")
        if origin.decode("latin-1") not in self.origins:
            return [vary]
        return [
            vary,
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (
                b"access-control-expose-headers",
                b"etag, location, idempotent-replayed, retry-after, x-request-id, x-store-version",
            ),
        ]

    def _record(self, x: Exchange, status: int, started: float) -> None:
        seconds = time.perf_counter() - started
        metrics.count(x.operation, status, seconds, x.code)
        line = {
            "request_id": x.request_id,
            "operation": x.operation,
            "method": x.scope["method"],
            "role": x.role,
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if x.code:
            line["code"] = x.code
        write_log(line)


def _refusal(x: Exchange, problem: Problem) -> Answer:
    x.code = problem.code
    headers = [(name.encode(), value.encode()) for name, value in problem.headers.items()]
    return Answer(problem.status, problem.body(x.request_id), [*headers, _PROBLEM, NO_STORE])


def _too_late(x: Exchange) -> Answer:
    return _refusal(x, Problem("timeout", headers={"connection": "close"}))


def _report(x: Exchange, error: Exception) -> None:
    """Our own fault: the whole of it, for whoever looks up the request id."""
    line = {"request_id": x.request_id, "operation": x.operation, "error": f"{type(error).__name__}: {error}"}
    if not isinstance(error, Unexpected):
        line["trace"] = "".join(traceback.format_exception(error))
    write_log(line)


def _locations(store: Store) -> dict[str, str]:
    """Of each type that has a GET route of its own: that route's path, ready for an id."""
    found: dict[str, str] = {}
    for route in ROUTES:
        stem, _, last = f"/v1{route.path}".rpartition("/")
        if route.method == "GET" and last.startswith("{") and "{" not in stem:
            found.setdefault(store.catalog.functions[route.function].returns, stem + "/")
    return found


async def _watch(database: Database, replica: Replica | None) -> None:
    while True:
        metrics.watch_pools(database)
        if replica is not None:
            metrics.watch_replica(replica)
        await asyncio.sleep(5)


def write_log(line: dict[str, Any]) -> None:
    """One JSON document a line on standard output, and nothing of whom the request is about."""
    with suppress(OSError):  # whoever read our log is gone; the shop goes on
        os.write(1, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


# --- rate limit -----------------------------------------------------------------------------------


class RateLimit:
    """A bucket for each address: holds a minute's requests, fills all the time. Each process keeps its own."""

    LOCAL = frozenset(("127.0.0.1", "::1", ""))
    MOST = 50_000

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = float(per_minute)
        self.rate = per_minute / 60
        self.clock = clock
        self.buckets: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> int:
        """0 when the request may pass, else the seconds to wait."""
        if address in self.LOCAL:
            return 0
        now = self.clock()
        level, at = self.buckets.get(address, (self.size, now))
        level = min(self.size, level + (now - at) * self.rate)
        if level < 1:
            return int((1 - level) / self.rate) + 1
        self.buckets[address] = (level - 1, now)
        if len(self.buckets) > self.MOST:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        # Who has been quiet for a minute has a full bucket, as has who is not known.
        self.buckets = {a: b for a, b in self.buckets.items() if now - b[1] < 60}
        if len(self.buckets) > self.MOST:
            self.buckets.clear()
