"""Idempotency keys, in the one statement that the web tier sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.connections import refused

STATEMENT = """
    WITH caller AS MATERIALIZED (SELECT set_config('app.token', $1, true), set_config('app.request_id', '', true)),
         claim AS MATERIALIZED (
             SELECT api.claim_idempotency_key($2, 'POST /v1/account/addresses', $3) AS answer FROM caller),
         result AS MATERIALIZED (
             SELECT to_json(api.create_address(b.name, 'l', 'c', b.country))::text AS body
             FROM claim, jsonb_to_record($4::jsonb) AS b(name text, country text) WHERE claim.answer IS NULL)
    SELECT coalesce(c.answer, api.store_idempotent_answer(r.body)) AS body, c.answer IS NOT NULL AS replayed
    FROM claim AS c LEFT JOIN result AS r ON true
"""

Post = Callable[..., Awaitable[tuple[dict[str, Any], bool]]]


@pytest.fixture
async def post(connect: Any) -> Post:
    async def run(person: Any, key: str, country: str = "BD", connection: Any = None) -> tuple[dict[str, Any], bool]:
        body = json.dumps({"name": "A", "country": country})
        connection = connection or await connect("web_customer")
        row = await connection.fetchrow(STATEMENT, person.session["access_token"], key, str(hash(body)), body)
        return json.loads(row["body"]), row["replayed"]

    return run


async def addresses(person: Any) -> int:
    return len((await person.does("list_addresses"))["data"])


async def test_a_repeat_gets_the_first_answer(person: Any, post: Post) -> None:
    first, replayed = await post(person, "key-1")
    assert not replayed
    assert await post(person, "key-1") == (first, True)
    assert await addresses(person) == 1
    assert (await post(person, "key-2"))[1] is False
    assert await addresses(person) == 2


async def test_twenty_at_once_are_one_effect_and_one_answer(person: Any, post: Post, connect: Any) -> None:
    connections = [await connect("web_customer") for _ in range(20)]
    answers = await asyncio.gather(*(post(person, "key-at-once", connection=c) for c in connections))
    assert len({json.dumps(answer) for answer, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 19
    assert await addresses(person) == 1


async def test_another_request_under_the_same_key_is_refused(person: Any, post: Post) -> None:
    await post(person, "key-other")
    with refused("idempotency_key_reused", "SH422"):
        await post(person, "key-other", "US")
    assert await addresses(person) == 1


async def test_a_refused_request_leaves_its_key_free(person: Any, post: Post) -> None:
    with refused("country_malformed"):
        await post(person, "key-refused", "nowhere")
    assert (await post(person, "key-refused"))[1] is False


async def test_keys_of_two_callers_have_nothing_to_do_with_each_other(person: Any, other: Any, post: Post) -> None:
    mine, _ = await post(person, "key-shared")
    theirs, replayed = await post(other, "key-shared")
    assert not replayed
    assert mine["id"] != theirs["id"]


async def test_who_waits_too_long_is_told_so(person: Any, post: Post, connect: Any) -> None:
    first, second = await connect("web_customer"), await connect("web_customer")
    transaction = first.transaction()
    await transaction.start()
    await post(person, "key-slow", connection=first)
    await second.execute("SET lock_timeout = '50ms'")
    with refused("idempotency_key_in_use", "SH409"):
        await post(person, "key-slow", connection=second)
    await transaction.rollback()
    assert (await post(person, "key-slow", connection=second))[1] is False


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\nb", "\x7f", "tab\t"])
async def test_a_key_is_printable_ascii(key: str, person: Any, post: Post) -> None:
    with refused("idempotency_key_invalid", "SH422"):
        await post(person, key)


async def test_the_longest_key_is_taken(person: Any, post: Post) -> None:
    assert (await post(person, "~" * 255))[1] is False


async def test_nobody_replaces_an_answer(person: Any, post: Post, connect: Any, admin: Any) -> None:
    """Arbitrary SQL in the pool: the victim's key is known, its answer stays."""
    await post(person, "key-victim")
    key = await admin.fetchval("SELECT id::text FROM messaging.idempotency_keys WHERE key = 'key-victim'")
    for role in ("web_anonymous", "web_customer"):
        mallory = await connect(role)
        await mallory.execute(
            f"SET app.idempotency_id = '{key}'; SET app.actor = '{person.account['id']}'; SET app.audience = 'admin'"
        )
        with refused("idempotency_key_unclaimed"):
            await mallory.fetch("SELECT api.store_idempotent_answer('evil')")
        if role == "web_anonymous":
            assert (
                await mallory.fetchval(
                    "SELECT api.claim_idempotency_key('key-victim', 'POST /v1/account/addresses', 'h')"
                )
                is None
            )
    assert (await post(person, "key-victim"))[1] is True


async def test_an_anonymous_request_may_have_a_key(connect: Any) -> None:
    anonymous = await connect("web_anonymous")
    statement = (
        "WITH claim AS MATERIALIZED (SELECT api.claim_idempotency_key('sign-up', 'POST /v1/accounts', 'h') AS answer), "
        "result AS MATERIALIZED ("
        "  SELECT to_json(api.create_account('keyed@shop.example', repeat('x', 60)))::text AS body "
        "  FROM claim WHERE answer IS NULL) "
        "SELECT coalesce(c.answer, api.store_idempotent_answer(r.body)) FROM claim AS c LEFT JOIN result AS r ON true"
    )
    first = await anonymous.fetchval(statement)
    assert await anonymous.fetchval(statement) == first


async def test_a_void_answer_is_kept_as_nothing(person: Any, connect: Any) -> None:
    customer = await connect("web_customer")
    async with customer.transaction():
        await customer.fetch("SELECT set_config('app.token', $1, true)", person.session["access_token"])
        assert await customer.fetchval("SELECT api.claim_idempotency_key('void', 'r', 'h')") is None
        assert await customer.fetchval("SELECT api.store_idempotent_answer(NULL)") == ""
    async with customer.transaction():
        await customer.fetch("SELECT set_config('app.token', $1, true)", person.session["access_token"])
        assert await customer.fetchval("SELECT api.claim_idempotency_key('void', 'r', 'h')") == ""
