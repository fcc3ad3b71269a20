"""Whether the events that a test recorded have the data that the registry promises (messaging.event_types)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from db.server.access import Access

KINDS = {"bigint": "number", "integer": "number", "numeric": "number", "boolean": "boolean"}  # others are strings

# One event of each shape: the same keys with the same kinds of values, or words, such as a status.
SAMPLES = r"""
SELECT DISTINCT ON (e.type, s.shape) e.type, e.data, t.payload
FROM messaging.events AS e
JOIN messaging.event_types() AS t ON t.type = e.type
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(f.key, CASE WHEN f.value #>> '{}' ~ '^[a-z_]{1,30}$' THEN f.value #>> '{}'
                                        ELSE jsonb_typeof(f.value) END)::text AS shape
    FROM jsonb_each(e.data) AS f
) AS s
"""

PAYLOADS = """
SELECT c.relname AS name, array_agg(a.attname::text) AS names,
       array_agg(format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL)) AS types,
       array_agg(coalesce(col_description(a.attrelid, a.attnum), '') ~ '(^|[.:;] )Null') AS nullable
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
JOIN pg_type AS t ON t.oid = a.atttypid
WHERE c.relnamespace = 'api'::regnamespace AND c.relname LIKE '%\\_payload'
GROUP BY c.relname
"""


def find_misfits(access: Access) -> list[str]:
    """Events whose data is not that of their type; of types that tests invent nothing is known."""
    try:
        with psycopg.connect(access.admin(), autocommit=True, row_factory=dict_row) as connection:
            registry = connection.execute("SELECT prorettype = 'record'::regtype AS there FROM pg_proc "
                                          "WHERE oid = to_regproc('messaging.event_types')").fetchone()  # fmt: skip
            if registry is None or not registry["there"]:
                return []  # a database of an older version
            samples = connection.execute(SAMPLES).fetchall()
            if not samples:
                return []
            payloads = {row["name"]: row for row in connection.execute(PAYLOADS).fetchall()}
            return [f"{row['type']}: {fault} ({row['data']})" for row in samples
                    if (fault := _fault(connection, row, payloads[f"{row['payload']}_payload"]))]  # fmt: skip
    except psycopg.OperationalError:
        return []  # a test that breaks its server


def _fault(connection: psycopg.Connection[dict[str, Any]], row: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    data = row["data"]
    if data.keys() != set(payload["names"]):
        return f"not the attributes of {payload['name']}: {sorted(data.keys() ^ set(payload['names']))}"
    for name, kind, nullable in zip(payload["names"], payload["types"], payload["nullable"], strict=True):
        value = data[name]
        found = {int: "number", float: "number", bool: "boolean", str: "string"}.get(type(value), "null")
        if value is None and not nullable:
            return f"{name} is null"
        if value is not None and found != KINDS.get(kind, "string"):
            return f"{name} is a {found}"
    try:
        record = sql.SQL("SELECT jsonb_populate_record(NULL::{}, %s)").format(sql.Identifier("api", payload["name"]))
        connection.execute(record, [Jsonb(data)])
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return ""
