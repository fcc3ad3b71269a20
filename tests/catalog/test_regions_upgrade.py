"""Migration 0070: regions from before they were codes become codes where they are recognised, and no upgrade fails."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from tests.support.cluster import ROOT

REGIONS = {
    ("US", "california"): "US-CA",
    ("US", "ca "): "US-CA",
    ("US", "US-NY"): "US-NY",
    ("CA", "Québec"): "CA-QC",
    ("BD", "Middle Earth"): "Middle Earth",
    ("XX", "California"): "California",
}


async def test_old_regions_are_recognised_or_stay(make_database: Any) -> None:
    connection = await asyncpg.connect(make_database().admin())
    try:
        sign_up = "INSERT INTO identity.accounts (email) VALUES ('a@example.com') RETURNING id"
        account = await connection.fetchval(sign_up)
        for country, region in REGIONS:
            await connection.execute(
                "INSERT INTO identity.addresses (account_id, name, line1, city, country, region) "
                "VALUES ($1, 'A', '1', 'X', $2, $3)", account, country, region,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO sales.orders (account_id, currency, shipping_address, expires_at) "
                "VALUES ($1, 'USD', $2, now())", account, json.dumps({"country": country, "region": region}),
            )  # fmt: skip
        rates = [
            ("CA", "quebec", "standard"),
            ("CA", "atlantis", "standard"),
            ("US", "california", "standard"),
            ("US", "ca", "standard"),  # the same region: neither rate may be lost
            ("US", "california", "books"),
        ]
        for country, region, category in rates:
            await connection.execute(
                "INSERT INTO sales.tax_rates (country, region, category, name, rate, included) "
                "VALUES ($1, $2, $3, 'T', 5, false)", country, region, category,
            )  # fmt: skip
        text = (ROOT / "db" / "migrations" / "0070.regions.sql").read_text()
        await connection.execute(text[text.index("CREATE FUNCTION pg_temp.region_of") :])
        addresses = await connection.fetch("SELECT region FROM identity.addresses ORDER BY id")
        assert [row["region"] for row in addresses] == list(REGIONS.values())
        orders = await connection.fetch("SELECT shipping_address FROM sales.orders ORDER BY id")
        kept = [json.loads(row["shipping_address"]) for row in orders]
        assert [address["region"] for address in kept] == list(REGIONS.values())
        names = [address.get("region_name") for address in kept]
        assert names == ["California", "California", "New York", "Quebec", None, None]
        found = await connection.fetch("SELECT country, region, category FROM sales.tax_rates ORDER BY id")
        assert [row["region"] for row in found] == ["CA-QC", "atlantis", "california", "ca", "US-CA"]
    finally:
        await connection.close()
