"""`storeproc top`: what the database does, in a terminal."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from db.server.access import Access
from monitoring.watcher import Data, Watcher

QUIT = ("q", "Q", "\x1b", "\x03")


def top(access: Access, *, once: bool, as_json: bool, interval: float, console: Console) -> None:
    """Shows what the database does.

    `once`: one picture of all time. `as_json`: JSON, of one `interval` (seconds) unless `once`. Otherwise live until q.
    """
    watcher = Watcher(access, "storeproc top")
    try:
        first = watcher.ask("glance")
        if as_json:
            if not once:
                time.sleep(interval)
                first = first | {"since": between(first, watcher.ask("glance"))}
            console.print_json(data=first)
        elif once or not (sys.stdin.isatty() and console.is_terminal):
            console.print(screen(first, between({}, first), console.width))
        else:
            _watch(watcher, first, interval, console)
    finally:
        watcher.close()


def _watch(watcher: Watcher, before: Data, interval: float, console: Console) -> None:
    """Redraws until q is pressed: first the totals of all time, then the rates since the previous picture."""
    rates = between({}, before)
    with _keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(screen(before, rates, console.width), refresh=True)
            if pressed(interval) in QUIT:
                return
            try:
                now = watcher.ask("glance")
            except psycopg.Error as error:
                live.update(Text(f"the database does not answer: {str(error).strip()}", style="red"), refresh=True)
                if pressed(interval) in QUIT:
                    return
                continue
            rates, before = between(before, now), now


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """Reads single keys without Enter; restores the terminal afterwards."""
    terminal = sys.stdin.fileno()
    settings = termios.tcgetattr(terminal)

    def pressed(seconds: float) -> str:
        ready, _, _ = select.select([terminal], [], [], seconds)
        return os.read(terminal, 1).decode(errors="replace") if ready else ""

    try:
        tty.setcbreak(terminal)
        yield pressed
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, settings)


def between(before: Mapping[str, Any], now: Mapping[str, Any]) -> Data:
    """Returns what happened between two results of monitor.glance(), or since the beginning where `before` is empty."""
    seconds = now["at"] - before["at"] if before else 0.0
    counted = before.get("counters", {})
    counters = {name: max(value - counted.get(name, 0), 0) for name, value in now["counters"].items()}
    known = {line["endpoint"]: line for line in before.get("statements", [])}
    statements = []
    for line in now["statements"]:
        old = known.get(line["endpoint"], {})
        if line["calls"] < old.get("calls", 0):
            old = {}  # the statistics were reset in between
        calls = line["calls"] - old.get("calls", 0)
        if calls:
            spent = line["total_ms"] - old.get("total_ms", 0)
            reads = line["blocks_read"] - old.get("blocks_read", 0)
            statements.append(
                line | {"calls": calls, "total_ms": spent, "mean_ms": spent / calls, "blocks_read": reads}
            )
    statements.sort(key=lambda line: -line["total_ms"])
    return {"seconds": seconds, "counters": counters, "statements": statements}


def screen(now: Data, rates: Data, width: int) -> RenderableType:
    """Draws one picture: warnings are yellow, problems are red."""
    parts: list[RenderableType] = [_headline(now, rates), "", _statements(rates, width)]
    if now["locks"]:
        parts += ["", _locks(now["locks"])]
    if now["transactions"]:
        parts += ["", _transactions(now["transactions"])]
    if any(line["due"] or line["failing"] for line in now["queue"]):
        parts += ["", _queue(now["queue"])]
    return Group(*parts)


def _headline(now: Data, rates: Data) -> Text:
    sessions, counters, seconds = now["sessions"], rates["counters"], rates["seconds"]
    asked = counters["blocks_hit"] + counters["blocks_read"]
    due = sum(line["due"] for line in now["queue"])
    line = Text()
    line.append(f"{now['database']} ", style="bold")
    line.append(f"PostgreSQL {now['version']}{' (standby)' if now['standby'] else ''}   ", style="dim")
    line.append(f"sessions {sessions['all']}/{sessions['at_most']}  active {sessions['active']}  ")
    line.append(f"waiting {len(now['locks'])}  ", style="red" if now["locks"] else "")
    idle = sessions["idle_in_transaction"]
    line.append(f"idle in transaction {idle}\n", style="yellow" if idle else "")
    if seconds:
        line.append(f"last {seconds:.1f} s   ", style="dim")
        line.append(
            f"commits {counters['committed'] / seconds:,.0f}/s  WAL {size(counters['wal_bytes'] / seconds)}/s  "
        )
        line.append(f"temporary {size(counters['temp_bytes'] / seconds)}/s  ")
    else:
        line.append("since the statistics were reset   ", style="dim")
        line.append(f"commits {counters['committed']:,}  WAL {size(counters['wal_bytes'])}  ")
        line.append(f"temporary {size(counters['temp_bytes'])}  ")
    line.append(f"cache {100 * counters['blocks_hit'] / asked:.1f} %  " if asked else "cache –  ")
    line.append(f"deadlocks {counters['deadlocks']}  ", style="red" if counters["deadlocks"] and seconds else "")
    line.append(f"queue {due}", style="yellow" if due > 100 else "")
    return line


def _statements(rates: Data, width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    table.add_column("endpoint", no_wrap=True, overflow="ellipsis", max_width=max(28, width - 56))
    for name in ("share", "calls/s" if rates["seconds"] else "calls", "mean ms", "worst ms", "rows", "read"):
        table.add_column(name, justify="right", no_wrap=True)
    spent = sum(line["total_ms"] for line in rates["statements"]) or 1
    for line in rates["statements"][:20]:
        calls = line["calls"] / rates["seconds"] if rates["seconds"] else line["calls"]
        table.add_row(
            Text(line["endpoint"] or "everything else", style="" if line["endpoint"] else "dim"),
            f"{100 * line['total_ms'] / spent:.1f} %",
            f"{calls:,.1f}" if rates["seconds"] else f"{calls:,}",
            Text(f"{line['mean_ms']:,.2f}", style="yellow" if line["mean_ms"] > 100 else ""),
            f"{line['worst_ms']:,.0f}",
            f"{line['rows']:,}",
            f"{line['blocks_read']:,}",
        )
    if not rates["statements"]:
        table.add_row(Text("no statements", style="dim"))
    return table


def _locks(locks: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold red", title="waiting for locks", title_justify="left")
    for name in ("waits", "pid", "who", "for", "held by", "since", "doing"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for line in locks[:10]:
        table.add_row(
            span(line["waits_seconds"]),
            str(line["waiting_pid"]),
            line["waiting_endpoint"] or line["waiting_role"],
            line["relation"] or line["lock_type"],
            str(line["blocking_pid"]),
            span(line["blocking_transaction_seconds"]),
            f"{line['blocking_state']}: {line['blocking_endpoint'] or line['blocking_query']}",
        )
    return table


def _transactions(transactions: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold yellow", title="open transactions", title_justify="left")
    for name in ("open", "pid", "who", "state", "since", "doing"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for line in transactions[:10]:
        table.add_row(
            span(line["open_seconds"]),
            str(line["pid"]),
            line["role_name"] or line["backend_type"],
            line["state"] or "",
            span(line["state_seconds"]),
            line["endpoint"] or line["query"] or "",
        )
    return table


def _queue(queue: Sequence[Data]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title="queue", title_justify="left")
    for name in ("kind", "due", "later", "failing", "oldest", "usual reason"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("kind", "usual reason") else "right")
    for line in queue:
        table.add_row(
            line["kind"],
            f"{line['due']:,}",
            f"{line['later']:,}",
            Text(f"{line['failing']:,}", style="yellow" if line["failing"] else ""),
            span(line["oldest_seconds"]),
            line["usual_reason"] or "",
        )
    return table


def size(value: float) -> str:
    """Writes a number of bytes in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def span(seconds: float | None) -> str:
    """Writes a duration in seconds, minutes or hours."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
