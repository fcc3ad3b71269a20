"""Every field and every successful answer of the document has an example that fits its schema, and is believable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from jsonschema_rs import validator_for

from api import app
from api.contract.json_schema import REFERENCE
from api.contract.reader import read_contract
from api.docs.answers import ANSWERS, FIELDS, NULL

Document = dict[str, Any]


@pytest.fixture(scope="module")
async def document(admin: asyncpg.Connection[Any]) -> Document:
    return app.describe(await read_contract(admin))


def errors(document: Document, schema: Document, example: Any) -> list[str]:
    validator = validator_for(schema | {"components": document["components"]}, validate_formats=True)
    return [error.message for error in validator.iter_errors(example)]


def successes(document: Document) -> Iterator[tuple[str, Document]]:
    """The JSON of each successful answer."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status.startswith("2") and (media := response.get("content", {}).get("application/json")):
                    yield operation["operationId"], media


def exemplified(schema: Document, schemas: dict[str, Document]) -> bool:
    """Whether a schema has an example, or all that it is made of."""
    if "$ref" in schema:
        target = schemas[schema["$ref"].removeprefix(REFERENCE)]
        return "properties" in target or exemplified(target, schemas)
    if inner := schema.get("anyOf") or schema.get("oneOf"):
        return all(part == {"type": "null"} or exemplified(part, schemas) for part in inner)
    types = schema.get("type", ())
    if "array" in types and "examples" not in schema:
        return exemplified(schema["items"], schemas)
    return not types or "object" in types or bool(schema.get("examples"))


def test_every_field_and_parameter_has_an_example(document: Document) -> None:
    schemas = document["components"]["schemas"]
    without = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
        if not exemplified(part, schemas)
    ]
    without += [
        f"{operation['operationId']}: {parameter['name']}"
        for methods in document["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if "example" not in parameter and not exemplified(parameter["schema"], schemas)
    ]
    assert without == []


def test_every_example_of_a_field_fits(document: Document) -> None:
    schemas = document["components"]["schemas"]
    parts = [(name, schema) for name, schema in schemas.items()]
    parts += [(f"{n}.{f}", p) for n, schema in schemas.items() for f, p in schema.get("properties", {}).items()]
    wrong, checked = {}, 0
    for place, part in parts:
        for example in part.get("examples", ()):
            checked += 1
            # An example without a reference needs no other component.
            if found := [e.message for e in validator_for(part, validate_formats=True).iter_errors(example)]:
                wrong[place] = (example, found)
    assert wrong == {}
    assert checked > 1000


def test_every_successful_answer_has_an_example_that_fits(document: Document) -> None:
    examples = document["components"]["examples"]
    seen: set[str] = set()
    schemas, values = {}, {}
    for name, media in successes(document):
        assert media["examples"], name
        for shown in media["examples"].values():
            reference = shown["$ref"].removeprefix("#/components/examples/")
            schemas[f"{name} {reference}"] = media["schema"]
            values[f"{name} {reference}"] = examples[reference]["value"]
            seen.add(reference)
    assert errors(document, {"properties": schemas}, values) == []  # together: one validator is made once
    assert len(seen) > 90
    assert seen == {name for name in examples if name.startswith("answer.")}


def test_an_example_that_does_not_fit_is_found(document: Document) -> None:
    schema = {"$ref": f"{REFERENCE}order"}
    order = document["components"]["examples"]["answer.order"]["value"]
    assert errors(document, schema, order) == []
    for change in ({"status": "unheard_of"}, {"created_at": "yesterday"}, {"total": None}):
        assert errors(document, schema, order | change) != []


def test_the_sums_of_the_story(document: Document) -> None:
    shown = {name: example["value"] for name, example in document["components"]["examples"].items()}
    order, invoice, payment = shown["answer.order"], shown["answer.invoice"], shown["answer.payment"]
    refund, cart = shown["answer.refund"], shown["answer.cart"]
    (line,) = order["items"]
    assert line["quantity"] * line["unit_price"] == order["subtotal"] == cart["subtotal"] == cart["total"]
    assert line["unit_price"] == shown["answer.product"]["price"]
    assert line["total"] == order["subtotal"] + line["tax"]
    assert order["tax"] == line["tax"] + order["shipping_tax"]
    assert order["total"] == order["subtotal"] - order["discount"] + order["shipping"] + order["tax"]
    assert order["total"] == payment["amount"] == invoice["total"] == invoice["amount_paid"]
    for part in (*order["items"], *order["shipping_parts"], *invoice["items"], *invoice["shipping_parts"]):
        assert sum(tax["amount"] for tax in part["taxes"]) == part["tax"]
    assert sum(part["total"] for part in (*invoice["items"], *invoice["shipping_parts"])) == invoice["total"]
    (tax,) = invoice["taxes"]
    assert (tax["basis"] + tax["amount"], tax["amount"]) == (invoice["total"], invoice["tax"])
    assert refund["amount"] == sum(item["amount"] for item in refund["items"]) == line["total"] // 2
    assert payment["order_id"] == order["id"] == invoice["order_id"] == refund["order_id"]
    assert "example" not in str(order).split("'")


def test_examples_of_domains_are_in_the_catalogue(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["sku"]["examples"] == ["LAMP-1"]
    assert "Example" not in schemas["sku"]["description"]
    # A pattern is told by an example; what a name or a type tells needs none.
    assert [n for n, s in schemas.items() if "pattern" in s and s["examples"] == ["example"]] == []


def test_what_is_said_of_fields_is_used(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert [(n, f) for n, fields in ANSWERS.items() for f in fields if f not in schemas[n]["properties"]] == []
    names = {f for schema in schemas.values() for f in schema.get("properties", {})}
    assert names >= NULL
    words = {"_".join(n.split("_")[i:]) for n in names for i in range(n.count("_") + 1)}
    assert [f for f in FIELDS if f not in words and f"{f}s" not in words] == []
