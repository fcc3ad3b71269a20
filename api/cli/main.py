"""`storeproc`: the one command of the project.

Tools use the server that runs; where none does, they start PostgreSQL for as long as they need it.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
from rich import progress
from rich.console import Console
from rich.table import Table

from api.cli.processes import Crew, StartError, listen, serve, web_processes, worker_process
from api.settings import Settings, SettingsError
from backups.programs import BackupError
from backups.repository import Repository, summary
from backups.restore import parse_moment, restore_backup
from backups.take import take_backup
from db.demo import scale
from db.deploy import migrate, permissions
from db.deploy import pgbouncer as pooler
from db.server import server
from db.server.server import Access, Server, ServerError
from monitoring.review_page import dashboard
from monitoring.top import top
from monitoring.watcher import find_gaps

DEMO = Path(server.__file__).parents[1] / "demo/demo.sql"
# db/demo.sql makes these accounts.
DEMO_PASSWORD = "Demo-Pass-1"  # noqa: S105
DEMO_ACCOUNTS = {
    "alice@example.com": "customer",
    "bob@example.com": "customer",
    "merchant@example.com": "merchant",
    "support@example.com": "support",
    "admin@example.com": "admin",
}
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TOKEN_ROLES = ("customer", "merchant", "support", "admin")

console = Console(highlight=False, soft_wrap=True)
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


class RefusedError(Exception):
    """What the command will not do, in one line."""


class Progress:
    """One line a step, with the time since the start."""

    def __init__(self) -> None:
        self.begin = time.monotonic()

    def __call__(self, text: str) -> None:
        console.print(f"[dim]{time.monotonic() - self.begin:6.1f} s[/]  ", end="")
        console.print(text, markup=False)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    options = _parser().parse_args(arguments)
    try:
        status = options.run(options)
    except (
        ServerError,
        SettingsError,
        StartError,
        RefusedError,
        scale.ScaleError,
        migrate.MigrationError,
        BackupError,
        pooler.PoolerError,
    ) as error:
        complaints.print(f"storeproc: {error}", markup=False)
        status = 1
    except psycopg.Error as error:
        complaints.print(f"storeproc: {error.diag.message_primary or str(error).strip()}", markup=False)
        status = 1
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="storeproc", description="A store, in stored procedures.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="everything: server, schema, demo shop, web tier, worker; Ctrl-C stops it")
    up.add_argument("--no-demo", action="store_true", help="do not load the demo shop")
    up.add_argument("--port", type=int, help="listen here instead of PORT")
    up.set_defaults(run=_up)

    deploy = commands.add_parser("migrate", help="bring the database to this source: roles, migrations, code")
    deploy.add_argument(
        "--check",
        action="store_true",
        help="change nothing; say what is pending or not as deployed, exit 1 if anything is",
    )
    deploy.add_argument("--json", action="store_true", help="with --check: as JSON")
    deploy.add_argument("--force", action="store_true", help="rebuild roles, code and policies even if unchanged")
    deploy.add_argument("--pgbouncer", type=Path, metavar="FILE", help="write the log-ins that PgBouncer lets in, too")
    deploy.set_defaults(run=_migrate)

    demo = commands.add_parser("demo", help="load the demo shop (does nothing when it is there)")
    demo.add_argument("--scale", action="store_true", help="instead: a large shop, to measure with (some minutes)")
    demo.add_argument("--products", type=int, default=100_000, help="of the large shop (default: %(default)s)")
    demo.add_argument("--orders", type=int, default=1_000_000, help="of the large shop (default: %(default)s)")
    demo.set_defaults(run=_demo)

    web = commands.add_parser("web", help="the web tier alone")
    web.add_argument("--port", type=int, help="listen here instead of PORT")
    web.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # one process on an inherited socket
    web.set_defaults(run=_web)

    worker = commands.add_parser("worker", help="the worker alone")
    worker.set_defaults(run=_worker)

    psql = commands.add_parser("psql", help="psql as administrator; its own arguments after --")
    psql.add_argument("arguments", nargs=argparse.REMAINDER)
    psql.set_defaults(run=_psql)

    run = commands.add_parser("run", help="a PostgreSQL program as administrator: storeproc run pg_dump --schema-only")
    run.add_argument("program")
    run.add_argument("arguments", nargs=argparse.REMAINDER)
    run.set_defaults(run=_run)

    save = commands.add_parser(
        "backup", help="a physical backup, incremental where that is possible; `list`: what there is"
    )
    save.add_argument("--full", action="store_true", help="all of it, even where what changed would do")
    save.add_argument(
        "--keep", type=_at_least_one, default=2, metavar="N", help="full backups that stay (2), with theirs"
    )
    save.set_defaults(run=_backup)
    listing = save.add_subparsers(metavar="[list]").add_parser("list", help="the backups, and the moments to restore")
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=_list_backups)

    restore = commands.add_parser("restore", help="the database as it was; a dump: backups/restore.sh")
    restore.add_argument("--to", metavar="TIME", help="at this moment, such as 2026-11-21T09:30:00Z; else the last one")
    restore.add_argument("--into", type=Path, metavar="FOLDER", help="as a data folder of its own; ours is not touched")
    restore.set_defaults(run=_restore)

    top = commands.add_parser("top", help="what the database does, live: endpoints, locks, transactions; q ends it")
    top.add_argument("--once", action="store_true", help="one picture, of all since the statistics were reset")
    top.add_argument("--json", action="store_true", help="as JSON; without --once also what happened in one interval")
    top.add_argument("--interval", type=float, default=2.0, metavar="SECONDS", help="between pictures (2)")
    top.set_defaults(run=_top)

    dashboard = commands.add_parser(
        "dashboard", help="a page for a performance review, on this machine only: statements, locks, sizes, the queue"
    )
    dashboard.add_argument("--port", type=int, default=0, help="listen here instead of on any free port")
    dashboard.set_defaults(run=_dashboard)

    check = commands.add_parser("check", help="check every invariant; exit 1 if one is broken")
    check.add_argument("--json", action="store_true", help="as JSON")
    check.set_defaults(run=_check)

    merchant = commands.add_parser(
        "merchant-role", help="a PostgreSQL log-in with which a merchant reads their own figures (views report.my_…)"
    )
    merchant.add_argument("email", help="the merchant's")
    merchant.set_defaults(run=_merchant_role)

    secret = commands.add_parser("secret", help="what the passwords of all log-in roles follow from: `rotate` it")
    rotate = secret.add_subparsers(required=True, metavar="rotate").add_parser(
        "rotate", help="new passwords for all of them, at once; says what to restart"
    )
    rotate.add_argument(
        "--to", type=Path, metavar="FILE", help="the new secret; without it, a random one goes into the data folder"
    )
    rotate.set_defaults(run=_rotate_secret)

    keys = commands.add_parser("keys", help="the keys that sign access tokens: list them, `rotate`, `retire`")
    keys.add_argument("--json", action="store_true", help="as JSON")
    keys.set_defaults(run=_keys, effect=None)
    effects = keys.add_subparsers(metavar="[rotate|retire]")
    rotate = effects.add_parser("rotate", help="a new key signs; tokens of the one before are good until they expire")
    rotate.add_argument(
        "--revoke",
        dest="effect",
        action="store_const",
        const="replace_signing_keys",
        default="add_signing_key",
        help="a key has leaked: no token signed before is good any more, and clients refresh theirs",
    )
    retire = effects.add_parser("retire", help="remove the keys whose tokens have all expired (the worker does, too)")
    retire.set_defaults(effect="retire_signing_keys")
    for effect in (rotate, retire):
        effect.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON: the keys after it")

    matrix = commands.add_parser("permissions", help="who may call what, from the database's catalogue, as Markdown")
    matrix.set_defaults(run=_permissions)

    token = commands.add_parser("token", help="print an access token for local use (never on production)")
    token.add_argument("role", choices=TOKEN_ROLES)
    token.add_argument("--email", help="for this account; otherwise any active account of the role")
    token.set_defaults(run=_token)
    return parser


# --- which database -------------------------------------------------------------------------------


def _settings(port: int | None = None) -> Settings:
    environ = dict(os.environ)
    if port is not None:
        environ["PORT"] = str(port)
    return Settings.from_env(environ)


@contextmanager
def _database(settings: Settings, purpose: str) -> Iterator[Access]:
    """The database as administrator: DATABASE_URL, the server that runs, or one for as long as this takes."""
    if settings.database_url is not None:
        yield server.external(settings.database_url, server.read_secret(settings.data, settings.secret))
        return
    if not (settings.data / "secret").exists() and purpose != "migrate":
        raise RefusedError(f"there is no database in {settings.data} yet: start with `make up` or `storeproc migrate`.")
    with server.running(settings.data, secret=settings.secret, say=_to_stderr, purpose=purpose) as access:
        yield access


def _to_stderr(text: str) -> None:
    complaints.print(text, markup=False, style="dim")


def _query(access: Access, query: str, *parameters: object) -> Any:
    with psycopg.connect(access.admin(), autocommit=True, connect_timeout=10) as connection:
        row = connection.execute(query.encode(), parameters or None).fetchone()
        return row[0] if row else None


# --- commands -------------------------------------------------------------------------------------


def _up(options: argparse.Namespace) -> int:
    settings = _settings(options.port)
    say = Progress()
    listener = listen(settings.host, settings.port)
    _stop_on_signals()
    own: Server | None = None
    crew: Crew | None = None
    try:
        if settings.database_url is not None:
            access = server.external(settings.database_url, server.read_secret(settings.data, settings.secret))
            say("the server of DATABASE_URL answers")
        else:
            own = _own_server(settings, say)
            access = own.start("up")
        done = migrate.migrate(access, production=settings.production, say=say)
        say("the schema is deployed" if done else "the schema is up to date")
        _trust_issuer(access, settings)
        if not options.no_demo and not settings.production:
            _load_demo(access, say)
        crew = Crew([*web_processes(settings, access, listener), worker_process(settings, access)], say)
        crew.start()
        _wait_until_ready(settings, crew, listener)
        say(f"web tier ({settings.web_concurrency} processes) and worker run")
        _welcome(settings, demo=not options.no_demo and not settings.production)
        while True:
            time.sleep(0.2)
            crew.watch()
            if own is not None:
                own.revive()
    except KeyboardInterrupt:
        say("stopping; nothing that was answered is lost")
        return 0
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # we are at it; a second Ctrl-C must not leave half of it running
        listener.close()
        if crew is not None:
            crew.stop()
        if own is not None:
            own.stop()


def _stop_on_signals() -> None:
    # SIGINT as well: whoever starts us in the background of a script had it ignored.
    for number in STOPPING:
        signal.signal(number, _interrupt)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _own_server(settings: Settings, say: Progress) -> Server:
    own = Server(settings.data, secret=settings.secret, say=say)
    deadline = time.monotonic() + 30
    while not own.lock("up"):
        # A tool ends by itself, and so does an `up` that is stopping; another store on this data does not.
        if (own.purpose_of_holder() == "up" and time.monotonic() > deadline - 28) or time.monotonic() > deadline:
            raise ServerError(
                f"storeproc already runs on {settings.data} (process {own.holder()}). Stop that one first."
            )
        time.sleep(0.1)
    return own


def _wait_until_ready(settings: Settings, crew: Crew, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    host = settings.host if settings.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    url = f"http://[{host}]:{port}/health/ready" if ":" in host else f"http://{host}:{port}/health/ready"
    begin = told = time.monotonic()
    answer = "nothing"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read(500).decode(errors='replace')}"
        except OSError as error:
            answer = str(error)
        if crew.dead("web"):  # a web tier that never ran will not run the next time either
            raise StartError("the web tier does not start: its reason is above.")
        crew.watch()
        if time.monotonic() - begin > 60:
            raise StartError(f"the web tier does not become ready; /health/ready answers: {answer}")
        if time.monotonic() - told > 5:
            told = time.monotonic()
            console.print(f"          waiting for the web tier; /health/ready answers: {answer}", markup=False)
        time.sleep(0.05)


def _welcome(settings: Settings, *, demo: bool) -> None:
    url = settings.public_url
    lines = ["", f"  storeproc     {url}/v1", f"  documentation {url}/docs", f"  console       {url}/console"]
    if demo and DEMO.exists():
        lines += [f"  log in as     {email} ({role})" for email, role in DEMO_ACCOUNTS.items()]
        lines += [f"  password      {DEMO_PASSWORD}"]
    lines += ["", "  try           curl " + f"'{url}/v1/products?limit=3'", "  stop          Ctrl-C", ""]
    for line in lines:
        console.print(line, markup=False)


def _migrate(options: argparse.Namespace) -> int:
    settings = _settings()
    with _database(settings, "migrate") as access:
        if options.check:
            plan = migrate.check(access, production=settings.production)
            if options.json:
                console.print_json(data=plan.data())
            else:
                for line in plan.steps():
                    console.print(f"pending: {line}", markup=False)
                for line in plan.drift:
                    console.print(f"changed by hand: {line}", markup=False)
                if not plan.lines():
                    console.print("nothing is pending")
            return 1 if plan.lines() else 0
        say = Progress()
        plan = migrate.migrate(access, force=options.force, production=settings.production, say=say)
        say("the schema is deployed" if plan else "the schema is up to date")
        _trust_issuer(access, settings)
        if options.pgbouncer is not None and pooler.write_users(access, options.pgbouncer):
            say(f"{options.pgbouncer} has the verifiers of the web roles")
        _tell_gaps(access)
    return 0


def _trust_issuer(access: Access, settings: Settings) -> None:
    """Here and not by the web tier: whoever got hold of that could name an identity provider of their own."""
    if settings.oidc is not None:
        _query(access, "SELECT identity.trust_issuer(%s)", settings.oidc.issuer)


def _demo(options: argparse.Namespace) -> int:
    settings = _settings()
    with _database(settings, "demo") as access:
        if settings.production or _is_production(access):
            raise RefusedError("this server is marked production: the demo shop is not loaded into it.")
        if options.scale:
            _load_scale(access, scale.Scale(options.products, options.orders))
        else:
            _load_demo(access, Progress())
    return 0


def _load_scale(access: Access, size: scale.Scale) -> None:
    started = time.monotonic()
    with progress.Progress(
        *progress.Progress.get_default_columns(), progress.MofNCompleteColumn(), console=console
    ) as bar:
        tasks: dict[str, progress.TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            for other, task in tasks.items():
                if other != what:  # what went before is finished
                    bar.update(task, completed=bar.tasks[task].total)
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        scale.load(access, size, report)
    console.print(
        f"{size.products:,} products, {size.orders:,} orders of {size.customers:,} customers: "
        f"{time.monotonic() - started:.0f} s, "
        f"{_query(access, 'SELECT pg_size_pretty(pg_database_size(current_database()))')}. "
        f"Log in as customer1@scale.example or merchant1@scale.example, password {DEMO_PASSWORD}.",
        markup=False,
    )


def _load_demo(access: Access, say: Progress) -> None:
    if not DEMO.exists():
        say("there is no demo shop in this source")
        return
    started = time.monotonic()
    say("loading the demo shop, unless it is there")
    with psycopg.connect(access.admin(), autocommit=True, application_name="storeproc demo") as connection:
        connection.execute(DEMO.read_bytes())  # one request, one transaction
    say(f"the demo shop is there ({time.monotonic() - started:.1f} s)")


def _is_production(access: Access) -> bool:
    return bool(_query(access, "SELECT current_setting('storeproc.environment', true)") == "production")


def _web(options: argparse.Namespace) -> int:
    settings = _settings(options.port)
    if options.fd is not None:
        serve(settings, socket.socket(fileno=options.fd))
        return 0
    _stop_on_signals()
    say = Progress()
    listener = listen(settings.host, settings.port)
    crew: Crew | None = None
    try:
        access = _without_starting(settings)
        crew = Crew(web_processes(settings, access, listener), say)
        crew.start()
        _wait_until_ready(settings, crew, listener)
        say(f"web tier ({settings.web_concurrency} processes) on {settings.public_url}")
        while True:
            time.sleep(0.2)
            crew.watch()
    except KeyboardInterrupt:
        return 0
    finally:
        listener.close()
        if crew is not None:
            crew.stop()


def _worker(_: argparse.Namespace) -> int:
    settings = _settings()
    _stop_on_signals()
    crew = Crew([worker_process(settings, _without_starting(settings))], Progress())
    try:
        crew.start()
        while True:
            time.sleep(0.2)
            crew.watch()
    except KeyboardInterrupt:
        return 0
    finally:
        crew.stop()


def _without_starting(settings: Settings) -> Access:
    """The database for one part of a store, which does not outlive or own it."""
    if settings.database_url is not None:
        return Access(settings.database_url, server.read_secret(settings.data, settings.secret))
    if not (settings.data / "secret").exists():
        raise RefusedError(f"there is no database in {settings.data}: start with `make up`, or set DATABASE_URL.")
    access = server.locate(settings.data, settings.secret)
    try:
        psycopg.connect(access.admin(), connect_timeout=5).close()
    except psycopg.OperationalError:
        raise RefusedError(f"no server runs on {settings.data}: start with `make up`, or set DATABASE_URL.") from None
    return access


def _psql(options: argparse.Namespace) -> int:
    settings = _settings()
    own = server.embedded_binaries() / "bin" / "psql"
    program = str(own) if own.exists() else shutil.which("psql")
    if program is None:
        raise RefusedError("there is no psql: install PostgreSQL's client programs.")
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    with _database(settings, "psql") as access:
        given = {name: str(value) for name, value in conninfo_to_dict(access.admin()).items() if value is not None}
        password = given.pop("password", None)
        # Not among the arguments, which everyone sees.
        env = dict(os.environ) | ({"PGPASSWORD": password} if password else {}) | _client_environment(settings)
        target = " ".join(f"{name}='{_escaped(value)}'" for name, value in given.items())
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # psql cancels its query, we wait
        try:
            return subprocess.run(
                [program, "--dbname", target, *arguments],
                env=env,
                check=False,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            ).returncode
        finally:
            signal.signal(signal.SIGINT, before)


def _client_environment(settings: Settings) -> dict[str, str]:
    return server.client_environment() if settings.database_url is not None else {}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _run(options: argparse.Namespace) -> int:
    """Whatever speaks libpq finds the database in its environment; programs of the server's own version come first."""
    settings = _settings()
    with _database(settings, "run") as access:
        names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
        given = conninfo_to_dict(access.admin())
        env = {
            name: value
            for name, value in os.environ.items()
            if name.encode() not in names.values() or (name.startswith("PGSSL") and settings.database_url is not None)
        }
        env |= _client_environment(settings)
        for keyword, value in given.items():
            if value is not None and (name := names.get(keyword)) is not None:
                env[name.decode()] = str(value)
        env["STOREPROC_RUN"] = "1"  # a script that started itself through us is inside now
        programs = str(server.embedded_binaries() / "bin")
        env["PATH"] = programs + os.pathsep + env.get("PATH", os.defpath)
        found = shutil.which(options.program, path=env["PATH"])
        if found is None:
            raise RefusedError(f"there is no program {options.program}.")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells it as well: it ends, then we do
        die = server.die_with_parent(signal.SIGTERM)

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if die is not None:
                die()

        process = subprocess.Popen([found, *options.arguments], env=env, preexec_fn=prepare)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: process.terminate())
        return process.wait()


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number, 1 or more, is expected")
    return int(text)


def _repository(settings: Settings) -> Repository:
    outside = settings.database_url is not None
    if outside and settings.backups is None:
        raise RefusedError(
            "DATABASE_URL names a server that somebody else runs: where it archives its log to a folder that is seen "
            "here, too, name that with STOREPROC_BACKUPS (see backups/README.md); else backups/backup.sh makes dumps."
        )
    return Repository.of(settings.data, settings.backups, outside=outside)


def _backup(options: argparse.Namespace) -> int:
    settings = _settings()
    repository = _repository(settings)
    say = Progress()
    with _database(settings, "backup") as access:
        made = take_backup(repository, access, full=options.full, keep=options.keep, say=say)
    say(f"{made.id} is in {repository.folder}")
    return 0


def _list_backups(options: argparse.Namespace) -> int:
    repository = _repository(_settings())
    found = summary(repository)
    if options.json:
        console.print_json(data=found)
        return 0
    lines = [("backup", "taken (UTC)", "size", "log from", "to", "builds on")]
    for each in repository.backups():
        taken = each.ended[:19].replace("T", " ")
        lines.append((each.id, taken, f"{each.bytes / 1e6:,.1f} MB", each.start, each.stop, each.parent or ""))
    for columns in lines:
        console.print("{:16}  {:19}  {:>12}  {:12}  {:12}  {}".format(*columns).rstrip(), markup=False)
    log = found["log"]
    console.print(f"{log['segments']} log segments, {log['bytes'] / 1e6:,.1f} MB, in {repository.folder}", markup=False)
    for window in found["moments"]:
        moments = f"any moment can be restored from {window['from']} to {window['to']}"
        console.print(f"{moments} (timeline {window['timeline']})", markup=False)
    return 0


def _restore(options: argparse.Namespace) -> int:
    settings = _settings()
    moment = parse_moment(options.to) if options.to else None
    into = options.into.absolute() if options.into else None
    if into is None and settings.database_url is not None:
        raise RefusedError(
            "a server that somebody else runs is not replaced: add --into FOLDER, see backups/README.md."
        )
    say = Progress()
    done = restore_backup(
        _repository(settings), secret=settings.secret, moment=moment, into=into, prove=_prove, say=say
    )
    say(f"restored from {done.backup} to {done.cluster}")
    if done.before is not None:
        say(f"what was there is in {done.before}: remove it when you need it no more")
    if done.deployed != migrate.source_version():
        say(f"it was deployed from other code than this source's (schema {done.deployed[0]})")
    say("next: `storeproc migrate` gives the passwords of this secret and this source's code; `make up` does that, too")
    return 0


def _prove(access: Access) -> tuple[list[tuple[str, bool, str]], tuple[str, str]]:
    checks = [(item["name"], item["ok"], item["detail"] or "") for item in _invariants(access)["checks"]]
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        deployed = connection.execute("SELECT schema_version, code_digest FROM migration.deployed").fetchone()
    return checks, deployed or ("", "")


def _invariants(access: Access) -> dict[str, Any]:
    # The routine behind api.check_invariants, which wants a signed-in administrator.
    found = _query(
        access,
        "SELECT json_build_object('ok', coalesce(bool_and(c.ok), false), 'checks', json_agg(c))::text "
        "FROM (SELECT * FROM audit.check_invariants() UNION ALL SELECT * FROM audit.check_seals()) AS c",
    )
    result: dict[str, Any] = json.loads(found)
    return result


def _check(options: argparse.Namespace) -> int:
    with _database(_settings(), "check") as access:
        result = _invariants(access)
        _tell_gaps(access)
    if options.json:
        console.print_json(data=result)
    else:
        table = Table("invariant", "", "detail", box=None, pad_edge=False)
        for item in result["checks"]:
            table.add_row(
                item["name"], "[green]holds[/]" if item["ok"] else "[bold red]BROKEN[/]", str(item.get("detail") or "")
            )
        console.print(table)
    return 0 if result["ok"] else 1


def _tell_gaps(access: Access) -> None:
    """What the server lacks for monitoring is no failure: it is said, and how to mend it."""
    for gap, remedy in find_gaps(access):
        complaints.print(f"monitoring: {gap} {remedy}", markup=False, style="yellow")


def _top(options: argparse.Namespace) -> int:
    with _database(_settings(), "top") as access:
        top(access, once=options.once, as_json=options.json, interval=options.interval, console=console)
    return 0


def _dashboard(options: argparse.Namespace) -> int:
    _stop_on_signals()
    with _database(_settings(), "dashboard") as access, suppress(KeyboardInterrupt):
        dashboard(access, options.port, console)
    return 0


def _merchant_role(options: argparse.Namespace) -> int:
    """Makes the role, or gives it a new password; the password is shown this once and kept nowhere."""
    with _database(_settings(), "merchant-role") as access, psycopg.connect(access.admin()) as connection:
        try:
            row = connection.execute("SELECT identity.make_sql_role(%s)", [options.email]).fetchone()
        except psycopg.DatabaseError as error:
            raise RefusedError(error.diag.message_primary or "the role could not be made.") from None
        role = str(row[0]) if row else ""
        password = secrets.token_urlsafe(24)
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))
    print(f"role      {role}\npassword  {password}\nviews     report.my_products, my_sales, my_earnings, my_payouts")  # noqa: T201
    return 0


def _rotate_secret(options: argparse.Namespace) -> int:
    settings = _settings()
    if options.to is None and settings.secret is not None:
        raise RefusedError(
            "the secret comes from STOREPROC_SECRET or its file: "
            "write the new one into a file (openssl rand -hex 32 >FILE) "
            "and say --to FILE."
        )
    new = secrets.token_hex(32)
    if options.to is not None:
        new = Settings.from_env({"STOREPROC_SECRET_FILE": str(options.to)}).secret or ""
    with _database(settings, "secret") as access, ExitStack() as stack:
        if settings.secret is None:
            stack.enter_context(server.changing_secret(settings.data, new))
        own = settings.database_url is None
        roles = migrate.change_passwords(access, new, own_server=own, say=_to_stderr)
    where = f"{settings.data / 'secret'} holds the new secret"
    if settings.secret is not None:
        where = f"set STOREPROC_SECRET to what is in {options.to}, wherever a web tier, a worker or this command runs"
    for line in (
        f"new passwords (SCRAM): {', '.join(roles)}",
        where,
        "then restart web tier and worker: until then they work on the connections that they have, and get no new ones",
        "whoever else logs in as one of these (PgBouncer, Prometheus, Grafana) needs the new password: db/README.md",
    ):
        console.print(line, markup=False)
    return 0


_KEY_EFFECTS = {
    "add_signing_key": "{} signs from now on; tokens of the one before are good until they expire",
    "replace_signing_keys": "{} signs from now on; no token signed before is good: clients refresh theirs",
    "retire_signing_keys": "removed: {}",
}


def _keys(options: argparse.Namespace) -> int:
    with _database(_settings(), "keys") as access:
        said = options.effect and _query(access, f"SELECT identity.{options.effect}()")
        keys = json.loads(
            _query(access, "SELECT coalesce(json_agg(k), '[]')::text FROM identity.list_signing_keys() AS k")
        )
    if options.json:
        console.print_json(data=keys)
        return 0
    if options.effect:
        console.print(_KEY_EFFECTS[options.effect].format(said), markup=False)
    for key in keys:
        until = f" until {key['verifies_until'][:19]}" if key["state"] == "verifies" else ""
        console.print(f"{key['kid']}  made {key['created_at'][:19]}  {key['state']}{until}", markup=False)
    return 0


def _permissions(_: argparse.Namespace) -> int:
    with _database(_settings(), "permissions") as access:
        print(permissions.describe(access), end="")  # noqa: T201
    return 0


def _token(options: argparse.Namespace) -> int:
    settings = _settings()
    if settings.production:
        raise RefusedError("this is production: tokens are made by logging in.")
    with _database(settings, "token") as access:
        if _is_production(access):
            raise RefusedError("this server is marked production: tokens are made by logging in.")
        print(_query(access, "SELECT identity.issue_local_token(%s, %s)", options.role, options.email))  # noqa: T201
    return 0
