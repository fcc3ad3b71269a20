"""What the middleware knows of a request: its id, its deadline, and what the log line and the metrics say of it."""

from __future__ import annotations

import asyncio
import math
import os
import re
from collections.abc import MutableMapping
from typing import Any

_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}", re.ASCII)


class RequestContext:
    """One request, from its arrival to its log line.

    `deadline` is when it is cancelled, on the clock of time.perf_counter(); a handler that makes progress with
    something long may move it. `ended` says why a stream ended.
    """

    __slots__ = (
        "account",
        "client",
        "code",
        "deadline",
        "ended",
        "method",
        "operation",
        "overdue",
        "request_id",
        "role",
        "started",
        "status",
        "streams",
        "task",
    )

    def __init__(self, scope: MutableMapping[str, Any], started: float, timeout: float) -> None:
        self.request_id = _request_id(scope)
        client = scope.get("client")
        self.client: str = client[0] if client else ""
        self.method: str = scope["method"]
        self.operation = ""
        self.role = "anonymous"
        self.account = ""
        self.code = ""
        self.status = 0
        self.started = started
        self.deadline = started + timeout
        self.task = asyncio.current_task()
        self.overdue = False
        self.streams = False
        self.ended = ""

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


def _request_id(scope: MutableMapping[str, Any]) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return os.urandom(16).hex()
