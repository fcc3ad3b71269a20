"""Memory over a busy hour: a realistic mix and junk against one web process and one worker, as fast as they go.

    python -m tests.prove.soak                      # 216,000 requests: an hour of a shop with 60 requests a second
    python -m tests.prove.soak --requests 360000    # of one with 100
    python -m tests.prove.soak --leak web           # of one that forgets nothing: it must be noticed; or: backends
    python -m tests.prove.soak --json

First schemathesis invents requests for every operation of the contract, as each role. Then, all at once: a thousand of
each role's are sent again and again in any order, one in four of them damaged; schemathesis goes on with other seeds,
one role after the other, until the half of it; browsers read and send junk; shoppers buy (shoppers.py). Meanwhile the
memory and open files of every process are sampled. What must hold:

- no answer is a 5xx, none took longer than the web tier's time-out;
- flat: over the second half of that, damaged requests and all, a line through the samples of resident memory rises by
  less than 5 % of its level; for PostgreSQL the private memory of all backends together, and of the largest one;
- open files of web process and worker: no more in the last quarter than in the one before, but for a few in flight;
- what is kept for a time only (idempotency keys, done jobs, sessions) goes when its time is over, faster than it came.

Why the first half is not judged: PL/pgSQL keeps the plans of every statement that a session ever ran. A backend that
has met all operations of an admin has 7,000 plans and 62 MB; until it has, it grows. The sixth time, a statement may
get a generic plan besides, of 20 kB. After that the same 8,200 invented requests, sent again, leave nothing behind;
what nobody has thought of before finds a statement that has not run yet, which is why schemathesis stops at the half.
The worker's press for invoices keeps what it has set, too: 30 MB after 300 pages, and no more after 1,200.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from api.routes import ROUTES
from tests.gateways.stripe_server import StripeServer

from .attacks import Cut
from .load import FUZZERS, Load
from .memory import RISE, Figure, Sample, fit, measure
from .stand import Stand, standing
from .visitors import TIMEOUT

HOUR = 216_000  # requests, after those that schemathesis sends first; after 72,000 the worker's press still fills
# Few connections: each meets in minutes what one of many meets in days.
POOL_SIZES = "web_customer=2,web_anonymous=2,web_merchant=1,web_gateway=1"
FEW = 12  # open files more: connections in flight


# What every program has that leaks: something is kept for each request and never looked at again.
LEAKING_WEB = """
import os, sys
if "--fd" in sys.orig_argv:
    kept, write = [], os.write
    def leak(file, line):
        if file == 1:
            kept.append(os.urandom(20_000))
        return write(file, line)
    os.write = leak
"""
_LAST = "set_config('app.session', v_claims ->> 'sid', true);"
_NAME = "'leak.n' || translate(gen_random_uuid()::text, '-', '')"
LEAKING_BACKENDS = Cut(
    "identity.authenticate",
    _LAST,
    f"{_LAST} PERFORM set_config({_NAME}, repeat('x', 400000), false);",
)
LEAKS = {"web": ("web process", 10.0), "backends": ("all backends", 60.0)}
"""Whose memory tells, and by how many megabytes it must rise over the second half of a short run. Without a leak that
is 0.1 for the web process; 20 for backends, which have not met everything yet."""
SHORT = 1500  # requests of such a run
SETTLES = 36_000  # requests: in fewer, backends do not come to rest


@dataclass
class Report:
    seconds: float = 0.0
    requests: int = 0
    operations: tuple[int, int] = (0, 0)
    """Operations of the contract that were asked for, and all of them."""
    by_source: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0
    memory: dict[str, Figure] = field(default_factory=dict)
    roles: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    """Backends of a login role and megabytes of the largest: in the middle, in the end."""
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Most in the third quarter, most in the last."""
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Rows that are kept for a time: how many came, how many were left when it was over."""
    purged: float = 0.0
    """Seconds that took."""
    wrong: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.wrong


# --- what is measured -----------------------------------------------------------------------------


class Log:
    """The web tier's own lines, read as they come: every request is one."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.offset = 0
        self.requests = 0
        self.statuses: Counter[str] = Counter()
        self.slowest = 0.0
        self.failed: list[str] = []
        self.operations: set[str] = set()

    def read(self) -> None:
        with self.stand.log_file.open("rb") as file:
            file.seek(self.offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self.offset += len(whole)
        for line in whole.splitlines():
            if b'"request_id"' in line and b'"ms"' in line:
                said = json.loads(line)
                self.requests += 1
                self.statuses[f"{said['status'] // 100}xx"] += 1
                self.slowest = max(self.slowest, said["ms"] / 1000)
                self.operations.add(said["operation"])
                if said["status"] >= 500:
                    self.failed.append(f"{said['operation']}: {said['status']} {said.get('code')}")
            elif b'"error"' in line and b'"trace"' in line:
                self.failed.append(line.decode(errors="replace")[:500])


async def notices(leak: str, seed: int = 1) -> tuple[bool, Figure]:
    """Whether a short run on a shop that leaks tells."""
    name, least = LEAKS[leak]
    report = await run(SHORT, seed, fuzz=False, leak=leak)
    figure = report.memory[name]
    return not figure.flat and figure.rise > least, figure


async def prove(requests: int, seed: int, say: Callable[[str], None]) -> tuple[Report, bool]:
    """For `make prove`: what was found, and whether a leak is noticed."""
    long = requests >= SETTLES
    report = await run(requests, seed, fuzz=long, say=say)
    if not long:
        report.wrong = [line for line in report.wrong if not line.startswith("memory of") or "web process" in line]
    told = {leak: await notices(leak, seed) for leak in LEAKS}
    for leak, (noticed, figure) in told.items():
        say(f"with a leak of the {leak}: {figure.rise:+.1f} MB, {'noticed' if noticed else 'NOT NOTICED'}")
    return report, all(noticed for noticed, _ in told.values())


def _write_leak(folder: str) -> str:
    """Python imports it before our program, from a folder of PYTHONPATH."""
    Path(folder, "sitecustomize.py").write_text(LEAKING_WEB)
    return folder


async def run(
    requests: int,
    seed: int = 1,
    *,
    fuzz: bool = True,
    examples: int = 1,
    leak: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> Report:
    """`fuzz` with so many `examples` of each operation. `leak` breaks the web process or the database on purpose."""
    report, begin = Report(), time.monotonic()

    def say_when(text: str) -> None:
        say(f"{time.monotonic() - begin:6.0f} s  {text}")

    with StripeServer() as server, tempfile.TemporaryDirectory() as folder:
        environment = {**server.environment, "WEB_CONCURRENCY": "1", "POOL_SIZES": POOL_SIZES}
        if leak == "web":
            environment["PYTHONPATH"] = _write_leak(folder)
        async with standing(environment, wired=False) as (stand, _, _):
            log, load = Log(stand), Load(stand, random.Random(seed))
            samples = [measure(stand, 0)]
            async with stand.admin() as admin:
                if leak == "backends":
                    await LEAKING_BACKENDS.make(admin)
                tokens = {
                    role: await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
                    for role, email in FUZZERS.items()
                }
            begin = time.monotonic()
            if fuzz:
                # Before the shoppers come: what is invented names nobody and nothing of theirs.
                count = await load.invent(tokens, seed, examples)
                log.read()
                samples.append(measure(stand, log.requests))
                say_when(f"{count:,} requests were invented")
            invented_until = log.requests
            await load.start(server)
            if fuzz:
                load.go_on_inventing(tokens, seed + 100, examples)
            await _watch(load, log, samples, requests, say_when)
            await load.stop()
            report.seconds = time.monotonic() - begin
            log.read()
            await _let_time_pass(stand, report)
            broken = await _broken(stand)
    report.by_source = load.by_source(log.requests)
    _fill_in(report, log, samples, invented_until)
    report.wrong += [f"5xx: {line}" for line in log.failed] + load.book.wrong + broken + _exceeded(report)
    return report


async def _watch(load: Load, log: Log, samples: list[Sample], requests: int, say: Callable[[str], None]) -> None:
    """Samples the memory until the load has sent so many requests."""
    before, told = log.requests, 0.0
    while log.requests < before + requests:
        await asyncio.sleep(0.5)
        log.read()
        samples.append(measure(load.stand, log.requests))
        if time.monotonic() - told > 10:
            told = time.monotonic()
            figures = ", ".join(f"{name} {mb:.0f} MB" for name, mb in samples[-1].memory.items())
            figures += f"; {samples[-1].roles}"
            say(f"{log.requests:,} requests; {figures}")
        if 2 * (log.requests - before) >= requests:
            load.half.set()
        await load.collect()


def _fill_in(report: Report, log: Log, samples: list[Sample], invented_until: int) -> None:
    """The figures: what the log and the samples say."""
    report.requests = log.requests
    contract = {route.function for route in ROUTES}
    report.operations = (len(log.operations & contract), len(contract))
    report.statuses = dict(log.statuses)
    report.slowest = log.slowest
    report.memory = {name: fit(samples, name, invented_until) for name in samples[-1].memory}
    middle = next(s for s in samples if 2 * s.requests >= invented_until + samples[-1].requests)
    for role in sorted(samples[-1].roles):
        report.roles[role] = [middle.roles.get(role, (0, 0.0)), samples[-1].roles[role]]
    quarter = len(samples) // 4
    for name in samples[-1].files:
        report.files[name] = (
            max((s.files.get(name, 0) for s in samples[-2 * quarter : -quarter]), default=0),
            max((s.files.get(name, 0) for s in samples[-quarter:]), default=0),
        )


def _exceeded(report: Report) -> list[str]:
    """The limits that the figures exceed."""
    return [
        *[f"an answer took {report.slowest:.1f} s"] * (report.slowest > TIMEOUT),
        *(f"memory of the {name} rose by {f.rise} MB" for name, f in report.memory.items() if not f.flat),
        *(f"open files of the {name}: {a}, then {b}" for name, (a, b) in report.files.items() if b > a + FEW),
        *(f"{left} rows of {name} stay" for name, (_, left) in report.rows.items() if left),
    ]


KEPT = {
    "messaging.idempotency_keys": ("created_at", "identity.purge_expired()"),
    "messaging.outbox": ("done_at", "messaging.purge_jobs()"),
    "identity.login_attempts": ("window_at", "identity.purge_expired()"),
}


async def _let_time_pass(stand: Stand, report: Report) -> None:
    """Eight days later: what the worker's purges leave of what the load left behind."""
    async with stand.admin() as admin:
        await admin.execute("SET session_replication_role = replica")  # the past is changed: no trigger has a say
        came = {}
        for table, (column, _) in KEPT.items():
            came[table] = await admin.fetchval(f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL")
            await admin.execute(f"UPDATE {table} SET {column} = {column} - interval '8 days'")
        await admin.execute("SET session_replication_role = origin")
        begin = time.monotonic()
        for purge in sorted({purge for _, purge in KEPT.values()}):
            while await admin.fetchval(f"SELECT {purge}"):
                pass
        report.purged = time.monotonic() - begin
        for table, (column, _) in KEPT.items():
            limit = "7 days 12 hours"  # what was done since is newer
            left = await admin.fetchval(f"SELECT count(*) FROM {table} WHERE {column} < now() - interval '{limit}'")
            report.rows[table] = (came[table], left)


async def _broken(stand: Stand) -> list[str]:
    async with stand.admin() as admin:
        found = await admin.fetch("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
    return [f"{row['name']}: {row['detail']}" for row in found]


# --- the command ----------------------------------------------------------------------------------


def show(report: Report, console: Console) -> None:
    headings = ("MB of", "before", "middle", "after", "level", "rise", "most", "")
    table = Table(*headings, box=None, pad_edge=False)
    for name, figure in report.memory.items():
        places = (figure.before, figure.middle, figure.after, figure.level)
        columns = (*(f"{mb:.1f}" for mb in places), f"{figure.rise:+.2f}", f"{figure.most:.1f}")
        table.add_row(name, *columns, "flat" if figure.flat else "RISES")
    console.print(table)
    sources = ", ".join(f"{count:,} {name}" for name, count in report.by_source.items())
    figures: dict[str, Any] = {
        "requests": f"{report.requests:,} in {report.seconds:.0f} s ({sources})",
        "operations": f"{report.operations[0]} of {report.operations[1]} of the contract",
        "answers": ", ".join(f"{count:,} {name}" for name, count in sorted(report.statuses.items())),
        "slowest answer": f"{report.slowest:.2f} s (limit {TIMEOUT:.0f})",
        "largest backend of": ", ".join(
            f"{role} {a[1]:.0f} then {b[1]:.0f} MB ({b[0]})" for role, (a, b) in report.roles.items()
        ),
        "open files": ", ".join(f"{name} {before} then {after}" for name, (before, after) in report.files.items()),
        "purged": ", ".join(f"{name} {came:,}, left {left}" for name, (came, left) in report.rows.items())
        + f" ({report.purged:.1f} s)",
        "criterion": f"a line through the second half of it rises by less than {RISE:.0%} of the level (or 2 MB)",
    }
    summary = Table(box=None, show_header=False, pad_edge=False)
    for name, text in figures.items():
        summary.add_row(name, text)
    console.print(summary)
    for line in report.wrong[:20]:
        console.print(f"wrong: {line}", markup=False)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove.soak", description="Memory over a busy hour.")
    parser.add_argument("--requests", type=int, default=HOUR)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--examples", type=int, default=1, help="of each operation, besides some fifty that cover its schema"
    )
    parser.add_argument("--leak", choices=LEAKS, default="", help="break it on purpose")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    soak = run(
        options.requests,
        options.seed,
        examples=options.examples,
        leak=options.leak,
        say=lambda text: talk.print(text, markup=False),
    )
    report = asyncio.run(soak)
    if options.json:
        console.print_json(json.dumps({"ok": report.ok, **asdict(report)}))
    else:
        show(report, console)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
