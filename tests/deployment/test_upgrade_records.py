"""From version 0.1.0 with its data: what did not change is not loaded again, and no table is locked for nothing."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy import migrate
from db.deploy.digest import digest
from db.deploy.source import File, Source
from db.server.access import Access
from tests.deployment import test_upgrade as upgrade
from tests.support.cluster import Cluster

RECORDS = Path(migrate.__file__).with_name("records_0_1_0.json")

# Notes the locks of every transaction that runs DDL. All are held until its end, so those after its last DDL command
# are all that it took up to there.
WATCH = """
CREATE SCHEMA watch;
CREATE TABLE watch.locks (relation text, mode text, PRIMARY KEY (relation, mode));
CREATE FUNCTION watch.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO watch.locks
    SELECT c.oid::regclass::text, l.mode FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation'
      AND l.mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock',
                     'ShareUpdateExclusiveLock')
      AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't' AND c.relnamespace NOT IN
          (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'api', 'migration', 'watch'))
    ON CONFLICT DO NOTHING;
END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch.note();
"""
# The rows of the system catalog that loading a policy file or a view file would write.
WRITTEN = {
    "policy": "SELECT p.polrelid::regclass || '.' || p.polname, p.xmin::text FROM pg_policy AS p",
    "view": "SELECT r.ev_class::regclass::text, r.xmin::text FROM pg_rewrite AS r WHERE r.ev_class > 16383",
    "trigger": "SELECT t.tgrelid::regclass || '.' || t.tgname, t.xmin::text FROM pg_trigger AS t "
    "WHERE NOT t.tgisinternal",
    "relation": "SELECT c.oid::regclass::text, c.xmin::text FROM pg_class AS c JOIN pg_namespace AS n "
    "ON n.oid = c.relnamespace WHERE c.oid > 16383 AND c.relkind IN ('r', 'p', 'v') "
    "AND n.nspname NOT IN ('api', 'migration', 'watch')",
}


def ask(access: Access, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute("SET search_path = pg_catalog")
        return connection.execute(query.encode()).fetchall()


def run(access: Access, statements: str) -> None:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute(statements.encode())


def written(access: Access) -> dict[str, dict[str, str]]:
    return {kind: dict(ask(access, query)) for kind, query in WRITTEN.items()}


def locks(access: Access) -> set[tuple[str, str]]:
    """The strong locks since the last call."""
    return {(relation, mode) for relation, mode in ask(access, "DELETE FROM watch.locks RETURNING relation, mode")}


def is_changed(file: File) -> bool:
    """Whether a policy file or a view file does something else than in version 0.1.0."""
    return file.digest not in {record["digest"] for record in json.loads(RECORDS.read_text()).values()}


def named_in(files: list[File]) -> set[str]:
    return {name for file in files for name in re.findall(r"\b[a-z_]+\.[a-z_]+\b", file.text)}


def excused(source: Source, applied: set[str]) -> set[str]:
    """The relations that the present source has a reason to lock: in it, a policy, a view or a migration is new, or a
    view reads what a new migration names."""
    policies = [file for file in source.policies if is_changed(file)]
    views = [file for file in source.views if is_changed(file)]
    migrations = [file for name, file in source.migrations.items() if name not in applied]
    named = named_in(migrations)
    if "audit.changes" in named:  # a new column of a partitioned table is one of its partitions, too
        named.add("audit.changes_default")
    above = {f"{file.schema}.{file.path.stem}" for file in source.views if not named.isdisjoint(named_in([file]))}
    return named_in(policies + views) | named | above | ({"identity.signing_keys"} if policies else set())


@pytest.fixture
def access(cluster: Cluster, worker_id: str) -> Iterator[Access]:
    name = f"records_{worker_id}"
    yield Access(cluster.access.admin(name), cluster.access.secret)
    cluster.drop(name)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The tree of version 0.1.0."""
    try:
        return upgrade.extract(upgrade.PREVIOUS, tmp_path, "db")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("version 0.1.0 is not in the history here (a source archive or a shallow clone)")


def test_what_did_not_change_is_neither_loaded_nor_locked(access: Access, old: Path) -> None:
    upgrade.deploy(old, access)
    upgrade.load_demo(access, (old / "db/demo.sql").read_text())
    run(access, WATCH)
    endpoint = old / "db/api/orders/get_order.sql"
    endpoint.write_text(endpoint.read_text() + "\nCOMMENT ON FUNCTION api.get_order IS 'Changed';\n")
    upgrade.deploy(old, access)
    usual = locks(access)

    with psycopg.connect(access.admin(), autocommit=True) as connection:
        counted = upgrade.counts(connection)
    applied = {name for (name,) in ask(access, "SELECT migration_id FROM migration.checksums")}
    source = Source.read()
    free = excused(source, applied)
    before = written(access)
    assert len(before["policy"]) > 40
    assert len(before["view"]) > 30

    done = migrate.migrate(access)

    after = written(access)
    for kind, rows in before.items():
        touched = {name for name, xmin in rows.items() if after[kind].get(name) != xmin}
        unexcused = {name for name in touched if ".".join(name.split(".")[:2]) not in free}
        assert unexcused == set(), kind
    taken = locks(access)
    # The audit's partitions of this month and the next are made now.
    assert {
        (name, mode) for name, mode in taken - usual if name not in free and not name.startswith("audit.changes_2")
    } == set()
    unchanged = {file.name for file in (*source.policies, *source.views) if not is_changed(file)}
    assert len(unchanged) > 30
    assert unchanged.isdisjoint(done.code)
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        assert upgrade.counts(connection) == counted
    upgrade.check(access)
    assert not migrate.check(access)
    print(f"usual: {sorted(usual)}; upgrade: {sorted(taken)}; touched with a reason: {sorted(free)}")


def test_records_of_the_former_version_are_understood(access: Access) -> None:
    """As above where there is no history: this source, with the records that version 0.1.0 would have left."""
    migrate.migrate(access)
    digests = dict(ask(access, "SELECT file, sha256 FROM migration.files"))
    former = {
        name: record["sha256"]
        for name, record in json.loads(RECORDS.read_text()).items()
        if digests.get(record["file"]) == record["digest"]
    }
    assert len(former) > 30
    former["db/routines/identity/authenticate.sql"] = "0" * 64
    edited = "db/policies/sales.orders.sql"
    former[edited] = "0" * 64
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        connection.execute("DELETE FROM migration.files")
        connection.cursor().executemany("INSERT INTO migration.files VALUES (%s, %s)", list(former.items()))
        connection.execute("UPDATE migration.deployed SET code_digest = 'of version 0.1.0'")
    run(access, WATCH)
    before = written(access)

    migrate.migrate(access)

    after = written(access)
    assert dict(ask(access, "SELECT file, sha256 FROM migration.files")) == digests
    sources = {record["file"]: name for name, record in json.loads(RECORDS.read_text()).items()}
    due = [file for file in (*Source.read().policies, *Source.read().views) if sources.get(file.name) not in former]
    due += [file for file in Source.read().policies if sources.get(file.name) == edited]
    free = named_in(due) | {"identity.signing_keys"}
    for kind, rows in before.items():
        touched = {name for name, xmin in rows.items() if after[kind].get(name) != xmin}
        assert {name for name in touched if ".".join(name.split(".")[:2]) not in free} == set(), kind
    assert before["policy"]["sales.orders.own_rows"] != after["policy"]["sales.orders.own_rows"]
    taken = {name for name, _ in locks(access)}
    assert "sales.orders" in taken
    assert taken <= free


def test_the_former_records_are_those_of_that_version(old: Path) -> None:
    """Where each policy and view of version 0.1.0 is now, its SHA-256 as recorded then, and its digest of today."""
    renamed = upgrade.git(
        "diff", "--name-status", "--find-renames=100%", upgrade.PREVIOUS, "f33164f", "--", "db"
    ).decode()
    moved = dict(line.split("\t")[1:] for line in renamed.splitlines() if line.startswith("R100"))
    expected = {}
    for folder in ("policies", "views"):
        for path in sorted((old / "db" / folder).glob("*.sql")):
            name = f"db/{folder}/{path.name}"
            file = File(path, name, path.read_text())
            expected[name] = {"file": moved[name], "sha256": file.sha256, "digest": digest(file.text)}
    assert json.loads(RECORDS.read_text()) == expected
