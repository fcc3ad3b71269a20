"""Events in the contract: the registry, its schemas, webhooks and the stream in the OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from tests.support.answers import load_answers
from tests.support.web import Client

Document = dict[str, Any]


@pytest.fixture(scope="module")
async def document(client: Client) -> Document:
    found: Document = (await client.get("/openapi.json")).json()
    return found


@pytest.fixture(scope="module")
async def registry(client: Client) -> list[dict[str, Any]]:
    answer = await client.get("/events/types")  # without a token
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def faults(name: str, *values: Any) -> list[str]:
    validator = load_answers().compile({"$ref": f"#/components/schemas/{name}"})
    return [error.message for value in values for error in validator.iter_errors(value)]


async def test_every_type_has_a_schema_that_its_example_matches(registry: list[dict[str, Any]]) -> None:
    assert len(registry) > 80
    assert [line["type"] for line in registry] == sorted(line["type"] for line in registry)
    for line in registry:
        assert line["schema"]["required"], line["type"]
        assert "openapi" not in json.dumps(line["schema"])  # complete in itself
        assert jsonschema_rs.is_valid(line["schema"], line["example"], validate_formats=True), line["type"]
        assert set(line["example"]) == set(line["schema"]["properties"]), line["type"]
        assert line["description"].endswith(".")


async def test_events_are_unions_that_the_type_tells_apart(document: Document, registry: list[dict[str, Any]]) -> None:
    schemas = document["components"]["schemas"]
    types = {line["type"]: line for line in registry}
    for name in ("event", "order_event"):
        union = schemas[name]
        mapping = union["discriminator"]["mapping"]
        members = {member["$ref"].rpartition("/")[2]: schemas[member["$ref"].rpartition("/")[2]]
                   for member in union["oneOf"]}  # fmt: skip
        kinds = {name: schemas[member["properties"]["type"]["$ref"].rpartition("/")[2]]["enum"]
                 for name, member in members.items()}  # fmt: skip
        listed = [kind for each in kinds.values() for kind in each]
        assert sorted(listed) == sorted(mapping) == sorted(set(listed))
        for kind, reference in mapping.items():
            member = members[reference.rpartition("/")[2]]
            assert kind in kinds[reference.rpartition("/")[2]]
            assert member["properties"]["data"]["$ref"].endswith(f"/{types[kind]['payload']}_payload")
    assert set(schemas["event"]["discriminator"]["mapping"]) == set(types)
    assert schemas["event_type_name"]["enum"] == list(types)


async def test_every_type_is_a_webhook(document: Document, registry: list[dict[str, Any]]) -> None:
    assert list(document["webhooks"]) == [line["type"] for line in registry]
    for line in registry:
        operation = document["webhooks"][line["type"]]["post"]
        headers = {document["components"]["parameters"][part["$ref"].rpartition("/")[2]]["name"]
                   for part in operation["parameters"]}  # fmt: skip
        assert headers == {"webhook-id", "webhook-timestamp", "webhook-signature"}
        assert operation["summary"]
    # The names of operations are those of methods in generated clients.
    every = [operation["operationId"] for part in ("paths", "webhooks") for methods in document[part].values()
             for operation in methods.values()]  # fmt: skip
    assert len(every) == len(set(every))


@pytest.mark.parametrize("prefix", ["payload", "merchant_payload"])
async def test_what_is_sent_matches_the_document(admin: Any, registry: list[dict[str, Any]], prefix: str) -> None:
    """The bodies of test deliveries, which have the data of real ones, for admins and for merchants."""
    payloads = {line["type"]: line[prefix] for line in registry if line[prefix] is not None}
    bodies = await admin.fetch(
        "SELECT t.type, json_build_object('id', uuidv7(), 'type', t.type, 'timestamp', now(), 'test', true, 'data', "
        "messaging.example_data(t.type, uuidv7(), $1)) AS body "
        "FROM messaging.event_types() AS t WHERE t.type = ANY ($2)",
        prefix == "merchant_payload", list(payloads),
    )  # fmt: skip
    assert len(bodies) == len(payloads)
    for payload in set(payloads.values()):
        told = [json.loads(row["body"]) for row in bodies if payloads[row["type"]] == payload]
        assert faults(f"webhook_{payload}", *told) == [], payload


async def test_an_order_s_timeline_matches_the_document(client: Client, call: Any, admin: Any) -> None:
    await call("web_anonymous", "create_account", email="ada@example.com", password="x" * 60)
    token = await admin.fetchval("SELECT identity.issue_local_token('customer', 'ada@example.com')")
    await call("web_anonymous", "create_account", email="s@example.com", password="x" * 60, role="merchant")
    selling = await admin.fetchval("SELECT identity.issue_local_token('merchant', 's@example.com')")
    product = await call(
        "web_merchant", "create_product", token=selling, name="Lamp", description="", sku="A", price=700,
        currency="USD", stock=9,
    )  # fmt: skip
    order = await call(
        "web_customer", "create_order", token=token, items=[{"product_id": product["id"], "quantity": 1}]
    )
    await call("web_customer", "cancel_order", token=token, order_id=order["id"], reason="too dear")
    events = (await client.get(f"/orders/{order['id']}/events", token=token)).json()["data"]
    assert [event["type"] for event in events] == ["order.created", "order.cancelled"]
    assert faults("order_event", *events) == []


async def test_the_stream_says_what_it_sends(document: Document) -> None:
    response = document["paths"]["/v1/orders/{order_id}/stream"]["get"]["responses"]["200"]
    content = response["content"]["text/event-stream"]
    item = content["x-itemSchema"]["properties"]
    assert item["data"]["contentSchema"] == {"$ref": "#/components/schemas/order_event"}
    assert content["schema"]["type"] == "string"
