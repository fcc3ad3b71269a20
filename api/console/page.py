"""/console: a page for customer service and admins. It holds no rule of the shop: all that it does, it does by the
endpoints that everybody else has, with the log-in of whoever uses it.

One document, made at the start of its parts in `console/`: a style sheet and a script, in the order of `PARTS`, no
build step and no outside request. The policy allows these two texts by their hashes, and no other script, style, frame
or connection; `require-trusted-types-for` makes it impossible to put text into the page as markup.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path

from api.http.endpoint import NO_CACHE, Answer, Exchange, Headers, Store

FOLDER = Path(__file__).parent / "static"
PARTS = (
    "elements.js",
    "format.js",
    "server.js",
    "widgets.js",
    "payments.js",
    "charts.js",
    "orders.js",
    "parcels.js",
    "refund.js",
    "money.js",
    "people.js",
    "promotions.js",
    "reports.js",
    "system.js",
    "main.js",
)
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32'"
    " rx='8' fill='%232457c5'/%3E%3Cpath d='M9 12h14l-1.4 11H10.4zM12 12a4 4 0 0 1 8 0' fill='none' stroke='white'"
    " stroke-width='2.2' stroke-linejoin='round'/%3E%3C/svg%3E"
)


def assemble() -> tuple[bytes, bytes]:
    """The document, and its policy."""
    style = (FOLDER / "console.css").read_text(encoding="utf-8")
    script = '"use strict";\n' + "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in PARTS)
    script = re.sub(r"^import .*\n|^export ", "", script, flags=re.MULTILINE)  # until console_routes() is mounted
    if "</script" in script or "</style" in style:
        raise ValueError("a part of the console would end its own element")
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<meta name="color-scheme" content="light dark"><title>Console · storeproc</title>'
        f'<link rel="icon" href="{_ICON}">'
        f"<style>{style}</style></head><body><noscript>The console needs JavaScript.</noscript>"
        f'<script type="module">{script}</script></body></html>'
    )
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return html.encode(), policy.encode()


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


_DOCUMENT, _POLICY = assemble()
_TAG = b'"%s"' % hashlib.sha256(_DOCUMENT).hexdigest()[:16].encode()


async def show(store: Store, x: Exchange) -> Answer:
    headers: Headers = [(b"etag", _TAG), (b"content-security-policy", _POLICY), NO_CACHE]
    if x.headers.get(b"if-none-match") == _TAG:
        return Answer(304, b"", headers)
    headers += [(b"content-type", b"text/html; charset=utf-8"), (b"cross-origin-opener-policy", b"same-origin")]
    return Answer(200, _DOCUMENT, headers)
