"""Every domain says in a sentence what it takes: clients read it when a value is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from api.contract.json_schema import CANONICAL, MESSAGE, limits
from api.contract.reader import Contract, read_contract
from api.contract.texts import canonical, find_places
from api.contract.validation import compile_schema, violations
from api.http.errors import from_database
from db.server.access import Access

SENTENCE = re.compile(r"[A-Z0-9a-z][^\n\\^$|\[\]]{7,}[.]")


@pytest.fixture(scope="module")
async def contract(anyio_backend: str, access: Access) -> AsyncIterator[Contract]:
    connection = await asyncpg.connect(access.admin())
    yield await read_contract(connection)
    await connection.close()


async def test_every_domain_with_a_check_has_a_sentence(contract: Contract) -> None:
    checked = {name: domain for name, domain in contract.types.domains.items() if domain.checks}
    assert len(checked) > 60
    assert {name: d.comment for name, d in checked.items() if not SENTENCE.fullmatch(d.comment)} == {}
    assert {
        name for name in checked if not SENTENCE.fullmatch(contract.types.schema(name, request=True)[MESSAGE])
    } == set()


async def test_texts_of_a_request_are_lines_or_have_a_form(contract: Contract) -> None:
    """A text that people write goes through a domain that refuses what cannot be seen; these are read by programs."""
    opaque = {"api.password", "api.page_cursor", "api.mail_token", "api.image_url", "api.tracking_url"}
    free = {
        name
        for name, domain in contract.types.domains.items()
        if domain.checks
        and (schema := contract.types.schema(name, request=True)).get("type") == "string"
        and not schema.keys() & {"enum", "pattern", "not"}
    }
    assert free - opaque == {"api.search_text", "api.gift_card_code"}  # looked up, not stored
    assert all(CANONICAL in contract.types.schema(name, request=True) for name in free - opaque)


async def test_a_refusal_of_the_database_has_the_same_sentence(contract: Contract) -> None:
    error: Any = SimpleNamespace(
        sqlstate="23514", constraint_name="text_length", data_type_name="long_text", schema_name="api", context=None
    )
    problem = from_database(error, contract.sentences, signed_in=True)
    assert (problem.status, problem.code) == (422, "text_length")
    assert problem.detail == contract.types.domains["api.long_text"].comment
    assert problem.detail != contract.types.domains["api.short_text"].comment


def test_the_check_of_a_text_becomes_json_schema() -> None:
    check = r"CHECK (((VALUE IS NFC NORMALIZED) AND (VALUE !~ '[\u200B\U000E0001]'::text)))"
    assert limits(check) == {CANONICAL: True, "not": {"type": "string", "pattern": "[\\u200B\U000e0001]"}}


def test_texts_inside_lists_and_objects_get_their_canonical_form() -> None:
    text = {"type": "string", CANONICAL: True}
    schema = {
        "properties": {
            "name": {"type": ["string", "null"], CANONICAL: True},
            "lines": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/l"}, {"type": "null"}]}},
            "tags": {"type": "array", "items": text},
            "metadata": {"type": "object"},
        }
    }
    places = find_places(schema, {"l": {"properties": {"note": text, "token": {"type": "string"}}}})
    data = {
        "name": " e\u0301 ",
        "lines": [{"note": " n", "token": " t"}, None],
        "tags": [" a ", 1],
        "metadata": {"x": " "},
    }
    assert canonical(data, places) == {
        "name": "\u00e9", "lines": [{"note": "n", "token": " t"}, None], "tags": ["a", 1], "metadata": {"x": " "},
    }  # fmt: skip
    assert find_places({"properties": {"metadata": {"type": "object"}}}, {}) is None
    assert canonical(["not an object"], places) == ["not an object"]


def test_a_violation_is_explained_once_and_never_by_a_pattern() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "minLength": 3, "pattern": "^[a-z]+$", MESSAGE: "Three letters."},
            "b": {"type": "string", "pattern": "^[a-z]+$"},
        },
    }
    found = violations(compile_schema(schema, "test"), schema, {"a": "1", "b": "1"})
    assert found == [
        {"pointer": "/a", "detail": "Three letters."},
        {"pointer": "/b", "detail": "It does not have the expected form."},
    ]
