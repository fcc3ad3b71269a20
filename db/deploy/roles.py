"""The roles of a deployment and their passwords."""

from __future__ import annotations

import hashlib
import random
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from hmac import compare_digest
from hmac import digest as hmac_digest

import psycopg
from psycopg import errors, sql

from db.deploy.connection import Connection, connect, is_superuser, run_file, value
from db.deploy.locks import Say, one_at_a_time
from db.deploy.source import File
from db.server.access import SUPERUSER, Access
from db.server.connecting import connect as open_connection

POOL_ROLES = (
    "web_anonymous",
    "web_customer",
    "web_merchant",
    "web_support",
    "web_admin",
    "web_gateway",
    "web_worker",
)
LOGIN_ROLES = (*POOL_ROLES, "store_backup", "store_monitor")
# Groups of the log-ins of merchants, analysts, programs of the shop's own and readers of events: they may connect as
# members.
SQL_GROUPS = ("app_merchant_sql", "app_readonly", "app_readwrite", "store_events")
AUDIENCES = ("app_anonymous", "app_customer", "app_merchant", "app_support", "app_admin", "app_gateway", "app_worker")
OWNERS = ("store_owner", "store_api")


def create_roles(connection: Connection, roles: File) -> None:
    """Run db/roles.sql."""

    def create() -> None:
        run_file(connection, roles)
        if not is_superuser(connection):
            # Since PostgreSQL 16 the creator of a role administers it, but must be granted to become it.
            connection.execute("GRANT store_owner, store_api TO CURRENT_USER WITH INHERIT TRUE, SET TRUE")

    _change_roles(connection, create)


def limit_sql_roles(connection: Connection) -> None:
    """Give the log-ins of analysts and merchants the limits that they lack."""
    if value(connection, "SELECT to_regproc('identity.limit_sql_roles') IS NOT NULL"):  # not in every source of tests
        _change_roles(connection, lambda: connection.execute("SELECT identity.limit_sql_roles()"))


def _change_roles(connection: Connection, change: Callable[[], object]) -> None:
    """Roles belong to the whole cluster: deployments of other databases may change them meanwhile."""
    for attempt in range(10):
        try:
            with connection.transaction():
                change()
                return
        except (errors.InternalError_, errors.UniqueViolation):
            if attempt == 9:
                raise
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311  # not a secret


def wrong_passwords(connection: Connection, access: Access) -> list[str]:
    """The login roles whose password is not the one derived from the secret."""
    if not is_superuser(connection):
        return [role for role in LOGIN_ROLES if not _lets_in(access.url(role))]
    query = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s)"
    stored = dict(connection.execute(query, [list(LOGIN_ROLES)]).fetchall())
    return [role for role in LOGIN_ROLES if not _verifies(stored.get(role), access.password(role))]


def set_passwords(connection: Connection, access: Access, roles: Iterable[str]) -> None:
    """Give these roles the passwords derived from the secret.

    The verifier is computed here: the password itself never reaches the server or its log.
    """
    for role in roles:
        verifier = connection.pgconn.encrypt_password(
            access.password(role).encode(), role.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def change_passwords(access: Access, new: Access, *, own_server: bool, say: Say = lambda _: None) -> list[str]:
    """Give the login roles the passwords of `new`, and return the roles whose passwords change. Connections stay open.

    `own_server`: the administrator's password changes too. That of another server's administrator is not ours.
    """
    roles = [*LOGIN_ROLES, SUPERUSER] if own_server else list(LOGIN_ROLES)
    changed = [role for role in roles if access.password(role) != new.password(role)]
    with connect(access.admin()) as connection, one_at_a_time(connection, say), connection.transaction():
        set_passwords(connection, new, changed)
        # Not before the first deployment of the function.
        if changed and value(connection, "SELECT to_regproc('audit.record_security_event') IS NOT NULL"):
            connection.execute("SELECT audit.record_security_event('secret_changed', NULL)")
    return changed


def _verifies(verifier: str | None, password: str) -> bool:
    found = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)", verifier or "")
    if not found:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(found[2]), int(found[1]))
    stored = hashlib.sha256(hmac_digest(salted, b"Client Key", "sha256")).digest()
    return compare_digest(b64encode(stored).decode(), found[3])


def _lets_in(url: str) -> bool:
    try:
        open_connection(url).close()
    except psycopg.OperationalError as error:
        return "password authentication failed" not in str(error)
    return True
