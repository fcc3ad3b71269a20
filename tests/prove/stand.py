"""A whole store to break: `storeproc up` on a folder of its own, with a wire in front of its database and one in front
of its web tier.

The cluster's own socket is moved aside (ALTER SYSTEM wins over what `up` writes), and a proxy listens where everybody
looks for it. So the true supervisor, web processes and worker run, and every connection can be cut, held or lost.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import psycopg

from api.cli.deploy import DEMO
from db.server.access import Access
from db.server.embedded import locate
from db.server.processes import die_with_parent
from db.server.supervisor import Server
from tests.support.cluster import UNLIMITED
from tests.support.made import make_store

from .disk import mount, unmount

ROOT = Path(__file__).parents[2]
SOCKET = ".s.PGSQL.5432"

Open = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Pair:
    """One connection through a wire: who asks, who answers."""

    def __init__(self, asker: asyncio.StreamWriter, answerer: asyncio.StreamWriter) -> None:
        self.asker = asker
        self.answerer = answerer
        self.vanished = False

    def cut(self) -> None:
        for end in (self.asker, self.answerer):
            with suppress(Exception):
                end.transport.abort()


class Wire:
    """A proxy. What passes it can be delayed, held back, cut, or lost without a word."""

    def __init__(self, target: Open) -> None:
        self.target = target
        self.pairs: set[Pair] = set()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.delay = 0.0
        self.answers_to_lose = 0
        self.lost = 0
        self._pumps: set[asyncio.Task[None]] = set()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.flowing.wait()
            inner_reader, inner_writer = await self.target()
        except OSError:
            writer.transport.abort()
            return
        pair = Pair(writer, inner_writer)
        self.pairs.add(pair)
        pumps = [
            asyncio.create_task(self._pump(pair, reader, inner_writer, answers=False)),
            asyncio.create_task(self._pump(pair, inner_reader, writer, answers=True)),
        ]
        self._pumps.update(pumps)
        await asyncio.gather(*pumps, return_exceptions=True)
        self._pumps.difference_update(pumps)
        self.pairs.discard(pair)
        pair.cut()

    async def _pump(
        self, pair: Pair, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self.flowing.wait()
                if answers and self.answers_to_lose:
                    self.answers_to_lose -= 1
                    self.lost += 1
                    break
                if pair.vanished:
                    continue
                sink.write(data)
                await sink.drain()
        # Whoever ended, ended it for both. What was written is sent first.
        for end in (pair.asker, pair.answerer):
            with suppress(Exception):
                end.close()

    def cut(self) -> int:
        """Every connection is reset, whatever it was doing."""
        found = list(self.pairs)
        for pair in found:
            pair.cut()
        return len(found)

    def half_close(self, *, asker: bool) -> int:
        """One side of every connection is told that the other will say no more."""
        found = list(self.pairs)
        for pair in found:
            with suppress(OSError):
                (pair.asker if asker else pair.answerer).write_eof()
        return len(found)

    def lose_connections(self) -> int:
        """A firewall forgets what it knew: connections stay open and nothing passes; new ones work."""
        for pair in self.pairs:
            pair.vanished = True
        return len(self.pairs)

    def calm(self) -> None:
        self.delay = 0.0
        self.answers_to_lose = 0
        self.flowing.set()

    async def close(self) -> None:
        self.cut()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


class Stand:
    """Use `standing()`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log_file = folder / "up.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.direct = f"http://127.0.0.1:{self.port}"
        self.url = self.direct  # through the wire, once there is one
        self.environment = dict(environment)
        self.process: subprocess.Popen[bytes] | None = None
        self.access: Access
        self.behind: Access  # past the wire

    # --- its life ---------------------------------------------------------------------------------

    def make(self, settings: Mapping[str, str], *, wired: bool) -> None:
        """A cluster with the schema and the demo shop, its socket moved aside where a wire takes its place."""
        make_store(self.data)
        server = Server(self.data, settings={"max_connections": "120", "shared_buffers": "128MB"})
        with server as access:
            with psycopg.connect(access.admin(), autocommit=True) as connection:
                connection.execute(DEMO.read_bytes())
                connection.execute(UNLIMITED)
                inner = outer = server.layout.socket_folder
                if wired:
                    inner = outer / "behind"
                    inner.mkdir(mode=0o700)
                    os.chown(inner, server.layout.uid, server.layout.gid)
                for name, value in {"unix_socket_directories": str(inner), **settings}.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            self.outer_socket = outer / SOCKET
            self.inner_socket = inner / SOCKET
        self.access = locate(self.data)
        # The address ends with the folder of the socket.
        self.behind = Access(self.access.admin_url + ("/behind" if wired else ""), self.access.secret)

    def start(self) -> None:
        """`storeproc up`, as an operator or systemd starts it."""
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "STOREPROC_SECRET")},
            "STOREPROC_DATA": str(self.data),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "RATE_LIMIT": "0",
            "WEB_CONCURRENCY": "2",
            "PYTHONUNBUFFERED": "1",
            **self.environment,
        }
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up", "--no-demo"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def keep_up(self) -> bool:
        """What systemd does with Restart=always. Answers whether it was needed."""
        if self.process is not None and self.process.poll() is None:
            return False
        self.start()
        return True

    # --- its processes ----------------------------------------------------------------------------

    def _children(self) -> list[psutil.Process]:
        if self.process is None:
            return []
        with suppress(psutil.Error):
            return psutil.Process(self.process.pid).children()
        return []

    def web(self) -> list[psutil.Process]:
        return [p for p in self._children() if "web" in _command(p) and "--fd" in _command(p)]

    def worker(self) -> list[psutil.Process]:
        return [p for p in self._children() if "api.worker" in _command(p)]

    def postmaster(self) -> list[psutil.Process]:
        return [p for p in self._children() if "-D" in _command(p) and "postgres" in _command(p)[0]]

    def backends(self, kind: str = "") -> list[psutil.Process]:
        """Server processes; `kind` as their title says: checkpointer, walwriter, or a role's name."""
        found = [child for parent in self.postmaster() for child in _children(parent)]
        return [p for p in found if kind in " ".join(_command(p))]

    def sessions(self) -> list[psutil.Process]:
        """Server processes that serve the shop."""
        return [p for p in self.backends() if " web_" in " ".join(_command(p))]

    def belonging(self) -> list[psutil.Process]:
        """Every process on this machine that has to do with this store."""
        found = []
        mark = str(self.data)
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if mark in " ".join(process.cmdline()) or process.environ().get("STOREPROC_DATA") == mark:
                    found.append(process)
        return found

    # --- its database, past the wire --------------------------------------------------------------

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        connection = await asyncpg.connect(self.behind.admin(), timeout=30)
        try:
            yield connection
        finally:
            connection.terminate()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return process.cmdline() or [""]
    return [""]


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return process.children()
    return []


@asynccontextmanager
async def standing(
    environment: Mapping[str, str],
    *,
    settings: Mapping[str, str] | None = None,
    disk_megabytes: int | None = None,
    wired: bool = True,
) -> AsyncIterator[tuple[Stand, Wire, Wire]]:
    """The store, the wire to its database, the wire to its web tier. `disk_megabytes`: its data lies on a tmpfs."""
    folder = _make_folder()
    mounted = False
    stand = Stand(folder, environment)
    servers: list[asyncio.Server] = []
    wires: list[Wire] = []
    try:
        if disk_megabytes is not None:
            await asyncio.to_thread(mount, stand.data, disk_megabytes)
            mounted = True
        await asyncio.to_thread(stand.make, settings or {}, wired=wired)

        database = Wire(lambda: asyncio.open_unix_connection(str(stand.inner_socket)))
        web = Wire(lambda: asyncio.open_connection("127.0.0.1", stand.port))
        if wired:
            servers.append(await asyncio.start_unix_server(database.connect, str(stand.outer_socket), backlog=200))
            servers.append(await asyncio.start_server(web.connect, "127.0.0.1", 0, backlog=500))
            stand.url = f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"
        wires += [database, web]

        stand.start()
        await _until_ready(stand)
        yield stand, database, web
    finally:
        await asyncio.to_thread(stand.stop)
        for wire in wires:
            await wire.close()
        for server in servers:
            server.close()
        await asyncio.to_thread(_remove, folder, stand, mounted)


async def _until_ready(stand: Stand) -> None:
    deadline = time.monotonic() + 90
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", stand.port)
            writer.write(b"GET /health/ready HTTP/1.0\r\nhost: shop\r\n\r\n")
            line = await reader.readline()
            writer.close()
            if b" 200 " in line:
                return
        if stand.process is None or stand.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the store does not start:\n{stand.log()[-4000:]}")
        await asyncio.sleep(0.05)


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="storeproc-prove-", dir=os.environ.get("STOREPROC_TEST_DATA")))
    folder.chmod(0o711)  # the server's user passes through
    return folder


def _remove(folder: Path, stand: Stand, mounted: bool) -> None:
    if mounted:
        unmount(stand.data)
    subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)
