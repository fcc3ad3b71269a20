"""storeproc check, top, dashboard, log-address: is the database right, what does it do, and who was it in the log."""

from __future__ import annotations

import argparse
from contextlib import suppress
from typing import Any

from rich.markup import escape
from rich.table import Column, Table

from api.cli.arguments import Commands
from api.cli.database import (
    check_invariants,
    open_database,
    print_monitoring_gaps,
    print_payment_gaps,
    read_settings_with,
)
from api.cli.processes import stop_on_signals
from api.cli.terminal import console
from api.http.client_address import hash_address
from monitoring.review_page import dashboard
from monitoring.top import top


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    check = commands.add_parser("check", help="check every invariant; exit with 1 if one is broken")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_check)

    live = commands.add_parser("top", help="show the database's work live: endpoints, locks, transactions; q quits")
    live.add_argument("--once", action="store_true", help="print everything since the statistics were reset, and exit")
    live.add_argument(
        "--json", action="store_true", help="print JSON; without --once with the activity of one interval"
    )
    live.add_argument("--interval", type=float, default=2.0, metavar="SECONDS", help="seconds between updates (2)")
    live.set_defaults(run=_top)

    page = commands.add_parser(
        "dashboard", help="serve a page for performance reviews on this machine: statements, locks, sizes, queue"
    )
    page.add_argument("--port", type=int, default=0, help="port to listen on (default: any free port)")
    page.set_defaults(run=_dashboard)

    address = commands.add_parser("log-address", help="print what the log says of a client's address that is hashed")
    address.add_argument("address", help="such as 203.0.113.5")
    address.set_defaults(run=_log_address)


def _check(options: argparse.Namespace) -> int:
    with open_database(read_settings_with(), "check") as access:
        result = check_invariants(access)
        print_monitoring_gaps(access)
        print_payment_gaps(access)
    if options.json:
        console.print_json(data=result)
    else:
        _print_checks(result["checks"])
    return 0 if result["ok"] else 1


def _print_checks(checks: list[dict[str, Any]]) -> None:
    """A table on a terminal, where long names wrap; in a pipe a whole line for each, however long it is."""
    rows = [(str(item["name"]), bool(item["ok"]), str(item.get("detail") or "")) for item in checks]
    if not console.is_terminal:
        width = max(len(name) for name, _, _ in rows)
        for name, ok, detail in rows:
            console.print(f"{name:<{width}}  {'holds' if ok else 'BROKEN'}  {detail}".rstrip(), markup=False)
        return
    table = Table(Column("invariant", overflow="fold"), "", Column("detail", overflow="fold"), box=None, pad_edge=False)
    for name, ok, detail in rows:
        table.add_row(escape(name), "[green]holds[/]" if ok else "[bold red]BROKEN[/]", escape(detail))
    console.print(table)


def _top(options: argparse.Namespace) -> int:
    with open_database(read_settings_with(), "top") as access:
        top(access, once=options.once, as_json=options.json, interval=options.interval, console=console)
    return 0


def _dashboard(options: argparse.Namespace) -> int:
    stop_on_signals()
    with open_database(read_settings_with(), "dashboard") as access, suppress(KeyboardInterrupt):
        dashboard(access, options.port, console)
    return 0


def _log_address(options: argparse.Namespace) -> int:
    print(hash_address(options.address, read_settings_with().access.log_key()))  # noqa: T201
    return 0
