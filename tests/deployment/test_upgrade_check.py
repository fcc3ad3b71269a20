"""`migrate --check`: what would be done, what it would break, what was changed by hand; it touches nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy import migrate
from db.deploy.api_changes import read_changes, signatures
from db.deploy.drift import describe_drift, digests, read_shape
from db.deploy.plan import Plan
from db.deploy.source import MigrationError, Source
from db.server.access import Access
from tests.support.forks import run_storeproc

ROOT = Path(__file__).parents[2]


def everything(access: Access) -> list[Any]:
    """All of the catalogue that is ours, all that migrations keep, and how many transactions changed anything."""
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        found: list[Any] = [read_shape(connection)]
        for table in ("checksums", "files", "deployed", "deployments", "objects", "shape", "_yoyo_migration"):
            found.append(connection.execute(f"SELECT * FROM migration.{table} ORDER BY 1").fetchall())  # type: ignore[call-overload]
        found.append(connection.execute("SELECT oid, xmin FROM pg_proc WHERE oid > 16383 ORDER BY 1").fetchall())
        return found


def run(access: Access, sql: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(sql.encode())


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "db", tmp_path / "db", ignore=shutil.ignore_patterns("__pycache__")))


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text, (file, old)
    file.write_text(text.replace(old, new, 1))


def check(access: Access, tree: Path) -> Plan:
    before = everything(access)
    plan = migrate.check(access, Source.read(tree))
    assert everything(access) == before, "looking changes nothing"
    return plan


def test_what_the_files_say_is_what_the_catalogue_says(make_database: Callable[[], Access]) -> None:
    """The api as it is read from the files, function by function, is the one that is deployed from them."""
    access = make_database()
    source = Source.read()
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute("SET search_path = pg_catalog")
        texts = [file.text for file in (*source.types, *source.endpoints)]
        assert read_changes(connection, texts) == []
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = 'api'::regnamespace) "
            "+ (SELECT count(*) FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relkind = 'c')"
        ).fetchone()
        read = list(signatures(texts))
        assert counted == (len(read),)
        assert len(read) > 200
        assert sum(len(signature.members) for signature in read) > 1000


def test_a_clean_database_has_nothing_to_say(make_database: Callable[[], Access], tree: Path) -> None:
    assert check(make_database(), tree).lines() == []


def test_what_would_be_done_and_what_it_would_break(make_database: Callable[[], Access], tree: Path) -> None:
    access = make_database()
    (tree / "migrations/9000.more.sql").write_text(
        f"-- depends: {Source.read(tree).schema_version}\nCREATE TABLE sales.more (id uuid PRIMARY KEY);\n"
    )
    edit(
        tree / "sales/api/create_order.sql",
        "shipping_method_id uuid DEFAULT NULL",
        "gift_wrap text DEFAULT NULL, color text",
    )
    edit(tree / "sales/api/get_order.sql", 'RETURNS api."order"', "RETURNS jsonb")
    (tree / "sales/api/list_orders.sql").unlink()
    (tree / "sales/api/get_gift_wrap.sql").write_text(
        "CREATE TYPE api.gift_wrap AS (kind text);\n"
        "CREATE FUNCTION api.get_gift_wrap(size numeric(4, 1) DEFAULT round(1.5, 0))\n"
        "RETURNS api.gift_wrap LANGUAGE sql RETURN NULL::api.gift_wrap;\n"
    )
    plan = check(access, tree)
    assert plan.migrations == ["db/migrations/9000.more.sql"]
    assert plan.code == [
        f"db/sales/api/{name}.sql" for name in ("create_order", "get_gift_wrap", "get_order", "list_orders")
    ]
    assert {(change.text, change.breaks) for change in plan.api} == {
        ("api.create_order loses shipping_method_id", True),
        ("api.create_order gains gift_wrap", False),
        ("api.create_order gains color, required", True),
        ("api.get_gift_wrap is added", False),
        ("api.gift_wrap is added", False),
        ('api.get_order returns jsonb, it was api."order"', True),
        ("api.list_orders is removed", True),
    }
    with psycopg.connect(access.url("web_anonymous"), application_name="storeproc web"):
        told = migrate.check(access, Source.read(tree)).lines()
    assert "api.list_orders is removed: this breaks web tiers of the previous version (1 connections are open)" in told
    assert "api.create_order gains gift_wrap" in told


BY_HAND = """
GRANT SELECT ON sales.carts TO web_customer;
GRANT EXECUTE ON FUNCTION api.get_schema_version TO app_readonly;
DROP POLICY own_rows ON sales.orders;
ALTER TABLE sales.order_items DISABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.transfers DISABLE TRIGGER append_only;
ALTER FUNCTION identity.authenticate SET search_path = public;
DROP INDEX sales.orders_account;
ALTER TABLE sales.orders ADD COLUMN by_hand text;
"""
MENDED = [
    "function api.get_schema_version(text) differs from what was deployed",
    "function identity.authenticate(boolean) differs from what was deployed",
    "policy own_rows on sales.orders was dropped",
    "table sales.order_items differs from what was deployed",
    "trigger append_only on ledger.transfers differs from what was deployed",
]
NOT_MENDED = [
    "column sales.orders.by_hand was created, not deployed",
    "index sales.orders_account was dropped",
    "table sales.carts differs from what was deployed",
]


def test_what_was_changed_by_hand_is_told_and_force_puts_it_right(
    make_database: Callable[[], Access], tree: Path
) -> None:
    access = make_database()
    run(access, BY_HAND)
    plan = check(access, tree)
    assert plan.drift == sorted(MENDED + NOT_MENDED)
    assert not plan, "there is nothing that migrate would do by itself"
    said: list[str] = []
    migrate.migrate(access, say=said.append)
    assert said == [f"{line} (--force repairs what it can)" for line in plan.drift]
    assert check(access, tree).drift == plan.drift, "nor is it forgotten"

    # An ordinary deployment rebuilds routines; the rest it tells again.
    routine = tree / "identity/routines/authenticate.sql"
    routine.write_text(routine.read_text() + "COMMENT ON FUNCTION identity.authenticate IS 'Changed';\n")
    migrate.migrate(access, source=Source.read(tree))
    assert check(access, tree).drift == sorted([*MENDED[2:], *NOT_MENDED])

    said.clear()
    migrate.migrate(access, source=Source.read(tree), say=said.append, force=True)
    assert [line for line in said if line.startswith("accepted")] == [f"accepted: {line}" for line in NOT_MENDED]
    assert check(access, tree).lines() == []
    with psycopg.connect(access.admin()) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_policy WHERE polname = 'own_rows' AND polrelid = 'sales.orders'::regclass"
        ).fetchone()
    assert row == (1,)


def test_a_role_that_may_more_than_it_was_given(make_database: Callable[[], Access]) -> None:
    with psycopg.connect(make_database().admin()) as connection:  # roles are the cluster's: this is rolled back
        deployed = digests(read_shape(connection))
        connection.execute("GRANT app_worker TO web_gateway; ALTER ROLE web_customer BYPASSRLS")
        assert describe_drift(deployed, read_shape(connection)) == [
            "role web_customer differs from what was deployed",
            "role web_gateway differs from what was deployed",
        ]
        connection.rollback()


def test_an_index_more_is_a_dbas_own_business(make_database: Callable[[], Access], tree: Path) -> None:
    access = make_database()
    run(access, "CREATE INDEX by_hand ON sales.orders (currency)")
    assert check(access, tree).lines() == []


def test_a_newer_database_is_refused_and_not_touched(make_database: Callable[[], Access], tree: Path) -> None:
    access = make_database()
    (tree / "migrations/9000.more.sql").write_text(
        f"-- depends: {Source.read(tree).schema_version}\nCREATE TABLE sales.more (id uuid PRIMARY KEY);\n"
    )
    migrate.migrate(access, source=Source.read(tree))
    before = everything(access)
    words = r"newer version: this source does not know 9000\.more\. Nothing was changed\."
    for attempt in (migrate.check, migrate.migrate):
        with pytest.raises(MigrationError, match=words):
            attempt(access)
    with pytest.raises(MigrationError, match=words):
        migrate.migrate(access, force=True)
    assert everything(access) == before


def test_the_command(make_database: Callable[[], Access], tmp_path: Path) -> None:
    access = make_database()
    environment = {
        **os.environ,
        "DATABASE_URL": access.admin_url,
        "STOREPROC_SECRET": access.secret,
        "STOREPROC_DATA": str(tmp_path),
    }

    def storeproc(*arguments: str) -> tuple[int, str]:
        done = run_storeproc(["migrate", *arguments], environment)
        assert done.stderr == ""
        return done.returncode, done.stdout

    assert storeproc("--check") == (0, "nothing is pending\n")
    run(access, "UPDATE migration.deployed SET code_digest = 'other'; DROP POLICY own_rows ON sales.orders")
    assert storeproc("--check") == (
        1,
        "pending: the code is rebuilt: everything\nchanged by hand: policy own_rows on sales.orders was dropped\n",
    )
    status, text = storeproc("--check", "--json")
    plan = json.loads(text)
    assert (status, plan["pending"], plan["code"], plan["api"]) == (1, True, ["everything"], [])
    assert plan["drift"] == ["policy own_rows on sales.orders was dropped"]
    assert storeproc("--force")[0] == 0
    assert json.loads(storeproc("--check", "--json")[1])["pending"] is False
