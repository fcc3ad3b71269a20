"""Since when a session of an outside identity provider counts as fresh."""

from __future__ import annotations

import time
from typing import Any

from tests.identity.accounts.provider import Provider
from tests.identity.accounts.test_outside import client as client
from tests.identity.accounts.test_outside import server as server
from tests.support.web import Client

BANK_ACCOUNT = {"iban": "DE89370400440532013000", "holder": "Ada"}


async def answer(client: Client, token: str) -> Any:
    response = await client.put("/account/bank-account", token=token, json=BANK_ACCOUNT)
    return response.status_code, response.json().get("code")


async def test_since_the_log_in_that_the_provider_names(client: Client, provider: Provider, subject: str) -> None:
    now = int(time.time())
    old = provider.token(subject, auth_time=now - 900)
    assert await answer(client, old) == (403, "confirmation_required")
    assert await answer(client, provider.token(subject, auth_time=now - 5)) == (200, None)
    # An older token of the same log-in is of the same session.
    assert await answer(client, old) == (200, None)


async def test_a_refreshed_token_proves_no_log_in(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    assert await answer(client, provider.token(subject)) == (200, None)
    await admin.execute("UPDATE identity.sessions SET confirmed_at = confirmed_at - interval '11 minutes'")
    assert await answer(client, provider.token(subject, jti="refreshed")) == (403, "confirmation_required")
    assert (await client.delete("/sessions/current", token=provider.token(subject))).status_code == 204
    assert await answer(client, provider.token(subject, iat=int(time.time()) + 2)) == (200, None)


async def test_a_log_in_in_the_future_is_one_now(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    assert await answer(client, provider.token(subject, auth_time=int(time.time()) + 86400)) == (200, None)
    ahead = await admin.fetchval("SELECT count(*) FROM identity.sessions WHERE confirmed_at > now()")
    assert ahead == 0
