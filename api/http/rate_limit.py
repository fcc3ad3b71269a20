"""Limits requests by the client's network, and by API key. Each process keeps its own buckets."""

from __future__ import annotations

import time
from collections.abc import Callable

from api.http.client_network import LOCAL, client_network

MOST_NETWORKS = 50_000


class RateLimit:
    """A token bucket for each network or key: it holds a minute's requests and fills continuously.

    Arguments:
        per_minute: requests a minute and bucket.
        clock: seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = float(per_minute)
        self.rate = per_minute / 60
        self.clock = clock
        self.buckets: dict[str, tuple[float, float]] = {}

    def wait(self, address: str) -> int:
        """0 when the request may pass, else the seconds to wait."""
        network = client_network(address)
        return 0 if network in LOCAL else self.take(network)

    def take(self, name: str) -> int:
        """The same, for a bucket of any name."""
        now = self.clock()
        level, at = self.buckets.get(name, (self.size, now))
        level = min(self.size, level + (now - at) * self.rate)
        if level < 1:
            return int((1 - level) / self.rate) + 1
        self.buckets[name] = (level - 1, now)
        if len(self.buckets) > MOST_NETWORKS:
            self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        # A network that was quiet for a minute has a full bucket, like one that is not known.
        self.buckets = {network: bucket for network, bucket in self.buckets.items() if now - bucket[1] < 60}
        if len(self.buckets) > MOST_NETWORKS:
            self.buckets.clear()
