"""An analyst's own role: what it sees, what it may, and that db/docs/analysts.md tells it as it is."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from db.server.access import Access
from tests.payments.conftest import Shop
from tests.support.forks import run_storeproc

PAGE = (Path(__file__).parents[2] / "db" / "docs" / "analysts.md").read_text()
# Schemas whose relations everyone sees in every database; of statements, an analyst sees the texts of its own only.
BUILT_IN = "('pg_catalog', 'information_schema', 'extensions')"


def command(access: Access, *arguments: str) -> Any:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret}
    return run_storeproc(["analyst-role", *arguments], os.environ | settings)


def printed(done: Any) -> dict[str, str]:
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def name(access: Access) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex[:12]}"  # roles are the whole cluster's
    yield name
    assert command(access, name, "--drop").returncode == 0


@pytest.fixture(scope="module")
def dsn(access: Access, name: str) -> str:
    said = printed(command(access, name, "--expires", "2999-12-31"))
    assert said["role"] == f"analyst_{name}"
    assert said["expires"] == "2999-12-31"
    return f"{said['connect']} password={said['password']}"


@pytest.fixture
def analyst(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def test_the_page_lists_the_views_that_the_role_sees(analyst: psycopg.Connection[Any]) -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.split("## The views")[1], re.MULTILINE))
    seen = analyst.execute(
        "SELECT table_name, obj_description(format('report.%I', table_name)::regclass) "
        f"FROM information_schema.tables WHERE table_schema NOT IN {BUILT_IN}"
    ).fetchall()
    assert {view: text.replace("\n", " ") for view, text in seen} == listed
    # Of functions, only those that mask what the views show.
    functions = analyst.execute(
        "SELECT DISTINCT p.oid::regproc::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
        "LEFT JOIN pg_depend AS d ON d.objid = p.oid AND d.deptype = 'e' "
        f"WHERE n.nspname NOT IN {BUILT_IN} AND d.objid IS NULL AND has_function_privilege(p.oid, 'EXECUTE') "
        "AND has_schema_privilege(n.oid, 'USAGE')"
    ).fetchall()
    assert functions == []


def test_every_view_and_column_has_a_comment_and_amounts_an_exponent(analyst: psycopg.Connection[Any]) -> None:
    missing = analyst.execute(
        "SELECT c.oid::regclass::text, a.attname FROM pg_class AS c "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 "
        "WHERE c.relnamespace = 'report'::regnamespace AND (c.relkind IN ('v', 'm') OR c.relname = 'refreshes') "
        "AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)"
    ).fetchall()
    assert missing == []
    for (view,) in analyst.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'report'"):
        columns = {c.name for c in analyst.execute(f"SELECT * FROM {view} LIMIT 0").description or ()}
        assert ("currency" not in columns) or "currency_exponent" in columns, view
        assert ("amount" not in columns) or "currency" in columns, view


def test_its_limits_are_those_of_the_page(analyst: psycopg.Connection[Any]) -> None:
    limits = re.findall(r"^\| `(\w+_timeout|default_\w+)` \| (\w+) \|$", PAGE, re.MULTILINE)
    assert len(limits) == 5
    for setting, value in limits:
        assert analyst.execute(f"SHOW {setting}").fetchone() == (value,)
    for refused in ("CREATE TABLE t ()", "SELECT FROM sales.orders", "SELECT FROM report.my_sales"):
        with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
            analyst.execute(refused)


async def test_the_questions_of_the_page_are_answered(shop: Shop, dsn: str) -> None:
    await shop.paid(await shop.account(), await shop.product(1234), 2)
    await shop.admin.execute("REFRESH MATERIALIZED VIEW report.daily_revenue")
    questions = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    with psycopg.connect(dsn) as connection:
        answers = [connection.execute(question).fetchall() for question in questions]
    assert all(answers)
    assert str(answers[1][-1][2]) == "24.68"
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    known: dict[str, Any] = {"dsn": dsn}
    exec(program, known)
    assert known["orders"][0][1:] == ("USD", 2468)


def test_it_is_dropped_with_its_sessions(access: Access) -> None:
    name = f"t{uuid.uuid4().hex[:12]}"
    said = printed(command(access, name))
    with psycopg.connect(f"{said['connect']} password={said['password']}", autocommit=True) as connection:
        assert command(access, name, "--drop").stdout == f"analyst_{name} is removed\n"
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert command(access, name, "--drop").stdout == f"analyst_{name} does not exist\n"
    with psycopg.connect(access.admin()) as admin:
        events = admin.execute(
            "SELECT kind FROM audit.security_events WHERE detail ->> 'name' = %s ORDER BY id", [f"analyst_{name}"]
        ).fetchall()
    assert events == [("sql_role_made",), ("sql_role_dropped",)]


def test_a_day_is_a_day(access: Access) -> None:
    done = command(access, "ada", "--expires", "tomorrow")
    assert (done.returncode, done.stderr) == (1, "storeproc: --expires takes a day such as 2027-03-31, or never.\n")
