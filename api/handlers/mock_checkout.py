"""The mock gateway's hosted page: a person clicks pay or decline, and the gateway sends its signed callback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.gateways.mock import Checkout, MockGateway, Outcome
from api.handlers.checkout import receive_callback
from api.handlers.forms import read_form
from api.http.errors import Problem
from api.pages.render import LEADING_AWAY, render_page
from api.state import State

DELIVERIES = 3  # attempts to deliver a callback while the page waits

_OUTCOMES: Mapping[str, Outcome] = MappingProxyType({"pay": "pay", "decline": "decline", "process": "process"})
_PAGES: Mapping[Outcome, str] = MappingProxyType({"pay": "success", "decline": "cancel", "process": "success"})


async def show_checkout(request: Request[State]) -> Response:
    """GET /mock/checkout/{token}."""
    _, checkout = _find(request)
    return _gone() if checkout is None else _page(checkout)


async def decide_checkout(request: Request[State]) -> Response:
    """POST /mock/checkout/{token}: delivers the callback and leads the payer back to the shop."""
    gateway, checkout = _find(request)
    if gateway is None or checkout is None:
        return _gone()
    outcome = _OUTCOMES.get((await read_form(request)).get("outcome", ""))
    if outcome is None:
        return _page(checkout, 422, "Choose to pay, to pay by bank, or to decline.")
    if outcome == "pay":
        await gateway.take(checkout)
    headers, body = gateway.callback(checkout, outcome)
    for attempt in range(DELIVERIES):
        try:
            await receive_callback(request, "mock", headers, body)
        except Problem as problem:
            if problem.status < 500:
                break
            await asyncio.sleep(0.1 * 2**attempt)
        else:
            target = f"/v1/checkout/{_PAGES[outcome]}?{urlencode({'payment_id': checkout.payment_id})}"
            return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    return _page(checkout, 503, "The shop does not answer. Try again in a moment.")


def _find(request: Request[State]) -> tuple[MockGateway | None, Checkout | None]:
    gateway = request.state["gateways"].get("mock")
    if not isinstance(gateway, MockGateway):
        return None, None
    return gateway, gateway.read_token(request.path_params["token"])


def _page(checkout: Checkout, status: int = 200, notice: str = "") -> Response:
    return render_page(
        "mock_checkout.html",
        status_code=status,
        cache_control="no-store",
        policy=LEADING_AWAY,
        order_number=checkout.order_number,
        price=checkout.price,
        notice=notice,
    )


def _gone() -> Response:
    return render_page("mock_checkout_gone.html", status_code=404, cache_control="no-store")
