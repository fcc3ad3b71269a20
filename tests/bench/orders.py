"""Placing orders: what the database can (the ceiling), what the web tier makes of it, a product that all want."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from api.contract.statements import Statement, build_statement

from . import load
from .load import LINES, Result, pgbench, wrk
from .parts import Goal, Part, Tell
from .shop import FEW, ROOT, Floor, Shop, Web, analyse

HERE = Path(__file__).parent


def statement_of(shop: Shop, function: str) -> Statement:
    """The statement that the web tier sends for a POST."""
    return build_statement(shop.contract.functions[function], (), body=True)


def open_shop(shop: Shop) -> None:
    """The first orders of both kinds, so that what is measured is a shop with orders, and its statistics say so."""
    statement = statement_of(shop, "create_order")
    pgbench(
        shop, "first", load.order_script(shop, statement, LINES, 0, shop.size.products - 1, keyed=True), 4, 1, warm=0.5
    )
    pgbench(shop, "first", load.bare_script(shop, LINES), 4, 1, warm=0.5)
    analyse(shop.access)


def place_order(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell, rounds: int = 3) -> Part:
    part = Part(f"place-order: {LINES} lines of {shop.size.products:,} products", tell=tell)
    statement = statement_of(shop, "create_order")
    last = shop.size.products - 1
    pool = web.settings.web_concurrency * web.settings.pool_sizes["web_customer"]

    def direct(what: str, script: str, clients: int) -> Result:
        shop.settle()
        return part.add(pgbench(shop, what, script, clients, seconds))

    most = max(connections)
    compare_with_less(part, shop, direct, 16 if 16 in connections else most, rounds)

    script = load.order_script(shop, statement, LINES, 0, last, keyed=True)
    clients = sorted({*connections, pool} if most > pool else set(connections))
    before = {n: direct("ceiling", script, n) for n in clients}
    http: dict[int, Result] = {}
    with Floor(shop, statement.keyed) as floor:
        for n in connections:
            shop.settle()
            http[n] = part.add(wrk(shop, web, "place-order", "order", n, seconds, LINES, 0, last))
            shop.settle()
            least_web = part.add(wrk(shop, floor, "floor of the web tier", "order", n, seconds, LINES, 0, last))
    after = {n: direct("ceiling again", script, n) for n in clients}
    for n in connections:
        ceiling = (before[n].rate + after[n].rate) / 2
        wanted = {16: 0.65, 64: 0.85}.get(n)
        if wanted:
            part.goals.append(
                Goal(f"place-order over HTTP, {n} connections, against the ceiling", wanted, http[n].rate / ceiling)
            )
        else:
            part.remarks.append(f"{n} connection{'s' * (n > 1)}: {http[n].rate / ceiling:.2f} of the ceiling")
    if most > pool:
        limited = (before[pool].rate + after[pool].rate) / 2
        part.remarks.append(
            f"{most} connections, against a ceiling of {pool}, the web tier's own: {http[most].rate / limited:.2f}"
        )
    part.remarks.append(
        "CPU of the web tier, against uvicorn and one statement through asyncpg, "
        f"which take {least_web.web or 0:.0f} µs (floor.py): {(http[most].web or 0) / (least_web.web or 1):.2f}"
    )
    part.goals.append(Goal("CPU of the web tier an order, µs", 300, http[most].web or 0, at_most=True))
    return part


def compare_with_less(
    part: Part, shop: Shop, direct: Callable[[str, str, int], Result], clients: int, rounds: int
) -> None:
    """CPU of create_order against the same without four of its parts, and against a textbook's."""
    statement = statement_of(shop, "create_order")
    last = shop.size.products - 1
    least = load.bare_script(shop, LINES)
    ours = load.order_script(shop, statement, LINES, 0, last, keyed=False)
    stripped = load.order_script(shop, statement, LINES, 0, last, keyed=False, caller=":account_id")
    turns: list[tuple[float, float, float]] = []
    for _ in range(rounds):  # in turns: the machine may be faster in one minute than in the next
        whole = direct("without a key", ours, clients).postgres
        with stripped_of_four(shop):
            turns.append((whole, direct("bare: ours, stripped", stripped, clients).postgres,
                          direct("least: a textbook's", least, clients).postgres))  # fmt: skip
    ratio = statistics.median(whole / bare for whole, bare, _ in turns)
    part.goals.append(
        Goal("CPU of create_order, against the same without audit, outbox, policies and token", 2.0, ratio, True)
    )
    ratio = statistics.median(whole / textbook for whole, _, textbook in turns)
    part.remarks.append(
        f"CPU of create_order, against a textbook's (bare.sql), which has none of the rest either: {ratio:.2f}"
    )


@contextmanager
def stripped_of_four(shop: Shop) -> Iterator[None]:
    """create_order as stripped.sql leaves it, until the end of the block."""
    shop.run((HERE / "stripped.sql").read_text())
    try:
        yield
    finally:
        for file in ("identity/routines/authenticate.sql", "messaging/routines/record_event.sql"):
            shop.run((ROOT / "db" / file).read_text())
        shop.run("ALTER ROLE store_api NOBYPASSRLS")
        for table in ("sales.orders", "sales.order_items"):
            shop.run(f"ALTER TABLE {table} ENABLE TRIGGER audit_insert")


def hot_product(shop: Shop, web: Web, connections: int, seconds: float, tell: Tell) -> Part:
    """Everybody buys one product: against many products, and until none is left."""
    part = Part(f"hot product: one line, {connections} connections", tell=tell)
    statement = statement_of(shop, "create_order")
    spread = (0, shop.size.products - 1)
    hot = (shop.hot, shop.hot)
    found: dict[str, tuple[Result, Result]] = {}
    for what, (low, high) in (("spread products", spread), ("hot product", hot)):
        shop.settle()
        script = load.order_script(shop, statement, 1, low, high, keyed=True)
        direct = part.add(pgbench(shop, what, script, connections, seconds))
        shop.settle()
        found[what] = direct, part.add(wrk(shop, web, what, "order", connections, seconds, 1, low, high))
    for place, name in enumerate(("pgbench", "HTTP")):
        ratio = found["hot product"][place].rate / found["spread products"][place].rate
        part.goals.append(Goal(f"hot product against spread products, {name}", 0.8, ratio))

    # The last piece: more is asked for than there is, and what is refused is refused.
    scarce = shop.scarce
    sold = part.add(
        wrk(shop, web, "selling out", "order", connections, seconds, 1, scarce, scarce, warm=0, may_refuse=True)
    )
    on_hand, reserved, ordered = shop.rows(
        "SELECT s.on_hand, s.reserved, "
        "(SELECT coalesce(sum(i.quantity), 0) FROM sales.order_items AS i WHERE i.product_id = s.product_id) "
        "FROM catalog.stock_levels AS s JOIN catalog.products AS p ON p.id = s.product_id WHERE p.sku = %s",
        f"BE-{scarce}",
    )[0]
    part.remarks.append(
        f"of {FEW:,} pieces {ordered:,} were sold over {connections} connections, {sold.refused:,} requests refused"
    )
    if reserved != ordered or ordered > on_hand:
        raise load.LoadError(f"oversold: {ordered} pieces ordered, {reserved} reserved, {on_hand} on hand")
    part.goals.append(Goal("pieces oversold", 0, max(0, ordered - on_hand), at_most=True))
    return part


def broken_invariants(shop: Shop) -> list[str]:
    return [
        f"{name}: {detail}"
        for name, detail in shop.rows("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok")
    ]
