"""The store that is measured: a server of its own on the real disk, a shop in it, the web tier as a user has it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psycopg

from api.cli.processes import environment
from api.contract.reader import Contract, read_contract
from api.settings import POOL_SIZES, Settings
from db.demo import scale
from db.deploy import migrate
from db.server.access import Access
from db.server.embedded import Layout
from db.server.processes import die_with_parent
from db.server.supervisor import Server

from .machine import cpu_seconds

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PREFIX = "01900000-0000-7000-8000-"  # of a product's id; 100000000000 + its number follows
FEW = 5000  # pieces there are of the product that is sold out

Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    products: int = 10_000
    customers: int = 2_000
    orders: int = 0
    """That are there before anything is measured, of other customers and of as many products more (db.demo.scale)."""


@dataclass
class Shop:
    """A database with the shop in it, and what is needed to measure it."""

    access: Access
    layout: Layout
    postmaster: int
    folder: Path
    size: Size
    contract: Contract
    times: dict[str, float]
    """Seconds that making it took, by step."""

    warm: float = 3.0
    """Seconds before each measurement, under the same load: connections are made, plans and functions are met."""

    alone: bool = True
    """Whether nobody else is on its server, whose checkpoints would be theirs as well."""

    @property
    def hot(self) -> int:
        """The number of the product that everybody buys."""
        return self.size.products

    @property
    def scarce(self) -> int:
        """The number of the one of which there are few pieces."""
        return self.size.products + 1

    def value(self, query: str, *parameters: object) -> Any:
        with psycopg.connect(self.access.admin(), autocommit=True) as connection:
            done = connection.execute(query.encode(), parameters or None)
            row = done.fetchone() if done.description else None
        return row[0] if row else None

    def run(self, script: str) -> None:
        with psycopg.connect(self.access.admin(), autocommit=True) as connection:
            connection.execute(script.encode())

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.access.admin(), autocommit=True) as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def postgres_seconds(self) -> float:
        return cpu_seconds(self.postmaster)

    def program(self, name: str) -> str:
        return str(self.layout.program(name))

    def disk(self) -> dict[str, int]:
        """Bytes of each table of the store, its indexes and partitions counted in; the largest first."""
        return dict(
            self.rows(
                "SELECT coalesce(i.inhparent, c.oid)::regclass::text, sum(pg_total_relation_size(c.oid))::bigint "
                "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid WHERE c.relkind = 'r' "
                "AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'bench', 'bare') GROUP BY 1 ORDER BY 2 DESC"
            )
        )

    def settle(self) -> None:
        """What the last measurement left to write is written before the next begins."""
        if self.alone:
            self.value("CHECKPOINT")


def product_id(number: int) -> str:
    return f"{PREFIX}{100_000_000_000 + number}"


@contextmanager
def cluster(folder: Path | None, say: Say) -> Iterator[tuple[Server, Access, Path]]:
    """A new server with the settings that a user's has, removed at the end."""
    where = Path(tempfile.mkdtemp(prefix=".storeproc-bench-", dir=folder or ROOT))
    where.chmod(0o711)  # the server's own user passes through
    server = Server(where / "data", say=say)
    try:
        access = server.start("bench")
        yield server, access, where
    finally:
        server.stop()
        with suppress(AttributeError):  # it did not come to that
            shutil.rmtree(server.layout.home, ignore_errors=True)
        shutil.rmtree(where, ignore_errors=True)


def make(access: Access, layout: Layout, folder: Path, size: Size, say: Say) -> Shop:
    times: dict[str, float] = {}
    begin = time.monotonic()
    migrate.migrate(access, say=say)
    times["migrate"] = time.monotonic() - begin
    if size.orders:
        begin = time.monotonic()
        scale.load(access, scale.Scale(products=max(1000, size.products), orders=size.orders))
        times["load the orders"] = time.monotonic() - begin
        say(f"{size.orders:,} orders ({times['load the orders']:.1f} s)")
    begin = time.monotonic()
    given = {"products": size.products, "customers": size.customers, "prefix": PREFIX, "few": FEW}
    with psycopg.connect(access.admin(), autocommit=True) as connection, connection.transaction():
        for statement in (HERE / "shop.sql").read_text().split(";\n"):
            if not all(line.startswith("--") for line in statement.splitlines() if line):
                connection.execute(statement.encode(), given)
        connection.execute((HERE / "callbacks.sql").read_bytes())
        # Customers of a measurement pay for nothing, and pgbench opens as many connections as it is told to.
        connection.execute(b"UPDATE sales.settings SET max_unpaid_orders = NULL, max_units_on_hold = NULL")
        for role in POOL_SIZES:
            connection.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1".encode())
        connection.execute((HERE / "bare.sql").read_bytes())
    analyse(access)
    times["load the shop"] = time.monotonic() - begin
    say(f"{size.products:,} products, {size.customers:,} customers ({times['load the shop']:.1f} s)")
    postmaster = int((layout.cluster / "postmaster.pid").read_text().split()[0])
    return Shop(access, layout, postmaster, folder, size, asyncio.run(_read_catalog(access)), times)


def analyse(access: Access) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        scale.analyse(connection)


async def _read_catalog(access: Access) -> Contract:
    connection = await asyncpg.connect(access.url("web_anonymous"))
    try:
        return await read_contract(connection)
    finally:
        await connection.close()


class Web:
    """`storeproc web` with its default processes, its log in a file."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        given = {**os.environ, "PORT": str(self.port), "STOREPROC_DATA": str(shop.layout.data)}
        for name in ("DATABASE_URL", "PUBLIC_URL", "HOST", "STOREPROC_SECRET"):
            given.pop(name, None)
        self.settings = Settings.from_env(given)
        self.log = shop.folder / "web.log"
        self.more: dict[str, str] = {}
        """Environment variables besides those of a user's."""
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        return [sys.executable, "-m", "api.cli", "web"]

    def __enter__(self) -> Web:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env={**environment(self.settings, self.shop.access, "web"), **self.more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/ready", timeout=5):
                return self
            time.sleep(0.05)
        self.__exit__()
        raise RuntimeError(f"the web tier does not start:\n{self.log.read_text()[-3000:]}")

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def cpu_seconds(self) -> float:
        assert self.process is not None
        return cpu_seconds(self.process.pid)


class Floor(Web):
    """floor.py in place of the store: as many processes and connections, one statement for every request."""

    def __init__(self, shop: Shop, statement: str) -> None:
        super().__init__(shop)
        self.more = {
            "FLOOR_STATEMENT": statement,
            "FLOOR_DATABASE": shop.access.url("web_customer"),
            "FLOOR_CONNECTIONS": str(self.settings.pool_sizes["web_customer"]),
        }

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "uvicorn", "tests.bench.floor:create_app", "--factory",
            "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(self.settings.web_concurrency), "--loop", "uvloop", "--http", "httptools",
            "--no-access-log", "--log-level", "warning",
        ]  # fmt: skip
