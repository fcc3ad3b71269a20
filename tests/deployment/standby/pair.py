"""A primary and its streaming standby, made with the commands of backups/README.md."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from db.server.access import Access
from db.server.cluster import prepare_folders
from db.server.embedded import find_layout
from db.server.processes import run_program
from db.server.supervisor import Server
from tests.support.made import SECRET, make_store

QUICK = {
    "fsync": "off",
    "shared_buffers": "64MB",
    "summarize_wal": "off",
    "hot_standby_feedback": "on",
    "max_standby_streaming_delay": "3s",
}


class Pair:
    """A primary, and a standby with the web tier's two addresses."""

    def __init__(self, folder: Path) -> None:
        make_store(folder / "primary")
        self.primary = Server(folder / "primary", secret=SECRET, settings=QUICK)
        self.standby = Server(folder / "standby", secret=SECRET, settings=QUICK)
        self.access = self.primary.start("tests")
        self.copy = self.copy_of(self.primary, self.access, self.standby)

    def copy_of(self, source: Server, access: Access, target: Server) -> Access:
        """The commands of backups/README.md, with the programs and the user of the embedded server."""
        target.lock("tests")
        target.layout = find_layout(target.data)
        prepare_folders(target.layout)
        os.chown(target.layout.home, source.layout.uid, source.layout.gid)
        run_program(
            source.layout,
            "pg_basebackup",
            f"--dbname={access.url('store_backup', 'postgres')}",
            f"--pgdata={target.layout.cluster}",
            "--write-recovery-conf",
            "--create-slot",
            "--slot=standby1",
            "--checkpoint=fast",
            "--no-sync",
        )
        return target.start("tests")

    def set(self, **settings: str) -> None:
        """Settings of the standby, at once."""
        file = self.standby.layout.cluster / "storeproc.conf"
        with file.open("a") as out:
            out.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        ask(self.copy, "SELECT pg_reload_conf()")

    def stop(self) -> None:
        for one in (self.standby, self.primary):
            with suppress(Exception):
                one.stop()

    async def caught_up(self) -> None:
        until = ask(self.access, "SELECT pg_current_wal_flush_lsn()")
        await eventually(lambda: bool(ask(self.copy, f"SELECT pg_last_wal_replay_lsn() >= '{until}'")))


def ask(access: Access, query: str, *, database: str | None = None) -> Any:
    with psycopg.connect(access.admin(database), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


async def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it does not come true"
        await asyncio.sleep(0.02)


def executed(access: Access, function: str) -> int:
    query = f"""SELECT coalesce(sum(calls), 0)::bigint FROM {{}}.pg_stat_statements
                WHERE query LIKE '%api."{function}"(%' AND query NOT LIKE '%EXPLAIN%'"""
    schema = ask(
        access,
        "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'pg_stat_statements'",
    )
    return int(ask(access, query.format(schema)))
