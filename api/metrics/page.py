"""/metrics.

Its counters are public. What the database measures is not, because it shows the shop's turnover: it is for clients that
send METRICS_TOKEN, or, where there is no such token, for clients on this machine.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from hmac import compare_digest
from typing import Any

import asyncpg
from prometheus_client import Metric
from starlette.requests import Request
from starlette.responses import Response

from api.http.context import request_context
from api.http.errors import Problem, Unexpected
from api.http.responses import NO_STORE, RawResponse
from api.metrics.counting import watch_pools, watch_replica
from api.metrics.exposition import exposition
from api.metrics.measured import database_families, disk_families
from api.postgres.functions import GATEWAY
from api.state import State

TIMEOUT = 3.0  # seconds for the database's part; Prometheus gives up after ten
LOCAL = frozenset(("127.0.0.1", "::1", ""))


async def show_metrics(request: Request[State]) -> Response:
    """GET /metrics, in Prometheus's text format. Raises Problem token_invalid."""
    state = request.state
    state["metrics"].flush()
    watch_pools(state["database"].pools)
    if state["replica"] is not None:
        watch_replica(state["replica"])
    measured: list[Metric] = []
    settings = state["settings"]
    if is_trusted(settings.metrics_token, request):
        measured += database_families(await _read_measurements(request))
        measured += disk_families(settings.data)
    body, kind = exposition(measured)
    return RawResponse(200, body, [(b"content-type", kind.encode()), NO_STORE])


def is_trusted(token: str | None, request: Request[State]) -> bool:
    """Whether the client may read the measurements. Raises Problem when it should send a token and does not."""
    if token is None:
        client = request_context(request.scope).client
        return client in LOCAL and "x-forwarded-for" not in request.headers and "forwarded" not in request.headers
    if not compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        raise Problem("token_invalid", detail="Send METRICS_TOKEN: Authorization: Bearer …")
    return True


async def _read_measurements(request: Request[State]) -> list[dict[str, Any]] | None:
    request_id = request_context(request.scope).request_id
    with suppress(Problem, Unexpected, asyncpg.PostgresError, TimeoutError):
        async with asyncio.timeout(TIMEOUT):
            samples: list[dict[str, Any]] = await request.state["functions"].call(
                "read_measurements", {}, request_id=request_id, caller=GATEWAY, repeatable=True
            )
            return samples
    return None
