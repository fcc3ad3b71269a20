"""CPU of an empty request: the indexed router against Starlette's own list of routes, with the routes of the shop.

    python -m tests.bench.routing

Both applications have the same middleware, the same routes and an endpoint that answers an empty 204; nothing else
differs. The figure is the process's CPU time, the best of several interleaved rounds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from api.http.errors import Problem
from api.http.middleware import Deadlines, Telemetry
from api.http.responses import problem_response
from api.http.router import IndexedRouter
from api.routes import ROUTES

ROUNDS = 9
REQUESTS = 2000  # a round and path
PATHS = ("/v1/accounts", "/v1/orders", "/v1/orders/01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42/payments", "/v1/invariants")


class Empty:
    """An endpoint that does nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 204."""
        await Response(status_code=204)(scope, receive, send)


@asynccontextmanager
async def no_lifespan(_: object) -> Any:
    """Nothing is started."""
    yield None


def application(*, indexed: bool) -> Starlette:
    """The shop's routes and middleware, with one of the two routers."""
    routes = [Route(f"/v1{each.path}", Empty(), methods=[each.method], name=each.function) for each in ROUTES]
    telemetry = Middleware(
        Telemetry, deadlines=Deadlines(), rate_limit=0, timeout=15.0, secure=False,
        count=lambda *_: None, write_log=lambda _: None,
    )  # fmt: skip
    app = Starlette(middleware=[telemetry], exception_handlers={Problem: problem_response})
    app.router = IndexedRouter(routes, lifespan=no_lifespan) if indexed else Router(routes)
    return app


async def microseconds(app: Starlette, path: str, method: str) -> float:
    """CPU time of one request."""

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        pass

    begin = time.process_time()
    for _ in range(REQUESTS):
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "root_path": "", "headers": [(b"host", b"shop.example")], "client": ("127.0.0.1", 1), "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
    return (time.process_time() - begin) / REQUESTS * 1e6


async def measure(apps: Sequence[Starlette]) -> None:
    """Prints a line for each path: both routers, and what the index saves."""
    print(f"{len(ROUTES)} routes, CPU µs a request, best of {ROUNDS} rounds")
    for path in PATHS:
        method = "POST" if path.endswith(("accounts", "payments")) else "GET"
        rounds = [[await microseconds(app, path, method) for app in apps] for _ in range(ROUNDS)]
        indexed, listed = (min(figures) for figures in zip(*rounds, strict=True))
        print(f"{method:4} {path:62} indexed {indexed:6.1f}  list {listed:6.1f}  saved {listed - indexed:6.1f}")


if __name__ == "__main__":
    asyncio.run(measure([application(indexed=True), application(indexed=False)]))
