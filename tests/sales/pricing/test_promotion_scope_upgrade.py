"""Migration 0083: what old promotions are for, also those that may have lost the category that they were for."""

from __future__ import annotations

from typing import Any

import asyncpg

from tests.support.cluster import ROOT

BEFORE = """
    ALTER TABLE sales.promotions DROP COLUMN scope CASCADE;
    ALTER TABLE sales.promotion_categories DROP CONSTRAINT category_in_promotion,
        ADD CONSTRAINT promotion_categories_category_id_fkey
            FOREIGN KEY (category_id) REFERENCES catalog.categories ON DELETE CASCADE;
"""
MAKE = """
    INSERT INTO sales.promotions (code, name, kind, basis_points, version, created_at)
    VALUES ($1, 'Sale', 'percentage', 1000, $2, now() - $3 * interval '1 day') RETURNING id
"""


async def test_old_promotions_are_for_what_they_list_and_never_for_more(make_database: Any) -> None:
    connection = await asyncpg.connect(make_database().admin())
    warnings: list[str] = []
    connection.add_log_listener(lambda _, message: warnings.append(message.message))
    try:
        await connection.execute(BEFORE)
        merchant = await connection.fetchval(
            "INSERT INTO identity.accounts (email, role) VALUES ('a@example.com', 'merchant') RETURNING id"
        )
        category = await connection.fetchval(
            "INSERT INTO catalog.categories (slug, name) VALUES ('lamps', 'Lamps') RETURNING id"
        )
        product = await connection.fetchval(
            "INSERT INTO catalog.products (merchant_id, sku, name, description) VALUES ($1, 'L', 'L', '') RETURNING id",
            merchant,
        )
        # A category that was made 20 days ago and deleted 5 days ago.
        await connection.execute(
            "INSERT INTO audit.changes (at, table_name, operation, row_id, db_role) VALUES (now() - interval '5 days', "
            "'catalog.categories', 'DELETE', uuidv7(interval '-20 days')::text, 'web_admin')"
        )
        made = {
            code: await connection.fetchval(MAKE, code, version, age)
            for code, version, age in (
                ("PRODUCTS", 1, 10), ("CATEGORIES", 1, 10), ("BOTH", 1, 10), ("UNSURE", 1, 10), ("YOUNGER", 1, 2),
                ("OLDER", 1, 30), ("CHANGED", 2, 30),
            )
        }  # fmt: skip
        for code in ("PRODUCTS", "BOTH"):
            await connection.execute("INSERT INTO sales.promotion_products VALUES ($1, $2)", made[code], product)
        for code in ("CATEGORIES", "BOTH"):
            await connection.execute("INSERT INTO sales.promotion_categories VALUES ($1, $2)", made[code], category)
        await connection.execute((ROOT / "db" / "migrations" / "0083.promotion_scope.sql").read_text())
        rows = await connection.fetch(
            "SELECT p.code, p.scope, EXISTS (SELECT FROM sales.promotion_categories AS x WHERE x.promotion_id = p.id) "
            "OR EXISTS (SELECT FROM sales.promotion_products AS x WHERE x.promotion_id = p.id) AS lists "
            "FROM sales.promotions AS p"
        )
        assert {row["code"]: (row["scope"], row["lists"]) for row in rows} == {
            "PRODUCTS": ("products", True),
            "CATEGORIES": ("categories", True),
            "BOTH": ("categories", True),
            "UNSURE": ("categories", False),  # for nothing, until customer service says what for
            "CHANGED": ("categories", False),
            "YOUNGER": ("everything", False),  # made after the category had gone
            "OLDER": ("everything", False),  # made before there was one, and never changed
        }
        assert [w for w in warnings if "CHANGED, UNSURE" in w]
    finally:
        await connection.close()
