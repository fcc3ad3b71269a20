"""The file with everything that is stored about a person. The worker wrote it in parts, and it is sent part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.context import request_context
from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import JSON, NO_STORE

PATIENCE = 30.0  # seconds that a client may take to make room for the next part


class ExportAccount(Endpoint):
    """GET /account/export."""

    refusals: ClassVar[tuple[str, ...]] = ("get_account_export_part",)
    alternative: ClassVar[str] = "api.account_export_file"

    async def respond(self, request: ApiRequest) -> Response:
        """The file when it is completed, else the export's status. Raises Problem."""
        caller = self.identify(request)
        status = await self.execute(request, await self.read(request), caller)
        export = orjson.loads(bytes(status.body))
        if export["status"] != "completed":
            return status
        functions = self.state["functions"]

        async def read_part(number: int) -> str | None:
            part: str | None = await functions.call(
                "get_account_export_part",
                {"export_id": export["id"], "number": number},
                request_id=request.context.request_id,
                caller=caller,
                repeatable=True,
            )
            return part

        return PartsDownload(read_part, export["size"])


class PartsDownload(Response):
    """Sends the parts of a file one after the other.

    When the export is replaced or deleted meanwhile, fewer bytes are sent than were announced, which a client notices.
    """

    def __init__(self, read_part: Callable[[int], Awaitable[str | None]], size: int) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = [
            JSON,
            (b"content-disposition", b'attachment; filename="account.json"'),
            (b"content-length", b"%d" % size),
            NO_STORE,
        ]
        self.read_part = read_part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it; a client that does not read for PATIENCE seconds is cut off."""
        context = request_context(scope)
        context.streams = True
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            number = 1
            while scope["method"] != "HEAD" and (part := await self.read_part(number)) is not None:
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
                number += 1
            await send({"type": "http.response.body", "body": b""})
            context.ended = "sent"
        except TimeoutError:
            context.ended = "client_too_slow"
