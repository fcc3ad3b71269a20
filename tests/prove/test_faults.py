"""A small size of faults.py, and what its large ones found: connections that are lost without a word, a server that
does not start at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest

from api.postgres.cache import ResponseCache
from api.postgres.database import Database
from api.settings import Settings
from api.worker import loop
from api.worker.loop import Worker
from db.server.access import Access
from db.server.supervisor import Server

from . import faults
from .disk import can_mount
from .stand import SOCKET, Wire

pytestmark = pytest.mark.anyio
ONE = "SELECT $1::text"


async def test_nothing_is_lost_or_doubled_while_things_break() -> None:
    chosen = ("kill_a_web_process", "lose_answers_of_the_database", "kill_the_postmaster", "kill_the_worker")
    chosen += ("damage_the_archive", "fill_the_backup_disk") if can_mount() else ("damage_the_archive",)
    report = await faults.run(faults.Plan(0, hasten=True, faults=chosen, clients=8, pause=0.1))
    print(
        f"{sum(report.faults.values())} faults, {report.acknowledged} acknowledged writes, {len(report.lost)} lost, "
        f"{len(report.doubled)} doubled, worst recovery {max(report.recovery.values()):.1f} s; "
        f"without the shop: {report.at_gateway}"
    )
    assert report.ok, report
    assert report.acknowledged > 50
    assert report.fees > 0
    assert len(report.at_gateway) > 2  # of debits, disputes and refunds by hand, each with its ends
    assert sum(report.faults.values()) == len(chosen)


# --- lost without a word --------------------------------------------------------------------------


@pytest.fixture
async def wire(access: Access, tmp_path: Path) -> AsyncIterator[tuple[Wire, Access]]:
    """A wire in front of the module's database, and the address that leads through it."""
    folder = parse_qs(urlsplit(access.admin_url).query)["host"][0]
    made = Wire(lambda: asyncio.open_unix_connection(f"{folder}/{SOCKET}"))
    server = await asyncio.start_unix_server(made.connect, str(tmp_path / SOCKET))
    outer = access.admin_url.split("?", maxsplit=1)[0] + f"?host={tmp_path}"
    yield made, Access(outer, access.secret)
    server.close()
    await made.close()


async def test_who_gets_no_answer_takes_the_idle_connections_along(wire: tuple[Wire, Access]) -> None:
    line, outside = wire
    database = Database(outside, {"web_customer": 3, "web_anonymous": 3}, "silence")
    for role in ("web_customer", "web_anonymous"):
        await asyncio.gather(*(database.fetch(role, "SELECT pg_sleep(0.05)::text", []) for _ in range(3)))
    assert line.lose_connections() == 6
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):  # the web tier's request_timeout
            await database.fetch("web_customer", ONE, ["a"])
    async with asyncio.timeout(2):  # each of the other five would be silent as well
        answers = [await database.fetch(role, ONE, ["b"]) for role in database.use() for _ in range(5)]
    assert all(answer is not None for answer in answers)
    await database.close()


async def test_the_worker_notices_a_silent_database(
    wire: tuple[Wire, Access], admin: asyncpg.Connection[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    line, outside = wire
    monkeypatch.setattr(loop, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(loop, "BEAT_TIMEOUT", 1.0)
    worker = Worker(Settings(database_url=outside.admin_url, secret=outside.secret, data=tmp_path))

    async def one_job() -> None:
        job = await admin.fetchval(
            "INSERT INTO messaging.outbox (kind, payload) VALUES ('send_nothing', '{}') RETURNING id"
        )
        async with asyncio.timeout(20):
            look = "SELECT pg_sleep(0.02), done_at FROM messaging.outbox WHERE id = $1"
            while await admin.fetchval(look, job, column=1) is None:
                pass

    async def nothing(_: object) -> str:
        return "nothing"

    monkeypatch.setattr(worker, "jobs_for", lambda _: {"send_nothing": nothing})
    running = asyncio.create_task(worker.run())
    await one_job()
    line.lose_connections()
    await one_job()
    worker.stop()
    await running


async def test_the_server_lets_go_of_clients_that_vanished(admin: asyncpg.Connection[Any]) -> None:
    """Within a minute over TCP; the system's own two hours would use up max_connections in a few bad moments."""
    rows = await admin.fetch(
        "SELECT r.rolname AS name, s.setconfig AS settings FROM pg_roles AS r "
        "LEFT JOIN pg_db_role_setting AS s ON s.setrole = r.oid AND s.setdatabase = 0 "
        "WHERE r.rolcanlogin AND r.rolname LIKE 'web\\_%'"
    )
    assert len(rows) == 8
    for row in rows:
        settings = dict(setting.split("=", 1) for setting in row["settings"])
        idle, pause, count = (int(settings[f"tcp_keepalives_{name}"]) for name in ("idle", "interval", "count"))
        assert idle + pause * count <= 60, row["name"]


async def test_an_answer_for_everybody_is_not_waited_for_without_end(access: Access) -> None:
    """A read that several share belongs to no request, so no request's end ends it."""

    async def never() -> Any:
        await asyncio.Event().wait()

    cache = ResponseCache(access.url("web_anonymous"), timeout=0.1)
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await cache.get(("/v1/products", b""), never)
    assert cache.making == {}


# --- a server that does not start -----------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the server's user can enter, unlike pytest's."""
    made = Path(tempfile.mkdtemp(prefix="storeproc-prove-", dir=os.environ["STOREPROC_TEST_DATA"]))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_a_server_that_cannot_start_is_tried_again(folder: Path) -> None:
    told: list[str] = []
    server = Server(folder / "data", settings={"fsync": "off", "shared_buffers": "16MB"}, say=told.append)
    with server:
        settings = server.layout.cluster / "storeproc.conf"
        good = settings.read_text()
        settings.write_text(good + "shared_buffers = 'everything'\n")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        psutil.Process(server.pid).wait(10)
        server.revive()
        assert "trying again" in told[-1]
        settings.write_text(good)
        deadline = time.monotonic() + 20
        while "runs" not in told[-1]:
            server.revive()
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
