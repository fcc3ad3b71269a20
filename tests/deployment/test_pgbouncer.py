"""The web tier and the worker through a real PgBouncer in transaction mode, with db/pgbouncer.ini as it is deployed.

A customer signs up, orders and pays; 64 at once do; sessions are shared and nobody finds anything of somebody else's in
one; statements are prepared; what listens goes past the pooler, and hears.
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
from collections.abc import AsyncIterator, Callable, Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg.rows import dict_row

from api.settings import POOL_SIZES
from db.deploy import migrate
from db.deploy import pgbouncer as users
from db.deploy.source import Source
from db.server.access import Access
from db.server.embedded import find_layout
from db.server.processes import die_with_parent
from tests.support.cluster import Cluster
from tests.support.web import Client, WebServer

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
CLIENTS = 64
SESSIONS = 10  # default_pool_size


class Pooler:
    """PgBouncer with our configuration; only where things are is changed."""

    def __init__(self, command: list[str], access: Access, cluster: Cluster, folder: Path) -> None:
        layout = find_layout(cluster.data)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.command, self.access, self.folder = command, access, folder
        self.users = folder / "userlist.txt"
        self.log = folder / "pgbouncer.log"
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            self.identity = {"user": layout.uid, "group": layout.gid, "extra_groups": []}
        configuration = ConfigParser(interpolation=None, comment_prefixes=(";",))
        configuration.read(ROOT / "db" / "pgbouncer.ini")
        place = configuration["databases"]["storeproc"]
        assert place == "host=database port=5432 dbname=storeproc"
        configuration["databases"]["storeproc"] = f"host={layout.socket_folder} dbname={access.database}"
        assert configuration["pgbouncer"]["default_pool_size"] == str(SESSIONS)
        configuration["pgbouncer"].update(
            {
                "listen_addr": "127.0.0.1",
                "listen_port": str(self.port),
                "auth_file": str(self.users),
                "stats_users": "web_gateway",
            }
        )
        # Five seconds to log in to a session are too few on a machine that stands still.
        configuration["pgbouncer"]["query_wait_timeout"] = "60"
        with (folder / "pgbouncer.ini").open("w") as file:
            configuration.write(file)
        self.write_users()

    def write_users(self) -> None:
        users.write_users(self.access, self.users)
        if self.identity:
            os.chown(self.users, self.identity["user"], self.identity["group"])

    def url(self, role: str, database: str = "storeproc") -> str:
        return f"postgresql://{role}:{self.access.password(role)}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, str(self.folder / "pgbouncer.ini")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=die_with_parent(signal.SIGKILL),
                **self.identity,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        pytest.fail(f"PgBouncer does not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def show(self, what: str) -> list[dict[str, Any]]:
        """SHOW of its console."""
        with psycopg.connect(self.url("web_gateway", "pgbouncer"), autocommit=True) as connection:
            cursor = psycopg.ClientCursor(connection, row_factory=dict_row)
            return cursor.execute(f"SHOW {what}".encode()).fetchall()


@pytest.fixture(scope="module")
def pooler(access: Access, cluster: Cluster, pgbouncer: Callable[[Path], list[str]]) -> Iterator[Pooler]:
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-", dir=cluster.data))
    folder.chmod(0o755)
    made = Pooler(pgbouncer(folder), access, cluster, folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server_environment(pooler: Pooler) -> dict[str, str]:
    """More connections than there are sessions behind them."""
    url = f"postgresql://127.0.0.1:{pooler.port}/storeproc"
    return {"POOLER_URL": url, "POOL_SIZES": f"web_customer={CLIENTS},web_anonymous=32,web_gateway=32"}


@pytest.fixture(scope="module")
def web(access: Access, server_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    made = WebServer(access, server_environment, tmp_path_factory.mktemp("web"))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        made.listener.close()


@pytest.fixture(scope="module")
async def shop(anyio_backend: str, web: WebServer) -> AsyncIterator[Client]:
    client = Client(web.url)
    yield client
    await client.http.aclose()


@pytest.fixture(scope="module")
async def lamp(call: Any, admin: Any) -> str:
    email = "pooled-merchant@example.com"
    await call("web_anonymous", "create_account", email=email, password="x" * 60, role="merchant")
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE email = $1", email)
    token = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", email)
    made = await call(
        "web_merchant", "create_product", token=token, name="Lamp", description="", sku="L-1", price=500,
        currency="USD", stock=1_000_000,
    )  # fmt: skip
    return str(made["id"])


async def send(client: Client, method: str, path: str, **keywords: Any) -> Any:
    answer = await client.request(method, path, **keywords)
    assert answer.status_code < 400, f"{method} {path}: {answer.text}"
    return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer


async def buy(client: Client, token: str, lamp: str, key: str) -> Any:
    """Into the cart, an order of it, paid at the mock gateway."""
    await send(client, "POST", "/cart/items", token=token, json={"product_id": lamp, "quantity": 1})
    order = await send(client, "POST", "/cart/checkout", token=token, key=key, json={})
    attempt = await send(client, "POST", f"/orders/{order['id']}/payments", token=token, json={"provider": "mock"})
    await send(client, "POST", attempt["checkout_url"], data={"outcome": "pay"})
    return await send(client, "GET", f"/orders/{order['id']}", token=token)


async def customers(call: Any, admin: Any, name: str, count: int) -> dict[str, str]:
    """Their tokens, by e-mail."""
    mails = [f"{name}{number}@example.com" for number in range(count)]
    await asyncio.gather(*(call("web_anonymous", "create_account", email=m, password="x" * 60) for m in mails))
    return {mail: await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", mail) for mail in mails}


async def assert_books_balance(admin: Any) -> None:
    broken = await admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
    assert not broken


async def test_from_sign_up_to_a_paid_order(shop: Client, lamp: str, pooler: Pooler, admin: Any) -> None:
    """The README's flow, over HTTP from its first step."""
    person = {"email": "ada@example.com", "password": "Correct-Horse-9"}
    await send(shop, "POST", "/accounts", json=person)
    token = (await send(shop, "POST", "/sessions", json=person))["access_token"]
    found = await send(shop, "GET", "/products?q=lamp&in_stock=true&limit=1")
    assert found["data"][0]["id"] == lamp
    order = await buy(shop, token, lamp, "first-order")
    assert (order["status"], order["amount_paid"]) == ("paid", 500)
    events = await send(shop, "GET", f"/orders/{order['id']}/events", token=token)
    assert "order.paid" in [event["type"] for event in events["data"]]
    through = {row["user"] for row in pooler.show("POOLS") if row["database"] == "storeproc"}
    assert {"web_anonymous", "web_customer", "web_gateway"} <= through
    await assert_books_balance(admin)


async def test_64_customers_shop_at_once(shop: Client, lamp: str, call: Any, admin: Any, pooler: Pooler) -> None:
    people = await customers(call, admin, "shopping", CLIENTS)
    start = asyncio.Barrier(CLIENTS)
    most: Counter[str] = Counter()
    finished = asyncio.Event()

    async def come(mail: str, token: str) -> tuple[str, str, str]:
        await start.wait()
        order = await buy(shop, token, lamp, f"key-{mail}")
        account = await send(shop, "GET", "/account", token=token)
        return order["status"], account["email"], order["id"]

    async def count_sessions() -> None:
        while not finished.is_set():
            rows = await admin.fetch(
                "SELECT usename, count(*) AS sessions FROM pg_stat_activity WHERE application_name = 'storeproc web' "
                "AND datname = current_database() GROUP BY usename"
            )
            for row in rows:
                most[row["usename"]] = max(most[row["usename"]], row["sessions"])
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count_sessions())
    try:
        ends = await asyncio.gather(*(come(mail, token) for mail, token in people.items()))
    finally:
        finished.set()
        await counting
    assert [status for status, _, _ in ends] == ["paid"] * CLIENTS
    assert [mail for _, mail, _ in ends] == list(people)
    assert len({order for _, _, order in ends}) == CLIENTS
    assert 1 <= most["web_customer"] <= SESSIONS
    await assert_books_balance(admin)


GET_ACCOUNT = (
    "WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
    "SELECT to_json(api.get_account())::text FROM caller"
)


async def test_64_connections_share_ten_sessions(call: Any, admin: Any, pooler: Pooler) -> None:
    """Each prepares the same statement under the same name, and each gets what is its own."""
    people = await customers(call, admin, "sharing", CLIENTS)
    opened = await asyncio.gather(
        *(asyncpg.connect(pooler.url("web_customer"), server_settings={"application_name": "sharing"}) for _ in people)
    )
    start = asyncio.Barrier(CLIENTS)

    async def ask(connection: asyncpg.Connection[Any], mail: str) -> set[str]:
        await start.wait()
        answers = [await connection.fetchval(GET_ACCOUNT, people[mail], f"r-{mail}") for _ in range(10)]
        return {json.loads(answer)["email"] for answer in answers}

    told = await asyncio.gather(*(ask(*pair) for pair in zip(opened, people, strict=True)))
    assert told == [{mail} for mail in people]
    clients = [row for row in pooler.show("CLIENTS") if row["application_name"] == "sharing"]
    behind = [row for row in pooler.show("SERVERS") if row["user"] == "web_customer"]
    assert len(clients) == CLIENTS
    assert 1 < len(behind) <= SESSIONS
    for connection in opened:
        await connection.close()


async def test_statements_are_prepared_once_a_session(
    shop: Client, lamp: str, call: Any, admin: Any, pooler: Pooler
) -> None:
    people = await customers(call, admin, "preparing", 8)
    look = [send(shop, "GET", "/cart", token=token) for token in people.values() for _ in range(25)]
    await asyncio.gather(*look)
    seen = 0
    for connection in await sessions(pooler, "web_customer"):
        rows = await connection.fetch(
            "SELECT name, statement, generic_plans + custom_plans AS runs FROM pg_prepared_statements"
        )
        carts = [row for row in rows if "api.get_cart(" in row["statement"] or "get_cart" in row["statement"]]
        assert len(carts) <= 1  # however many clients prepared it
        assert all(row["name"].startswith("PGBOUNCER_") for row in carts)
        seen += sum(row["runs"] for row in carts)
        await connection.close()
    assert seen >= 200


async def sessions(pooler: Pooler, role: str) -> list[asyncpg.Connection[Any]]:
    """A connection into each of the role's sessions: transactions that are open at the same time cannot share one."""
    opened = [await asyncpg.connect(pooler.url(role)) for _ in range(SESSIONS)]
    pids = set()
    for connection in opened:
        await connection.execute("BEGIN")
        pids.add(await connection.fetchval("SELECT pg_backend_pid()"))
    assert len(pids) == SESSIONS
    return opened


LEFT_BEHIND = """
SELECT coalesce(string_agg(what, ', '), '') FROM (
    SELECT 'setting ' || name AS what FROM pg_settings WHERE source = 'session' AND lower(name) <> ALL ($1)
    UNION ALL SELECT name || ' = ' || current_setting(name, true) FROM unnest($2::text[]) AS name
              WHERE current_setting(name, true) <> ''
    UNION ALL SELECT 'lock ' || l.objid FROM pg_locks AS l WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory'
    UNION ALL SELECT 'channel ' || c FROM pg_listening_channels() AS c
    UNION ALL SELECT 'table ' || c.relname FROM pg_class AS c WHERE c.relnamespace = pg_my_temp_schema()
    UNION ALL SELECT 'cursor ' || c.name FROM pg_cursors AS c WHERE c.is_holdable
    UNION ALL SELECT 'role ' || current_user WHERE current_user <> $3 OR session_user <> $3
) AS found
"""
# What PgBouncer itself keeps the same for each client.
TRACKED = [
    "client_encoding",
    "datestyle",
    "timezone",
    "standard_conforming_strings",
    "application_name",
    "intervalstyle",
]


@pytest.fixture(scope="module")
async def bodies(admin: Any) -> dict[str, str]:
    rows = await admin.fetch(
        "SELECT p.oid::regprocedure::text AS name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body "
        "FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang "
        "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND l.lanname IN ('sql', 'plpgsql')"
    )
    return {row["name"]: re.sub(r"--[^\n]*", "", row["body"]) for row in rows}


async def test_nothing_of_a_caller_is_left_in_a_session(pooler: Pooler, bodies: dict[str, str], shop: Client) -> None:
    names = {name for body in bodies.values() for name in re.findall(r"set_config\(\s*'([\w.]+)'", body)}
    names |= {"app.token", "app.request_id"}
    assert {"app.actor", "app.audience"} <= names
    for role in ("web_customer", "web_anonymous", "web_gateway"):
        for connection in await sessions(pooler, role):
            assert await connection.fetchval(LEFT_BEHIND, TRACKED, sorted(names), role) == ""
            await connection.close()
    # And it would be seen.
    untidy = await asyncpg.connect(pooler.url("web_support"))
    await untidy.execute("SELECT set_config('app.actor', 'somebody', false), set_config('work_mem', '5MB', false)")
    seen = await untidy.fetchval(LEFT_BEHIND, TRACKED, sorted(names), "web_support")
    assert sorted(seen.split(", ")) == ["app.actor = somebody", "setting work_mem"]
    untidy.terminate()


async def test_who_does_not_say_who_he_is_is_nobody(shop: Client, lamp: str, call: Any, admin: Any) -> None:
    """Callers of every kind take turns in the same sessions; each gets what is his, and who has no token nothing."""
    people = await customers(call, admin, "turns", 16)
    strangers = [shop.get("/account") for _ in range(64)]
    forgers = [shop.get("/account", token="e30.e30.e30") for _ in range(64)]
    friends = [shop.get("/account", token=token) for token in people.values() for _ in range(8)]
    answers = await asyncio.gather(
        *(request for three in zip(strangers, forgers, friends[:64], strict=True) for request in three)
    )
    assert Counter(answer.status_code for answer in answers) == {401: 128, 200: 64}
    wanted = [mail for mail in people for _ in range(8)][:64]
    assert [answer.json()["email"] for answer in answers if answer.status_code == 200] == wanted
    for request in friends[64:]:
        request.close()


def test_no_function_leaves_anything_in_its_session(bodies: dict[str, str]) -> None:
    """Locks, settings, tables and channels that outlast a transaction would be the next caller's."""
    lasting = {
        "a lock of the session": r"pg_(try_)?advisory_lock(_shared)?\s*\(",
        "a setting of the session": r"set_config\s*\([^;]*?,\s*false\s*\)",
        "SET without LOCAL": r"(?:^|;|\bBEGIN\b|\bTHEN\b|\bLOOP\b)\s*SET\s+(?!LOCAL\b)",
        "LISTEN": r"(?:^|;|\bBEGIN\b|\bTHEN\b)\s*(?:UN)?LISTEN\b",
        "a temporary table": r"CREATE\s+(?:LOCAL\s+)?TEMP(?:ORARY)?\b(?![^;]*ON\s+COMMIT\s+DROP)",
        "a cursor that stays": r"\bWITH\s+HOLD\b",
        "PREPARE": r"(?:^|;)\s*PREPARE\b",
    }
    found = [
        f"{name}: {what}"
        for name, body in bodies.items()
        for what, pattern in lasting.items()
        if re.search(pattern, body, re.IGNORECASE)
    ]
    assert len(bodies) > 300
    assert not found


async def test_what_listens_goes_past_the_pooler_and_hears(
    shop: Client, web: WebServer, lamp: str, call: Any, admin: Any, pooler: Pooler
) -> None:
    (token,) = (await customers(call, admin, "listening", 1)).values()
    await send(shop, "POST", "/cart/items", token=token, json={"product_id": lamp, "quantity": 1})
    order = await send(shop, "POST", "/cart/checkout", token=token, key="heard", json={})
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(10),  # silence is broken by a look at the log after 15 s: this is sooner
        shop.http.stream("GET", f"{web.url}/v1/orders/{order['id']}/stream", headers=headers) as response,
    ):
        heard: list[str] = []
        paying: asyncio.Task[Any] | None = None
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                heard.append(line.removeprefix("event: "))
                if paying is None:
                    attempt = await send(
                        shop, "POST", f"/orders/{order['id']}/payments", token=token, json={"provider": "mock"}
                    )
                    paying = asyncio.create_task(send(shop, "POST", attempt["checkout_url"], data={"outcome": "pay"}))
            if heard[-1:] == ["order.paid"]:
                break
        listening = await admin.fetch(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name IN ('storeproc cache', 'storeproc streams')"
        )
        pooled = {row["application_name"] for row in pooler.show("CLIENTS")}
        assert {row["application_name"] for row in listening} == {"storeproc cache", "storeproc streams"}
        assert not pooled & {"storeproc cache", "storeproc streams"}
        if paying is not None:
            await paying


async def test_the_worker_works_through_it(
    access: Access, admin: Any, shop: Client, lamp: str, call: Any, pooler: Pooler, server_environment: dict[str, str],
    tmp_path: Path,
) -> None:  # fmt: skip
    (token,) = (await customers(call, admin, "worked", 1)).values()
    await buy(shop, token, lamp, "worked")
    await admin.execute("DELETE FROM messaging.outbox WHERE kind <> 'send_mail'")  # no time for 64 invoices
    environment = os.environ | server_environment | {
        "DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret, "STOREPROC_DATA": str(tmp_path),
    }  # fmt: skip
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-m", "api.worker"], cwd=ROOT, env=environment, stdout=log, stderr=log,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while not await admin.fetchval("SELECT count(*) FROM messaging.outbox WHERE done_at IS NOT NULL"):
                assert process.poll() is None, (tmp_path / "worker.log").read_text()
                await asyncio.sleep(0.05)
        assert [row for row in pooler.show("CLIENTS") if row["application_name"] == "storeproc worker"]
    finally:
        process.terminate()
        assert process.wait(60) == 0


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
    assert sorted(line.split('"')[1] for line in lines) == sorted(POOL_SIZES)
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
