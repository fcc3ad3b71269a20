"""What Prometheus reads at /metrics.

Several web processes answer for one shop: where PROMETHEUS_MULTIPROC_DIR names a folder they add up in it, whichever is
asked.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from .database import Database

SHARED = "PROMETHEUS_MULTIPROC_DIR"

_registry = CollectorRegistry()
_requests = Counter(
    "storeproc_requests", "Answers, by operation and status.", ["operation", "status"], registry=_registry
)
_seconds = Histogram(
    "storeproc_request_seconds",
    "From the request's first byte to the answer, by operation.",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
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

# labels() takes a lock and builds a key: not twice for the same.
_known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}


def count(operation: str, status: int, seconds: float, code: str) -> None:
    known = _known.get((operation, status))
    if known is None:
        known = _known[operation, status] = (_requests.labels(operation, str(status)), _seconds.labels(operation))
    known[0].inc()
    known[1].observe(seconds)
    if code:
        _problems.labels(code).inc()


def watch_pools(database: Database) -> None:
    for role, (busy, idle) in database.use().items():
        _connections.labels(role, "busy").set(busy)
        _connections.labels(role, "idle").set(idle)


def exposition() -> tuple[bytes, str]:
    registry = _registry
    if SHARED in os.environ:
        _forget_the_dead(Path(os.environ[SHARED]))
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _forget_the_dead(folder: Path) -> None:
    """Gauges are of living processes only; counters stay."""
    for file in folder.glob("gauge_live*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(process):
            multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]
