"""A request to an endpoint: Starlette's Request, with limits on what is read of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from api.contract.validation import pointer
from api.http.context import RequestContext, request_context
from api.http.errors import Problem

MOST_PARAMETERS = 50
UNVERIFIED = 64 * 1024  # bytes of a body that are read before the caller is known


class ApiRequest(Request):
    """A request to an api function.

    `raw` holds the headers by their lower-case names, as bytes: an endpoint reads three or four of them in every
    request. `version` is a transaction that an answer from the standby must show, besides what the caller wrote.
    `device_token` is the secret of the device that logs in.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.context: RequestContext = request_context(scope)
        self.raw: dict[bytes, bytes] = dict(scope["headers"])
        self.path: dict[str, str] = scope["path_params"]
        self.version = 0
        self.device_token: str | None = None

    def header(self, name: bytes) -> str | None:
        """A header's value, by its lower-case name."""
        value = self.raw.get(name)
        return None if value is None else value.decode("latin-1")

    def cookie(self, name: str) -> str | None:
        """A cookie's value."""
        return self.cookies.get(name) if b"cookie" in self.raw else None

    def media_type(self) -> bytes:
        """The media type of the body, in lower case, without parameters."""
        return self.raw.get(b"content-type", b"").partition(b";")[0].strip().lower()

    def refuse_coding(self) -> None:
        """Raises Problem content_coding_unsupported for a compressed body: a small one could become any size."""
        if self.raw.get(b"content-encoding", b"identity").strip().lower() not in (b"identity", b""):
            problem = Problem("content_coding_unsupported", headers={"accept-encoding": "identity"})
            problem.unread = True
            raise problem

    async def read(self, limit: int, verify: Callable[[], Awaitable[None]] | None = None) -> bytes:
        """The body.

        Arguments:
            verify: awaited before more than UNVERIFIED bytes are read; raises Problem when the caller is not known.

        Raises Problem body_too_large above `limit` bytes, content_coding_unsupported, and ClientDisconnect when the
        client hung up before the end.
        """
        self.refuse_coding()
        length = self.raw.get(b"content-length", b"0")
        announced = int(length) if length.isdigit() else 0
        if announced > limit:
            raise Problem("body_too_large", headers={"connection": "close"})
        body: bytes = b""
        if verify is not None and announced > UNVERIFIED:
            await verify()
            verify = None
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > limit:
                raise Problem("body_too_large", headers={"connection": "close"})
            if verify is not None and len(body) > UNVERIFIED:
                await verify()
                verify = None
            if not message.get("more_body"):
                return body

    def query(self) -> dict[str, str]:
        """The query parameters. Raises Problem request_invalid when one is there twice or cannot be read."""
        text: bytes = self.scope["query_string"]
        if not text:
            return {}
        try:
            pairs = parse_qsl(
                text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
            )
        except ValueError:
            raise Problem("request_invalid", detail="The query string is not valid UTF-8, or too long.") from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if name in found:
                raise Problem("request_invalid", errors=[{"pointer": pointer([name]), "detail": "It is there twice."}])
            found[name] = value
        return found
