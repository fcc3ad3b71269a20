"""`make bench`: one run, one table. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from db.server.access import ServerError

from . import chart, flows, growth, machine, orders, report, running
from .load import LoadError, Result, find_wrk
from .parts import Part
from .shop import HERE, ROOT, Shop, Size, Web, cluster, make

PARTS = ("place-order", "hot", *flows.ALL, "running")
console = Console(stderr=True, highlight=False, soft_wrap=True)


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures the store on this machine.")
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (%(default)s)")
    parser.add_argument("--connections", type=numbers, default=[1, 16, 64], help="such as 1,16,64")
    parser.add_argument("--only", type=names, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a second each, fewer customers: to see that it works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything there, for programs")
    parser.add_argument(
        "--growth", type=sizes, nargs="?", const=list(growth.SIZES), default=[], metavar="ORDERS",
        help="also in shops with so many orders (10000,100000,1000000: an hour)",
    )  # fmt: skip
    parser.add_argument(
        "--write", action="store_true", help="put the table into tests/bench/README.md, and the chart beside"
    )
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


def sizes(text: str) -> list[int]:
    found = sorted({int(part) for part in text.split(",")})
    if found[0] < 1000:
        raise argparse.ArgumentTypeError("from 1000 orders")
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


def measure(shop: Shop, only: Sequence[str], connections: Sequence[int], seconds: float) -> list[Part]:
    parts: list[Part] = []
    with Web(shop) as web:
        before = running.memory(web)
        if "place-order" in only:
            parts.append(orders.place_order(shop, web, connections, seconds, tell))
        if "hot" in only:
            parts.append(orders.hot_product(shop, web, max(connections), seconds, tell))
        parts += [part(shop, web, connections, seconds, tell) for name, part in flows.ALL.items() if name in only]
        if "running" in only:
            parts.append(running.memory_part(before, running.memory(web)))
    return parts


def run(options: argparse.Namespace) -> report.Report:
    size = Size(products=1000, customers=200) if options.quick else Size()
    with cluster(options.data, say) as (server, access, folder):
        shop = make(access, server.layout, folder, size, say)
        shop.warm = 1.0 if options.quick else shop.warm
        done = report.Report(machine.describe(folder), report.settings_of(shop), options.seconds, [], [])
        orders.open_shop(shop)
        done.parts = measure(shop, options.only, options.connections, options.seconds)
        done.broken = orders.broken_invariants(shop)
        if "running" in options.only:
            done.parts.append(running.start_up(folder / "up"))
    done.growth = [grow(options, count) for count in options.growth]
    return done


def grow(options: argparse.Namespace, count: int) -> growth.Point:
    """The same, in a shop with so many orders."""
    say(f"a shop with {count:,} orders")
    size = Size(products=1000, customers=200, orders=count) if options.quick else Size(orders=count)
    with cluster(options.data, say) as (server, access, folder):
        shop = make(access, server.layout, folder, size, say)
        shop.warm = 1.0 if options.quick else shop.warm
        point = growth.look(shop, say)
        orders.open_shop(shop)
        # The orders made here are not among those that were counted on the disk.
        only = [name for name in options.only if name not in ("hot", "running")]
        point.parts = measure(shop, only, [min(options.connections, key=lambda n: abs(n - 16))], options.seconds)
        if broken := orders.broken_invariants(shop):
            raise LoadError(f"with {count:,} orders: {'; '.join(broken)}")
    return point


def write(done: report.Report) -> None:
    if len(done.growth) > 1:
        (HERE / "growth.svg").write_text(chart.draw(done.growth))
    file = HERE / "README.md"
    if not report.put_between_markers(file, report.markdown(done)):
        say(f"{file.relative_to(ROOT)} has no place for it: two lines, <!-- bench --> and <!-- /bench -->")


def say(text: str) -> None:
    console.print(text, markup=False, style="dim")


def main(arguments: Sequence[str] | None = None) -> int:
    options = options_of(arguments)
    try:
        find_wrk()
        done = run(options)
    except (LoadError, ServerError) as error:
        console.print(f"bench: {error}", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    width = max(Console().width, 110)  # a table that is cut off tells nothing
    report.show(done, Console(highlight=False, width=width))
    if options.write:
        write(done)
    if options.json:
        options.json.write_text(json.dumps(done.as_json(), indent=2, ensure_ascii=False) + "\n")
    return 1 if done.broken else 0


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGHUP):  # its servers and their gigabytes go, however it ends
        signal.signal(number, signal.default_int_handler)
    sys.exit(main())
