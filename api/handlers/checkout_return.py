"""The pages to which a gateway sends the payer back: /checkout/success and /checkout/cancel.

Some gateways send the browser by GET, SSLCommerz by a form POST. Nothing of such a form is read and nothing is changed:
any site can send a browser here. The outcome is what the gateway's callback or a look-up said; until that is known, the
page loads itself again.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.context import request_context
from api.http.errors import Problem
from api.pages.render import render_page
from api.postgres.functions import GATEWAY
from api.state import State

# Seconds until the page loads itself again, each time. A payer who was sent to `cancel` may have left a checkout that
# stays open: then there is no more to learn.
_SUCCESS = (2,) * 15 + (5,) * 12 + (10,) * 12  # three and a half minutes
_CANCEL = (2,) * 5

_CONFIRMED = ("Thank you", "We have received your payment.")
_ENDED = ("Not paid", "Nothing was charged. You can go back to the shop and try again.")
_PROCESSING = (
    "Thank you",
    "Your bank is working on the payment, which may take some days. We keep your order until then.",
)
_OUTCOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "completed": _CONFIRMED,
        "authorized": _CONFIRMED,
        "processing": _PROCESSING,
        "failed": _ENDED,
        "expired": _ENDED,
        "cancelled": _ENDED,
    }
)
_CONFIRMING = ("Thank you", "Your payment is being confirmed.")
_STILL_CONFIRMING = (
    "Thank you",
    "Your payment is being confirmed. It takes longer than usual: you can close this page, nothing is lost.",
)
_LEFT = ("Not paid", "You left the checkout. You can go back to the shop and try again.")


async def show_success(request: Request[State]) -> Response:
    """GET, POST /checkout/success: where a gateway sends a payer who paid."""
    return await _show(request, _SUCCESS, _CONFIRMING, _STILL_CONFIRMING)


async def show_cancel(request: Request[State]) -> Response:
    """GET, POST /checkout/cancel: where a gateway sends a payer who did not pay."""
    return await _show(request, _CANCEL, _LEFT, _LEFT)


async def _show(
    request: Request[State], pauses: tuple[int, ...], waiting: tuple[str, str], given_up: tuple[str, str]
) -> Response:
    """Back to `return_url` when the outcome is known, else a page with what is known."""
    payment_id = _payment_id(request)
    known = await _read(request, payment_id)
    if known.get("settled") and known["return_url"]:
        return RedirectResponse(known["return_url"], 303, {"Cache-Control": "no-store"})
    times = _times(request)
    # Without `known` the database did not answer; with a null in it there is no such payment.
    waits = payment_id is not None and known.get("settled", False) is False
    again = waits and times < len(pauses)
    title, text = _OUTCOMES.get(known.get("status") or "", waiting if again or not waits else given_up)
    response = render_page(
        "checkout_return.html",
        cache_control="no-store",
        title=title,
        text=text,
        shop=known.get("shop", "storeproc"),
        order_number=known.get("order_number"),
        price=_price(known),
        address=known.get("return_url") or known.get("shop_url") or "/",
    )
    if again:
        query = urlencode({"payment_id": payment_id, "times": times + 1})
        response.headers["Refresh"] = f"{pauses[times]}; url={request.url.path}?{query}"
    return response


async def _read(request: Request[State], payment_id: str | None) -> Mapping[str, Any]:
    """What api.get_checkout_return knows; nothing while the database does not answer."""
    context = request_context(request.scope)
    given = {"payment_id": payment_id}
    try:
        known: dict[str, Any] = await request.state["functions"].call(
            "get_checkout_return", given, request_id=context.request_id, caller=GATEWAY, repeatable=True
        )
    except Problem as problem:
        context.code = problem.code
        return {}
    return known


def _payment_id(request: Request[State]) -> str | None:
    try:
        return str(UUID(request.query_params.get("payment_id", "")))
    except ValueError:
        return None


def _times(request: Request[State]) -> int:
    """How often the page has loaded itself."""
    given = request.query_params.get("times", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else 0


def _price(known: Mapping[str, Any]) -> str | None:
    if known.get("amount") is None:
        return None
    return f"{known['currency']} {Decimal(known['amount']).scaleb(-known['minor_units']):,}"
