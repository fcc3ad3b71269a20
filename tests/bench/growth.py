"""The same shop with 10,000, 100,000 and a million orders: what each endpoint costs, what an order takes on the disk,
how long deploying, backing up and restoring take."""

from __future__ import annotations

import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from api.contract.reader import Contract
from api.contract.signatures import Function
from api.routes import ROUTES
from db.deploy.migrate import migrate

from .load import LoadError
from .parts import Part
from .shop import ROOT, Say, Shop, product_id

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 9  # of each call; the first ones meet their plans and functions, and do not count
WARM = 5
PAPER = 100_000_000  # orders, for which the line is drawn on

SLACK = 24  # pages
# What compares functions, not shops.
OF_ONE_SIZE = ("ceiling again", "without a key", "bare: ours, stripped", "least: a textbook's", "floor of the web tier")

# They look at everything on purpose: a proof of the books, an export of a whole assortment.
WHOLE = {"check_invariants", "export_products"}
FILTERS = (
    ("list_products", {"q": "lamp"}),
    ("list_products", {"sort": "-price"}),
    ("list_orders", {"status": "cancelled"}),
    ("list_all_orders", {"status": "pending"}),
    ("list_all_orders", {"status": "delivered"}),
    ("list_accounts", {"q": "customer77@scale.example"}),
)
BUSIEST = (
    "SELECT a.email FROM {} AS x JOIN identity.accounts AS a ON a.id = x.{} "
    "WHERE a.email LIKE '%@scale.example' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
)
_THEIRS = "FROM {} AS x JOIN identity.accounts AS a ON a.id = x.account_id WHERE a.email = %(customer)s"
# Of each parameter that must be given, something that is there; the busiest customer's where it is somebody's.
SAMPLES = {
    "product_id": "SELECT p.id::text FROM catalog.products AS p JOIN identity.accounts AS a ON a.id = p.merchant_id "
    "WHERE a.email = %(merchant)s ORDER BY p.id LIMIT 1",
    "account_id": "SELECT a.id::text FROM identity.accounts AS a WHERE a.email = %(customer)s",
    "order_id": f"SELECT x.id::text {_THEIRS.format('sales.orders')} AND x.status = 'delivered' "
    "ORDER BY x.id DESC LIMIT 1",
    "payment_id": f"SELECT x.id::text {_THEIRS.format('payments.payments')} ORDER BY x.id DESC LIMIT 1",
    "shipment_id": f"SELECT x.id::text {_THEIRS.format('fulfilment.shipments')} ORDER BY x.id DESC LIMIT 1",
    "q": "SELECT 'lamp'",
}


@dataclass
class Point:
    """What was found in a shop with so many orders."""

    orders: int
    pages: dict[str, int]
    """8 kB pages that a call looks at, by endpoint."""

    microseconds: dict[str, float]
    disk: dict[str, int]
    """Bytes by table, with its indexes."""

    times: dict[str, float]
    """Seconds, by what was done."""

    sizes: dict[str, int]
    """Bytes of the backups."""

    parts: list[Part] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "parts": [part.as_json() for part in self.parts]}


def look(shop: Shop, say: Say) -> Point:
    with psycopg.connect(shop.access.admin()) as connection:
        pages, microseconds, skipped = Calls(connection, shop.contract).measure()
    say(f"{len(pages)} calls looked at; nothing is there for {', '.join(skipped) or 'none'}")
    disk = shop.disk()
    times, sizes = operations(shop, say)
    return Point(shop.size.orders, pages, microseconds, disk, {**shop.times, **times}, sizes)


# --- what a call costs ----------------------------------------------------------------------------


class Calls:
    """Lists and look-ups as their audience calls them, and an order's whole life."""

    def __init__(self, connection: psycopg.Connection[Any], contract: Contract) -> None:
        self.connection = connection
        self.contract = contract
        self.found: dict[str, list[tuple[int, float]]] = {}
        self.people = {
            "customer": self.value(BUSIEST.format("sales.orders", "account_id")),
            "merchant": self.value(BUSIEST.format("catalog.products", "merchant_id")),
            "support": "support@scale.example",
            "admin": "admin@scale.example",
        }
        self.tokens = {
            role: self.value("SELECT identity.issue_local_token(%(role)s, %(email)s)", {"role": role, "email": email})
            for role, email in self.people.items()
        } | {"anonymous": ""}
        connection.commit()
        self.samples = {name: self.value(query, self.people) for name, query in SAMPLES.items()}

    def value(self, query: str, given: Mapping[str, object] | None = None) -> Any:
        row = self.connection.execute(query.encode(), given).fetchone()
        return row[0] if row else None

    def call(self, audience: str, function: str, /, _called: str = "", **arguments: object) -> None:
        """One call, counted under its name."""
        self.value("SELECT set_config('app.token', %(token)s, true)", {"token": self.tokens[audience]})
        given = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(
                sql.Identifier(name), value if isinstance(value, sql.Composable) else sql.Literal(value)
            )
            for name, value in arguments.items()
        )
        plan = self.connection.execute(
            sql.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT to_json({}({}))::text").format(
                sql.Identifier("api", function), given
            )
        ).fetchone()
        assert plan is not None
        root = plan[0][0]["Plan"]
        pages = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
        self.found.setdefault(_called or function, []).append((pages, plan[0][0]["Execution Time"] * 1000))

    def measure(self) -> tuple[dict[str, int], dict[str, float], list[str]]:
        """Pages and microseconds by endpoint, and the endpoints for which there is nothing to ask."""
        reads = sorted({r.function for r in ROUTES if r.method == "GET"} - WHOLE)
        questions = [(name, name, self.required(self.contract.functions[name])) for name in reads]
        questions += [(f"{name} {', '.join(given.values())}", name, dict(given)) for name, given in FILTERS]
        skipped: set[str] = set()
        for _ in range(ROUNDS):
            for called, name, given in questions:
                if None in given.values():
                    skipped.add(called)
                    continue
                try:
                    with self.connection.transaction():
                        self.call(self.contract.functions[name].audience, name, called, **given)
                except psycopg.DatabaseError as error:
                    if not (error.sqlstate or "").startswith("SH"):
                        raise
                    skipped.add(called)  # there is none of it: it is refused
            self.life_of_an_order()
            self.connection.rollback()
        counted = {name: found[WARM:] for name, found in self.found.items()}
        return (
            {name: round(statistics.median(pages for pages, _ in found)) for name, found in counted.items()},
            {name: statistics.median(took for _, took in found) for name, found in counted.items()},
            sorted(skipped),
        )

    def required(self, function: Function) -> dict[str, Any]:
        return {p.name: self.samples.get(p.name) for p in function.visible if p.required}

    def life_of_an_order(self) -> None:
        """From the cart to a refund, in a transaction that never happened."""
        newest = "SELECT id::text FROM sales.orders ORDER BY id DESC LIMIT 1"
        items = ", ".join(f"ROW('{product_id(n)}', 1, NULL, NULL)::api.order_line" for n in (11, 222, 333))
        self.call("customer", "add_cart_item", product_id=product_id(444), quantity=1)
        self.call("customer", "checkout_cart")
        self.call("customer", "cancel_order", order_id=self.value(newest))
        self.call("customer", "create_order", items=sql.SQL(f"ARRAY[{items}]"))
        order = self.value(newest)
        self.call("customer", "begin_payment", order_id=order, provider="mock")
        payment = self.value("SELECT id::text FROM payments.payments ORDER BY id DESC LIMIT 1")
        amount = self.value("SELECT amount FROM payments.payments WHERE id = %(id)s", {"id": payment})
        reference = f"mock_{payment}"
        self.call("anonymous", "open_payment", payment_id=payment, provider_reference=reference, checkout_url="x")
        self.call(
            "anonymous", "receive_gateway_event", provider="mock", event_id=reference, kind="completed", payload="{}",
            payment_id=payment, provider_reference=reference, charge_reference=reference, amount=amount, currency="USD",
        )  # fmt: skip
        self.call("support", "create_refund", payment_id=payment, amount=100, reason="bench")
        self.call("support", "ship_order", order_id=order)
        self.call("support", "deliver_order", order_id=order)


# --- what the people who run it wait for ----------------------------------------------------------


def operations(shop: Shop, say: Say) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds of a deployment, of backups and of restores; bytes of the backups."""
    times: dict[str, float] = {}
    copies = shop.folder / "copies"
    copies.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "STOREPROC_DATA": str(shop.layout.data),
        "STOREPROC_BACKUPS": str(copies / "physical"),
        "PYTHONPATH": str(ROOT),
    }

    @contextmanager
    def timed(what: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        times[what] = time.monotonic() - begin
        say(f"{what}: {times[what]:.1f} s")

    def run(*arguments: str) -> None:
        command = [sys.executable, "-m", "api.cli", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LoadError(f"storeproc {' '.join(arguments)}: {done.stderr.strip()[-500:]}")

    with timed("deploy all code again"):
        migrate(shop.access, force=True)
    with timed("prove every invariant"):
        run("check")
    with timed("backup.sh"):
        run("run", str(ROOT / "backups" / "backup.sh"), "--to", str(copies / "dumps"))
    dump = next((copies / "dumps").iterdir())
    with timed("restore.sh, proven"):
        run("run", str(ROOT / "backups" / "restore.sh"), str(dump), "--target-db", "bench_restored")
    shop.value("DROP DATABASE bench_restored WITH (FORCE)")
    with timed("storeproc backup, full"):
        run("backup")
    with timed("storeproc backup, incremental"):
        run("backup")
    with timed("storeproc restore, proven"):
        run("restore", "--into", str(copies / "restored"))
    physical = copies / "physical"
    sizes = {
        "dump": size_of(dump),
        "full backup": size_of(next(iter(sorted((physical / "base").iterdir())))),
        "database": int(shop.value("SELECT pg_database_size(current_database())")),
    }
    shutil.rmtree(copies, ignore_errors=True)
    return times, sizes


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


# --- what follows from it -------------------------------------------------------------------------


def grows_too_fast(points: Sequence[Point]) -> list[str]:
    """Endpoints whose cost grows faster than the logarithm of the orders.

    A descent of a tree that has become one page higher is the logarithm; SLACK pages are what the rows of one shop and
    another differ by.
    """
    first, last = points[0], points[-1]
    allowed = math.log(last.orders) / math.log(first.orders)
    return [
        f"{name}: {first.pages[name]:,} → {pages:,} pages"
        for name, pages in sorted(last.pages.items())
        if name in first.pages and pages > first.pages[name] * allowed + SLACK
    ]


def on_paper(points: Sequence[Point], name: str, orders: int = PAPER) -> float:
    """What it would look at with so many orders: the line through the first and the last point, by logarithm. What
    became less (another plan) stays as it is."""
    first, last = points[0], points[-1]
    step = (last.pages[name] - first.pages[name]) / math.log(last.orders / first.orders)
    return last.pages[name] + max(0.0, step) * math.log(orders / last.orders)


def bytes_an_order(points: Sequence[Point]) -> dict[str, float]:
    """By table, and all together: what an order more takes, with everything that follows from it."""
    first, last = points[0], points[-1]
    more = last.orders - first.orders
    found = {table: (size - first.disk.get(table, 0)) / more for table, size in last.disk.items()}
    return {"all": sum(found.values())} | dict(sorted(found.items(), key=lambda item: -item[1]))


# What the table shows; the JSON has all.
SHOWN = (
    "create_order", "begin_payment", "receive_gateway_event", "cancel_order", "create_refund", "add_cart_item",
    "checkout_cart", "get_order", "list_orders", "list_all_orders", "list_merchant_sales", "list_products",
    "get_product", "list_wallet_transactions", "list_events", "get_merchant_balance", "get_dashboard",
)  # fmt: skip


def table(points: Sequence[Point]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows: what was found, and the last column on paper."""
    heads = ["orders", *(f"{point.orders:,}" for point in points), f"{PAPER:,} (on paper)"]
    rows: list[list[str]] = []
    for place, part in enumerate(points[0].parts):
        over_http = next((r.what for r in part.results if r.by == "HTTP"), "")
        for number, result in enumerate(part.results):
            if result.what not in OF_ONE_SIZE:
                found = [point.parts[place].results[number] for point in points]
                what = f"ceiling of {over_http}" if result.what == "ceiling" else result.what
                if result.what.startswith("the same"):
                    what = f"{over_http}, not logged in"
                cells = (f"{r.rate:,.0f} · {r.postgres:,.0f} µs" for r in found)
                rows.append([f"{what}, {result.connections} connections: a second · PostgreSQL's CPU", *cells, ""])
    last = points[-1]
    for name in SHOWN:
        if all(name in point.pages for point in points):
            paper = f"{on_paper(points, name):,.0f}" if len(points) > 1 else ""
            rows.append([f"{name}: pages read", *(f"{p.pages[name]:,}" for p in points), paper])
    for name in last.times:
        rows.append([f"{name}, seconds", *(f"{p.times[name]:,.1f}" for p in points), ""])
    more = bytes_an_order(points)["all"] if len(points) > 1 else 0.0
    for name in last.sizes:
        paper = f"{(last.sizes[name] + more * (PAPER - last.orders)) / 1e6:,.0f}" if name == "database" and more else ""
        rows.append([f"{name}, MB", *(f"{p.sizes[name] / 1e6:,.0f}" for p in points), paper])
    return heads, rows


def remarks(points: Sequence[Point]) -> list[str]:
    if len(points) < 2:
        return []
    first, last = points[0], points[-1]
    said: list[str] = []
    slow = grows_too_fast(points)
    said.append(
        f"of {len(last.pages)} calls {len(last.pages) - len(slow)} grow no faster than the logarithm of the orders "
        f"(× {math.log(last.orders) / math.log(first.orders):.2f} from {first.orders:,} to {last.orders:,})"
        + (f"; these do: {'; '.join(slow)}" if slow else "")
    )
    disk = bytes_an_order(points)
    largest = ", ".join(f"{name} {size:,.0f}" for name, size in list(disk.items())[1:9])
    said.append(
        f"bytes on the disk an order, with lines, payment, books, events, invoice: {disk['all']:,.0f} ({largest})"
    )
    return said
