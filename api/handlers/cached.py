"""Endpoints whose responses are kept for a second (api/postgres/cache.py)."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import RawResponse
from api.postgres.functions import ANONYMOUS

SHOPPERS = frozenset(("anonymous", "customer"))


class Cached(Endpoint):
    """A page of the catalogue. Merchants and staff, who need the stock as it is, are served by the database."""

    async def respond(self, request: ApiRequest) -> Response:
        """A kept response, or a new one."""
        caller = self.identify(request)
        if caller.role not in SHOPPERS:
            return await self.execute(request, await self.read(request), caller)
        cache = self.state["cache"]
        request.version = cache.version
        if not cache.serves:
            return await self._make(request)
        tag = request.raw.pop(b"if-none-match", None)  # the whole response is kept
        key = (request.scope["path"], request.scope["query_string"])
        response = await cache.get(key, partial(self._make, request))
        if tag is not None and (b"etag", tag) in response.raw_headers:
            dropped = (b"content-type", b"content-length")
            return RawResponse(304, b"", [header for header in response.raw_headers if header[0] not in dropped])
        return response

    async def _make(self, request: ApiRequest) -> RawResponse:
        return await self.execute(request, await self.read(request), ANONYMOUS)
