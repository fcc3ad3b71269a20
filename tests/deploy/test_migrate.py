"""Deployment, on a small source of its own: what is applied, what is refused, and what an error says."""

from __future__ import annotations

import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from db.deploy import migrate
from db.deploy.source import MigrationError, Source, source_version
from db.server.access import Access
from db.server.supervisor import Server
from tests.deploy.workshop import MIGRATION, Workshop
from tests.support.cluster import Cluster


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
