"""A store that comes and goes cleanly: its processes, its port, and what it says when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from api.cli.processes import Child, StartError, Supervisor, listen
from api.cli.unavailable import answer_unavailable
from db.server.access import Access
from tests.cli.conftest import ROOT, environment, on, refusal, storeproc

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
        self,
        data: Path,
        port: int,
        command: Sequence[str] = (sys.executable, "-m", "api.cli"),
        folder: Path = ROOT,
        *,
        webs: int = 1,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*command, "up", "--no-demo"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(STOREPROC_DATA=str(data), PORT=str(port), WEB_CONCURRENCY=str(webs)),
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
    begin = time.monotonic()
    store = Store(data, port, webs=2)
    first = time.monotonic() - begin
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
        assert time.monotonic() - begin < first
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
