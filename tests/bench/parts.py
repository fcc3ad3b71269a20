"""A part of the table: what was measured, what was wanted of it, and what else there is to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .load import Result

Tell = Callable[[Result], None]


@dataclass(frozen=True)
class Goal:
    """What the design promises, and what was found."""

    what: str
    wanted: float
    found: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        return self.found <= self.wanted if self.at_most else self.found >= self.wanted

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "wanted": self.wanted,
            "found": self.found,
            "at_most": self.at_most,
            "reached": self.reached,
        }


@dataclass
class Part:
    """A part of the table."""

    title: str
    results: list[Result] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tell: Tell = lambda _: None

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "results": [result.as_json() for result in self.results],
            "goals": [goal.as_json() for goal in self.goals],
            "remarks": self.remarks,
        }

    def add(self, result: Result) -> Result:
        self.results.append(result)
        self.tell(result)
        return result
