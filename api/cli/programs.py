"""storeproc psql, run: PostgreSQL's own programs, connected to the database as administrator."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from api.cli.arguments import Commands
from api.cli.database import RefusedError, open_database, read_settings_with
from api.settings import Settings
from db.server.access import Access
from db.server.connecting import parameters
from db.server.embedded import client_environment, embedded_binaries
from db.server.processes import die_with_parent


def add_commands(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    # No argument of psql begins with a NUL: none is taken for an option of ours, not even -h.
    psql = commands.add_parser(
        "psql",
        help="start psql as administrator, with psql's own arguments: storeproc psql -c 'SELECT 1'",
        prefix_chars="\0",
        add_help=False,
    )
    psql.add_argument("arguments", nargs=argparse.REMAINDER)
    psql.set_defaults(run=_psql)

    run = commands.add_parser(
        "run", help="start a PostgreSQL program as administrator, such as: storeproc run pg_dump --schema-only"
    )
    run.add_argument("program")
    run.add_argument("arguments", nargs=argparse.REMAINDER)
    run.set_defaults(run=_run)


def _psql(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    own = embedded_binaries() / "bin" / "psql"
    program = str(own) if own.exists() else shutil.which("psql")
    if program is None:
        raise RefusedError("there is no psql: install PostgreSQL's client programs.")
    # The separator is optional.
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    with open_database(settings, "psql") as access:
        given = parameters(access.admin())
        password = given.pop("password", None)
        # Not as an argument: other users of the machine can read those.
        env = dict(os.environ) | ({"PGPASSWORD": password} if password else {}) | _client_environment(settings)
        target = " ".join(f"{name}='{_escaped(value)}'" for name, value in given.items())
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C cancels a query of psql and does not end us
        try:
            return subprocess.run(
                [program, "--dbname", target, *arguments],
                env=env,
                check=False,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            ).returncode
        finally:
            signal.signal(signal.SIGINT, before)


def _run(options: argparse.Namespace) -> int:
    settings = read_settings_with()
    with open_database(settings, "run") as access:
        env = _libpq_environment(settings, access)
        found = shutil.which(options.program, path=env["PATH"])
        if found is None:
            raise RefusedError(f"there is no program {options.program}.")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the program as well: it ends first, then we do
        die = die_with_parent(signal.SIGTERM)

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if die is not None:
                die()

        process = subprocess.Popen([found, *options.arguments], env=env, preexec_fn=prepare)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: process.terminate())
        return process.wait()


def _libpq_environment(settings: Settings, access: Access) -> dict[str, str]:
    """The variables with which a program that uses libpq finds the database; the server's own programs come first."""
    names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    env = {
        name: value
        for name, value in os.environ.items()
        if name.encode() not in names.values() or (name.startswith("PGSSL") and settings.database_url is not None)
    }
    env |= _client_environment(settings)
    for keyword, value in conninfo_to_dict(access.admin()).items():
        if value is not None and (name := names.get(keyword)) is not None:
            env[name.decode()] = str(value)
    env["STOREPROC_RUN"] = "1"  # tells a script that starts itself through this command that it did so
    env["PATH"] = str(embedded_binaries() / "bin") + os.pathsep + env.get("PATH", os.defpath)
    return env


def _client_environment(settings: Settings) -> dict[str, str]:
    return client_environment() if settings.database_url is not None else {}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
