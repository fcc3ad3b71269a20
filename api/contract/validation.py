"""Validates requests against their JSON Schema; every violation has a JSON pointer (RFC 6901)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import jsonschema_rs

from api.contract.json_schema import MESSAGE, Schema
from api.contract.signatures import ContractError

MOST_VIOLATIONS = 20  # in one response
# What a domain can say about a value; its own sentence explains the violation.
_LIMITS = frozenset(
    (
        "pattern", "not", "enum", "minLength", "maxLength", "minItems", "maxItems",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    )
)  # fmt: skip


def compile_schema(schema: Schema, subject: str) -> jsonschema_rs.Validator:
    """A validator. Raises ContractError, naming the `subject`, for a schema that is not valid itself."""
    try:
        # Values are masked: a message goes to logs and screens, what a person typed into a form must not.
        return jsonschema_rs.validator_for(schema, validate_formats=True, mask="It")
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise ContractError([f"{subject}: the schema is not valid: {error}"]) from error


def violations(validator: jsonschema_rs.Validator, schema: Schema, data: object) -> list[dict[str, str]]:
    """The first violations of the validator's schema, each as `pointer` and `detail`, one for each place."""
    found: dict[str, dict[str, str]] = {}
    for error in validator.iter_errors(data):
        for violation in _explain(error, schema):
            found.setdefault(violation["pointer"], violation)
        if len(found) >= MOST_VIOLATIONS:
            break
    return list(found.values())


def pointer(path: Sequence[object]) -> str:
    """A JSON pointer to the field at `path`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def typed(value: str, kind: object) -> object:
    """A path or query parameter as JSON. Text that is not of its `kind` stays text, and the validator refuses it."""
    if kind == "integer":
        return int(value) if len(value) <= 20 and re.fullmatch(r"-?\d+", value, re.ASCII) else value
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if kind == "number":
        return float(value) if re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", value, re.ASCII) else value
    return value


def make_whole(data: Any) -> bool:
    """Replaces 3.0 by 3 everywhere in `data`: an integer in JSON Schema, but not in PostgreSQL. True: there was one."""
    found = False
    for place, value in enumerate(data) if isinstance(data, list) else data.items():
        if isinstance(value, float) and abs(value) < 2**53 and value.is_integer():
            data[place] = int(value)
            found = True
        elif isinstance(value, (list, dict)):
            found = make_whole(value) or found
    return found


def _explain(error: jsonschema_rs.ValidationError, schema: Schema) -> list[dict[str, str]]:
    path = list(error.instance_path)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected):
            return [{"pointer": pointer([*path, name]), "detail": "There is no such field."} for name in unexpected]
        case jsonschema_rs.ValidationErrorKind.Required(name):
            return [{"pointer": pointer([*path, name]), "detail": "It is required."}]
        case jsonschema_rs.ValidationErrorKind.AnyOf([first, *_]) if first:  # the others only say that it may be null
            return [line for inner in first for line in _explain(inner, schema)]
        case _:
            return [{"pointer": pointer(path), "detail": _message(error, schema)}]


def _message(error: jsonschema_rs.ValidationError, schema: Schema) -> str:
    """The sentence of the domain that refuses the value; a regular expression is no sentence."""
    keyword = next((part for part in reversed(error.schema_path) if part in _LIMITS), None)
    if keyword is not None:
        part: Any = schema
        for step in error.schema_path[: error.schema_path.index(keyword)]:
            part = part[step]
        if message := part.get(MESSAGE):
            return str(message)
        if keyword in ("pattern", "not"):
            return "It does not have the expected form."
    return _sentence(error.message)


def _sentence(message: str) -> str:
    return message if message.endswith(".") else message + "."
