"""`storeproc dashboard`: a page for a performance review, on this machine only.

The page loads nothing from elsewhere. Its address contains a random token.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import parse_qs, urlsplit

import psycopg
from rich.console import Console

from db.server.access import Access
from monitoring.watcher import Watcher

STATIC = Path(__file__).with_name("page")
MIN_HOURS, MAX_HOURS = 0.1, 336.0  # snapshots are kept for 14 days


@dataclass(frozen=True)
class Page:
    """The HTML page and its content security policy, which allows our style, our script, and requests to us only."""

    html: bytes
    policy: str

    @classmethod
    def read(cls) -> Page:
        """Puts style, script and the routes of the web tier into page.html."""
        from api.routes import (
            ROUTES,
        )  # here, because it imports the whole web tier, which `storeproc top` does not need

        style, script = (STATIC / "page.css").read_text(), (STATIC / "page.js").read_text()
        routes: dict[str, str] = {}
        for route in ROUTES:
            routes.setdefault(route.function, f"{route.method} {route.path}")
        as_json = json.dumps(routes).replace("<", "\\u003c")  # so that it cannot end the script element
        html = (STATIC / "page.html").read_text()
        html = html.replace("/*style*/", style).replace("/*script*/", script).replace("/*routes*/", as_json)
        policy = (
            f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
            "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return cls(html.encode(), policy)


def _hash(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Dashboard(ThreadingHTTPServer):
    """Serves `/<token>/` and `/<token>/review?hours=24`, and nothing else, to this machine.

    The random token keeps other users of the machine out.
    """

    daemon_threads = True

    def __init__(self, access: Access, port: int = 0) -> None:
        self.watcher = Watcher(access, "storeproc dashboard")
        self.page = Page.read()
        self.token = token_urlsafe(24)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The address to open, token included."""
        return f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def server_close(self) -> None:
        """Closes the database connection too."""
        super().server_close()
        self.watcher.close()


class _Handler(BaseHTTPRequestHandler):
    server: Dashboard
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answers one request."""
        parts = urlsplit(self.path)
        token, _, rest = parts.path.removeprefix("/").partition("/")
        # Against DNS rebinding: another site may point a name of its own at this address.
        hosts = {f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")}
        if self.headers.get("Host") not in hosts or not compare_digest(token.encode(), self.server.token.encode()):
            self._send(
                HTTPStatus.NOT_FOUND, b"There is nothing here. Use the whole address that was printed.\n", "text/plain"
            )
        elif rest == "":
            self._send(HTTPStatus.OK, self.server.page.html, "text/html; charset=utf-8")
        elif rest == "review":
            self._review(parts.query)
        else:
            self._send(HTTPStatus.NOT_FOUND, b"There is nothing here.\n", "text/plain")

    def _review(self, query: str) -> None:
        given = parse_qs(query).get("hours", ["24"])[0]
        if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", given) or not MIN_HOURS <= float(given) <= MAX_HOURS:
            self._send(HTTPStatus.BAD_REQUEST, b"hours is a number from 0.1 to 336.\n", "text/plain")
            return
        try:
            review = self.server.watcher.ask("review", given)
        except psycopg.Error as error:
            message = (error.diag.message_primary or str(error)).strip().encode()
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, message + b"\n", "text/plain; charset=utf-8")
            return
        self._send(HTTPStatus.OK, json.dumps(review).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", self.server.page.policy),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name in the base class
        """Logs nothing, because the address contains the token."""


def dashboard(access: Access, port: int, console: Console) -> None:
    """Serves the page until Ctrl-C; port 0 takes a free one."""
    with Dashboard(access, port) as served:
        served.watcher.ask("glance")  # so that errors of the connection appear here and not in the browser
        console.print(f"dashboard  {served.url}", markup=False)
        console.print("It is for this machine only. Ctrl-C stops it.", style="dim")
        served.serve_forever(poll_interval=0.2)
