"""Log-in roles of people: storeproc dba-role and analyst-role."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import errors, sql

from db.server.access import Access
from tests.support.forks import run_storeproc


@dataclass
class Person:
    role: str
    password: str
    access: Access

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        host = urlsplit(self.access.admin_url).netloc.rpartition("@")[2]
        url = self.access.admin_url.replace(urlsplit(self.access.admin_url).netloc, host)
        return psycopg.connect(url, user=self.role, password=self.password, autocommit=True)


def make(access: Access, command: str, name: str) -> Person:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret}
    done = run_storeproc([command, name], os.environ | settings)
    assert done.returncode == 0, done.stderr
    printed = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    return Person(printed["role"], printed["password"], access)


@pytest.fixture(scope="module")
def people(access: Access) -> Iterator[dict[str, Person]]:
    # Roles are the whole cluster's: a name that no other test has.
    name = f"t{uuid.uuid4().hex[:12]}"
    made = {command: make(access, command, name) for command in ("dba-role", "analyst-role")}
    yield made
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        for person in made.values():
            connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(person.role)))


def test_the_audit_names_the_dba(people: dict[str, Person]) -> None:
    dba = people["dba-role"]
    assert dba.role.startswith("dba_t")
    with dba.connect() as connection:
        connection.execute("UPDATE sales.settings SET deposit_hold = '15 days'")
        connection.execute("INSERT INTO identity.accounts (email, role) VALUES ('by-dba@example.com', 'customer')")
        found = connection.execute("SELECT DISTINCT table_name FROM audit.changes WHERE db_role = current_user")
        assert {str(row[0]) for row in found} >= {"identity.accounts"}
        event = connection.execute(
            "SELECT db_role FROM audit.security_events WHERE kind = 'sql_role_made' AND detail ->> 'name' = %s",
            [dba.role],
        ).fetchone()
        assert event == ("postgres",)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE ROLE dba_another")


def test_a_dba_finds_extensions_and_ends_sessions(people: dict[str, Person]) -> None:
    with people["dba-role"].connect() as connection, people["analyst-role"].connect() as other:
        connection.execute("SELECT count(*) FROM pg_stat_statements")
        connection.execute("SELECT * FROM pgstattuple_approx('sales.orders')")
        connection.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])


def test_a_second_call_is_a_new_password(people: dict[str, Person], access: Access) -> None:
    before = people["dba-role"]
    people["dba-role"] = make(access, "dba-role", before.role.removeprefix("dba_"))
    assert people["dba-role"].role == before.role
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        before.connect()
    people["dba-role"].connect().close()


def test_an_analyst_reads_the_views_for_a_while(people: dict[str, Person]) -> None:
    with people["analyst-role"].connect() as connection:
        connection.execute("SELECT email FROM v_payments_safe")
        limits = connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('transaction_timeout'), "
            "current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_read_only')"
        ).fetchone()
        assert limits == ("5min", "15min", "1min", "on")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT FROM sales.orders")


def test_a_name_is_one_word(access: Access) -> None:
    settings = {"DATABASE_URL": access.admin_url, "STOREPROC_SECRET": access.secret}
    done = run_storeproc(["dba-role", "Ada L"], os.environ | settings)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("storeproc: A name has 1 to 40 small letters")
