"""storeproc web: the web tier, as a supervisor of processes, as one of them, or with reload for developers."""

from __future__ import annotations

import argparse
import os
import resource
import socket
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import api
from api import log
from api.cli.arguments import Commands, add_log_option, choose_log
from api.cli.database import read_settings_with, running_database
from api.cli.processes import (
    GRACE,
    PYTHON,
    StartError,
    Supervisor,
    environment,
    listen,
    refuse_public_development,
    stop_on_signals,
    web_processes,
)
from api.cli.terminal import Progress
from api.confinement import confine_as_told
from api.settings import Settings
from db.server.embedded import Say

if TYPE_CHECKING:
    import uvicorn

SOURCES = Path(api.__file__).parents[1]
START_TIMEOUT = 60.0  # seconds until /health/ready answers 200
# Longer than a proxy keeps an idle connection (60 s): the side that sends must be the one that closes.
KEEP_ALIVE = 75  # seconds
OWN_FILES = 200  # open files of a web process beside its connections


def add_commands(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    web = commands.add_parser("web", help="run the web tier alone")
    web.add_argument("--port", type=int, help="port to listen on, instead of PORT")
    web.add_argument(
        "--reload", action="store_true", help="for developers: one process, restarted when a Python file changes"
    )
    web.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # one process on an inherited socket
    add_log_option(web)
    web.set_defaults(run=_web)


def _web(options: argparse.Namespace) -> int:
    choose_log(options)
    settings = read_settings_with(options.port)
    if options.fd is not None:
        listener = socket.socket(fileno=options.fd)
        if options.reload:
            serve_reloading(settings, listener)
            return 0
        confine_as_told()
        serve(settings, listener)
        return 0
    refuse_public_development(settings)
    if options.reload and settings.production:
        raise StartError("--reload is for developers: in production start `storeproc web` without it.")
    stop_on_signals()
    listener = listen(settings.host, settings.port)
    if options.reload:
        reload(settings, listener)
    say = step_printer()
    supervisor: Supervisor | None = None
    try:
        access = running_database(settings, "web_anonymous")
        supervisor = Supervisor(web_processes(settings, access, listener), say, listener)
        supervisor.start()
        wait_until_ready(settings, supervisor, listener, say)
        say(f"web tier ({settings.web_concurrency} processes) on {settings.public_url}")
        while True:
            supervisor.watch(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        listener.close()
        if supervisor is not None:
            supervisor.stop()


def step_printer() -> Say:
    """Reports steps in the format of the log: as lines on a terminal, otherwise as JSON."""
    return Progress() if log.as_text() else lambda text: log.write_log({"message": text})


def wait_until_ready(settings: Settings, supervisor: Supervisor, listener: socket.socket, say: Say) -> None:
    """Return when /health/ready answers 200. Raises StartError when a web process dies or a minute has passed."""
    port = listener.getsockname()[1]
    host = settings.host if settings.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    url = f"http://[{host}]:{port}/health/ready" if ":" in host else f"http://{host}:{port}/health/ready"
    begin = reported = time.monotonic()
    answer = "nothing"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(500).decode(errors='replace')}"
        except OSError as error:
            answer = str(error)
        if supervisor.dead("web"):  # a process that fails at its first start will fail again
            raise StartError("the web tier does not start: its reason is above.")
        supervisor.watch(0.05)
        if time.monotonic() - begin > START_TIMEOUT:
            raise StartError(f"the web tier does not become ready; /health/ready answers: {answer}")
        if time.monotonic() - reported > 5:
            reported = time.monotonic()
            say(f"waiting for the web tier; /health/ready answers: {answer}")


def serve(settings: Settings, listener: socket.socket) -> None:
    """Be one web process on this socket, until SIGTERM."""
    run_server(server_config(settings), [listener])


def server_config(settings: Settings, **more: Any) -> uvicorn.Config:
    """How a web process serves, with its limits of connections and heads; `more` are further options of uvicorn's."""
    import uvicorn  # here, because a tool such as `storeproc psql` does not need it

    from api.http.connections import LimitedProtocol

    allow_open_files(settings.max_connections + OWN_FILES)
    return uvicorn.Config(
        "api.app:create_app",
        factory=True,
        loop="uvloop",
        http=LimitedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # the application writes a line per request, with its id
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(map(str, settings.trusted_proxies)),
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=int(GRACE) - 3,
        **more,
    )


def run_server(config: uvicorn.Config, sockets: list[socket.socket]) -> None:
    """Serve until SIGTERM. Raises StartError when the application does not start."""
    import uvicorn

    from api.http.router import StartupError

    log.configure_logging()
    server = uvicorn.Server(config)
    try:
        server.run(sockets=sockets)
    except StartupError as error:
        raise StartError(str(error)) from error
    if not server.started:
        raise SystemExit(3)


def allow_open_files(number: int) -> None:
    """Raise the limit of open files, as far as the system lets us: many connections need more than the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != soft < number:
        most = number if hard == resource.RLIM_INFINITY else min(number, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def reload(settings: Settings, listener: socket.socket) -> None:
    """Become a reloader on this socket, with the environment of a web process.

    Changed SQL is deployed with `storeproc migrate`.
    """
    listener.set_inheritable(True)
    command = [*PYTHON, "api.cli", "web", "--reload", "--fd", str(listener.fileno())]
    os.execve(sys.executable, command, environment(settings, running_database(settings, "web_anonymous"), "web"))  # noqa: S606  # see S603 in pyproject.toml


def serve_reloading(settings: Settings, listener: socket.socket) -> None:
    """Run one web process, and restart it when a Python file in api/ or db/ changes. It serves as serve() does."""
    from uvicorn.supervisors import ChangeReload

    config = server_config(settings, reload=True, reload_dirs=[str(SOURCES / "api"), str(SOURCES / "db")])
    ChangeReload(config, target=partial(run_server, config), sockets=[listener]).run()
