"""Whether this process has seen its own source deployed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Readiness:
    """`seen_current`: this source was deployed at some time, so a later deployment does not make it unready."""

    seen_current: bool = False
