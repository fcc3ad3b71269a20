"""Migration 0058: texts from before they were checked get their canonical form, and no upgrade fails on them."""

from __future__ import annotations

from typing import Any

import asyncpg

from tests.support.cluster import ROOT


async def test_old_texts_are_cleaned_and_no_email_becomes_anothers(make_database: Any) -> None:
    connection = await asyncpg.connect(make_database().admin())
    old = {
        "zoe\u0308@example.com": "zo\u00eb@example.com",
        "bo\u200bb@example.com": "bo\u200bb@example.com",  # would be the next one
        "bob@example.com": "bob@example.com",
        "hid\u200bden@example.com": "hidden@example.com",
        "twi\u200bn@example.com": "twin@example.com",
        "twin\u202e@example.com": "twin\u202e@example.com",  # only one of two can be
    }
    try:
        for email in old:
            await connection.execute(
                "INSERT INTO identity.accounts (email, email_verified, display_name, role) VALUES ($1, true, $2, $3)",
                email, " A\u200bda\nLove\u202elace ", "merchant",
            )  # fmt: skip
        await connection.execute(
            "INSERT INTO catalog.products (merchant_id, sku, name, description) "
            "SELECT id, 'A', $1, '' FROM identity.accounts LIMIT 1", "Cafe\u0301\t\ufefflamp ",
        )  # fmt: skip
        text = (ROOT / "db" / "migrations" / "0058.exports.sql").read_text()
        await connection.execute(text[text.index("UPDATE identity.accounts AS a\nSET email") :])
        rows = await connection.fetch("SELECT email, email_verified, display_name FROM identity.accounts ORDER BY id")
        assert [row["email"] for row in rows] == list(old.values())
        # The one that changed by more than its composition was reached by no mail.
        assert [row["email_verified"] for row in rows] == [True, True, True, False, False, True]
        assert {row["display_name"] for row in rows} == {"Ada Lovelace"}
        assert await connection.fetchval("SELECT name FROM catalog.products") == "Caf\u00e9 lamp"
    finally:
        await connection.close()
