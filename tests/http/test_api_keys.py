"""API keys over HTTP: the header, the refusals, the limit, the log, the description."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

SERVER_ENVIRONMENT = {"RATE_LIMIT": "60"}
ADDRESS = {"name": "Ada", "line1": "1 Main Street", "city": "Dhaka", "country": "BD"}


class Owner:
    """An account and how it makes keys."""

    def __init__(self, client: Any, admin: Any, account: str, token: str) -> None:
        self.client, self.admin, self.account, self.token = client, admin, account, token

    async def key(self, *scopes: str, once: str | None = None) -> dict[str, Any]:
        made = await self.client.post(
            "/api-keys", token=self.token, json={"name": "Warehouse", "scopes": scopes}, key=once
        )
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def become(self, role: str) -> None:
        await self.admin.execute("UPDATE identity.accounts SET role = $2 WHERE id = $1", self.account, role)


@pytest.fixture
async def make_owner(client: Any, admin: Any, call: Any) -> Any:
    async def make(role: str) -> Owner:
        number = await admin.fetchval("SELECT count(*) FROM identity.accounts")
        email = f"owner{number}@example.com"
        made = await call("web_anonymous", "create_account", email=email, password="x" * 60)
        owner = Owner(client, admin, made["id"], "")
        await owner.become(role)
        owner.token = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
        return owner

    return make


def problem(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_machine_works_within_its_scopes(client: Any, make_owner: Any) -> None:
    merchant = await make_owner("merchant")
    made = await merchant.key("identity:write", once="same")
    assert await merchant.key("identity:write", once="same") == made | {"key": None}  # shown once, and made once
    key = made["key"]
    assert (await client.get("/account", token=key)).json()["id"] == merchant.account
    first = await client.post("/account/addresses", token=key, json=ADDRESS, key="one")
    again = await client.post("/account/addresses", token=key, json=ADDRESS, key="one")
    assert (first.status_code, again.json(), again.headers["idempotent-replayed"]) == (201, first.json(), "true")

    lacking = await client.get("/orders", token=key)
    assert problem(lacking) == (403, "scope_missing")
    assert lacking.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="sales:read"'
    assert "sales:read" in lacking.json()["detail"]
    for method, path in (("GET", "/account/sessions"), ("GET", "/api-keys"), ("DELETE", f"/api-keys/{made['id']}")):
        assert problem(await client.request(method, path, token=key)) == (403, "session_required")
    confirm = await client.post("/sessions/current/confirm", token=key, json={"password": "Correct-Horse-7"})
    assert problem(confirm) == (403, "session_required")

    listed = (await client.get("/api-keys", token=merchant.token)).json()["data"]
    used = next(one for one in listed if one["id"] == made["id"])
    assert used["last_used_at"]
    assert used["key"] is None
    assert (await client.delete(f"/api-keys/{made['id']}", token=merchant.token)).status_code == 204
    assert problem(await client.get("/account", token=key)) == (401, "api_key_revoked")


async def test_a_key_that_was_cut_off_or_comes_as_a_cookie_is_refused(client: Any, make_owner: Any) -> None:
    key = (await (await make_owner("merchant")).key("identity:read"))["key"]
    unknown = key[:49] + "0" * 40
    unknown += f"{zlib.crc32(unknown.encode()):08x}"
    for text in (key[:-1], key[:-1] + ("0" if key[-1] != "0" else "1"), key.upper(), unknown):
        assert problem(await client.get("/account", token=text)) in ((401, "api_key_invalid"), (401, "token_invalid"))
    assert problem(await client.get("/account", cookies={"access_token": key})) == (401, "token_invalid")


async def test_an_admin_who_becomes_a_merchant_has_merchants_keys(client: Any, make_owner: Any) -> None:
    owner = await make_owner("admin")
    key = (await owner.key("identity:read", "payments:read"))["key"]
    assert (await client.get("/admin/accounts", token=key)).status_code == 200
    await owner.become("merchant")
    assert problem(await client.get("/admin/accounts", token=key)) == (403, "forbidden")
    assert (await client.get("/merchant/balance", token=key)).status_code == 200


async def test_a_key_has_requests_of_its_own(client: Any, make_owner: Any) -> None:
    merchant = await make_owner("merchant")
    busy, idle = [(await merchant.key("identity:read"))["key"] for _ in range(2)]
    answers = [await client.get("/account", token=busy) for _ in range(70)]
    over = next(answer for answer in answers if answer.status_code == 429)
    assert problem(over) == (429, "rate_limited")
    assert "API key" in over.json()["detail"]
    assert int(over.headers["retry-after"]) >= 1
    assert (await client.get("/account", token=idle)).status_code == 200
    assert (await client.get("/account", token=merchant.token)).status_code == 200


async def test_the_log_names_the_key_that_was_accepted(client: Any, server: Any, make_owner: Any) -> None:
    made = await (await make_owner("merchant")).key("identity:read")
    forged = made["key"][:49] + "0" * 40
    forged += f"{zlib.crc32(forged.encode()):08x}"
    for name, text in (("accepted", made["key"]), ("forged", forged)):
        await client.get("/account", token=text, headers={"X-Request-Id": f"log-{name}"})
    (accepted,), (refused,) = [await server.log_of(f"log-{name}") for name in ("accepted", "forged")]
    assert accepted["api_key"] == made["id"]
    assert "session" not in accepted
    assert "api_key" not in refused
    assert made["key"] not in server.log()


async def test_each_operation_names_its_scope(client: Any) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = {
        operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()
    }
    create = operations["create_order"]
    assert create["x-scope"] == "sales:write"
    assert {"key": []} in create["security"]
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    for name in ("create_api_key", "list_sessions", "list_products"):
        assert "x-scope" not in operations[name]
        assert all("key" not in scheme for scheme in operations[name]["security"])


async def test_the_scope_that_an_operation_names_is_enough(client: Any, make_owner: Any) -> None:
    merchant = await make_owner("merchant")
    for scope, path, body in (
        ("messaging:write", "/webhook-endpoints", {"url": "https://hooks.example/in"}),
        ("ledger:write", "/wallet/deposits", {"provider": "mock", "amount": 5000, "currency": "USD"}),
    ):
        key = (await merchant.key(scope))["key"]
        done = await client.post(path, token=key, json=body)
        assert done.status_code == 201, done.text
