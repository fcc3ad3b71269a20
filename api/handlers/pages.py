"""Health, metrics, documents, and the first page."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.http.context import request_context
from api.http.errors import Problem
from api.http.representation import represent
from api.http.responses import JSON, NO_CACHE, NO_STORE, RawResponse
from api.pages.render import render_page
from api.state import State


async def home(request: Request[State]) -> Response:
    """GET /: leads to the documentation and the console."""
    return await _serve(request, raw(render_page("home.html")))


async def live(request: Request[State]) -> Response:
    """GET /health/live: the process runs."""
    return RawResponse(200, b'{"status":"ok"}', [JSON, NO_STORE])


async def ready(request: Request[State]) -> Response:
    """GET /health/ready: the database answers, and this source is deployed in it, or was.

    A deployment happens under running web tiers, and one of the version before may start again meanwhile; that its
    functions exist was checked at its start. While a standby answers reads, losing the primary does not make it
    unready. Raises Problem schema_differs.
    """
    state = request.state
    replica = state["replica"]
    source = state["source"]
    reads = {"replica": replica.state} if replica is not None else {}
    if replica is not None and replica.alone:
        return _json({"status": "reads_only", **reads})
    request_id = request_context(request.scope).request_id
    given = {"source_digest": source[1]}
    deployed = await state["functions"].call("get_schema_version", given, request_id=request_id, repeatable=True)
    current = (deployed["schema_version"], deployed["code_digest"]) == source
    known = deployed.pop("source_known", False)
    if current or known:
        state["readiness"].seen_current = True
    if not state["readiness"].seen_current:
        raise Problem(
            "schema_differs",
            503,
            "The database has another version of the schema than this source. Run: storeproc migrate",
            members={"deployed": deployed["schema_version"], "source": source[0]},
        )
    return _json({"status": "ready", **deployed, "current": current, **reads})


async def openapi(request: Request[State]) -> Response:
    """GET /openapi.json."""
    return await _serve(request, await request.state["openapi"].get())


async def errors(request: Request[State]) -> Response:
    """GET /docs/errors: every error code."""
    return await _serve(request, await request.state["errors"].get())


def openapi_response(document: dict[str, Any]) -> RawResponse:
    """The OpenAPI document."""
    return RawResponse(200, orjson.dumps(document), [JSON, NO_CACHE])


def raw(page: Response) -> RawResponse:
    """A page as represent() takes it."""
    headers = [header for header in page.raw_headers if header[0] != b"content-length"]
    return RawResponse(page.status_code, bytes(page.body), headers)


async def _serve(request: Request[State], document: RawResponse) -> Response:
    """The document, or 304 when the client has it."""
    return await represent(request.scope, document, compress=request.state["settings"].compression)


def _json(data: object) -> Response:
    return RawResponse(200, orjson.dumps(data), [JSON, NO_STORE])
