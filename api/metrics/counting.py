"""What this process counts: requests, connections, reads, calls of gateways, jobs.

Where PROMETHEUS_MULTIPROC_DIR names a folder, the web processes count into shared files there and add up: each of them
can answer for all. Workers hand over what they counted to the database instead (worker.py).
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.utils import floatToGoString

from api.gateways.protocol import CallbackInvalid, Gateway, Refused, Unavailable
from api.postgres.pool import Pool
from api.postgres.replica import Replica

PREFIX = "storeproc_"
REQUEST_SECONDS = "storeproc_request_seconds"
REQUEST_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
LONG_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds, for calls of gateways and jobs
BOUNDS = tuple(map(floatToGoString, (*REQUEST_BUCKETS, float("inf"))))  # as the label `le` writes them

REGISTRY = CollectorRegistry()

_requests = Counter(
    "storeproc_requests", "Answers, by operation and status.", ["operation", "status"], registry=REGISTRY
)
_problems = Counter("storeproc_problems", "Answers that report a problem, by code.", ["code"], registry=REGISTRY)
# A Histogram takes one observation at a time, two writes into a shared file each. These two counters take a batch; the
# exposition makes them the histogram storeproc_request_seconds.
_request_bucket = Counter(
    f"{REQUEST_SECONDS}_bucket", "Requests by duration, each in one bucket.", ["operation", "le"], registry=REGISTRY
)
_request_sum = Counter(f"{REQUEST_SECONDS}_sum", "Sum of the durations.", ["operation"], registry=REGISTRY)
_connections = Gauge(
    "storeproc_pool_connections",
    "Database connections, by role and state.",
    ["role", "state"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_pool_size = Gauge(
    "storeproc_pool_size",
    "Database connections that the web processes may open, by role.",
    ["role"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_pool_waiting = Gauge(
    "storeproc_pool_waiting",
    "Requests that wait for a connection, by role; sampled every five seconds.",
    ["role"],
    multiprocess_mode="livesum",
    registry=REGISTRY,
)
_reads = Counter(
    "storeproc_reads",
    "Reads by the server that answered: the replica; or the primary, because the replica was behind what the caller "
    "wrote, answered with an error, or was unavailable.",
    ["server", "reason"],
    registry=REGISTRY,
)
_replica_lag = Gauge(
    "storeproc_replica_lag_seconds",
    "Age of the oldest write of the primary that the replica has not replayed; 0 when there is none.",
    multiprocess_mode="livemax",
    registry=REGISTRY,
)


@cache
def _replica_serves() -> Gauge:
    """Made for the first replica: where there is none, a 0 would raise the alert that it is unused."""
    return Gauge(
        "storeproc_replica_serves",
        "Whether reads go to the replica: 1 when every web process sends them there.",
        multiprocess_mode="livemin",
        registry=REGISTRY,
    )


_gateway_calls = Counter(
    "storeproc_gateway_calls",
    "Calls of payment gateways: ok, refused (for good), unavailable, invalid (a callback without a valid signature), "
    "error.",
    ["provider", "call", "outcome"],
    registry=REGISTRY,
)
_gateway_seconds = Histogram(
    "storeproc_gateway_seconds",
    "Duration of calls of payment gateways.",
    ["provider", "call"],
    buckets=LONG_BUCKETS,
    registry=REGISTRY,
)
_jobs = Counter("storeproc_jobs", "Jobs of workers: done, later, failed.", ["kind", "outcome"], registry=REGISTRY)
_job_seconds = Histogram(
    "storeproc_job_seconds", "Duration of jobs of workers.", ["kind"], buckets=LONG_BUCKETS, registry=REGISTRY
)


@dataclass(slots=True)
class Tally:
    """Requests of one operation, status and code that were not yet flushed."""

    number: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * len(BOUNDS))


class RequestMetrics:
    """Counts requests in plain numbers and hands them to prometheus_client in batches.

    Counting each request in the shared files at once took 6 % of the time of an order.
    """

    FLUSH_INTERVAL = 1.0  # seconds that other processes may miss a request, and that are lost when a process is killed

    def __init__(self) -> None:
        self._tallies: dict[tuple[str, int, str], Tally] = {}

    def count(self, operation: str, status: int, seconds: float, code: str) -> None:
        """Counts one answer; `code` is that of its problem, or empty."""
        key = (operation, status, code)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally()
        tally.number += 1
        tally.seconds += seconds
        tally.buckets[bisect_left(REQUEST_BUCKETS, seconds)] += 1

    def flush(self) -> None:
        """Hands over what was counted since the last time."""
        for (operation, status, code), tally in self._tallies.items():
            _requests.labels(operation, str(status)).inc(tally.number)
            if code:
                _problems.labels(code).inc(tally.number)
            _request_sum.labels(operation).inc(tally.seconds)
            for bound, number in zip(BOUNDS, tally.buckets, strict=True):
                if number:
                    _request_bucket.labels(operation, bound).inc(number)
        self._tallies.clear()

    async def flush_often(self) -> None:
        """Flushes every second until it is cancelled."""
        while True:
            await asyncio.sleep(self.FLUSH_INTERVAL)
            self.flush()


def count_job(kind: str, outcome: str, seconds: float) -> None:
    """Counts a worker's job, which was `done`, put off until `later`, or `failed`."""
    _jobs.labels(kind, outcome).inc()
    _job_seconds.labels(kind).observe(seconds)


def watch_pools(pools: Mapping[str, Pool]) -> None:
    """Records the present use of the connection pools, given by role."""
    for role, pool in pools.items():
        idle = len(pool.idle)
        _connections.labels(role, "busy").set(pool.opened - idle)
        _connections.labels(role, "idle").set(idle)
        _pool_size.labels(role).set(pool.size)
        _pool_waiting.labels(role).set(sum(not place.done() for _, place in pool.waiting))


def watch_replica(replica: Replica) -> None:
    """Records the present state of the replica and the reads since the last time."""
    for reason, number in replica.reads.items():
        server, why = ("replica", "") if reason == "replica" else ("primary", reason)
        _reads.labels(server, why).inc(number)
        replica.reads[reason] = 0
    _replica_lag.set(replica.behind)
    _replica_serves().set(replica.serves)


T = TypeVar("T")
CALLS = ("open", "parse_callback", "look_up", "close", "capture", "refund")
CALLS_OF_SOME = ("list_movements", "read_movements", "look_up_event")


def watch_gateways(gateways: dict[str, Gateway]) -> dict[str, Gateway]:
    """Returns the same gateways; their calls are counted and timed from now on."""
    for provider, gateway in gateways.items():
        for call in (*CALLS, *(call for call in CALLS_OF_SOME if hasattr(gateway, call))):
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
        except (Unavailable, OSError, asyncio.CancelledError):  # cancelled: the caller's time limit ended
            outcome = "unavailable"
            raise
        finally:
            _gateway_calls.labels(provider, call, outcome).inc()
            _gateway_seconds.labels(provider, call).observe(time.perf_counter() - started)

    return timed
