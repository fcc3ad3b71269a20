"""Connections to that one of an address's hosts that serves.

asyncpg tries the hosts of an address one after the other, and its `timeout` covers all of them together: a host that
accepts connections and never answers (a frozen machine) uses it up, and the next host is never tried. Therefore each
host has a time of its own here, and the one who connects repeatedly keeps the order in which they are tried (Hosts).
"""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

import asyncpg

from db.server.access import Host, hosts_of

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# Seconds for each host, and for a second round when one did not answer: it may only be slow.
PATIENCE = (1.0, 3.0)

# Another host may be up, or be the primary. Not here: what every host would say (a wrong password), and a server that
# has no connection left, since it is the right one.
_NEXT_HOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # the server starts, stops or recovers
    asyncpg.InternalClientError,  # TargetServerAttributeNotMatched, or cut off in the middle of a message
)

# Every host says so of a database that was never deployed to, or with other secrets.
NO_LOGIN = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)


def advise(error: Exception) -> str:
    """One of NO_LOGIN in a sentence that says what to do."""
    hint = "`storeproc migrate`, with the same secrets, makes the database and the log-ins with their passwords."
    return f"{error}: {hint}"


class Hosts:
    """The hosts of an address in the order in which they are tried: the last good one first, silent ones last.

    It belongs to what connects to the address again and again; pools of the same address share one, so that a frozen
    host costs only the first of them its time.
    """

    def __init__(self, url: str) -> None:
        self.order: list[Host] = hosts_of(url)

    def put_first(self, host: Host) -> None:
        """This host has answered."""
        self.order.remove(host)
        self.order.insert(0, host)

    def put_last(self, host: Host) -> None:
        """This host has not answered."""
        self.order.remove(host)
        self.order.append(host)


async def connect(url: str, hosts: Hosts | None = None, *, timeout: float, **options: Any) -> Connection:  # noqa: ASYNC109  # one limit for each host, too
    """A connection to the first host that is what the address asks for (target_session_attrs).

    `hosts` are those of the URL; without them, they are tried in the URL's order. `options` are those of
    asyncpg.connect(). Raises ConnectionError when there is none within `timeout` seconds, and asyncpg's errors that
    another host would not change.
    """
    hosts = hosts or Hosts(url)
    if len(hosts.order) < 2:
        try:
            return await asyncpg.connect(url, timeout=timeout, **options)
        except TimeoutError:
            raise ConnectionError("the database does not answer") from None
    deadline = asyncio.get_running_loop().time() + timeout
    parts = urlsplit(url)
    wanted = parse_qs(parts.query).get("target_session_attrs", [None])[-1]
    reasons: dict[Host, Exception] = {}
    for patience in PATIENCE:
        # asyncpg would take any single host for the best standby that there is.
        for attributes in ("standby", "any") if wanted == "prefer-standby" else (wanted,):
            for host in list(hosts.order):
                limit = min(patience, deadline - asyncio.get_running_loop().time())
                if limit <= 0:
                    raise _unreachable(reasons)
                try:
                    connection = await _connect_to(url, host, hosts, limit, attributes, options)
                except _NEXT_HOST as error:
                    reasons[host] = error
                else:
                    hosts.put_first(host)
                    return connection
        if not any(isinstance(error, TimeoutError) for error in reasons.values()):
            break
    raise _unreachable(reasons)


async def _connect_to(
    url: str, host: Host, hosts: Hosts, limit: float, attributes: str | None, options: dict[str, Any]
) -> Connection:
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        return await asyncpg.connect(
            url, host=host[0], port=host[1], timeout=limit, target_session_attrs=attributes, **options
        )
    except TimeoutError:
        hosts.put_last(host)
        raise
    except asyncio.CancelledError:
        if clock() - began > PATIENCE[0] / 2:  # the caller had less patience
            hosts.put_last(host)
        raise


def _unreachable(reasons: dict[Host, Exception]) -> ConnectionError:
    """Names each host, and why it does not serve."""
    told = (f"{name}: {_words(error)}" for (name, _), error in reasons.items())
    return ConnectionError("no host serves: " + "; ".join(told))


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "not the kind of server that the address asks for"
    return str(error) or type(error).__name__
