"""storeproc migrate, demo, permissions: what is in the database."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich import progress

from api.cli.arguments import Commands
from api.cli.database import (
    RefusedError,
    fetch_value,
    is_production,
    open_database,
    print_monitoring_gaps,
    read_settings_with,
)
from api.cli.terminal import Progress, console
from api.settings import Settings
from db import demo
from db.demo import scale
from db.deploy import migrate, permissions, pgbouncer
from db.server.access import Access
from db.server.connecting import connect
from db.server.embedded import Say

DEMO = Path(demo.__file__).with_name("demo.sql")
DEMO_PASSWORD = "Demo-Pass-1"  # noqa: S105  # of every account in demo.sql
DEMO_ACCOUNTS = {
    "alice@example.com": "customer",
    "bob@example.com": "customer",
    "merchant@example.com": "merchant",
    "support@example.com": "support",
    "admin@example.com": "admin",
}


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    deploy = commands.add_parser("migrate", help="deploy the source to the database: roles, migrations, code")
    deploy.add_argument(
        "--check",
        action="store_true",
        help="change nothing; print what is pending or was changed by hand, and exit with 1 if there is anything",
    )
    deploy.add_argument("--json", action="store_true", help="with --check: print JSON")
    deploy.add_argument("--force", action="store_true", help="rebuild roles, code and policies even if unchanged")
    deploy.add_argument(
        "--environment",
        choices=("development", "demo", "production"),
        help="mark the database (default: production if STOREPROC_ENVIRONMENT says so, else as it is)",
    )
    deploy.add_argument(
        "--pgbouncer", type=Path, metavar="FILE", help="also write the file of users and verifiers for PgBouncer"
    )
    deploy.set_defaults(run=_migrate)

    load = commands.add_parser("demo", help="load the demo shop, unless it has been loaded already")
    load.add_argument("--scale", action="store_true", help="load a large shop for measurements instead (minutes)")
    load.add_argument("--products", type=int, default=100_000, help="products of the large shop (default: %(default)s)")
    load.add_argument("--orders", type=int, default=1_000_000, help="orders of the large shop (default: %(default)s)")
    load.set_defaults(run=_demo)

    matrix = commands.add_parser("permissions", help="print which role may call which function, as Markdown")
    matrix.set_defaults(run=_permissions)


def _migrate(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    with open_database(settings, "migrate") as access:
        if options.check:
            return _print_pending(access, _environment(options, settings), as_json=options.json)
        say = Progress()
        plan = migrate.migrate(access, force=options.force, environment=_environment(options, settings), say=say)
        say("the schema is deployed" if plan else "the schema is up to date")
        trust_issuer(access, settings)
        if options.pgbouncer is not None and pgbouncer.write_users(access, options.pgbouncer):
            say(f"{options.pgbouncer} has the verifiers of the web roles")
        print_monitoring_gaps(access)
    return 0


def _environment(options: argparse.Namespace, settings: Settings) -> str | None:
    """What the database is to be: what was asked for, else production where the settings say so."""
    given: str | None = options.environment
    return given or ("production" if settings.production else None)


def _print_pending(access: Access, environment: str | None, *, as_json: bool) -> int:
    plan = migrate.check(access, environment=environment)
    if as_json:
        console.print_json(data=plan.data())
    else:
        for line in plan.steps():
            console.print(f"pending: {line}", markup=False)
        for line in plan.drift:
            console.print(f"changed by hand: {line}", markup=False)
        if not plan.lines():
            console.print("nothing is pending")
    return 1 if plan.lines() else 0


def trust_issuer(access: Access, settings: Settings) -> None:
    """Make the database trust OIDC_ISSUER. The web tier may not: if it were taken over, it could name any provider."""
    if settings.oidc is not None:
        sets_roles = settings.oidc.role_claim is not None
        fetch_value(access, "SELECT identity.trust_issuer(%s, %s)", settings.oidc.issuer, sets_roles)


def _demo(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    with open_database(settings, "demo") as access:
        if settings.production or is_production(access):
            raise RefusedError("this server is marked production: the demo shop is not loaded into it.")
        if options.scale:
            _load_scale(access, scale.Scale(options.products, options.orders))
        else:
            load_demo(access, Progress())
    return 0


def load_demo(access: Access, say: Say) -> None:
    """Load the demo shop unless it has been loaded already."""
    if not DEMO.exists():
        say("there is no demo shop in this source")
        return
    started = time.monotonic()
    say("loading the demo shop, unless it has been loaded already")
    with connect(access.admin(), autocommit=True, application_name="storeproc demo") as connection:
        connection.execute(DEMO.read_bytes())  # one request, one transaction
    say(f"the demo shop is loaded ({time.monotonic() - started:.1f} s)")


def _load_scale(access: Access, size: scale.Scale) -> None:
    started = time.monotonic()
    with progress.Progress(
        *progress.Progress.get_default_columns(), progress.MofNCompleteColumn(), console=console
    ) as bar:
        tasks: dict[str, progress.TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            for other, task in tasks.items():
                if other != what:  # earlier steps are finished
                    bar.update(task, completed=bar.tasks[task].total)
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        scale.load(access, size, report)
    console.print(
        f"{size.products:,} products, {size.orders:,} orders of {size.customers:,} customers: "
        f"{time.monotonic() - started:.0f} s, "
        f"{fetch_value(access, 'SELECT pg_size_pretty(pg_database_size(current_database()))')}. "
        f"Log in as customer1@scale.example or merchant1@scale.example, password {DEMO_PASSWORD}.",
        markup=False,
    )


def _permissions(_: argparse.Namespace) -> int:
    with open_database(read_settings_with(), "permissions") as access:
        print(permissions.describe(access), end="")  # noqa: T201
    return 0
