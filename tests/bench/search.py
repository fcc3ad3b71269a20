"""What a search costs: `python -m tests.bench.search [--before REVISION] [--products 110000]`.

Loads the shop at scale, with some products of other scripts and accents, and calls each kind of search a number of
times, with other words each time. With --before a second database of the same server has the source of that revision,
and the calls of both alternate. It starts a server of its own in a temporary folder. Times are the CPU's of the
backend: the data is in memory, and others on the machine do not count.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from db.server.access import Access
from db.server.supervisor import Server

ROOT = Path(__file__).parents[2]
LOOKS = [
    "amber", "birch", "black", "brass", "bright", "coral", "cotton", "dark", "ebony",
    "forest", "granite", "indigo", "ivory", "linen", "marble", "navy",
]  # fmt: skip
NOUNS = [
    "lamp", "kettle", "mug", "chair", "table", "shelf", "notebook", "backpack", "tent",
    "bottle", "knife", "board", "candle", "skillet", "teapot",
]  # fmt: skip
# Of descriptions.
PRAISE = [
    "last", "repairable", "heavier", "designed", "tested", "loved", "travellers", "packs", "ages",
    "plastic",
]  # fmt: skip

# In the source that is measured: deploy, load.
LOAD = """
import sys
from db.demo import scale
from db.deploy.migrate import migrate
from db.server.access import Access
access = Access(sys.argv[1], sys.argv[2])
migrate(access)
scale.load(access, scale.Scale(products=int(sys.argv[3]), orders=0))
"""
OTHERS = """
    WITH letters AS (SELECT string_to_array('無線充電器電話機時計青赤白大小新古木金水火土', NULL) AS han), made AS (
        INSERT INTO catalog.products (merchant_id, sku, name, description)
        SELECT (SELECT p.merchant_id FROM catalog.products AS p ORDER BY p.id LIMIT 1), 'WH-' || n || 'XM' || n % 7,
               CASE WHEN n % 2 = 0 THEN 'Café crème ' || n || ' – brûlée'
                    ELSE (SELECT string_agg(l.han[1 + ((n * 7 + i * (n % 11)) % 22)], '') FROM letters AS l,
                          generate_series(1, 6) AS i) || n END, 'Straße'
        FROM generate_series(1, 2000) AS n
        RETURNING id
    ), priced AS (
        INSERT INTO catalog.prices (product_id, currency, version, amount) SELECT id, 'USD', 1, 100 FROM made
    )
    INSERT INTO catalog.stock (product_id, on_hand) SELECT id, 1 FROM made
"""


def queries(some: random.Random, products: int) -> dict[str, tuple[str, str]]:
    """Of each kind: the arguments of list_products (or the facets, or a write)."""

    def sku() -> str:
        return f"SC-{some.randrange(1, products):07}"

    look, noun = some.choice(LOOKS), some.choice(NOUNS)
    listed = "SELECT api.list_products({})"
    return {
        kind: (listed if not kind.startswith("facets") else "SELECT api.get_product_facets({})", arguments)
        for kind, arguments in {
            "one word of names": f"q => '{noun}'",
            "two words of names": f"q => '{look} {noun}'",
            "an exact name": f"q => '{look} steel {noun}'",
            "a word of descriptions": f"q => '{some.choice(PRAISE)}'",
            "both": f"q => '{some.choice(PRAISE)} {noun}'",
            "a SKU": f"q => '{sku()}'",
            "a SKU without separators": f"q => '{sku().replace('-', '').lower()}'",
            "the beginning of a SKU": f"q => '{sku()[:7]}'",
            "a beginning of all SKUs": "q => 'SC-0'",
            "mistyped": f"q => '{noun[:2] + noun[3:]} {look}'",
            "a word that is not there": f"q => 'xq{noun[::-1]}'",
            "common words": "q => 'the who'",
            "accents": "q => 'cafe creme'",
            "Chinese": "q => '電話'",
            "of a page far behind": f"q => '{noun}', \"limit\" => 100",
            "by price": f"q => '{noun}', sort => 'price'",
            "in stock": f"q => '{noun}', in_stock => true",
            "at a price": f"q => '{noun}', min_price => 90000",
            "in another currency": f"q => '{noun}', currency => 'EUR'",
            "by name, without q": "sort => 'name'",
            "facets of a word": f"q => '{noun}'",
            "facets of two words": f"q => '{look} {noun}'",
        }.items()
    }


def writes(n: int) -> dict[str, str]:
    name = f"Bench {LOOKS[n % len(LOOKS)]} {NOUNS[n % len(NOUNS)]} {n}"
    return {
        "create a product": f"SELECT api.create_product(name => '{name}', description => 'Made to last. Packs flat. "
        f"Repairable at home.', sku => 'B-{n}', price => 500, currency => 'USD', stock => 5, "
        'attributes => \'{"colour": "red"}\')',
        "rename a product": f"SELECT api.update_product(product_id => (SELECT id FROM catalog.products WHERE sku = "
        f"'B-{n}' AND deleted_at IS NULL), name => 'Renamed {n}')",
        "change the weight": f"SELECT api.update_product(product_id => (SELECT id FROM catalog.products WHERE sku = "
        f"'B-{n}' AND deleted_at IS NULL), weight => {n + 1})",
    }


def import_products(shop: psycopg.Connection[Any], lines: int) -> float:
    """Seconds to check and apply a file of new products."""
    number = shop.execute(
        "INSERT INTO catalog.imports (merchant_id, columns, lines) SELECT identity.authenticate(), "
        "'{sku,name,description,price,currency,stock}', %s RETURNING id",
        [lines],
    ).fetchone()
    assert number is not None
    shop.execute(
        "INSERT INTO catalog.import_lines (import_id, line, sku, name, description, price, currency, stock) "
        "SELECT %s, n + 1, 'I-' || n, 'Imported lamp ' || n, 'Made to last. Repairable at home.', '500', 'USD', '3' "
        "FROM generate_series(1, %s) AS n",
        [number[0], lines],
    )
    begin = cpu(shop)
    step = "WITH caller AS MATERIALIZED (SELECT identity.authenticate()) SELECT api.continue_import(%s) FROM caller"
    while shop.execute(step, [number[0]]).fetchone() == (True,):
        continue
    end = shop.execute("SELECT i.status FROM catalog.imports AS i WHERE i.id = %s", [number[0]]).fetchone()
    assert end == ("completed",), end
    return (cpu(shop) - begin) / 1000


def connect(access: Access) -> psycopg.Connection[Any]:
    """The administrator, who may call every function, in the name of a merchant."""
    shop = psycopg.connect(access.admin(), autocommit=True)
    email = shop.execute(
        "SELECT a.email FROM identity.accounts AS a JOIN catalog.products AS p ON p.merchant_id = a.id LIMIT 1"
    ).fetchone()
    assert email is not None
    token = shop.execute("SELECT identity.issue_local_token('merchant', %s)", email).fetchone()
    assert token is not None
    shop.execute("SELECT set_config('app.token', %s, false)", token)
    return shop


def cpu(shop: psycopg.Connection[Any]) -> float:
    """Milliseconds that the backend has been running."""
    return int(Path(f"/proc/{shop.info.backend_pid}/schedstat").read_text().split()[0]) / 1e6


def measure(shops: dict[str, psycopg.Connection[Any]], rounds: int, products: int) -> None:
    times: dict[tuple[str, str], list[float]] = {}
    some = random.Random(42)
    for n in range(rounds):
        asked = {kind: form.format(arguments) for kind, (form, arguments) in queries(some, products).items()}
        for kind, statement in {**asked, **writes(n)}.items():
            for source, shop in shops.items():
                begin = cpu(shop)
                shop.execute(statement.encode()).fetchall()
                if n >= 5:  # the first ones read what is not in memory yet
                    times.setdefault((kind, source), []).append(cpu(shop) - begin)
    print(f"| CPU ms | {' | '.join(f'{source} p50 | {source} p95' for source in shops)} |")
    print("| --- |" + " ---: | ---: |" * len(shops))
    for kind in {kind: 0 for kind, _ in times}:
        cells = []
        for source in shops:
            spent = times[kind, source]
            cells.append(f"{statistics.median(spent):.1f} | {statistics.quantiles(spent, n=20)[-1]:.1f}")
        print(f"| {kind} | {' | '.join(cells)} |")
    for source, shop in shops.items():
        size = shop.execute("SELECT pg_size_pretty(pg_total_relation_size('catalog.products'))").fetchone()
        assert size is not None
        print(f"{source}: {import_products(shop, 10_000):.1f} s of CPU for 10,000 new lines; products take {size[0]}")


def reindex(shop: psycopg.Connection[Any]) -> None:
    """How long the worker needs for all products."""
    begin, longest = time.perf_counter(), 0.0
    shop.execute("UPDATE sales.settings SET search_language = 'german'")
    while True:
        step = time.perf_counter()
        if shop.execute("SELECT catalog.reindex_products()").fetchone() == (0,):
            break
        longest = max(longest, time.perf_counter() - step)
    print(f"Another language: {time.perf_counter() - begin:.0f} s, the longest lock {longest:.2f} s")


def sources(before: str | None, folder: Path) -> Iterator[tuple[str, Path]]:
    if before:
        tree = folder / "before"
        tree.mkdir()
        archive = subprocess.run(["git", "archive", before], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", tree], input=archive, check=True)
        yield "before", tree
    yield "now", ROOT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", metavar="REVISION")
    parser.add_argument("--products", type=int, default=110_000)
    parser.add_argument("--rounds", type=int, default=45)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storeproc-search-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's user reads its own folder in it
        server = Server(folder / "data", secret="bench" * 12, settings={"shared_buffers": "1GB"})
        access = server.start("bench")
        try:
            shops = {}
            for source, tree in sources(options.before, folder):
                own = Access(access.admin(f"store_{source}"), access.secret)
                subprocess.run(
                    [sys.executable, "-c", LOAD, own.admin_url, own.secret, str(options.products)],
                    cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, check=True,
                )  # fmt: skip
                shops[source] = connect(own)
                shops[source].execute(OTHERS.encode())
                shops[source].execute("VACUUM (ANALYZE) catalog.products, catalog.prices, catalog.stock")
            measure(shops, options.rounds, options.products)
            reindex(shops["now"])
        finally:
            server.stop()


if __name__ == "__main__":
    main()
