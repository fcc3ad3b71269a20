"""Over HTTP: the password policy, confirming a session, and the sessions of an account."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from api.http.password_policy import common_passwords, weaknesses
from tests.support.web import Client

PASSWORD = "plain words are enough"
LENGTH = "It must have 8 to 64 characters."
BYTES = "It must have at most 72 bytes in UTF-8; some characters have up to four."
COMMON = "It is one of the most common passwords."
OWN = "It must not contain your e-mail or the shop's name."


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("plain words are enough", []), ("ÄÖÜ ñandú", []), ("x" * 64, []), ("é" * 36, []),
        ("short", [LENGTH]), ("x" * 65, [LENGTH]), ("é" * 37, [BYTES]), ("\N{DOG}" * 30, [BYTES]),
        ("password1", [COMMON]), ("PassWord1", [COMMON]), ("iloveyou", [COMMON]),
        ("Ada.Lovelace-99", [OWN]), ("xx ada.lovelace xx", [OWN]), ("My Corner Shop", [OWN]),
        ("é" * 70, [LENGTH, BYTES]),
    ],
)  # fmt: skip
def test_rules(password: str, broken: list[str]) -> None:
    assert weaknesses(password, ["ada.lovelace", "ada.lovelace@shop.example", "cornershop"]) == broken


def test_the_list_of_common_passwords_is_read() -> None:
    assert len(common_passwords()) > 8000
    assert {"password", "123456789", "qwertyuiop"} <= common_passwords()
    assert all(len(password) >= 8 for password in common_passwords())


async def test_what_a_password_must_not_contain(call: Any, admin: Any) -> None:
    await admin.execute(
        "INSERT INTO billing.sellers (version, name) SELECT max(s.version) + 1, $1 FROM billing.sellers AS s",
        "Ada's Corner Ltd",
    )
    assert await call("web_anonymous", "get_password_words", email="Bob.B@Example.com") == [
        "ada'scornerltd", "bob.b", "bob.b@example.com", "corner",
    ]  # fmt: skip
    assert await call("web_anonymous", "get_password_words", email="bob@a.example") == [
        "ada'scornerltd", "bob@a.example", "corner",
    ]  # fmt: skip


async def test_a_sign_up_names_every_broken_rule(client: Client) -> None:
    body = {"email": "grace.hopper@shop.example", "password": "grace.hopper" + "é" * 60}
    answer = await client.post("/accounts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "password_weak")
    assert answer.json()["errors"] == [{"pointer": "/password", "detail": rule} for rule in (LENGTH, BYTES, OWN)]


async def test_a_session_is_confirmed_and_others_end(client: Client, admin: Any) -> None:
    email = f"{uuid.uuid4().hex}@shop.example"
    account = (await client.post("/accounts", json={"email": email, "password": PASSWORD})).json()
    body = {"email": email, "password": PASSWORD}
    first, second = [
        (await client.post("/sessions", json=body, headers={"User-Agent": agent})).json()["access_token"]
        for agent in ("Laptop", "Phone")
    ]
    await admin.execute(
        "UPDATE identity.sessions SET confirmed_at = now() - interval '11 minutes' WHERE account_id = $1", account["id"]
    )
    new = {"email": "new." + email}
    stale = await client.patch("/account", token=first, json=new)
    assert (stale.status_code, stale.json()["code"]) == (403, "confirmation_required")
    assert "POST /v1/sessions/current/confirm" in stale.json()["detail"]
    wrong = await client.post("/sessions/current/confirm", token=first, json={"password": "not this one"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    right = await client.post("/sessions/current/confirm", token=first, json={"password": PASSWORD})
    assert (right.status_code, right.content) == (204, b"")
    fresh = await client.patch("/account", token=first, json=new)
    assert (fresh.status_code, fresh.json()["pending_email"]) == (200, new["email"])

    listed = (await client.get("/account/sessions", token=first)).json()["data"]
    assert [(s["user_agent"], s["ip_address"], s["current"]) for s in listed] == [
        ("Phone", "127.0.0.1", False), ("Laptop", "127.0.0.1", True),
    ]  # fmt: skip
    assert (await client.delete("/account/sessions", token=first)).status_code == 204
    assert (await client.get("/account", token=second)).status_code == 401
    assert (await client.delete(f"/account/sessions/{listed[1]['id']}", token=first)).status_code == 204
    assert (await client.get("/account", token=first)).status_code == 401


async def test_a_new_password_must_not_contain_the_email(client: Client) -> None:
    email = f"linus{uuid.uuid4().hex[:8]}@shop.example"
    await client.post("/accounts", json={"email": email, "password": PASSWORD})
    session = (await client.post("/sessions", json={"email": email, "password": PASSWORD})).json()
    body = {"current_password": PASSWORD, "new_password": "xx" + email.split("@")[0].upper()}
    weak = await client.put("/account/password", token=session["access_token"], json=body)
    assert weak.json()["errors"] == [{"pointer": "/new_password", "detail": OWN}]
    assert (await client.post("/password-resets/confirm", json={"token": "x", "new_password": "short"})).json()[
        "code"
    ] == "mail_token_invalid"
