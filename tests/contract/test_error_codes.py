"""Each operation of the OpenAPI document lists the error codes that it answers with, from the functions' headers.

That no test gets a code that its operation does not list is checked with every answer: tests/support/answers.py.
"""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

import asyncpg
import pytest
from jsonschema_rs import validator_for

from api import app
from api.contract.error_codes import ErrorCodes, Header, database_checks, parse_header, read_headers
from api.contract.operations import Operation
from api.contract.reader import Contract, read_contract
from api.http.errors import SENTENCES
from api.routes import ROUTES
from db.deploy.source import Source

Document = dict[str, Any]
FUNCTION = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION \w+\.\"?(\w+)", re.MULTILINE)
RAISED = re.compile(r"ERRCODE\s*=\s*'SH(\d{3})'\s*,\s*CONSTRAINT\s*=\s*'(\w+)'")


@pytest.fixture(scope="module")
async def contract(admin: asyncpg.Connection[Any]) -> Contract:
    return await read_contract(admin)


@pytest.fixture(scope="module")
def codes(contract: Contract) -> ErrorCodes:
    return ErrorCodes(contract, SENTENCES)


@pytest.fixture(scope="module")
def operations(contract: Contract) -> dict[str, Operation]:
    return {operation.line.function: operation for operation in app.build_operations(contract, numbered=False)}


@pytest.fixture(scope="module")
def document(contract: Contract) -> Document:
    return app.describe(contract)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a_b 404, c_d, e_f 409.", Header({"a_b": 404, "c_d": 409, "e_f": 409})),
        ("a_b (the words are not_codes), forbidden 403; c_d.", Header({"a_b": 403, "forbidden": 403, "c_d": 0})),
        ("a_b 422, and those of create_order and x.price_order 422; c_d 409 in another_case.",
         Header({"a_b": 422, "c_d": 409, "another_case": 0}, {"create_order", "price_order"})),
        ('a_b 429, DETAIL {"retry_after": seconds}. Later: c_d 409', Header({"a_b": 429, "c_d": 409})),
    ],
)  # fmt: skip
def test_a_header_is_read(text: str, found: Header) -> None:
    assert parse_header(text) == found


def used_headers() -> dict[str, list[Header]]:
    """The headers of what the routes call, directly or by `those of`."""
    headers = read_headers()
    waiting = [name for route in ROUTES for name in (route.function, *route.endpoint.refusals)]
    waiting += ["authenticate", "authenticate_key", "claim_idempotency_key"]
    found: dict[str, list[Header]] = {}
    while waiting:
        name = waiting.pop()
        if name in headers and name not in found:
            found[name] = headers[name]
            waiting += [other for header in headers[name] for other in header.others]
    return found


@cache
def names_of_functions() -> set[str]:
    source = Source.read()
    return {found[1] for file in (*source.endpoints, *source.routines) if (found := FUNCTION.search(file.text))}


def test_every_word_of_a_header_is_a_code_or_a_function(codes: ErrorCodes) -> None:
    unknown = {
        name: words
        for name, headers in used_headers().items()
        for header in headers
        if (words := {*header.codes} - codes.known.keys() | header.others - names_of_functions())
    }
    # Constraints of tables without a comment.
    assert unknown == {
        "create_shipping_method": {"shipping_rate_twice", "shipping_country_malformed"},
        "update_shipping_method": {"shipping_rate_twice"},
    }
    assert len(used_headers()) > 200


def test_a_function_lists_what_its_own_body_raises_with_its_status(
    codes: ErrorCodes, operations: dict[str, Operation]
) -> None:
    missing, checked = {}, 0
    for file in Source.read().endpoints:
        found = FUNCTION.search(file.text)
        if found and found[1] in operations:
            listed = codes.of(operations[found[1]])
            raised = RAISED.findall(file.text)
            checked += len(raised)
            if lost := [(status, code) for status, code in raised if code not in listed.get(int(status), ())]:
                missing[found[1]] = lost
    assert missing == {}
    assert checked > 130


def test_an_endpoint_lists_what_it_refuses_itself(codes: ErrorCodes, operations: dict[str, Operation]) -> None:
    checked = 0
    for route in ROUTES:
        listed = {code for each in codes.of(operations[route.function]).values() for code in each}
        for kind in route.endpoint.__mro__:
            if kind.__module__.startswith("api.handlers"):
                raised = set(re.findall(r'Problem\(\s*"(\w+)"', inspect.getsource(kind)))
                checked += len(raised)
                assert raised <= listed, route
        for word in route.endpoint.refusals:
            assert word in codes.known or word in names_of_functions(), word
    assert checked >= 10


def test_an_operation_lists_its_codes_by_status(document: Document) -> None:
    shared = document["components"]["responses"]
    examples = document["components"]["examples"]
    responses = document["paths"]["/v1/orders"]["post"]["responses"]
    found = {
        status: shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
        for status, response in responses.items()
        if status != "201"
    }
    media = {status: response["content"]["application/problem+json"] for status, response in found.items()}
    listed = {status: set(each["x-codes"]) for status, each in media.items()}
    assert {"out_of_stock", "promo_used_up", "idempotency_key_in_use"} <= listed["409"]
    assert {"product_not_found", "address_not_found"} <= listed["404"]
    assert {"order_empty", "promo_expired", "request_invalid"} <= listed["422"]
    assert {"token_missing", "token_expired"} <= listed["401"]
    assert {"internal_error", "timeout", "busy"} <= listed["default"]
    assert {"primary_required", "isolation_refused"}.isdisjoint(set().union(*listed.values()))
    for each in media.values():
        assert each["schema"] == {"$ref": "#/components/schemas/problem"}
        assert list(each["examples"]) == each["x-codes"]
    assert examples["promo_expired"]["summary"] == "This promotion is over."
    assert examples["promo_used_by_account"]["value"]["status"] == 409


def test_each_code_has_an_example_that_is_a_problem(document: Document) -> None:
    schema = {"$ref": "#/components/schemas/problem", "components": document["components"]}
    validator = validator_for(schema)
    examples = {
        name: example
        for name, example in document["components"]["examples"].items()
        if not name.startswith("answer.")  # of a success
    }
    assert len(examples) > 250
    for name, example in examples.items():
        validator.validate(example["value"])
        assert example["summary"], name
        assert example["value"]["title"] != "Error", name


async def test_what_only_the_database_can_check_is_listed(contract: Contract) -> None:
    assert database_checks(contract.types, "api.metadata") == {"metadata_not_an_object"}
    assert database_checks(contract.types, "api.short_text") == set()
