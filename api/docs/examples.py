"""Request bodies for the OpenAPI document, so that an endpoint can be tried without reading its schema first."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

_ID = "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42"
_BY_FORMAT = {"uuid": _ID, "date-time": "2026-11-30T12:00:00Z", "date": "2026-11-30"}
_BY_NAME = {
    "email": "alice@example.com",
    "password": "Correct-Horse-7",
    "current_password": "Correct-Horse-7",
    "new_password": "Better-Horse-8",
    "handle": "alice",
    "currency": "USD",
    "country": "BD",
    "city": "Dhaka",
    "line1": "12 Lake Road",
    "name": "Alice",
    "sku": "LAMP-1",
    "slug": "lamps",
    "price": 1999,
    "stock": 20,
    "provider": "mock",
    "live": "PT30M",  # order_time_to_live
    "url": "https://shop.example/hooks",
}


def add_examples(document: Document) -> None:
    """Gives each JSON request body of the document an example: its required fields, or else its first one."""
    for methods in document["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                body["example"] = _object(_resolve(body["schema"], document), document)


def _object(schema: Document, document: Document) -> Document:
    names = schema.get("required") or list(schema["properties"])[:1]
    return {name: _value(name, schema["properties"][name], document) for name in names}


def _value(name: str, schema: Document, document: Document) -> Any:
    if "$ref" in schema:
        return _value(name, _resolve(schema, document), document)
    if "anyOf" in schema:
        return _value(name, schema["anyOf"][0], document)
    kinds = schema.get("type", "object")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object" and "properties" in schema:
        return _object(schema, document)
    if kind == "array":
        return [_value(name, schema["items"], document)]
    if "enum" in schema:
        return schema["enum"][0]
    if examples := schema.get("examples"):
        return examples[0]
    for known in (name, name.rpartition("_")[2]):  # reporting_currency is a currency
        if known in _BY_NAME:
            return _BY_NAME[known]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    return {"boolean": True, "object": {}, "number": 1}.get(kind, "example")


def _resolve(schema: Document, document: Document) -> Document:
    """The schema, or the one that it refers to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
