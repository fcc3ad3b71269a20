"""A server that is too old is one sentence, from the web tier and from the worker.

The server here says at the log-in that it is PostgreSQL 17, and can do nothing else: nothing else may be asked of it.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from api.app import create_app
from api.http.router import StartupError
from api.settings import Settings
from api.worker.log import describe
from api.worker.loop import Worker
from db.server.access import ServerError

SSL_REQUEST = 80877103
TERMINATE = b"X"
SENTENCE = "the server is PostgreSQL 17; 18 or newer is needed."


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


WELCOME = (
    message(b"R", struct.pack("!I", 0))
    + message(b"S", b"server_version\x0017.6\x00")
    + message(b"S", b"client_encoding\x00UTF8\x00")
    + message(b"K", struct.pack("!II", 1, 1))
    + message(b"Z", b"I")
)


def greet(connection: socket.socket) -> None:
    """Log a client in, and wait until it goes."""
    with connection, suppress(OSError):
        while len(head := connection.recv(8)) == 8:
            length, code = struct.unpack("!II", head)
            if code == SSL_REQUEST:
                connection.sendall(b"N")
                continue
            connection.recv(length - 8)
            connection.sendall(WELCOME)
            while connection.recv(4096)[:1] not in (b"", TERMINATE):
                pass
            return


@pytest.fixture
def old_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=greet, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"postgresql://127.0.0.1:{listener.getsockname()[1]}/storeproc"
        listener.shutdown(socket.SHUT_RDWR)


async def test_the_web_tier_says_so_and_ends(old_server: str) -> None:
    app = create_app(Settings.from_env({"DATABASE_URL": old_server, "STOREPROC_SECRET": "s" * 64}))
    with pytest.raises(StartupError) as refusal:  # api.cli.web prints it
        async with app.router.lifespan_context(app):
            pass
    assert str(refusal.value) == SENTENCE


async def test_the_worker_says_so_and_waits(old_server: str) -> None:
    worker = Worker(Settings.from_env({"DATABASE_URL": old_server, "STOREPROC_SECRET": "s" * 64}))
    with pytest.raises(ServerError) as refusal:
        await worker._serve()
    assert describe(refusal.value) == SENTENCE
