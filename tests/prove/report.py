"""What a run of faults has found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

RECOVERS = 30.0  # seconds that the service may take after a fault


@dataclass
class Report:
    seed: int
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, float] = field(default_factory=dict)
    """The longest time in seconds until the shop took orders again, by fault."""
    queue: dict[str, float] = field(default_factory=dict)
    """And until the worker did a job again."""
    requests: int = 0
    retried: int = 0
    acknowledged: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    replayed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    fees: int = 0
    """What the gateway has kept, as booked by the reconciliation at the end."""
    drained: float = 0.0
    slowest: float = 0.0
    callbacks: dict[str, int] = field(default_factory=dict)
    at_gateway: dict[str, int] = field(default_factory=dict)
    """What happened there without the shop: debits, disputes, refunds by hand."""
    answers: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        late = [name for name, seconds in self.recovery.items() if seconds > RECOVERS]
        return not (self.lost or self.doubled or self.wrong or self.broken or self.leaks or late)

    def add(self, other: Report) -> None:
        self.seconds += other.seconds
        self.faults += other.faults
        for mine, theirs in ((self.recovery, other.recovery), (self.queue, other.queue)):
            for name, seconds in theirs.items():
                mine[name] = max(seconds, mine.get(name, 0.0))
        for name in ("requests", "retried", "acknowledged", "replayed", "fees"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("lost", "doubled", "wrong", "broken", "leaks", "notes"):
            getattr(self, name).extend(getattr(other, name))
        for name in ("by_kind", "callbacks", "at_gateway", "answers"):
            setattr(self, name, dict(Counter(getattr(self, name)) + Counter(getattr(other, name))))
        self.drained = max(self.drained, other.drained)
        self.slowest = max(self.slowest, other.slowest)
