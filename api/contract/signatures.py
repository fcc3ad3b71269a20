"""The contract, read from PostgreSQL's own catalogue: what schema api offers, as statements and as JSON Schema.

A function's parameters are the fields of the request, their DEFAULTs say what is optional, domains carry the limits,
the composite it returns is the answer, its COMMENT the documentation. Nothing of this is written down a second time in
Python.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

Schema = dict[str, Any]

AUDIENCES = ("anonymous", "customer", "merchant", "support", "admin", "gateway", "worker")
# Parameters that the web tier fills in; no client sees them. Their types are part of the agreement.
HIDDEN = {"if_match": "bigint", "given": "text[]", "client_address": "text"}
REFERENCE = "#/components/schemas/"


class CatalogError(Exception):
    """The database and the routes do not fit together; every misfit is a line."""

    def __init__(self, misfits: Iterable[str]) -> None:
        self.misfits = list(misfits)
        super().__init__(
            "the api schema and the routes do not fit together:\n" + "\n".join(f"  - {m}" for m in self.misfits)
        )


@dataclass(frozen=True)
class Attribute:
    name: str
    type: str
    optional: bool
    comment: str


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    default: str | None

    @property
    def hidden(self) -> bool:
        return self.name in HIDDEN

    @property
    def required(self) -> bool:
        return self.default is None


@dataclass(frozen=True)
class Function:
    name: str
    parameters: Mapping[str, Parameter]
    returns: str
    stable: bool
    summary: str
    description: str
    audiences: frozenset[str]

    @property
    def void(self) -> bool:
        return self.returns == "void"

    @property
    def visible(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters.values() if not p.hidden)

    @property
    def service(self) -> bool:
        """Granted to the shop's own services only."""
        return bool(self.audiences) and not self.audiences & {"anonymous", "customer", "merchant", "support", "admin"}


# --- the statement --------------------------------------------------------------------------------

_CALLER = (
    "WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true))"
)


@dataclass(frozen=True)
class Statement:
    """One SELECT, with and without an Idempotency-Key.

    Its arguments: token, request id, the `texts`, the body (if there is one), the `hidden` ones; of `keyed` also key,
    route, hash; of `standby`, which gives no row until that is over and replayed, a transaction.
    """

    text: str
    keyed: str
    standby: str
    texts: tuple[str, ...]
    body: bool
    hidden: tuple[str, ...]


def build_statement(
    function: Function, texts: Iterable[str], *, body: bool, hidden: Iterable[str] = HIDDEN, numbered: bool = False
) -> Statement:
    """`texts` are sent one by one as text (path and query); the others come from one JSON document.

    `numbered` statements answer the number of their transaction in a last column, see replica.py.
    """
    texts = tuple(texts)
    hidden = tuple(name for name in function.parameters if name in hidden)
    fields = [p for p in function.parameters.values() if p.name not in texts and p.name not in hidden] if body else []
    places = 2
    sources: dict[str, str] = {}
    for name in texts:
        places += 1
        sources[name] = f"${places}::text"
    record = ""
    if fields:
        places += 1
        columns = ", ".join(f'"{p.name}" {p.type}' for p in fields)
        record = f", jsonb_to_record(${places}::jsonb) AS b({columns})"
    for name in hidden:
        places += 1
        sources[name] = f"${places}::{HIDDEN[name]}"
    arguments = ", ".join(f'"{p.name}" => {_argument(p, sources.get(p.name))}' for p in function.parameters.values())
    result = f'api."{function.name}"({arguments})'
    # A void result has no text: IS NULL runs the function, left(…, 0) makes the empty answer.
    result = f"left(({result} IS NULL)::text, 0)" if function.void else f"to_json({result})::text"
    claim = ", ".join(f"${places + n}::text" for n in (1, 2, 3))
    # Made of nothing but names, types and defaults that PostgreSQL gave us.
    number = ", pg_current_xact_id_if_assigned()" if numbered else ""
    plain = f"{_CALLER} SELECT {result}{number} FROM caller{record}"  # noqa: S608
    keyed = (
        f"{_CALLER}, "  # noqa: S608
        f"claim AS MATERIALIZED (SELECT api.claim_idempotency_key({claim}) AS answer FROM caller), "
        f"result AS MATERIALIZED (SELECT {result} AS body FROM claim{record} WHERE claim.answer IS NULL) "
        f"SELECT coalesce(c.answer, api.store_idempotent_answer(r.body)), c.answer IS NOT NULL{number} "
        "FROM claim AS c LEFT JOIN result AS r ON true"
    )
    standby = f"{plain} WHERE pg_snapshot_xmin(pg_current_snapshot()) > ${places + 1}::xid8"
    return Statement(plain, keyed, standby, texts, bool(fields), hidden)


def _argument(parameter: Parameter, source: str | None) -> str:
    if source is None:
        value = f'b."{parameter.name}"'
    elif parameter.hidden:
        return source
    else:
        value = f"{source}::{parameter.type}"
    if parameter.default is None or parameter.default.startswith("NULL::"):
        return value
    return f"coalesce({value}, {parameter.default})::{parameter.type}"


# --- types as JSON Schema -------------------------------------------------------------------------

_SCALARS: dict[str, Schema] = {
    "bigint": {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
    "integer": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "smallint": {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1},
    "numeric": {"type": "number"},
    "double precision": {"type": "number"},
    "boolean": {"type": "boolean"},
    "text": {"type": "string"},
    "uuid": {"type": "string", "format": "uuid"},
    "timestamp with time zone": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "jsonb": {},
    "json": {},
}


@dataclass(frozen=True)
class Domain:
    base: str
    checks: Mapping[str, str]
    comment: str


@dataclass
class Types:
    """What the api schema's types look like from outside."""

    composites: dict[str, tuple[Attribute, ...]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)

    def schema(self, name: str, *, request: bool) -> Schema:
        if name in self.arrays:
            return {"type": "array", "items": self.schema(self.arrays[name], request=request)}
        if name in self.domains:
            domain = self.domains[name]
            schema = self.schema(domain.base, request=request)
            for check in domain.checks.values():
                schema.update(limits(check))
            return schema | ({"description": domain.comment} if domain.comment else {})
        if name in self.composites:
            return {"$ref": REFERENCE + component(name, request=request)}
        if name in _SCALARS:
            schema = dict(_SCALARS[name])
            if not request:
                schema.pop("minimum", None)
                schema.pop("maximum", None)
            return schema
        if found := re.fullmatch(r"character(?: varying)?(?:\((\d+)\))?", name):
            return {"type": "string"} | ({"maxLength": int(found[1])} if found[1] else {})
        raise CatalogError(
            [f"type {name} has no JSON Schema: use text, bigint, uuid, … or a domain or composite of api"]
        )

    def component(self, name: str, *, request: bool) -> Schema:
        """A composite as an object."""
        attributes = self.composites[name]
        properties: dict[str, Schema] = {}
        for a in attributes:
            schema = self.schema(a.type, request=request)
            if request:
                schema = nullable(schema) if a.optional else schema
            elif not self._never_null(a, attributes):
                schema = nullable(schema)
            if a.comment:
                schema["description"] = a.comment
            properties[a.name] = schema
        if not request:
            return {"type": "object", "required": [a.name for a in attributes], "properties": properties}
        return {
            "type": "object",
            "additionalProperties": False,
            "required": [a.name for a in attributes if not a.optional],
            "properties": properties,
        }

    def _never_null(self, attribute: Attribute, among: Iterable[Attribute]) -> bool:
        # A resource, which is what has created_at, has an id and a version; a list is empty rather than null.
        resource = any(a.name == "created_at" for a in among)
        return attribute.type in self.arrays or (resource and attribute.name in ("id", "version", "created_at"))

    def components(self, names: Iterable[str], *, request: bool) -> dict[str, Schema]:
        """Every composite that these types are made of, by the name of its component."""
        found: dict[str, Schema] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            name = self.arrays.get(name, name)
            if name in self.domains:
                waiting.append(self.domains[name].base)
            elif name in self.composites and component(name, request=request) not in found:
                found[component(name, request=request)] = self.component(name, request=request)
                waiting += [a.type for a in self.composites[name]]
        return found


def component(type_name: str, *, request: bool) -> str:
    return type_name.removeprefix("api.").strip('"') + ("_input" if request else "")


def nullable(schema: Schema) -> Schema:
    if "$ref" in schema or "anyOf" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    result = dict(schema)
    if "type" in result:
        result["type"] = [result["type"], "null"]
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    return result


_NUMBER = r"(?:'(-?\d+)'::[\w ]+|\(?(-?\d+)\)?)"
_BOUNDS = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}
_SUBJECT = r"\(?VALUE\)?(?:::text)?"


def limits(check: str) -> Schema:
    """What a domain's CHECK says, as far as JSON Schema can say it too; the database checks it all again."""
    schema: Schema = {}
    for term in _conjuncts(check.removeprefix("CHECK ")):
        if found := re.fullmatch(rf"VALUE (>=|<=|>|<) {_NUMBER}", term):
            schema[_BOUNDS[found[1]]] = int(found[2] or found[3])
        elif found := re.fullmatch(rf"VALUE <> {_NUMBER}", term):
            schema["not"] = {"const": int(found[1] or found[2])}
        elif found := re.fullmatch(rf"(?:char_length|length)\({_SUBJECT}\) (>=|<=|>|<|=) (\d+)", term):
            schema |= _length(found[1], int(found[2]), "minLength", "maxLength")
        elif found := re.fullmatch(r"(?:cardinality|array_length)\(VALUE(?:, 1)?\) (>=|<=|>|<|=) (\d+)", term):
            schema |= _length(found[1], int(found[2]), "minItems", "maxItems")
        elif found := re.fullmatch(rf"{_SUBJECT} ~ '((?:[^']|'')*)'::text", term):
            schema["pattern"] = found[1].replace("''", "'")
        elif found := re.fullmatch(rf"{_SUBJECT} = ANY \(\(?ARRAY\[(.*)\]\)?(?:::text\[\])?\)", term):
            schema["enum"] = [value.replace("''", "'") for value in re.findall(r"'((?:[^']|'')*)'::", found[1])]
        elif found := re.fullmatch(r"jsonb_typeof\(VALUE\) = '(\w+)'::text", term):
            schema["type"] = found[1]
    return schema


def _length(operator: str, number: int, least: str, most: str) -> Schema:
    return {
        ">=": {least: number},
        ">": {least: number + 1},
        "<=": {most: number},
        "<": {most: number - 1},
        "=": {least: number, most: number},
    }[operator]


def _conjuncts(expression: str) -> list[str]:
    """The terms of an AND, without the parentheses around each."""
    expression = expression.strip()
    while expression.startswith("(") and _closing(expression, 0) == len(expression) - 1:
        expression = expression[1:-1].strip()
    terms: list[str] = []
    begin = position = 0
    while position < len(expression):
        if expression[position] in "('":
            position = _closing(expression, position) + 1
        elif expression.startswith(" AND ", position):
            terms.append(expression[begin:position])
            position += 5
            begin = position
        else:
            position += 1
    if not terms:
        return [expression]
    return [inner for term in [*terms, expression[begin:]] for inner in _conjuncts(term)]


def _closing(text: str, position: int) -> int:
    """Where the parenthesis or the string that opens here ends."""
    if text[position] == "'":
        end = text.index("'", position + 1)
        return _closing(text, end + 1) if text.startswith("''", end) else end
    depth = 0
    while True:
        character = text[position]
        if character == "'":
            position = _closing(text, position)
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return position
        position += 1


def default_value(expression: str) -> Any:
    """A DEFAULT as JSON, where it is a literal; else None."""
    if found := re.fullmatch(r"'((?:[^']|'')*)'::[\w .\"]+", expression):
        return found[1].replace("''", "'")
    if re.fullmatch(r"-?\d+", expression):
        return int(expression)
    return {"true": True, "false": False}.get(expression)


# --- reading it -----------------------------------------------------------------------------------


@dataclass
class Catalog:
    functions: dict[str, Function]
    types: Types
    sentences: dict[str, str]
    """Of each constraint or unique index: what its COMMENT says."""
    raised: dict[str, tuple[int, str]]
    """Of each code that a routine raises: status and sentence, for the error index."""

    def refused_inputs(self) -> dict[str, tuple[int, str]]:
        """The code of each domain's CHECK, with the domain's comment for a sentence."""
        return {check: (422, domain.comment) for domain in self.types.domains.values() for check in domain.checks}

    def request(self, properties: Mapping[str, Schema], required: Iterable[str], types: Iterable[str]) -> Schema:
        """A self-contained schema of an object, ready to be compiled."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": False,
            "required": list(required),
            "properties": dict(properties),
            "components": {"schemas": self.types.components(types, request=True)},
        }


async def read(connection: asyncpg.Connection[Any]) -> Catalog:
    misfits: list[str] = []
    await connection.execute("SET search_path = pg_catalog")  # so that every name of another schema is written in full
    types = await _read_types(connection)
    functions: dict[str, Function] = {}
    for row in await connection.fetch(_FUNCTIONS, list(AUDIENCES)):
        name: str = row["name"]
        if name in functions:
            misfits.append(f"api.{name} is overloaded")
        if row["returns_set"] and not name.startswith("export_"):  # rows to be copied out: see exchange.py
            misfits.append(f"api.{name} returns a set: return a composite with an array")
        if row["modes"] and set(row["modes"]) != {"i"}:
            misfits.append(f"api.{name} has OUT parameters: return a composite")
        names = row["names"] or []
        if len(names) < len(row["types"]) or "" in names:
            misfits.append(f"api.{name} has a parameter without a name")
        parameters = {p: Parameter(p, t, d) for p, t, d in zip(names, row["types"], row["defaults"], strict=False)}
        for p in parameters.values():
            if p.hidden and p.type != HIDDEN[p.name]:
                misfits.append(f"api.{name}: {p.name} must be {HIDDEN[p.name]}, it is {p.type}")
        summary, _, description = (row["comment"] or "").strip().partition("\n")
        functions[name] = Function(
            name, parameters, row["returns"], row["volatility"] in ("s", "i"), summary.strip(), description.strip(),
            frozenset(row["audiences"]),
        )  # fmt: skip
    if misfits:
        raise CatalogError(misfits)
    sentences = {
        check: domain.comment for domain in types.domains.values() for check in domain.checks if domain.comment
    }
    sentences |= {row["name"]: row["comment"] for row in await connection.fetch(_SENTENCES)}
    raised: dict[str, tuple[int, str]] = {}
    for row in await connection.fetch(_BODIES):
        raised.update(_raised_codes(row["body"]))
    return Catalog(functions, types, sentences, raised)


@dataclass(frozen=True)
class Deployed:
    """What the database was deployed from, seen from a source: the same, an earlier one (known), or neither."""

    schema_version: str
    at: str
    same: bool
    known: bool

    def differs(self, source: tuple[str, str]) -> str:
        way = (
            "a newer version has been deployed since: start that one"
            if self.known
            else "this source was never deployed there: run `storeproc migrate` first"
        )
        return f"the database has the schema {self.schema_version} of {self.at}, this source is {source[0]}: {way}"


async def read_deployed(connection: asyncpg.Connection[Any], catalog: Catalog, source: tuple[str, str]) -> Deployed:
    function = catalog.functions.get("get_schema_version")
    if function is None:
        raise CatalogError(["there is no function api.get_schema_version: run `storeproc migrate` first"])
    argument = "$1" if function.parameters else ""
    row = await connection.fetchrow(
        f"SELECT d.* FROM api.get_schema_version({argument}) AS d",  # noqa: S608
        *([source[1]] if argument else []),
    )
    if row is None:
        raise CatalogError(["nothing is deployed: run `storeproc migrate` first"])
    same = (row["schema_version"], row["code_digest"]) == source
    at = f"{row['deployed_at']:%Y-%m-%d %H:%M} UTC"
    return Deployed(row["schema_version"], at, same, same or bool(row.get("source_known")))


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
            sentence = re.search(r"MESSAGE\s*=\s*(?:format\()?'((?:[^']|'')*)'", statement)
            found[code[1]] = (int(status[1]), sentence[1].replace("''", "'").replace("%s", "…") if sentence else "")
    return found


def check_routes(
    catalog: Catalog, routes: Iterable[tuple[str, str, str]], internal: Container[str], *, exactly: bool = True
) -> list[str]:
    """What does not fit between routes (method, path, function) and functions. A database of another version, not
    `exactly` ours, may offer more than we have routes for.
    """
    misfits: list[str] = []
    routed: set[str] = set()
    places: set[tuple[str, str]] = set()
    for method, path, name in routes:
        routed.add(name)
        line = f"{method} {path}"
        if (method, path) in places:
            misfits.append(f"{line} is there twice")
        places.add((method, path))
        function = catalog.functions.get(name)
        if function is None:
            misfits.append(f"{line}: there is no function api.{name}")
            continue
        for parameter in path_parameters(path):
            found = function.parameters.get(parameter)
            if found is None:
                misfits.append(f"{line}: api.{name} has no parameter {parameter}")
            elif not found.required:
                misfits.append(f"{line}: {parameter} of api.{name} is in the path and has a DEFAULT")
        if method == "GET" and not function.stable:
            misfits.append(f"{line}: api.{name} is VOLATILE, a GET must be STABLE")
        if method != "GET" and function.stable:
            misfits.append(f"{line}: api.{name} is STABLE, a {method} must be VOLATILE")
        if not function.summary:
            misfits.append(f"{line}: api.{name} has no COMMENT")
        if not function.audiences:
            misfits.append(f"{line}: api.{name} is granted to nobody")
    for name, function in catalog.functions.items():
        reachable = function.audiences and not function.service
        if exactly and name not in routed and reachable and name not in internal:
            misfits.append(f"api.{name} has no route")
    return misfits


def path_parameters(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


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

_BODIES = """
SELECT p.prosrc AS body FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosrc LIKE '%ERRCODE%SH%'
"""
