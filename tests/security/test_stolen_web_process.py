"""A taken web process of `storeproc up`: its environment, the files it may read, the processes beside it, its sockets.

On a store of its own, whose processes are those of a real `storeproc up`.
"""

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
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from api.confinement import VARIABLE, is_available
from api.settings_secrets import PASSWORDS
from db.deploy.roles import LOGIN_ROLES
from db.server.access import CONSUMERS, SUPERUSER, Access
from db.server.embedded import find_layout, locate
from db.server.processes import die_with_parent
from tests.support.cluster import ROOT

OWN = {*CONSUMERS["web"], "web_gateway"}
OTHERS = {SUPERUSER, *LOGIN_ROLES} - OWN
SHELL = {"AWS_SECRET_ACCESS_KEY": "of-the-users-shell", "SMTP_URL": "smtp://shop:mail-password@mail.example"}


@dataclass
class Store:
    data: Path
    url: str
    up: psutil.Process

    def children(self, word: str) -> list[psutil.Process]:
        return [each for each in self.up.children() if word in each.cmdline()]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    # Not pytest's tmp_path, as in tests/deployment/test_secret.py.
    data = Path(tempfile.mkdtemp(prefix="storeproc-stolen-", dir=os.environ["STOREPROC_TEST_DATA"]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOREPROC_", "DATABASE_"))}
    with (data.parent / "stolen.log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "up", "--no-demo"],
            cwd=ROOT,
            env={**kept, **SHELL, "STOREPROC_DATA": str(data), "WEB_CONCURRENCY": "1", "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        deadline = time.monotonic() + 120
        while b"Ctrl-C" not in (data.parent / "stolen.log").read_bytes():
            assert process.poll() is None, (data.parent / "stolen.log").read_text()
            assert time.monotonic() < deadline, (data.parent / "stolen.log").read_text()
            time.sleep(0.05)
        yield Store(data, f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(data, ignore_errors=True)


def environment_of(process: psutil.Process) -> dict[str, str]:
    pairs = Path(f"/proc/{process.pid}/environ").read_text().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def lets_in(access: Access, role: str, password: str) -> bool:
    host = access.admin_url.rpartition("@")[2]
    try:
        psycopg.connect(f"postgresql://{role}:{password}@{host}", connect_timeout=10).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return False
    return True


def test_the_environment_opens_the_web_roles_and_nothing_else(store: Store) -> None:
    """S9. Everything in it is tried as a password and as a secret, for every role."""
    (web,) = store.children("web")
    taken = environment_of(web)
    assert not [value for value in taken.values() if "of-the-users-shell" in value or "mail-password" in value]
    access = locate(store.data)
    passwords = json.loads(taken[PASSWORDS])
    assert {name for name in passwords if name.startswith("role:")} == {f"role:{role}" for role in OWN}
    for role in OWN:
        assert lets_in(access, role, passwords[f"role:{role}"])
    words = {*passwords.values(), *taken.values(), *re.findall(r"[\w-]{16,}", " ".join(taken.values()))}
    for role in OTHERS:
        derived = {Access("", word).password(role) for word in words if word}
        assert access.password(role) not in words | derived, role
        assert not any(lets_in(access, role, word) for word in passwords.values()), role


def test_the_worker_holds_no_password_of_the_web_roles(store: Store) -> None:
    (worker,) = store.children("api.worker")
    taken = environment_of(worker)
    assert set(json.loads(taken[PASSWORDS])) == {"role:web_worker", "role:web_gateway", "gateway:mock"}
    assert taken["SMTP_URL"] == SHELL["SMTP_URL"]
    assert "STOREPROC_SECRET" not in taken


@pytest.mark.skipif(not is_available(), reason="this kernel has no Landlock")
def test_its_files_and_its_neighbours_hold_no_secret(store: Store) -> None:
    """S9. A program in the place of a web process: started with the environment of one, and confined as one."""
    (web,) = store.children("web")
    (worker,) = store.children("api.worker")
    layout = find_layout(store.data)
    program = """if True:
        import json, os, sys
        from pathlib import Path
        from api.confinement import confine_as_told
        assert confine_as_told()
        def tried(work):
            try:
                work()
            except OSError as error:
                return type(error).__name__
            return "done"
        data, cluster, temporary, *processes = sys.argv[1:]
        found = {name: tried(lambda name=name: Path(name).read_bytes()) for name in [
            f"{data}/secret", f"{cluster}/PG_VERSION", f"/proc/self/root{data}/secret", *(
            f"/proc/{process}/{what}" for process in processes for what in ("environ", "mem", f"root{data}/secret"))]}
        found["list"] = tried(lambda: os.listdir(data))
        found["link"] = tried(lambda: os.link(f"{data}/secret", f"{temporary}/secret"))
        found["move"] = tried(lambda: os.rename(f"{data}/secret", f"{temporary}/secret"))
        found["source"] = tried(lambda: Path("api/app.py").open("a"))
        found["kill"] = [tried(lambda process=process: os.kill(int(process), 0)) for process in processes]
        found["disk"] = tried(lambda: os.listdir("/dev"))
        found["own"] = tried(lambda: Path(f"{temporary}/own").write_text("x"))
        found["read"] = tried(lambda: Path("api/app.py").read_text())
        print(json.dumps(found))
    """
    taken = environment_of(web)
    told = json.loads(taken[VARIABLE])
    numbers = [str(process.pid) for process in (store.up, worker)]
    done = subprocess.run(
        [sys.executable, "-c", program, str(store.data), str(layout.cluster), told["writable"][0], *numbers],
        cwd=ROOT, env=taken, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found.pop("own"), found.pop("read")) == ("done", "done")
    assert found.pop("kill") == ["PermissionError", "PermissionError"]
    assert {found.pop("link"), found.pop("move")} <= {"PermissionError", "OSError"}  # EXDEV: not from there to here
    assert {name: end for name, end in found.items() if end != "PermissionError"} == {}


@pytest.mark.skipif(not is_available(), reason="this kernel has no Landlock")
def test_the_web_process_is_confined_and_serves(store: Store) -> None:
    (web,) = store.children("web")
    status = Path(f"/proc/{web.pid}/status").read_text()
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    if os.geteuid() == 0:
        assert re.search(r"^CapEff:\t0000000000000002$", status, re.MULTILINE)
    for path in ("/v1/products", "/metrics", "/openapi.json", "/docs"):
        with urllib.request.urlopen(store.url + path, timeout=60) as answer:
            text = answer.read().decode()
            assert answer.status == 200
        if path == "/metrics":
            assert 'shop="' in text or "storeproc_queue" in text or "disk" in text


def test_its_connections_are_those_of_its_own_roles(store: Store) -> None:
    with psycopg.connect(locate(store.data).admin(), autocommit=True) as connection:
        found = connection.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'storeproc web'"
        ).fetchall()
    assert {row[0] for row in found} <= OWN
    assert found


def test_one_consumers_secret_is_changed_and_the_others_stay(store: Store) -> None:
    before = locate(store.data)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOREPROC_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "secret", "rotate", "backup"],
        cwd=ROOT, env={**kept, "STOREPROC_DATA": str(store.data)}, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "new passwords (SCRAM): store_backup\n" in done.stdout
    assert (store.data / "secrets" / "backup").stat().st_mode & 0o777 == 0o600
    assert (store.data / "secrets").stat().st_mode & 0o777 == 0o700
    after = locate(store.data)
    assert after.secret == before.secret
    for role in (SUPERUSER, *LOGIN_ROLES):
        assert lets_in(after, role, after.password(role)), role
        assert (before.password(role) == after.password(role)) == (role != "store_backup")
    assert not lets_in(after, "store_backup", before.password("store_backup"))
