"""Responses that relay what PostgreSQL returned, and problems."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.context import request_context
from api.http.errors import Problem

Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")
NO_CACHE = (b"cache-control", b"no-cache")
REPLAYED = (b"idempotent-replayed", b"true")
_PROBLEM = (b"content-type", b"application/problem+json")


class RawResponse(Response):
    """A response whose headers are bytes already, so that nothing is encoded twice in every request.

    `version`: of the resource in the body, if it has one. `tag`: the entity tag; before represent() only where it is
    known without reading the body. The others are represent()'s: `complete` says that the headers have the tag,
    `varies` that clients may get `packed`, the compressed form, once it is made.
    """

    body: bytes
    version: str = ""
    tag: bytes = b""
    complete: bool = False
    varies: bool = False
    packed: RawResponse | None = None

    def __init__(self, status_code: int, body: bytes, headers: Headers) -> None:
        self.status_code = status_code
        self.background = None
        self.body = body
        if status_code not in (204, 304):
            headers.append((b"content-length", b"%d" % len(body)))
        self.raw_headers = headers


class LingeringResponse(RawResponse):
    """A response to a client that is still sending its body.

    Closing a connection with unread data resets it, and the client never reads the response. So the response is sent at
    once, and the rest of the body is read and thrown away for a while, as nginx does (lingering_close).
    """

    SECONDS = 5.0
    MOST = 64 * 1024 * 1024  # bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the response, then reads what is left."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        read = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(self.SECONDS):
                while read < self.MOST:
                    message = await receive()
                    read += len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body"):
                        break
        await send({"type": "http.response.body", "body": b""})


def problem_response(request: Request, problem: Exception) -> Response:
    """A problem (RFC 9457). Starlette's exception handler for Problem."""
    if not isinstance(problem, Problem):
        raise TypeError("only problems have such a response") from problem
    context = request_context(request.scope)
    context.code = problem.code
    context.verified = problem.verified
    headers = [(name.encode(), value.encode()) for name, value in problem.headers.items()]
    if problem.code == "scope_missing":
        headers.append((b"www-authenticate", b'Bearer error="insufficient_scope", scope="%s"' % context.scope.encode()))
    kind = RawResponse
    if problem.unread or problem.status == 413:
        kind = LingeringResponse
        headers = [(b"connection", b"close"), *(header for header in headers if header[0] != b"connection")]
    return kind(problem.status, problem.body(context.request_id), [*headers, _PROBLEM, NO_STORE])
