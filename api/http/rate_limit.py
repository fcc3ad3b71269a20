"""Limits requests by client address. Each process keeps its own buckets."""

from __future__ import annotations

import time
from collections.abc import Callable

LOCAL = frozenset(("127.0.0.1", "::1", ""))
MOST_ADDRESSES = 50_000


class RateLimit:
    """A token bucket for each address: it holds a minute's requests and fills continuously.

    Arguments:
        per_minute: requests a minute and address.
        clock: seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = float(per_minute)
        self.rate = per_minute / 60
        self.clock = clock
        self.buckets: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> int:
        """0 when the request may pass, else the seconds to wait."""
        if address in LOCAL:
            return 0
        now = self.clock()
        level, at = self.buckets.get(address, (self.size, now))
        level = min(self.size, level + (now - at) * self.rate)
        if level < 1:
            return int((1 - level) / self.rate) + 1
        self.buckets[address] = (level - 1, now)
        if len(self.buckets) > MOST_ADDRESSES:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        # An address that was quiet for a minute has a full bucket, like one that is not known.
        self.buckets = {address: bucket for address, bucket in self.buckets.items() if now - bucket[1] < 60}
        if len(self.buckets) > MOST_ADDRESSES:
            self.buckets.clear()
