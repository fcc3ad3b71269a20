"""Collects refusals and reports them to the database, where an admin lists them as security events.

A statement that refuses is rolled back, so it cannot record that it did. Equal refusals of ten seconds are one row with
a count, and a process keeps a limited number of rows: requests of an attacker cost neither the database nor the memory.
A process that is killed loses its last ten seconds; the log has them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from api.http.context import RequestContext
from api.http.errors import Problem, Unexpected

INTERVAL = 10.0  # seconds
MOST = 500  # different refusals; more are added up by operation and code
_STATUSES = frozenset((401, 403, 429))
# What an ordinary client gets every quarter of an hour, or as a question.
_ORDINARY = frozenset(
    ("token_missing", "token_expired", "code_required", "confirmation_required", "second_factor_required")
)

Report = Callable[[list[dict[str, Any]]], Awaitable[None]]
Key = tuple[str, str, str, str, str]


class Refusals:
    """The refusals of this process since they were last reported."""

    def __init__(self) -> None:
        self._found: dict[Key, dict[str, Any]] = {}

    def note(self, context: RequestContext, status: int) -> None:
        """Counts a response if it is a refusal. The token or e-mail is only kept to find the account it belongs to."""
        if status not in _STATUSES or not context.code or context.code in _ORDINARY:
            return
        operation = context.operation or "none"
        key = (operation, context.code, context.client, context.email.lower(), context.subject)
        found = self._found.get(key)
        if found is None and len(self._found) >= MOST:
            key = (operation, context.code, "", "", "")
            found = self._found.get(key)
        if found is not None:
            found["occurrences"] += 1
            return
        refusal: dict[str, Any] = {
            "operation": operation, "code": context.code, "status": status, "request_id": context.request_id,
            "occurrences": 1,
        }  # fmt: skip
        if key[2]:
            refusal |= {"client_address": context.client, "user_agent": context.agent}
            refusal |= {"email": context.email} if context.email else {"token": context.token}
        self._found[key] = refusal

    async def report(self, send: Report) -> None:
        """Reports what was noted. What the database does not take now is reported the next time."""
        found, self._found = self._found, {}
        if not found:
            return
        try:
            await send(list(found.values()))
        except (Problem, Unexpected, OSError):
            self._put_back(found)

    def _put_back(self, found: dict[Key, dict[str, Any]]) -> None:
        for key, refusal in self._found.items():
            if key in found:
                found[key]["occurrences"] += refusal["occurrences"]
            elif len(found) < MOST:
                found[key] = refusal
        self._found = found

    async def report_often(self, send: Report) -> None:
        """Reports every ten seconds until it is cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            await self.report(send)
