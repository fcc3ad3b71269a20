"""The real web tier before a primary and its standby, and a client of it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import pytest

from db.server.processes import die_with_parent
from tests.deployment.standby.pair import Pair, ask, eventually
from tests.support.web import Client

ROOT = Path(__file__).parents[3]


class Web:
    """`storeproc web` with two processes."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log_file = folder / f"web-{port}.log"
        names = ("HOST", "PORT", "PUBLIC_URL", "DATABASE_URL", "STOREPROC_SECRET_FILE", "STOREPROC_DATA")
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "web"],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name not in names}
                | {
                    "PORT": str(port),
                    "STOREPROC_SECRET": "test" * 16,
                    "STOREPROC_DATA": str(folder),
                    "WEB_CONCURRENCY": "2",
                    "PYTHONUNBUFFERED": "1",
                }
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def said(self, since: int = 0) -> dict[str, list[str]]:
        """What each process has said of the standby, one after the other, from that place in the log on."""
        said: dict[str, list[str]] = {}
        for state, process in re.findall(r'"replica":"(\w+)","process":(\d+)', self.log()[since:], re.MULTILINE):
            said.setdefault(process, []).append(state)
        return said

    async def are(self, state: str) -> None:
        """Until this is what both processes said last."""
        await eventually(lambda: [states[-1] for states in self.said().values()] == [state, state])

    async def were(self, state: str, since: int) -> None:
        """Until both processes have said this, whatever came after it."""
        await eventually(lambda: [state in states for states in self.said(since).values()] == [True, True])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="storeproc-standby-", dir=memory if memory.is_dir() else None))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[Pair]:
    made = Pair(folder)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def start_web(pair: Pair, folder: Path) -> Iterator[Callable[..., Web]]:
    started: list[Web] = []
    sockets = [str(one.layout.socket_folder) for one in (pair.primary, pair.standby)]

    def start(lag: int = 3600, **more: str) -> Web:
        """Tests hold replay back as long as they need, so answers may be old, unless it is their age that is tested."""
        environment = {
            "DATABASE_REPLICA_MAX_LAG": str(lag),
            # Whichever of the two it is: so a promotion needs no new configuration.
            "DATABASE_URL": f"postgresql:///storeproc?host={quote(','.join(sockets))}&target_session_attrs=read-write",
            "DATABASE_REPLICA_URL": f"postgresql:///storeproc?host={quote(','.join(sockets))}"
            "&target_session_attrs=standby",
            **more,
        }
        started.append(Web(environment, folder))
        return started[-1]

    yield start
    for web in started:
        web.stop()


@pytest.fixture(scope="module")
async def web(anyio_backend: str, start_web: Callable[..., Web]) -> Web:
    web = start_web()
    await web.are("reading")
    return web


@pytest.fixture(scope="module")
async def client(anyio_backend: str, web: Web) -> AsyncIterator[Client]:
    client = Client(web.url)
    # A new connection each time: any of the two processes may take it.
    client.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
    yield client
    await client.http.aclose()


ADDRESS = {"name": "Ada", "line1": "1 Way", "city": "Town", "postal_code": "1000", "country": "DE"}


async def sign_up(pair: Pair, role: str = "customer") -> str:
    email = f"{uuid4().hex}@example.com"
    connection = await asyncpg.connect(pair.access.url("web_anonymous"))
    try:
        await connection.fetchval(
            "SELECT to_json(api.create_account(email => $1, password => $2, role => $3))::text",
            *(email, "x" * 60, "merchant" if role == "merchant" else "customer"),
        )
    finally:
        await connection.close()
    if role in ("support", "admin"):
        ask(pair.access, f"UPDATE identity.accounts SET role = '{role}' WHERE email = '{email}' RETURNING 1")
    return str(ask(pair.access, f"SELECT identity.issue_local_token('{role}', '{email}')"))


async def add_address(client: Client, token: str, **more: Any) -> tuple[str, httpx.Response]:
    """As the answer asks: whoever is told to come back does, for a minute."""
    deadline = time.monotonic() + 60
    while (made := await client.post("/account/addresses", token=token, json=ADDRESS, **more)).status_code == 503:
        assert time.monotonic() < deadline, made.text
        await asyncio.sleep(float(made.headers["retry-after"]))
    assert made.status_code == 201, made.text
    return made.json()["id"], made


async def sees(client: Client, token: str, address: str, **more: Any) -> bool:
    answer = await client.get("/account/addresses", token=token, **more)
    assert answer.status_code == 200, answer.text
    return address in answer.text


async def measured(client: Client, line: str) -> str:
    """The metrics, once this is among them: a process looks after itself every five seconds."""
    deadline = time.monotonic() + 60
    while line not in (text := (await client.get("/metrics")).text):
        assert time.monotonic() < deadline, text
        await asyncio.sleep(0.2)
    return text


async def reads_counted(client: Client) -> Counter[str]:
    text = (await client.get("/metrics")).text
    found = re.findall(r'^storeproc_reads_total\{reason="(\w*)",server="(\w+)"\} ([\d.e+]+)', text, re.MULTILINE)
    return Counter({reason or server: int(float(number)) for reason, server, number in found})


async def eventually_counted(client: Client, before: Counter[str], expected: Counter[str]) -> None:
    """A process tells its counts every five seconds."""
    deadline = time.monotonic() + 60
    while (counted := await reads_counted(client) - before) != +expected:
        assert time.monotonic() < deadline, counted
        await asyncio.sleep(0.2)
