"""The protocol of services that verify tax ids, such as the EU's VIES: what a module implements, and its answer.

A service is slow and often away. Only the worker asks it, after the tax id was committed; what it answers is stored by
the database, which decides what that means for taxes. A tax id for which no service is configured stays not verified.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from api.gateways.protocol import Unavailable

__all__ = ["Answer", "TaxIdService", "Unavailable"]


@dataclass(frozen=True)
class Answer:
    """What a service knows about a tax id."""

    valid: bool
    name: str | None = None  # of the holder, where the service tells it
    reference: str | None = None  # its consultation number, the proof that it was asked


class TaxIdService(Protocol):
    @property
    def prefixes(self) -> Collection[str]:
        """The first two letters of the tax ids that it knows."""

    async def check(self, tax_id: str) -> Answer:
        """Ask about a tax id in the form in which it is stored. Raises Unavailable."""
