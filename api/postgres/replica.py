"""Reads from a hot standby (DATABASE_REPLICA_URL): bounded in their age, and never older than what the caller wrote.

A read is still one statement. It ends with

    WHERE pg_snapshot_xmin(pg_current_snapshot()) > $n

and gives no row where transaction n is not over and replayed yet; then the same request goes to the primary. (xmin is
the oldest transaction that the snapshot takes for running, so all before it are visible. pg_visible_in_snapshot would
say too much: on a standby the list of running transactions is empty.) A writing statement answers its own number beside
its result. That is kept for the caller's account and for the ids in the path, in memory that the web processes of a
host share, and it goes to the client, X-Store-Version and a cookie, who brings it to other hosts.

The standby only ever says yes. Any error there, a 401 or a 404 too, is asked again of the primary: the key, the session
or the row may be newer than what is replayed.

How old an answer may be is measured, not believed: twice a second the primary says how far its log goes and the standby
how far it has replayed it. `covered` is the moment up to which everything that was committed is to be seen there; a
standby that does not cover the moment `limit` seconds ago (DATABASE_REPLICA_MAX_LAG) is not asked. A number is
forgotten when its moment is covered, so one from before a restore, higher than any that is to come, does not stay.

While the primary is away, the standby goes on with what it can answer. Nothing can be written then, and access tokens
end within 15 minutes.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import re
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import asyncpg

from api.http.errors import Problem
from api.postgres.pool import Connection, Pool, was_lost

if TYPE_CHECKING:
    from api.http.endpoint import Answer, Exchange
    from api.settings import Settings

BEAT = 0.5  # seconds between two looks at both servers
PATIENCE = 2.0  # seconds for an answer to that; a server that vanished from the network holds a read so long and a beat
ROOM = 0.25  # seconds that a read waits for a connection before it goes to the primary
MARGIN = 1.0  # seconds for clocks of other hosts, and for commits that do not wait for the disk
RUNNING = 10.0  # seconds a statement may still run after its caller gave up: statement_timeout of the web roles
NEVER = 2**63 - 1  # higher than any transaction: only the primary answers
SHARED = "STOREPROC_VERSIONS"

# Always asked of the primary, and why. An endpoint that must see what others have just done belongs here.
FRESH: Mapping[str, str] = {
    "check_invariants": "what is proven is the shop as it is now: after an accident or a restore nobody asks of a copy",
}

# After these the caller's reads go to the primary for so many seconds, whatever number the statement answered.
HELD: Mapping[str, float] = {
    "begin_payment": 900.0,  # the gateway's callback writes next, as somebody else, and the payer comes back to see it
    "begin_deposit": 900.0,  # the same
    "import_products": 0.0,  # writes through COPY, which answers no number: until it is covered
}

# What the client brought on itself, or somebody who is not the account: nothing is told of the shop's state.
_UNTOLD = frozenset((400, 401, 403, 413, 415, 429))

_STANDBY = (
    "SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()"
)
_PRIMARY = "SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn, system_identifier FROM pg_control_system()"
_TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_VERSION = re.compile(r"(\d{1,19})\.(\d{1,14})", re.ASCII)


# --- what was written -----------------------------------------------------------------------------


class Versions:
    """For whom which transaction has to be visible, shared by the web processes of a host.

    Each process writes only its own lane, so there is no lock and nothing is lost; whoever reads takes the highest of
    all lanes. A key is a slot by its hash. Where two meet, one of them waits for the other's transaction, too.
    """

    SLOTS = 65536
    WORDS = 2  # the transaction; the moment it was over, in milliseconds of the monotonic clock
    LANE = SLOTS * WORDS * 8  # bytes

    def __init__(self, shared: str | None = None) -> None:
        if shared is None:
            self.memory = mmap.mmap(-1, self.LANE)
            own = 0
        else:
            handle, own = map(int, shared.split(":"))
            self.memory = mmap.mmap(handle, os.fstat(handle).st_size)
        self.words = memoryview(self.memory).cast("Q")
        self.lanes = range(0, len(self.words), self.SLOTS * self.WORDS)
        self.own = self.lanes[own]

    @classmethod
    def share(cls, processes: int) -> int:
        """A file without a name for so many of them; each gets `<its handle>:<number of its lane>` in SHARED."""
        with tempfile.TemporaryFile() as file:
            file.truncate(processes * cls.LANE)
            return os.dup(file.fileno())

    def note(self, keys: Iterable[str], xid: int, moment: float, covered: float) -> None:
        """Until `moment` is covered, reads for these keys must see this transaction."""
        for key in keys:
            place = self.own + self._slot(key)
            known, at = self.words[place], self.words[place + 1]
            # The moment first: whoever reads in between sees too much rather than too little.
            self.words[place + 1] = max(at, int(moment * 1000) + 1)
            self.words[place] = max(xid, known) if at > covered * 1000 else xid

    def wanted(self, keys: Iterable[str], covered: float) -> int:
        wanted = 0
        words = self.words
        for key in keys:
            slot = self._slot(key)
            for lane in self.lanes:
                if (xid := words[lane + slot]) > wanted and words[lane + slot + 1] > covered * 1000:
                    wanted = xid
        return wanted

    def _slot(self, key: str) -> int:
        return zlib.crc32(key.encode("utf-8", "surrogatepass")) % self.SLOTS * self.WORDS


class Written:
    """The highest transaction of a request."""

    __slots__ = ("xid",)

    def __init__(self) -> None:
        self.xid = 0


_written: ContextVar[Written | None] = ContextVar("written", default=None)


def note(xid: int | None) -> None:
    """What a writing statement answered beside its result. None: it wrote nothing, and has seen what others did."""
    if (written := _written.get()) is not None:
        written.xid = NEVER if xid is None else max(written.xid, xid)


# --- the standby ----------------------------------------------------------------------------------


class Replica:
    def __init__(self, settings: Settings, say: Callable[[dict[str, Any]], None]) -> None:
        access = settings.replica
        if access is None:
            raise ValueError("there is no DATABASE_REPLICA_URL")
        self.say = say
        self.limit = settings.replica_max_lag
        self.secure = settings.secure
        self.pools = {
            role: Pool(access.url(role), size, "storeproc reads") for role, size in settings.pool_sizes.items()
        }
        self.busy: set[Connection] = set()
        self.versions = Versions(os.environ.get(SHARED))
        self.standby = Line(access.url("web_anonymous"))
        self.primary = Line(settings.access.url("web_anonymous"))
        self.state = "unknown"
        self.lease = 0.0
        """Until when it is asked, on the monotonic clock."""
        self.covered = 0.0
        """Everything that was committed before this moment is to be seen there."""
        self.heard = 0.0
        """When the primary was asked last and answered."""
        self.behind = 0.0
        """Seconds since the first thing that the primary wrote and the standby has not replayed; 0: there is none."""
        self.written: deque[tuple[float, int]] = deque(maxlen=256)
        """When the primary was asked, and how far its log went, where the standby is not yet."""
        self.foreign = -1
        """Where a standby stood that was ahead of the primary: it follows another history."""
        self.reads = dict.fromkeys(("replica", "behind", "refused", "away"), 0)
        """Where reads were answered; the last three: by the primary, because …"""

    # --- reading ----------------------------------------------------------------------------------

    @property
    def serves(self) -> bool:
        return time.monotonic() < self.lease

    @property
    def alone(self) -> bool:
        """The primary is away."""
        return self.state == "alone"

    async def read(self, x: Exchange, role: str, token: str, statement: str, arguments: Sequence[object]) -> str | None:
        """The answer. None: the primary has to be asked."""
        if time.monotonic() >= self.lease:
            self.reads["away"] += 1
            return None
        wanted = self._wanted(x)
        if wanted >= NEVER:
            self.reads["behind"] += 1
            return None
        pool = self.pools[role]
        try:
            connection = await pool.take(asyncio.get_running_loop().time() + ROOM)
        except (TimeoutError, *_TROUBLE) as error:
            if _is_away(error) and not pool.opened:  # else they are all at work
                self._lose(error)
            self.reads["away"] += 1
            return None
        self.busy.add(connection)
        try:
            row = await connection.fetchrow(statement, token, x.request_id, *arguments, wanted)
        except asyncpg.QueryCanceledError:
            raise Problem("timeout") from None  # it would take as long there
        except _TROUBLE as error:
            # 40001 ends connections, too: a conflict with what is replayed.
            if was_lost(connection, error) and getattr(error, "sqlstate", None) != "40001":
                self._lose(error)
            self.reads["refused"] += 1
            return None
        except BaseException:
            connection.terminate()  # given up in the middle: its answer would be the next request's
            raise
        finally:
            self.busy.discard(connection)
            pool.give(connection)
        self.reads["behind" if row is None else "replica"] += 1
        return None if row is None else row[0]

    def _wanted(self, x: Exchange) -> int:
        """The transaction that the answer has to show."""
        keys = [x.account, *x.path.values()] if x.path else [x.account]
        wanted = self.versions.wanted(keys, self.covered)
        if not self.alone:  # nothing more is announced then
            wanted = max(wanted, x.version)
        brought = x.header(b"x-store-version") or (x.cookie("store_version") if b"cookie" in x.headers else None)
        if brought is not None and (found := _VERSION.fullmatch(brought)):
            covered = time.time() - time.monotonic() + self.covered
            if int(found[2]) > covered * 1000:
                wanted = max(wanted, min(int(found[1]), NEVER))
        return wanted

    # --- writing ----------------------------------------------------------------------------------

    def follow(
        self, operation: str, action: Callable[[Exchange], Awaitable[Answer]]
    ) -> Callable[[Exchange], Awaitable[Answer]]:
        """The same, and the caller's reads will show what it wrote, or what refused it."""
        held = HELD.get(operation)

        async def followed(x: Exchange) -> Answer:
            written = Written()
            reset = _written.set(written)
            try:
                answer = await action(x)
            except Problem as problem:
                if problem.status not in _UNTOLD and problem.code != "request_invalid":
                    seconds = RUNNING if problem.status >= 500 else 0.0
                    problem.headers["x-store-version"] = self._keep(x, NEVER, seconds)
                raise
            except BaseException:
                self._keep(x, NEVER, RUNNING)  # given up, or our own fault: it may yet be committed
                raise
            finally:
                _written.reset(reset)
            xid = written.xid if held is None and written.xid else NEVER
            version = self._keep(x, xid, held or 0.0).encode()
            answer.headers.append((b"x-store-version", version))
            if b"cookie" in x.headers or any(name == b"set-cookie" for name, _ in answer.headers):
                answer.headers.append(self._cookie(version, held or 0.0))
            return answer

        return followed

    def _keep(self, x: Exchange, xid: int, seconds: float) -> str:
        keys = [key for key in (x.account, *x.path.values()) if key]
        self.versions.note(keys, xid, time.monotonic() + seconds, self.covered)
        return f"{xid}.{int((time.time() + seconds) * 1000) + 1}"

    def _cookie(self, version: bytes, seconds: float) -> tuple[bytes, bytes]:
        lifetime = b"%d" % (seconds + 60)
        flags = b"HttpOnly; SameSite=Lax; Secure" if self.secure else b"HttpOnly; SameSite=Lax"
        return (b"set-cookie", b"store_version=%s; Path=/; Max-Age=%s; %s" % (version, lifetime, flags))

    # --- watching ---------------------------------------------------------------------------------

    async def watch(self) -> None:
        """Until it is cancelled."""
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
        await asyncio.gather(*(pool.close() for pool in self.pools.values()))

    def _judge(self, here: Answered, asked: float, there: Answered) -> None:
        if not isinstance(there, Exception):
            self.heard = asked
        if isinstance(here, Exception):
            self._lose(here)
            return
        recovers, replayed, cluster = here
        if not recovers:
            self._become("refused", "it is no standby, or none any more")
            self._hang_up()  # the address may name several servers: another of them may be one
            self.standby.close()
        elif isinstance(there, Exception):
            # A server that answers with an error is there, and may be written to: then how old is not known. Nor is it
            # where the standby lagged, or was away, when the primary was heard last.
            if self.heard < self.covered + self.limit and _is_away(there):
                self._become("alone", f"the primary is away ({_words(there)}): reads go on")
                self.lease = time.monotonic() + self.limit
        elif cluster != there[1]:
            self._become("refused", "it is of another cluster")
        else:
            self._compare(int(replayed), asked, int(there[0]))

    def _compare(self, replayed: int, asked: float, written: int) -> None:
        # The standby was asked first: it has nothing that the primary does not have, unless one of them was restored.
        if replayed > written:
            self.foreign = replayed
        if replayed == self.foreign:
            self.written.clear()
            self._become("refused", "it has replayed what the primary never wrote: make it anew")
            return
        while self.written and self.written[0][1] <= replayed:
            self.covered = self.written.popleft()[0] - MARGIN
        now = time.monotonic()
        self.behind = now - self.written[0][0] if self.written else 0.0
        if self.written and self.written[-1][1] > written:
            self.written.clear()  # the primary was restored to an earlier moment
        self.written.append((asked, written))
        if now < self.covered + self.limit:
            self._become("reading", "")
            self.lease = min(self.covered + self.limit, now + self.limit)
        elif self.behind:
            self._become("behind", f"{self.behind:.1f} seconds behind")

    def _lose(self, error: BaseException) -> None:
        self._become("away", _words(error))
        self._hang_up()

    def _hang_up(self) -> None:
        """Whoever waits for an answer of it gets one from the primary."""
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


Answered = Any


class Line:
    """One connection for questions, opened again when it was lost."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection: Connection | None = None

    async def ask(self, question: str) -> Answered:
        """The row, or what went wrong. Who stood still himself (a paused machine) has not waited: he asks again."""
        began = time.monotonic()
        answer = await self._ask(question)
        if isinstance(answer, TimeoutError) and time.monotonic() - began > PATIENCE + BEAT:
            answer = await self._ask(question)
        return answer

    async def _ask(self, question: str) -> Answered:
        try:
            async with asyncio.timeout(PATIENCE):
                if self.connection is None or self.connection.is_closed():
                    options = {"application_name": "storeproc replica"}
                    self.connection = await asyncpg.connect(self.url, server_settings=options)
                return await self.connection.fetchrow(question)
        except (TimeoutError, *_TROUBLE) as error:
            self.close()
            return error

    def close(self) -> None:
        if self.connection is not None:
            with suppress(*_TROUBLE):
                self.connection.terminate()
        self.connection = None


def _is_away(error: BaseException) -> bool:
    state = getattr(error, "sqlstate", None) or ""
    return not isinstance(error, asyncpg.PostgresError) or state.startswith(("08", "57P"))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip(": ")
