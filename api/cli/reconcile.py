"""storeproc reconcile: compare the gateways' own books with ours, now."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from datetime import UTC, date, datetime, time
from typing import Any

from rich.table import Table

from api.cli.arguments import Commands
from api.cli.database import RefusedError, fetch_value, open_database, read_settings_with
from api.cli.terminal import Progress, console
from api.contract.reader import read_contract
from api.gateways.protocol import Unavailable
from api.gateways.registry import offered
from api.gateways.steps import PaymentSteps
from api.postgres.connecting import connect
from api.postgres.database import Database
from api.postgres.functions import Caller, Functions
from api.settings import Settings
from api.worker.jobs.reconciliation import UNDER_WAY, ReconciliationJobs, Run
from db.server.access import Access

POOLS = {"web_worker": 4, "web_gateway": 4}
WORKER = Caller("worker", "")
BEGIN = (
    "SELECT coalesce(json_agg(r.id ORDER BY r.provider), '[]')::text "
    "FROM payments.begin_reconciliations(%s::timestamptz) AS r"
)


def add_commands(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    reconcile = commands.add_parser(
        "reconcile", help="compare the gateways' books with ours; exit with 1 while a difference is open"
    )
    reconcile.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="DATE",
        help="first day (default: where the daily comparison stands)",
    )
    reconcile.add_argument("--json", action="store_true", help="print JSON: an object per step, the result last")
    reconcile.set_defaults(run=_reconcile)


def _reconcile(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    since = datetime.combine(options.since, time(), UTC).isoformat() if options.since else None
    with open_database(settings, "reconcile") as access:
        found: list[str] = json.loads(fetch_value(access, BEGIN, since))
        try:
            runs = asyncio.run(_compare(settings, access, found, as_json=options.json))
        except Unavailable as error:
            raise RefusedError(f"a gateway does not answer ({error}). The worker goes on from here.") from None
    if options.json:
        _print_json({"reconciled": [_told(run) for run in runs]})
    else:
        table = Table("gateway", "", "entries", "payments", "booked", "open differences", box=None, pad_edge=False)
        for run in runs:
            table.add_row(
                run.provider, run.status.replace("_", " "), *(str(n) for n in (run.read, run.checked, run.booked)),
                f"[bold red]{run.differences}[/]" if run.differences else "0",
            )  # fmt: skip
        console.print(table)
    return 1 if any(run.differences for run in runs) else 0


async def _compare(settings: Settings, access: Access, run_ids: list[str], *, as_json: bool) -> list[Run]:
    """Makes each comparison, step by step, as the worker does."""
    database = Database(access, POOLS, "storeproc reconcile")
    connection = await connect(access.url("web_worker"), timeout=10)
    gateways = offered(settings)
    progress = Progress()
    try:
        functions = Functions(database, await read_contract(connection))

        async def call(function: str, **arguments: object) -> Any:
            return await functions.call(function, arguments, request_id=os.urandom(16).hex(), caller=WORKER)

        jobs = ReconciliationJobs(call, PaymentSteps(functions, gateways))
        runs = []
        for run_id in run_ids:
            while (run := await jobs.read(run_id)).status in UNDER_WAY:
                await jobs.step(run)
                if as_json:
                    _print_json({"step": _told(run)})
                else:
                    progress(f"{run.provider}: {run.read} entries read, {run.checked} payments compared")
            runs.append(run)
        return runs
    finally:
        await connection.close()
        await database.close()
        for gateway in gateways.values():
            if hasattr(gateway, "aclose"):
                await gateway.aclose()


def _told(run: Run) -> dict[str, Any]:
    names = ("provider", "status", "read", "checked", "booked", "differences")
    return {name: getattr(run, name) for name in names}


def _print_json(data: dict[str, Any]) -> None:
    console.print(json.dumps(data), markup=False)
