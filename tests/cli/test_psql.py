"""storeproc psql hands its arguments to psql as they are."""

from __future__ import annotations

import os
import subprocess

import pytest

from db.server.access import Access
from tests.support.forks import run_storeproc

WHO = "SELECT current_user, current_database(), :'shop'"


def psql(access: Access, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret}
    return run_storeproc(["psql", *arguments], os.environ | settings, stdin)


@pytest.mark.parametrize("separator", [(), ("--",)], ids=["bare", "after_separator"])
def test_options_and_their_order_reach_psql(access: Access, separator: tuple[str, ...]) -> None:
    done = psql(access, *separator, "-At", "-v", "shop=a lamp", "-f", "-", "-c", "SELECT 2", stdin=f"{WHO};\n")
    assert (done.returncode, done.stdout) == (0, f"postgres|{access.database}|a lamp\n2\n"), done.stderr


def test_a_statement_is_run_and_the_status_is_that_of_psql(access: Access) -> None:
    assert "(1 row)" in psql(access, "-c", "select 1").stdout
    assert psql(access, "-c", "SELECT 1/0").returncode == 1
    assert psql(access, "-v", "ON_ERROR_STOP=1", stdin="SELECT 1/0;").returncode == 3


def test_help_and_version_are_those_of_psql(access: Access) -> None:
    assert "--no-psqlrc" in psql(access, "--help").stdout
    assert psql(access, "--version").stdout.startswith("psql (PostgreSQL) 18")
    assert psql(access, "--no-such-option").returncode == 1
