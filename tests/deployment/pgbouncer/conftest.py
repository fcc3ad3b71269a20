"""A real PgBouncer in transaction mode, with db/pgbouncer.ini as it is deployed, and the web tier behind it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from db.deploy import pgbouncer as users
from db.server.access import Access
from db.server.embedded import find_layout
from db.server.processes import die_with_parent
from tests.support.cluster import Cluster
from tests.support.web import Client, WebServer

ROOT = Path(__file__).parents[3]
CLIENTS = 64
SESSIONS = 9  # default_pool_size


class Pooler:
    """PgBouncer with our configuration; only where things are is changed."""

    def __init__(self, command: list[str], access: Access, cluster: Cluster, folder: Path) -> None:
        layout = find_layout(cluster.data)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.command, self.access, self.folder = command, access, folder
        self.users = folder / "userlist.txt"
        self.log = folder / "pgbouncer.log"
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            self.identity = {"user": layout.uid, "group": layout.gid, "extra_groups": []}
        configuration = ConfigParser(interpolation=None, comment_prefixes=(";",))
        configuration.read(ROOT / "db" / "pgbouncer.ini")
        place = configuration["databases"]["storeproc"]
        assert place == "host=database port=5432 dbname=storeproc"
        configuration["databases"]["storeproc"] = f"host={layout.socket_folder} dbname={access.database}"
        assert configuration["pgbouncer"]["default_pool_size"] == str(SESSIONS)
        configuration["pgbouncer"].update(
            {
                "listen_addr": "127.0.0.1",
                "listen_port": str(self.port),
                "auth_file": str(self.users),
                "stats_users": "web_gateway",
            }
        )
        # Five seconds to log in to a session are too few on a machine that stands still.
        configuration["pgbouncer"]["query_wait_timeout"] = "60"
        with (folder / "pgbouncer.ini").open("w") as file:
            configuration.write(file)
        self.write_users()

    def write_users(self) -> None:
        users.write_users(self.access, self.users)
        if self.identity:
            os.chown(self.users, self.identity["user"], self.identity["group"])

    def url(self, role: str, database: str = "storeproc") -> str:
        return f"postgresql://{role}:{self.access.password(role)}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, str(self.folder / "pgbouncer.ini")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=die_with_parent(signal.SIGKILL),
                **self.identity,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        pytest.fail(f"PgBouncer does not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def show(self, what: str) -> list[dict[str, Any]]:
        """SHOW of its console."""
        with psycopg.connect(self.url("web_gateway", "pgbouncer"), autocommit=True) as connection:
            cursor = psycopg.ClientCursor(connection, row_factory=dict_row)
            return cursor.execute(f"SHOW {what}".encode()).fetchall()


@pytest.fixture(scope="module")
def pooler(access: Access, cluster: Cluster, pgbouncer: Callable[[Path], list[str]]) -> Iterator[Pooler]:
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir=cluster.data))
    folder.chmod(0o755)
    made = Pooler(pgbouncer(folder), access, cluster, folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server_environment(pooler: Pooler) -> dict[str, str]:
    """More connections than there are sessions behind them."""
    url = f"postgresql://127.0.0.1:{pooler.port}/storeproc"
    return {"POOLER_URL": url, "POOL_SIZES": f"web_customer={CLIENTS},web_anonymous=32,web_gateway=32"}


@pytest.fixture(scope="module")
def web(access: Access, server_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = WebServer(access, server_environment, tmp_path_factory.mktemp("web"))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        made.listener.close()


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, web: WebServer) -> AsyncIterator[Client]:
    client = Client(web.url)
    yield client
    await client.http.aclose()


@pytest.fixture(scope="module")
async def lamp(call: Any, admin: Any) -> str:
    email = "pooled-merchant@example.com"
    await call("web_anonymous", "create_account", email=email, password="x" * 60, role="merchant")
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE email = $1", email)
    token = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", email)
    made = await call(
        "web_merchant", "create_product", token=token, name="Lamp", description="", sku="L-1", price=500,
        currency="USD", stock=1_000_000,
    )  # fmt: skip
    return str(made["id"])


async def send(client: Client, method: str, path: str, **keywords: Any) -> Any:
    answer = await client.request(method, path, **keywords)
    assert answer.status_code < 400, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer


async def buy(client: Client, token: str, lamp: str, key: str) -> Any:
    """Into the cart, an order of it, paid at the mock gateway."""
    await send(client, "POST", "/cart/items", token=token, json={"product_id": lamp, "quantity": 1})
    order = await send(client, "POST", "/cart/checkout", token=token, key=key, json={})
    attempt = await send(client, "POST", f"/orders/{order['id']}/payments", token=token, json={"provider": "mock"})
    await send(client, "POST", attempt["checkout_url"], data={"outcome": "pay"})
    return await send(client, "GET", f"/orders/{order['id']}", token=token)


async def customers(call: Any, admin: Any, name: str, count: int) -> dict[str, str]:
    """Their tokens, by e-mail."""
    mails = [f"{name}{number}@example.com" for number in range(count)]
    await asyncio.gather(*(call("web_anonymous", "create_account", email=m, password="x" * 60) for m in mails))
    return {mail: await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", mail) for mail in mails}


async def assert_books_balance(admin: Any) -> None:
    broken = await admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
    assert not broken
