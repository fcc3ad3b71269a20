"""Types of schema api as JSON Schema (draft 2020-12): domains carry limits, composites are objects."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from api.contract.signatures import Attribute, ContractError

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/"
MESSAGE = "x-message"  # of a request: the sentence for a value that a domain refuses
CANONICAL = "x-canonical"  # of a request: the text is trimmed and composed (NFC) before it is validated

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

    @property
    def same_as(self) -> str:
        """The domain with the CHECK that this one does without, because it is of what is stored; or empty."""
        found = re.match(r"As (api\.\w+):", self.comment)
        return found[1] if found and not self.checks else ""

    @property
    def sentence(self) -> str:
        """What a client reads about a value that the domain refuses: its COMMENT, and the values if they are few."""
        values = [value for check in self.checks.values() for value in limits(check).get("enum", ())]
        return f"{self.comment} One of: {', '.join(values)}.".lstrip() if values else self.comment


@dataclass
class Types:
    """The types of schema api, by their SQL names."""

    composites: dict[str, tuple[Attribute, ...]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    arrays: dict[str, str] = field(default_factory=dict)

    def schema(self, name: str, *, request: bool) -> Schema:
        """The JSON Schema of a type. Requests have limits and refuse unknown fields; responses do not.

        Raises ContractError for a type that has none.
        """
        if name in self.arrays:
            return {"type": "array", "items": self.schema(self.arrays[name], request=request)}
        if name in self.domains:
            domain = self.domains[name]
            schema = self.schema(domain.base, request=request)
            for check in domain.checks.values():
                schema.update(limits(check))
            if request and domain.sentence:
                schema[MESSAGE] = domain.sentence
            if not request:
                schema.pop(CANONICAL, None)
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
        raise ContractError(
            [f"type {name} has no JSON Schema: use text, bigint, uuid, … or a domain or composite of api"]
        )

    def component(self, name: str, *, request: bool) -> Schema:
        """A composite as an object."""
        return describe_composite(
            self.composites[name], lambda part: self.schema(part, request=request), request=request
        )

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


def describe_composite(attributes: Iterable[Attribute], schema_of: Callable[[str], Schema], *, request: bool) -> Schema:
    """The object that these attributes are. `schema_of` gives the schema of each one's type."""
    attributes = tuple(attributes)
    properties: dict[str, Schema] = {}
    for a in attributes:
        schema = schema_of(a.type)
        if a.optional if request else a.nullable:
            schema = nullable(schema)
        properties[a.name] = schema | ({"description": a.comment} if a.comment else {})
    required = [a.name for a in attributes if not (request and a.optional)]
    found: Schema = {"type": "object", "required": required, "properties": properties}
    return {**found, "additionalProperties": False} if request else found


def component(type_name: str, *, request: bool) -> str:
    """The name of a composite's schema in the OpenAPI document."""
    return type_name.removeprefix("api.").strip('"') + ("_input" if request else "")


def nullable(schema: Schema) -> Schema:
    """The same schema, or null."""
    if "$ref" in schema or "anyOf" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    result = dict(schema)
    if "type" in result:
        result["type"] = [result["type"], "null"]
    if "enum" in result:
        result["enum"] = [*result["enum"], None]
    return result


# Of an object all of whose members are strings.
_ONLY_TEXTS = """(NOT (VALUE @? '$.*?(@.type() != "string")'::jsonpath))"""
_NUMBER = r"(?:'(-?\d+)'::[\w ]+|\(?(-?\d+)\)?)"
_BOUNDS = {">=": "minimum", "<=": "maximum", ">": "exclusiveMinimum", "<": "exclusiveMaximum"}
_SUBJECT = r"\(?VALUE\)?(?:::text)?"


@cache
def limits(check: str) -> Schema:
    """A domain's CHECK as JSON Schema, as far as JSON Schema can express it; the database checks all of it again.

    The result is shared: it must not be changed.
    """
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
            schema["pattern"] = _pattern(found[1])
        elif found := re.fullmatch(rf"{_SUBJECT} !~ '((?:[^']|'')*)'::text", term):
            # `pattern` says nothing of null, so without the type `not` would refuse it.
            schema["not"] = {"type": "string", "pattern": _pattern(found[1])}
        elif re.fullmatch(rf"{_SUBJECT} IS NFC NORMALIZED", term):
            schema[CANONICAL] = True
        elif found := re.fullmatch(rf"{_SUBJECT} = ANY \(\(?ARRAY\[(.*)\]\)?(?:::text\[\])?\)", term):
            schema["enum"] = [value.replace("''", "'") for value in re.findall(r"'((?:[^']|'')*)'::", found[1])]
        elif found := re.fullmatch(r"jsonb_typeof\(VALUE\) = '(\w+)'::text", term):
            schema["type"] = found[1]
        elif term == _ONLY_TEXTS:
            schema["additionalProperties"] = {"type": "string"}
    return schema


def expressible(check: str) -> bool:
    """Whether JSON Schema can express all of a CHECK."""
    return all(limits(term) for term in _conjuncts(check.removeprefix("CHECK ")))


def _pattern(expression: str) -> str:
    """A regular expression of PostgreSQL as one of ECMA 262, which has no \\UXXXXXXXX and no [:cntrl:]."""
    plain = expression.replace("''", "'").replace("[:cntrl:]", r"\u0000-\u001F\u007F")
    return re.sub(r"\\U([0-9A-F]{8})", lambda found: chr(int(found[1], 16)), plain)


def _length(operator: str, number: int, least: str, most: str) -> Schema:
    return {
        ">=": {least: number},
        ">": {least: number + 1},
        "<=": {most: number},
        "<": {most: number - 1},
        "=": {least: number, most: number},
    }[operator]


@cache
def _conjuncts(expression: str) -> tuple[str, ...]:
    """The terms of an AND, without the parentheses around each. Many parameters are of one domain."""
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
        return (expression,)
    return tuple(inner for term in [*terms, expression[begin:]] for inner in _conjuncts(term))


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
    if found := re.fullmatch(r"'((?:[^']|'')*)'::([\w .\"]+)(\[\])?", expression):
        text = found[1].replace("''", "'")
        if found[3]:  # an array of words
            return [word for word in text[1:-1].split(",") if word] if '"' not in text else None
        return json.loads(text) if found[2] in ("json", "jsonb") else text
    if re.fullmatch(r"-?\d+", expression):
        return int(expression)
    return {"true": True, "false": False}.get(expression)
