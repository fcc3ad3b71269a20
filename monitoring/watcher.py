"""Reads the statistics of the database for `storeproc top` and the performance-review page."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import sql

from db.server.access import Access
from db.server.connecting import connect

ROLE = "store_monitor"
TIMEOUT = 10  # seconds for a statement

Data = dict[str, Any]


def find_gaps(access: Access) -> list[tuple[str, str]]:
    """Returns what the server lacks for monitoring, each with its remedy. The embedded server lacks nothing."""
    url = access.admin()
    with connect(url, autocommit=True) as connection:
        return connection.execute("SELECT gap, remedy FROM monitor.find_gaps()").fetchall()


class Watcher:
    """One connection as store_monitor, which sees statistics and the views of schema monitor, and no row of the shop.

    It connects at the first question, and again after the connection was lost. Threads may share it.
    """

    def __init__(self, access: Access, application: str) -> None:
        self.url = access.url(ROLE)
        self.application = application
        self.connection: psycopg.Connection[Any] | None = None
        self.lock = threading.Lock()

    def ask(self, function: str, *arguments: object) -> Data:
        """Calls a function of schema monitor that returns a JSON object; tries twice, then raises OperationalError."""
        query = sql.SQL("SELECT {}({})").format(
            sql.Identifier("monitor", function), sql.SQL(", ").join([sql.Placeholder()] * len(arguments))
        )
        with self.lock:
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
        raise AssertionError("unreachable: the second attempt returns or raises")

    def _connect(self) -> psycopg.Connection[Any]:
        connection = connect(
            self.url,
            autocommit=True,
            application_name=self.application,
            options=f"-c statement_timeout={TIMEOUT}s",
        )
        # Not among the options: libpq would take the server for a read-only one (target_session_attrs=read-write).
        connection.execute("SET default_transaction_read_only = on")
        return connection

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self.connection is not None:
            with suppress(psycopg.Error):
                self.connection.close()
            self.connection = None
