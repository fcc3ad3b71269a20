"""Web processes and the worker as children of a supervisor, which restarts the dead ones.

The supervisor opens the listening socket and passes it to the web processes: a busy port is known before anything
starts, connections survive the death of one web process, and when the supervisor is killed the kernel ends the children
(db.server.die_with_parent), so that nothing keeps the port.

uvicorn.supervisors.Multiprocess is public, but supervises web processes only: it takes over all signals, restarts
without a pause and ends everything when an application fails to start (a database that is away for a moment), kills a
process that does not answer for 5 s, and cannot give each child its part of the memory shared in api.postgres.replica.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NoReturn

from api.cli.unavailable import answer_unavailable
from api.postgres.versions import SHARED, Versions
from api.settings import Settings
from db.server.access import Access
from db.server.processes import die_with_parent

GRACE = 15.0  # seconds a child has to finish what it has begun
STEADY = 10.0  # seconds after which a child counts as healthy again
LONGEST_PAUSE = 30.0  # seconds between two attempts to start a child
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# -P: a folder with packages called api or db, in which the command happens to be started, is not on the path.
PYTHON = (sys.executable, "-P", "-m")

Say = Callable[[str], None]


class StartError(Exception):
    """Why the store does not start, in one line."""


def stop_on_signals() -> None:
    """Raise KeyboardInterrupt on each signal that ends the command; SIGINT too, which background jobs ignore."""
    for number in STOPPING:
        signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, which accepts no connection before its listen() is called.

    Raises StartError when the address is not available.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"HOST={host} is not an address of this machine: {error}.") from None
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise StartError(f"port {port} needs more privileges: choose one above 1023 with PORT=8001.") from None
        if error.errno == 98 or "in use" in str(error):
            raise StartError(
                f"port {port} of {host} is in use: stop what uses it, or choose another with PORT={port + 1}."
            ) from None
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}.") from None
    return listener


def environment(settings: Settings, access: Access) -> dict[str, str]:
    """The variables of a web process or worker: where the database is, and the secret, but no administrator's password.

    A secret that comes from a file stays there: children get the name of the file.
    """
    administrators = ("DATABASE_URL_FILE", "DATABASE_PASSWORD", "DATABASE_PASSWORD_FILE")
    secret = {} if os.environ.get("STOREPROC_SECRET_FILE") else {"STOREPROC_SECRET": access.secret}
    return {
        **{name: value for name, value in os.environ.items() if name not in administrators},
        **secret,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "STOREPROC_DATA": str(settings.data),
        "DATABASE_URL": access.public_url(),
        "PYTHONUNBUFFERED": "1",
    }


@dataclass
class Child:
    """A process that the supervisor keeps running."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(repr=False)
    inherited: tuple[int, ...] = ()
    """File descriptors that it inherits."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the supervisor only."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            pass_fds=self.inherited,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    @property
    def alive(self) -> bool:
        """Whether it runs; a stopped process (SIGSTOP) does."""
        return self.process is not None and self.process.poll() is None


def web_processes(settings: Settings, access: Access, listener: socket.socket) -> list[Child]:
    """As many web processes as WEB_CONCURRENCY says, on one socket; connections are accepted from now on."""
    listener.listen(2048)
    listener.setblocking(False)
    command = [*PYTHON, "api.cli", "web", "--fd", str(listener.fileno())]
    env = {**environment(settings, access), "PROMETHEUS_MULTIPROC_DIR": _metrics_folder()}
    numbers = range(1, settings.web_concurrency + 1)
    if settings.replica_url is None:
        return [Child(f"web {number}", command, env, (listener.fileno(),)) for number in numbers]
    shared = Versions.share(settings.web_concurrency)
    return [
        Child(f"web {n}", command, {**env, SHARED: f"{shared}:{n - 1}"}, (listener.fileno(), shared)) for n in numbers
    ]


def _metrics_folder() -> str:
    """Where web processes add up their metrics (see api/metrics): in PROMETHEUS_MULTIPROC_DIR, else a temporary folder.

    The files are mapped into memory: a full disk ends the processes (SIGBUS), so it should be one that nothing else
    fills.
    """
    folder = tempfile.mkdtemp(prefix="storeproc-metrics-", dir=os.environ.get("PROMETHEUS_MULTIPROC_DIR") or None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def worker_process(settings: Settings, access: Access) -> Child:
    """The worker."""
    return Child("worker", [*PYTHON, "api.worker"], environment(settings, access))


class Supervisor:
    """Keeps children running. All methods are called from the thread that called start()."""

    def __init__(self, children: list[Child], say: Say, listener: socket.socket | None = None) -> None:
        """`listener` is the socket of the web processes."""
        self.children = children
        self.say = say
        self.listener = listener

    def start(self) -> None:
        """Start all children."""
        for child in self.children:
            child.start()

    def watch(self, seconds: float) -> None:
        """Restart dead children, with exponential backoff after the first time; then wait so many seconds.

        While no web process lives, connections are answered with 503 meanwhile.
        """
        now = time.monotonic()
        for child in self.children:
            if child.alive:
                if child.failures and now - child.started > STEADY:
                    child.failures = 0
                continue
            if child.process is not None:
                pause = min(LONGEST_PAUSE, 0.5 * 2**child.failures) if child.failures else 0.0
                status, child.process = child.process.returncode, None
                child.failures += 1
                child.again_at = now + pause
                self.say(
                    f"{child.name} died ({_status(status)}); starting it again"
                    + (f" in {pause:.0f} s" if pause else "")
                )
            if now >= child.again_at:
                child.start()
        if self.listener is None or self._alive("web"):
            time.sleep(seconds)
        else:
            answer_unavailable(self.listener, seconds)

    def _alive(self, name: str) -> bool:
        return any(child.name.startswith(name) and child.alive for child in self.children)

    def dead(self, name: str) -> bool:
        """Whether a child whose name begins so is dead."""
        return any(child.name.startswith(name) and not child.alive for child in self.children)

    def stop(self) -> None:
        """Ask all children to finish, and kill those that have not after GRACE seconds."""
        for child in self.children:
            if child.alive and child.process is not None:
                with suppress(ProcessLookupError):
                    child.process.terminate()
        deadline = time.monotonic() + GRACE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} does not end; killing it")
                child.process.kill()
                child.process.wait()


def _status(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"status {code}"
