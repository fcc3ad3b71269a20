"""The deployer's connections, and files that are run through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql

from db.deploy.source import File, MigrationError
from db.server.connecting import connect as open_connection

APPLICATION = "storeproc migrate"

Connection = psycopg.Connection[Any]


def connect(url: str) -> Connection:
    """An autocommit connection for deploying. Raises psycopg.OperationalError."""
    connection = open_connection(url, autocommit=True, application_name=APPLICATION)
    connection.execute("SET search_path = pg_catalog")
    connection.execute("SET client_min_messages = warning")
    connection.execute("SET statement_timeout = 0")
    leave_out_of_log(connection)
    watch_client(connection)
    return connection


def watch_client(connection: Connection) -> None:
    """Let the server end the statement of a deployer that was killed, where its system can notice that."""
    with suppress(errors.InvalidParameterValue):
        connection.execute("SET client_connection_check_interval = '1s'")


def leave_out_of_log(connection: Connection) -> None:
    """Keep the DDL of this connection out of the server's log, where its user may do that.

    The log of DDL (log_statement) is for what people change. A deployment is recorded in schema migration, and its text
    is the source; the verifiers of passwords belong in no log.
    """
    connection.execute(
        "SELECT set_config('log_statement', 'none', false) FROM pg_roles WHERE rolname = current_user AND rolsuper"
    )


def value(connection: Connection, query: LiteralString, *parameters: object) -> Any:
    """The first column of the first row; None when there is no row."""
    row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None


def is_superuser(connection: Connection) -> bool:
    """Whether the administrator is a superuser, which on a managed server they are not."""
    return bool(value(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


def database_is_missing(error: psycopg.OperationalError) -> bool:
    """Whether a connection failed because the database does not exist."""
    return bool(re.search(r'database ".*" does not exist', str(error)))


@contextmanager
def acting_as(connection: Connection, role: str) -> Iterator[None]:
    """Be this role in the body, which is part of a transaction."""
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    yield
    connection.execute("RESET ROLE")


def run_file(connection: Connection, file: File) -> None:
    """Send the whole file as one request.

    Raises MigrationError with the line of an error in it; errors of locks and of concurrent changes, after which the
    same file may succeed, are raised as they are.
    """
    if not file.text.strip():
        return
    try:
        connection.execute(file.text)
    except (errors.LockNotAvailable, errors.DeadlockDetected):
        raise
    except psycopg.OperationalError as error:
        if error.diag.sqlstate is None:
            raise MigrationError(f"{file.name}: the connection was lost: {str(error).strip()}") from None
        raise MigrationError(describe_problem(file, error)) from error
    except (errors.InternalError_, errors.UniqueViolation) as error:
        if "concurrently" in str(error) or error.diag.schema_name == "pg_catalog":
            raise
        raise MigrationError(describe_problem(file, error)) from error
    except psycopg.Error as error:
        raise MigrationError(describe_problem(file, error)) from error


def describe_problem(file: File, error: psycopg.Error) -> str:
    """The error with the file and, where PostgreSQL tells a position, the line."""
    diag = error.diag
    message = diag.message_primary or str(error).strip()
    for more in (diag.message_detail, diag.message_hint):
        if more:
            message += f" {more}"
    if diag.statement_position:
        return f"{file.name}:{file.line_of(int(diag.statement_position) - 1)}: {message}"
    if diag.internal_query and diag.internal_position:
        at = file.text.find(diag.internal_query)
        line = f":{file.line_of(at + int(diag.internal_position) - 1)}" if at >= 0 else ""
        return f"{file.name}{line}: {message}"
    where = f" ({diag.context.splitlines()[0]})" if diag.context else ""
    return f"{file.name}: {message}{where}"
