"""Every api function, with every id of somebody else's: no answer says a thing of theirs, nothing of theirs changes.

The attacker holds a pool's connection and an own, valid token, and may set what they like. The functions, their
parameters and the ids all come from the catalogue, so a new endpoint or table is in it by itself.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.security.conftest import ID, Function, error_text, read_functions

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Public knowledge: what a visitor's catalogue shows.
PUBLIC = """
    SELECT id FROM catalog.products UNION SELECT merchant_id FROM catalog.products
    UNION SELECT id FROM catalog.categories UNION SELECT id FROM sales.shipping_methods
    UNION SELECT id FROM sales.tax_rates UNION SELECT id FROM sales.tax_exemptions
"""
# Shared by all: what a customer's own order moves (the stock, today's counters), and what the shop's own work leaves.
SHARED = {
    "catalog.stock",
    "identity.login_attempts",
    "sales.promotions",
    "messaging.webhook_progress",
    "audit.seal_boundary",
    "ledger.balance_parts",
}


async def read_rows(admin: Any) -> dict[str, Counter[str]]:
    tables = await admin.fetch(
        """SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|extensions$|monitor$|migration$)'"""
    )
    return {
        table["name"]: Counter(row[0] for row in await admin.fetch(f"SELECT t::text FROM {table['name']} AS t"))
        for table in tables
        if table["name"] not in SHARED
    }


async def read_ids(admin: Any) -> dict[str, list[str]]:
    """The last id of every table that has them."""
    tables = await admin.fetch(
        """SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'id' AND a.atttypid = 'uuid'::regtype
           WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND n.nspname !~ '^(pg_|information_schema$|extensions$|monitor$)'"""
    )
    found = {}
    for table in tables:
        rows = await admin.fetch(f"SELECT id FROM {table['name']} ORDER BY id DESC LIMIT 1")
        found[table["name"]] = [str(row[0]) for row in rows]
    return found


async def read_markers(admin: Any) -> set[str]:
    """What only they may see: their private ids, and the words in their private rows."""
    private: set[str] = set()
    tables = await admin.fetch(
        """SELECT c.oid::regclass::text AS name,
                  array_agg(quote_ident(a.attname)) FILTER (WHERE a.atttypid = 'uuid'::regtype) AS ids
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$|extensions$|monitor$|migration$)'
           GROUP BY c.oid"""
    )
    for table in tables:
        for column in table["ids"] or []:
            private.update(
                str(row[0])
                for row in await admin.fetch(f"SELECT {column} FROM {table['name']} WHERE {column} IS NOT NULL")
            )
    private -= {str(row[0]) for row in await admin.fetch(PUBLIC)}
    words = await admin.fetch(
        """SELECT email FROM identity.accounts WHERE email !~ '@evil.example$'
           UNION SELECT display_name FROM identity.accounts WHERE role = 'customer' AND email !~ '@evil.example$'
           UNION SELECT unnest(ARRAY[line1, phone, postal_code]) FROM identity.addresses
           UNION SELECT provider_reference FROM payments.payments UNION SELECT tracking_number FROM fulfilment.shipments
           UNION SELECT encode(inner_pad, 'hex') FROM messaging.webhook_secrets
           UNION SELECT salt FROM identity.passwords UNION SELECT kid FROM identity.signing_keys
           UNION SELECT encode(inner_pad, 'hex') FROM identity.signing_keys"""
    )
    private.update(row[0] for row in words if row[0] and len(row[0]) > 4)
    return private | {"victim"}


class Attack:
    """One attacker's connection, and what came of each call."""

    def __init__(self, connection: Any, markers: set[str]) -> None:
        self.connection, self.markers = connection, markers
        self.words = re.compile("|".join(re.escape(marker) for marker in sorted(markers) if not UUID.fullmatch(marker)))
        self.leaks: list[str] = []
        self.answers: Counter[str] = Counter()
        self.calls = 0

    async def send(self, function: Function, arguments: dict[str, Any]) -> None:
        given = json.dumps(arguments)
        self.calls += 1
        try:
            answer = (
                await self.connection.fetchval(function.statement(), *([given] if function.parameters else [])) or ""
            )
            result = "answered"
        except asyncpg.PostgresError as error:
            answer, result = error_text(error), error.sqlstate
        self.answers[result] += 1
        # What was sent may come back: it is no news.
        sent = set(UUID.findall(given))
        news = {found for found in UUID.findall(answer) if found in self.markers and found not in sent}
        if (
            function.name != "begin_session"
        ):  # it hands out a salt, to anybody: what keeps a hash from being computed twice
            news |= {found for found in self.words.findall(answer) if found not in given}
        if news:
            self.leaks.append(f"{function.name}({given}) -> {sorted(news)[:3]} in {answer[:300]}")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a document of arguments an id belongs."""
    if isinstance(value, dict):
        return [p for key, one in value.items() for p in places(one, (*path, key))]
    if isinstance(value, list):
        return [p for key, one in enumerate(value) for p in places(one, (*path, key))]
    return [path] if value == ID else []


def variations(function: Function, ids: dict[str, list[str]], beside: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The example with every id in turn in each place that takes one; the others have what belongs there."""
    every = sorted({one for some in ids.values() for one in some})

    def natural(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [natural(name, one) for one in value]
        if isinstance(value, dict):
            return {key: natural(key, one) for key, one in value.items()}
        if value != ID:
            return value
        stem = re.sub(r"s?$", "", re.sub(r"_ids?$", "", name)).replace("shipping_address", "address")
        for table, some in sorted({**ids, **beside}.items(), key=lambda item: len(item[0])):
            if some and table.partition(".")[2].rstrip("s").endswith(stem.rstrip("s")):
                return some[0]
        return every[0]

    example = {p.name: p.example for p in function.parameters}
    base = {name: natural(name, value) for name, value in example.items()}
    made = [base]
    for path in places(example):
        for one in every:
            changed = json.loads(json.dumps(base))
            inner = changed
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = one
            made.append(changed)
    # A line is of a product or of a bundle, never of both.
    either = [without(document, unwanted) for unwanted in ("bundle_id", "product_id") for document in made]
    return list({json.dumps(one): one for one in either}.values())


def without(value: Any, unwanted: str) -> Any:
    """Where a product or a bundle may stand, the one of them that is not unwanted."""
    if isinstance(value, list):
        return [without(one, unwanted) for one in value]
    if isinstance(value, dict):
        both = {"product_id", "bundle_id"} <= value.keys()
        return {key: None if both and key == unwanted else without(one, unwanted) for key, one in value.items()}
    return value


async def attacker(admin: Any, role: str) -> str:
    email = f"mallory-{uuid.uuid4().hex}@evil.example"
    await admin.execute(
        "INSERT INTO identity.accounts (email, role, display_name) VALUES ($1, $2, 'Mallory')", email, role
    )
    token: str = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    return token


async def own_rows(connection: Any, role: str, product: str) -> dict[str, list[str]]:
    """What the attacker has: an address, an order, a line in the cart; a merchant, products and webhooks as well."""
    address = await connection.fetchval("SELECT (api.create_address('M', 'Evil Street 1', 'Dhaka', 'BD')).id")
    lines = f"ARRAY[ROW('{product}', 1, NULL, NULL)::api.order_line]"
    order = await connection.fetchrow(f"SELECT o.id, (o.items[1]).id AS item FROM api.create_order({lines}) AS o")
    cart = await connection.fetchval(f"SELECT (c.items[1]).id FROM api.add_cart_item(1, '{product}') AS c")
    own = {
        "identity.addresses": [str(address)], "sales.orders": [str(order["id"])],
        "sales.order_items": [str(order["item"])],
        "sales.items": [str(order["item"])], "sales.cart_items": [str(cart)], "catalog.products": [product],
    }  # fmt: skip
    if role == "merchant":
        own["catalog.products"] = [
            str(
                await connection.fetchval("SELECT (api.create_product('Evil', '', 'E-' || uuidv4(), 100, 'USD', 9)).id")
            )
        ]
        hook = await connection.fetchval("SELECT (api.create_webhook_endpoint('https://evil.example/hook')).id")
        own["messaging.webhook_endpoints"] = [str(hook)]
    return own


def print_outcome(attack: Attack, who: str, functions: list[Function], ids: dict[str, list[str]]) -> None:
    kinds = sum(1 for some in ids.values() if some)
    print(
        f"{who}: {attack.calls} calls of {len(functions)} functions, ids of {kinds} tables,",
        f"{len(attack.markers)} secrets:",
        dict(attack.answers),
    )


@pytest.mark.parametrize("role", ["anonymous", "customer", "merchant"])
async def test_nothing_of_theirs_is_said_or_changed(role: str, admin: Any, connect: Any, victims: None) -> None:
    ids, markers, before = await read_ids(admin), await read_markers(admin), await read_rows(admin)
    people = {
        str(row[0]) for row in await admin.fetch("SELECT id FROM identity.accounts WHERE email !~ '@evil.example$'")
    }
    alice = await admin.fetchval("SELECT id::text FROM identity.accounts WHERE email = 'alice@example.com'")
    product = await admin.fetchval(
        "SELECT s.product_id::text FROM catalog.stock AS s JOIN catalog.products AS p ON p.id = s.product_id "
        "WHERE p.kind = 'product' ORDER BY s.on_hand - s.reserved DESC LIMIT 1"
    )
    connection = await connect(f"web_{role}")
    await connection.execute("SET statement_timeout = 0; SET lock_timeout = 0")
    attack = Attack(connection, markers)
    functions = await read_functions(admin, f"web_{role}")
    if role == "merchant":  # what a customer may call as well is tried as one
        tried = {function.name for function in await read_functions(admin, "web_customer")}
        functions = [function for function in functions if function.name not in tried]
    for function in functions:
        token = await attacker(admin, role) if role != "anonymous" else ""
        # Whoever sets these is nobody else.
        await connection.execute(
            f"SET app.token = '{token}'; SET app.actor = '{alice}'; SET app.audience = 'admin'; "
            f"SET app.session = '{ID}'"
        )
        for arguments in variations(function, ids, {}):
            await attack.send(function, arguments)
        if token and len(places({p.name: p.example for p in function.parameters})) > 1:
            for arguments in variations(function, ids, await own_rows(connection, role, product)):
                await attack.send(function, arguments)
    print_outcome(attack, role, functions, ids)

    assert attack.leaks == []
    after = await read_rows(admin)
    assert {
        table: list((rows - after[table]).elements())[:2] for table, rows in before.items() if rows - after[table]
    } == {}
    # What is new and names one of them: whose goods the attacker bought, the mail that anybody may ask for.
    new = {
        table: [row for row in (after[table] - rows).elements() if any(one in row for one in people)]
        for table, rows in before.items()
    }
    changes = await admin.fetchval("SELECT max(tableoid)::regclass::text FROM audit.changes")
    told = {"sales.order_items", "sales.order_item_components", changes, "audit.security_events"}
    assert {table for table, rows in new.items() if rows} <= told | {"messaging.outbox"}
    assert all("password_reset" in row for row in new["messaging.outbox"])
    assert all("password_reset_asked" in row for row in new["audit.security_events"])
    assert all("sales.order_item" in row for row in new[changes])
    # It was not for want of a log-in, and the calls got past their first checks.
    assert attack.answers["SH401"] < 5
    assert attack.answers["SH404"] + attack.answers["answered"] > attack.calls / 2


async def test_this_way_of_looking_finds_what_is_there(admin: Any, connect: Any, victims: None) -> None:
    """The same calls with the owner's token: the answers are full of what the attacker must not see."""
    ids, markers = await read_ids(admin), await read_markers(admin)
    alices = {"list_orders", "list_addresses", "get_account", "get_cart", "list_withdrawals", "get_own_credit"}
    sellers = {"list_webhook_endpoints", "list_imports", "list_merchant_sales"}
    for email, role, expected in (
        ("alice@example.com", "customer", alices),
        ("merchant@example.com", "merchant", sellers),
    ):
        connection = await connect(f"web_{role}")
        attack = Attack(connection, markers)
        token = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        await connection.execute(f"SET app.token = '{token}'")
        for function in await read_functions(admin, f"web_{role}"):
            if function.name.startswith(("list_", "get_")):
                for arguments in variations(function, ids, {}):
                    await attack.send(function, arguments)
        found = {leak.partition("(")[0] for leak in attack.leaks}
        print(f"{email}: seen in {len(found)} functions")
        assert expected <= found
