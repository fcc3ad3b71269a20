"""The OpenAPI document as generators of clients read it: every enum and object has one name, requests are as checked.

The document and the schemas that requests are validated with are made by two ways from the same types; here they are
compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from api import app
from api.contract.components import plain_pattern, public
from api.contract.json_schema import REFERENCE, Schema
from api.contract.operations import Operation
from api.contract.reader import Contract, read_contract

Document = dict[str, Any]


@pytest.fixture(scope="module")
async def contract(admin: asyncpg.Connection[Any]) -> Contract:
    return await read_contract(admin)


@pytest.fixture(scope="module")
def document(contract: Contract) -> Document:
    return app.describe(contract)


@pytest.fixture(scope="module")
def operations(contract: Contract) -> list[Operation]:
    return app.build_operations(contract, numbered=False)


def described(document: Document) -> Iterator[Document]:
    """Every operation of the document."""
    for methods in document["paths"].values():
        yield from methods.values()


def parts(schema: Any, place: str) -> Iterator[tuple[str, Schema]]:
    """A schema and all that stand inside it, each with its place."""
    if isinstance(schema, dict):
        yield place, schema
        for name, part in schema.get("properties", {}).items():
            yield from parts(part, f"{place}.{name}")
        for word in ("items", "not", "additionalProperties"):
            yield from parts(schema.get(word), f"{place}.{word}")
        for number, part in enumerate(schema.get("anyOf", [])):
            yield from parts(part, f"{place}.{number}")


def unnamed(document: Document) -> list[str]:
    """The places of enums and objects for which a generator would have to invent a name."""
    found: list[str] = []
    for name, schema in document["components"]["schemas"].items():
        found += [place for place, part in parts(schema, name) if place != name and needs_name(part)]
    for operation in described(document):
        where = operation["operationId"]
        contents = [operation.get("requestBody", {}), *operation["responses"].values()]
        schemas = [p["schema"] for p in operation.get("parameters", ())]
        schemas += [media["schema"] for c in contents for media in c.get("content", {}).values() if "schema" in media]
        found += [place for schema in schemas for place, part in parts(schema, where) if needs_name(part)]
    return found


def needs_name(schema: Schema) -> bool:
    return "enum" in schema or "properties" in schema or "object" in schema.get("type", ())


def test_nothing_is_left_for_a_generator_to_name(document: Document) -> None:
    assert unnamed(document) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": ["a"]},
        {"type": ["string", "null"], "enum": ["a", None]},
        {"type": "array", "items": {"type": "object", "properties": {}}},
        {"anyOf": [{"type": "object"}, {"type": "null"}]},
    ],
)
def test_what_has_no_name_is_found(schema: Schema) -> None:
    inside = {"paths": {}, "components": {"schemas": {"order": {"type": "object", "properties": {"x": schema}}}}}
    assert len(unnamed(inside)) == 1
    assert unnamed(inside)[0].startswith("order.x")


def class_names(document: Document) -> list[str]:
    """The names of the types that hey-api and openapi-python-client make, without their case and underscores."""
    names = list(document["components"]["schemas"])
    for operation in described(document):
        name = operation["operationId"]
        # hey-api: types of what an operation is sent and answers. openapi-python-client has classes of components only.
        names += [f"{name}_{part}" for part in ("data", "error", "errors", "response", "responses")]
    return [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]


def test_no_two_types_have_one_name_in_a_client(document: Document) -> None:
    assert {name: count for name, count in Counter(class_names(document)).items() if count > 1} == {}
    functions = Counter(operation["operationId"].replace("_", "") for operation in described(document))
    assert set(functions.values()) == {1}


def test_no_type_has_a_field_of_its_own_name(document: Document) -> None:
    """In Python such a field hides the type from the fields after it."""
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if name in schema.get("properties", {})] == []


def test_request_bodies_have_names(document: Document) -> None:
    bodies = 0
    for operation in described(document):
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is not None:
            bodies += 1
            assert media["schema"] == {"$ref": f"{REFERENCE}{operation['operationId']}_request"}
    assert bodies > 70


def expand(schema: Any, schemas: dict[str, Schema]) -> Any:
    """A schema without references, and without what is a description only."""
    if isinstance(schema, list):
        return [expand(part, schemas) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = schemas[schema["$ref"].removeprefix(REFERENCE)]
        return expand(target | {name: part for name, part in schema.items() if name != "$ref"}, schemas)
    found: Schema = {}
    for name, part in public(schema).items():
        if name == "properties":
            found[name] = {inner: expand(each, schemas) for inner, each in part.items()}
        elif name not in ("description", "examples", "default") and part not in ("uri", "idn-email"):
            found[name] = expand(part, schemas)
    # An unknown currency, provider or type of event is refused by the database.
    if {"USD", "mock", "order.paid"} & set(found.get("enum", ())):
        del found["enum"]
    match found.get("anyOf"):
        case [one, {"type": "null"}] if isinstance(one.get("type"), str) and "properties" not in one:
            found |= one | {"type": [one["type"], "null"]} | ({"enum": [*one["enum"], None]} if "enum" in one else {})
            del found["anyOf"]
        case [{} as one, {"type": "null"}] if not one:
            del found["anyOf"]
    return found


def test_the_document_says_what_requests_are_checked_with(document: Document, operations: list[Operation]) -> None:
    schemas = document["components"]["schemas"]
    checked = 0
    for operation in operations:
        line, name = operation.line, operation.function.name
        shown = document["paths"][f"/v1{line.path}"][line.method.lower()]
        own = operation.body_schema["components"]["schemas"]
        body = {key: part for key, part in operation.body_schema.items() if key not in ("$schema", "components")}
        if "requestBody" in shown and line.accepts == "application/json":
            checked += 1
            assert expand(shown["requestBody"]["content"]["application/json"]["schema"], schemas) == expand(body, own)
        given = {p["name"]: p for p in shown.get("parameters", ()) if p["in"] != "header"}
        expected = operation.parameters_schema
        assert list(given) == list(expected["properties"]), name
        assert [key for key, part in given.items() if part["required"]] == expected["required"], name
        for key, part in given.items():
            assert expand(part["schema"], schemas) == expand(expected["properties"][key], {}), f"{name}: {key}"
    assert checked > 70


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ("^[a-z]{1,3}$", "^[a-z]{1,3}$"),
        ("[\\u0001-\\u001F\U000e0000-\U000e001f]", "[\\u0001-\\u001F]"),
        ("[a\\]|\U0001f3f4]|b", "[a\\]|]|b"),
        ("(^|[a\U000e0020-\U000e007f])[\U000e0020-\U000e007f]|(x|y)|^\\s", "(x|y)|^\\s"),
        ("[^\U0001f3f4]", ""),
    ],
)
def test_a_pattern_without_characters_that_not_every_implementation_reads(expression: str, plain: str) -> None:
    assert plain_pattern(expression) == plain


def test_patterns_of_the_document_are_of_the_basic_plane(document: Document) -> None:
    patterns = [
        part["pattern"]
        for name, schema in document["components"]["schemas"].items()
        for _, part in parts(schema, name)
        if "pattern" in part
    ]
    assert len(patterns) > 20
    for pattern in patterns:
        re.compile(pattern)
        assert max(map(ord, pattern)) < 0x10000
        assert "[:" not in pattern


def test_currencies_are_those_of_the_catalogue(document: Document, contract: Contract) -> None:
    assert {"BDT", "EUR", "KWD", "USD"} <= set(contract.currencies)
    assert document["components"]["schemas"]["currency"]["enum"] == sorted(contract.currencies)


def test_providers_are_those_that_the_shop_knows(document: Document, contract: Contract) -> None:
    assert {"mock", "stripe", "wallet"} <= set(contract.providers)
    schemas = document["components"]["schemas"]
    assert schemas["provider"]["enum"] == sorted(contract.providers)
    assert schemas["payment"]["properties"]["provider"] == {"$ref": "#/components/schemas/provider"}


def test_the_default_of_a_field_is_in_its_description(document: Document) -> None:
    request = document["components"]["schemas"]["create_order_request"]["properties"]
    assert request["currency"]["description"] == "Default: USD."
    assert "default" not in request["currency"]
    assert "default" not in document["components"]["schemas"]["create_product_request"]["properties"]["attributes"]


def test_a_text_whose_name_says_its_format_has_it(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["email"]["format"] == "idn-email"  # zoë@example.com has an account
    assert schemas["payment"]["properties"]["checkout_url"]["format"] == "uri"
    assert schemas["image_url"]["format"] == "uri"


def test_everything_has_a_description(document: Document) -> None:
    used = {tag for operation in described(document) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}
    assert all(tag["description"].endswith(".") for tag in document["tags"])
    for operation in described(document):
        assert operation["description"].endswith("."), operation["operationId"]
        for response in operation["responses"].values():
            assert "$ref" in response or response["description"].endswith("."), operation["operationId"]


async def test_an_operation_says_who_may_call_it(document: Document) -> None:
    operations = {operation["operationId"]: operation for operation in described(document)}
    assert operations["list_products"]["description"].endswith("For everybody.")
    ending = "For customers, merchants, support and admins. API keys need the scope `sales:write`."
    assert operations["create_order"]["description"].endswith(ending)
    assert operations["list_orders"]["responses"]["200"]["description"] == "A page of orders."
