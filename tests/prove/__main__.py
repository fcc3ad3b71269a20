"""`make prove`: correctness under attack, in one table.

    python -m tests.prove                        everything: twenty minutes
    python -m tests.prove --size quick           everything small: four minutes
    python -m tests.prove machine attacks        these parts only
    python -m tests.prove --seed 7 --json        another run; as JSON

1. machine   a state machine over HTTP against a model: every answer is foretold
2. crowd     many clients at once; their answers must explain the state
3. attacks   what was done to other shops, through SQL and over HTTP; and with the safeguard cut out, to see it noticed
4. abuse     people who cheat, hoard, guess and flood while others shop; and with the protections cut out
5. faults    processes killed, disks filled, archives damaged, gateways failing (tests/prove/faults.py)
6. soak      an hour's requests, fuzzed: no 5xx, none late, memory flat; and with a leak, to see it noticed

The exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table

from db.server.access import Access
from tests.prove import abuse, machine, soak
from tests.prove.attacks import ATTACKS, Cut
from tests.prove.campaign import Verdict, sabotage, strike
from tests.prove.crowd import Crowd, History, worker
from tests.prove.house import cluster, enter, web_tier
from tests.support.cluster import Cluster

CROWDS = 6  # that a cut has to be noticed by one of

PARTS = ("machine", "crowd", "attacks", "abuse", "faults", "soak")


@dataclass(frozen=True)
class Size:
    examples: int  # shops of the machine
    steps: int  # of each
    clients: int
    seconds: float  # of the crowd
    rounds: int  # of each attack through each door
    tries: int  # that a cut has to be noticed
    customers: int  # who shop while others abuse the shop
    lull: float  # seconds that they shop before, and at least during it
    minutes: float  # of faults
    requests: int  # of the soak


SIZES = {
    "quick": Size(8, 40, 8, 8.0, 3, 60, 3, 5.0, 1.0, 3_000),
    "full": Size(100, 60, 24, 90.0, 20, 300, 8, 30.0, 5.0, soak.HOUR),
    "long": Size(800, 120, 40, 900.0, 200, 1000, 16, 300.0, 60.0, 5 * soak.HOUR),
}


@dataclass
class Row:
    part: str
    name: str
    family: str
    operations: int
    found: list[str]
    seconds: float
    notices: bool | None = None  # it finds something when the safeguard is removed
    notes: dict[str, Any] = field(default_factory=dict)


# Broken so that only exact amounts tell: the machine must see it.
OFF_BY_A_UNIT = Cut("sales.charge_tax", "v_amount := round((before + amount", "v_amount := trunc((before + amount")


# Pieces that come back are added to what was read, not to what is there.
LOST_UPDATE = Cut(
    "catalog.change_stock",
    "reserved = s.reserved + change_stock.reserved_delta",
    "reserved = (SELECT x.reserved FROM catalog.stock AS x WHERE x.product_id = change_stock.product_id) "
    "+ change_stock.reserved_delta",
)


def run_machine(
    access: Access, url: str, examples: int, steps: int, seed: int, *, shrink: bool = True
) -> tuple[dict[str, int], list[str]]:
    try:
        return dict(machine.run(access, url, examples, steps, seed, shrink=shrink)), []
    except Exception as error:
        first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        return {}, [f"{first}"[:2000] + "".join(f"\n{line}" for line in getattr(error, "__notes__", []))[:4000]]


def prove_machine(house: Cluster, size: Size, seed: int, folder: Path) -> Row:
    began = time.monotonic()
    access = house.clone("machine")
    with web_tier(access, folder) as url:
        seen, found = run_machine(access, url, size.examples, size.steps, seed)
    access = house.clone("machine_cut")
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        source = connection.execute("SELECT pg_get_functiondef(%s::regproc)", [OFF_BY_A_UNIT.routine]).fetchone()
        assert source
        assert OFF_BY_A_UNIT.old in source[0]
        connection.execute(source[0].replace(OFF_BY_A_UNIT.old, OFF_BY_A_UNIT.new))
    with web_tier(access, folder) as url:
        _, noticed = run_machine(access, url, max(30, size.examples), 40, seed, shrink=False)
    return Row("machine", f"every answer as the model foretells, {seen.get('steps', 0):,} steps", "model-based",
               seen.get("requests", 0), found, time.monotonic() - began, bool(noticed), seen)  # fmt: skip


async def let_in(access: Access, size: Size, seconds: float, seed: int, folder: Path, *cuts: Cut) -> History:
    with web_tier(access, folder) as url, worker(access, folder, url):
        async with enter(access, url) as place:
            for cut in cuts:
                await cut.make(place.admin)
            return await Crowd(place, size.clients, seed).run(seconds)


async def prove_crowd(house: Cluster, size: Size, seed: int, folder: Path) -> Row:
    began = time.monotonic()
    history = await let_in(house.clone("crowd"), size, size.seconds, seed, folder)
    noticed = False
    for turn in range(CROWDS):  # seconds of a slow machine may pass without two who meet
        access = house.clone(f"crowd_cut_{turn}")
        cut = await let_in(access, size, min(10.0, size.seconds), seed + turn, folder, LOST_UPDATE)
        if noticed := bool(cut.found):
            break
    notes = {"clients": size.clients, "invariant_checks": history.checks, "orders": len(history.orders),
             "callbacks": len(history.told), "answers": dict(history.answers)}  # fmt: skip
    name = f"{size.clients} clients at once, {history.checks} × all invariants"
    return Row("crowd", name, "history explains state", sum(history.answers.values()), history.found,
               time.monotonic() - began, noticed, notes)  # fmt: skip


async def prove_attacks(house: Cluster, size: Size, seed: int, folder: Path, talk: Console) -> list[Row]:
    access, rows = house.clone("attacks"), []
    with web_tier(access, folder) as url:
        async with enter(access, url) as place:
            for attack in ATTACKS:
                began = time.monotonic()
                verdicts: list[Verdict] = []
                for door in attack.doors:
                    verdicts.append(await strike(place, attack, door, size.rounds, seed))
                notices = None
                if attack.cuts:
                    notices = (await sabotage(house, attack, size.tries, seed)).noticed
                found = [f"{v.door}: {text}" for v in verdicts for text in v.found]
                notes = {v.door: {"rounds": v.rounds, "refusals": v.refusals} for v in verdicts}
                rows.append(Row("attacks", attack.name, attack.family, sum(v.answers for v in verdicts), found,
                                time.monotonic() - began, notices, notes))  # fmt: skip
                talk.print(f"  {attack.name}: {rows[-1].operations} operations, {len(found)} found")
    return rows


async def prove_abuse(house: Cluster, size: Size, seed: int, folder: Path, talk: Console) -> Row:
    began = time.monotonic()
    large = size != SIZES["quick"]
    report = await abuse.prove(house, folder, size.customers, size.lull, seed, large=large)
    for line in report.lines():
        talk.print(line, markup=False)
    gained = await abuse.notices(house, folder)
    requests = report.tries + len(report.before.seconds) + len(report.during.seconds)
    name = f"{len(report.loot)} attackers, {report.tries} tries, while {size.customers} customers shop"
    return Row("abuse", name, "gained, and lost by others", requests, report.found, time.monotonic() - began,
               all(gained.values()), report.notes() | {"gained_when_cut": gained})  # fmt: skip


def prove_faults(size: Size, seed: int, talk: Console) -> Row | None:
    if importlib.util.find_spec("tests.prove.faults") is None:
        return None
    from tests.prove import faults

    began = time.monotonic()
    try:
        report = asyncio.run(faults.prove(size.minutes, seed, lambda text: talk.print(text, markup=False)))
    except Exception as error:  # the shop did not come back: that is what was to be found, and the table has the rest
        return Row("faults", "faults while clients shop", "faults", 0, [repr(error)], time.monotonic() - began)
    faults.show(report, talk)
    late = [f"{name}: {seconds:.0f} s" for name, seconds in report.recovery.items() if seconds > faults.RECOVERS]
    found = [*report.lost, *report.doubled, *report.wrong, *report.broken, *report.leaks, *late]
    return Row("faults", f"{sum(report.faults.values())} faults while {faults.CLIENTS} clients shop", "faults",
               report.requests, found, time.monotonic() - began, None, asdict(report))  # fmt: skip


def prove_soak(size: Size, seed: int, talk: Console) -> Row:
    began = time.monotonic()
    report, noticed = asyncio.run(soak.prove(size.requests, seed, lambda text: talk.print(text, markup=False)))
    soak.show(report, talk)
    name = f"memory over {report.requests:,} requests of {report.operations[0]} operations"
    return Row("soak", name, "memory and time", report.requests, report.wrong, time.monotonic() - began, noticed,
               asdict(report))  # fmt: skip


def show(rows: list[Row], console: Console) -> None:
    table = Table(title="Correctness under attack", show_footer=True, box=None, pad_edge=False)
    for heading, footer, style in (
        ("what", "all", "left"), ("kind", "", "left"), ("operations", f"{sum(r.operations for r in rows):,}", "right"),
        ("anomalies found", str(sum(len(r.found) for r in rows)), "right"),
        ("found without its safeguard", "", "left"),
        ("seconds", f"{sum(r.seconds for r in rows):.0f}", "right"),
    ):  # fmt: skip
        table.add_column(heading, footer, justify="right" if style == "right" else "left", no_wrap=style == "right")
    for row in rows:
        notices = {None: "", True: "yes", False: "[red]no[/red]"}[row.notices]
        number = f"[red]{len(row.found)}[/red]" if row.found else "0"
        table.add_row(row.name, row.family, f"{row.operations:,}", number, notices, f"{row.seconds:.1f}")
    console.print(table)
    for row in rows:
        for text in row.found[:10]:
            console.print(f"[red]found[/red] {row.name}: ", end="")
            console.print(text, markup=False)
        if row.notices is False:
            console.print(f"[red]not noticed[/red] {row.name}: nothing was found with its safeguard cut out.")
    console.print(f"operations done: {sum(r.operations for r in rows):,}")
    console.print(f"anomalies found: {sum(len(r.found) for r in rows)}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description="Correctness under attack.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; all of them without")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--seed", type=int, default=None, help="the same seed, the same choices")
    parser.add_argument("--json", action="store_true", help="as JSON on the standard output")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    parts, size = options.parts or PARTS, SIZES[options.size]
    seed = random.randrange(10**6) if options.seed is None else options.seed
    talk, rows = Console(stderr=True, highlight=False), list[Row]()
    talk.print(f"seed {seed}")
    if set(parts) - {"faults", "soak"}:
        with cluster() as house, tempfile.TemporaryDirectory(prefix="storeproc-prove-") as name:
            folder = Path(name)
            if "machine" in parts:
                talk.print("machine")
                rows.append(prove_machine(house, size, seed, folder))
            if "crowd" in parts:
                talk.print("crowd")
                rows.append(asyncio.run(prove_crowd(house, size, seed, folder)))
            if "attacks" in parts:
                talk.print("attacks")
                rows += asyncio.run(prove_attacks(house, size, seed, folder, talk))
            if "abuse" in parts:
                talk.print("abuse")
                rows.append(asyncio.run(prove_abuse(house, size, seed, folder, talk)))
    if "faults" in parts and (row := prove_faults(size, seed, talk)) is not None:
        rows.append(row)
    if "soak" in parts:
        talk.print("soak")
        rows.append(prove_soak(size, seed, talk))
    missed = [row.name for row in rows if row.notices is False]
    ok = not missed and not any(row.found for row in rows)
    if options.json:
        sums = {"operations": sum(r.operations for r in rows), "anomalies": sum(len(r.found) for r in rows)}
        said = {"ok": ok, "seed": seed, "size": options.size, **sums, "rows": [asdict(row) for row in rows]}
        print(json.dumps(said, default=str))
    else:
        # Wide enough for its names where nobody looks at it on a terminal.
        show(rows, Console(highlight=False, width=None if sys.stdout.isatty() else 180))
    return 0 if ok else 1


if __name__ == "__main__":
    # Its servers and folders go, however it ends: as if by Ctrl-C, which asyncio hears in the right place.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
