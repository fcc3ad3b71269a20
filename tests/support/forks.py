"""Processes of the command `storeproc`, forked from one that has imported everything.

A start costs a second and a half of CPU, nearly all of it for imports, and a run makes hundreds. A forked process does
what a started one does: main() with its arguments, in its own session and environment, with its exit code and what is
done at exit. Started as ever are processes of other sources (PYTHONPATH), those with what is read while modules are
imported (PROMETHEUS_MULTIPROC_DIR), and those of tests of starting (tests/cli/test_up.py).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from api.http import passwords
from db.deploy.source import source_version
from db.server.processes import die_with_parent

ROOT = Path(__file__).parents[2]
AT_IMPORT = ("PYTHONPATH", "PROMETHEUS_MULTIPROC_DIR")
PRELOADED = (
    "api.cli.main", "api.app", "api.worker.loop", "stripe", "uvicorn", "uvicorn.lifespan.on", "uvloop",
    "uvicorn.protocols.http.httptools_impl",
)  # fmt: skip
PASSWORD_COST = 4  # of bcrypt: its quarter of a second is for attackers
NUMBER = struct.Struct("i")  # what the fork server reports of a child: its pid, later its status


def can_fork(environment: Mapping[str, str]) -> bool:
    """Whether a process with this environment may be forked."""
    return sys.platform == "linux" and all(environment.get(name) == os.environ.get(name) for name in AT_IMPORT)


class Forked:
    """A forked process, with what the tests use of subprocess.Popen."""

    def __init__(self, arguments: Sequence[str], report: int) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        self._report = report
        said = os.read(report, NUMBER.size)
        if not said:
            raise RuntimeError("the fork server has died: its reason is above")
        (self.pid,) = NUMBER.unpack(said)

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            ready = select.poll()
            ready.register(self._report, select.POLLIN)
            if ready.poll(None if timeout is None else timeout * 1000):
                said = os.read(self._report, NUMBER.size)
                os.close(self._report)
                self.returncode = os.waitstatus_to_exitcode(*NUMBER.unpack(said)) if said else -signal.SIGKILL
        return self.returncode


class ForkServer:
    """The process that forks, and what is sent to it. It ends, and its children with it, when this process does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def fork(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        streams: Sequence[IO[Any]],
        *,
        listener: socket.socket | None = None,
        password_cost: int = PASSWORD_COST,
    ) -> Forked:
        """Runs `storeproc` with these arguments.

        `streams`: standard input, output and error. A `listener` becomes the command's --fd.
        """
        request = {"arguments": list(arguments), "environment": dict(environment), "password_cost": password_cost}
        report, reports = os.pipe()
        try:
            fds = [reports, *(each.fileno() for each in (*streams, *([listener] if listener else [])))]
            with self._lock:
                socket.send_fds(self._start(), [json.dumps(request).encode()], fds)
        finally:
            os.close(reports)
        return Forked(arguments, report)

    def stop(self) -> None:
        """Ends the process; the next fork() starts another one."""
        with self._lock:
            if self._process is not None and self._channel is not None:
                self._channel.close()
                self._process.wait()
            self._process = self._channel = None

    def _start(self) -> socket.socket:
        if self._channel is None:
            self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.support.forks", str(theirs.fileno())],
                    cwd=ROOT,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                )
        return self._channel


forks = ForkServer()


def run_storeproc(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `storeproc` with these arguments to its end. Raises subprocess.TimeoutExpired after two minutes."""
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        given.write(stdin)
        given.seek(0)
        process: Forked | subprocess.Popen[bytes]
        if can_fork(environment):
            process = forks.fork(arguments, environment, (given, out, err))
        else:
            command = [sys.executable, "-m", "api.cli", *arguments]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=given, stdout=out, stderr=err)
        try:
            code = process.wait(120)
        finally:
            process.kill()
        for file in (out, err):
            file.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())


# --- the process that forks ---------------------------------------------------------------------------


def serve(channel: socket.socket) -> list[str] | None:
    """Forks on request. Returns the arguments of the command in a child, None in the server when it is to end."""
    reports: dict[int, int] = {}
    end_with_server = die_with_parent(signal.SIGKILL)
    awake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest
    while True:
        ready, _, _ = select.select([channel, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            while (ended := _reap()) is not None:
                report = reports.pop(ended[0])
                with suppress(BrokenPipeError):
                    os.write(report, NUMBER.pack(ended[1]))
                os.close(report)
        if channel not in ready:
            continue
        message, fds, _, _ = socket.recv_fds(channel, 2**20, 5, socket.MSG_CMSG_CLOEXEC)
        if not message:
            for pid in reports:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return None
        report, *given = fds
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            channel.close()
            for fd in (awake, wake, report, *reports.values()):
                os.close(fd)
            if end_with_server is not None:
                end_with_server()
            return _become(json.loads(message), given)
        reports[pid] = report
        with suppress(BrokenPipeError):
            os.write(report, NUMBER.pack(pid))
        for fd in given:
            os.close(fd)


def _reap() -> tuple[int, int] | None:
    """A child that has ended, and its status."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def _become(request: dict[str, Any], fds: list[int]) -> list[str]:
    """The process that was asked for; its arguments."""
    os.setsid()
    for stream, fd in enumerate(fds[:3]):
        os.dup2(fd, stream)
        os.close(fd)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)
    os.environ.clear()
    os.environ.update(request["environment"])
    passwords.COST = request["password_cost"]
    return [*request["arguments"], *(word for fd in fds[3:] for word in ("--fd", str(fd)))]


def main() -> None:
    """The fork server, and each of its children."""
    for name in PRELOADED:
        importlib.import_module(name)
    source_version()
    # What a web process would import and compile anew each time.
    for registry in ("api.gateways.registry", "api.carriers.registry", "api.tax_ids.registry"):
        importlib.import_module(registry).providers()
    importlib.import_module("api.routes").api_routes()
    gc.collect()
    gc.freeze()  # a collection in a child would copy the pages of everything
    arguments = serve(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        sys.argv = ["storeproc", *arguments]
        sys.modules["api.cli.main"].main(arguments)


if __name__ == "__main__":
    main()
