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
import json
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
from pathlib import Path
from typing import Literal, NoReturn

from api import log
from api.cli.unavailable import answer_unavailable
from api.confinement import instructions, is_available
from api.postgres.versions import SHARED, Versions
from api.settings import Settings, known_variables
from api.settings_secrets import PASSWORDS
from db.server.access import CONSUMERS, Access
from db.server.embedded import find_layout
from db.server.processes import die_with_parent

GRACE = 15.0  # seconds a child has to finish what it has begun
STEADY = 10.0  # seconds after which a child counts as healthy again
LONGEST_PAUSE = 30.0  # seconds between two attempts to start a child
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# -P: a folder with packages called api or db, in which the command happens to be started, is not on the path.
PYTHON = (sys.executable, "-P", "-m")

# What a program needs from the environment that is no setting of ours.
_SYSTEM = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM", "NO_COLOR", "VIRTUAL_ENV",
        "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY",
        "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "PGHOST", "PGPORT", log.FORMAT,
    }
)  # fmt: skip
_SUPERVISORS = frozenset(
    {"DATABASE_URL", "DATABASE_PASSWORD", "STOREPROC_SECRET", "STOREPROC_BACKUPS", PASSWORDS}
    | {f"STOREPROC_{consumer.upper()}_SECRET" for consumer in CONSUMERS}
)
_OTHERS = {"web": frozenset({"SMTP_URL", "SMTP_PASSWORD"}), "worker": frozenset({"METRICS_TOKEN"})}

Say = Callable[[str], None]


class StartError(Exception):
    """Why the store does not start, in one line."""


def refuse_public_development(settings: Settings) -> None:
    """Raise StartError when others could reach a shop whose mock gateway takes no money, unless that is wanted."""
    if settings.in_public and not settings.production and not settings.development_in_public:
        raise StartError(
            f"HOST={settings.host} and PUBLIC_URL={settings.public_url}: {settings.environment} mode listens on this "
            "machine only. For a real shop set STOREPROC_ENVIRONMENT=production; to show a test shop to others, "
            "STOREPROC_DEVELOPMENT_IN_PUBLIC=1."
        )


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


def environment(settings: Settings, access: Access, consumer: Literal["web", "worker"]) -> dict[str, str]:
    """The variables of a web process or the worker: the settings that it uses, and the passwords of its own roles.

    Everything else of the supervisor's environment stays behind: the administrator's password, other secrets, and
    what the user's shell happens to hold.
    """
    return {
        **{name: value for name, value in os.environ.items() if _is_for(consumer, name)},
        "HOST": settings.host,
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url,
        "STOREPROC_DATA": str(settings.data),
        "DATABASE_URL": access.public_url(),
        PASSWORDS: json.dumps(access.passwords_of(consumer, "gateway")),
        "PYTHONUNBUFFERED": "1",
    }


def _is_for(consumer: Literal["web", "worker"], name: str) -> bool:
    if name in _SYSTEM or name.startswith(("LC_", "PYTHON", "COVERAGE_", "PGSSL")):
        return True
    setting = name.removesuffix("_FILE")
    return setting in known_variables() and setting not in _SUPERVISORS and setting not in _OTHERS[consumer]


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
    env = {**environment(settings, access, "web"), **_own_folder(settings)}
    numbers = range(1, settings.web_concurrency + 1)
    if settings.replica_url is None:
        return [Child(f"web {number}", command, env, (listener.fileno(),)) for number in numbers]
    shared = Versions.share(settings.web_concurrency)
    return [
        Child(f"web {n}", command, {**env, SHARED: f"{shared}:{n - 1}"}, (listener.fileno(), shared)) for n in numbers
    ]


def _own_folder(settings: Settings) -> dict[str, str]:
    """Folders for temporary files and for the metrics that web processes add up, and what is hidden from them.

    The metrics are in PROMETHEUS_MULTIPROC_DIR, where it is set: their files are mapped into memory, and a full disk
    ends the processes (SIGBUS), so it should be one that nothing else fills.
    """
    folder = Path(tempfile.mkdtemp(prefix="storeproc-web-"))
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR") or folder
    metrics = Path(tempfile.mkdtemp(prefix="metrics-", dir=shared))
    for made in (folder, metrics):
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    hidden = [settings.data, Path.home() / ".pgpass"]
    hidden += [path for path in (settings.backups, settings.backups_identity) if path is not None]
    if settings.database_url is None:
        hidden.append(find_layout(settings.data).home)
    hidden += [
        Path(file)
        for name, file in os.environ.items()
        if name.endswith("_FILE") and name.removesuffix("_FILE") in known_variables() and not _is_for("web", name)
    ]
    return {
        "PROMETHEUS_MULTIPROC_DIR": str(metrics), "TMPDIR": str(folder),
        **(instructions(hidden, folder, metrics) if is_available() else {}),
    }  # fmt: skip


def worker_process(settings: Settings, access: Access) -> Child:
    """The worker."""
    return Child("worker", [*PYTHON, "api.worker"], environment(settings, access, "worker"))


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
