"""A shop of any size to measure with: accounts, products, prices, stock, orders, payments, books, invoices, events.

Rows are inserted in sets, a batch of orders at a time, not through the endpoints: a million orders take minutes.
Triggers are off meanwhile (`session_replication_role`, which needs a superuser), and the SQL keeps every invariant of
`storeproc check` itself. There are no audit rows, because rows are only inserted.

The distribution is that of a shop: few merchants have most products, few products most sales, few customers most
orders; one order in ten is cancelled, the newest are pending. Identifiers carry the time of their row, as UUIDv7 does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from db.server.access import Access
from db.server.connecting import connect

SOURCE = Path(__file__).parent / "at_scale"
BATCH = 25_000  # orders in a transaction

Report = Callable[[str, int, int], None]
"""Called with the current part, how many rows of it are done, and how many there will be."""


class ScaleError(Exception):
    """Why the shop cannot be loaded, in one line."""


@dataclass(frozen=True)
class Scale:
    """The size of the shop; the numbers of merchants and customers follow from it."""

    products: int = 100_000
    orders: int = 1_000_000

    def __post_init__(self) -> None:
        if self.products < 1000 or self.orders < 0:
            raise ScaleError("a shop at scale has 1,000 products or more, and a number of orders that is not negative.")

    @property
    def merchants(self) -> int:
        """How many merchants share the products."""
        return max(10, self.products // 500)

    @property
    def customers(self) -> int:
        """How many customers share the orders."""
        return max(100, self.orders // 20)


def load(access: Access, scale: Scale, report: Report = lambda *_: None) -> None:
    """Load the shop. Raises ScaleError when one is there already, or the administrator is not a superuser."""
    with connect(access.admin(), autocommit=True, application_name="storeproc scale") as connection:
        if _value(
            connection, "SELECT EXISTS (SELECT FROM identity.accounts WHERE email LIKE 'merchant1@scale.example')"
        ):
            raise ScaleError("a shop at scale is in this database already.")
        try:
            connection.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            raise ScaleError("this needs a superuser: triggers are off while the shop is loaded.") from None
        connection.execute("SET search_path = pg_catalog")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET work_mem = '256MB'")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT setseed(0.42)")
        with connection.transaction():
            connection.execute("SELECT identity.set_environment('demo')")  # its passwords are published
            report("accounts", 0, scale.merchants + scale.customers)
            _run(connection, "accounts", scale)
            report("products", 0, scale.products)
            _run(connection, "products", scale)
        for first in range(0, scale.orders, BATCH):
            report("orders", first, scale.orders)
            with connection.transaction():
                _run(connection, "orders", scale, first=first, last=min(first + BATCH, scale.orders) - 1)
        report("orders", scale.orders, scale.orders)
        with connection.transaction():
            report("stock and balances", 0, 1)
            _run(connection, "sums", scale)
        report("statistics", 0, 1)
        analyse(connection)
        report("statistics", 1, 1)


def analyse(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Gather statistics for the tables that are not empty.

    An empty table that is analysed is planned as an empty one: queries read it sequentially until the next autovacuum,
    which was half the cost of a callback in a shop with a million orders.
    """
    for (table,) in connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0 "
        "AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall():
        connection.execute(f"VACUUM (ANALYZE) {table}".encode())


def _value(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _run(
    connection: psycopg.Connection[tuple[object, ...]], part: str, scale: Scale, first: int = 0, last: int = 0
) -> None:
    given = {
        "products": scale.products,
        "merchants": scale.merchants,
        "customers": scale.customers,
        "orders": scale.orders,
        "first": first,
        "last": last,
    }
    for statement in (SOURCE / f"{part}.sql").read_text(encoding="utf-8").split(";\n"):
        if not all(line.startswith("--") for line in statement.split("\n") if line):
            connection.execute(statement.encode(), given)
