"""What a web process collects of refusals, and what the log says of a client's address."""

from __future__ import annotations

from typing import Any

import pytest

from api.http.client_address import address_shown, hash_address
from api.http.context import RequestContext
from api.http.errors import Problem
from api.http.refusals import MOST, Refusals


async def context(code: str, client: str = "192.0.2.1", **fields: Any) -> RequestContext:
    headers = [(b"user-agent", b"curl/8 " + b"x" * 400), (b"x-request-id", b"r-1")]
    made = RequestContext({"method": "GET", "headers": headers, "client": (client, 1)}, 0.0, 1.0)
    made.code = code
    made.operation = "list_accounts"
    for name, value in fields.items():
        setattr(made, name, value)
    return made


async def reported(refusals: Refusals) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(found: list[dict[str, Any]]) -> None:
        sent.extend(found)

    await refusals.report(send)
    return sent


async def test_equal_refusals_are_one_with_a_count() -> None:
    refusals = Refusals()
    for _ in range(3):
        refusals.note(await context("forbidden", account="a", token="t"), 403)
    refusals.note(await context("forbidden", account="b", token="u"), 403)
    found = await reported(refusals)
    assert [each["occurrences"] for each in found] == [3, 1]
    assert found[0] == {
        "operation": "list_accounts", "code": "forbidden", "status": 403, "request_id": "r-1", "occurrences": 3,
        "client_address": "192.0.2.1", "user_agent": "curl/8 " + "x" * 293, "token": "t",
    }  # fmt: skip
    assert await reported(refusals) == []


@pytest.mark.parametrize(
    ("code", "status"), [("token_missing", 401), ("token_expired", 401), ("order_not_found", 404), ("", 403)]
)
async def test_ordinary_answers_are_no_refusals(code: str, status: int) -> None:
    refusals = Refusals()
    refusals.note(await context(code), status)
    assert await reported(refusals) == []


async def test_an_attacker_does_not_fill_the_memory() -> None:
    refusals = Refusals()
    for number in range(MOST + 1000):
        refusals.note(await context("credentials_invalid", email=f"a{number}@shop.example"), 401)
    found = await reported(refusals)
    assert len(found) == MOST + 1
    assert sum(each["occurrences"] for each in found) == MOST + 1000
    assert "client_address" not in found[-1]
    assert found[-1]["occurrences"] == 1000


async def test_what_the_database_does_not_take_is_reported_later() -> None:
    refusals = Refusals()

    async def fail(_: list[dict[str, Any]]) -> None:
        refusals.note(await context("forbidden"), 403)  # while it is being sent
        refusals.note(await context("token_invalid"), 401)
        raise Problem("database_unavailable")

    refusals.note(await context("forbidden"), 403)
    await refusals.report(fail)
    found = await reported(refusals)
    assert {each["code"]: each["occurrences"] for each in found} == {"forbidden": 2, "token_invalid": 1}


async def test_refusals_that_wait_for_the_database_stay_few() -> None:
    refusals = Refusals()

    async def fail(_: list[dict[str, Any]]) -> None:
        raise TimeoutError

    for round_ in range(4):
        for number in range(MOST):
            refusals.note(await context("forbidden", f"{round_}.{number}"), 403)
        await refusals.report(fail)
    assert len(await reported(refusals)) <= MOST + 1


def test_an_address_is_plain_hashed_or_left_out() -> None:
    key = b"k" * 32
    assert address_shown("plain", lambda: key)("192.0.2.1") == "192.0.2.1"
    assert address_shown("none", lambda: key)("192.0.2.1") == ""
    shown = address_shown("hashed", lambda: key)
    assert shown("192.0.2.1") == shown("192.0.2.1") == hash_address("192.0.2.1", key)
    assert shown("192.0.2.1") != shown("192.0.2.2")
    assert len(shown("192.0.2.1")) == 16
    assert hash_address("192.0.2.1", b"l" * 32) != shown("192.0.2.1")
    assert shown("") == ""
