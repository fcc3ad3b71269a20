"""A field of a response can be null if and only if its column can: every field is compared with the tables.

Fields without a column are computed. Whether they can be null is written down here, once more than in their comments;
that it is true is found by the tests themselves, whose answers are all compared (tests/support/answers.py).
"""

from __future__ import annotations

import re
from typing import Any

import asyncpg
import pytest

from tests.contract.computed import COMPUTED, DIFFERENT, RENAMED, TABLES
from tests.support.answers import load_answers, references

pytestmark = pytest.mark.anyio

Fields = dict[str, dict[str, bool]]  # of each component, whether its fields can be null


@pytest.fixture(scope="module")
def fields() -> Fields:
    """Of all components of responses, but pages of lists and problems."""
    document = load_answers().document
    schemas = document["components"]["schemas"]
    waiting = [
        name
        for path in document["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        for name in references(response.get("content", {}))
    ]
    found: Fields = {}
    unions: dict[str, str] = {}
    while waiting:
        name = waiting.pop()
        schema = schemas[name]
        if "oneOf" in schema:
            waiting += references(schema)[:1]  # the members of `event` differ in `type` and `data` only
            unions[waiting[-1]] = name
            continue
        name = unions.get(name, name)
        # The data of events is no row: tests/support/recorded_events.py compares it with what is recorded.
        if name in found or "properties" not in schema or name == "problem" or name.endswith(("_payload", "sold_line")):
            continue
        found[name] = {field: can_be_null(part) for field, part in schema["properties"].items()}
        waiting += references(schema)
    return found


@pytest.fixture(scope="module")
async def columns(admin: asyncpg.Connection[Any]) -> Fields:
    """Of all tables, whether their columns can be null."""
    rows = await admin.fetch("""
        SELECT n.nspname || '.' || c.relname AS name, a.attname, NOT a.attnotnull AS nullable
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    """)
    found: Fields = {}
    for row in rows:
        found.setdefault(row["name"], {})[row["attname"]] = row["nullable"]
    return found


def can_be_null(schema: dict[str, Any]) -> bool:
    """Whether a schema allows null."""
    kinds = schema.get("type", ())
    return "null" in (kinds if isinstance(kinds, list) else [kinds]) or any(map(can_be_null, schema.get("anyOf", ())))


def computed() -> dict[str, bool]:
    """COMPUTED as `component.field`, and whether it can be null."""
    return {
        f"{name}.{field.rstrip('?')}": field.endswith("?")
        for name, listed in COMPUTED.items()
        for field in listed.split()
    }


async def test_every_field_is_null_where_its_column_can_be(fields: Fields, columns: Fields) -> None:
    wrong: list[str] = []
    expected = computed()
    for name, listed in fields.items():
        table = columns[TABLES[name]] if name in TABLES else {}
        for field, nullable in listed.items():
            place = f"{name}.{field}"
            if place in expected:
                if nullable != expected[place]:
                    wrong.append(f"{place} is computed, and {'can' if nullable else 'cannot'} be null")
            elif name.endswith("_page"):
                if nullable != (field == "next_cursor"):
                    wrong.append(f"{place} {'can' if nullable else 'cannot'} be null")
            elif (column := RENAMED.get(place, field)) not in table:
                wrong.append(f"{place} has no column and is not in COMPUTED")
            elif nullable != (table[column] != (place in DIFFERENT)):
                wrong.append(f"{place} {'can' if nullable else 'cannot'} be null, unlike {TABLES[name]}.{column}")
    assert not wrong, "\n".join(wrong)


async def test_nothing_is_listed_that_is_not_needed(fields: Fields, columns: Fields) -> None:
    places = {f"{name}.{field}" for name, listed in fields.items() for field in listed}
    assert [name for name in (*TABLES, *COMPUTED) if name not in fields] == []
    assert [place for place in (*computed(), *RENAMED, *DIFFERENT) if place not in places] == []
    with_columns = {
        f"{name}.{field}"
        for name, table in TABLES.items()
        for field in fields[name]
        if RENAMED.get(f"{name}.{field}", field) in columns[table]
    }
    assert [place for place in (*RENAMED, *DIFFERENT) if place not in with_columns] == []
    # A field that is computed though its table has a column of that name must be one that is not that column.
    assert [place for place, reason in DIFFERENT.items() if not re.fullmatch(r"[A-Za-z`][^\n]{9,}", reason)] == []


async def test_a_list_is_empty_and_never_null(fields: Fields) -> None:
    schemas = load_answers().document["components"]["schemas"]
    lists = [
        f"{name}.{field}"
        for name, listed in fields.items()
        for field, nullable in listed.items()
        if nullable and "items" in schemas[name].get("properties", {}).get(field, {})
    ]
    assert lists == []
