"""The processes of a running store: web tier and worker as children that are restarted when they die.

The listening socket is made here and handed down: a busy port is known before anything starts, a web process that dies
loses no connection that another can take, and when this process is killed nothing keeps the port (the kernel tells the
children, see db.server.die_with_parent).
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

from api.postgres.replica import SHARED, Versions
from api.settings import Settings
from db.server.access import Access
from db.server.processes import die_with_parent

GRACE = 15.0  # seconds a child has to finish what it began
STEADY = 10.0  # seconds after which a child counts as healthy again

Say = Callable[[str], None]


class StartError(Exception):
    """Why it does not start, in one line."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; it accepts nothing before listen() is called."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except (socket.gaierror, UnicodeError) as error:
        raise StartError(f"HOST={host} is no address of this machine: {error}.") from None
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise StartError(f"port {port} needs more rights: choose one above 1023 with PORT=8001.") from None
        if error.errno == 98 or "in use" in str(error):
            raise StartError(
                f"port {port} of {host} is in use: stop what uses it, or choose another with PORT={port + 1}."
            ) from None
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}.") from None
    return listener


def environment(settings: Settings, access: Access) -> dict[str, str]:
    """What a web process or worker gets: where the database is and the secret, and no administrator's password.

    A secret that is in a file stays there: only the file's name is handed down.
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
    name: str
    command: list[str]
    environment: Mapping[str, str] = field(repr=False)
    inherited: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
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
        return self.process is not None and self.process.poll() is None


def web_processes(settings: Settings, access: Access, listener: socket.socket) -> list[Child]:
    listener.listen(2048)
    command = [sys.executable, "-m", "api.cli", "web", "--fd", str(listener.fileno())]
    env = {**environment(settings, access), "PROMETHEUS_MULTIPROC_DIR": _metrics_folder()}
    numbers = range(1, settings.web_concurrency + 1)
    if settings.replica_url is None:
        return [Child(f"web {number}", command, env, (listener.fileno(),)) for number in numbers]
    shared = Versions.share(settings.web_concurrency)
    return [
        Child(f"web {n}", command, {**env, SHARED: f"{shared}:{n - 1}"}, (listener.fileno(), shared)) for n in numbers
    ]


def _metrics_folder() -> str:
    """Where web processes add up what they count (see api/metrics/counting.py)."""
    folder = tempfile.mkdtemp(prefix="storeproc-metrics-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def worker_process(settings: Settings, access: Access) -> Child:
    return Child("worker", [sys.executable, "-m", "api.worker"], environment(settings, access))


class Crew:
    """Children that are kept alive together. Call watch() from the thread that called start()."""

    def __init__(self, children: list[Child], say: Say) -> None:
        self.children = children
        self.say = say

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self) -> None:
        """Restart whoever died: at once at first, then with growing pauses."""
        now = time.monotonic()
        for child in self.children:
            if child.alive:
                if child.failures and now - child.started > STEADY:
                    child.failures = 0
                continue
            if child.process is not None:
                pause = min(30.0, 0.5 * 2**child.failures) if child.failures else 0.0
                status, child.process = child.process.returncode, None
                child.failures += 1
                child.again_at = now + pause
                self.say(
                    f"{child.name} died ({_status(status)}); starting it again"
                    + (f" in {pause:.0f} s" if pause else "")
                )
            if now >= child.again_at:
                child.start()

    def dead(self, name: str) -> bool:
        return any(child.name.startswith(name) and not child.alive for child in self.children)

    def stop(self) -> None:
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


def serve(settings: Settings, listener: socket.socket) -> None:
    """One web process, in this process, until SIGTERM."""
    import uvicorn  # a tool such as `storeproc psql` does not pay for it

    config = uvicorn.Config(
        "api.app:create_app",
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,  # the application writes one line a request, with its id
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(map(str, settings.trusted_proxies)),
        # Longer than a proxy keeps an idle connection (60 s): who closes it must be the one who sends into it.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(GRACE) - 3,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(3)
