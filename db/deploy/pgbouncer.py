"""The log-ins that PgBouncer lets in (its auth_file, see db/pgbouncer.ini): the pools' roles and SCRAM verifiers.

Verifiers are what PostgreSQL keeps itself: with one it can be seen whether somebody knows the password, and nobody can
log in. They have to be the very ones of the server (the same salt), or PgBouncer could not pass a log-in on.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from api.settings import POOL_SIZES
from db.server.server import Access


class PoolerError(Exception):
    """Why there is no such file, in one line."""


def write_users(access: Access, file: Path) -> bool:
    """Whether anything changed. The file is replaced at once: PgBouncer may be reading it."""
    query = b"SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s) ORDER BY rolname"
    try:
        with psycopg.connect(access.admin(), autocommit=True) as connection:
            found = connection.execute(query, [list(POOL_SIZES)]).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        raise PoolerError(
            "only a superuser reads the verifiers of log-ins: on a managed server use the pooler that comes with it."
        ) from None
    text = "".join(f'"{role}" "{verifier}"\n' for role, verifier in found)
    try:
        if file.exists() and file.read_text() == text:
            return False
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123
            out.write(text)
        draft.replace(file)
    except OSError as error:
        raise PoolerError(f"{file} cannot be written: {error.strerror}.") from None
    return True
