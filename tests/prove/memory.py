"""The memory of processes: samples, and a line through them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from .stand import Stand

RISE = 0.05  # of the level, after the warm-up


@dataclass
class Sample:
    requests: int
    memory: dict[str, float]  # megabytes
    files: dict[str, int]
    roles: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Backends of a login role, megabytes of the largest."""


@dataclass
class Figure:
    """One line of the answer: where memory was, where it went. Megabytes."""

    before: float
    middle: float
    after: float
    level: float
    rise: float  # over the second half, by a fitted line
    most: float

    @property
    def flat(self) -> bool:
        return self.rise <= max(RISE * self.level, 2.0)


def measure(stand: Stand, requests: int) -> Sample:
    sample = Sample(requests, {}, {})
    for name, found in (("web process", stand.web()), ("worker", stand.worker())):
        if len(found) == 1:
            with suppress(psutil.Error):
                sample.memory[name] = found[0].memory_info().rss / 2**20
                sample.files[name] = found[0].num_fds()
    backends: list[tuple[float, str]] = []
    for process in stand.sessions():
        with suppress(psutil.Error):
            info, title = process.memory_info(), " ".join(process.cmdline())
            role = next((word for word in title.split() if word.startswith("web_")), "")
            backends.append(((info.rss - info.shared) / 2**20, role))
    if backends:
        sample.memory["all backends"] = sum(mb for mb, _ in backends)
        sample.memory["largest backend"] = max(backends)[0]
        for mb, role in backends:
            number, most = sample.roles.get(role, (0, 0.0))
            sample.roles[role] = (number + 1, round(max(most, mb), 1))
    return sample


def fit(samples: Sequence[Sample], name: str, begin: int = 0) -> Figure:
    """A line by least squares through the second half of the requests from `begin` on."""
    half = (begin + samples[-1].requests) / 2
    every = [(s.requests, s.memory[name]) for s in samples if name in s.memory]
    points = [point for point in every if point[0] >= half]
    mean_x = sum(x for x, _ in points) / len(points)
    level = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - level) for x, y in points) / spread if spread else 0.0
    rise = slope * (points[-1][0] - points[0][0])
    places = (every[0][1], points[0][1], points[-1][1], level, max(y for _, y in points))
    before, middle, after, level, most = (round(mb, 1) for mb in places)
    return Figure(before, middle, after, level, round(rise, 2), most)
