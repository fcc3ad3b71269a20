"""`storeproc`: the command of the project.

Tools use the server that runs. Where none runs, they start PostgreSQL for as long as they need it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import psycopg

from api.cli import backup, credentials, deploy, inspect, programs, reconcile, settings, up, web, worker
from api.cli.database import RefusedError
from api.cli.processes import StartError
from api.cli.terminal import errors
from api.settings_source import SettingsError
from backups.programs import BackupError
from db.demo.scale import ScaleError
from db.deploy.pgbouncer import PoolerError
from db.deploy.source import MigrationError
from db.server.access import ServerError

GROUPS = (
    up,
    deploy,
    web,
    worker,
    programs,
    backup,
    inspect,
    reconcile,
    credentials,
    settings,
)  # in the order of --help


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 when it succeeded, 1 with a line per error on standard error, 130 on Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        status = options.run(options)
    except (
        ServerError,
        SettingsError,
        StartError,
        RefusedError,
        ScaleError,
        MigrationError,
        BackupError,
        PoolerError,
    ) as error:
        status = _print_error(str(error))
    except psycopg.Error as error:
        status = _print_error(error.diag.message_primary or str(error).strip())
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


def _print_error(text: str) -> int:
    for line in text.splitlines():
        errors.print(f"storeproc: {line}", markup=False)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="storeproc", description="A store, in stored procedures.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add_commands(commands)
    return parser
