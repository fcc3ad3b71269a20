"""The harness: one real PostgreSQL for a run, a database of its own for each test file, the real roles and web tier.

`pytest` starts up to four xdist workers (`-n auto`; a file stays on one worker). The controlling process starts one
embedded server in a temporary folder, migrates one template database, and stops the server at the end. `-n 0` runs
everything in one process, for a debugger.

Async tests and fixtures are plain `async def` (anyio's pytest plugin in auto mode, on asyncio). Async fixtures of a
module and its tests share one event loop. asyncio.gather, asyncio.Barrier and asyncpg work as ever.

What a test may ask for. All are of a module unless it says otherwise: its database is clean at its start, and its
tests share it, so make your own accounts and products instead of counting rows.

    database  str: the name of the module's database, cloned from the migrated template (no demo data), dropped after
    access    db.server.Access: access.url("web_customer"), access.admin(), access.secret
    admin     asyncpg.Connection as superuser, autocommit
    connect   await connect("web_customer"): a new asyncpg.Connection as that login role, closed after the module;
              await connect() is another superuser
    call      await call("web_customer", "create_order", token=token, items=[...]): the answer as Python data, None for
              void. The one statement that the web tier sends: caller settings and api function together, autocommit.
              Arguments are JSON (UUID and datetime become text); request_id="…" is optional. Safe with asyncio.gather:
              a pool of up to 20 connections for each role
    server    WebServer: the real web tier as a process on a free port, with this module's database: server.url,
              server.log(), server.kill(), server.restart(). A module variable
              SERVER_ENVIRONMENT = {"RATE_LIMIT": "10"} adds settings
    client    Client over httpx: response = await client.post("/orders", token=token, json={...}); get, post, put,
              patch, delete, request. Paths are below /v1 unless they begin with /v1, /health, /metrics, /openapi.json,
              /docs or /mock. Keywords as in httpx (headers=, params=, content=, cookies=), and key="…" for
              Idempotency-Key, if_match=3 for If-Match, base=url for another server. Answers are httpx.Response;
              redirects are not followed, no cookies are kept
    make_database  make_database(): Access to one more clone, for a test that breaks things; dropped after the module
    cluster   Cluster: the server itself (session); cluster.access is the superuser on the template

    from tests.conftest import refused
        with refused("order_not_found"): await call(…)
        with refused("out_of_stock", "23514") as refusal: …
              The code is the error's constraint name, the second argument its SQLSTATE; refusal.error is the asyncpg
              error, refusal.detail its DETAIL as data

pgTAP: each tests/pgtap/*.sql is one test. It runs in a transaction that is rolled back, as superuser, in a clone of its
worker with the extension in schema `tap` (search_path = tap, pg_catalog). Write `SELECT plan(3); SELECT ok(…); …;
SELECT * FROM finish();` without psql commands. A `not ok`, a wrong plan, an error, or a file without a test fails it.
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
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import psycopg
import pytest
from psycopg import sql

from api.cli.processes import listen
from db.deploy import migrate
from db.deploy.database import open_database
from db.server.access import Access
from db.server.processes import die_with_parent
from db.server.supervisor import Server

ROOT = Path(__file__).parent.parent
TEMPLATE = "store_template"
ROOT_PATHS = ("/v1", "/health", "/metrics", "/openapi.json", "/docs", "/mock")
PGTAP_PACKAGE = "@electric-sql/pglite-pgtap@0.0.15"

# --- the server of the run: started by the process that controls it -------------------------------

_started: list[Server] = []
_folders: list[Path] = []


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    return min(4, os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if hasattr(config, "workerinput") or option.collectonly or option.help or getattr(option, "version", 0):
        return
    folder = Path(tempfile.mkdtemp(prefix="storeproc-test-"))
    _folders.append(folder)
    # The disk may lie here: no test pulls the plug, and killing processes is safe without fsync.
    server = Server(
        folder,
        secret="test" * 16,
        extensions=folder / "pgtap",
        settings={
            "max_connections": "400",
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "128MB",
            "summarize_wal": "off",
        },
    )
    _started.append(server)
    try:
        access = server.start("tests")
        if any((ROOT / "tests" / "pgtap").glob("*.sql")):
            _fetch_pgtap(folder / "pgtap")
        template = Access(access.admin(TEMPLATE), access.secret)
        migrate.migrate(template)
        with psycopg.connect(access.admin("postgres"), autocommit=True) as connection:
            connection.execute(
                f"ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false"
            )  # a template with a guest cannot be copied
    except BaseException as error:
        _end()
        if isinstance(error, Exception):
            raise pytest.UsageError(f"the test database cannot be made: {error}") from error
        raise
    os.environ["STOREPROC_TEST_URL"] = template.admin_url
    os.environ["STOREPROC_TEST_SECRET"] = template.secret
    os.environ["STOREPROC_TEST_DATA"] = str(folder)


LONG = ("http", "prove", "deployment", "backups", "scale", "bench", "security", "payments", "console", "monitoring")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: one that begins last is one that all other processes wait for."""
    place = {folder: number for number, folder in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.relative_to(ROOT / "tests").parts[0], len(LONG)))


def pytest_unconfigure(config: pytest.Config) -> None:
    _end()


def _end() -> None:
    while _started:
        _started.pop().stop()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def _fetch_pgtap(target: Path) -> None:
    """pgTAP's SQL as an extension folder that the server can read. Downloaded once into a cache, never committed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "storeproc"
    archive = cache / (PGTAP_PACKAGE.rpartition("/")[2].replace("@", "-") + ".tgz")
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise pytest.UsageError("npm is needed once, to fetch pgTAP's SQL.")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft:
            done = subprocess.run(
                [npm, "pack", "--silent", PGTAP_PACKAGE], cwd=draft, capture_output=True, text=True, check=False
            )
            packed = list(Path(draft).glob("*.tgz"))
            if done.returncode != 0 or not packed:
                raise pytest.UsageError(f"npm pack {PGTAP_PACKAGE} failed: {done.stderr.strip()}")
            packed[0].replace(archive)
    target.mkdir(mode=0o755)
    with tarfile.open(archive) as package, tempfile.TemporaryDirectory() as draft:
        package.extract("package/dist/pgtap.tar.gz", draft, filter="data")
        with tarfile.open(Path(draft) / "package/dist/pgtap.tar.gz") as inner:
            inner.extractall(target, filter="data")
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


@dataclass(frozen=True)
class Cluster:
    access: Access
    data: Path

    def run(self, statement: str, *names: str) -> None:
        """One statement on the maintenance database; {} are identifiers. Its error ends with what the server logged."""
        deadline = time.monotonic() + 60
        with psycopg.connect(self.access.admin("postgres"), autocommit=True) as connection:
            while True:
                try:
                    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
                    return
                except psycopg.Error as error:
                    # A test of a full disk fills a tablespace of this server: until it is gone, no checkpoint succeeds.
                    full = "checkpoint request failed" in str(error) and time.monotonic() < deadline
                    if not full:
                        error.add_note("\n".join(self.complaints()[-10:]))
                        raise
                time.sleep(0.5)

    def complaints(self) -> list[str]:
        """What the server's own processes (no client's) logged as an error or worse."""
        return [
            line
            for file in sorted((self.data / "log").glob("*.json"), key=os.path.getmtime)
            for line in file.read_text(errors="replace").splitlines()
            if '"dbname"' not in line and any(f'"{level}"' in line for level in ("ERROR", "FATAL", "PANIC"))
        ]

    def clone(self, name: str) -> Access:
        self.run("CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
        access = Access(self.access.admin(name), self.access.secret)
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            open_database(connection)
        return access

    def drop(self, name: str) -> None:
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


_numbers = count(1)


def _new_name(purpose: str) -> str:
    return f"{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    return Cluster(
        Access(os.environ["STOREPROC_TEST_URL"], os.environ["STOREPROC_TEST_SECRET"]),
        Path(os.environ["STOREPROC_TEST_DATA"]),
    )


@pytest.fixture(scope="module")
def make_database(cluster: Cluster) -> Iterator[Callable[[], Access]]:
    made: list[str] = []

    def make() -> Access:
        made.append(_new_name("test"))
        return cluster.clone(made[-1])

    yield make
    for name in made:
        cluster.drop(name)


@pytest.fixture(scope="module")
def access(make_database: Callable[[], Access]) -> Access:
    return make_database()


@pytest.fixture(scope="module")
def database(access: Access) -> str:
    return access.database


# --- connections as the real roles ----------------------------------------------------------------


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


# The roles' own limits (10 s, 5 s for a lock) are for shops: a crowd on a machine that stands still exceeds them.
PATIENT = {"statement_timeout": "120s", "lock_timeout": "60s", "idle_in_transaction_session_timeout": "120s"}

type_of_connect = Callable[..., Awaitable["asyncpg.Connection[Any]"]]


@pytest.fixture(scope="module")
async def connect(anyio_backend: str, access: Access) -> AsyncIterator[type_of_connect]:
    opened: list[asyncpg.Connection[Any]] = []

    async def open_one(role: str | None = None) -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(access.url(role) if role else access.admin(), server_settings=PATIENT)
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        if not connection.is_closed():
            with suppress(Exception):
                await connection.close(timeout=2)


@pytest.fixture(scope="module")
async def admin(connect: type_of_connect) -> asyncpg.Connection[Any]:
    return await connect()


@pytest.fixture(scope="module")
async def call(
    anyio_backend: str, access: Access, admin: asyncpg.Connection[Any]
) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    pools: dict[str, asyncpg.Pool[Any]] = {}
    statements: dict[tuple[str, tuple[str, ...]], tuple[str, bool]] = {}

    looking_up = asyncio.Lock()  # one connection answers one question at a time

    async def statement(function: str, names: tuple[str, ...]) -> tuple[str, bool]:
        key = (function, names)
        async with looking_up:
            if key in statements:
                return statements[key]
            row = await admin.fetchrow(
                """
                SELECT p.prorettype = 'void'::regtype AS void,
                       (SELECT coalesce(json_object_agg(n, format_type(t, NULL)), '{}')
                        FROM unnest(p.proargnames, p.proargtypes::oid[]) AS a(n, t)
                        WHERE n IS NOT NULL AND t IS NOT NULL)::text AS types
                FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace AND p.proname = $1
                """,
                function,
            )
            if row is None:
                raise LookupError(f"there is no function api.{function}")
            types = json.loads(row["types"])
            unknown = [name for name in names if name not in types]
            if unknown:
                raise LookupError(f"api.{function} has no parameter {', '.join(unknown)}; it has {', '.join(types)}")
            arguments = ", ".join(f'"{name}" => b."{name}"' for name in names)
            columns = ", ".join(f'"{name}" {types[name]}' for name in names)
            source = f", jsonb_to_record($3::jsonb) AS b({columns})" if names else ""
            result = f"api.{function}({arguments})"
            statements[key] = (
                "WITH caller AS MATERIALIZED "
                "(SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
                f"SELECT {result if row['void'] else f'to_json({result})'}::text FROM caller{source}",
                row["void"],
            )
            return statements[key]

    async def run(
        role: str,
        function: str,
        /,
        token: str | None = None,
        request_id: str = "00000000-0000-7000-8000-000000000000",
        **arguments: Any,
    ) -> Any:
        text, void = await statement(function, tuple(sorted(arguments)))
        async with looking_up:
            if role not in pools:
                pools[role] = await asyncpg.create_pool(
                    access.url(role), min_size=0, max_size=20, server_settings=PATIENT
                )
        given = [json.dumps(arguments, default=_as_text)] if arguments else []
        answer = await pools[role].fetchval(text, token or "", request_id, *given)
        return None if void or answer is None else json.loads(answer)

    yield run
    for pool in pools.values():
        pool.terminate()


def _as_text(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


@dataclass
class Refusal:
    error: asyncpg.PostgresError | None = None

    @property
    def detail(self) -> Any:
        """DETAIL as data: what programs read."""
        text = getattr(self.error, "detail", None)
        return json.loads(text) if text else None


@contextmanager
def refused(code: str, sqlstate: str | None = None) -> Iterator[Refusal]:
    """What is inside must be refused by the database under this code (the error's constraint name)."""
    refusal = Refusal()
    try:
        yield refusal
    except asyncpg.PostgresError as error:
        refusal.error = error
        found = getattr(error, "constraint_name", None)
        if found != code or sqlstate not in (None, error.sqlstate):
            pytest.fail(f"refused with {found} ({error.sqlstate}), not {code}: {error}")
    else:
        pytest.fail(f"it was not refused; {code} was expected")


# --- the real web tier ----------------------------------------------------------------------------


class WebServer:
    """`storeproc web` as a process on a socket of ours, so that no other process can take its port in between."""

    def __init__(self, access: Access, environment: dict[str, str], folder: Path) -> None:
        self.listener: socket.socket = listen("127.0.0.1", 0)
        self.listener.listen(1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "web.log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": access.public_url(),
            "STOREPROC_SECRET": access.secret,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "STOREPROC_DATA": str(folder),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "web", "--fd", str(self.listener.fileno())],
                cwd=ROOT,
                env=self.environment,
                pass_fds=[self.listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )
        deadline = time.monotonic() + 60
        answer = ""
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"the web tier does not start:\n{self.log()[-4000:]}")
            try:
                with urllib.request.urlopen(self.url + "/health/ready", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                answer = error.read().decode()
            except OSError as error:
                answer = str(error)
            time.sleep(0.02)
        self.stop()
        pytest.fail(f"the web tier does not become ready: {answer}\n{self.log()[-4000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, access: Access, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebServer]:
    web = WebServer(access, getattr(request.module, "SERVER_ENVIRONMENT", {}), tmp_path_factory.mktemp("web"))
    try:
        web.start()
        yield web
    finally:
        web.stop()
        web.listener.close()


class Client:
    def __init__(self, url: str) -> None:
        self.url = url
        # Answers are checked one by one: a cookie or a redirect that is followed would hide what was sent.
        self.http = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200), cookies=_NoCookies())

    async def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        key: str | None = None,
        if_match: object = None,
        base: str | None = None,
        headers: dict[str, str] | None = None,
        **keywords: Any,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        if if_match is not None:
            sent["If-Match"] = f'"{if_match}"'
        if cookies := keywords.pop("cookies", None):
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if "json" in keywords:
            keywords["content"] = json.dumps(keywords.pop("json"), default=_as_text)
            sent.setdefault("Content-Type", "application/json")
        where = (
            path
            if path.startswith(("http://", "https://"))
            else (base or self.url) + (path if path.startswith(ROOT_PATHS) else "/v1" + path)
        )
        return await self.http.request(method, where, headers=sent, **keywords)

    async def get(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("GET", path, **keywords)

    async def post(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("POST", path, **keywords)

    async def put(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("PUT", path, **keywords)

    async def patch(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("PATCH", path, **keywords)

    async def delete(self, path: str, **keywords: Any) -> httpx.Response:
        return await self.request("DELETE", path, **keywords)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


@pytest.fixture(scope="module")
async def client(anyio_backend: str, server: WebServer) -> AsyncIterator[Client]:
    client = Client(server.url)
    yield client
    await client.http.aclose()


# --- pgTAP ----------------------------------------------------------------------------------------


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".sql" and file_path.parent.name == "pgtap":
        return TapFile.from_parent(parent, path=file_path)
    return None


class TapFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        yield TapItem.from_parent(self, name=self.path.stem)


class TapFailure(Exception):
    pass


class TapItem(pytest.Item):
    def runtest(self) -> None:
        text = self.path.read_text(encoding="utf-8")
        lines: list[str] = []
        with psycopg.connect(_tap_database(), autocommit=True) as connection:
            connection.execute("SET search_path = tap, pg_catalog")
            connection.execute("BEGIN")
            try:
                cursor = connection.execute(text.encode())
            except psycopg.Error as error:
                raise TapFailure(f"{self.path.name}{_line(text, error)}: {str(error).strip()}") from None
            while True:
                if cursor.description:
                    lines += [str(row[0]) for row in cursor.fetchall() if row and row[0] is not None]
                if not cursor.nextset():
                    break
        judge_tap("\n".join(lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, TapFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"pgTAP {self.name}"


def _line(text: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    return f":{text.count(chr(10), 0, int(position)) + 1}" if position else ""


def judge_tap(output: str) -> None:
    """Raise TapFailure unless this is TAP in which everything that was planned passed."""
    lines = output.splitlines()
    results = [line for line in lines if re.match(r"(not )?ok\b", line)]
    failed = [line for line in results if line.startswith("not ok") and not re.search(r"# (TODO|SKIP)", line)]
    plans = [int(found[1]) for line in lines if (found := re.fullmatch(r"1\.\.(\d+)(\s.*)?", line))]
    skipped_all = any(re.match(r"1\.\.0\b.*SKIP", line) for line in lines)
    trouble = []
    if failed:
        trouble.append(f"{len(failed)} of {len(results)} failed")
    if not results and not skipped_all:
        trouble.append("there is no test in it")
    if not plans:
        trouble.append("there is no plan: SELECT plan(n) or SELECT * FROM no_plan() and finish()")
    elif plans[-1] != len(results):
        trouble.append(f"{plans[-1]} were planned, {len(results)} ran")
    if trouble:
        told = [line for line in lines if not re.match(r"ok\b", line)]
        raise TapFailure("; ".join(trouble) + "\n" + "\n".join(told))


_tap: list[str] = []


def _tap_database() -> str:
    if not _tap:
        cluster = Cluster(Access(os.environ["STOREPROC_TEST_URL"], os.environ["STOREPROC_TEST_SECRET"]), Path())
        access = cluster.clone(_new_name("pgtap"))  # gone with the whole server
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            connection.execute(
                b"CREATE SCHEMA tap; CREATE EXTENSION pgtap SCHEMA tap; GRANT USAGE ON SCHEMA tap TO PUBLIC"
            )
        _tap.append(access.admin())
    return _tap[0]
