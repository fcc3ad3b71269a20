"""A synchronous standby that is gone: every commit waits for ever. The store starts, and says why it waits."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from db.deploy import migrate
from db.server.supervisor import Server

SETTINGS = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="storeproc-data-", dir=os.environ["STOREPROC_TEST_DATA"]))
    made = Server(folder, settings=SETTINGS)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Told(Exception):
    pass


def test_the_store_starts_and_says_what_it_waits_for(server: Server) -> None:
    access = server.start()
    with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE storeproc")
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
    server.stop()
    access = server.start()  # waited for ever

    def say(text: str) -> None:
        if "commits wait until a standby of synchronous_standby_names (gone) is connected" in text:
            raise Told

    with pytest.raises(Told):
        migrate.migrate(access, say=say)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(access.admin(), autocommit=True) as connection:
        waiting = pool.submit(psycopg.connect, access.admin("postgres"), options="-c application_name=writer")
        with waiting.result() as writer:
            commit = pool.submit(writer.execute, "CREATE TABLE public.t (); COMMIT")
            # What read_measurements shows as commit_longest_wait_seconds.
            query = "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query_start < clock_timestamp()"
            while not connection.execute(query).fetchall():
                time.sleep(0.01)
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")
            commit.result(30)
    told: list[str] = []
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        migrate._tell_missing_standby(connection, told.append)
    assert told == []
