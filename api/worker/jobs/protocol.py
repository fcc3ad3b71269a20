from __future__ import annotations

from typing import Any, Protocol


class Call(Protocol):
    """Calls a function of the database as the worker, and answers what it returns."""

    async def __call__(self, function: str, **arguments: object) -> Any: ...


class Later(Exception):
    """The job did not fail and is not finished: it is looked at again, with growing pauses."""
