"""What is shown once is made once: a repeated request with its Idempotency-Key gets the answer without the secret."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.support.web import Client


@pytest.mark.parametrize(
    ("path", "body", "secret", "role"),
    [
        ("/gift-cards", {"amount": 2500, "currency": "USD"}, "code", "admin"),
        ("/webhook-endpoints", {"url": "https://hooks.example/in", "types": ["order.*"]}, "secret", "merchant"),
    ],
)
async def test_it_is_made_once(
    client: Client, admin: Any, tokens: dict[str, str], path: str, body: Any, secret: str, role: str
) -> None:
    token, key = tokens[role], uuid.uuid4().hex
    made, again = [await client.post(path, token=token, json=body, key=key) for _ in range(2)]
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json()[secret]
    assert again.json() == made.json() | {secret: None}
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers.get("location") == made.headers.get("location")
    kept = await admin.fetchval("SELECT answer FROM messaging.idempotency_keys WHERE key = $1", key)
    assert made.json()[secret] not in kept
    other = await client.post(path, token=token, json=body, key=uuid.uuid4().hex)
    assert other.json()["id"] != made.json()["id"]
