"""Reads from a hot standby (DATABASE_REPLICA_URL): of limited age, and never older than what the caller wrote.

A read is still one statement. It ends with

    WHERE pg_snapshot_xmin(pg_current_snapshot()) > $n

and returns no row while transaction n has not been replayed; then the same request goes to the primary. (xmin is the
oldest transaction that the snapshot considers running, so all before it are visible. pg_visible_in_snapshot does not
work: on a standby the list of running transactions is empty.) A writing statement returns the id of its transaction
beside its result. The id is kept for the caller's account and for the ids in the path, in memory that the web processes
of a host share, and it goes to the client (X-Store-Version and a cookie), which sends it to other hosts.

Only successful answers come from the standby; every error, also a 401 or a 404, is retried on the primary: the key, the
session or the row may be newer than what was replayed. A read with an API key whose last use is a minute old is such an
error, too: the primary notes that it was used.

The age of answers is measured: twice a second the primary reports how far its log goes and the standby how far it has
replayed it. `covered` is the moment before which every commit is visible on the standby. A standby that does not cover
the moment `limit` seconds ago (DATABASE_REPLICA_MAX_LAG) is not asked. An id is forgotten when its moment is covered,
so an id from before a restore, higher than all that follow, does not stay.

While the primary is away, the standby goes on answering reads. Nothing can be written then, and access tokens end
within 15 minutes.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
from starlette.responses import Response

from api.http.errors import Problem
from api.http.requests import ApiRequest
from api.postgres import written
from api.postgres.connecting import Connection, Hosts
from api.postgres.pool import TROUBLE, Pool, was_lost
from api.postgres.probe import Answer, Probe
from api.postgres.versions import SHARED, Versions
from api.postgres.written import NEVER
from api.settings import Settings

BEAT = 0.5  # seconds between two looks at both servers
PATIENCE = 2.0  # seconds for an answer; a server that vanished from the network holds a read for this and a beat
ROOM = 0.25  # seconds that a read waits for a connection before it goes to the primary
MARGIN = 1.0  # seconds for clocks of other hosts, and for commits that do not wait for the disk
RUNNING = 10.0  # seconds a statement may still run after its request was cancelled: the roles' statement_timeout

# Always answered by the primary, and why. An endpoint that must see what others have just written belongs here.
FRESH: Mapping[str, str] = {
    "check_invariants": "it proves the shop as it is now; after an accident or a restore a copy proves nothing",
}

# After these the caller's reads go to the primary for that many seconds, whatever id the statement returned.
HELD: Mapping[str, float] = {
    "begin_payment": 900.0,  # the gateway's callback writes next, as another role, and the payer returns to see it
    "begin_deposit": 900.0,  # the same
    "import_products": 0.0,  # writes through COPY, which returns no id: until it is covered
}

# Refusals that do not depend on the state of the shop: later reads need not show what caused them.
_UNTOLD = frozenset((400, 401, 403, 413, 415, 429))

_STANDBY = (
    "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()"
)
_PRIMARY = "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()"
_VERSION = re.compile(r"(\d{1,19})\.(\d{1,14})", re.ASCII)


class Replica:
    """The hot standby, as this process knows it.

    Attributes, times on the monotonic clock:
        lease: until when it is asked.
        covered: everything that was committed before this moment is visible there.
        heard: when the primary was last asked and answered.
        behind: seconds since the first thing that the primary wrote and the standby has not replayed; 0 for none.
        positions: when the primary was asked, and how far its log went, where the standby is not yet.
        foreign: where a standby stood that was ahead of the primary: it follows another history.
        reads: how many reads the standby answered, and how many the primary for each reason.

    Arguments:
        say: takes a log line.
    """

    def __init__(self, settings: Settings, say: Callable[[dict[str, Any]], None]) -> None:
        access = settings.replica
        if access is None:
            raise ValueError("there is no DATABASE_REPLICA_URL")
        self.say = say
        self.limit = settings.replica_max_lag
        self.secure = settings.secure
        hosts = Hosts(access.public_url())
        self.pools = {
            role: Pool(access.url(role), size, "storeproc reads", hosts) for role, size in settings.pool_sizes.items()
        }
        self.busy: set[Connection] = set()
        self.versions = Versions(os.environ.get(SHARED))
        self.standby = Probe(access.url("web_anonymous"), hosts, patience=PATIENCE, interval=BEAT)
        primary = settings.access.url("web_anonymous")
        self.primary = Probe(primary, Hosts(primary), patience=PATIENCE, interval=BEAT)
        self.state = "unknown"
        self.lease = 0.0
        self.covered = 0.0
        self.heard = 0.0
        self.behind = 0.0
        self.positions: deque[tuple[float, int]] = deque(maxlen=256)
        self.foreign = -1
        self.reads = dict.fromkeys(("replica", "behind", "refused", "away"), 0)

    # --- reading ----------------------------------------------------------------------------------

    @property
    def serves(self) -> bool:
        """Whether the standby is asked."""
        return time.monotonic() < self.lease

    @property
    def alone(self) -> bool:
        """Whether the primary is away."""
        return self.state == "alone"

    async def read(
        self, request: ApiRequest, role: str, token: str, statement: str, arguments: Sequence[object]
    ) -> str | None:
        """The result as text. None: ask the primary. Raises Problem timeout."""
        if time.monotonic() >= self.lease:
            self.reads["away"] += 1
            return None
        wanted = self._wanted(request)
        if wanted >= NEVER:
            self.reads["behind"] += 1
            return None
        pool = self.pools[role]
        try:
            connection = await pool.take(asyncio.get_running_loop().time() + ROOM)
        except (TimeoutError, *TROUBLE) as error:
            if _is_away(error) and not pool.opened:  # else all connections are busy
                self._lose(error)
            self.reads["away"] += 1
            return None
        self.busy.add(connection)
        try:
            given: Sequence[object] = [token, request.context.request_id, *arguments, wanted]
            if (trace := request.context.trace) is None:
                row = await connection.fetchrow(statement, *given)
            else:
                with trace.statement(statement):
                    statement, given = trace.mark(statement, given)
                    row = await connection.fetchrow(statement, *given)
        except asyncpg.QueryCanceledError:
            raise Problem("timeout") from None  # it would take as long on the primary
        except TROUBLE as error:
            # 40001 also ends connections: a conflict with what is being replayed.
            if was_lost(connection, error) and getattr(error, "sqlstate", None) != "40001":
                self._lose(error)
            self.reads["refused"] += 1
            return None
        except BaseException:
            connection.terminate()  # cancelled: the statement's result would be read as the next request's
            raise
        finally:
            self.busy.discard(connection)
            pool.give(connection)
        self.reads["behind" if row is None else "replica"] += 1
        return None if row is None else row[0]

    def _wanted(self, request: ApiRequest) -> int:
        """The transaction that the answer must show."""
        subject = request.context.subject
        keys = [subject, *request.path.values()] if request.path else [subject]
        wanted = self.versions.wanted(keys, self.covered)
        if not self.alone:  # else nothing more is announced
            wanted = max(wanted, request.version)
        brought = request.header(b"x-store-version") or request.cookie("store_version")
        if brought is not None and (found := _VERSION.fullmatch(brought)):
            covered = time.time() - time.monotonic() + self.covered
            if int(found[2]) > covered * 1000:
                wanted = max(wanted, min(int(found[1]), NEVER))
        return wanted

    # --- writing ----------------------------------------------------------------------------------

    async def follow(
        self, operation: str, request: ApiRequest, action: Callable[[ApiRequest], Awaitable[Response]]
    ) -> Response:
        """The response of `action`; later reads of the caller will show what it wrote, or what refused it."""
        held = HELD.get(operation)
        noted, token = written.begin()
        try:
            response = await action(request)
        except Problem as problem:
            if problem.status not in _UNTOLD and problem.code != "request_invalid":
                seconds = RUNNING if problem.status >= 500 else 0.0
                problem.headers["x-store-version"] = self._keep(request, NEVER, seconds)
            raise
        except BaseException:
            self._keep(request, NEVER, RUNNING)  # cancelled, or a fault of ours: it may still be committed
            raise
        finally:
            written.end(token)
        xid = noted.xid if held is None and noted.xid else NEVER
        version = self._keep(request, xid, held or 0.0)
        response.raw_headers.append((b"x-store-version", version.encode()))
        if b"cookie" in request.raw or any(name == b"set-cookie" for name, _ in response.raw_headers):
            response.set_cookie(
                "store_version", version, max_age=int((held or 0.0) + 60), secure=self.secure, httponly=True
            )
        return response

    def _keep(self, request: ApiRequest, xid: int, seconds: float) -> str:
        keys = [key for key in (request.context.subject, *request.path.values()) if key]
        self.versions.note(keys, xid, time.monotonic() + seconds, self.covered)
        return f"{xid}.{int((time.time() + seconds) * 1000) + 1}"

    # --- watching ---------------------------------------------------------------------------------

    async def watch(self) -> None:
        """Compares both servers until it is cancelled."""
        try:
            while True:
                here = await self.standby.ask(_STANDBY)
                asked = time.monotonic()
                there = await self.primary.ask(_PRIMARY)
                self._judge(here, asked, there)
                await asyncio.sleep(BEAT)
        finally:
            self.standby.close()
            self.primary.close()

    async def close(self) -> None:
        """Closes the pools."""
        await asyncio.gather(*(pool.close() for pool in self.pools.values()))

    def _judge(self, here: Answer, asked: float, there: Answer) -> None:
        if not isinstance(there, BaseException):
            self.heard = asked
        if isinstance(here, BaseException):
            self._lose(here)
            return
        recovers, replayed, cluster = here
        if not recovers:
            self._become("refused", "it is not a standby")
            self._hang_up()  # the address may name several servers; another one may be a standby
            self.standby.close()
        elif isinstance(there, BaseException):
            # A server that answers with an error is there and may be written to: then the age of reads is unknown. It
            # is unknown, too, if the standby lagged or was away when the primary was last heard.
            if self.heard < self.covered + self.limit and _is_away(there):
                self._become("alone", f"the primary is away ({_words(there)}); reads go on")
                self.lease = time.monotonic() + self.limit
        elif cluster != there[1]:
            self._become("refused", "it belongs to another cluster")
        else:
            self._compare(int(replayed), asked, int(there[0]))

    def _compare(self, replayed: int, asked: float, written: int) -> None:
        # The standby was asked first, so it cannot be ahead of the primary unless one of them was restored.
        if replayed > written:
            self.foreign = replayed
        if replayed == self.foreign:
            self.positions.clear()
            self._become("refused", "it has replayed what the primary never wrote: create it again")
            return
        while self.positions and self.positions[0][1] <= replayed:
            self.covered = self.positions.popleft()[0] - MARGIN
        now = time.monotonic()
        self.behind = now - self.positions[0][0] if self.positions else 0.0
        if self.positions and self.positions[-1][1] > written:
            self.positions.clear()  # the primary was restored to an earlier moment
        self.positions.append((asked, written))
        if now < self.covered + self.limit:
            self._become("reading", "")
            self.lease = min(self.covered + self.limit, now + self.limit)
        elif self.behind:
            self._become("behind", f"{self.behind:.1f} seconds behind")

    def _lose(self, error: BaseException) -> None:
        self._become("away", _words(error))
        self._hang_up()

    def _hang_up(self) -> None:
        """Ends its connections, so that the requests that wait for it ask the primary."""
        for connection in [*self.busy, *(idle for pool in self.pools.values() for idle in pool.idle)]:
            connection.terminate()

    def _become(self, state: str, why: str) -> None:
        if state not in ("reading", "alone"):
            self.lease = 0.0
        if state == "refused":
            self.covered = 0.0
        if state != self.state:
            self.state = state
            line = {"replica": state, "process": os.getpid()}
            self.say({**line, "why": why} if why else line)


def _is_away(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None) or ""
    return not isinstance(error, asyncpg.PostgresError) or state.startswith(("08", "57P"))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip(": ")
