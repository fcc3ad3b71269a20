"""For whoever watches the database: `storeproc top` in a terminal, `storeproc dashboard` in a browser.

Both read as store_monitor, which sees statistics and the views of schema monitor, and no row of the shop. The dashboard
is one page that asks nobody but us: it listens on this machine only, under an address that holds a random token.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import select
import sys
import termios
import threading
import time
import tty
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from db.server.server import Access

STATIC = Path(__file__).parent / "page"
ROLE = "store_monitor"
PATIENCE = 10  # seconds that a question to the database may take
HOURS = (0.1, 336.0)  # what the snapshots cover: 14 days

Data = dict[str, Any]


# --- what is missing ------------------------------------------------------------------------------


def find_gaps(access: Access) -> list[tuple[str, str]]:
    """What the server lacks for monitoring and how to mend it; nothing where ours runs."""
    with psycopg.connect(access.admin(), autocommit=True, connect_timeout=10) as connection:
        return connection.execute("SELECT gap, remedy FROM monitor.find_gaps()").fetchall()


# --- asking ---------------------------------------------------------------------------------------


class Watcher:
    """One connection as store_monitor, made again when it is lost."""

    def __init__(self, access: Access, application: str) -> None:
        self.url = access.url(ROLE)
        self.application = application
        self.connection: psycopg.Connection[Any] | None = None
        self.alone = threading.Lock()

    def ask(self, function: str, *arguments: object) -> Data:
        query = sql.SQL("SELECT {}({})").format(
            sql.Identifier("monitor", function), sql.SQL(", ").join([sql.Placeholder()] * len(arguments))
        )
        with self.alone:
            for attempt in (1, 2):
                try:
                    if self.connection is None or self.connection.closed:
                        self.connection = self._connect()
                    row = self.connection.execute(query, arguments).fetchone()
                    return dict(row[0]) if row else {}
                except psycopg.OperationalError:
                    self.close()
                    if attempt == 2:
                        raise
        raise AssertionError  # not reached: the second attempt raises

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self.url,
            autocommit=True,
            connect_timeout=PATIENCE,
            application_name=self.application,
            options=f"-c statement_timeout={PATIENCE}s -c default_transaction_read_only=on",
        )

    def close(self) -> None:
        if self.connection is not None:
            with suppress(psycopg.Error):
                self.connection.close()
            self.connection = None


# --- storeproc top --------------------------------------------------------------------------------


def top(access: Access, *, once: bool, as_json: bool, interval: float, console: Console) -> None:
    watcher = Watcher(access, "storeproc top")
    try:
        first = watcher.ask("glance")
        if as_json:
            if not once:
                time.sleep(interval)
                first = first | {"since": between(first, watcher.ask("glance"))}
            console.print_json(data=first)
        elif once or not (sys.stdin.isatty() and console.is_terminal):
            console.print(screen(first, between({}, first), console.width))
        else:
            _watch(watcher, first, interval, console)
    finally:
        watcher.close()


def _watch(watcher: Watcher, before: Data, interval: float, console: Console) -> None:
    """Until q is pressed. The first picture is of all time, each other one of the seconds since the one before."""
    rates = between({}, before)
    with _keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(screen(before, rates, console.width), refresh=True)
            if pressed(interval) in ("q", "Q", "\x1b", "\x03"):
                return
            try:
                now = watcher.ask("glance")
            except psycopg.Error as error:
                live.update(Text(f"the database does not answer: {str(error).strip()}", style="red"), refresh=True)
                if pressed(interval) in ("q", "Q", "\x1b", "\x03"):
                    return
                continue
            rates, before = between(before, now), now


@contextmanager
def _keys() -> Iterator[Any]:
    """Single keys, without Enter; the terminal is as it was afterwards."""
    terminal = sys.stdin.fileno()
    settings = termios.tcgetattr(terminal)

    def pressed(seconds: float) -> str:
        ready, _, _ = select.select([terminal], [], [], seconds)
        return os.read(terminal, 1).decode(errors="replace") if ready else ""

    try:
        tty.setcbreak(terminal)
        yield pressed
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, settings)


def between(before: Mapping[str, Any], now: Mapping[str, Any]) -> Data:
    """What happened from one glance to the next; from the beginning where there is none before."""
    seconds = now["at"] - before["at"] if before else 0.0
    counted = before.get("counters", {})
    counters = {name: max(value - counted.get(name, 0), 0) for name, value in now["counters"].items()}
    known = {line["endpoint"]: line for line in before.get("statements", [])}
    statements = []
    for line in now["statements"]:
        old = known.get(line["endpoint"], {})
        if line["calls"] < old.get("calls", 0):
            old = {}  # the statistics were reset in between
        calls = line["calls"] - old.get("calls", 0)
        if calls:
            spent = line["total_ms"] - old.get("total_ms", 0)
            reads = line["blocks_read"] - old.get("blocks_read", 0)
            statements.append(
                line | {"calls": calls, "total_ms": spent, "mean_ms": spent / calls, "blocks_read": reads}
            )
    statements.sort(key=lambda line: -line["total_ms"])
    return {"seconds": seconds, "counters": counters, "statements": statements}


def screen(now: Data, rates: Data, width: int) -> RenderableType:
    """One picture. What is worth a look is yellow, what is wrong is red."""
    parts: list[RenderableType] = [_headline(now, rates), "", _statements(rates, width)]
    if now["locks"]:
        parts += ["", _locks(now["locks"])]
    if now["transactions"]:
        parts += ["", _transactions(now["transactions"])]
    if any(line["due"] or line["failing"] for line in now["queue"]):
        parts += ["", _queue(now["queue"])]
    return Group(*parts)


def _headline(now: Data, rates: Data) -> Text:
    sessions, counters, seconds = now["sessions"], rates["counters"], rates["seconds"]
    asked = counters["blocks_hit"] + counters["blocks_read"]
    due = sum(line["due"] for line in now["queue"])
    line = Text()
    line.append(f"{now['database']} ", style="bold")
    line.append(f"PostgreSQL {now['version']}{' (standby)' if now['standby'] else ''}   ", style="dim")
    line.append(f"sessions {sessions['all']}/{sessions['at_most']}  active {sessions['active']}  ")
    line.append(f"waiting {len(now['locks'])}  ", style="red" if now["locks"] else "")
    idle = sessions["idle_in_transaction"]
    line.append(f"idle in transaction {idle}\n", style="yellow" if idle else "")
    if seconds:
        line.append(f"last {seconds:.1f} s   ", style="dim")
        line.append(
            f"commits {counters['committed'] / seconds:,.0f}/s  WAL {size(counters['wal_bytes'] / seconds)}/s  "
        )
        line.append(f"temporary {size(counters['temp_bytes'] / seconds)}/s  ")
    else:
        line.append("since the statistics were reset   ", style="dim")
        line.append(f"commits {counters['committed']:,}  WAL {size(counters['wal_bytes'])}  ")
        line.append(f"temporary {size(counters['temp_bytes'])}  ")
    line.append(f"cache {100 * counters['blocks_hit'] / asked:.1f} %  " if asked else "cache –  ")
    line.append(f"deadlocks {counters['deadlocks']}  ", style="red" if counters["deadlocks"] and seconds else "")
    line.append(f"queue {due}", style="yellow" if due > 100 else "")
    return line


def _statements(rates: Data, width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("endpoint", no_wrap=True, overflow="ellipsis", max_width=max(28, width - 56))
    for name in ("share", "calls/s" if rates["seconds"] else "calls", "mean ms", "worst ms", "rows", "read"):
        table.add_column(name, justify="right", no_wrap=True)
    spent = sum(line["total_ms"] for line in rates["statements"]) or 1
    for line in rates["statements"][:20]:
        calls = line["calls"] / rates["seconds"] if rates["seconds"] else line["calls"]
        table.add_row(
            Text(line["endpoint"] or "everything else", style="" if line["endpoint"] else "dim"),
            f"{100 * line['total_ms'] / spent:.1f} %",
            f"{calls:,.1f}" if rates["seconds"] else f"{calls:,}",
            Text(f"{line['mean_ms']:,.2f}", style="yellow" if line["mean_ms"] > 100 else ""),
            f"{line['worst_ms']:,.0f}",
            f"{line['rows']:,}",
            f"{line['blocks_read']:,}",
        )
    if not rates["statements"]:
        table.add_row(Text("nothing was asked", style="dim"))
    return table


def _locks(locks: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold red", title="waiting for locks", title_justify="left")
    for name in ("waits", "pid", "who", "for", "held by", "since", "doing"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for line in locks[:10]:
        table.add_row(
            span(line["waits_seconds"]),
            str(line["waiting_pid"]),
            line["waiting_endpoint"] or line["waiting_role"],
            line["relation"] or line["lock_type"],
            str(line["blocking_pid"]),
            span(line["blocking_transaction_seconds"]),
            f"{line['blocking_state']}: {line['blocking_endpoint'] or line['blocking_query']}",
        )
    return table


def _transactions(transactions: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold yellow", title="open transactions", title_justify="left")
    for name in ("open", "pid", "who", "state", "since", "doing"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for line in transactions[:10]:
        table.add_row(
            span(line["open_seconds"]),
            str(line["pid"]),
            line["role_name"] or line["backend_type"],
            line["state"] or "",
            span(line["state_seconds"]),
            line["endpoint"] or line["query"] or "",
        )
    return table


def _queue(queue: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title="queue", title_justify="left")
    for name in ("kind", "due", "later", "failing", "oldest", "usual reason"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("kind", "usual reason") else "right")
    for line in queue:
        table.add_row(
            line["kind"],
            f"{line['due']:,}",
            f"{line['later']:,}",
            Text(f"{line['failing']:,}", style="yellow" if line["failing"] else ""),
            span(line["oldest_seconds"]),
            line["usual_reason"] or "",
        )
    return table


def size(value: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def span(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


# --- storeproc dashboard --------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """The page, and the policy that lets it run nothing else and ask nobody else."""

    html: bytes
    policy: str

    @classmethod
    def read(cls) -> Page:
        from api.routes import ROUTES  # the whole web tier: no other command here needs it

        style, script = (STATIC / "page.css").read_text(), (STATIC / "page.js").read_text()
        routes: dict[str, str] = {}
        for route in ROUTES:
            routes.setdefault(route.function, f"{route.method} {route.path}")
        given = json.dumps(routes).replace("<", "\\u003c")
        html = (STATIC / "page.html").read_text()
        html = html.replace("/*style*/", style).replace("/*script*/", script).replace("/*routes*/", given)
        sources = " ".join(f"'sha256-{_hash(text)}'" for text in (script,))
        policy = (
            f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src {sources}; connect-src 'self'; "
            "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return cls(html.encode(), policy)


def _hash(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Dashboard(ThreadingHTTPServer):
    """Serves `/<token>/` and `/<token>/review?hours=24`, and nothing else, to this machine."""

    daemon_threads = True

    def __init__(self, access: Access, port: int = 0) -> None:
        self.watcher = Watcher(access, "storeproc dashboard")
        self.page = Page.read()
        self.token = token_urlsafe(24)
        super().__init__(("127.0.0.1", port), _Visit)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def server_close(self) -> None:
        super().server_close()
        self.watcher.close()


class _Visit(BaseHTTPRequestHandler):
    server: Dashboard
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        token, _, rest = parts.path.removeprefix("/").partition("/")
        # Another site's page may lead a name of its own to this address: only ours is answered.
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
        if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", given) or not HOURS[0] <= float(given) <= HOURS[1]:
            self._send(HTTPStatus.BAD_REQUEST, b"hours is a number from 0.1 to 336.\n", "text/plain")
            return
        try:
            found = self.server.watcher.ask("review", given)
        except psycopg.Error as error:
            said = (error.diag.message_primary or str(error)).strip().encode()
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, said + b"\n", "text/plain; charset=utf-8")
            return
        self._send(HTTPStatus.OK, json.dumps(found).encode(), "application/json")

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

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # of the base class
        """Nothing: the address holds the token."""


def dashboard(access: Access, port: int, console: Console) -> None:
    """Until Ctrl-C."""
    with Dashboard(access, port) as served:
        served.watcher.ask("glance")  # what is wrong is said here, and not in the browser
        console.print(f"dashboard  {served.url}", markup=False)
        console.print("It is for this machine only, until Ctrl-C.", style="dim")
        served.serve_forever(poll_interval=0.2)
