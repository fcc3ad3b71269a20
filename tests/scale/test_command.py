"""`storeproc demo --scale`: loads, shows how far it is, and refuses where orders are real."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg

from db.server.access import Access
from tests.support.forks import run_storeproc


def run(access: Access, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {
        **os.environ,
        "DATABASE_URL": access.admin(),
        "STOREPROC_SECRET": access.secret,
        "STOREPROC_DATA": str(folder),
        **environment,
    }
    return run_storeproc(["demo", "--scale", *arguments], settings)


def orders(access: Access) -> int:
    with psycopg.connect(access.admin()) as connection:
        row = connection.execute("SELECT count(*) FROM sales.orders").fetchone()
    return int(row[0]) if row else 0


def test_it_loads_what_was_asked_for_once(make_database: Callable[[], Access], tmp_path: Path) -> None:
    access = make_database()
    first = run(access, tmp_path, "--products", "1000", "--orders", "500")
    assert first.returncode == 0, first.stderr
    assert "500/500" in first.stdout
    assert orders(access) == 500
    again = run(access, tmp_path, "--products", "1000", "--orders", "500")
    assert (again.returncode, orders(access)) == (1, 500)
    assert "already" in again.stderr


def test_it_refuses_where_orders_are_real(make_database: Callable[[], Access], tmp_path: Path) -> None:
    access = make_database()
    assert "production" in run(access, tmp_path, STOREPROC_ENVIRONMENT="production").stderr
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute("SELECT identity.set_environment('production')")
    refused = run(access, tmp_path)
    assert (refused.returncode, orders(access)) == (1, 0)
    assert "production" in refused.stderr


def test_it_wants_a_size_that_makes_sense(make_database: Callable[[], Access], tmp_path: Path) -> None:
    refused = run(make_database(), tmp_path, "--products", "3")
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
