"""The text that Prometheus reads at /metrics, put together from the counters of all processes and from measurements."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Metric, generate_latest, multiprocess
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.samples import Sample

from api.metrics.counting import BOUNDS, REGISTRY, REQUEST_SECONDS

SHARED = "PROMETHEUS_MULTIPROC_DIR"


@dataclass
class _Page:
    families: Iterable[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def exposition(measured: Iterable[Metric] = ()) -> tuple[bytes, str]:
    """Returns the body and the content type: what was counted, and what was measured for this scrape."""
    return generate_latest(_Page(_merged([*counted_families(), *measured]))), CONTENT_TYPE_LATEST


def counted_families() -> list[Metric]:
    """Returns what was counted and flushed, by all web processes where they share a folder."""
    registry = REGISTRY
    if SHARED in os.environ:
        _forget_dead_processes(Path(os.environ[SHARED]))
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return _with_histogram(registry.collect())


def _with_histogram(families: Iterable[Metric]) -> list[Metric]:
    """Replaces the two counters of request durations by the histogram that they stand for."""
    buckets: dict[str, dict[str, float]] = {}
    sums: dict[str, float] = {}
    others = []
    for family in families:
        samples = [sample for sample in family.samples if sample.name.endswith("_total")]
        if family.name == f"{REQUEST_SECONDS}_bucket":
            for sample in samples:
                buckets.setdefault(sample.labels["operation"], {})[sample.labels["le"]] = sample.value
        elif family.name == f"{REQUEST_SECONDS}_sum":
            sums = {sample.labels["operation"]: sample.value for sample in samples}
        else:
            others.append(family)
    text = "From the first byte of the request to the answer, by operation."
    histogram = HistogramMetricFamily(REQUEST_SECONDS, text, labels=["operation"])
    for operation, counts in buckets.items():
        up_to = accumulate(counts.get(bound, 0) for bound in BOUNDS)
        histogram.add_metric([operation], list(zip(BOUNDS, up_to, strict=True)), sums[operation])
    return [*others, histogram]


def _forget_dead_processes(folder: Path) -> None:
    """Removes the gauges of processes that ended; their counters stay."""
    for file in folder.glob("gauge_live*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(process):
            multiprocess.mark_process_dead(process)  # type: ignore[no-untyped-call]


def _merged(families: Iterable[Metric]) -> list[Metric]:
    """Returns each family once; what both the web processes and the workers counted is added up."""
    found: dict[str, Metric] = {}
    for family in families:
        first = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        first.samples += family.samples
    for family in found.values():
        sums: dict[tuple[str, tuple[tuple[str, str], ...]], Sample] = {}
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            known = sums.get(key)
            sums[key] = sample if known is None else Sample(sample.name, sample.labels, known.value + sample.value)
        family.samples = list(sums.values())
    return list(found.values())
