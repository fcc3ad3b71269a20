"""The one table of a run: for people, for programs, for the README."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from api.settings import Settings

from .load import Result
from .shop import Shop

# What decides how fast a commit is, and what may be lost: shown, so that nobody has to believe it.
SHOWN = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size",
    "checkpoint_timeout", "data_checksums", "jit", "max_connections",
)  # fmt: skip

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


@dataclass
class Report:
    equipment: dict[str, str]
    settings: dict[str, str]
    seconds: float
    parts: list[Part]
    broken: list[str]

    @property
    def goals(self) -> list[Goal]:
        return [goal for part in self.parts for goal in part.goals]

    def as_json(self) -> dict[str, Any]:
        return {
            "equipment": self.equipment,
            "settings": self.settings,
            "seconds": self.seconds,
            "parts": [part.as_json() for part in self.parts],
            "broken_invariants": self.broken,
        }


def settings_of(shop: Shop) -> dict[str, str]:
    found = {
        name: str(value)
        for name, value in shop.rows(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)", list(SHOWN)
        )
    }
    web = Settings.from_env()
    pools = ", ".join(f"{role.removeprefix('web_')} {size}" for role, size in web.pool_sizes.items())
    return {name: found[name] for name in SHOWN} | {
        "web processes": str(web.web_concurrency),
        "connections of each": pools,
    }


def show(done: Report, console: Console) -> None:
    for title, found in (("Equipment", done.equipment), ("Settings", done.settings)):
        console.print(f"[bold]{title}[/]: " + "; ".join(f"{name} {value}" for name, value in found.items()))
    for part in done.parts:
        table = Table(
            "", "by", "conn.", "a second", "p50 ms", "p99 ms", "PG µs", "web µs", "client µs",
            title=part.title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 1),
        )  # fmt: skip
        for column in table.columns:
            column.no_wrap = True
        for column in table.columns[2:]:
            column.justify = "right"
        for r in part.results:
            table.add_row(
                r.what, r.by, str(r.connections), f"{r.rate:,.0f}", f"{r.p50:.2f}", f"{r.p99:.2f}",
                f"{r.postgres:,.0f}", "" if r.web is None else f"{r.web:,.0f}", f"{r.client:,.0f}",
            )  # fmt: skip
        console.print()
        console.print(table)
        for remark in part.remarks:
            console.print(f"  {remark}", markup=False)
        for goal in part.goals:
            sign = "≤" if goal.at_most else "≥"
            mark = "[green]reached[/]" if goal.reached else "[bold red]MISSED[/]"
            console.print(f"  {goal.what}: {goal.found:,.2f} (wanted {sign} {goal.wanted:g}) {mark}")
    console.print()
    console.print("every invariant holds" if not done.broken else "BROKEN: " + "; ".join(done.broken), markup=False)
