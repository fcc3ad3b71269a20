"""What the worker's log may say about an error."""

from __future__ import annotations

import ssl

import asyncpg

from api.contract.signatures import ContractError
from api.gateways.protocol import Refused
from api.http.errors import Problem, Unexpected
from api.postgres.connecting import NO_LOGIN, advise
from api.worker.jobs.carriers import NoAnswer
from api.worker.jobs.protocol import Later

# A restart, a fail-over, a deployment: the database comes back, and the worker tries again. (asyncpg makes
# InternalClientError of a connection that ends at the moment in which it is made.)
TROUBLE = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    Problem,
    Unexpected,
    ContractError,
)


def describe(error: Exception) -> str:
    """An error for logs and failed jobs. The text of other libraries' errors may hold an address or a header with a
    secret, so only the type of those is named."""
    if isinstance(error, (Problem, Refused, Later, NoAnswer)):
        return str(error)
    if isinstance(error, NO_LOGIN):
        return advise(error)[:300]
    if isinstance(error, (asyncpg.PostgresError, Unexpected, ConnectionError, ssl.SSLError, ContractError)):
        return f"{type(error).__name__}: {error}"[:300]
    return type(error).__name__
