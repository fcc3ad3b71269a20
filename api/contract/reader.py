"""Reads the contract from PostgreSQL's system catalogs, once at start."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from api.contract.events import EventType
from api.contract.json_schema import Domain, Types
from api.contract.signatures import AUDIENCES, HIDDEN, Attribute, ContractError, Function, Parameter


@dataclass
class Contract:
    """What schema api offers: functions, types and error codes.

    `sentences` maps a constraint, unique index or domain to its COMMENT; `raised` maps a code that a routine raises to
    its status and sentence; `currencies` and `providers` are those that the shop knows. `explained` has the
    sentences of codes that are data where they are raised. `events` are the types of events.
    """

    functions: dict[str, Function]
    types: Types
    sentences: dict[str, str]
    raised: dict[str, tuple[int, str]]
    currencies: tuple[str, ...] = ()
    explained: Mapping[str, str] = field(default_factory=dict)
    providers: tuple[str, ...] = ()
    events: tuple[EventType, ...] = ()

    def refused_inputs(self) -> dict[str, tuple[int, str]]:
        """The code of each domain's CHECK, with its status and the domain's sentence."""
        return {check: (422, domain.sentence) for domain in self.types.domains.values() for check in domain.checks}


@dataclass(frozen=True)
class Deployed:
    """The version that the database was deployed from, compared with a source.

    `same`: it is this source. `known`: this source was deployed here at some time.
    """

    schema_version: str
    at: datetime
    same: bool
    known: bool

    def difference(self, source: tuple[str, str]) -> str:
        """A sentence that says how the two differ and what to do."""
        advice = (
            "a newer version has been deployed since: start that one"
            if self.known
            else "this source was never deployed there: run `storeproc migrate` first"
        )
        return (
            f"the database has the schema {self.schema_version} of {self.at:%Y-%m-%d %H:%M} UTC, "
            f"this source is {source[0]}: {advice}"
        )


async def read_contract(connection: asyncpg.Connection[Any]) -> Contract:
    """The contract of the database that `connection` is connected to. Changes its search_path.

    Raises ContractError when a function cannot be an endpoint.
    """
    await connection.execute("SET search_path = pg_catalog")  # names of other schemas are then written in full
    types = await _read_types(connection)
    functions: dict[str, Function] = {}
    misfits: list[str] = []
    rows = await connection.fetch(_FUNCTIONS, list(AUDIENCES))
    names = {row["name"] for row in rows}
    scopes: dict[str, str] = orjson.loads(await _call(connection, names, "list_key_scopes") or "{}")
    currencies = await _call(connection, names, "list_currencies") or ()
    providers = await _call(connection, names, "list_provider_names") or ()
    for row in rows:
        if row["name"] in functions:
            misfits.append(f"api.{row['name']} is overloaded")
        function = _function(row, scopes.get(row["name"], ""))
        misfits += _misfits(function, row)
        functions[function.name] = function
    if misfits:
        raise ContractError(misfits)
    sentences = {
        check: domain.sentence for domain in types.domains.values() for check in domain.checks if domain.comment
    }
    # Several domains may have a CHECK of one name, or inherit it; PostgreSQL says which one refused.
    sentences |= {name: domain.sentence for name, domain in types.domains.items() if domain.comment}
    sentences |= {row["name"]: row["comment"] for row in await connection.fetch(_SENTENCES)}
    raised: dict[str, tuple[int, str]] = {}
    for row in await connection.fetch(_BODIES):
        raised.update(_raised_codes(row["body"]))
    explained: dict[str, str] = {}
    for row in await connection.fetch(_EXPLANATIONS):
        explained |= _explanations(row["body"])
    events = await _read_events(connection, names)
    return Contract(functions, types, sentences, raised, tuple(currencies), explained, tuple(providers), events)


async def read_deployed(connection: asyncpg.Connection[Any], contract: Contract, source: tuple[str, str]) -> Deployed:
    """What is deployed, compared with `source` (schema version, digest of the code).

    Raises ContractError when nothing is deployed.
    """
    function = contract.functions.get("get_schema_version")
    if function is None:
        raise ContractError(["there is no function api.get_schema_version: run `storeproc migrate` first"])
    argument = "$1" if function.parameters else ""
    row = await connection.fetchrow(
        f"SELECT d.* FROM api.get_schema_version({argument}) AS d",  # noqa: S608  # the argument is "$1" or nothing
        *([source[1]] if argument else []),
    )
    if row is None:
        raise ContractError(["nothing is deployed: run `storeproc migrate` first"])
    same = (row["schema_version"], row["code_digest"]) == source
    return Deployed(row["schema_version"], row["deployed_at"], same, same or bool(row.get("source_known")))


async def _call(connection: asyncpg.Connection[Any], names: Container[str], name: str) -> Any:
    """What a function without parameters returns. None where the database is older, or for a service."""
    if name not in names or not await connection.fetchval(f"SELECT has_function_privilege('api.{name}()', 'EXECUTE')"):
        return None
    return await connection.fetchval(f"SELECT api.{name}()")  # the names are ours


async def _read_events(connection: asyncpg.Connection[Any], names: Container[str]) -> tuple[EventType, ...]:
    page = await _call(connection, names, "list_event_types")  # a record, with the page's attributes
    return tuple(
        EventType(e["type"], e["description"], e["payload"], e["merchant_payload"] or "", orjson.loads(e["example"]))
        for e in (page["data"] if page else ())
    )


def _function(row: Mapping[str, Any], scope: str) -> Function:
    names = row["names"] or []
    parameters = {p: Parameter(p, t, d) for p, t, d in zip(names, row["types"], row["defaults"], strict=False)}
    summary, _, description = (row["comment"] or "").strip().partition("\n")
    return Function(
        name=row["name"],
        parameters=parameters,
        returns=row["returns"],
        stable=row["volatility"] in ("s", "i"),
        summary=summary.strip(),
        description=description.strip(),
        audiences=frozenset(row["audiences"]),
        scope=scope,
    )


def _misfits(function: Function, row: Mapping[str, Any]) -> list[str]:
    """Why a function cannot be an endpoint."""
    name = function.name
    misfits: list[str] = []
    if row["returns_set"] and not name.startswith("export_"):  # sent by COPY: see handlers/product_csv.py
        misfits.append(f"api.{name} returns a set: return a composite with an array")
    if row["modes"] and set(row["modes"]) != {"i"}:
        misfits.append(f"api.{name} has OUT parameters: return a composite")
    names = row["names"] or []
    if len(names) < len(row["types"]) or "" in names:
        misfits.append(f"api.{name} has a parameter without a name")
    misfits += [
        f"api.{name}: {p.name} must be {HIDDEN[p.name]}, it is {p.type}"
        for p in function.parameters.values()
        if p.hidden and p.type != HIDDEN[p.name]
    ]
    return misfits


async def _read_types(connection: asyncpg.Connection[Any]) -> Types:
    types = Types()
    for row in await connection.fetch(_TYPES):
        name: str = row["name"]
        if row["kind"] == "d":
            checks = dict(zip(row["check_names"] or (), row["checks"] or (), strict=True))
            types.domains[name] = Domain(row["base"], checks, row["comment"] or "")
        elif row["kind"] == "c":
            types.composites[name] = tuple(
                Attribute(n, t, c.startswith("Optional."), c.removeprefix("Optional.").strip())
                for n, t, c in zip(row["attributes"], row["attribute_types"], row["attribute_comments"], strict=True)
            )
        else:
            types.arrays[name] = row["element"]
    return types


def _raised_codes(body: str) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for statement in re.findall(r"RAISE\s+EXCEPTION\b(.*?);\s*\n", body, re.DOTALL):
        status = re.search(r"ERRCODE\s*=\s*'SH(\d{3})'", statement)
        code = re.search(r"CONSTRAINT\s*=\s*'(\w+)'", statement)
        if status and code:
            found[code[1]] = (int(status[1]), _sentences(statement))
    return found


def _sentences(statement: str) -> str:
    """What a RAISE says: its message, each branch of a CASE; its hint, where the message is a variable."""
    for option in ("MESSAGE", "HINT"):
        value = re.search(rf"\b{option}\s*=(.*?)(?:,\s*[A-Z]+\s*=|\Z)", statement, re.DOTALL)
        if value and (texts := re.findall(r"(?:^|THEN|ELSE)\s*(?:format\()?'((?:[^']|'')*)'", value[1])):
            return " / ".join(text.replace("''", "'").replace("%s", "…") for text in texts)
    return ""


def _explanations(body: str) -> dict[str, str]:
    """The branches of a CASE from codes to sentences."""
    branches = re.findall(r"WHEN '(\w+)'::text THEN '((?:[^']|'')*)'::text", body)
    return {code: sentence.replace("''", "'") for code, sentence in branches}


_FUNCTIONS = """
SELECT p.proname AS name, p.proargnames AS names, p.proargmodes::text[] AS modes,
       ARRAY(SELECT format_type(t, NULL)
             FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(t, n) ORDER BY n) AS types,
       ARRAY(SELECT pg_get_function_arg_default(p.oid, n)
             FROM generate_series(1, p.pronargs) AS n ORDER BY n) AS defaults,
       format_type(p.prorettype, NULL) AS returns, p.proretset AS returns_set, p.provolatile::text AS volatility,
       obj_description(p.oid, 'pg_proc') AS comment,
       ARRAY(SELECT a FROM unnest($1::text[]) AS a
             WHERE has_function_privilege('app_' || a, p.oid, 'EXECUTE')) AS audiences
FROM pg_proc AS p
WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'api')
ORDER BY p.proname
"""

_TYPES = """
SELECT format_type(t.oid, NULL) AS name, t.typtype::text AS kind, obj_description(t.oid, 'pg_type') AS comment,
       format_type(nullif(t.typelem, 0), NULL) AS element,
       format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base, checks.*, attributes.*
FROM pg_type AS t
CROSS JOIN LATERAL (
    SELECT array_agg(c.conname::text ORDER BY c.conname) AS check_names,
           array_agg(pg_get_constraintdef(c.oid) ORDER BY c.conname) AS checks
    FROM pg_constraint AS c WHERE c.contypid = t.oid AND c.contype = 'c'
) AS checks
CROSS JOIN LATERAL (
    SELECT array_agg(a.attname::text ORDER BY a.attnum) AS attributes,
           array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS attribute_types,
           array_agg(coalesce(col_description(a.attrelid, a.attnum), '') ORDER BY a.attnum) AS attribute_comments
    FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
) AS attributes
WHERE (t.typnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'api')
       AND (t.typtype IN ('c', 'd') OR t.typcategory = 'A'))
   OR (t.typnamespace = 'pg_catalog'::regnamespace AND t.typcategory = 'A' AND t.typelem <> 0)
"""

_SENTENCES = """
SELECT c.conname AS name, obj_description(c.oid, 'pg_constraint') AS comment
FROM pg_constraint AS c WHERE obj_description(c.oid, 'pg_constraint') IS NOT NULL
UNION ALL
SELECT i.relname, obj_description(i.oid, 'pg_class')
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE x.indisunique AND obj_description(i.oid, 'pg_class') IS NOT NULL
"""

# Functions such as sales.explain_promotion are one CASE; PostgreSQL keeps them parsed.
_EXPLANATIONS = """
SELECT pg_get_function_sqlbody(p.oid) AS body FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.proname LIKE 'explain\\_%'
      AND p.prosqlbody IS NOT NULL
"""

_BODIES = """
SELECT p.prosrc AS body FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosrc LIKE '%ERRCODE%SH%'
"""
