"""Compile the body of every function, when all that it may name exists."""

from __future__ import annotations

import psycopg
from psycopg import errors

from db.deploy.connection import Connection
from db.deploy.source import MigrationError, Source

_SHOWN = 20


def compile_bodies(connection: Connection, source: Source) -> None:
    """Run the validator of its language on every function of ours.

    Raises MigrationError with the file and the line of each error.
    """
    connection.execute("SET LOCAL check_function_bodies = on")
    connection.execute("SET LOCAL plpgsql.extra_errors = 'all'")
    functions = connection.execute("""
        SELECT p.oid, p.oid::regprocedure::text, p.prosrc, l.lanvalidator::regproc::text
        FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
        WHERE p.proowner IN ('store_owner'::regrole, 'store_api'::regrole) AND l.lanname IN ('sql', 'plpgsql')
        ORDER BY 2
    """).fetchall()
    problems = []
    for oid, signature, body, validator in functions:
        try:
            with connection.transaction():
                connection.execute(f"SELECT {validator}(%s)", [oid])
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            raise
        except psycopg.Error as error:
            problems.append(_describe(source, signature, body, error))
    if problems:
        more = f"\n… and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise MigrationError("\n".join(problems[:_SHOWN]) + more)


def _describe(source: Source, signature: str, body: str, error: psycopg.Error) -> str:
    message = error.diag.message_primary or str(error)
    position = int(error.diag.internal_position or error.diag.statement_position or 0)
    for file in source.code:
        at = file.text.find(body)
        if at >= 0 and len(body) > 10:
            inside = position and error.diag.internal_query in (None, body)
            line = file.line_of(at + position - 1 if inside else at)
            return f"{file.name}:{line}: {message} (in {signature})"
    return f"{signature}: {message}"
