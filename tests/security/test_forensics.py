"""Over HTTP: an admin sees who tried what from where, and the log lines say which account and session it was."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from api.http.client_address import hash_address

SERVER_ENVIRONMENT = {"TRUSTED_PROXIES": "127.0.0.1"}
PASSWORD = "Correct-horse-7"
FROM = {"X-Forwarded-For": "203.0.113.5", "User-Agent": "Lynx/2.9"}


@pytest.fixture(scope="module")
async def person(client: Any) -> dict[str, Any]:
    """A customer, logged in from 203.0.113.5."""
    email = f"{uuid.uuid4().hex}@shop.example"
    account = (await client.post("/accounts", json={"email": email, "password": PASSWORD})).json()
    answer = await client.post("/sessions", json={"email": email, "password": PASSWORD}, headers=FROM)
    return account | {"email": email, "token": answer.json()["access_token"]}


@pytest.fixture
async def boss(admin: Any, client: Any, call: Any) -> str:
    """An admin's token."""
    email = f"{uuid.uuid4().hex}@shop.example"
    await call("web_anonymous", "create_account", email=email, password="x" * 60)
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE email = $1", email)
    token: str = await admin.fetchval("SELECT identity.issue_local_token('admin', $1)", email)
    return token


async def line_of(server: Any, request_id: str) -> dict[str, Any]:
    (line,) = await server.log_of(request_id)
    found: dict[str, Any] = line
    return found


async def listed(client: Any, token: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/admin/security-events", token=token, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_a_log_in_has_address_and_program(client: Any, person: Any, boss: str) -> None:
    (event,) = await listed(client, boss, account=person["id"], kind="log_in")
    assert (event["ip_address"], event["user_agent"]) == ("203.0.113.5", "Lynx/2.9")
    assert event["request_id"]
    assert event["detail"]["reason"] == "password"


async def test_refusals_are_listed_after_they_were_reported(client: Any, server: Any, person: Any, boss: str) -> None:
    for _ in range(3):
        wrong = {"email": person["email"], "password": "Wrong-horse-7"}
        assert (await client.post("/sessions", json=wrong, headers=FROM)).status_code == 401
    assert (await client.get("/admin/accounts", token=person["token"], headers=FROM)).status_code == 403
    await client.patch(f"/admin/accounts/{person['id']}", token="a.b.c", json={"role": "admin"}, headers=FROM)
    server.restart()  # a process that ends reports what it has
    events = await listed(client, boss, account=person["id"], kind="log_in_failed")
    assert sum(event["occurrences"] for event in events) == 3  # in one row, or two if a report was due in between
    failed = events[0]
    assert failed["ip_address"] == "203.0.113.5"
    assert failed["detail"]["code"] == "credentials_invalid"
    (refused,) = await listed(client, boss, account=person["id"], kind="access_refused")
    assert refused["detail"]["operation"] == "list_accounts"
    assert refused["detail"]["code"] == "forbidden"
    assert [e["detail"]["code"] for e in await listed(client, boss, kind="token_refused")] == ["token_invalid"]


async def test_an_export_of_payouts_is_listed(client: Any, boss: str) -> None:
    assert (await client.get("/admin/payouts/export", token=boss, headers=FROM)).status_code == 200
    (event,) = await listed(client, boss, kind="payouts_exported")
    assert event["detail"]["name"] == "csv"
    assert event["ip_address"] == "203.0.113.5"
    assert event["actor_id"] == event["account_id"]


async def test_exports_of_products_and_of_personal_data_are_listed(client: Any, boss: str, person: Any) -> None:
    assert (await client.get("/products/export", token=boss, headers=FROM)).status_code == 200
    assert (await client.post("/account/export", token=person["token"], headers=FROM)).status_code == 202
    (products,) = await listed(client, boss, kind="products_exported")
    (data,) = await listed(client, boss, kind="data_exported")
    assert (data["actor_id"], data["account_id"]) == (person["id"], person["id"])
    assert products["actor_id"] == products["account_id"]
    for event in (products, data):
        assert (event["ip_address"], event["user_agent"]) == ("203.0.113.5", "Lynx/2.9")
        assert event["session_id"]
        assert event["request_id"]


async def test_a_customer_lists_nothing(client: Any, person: Any) -> None:
    assert (await client.get("/admin/security-events", token=person["token"])).status_code == 403
    assert (await client.get("/admin/security-events")).status_code == 401


async def test_a_line_names_account_and_session_once_the_database_has_accepted_the_token(
    client: Any, server: Any, access: Any, person: Any
) -> None:
    head, body, signature = person["token"].split(".")
    forged = f"{head}.{body}.{signature[::-1]}"
    missing = uuid.uuid4()
    wanted = {
        "accepted": ("GET", "/account", person["token"], 200),
        "not found": ("GET", f"/orders/{missing}", person["token"], 404),
        "role": ("GET", "/admin/accounts", person["token"], 403),
        "forged": ("GET", "/account", forged, 401),
        "forged, for everybody": ("GET", "/products", forged, 200),
        "nobody": ("GET", "/products", None, 200),
    }
    found = {}
    for name, (method, path, token, status) in wanted.items():
        request_id = uuid.uuid4().hex
        answer = await client.request(method, path, token=token, headers=FROM | {"X-Request-Id": request_id})
        assert answer.status_code == status, name
        found[name] = await line_of(server, request_id)
    for name, line in found.items():
        known = name in ("accepted", "not found")
        assert ("account" in line, "session" in line) == (known, known), name
        assert line["client"] == hash_address("203.0.113.5", access.log_key())
        assert {"time", "level", "request_id"} <= line.keys()
    assert found["accepted"]["account"] == person["id"]
    assert uuid.UUID(found["accepted"]["session"])


async def test_no_line_and_no_event_has_what_was_typed(client: Any, server: Any, admin: Any, boss: str) -> None:
    """A canary in e-mail, password, token, query and path; the User-Agent is in events only."""
    mark = f"q{uuid.uuid4().hex[:12]}x"
    agent = {"User-Agent": f"agent-{mark}"}
    email = f"{mark}@shop.example"
    await client.post("/accounts", json={"email": email, "password": f"Correct-{mark}-9"})
    for password in (f"Correct-{mark}-9", f"Wrong-{mark}-9"):
        await client.post("/sessions", json={"email": email, "password": password}, headers=agent)
    await client.get(f"/admin/accounts?q={mark}", token=f"{mark}.{mark}.{mark}", headers=agent)
    await client.post("/password-resets", json={"email": email}, headers=agent)
    await client.post("/password-resets/confirm", json={"token": mark, "new_password": f"Right-{mark}-9"})
    server.restart()
    assert mark not in server.log()
    stored = await admin.fetch("SELECT to_jsonb(e)::text AS text, e.user_agent FROM audit.security_events AS e")
    marked = [row["text"] for row in stored if mark in row["text"]]
    assert len(marked) >= 3
    assert [text for text in marked if mark in text.replace(f"agent-{mark}", "")] == []
