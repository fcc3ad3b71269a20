"""The pages that links in mails open.

Opening a link changes nothing: programs that scan mails open all of them. A person presses the button.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.handlers.forms import read_form
from api.http.context import request_context
from api.http.errors import Problem
from api.http.password_policy import DESCRIPTION, read_words, weaknesses
from api.http.passwords import NOT_HASHED
from api.pages.render import render_page
from api.postgres.functions import ANONYMOUS, GATEWAY, Caller
from api.state import State

_PAYMENT: Mapping[str, str] = MappingProxyType(
    {
        "unpaid": "It is not paid yet.",
        "processing": "Your bank is working on the payment.",
        "authorized": "The money for it is reserved.",
        "partly_paid": "It is paid in part.",
        "paid": "It is paid.",
        "partly_refunded": "It is paid, and a part was refunded.",
        "refunded": "Its payment was refunded.",
    }
)
_GOODS: Mapping[str, str] = MappingProxyType(
    {
        "unfulfilled": "It is not shipped yet.",
        "partly_shipped": "A part of it is shipped.",
        "shipped": "It is on its way.",
        "delivered": "It is delivered.",
        "returned": "It was returned.",
    }
)


async def show_order(request: Request[State]) -> Response:
    """GET /order: where the link in a mail about an order without an account leads. It changes nothing."""
    context = request_context(request.scope)
    given = {"token": request.query_params.get("token", "")[:200]}
    try:
        order: dict[str, Any] = await request.state["functions"].call(
            "get_linked_order", given, request_id=context.request_id, caller=GATEWAY, repeatable=True
        )
    except Problem as problem:
        return _refusal(request, problem)

    def money(amount: int) -> str:
        return f"{order['currency']} {Decimal(amount).scaleb(-order['minor_units']):,}"

    totals = [("Shipping", money(order["shipping"]))] if order["shipping"] else []
    totals += [("Total", money(order["total"])), ("Paid", money(order["amount_paid"]))]
    totals += [("Refunded", money(order["amount_refunded"]))] if order["amount_refunded"] else []
    cancelled = order["status"] == "cancelled"
    goods = "It was cancelled." if cancelled else _GOODS.get(order["fulfilment_status"], "")
    return render_page(
        "order.html",
        cache_control="no-store",
        title=f"Order {order['number']}",
        shop=order["shop"],
        order=order,
        ordered=f"{datetime.fromisoformat(order['created_at']):%Y-%m-%d}",
        text=f"{goods} {_PAYMENT[order['payment_status']]}".strip(),
        items=[{**item, "amount": money(item["total"])} for item in order["items"]],
        totals=totals,
        parcels=[_parcel(parcel) for parcel in order["parcels"]],
    )


def _parcel(parcel: Mapping[str, Any]) -> Mapping[str, str | None]:
    words = (parcel["carrier"], parcel["tracking_number"], parcel["status"].replace("_", " "))
    link = str(parcel["tracking_url"] or "")
    return {
        "text": ", ".join(filter(None, words)),
        "link": link if link.startswith(("https://", "http://")) else None,
    }


async def show_email_link(request: Request[State]) -> Response:
    """GET /verify-email."""
    return render_page("verify_email.html", token=request.query_params.get("token", ""))


async def confirm_email_link(request: Request[State]) -> Response:
    """POST /verify-email."""
    form = await read_form(request)
    refused = await _call(request, GATEWAY, "confirm_email_link", {"token": form.get("token", "")})
    text = "Your e-mail is verified. You log in with it from now on. You can close this page."
    return refused or render_page("message.html", title="Verified", heading="Thank you", text=text)


async def show_reset_link(request: Request[State]) -> Response:
    """GET /reset-password."""
    return render_page("reset_password.html", token=request.query_params.get("token", ""), rules=[DESCRIPTION])


async def confirm_reset_link(request: Request[State]) -> Response:
    """POST /reset-password."""
    form = await read_form(request)
    token, password = form.get("token", ""), form.get("new_password", "")
    context, functions = request_context(request.scope), request.state["functions"]
    begun = {"token": token, "client_address": context.client}
    hashed = NOT_HASHED  # what is sent when the token is not valid: the statement says so
    try:
        if await functions.call("begin_password_reset", begun, request_id=context.request_id):
            words = await read_words(functions, context.request_id, reset_token=token)
            if broken := weaknesses(password, words):
                return render_page("reset_password.html", status_code=422, token=token, rules=broken)
            hashed = await request.state["passwords"].hash(password, client=context.client)
    except Problem as problem:
        return _refusal(request, problem)
    given = {"token": token, "new_password": hashed, "client_address": context.client}
    refused = await _call(request, ANONYMOUS, "confirm_password_reset", given)
    text = "You can log in with it. All your other sessions have ended."
    return refused or render_page("message.html", title="Your password is changed", text=text)


async def _call(request: Request[State], caller: Caller, function: str, given: dict[str, Any]) -> Response | None:
    """Calls a function; a page that says why, if it is refused."""
    context = request_context(request.scope)
    try:
        await request.state["functions"].call(
            function, given, request_id=context.request_id, caller=caller, client=context.client_line
        )
    except Problem as problem:
        return _refusal(request, problem)
    return None


def _refusal(request: Request[State], problem: Problem) -> Response:
    request_context(request.scope).code = problem.code
    return render_page("message.html", status_code=problem.status, title="That did not work", text=problem.detail)
