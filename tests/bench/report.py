"""The one table of a run: for people, for programs, for the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from api.settings import Settings

from . import growth
from .growth import Point
from .parts import Goal, Part
from .shop import Shop

# What decides how fast a commit is, and what may be lost: shown, so that nobody has to believe it.
SHOWN = (
    "server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size",
    "checkpoint_timeout", "data_checksums", "jit", "max_connections",
)  # fmt: skip


@dataclass
class Report:
    equipment: dict[str, str]
    settings: dict[str, str]
    seconds: float
    parts: list[Part]
    broken: list[str]
    growth: list[Point] = field(default_factory=list)

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
            "growth": [point.as_json() for point in self.growth],
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


HEADS = ("", "by", "connections", "a second", "p50 ms", "p99 ms", "PostgreSQL µs", "web µs", "client µs")


def rows_of(part: Part) -> list[tuple[str, ...]]:
    return [
        (
            r.what, r.by, str(r.connections), f"{r.rate:,.0f}", f"{r.p50:.2f}", f"{r.p99:.2f}",
            f"{r.postgres:,.0f}", "" if r.web is None else f"{r.web:,.0f}", f"{r.client:,.0f}",
        )
        for r in part.results
    ]  # fmt: skip


def sentence(goal: Goal) -> str:
    sign = "at most" if goal.at_most else "at least"
    return f"{goal.what}: {goal.found:,.2f} (wanted: {sign} {goal.wanted:g})"


def show(done: Report, console: Console) -> None:
    for title, found in (("Equipment", done.equipment), ("Settings", done.settings)):
        console.print(f"[bold]{title}[/]: " + "; ".join(f"{name} {value}" for name, value in found.items()))
    for part in done.parts:
        console.print()
        if part.results:
            _print(console, part.title, HEADS, rows_of(part), left=2)
        else:
            console.print(f"[bold]{part.title}[/]")
        for remark in part.remarks:
            console.print(f"  {remark}", markup=False)
        for goal in part.goals:
            console.print(f"  {sentence(goal)} " + ("[green]reached[/]" if goal.reached else "[bold red]MISSED[/]"))
    if done.growth:
        heads, rows = growth.table(done.growth)
        console.print()
        _print(console, "growth", heads, rows, left=1)
        for line in growth.remarks(done.growth):
            console.print(f"  {line}", markup=False)
    console.print()
    console.print("every invariant holds" if not done.broken else "BROKEN: " + "; ".join(done.broken), markup=False)


def _print(console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 1))
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place < left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


# --- the README -----------------------------------------------------------------------------------


def markdown(done: Report) -> str:
    """Everything, for tests/bench/README.md."""
    out = [f"Measured {done.equipment['measured']}, {done.seconds:g} seconds a line.", ""]
    for title, found in (("Equipment", done.equipment), ("Settings", done.settings)):
        out.append(
            f"{title}: " + "; ".join(f"{name} {value}" for name, value in found.items() if name != "measured") + "."
        )
        out.append("")
    for part in done.parts:
        out += [f"### {part.title[0].upper()}{part.title[1:]}", ""]
        if part.results:
            out += [*_table(HEADS, rows_of(part), left=2), ""]
        out += [f"- {remark}" for remark in part.remarks]
        out += [f"- {sentence(goal)} **{'reached' if goal.reached else 'missed'}**" for goal in part.goals]
        out.append("")
    if done.growth:
        heads, rows = growth.table(done.growth)
        out += [
            "### Growth",
            "",
            "![Pages that a call reads, by orders](growth.svg)",
            "",
            *_table(heads, rows, left=1),
            "",
        ]
        out += [f"- {line}" for line in growth.remarks(done.growth)]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> list[str]:
    rule = ["---" if place < left else "---:" for place in range(len(heads))]
    return [f"| {' | '.join(row)} |" for row in [heads, rule, *rows]]


def put_between_markers(file: Path, text: str) -> bool:
    """Between two lines `<!-- bench -->` and `<!-- /bench -->`. False where a file has none."""
    whole = file.read_text()
    begin, end = "<!-- bench -->\n", "<!-- /bench -->"
    if begin not in whole or end not in whole:
        return False
    head, _, rest = whole.partition(begin)
    file.write_text(head + begin + "\n" + text + "\n" + end + rest.partition(end)[2])
    return True
