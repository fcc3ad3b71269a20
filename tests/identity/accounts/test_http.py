"""The same over HTTP: what a client sends, and the pages that a person lands on from a mail."""

from __future__ import annotations

import json
import re
import statistics
import time
import uuid
from typing import Any

import pytest

from tests.identity.accounts.test_mail_tokens import JOB
from tests.support.web import Client

PASSWORD = "Correct-Horse-7"
NEW = "Other-Horse-8"


class Customer:
    def __init__(self, client: Client, admin: Any, call: Any) -> None:
        self.client, self.admin, self.call = client, admin, call
        self.email = f"{uuid.uuid4().hex}@shop.example"
        self.token = ""
        self.id = ""

    async def sign_up(self) -> Customer:
        made = await self.client.post("/accounts", json={"email": self.email, "password": PASSWORD})
        self.id = made.json()["id"]
        self.token = (await self.log_in()).json()["access_token"]
        return self

    async def log_in(self, password: str = PASSWORD, **more: Any) -> Any:
        return await self.client.post("/sessions", json={"email": self.email, "password": password, **more})

    async def mailed(self, template: str) -> str:
        job = await self.admin.fetchval(JOB, template, self.id)
        token: str = (await self.call("web_worker", "prepare_mail", mail_id=job))["data"]["token"]
        return token


@pytest.fixture
async def customer(client: Client, admin: Any, call: Any) -> Customer:
    return await Customer(client, admin, call).sign_up()


async def test_an_email_is_verified(client: Client, customer: Customer) -> None:
    assert (await client.post("/account/email-verification")).status_code == 401
    assert (await client.post("/account/email-verification", token=customer.token)).status_code == 204
    token = await customer.mailed("email_verification")
    assert (await client.post("/account/email-verification/confirm", json={"token": token})).status_code == 401
    wrong = await client.post("/account/email-verification/confirm", token=customer.token, json={"token": "x" * 43})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "mail_token_invalid")
    right = await client.post("/account/email-verification/confirm", token=customer.token, json={"token": token})
    assert (right.status_code, right.json()["email_verified"]) == (200, True)
    again = await client.post("/account/email-verification", token=customer.token)
    assert (again.status_code, again.json()["code"]) == (409, "email_verified_already")


async def test_a_password_is_set_anew(client: Client, customer: Customer, server: Any) -> None:
    answers = [
        await client.post("/password-resets", json={"email": email})
        for email in (customer.email, "nobody@shop.example")
    ]
    assert [(a.status_code, a.content) for a in answers] == [(204, b"")] * 2
    token = await customer.mailed("password_reset")
    weak = await client.post("/password-resets/confirm", json={"token": token, "new_password": "short"})
    assert (weak.status_code, weak.json()["code"], len(weak.json()["errors"])) == (422, "password_weak", 1)
    done = await client.post("/password-resets/confirm", json={"token": token, "new_password": NEW}, key="once")
    assert (done.status_code, done.content) == (204, b"")
    assert (await client.get("/account", token=customer.token)).status_code == 401
    assert (await customer.log_in()).status_code == 401
    assert (await customer.log_in(NEW)).status_code == 201
    twice = await client.post("/password-resets/confirm", json={"token": token, "new_password": NEW})
    assert (twice.status_code, twice.json()["code"]) == (422, "mail_token_invalid")
    for secret in (token, NEW, customer.email):
        assert secret not in server.log()


async def test_time_does_not_tell_who_is_known(client: Client, admin: Any) -> None:
    known = [f"{uuid.uuid4().hex}@shop.example" for _ in range(40)]
    await admin.executemany("INSERT INTO identity.accounts (email) VALUES ($1)", [(email,) for email in known])
    times: dict[bool, list[float]] = {True: [], False: []}
    for email in known:
        for knows in (True, False):
            started = time.perf_counter()
            await client.post("/password-resets", json={"email": email if knows else "x" + email})
            times[knows].append(time.perf_counter() - started)
    medians = [statistics.median(times[knows]) * 1e3 for knows in (True, False)]
    print(f"POST /password-resets: known {medians[0]:.2f} ms, unknown {medians[1]:.2f} ms")
    assert max(medians) < 1.5 * min(medians)


async def test_the_pages_that_links_open(client: Client, customer: Customer) -> None:
    await client.post("/account/email-verification", token=customer.token)
    await client.post("/password-resets", json={"email": customer.email})
    verify, reset = await customer.mailed("email_verification"), await customer.mailed("password_reset")
    for path, token in (("/verify-email", verify), ("/reset-password", reset)):
        for _ in range(2):  # programs that look into mails open every link: nothing happens by that
            page = await client.get(client.url + path, params={"token": token})
            assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
            assert f'name="token" value="{token}"' in page.text
    done = await client.post(client.url + "/verify-email", data={"token": verify})
    assert done.status_code == 200
    assert "Your e-mail is verified" in done.text
    weak = await client.post(client.url + "/reset-password", data={"token": reset, "new_password": "weak"})
    assert weak.status_code == 422
    assert "It must have 8 to 64 characters." in weak.text
    done = await client.post(client.url + "/reset-password", data={"token": reset, "new_password": NEW})
    assert done.status_code == 200
    assert (await customer.log_in(NEW)).status_code == 201
    for path, token in (("/verify-email", verify), ("/reset-password", reset)):
        page = await client.post(client.url + path, data={"token": token, "new_password": NEW})
        assert page.status_code == 422
        assert "This link is not valid any more." in page.text


@pytest.mark.parametrize("path", ["/verify-email", "/reset-password"])
async def test_pages_take_whatever_is_in_the_link(client: Client, path: str) -> None:
    page = await client.get(client.url + path, params={"token": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    assert re.search(r"default-src 'none'.*form-action 'self'", page.headers["content-security-policy"])
    assert (await client.get(client.url + path)).status_code == 200
    for body in (b"", b"\xff\x00&=", b"token=" + b"x" * 5000 + b"&new_password=Correct-Horse-7"):
        answer = await client.post(client.url + path, content=body)
        assert answer.status_code == 422, answer.text


async def test_an_account_is_closed(client: Client, customer: Customer) -> None:
    await customer.log_in(cookies=True)
    refresh = (await customer.log_in()).json()["refresh_token"]
    done = await client.delete("/account", cookies={"access_token": customer.token}, headers={"Origin": client.url})
    assert done.status_code == 204
    assert all("Max-Age=0" in cookie for cookie in done.headers.get_list("set-cookie"))
    assert len(done.headers.get_list("set-cookie")) == 2
    assert (await client.get("/account", token=customer.token)).status_code == 401
    assert (await client.post("/sessions/refresh", json={"refresh_token": refresh})).status_code == 401
    assert (await customer.log_in()).status_code == 401
    assert (await client.delete("/account")).status_code == 401


async def test_what_stands_in_the_way_is_told(client: Client, customer: Customer, admin: Any) -> None:
    begun = await client.post(
        "/wallet/deposits", token=customer.token, json={"amount": 2000, "currency": "USD", "provider": "mock"}
    )
    assert begun.status_code == 201
    refused = await client.delete("/account", token=customer.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_has_open_payments")
    page = begun.json()["checkout_url"]
    assert (await client.post(page, data={"outcome": "pay"})).status_code == 303
    refused = await client.delete("/account", token=customer.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_has_balance")
    assert refused.json()["balances"] == [{"kind": "wallet", "currency": "USD", "balance": 2000, "held": 0}]


async def test_customer_service(client: Client, customer: Customer, admin: Any) -> None:
    staff: dict[str, str] = {}
    for role in ("support", "admin"):
        email = f"{role}.{uuid.uuid4().hex}@shop.example"
        await admin.execute("INSERT INTO identity.accounts (email, role) VALUES ($1, $2)", email, role)
        staff[role] = await admin.fetchval("SELECT identity.issue_local_token($1, $2)", role, email)
    page = await client.get(
        "/admin/accounts", token=staff["support"], params={"q": customer.email[:12], "status": "active"}
    )
    assert [row["id"] for row in page.json()["data"]] == [customer.id]
    path = f"/admin/accounts/{customer.id}"
    one = await client.get(path, token=staff["support"])
    assert one.json()["last_login_at"]
    assert one.headers["etag"].startswith(f'"{one.json()["version"]}-')
    assert (await client.get(path, token=customer.token)).status_code == 403
    assert (await client.patch(path, token=staff["support"], json={"status": "suspended"})).status_code == 403
    stale = await client.patch(path, token=staff["admin"], json={"status": "suspended"}, if_match=99)
    assert stale.status_code == 412
    done = await client.patch(path, token=staff["admin"], json={"status": "suspended"}, if_match=one.json()["version"])
    assert (done.status_code, done.json()["status"]) == (200, "suspended")
    assert (await client.get("/account", token=customer.token)).json()["code"] == "account_suspended"
    assert (await customer.log_in()).json()["code"] == "account_suspended"
    for wrong in ({"role": "root"}, {"status": "closed"}, {"email": "x@y.example"}):
        answer = await client.patch(path, token=staff["admin"], json=wrong)
        assert answer.status_code == 422, json.dumps(wrong)
    assert (await client.get("/admin/accounts?role=boss", token=staff["support"])).status_code == 422
