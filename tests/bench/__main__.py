"""`make bench`: one run, one table. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from db.server import ServerError

from . import flows, machine, orders, report
from .load import LoadError, Result
from .report import Part
from .shop import Shop, Size, Web, cluster, make

PARTS = ("place-order", "hot", *flows.ALL)
console = Console(stderr=True, highlight=False, soft_wrap=True)


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the store on this machine.")
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (%(default)s)")
    parser.add_argument("--connections", type=numbers, default=[1, 16, 64], help="such as 1,16,64")
    parser.add_argument("--only", type=names, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a second each, fewer customers: to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, for programs")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="make the database below this folder, not here")
    options = parser.parse_args(arguments)
    if options.quick:
        options.seconds = min(options.seconds, 1.0)
    return options


def numbers(text: str) -> list[int]:
    found = sorted({int(part) for part in text.split(",")})
    if not found or found[0] < 1 or found[-1] > 100:
        raise argparse.ArgumentTypeError("from 1 to 100 connections")
    return found


def names(text: str) -> list[str]:
    found = text.split(",")
    if unknown := set(found) - set(PARTS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return found


def tell(result: Result) -> None:
    console.print(
        f"  {result.what:23} {result.by:8} {result.connections:3}  {result.rate:9,.0f}/s  "
        f"p50 {result.p50:7.2f} ms  p99 {result.p99:8.2f} ms"
        f"  PostgreSQL {result.postgres:6,.0f} µs" + (f"  web {result.web:6,.0f} µs" if result.web is not None else ""),
        markup=False,
    )


def measure(shop: Shop, options: argparse.Namespace) -> list[Part]:
    parts: list[Part] = []
    with Web(shop) as web:
        if "place-order" in options.only:
            parts.append(orders.place_order(shop, web, options.connections, options.seconds, tell))
        if "hot" in options.only:
            parts.append(orders.hot_product(shop, web, max(options.connections), options.seconds, tell))
        parts += [
            part(shop, web, options.connections, options.seconds, tell)
            for name, part in flows.ALL.items()
            if name in options.only
        ]
    return parts


def run(options: argparse.Namespace) -> report.Report:
    size = Size(products=1000, customers=200) if options.quick else Size()
    with cluster(options.data, say) as (server, access, folder):
        shop = make(access, server.layout, folder, size, say)
        settings = report.settings_of(shop)
        equipment = machine.describe(folder)
        shop.warm = 0.5 if options.quick else shop.warm
        orders.open_shop(shop)
        parts = measure(shop, options)
        broken = orders.broken_invariants(shop)
    return report.Report(equipment, settings, options.seconds, parts, broken)


def say(text: str) -> None:
    console.print(text, markup=False, style="dim")


def main(arguments: Sequence[str] | None = None) -> int:
    options = options_of(arguments)
    try:
        done = run(options)
    except (LoadError, ServerError) as error:
        console.print(f"bench: {error}", markup=False)
        return 1
    width = max(Console().width, 110)  # a table that is cut off tells nothing
    report.show(done, Console(highlight=False, width=width))
    if options.json:
        options.json.write_text(json.dumps(done.as_json(), indent=2, ensure_ascii=False) + "\n")
    return 1 if done.broken else 0


if __name__ == "__main__":
    sys.exit(main())
