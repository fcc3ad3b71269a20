"""/console: the pages of customer service and administration, as static files.

The console holds no rule of the shop: all that it does, it does through the endpoints that every client has, with the
rights of the account that is logged in. Its policy allows no script, style or connection but ours, and
`require-trusted-types-for` makes it impossible to put text into a page as markup.
"""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route

from api.pages.files import PageFiles

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)


def console_routes() -> list[BaseRoute]:
    """The routes of the console's page and of its files."""
    headers = {"Content-Security-Policy": POLICY, "Cross-Origin-Opener-Policy": "same-origin"}
    files = PageFiles([("api.console", "static")], headers)
    return [Route("/console", files.index), Mount("/console", files)]
