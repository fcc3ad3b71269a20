"""Tokens of an outside identity provider: only those it signed, for us, now; each is exchanged for one of ours."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.http.identity_provider import OURS
from tests.identity.accounts.provider import Provider
from tests.support.connections import refused
from tests.support.web import Client, WebServer, web_running

ROLES = {"OIDC_ROLE_CLAIM": "realm_access.roles", "OIDC_ROLES": "shop-admin=admin,helpdesk=support"}


@pytest.fixture(scope="module")
def server(access: Any, provider: Provider, tmp_path_factory: Any) -> Iterator[WebServer]:
    environment = {"OIDC_ISSUER": provider.issuer, "OIDC_AUDIENCE": "shop-api, shop-app", **ROLES}
    web = WebServer(access, environment, tmp_path_factory.mktemp("web"))
    with web_running(web):
        yield web


@pytest.fixture(scope="module")
async def client(server: WebServer, admin: Any, provider: Provider) -> AsyncIterator[Client]:
    await admin.execute("SELECT identity.trust_issuer($1, true)", provider.issuer)
    client = Client(server.url)
    yield client
    await client.http.aclose()


async def refusal(client: Client, token: str) -> tuple[int, str]:
    answer = await client.get("/account", token=token)
    return answer.status_code, answer.json().get("code")


# --- who comes in ---------------------------------------------------------------------------------


async def test_an_account_is_made_at_first_sight(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    token = provider.token(subject)
    answer = await client.get("/account", token=token)
    assert answer.status_code == 200, answer.text
    account = answer.json()
    assert (account["email"], account["email_verified"], account["display_name"], account["role"]) == (
        f"{subject}@outside.example", True, f"Name of {subject}", "customer",
    )  # fmt: skip
    # Everything works with it, also what writes, has a key, or is asked at once.
    made = await client.post("/account/addresses", token=token, key="k", json={
        "name": "N", "line1": "l", "city": "c", "country": "BD"
    })  # fmt: skip
    assert made.status_code == 201
    answers = await asyncio.gather(
        *(client.get("/account", token=provider.token(subject, jti=str(i))) for i in range(10))
    )
    assert {a.json()["id"] for a in answers} == {account["id"]}
    assert await admin.fetchval("SELECT count(*) FROM identity.sessions WHERE account_id = $1", account["id"]) == 1
    assert await admin.fetchval("SELECT last_login_at IS NOT NULL FROM identity.accounts WHERE id = $1", account["id"])


async def test_ten_first_requests_at_once_make_one_account(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    answers = await asyncio.gather(
        *(client.get("/account", token=provider.token(subject, jti=str(i))) for i in range(10))
    )
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["id"] for a in answers}) == 1
    assert (
        await admin.fetchval("SELECT count(*) FROM identity.accounts WHERE email = $1", f"{subject}@outside.example")
        == 1
    )


async def test_a_verified_email_finds_the_account_that_is_there(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    email = f"{subject}@outside.example"
    signed_up = await client.post("/accounts", json={"email": email, "password": "Correct-Horse-7"})
    # Whoever signed up never showed that the address is theirs: the two do not become one account.
    assert await refusal(client, provider.token(subject, email=email.upper())) == (409, "email_not_verified_here")
    await admin.execute("UPDATE identity.accounts SET email_verified = true WHERE id = $1", signed_up.json()["id"])
    answer = await client.get("/account", token=provider.token(subject, email=email.upper()))
    assert answer.json()["id"] == signed_up.json()["id"]
    # From here on the subject is what counts, not the address.
    moved = await client.get("/account", token=provider.token(subject, email="other@outside.example"))
    assert (moved.json()["id"], moved.json()["email"]) == (signed_up.json()["id"], email)


@pytest.mark.parametrize("changes", [{"email_verified": False}, {"email_verified": None}, {"email": None}])
async def test_an_unverified_email_is_none(client: Client, provider: Provider, subject: str, changes: Any) -> None:
    account = (await client.get("/account", token=provider.token(subject, **changes))).json()
    assert (account["email"], account["email_verified"]) == (None, False)


async def test_roles_come_over_when_they_change_there(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    def token(*roles: str) -> str:
        return provider.token(subject, realm_access={"roles": list(roles)}, jti=uuid.uuid4().hex)

    account = (await client.get("/account", token=token("offline_access"))).json()
    assert account["role"] == "customer"
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE id = $1", account["id"])
    assert (await client.get("/account", token=token("offline_access"))).json()["role"] == "merchant"
    helper = token("helpdesk", "offline_access")
    assert (await client.get("/account", token=helper)).json()["role"] == "support"
    assert (await client.get("/admin/accounts", token=helper)).status_code == 200
    assert (await client.get("/account", token=token("shop-admin", "helpdesk"))).json()["role"] == "admin"
    # There is no other admin: this one stays until there is.
    assert (await client.get("/account", token=token())).json()["role"] == "admin"
    await admin.execute(
        "INSERT INTO identity.accounts (email, role) VALUES ($1, 'admin')", f"second.{subject}@x.example"
    )
    assert (await client.get("/account", token=token("helpdesk"))).json()["role"] == "support"
    assert (await client.get("/account", token=token())).json()["role"] == "customer"
    assert (await client.get("/admin/accounts", token=helper)).status_code in (401, 403)


async def test_a_role_that_changes_here_is_noticed(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    token = provider.token(subject)
    account = (await client.get("/account", token=token)).json()
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE id = $1", account["id"])
    assert await refusal(client, token) == (401, "session_revoked")  # what it was exchanged for is over
    again = await client.get("/merchant/products", token=token)
    assert again.status_code == 200, again.text


# --- who does not ---------------------------------------------------------------------------------


def forged(provider: Provider, subject: str, header: dict[str, Any], key: bytes = b"") -> str:
    """A token whose header says what somebody likes, signed with a secret or not at all."""

    def part(data: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    text = f"{part(header)}.{part(provider.claims(subject) | {'role': 'admin'})}"
    signature = (
        jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(text.encode(), key) if key else b""
    )
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


async def test_what_is_wrong_with_a_token_is_one_answer(
    client: Client, provider: Provider, subject: str, admin: Any
) -> None:
    now = int(time.time())
    stranger = rsa.generate_private_key(65537, 2048)
    public = provider.keys["first"].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    good = provider.token(subject)
    head, body, signature = good.split(".")
    tokens = {
        "another audience": provider.token(subject, aud="other-api"),
        "audiences, none ours": provider.token(subject, aud=["a", "b"]),
        "no audience, another azp": provider.token(subject, aud=None, azp="other-app"),
        "our azp, another audience": provider.token(subject, aud="account", azp="shop-app"),
        "no audience at all": provider.token(subject, aud=None),
        "another issuer": provider.token(subject, iss=provider.issuer + "/"),
        "no issuer": provider.token(subject, iss=None),
        "not yet": provider.token(subject, nbf=now + 3600),
        "issued tomorrow": provider.token(subject, iat=now + 86400),
        "no subject": provider.token(None, sub=None),
        "an endless subject": provider.token(subject, sub="x" * 300),
        "never expires": provider.token(subject, exp=None),
        "no issue date": provider.token(subject, iat=None),
        "somebody else's key": jwt.encode(provider.claims(subject), stranger, "RS256", headers={"kid": "first"}),
        "another algorithm": provider.token(subject, algorithm="RS512"),
        "PSS": provider.token(subject, algorithm="PS256"),
        "an unknown key": jwt.encode(provider.claims(subject), stranger, "RS256", headers={"kid": "unknown"}),
        "no key id": jwt.encode(provider.claims(subject), provider.keys["first"], "RS256"),
        "a critical header": jwt.encode(
            provider.claims(subject), provider.keys["first"], "RS256", headers={"kid": "first", "crit": ["x"], "x": 1}
        ),
        "none": forged(provider, subject, {"alg": "none", "typ": "JWT", "kid": "first"}),
        "None": forged(provider, subject, {"alg": "nOnE", "typ": "JWT", "kid": "first"}),
        "HS256 with the public key": forged(provider, subject, {"alg": "HS256", "typ": "JWT", "kid": "first"}, pem),
        "HS256 with its bytes": forged(provider, subject, {"alg": "HS256", "typ": "JWT", "kid": "first"}, der),
        "RS256 said of an HMAC": forged(provider, subject, {"alg": "RS256", "typ": "JWT", "kid": "first"}, pem),
        "ES256 said of an RSA key": forged(provider, subject, {"alg": "ES256", "typ": "JWT", "kid": "first"}, pem),
        "a key of its own": forged(provider, subject, {"alg": "RS256", "kid": "first", "jwk": provider.shown[0]}, pem),
        "another body": f"{head}.{provider.token('user-2').split('.')[1]}.{signature}",
        "no signature": f"{head}.{body}.",
        "half a token": good[: len(good) // 2],
        "a huge one": provider.token(subject, padding="x" * 9000),
    }  # fmt: skip
    for name, token in tokens.items():
        status, code = await refusal(client, token)
        assert (status, code) == (401, "token_invalid"), (name, status, code)
    assert await refusal(client, provider.token(subject, exp=now - 60)) == (401, "token_expired")
    assert await refusal(client, provider.token(subject, exp=now - 3)) == (401, "token_expired")  # within the leeway
    assert not await admin.fetchval("SELECT count(*) FROM identity.outside_identities WHERE subject = $1", subject)
    assert (await client.get("/account", token=good)).status_code == 200


@pytest.mark.parametrize(
    "changes", [{"aud": ["x", "shop-app"]}, {"aud": None, "azp": "shop-app"}, {"extra": {"a": [1]}}]
)
async def test_what_is_meant_for_us_comes_in(client: Client, provider: Provider, subject: str, changes: Any) -> None:
    assert (await client.get("/account", token=provider.token(subject, **changes))).status_code == 200


async def test_our_own_tokens_are_as_they_were(client: Client, admin: Any, provider: Provider) -> None:
    email = f"{uuid.uuid4().hex}@shop.example"
    await client.post("/accounts", json={"email": email, "password": "Correct-Horse-7"})
    session = (await client.post("/sessions", json={"email": email, "password": "Correct-Horse-7"})).json()
    assert session["access_token"].encode().startswith(OURS)
    asked = len(provider.asked)
    assert (await client.get("/account", token=session["access_token"])).json()["email"] == email
    assert await refusal(client, session["access_token"][:-4] + "AAAA") == (401, "token_invalid")
    assert len(provider.asked) == asked


# --- what ends ------------------------------------------------------------------------------------


async def test_logged_out_is_out_until_a_new_log_in(client: Client, provider: Provider, subject: str) -> None:
    old = provider.token(subject, iat=int(time.time()) - 30)
    assert (await client.get("/account", token=old)).status_code == 200
    assert (await client.delete("/sessions/current", token=old)).status_code == 204
    assert await refusal(client, old) == (401, "session_revoked")
    assert await refusal(client, old) == (401, "session_revoked")
    again = provider.token(subject, iat=int(time.time()) + 1)
    assert (await client.get("/account", token=again)).status_code == 200


async def test_suspended_and_closed(client: Client, provider: Provider, subject: str, admin: Any) -> None:
    token = provider.token(subject)
    account = (await client.get("/account", token=token)).json()
    await admin.execute("UPDATE identity.accounts SET status = 'suspended' WHERE id = $1", account["id"])
    assert await refusal(client, token) == (401, "account_suspended")
    assert await refusal(client, token) == (401, "account_suspended")
    await admin.execute("UPDATE identity.accounts SET status = 'active' WHERE id = $1", account["id"])
    assert (await client.delete("/account", token=token)).status_code == 204
    assert await admin.fetchval("SELECT count(*) FROM identity.outside_identities WHERE subject = $1", subject) == 0
    # Who comes back is somebody new.
    back = await client.get("/account", token=provider.token(subject, iat=int(time.time()) + 1))
    assert back.status_code == 401 or back.json()["id"] != account["id"]


async def test_ours_ends_no_later_than_theirs(call: Any, provider: Provider, subject: str, client: Client) -> None:
    now = int(time.time())

    def moment(seconds: int) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now + seconds))

    async def exchange(lifetime: int) -> Any:
        return await call(
            "web_gateway", "exchange_outside_token", issuer=provider.issuer, subject=subject, issued_at=moment(0),
            expires_at=moment(lifetime),
        )  # fmt: skip

    for lifetime, ours in ((60, 60), (7200, 900)):
        answer = await exchange(lifetime)
        assert ours - 3 <= answer["expires_in"] <= ours
        claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
        assert claims["exp"] - claims["iat"] == answer["expires_in"]
    with refused("token_expired", "SH401"):
        await exchange(0)


async def test_the_exchange_is_the_gateways_and_of_trusted_providers_only(
    call: Any, provider: Provider, client: Client
) -> None:
    given = {"subject": "s", "issued_at": "2026-01-01T00:00:00Z", "expires_at": "2999-01-01T00:00:00Z"}
    for role in ("web_anonymous", "web_customer", "web_merchant", "web_support", "web_admin", "web_worker"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await call(role, "exchange_outside_token", issuer=provider.issuer, **given)
    with refused("issuer_not_trusted", "SH401"):
        await call("web_gateway", "exchange_outside_token", issuer="https://evil.example", role="admin", **given)
