"""storeproc worker: the worker alone, restarted when it dies."""

from __future__ import annotations

import argparse

from api.cli.arguments import Commands, add_log_option, choose_log
from api.cli.database import read_settings_with, running_database
from api.cli.processes import Supervisor, stop_on_signals, worker_process
from api.cli.web import step_printer


def add_commands(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    worker = commands.add_parser("worker", help="run the worker alone")
    add_log_option(worker)
    worker.set_defaults(run=_worker)


def _worker(options: argparse.Namespace) -> int:
    choose_log(options)
    settings = read_settings_with()
    stop_on_signals()
    supervisor = Supervisor([worker_process(settings, running_database(settings, "web_worker"))], step_printer())
    try:
        supervisor.start()
        while True:
            supervisor.watch(0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        supervisor.stop()
