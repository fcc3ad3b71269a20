"""One real PostgreSQL for a run, and a database of its own for each test file."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from db.deploy.database import open_database
from db.server.access import Access
from tests.support.recorded_events import find_misfits

ROOT = Path(__file__).parents[2]
TEMPLATE = "store_template"
# Buyers of tests order again and again without paying; tests/sales/orders/test_unpaid_limits.py sets the limits.
UNLIMITED = b"UPDATE sales.settings SET max_unpaid_orders = NULL, max_units_on_hold = NULL"


@dataclass(frozen=True)
class Cluster:
    access: Access
    data: Path

    def run(self, statement: str, *names: str) -> None:
        """One statement on the maintenance database; {} are identifiers. Its error ends with what the server logged."""
        deadline = time.monotonic() + 60
        with psycopg.connect(self.access.admin("postgres"), autocommit=True) as connection:
            while True:
                try:
                    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
                    return
                except psycopg.Error as error:
                    # A test of a full disk fills a tablespace of this server: until it is gone, no checkpoint succeeds.
                    full = "checkpoint request failed" in str(error) and time.monotonic() < deadline
                    if not full:
                        error.add_note("\n".join(self.complaints()[-10:]))
                        raise
                time.sleep(0.5)

    def complaints(self) -> list[str]:
        """What the server's own processes (no client's) logged as an error or worse."""
        return [
            line
            for file in sorted((self.data / "log").glob("*.json"), key=os.path.getmtime)
            for line in file.read_text(errors="replace").splitlines()
            if '"dbname"' not in line and any(f'"{level}"' in line for level in ("ERROR", "FATAL", "PANIC"))
        ]

    def clone(self, name: str) -> Access:
        # Half of the work of the other strategy, which writes everything to the log as well.
        self.run("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, TEMPLATE)
        access = Access(self.access.admin(name), self.access.secret)
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            open_database(connection)
        return access

    def drop(self, name: str) -> None:
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


_numbers = count(1)


def new_name(purpose: str) -> str:
    return f"{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"


def running_cluster() -> Cluster:
    """The server of this run."""
    return Cluster(
        Access(os.environ["STOREPROC_TEST_URL"], os.environ["STOREPROC_TEST_SECRET"]),
        Path(os.environ["STOREPROC_TEST_DATA"]),
    )


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    return running_cluster()


@pytest.fixture(scope="module")
def make_database(cluster: Cluster) -> Iterator[Callable[[], Access]]:
    made: list[str] = []

    def make() -> Access:
        made.append(new_name("test"))
        return cluster.clone(made[-1])

    yield make
    for name in made:
        cluster.drop(name)


@pytest.fixture(scope="module")
def access(make_database: Callable[[], Access]) -> Iterator[Access]:
    made = make_database()
    yield made
    if misfits := find_misfits(made):
        pytest.fail("\n".join(["events without the data that messaging.event_types() promises:", *misfits]))


@pytest.fixture(scope="module")
def database(access: Access) -> str:
    return access.database
