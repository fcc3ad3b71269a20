"""Webhook endpoints are checked when they are made: their address must be on the public network."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import ClassVar

from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.errors import Problem
from api.http.outbound import Guard, TargetRefused
from api.http.requests import ApiRequest

LOOK_UP = 3.0  # seconds for the name


class CheckTarget(Endpoint):
    """POST /webhook-endpoints and PATCH /webhook-endpoints/{endpoint_id}."""

    refusals: ClassVar[tuple[str, ...]] = ("check_caller", "webhook_target_refused")

    async def respond(self, request: ApiRequest) -> Response:
        """The endpoint. Raises Problem webhook_target_refused for an address that is not on the public network.

        A name that does not resolve yet is accepted: every delivery is checked again.
        """
        state = self.state
        caller = self.identify(request)
        call = await self.read(request)
        if url := call.data.get("url"):
            # Names are only looked up for callers who are signed in.
            request_id = request.context.request_id
            await state["functions"].call("check_caller", {}, request_id=request_id, caller=caller, repeatable=True)
            guard = Guard(state["settings"])
            try:
                _, host, port = guard.check_url(url)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_UP):
                        await guard.addresses(host, port)
            except TargetRefused as refusal:
                if str(refusal) != "name_not_found":
                    detail = _REASONS[str(refusal)]
                    raise Problem("webhook_target_refused", errors=[{"pointer": "/url", "detail": detail}]) from None
        return await self.execute(request, call, caller)


_REASONS = {
    "url_malformed": "It is no address of a web server.",
    "https_required": "It must begin with https://.",
    "port_refused": "The port must be 80, 443, or 1024 and above.",
    "address_refused": "It leads to an address that is not on the public network.",
}
