"""What the middleware knows of a request: its id, its deadline, and what the log line and the metrics say of it."""

from __future__ import annotations

import asyncio
import math
import os
import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from api.http.traces import Trace, read_traceparent

LONGEST_AGENT = 300  # bytes; as audit.record_security_event() stores it
_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


class RequestContext:
    """One request, from its arrival to its log line.

    `deadline` is when it is cancelled, on the clock of time.perf_counter(); a handler that makes progress with
    something long may move it. `ended` says why a stream ended.

    `account` and `session` are what the token says; an API key says its id (`key`) instead. They are in the log if the
    database accepted the token: the operation asks for one (`authenticated`) and succeeds, or a function that had
    accepted it refuses (`verified`).
    `trace`: of the request's traceparent, or of its span with OpenTelemetry. `scope`: what an API key needs for the
    operation. `notices`: headers of whatever the answer is, such as Deprecation.
    `token` and `email` (of a log-in) are kept until the request ends, to report a refusal.
    """

    __slots__ = (
        "account",
        "agent",
        "authenticated",
        "client",
        "code",
        "deadline",
        "email",
        "ended",
        "key",
        "method",
        "notices",
        "operation",
        "overdue",
        "request_id",
        "role",
        "scope",
        "session",
        "started",
        "status",
        "streams",
        "task",
        "token",
        "trace",
        "verified",
    )

    def __init__(self, scope: MutableMapping[str, Any], started: float, timeout: float) -> None:
        self.request_id, self.agent, self.trace = _read_headers(scope)
        client = scope.get("client")
        self.client: str = client[0] if client else ""
        self.method: str = scope["method"]
        self.operation = ""
        self.role = "anonymous"
        self.account = ""
        self.session = ""
        self.key = ""
        self.token = ""
        self.email = ""
        self.scope = ""
        self.notices: Sequence[tuple[bytes, bytes]] = ()
        self.authenticated = False
        self.verified = False
        self.code = ""
        self.status = 0
        self.started = started
        self.deadline = started + timeout
        self.task = asyncio.current_task()
        self.overdue = False
        self.streams = False
        self.ended = ""

    @property
    def subject(self) -> str:
        """The account or the API key, unverified."""
        return self.account or self.key

    @property
    def client_line(self) -> str:
        """Address and User-Agent, as audit.record_security_event() reads them from app.client."""
        return f"{self.client}\n{self.agent}"

    def cancel(self) -> None:
        """Cancels the request's task because its deadline has passed."""
        self.deadline = math.inf
        self.overdue = True
        if self.task is not None:
            self.task.cancel()

    def was_cancelled(self) -> bool:
        """Whether a CancelledError comes from cancel() only, so that the request can be answered. Ask once."""
        return self.overdue and self.task is not None and self.task.uncancel() == 0


def request_context(scope: MutableMapping[str, Any]) -> RequestContext:
    """The context that the middleware put into the request's state."""
    context: RequestContext = scope["state"]["context"]
    return context


def _read_headers(scope: MutableMapping[str, Any]) -> tuple[str, str, Trace | None]:
    """The request id, the client's or a new one, the User-Agent, and the trace."""
    request_id = agent = traceparent = ""
    for name, value in scope["headers"]:
        if name == b"user-agent":
            agent = value[:LONGEST_AGENT].decode("latin-1")
        elif name == b"x-request-id" and not request_id and _REQUEST_ID.fullmatch(value):
            request_id = value.decode()
        elif name == b"traceparent":
            traceparent = "two" if traceparent else value.decode("latin-1")  # of two, neither is valid
    return request_id or os.urandom(16).hex(), agent, read_traceparent(traceparent) if traceparent else None
