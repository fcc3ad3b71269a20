"""What the database and the disk say of themselves at each scrape.

monitor.read_measurements() is cheap enough to be called by every scrape, and reads no table of the shop.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prometheus_client import Metric

from api.metrics.counting import PREFIX, REGISTRY

# The samples of monitor.read_measurements() besides those that workers counted; amounts are in minor units.
MEASURED: dict[str, tuple[str, str]] = {
    "archive_failing": ("gauge", "1 while the last attempt to archive the write-ahead log failed."),
    "archive_failures_total": ("counter", "Attempts to archive a segment of the write-ahead log that failed."),
    "archive_waiting_seconds": ("gauge", "How long the oldest segment of the log has waited to be archived."),
    "archived_segments_total": ("counter", "Segments of the write-ahead log that were archived."),
    "backup_failed_timestamp_seconds": ("gauge", "When the last attempt that failed was made: base, offsite_copy, …"),
    "backup_faults": ("gauge", "Missing or damaged files that the last check of the backups found."),
    "backup_timestamp_seconds": ("gauge", "When the last backup of each kind was whole."),
    "blocks_total": ("counter", "Blocks that statements asked for: found in the cache, or read from disk."),
    "checksum_failures_total": ("counter", "Pages that were not what was written."),
    "commit_longest_wait_seconds": ("gauge", "How long the longest of the commits has waited for a standby."),
    "connections": ("gauge", "Sessions of the database server, by state."),
    "connections_max": ("gauge", "How many there may be."),
    "database_bytes": ("gauge", "The size of the database at the last snapshot."),
    "deadlocks_total": ("counter", "Deadlocks that the server ended."),
    "freeze_age": ("gauge", "Transactions since the oldest row that is not frozen; at 2^31 the server stops."),
    "invariant_holds": ("gauge", "1 where the books' last check found it right, 0 where it is broken."),
    "lock_blocking_longest_seconds": ("gauge", "How long the oldest transaction for which others wait has been open."),
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
    "reconciliation_differences": ("gauge", "Open differences from the gateways' books, by provider."),
    "refund_amount": ("gauge", "What refunds come to, by status and currency, as of the last count."),
    "refunds": ("gauge", "Refunds by status and currency, as of the last count."),
    "refunds_to_retry": ("gauge", "Refunds that failed and have not been retried."),
    "replication_lag_bytes": ("gauge", "Write-ahead log that a standby has not replayed."),
    "replication_lag_seconds": ("gauge", "How long ago was written what a standby replays now."),
    "replication_slot_active": ("gauge", "1 while a slot is being read from."),
    "replication_slot_retained_bytes": ("gauge", "Write-ahead log that is kept for a slot."),
    "round_seconds": ("gauge", "How long the worker's last round of each kind took."),
    "round_timestamp_seconds": ("gauge", "When the worker began its last round: snapshot, sizes, figures, invariants."),
    "security_events_total": ("counter", "Security events, by kind: log-ins, refusals, changes of rights and keys."),
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


def database_families(samples: Sequence[Mapping[str, Any]] | None) -> list[Metric]:
    """Makes metrics of the samples of read_measurements(); None: the database did not answer in time."""
    up = Metric(f"{PREFIX}database_up", "Whether the database answered this scrape.", "gauge")
    up.add_sample(up.name, {}, 0 if samples is None else 1)
    families = {
        PREFIX + name: Metric(PREFIX + name.removesuffix("_total"), text, kind)
        for name, (kind, text) in MEASURED.items()
    }
    for counted in REGISTRY.collect():
        if counted.type in ("counter", "histogram"):  # workers count in the same families
            family = Metric(counted.name, counted.documentation, counted.type)
            families |= dict.fromkeys((counted.name + end for end in ("_total", "_bucket", "_sum", "_count")), family)
    for sample in sorted(samples or (), key=_bucket):
        family_of = families.get(PREFIX + sample["name"])
        if family_of is not None and sample["value"] is not None:
            labels = {name: str(value) for name, value in sample["labels"].items()}
            family_of.add_sample(PREFIX + sample["name"], labels, sample["value"])
    return [up, *{family.name: family for family in families.values()}.values()]


def _bucket(sample: Mapping[str, Any]) -> float:
    return float(sample["labels"].get("le", 0))


def disk_families(data: Path) -> list[Metric]:
    """Returns the size of the disk of the folder `data` and what is free of it, in bytes.

    Where no embedded server has its data there, of the machine's: in docker-compose.yml the folder lies in memory, and
    the root of a container is on the disk of the volumes.
    """
    usage = shutil.disk_usage(data if (data / "lock").exists() else "/")
    families = []
    for name, text, value in (
        ("disk_bytes", "Size of the disk of the database, or of the machine where that is elsewhere.", usage.total),
        ("disk_free_bytes", "Free space on it.", usage.free),
    ):
        family = Metric(PREFIX + name, text, "gauge")
        family.add_sample(family.name, {}, value)
        families.append(family)
    return families
