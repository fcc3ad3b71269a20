"""A primary and its streaming standby, made with the commands of backups/README.md; the real web tier before them.

What is under test: reads go to the standby, nobody misses what he wrote, and nobody notices when the standby lags,
stops, or has to take over. Replay is held back on purpose (recovery_min_apply_delay, pg_wal_replay_pause).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import psycopg
import pytest

from api.contract.reader import read_contract
from api.contract.statements import build_statement
from api.postgres import replica
from api.postgres.versions import Versions
from api.postgres.written import NEVER
from api.routes import ROUTES
from api.settings import Settings
from db.deploy import migrate
from db.deploy.source import Source
from db.server.access import Access
from db.server.cluster import prepare_folders
from db.server.embedded import find_layout
from db.server.processes import die_with_parent, run_program
from db.server.supervisor import Server
from tests.support.web import Client

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
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
        self.primary = Server(folder / "primary", secret="test" * 16, settings=QUICK)
        self.standby = Server(folder / "standby", secret="test" * 16, settings=QUICK)
        self.access = self.primary.start("tests")
        migrate.migrate(self.access)
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


class Web:
    """`storeproc web` with two processes."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log_file = folder / f"web-{port}.log"
        names = ("HOST", "PORT", "PUBLIC_URL", "DATABASE_URL", "STOREPROC_SECRET_FILE", "STOREPROC_DATA")
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "web"],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if name not in names}
                | {
                    "PORT": str(port),
                    "STOREPROC_SECRET": "test" * 16,
                    "STOREPROC_DATA": str(folder),
                    "WEB_CONCURRENCY": "2",
                    "PYTHONUNBUFFERED": "1",
                }
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def said(self, since: int = 0) -> dict[str, list[str]]:
        """What each process has said of the standby, one after the other, from that place in the log on."""
        said: dict[str, list[str]] = {}
        for state, process in re.findall(r'"replica":"(\w+)","process":(\d+)', self.log()[since:], re.MULTILINE):
            said.setdefault(process, []).append(state)
        return said

    async def are(self, state: str) -> None:
        """Until this is what both processes said last."""
        await eventually(lambda: [states[-1] for states in self.said().values()] == [state, state])

    async def were(self, state: str, since: int) -> None:
        """Until both processes have said this, whatever came after it."""
        await eventually(lambda: [state in states for states in self.said(since).values()] == [True, True])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="storeproc-standby-", dir=memory if memory.is_dir() else None))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[Pair]:
    made = Pair(folder)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def start_web(pair: Pair, folder: Path) -> Iterator[Callable[..., Web]]:
    started: list[Web] = []
    sockets = [str(one.layout.socket_folder) for one in (pair.primary, pair.standby)]

    def start(lag: int = 3600) -> Web:
        """Tests hold replay back as long as they need, so answers may be old, unless it is their age that is tested."""
        environment = {
            "DATABASE_REPLICA_MAX_LAG": str(lag),
            # Whichever of the two it is: so a promotion needs no new configuration.
            "DATABASE_URL": f"postgresql:///storeproc?host={quote(','.join(sockets))}&target_session_attrs=read-write",
            "DATABASE_REPLICA_URL": f"postgresql:///storeproc?host={quote(','.join(sockets))}"
            "&target_session_attrs=standby",
        }
        started.append(Web(environment, folder))
        return started[-1]

    yield start
    for web in started:
        web.stop()


@pytest.fixture(scope="module")
async def web(anyio_backend: str, start_web: Callable[..., Web]) -> Web:
    web = start_web()
    await web.are("reading")
    return web


@pytest.fixture(scope="module")
async def client(anyio_backend: str, web: Web) -> AsyncIterator[Client]:
    client = Client(web.url)
    # A new connection each time: any of the two processes may take it.
    client.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
    yield client
    await client.http.aclose()


ADDRESS = {"name": "Ada", "line1": "1 Way", "city": "Town", "postal_code": "1000", "country": "DE"}


async def sign_up(pair: Pair, role: str = "customer") -> str:
    email = f"{uuid4().hex}@example.com"
    connection = await asyncpg.connect(pair.access.url("web_anonymous"))
    try:
        await connection.fetchval(
            "SELECT to_json(api.create_account(email => $1, password => $2, role => $3))::text",
            *(email, "x" * 60, "merchant" if role == "merchant" else "customer"),
        )
    finally:
        await connection.close()
    if role in ("support", "admin"):
        ask(pair.access, f"UPDATE identity.accounts SET role = '{role}' WHERE email = '{email}' RETURNING 1")
    return str(ask(pair.access, f"SELECT identity.issue_local_token('{role}', '{email}')"))


async def add_address(client: Client, token: str, **more: Any) -> tuple[str, httpx.Response]:
    """As the answer asks: whoever is told to come back does, for a minute."""
    deadline = time.monotonic() + 60
    while (made := await client.post("/account/addresses", token=token, json=ADDRESS, **more)).status_code == 503:
        assert time.monotonic() < deadline, made.text
        await asyncio.sleep(float(made.headers["retry-after"]))
    assert made.status_code == 201, made.text
    return made.json()["id"], made


async def sees(client: Client, token: str, address: str, **more: Any) -> bool:
    answer = await client.get("/account/addresses", token=token, **more)
    assert answer.status_code == 200, answer.text
    return address in answer.text


def executed(access: Access, function: str) -> int:
    query = f"""SELECT coalesce(sum(calls), 0)::bigint FROM {{}}.pg_stat_statements
                WHERE query LIKE '%api."{function}"(%' AND query NOT LIKE '%EXPLAIN%'"""
    schema = ask(
        access,
        "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'pg_stat_statements'",
    )
    return int(ask(access, query.format(schema)))


async def measured(client: Client, line: str) -> str:
    """The metrics, once this is among them: a process looks after itself every five seconds."""
    deadline = time.monotonic() + 60
    while line not in (text := (await client.get("/metrics")).text):
        assert time.monotonic() < deadline, text
        await asyncio.sleep(0.2)
    return text


async def reads_counted(client: Client) -> Counter[str]:
    text = (await client.get("/metrics")).text
    found = re.findall(r'^storeproc_reads_total\{reason="(\w*)",server="(\w+)"\} ([\d.e+]+)', text, re.MULTILINE)
    return Counter({reason or server: int(float(number)) for reason, server, number in found})


async def eventually_counted(client: Client, before: Counter[str], expected: Counter[str]) -> None:
    """A process tells its counts every five seconds."""
    deadline = time.monotonic() + 60
    while (counted := await reads_counted(client) - before) != +expected:
        assert time.monotonic() < deadline, counted
        await asyncio.sleep(0.2)


# --- where reads go -------------------------------------------------------------------------------


async def test_reads_are_executed_on_the_standby_and_writes_on_the_primary(
    pair: Pair, web: Web, client: Client
) -> None:
    token = await sign_up(pair)
    await pair.caught_up()
    before = {access: executed(access, "list_addresses") for access in (pair.access, pair.copy)}
    counted = await reads_counted(client)
    for _ in range(20):
        assert (await client.get("/account/addresses", token=token)).status_code == 200
    there, here = (executed(access, "list_addresses") - before[access] for access in (pair.copy, pair.access))
    assert there + here == 20
    # A read that gets no connection in a quarter of a second goes to the primary. On a busy machine some do.
    assert there > here
    await eventually_counted(client, counted, Counter(replica=there, away=here))
    await add_address(client, token)
    assert executed(pair.copy, "create_address") == 0
    ready = (await client.get("/health/ready")).json()
    assert ready["status"] == "ready"
    assert ready["replica"] == "reading"
    metrics = await measured(client, "storeproc_replica_serves 1.0")
    assert re.search(r"^storeproc_replica_lag_seconds [01]\.", metrics, re.MULTILINE)
    assert 'storeproc_replication_slot_retained_bytes{slot="standby1"}' in metrics
    assert 'storeproc_replication_lag_bytes{standby="' in metrics
    assert ask(pair.access, "SELECT count(*) FROM monitor.replication") == 1


async def test_every_read_can_be_executed_on_a_standby(pair: Pair) -> None:
    roles = ("anonymous", "customer", "merchant", "support", "admin")
    tokens = {role: "" if role == "anonymous" else await sign_up(pair, role) for role in roles}
    await pair.caught_up()
    connections = {role: await asyncpg.connect(pair.copy.url(f"web_{role}")) for role in roles}
    found = await read_contract(connections["anonymous"])
    samples = {"uuid": str(uuid4()), "date": "2026-01-01", "timestamp with time zone": "2026-01-01T00:00:00Z"}
    answers: Counter[str] = Counter()
    unable: list[str] = []
    for route in ROUTES:
        function = found.functions[route.function]
        if not function.stable or function.name in ("stream_order", "export_products"):  # the primary's, see stream.py
            continue
        statement = build_statement(function, [p.name for p in function.visible], body=False)
        values = [samples.get(p.type, "USD" if p.required else None) for p in function.visible]
        role = min(function.audiences & {*roles}, key=roles.index)
        try:
            await connections[role].fetchrow(
                statement.standby, tokens[role], "test", *values, *(None for _ in statement.hidden), 0
            )
            answers["answered"] += 1
        except asyncpg.PostgresError as error:
            answers[error.sqlstate or ""] += 1
            if error.sqlstate not in ("SH404", "23514"):  # the sample is nobody's, or not of the domain
                unable.append(f"{function.name}: {error}")
    for connection in connections.values():
        await connection.close()
    print(dict(answers))
    assert unable == []
    assert answers["answered"] > 40


async def test_what_is_no_standby_of_this_primary_is_not_read_from(pair: Pair) -> None:
    said: list[str] = []
    settings = Settings(
        database_url=pair.access.public_url(), replica_url=pair.access.public_url(), secret=pair.access.secret
    )
    made = replica.Replica(settings, lambda line: said.append(line["why"]))
    watching = asyncio.create_task(made.watch())
    await eventually(lambda: bool(said))
    watching.cancel()
    assert said == ["it is not a standby"]
    assert not made.serves


def test_a_standby_with_another_history_is_not_read_from(pair: Pair) -> None:
    said: list[str] = []
    settings = Settings(database_url=pair.access.public_url(), replica_url=pair.copy.public_url(), secret="test" * 16)
    made = replica.Replica(settings, lambda line: said.append(line.get("why", "reading")))

    def look(replayed: int, written: int, cluster: int = 1) -> bool:
        made._judge((True, replayed, 1), time.monotonic(), (written, cluster))
        return made.serves

    assert not look(100, 100)  # how far it has to be is known from the next look on
    assert look(100, 110)
    assert not look(100, 110, cluster=2)
    assert not look(100, 90)  # the primary was restored to an earlier moment
    assert said == ["reading", "it belongs to another cluster"]
    assert made.state == "refused"
    assert not look(100, 101)  # and has gone on since
    assert not look(100, 120)
    assert not look(120, 120)  # made anew: it moves
    assert look(120, 121)


def test_numbers_are_kept_until_their_moment_is_covered() -> None:
    handle = Versions.share(2)
    one, two = Versions(f"{handle}:0"), Versions(f"{handle}:1")
    one.note(["ada"], 7, 10.0, 0.0)
    two.note(["ada"], 5, 11.0, 0.0)
    assert [kept.wanted(["ada"], 0.0) for kept in (one, two)] == [7, 7]
    assert one.wanted(["eve", "bob"], 0.0) == 0
    assert one.wanted(["eve", "ada"], 10.5) == 5
    assert one.wanted(["ada"], 11.5) == 0
    one.note(["ada"], NEVER, 12.0, 0.0)
    one.note(["ada"], 9, 13.0, 0.0)
    assert two.wanted(["ada"], 12.5) == NEVER
    one.note(["ada"], 3, 14.0, 13.5)  # what was higher is covered: a restore took the numbers back
    assert two.wanted(["ada"], 13.5) == 3
    os.close(handle)


def test_what_is_named_exists() -> None:
    assert {*replica.FRESH, *replica.HELD} <= {route.function for route in ROUTES}


# --- reading what one wrote -----------------------------------------------------------------------


async def test_nobody_misses_what_he_wrote_while_replay_is_slow(pair: Pair, web: Web, client: Client) -> None:
    pair.set(recovery_min_apply_delay="700ms")
    finished = asyncio.Event()
    pairs = stale = others = 0

    async def write_and_read(token: str) -> None:
        nonlocal pairs, stale
        for _ in range(12):
            address, _ = await add_address(client, token)
            seen = await asyncio.gather(*(sees(client, token, address) for _ in range(2)))
            pairs += 2
            stale += seen.count(False)
            assert (await client.delete(f"/account/addresses/{address}", token=token)).status_code == 204
            pairs += 1
            stale += await sees(client, token, address)

    async def only_read(token: str) -> None:
        nonlocal others
        while not finished.is_set():
            assert (await client.get("/account/addresses", token=token)).status_code == 200
            others += 1

    try:
        tokens = [await sign_up(pair) for _ in range(10)]
        readers = [await sign_up(pair) for _ in range(2)]
        await pair.caught_up()
        await asyncio.sleep(0)
        before = await reads_counted(client)
        reading = [asyncio.create_task(only_read(token)) for token in readers]
        await asyncio.gather(*(write_and_read(token) for token in tokens))
        finished.set()
        await asyncio.gather(*reading)
        counted = await reads_counted(client) - before
    finally:
        pair.set(recovery_min_apply_delay="0")
    print(f"{pairs} reads after writes, {stale} stale; {others} other reads; {dict(counted)}")
    assert stale == 0
    assert pairs == 360
    # Both kinds happened; how many of each depends on the machine, and a process tells its counts every five seconds.
    assert counted["behind"] > 10
    assert counted["replica"] > 10


async def test_what_began_early_and_ended_late_is_not_taken_for_seen(pair: Pair) -> None:
    """A later transaction is visible on the standby already, this one runs there still. (pg_visible_in_snapshot is
    wrong about it: on a standby a snapshot's list of running transactions is empty.)
    """
    token, other = await sign_up(pair), await sign_up(pair)
    writer, later, reader = [
        await asyncpg.connect(access.url("web_customer")) for access in (pair.access, pair.access, pair.copy)
    ]
    functions = (await read_contract(reader)).functions
    write = build_statement(functions["create_address"], (), body=True, numbered=True)
    names = [p.name for p in functions["list_addresses"].visible]
    read = build_statement(functions["list_addresses"], names, body=False)

    async def shown(number: int) -> asyncpg.Record | None:
        return await reader.fetchrow(read.standby, token, "test", *(None for _ in names), number)

    body = json.dumps(ADDRESS)
    early = writer.transaction()
    await early.start()
    made, number = await writer.fetchrow(write.text, token, "test", body)
    _, following = await later.fetchrow(write.text, other, "test", body)
    assert following > number
    await pair.caught_up()
    ask(pair.copy, "SELECT pg_wal_replay_pause()")
    try:
        await early.commit()
        assert await reader.fetchval("SELECT pg_visible_in_snapshot($1::xid8, pg_current_snapshot())", number)
        assert json.loads(made)["id"] not in str(await shown(0))
        assert await shown(number) is None
        assert await shown(following) is None
    finally:
        ask(pair.copy, "SELECT pg_wal_replay_resume()")
    await pair.caught_up()
    assert json.loads(made)["id"] in str(await shown(number))
    for connection in (writer, later, reader):
        await connection.close()


async def test_a_write_is_seen_through_another_host_by_who_brings_its_version(
    pair: Pair, web: Web, client: Client, start_web: Callable[..., Web]
) -> None:
    other = start_web()
    await other.are("reading")
    token, refused = await sign_up(pair), await sign_up(pair)
    await pair.caught_up()
    elsewhere = Client(other.url)
    ask(pair.copy, "SELECT pg_wal_replay_pause()")
    try:
        address, made = await add_address(client, token, cookies={"theme": "dark"})
        version = made.headers["x-store-version"]
        cookie = re.search(r"store_version=([\d.]+); HttpOnly; Max-Age=60; Path=/; SameSite=lax", str(made.headers))
        assert cookie
        assert cookie[1] == version
        assert await sees(client, token, address)
        assert not await sees(elsewhere, token, address)  # it does read from the standby, which is behind
        assert await sees(elsewhere, token, address, headers={"X-Store-Version": version})
        assert await sees(elsewhere, token, address, cookies={"store_version": version})
        for nonsense in ("", "1", "x.y", "-1.5", "9" * 40 + ".1", "1." + "9" * 40):
            assert not await sees(elsewhere, token, address, headers={"X-Store-Version": nonsense})
        # Sent again with its key, it is answered from what was kept: that is seen, too.
        kept = await client.post("/account/addresses", token=token, json=ADDRESS, key="one")
        assert not await sees(elsewhere, token, kept.json()["id"])
        again = await elsewhere.post("/account/addresses", token=token, json=ADDRESS, key="one")
        assert again.headers["idempotent-replayed"] == "true"
        assert await sees(elsewhere, token, kept.json()["id"])
        # The same account, a log-in that the standby does not know yet: nobody is turned away.
        late = await sign_up(pair)
        assert (await elsewhere.get("/account", token=late)).status_code == 200
        # What somebody was refused for is seen by him.
        address, _ = await add_address(client, refused)
        assert not await sees(elsewhere, refused, address)
        assert (await elsewhere.delete(f"/account/addresses/{uuid4()}", token=refused)).status_code == 404
        assert await sees(elsewhere, refused, address)
    finally:
        ask(pair.copy, "SELECT pg_wal_replay_resume()")
        await elsewhere.http.aclose()
        other.stop()


async def test_a_suspended_account_is_out_at_once_though_the_standby_does_not_know(
    pair: Pair, web: Web, client: Client
) -> None:
    admin, token = await sign_up(pair, "admin"), await sign_up(pair)
    account = (await client.get("/account", token=token)).json()["id"]
    await pair.caught_up()
    ask(pair.copy, "SELECT pg_wal_replay_pause()")
    try:
        assert (await client.get("/account", token=token)).status_code == 200
        changed = await client.patch(f"/admin/accounts/{account}", token=admin, json={"status": "suspended"})
        assert changed.status_code == 200, changed.text
        answers = [await client.get("/account", token=token) for _ in range(6)]
        assert {answer.json().get("code") for answer in answers} == {"account_suspended"}
    finally:
        ask(pair.copy, "SELECT pg_wal_replay_resume()")


async def test_what_a_merchant_changes_is_seen_by_everybody_though_the_standby_lags(
    pair: Pair, web: Web, client: Client
) -> None:
    merchant = await sign_up(pair, "merchant")
    product = {"name": "Stool", "description": "", "sku": "S-1", "price": 500, "currency": "USD", "stock": 9}
    made = (await client.post("/products", token=merchant, json=product)).json()
    await pair.caught_up()
    ask(pair.copy, "SELECT pg_wal_replay_pause()")
    try:
        path = f"/products/{made['id']}"
        changed = await client.patch(path, token=merchant, json={"name": "Chair"}, if_match=made["version"])
        assert changed.status_code == 200, changed.text
        deadline = time.monotonic() + 60
        seen = 0
        while seen < 12:  # one after the other, so by both processes; the announcement is on its way
            assert time.monotonic() < deadline, "somebody is still answered with what was"
            listed = (await client.get("/products")).text
            assert ("Chair" in listed) != ("Stool" in listed)
            seen = seen + 1 if "Chair" in listed else 0
        assert {states[-1] for states in web.said().values()} == {"reading"}, "the standby was still in use"
    finally:
        ask(pair.copy, "SELECT pg_wal_replay_resume()")


async def test_a_standby_that_falls_behind_is_not_asked_until_it_has_caught_up(
    pair: Pair, start_web: Callable[..., Web]
) -> None:
    web = start_web(lag=5)
    await web.are("reading")
    client = Client(web.url)
    token = await sign_up(pair)
    await pair.caught_up()
    ask(pair.copy, "SELECT pg_wal_replay_pause()")
    try:
        address, _ = await add_address(client, token)
        await web.are("behind")
        began = executed(pair.copy, "list_addresses")
        assert await sees(client, token, address)
        assert executed(pair.copy, "list_addresses") == began
        assert (await client.get("/health/ready")).json()["replica"] == "behind"
    finally:
        ask(pair.copy, "SELECT pg_wal_replay_resume()")
    await web.are("reading")
    await client.http.aclose()
    web.stop()


async def test_who_begins_a_payment_reads_from_the_primary_until_the_gateway_has_spoken(
    pair: Pair, web: Web, client: Client
) -> None:
    merchant, token = await sign_up(pair, "merchant"), await sign_up(pair)
    product = {"name": "Lamp", "description": "", "sku": "L-1", "price": 500, "currency": "USD", "stock": 9}
    made = await client.post("/products", token=merchant, json=product)
    assert made.status_code == 201, made.text
    order = await client.post(
        "/orders", token=token, json={"items": [{"product_id": made.json()["id"], "quantity": 1}]}
    )
    assert order.status_code == 201, order.text
    path = f"/orders/{order.json()['id']}"
    begun = await client.post(f"{path}/payments", token=token, json={"provider": "mock"})
    assert begun.status_code == 201, begun.text
    assert begun.headers["x-store-version"].startswith(f"{NEVER}.")
    await pair.caught_up()
    await asyncio.sleep(2)
    before = executed(pair.copy, "get_order")
    assert (await client.get(path, token=token)).json()["status"] == "pending"
    assert executed(pair.copy, "get_order") == before


# --- when something breaks ------------------------------------------------------------------------


async def under_load(
    pair: Pair, client: Client, event: Callable[[], Awaitable[None]], writes: bool = True
) -> tuple[int, list[str]]:
    """Customers write and read while it happens: how many requests, and which went wrong."""
    tokens = [await sign_up(pair) for _ in range(6)]
    await pair.caught_up()
    finished = asyncio.Event()
    number = 0
    failures: list[str] = []

    async def shop(token: str) -> None:
        nonlocal number
        while not finished.is_set():
            made = await client.post("/account/addresses", token=token, json=ADDRESS)
            if made.status_code != 201:
                failures.append(made.text)
                continue
            address = made.json()["id"]
            if not await sees(client, token, address):
                failures.append("stale")
            for path in ("/account", "/cart", "/products", "/orders"):
                answer = await client.get(path, token=token)
                if answer.status_code != 200:
                    failures.append(f"{path}: {answer.text}")
            answer = await client.delete(f"/account/addresses/{address}", token=token)
            if answer.status_code != 204:
                failures.append(answer.text)
            number += 7

    shoppers = [asyncio.create_task(shop(token)) for token in tokens]
    try:
        await event()
    finally:
        finished.set()
        await asyncio.gather(*shoppers)
    return number, failures


async def test_code_is_deployed_while_the_standby_answers(pair: Pair, web: Web, client: Client, tmp_path: Path) -> None:
    source = tmp_path / "db"
    shutil.copytree(ROOT / "db", source, ignore=shutil.ignore_patterns("__pycache__"))
    endpoint = next(source.rglob("get_account.sql"))
    original = endpoint.read_text()

    async def deploy() -> None:
        for number in range(3):
            endpoint.write_text(original + f"\nCOMMENT ON FUNCTION api.get_account IS 'Read {number}';\n")
            await asyncio.to_thread(migrate.migrate, pair.access, source=Source.read(source))

    number, failures = await under_load(pair, client, deploy)
    print(f"3 deployments, {number} requests, {len(failures)} failed")
    assert failures == [], [line for line in web.log().splitlines() if '"cause"' in line or '"error"' in line][:5]


async def test_a_killed_standby_is_noticed_by_nobody(pair: Pair, web: Web, client: Client) -> None:
    await web.are("reading")

    async def kill() -> None:
        await asyncio.sleep(0.5)
        assert pair.standby.pid is not None
        os.kill(pair.standby.pid, signal.SIGKILL)
        await web.are("away")
        await asyncio.sleep(0.5)

    number, failures = await under_load(pair, client, kill)
    print(f"{number} requests, {len(failures)} failed")
    assert failures == []
    assert (await client.get("/health/ready")).json()["replica"] == "away"
    await measured(client, "storeproc_replica_serves 0.0")
    await asyncio.to_thread(pair.standby.revive)
    await web.are("reading")


async def test_without_the_primary_reads_go_on_and_after_a_promotion_everything_does(
    pair: Pair, web: Web, client: Client
) -> None:
    token, quiet = await sign_up(pair), await sign_up(pair)
    address, _ = await add_address(client, token)
    await pair.caught_up()
    said = len(web.log())
    await asyncio.to_thread(pair.primary.stop)
    await web.are("alone")
    for path in ("/products", "/cart", "/orders", "/account"):
        assert (await client.get(path, token=token)).status_code == 200, path
    assert (await client.get("/products")).status_code == 200
    assert await sees(client, token, address)
    assert (await client.get("/health/ready")).json() == {"status": "reads_only", "replica": "alone"}
    refused = await client.post("/account/addresses", token=token, json=ADDRESS)
    assert refused.status_code == 503

    ask(pair.copy, "SELECT pg_promote()")
    await web.were("refused", said)
    address, _ = await add_address(client, token)
    assert await sees(client, token, address)
    assert (await client.get("/health/ready")).json()["status"] == "ready"
    assert ask(pair.copy, "SELECT bool_and(ok) FROM audit.check_invariants()")

    # The one that was the primary comes back as the other's standby, and is read from.
    shutil.rmtree(pair.primary.layout.cluster)
    await asyncio.to_thread(pair.copy_of, pair.standby, pair.copy, pair.primary)
    await web.are("reading")
    before = executed(pair.access, "list_addresses")
    assert (await client.get("/account/addresses", token=quiet)).status_code == 200
    assert executed(pair.access, "list_addresses") == before + 1
