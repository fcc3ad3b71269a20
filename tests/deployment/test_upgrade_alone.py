"""Deployments run one at a time: the next waits and says for whom, and none that was killed stands in its way."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy.source import MigrationError
from db.server.access import Access
from tests.deploy.workshop import Workshop
from tests.support.cluster import Cluster

ROOT = Path(__file__).parents[2]
numbers = count(1)

DEPLOY = """
import sys
from pathlib import Path
from db.deploy.migrate import migrate
from db.deploy.source import MigrationError, Source
from db.server.access import Access
def say(text): print(text, flush=True)
try:
    plan = migrate(Access(sys.argv[1], sys.argv[2]), source=Source.read(Path(sys.argv[3])), say=say)
except MigrationError as error:
    sys.exit(f"refused: {error}")
say(f"done: {plan.lines()}")
"""
INDEX = "-- transactional: false\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_name ON shop.things (name);\n"


class Deployment:
    """A process that deploys; `hear` waits until it says something."""

    def __init__(self, workshop: Workshop) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                DEPLOY,
                workshop.access.admin_url,
                workshop.access.secret,
                str(workshop.folder),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def hear(self, words: str, seconds: float = 60) -> str:
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"{words!r} was not said: {self.said}")
            if line is None:
                pytest.fail(f"it ended without {words!r}: {self.said}")
            self.said.append(line)
            if words in line:
                return line

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def deploying(workshop: Workshop) -> Iterator[Deployment]:
    deployment = Deployment(workshop)
    try:
        yield deployment
    finally:
        deployment.end()


def until(workshop: Workshop, query: str) -> Any:
    deadline = time.monotonic() + 60
    while not (found := workshop.ask(query)):
        assert time.monotonic() < deadline, query
        time.sleep(0.02)
    return found


@pytest.fixture
def workshop(cluster: Cluster, tmp_path: Path, worker_id: str) -> Iterator[Workshop]:
    name = f"alone_{worker_id}_{next(numbers)}"
    folder = tmp_path / "db"
    folder.mkdir()
    yield Workshop(folder, Access(cluster.access.admin(name), cluster.access.secret))
    cluster.drop(name)


WAITS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type IN ('Lock', 'Timeout') "
    "AND query ~ '{}' AND pid <> pg_backend_pid()"
)


def test_the_second_waits_says_for_whom_and_finds_nothing_to_do(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.index.sql", INDEX)
    with psycopg.connect(workshop.access.admin()) as client, deploying(workshop) as first:
        client.execute("INSERT INTO shop.things VALUES (1, 'lamp')")  # an index waits for every transaction that writes
        until(workshop, WAITS.format("CREATE INDEX"))
        with deploying(workshop) as second:
            line = second.hear("waiting for another deployment")
            holder = workshop.ask(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = 'storeproc migrate: 0002.index (1 of 1)'"
            )
            assert f"server process {holder}, at 0002.index (1 of 1)" in line
            # The first needs the second to have no snapshot: with one that waits in a statement neither would end.
            client.commit()
            first.hear("done: ['db/migrations/0002.index.sql is applied'")
            second.hear("done: []")
    assert workshop.ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'shop.things_name'::regclass") is True


def test_a_killed_one_leaves_nothing_locked_and_nothing_done(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\nSELECT pg_sleep(600);\n")
    with deploying(workshop) as first:
        left = until(workshop, WAITS.format("pg_sleep\\(600"))
        with deploying(workshop) as second:
            second.hear("waiting for another deployment")
            workshop.write("migrations/0002.more.sql", "CREATE TABLE shop.more (id int);\n")
            with deploying(workshop) as third:
                third.hear("waiting for another deployment")
                first.process.kill()
                # What the killed one had begun ends within a second or two, and not in ten minutes.
                until(workshop, f"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {left})")
                second.end()  # it has read the slow text; whoever comes next has the good one
                third.hear("done: ['db/migrations/0002.more.sql is applied'")
    assert workshop.ask("SELECT count(*) FROM shop.more") == 0


def test_an_index_that_a_crash_left_unfinished_is_built_anew(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.write("migrations/0002.index.sql", INDEX)
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('shop.things_name')"
    with psycopg.connect(workshop.access.admin()) as client:
        client.execute("INSERT INTO shop.things VALUES (1, 'lamp')")
        with deploying(workshop) as killed:
            left = until(workshop, WAITS.format("CREATE INDEX"))
            killed.process.kill()
            until(workshop, f"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {left})")
        assert workshop.ask(valid) is False
        assert any("shop.things_name is INVALID" in line for line in workshop.check())
        client.commit()
    with deploying(workshop) as second:
        second.hear("dropped the unfinished index shop.things_name")
        second.hear("done: ['db/migrations/0002.index.sql is applied'")
    assert workshop.ask(valid) is True
    assert workshop.check() == []


def test_a_backfill_commits_batch_by_batch_and_goes_on_where_it_was_killed(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.ask("INSERT INTO shop.things SELECT n, NULL FROM generate_series(1, 10) AS n RETURNING 1")
    workshop.write(
        "migrations/0002.names.sql",
        "-- transactional: false\nDO $$\nDECLARE v_rows bigint := 1;\nBEGIN\n"
        "    WHILE v_rows > 0 LOOP\n"
        "        UPDATE shop.things SET name = 'lamp; %' WHERE id IN (SELECT id FROM shop.things WHERE name IS NULL\n"
        "            ORDER BY id LIMIT 3 FOR NO KEY UPDATE);\n"
        "        GET DIAGNOSTICS v_rows = ROW_COUNT;\n        COMMIT;\n    END LOOP;\nEND $$;\n",
    )
    with psycopg.connect(workshop.access.admin()) as client:
        client.execute("SELECT FROM shop.things WHERE id = 7 FOR UPDATE")
        with deploying(workshop) as killed:
            left = until(workshop, WAITS.format("WHILE v_rows"))
            killed.process.kill()
            until(workshop, f"SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {left})")
    assert workshop.ask("SELECT count(*) FROM shop.things WHERE name IS NOT NULL") == 6
    workshop.deploy()
    assert workshop.ask("SELECT count(DISTINCT xmin::text) FROM shop.things WHERE name = 'lamp; %'") == 4


def test_a_unique_index_over_duplicates_leaves_no_invalid_one(workshop: Workshop) -> None:
    workshop.deploy()
    workshop.ask("INSERT INTO shop.things VALUES (1, 'lamp'), (2, 'lamp') RETURNING 1")
    workshop.write("migrations/0002.index.sql", INDEX.replace("CREATE INDEX", "CREATE UNIQUE INDEX"))
    with pytest.raises(MigrationError, match=r"0002\.index\.sql: could not create unique index.*\(lamp\)"):
        workshop.deploy()
    assert workshop.ask("SELECT to_regclass('shop.things_name')") is None
    workshop.ask("DELETE FROM shop.things WHERE id = 2 RETURNING 1")
    workshop.deploy()
    assert workshop.ask(
        "SELECT indisunique AND indisvalid FROM pg_index WHERE indrelid = 'shop.things'::regclass AND NOT indisprimary"
    )


def test_the_row_that_yoyo_locks_with_is_no_trap(workshop: Workshop) -> None:
    # Killed in its first second a deployment leaves yoyo's row, and yoyo asks for `yoyo break-lock`.
    with psycopg.connect(workshop.access.admin("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {workshop.access.database} TEMPLATE template0")  # type: ignore[call-overload]
    with psycopg.connect(workshop.access.admin(), autocommit=True) as connection:
        connection.execute(
            "CREATE SCHEMA migration AUTHORIZATION store_owner; SET ROLE store_owner; "
            "CREATE TABLE migration.yoyo_lock (locked int DEFAULT 1 PRIMARY KEY, ctime timestamp, pid int NOT NULL); "
            "INSERT INTO migration.yoyo_lock VALUES (1, now(), 4711)"
        )
    assert workshop.deploy().migrations == ["db/migrations/0001.shop.sql"]
