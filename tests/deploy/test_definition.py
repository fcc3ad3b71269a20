"""Definitions that a dump and its restore print with other parentheses are the same; others are not."""

from __future__ import annotations

import pytest

from db.deploy.definition import flatten


@pytest.mark.parametrize(
    ("deployed", "restored"),
    [
        ("CHECK ((((a >= 1) AND (a <= 3)) AND b))", "CHECK (((a >= 1) AND (a <= 3) AND b))"),
        ("CHECK ((c AND ((a >= 1) AND (a <= 3))))", "CHECK ((c AND (a >= 1) AND (a <= 3)))"),
        ("CHECK (((a OR b) OR ((c AND d) AND e)))", "CHECK ((a OR b OR (c AND d AND e)))"),
        ("CHECK ((((a AND b) AND c) AND d))", "CHECK ((a AND b AND c AND d))"),
        ("SELECT 1 AS n, (x)::text AS text, '::text AS text'", "SELECT 1 AS n, (x)::text, '::text AS text'"),
    ],
)
def test_a_chain_is_a_chain(deployed: str, restored: str) -> None:
    assert flatten(deployed) == flatten(restored) == restored


@pytest.mark.parametrize(
    "definition",
    [
        "CHECK ((a OR (b AND c)))",
        "CHECK (((a OR b) AND c))",
        "CHECK ((NOT (a AND b)))",
        "CHECK ((coalesce((a AND b), c) AND d))",
        "CHECK ((a = ')' OR b = '(x AND y) AND z'))",
        "CHECK ((\"(q\" = 'it''s (' AND b))",
        "CHECK ((CASE WHEN (a AND b) THEN c ELSE (d AND e) END AND f))",
        "CHECK ((a AND (b IN (1, 2))))",
        "SELECT x::text AS name, y::text AS text_2, z::text",
        "an odd ) definition (",
    ],
)
def test_other_parentheses_stay(definition: str) -> None:
    assert flatten(definition) == definition
