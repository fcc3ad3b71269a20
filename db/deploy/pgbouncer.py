"""PgBouncer's auth_file (see db/pgbouncer.ini): the roles of the pools and their SCRAM verifiers.

A verifier is what PostgreSQL stores itself: it checks a password, and is no use for logging in. PgBouncer needs the
server's own (with the same salt) to pass a login on.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from db.deploy.roles import POOL_ROLES
from db.server.access import Access
from db.server.connecting import connect


class PoolerError(Exception):
    """Why the file cannot be written, in one line."""


def write_users(access: Access, file: Path) -> bool:
    """Write the file, atomically because PgBouncer may be reading it, and return whether its content changed.

    Raises PoolerError when the verifiers cannot be read or the file cannot be written.
    """
    query = b"SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY (%s) ORDER BY rolname"
    try:
        with connect(access.admin(), autocommit=True) as connection:
            found = connection.execute(query, [list(POOL_ROLES)]).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        raise PoolerError(
            "only a superuser can read password verifiers: on a managed server use the pooler that comes with it."
        ) from None
    text = "".join(f'"{role}" "{verifier}"\n' for role, verifier in found)
    try:
        if file.exists() and file.read_text() == text:
            return False
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123  # mode at creation
            out.write(text)
        draft.replace(file)
    except OSError as error:
        raise PoolerError(f"{file} cannot be written: {error.strerror}.") from None
    return True
