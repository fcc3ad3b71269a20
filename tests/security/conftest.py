"""A shop full of other people's rows, and what an attacker who holds a pool's connection sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def victims(admin: Any) -> None:
    """The demo shop, and on top of it a row of every kind."""
    for file in (ROOT / "db" / "demo" / "demo.sql", Path(__file__).parent / "victims.sql"):
        await admin.execute(file.read_text())


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str  # as SQL writes it
    example: Any  # JSON of that shape; ID stands where an id belongs


@dataclass(frozen=True)
class Function:
    name: str
    parameters: tuple[Parameter, ...]
    void: bool

    def statement(self) -> str:
        """The call as the web tier writes it: one JSON document of arguments."""
        arguments = ", ".join(f'"{p.name}" => b."{p.name}"' for p in self.parameters)
        columns = ", ".join(f'"{p.name}" {p.type}' for p in self.parameters)
        source = f" FROM jsonb_to_record($1::jsonb) AS b({columns})" if self.parameters else ""
        return f"SELECT to_json(api.{self.name}({arguments}))::text{source}"


ID = "00000000-0000-4000-8000-000000000001"
# What gets past the first checks, by parameter or by type. The rest is made from the type.
TEXTS = {
    "currency": "USD", "provider": "mock", "email": "alice@example.com", "password": "x" * 60, "new_password": "y" * 60,
    "current_password": "x" * 60, "country": "BD", "url": "https://evil.example/hook", "code": "WELCOME10",
    "decision": "approve", "interval": "day", "sort": None, "cursor": None, "role": None, "kind": "fixed",
    "slug": None, "q": "alice", "token": "x" * 43, "given": ["display_name", "name", "city"], "handle": None,
    "status": None, "payment_status": None, "fulfilment_status": None,
    "columns": [], "images": [], "types": ["*"], "scopes": ["sales:read"], "tax_category": "standard", "sku": "EVIL-1",
    "if_match": None, "refresh_token": "x" * 43, "as_of": None, "from": None, "to": None, "valid_from": None,
    "metadata": {}, "attributes": {}, "idempotency_key": "victim-key", "request_hash": "hash",
    "route": "POST /v1/orders", "promo_code": None,
    "capture_method": None, "client_address": "10.9.8.7", "limit": 100, "amount": 100, "price": 100, "max_price": None,
    "exemption_category": "E", "exemption_destination": "domestic",
}  # fmt: skip


async def read_functions(admin: Any, role: str) -> list[Function]:
    """The api functions that this log-in role may execute, with an argument of the right shape for each parameter."""
    composites = {
        row["oid"]: row["fields"]
        for row in await admin.fetch(
            """SELECT t.oid, array_agg(ROW(a.attname::text, a.atttypid) ORDER BY a.attnum) AS fields
               FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
               WHERE t.typnamespace = 'api'::regnamespace AND t.typtype = 'c' GROUP BY t.oid"""
        )
    }
    types = {
        row["oid"]: row
        for row in await admin.fetch(
            "SELECT oid, typname, typtype::text, typbasetype, typelem, typcategory::text FROM pg_type"
        )
    }

    def example(name: str, oid: int) -> Any:
        kind = types[oid]
        for known in (name, kind["typname"]):
            if known in TEXTS:
                return TEXTS[known]
        if kind["typtype"] == "d":
            return example(name, kind["typbasetype"])
        if kind["typcategory"] == "A":
            return [example(name, kind["typelem"])]
        if oid in composites:
            return {field: example(field, of) for field, of in composites[oid]}
        return {"uuid": ID, "bool": False, "jsonb": {}, "N": 1}.get(
            "N" if kind["typcategory"] == "N" else kind["typname"], None if kind["typcategory"] == "D" else "x"
        )

    rows = await admin.fetch(
        """SELECT p.proname, p.prorettype = 'void'::regtype AS void, p.proargnames[1:p.pronargs] AS names,
                  p.proargtypes::oid[] AS types,
                  ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) AS t) AS sql
           FROM pg_proc AS p WHERE p.pronamespace = 'api'::regnamespace AND has_function_privilege($1, p.oid, 'EXECUTE')
           ORDER BY p.proname""",
        role,
    )
    return [
        Function(
            row["proname"],
            tuple(
                Parameter(name, text, example(name, oid))
                for name, oid, text in zip(row["names"] or [], row["types"] or [], row["sql"], strict=True)
            ),
            row["void"],
        )
        for row in rows
    ]


def error_text(error: asyncpg.PostgresError) -> str:
    """Everything that an error says to whoever reads it on the wire."""
    return json.dumps(error.as_dict(), default=str)
