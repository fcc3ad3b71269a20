"""A document that is made when it is first asked for: the OpenAPI document takes a tenth of a second of CPU."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.http.responses import RawResponse


class Document:
    """A response that is the same for everybody, until the process ends."""

    def __init__(self, make: Callable[[], RawResponse]) -> None:
        self._make = make
        self._made: asyncio.Task[RawResponse] | None = None

    async def get(self) -> RawResponse:
        """The response. It is made once, in a thread, also for those who ask meanwhile."""
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._made)
