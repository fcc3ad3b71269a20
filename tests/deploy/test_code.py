"""Deployment of the code, on a small source of its own: what is replaced, when, and what is refused."""

from __future__ import annotations

import psycopg
import pytest

from db.deploy import migrate
from db.deploy.source import MigrationError, Source
from tests.deploy.workshop import ENDPOINT, HELPER, ROUTINE, Workshop


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
