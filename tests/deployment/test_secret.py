"""The secret that all log-in roles' passwords follow from is changed: at once, for all of them, and whoever is killed
in the middle of it has lost nothing.

On a server of its own: the roles of the tests' server are everybody's.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from db.deploy.roles import LOGIN_ROLES, change_passwords
from db.server import supervisor
from db.server.access import Access, ServerError
from db.server.embedded import locate
from db.server.processes import die_with_parent
from db.server.secret import changing_secret, read_secret
from db.server.supervisor import Server
from tests.support.cluster import ROOT
from tests.support.forks import run_storeproc
from tests.support.made import make_store

SETTINGS = {"fsync": "off", "shared_buffers": "16MB"}
README = ROOT / "db" / "docs" / "security.md"
SCRAM = r"SCRAM-SHA-256\$\d+:[^$]+\$[^:]+:.+"

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a store in it that does not run."""
    # Not pytest's tmp_path: a folder below one of mode 0700 is out of reach for the system user that serves root.
    folder = Path(tempfile.mkdtemp(prefix="storeproc-secret-", dir=os.environ["STOREPROC_TEST_DATA"]))
    make_store(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def running(data: Path) -> Iterator[Access]:
    with Server(data, settings=SETTINGS) as access:
        yield access


def storeproc(data: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return run_storeproc(arguments, environment(data, **changes))


def environment(data: Path, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOREPROC_", "DATABASE_"))}
    return {**kept, "STOREPROC_DATA": str(data), "WEB_CONCURRENCY": "1", **changes}


def verifiers(access: Access) -> dict[str, str | None]:
    with psycopg.connect(access.admin()) as connection:
        return dict(connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin").fetchall())


def lets_in(access: Access, role: str) -> bool:
    url = access.admin() if role == "postgres" else access.url(role)
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError as error:
        return "password authentication failed" not in str(error)
    return True


async def test_passwords_are_kept_as_scram_verifiers_and_nothing_else(access: Access, admin: Any) -> None:
    stored = verifiers(access)
    assert {*LOGIN_ROLES, "postgres"} <= set(stored)
    for role, verifier in stored.items():
        if verifier is None:  # another test's, which cannot log in
            assert role not in (*LOGIN_ROLES, "postgres")
        else:
            assert re.fullmatch(SCRAM, verifier), role
    assert await admin.fetchval("SHOW password_encryption") == "scram-sha-256"
    methods = await admin.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert [row["auth_method"] for row in methods] == ["scram-sha-256"]  # no peer, no trust, no md5
    # No role has a password that another one has, and none has one without a log-in.
    assert len({access.password(role) for role in LOGIN_ROLES}) == len(LOGIN_ROLES)
    assert await admin.fetchval("SELECT count(*) FROM pg_authid WHERE NOT rolcanlogin AND rolpassword IS NOT NULL") == 0


def test_the_procedure_while_a_store_runs(data: Path) -> None:
    """As db/docs/security.md has it: rotate, restart, end what is left of the old connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1/products"

    def start(name: str) -> subprocess.Popen[bytes]:
        with (data / f"{name}.log").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "up", "--no-demo"],
                cwd=ROOT,
                env=environment(data, PORT=str(port)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        deadline = time.monotonic() + 60
        while b"Ctrl-C" not in (data / f"{name}.log").read_bytes():
            assert process.poll() is None, (data / f"{name}.log").read_text()
            assert time.monotonic() < deadline, (data / f"{name}.log").read_text()
            time.sleep(0.05)
        return process

    first = start("first")
    try:
        assert read(url) == 200
        old = locate(data)
        done = storeproc(data, "secret", "rotate")
        assert done.returncode == 0, done.stderr
        new = locate(data)
        assert new.secret != old.secret
        assert all(secret not in done.stdout + done.stderr for secret in (old.secret, new.secret))
        assert "restart web tier and worker" in done.stdout
        assert (data / "secret").stat().st_mode & 0o777 == 0o600
        assert not (data / "secret.new").exists()
        for role in (*LOGIN_ROLES, "postgres"):
            assert (lets_in(old, role), lets_in(new, role)) == (False, True), role
        assert all(re.fullmatch(SCRAM, verifier or "") for verifier in verifiers(new).values())
        assert read(url + "?limit=7") == 200  # on the connections that it has
    finally:
        first.terminate()
        first.wait(60)

    second = start("second")
    try:
        assert read(url) == 200
        assert storeproc(data, "migrate", "--check").stdout == "nothing is pending\n"
    finally:
        second.terminate()
        second.wait(60)


def test_who_has_stolen_the_secret_is_put_out(running: Access) -> None:
    """The last step: connections from before the change are nobody's of ours once web tier and worker are new."""
    thief = psycopg.connect(running.url("web_customer"), autocommit=True)
    ours = psycopg.connect(running.url("web_worker"), autocommit=True)
    statement = re.search(r"```sql\n(SELECT pg_terminate_backend.*?)```", README.read_text(), re.DOTALL)
    assert statement is not None
    with psycopg.connect(running.admin(), autocommit=True) as connection:
        row = connection.execute(
            "SELECT backend_start + interval '1 microsecond' FROM pg_stat_activity WHERE pid = %s",
            [thief.info.backend_pid],
        ).fetchone()
        assert row is not None
        before = row[0].isoformat()
        connection.execute(statement[1].replace("2026-11-21T12:00:00Z", before).encode())
    with pytest.raises(psycopg.OperationalError):
        thief.execute("SELECT 1")
    assert ours.execute("SELECT 1").fetchone() == (1,)
    ours.close()


def read(url: str) -> int:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return int(answer.status)


def test_killed_between_passwords_and_file(data: Path) -> None:
    def cut_off(access: Access) -> str:
        new = secrets.token_hex(32)
        with suppress(KeyboardInterrupt), changing_secret(data, new):
            change_passwords(access, Access(access.admin_url, new), own_server=True)
            raise KeyboardInterrupt
        assert locate(data).secret == access.secret  # the file of before
        return new

    with Server(data, settings=SETTINGS) as access:
        new = cut_off(access)
        with supervisor.running(data) as found:  # a tool, while the server runs
            assert found.secret == new
        assert locate(data).secret == new
        new = cut_off(locate(data))
    with Server(data, settings=SETTINGS) as access:  # the next start
        assert access.secret == new
        assert lets_in(access, "web_customer")
    assert locate(data).secret == new


def test_killed_before_the_passwords(data: Path, running: Access) -> None:
    with pytest.raises(KeyboardInterrupt), changing_secret(data, secrets.token_hex(32)):
        raise KeyboardInterrupt
    with supervisor.running(data) as found:
        assert found.secret == running.secret
    assert storeproc(data, "secret", "rotate").returncode == 0
    assert lets_in(locate(data), "web_customer")


def test_all_passwords_or_none(data: Path, running: Access) -> None:
    before = verifiers(running)
    with psycopg.connect(running.admin(), autocommit=True) as connection:
        connection.execute("ALTER ROLE store_monitor RENAME TO store_observer")  # the last of them
        try:
            done = storeproc(data, "secret", "rotate")
        finally:
            connection.execute("ALTER ROLE store_observer RENAME TO store_monitor")
    assert (done.returncode, done.stderr) == (1, 'storeproc: role "store_monitor" does not exist\n')
    assert verifiers(running) == before
    assert locate(data).secret == running.secret
    (data / "secret.new").unlink()


def test_a_secret_of_the_environment_is_given_by_the_operator(data: Path, running: Access, tmp_path: Path) -> None:
    """On our own server, and on one that DATABASE_URL names, whose administrator is not ours to change."""
    old, new = running.secret, secrets.token_hex(32)
    refused = storeproc(data, "secret", "rotate", STOREPROC_SECRET=old)
    assert refused.returncode == 1
    assert "openssl rand -hex 32 >FILE" in refused.stderr
    file = tmp_path / "new"
    file.write_text("too short\n")
    assert storeproc(data, "secret", "rotate", "--to", str(file), STOREPROC_SECRET=old).returncode == 1
    file.write_text(new + "\n")

    there = running.admin()
    done = storeproc(data, "secret", "rotate", "--to", str(file), STOREPROC_SECRET=old, DATABASE_URL=there)
    assert done.returncode == 0, done.stderr
    assert "set STOREPROC_SECRET to the content of" in done.stdout
    assert new not in done.stdout
    later = Access(running.admin_url, new)
    assert (lets_in(running, "web_customer"), lets_in(later, "web_customer")) == (False, True)
    assert lets_in(running, "postgres")
    # Again, or with a migration of the new secret: nothing changes.
    assert (
        storeproc(data, "secret", "rotate", "--to", str(file), DATABASE_URL=there, STOREPROC_SECRET=new).returncode == 0
    )
    check = storeproc(data, "migrate", "--check", DATABASE_URL=there, STOREPROC_SECRET=new)
    assert check.stdout == "nothing is pending\n"

    done = storeproc(data, "secret", "rotate", "--to", str(file), STOREPROC_SECRET=old)
    assert done.returncode == 0, done.stderr
    with pytest.raises(ServerError, match="another secret"), supervisor.running(data, secret=old):
        pass
    with supervisor.running(data, secret=new) as found:
        assert lets_in(found, "postgres")
    assert read_secret(data) == old  # the file is not what counts here, and is left alone
    (data / "secret").write_text(new + "\n")
