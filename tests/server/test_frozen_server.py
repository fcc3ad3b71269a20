"""A server that freezes in the middle of a statement ends our commands; a long statement does not."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from db.server import connecting
from db.server.access import Access
from db.server.connecting import connect, parameters
from tests.postgres.silence import several, socket_of

ROOT = Path(__file__).parents[2]


class Gate:
    """A TCP port before the tests' server. Closed, it takes connections and bytes, and answers nothing: a machine whose
    processes stand still."""

    def __init__(self, access: Access) -> None:
        folder, port = socket_of(access)
        self.path = f"{folder}/.s.PGSQL.{port}"
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.open = threading.Event()
        self.open.set()
        self.sockets = [self.listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.sockets.append(client)
                if self.open.is_set():
                    server = socket.socket(socket.AF_UNIX)
                    server.connect(self.path)
                    self.sockets.append(server)
                    for ends in ((client, server), (server, client)):
                        threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.open.is_set():
                    return
                target.sendall(data)
            target.close()


@pytest.fixture
def gate(access: Access) -> Iterator[Gate]:
    made = Gate(access)
    yield made
    for each in made.sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@pytest.fixture
def there(access: Access, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Access:
    monkeypatch.setattr(connecting, "SILENCE", 0.3)
    monkeypatch.setattr(connecting, "PATIENCE", 2)  # libpq's least
    monkeypatch.setattr(connecting, "ASKS", 1)
    return several(access, ("127.0.0.1", gate.port))


@contextmanager
def closed_when_it_waits(gate: Gate, admin: psycopg.Connection[tuple[object, ...]], statement: str) -> Iterator[None]:
    """Closes the gate as soon as a session waits in this statement."""

    def close() -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND wait_event_type IN ('Timeout', 'Lock')"
        for _ in range(200):
            if admin.execute(query, [statement]).fetchone() != (0,):
                break
            time.sleep(0.02)
        gate.open.clear()

    closing = threading.Thread(target=close)
    closing.start()
    yield
    closing.join()


def test_a_statement_on_a_frozen_server_ends(access: Access, gate: Gate, there: Access) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as admin:
        with (
            closed_when_it_waits(gate, admin, "SELECT pg_sleep(77)"),
            pytest.raises(psycopg.OperationalError, match=r"has not answered for .* seconds and accepts no connection"),
            connect(there.admin()) as connection,
            connection.transaction(),
        ):
            connection.execute("SELECT pg_sleep(77)")
        assert connection.closed
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(77)'")


def test_a_long_statement_goes_on(there: Access) -> None:
    """The server answers on other connections, so it is only busy."""
    with connect(there.admin()) as connection:
        assert connection.execute("SELECT 1 FROM pg_sleep(0.7)").fetchone() == (1,)


def test_a_machine_that_vanishes_is_noticed_within_a_minute(there: Access) -> None:
    with connect(there.admin()) as connection, socket.socket(fileno=os.dup(connection.fileno())) as own:
        wanted = {"TCP_KEEPIDLE": 20, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 40_000}
        assert {name: own.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in wanted} == wanted


def test_what_the_url_says_counts(gate: Gate, access: Access) -> None:
    url = several(access, ("127.0.0.1", gate.port), keepalives_idle="7", connect_timeout="3").admin()
    assert {"keepalives_idle": "7", "keepalives_count": "4", "connect_timeout": "3"}.items() <= parameters(url).items()


def test_every_tool_connects_in_this_way() -> None:
    folders = ("api", "db", "backups", "monitoring")
    files = {
        file.relative_to(ROOT).as_posix(): file.read_text() for name in folders for file in (ROOT / name).rglob("*.py")
    }
    # The first look at a server sends no statement.
    assert {name for name, text in files.items() if "psycopg.connect(" in text} == {
        "db/server/access.py",
        "db/server/connecting.py",
    }
