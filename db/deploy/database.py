"""The database itself: create it, decide who may connect, add extensions."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psycopg
from psycopg import errors, sql

from db.deploy.connection import Connection, connect, database_is_missing, value
from db.deploy.locks import Say
from db.deploy.roles import LOGIN_ROLES, SQL_GROUPS
from db.deploy.source import MigrationError
from db.server.access import Access

TRUSTED_EXTENSIONS = ("pg_trgm", "btree_gist")
OTHER_EXTENSIONS = ("pg_stat_statements",)


def create_database(access: Access, say: Say) -> bool:
    """Create the database if it does not exist; whether it was created.

    Raises MigrationError when the server does not answer, or neither postgres nor template1 can be connected to.
    """
    try:
        connect(access.admin()).close()
        return False
    except psycopg.OperationalError as error:
        if not database_is_missing(error):
            raise MigrationError(str(error).strip()) from None
    for maintenance in ("postgres", "template1"):
        try:
            connection = connect(access.admin(maintenance))
        except psycopg.OperationalError:
            continue
        with connection:
            with suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # another deployment was first
                connection.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' "
                        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                    ).format(sql.Identifier(access.database))
                )
            say(f"created the database {access.database}")
            return True
    raise MigrationError(
        f"the database {access.database} does not exist, and no connection to postgres or template1 is allowed "
        "from which to create it."
    )


def open_database(connection: Connection) -> None:
    """Let the login roles connect, with those of people and programs, and only them.

    A clone (CREATE DATABASE … TEMPLATE) does not inherit this.
    """
    database = sql.Identifier(value(connection, "SELECT current_database()"))
    logins = sql.SQL(", ").join(map(sql.Identifier, (*LOGIN_ROLES, *SQL_GROUPS)))
    with connection.transaction():
        for statement in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {logins}",
            "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO store_owner",
            "ALTER DATABASE {database} SET timezone = 'UTC'",
            # People call pg_stat_statements and pgstattuple by these names; our log-ins have a path of their own, and
            # only the administrator can create anything in `extensions`.
            'ALTER DATABASE {database} SET search_path = "$user", public, extensions',
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        ):
            connection.execute(sql.SQL(statement).format(database=database, logins=logins))


def set_environment(connection: Connection, name: str) -> None:
    """Mark the database. Raises MigrationError where what it holds forbids that."""
    try:
        connection.execute("SELECT identity.set_environment(%s)", [name])
    except psycopg.DatabaseError as error:
        raise MigrationError(error.diag.message_primary or str(error)) from None


def environment_of(connection: Connection) -> str:
    """What the database is marked as."""
    if not value(connection, "SELECT to_regclass('identity.environment') IS NOT NULL"):
        return "development"
    return str(value(connection, "SELECT name FROM identity.environment"))


def create_extensions(connection: Connection, names: Iterable[str], say: Say) -> None:
    """Create extensions in schema extensions. Raises MigrationError when a trusted one cannot be created."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS extensions")
    connection.execute("GRANT USAGE ON SCHEMA extensions TO PUBLIC")
    for name in names:
        try:
            connection.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA extensions").format(sql.Identifier(name))
            )
        except (errors.InsufficientPrivilege, errors.UndefinedFile, errors.FeatureNotSupported) as error:
            if name in TRUSTED_EXTENSIONS:
                raise MigrationError(f"the extension {name} cannot be created: {error.diag.message_primary}") from None
            say(f"the extension {name} is not available: {error.diag.message_primary}")
