"""Nothing that a client can send is without a bound: lists and JSON in requests, rows of an account, pages."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused
from tests.support.web import Client

SECURITY = Path(__file__).parents[2] / "db" / "docs" / "security.md"
# Lists and JSON that only the shop's own processes send, as long as what they have at hand: a request that they
# have verified (BODY_LIMIT), a page of a gateway's books, the streams of one process, the kinds of jobs, the refusals
# of ten seconds (500 at most).
OWN = {
    ("claim_deliveries", "busy"), ("claim_jobs", "kinds"), ("close_streams", "streams"), ("renew_streams", "streams"),
    ("receive_gateway_event", "payload"), ("receive_gateway_event", "movements"), ("reconcile_payment", "movements"),
    ("store_gateway_movements", "movements"), ("take_snapshot", "counts"),
    ("record_refusals", "refusals"), ("begin_tax_id_checks", "prefixes"),
}  # fmt: skip

# Every parameter, and every attribute of a composite in one, that is a list or JSON: and whether its type has a bound.
LISTS = """
WITH RECURSIVE given AS (
    SELECT p.proname::text AS function, p.proargnames[a.n] AS field, a.type
    FROM pg_proc AS p CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, n)
    WHERE p.pronamespace = 'api'::regnamespace AND p.proargnames[a.n] <> 'given'    -- the names of the body's fields
      AND EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname LIKE 'app\\_%'
                  AND has_function_privilege(r.oid, p.oid, 'EXECUTE'))
), parts AS (
    SELECT g.function, g.field, g.type FROM given AS g
    UNION
    SELECT p.function, p.field || s.step, s.type
    FROM parts AS p JOIN pg_type AS t ON t.oid = p.type
    CROSS JOIN LATERAL (
        SELECT '' AS step, t.typbasetype AS type WHERE t.typtype = 'd'
        UNION ALL
        SELECT '[]', t.typelem WHERE t.typcategory = 'A' AND t.typtype = 'b'
        UNION ALL
        SELECT '.' || a.attname, a.atttypid FROM pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS s
), roots AS (    -- a domain and its base are one field: the outer one counts
    SELECT p.function, p.field, p.type FROM parts AS p
    WHERE NOT EXISTS (SELECT FROM parts AS o JOIN pg_type AS t ON t.oid = o.type AND t.typtype = 'd'
                      WHERE (o.function, o.field) = (p.function, p.field) AND t.typbasetype = p.type)
)
SELECT r.function, r.field, format_type(r.type, NULL) AS type,
       EXISTS (SELECT FROM pg_constraint AS c WHERE c.contypid = r.type
               AND pg_get_constraintdef(c.oid) ~ '(cardinality|octet_length)\\(\\(?VALUE.*<= \\d') AS bounded
FROM roots AS r JOIN pg_type AS t ON t.oid = r.type LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
WHERE coalesce(b.typcategory, t.typcategory) = 'A' OR coalesce(b.oid, t.oid) IN ('json'::regtype, 'jsonb'::regtype)
ORDER BY r.function, r.field
"""

# Tables with rows that belong to a person, or to something that a person makes.
OWNED = """
SELECT DISTINCT format('%I.%I', n.nspname, c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname IN ('identity', 'catalog', 'sales', 'payments', 'ledger', 'fulfilment', 'messaging')
  AND (a.attname IN ('account_id', 'merchant_id', 'owner_id', 'scope', 'session_id', 'endpoint_id', 'import_id',
                     'return_id', 'product_id', 'bundle_id')
       OR (n.nspname, c.relname, a.attname) = ('identity', 'login_attempts', 'subject'))
ORDER BY 1
"""


async def test_every_list_and_every_json_of_a_request_has_a_bound(admin: Any) -> None:
    rows = await admin.fetch(LISTS)
    found = {(row["function"], row["field"]) for row in rows}
    assert {("create_order", "items"), ("create_product", "attributes"), ("grant_credit", "metadata")} <= found
    unbounded = {(row["function"], row["field"]): row["type"] for row in rows if not row["bounded"]}
    assert unbounded.keys() == OWN, "use a domain with a CHECK of cardinality(VALUE) or octet_length(VALUE::text)"


async def test_a_list_without_a_bound_is_found(admin: Any) -> None:
    async with admin.transaction():
        await admin.execute(
            "CREATE TYPE api.loose AS (notes jsonb);"
            "CREATE FUNCTION api.collect(items api.loose[], tags text[]) RETURNS void LANGUAGE sql AS '';"
            "GRANT EXECUTE ON FUNCTION api.collect TO app_customer;"
        )
        rows = await admin.fetch(LISTS)
        await admin.execute("DROP FUNCTION api.collect; DROP TYPE api.loose")
    assert {row["field"] for row in rows if row["function"] == "collect" and not row["bounded"]} == {
        "items", "items[].notes", "tags",
    }  # fmt: skip


async def test_what_an_account_can_create_is_documented_with_its_bound(admin: Any) -> None:
    _, _, section = SECURITY.read_text().partition("## What one account can create\n")
    listed = set(re.findall(r"`((?:\w+)\.(?:\w+))`", section.partition("\n## ")[0]))
    owned = {row[0] for row in await admin.fetch(OWNED)}
    assert owned - listed == set(), "add the table and its bound to db/docs/security.md"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"images": ["https://cdn.example/1.jpg"] * 21}, "too_many_images"),
        ({"images": ["https://cdn.example/" + "x" * 981]}, "image_url_malformed"),
        ({"attributes": {"x": "y" * 16_384}}, "attributes_too_large"),
        ({"attributes": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, "attributes_too_large"),
    ],
)
async def test_a_product_has_limits(shop: Shop, fields: dict[str, Any], code: str) -> None:
    """S6."""
    given = {"name": "Lamp", "description": "", "price": 1, "currency": "USD", "stock": 1} | fields
    with refused(code, "23514"):
        await shop.call("web_merchant", "create_product", token=shop.merchant, sku=uuid.uuid4().hex, **given)
    product = await shop.product()
    with refused(code, "23514"):
        await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=product, **fields)


async def test_the_largest_product_is_accepted(shop: Shop) -> None:
    made = await largest(shop)
    assert (len(made["images"]), {len(url) for url in made["images"]}) == (20, {1000})
    with refused("too_many_images", "23514"):  # whoever writes it
        await shop.admin.execute(
            "UPDATE catalog.products SET images = array_fill('https://x'::text, ARRAY[21]) WHERE id = $1",
            uuid.UUID(made["id"]),
        )


async def test_pages_end_before_they_become_megabytes(shop: Shop, client: Client) -> None:
    """S6."""
    made = [(await largest(shop))["id"] for _ in range(60)]
    buyer = await shop.account()
    for product in made:
        await shop.call("web_customer", "add_wishlist_item", token=buyer, product_id=product)
    for path, token, field in (
        ("/products", None, "id"), ("/merchant/products", shop.merchant, "id"),
        ("/account/wishlist", buyer, "product_id"),
    ):  # fmt: skip
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            given = {"limit": 100} | ({"cursor": cursor} if cursor else {})
            answer = await client.get(path, token=token, params=given)
            page = answer.json()
            assert (answer.status_code, len(answer.content) < 1_200_000) == (200, True), path
            assert page["data"] or page["next_cursor"] is None
            seen += [row[field] for row in page["data"]]
            cursor = page["next_cursor"]
        assert sorted(set(seen) & set(made)) == sorted(made), path
        assert len(seen) == len(set(seen)), path


async def test_a_large_list_is_refused_before_it_reaches_the_database(client: Client, shop: Shop) -> None:
    """S6."""
    body = {
        "name": "Lamp", "description": "", "sku": "S6", "price": 1, "currency": "USD", "stock": 1,
        "images": ["https://cdn.example/" + "x" * 1880] * 530,
    }  # fmt: skip
    answer = await client.post("/products", token=shop.merchant, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"][:7]) == (422, "/images")
    body["images"] = ["https://cdn.example/1.jpg"] * 21
    answer = await client.post("/products", token=shop.merchant, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/images")


async def largest(shop: Shop) -> dict[str, Any]:
    """A product as large as can be."""
    made: dict[str, Any] = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Lamp", description="d" * 10_000,
        sku=uuid.uuid4().hex, price=1, currency="USD", stock=1,
        images=["https://cdn.example/" + f"{n:02}" + "x" * 978 for n in range(20)],
        attributes={"x": "y" * 16_000},
    )  # fmt: skip
    return made
