"""The pages that links in mails open.

Opening a link changes nothing: programs that scan mails open all of them. A person presses the button.
"""

from __future__ import annotations

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
