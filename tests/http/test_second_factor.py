"""The second factor over HTTP: statuses, codes, and what is stored of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest

from tests.support.web import Client

PASSWORD = "plain words are enough"


@dataclass
class Member:
    client: Client
    admin: Any
    email: str
    account: dict[str, Any]
    token: str = ""

    async def log_in(self, **more: Any) -> Any:
        answer = await self.client.post("/sessions", json={"email": self.email, "password": PASSWORD} | more)
        if answer.status_code == 201 and not more.get("cookies"):
            self.token = answer.json()["access_token"]
        return answer

    async def enrol(self) -> tuple[pyotp.TOTP, list[str]]:
        begun = await self.client.post("/account/second-factor", token=self.token)
        assert begun.status_code == 201, begun.text
        app = pyotp.TOTP(begun.json()["secret"])
        done = await self.client.post("/account/second-factor/confirm", token=self.token, json={"code": app.now()})
        assert done.status_code == 200, done.text
        return app, done.json()["recovery_codes"]

    async def half_a_minute_later(self) -> None:
        await self.admin.execute("UPDATE identity.second_factors SET last_step = last_step - 3")


@pytest.fixture
async def member(client: Client, admin: Any) -> Member:
    email = f"{uuid.uuid4().hex}@shop.example"
    account = (await client.post("/accounts", json={"email": email, "password": PASSWORD})).json()
    member = Member(client, admin, email, account)
    await member.log_in()
    return member


async def test_from_setting_up_to_turning_off(client: Client, member: Member) -> None:
    wrong = await client.post("/account/second-factor/confirm", token=member.token, json={"code": "123456"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "second_factor_missing")
    app, recovery = await member.enrol()
    missing = await member.log_in()
    assert (missing.status_code, missing.json()["code"]) == (401, "code_required")
    await member.half_a_minute_later()
    right = await member.log_in(code=app.now())
    assert (right.status_code, right.json()["account"]["id"]) == (201, member.account["id"])
    again = await member.log_in(code=app.now())
    assert (again.status_code, again.json()["code"]) == (401, "code_invalid")
    cookies = await member.log_in(code=recovery[0], cookies=True)
    assert (cookies.status_code, cookies.json()["access_token"]) == (201, None)
    assert cookies.headers.get_list("set-cookie")
    assert (await client.get("/account/second-factor", token=member.token)).json()["recovery_codes_left"] == 9
    renewed = await client.post("/account/second-factor/recovery-codes", token=member.token, json={})
    assert (renewed.status_code, len(renewed.json()["recovery_codes"])) == (201, 10)
    assert (await client.delete("/account/second-factor", token=member.token)).status_code == 204
    assert (await member.log_in()).status_code == 201


async def test_a_wrong_password_gets_one_answer_with_and_without_a_second_factor(member: Member) -> None:
    def told(answer: Any) -> Any:
        return answer.status_code, {name: v for name, v in answer.json().items() if name != "request_id"}

    before = told(await member.log_in(password="plain words are wrong"))
    await member.enrol()
    assert told(await member.log_in(password="plain words are wrong")) == before
    assert told(await member.log_in(password="plain words are wrong", code="123456")) == before


async def test_wrong_codes_are_counted_over_http(client: Client, member: Member) -> None:
    app, _ = await member.enrol()
    await member.half_a_minute_later()
    for count in range(10):
        wrong = await client.post("/sessions/current/confirm", token=member.token, json={"code": f"aaaa-{count:04}"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "code_invalid")
    late = await client.post("/sessions/current/confirm", token=member.token, json={"code": app.now()})
    assert (late.status_code, late.json()["code"]) == (429, "too_many_attempts")
    assert (await member.log_in(code=app.now())).status_code == 429


async def test_confirming_takes_a_password_or_a_code(client: Client, member: Member) -> None:
    app, _ = await member.enrol()
    await member.half_a_minute_later()
    for body in ({}, {"password": PASSWORD, "code": app.now()}):
        answer = await client.post("/sessions/current/confirm", token=member.token, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "confirmation_ambiguous")
    for body in ({"password": PASSWORD}, {"code": app.now()}):
        assert (await client.post("/sessions/current/confirm", token=member.token, json=body)).status_code == 204
    bad = await client.post("/sessions/current/confirm", token=member.token, json={"code": "12345"})
    assert (bad.status_code, bad.json()["errors"]) == (
        422, [{"pointer": "/code", "detail": "The six digits that the authenticator app shows, or a recovery code."}],
    )  # fmt: skip


async def test_secrets_are_not_kept_for_an_idempotency_key(client: Client, member: Member, admin: Any) -> None:
    first, second = [
        (await client.post("/account/second-factor", token=member.token, key="once")).json()["secret"] for _ in "ab"
    ]
    assert first != second
    kept = await admin.fetchval("SELECT string_agg(answer, ' ') FROM messaging.idempotency_keys") or ""
    assert first not in kept
    assert second not in kept


async def test_staff_without_one_can_only_set_one_up(client: Client, member: Member, admin: Any) -> None:
    await admin.execute("UPDATE identity.accounts SET role = 'admin' WHERE email = $1", member.email)
    await member.log_in()
    on = await client.patch("/admin/settings", token=member.token, json={"second_factor_required_for_staff": True})
    assert on.json()["second_factor_required_for_staff"] is True
    try:
        assert (await member.log_in()).status_code == 201
        for path in ("/account", "/admin/accounts", "/orders"):
            refusal = await client.get(path, token=member.token)
            assert (refusal.status_code, refusal.json()["code"]) == (403, "second_factor_required")
        await member.enrol()
        assert (await client.get("/admin/accounts", token=member.token)).status_code == 200
        own = await client.delete(f"/admin/accounts/{member.account['id']}/second-factor", token=member.token)
        assert (own.status_code, own.json()["code"]) == (403, "own_account_refused")
    finally:
        await admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = DEFAULT")
