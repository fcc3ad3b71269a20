"""The previous commit's database, with its demo data, becomes one of this source: nothing lost, the books balance."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy import migrate
from db.server.access import Access

ROOT = Path(__file__).parents[2]
PREVIOUS = "30184e4"  # version 0.1.0
COUNTED = (
    "identity.accounts",
    "catalog.products",
    "catalog.prices",
    "sales.orders",
    "sales.order_items",
    "payments.payments",
    "payments.refunds",
    "ledger.transfers",
    "messaging.events",
    "catalog.stock_movements",
)

# An earlier source is deployed by its own code, in a process of its own. Version 0.1.0 had that in db/migrate.py.
DEPLOY = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
try:
    from db.deploy import migrate
except ImportError:
    from db import migrate
assert Path(migrate.__file__).is_relative_to(sys.argv[1]), migrate.__file__
migrate.migrate(migrate.Access(sys.argv[2], sys.argv[3]))
"""


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def extract(commit: str, folder: Path, *names: str) -> Path:
    """These folders of a commit, below another folder."""
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit, *names))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def deploy(tree: Path, access: Access) -> None:
    """Deploy a source tree by its own code."""
    subprocess.run(
        [sys.executable, "-P", "-c", DEPLOY, str(tree), access.admin_url, access.secret],
        check=True,
        timeout=120,
        cwd=tree,
    )


def previous_source(folder: Path) -> tuple[str, Path] | None:
    """The database's source as the last commit before this one left it; None where there is no history to look at.

    A branch that was merged is one step: what it tried on the way was deployed nowhere.
    """
    try:
        commits = git("log", "--first-parent", "--format=%H", "-n", "2", "--", "db").decode().split()
    except (OSError, subprocess.CalledProcessError):
        return None
    changed = bool(git("status", "--porcelain", "--", "db").strip())
    commit = commits[0] if changed and commits else commits[1] if len(commits) > 1 else None
    if commit is None:
        return None
    return commit, extract(commit, folder, "db")


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    found = {}
    for table in COUNTED:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload]
        assert row
        found[table] = row[0]
    return found


def load_demo(access: Access, text: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(text.encode())


def check(access: Access) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        rows = connection.execute("SELECT name, ok, detail FROM audit.check_invariants()").fetchall()
    assert len(rows) >= 10
    assert [row for row in rows if not row[1]] == []


def test_from_an_empty_database(cluster: Any) -> None:
    name = "upgrade_from_empty"
    fresh = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        migrate.migrate(fresh)
        load_demo(fresh, (ROOT / "db/demo/demo.sql").read_text())
        check(fresh)
        assert not migrate.check(fresh), "a second migrate has nothing to do"
    finally:
        cluster.drop(name)


def test_from_the_previous_commit_with_data(cluster: Any, tmp_path: Path) -> None:
    found = previous_source(tmp_path)
    if found is None:
        pytest.skip("there is no earlier commit here (a source archive or a shallow clone): nothing to upgrade from")
    commit, tree = found
    name = "upgrade_from_previous"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        deploy(tree, access)
        load_demo(access, (tree / "db/demo/demo.sql").read_text())
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            before = counts(connection)
        assert before["sales.orders"] > 0

        done = migrate.migrate(access)

        with psycopg.connect(access.admin(), autocommit=True) as connection:
            after = counts(connection)
        assert after == before
        check(access)
        print(f"from {commit[:12]}: {len(done.migrations)} migrations, {len(done.code)} changed files; {before}")
    finally:
        cluster.drop(name)
