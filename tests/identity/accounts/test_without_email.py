"""Accounts without an e-mail: the provider is asked for one, once; none is invented; everything works without."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from api.http.provider_documents import LARGEST
from tests.identity.accounts.provider import Provider
from tests.support.cluster import ROOT
from tests.support.connections import refused
from tests.support.web import Client, WebServer, web_running


@pytest.fixture(scope="module")
def server(access: Any, provider: Provider, tmp_path_factory: Any) -> Iterator[WebServer]:
    environment = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": "shop-api"}
    web = WebServer(access, environment, tmp_path_factory.mktemp("web"))
    with web_running(web):
        yield web


@pytest.fixture(scope="module")
async def client(server: WebServer, admin: Any, provider: Provider) -> AsyncIterator[Client]:
    await admin.execute("SELECT identity.trust_issuer($1, false)", provider.issuer)
    provider.users = {}
    client = Client(server.url)
    yield client
    await client.http.aclose()


@pytest.fixture(autouse=True)
def usual(provider: Provider) -> Iterator[None]:
    yield
    provider.answer = None


def token(provider: Provider, subject: str, **changes: Any) -> str:
    """A token without an e-mail, as Auth0 and Clerk issue them."""
    return provider.token(subject, **{"email": None, "email_verified": None, "jti": uuid.uuid4().hex, **changes})


def knows(provider: Provider, subject: str, **claims: Any) -> None:
    assert provider.users is not None
    provider.users[subject] = claims


async def account(client: Client, token: str) -> dict[str, Any]:
    answer = await client.get("/account", token=token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_provider_is_asked_once(client: Client, provider: Provider, subject: str) -> None:
    knows(provider, subject, email=f"{subject}@x.example", email_verified=True, name="Ada")
    before = provider.asked_for("userinfo")
    first = token(provider, subject, name=None)
    answers = await asyncio.gather(*(account(client, first) for _ in range(10)))
    assert {(a["id"], a["email"], a["email_verified"], a["display_name"]) for a in answers} == {
        (answers[0]["id"], f"{subject}@x.example", True, "Ada")
    }
    for _ in range(3):
        assert (await account(client, token(provider, subject)))["id"] == answers[0]["id"]
    assert provider.asked_for("userinfo") == before + 1
    # A token that has an e-mail says all.
    await account(client, provider.token("other-" + subject))
    await account(client, provider.token("third-" + subject, email_verified=False))
    assert provider.asked_for("userinfo") == before + 1


async def test_a_verified_email_finds_the_account(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    email = f"{subject}@x.example"
    signed_up = await client.post("/accounts", json={"email": email, "password": "Correct-Horse-7"})
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE email = $1", email)
    knows(provider, subject, email=email.upper(), email_verified=True)
    assert (await account(client, token(provider, subject)))["id"] == signed_up.json()["id"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "{}@x.example"},
        {"email": "{}@x.example", "email_verified": False},
        {"email": "{}@x.example", "email_verified": 1},
        {"email_verified": True},
        {"email": ["{}@x.example"], "email_verified": True},
        {"email": "{}@x.example", "email_verified": True, "sub": "another"},
        {"email": "{}@x.example", "email_verified": True, "sub": None},
    ],
)
async def test_what_does_not_count(client: Client, provider: Provider, subject: str, claims: Any) -> None:
    """Not verified; no e-mail; another user's (OpenID Connect Core, 5.3.2)."""
    knows(provider, subject, **json.loads(json.dumps(claims).replace("{}", subject)))
    found = await account(client, token(provider, subject))
    assert (found["email"], found["email_verified"]) == (None, False)


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b""), (403, b"{}"), (404, b""), (302, b""), (200, b"eyJhbGciOiJSUzI1NiJ9.e30.AA"), (200, b"[1]")],
)
async def test_an_endpoint_that_says_nothing(
    client: Client, provider: Provider, subject: str, status: int, body: bytes
) -> None:
    provider.answer = lambda _claims: (status, body)
    assert (await account(client, token(provider, subject)))["email"] is None
    assert provider.asked_for("elsewhere") == 0


async def test_a_huge_answer_is_not_read(client: Client, provider: Provider, subject: str) -> None:
    knows(provider, subject, email=f"{subject}@x.example", email_verified=True)
    provider.answer = lambda claims: (200, json.dumps(claims | {"x": "x" * LARGEST}).encode())
    assert (await account(client, token(provider, subject)))["email"] is None


async def test_nobody_new_comes_in_while_it_does_not_answer(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    """Without the answer, an account that this person has already might not be found."""
    provider.answer = lambda _claims: (503, b"")
    answer = await client.get("/account", token=token(provider, subject))
    assert (answer.status_code, answer.json()["code"]) == (503, "identity_provider_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert not await admin.fetchval("SELECT count(*) FROM identity.outside_identities WHERE subject = $1", subject)
    provider.answer = None
    known = token(provider, subject, iat=int(time.time()) - 30)
    assert (await account(client, known))["email"] is None
    # Who is known comes in, and after a new log-in the provider is asked again.
    await client.delete("/sessions/current", token=known)
    provider.answer = lambda _claims: (500, b"")
    again = token(provider, subject, iat=int(time.time()) + 1)
    assert (await account(client, again))["email"] is None
    provider.answer = None
    knows(provider, subject, email=f"{subject}@x.example", email_verified=True)
    assert (await account(client, token(provider, subject)))["email"] is None  # not in the same session
    await admin.execute(
        "UPDATE identity.sessions SET revoked_at = now() - interval '1 hour' WHERE account_id = "
        "(SELECT account_id FROM identity.outside_identities WHERE subject = $1)", subject
    )  # fmt: skip
    found = await account(client, token(provider, subject))
    assert (found["email"], found["email_verified"]) == (f"{subject}@x.example", True)


async def test_an_email_that_comes_later(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    """It is filled in, unless it is another account's: two accounts never become one."""
    made = await account(client, token(provider, subject))
    await client.post("/accounts", json={"email": f"taken.{subject}@x.example", "password": "Correct-Horse-7"})
    later = provider.token(subject, email=f"TAKEN.{subject}@x.example")
    assert (await account(client, later))["email"] is None
    found = await account(client, provider.token(subject, email=f"free.{subject}@x.example"))
    assert (found["id"], found["email"]) == (made["id"], f"free.{subject}@x.example")
    moved = await account(client, provider.token(subject, email=f"moved.{subject}@x.example"))
    assert moved["email"] == found["email"]
    kinds = await admin.fetch("SELECT kind FROM audit.security_events WHERE account_id = $1::text::uuid", made["id"])
    assert "email_changed" in {row["kind"] for row in kinds}


# --- life without -----------------------------------------------------------------------------------


@pytest.fixture
async def person(client: Client, provider: Provider, subject: str) -> tuple[str, dict[str, Any]]:
    ours = token(provider, subject, name="Grace Hopper", auth_time=int(time.time()))
    return ours, await account(client, ours)


async def test_customer_service_finds_it(client: Client, person: Any, admin: Any, subject: str) -> None:
    _, made = person
    await admin.execute("UPDATE identity.accounts SET handle = $2 WHERE id = $1::text::uuid", made["id"], subject)
    helper = f"{subject}@staff.example"
    await admin.execute("INSERT INTO identity.accounts (email, role) VALUES ($1, 'support')", helper)
    staff = await admin.fetchval("SELECT identity.issue_local_token('support', $1)", helper)
    for word in (subject.upper(), "ce Hopp"):
        listed = (await client.get("/admin/accounts", token=staff, params={"q": word, "limit": 100})).json()["data"]
        assert made["id"] in {a["id"] for a in listed}
    one = (await client.get(f"/admin/accounts/{made['id']}", token=staff)).json()
    assert (one["email"], one["handle"]) == (None, subject)
    hits = (await client.get("/admin/search", token=staff, params={"q": made["id"]})).json()["data"]
    assert [(hit["label"], hit["detail"]) for hit in hits] == [(subject, "")]


async def test_it_gets_an_email(client: Client, person: Any, admin: Any, subject: str) -> None:
    ours, made = person
    asked = await client.post("/account/email-verification", token=ours)
    assert (asked.status_code, asked.json()["code"]) == (409, "email_missing")
    changed = await client.patch("/account", token=ours, json={"email": f"{subject}@x.example"})
    assert (changed.json()["email"], changed.json()["pending_email"]) == (None, f"{subject}@x.example")
    mails = await admin.fetch(
        "SELECT payload ->> 'template' AS template FROM messaging.outbox WHERE payload ->> 'account_id' = $1",
        made["id"],
    )
    assert [row["template"] for row in mails] == ["email_change"]  # a notice would have no recipient
    begun = await client.post("/account/second-factor", token=ours)
    assert begun.status_code == 201, begun.text
    assert begun.json()["uri"].split("?")[0].endswith(made["id"])


async def test_no_mail_is_sent(client: Client, person: Any, call: Any, admin: Any) -> None:
    _, made = person
    await admin.execute("SELECT messaging.enqueue_mail('second_factor', $1::text::uuid)", made["id"])
    mail = await admin.fetchval("SELECT id FROM messaging.outbox WHERE payload ->> 'account_id' = $1", made["id"])
    assert await call("web_worker", "prepare_mail", mail_id=mail) is None


async def test_it_is_closed_without_a_new_address(client: Client, person: Any, admin: Any) -> None:
    ours, made = person
    exported = await client.post("/account/export", token=ours)
    assert exported.status_code in (200, 201, 202), exported.text
    assert (await client.delete("/account", token=ours)).status_code == 204
    kept = await admin.fetchrow("SELECT * FROM identity.accounts WHERE id = $1::text::uuid", made["id"])
    assert (kept["status"], kept["email"], kept["display_name"]) == ("closed", None, None)


async def test_it_buys_and_gets_an_invoice(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    """By name, or by id where there is no other name: an invoice names its buyer."""
    merchant = f"{subject}@seller.example"
    await admin.execute("INSERT INTO identity.accounts (email, role) VALUES ($1, 'merchant')", merchant)
    seller = await admin.fetchval("SELECT identity.issue_local_token('merchant', $1)", merchant)
    given = {"name": "Ebook", "description": "", "sku": subject, "price": 500, "currency": "USD", "stock": 9,
             "requires_shipping": False}  # fmt: skip
    product = (await client.post("/products", token=seller, json=given)).json()
    for name in ("Grace Hopper", None):
        buyer = token(provider, f"{name}-{subject}", name=name)
        line = {"product_id": product["id"], "quantity": 1}
        order = (await client.post("/orders", token=buyer, json={"items": [line]})).json()
        begun = await client.post(f"/orders/{order['id']}/payments", token=buyer, json={"provider": "mock"})
        paid = await client.post(begun.json()["checkout_url"], data={"outcome": "pay"})
        assert paid.status_code == 303
        await admin.execute("SELECT billing.issue_invoice($1::text::uuid)", order["id"])
        document = (await client.get(f"/orders/{order['id']}/invoice", token=buyer)).json()
        assert document["buyer"]["name"] == (name or order["account_id"])
        assert document["buyer"]["email"] is None


async def test_made_up_addresses_are_removed_by_the_migration(admin: Any) -> None:
    migration = (ROOT / "db/migrations/0080.accounts_without_email.sql").read_text()
    update = next(part for part in migration.split(";\n") if "UPDATE identity.accounts" in part)
    kept = uuid.uuid4()
    await admin.execute(
        "INSERT INTO identity.accounts (id, email) SELECT a.id, coalesce(a.email, a.id || a.host) FROM (VALUES "
        "(gen_random_uuid(), '@outside.invalid', NULL), (gen_random_uuid(), '@closed.invalid', NULL), "
        "($1, '', 'me@outside.invalid')) AS a (id, host, email)",
        kept,
    )
    await admin.execute(update)
    left = await admin.fetch("SELECT id FROM identity.accounts WHERE email LIKE '%.invalid'")
    assert [row["id"] for row in left] == [kept]


async def test_none_is_verified(admin: Any) -> None:
    with refused("verified_without_email", "23514"):
        await admin.execute("INSERT INTO identity.accounts (email_verified) VALUES (true)")
