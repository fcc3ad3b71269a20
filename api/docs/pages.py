"""/docs: Swagger UI on our OpenAPI document, and the list of error codes. We serve all of it, without a CDN."""

from __future__ import annotations

from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from swagger_ui_bundle import swagger_ui_path

from api.contract.error_codes import known_codes
from api.contract.reader import Contract
from api.http.errors import PHRASES, SENTENCES
from api.pages.files import PageFiles
from api.pages.render import render_page

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
    "style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def docs_routes() -> list[BaseRoute]:
    """The routes of the documentation page and of its files. `/docs/errors` must come before them."""
    # Our index.html comes first: the bundle has one of its own, which shows an example from the Internet.
    files = PageFiles(
        [("api.docs", "static"), ("swagger_ui_bundle", f"vendor/{swagger_ui_path.name}")],
        {"Content-Security-Policy": POLICY},
    )
    return [Route("/docs", files.index), Mount("/docs", files)]


def render_errors(contract: Contract) -> HTMLResponse:
    """Every error code: those of the web tier, those that functions raise, and those of constraints."""
    codes = known_codes(contract, SENTENCES)
    errors = [
        {"code": code, "status": status, "phrase": PHRASES.get(status, ""), "sentence": sentence}
        for code, (status, sentence) in sorted(codes.items())
    ]
    return render_page("errors.html", errors=errors)
