"""What takes the place of rollbacks: former code on new tables, and the moment to which a restore goes back."""

from __future__ import annotations

from datetime import datetime

from db.deploy import migrate
from db.deploy.source import Source
from tests.deploy.workshop import ENDPOINT, Workshop

MORE = "-- depends: 0001.shop\nALTER TABLE shop.things ADD price bigint;\n"


def test_the_former_code_is_deployed_on_the_new_tables(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.prices.sql", MORE)
    workshop.write("shop/api/get_double.sql", ENDPOINT.replace("shop.double_it(n)", "shop.double_it(n) + 1"))
    workshop.deploy()
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 41
    workshop.ask("INSERT INTO shop.things (id, price) VALUES (1, 250) RETURNING id")
    workshop.write("shop/api/get_double.sql", ENDPOINT)
    assert workshop.deploy().migrations == []
    assert workshop.ask("SELECT api.get_double(21)", role="web_anonymous") == 40
    assert workshop.ask("SELECT price FROM shop.things") == 250, "what was written since stays"


def test_the_moment_before_the_migrations_is_said(workshop: Workshop) -> None:
    def deploy() -> list[str]:
        said: list[str] = []
        migrate.migrate(workshop.access, source=Source.read(workshop.folder), say=said.append)
        return [line.split()[0] for line in said if "is the moment before the migrations" in line]

    assert deploy() == [], "before the first deployment there is nothing to go back to"
    before = workshop.ask("SELECT clock_timestamp()")
    workshop.write("migrations/0002.prices.sql", MORE)
    (moment,) = deploy()
    applied = workshop.ask("SELECT applied_at FROM migration.checksums WHERE migration_id = '0002.prices'")
    assert isinstance(before, datetime)
    assert isinstance(applied, datetime)
    assert before < datetime.fromisoformat(moment) < applied
    assert deploy() == []


def test_a_rollback_that_was_left_is_no_migration(workshop: Workshop) -> None:
    workshop.write("migrations/0001.shop.rollback.sql", "DROP SCHEMA shop CASCADE;\n")
    assert workshop.deploy().migrations == ["db/migrations/0001.shop.sql"]
    assert workshop.check() == []
