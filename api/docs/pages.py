"""/docs: a page that shows our OpenAPI document, and the list of error codes. All of it is ours, without a CDN."""

from __future__ import annotations

from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route

from api.contract.error_codes import known_codes
from api.contract.reader import Contract
from api.http.errors import PHRASES, SENTENCES
from api.pages.files import PageFiles
from api.pages.render import render_page

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


def docs_routes() -> list[BaseRoute]:
    """The routes of the documentation page and of its files. `/docs/errors` must come before them."""
    files = PageFiles([("api.docs", "static")], {"Content-Security-Policy": POLICY})
    return [Route("/docs", files.index), Mount("/docs", files)]


def render_errors(contract: Contract) -> HTMLResponse:
    """Every error code: those of the web tier, those that functions raise, and those of constraints."""
    codes = known_codes(contract, SENTENCES)
    errors = [
        {"code": code, "status": status, "phrase": PHRASES.get(status, ""), "sentence": sentence}
        for code, (status, sentence) in sorted(codes.items())
    ]
    return render_page("errors.html", errors=errors)
