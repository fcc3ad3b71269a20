"""storeproc up: the whole store in one command."""

from __future__ import annotations

import argparse
import signal
import time

from api import log
from api.cli.arguments import Commands, add_log_option, choose_log
from api.cli.database import read_settings_with
from api.cli.deploy import DEMO, DEMO_ACCOUNTS, DEMO_PASSWORD, load_demo, trust_issuer
from api.cli.processes import (
    STOPPING,
    Supervisor,
    listen,
    refuse_public_development,
    stop_on_signals,
    web_processes,
    worker_process,
)
from api.cli.terminal import console
from api.cli.web import step_printer, wait_until_ready
from api.settings import Settings
from db.deploy import migrate
from db.server.access import Access, ServerError, external
from db.server.embedded import Say
from db.server.supervisor import Server

LOCK_TIMEOUT = 30.0  # seconds for a tool, which ends by itself, to release the data folder
LOCK_TIMEOUT_UP = 2.0  # seconds for another `up`, in case it is stopping


def add_commands(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    up = commands.add_parser("up", help="run everything: PostgreSQL, schema, demo shop, web tier, worker; Ctrl-C stops")
    up.add_argument("--no-demo", action="store_true", help="do not load the demo shop")
    up.add_argument("--port", type=int, help="port to listen on, instead of PORT")
    add_log_option(up)
    up.set_defaults(run=_up)


def _up(options: argparse.Namespace) -> int:
    choose_log(options)
    settings = read_settings_with(options.port)
    refuse_public_development(settings)
    demo = not options.no_demo and not settings.production
    say = step_printer()
    listener = listen(settings.host, settings.port)
    stop_on_signals()
    own: Server | None = None
    supervisor: Supervisor | None = None
    try:
        if settings.database_url is not None:
            access = external(settings.database_url, settings.administrators_secret, settings.secrets)
            say("the server of DATABASE_URL answers")
        else:
            own = _own_server(settings, say)
            access = own.start("up")
        _deploy(access, settings, say, demo=demo)
        children = [*web_processes(settings, access, listener), worker_process(settings, access)]
        supervisor = Supervisor(children, say, listener)
        supervisor.start()
        wait_until_ready(settings, supervisor, listener, say)
        say(f"the web tier ({settings.web_concurrency} processes) and the worker are running")
        _print_banner(settings, demo=demo)
        while True:
            supervisor.watch(0.2)
            if own is not None:
                own.revive()
    except KeyboardInterrupt:
        say("stopping; requests under way are finished")
        return 0
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        listener.close()
        if supervisor is not None:
            supervisor.stop()
        if own is not None:
            own.stop()


def _own_server(settings: Settings, say: Say) -> Server:
    own = Server(settings.data, secret=settings.secret, secrets=settings.secrets, say=say)
    begin = time.monotonic()
    while not own.lock("up"):
        limit = LOCK_TIMEOUT_UP if own.purpose_of_holder() == "up" else LOCK_TIMEOUT
        if time.monotonic() - begin > limit:
            raise ServerError(
                f"storeproc already runs on {settings.data} (process {own.holder()}). Stop that one first."
            )
        time.sleep(0.1)
    return own


def _deploy(access: Access, settings: Settings, say: Say, *, demo: bool) -> None:
    done = migrate.migrate(access, environment="production" if settings.production else None, say=say)
    say("the schema is deployed" if done else "the schema is up to date")
    trust_issuer(access, settings)
    if demo:
        load_demo(access, say)


def _print_banner(settings: Settings, *, demo: bool) -> None:
    url = settings.public_url
    if not log.as_text():
        addresses = {"api": f"{url}/v1", "documentation": f"{url}/docs", "console": f"{url}/console"}
        log.write_log({"message": "the store is ready; Ctrl-C or SIGTERM stops it", **addresses})
        return
    lines = ["", f"  API           {url}/v1", f"  documentation {url}/docs", f"  console       {url}/console"]
    if demo and DEMO.exists():
        lines += [f"  log in as     {email} ({role})" for email, role in DEMO_ACCOUNTS.items()]
        lines += [f"  password      {DEMO_PASSWORD}"]
    lines += [f"  try           curl '{url}/v1/products?limit=3'"]
    lines += ["  stop          Ctrl-C stops everything; requests under way are finished", ""]
    for line in lines:
        console.print(line, markup=False)
