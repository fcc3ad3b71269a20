"""PgBouncer while code is deployed, when it is restarted, and whom it lets in."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.settings import POOL_SIZES
from db.deploy import migrate
from db.deploy import pgbouncer as users
from db.deploy.source import Source
from db.server.access import Access
from tests.deployment.pgbouncer.conftest import ROOT, Pooler, customers
from tests.support.web import Client

pytestmark = pytest.mark.anyio


async def test_code_is_rebuilt_under_it_with_no_failed_request(
    shop: Client, lamp: str, access: Access, call: Any, admin: Any, tmp_path: Path
) -> None:
    """Prepared statements of the sessions speak of functions that are gone."""
    people = await customers(call, admin, "deploying", 4)
    source = tmp_path / "db"
    shutil.copytree(ROOT / "db", source, ignore=shutil.ignore_patterns("__pycache__"))
    endpoint = source / "sales/api/get_order.sql"
    endpoint.write_text(endpoint.read_text() + "COMMENT ON FUNCTION api.get_order IS 'Changed';\n")
    finished = asyncio.Event()
    answers: Counter[int] = Counter()

    async def shop_on(token: str) -> None:
        while not finished.is_set():
            answer = await shop.post("/orders", token=token, json={"items": [{"product_id": lamp, "quantity": 1}]})
            answers[answer.status_code] += 1
            if answer.status_code == 503:  # on a slow machine a rebuild outlasts lock_timeout: come back when told to
                await asyncio.sleep(float(answer.headers["retry-after"]))

    shopping = [asyncio.create_task(shop_on(token)) for token in people.values()]
    try:
        await asyncio.to_thread(migrate.migrate, access, source=Source.read(source))
        before = answers[201]
        await asyncio.sleep(0.3)
    finally:
        finished.set()
        await asyncio.gather(*shopping)
    assert set(answers) <= {201, 503}
    assert answers[503] <= answers[201] / 20
    assert answers[201] > before > 0


async def test_a_restarted_pooler_costs_readers_nothing(shop: Client, call: Any, admin: Any, pooler: Pooler) -> None:
    (token,) = (await customers(call, admin, "reading", 1)).values()
    finished = asyncio.Event()
    answers: Counter[int] = Counter()

    async def read_on() -> None:
        while not finished.is_set():
            answers[(await shop.get("/cart", token=token)).status_code] += 1

    readers = [asyncio.create_task(read_on()) for _ in range(4)]
    await asyncio.sleep(0.2)
    await asyncio.to_thread(pooler.stop)
    await asyncio.to_thread(pooler.start)
    await asyncio.sleep(0.5)
    finished.set()
    await asyncio.gather(*readers)
    assert set(answers) == {200}


async def test_it_holds_verifiers_of_the_web_roles_and_no_password(pooler: Pooler, access: Access) -> None:
    lines = pooler.users.read_text().splitlines()
    assert sorted(line.split('"')[1] for line in lines) == sorted({*POOL_SIZES, "web_worker"})
    assert all(line.split('"')[3].startswith("SCRAM-SHA-256$") for line in lines)
    assert pooler.users.stat().st_mode & 0o777 == 0o600
    assert not users.write_users(access, pooler.users)  # as it is: not written again
    text = pooler.users.read_text() + (pooler.folder / "pgbouncer.ini").read_text()
    assert not [role for role in POOL_SIZES if access.password(role) in text]


async def test_nobody_else_comes_through(pooler: Pooler, access: Access) -> None:
    refused = (asyncpg.PostgresError, OSError, asyncpg.InterfaceError)
    with pytest.raises(refused, match="authentication failed"):
        await asyncpg.connect(pooler.url("web_customer").replace(access.password("web_customer"), "wrong"))
    for role in ("postgres", "store_backup", "store_monitor"):
        with pytest.raises(refused):
            await asyncpg.connect(pooler.url(role))
    with pytest.raises(refused):
        await asyncpg.connect(pooler.url("web_customer", "postgres"))


async def test_new_verifiers_are_read_at_a_signal(pooler: Pooler) -> None:
    """As after a new secret: the migrate job replaces the file, and somebody says so (db/pgbouncer.ini)."""
    whole = pooler.users.read_text()
    other = re.sub(r'("web_support" "SCRAM-SHA-256\$4096:)[^$]+', r"\g<1>" + "A" * 22 + "==", whole)
    assert other != whole

    async def comes_in() -> bool:
        try:
            connection = await asyncpg.connect(pooler.url("web_support"))
        except asyncpg.PostgresError:
            return False
        await connection.close()
        return True

    assert await comes_in()
    for text, wanted in ((other, False), (whole, True)):
        draft = pooler.folder / "draft"
        draft.write_text(text)
        draft.replace(pooler.users)
        pooler.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(60):
            while await comes_in() is not wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
