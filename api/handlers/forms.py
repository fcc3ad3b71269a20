"""Reads the forms of our own pages."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from api.http.errors import Problem
from api.http.requests import UNVERIFIED, ApiRequest
from api.state import State

MOST_FIELDS = 20


async def read_form(request: Request[State]) -> dict[str, str]:
    """The fields of a form (application/x-www-form-urlencoded). Raises Problem body_too_large, request_invalid."""
    body = await ApiRequest(request.scope, request.receive).read(min(UNVERIFIED, request.state["settings"].body_limit))
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Problem("request_invalid", detail=f"The form has more than {MOST_FIELDS} fields.") from None
