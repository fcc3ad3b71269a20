"""The contract: what a signature becomes, and what is refused before the first request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api import app
from api.contract.json_schema import default_value, limits
from api.contract.matching import find_misfits
from api.contract.reader import Contract, read_contract
from api.contract.signatures import ContractError
from api.contract.statements import build_statement
from api.http.endpoint import Endpoint
from api.http.router import StartupError
from api.routes import GET, INTERNAL, POST, ROUTES
from api.settings import Settings
from db.server.access import Access

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("check", "schema"),
    [
        ("CHECK (((VALUE >= 1) AND (VALUE <= 100)))", {"minimum": 1, "maximum": 100}),
        ("CHECK ((VALUE <= '1000000000000'::bigint))", {"maximum": 10**12}),
        ("CHECK (((VALUE >= '-5'::integer) AND (VALUE <> 0)))", {"minimum": -5, "not": {"const": 0}}),
        ("CHECK (((char_length(VALUE) >= 1) AND (char_length(VALUE) < 201)))", {"minLength": 1, "maxLength": 200}),
        ("CHECK ((VALUE ~ '^[A-Z]{3}$'::text))", {"pattern": "^[A-Z]{3}$"}),
        ("CHECK ((VALUE ~ '^(it''s AND|)$'::text))", {"pattern": "^(it's AND|)$"}),
        ("CHECK ((VALUE !~ '[[:cntrl:]]'::text))", {"not": {"type": "string", "pattern": r"[\u0000-\u001F\u007F]"}}),
        ("CHECK ((VALUE = ANY (ARRAY['a'::text, 'b, c'::text])))", {"enum": ["a", "b, c"]}),
        ("CHECK ((cardinality(VALUE) <= 20))", {"maxItems": 20}),
        ("CHECK ((jsonb_typeof(VALUE) = 'object'::text))", {"type": "object"}),
        ("CHECK ((octet_length((VALUE)::text) <= 9))", {}),
        ("CHECK (((VALUE > 5) OR (VALUE < 2)))", {}),
    ],
)
def test_a_check_becomes_json_schema_as_far_as_it_can(check: str, schema: dict[str, Any]) -> None:
    assert limits(check) == schema


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("20", 20),
        ("'USD'::text", "USD"),
        ("'it''s'::api.short_text", "it's"),
        ("true", True),
        ("now()", None),
        ("'{}'::jsonb", {}),
        ("'{}'::api.image_url[]", []),
        ("'{a,b}'::text[]", ["a", "b"]),
    ],
)
def test_a_default_is_shown_where_it_is_a_literal(expression: str, value: object) -> None:
    assert default_value(expression) == value


@pytest.fixture(scope="module")
async def found(admin: asyncpg.Connection[Any]) -> Contract:
    return await read_contract(admin)


async def test_every_route_has_its_function_and_every_function_its_route(found: Contract) -> None:
    assert find_misfits(found, [(r.method, r.path, r.function) for r in ROUTES], INTERNAL) == []


@pytest.mark.parametrize(
    ("route", "misfit"),
    [
        (GET("/x", "no_such"), "GET /x: there is no function api.no_such"),
        (GET("/x/{order_id}", "cancel_order"), "GET /x/{order_id}: api.cancel_order is VOLATILE, a GET must be STABLE"),
        (POST("/x/{order_id}", "get_order"), "POST /x/{order_id}: api.get_order is STABLE, a POST must be VOLATILE"),
        (GET("/x/{z}", "get_order"), "GET /x/{z}: api.get_order has no parameter z"),
        (GET("/x/{limit}", "list_orders"), "GET /x/{limit}: limit of api.list_orders is in the path and has a DEFAULT"),
        (GET("/orders", "list_orders"), "GET /orders is there twice"),
    ],
)
async def test_what_does_not_fit_is_named(found: Contract, route: Any, misfit: str) -> None:
    routes = [(r.method, r.path, r.function) for r in (*ROUTES, route)]
    assert misfit in find_misfits(found, routes, INTERNAL)


async def test_a_function_without_a_route_is_named(found: Contract) -> None:
    routes = [(r.method, r.path, r.function) for r in ROUTES if r.function != "get_order"]
    assert find_misfits(found, routes, INTERNAL) == ["api.get_order has no route"]


async def test_functions_that_cannot_be_endpoints_are_refused(make_database: Callable[[], Access]) -> None:
    connection = await asyncpg.connect(make_database().admin())
    try:
        await connection.execute("""
            CREATE FUNCTION api.twice(a text) RETURNS text LANGUAGE sql RETURN 'a';
            CREATE FUNCTION api.twice(a bigint) RETURNS text LANGUAGE sql RETURN 'a';
            CREATE FUNCTION api.rows() RETURNS SETOF text LANGUAGE sql RETURN 'a';
            CREATE FUNCTION api.nameless(text) RETURNS text LANGUAGE sql RETURN 'a';
            CREATE FUNCTION api.tags(if_match text) RETURNS text LANGUAGE sql RETURN 'a';
        """)
        with pytest.raises(ContractError) as refusal:
            await read_contract(connection)
    finally:
        await connection.close()
    assert set(refusal.value.misfits) == {
        "api.twice is overloaded",
        "api.rows returns a set: return a composite with an array",
        "api.nameless has a parameter without a name",
        "api.tags: if_match must be bigint, it is text",
    }


async def test_the_statement_of_a_signature(found: Contract) -> None:
    statement = build_statement(found.functions["create_order"], [], body=True)
    assert statement.text == (
        "WITH caller AS MATERIALIZED "
        "(SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)) "
        'SELECT to_json(api."create_order"("items" => b."items", "shipping_address_id" => b."shipping_address_id", '
        '"promo_code" => b."promo_code", "currency" => coalesce(b."currency", \'USD\'::text)::api.currency, '
        '"shipping_method_id" => b."shipping_method_id", "buyer_reference" => b."buyer_reference", '
        '"expected_total" => b."expected_total", "metadata" => b."metadata"))::text '
        'FROM caller, jsonb_to_record($3::jsonb) AS b("items" api.order_lines, "shipping_address_id" uuid, '
        '"promo_code" api.short_text, "currency" api.currency, "shipping_method_id" uuid, '
        '"buyer_reference" api.short_text, "expected_total" api.expected_total, "metadata" api.metadata)'
    )
    statement = build_statement(found.functions["modify_order"], ["order_id"], body=True)
    assert '"order_id" => $3::text::uuid' in statement.text
    assert "jsonb_to_record($4::jsonb)" in statement.text
    assert '"if_match" => $5::bigint' in statement.text
    assert "api.claim_idempotency_key($6::text, $7::text, $8::text)" in statement.keyed


@asynccontextmanager
async def started(access: Access) -> AsyncIterator[list[Endpoint]]:
    """The endpoints of the application as it would start on this database, without listening."""
    made = app.create_app(Settings(database_url=access.admin_url, secret=access.secret))
    async with made.router.lifespan_context(made):
        yield endpoints_of(made)


def endpoints_of(application: Starlette) -> list[Endpoint]:
    routes = (route for route in application.routes if isinstance(route, Route))
    return [route.endpoint for route in routes if isinstance(route.endpoint, Endpoint)]


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for part in schema for found in _objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "properties" in schema and "type" in schema else []
    return own + [found for part in schema.values() for found in _objects(part)]


async def test_no_request_takes_an_unknown_field_and_every_number_is_bounded(access: Access) -> None:
    async with started(access) as endpoints:
        seen = 0
        for endpoint in endpoints:
            operation = endpoint.operation
            for part in _objects(operation.body_schema) + _objects(operation.parameters_schema):
                seen += 1
                assert part["additionalProperties"] is False, endpoint.key
                for name, schema in part["properties"].items():
                    if "integer" in schema.get("type", ()):
                        assert {"minimum", "maximum"} <= schema.keys(), f"{endpoint.key}: {name}"
        assert seen > 80


async def test_validators_know_the_limits_of_types(access: Access) -> None:
    async with started(access) as endpoints:
        (endpoint,) = (endpoint for endpoint in endpoints if endpoint.key == "POST /orders")
        validator = endpoint.body_validator
    product = "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42"
    lines = [{"product_id": product, "quantity": 1}]
    assert validator.is_valid({"items": lines, "currency": None, "promo_code": None, "buyer_reference": None})
    assert not validator.is_valid({"items": lines, "promo_code": "two\nlines"})
    refused: tuple[object, ...] = (
        {},
        {"items": None},
        {"items": [{"product_id": product.replace("-", ""), "quantity": 1}]},
        {"items": [{"product_id": "{" + product + "}", "quantity": 1}]},
        {"items": [{"product_id": product, "quantity": 0}]},
        {"items": [{"product_id": product, "quantity": 2**63}]},
        {"items": [{"product_id": product, "quantity": "1"}]},
        {"items": [{"product_id": product, "quantity": 1.5}]},
        {"items": [{"product_id": product, "quantity": True}]},
        {"items": [{"product_id": product}]},
        {"items": [None]},
        {"items": [{"product_id": product, "quantity": 1, "price": 0}]},
        {"items": [{"product_id": product, "quantity": 1}], "currency": "usd"},
        {"items": [{"product_id": product, "quantity": 1}], "account_id": product},
        [],
        "x",
        None,
    )
    for wrong in refused:
        assert not validator.is_valid(wrong), wrong


async def test_the_application_says_all_of_what_does_not_fit(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = (*ROUTES, GET("/nothing", "no_such"), replace(ROUTES[0], function="get_order"))
    monkeypatch.setattr(app, "ROUTES", routes)
    frame = app.create_app(Settings(database_url=access.admin_url, secret=access.secret))
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    inbox.put_nowait({"type": "lifespan.startup"})
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(StartupError):
        await frame({"type": "lifespan", "state": {}}, inbox.get, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "GET /nothing: there is no function api.no_such" in sent[0]["message"]
    assert "POST /accounts is there twice" in sent[0]["message"]
