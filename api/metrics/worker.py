"""Hands over what a worker counted to the database, so that it outlives the worker and needs no port."""

from __future__ import annotations

from typing import Any

from api.metrics.counting import PREFIX, REGISTRY


class Drain:
    """What this process counted since the database last stored it."""

    def __init__(self) -> None:
        self.taken: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self.given: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}

    def more(self) -> list[dict[str, Any]]:
        """Returns the increase of each counter, as the argument `counts` of take_snapshot()."""
        self.given = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in REGISTRY.collect()
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
        """Says that what more() returned is committed; otherwise more() returns it again."""
        self.taken = self.given
