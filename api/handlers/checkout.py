"""Payments over HTTP: the endpoints that call a gateway between two statements, and what gateways send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.gateways.protocol import CallbackInvalid, Unavailable
from api.gateways.registry import providers
from api.gateways.steps import NOT_OFFERED
from api.http.context import request_context
from api.http.endpoint import Endpoint
from api.http.errors import Problem
from api.http.requests import ApiRequest
from api.http.responses import JSON, NO_STORE, Headers, RawResponse
from api.state import State


class BeginPayment(Endpoint):
    """POST /orders/{order_id}/payments and /wallet/deposits."""

    refusals: ClassVar[tuple[str, ...]] = (
        "get_payment", "provider_not_available", "amount_not_payable", "email_needed", "gateway_refused",
        "gateway_unavailable",
    )  # fmt: skip

    async def respond(self, request: ApiRequest) -> Response:
        """The payment, with its checkout where it has one. Raises Problem."""
        state = self.state
        request_id = request.context.request_id
        caller = self.identify(request)
        call = await self.read(request)
        provider = call.data["provider"]
        if provider in providers() and provider not in state["gateways"]:
            raise Problem("provider_not_available", 422, NOT_OFFERED)
        response = await self.execute(request, call, caller)
        payment = orjson.loads(bytes(response.body))["payment"]
        if payment["status"] != "initiated":
            return response
        opened = await state["payments"].open(payment["id"], request_id)
        if opened is None:  # a repeated request, for an attempt that has ended since
            given = {"payment_id": payment["id"]}
            current = await state["functions"].call("get_payment", given, request_id=request_id, caller=caller)
            opened = {"payment": current, "checkout_url": current["checkout_url"]}
        headers: Headers = [header for header in response.raw_headers if header[0] != b"content-length"]
        return RawResponse(response.status_code, orjson.dumps(opened), headers)


class CapturePayment(Endpoint):
    """POST /payments/{payment_id}/capture."""

    refusals: ClassVar[tuple[str, ...]] = (
        "get_payment",
        "amount_not_payable",
        "gateway_refused",
        "gateway_unavailable",
    )

    async def respond(self, request: ApiRequest) -> Response:
        """The payment. The amount is committed first; if the gateway fails then, the worker goes on. Raises Problem."""
        caller = self.identify(request)
        response = await self.execute(request, await self.read(request), caller)
        decided = orjson.loads(bytes(response.body))
        if decided["status"] != "authorized":
            return response
        request_id = request.context.request_id
        await self.state["payments"].capture(decided["id"], request_id)
        given = {"payment_id": decided["id"]}
        current = await self.state["functions"].call("get_payment", given, request_id=request_id, caller=caller)
        return self.compose(request, orjson.dumps(current).decode(), caller)


async def receive_webhook(request: Request[State]) -> Response:
    """POST /webhooks/{provider}. A 2xx response tells the gateway not to send it again. Raises Problem."""
    body = await ApiRequest(request.scope, request.receive).read(request.state["settings"].body_limit)
    outcome = await receive_callback(request, request.path_params["provider"], request.headers, body)
    return RawResponse(200, orjson.dumps({"received": True, "outcome": outcome}), [JSON, NO_STORE])


async def receive_callback(request: Request[State], provider: str, headers: Mapping[str, str], body: bytes) -> str:
    """Verifies and applies a callback of a gateway. Returns what became of its last event.

    Raises Problem not_found, signature_invalid, gateway_unavailable.
    """
    gateway = request.state["gateways"].get(provider)
    if gateway is None:
        raise Problem("not_found")
    try:
        events = await gateway.parse_callback(headers, body)
    except CallbackInvalid as error:
        raise Problem("signature_invalid", 400, f"This callback is not accepted: {error}.") from None
    except Unavailable:
        raise Problem("gateway_unavailable", 503, "The callback could not be verified. Send it again.") from None
    # One callback may hold several events. Each is applied by itself; a repeat finds those that are done.
    request_id = request_context(request.scope).request_id
    receipts = [await request.state["payments"].apply(provider, event, request_id) for event in events]
    return receipts[-1]["outcome"] if receipts else "ignored"
