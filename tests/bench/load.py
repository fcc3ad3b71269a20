"""Load, from pgbench and from wrk: how much was done, how long each took, and whose CPU it cost."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from api.contract.statements import Statement

from .machine import cpu_seconds
from .shop import HERE, PREFIX, Shop, Web

# What the web tier says besides, as pgbench says it: constants, as long as the real ones.
REQUEST = "'bench-bench-bench-bench-bench'"
CLIENT = "'127.0.0.1'"
ROUTE = "POST /orders"
DIGEST = "b" * 64
LINES = 3  # of an order
TOKEN_EVERY = 500  # transactions after which a pgbench client takes another customer


class LoadError(Exception):
    """What went wrong, in one line."""


@dataclass(frozen=True)
class Result:
    """One measurement. Times of one request in milliseconds, CPU of one request in microseconds."""

    what: str
    by: str
    connections: int
    requests: int
    seconds: float
    p50: float
    p99: float
    postgres: float
    web: float | None
    client: float
    refused: int = 0

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "rate": self.rate}


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


# --- pgbench --------------------------------------------------------------------------------------


def order_body(lines: int) -> str:
    """SQL for a body with that many lines of products :p1, :p2 …: what a client would send, put together in the server,
    because pgbench knows no strings. It costs some two microseconds."""
    parts = " || ".join(
        f"""'{"," if n > 1 else ""}{{"product_id":"{PREFIX}' || :p{n}::text || '","quantity":1}}'"""
        for n in range(1, lines + 1)
    )
    return f"""('{{"items":[' || {parts} || ']}}')"""


def fill(text: str, arguments: Sequence[str]) -> str:
    """A statement of the web tier with pgbench's expressions in the place of its arguments."""
    for place, argument in reversed(list(enumerate(arguments, 1))):
        text = text.replace(f"${place}::", f"{argument}::").replace(f"${place},", f"{argument},")
    return text + ";\n"


def keep(statement: str, **found: str) -> str:
    """A filled statement of which pgbench keeps something for the next ones: of its answer x, as JSON."""
    columns = ", ".join(f"{value} AS {name}" for name, value in found.items())
    answer = statement.rstrip(";\n")
    return f"SELECT {columns} FROM ({answer}) AS s (answer), LATERAL (SELECT s.answer::jsonb AS x) \\gset\n"


def order_script(
    shop: Shop, statement: Statement, lines: int, low: int, high: int, *, keyed: bool, caller: str = ":token"
) -> str:
    """One order of so many lines of the products low … high, by the statement that the web tier sends."""
    arguments = [caller, REQUEST, order_body(lines), CLIENT]
    if keyed:
        arguments += [":key", f"'{ROUTE}'", f"'{DIGEST}'"]
    return choose_order(shop, lines, low, high) + fill(statement.keyed if keyed else statement.text, arguments)


def choose_order(shop: Shop, lines: int, low: int, high: int) -> str:
    """A customer, products for order_body() and a key."""
    return (
        choose_customer(shop)
        + "".join(f"\\set p{n} {random_product(low, high)}\n" for n in range(1, lines + 1))
        + "\\set key random(1, 9000000000000000000)\n"
    )


def random_product(low: int, high: int) -> str:
    return f"random({100_000_000_000 + low}, {100_000_000_000 + high})"


def choose_customer(shop: Shop) -> str:
    return (
        f"\\if :orders % {TOKEN_EVERY} = 0\n"
        f"\\set n random(0, {shop.size.customers - 1})\n"
        "SELECT token, account_id FROM bench.tokens WHERE n = :n \\gset\n"
        "\\endif\n"
        "\\set orders :orders + 1\n"
    )


def bare_script(shop: Shop, lines: int) -> str:
    return (
        choose_customer(shop)
        + "".join(
            f"\\set p{n} random(100000000000, {100_000_000_000 + shop.size.products - 1})\n"
            for n in range(1, lines + 1)
        )
        + f"SELECT bare.create_order(:account_id::uuid, ({order_body(lines)}::jsonb) -> 'items')::text;\n"
    )


def pgbench(
    shop: Shop,
    what: str,
    script: str,
    connections: int,
    seconds: float,
    *,
    role: str | None = "web_customer",
    warm: float | None = None,
) -> Result:
    """What `connections` clients do in `seconds`, after `warm` seconds and more: each meets its plans and functions.

    Without a role the script is the administrator's, and says itself whose session it is.
    """
    # Each connection compiles some forty functions for itself: a tenth of a second of CPU before its first order.
    warm = (shop.warm if warm is None else warm) + connections / 16
    folder = shop.folder / f"pgbench-{time.monotonic_ns()}"
    folder.mkdir()
    file = folder / "script.sql"
    file.write_text(script)
    url = shop.access.admin() if role is None else shop.access.url(role)
    given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    command = [
        shop.program("pgbench"), "--no-vacuum", "--protocol=prepared", "--file", str(file),
        "--client", str(connections), "--jobs", str(min(connections, 2)), "--time",
        str(math.ceil(warm + seconds + 1.5)),
        "--log", "--log-prefix", str(folder / "log"), "--define", "orders=0", "--define", f"clients={connections}",
        "--host", given["host"], "--username", given["user"], given["dbname"],
    ]  # fmt: skip
    with (
        psycopg.connect(shop.access.admin(), autocommit=True) as watcher,
        subprocess.Popen(
            command,
            env={**os.environ, "PGPASSWORD": given["password"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_for_clients(watcher, connections, process)
            time.sleep(warm)
            before = shop.postgres_seconds(), cpu_seconds(process.pid), time.time()
            time.sleep(seconds)
            after = shop.postgres_seconds(), cpu_seconds(process.pid), time.time()
            said = process.communicate(timeout=60)[0].decode()
        finally:
            process.kill()
    if process.returncode != 0 or "aborted" in said:
        raise LoadError(f"pgbench, {what}: {said.strip()}")
    taken = _milliseconds(folder, before[2], after[2])
    shutil.rmtree(folder)
    if not taken:
        raise LoadError(f"pgbench, {what}: nothing was done in {seconds} s\n{said.strip()}")
    done = len(taken)
    return Result(
        what, "pgbench", connections, done, after[2] - before[2], percentile(taken, 0.5), percentile(taken, 0.99),
        (after[0] - before[0]) / done * 1e6, None, (after[1] - before[1]) / done * 1e6,
    )  # fmt: skip


def _milliseconds(folder: Path, begin: float, end: float) -> list[float]:
    """What the transactions took that ended in this time, sorted, from pgbench's logs."""
    taken = []
    for log in folder.glob("log*"):
        for line in log.read_text().splitlines():
            fields = line.split()  # client, transaction, microseconds, script, second, microsecond
            if begin <= int(fields[4]) + int(fields[5]) / 1e6 < end:
                taken.append(int(fields[2]) / 1000)
    return sorted(taken)


def _wait_for_clients(watcher: psycopg.Connection[Any], connections: int, process: subprocess.Popen[bytes]) -> None:
    """pgbench's time begins when all of them are connected."""
    while process.poll() is None:
        row = watcher.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'pgbench' AND state IS NOT NULL AND datname = current_database()"
        ).fetchone()
        if row and row[0] >= connections:
            return
        time.sleep(0.05)


# --- wrk ------------------------------------------------------------------------------------------


def wrk(
    shop: Shop,
    web: Web,
    what: str,
    kind: str,
    connections: int,
    seconds: float,
    *arguments: object,
    warm: float | None = None,
    threads: int | None = None,
    may_refuse: bool = False,
) -> Result:
    """What `connections` connections are answered in `seconds`. Requests are those of `kind` in requests.lua."""
    warm = shop.warm if warm is None else warm
    if warm >= 1:
        _run_wrk(web, kind, connections, warm, arguments, threads)
    before = shop.postgres_seconds(), web.cpu_seconds()
    told, client = _run_wrk(web, kind, connections, seconds, arguments, threads)
    after = shop.postgres_seconds(), web.cpu_seconds()
    trouble = {name: told[name] for name in ("connect", "read", "write", "timeout") if told[name]}
    if trouble or (told["status"] and not may_refuse):
        raise LoadError(f"wrk, {what}: {told['status']} answers were refusals, {trouble or 'no broken connections'}")
    requests = told["requests"]
    if not requests:
        raise LoadError(f"wrk, {what}: nothing was answered in {seconds} s")
    return Result(
        what, "HTTP", connections, requests, told["microseconds"] / 1e6, told["p50"] / 1000, told["p99"] / 1000,
        (after[0] - before[0]) / requests * 1e6, (after[1] - before[1]) / requests * 1e6, client / requests * 1e6,
        told["status"],
    )  # fmt: skip


def find_wrk() -> str:
    program = shutil.which("wrk")
    if program is None:
        raise LoadError("wrk is missing: apt-get install wrk (https://github.com/wg/wrk).")
    return program


def _run_wrk(
    web: Web, kind: str, connections: int, seconds: float, arguments: Sequence[object], threads: int | None
) -> tuple[dict[str, int], float]:
    """What wrk told, and the CPU seconds that it took itself."""
    tokens = web.shop.folder / "tokens"
    if not tokens.exists():
        found = web.shop.rows("SELECT token FROM bench.tokens ORDER BY n")
        tokens.write_text("".join(f"{token}\n" for (token,) in found))
    command = [
        find_wrk(), "--script", str(HERE / "requests.lua"),
        "--threads", str(threads or (1 if connections <= 16 else 2)),
        "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s", "--timeout", "20s", web.url,
        "--", kind, str(tokens), PREFIX, str(time.time_ns()), *map(str, arguments),
    ]  # fmt: skip
    begin = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    end = os.times()
    if done.returncode != 0 or "{" not in done.stdout:
        raise LoadError(f"wrk, {kind}: {(done.stderr or done.stdout).strip()[-500:]}")
    told: dict[str, int] = json.loads(done.stdout[done.stdout.rindex("{") :])
    return told, end.children_user + end.children_system - begin.children_user - begin.children_system
