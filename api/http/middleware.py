"""What happens to every request, whatever it asks for: request id, rate limit, deadline, headers, log and metrics."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.client_address import ShowAddress
from api.http.context import RequestContext
from api.http.errors import Problem, Unexpected
from api.http.rate_limit import RateLimit
from api.http.responses import Headers, problem_response
from api.http.traces import begin_span, end_span
from api.http.traces import current as current_trace

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

SWEEP = 0.25  # seconds between two looks for requests whose deadline has passed

# What a response that is no page needs; pages bring a policy of their own.
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_COMMON: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

Count = Callable[[str, int, float, str], None]
Refused = Callable[[RequestContext, int], None]
WriteLog = Callable[[dict[str, Any]], None]


class Deadlines:
    """Cancels requests that take too long. One sweep over all of them costs less than a timer for each."""

    def __init__(self) -> None:
        self.running: set[RequestContext] = set()

    async def sweep(self) -> None:
        """Runs until it is cancelled."""
        while True:
            now = time.perf_counter()
            for context in self.running:
                if context.deadline < now:
                    context.cancel()
            await asyncio.sleep(SWEEP)


class Telemetry:
    """The outermost middleware of ours; a pure ASGI application.

    Arguments:
        timeout: seconds after which a request is cancelled (504).
        secure: whether clients come over TLS.
        count: takes operation, status, seconds and error code of each response.
        refused: takes each response that reports a problem, with its status.
        show_address: what the log says of a client's address.
        write_log: takes the log line of each request: ids of account and session, or of the API key; no names.
        tracer: makes a span of each request, with OpenTelemetry.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        deadlines: Deadlines,
        rate_limit: int,
        timeout: float,
        secure: bool,
        count: Count,
        refused: Refused,
        show_address: ShowAddress,
        write_log: WriteLog,
        tracer: Tracer | None = None,
    ) -> None:
        self.app = app
        self.tracer = tracer
        self.deadlines = deadlines
        self.limit = RateLimit(rate_limit) if rate_limit else None
        self.timeout = timeout
        self.common: Sequence[tuple[bytes, bytes]] = [*_COMMON, _STRICT_TRANSPORT] if secure else _COMMON
        self.count = count
        self.refused = refused
        self.show_address = show_address
        self.write_log = write_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = RequestContext(scope, time.perf_counter(), self.timeout)
        # In one process with a test client there is no lifespan state of the server.
        scope.setdefault("state", {})["context"] = context
        if self.tracer is not None:
            context.trace = begin_span(self.tracer, context.method, scope["path"], context.trace)
        if context.trace is not None:
            current_trace.set(context.trace)
        running = self.deadlines.running

        async def respond(message: Message) -> None:
            if message["type"] == "http.response.start":
                running.discard(context)  # how long a client takes to read is not limited here
                message = self._complete(context, message)
            try:
                await send(message)
            except OSError:
                raise ClientDisconnect from None

        running.add(context)
        try:
            await self._handle(context, scope, receive, respond)
        except ClientDisconnect:
            if not context.status:
                context.code = "client_gone"
                self._record(context, 499)
            context.ended = context.ended or "client_gone"
        finally:
            running.discard(context)
        if context.streams:
            self._record_end(context)
        elif context.status:
            self._record(context, context.status)
        if context.trace is not None and context.trace.span is not None:
            route = getattr(scope.get("route"), "path", "")
            end_span(context.trace.span, context.method, route, context.status or 499, context.code)

    async def _handle(self, context: RequestContext, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, and a problem for what it raises."""
        try:
            if self.limit is not None and (seconds := self.limit.wait(context.client)):
                raise Problem("rate_limited", members={"retry_after": seconds})
            await self.app(scope, receive, send)
            return
        except Problem as found:
            problem = found
        except ClientDisconnect:
            raise
        except TimeoutError:
            problem = _timeout()
        except asyncio.CancelledError:
            if not context.was_cancelled():
                raise
            problem = _timeout()
        except Exception as error:  # a fault of ours: its trace is in the log, its id in the response
            self._report(context, error)
            problem = Problem("internal_error")
        if context.status:
            context.ended = problem.code  # the response has begun: it can only be cut off
            return
        await problem_response(Request(scope), problem)(scope, receive, send)

    def _complete(self, context: RequestContext, message: Message) -> Message:
        """The start of the response with the headers that every response has. A kept response stays as it is."""
        context.status = message["status"]
        headers: Headers = [*message["headers"], (b"x-request-id", context.request_id.encode()), *self.common]
        headers += context.notices
        for name, _ in headers:
            if name == b"content-security-policy":
                break
        else:
            headers.append(_POLICY)
        if context.streams:
            self._record(context, context.status)  # how long a client listens is no latency
        return {**message, "headers": headers}

    def _record(self, context: RequestContext, status: int) -> None:
        seconds = time.perf_counter() - context.started
        self.count(context.operation, status, seconds, context.code)
        line: dict[str, Any] = {
            "request_id": context.request_id,
            "operation": context.operation,
            "method": context.method,
            "role": context.role,
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if client := self.show_address(context.client):
            line["client"] = client
        if context.subject and context.authenticated and (status < 400 or context.verified):
            if context.key:
                line["api_key"] = context.key
            else:
                line["account"] = context.account
                line["session"] = context.session
        if context.trace is not None:
            line["trace_id"] = context.trace.trace_id
        if context.code:
            line["code"] = context.code
            self.refused(context, status)
        self.write_log(line)

    def _record_end(self, context: RequestContext) -> None:
        self.write_log(
            {
                "request_id": context.request_id,
                "operation": context.operation,
                "ended": context.ended,
                "seconds": round(time.perf_counter() - context.started, 3),
            }
        )

    def _report(self, context: RequestContext, error: Exception) -> None:
        line = {
            "request_id": context.request_id,
            "operation": context.operation,
            "error": f"{type(error).__name__}: {error}",
        }
        if not isinstance(error, Unexpected):
            line["trace"] = "".join(traceback.format_exception(error))
        self.write_log(line)


def _timeout() -> Problem:
    return Problem("timeout", headers={"connection": "close"})
