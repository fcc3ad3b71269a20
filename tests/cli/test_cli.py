"""The storeproc command as a person meets it: one clear line for what is wrong, a store that comes and goes cleanly."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from api import log
from api.cli.processes import Child, StartError, Supervisor, listen
from api.cli.unavailable import answer_unavailable
from api.settings import Settings
from api.settings_source import SettingsError
from db.server.access import Access
from tests.support.cluster import Cluster

ROOT = Path(__file__).parents[2]


def environment(**changes: str) -> dict[str, str]:
    ours = (
        "HOST",
        "PORT",
        "PUBLIC_URL",
        "DATABASE_URL",
        "STOREPROC_DATA",
        "STOREPROC_SECRET",
        "STOREPROC_ENVIRONMENT",
        "WEB_CONCURRENCY",
    )
    return {name: value for name, value in os.environ.items() if name not in ours} | {"PYTHONUNBUFFERED": "1"} | changes


def storeproc(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="storeproc-cli-", dir=os.environ["STOREPROC_TEST_DATA"]))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago; tests that start a store on it take it at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def on(access: Access, **changes: str) -> dict[str, str]:
    """The settings that lead a command to a database of the test server."""
    return {"DATABASE_URL": access.admin(), "STOREPROC_SECRET": access.secret, **changes}


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """What it said, which is one line, with a status that is not 0."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("storeproc: ")
    return lines[0]


# --- what is wrong is one line


def test_a_port_in_use(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = storeproc("up", PORT=str(port), STOREPROC_DATA=str(data))
    assert (
        refusal(done)
        == f"storeproc: port {port} of 127.0.0.1 is in use: stop what uses it, or choose another with PORT={port + 1}."
    )
    assert list(data.iterdir()) == [], "nothing was made before it was known"


def test_an_unreachable_database(data: Path, port: int) -> None:
    for command in (("up",), ("migrate",), ("check",)):
        done = storeproc(
            *command, PORT=str(port), STOREPROC_DATA=str(data), DATABASE_URL="postgresql://127.0.0.1:1/store"
        )
        assert "no PostgreSQL answers at 127.0.0.1:1/store" in refusal(done)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "PORT=eighty: a whole number from 0 to 65535"),
        ("PORT", "70000", "PORT=70000"),
        ("HOST", "not a host", "HOST=not a host"),
        ("PUBLIC_URL", "shop.example", "PUBLIC_URL=shop.example"),
        ("STOREPROC_SECRET", "short", "STOREPROC_SECRET: 32 characters or more are expected"),
        ("STOREPROC_ENVIRONMENT", "prod", "STOREPROC_ENVIRONMENT=prod: one of development, demo, production"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "TRUSTED_PROXIES"),
        ("CORS_ORIGINS", "https://shop.example/path", "CORS_ORIGINS"),
        ("POOL_SIZES", "web_king=3", "POOL_SIZES=web_king=3"),
    ],
)
def test_a_setting_that_makes_no_sense(data: Path, name: str, value: str, words: str) -> None:
    said = refusal(storeproc("up", **{"STOREPROC_DATA": str(data), name: value}))
    assert words in said
    assert value not in said or value != "short", "a secret is not repeated"


def test_settings_have_defaults_and_never_show_a_secret() -> None:
    settings = Settings.from_env({"STOREPROC_SECRET": "s" * 40, "DATABASE_URL": "postgresql://a:b@c/d", "PORT": ""})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert "s" * 40 not in repr(settings)
    assert "a:b" not in repr(settings)
    assert 8 <= sum(settings.pool_sizes.values()) - settings.pool_sizes["web_worker"] <= 16
    with pytest.raises(SettingsError):
        Settings.from_env({"RATE_LIMIT": "-1"})


def test_tools_say_that_there_is_no_database(data: Path) -> None:
    for command in (("check",), ("psql",), ("token", "customer"), ("worker",), ("web",), ("demo",)):
        assert f"there is no database in {data}" in refusal(storeproc(*command, STOREPROC_DATA=str(data), PORT="0"))


def test_another_major_version(data: Path, port: int) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("17\n")
    assert "was made by PostgreSQL 17, and this is 18" in refusal(
        storeproc("up", PORT=str(port), STOREPROC_DATA=str(data))
    )


# --- tools


def test_migrate_check_says_what_is_pending(cluster: Cluster, worker_id: str) -> None:
    name = f"cli_{worker_id}"
    access = Access(cluster.access.admin(name), cluster.access.secret)
    try:
        before = storeproc("migrate", "--check", **on(access))
        assert before.returncode == 1
        assert "pending: the database is created" in before.stdout
        assert storeproc("migrate", **on(access)).returncode == 0
        after = storeproc("migrate", "--check", **on(access))
        assert (after.returncode, after.stdout) == (0, "nothing is pending\n")
    finally:
        cluster.drop(name)


def test_psql_is_administrator(access: Access) -> None:
    done = storeproc("psql", "--", "-Atc", "SELECT current_user, current_database()", **on(access))
    assert done.stdout == f"postgres|{access.database}\n", done.stderr
    assert storeproc("psql", "--", "-c", "SELECT 1/0", **on(access)).returncode == 1, "psql's status is ours"


def test_production_gets_no_local_tokens_and_no_demo(access: Access) -> None:
    for command in (("token", "customer"), ("demo",)):
        assert "production" in refusal(storeproc(*command, **on(access, STOREPROC_ENVIRONMENT="production")))
    assert storeproc("migrate", "--environment", "production", **on(access)).returncode == 0
    try:
        for command in (("token", "customer"), ("demo",)):
            assert "marked production" in refusal(storeproc(*command, **on(access)))
    finally:
        assert storeproc("migrate", "--environment", "development", **on(access)).returncode == 0


def test_check_proves_the_invariants(access: Access) -> None:
    done = storeproc("check", **on(access))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    assert '"ok": true' in storeproc("check", "--json", **on(access)).stdout


def test_reconcile_compares_and_says_how_far_it_is(access: Access) -> None:
    done = storeproc("reconcile", "--since", "2026-01-01", **on(access))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mock: 0 entries read, 0 payments compared" in done.stdout
    lines = [json.loads(line) for line in storeproc("reconcile", "--json", **on(access)).stdout.splitlines()]
    assert [line["step"]["provider"] for line in lines[:-1]].count("mock") == 2
    last = lines[-1]["reconciled"]
    assert {run["provider"]: run["status"] for run in last} == {
        "mock": "completed", "sslcommerz": "not_available", "stripe": "not_available",
    }  # fmt: skip
    assert "invalid" in storeproc("reconcile", "--since", "yesterday", **on(access)).stderr


# --- children


def test_a_child_that_dies_is_started_again_with_growing_pauses() -> None:
    said: list[str] = []
    supervisor = Supervisor([Child("web 1", [sys.executable, "-c", "raise SystemExit(7)"], os.environ)], said.append)
    supervisor.start()
    deadline = time.monotonic() + 60
    while len(said) < 3:
        assert time.monotonic() < deadline
        supervisor.watch(0)
        time.sleep(0.01)
    supervisor.stop()
    assert said[0] == "web 1 died (status 7); starting it again"
    assert said[1].endswith("in 1 s")
    assert said[2].endswith("in 2 s")


def test_children_die_with_us() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells the child")
    program = (
        "import os, sys, time; from api.cli.processes import Child, Supervisor\n"
        "child = Child('web 1', [sys.executable, '-c', 'import time; time.sleep(600)'], os.environ)\n"
        "Supervisor([child], print).start(); print(child.process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    ended(child)


def ended(process: psutil.Process) -> None:
    deadline = time.monotonic() + 60
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"{process} still runs"
        time.sleep(0.02)


def test_listening_where_one_cannot() -> None:
    with pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1"):
        listen("192.0.2.1", 0)


# --- the whole store


class Store:
    """`storeproc up` on a data folder of its own."""

    def __init__(
        self, data: Path, port: int, command: Sequence[str] = (sys.executable, "-m", "api.cli"), folder: Path = ROOT
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*command, "up", "--no-demo"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(STOREPROC_DATA=str(data), PORT=str(port), WEB_CONCURRENCY="2"),
            start_new_session=True,
        )
        self.ready = threading.Event()
        self.welcomed = False
        threading.Thread(target=self._read, daemon=True).start()
        if not self.ready.wait(120) or not self.welcomed:
            self.kill()
            pytest.fail("it does not come up:\n" + "".join(self.lines))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C" in line:
                self.welcomed = True
                self.ready.set()
        self.ready.set()

    @property
    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def answers(self) -> int:
        with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as response:
            return int(response.status)

    def kill(self) -> None:
        for process in [*self.family, psutil.Process(self.process.pid)] if psutil.pid_exists(self.process.pid) else []:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()


def test_up_comes_and_goes_and_survives_kill_9(data: Path, port: int) -> None:
    store = Store(data, port)
    try:
        told = "".join(store.lines)
        assert store.answers() == 200
        assert f"{store.url}/docs" in told
        secret = (data / "secret").read_text()

        # Ctrl-C, while somebody else's `up` on the same data is refused.
        assert "is in use" in refusal(storeproc("up", PORT=str(port), STOREPROC_DATA=str(data)))
        assert "already runs" in refusal(storeproc("up", PORT="0", STOREPROC_DATA=str(data)))
        family = store.family
        store.process.send_signal(signal.SIGINT)
        assert store.process.wait(60) == 0
        for process in family:
            ended(process)

        # A second start is fast and keeps the data; then everything is killed at once, and it comes again.
        begin = time.monotonic()
        store = Store(data, port)
        assert time.monotonic() - begin < 15
        store.kill()
        store = Store(data, port)
        assert store.answers() == 200
        assert (data / "secret").read_text() == secret

        # The supervisor alone is killed: nothing keeps the port, nothing keeps the cluster.
        store.process.kill()
        store.process.wait()
        store = Store(data, port)
        assert store.answers() == 200
        store.process.terminate()
        assert store.process.wait(60) == 0
    finally:
        store.kill()


# --- the log ------------------------------------------------------------------------------------------


def test_requests_are_short_lines_for_a_person() -> None:
    now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    request = {"request_id": "r", "operation": "get_order", "method": "GET", "status": 404, "ms": 1.5, "code": "gone"}
    assert log.format_text(request, now)[8:] == "  404  GET    get_order  1.5 ms  gone"
    assert "\x1b[33m404\x1b[0m" in log.format_text(request, now, coloured=True)
    assert log.format_text({"worker": "started", "level": "info"}, now)[8:] == "  worker=started"


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_is_json_with_time_and_level_or_text(form: str) -> None:
    program = (
        "from api.log import configure_logging, write_log; import logging; configure_logging()\n"
        "write_log({'operation': 'get_order', 'method': 'GET', 'status': 500, 'ms': 1})\n"
        "logging.getLogger('uvicorn.error').warning('odd')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(STOREPROC_LOG=form),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    if form == "text":
        assert first.endswith("  500  GET    get_order  1 ms")
        assert second.endswith("  odd")
        return
    records = [json.loads(first), json.loads(second)]
    assert [record["level"] for record in records] == ["error", "warning"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["time"]) for record in records)


# --- a port without web processes ----------------------------------------------------------------------


def test_without_web_processes_the_port_answers_503() -> None:
    listener = listen("127.0.0.1", 0)
    listener.listen(16)
    listener.setblocking(False)
    child = Child("web 1", [sys.executable, "-c", "import time; time.sleep(600)"], os.environ)
    supervisor = Supervisor([child], lambda _: None, listener)
    supervisor.start()
    assert child.process is not None
    child.process.kill()
    child.process.wait()
    child.command = [sys.executable, "-c", "raise SystemExit(3)"]  # it cannot start again
    child.failures = 5
    answers: list[tuple[int, str, str, float]] = []

    def ask() -> None:
        for method in ("GET", "POST"):
            begin = time.monotonic()
            request = urllib.request.Request(
                f"http://127.0.0.1:{listener.getsockname()[1]}/v1/products",
                data=b"x" * 300_000 if method == "POST" else None,
            )
            try:
                urllib.request.urlopen(request, timeout=10)
            except urllib.error.HTTPError as error:
                body = json.loads(error.read())
                answers.append((error.code, error.headers["retry-after"], body["code"], time.monotonic() - begin))

    client = threading.Thread(target=ask)
    client.start()
    deadline = time.monotonic() + 30
    while client.is_alive():
        assert time.monotonic() < deadline
        supervisor.watch(0.2)
    listener.close()
    supervisor.stop()
    assert [answer[:3] for answer in answers] == [(503, "2", "unavailable")] * 2
    assert max(answer[3] for answer in answers) < 5


def test_a_slow_client_does_not_hold_the_supervisor() -> None:
    listener = listen("127.0.0.1", 0)
    listener.listen(16)
    listener.setblocking(False)
    with socket.create_connection(listener.getsockname()) as silent:
        begin = time.monotonic()
        answer_unavailable(listener, 0.2)
        assert time.monotonic() - begin < 5
        assert silent.recv(4096).startswith(b"HTTP/1.1 503 ")
    listener.close()


# --- settings ------------------------------------------------------------------------------------------


def test_the_table_of_settings_is_the_one_in_the_documentation() -> None:
    text = (ROOT / "api" / "README.md").read_text()
    table = text.partition("<!-- settings -->\n")[2].partition("<!-- /settings -->")[0]
    done = storeproc("settings")
    assert done.returncode == 0, done.stderr
    assert table == done.stdout, "write it again: storeproc settings"


def test_every_setting_has_a_description_and_mistakes_are_told_together() -> None:
    for line in storeproc("settings").stdout.splitlines()[2:]:
        assert line.rpartition(" | ")[2].strip(" |"), line
    with pytest.raises(SettingsError) as error:
        Settings.from_env({"PORT": "eighty", "WEB_CONCURRENCY": "99"})
    assert str(error.value).splitlines() == [
        "PORT=eighty: a whole number from 0 to 65535 is expected.",
        "WEB_CONCURRENCY=99: a whole number from 1 to 64 is expected.",
    ]


# --- a folder with packages of the same names ----------------------------------------------------------


def test_a_folder_with_its_own_api_and_db_packages_is_not_executed(data: Path, port: int, access: Access) -> None:
    folder = data / "project"
    executed = data / "executed"
    for name in ("api", "db", "backups", "monitoring"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(f"open({str(executed)!r}, 'a').write({name!r})\n")
    program = Path(sys.executable).with_name("storeproc")
    done = subprocess.run(
        [program, "check"], cwd=folder, env=environment(**on(access)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    store = Store(data / "store", port, command=[str(program)], folder=folder)
    try:
        assert store.answers() == 200
    finally:
        store.process.terminate()
        store.process.wait(60)
    assert not executed.exists()
