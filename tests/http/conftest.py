"""Who asks, and what a refusal looks like."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

ADDRESS = {"name": "A", "line1": "1 Lake Road", "city": "Dhaka", "country": "BD"}


@pytest.fixture(scope="module")
async def tokens(call: Any, admin: asyncpg.Connection[Any]) -> dict[str, str]:
    made = {}
    for role in ("customer", "merchant", "admin"):
        email = f"{role}@web.example"
        account = await call("web_anonymous", "create_account", email=email, password="x" * 60)
        await admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1::uuid", account["id"], role)
        made[role] = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    return made


@pytest.fixture(scope="module")
def token(tokens: dict[str, str]) -> str:
    return tokens["customer"]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert body["status"] == status
    assert body["type"] == f"/docs/errors#{code}"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["title"]
    assert body["detail"]
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    return sorted(error["pointer"] for error in body["errors"])
