"""Renders the small HTML pages that people see: forms, messages, the mock gateway's checkout, the list of errors.

The templates share one layout and one style sheet. The style sheet is written into each page and allowed by its hash,
so that a page is one response that loads nothing, and its content security policy allows nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Chromium applies form-action to the redirects after a form too: this one may lead back to a shop front.
LEADING_AWAY = POLICY.replace("form-action 'self'", "form-action 'self' https: http://localhost:* http://127.0.0.1:*")

_TEMPLATES = Environment(
    loader=PackageLoader("api.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals["style"] = Markup(_STYLE)  # noqa: S704  # our own file, and escaping it would change its hash


def render_page(
    template: str,
    *,
    status_code: int = 200,
    cache_control: str = "no-cache",
    policy: str = POLICY,
    **values: object,
) -> HTMLResponse:
    """Renders `templates/<template>` with `values` as a response with the pages' content security policy.

    A template that misses a value raises jinja2.UndefinedError.
    """
    headers = {"Content-Security-Policy": policy, "Cache-Control": cache_control}
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status_code, headers)
