"""The database that a command works on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import psycopg

from api.cli.terminal import errors, print_hint
from api.settings import Settings
from db.server.access import Access, external, refuse_old_server
from db.server.cluster import refuse_other_version
from db.server.connecting import connect
from db.server.embedded import find_layout
from db.server.supervisor import running
from monitoring.watcher import find_gaps


class RefusedError(Exception):
    """Why the command does not do what it was asked for, in one line."""


def read_settings_with(port: int | None = None) -> Settings:
    """The settings of the environment, with another port when one is given."""
    return Settings.from_env({**os.environ, "PORT": str(port)} if port is not None else os.environ)


@contextmanager
def open_database(settings: Settings, purpose: str) -> Iterator[Access]:
    """The database as administrator: DATABASE_URL, the running embedded server, or one started for this command."""
    if settings.database_url is not None:
        url = _as_backup(settings, settings.database_url)
        yield external(url, settings.administrators_secret, settings.secrets)
        return
    if not (settings.data / "secret").exists() and purpose != "migrate":
        raise RefusedError(f"there is no database in {settings.data} yet: start with `make up` or `storeproc migrate`.")
    with running(
        settings.data, secret=settings.secret, secrets=settings.secrets, say=print_hint, purpose=purpose
    ) as access:
        yield access


def _as_backup(settings: Settings, url: str) -> str:
    """DATABASE_URL; as store_backup where it names no user and the backup's secret is the only one here.

    That is the backup job: what it does needs no administrator.
    """
    if settings.secret or set(settings.secrets) != {"backup"} or urlsplit(url).username:
        return url
    return Access(url, "", settings.secrets).url("store_backup")


def running_database(settings: Settings, role: str) -> Access:
    """The database for a part of the store that neither starts nor stops it, and logs in as `role`.

    Raises RefusedError when the embedded server does not run, ServerError when its folder or the server of DATABASE_URL
    is of another version than this needs. A server of DATABASE_URL that does not answer may do so later.
    """
    if settings.database_url is not None:
        refuse_old_server(settings.access, role)
        return settings.access
    if not (settings.data / "secret").exists():
        raise RefusedError(f"there is no database in {settings.data}: start with `make up`, or set DATABASE_URL.")
    access = settings.access
    try:
        connect(access.admin(), connect_timeout=5).close()
    except psycopg.OperationalError:
        layout = find_layout(settings.data)
        with suppress(PermissionError):  # another user's
            if layout.cluster.exists():
                refuse_other_version(layout)
        raise RefusedError(f"no server runs on {settings.data}: start with `make up`, or set DATABASE_URL.") from None
    return access


def fetch_value(access: Access, query: str, *parameters: object) -> Any:
    """The first column of the first row, as administrator."""
    url = access.admin()
    with connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode(), parameters or None).fetchone()
        return row[0] if row else None


def is_production(access: Access) -> bool:
    """Whether the server itself is marked as production."""
    return bool(fetch_value(access, "SELECT identity.is_production()"))


def check_invariants(access: Access) -> dict[str, Any]:
    """`ok` and the list `checks`. It calls the routines behind api.check_invariants, which needs a signed-in admin."""
    found = fetch_value(
        access,
        "SELECT json_build_object('ok', coalesce(bool_and(c.ok), false), 'checks', json_agg(c))::text "
        "FROM (SELECT * FROM audit.check_invariants() UNION ALL SELECT * FROM audit.check_seals()) AS c",
    )
    result: dict[str, Any] = json.loads(found)
    return result


def print_monitoring_gaps(access: Access) -> None:
    """Print what the server lacks for monitoring, and the remedy. It is a hint, not an error."""
    for gap, remedy in find_gaps(access):
        errors.print(f"monitoring: {gap} {remedy}", markup=False, style="yellow")


def print_payment_gaps(access: Access) -> None:
    """Print that customers are offered to transfer money and are not told where to. It is a hint, not an error."""
    if fetch_value(access, "SELECT payments.lacks_bank_account()"):
        errors.print(
            "payments: bank transfers are offered and the seller has no valid IBAN. "
            "Set it (PUT /v1/admin/seller) or disable bank_transfer (PATCH /v1/admin/payment-providers/bank_transfer).",
            markup=False,
            style="yellow",
        )
