"""Requests for the OpenAPI document, so that an endpoint can be tried without reading its schema first."""

from __future__ import annotations

from typing import Any

from api.docs.bodies import BODIES, IDS, PARAMETERS, PARAMETERS_OF

Document = dict[str, Any]

# What a field of an operation that has no example in BODIES is shown with.
_BY_FORMAT = {"date-time": "2026-11-30T12:00:00Z", "date": "2026-11-30"}
_BY_NAME = {"email": "alice@example.com", "currency": "USD", "country": "BD", "name": "Alice", "price": 1999,
            "version": 2}  # fmt: skip


def add_examples(document: Document) -> None:
    """Gives an example to each request body of the document, and to each parameter that a request must have."""
    for methods in document["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            for parameter in operation.get("parameters", ()):
                if "$ref" not in parameter and parameter["required"]:
                    parameter["example"] = _parameter(name, parameter, document)
            for body in operation.get("requestBody", {}).get("content", {}).values():
                body["example"] = BODIES[name] if name in BODIES else _value("", body["schema"], document)


def _parameter(operation: str, parameter: Document, document: Document) -> Any:
    name = parameter["name"]
    known = PARAMETERS_OF.get((operation, name)) or IDS.get(name.removesuffix("_id")) or PARAMETERS.get(name)
    return known or _value(name, parameter["schema"], document)


def _value(name: str, schema: Document, document: Document) -> Any:
    """A value of the schema: its required fields, or else its first one."""
    if "$ref" in schema:
        return _value(name, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return _value(name, schema["anyOf"][0], document)
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return [_value(name, schema["items"], document)]
    if kind == "object" and "properties" in schema:
        properties = schema["properties"]
        return {each: _value(each, properties[each], document) for each in schema.get("required") or [*properties][:1]}
    if "enum" in schema:
        return schema["enum"][0]
    if examples := schema.get("examples"):
        return examples[0]
    for known in (name, name.rpartition("_")[2]):  # reporting_currency is a currency
        if known in _BY_NAME:
            return _BY_NAME[known]
    if schema.get("format") == "uuid":
        return IDS.get(name.removesuffix("_id"), IDS["product"])
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    return {"boolean": True, "object": {}, "number": 1}.get(kind, "example")
