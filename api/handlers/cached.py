"""Endpoints whose responses are kept for a second (api/postgres/cache.py)."""

from __future__ import annotations

from functools import partial

import orjson
from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import RawResponse
from api.postgres.functions import ANONYMOUS

SHOPPERS = frozenset(("anonymous", "guest", "customer"))


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
        key = (request.scope["path"], request.scope["query_string"])
        return await cache.get(key, partial(self._make, request))

    async def _make(self, request: ApiRequest) -> RawResponse:
        return await self.execute(request, await self.read(request), ANONYMOUS)


class ShowShop(Cached):
    """GET /shop: gateways are on offer if this server has their keys."""

    async def _make(self, request: ApiRequest) -> RawResponse:
        response = await super()._make(request)
        shop = orjson.loads(bytes(response.body))
        configured = self.state["gateways"]
        shop["payment_providers"] = [
            offer for offer in shop["payment_providers"] if offer["kind"] != "gateway" or offer["name"] in configured
        ]
        headers = [header for header in response.raw_headers if header[0] != b"content-length"]
        return RawResponse(response.status_code, orjson.dumps(shop), headers)
