"""A shop of some size: its books balance, and no list reads a large table from end to end, whatever it is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import sql

from api.contract.reader import Contract, read_contract
from api.contract.signatures import Function
from api.routes import ROUTES
from db.demo import scale
from db.server.access import Access

SIZE = scale.Scale(products=20_000, orders=15_000)
LARGE = 2_000  # rows from which on a table is not to be read as a whole

LISTS = sorted({route.function for route in ROUTES if route.method == "GET"})

# Of each parameter, by name, something that is there: SQL that finds one. {customer} and {merchant} are busy ones.
SAMPLES = {
    "product_id": "SELECT id FROM catalog.products WHERE merchant_id = {merchant} AND kind = 'product' LIMIT 1",
    "bundle_id": "WITH bundle AS (INSERT INTO catalog.products (merchant_id, sku, name, description, kind) "
    "SELECT {merchant}, 'SB-' || uuidv7(), 'A set', '', 'bundle' RETURNING id, merchant_id), "
    "priced AS (INSERT INTO catalog.prices (product_id, currency, version, amount, created_by) "
    "SELECT id, 'USD', 1, 900, merchant_id FROM bundle) SELECT id FROM bundle",
    "order_id": "SELECT id FROM sales.orders WHERE account_id = {customer} AND status = 'delivered' LIMIT 1",
    "payment_id": "SELECT id FROM payments.payments WHERE account_id = {customer} LIMIT 1",
    "account_id": "SELECT {customer}",
    "account": "SELECT {customer}",
    "merchant": "SELECT {merchant}",
    "category": "SELECT id FROM catalog.categories WHERE slug = 'scale-3'",
    "import_id": "INSERT INTO catalog.imports (merchant_id, columns, lines) SELECT {merchant}, '{{}}', 0 RETURNING id",
    "endpoint_id": "INSERT INTO messaging.webhook_endpoints (account_id, url, types) "
    "SELECT {merchant}, 'https://x.example/', '{{*}}' RETURNING id",
    "from": "SELECT now() - interval '200 days'",
    "to": "SELECT now() - interval '200 days'",
    "as_of": "SELECT now()",
    "country": "SELECT 'DE'",
    "email": "SELECT email FROM identity.accounts WHERE id = {customer}",
}
WORDS = {
    "q": ["lamp", "skilet", "customer1"],
    "currency": ["EUR", "CHF"],
    "filters": ['{"attribute.colour": "amber"}', '{"option.size": "M"}'],
    "min_price": ["90000"],
    "max_price": ["500"],
    "types": ["order.paid"],
    "weight": ["1500"],
    "goods": ["5000"],
    "provider": ["mock", "stripe"],
}


@pytest.fixture(scope="module")
def shop(make_database: Callable[[], Access]) -> Access:
    access = make_database()
    scale.load(access, SIZE)
    return access


@pytest.fixture(scope="module")
def found(shop: Access) -> Contract:
    async def read() -> Contract:
        connection = await asyncpg.connect(shop.url("web_anonymous"))
        try:
            return await read_contract(connection)
        finally:
            await connection.close()

    return asyncio.run(read())


class Reader:
    """Calls lists as their audience and watches how they are answered: every plan that PostgreSQL made on the way."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.plans: list[dict[str, Any]] = []
        connection.add_notice_handler(self._hear)
        for setting in (
            "log_min_duration = 0",
            "log_analyze = on",
            "log_timing = off",
            "log_nested_statements = on",
            "log_format = json",
            "log_level = notice",
        ):
            connection.execute(f"SET auto_explain.{setting}".encode())
        busiest = (
            "SELECT a.email FROM {} AS x JOIN identity.accounts AS a ON a.id = x.{} "
            "GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        )
        self.people = {
            "customer": self.value(busiest.format("sales.orders", "account_id")),
            "merchant": self.value(busiest.format("catalog.products", "merchant_id")),
            "support": "support@scale.example",
            "admin": "admin@scale.example",
        }
        self.tokens = {
            role: self.value("SELECT identity.issue_local_token(%s, %s)", role, email)
            for role, email in self.people.items()
        }
        self.tokens |= {"anonymous": "", "guest": self.tokens["customer"]}  # which may do what a guest may
        # regions: those of ISO 3166-2, which do not grow with the shop
        self.large = {
            row[0]
            for row in connection.execute(
                "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "WHERE c.relkind = 'r' AND c.reltuples >= %s AND n.nspname NOT IN ('pg_catalog', 'tap') "
                "AND c.relname <> 'regions'",
                [LARGE],
            )
        }

    def _hear(self, notice: psycopg.errors.Diagnostic) -> None:
        text = notice.message_primary or ""
        if text.startswith("duration:"):
            self.plans.append(json.loads(text[text.index("{") :]))

    def value(self, query: str, *arguments: object) -> Any:
        row = self.connection.execute(query.encode(), arguments or None).fetchone()
        return row[0] if row else None

    def sample(self, name: str) -> str:
        ids = {
            role: f"(SELECT id FROM identity.accounts WHERE email = {sql.quote(email)})"
            for role, email in self.people.items()
        }
        value = self.value(SAMPLES[name].format(**ids))
        assert value is not None, f"there is no {name} in the shop"
        return str(value)

    def call(self, function: Function, arguments: dict[str, str]) -> dict[str, Any]:
        self.plans.clear()
        self.connection.execute("SELECT set_config('app.token', %s, false)", [self.tokens[function.audience]])
        names = ", ".join(f'"{name}" => %s::{function.parameters[name].type}' for name in arguments)
        query = f"SELECT to_json(api.{function.name}({names}))::text"
        answer: dict[str, Any] = json.loads(self.value(query, *arguments.values()))
        return answer

    def nodes(self) -> Iterator[dict[str, Any]]:
        waiting = [plan["Plan"] for plan in self.plans]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.get("Plans", ())

    def read_whole(self) -> set[str]:
        return {n["Relation Name"] for n in self.nodes() if n["Node Type"] == "Seq Scan"} & self.large

    def examined(self, relation: str) -> float:
        """Rows of this table that were looked at."""
        return sum(
            (n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"]
            for n in self.nodes()
            if n.get("Relation Name") == relation
        )


@pytest.fixture(scope="module")
def reader(shop: Access) -> Iterator[Reader]:
    with psycopg.connect(shop.admin(), autocommit=True) as connection:
        yield Reader(connection)


def test_the_books_of_a_large_shop_balance(shop: Access) -> None:
    with psycopg.connect(shop.admin(), autocommit=True) as connection:
        broken = connection.execute("SELECT name, detail FROM audit.check_invariants() WHERE NOT ok").fetchall()
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM catalog.products WHERE kind = 'product'), "
            "(SELECT count(*) FROM sales.orders), (SELECT count(*) FROM billing.invoices), "
            "(SELECT count(*) FROM ledger.transfers)"
        ).fetchone()
    assert broken == []
    assert counts is not None
    assert counts[:2] == (SIZE.products, SIZE.orders)
    assert min(counts[2:]) > SIZE.orders / 2


def test_a_shop_at_scale_is_loaded_once(shop: Access) -> None:
    with pytest.raises(scale.ScaleError):
        scale.load(shop, SIZE)


def test_a_table_that_is_read_whole_inside_a_function_is_seen(reader: Reader) -> None:
    reader.plans.clear()
    reader.connection.execute(b"DO $$ BEGIN PERFORM count(*) FROM sales.orders WHERE total > 0; END $$")
    assert reader.read_whole() == {"orders"}
    assert reader.examined("orders") == SIZE.orders


@pytest.mark.parametrize("plans", ["auto", "force_generic_plan"])
def test_no_list_reads_a_large_table_from_end_to_end(reader: Reader, found: Contract, plans: str) -> None:
    """As a connection plans at first, and as it does when it has seen a statement often."""
    reader.connection.execute(f"SET plan_cache_mode = {plans}".encode())
    trouble: list[str] = []
    lists = [f for name in LISTS if (f := found.functions[name]).returns.endswith("_page")]
    assert len(lists) > 20
    assert {"orders", "order_items", "products", "prices", "payments", "transfers", "events"} <= reader.large
    for function in lists:
        for arguments in _questions(reader, found, function):
            answer = reader.call(function, arguments)
            asked = {name: value for name, value in arguments.items() if not name.endswith("_id")}
            if whole := reader.read_whole():
                trouble.append(f"{function.name} {asked}: reads all of {', '.join(sorted(whole))}")
            if answer["next_cursor"] and "cursor" not in arguments:
                reader.call(function, {**arguments, "cursor": answer["next_cursor"]})
                if whole := reader.read_whole():
                    trouble.append(f"{function.name} {asked}, next page: reads all of {', '.join(sorted(whole))}")
    assert trouble == [], trouble


def _questions(reader: Reader, found: Contract, function: Function) -> Iterator[dict[str, str]]:
    """What this list can be asked for: as it is, and with each of its filters."""
    parameters = [p for p in function.visible if p.name not in ("limit", "cursor")]
    given = {p.name: WORDS[p.name][0] if p.name in WORDS else reader.sample(p.name) for p in parameters if p.required}
    yield given
    for p in parameters:
        if not p.required:
            schema = found.types.schema(p.type, request=True)
            values = WORDS.get(p.name) or schema.get("enum")
            if values is None and schema.get("type") == "boolean":
                values = ["true", "false"]
            for value in values or [reader.sample(p.name)]:
                yield {**given, p.name: value}


def test_orders_of_an_old_period_are_found_where_they_are(reader: Reader, found: Contract) -> None:
    function = found.functions["list_all_orders"]
    day = {
        "from": reader.value("SELECT (now() - interval '201 days')::text"),
        "to": reader.value("SELECT (now() - interval '200 days')::text"),
    }
    page = reader.call(function, {**day, "limit": "100"})["data"]
    inside = "SELECT count(*) FROM sales.orders WHERE created_at >= %s AND created_at < %s"
    there = reader.value(inside, day["from"], day["to"])
    reader.call(function, day)
    assert len(page) == min(there, 100) > 0
    assert all(day["from"][:10] <= order["created_at"][:10] <= day["to"][:10] for order in page)
    assert reader.examined("orders") < 200, "it began at the newest order"


@pytest.mark.parametrize("what", ["payment_status", "fulfilment_status"])
def test_orders_are_found_by_where_their_money_and_their_goods_are(reader: Reader, found: Contract, what: str) -> None:
    function = found.functions["list_all_orders"]
    values = found.types.schema(function.parameters[what].type, request=True)["enum"]
    assert len(values) > 5
    for value in filter(None, values):
        page = reader.call(function, {what: value})["data"]
        # 21 orders, and those of the page again; none where there are none. Unpaid ones that wait for a payment too.
        assert reader.examined("orders") < 200, f"{value} was looked for among all orders"
        assert {order[what] for order in page} <= {value}
    assert reader.call(function, {what: {"payment_status": "unpaid"}.get(what, "delivered")})["data"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sort": "name"},
        {"sort": "price"},
        {"sort": "-price"},
        {"category": "scale"},
        {"min_price": "100000"},
        {"min_price": "3000", "max_price": "3100"},
        {"currency": "CHF"},
        {"q": "whisk"},
        {"q": "skilet", "sort": "newest"},
        {"q": "oak lamp", "min_price": "100", "max_price": "700"},
    ],
)
def test_a_page_of_products_looks_at_few_of_them(reader: Reader, found: Contract, asked: dict[str, str]) -> None:
    if "category" in asked:
        asked = {"category": reader.sample("category")}
    reader.call(found.functions["list_products"], asked)
    assert reader.examined("products") + reader.examined("prices") < SIZE.products / 4


@pytest.mark.parametrize("asked", [{}, {"sort": "name"}, {"sort": "price"}, {"sort": "-price"}, {"in_stock": "true"}])
@pytest.mark.parametrize("of", ["", "category", "merchant"])
def test_a_page_of_a_shelf_looks_at_little_more_than_it_shows(
    reader: Reader, found: Contract, asked: dict[str, str], of: str
) -> None:
    if of:
        asked = {**asked, of: reader.sample(of)}
    answer = reader.call(found.functions["list_products"], asked)
    reader.call(found.functions["list_products"], {**asked, "cursor": answer["next_cursor"]})
    examined = reader.examined("products") + reader.examined("prices")
    if (asked.get("sort"), of) == ("name", "merchant") or (asked.get("sort") in ("price", "-price") and of):
        # No index has both. By falling prices most variants that come first are not the cheapest of their product.
        assert examined < SIZE.products / (2 if asked["sort"] == "-price" else 4)
    elif of == "category" or "in_stock" in asked or "sort" in asked:
        # A window of each shelf below it; a larger one; the prices that end one day.
        assert examined < (2000 if asked.get("sort") == "-price" else 1000)
    else:
        assert examined < 150  # 21 products, their prices, and the 20 of the page again


@pytest.mark.parametrize("sort", ["newest", "name", "price", "-price"])
def test_the_short_way_to_a_page_leads_where_the_long_one_does(reader: Reader, sort: str) -> None:
    """next_products looks at the beginning of an index, sort_products plans for what was asked."""
    tree = f"catalog.category_tree('{reader.sample('category')}')"
    shelf = "(SELECT array_agg(id) FROM catalog.categories WHERE slug = 'scale-3-2')"
    merchant = f"'{reader.sample('merchant')}'"
    small = "(SELECT merchant_id FROM catalog.products GROUP BY 1 ORDER BY count(*) LIMIT 1)"
    known = 0
    for categories, of in [("NULL", "NULL"), (tree, "NULL"), (shelf, "NULL"), ("NULL", merchant), ("NULL", small)]:
        for currency, least, stocked in [("USD", "NULL", "NULL"), ("EUR", "NULL", "true"), ("USD", "5000", "true")]:
            filters = f"{categories}, {of}, '{currency}', {least}, NULL, {stocked}"
            key = after = "NULL"
            for _ in range(3):
                place = f"'{sort}', {key}, {after}, 21"
                short = reader.value(f"SELECT catalog.next_products({place}, {filters})")
                long = reader.value(f"SELECT catalog.sort_products({place}, NULL, {filters}, NULL, NULL)")
                assert short is None or short == long
                known += short is not None
                if len(long) < 21:
                    break
                after = f"'{long[-1]}'"
                columns = {"newest": "p.created_at::text", "name": "p.name_key"}
                price = f"(SELECT amount::text FROM catalog.price_in_force({after}, '{currency}'))"
                query = (
                    f"SELECT quote_literal({columns.get(sort, price)}) FROM catalog.products AS p WHERE p.id = {after}"
                )
                key = reader.value(query)
    assert known > 15


@pytest.mark.parametrize(
    ("function", "whose"),
    [
        (
            "payments.cancel_open_payments",
            "SELECT p.order_id FROM payments.payments AS p WHERE p.status = 'completed' ORDER BY p.id LIMIT 8",
        ),
        (
            "identity.close_account",
            "INSERT INTO identity.accounts (email) SELECT n || '@leaves.example' FROM generate_series(1, 8) AS n"
            " RETURNING id",
        ),
    ],
)
def test_nobody_reads_what_others_have_to_pay(shop: Access, function: str, whose: str) -> None:
    """Planned while nothing was open: the index of all open payments, empty then, is not the way to somebody's own."""
    read = b"SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'payments.payments'::regclass"
    with psycopg.connect(shop.admin()) as connection:

        def rows(query: bytes) -> list[Any]:
            return [row[0] for row in connection.execute(query)]

        connection.execute("SET session_replication_role = replica")
        assert rows(b"SELECT count(*) FROM payments.payments WHERE status = 'open'") == [0]
        *first, last = [f"SELECT {function}('{one}')".encode() for one in rows(whose.encode())]
        for call in first:  # five plans for what is asked for, then one for all
            connection.execute(call)
        connection.execute(
            "UPDATE payments.payments "
            "SET status = 'open', amount_captured = 0, amount_applied = 0, amount_refunded = 0 "
            "WHERE id IN (SELECT p.id FROM payments.payments AS p ORDER BY p.id DESC LIMIT 1000)"
        )
        (before,) = rows(read)
        connection.execute(last)
        assert rows(read)[0] - before <= 2
        connection.rollback()
