"""TLS to somebody else's server, by the usual parameters of DATABASE_URL, in every part of the store."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.server.access import Access
from db.server.processes import die_with_parent
from tests.deployment.tls.gate import Gate, Trust, asking, opened, through
from tests.support.cluster import ROOT
from tests.support.forks import run_storeproc

pytestmark = pytest.mark.anyio


@dataclass
class Store:
    """The commands of a store whose database is behind a gate that lets nothing through in the clear."""

    environment: dict[str, str]

    def run(self, *arguments: str) -> tuple[int, str]:
        done = run_storeproc(arguments, self.environment)
        return done.returncode, done.stdout + done.stderr


def store_at(access: Access, folder: Path, **more: str) -> Store:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "STOREPROC_"))}
    return Store(
        {
            **kept,
            "DATABASE_URL": access.admin_url,
            "STOREPROC_SECRET": access.secret,
            "STOREPROC_DATA": str(folder),
            "WEB_CONCURRENCY": "1",
            **more,
        }
    )


@pytest.fixture
def strict(socket_file: str, trust: Trust) -> Iterator[Gate]:
    with opened(Gate(socket_file, asking(trust), plain_allowed=False)) as gate:
        yield gate


def proven(trust: Trust) -> dict[str, object]:
    certificate, key = trust.client
    return {
        "sslmode": "verify-full",
        "sslrootcert": trust.ours.certificate,
        "sslcert": certificate,
        "sslkey": key,
    }


def test_every_command_speaks_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    store = store_at(through(strict, access, **proven(trust)), tmp_path / "data")
    for command in (
        ("migrate", "--check"),
        ("migrate", "--force"),
        ("psql", "--", "-Atc", "SELECT 'psql ' || current_database()"),
        ("run", "psql", "-Atc", "SELECT 'run ' || current_database()"),
        ("run", "pg_dump", "--schema-only", "--schema=api"),
        ("top", "--once", "--json"),
    ):
        before = strict.encrypted
        status, said = store.run(*command)
        assert status == 0, (command, said[-2000:])
        assert strict.encrypted > before, command
        if "psql" in command:
            assert access.database in said
    assert strict.plain == 0


def test_parameters_may_be_in_the_environment(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """As libpq reads them: no part drops them on the way, and with them the proof of who the server is."""
    given = {f"PG{name.upper()}": str(value) for name, value in proven(trust).items()}
    store = store_at(through(strict, access), tmp_path / "data", **given)
    for command in (("psql", "--", "-Atc", "SELECT 1"), ("run", "psql", "-Atc", "SELECT 1"), ("migrate", "--check")):
        status, said = store.run(*command)
        assert status == 0, (command, said)
    assert (strict.encrypted >= 6, strict.plain) == (True, 0)
    distrustful = store_at(
        through(strict, access), tmp_path, **given | {"PGSSLROOTCERT": str(trust.foreign.certificate)}
    )
    for command in (("psql", "--", "-Atc", "SELECT 1"), ("run", "psql", "-Atc", "SELECT 1")):
        status, said = distrustful.run(*command)
        assert (status, "certificate verify failed" in said) == (1, True), said


def test_dumps_speak_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    store = store_at(through(strict, access, **proven(trust)), tmp_path / "data")
    status, said = store.run("run", str(ROOT / "backups" / "backup.sh"), "--to", str(tmp_path / "dumps"))
    assert status == 0, said
    assert len(list((tmp_path / "dumps").iterdir())) == 1
    assert strict.encrypted > 2
    assert strict.plain == 0


def test_a_store_runs_over_tls(strict: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """`up`: migrate, web tier and worker. A mail that an account asks for is written by the worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path / "data"
    store = store_at(through(strict, access, **proven(trust)), data, PORT=str(port))
    log = tmp_path / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "up", "--no-demo"],
            cwd=ROOT,
            env=store.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        shop = f"http://127.0.0.1:{port}/v1"
        until(lambda: answers(shop.removesuffix("/v1") + "/health/ready"), log)
        body = b'{"email":"tls@shop.example","password":"Correct-Horse-9"}'
        assert answers(shop + "/accounts", body)
        assert answers(shop + "/password-resets", b'{"email":"tls@shop.example"}')
        until(lambda: any((data / "mail").glob("*")), log)
        assert strict.encrypted >= 6
        assert strict.plain == 0
    finally:
        process.terminate()
        process.wait(60)


def answers(url: str, body: bytes | None = None) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return bool(response.status < 300)
    except urllib.error.HTTPError as error:
        if body is not None:
            pytest.fail(error.read().decode())
        return False
    except OSError:
        return False


def until(true: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.05)


@pytest.mark.parametrize("command", ["migrate", "up", "web", "psql"])
def test_a_server_that_nobody_vouches_for_is_refused_in_a_line(
    command: str, tls: Gate, access: Access, trust: Trust, tmp_path: Path
) -> None:
    store = store_at(
        through(tls, access, sslmode="verify-full", sslrootcert=trust.foreign.certificate), tmp_path, PORT="0"
    )
    status, said = store.run(command)
    assert status == 1, said
    assert "certificate verify failed" in said
    assert "Traceback" not in said
    assert access.password("postgres") not in said
    assert tls.plain == tls.encrypted == 0


def test_a_worker_says_why_it_waits(tls: Gate, access: Access, trust: Trust, tmp_path: Path) -> None:
    """It goes on trying: a certificate may be mended while it runs."""
    unknown = through(tls, access, sslmode="verify-full", sslrootcert=trust.foreign.certificate)
    worker = subprocess.Popen(
        [sys.executable, "-m", "api.worker"],
        cwd=ROOT,
        env=store_at(unknown, tmp_path).environment,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        assert worker.stdout is not None
        line = next(line for line in worker.stdout if "waiting" in line)
        assert "certificate verify failed" in line
    finally:
        worker.terminate()
        worker.communicate(timeout=60)
    assert tls.plain == tls.encrypted == 0
