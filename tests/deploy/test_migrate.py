"""Deployment, on a small source of its own: what is applied, what is refused, and what an error says."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import psycopg
import pytest
from yoyo import get_backend, read_migrations

from db.deploy import migrate
from db.deploy.apply import yoyo_url
from db.deploy.plan import Plan
from db.deploy.source import MigrationError, Source, source_version
from db.server.access import Access
from db.server.supervisor import Server
from tests.support.cluster import Cluster

REAL = Path(migrate.__file__).parents[1]
numbers = count(1)

MIGRATION = """
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO store_api;
CREATE TABLE shop.things (id int PRIMARY KEY, name text);
"""
ROUTINE = """
CREATE OR REPLACE FUNCTION shop.double_it(n int) RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT shop.half(n) * 4 $$;
GRANT EXECUTE ON FUNCTION shop.double_it TO store_api;
"""
HELPER = """
CREATE OR REPLACE FUNCTION shop.half(n int) RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT n / 2 $$;
GRANT EXECUTE ON FUNCTION shop.half TO store_api;
"""
ENDPOINT = """
CREATE FUNCTION api.get_double(n int) RETURNS int
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN shop.double_it(n);
END $$;
GRANT EXECUTE ON FUNCTION api.get_double TO app_anonymous;
"""


class Workshop:
    """A source folder to edit, and a database to deploy it to."""

    def __init__(self, folder: Path, access: Access) -> None:
        self.folder = folder
        self.access = access
        shutil.copy(REAL / "roles.sql", folder / "roles.sql")
        self.write("migrations/0001.shop.sql", MIGRATION)
        self.write("migrations/0001.shop.rollback.sql", "DROP SCHEMA shop CASCADE;\n")
        self.write("types.sql", "CREATE DOMAIN api.amount AS bigint CHECK (VALUE > 0);\n")
        self.write("shop/routines/double_it.sql", ROUTINE)
        self.write("shop/routines/half.sql", HELPER)
        self.write("shop/api/get_double.sql", ENDPOINT)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def deploy(self, **keywords: bool) -> Plan:
        return migrate.migrate(self.access, source=Source.read(self.folder), **keywords)

    def check(self) -> list[str]:
        return migrate.check(self.access, Source.read(self.folder)).lines()

    def ask(self, query: str, role: str | None = None) -> object:
        with psycopg.connect(self.access.url(role) if role else self.access.admin()) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row else None


@pytest.fixture
def workshop(cluster: Cluster, tmp_path: Path, worker_id: str) -> Iterator[Workshop]:
    name = f"workshop_{worker_id}_{next(numbers)}"
    folder = tmp_path / "db"
    folder.mkdir()
    yield Workshop(folder, Access(cluster.access.admin(name), cluster.access.secret))
    cluster.drop(name)


def test_from_nothing_to_a_call_as_a_web_role(workshop: Workshop) -> None:
    assert workshop.check()[0] == "the database is created"
    plan = workshop.deploy()
    assert plan.database
    assert plan.migrations == ["db/migrations/0001.shop.sql"]
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 40
    assert workshop.ask("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'shop'") == "store_owner"
    assert workshop.ask("SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'get_double'") == "store_api"
    assert workshop.ask("SELECT proowner::regrole::text FROM pg_proc WHERE proname = 'double_it'") == "store_owner"
    assert workshop.ask("SELECT count(*) FROM pg_extension WHERE extnamespace = 'extensions'::regnamespace") == 3


def test_what_is_deployed_can_be_read(workshop: Workshop) -> None:
    workshop.deploy()
    source = Source.read(workshop.folder)
    with psycopg.connect(workshop.access.admin()) as connection:
        connection.execute("SET ROLE store_api")
        row = connection.execute("SELECT schema_version, code_digest FROM migration.deployed").fetchone()
    assert row == ("0001.shop", source.code_digest) == source_version(workshop.folder)


def test_nothing_to_do_does_nothing(workshop: Workshop) -> None:
    workshop.deploy()
    before = workshop.ask("SELECT 'api.get_double'::regproc::oid")
    assert not workshop.deploy()
    assert workshop.check() == []
    assert workshop.ask("SELECT 'api.get_double'::regproc::oid") == before
    workshop.deploy(force=True)
    assert workshop.ask("SELECT 'api.get_double'::regproc::oid") != before


def test_one_changed_function_is_deployed(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("shop/routines/half.sql", HELPER.replace("n / 2", "n"))
    assert workshop.check() == ["the code is rebuilt: db/shop/routines/half.sql"]
    assert workshop.deploy().migrations == []
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 84


def test_a_removed_file_takes_its_function_along(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("shop/routines/double_it.sql", ROUTINE.replace("shop.half(n) * 4", "n * 2"))
    (workshop.folder / "shop/routines/half.sql").unlink()
    workshop.deploy()
    assert workshop.ask("SELECT to_regproc('shop.half')") is None
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 42


def test_a_routine_may_use_the_vocabulary_of_the_api(workshop: Workshop) -> None:
    workshop.write(
        "shop/routines/half.sql", HELPER.replace("half(n int) RETURNS int", "half(n int) RETURNS api.amount")
    )
    workshop.deploy()
    workshop.write("shop/routines/double_it.sql", ROUTINE.replace("* 4", "* 2 * 2"))
    workshop.deploy()
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 40


def test_an_edited_migration_is_refused(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0001.shop.sql", MIGRATION + "-- an afterthought\n")
    for attempt in (workshop.deploy, workshop.check):
        with pytest.raises(MigrationError, match=r"db/migrations/0001\.shop\.sql was edited after it was applied"):
            attempt()


def test_a_newer_schema_is_refused(workshop: Workshop) -> None:
    workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n")
    workshop.deploy()
    (workshop.folder / "migrations/0002.more.sql").unlink()
    with pytest.raises(MigrationError, match=r"newer version: this source does not know 0002\.more"):
        workshop.deploy()


def test_a_failed_migration_leaves_nothing_and_names_its_line(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write(
        "migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n\nALTER TABLE shop.moer ADD name text;\n"
    )
    with pytest.raises(MigrationError, match=r'db/migrations/0002\.more\.sql: relation "shop\.moer" does not exist'):
        workshop.deploy()
    assert workshop.ask("SELECT to_regclass('shop.more')") is None
    assert workshop.check() == ["db/migrations/0002.more.sql is applied", "the code is rebuilt: everything"]
    workshop.write(
        "migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n\nALTER TABLE shop.more ADD name tekst;\n"
    )
    with pytest.raises(MigrationError, match=r'db/migrations/0002\.more\.sql:3: type "tekst" does not exist'):
        workshop.deploy()
    workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n")
    assert workshop.deploy().migrations == ["db/migrations/0002.more.sql"]


def test_a_migration_may_hold_bodies_in_dollar_quotes(workshop: Workshop) -> None:
    workshop.write(
        "migrations/0002.trigger.sql",
        "-- a semicolon; in a comment\nCREATE FUNCTION shop.shout() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
        "BEGIN NEW.name := upper(NEW.name) || ';%'; RETURN NEW; END $body$;\n"
        "CREATE TRIGGER shout BEFORE INSERT ON shop.things FOR EACH ROW EXECUTE FUNCTION shop.shout();\n",
    )
    workshop.deploy()
    assert workshop.ask("INSERT INTO shop.things VALUES (1, 'lamp') RETURNING name") == "LAMP;%"


def test_a_migration_outside_a_transaction(workshop: Workshop) -> None:
    workshop.write(
        "migrations/0002.index.sql",
        "-- transactional: false\nCREATE INDEX CONCURRENTLY things_name ON shop.things (name);\n",
    )
    workshop.deploy()
    assert workshop.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'shop.things_name'::regclass") is True
    assert not workshop.deploy()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "shop/api/get_double.sql",
            ENDPOINT.replace("LANGUAGE plpgsql", "LANGUAGE plpgsqll"),
            r"get_double\.sql: language",
        ),
        (
            "shop/api/get_double.sql",
            ENDPOINT.replace("RETURN shop", "RETRN shop"),
            r"get_double\.sql:5: syntax error",
        ),
        ("shop/api/get_double.sql", ENDPOINT.replace("END $$", "ND $$"), r"get_double\.sql:\d: "),
        ("shop/routines/half.sql", HELPER.replace("n / 2", "n / nn"), r'half\.sql:3: column "nn" does not exist'),
        (
            "shop/routines/half.sql",
            HELPER.replace("n / 2", "shop.third(n)"),
            r"half\.sql:3: function shop\.third\(integer\) does not exist",
        ),
        (
            "types.sql",
            "\n\nCREATE DOMAIN api.amount AS bigint CHEK (VALUE > 0);\n",
            r"db/types\.sql:3: syntax error",
        ),
    ],
)
def test_broken_code_is_not_deployed_and_its_line_is_named(
    workshop: Workshop, name: str, text: str, words: str
) -> None:
    workshop.deploy()
    workshop.write(name, text)
    with pytest.raises(MigrationError, match=words):
        workshop.deploy()
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 40, "what ran before runs on"


def test_state_that_hangs_on_the_api_schema_is_refused(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (amount api.amount);\n")
    with pytest.raises(MigrationError, match=r"column amount of table shop\.more"):
        workshop.deploy()
    assert (
        workshop.ask("SELECT count(*) FROM pg_attribute WHERE attrelid = 'shop.more'::regclass AND attname = 'amount'")
        == 1
    )


def test_policies_are_loaded_again_only_when_they_must(workshop: Workshop) -> None:
    policy = (
        "ALTER TABLE shop.things ENABLE ROW LEVEL SECURITY;\nDROP POLICY IF EXISTS all_of_them ON shop.things;\n"
        "CREATE POLICY all_of_them ON shop.things TO store_api USING (true);\n"
    )
    oid = "SELECT oid FROM pg_policy WHERE polname = 'all_of_them'"
    workshop.write("shop/policies/things.sql", policy)
    workshop.deploy()
    first = workshop.ask(oid)
    workshop.write("shop/routines/half.sql", HELPER.replace("n / 2", "n * 1 / 2"))
    workshop.write("shop/policies/things.sql", "-- Who sees what.\n" + policy.replace(" TO ", "\n    TO "))
    assert workshop.check() == ["the code is rebuilt: db/shop/routines/half.sql"]
    workshop.deploy()
    assert workshop.ask(oid) == first, "an unchanged policy is not loaded: that would lock its table"
    workshop.write("shop/policies/things.sql", policy.replace("USING (true)", "USING (id > 0)"))
    workshop.deploy()
    second = workshop.ask(oid)
    assert second != first
    workshop.write(
        "migrations/0002.again.sql", "DROP TABLE shop.things;\nCREATE TABLE shop.things (id int, name text);\n"
    )
    workshop.deploy()
    assert workshop.ask(oid) not in (None, second), "a new table needs its policies"


def test_a_comment_or_a_line_break_is_no_change(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("shop/routines/half.sql", "-- Half of it.\n" + HELPER.replace(" STABLE ", "\n    STABLE /* why */ "))
    workshop.write("shop/api/get_double.sql", ENDPOINT + "-- more to come\n")
    assert workshop.check() == []
    assert not workshop.deploy()


def test_views_are_replaced_only_when_they_must(workshop: Workshop) -> None:
    view = "CREATE OR REPLACE VIEW shop.halves AS SELECT shop.half(t.id) AS half FROM shop.things AS t;\n"
    rule = "SELECT xmin::text FROM pg_rewrite WHERE ev_class = to_regclass('shop.halves')"
    workshop.write("shop/views/halves.sql", view)
    workshop.deploy()

    def replaced() -> bool:
        before = workshop.ask(rule)
        workshop.deploy()
        return workshop.ask(rule) != before

    said: list[str] = []
    workshop.write("shop/routines/double_it.sql", ROUTINE.replace("* 4", "* 2"))
    workshop.write("shop/api/get_double.sql", ENDPOINT + "COMMENT ON FUNCTION api.get_double IS 'Doubled';\n")
    before = workshop.ask(rule)
    with psycopg.connect(workshop.access.admin()) as client:
        client.execute("SELECT count(*) FROM shop.halves")  # and its transaction stays open
        migrate.migrate(workshop.access, source=Source.read(workshop.folder), say=said.append)
    assert workshop.ask(rule) == before
    assert not any("clients hold locks" in line for line in said), "who reads a view keeps nobody from deploying"

    workshop.write("shop/routines/half.sql", HELPER.replace("half(n int)", "half(n bigint)"))
    assert replaced(), "what it stood on has another signature"
    assert workshop.ask("SELECT to_regprocedure('shop.half(int)')") is None
    workshop.write("shop/views/halves.sql", view.replace("AS half", "AS half, t.name"))
    assert replaced()
    workshop.write("migrations/0002.more.sql", "ALTER TABLE shop.things ADD COLUMN more int;\n")
    assert replaced(), "a migration may have changed its table"
    workshop.write("migrations/0003.other.sql", "CREATE TABLE shop.other (id int);\n")
    assert not replaced(), "a migration of another table has not"
    workshop.write(
        "shop/views/thirds.sql",
        "CREATE OR REPLACE VIEW shop.thirds AS SELECT t.id / 3 AS third FROM shop.things AS t;\n",
    )
    assert not replaced(), "another view is new"
    (workshop.folder / "shop/views/thirds.sql").unlink()
    assert not replaced(), "another view is gone"
    assert workshop.ask("SELECT to_regclass('shop.thirds')") is None
    with psycopg.connect(workshop.access.admin()) as client:
        client.execute("DROP VIEW shop.halves")
    workshop.write("shop/api/get_double.sql", ENDPOINT)
    assert replaced(), "it was dropped by hand"
    before = workshop.ask(rule)
    workshop.deploy(force=True)
    assert workshop.ask(rule) != before
    (workshop.folder / "shop/views/halves.sql").unlink()
    workshop.deploy()
    assert workshop.ask("SELECT to_regclass('shop.halves')") is None


def test_a_lock_held_by_a_client_is_waited_for(workshop: Workshop) -> None:
    workshop.write("shop/policies/things.sql", "ALTER TABLE shop.things ENABLE ROW LEVEL SECURITY;\n")
    workshop.deploy()
    workshop.write("shop/policies/things.sql", "ALTER TABLE shop.things FORCE ROW LEVEL SECURITY;\n")
    said: list[str] = []
    with psycopg.connect(workshop.access.admin()) as client:
        client.execute("SELECT count(*) FROM shop.things")  # and its transaction stays open

        def listen(text: str) -> None:
            said.append(text)
            client.rollback()

        migrate.migrate(workshop.access, source=Source.read(workshop.folder), say=listen)
    assert any("clients hold locks" in line for line in said)
    assert workshop.ask("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'shop.things'::regclass") is True


def test_a_table_that_a_client_takes_meanwhile_is_waited_for_at_every_step(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n")
    workshop.write(
        "shop/routines/count.sql",
        "CREATE OR REPLACE FUNCTION shop.count() RETURNS bigint LANGUAGE sql STABLE "
        "SET search_path = pg_catalog, pg_temp AS $$ SELECT count(*) FROM shop.things $$;\n",
    )
    waits: list[str] = []
    with psycopg.connect(workshop.access.admin()) as client:
        take = "LOCK TABLE shop.things IN ACCESS EXCLUSIVE MODE"
        client.execute(take)

        def listen(text: str) -> None:
            if text.startswith("clients hold locks"):
                waits.append(text)
                client.rollback()
            else:
                client.execute(take)

        migrate.migrate(workshop.access, source=Source.read(workshop.folder), say=listen)
    assert [text.split(": ")[1].split(" waits")[0] for text in waits] == [
        "reading the schema",
        "the code",
        "reading the schema",
    ]
    assert workshop.ask("SELECT shop.count()") == 0


def test_passwords_are_scram_and_set_once(workshop: Workshop) -> None:
    workshop.deploy()
    stored = "SELECT rolpassword FROM pg_authid WHERE rolname = 'web_customer'"
    before = workshop.ask(stored)
    assert str(before).startswith("SCRAM-SHA-256$")
    workshop.deploy(force=True)
    assert workshop.ask(stored) == before


def test_two_deployments_at_once_are_one(workshop: Workshop) -> None:
    with ThreadPoolExecutor(3) as threads:
        plans = [future.result() for future in [threads.submit(workshop.deploy) for _ in range(3)]]
    assert sorted(len(plan.migrations) for plan in plans) == [0, 0, 1]


def test_an_administrator_who_is_no_superuser_can_deploy(tmp_path: Path) -> None:
    # Roles belong to a cluster, so this needs its own.
    folder = Path(tempfile.mkdtemp(prefix="storeproc-cloud-", dir=os.environ["STOREPROC_TEST_DATA"]))
    server = Server(folder, settings={"fsync": "off", "shared_buffers": "16MB"})
    try:
        root = server.start()
        with psycopg.connect(root.admin("postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE boss LOGIN CREATEROLE CREATEDB PASSWORD 'boss-password'")
            connection.execute("GRANT pg_monitor TO boss WITH ADMIN OPTION")  # as clouds do
            connection.execute("GRANT CONNECT ON DATABASE postgres TO boss")
        access = Access(
            root.admin_url.replace(f"postgres:{root.password('postgres')}@", "boss:boss-password@"), root.secret
        )
        source = tmp_path / "db"
        source.mkdir()
        workshop = Workshop(source, access)
        workshop.deploy()
        assert not workshop.deploy()
        assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 40
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_the_real_source_needs_no_database_before(cluster: Cluster, worker_id: str) -> None:
    name = f"real_{worker_id}"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        assert migrate.check(access).database
        plan = migrate.migrate(access)
        assert len(plan.migrations) == len(Source.read().migrations)
        assert not migrate.migrate(access)
    finally:
        cluster.drop(name)


def test_every_migration_can_be_rolled_back(workshop: Workshop) -> None:
    # State only: code goes first in a rollback, and is rebuilt from whatever source comes after.
    shutil.rmtree(workshop.folder / "migrations")
    shutil.copytree(REAL / "migrations", workshop.folder / "migrations")
    shutil.rmtree(workshop.folder / "shop")
    workshop.deploy()
    backend = get_backend(yoyo_url(workshop.access))
    try:
        backend.rollback_migrations(backend.to_rollback(read_migrations(str(REAL / "migrations"))))
    finally:
        backend.connection.close()
    left = workshop.ask(
        "SELECT array_agg(nspname ORDER BY 1) FROM pg_namespace WHERE nspname !~ '^pg_' "
        "AND nspname NOT IN ('information_schema', 'public', 'extensions', 'migration', 'api')"
    )
    assert left is None
