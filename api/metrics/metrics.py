"""What Prometheus reads at /metrics.

Three sources, one page. What this process and its siblings count: where PROMETHEUS_MULTIPROC_DIR names a folder they
add up in it, whichever is asked. What workers count: they hand it to the database with each round (drain), so that it
outlives them and needs no port. What the database says of itself and of the shop (monitor.read_measurements), cheap
enough to be asked by every scrape.

The last is not for everybody: it says what the shop turns over. Who shows METRICS_TOKEN gets it, or, where there is no
such token, who asks from this machine.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from api.gateways.protocol import CallbackInvalid, Gateway, Refused, Unavailable
from api.http.endpoint import NO_STORE, Answer, Caller, Exchange, Store
from api.http.errors import Problem, Unexpected
from api.postgres.pool import Database
from api.postgres.replica import Replica

SHARED = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "storeproc_"
PATIENCE = 3.0  # seconds for the database's part; Prometheus gives up after ten
LOCAL = frozenset(("127.0.0.1", "::1", ""))
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds

_registry = CollectorRegistry()
_requests = Counter(
    "storeproc_requests", "Answers, by operation and status.", ["operation", "status"], registry=_registry
)
_seconds = Histogram(
    "storeproc_request_seconds",
    "From the request's first byte to the answer, by operation.",
    ["operation"],
    buckets=BUCKETS,
    registry=_registry,
)
_problems = Counter("storeproc_problems", "Answers that said no, by code.", ["code"], registry=_registry)
_connections = Gauge(
    "storeproc_pool_connections",
    "Database connections, by role and state.",
    ["role", "state"],
    multiprocess_mode="livesum",
    registry=_registry,
)
_pool_size = Gauge(
    "storeproc_pool_size",
    "Database connections that the web processes may open, by role.",
    ["role"],
    multiprocess_mode="livesum",
    registry=_registry,
)
_pool_waiting = Gauge(
    "storeproc_pool_waiting",
    "Requests that wait for a connection, by role; looked at every five seconds.",
    ["role"],
    multiprocess_mode="livesum",
    registry=_registry,
)
_reads = Counter(
    "storeproc_reads",
    "Reads by the server that answered: the replica; or the primary, as the replica was behind what the caller wrote, "
    "refused it (an error is asked again), or was away.",
    ["server", "reason"],
    registry=_registry,
)
_replica_lag = Gauge(
    "storeproc_replica_lag_seconds",
    "Since the first thing that the primary wrote and the replica has not replayed; 0 when there is none.",
    multiprocess_mode="livemax",
    registry=_registry,
)
_replica_serves = Gauge(
    "storeproc_replica_serves",
    "Whether reads go to the replica: 1 when every web process sends them there.",
    multiprocess_mode="livemin",
    registry=_registry,
)
_gateway_calls = Counter(
    "storeproc_gateway_calls",
    "Calls of payment gateways: ok, refused (for good), unavailable, invalid (a callback that nobody signed), error.",
    ["provider", "call", "outcome"],
    registry=_registry,
)
_gateway_seconds = Histogram(
    "storeproc_gateway_seconds",
    "How long payment gateways take.",
    ["provider", "call"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_registry,
)
_jobs = Counter("storeproc_jobs", "Jobs of workers: done, later, failed.", ["kind", "outcome"], registry=_registry)
_job_seconds = Histogram(
    "storeproc_job_seconds",
    "How long jobs of workers take.",
    ["kind"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_registry,
)

# What monitor.read_measurements() answers, besides what workers counted; amounts are in minor units.
MEASURED: dict[str, tuple[str, str]] = {
    "archive_failing": ("gauge", "1 while the last attempt to archive the write-ahead log failed."),
    "archive_failures_total": ("counter", "Attempts to archive a segment of the write-ahead log that failed."),
    "archived_segments_total": ("counter", "Segments of the write-ahead log that were archived."),
    "backup_timestamp_seconds": ("gauge", "When the last backup of each kind was whole."),
    "blocks_total": ("counter", "Blocks that statements asked for: found in the cache, or read from disk."),
    "checksum_failures_total": ("counter", "Pages that were not what was written."),
    "connections": ("gauge", "Sessions of the database server, by state."),
    "connections_max": ("gauge", "How many there may be."),
    "database_bytes": ("gauge", "The size of the database at the last snapshot."),
    "deadlocks_total": ("counter", "Deadlocks that the server ended."),
    "freeze_age": ("gauge", "Transactions since the oldest row that is not frozen; at 2^31 the server stops."),
    "invariant_holds": ("gauge", "1 where the books' last check found it right, 0 where it is broken."),
    "lock_longest_wait_seconds": ("gauge", "How long the longest of the waits for locks has taken."),
    "lock_waits": ("gauge", "Sessions that wait for a lock."),
    "multixact_age": ("gauge", "The same as freeze_age for rows that several transactions have locked."),
    "order_amount": ("gauge", "What orders come to, by status and currency, as of the last count."),
    "orders": ("gauge", "Orders by status and currency, as of the last count."),
    "outbox_due": ("gauge", "Work in the queue that should be done by now, by kind."),
    "outbox_failing": ("gauge", "Work in the queue whose last attempt failed, by kind."),
    "outbox_later": ("gauge", "Work in the queue whose time has not come, by kind."),
    "outbox_oldest_seconds": ("gauge", "How late the oldest work is, by kind."),
    "payment_amount": ("gauge", "What payments come to, by provider, status and currency, as of the last count."),
    "payments": ("gauge", "Payments by provider, status and currency, as of the last count."),
    "refund_amount": ("gauge", "What refunds come to, by status and currency, as of the last count."),
    "refunds": ("gauge", "Refunds by status and currency, as of the last count."),
    "refunds_to_retry": ("gauge", "Refunds that failed and that nobody has retried."),
    "replication_lag_bytes": ("gauge", "Write-ahead log that a standby has not replayed."),
    "replication_lag_seconds": ("gauge", "How long ago was written what a standby replays now."),
    "replication_slot_retained_bytes": ("gauge", "Write-ahead log that is kept for a slot."),
    "round_seconds": ("gauge", "How long the worker's last round of each kind took."),
    "round_timestamp_seconds": ("gauge", "When the worker began its last round: snapshot, sizes, figures, invariants."),
    "started_timestamp_seconds": ("gauge", "When the database server started."),
    "statement_calls_total": ("counter", "Calls of an endpoint's statement, since PostgreSQL's statistics were reset."),
    "statement_seconds_total": ("counter", "Time that the database spent in them."),
    "temporary_bytes_total": ("counter", "What sorts and hashes wrote to disk."),
    "transaction_idle_longest_seconds": ("gauge", "How long a session has been idle inside a transaction."),
    "transaction_longest_seconds": ("gauge", "How long the oldest transaction has been open."),
    "transactions_total": ("counter", "Transactions, committed and rolled back."),
    "wal_bytes_total": ("counter", "Write-ahead log that was written."),
    "webhooks_due": ("gauge", "Webhooks that should have been delivered by now."),
    "webhooks_oldest_seconds": ("gauge", "How late the oldest of them is."),
}

FLUSH = 1.0  # seconds that siblings may not know of an answer yet, and that are lost when a process is killed


@dataclass(slots=True)
class Tally:
    """Answers of one kind that prometheus_client has not been told of."""

    number: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))


_tallies: dict[tuple[str, int, str], Tally] = {}


# --- counting ------------------------------------------------------------------------------------


def count(operation: str, status: int, seconds: float, code: str) -> None:
    """In plain numbers. What siblings add up is a shared file: three locked writes into it were 6 % of an order."""
    key = (operation, status, code)
    tally = _tallies.get(key)
    if tally is None:
        tally = _tallies[key] = Tally()
    tally.number += 1
    tally.seconds += seconds
    tally.buckets[bisect_left(BUCKETS, seconds)] += 1


def flush() -> None:
    """What was counted goes to prometheus_client."""
    for (operation, status, code), tally in _tallies.items():
        _requests.labels(operation, str(status)).inc(tally.number)
        if code:
            _problems.labels(code).inc(tally.number)
        histogram = _seconds.labels(operation)
        histogram._sum.inc(tally.seconds)  # observe() takes one at a time
        for bucket, number in zip(histogram._buckets, tally.buckets, strict=True):
            bucket.inc(number)
    _tallies.clear()


async def flush_often() -> None:
    while True:
        await asyncio.sleep(FLUSH)
        flush()


def count_job(kind: str, outcome: str, seconds: float) -> None:
    _jobs.labels(kind, outcome).inc()
    _job_seconds.labels(kind).observe(seconds)


def watch_pools(database: Database) -> None:
    for role, (busy, idle) in database.use().items():
        _connections.labels(role, "busy").set(busy)
        _connections.labels(role, "idle").set(idle)
    for role, pool in database._pools.items():
        _pool_size.labels(role).set(pool.size)
        _pool_waiting.labels(role).set(sum(not place.done() for _, place in pool.waiting))


def watch_replica(replica: Replica) -> None:
    for reason, number in replica.reads.items():
        server, why = ("replica", "") if reason == "replica" else ("primary", reason)
        _reads.labels(server, why).inc(number)
        replica.reads[reason] = 0
    _replica_lag.set(replica.behind)
    _replica_serves.set(replica.serves)


T = TypeVar("T")
CALLS = ("open", "parse_callback", "look_up", "close", "capture", "refund")


def watch_gateways(gateways: dict[str, Gateway]) -> dict[str, Gateway]:
    """The same gateways, their calls counted and timed from here on."""
    for provider, gateway in gateways.items():
        for call in CALLS:
            setattr(gateway, call, _timed(provider, call, getattr(gateway, call)))
    return gateways


def _timed(provider: str, call: str, function: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
    async def timed(*arguments: Any) -> T:
        started = time.perf_counter()
        outcome = "error"
        try:
            answer = await function(*arguments)
            outcome = "ok"
            return answer
        except Refused:
            outcome = "refused"
            raise
        except CallbackInvalid:
            outcome = "invalid"
            raise
        except (Unavailable, OSError, asyncio.CancelledError):  # cancelled: somebody's patience with it was over
            outcome = "unavailable"
            raise
        finally:
            _gateway_calls.labels(provider, call, outcome).inc()
            _gateway_seconds.labels(provider, call).observe(time.perf_counter() - started)

    return timed


# --- from a worker to the database ---------------------------------------------------------------


class Drain:
    """What this process counted since the database took it last."""

    def __init__(self) -> None:
        self.taken: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self.given: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def more(self) -> list[dict[str, Any]]:
        self.given = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in _registry.collect()
            if family.type in ("counter", "histogram")
            for sample in family.samples
            if not sample.name.endswith("_created")
        }
        return [
            {"name": name.removeprefix(PREFIX), "labels": dict(labels), "value": value - before}
            for (name, labels), value in self.given.items()
            if value > (before := self.taken.get((name, labels), 0.0))
        ]

    def done(self) -> None:
        """What more() gave is committed; without this it is given again."""
        self.taken = self.given


# --- the page ------------------------------------------------------------------------------------


async def measurements(store: Store, x: Exchange) -> Answer:
    watch_pools(store.database)
    if store.replica is not None:
        watch_replica(store.replica)
    others: list[Metric] = []
    if _is_trusted(store, x):
        others += await _database_families(store, x.request_id)
        others += _disk_families(store.settings.data)
    body, kind = exposition(others)
    return Answer(200, body, [(b"content-type", kind.encode()), NO_STORE])


def exposition(others: Iterable[Metric] = ()) -> tuple[bytes, str]:
    return generate_latest(_Page(_merged([*_own_families(), *others]))), CONTENT_TYPE_LATEST


def _is_trusted(store: Store, x: Exchange) -> bool:
    token = store.settings.metrics_token
    if token is None:
        return x.client in LOCAL and not x.headers.keys() & {b"x-forwarded-for", b"forwarded"}
    given = x.headers.get(b"authorization", b"").decode("latin-1")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Problem("token_invalid", detail="Send METRICS_TOKEN: Authorization: Bearer …")
    return True


@dataclass
class _Page:
    families: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def _own_families() -> list[Metric]:
    flush()
    registry = _registry
    if SHARED in os.environ:
        _forget_the_dead(Path(os.environ[SHARED]))
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return list(registry.collect())


def _forget_the_dead(folder: Path) -> None:
    """Gauges are of living processes only; counters stay."""
    for file in folder.glob("gauge_live*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(process):
            multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]


async def _database_families(store: Store, request_id: str) -> list[Metric]:
    up = Metric(f"{PREFIX}database_up", "Whether the database answered this scrape.", "gauge")
    found: list[dict[str, Any]] = []
    answered = 0
    with suppress(Problem, Unexpected, asyncpg.PostgresError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            found = await store.call(
                "read_measurements", {}, request_id=request_id, caller=Caller("worker", ""), repeatable=True
            )
        answered = 1
    up.add_sample(up.name, {}, answered)
    families = {
        PREFIX + name: Metric(PREFIX + name.removesuffix("_total"), text, kind)
        for name, (kind, text) in MEASURED.items()
    }
    for counted in _registry.collect():
        if counted.type in ("counter", "histogram"):  # workers count in the same families
            family = Metric(counted.name, counted.documentation, counted.type)
            families |= dict.fromkeys((counted.name + end for end in ("_total", "_bucket", "_sum", "_count")), family)
    for sample in sorted(found, key=_bucket):
        family_of = families.get(PREFIX + sample["name"])
        if family_of is not None and sample["value"] is not None:
            labels = {name: str(value) for name, value in sample["labels"].items()}
            family_of.add_sample(PREFIX + sample["name"], labels, sample["value"])
    return [up, *{family.name: family for family in families.values()}.values()]


def _bucket(sample: Mapping[str, Any]) -> float:
    return float(sample["labels"].get("le", 0))


def _disk_families(data: Path) -> list[Metric]:
    if not data.exists():
        return []
    usage = shutil.disk_usage(data)
    families = []
    for name, text, value in (
        ("disk_bytes", "The disk of the data folder.", usage.total),
        ("disk_free_bytes", "What is free of it.", usage.free),
    ):
        family = Metric(PREFIX + name, text, "gauge")
        family.add_sample(family.name, {}, value)
        families.append(family)
    return families


def _merged(families: Iterable[Metric]) -> list[Metric]:
    """Each family once, with the samples of the web tier and of workers; what both count is added up."""
    found: dict[str, Metric] = {}
    for family in families:
        first = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        first.samples += family.samples
    for family in found.values():
        sums: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            known = sums.get(key)
            sums[key] = sample if known is None else sample._replace(value=known.value + sample.value)
        family.samples = list(sums.values())
    return list(found.values())
