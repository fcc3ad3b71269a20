"""What identity.authenticate() lets in: tokens that the database signed, in their own pool, of a session that lives."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import asyncpg
import jwt
import pytest

from tests.support.connections import refused


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(decode(token.split(".")[1]))
    return claims


def signed(header: str, claims: dict[str, Any], key: bytes) -> str:
    text = header + "." + encode(json.dumps(claims).encode())
    return text + "." + encode(hmac.new(key, text.encode(), hashlib.sha256).digest())


async def present(person: Any, token: str, code: str = "token_invalid", pool: str = "web_customer") -> None:
    with refused(code, "SH401"):
        await person.call(pool, "get_account", token=token)


async def test_a_token_is_a_jwt_that_other_software_verifies(person: Any, admin: Any) -> None:
    token = person.session["access_token"]
    secret = b"\x01" * 40
    kid = await admin.fetchval("SELECT identity.add_signing_key($1)", secret)
    await person.log_in()
    fresh = person.session["access_token"]
    assert jwt.get_unverified_header(fresh) == {"alg": "HS256", "typ": "JWT", "kid": kid}
    assert jwt.decode(fresh, secret, algorithms=["HS256"])["sub"] == person.account["id"]
    claims = claims_of(fresh)
    assert claims["exp"] - claims["iat"] == person.session["expires_in"] == 900
    assert (claims["role"], person.session["token_type"]) == ("customer", "Bearer")
    # The key before goes on verifying, for a day.
    await person.call("web_customer", "get_account", token=token)
    old = jwt.get_unverified_header(token)["kid"]
    await admin.execute("UPDATE identity.signing_keys SET retired_at = now() - interval '1 day' WHERE kid = $1", old)
    await present(person, token)


@pytest.mark.parametrize("length", [0, 1, 32, 64, 65, 200])
async def test_hmac_is_right_for_keys_of_any_length(length: int, person: Any, admin: Any) -> None:
    secret = random.Random(length).randbytes(length)
    await admin.fetchval("SELECT identity.add_signing_key($1)", secret)
    await person.log_in()
    text, _, signature = person.session["access_token"].rpartition(".")
    assert decode(signature) == hmac.new(secret, text.encode(), hashlib.sha256).digest()
    await person.does("get_account")


async def test_forgeries_are_refused(person: Any, other: Any) -> None:
    token = person.session["access_token"]
    header, body, signature = token.split(".")
    claims = claims_of(token)
    none = encode(b'{"alg":"none","typ":"JWT"}')
    same_kid = json.loads(decode(header))
    forged = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{header}.{body}.",
        f"{header}.{body}",
        f"{header}..{signature}",
        f".{body}.{signature}",
        f"{header}.{body}.{signature}.",
        f"{header}.{body}.{signature}.{signature}",
        f"{header}.{body}.{signature}=",
        f" {token}",
        f"{token} ",
        f"Bearer {token}",
        f"{header}.{body}.{'A' * 43}",
        f"{header}.{body}.{other.session['access_token'].split('.')[2]}",
        signed(header, claims, b"another key"),
        signed(header, claims, b""),
        signed(encode(json.dumps(same_kid | {"alg": "none"}).encode()), claims, b""),
        signed(encode(json.dumps(same_kid | {"alg": "HS512"}).encode()), claims, b""),
        signed(encode(json.dumps(same_kid | {"jwk": {"kty": "oct", "k": ""}}).encode()), claims, b""),
        signed(encode(json.dumps(same_kid | {"kid": "../../dev/null"}).encode()), claims, b""),
    ]
    for tampered in (
        claims | {"sub": other.account["id"]},
        claims | {"role": "admin"},
        claims | {"exp": claims["exp"] + 1},
        claims | {"sid": claims["sub"]},
    ):
        forged.append(f"{header}.{encode(json.dumps(tampered).encode())}.{signature}")
    for attempt in forged:
        await present(person, attempt)
    await person.does("get_account")


async def test_a_flipped_bit_anywhere_is_refused(person: Any) -> None:
    token = person.session["access_token"]
    for place in range(0, len(token), 7):
        await present(person, token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :])


async def test_anything_that_is_no_token_is_refused_and_is_no_error_of_ours(person: Any) -> None:
    header = person.session["access_token"].split(".")[0]
    oddities = [
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "a.b.c",
        "{}",
        "null",
        "%00",
        "'; DROP TABLE identity.accounts; --",
        "\\x00",
        "\x01\x02",
        "é.ü.ß",
        "😀.😀.😀",
        "\u202e.\ufeff.\u200b",
        "=.=.=",
        "====",
        f"{header}.!!!.???",
        f"{header}.é.ü",
        f"{header}.{'A' * 4}.",
        "x" * 10_000_000,
        f"{header}.{'x' * 5_000_000}.y",
        "." * 1_000_000,
        f"{header}.." + "." * 100_000,
    ]
    for oddity in oddities:
        await present(person, oddity)
    dice = random.Random(7)
    for _ in range(200):
        await present(
            person, "".join(chr(dice.choice((46, dice.randrange(1, 0xD7FF)))) for _ in range(dice.randrange(1, 400)))
        )


async def test_no_text_holds_a_nul(person: Any) -> None:
    """The server refuses it as bad input before any function sees it."""
    with pytest.raises(asyncpg.CharacterNotInRepertoireError):
        await person.call("web_customer", "get_account", token="a\x00.b.c")


async def test_an_expired_token_is_refused(person: Any, admin: Any) -> None:
    claims = claims_of(person.session["access_token"])
    for lifetime, code in (("-1 second", "token_expired"), ("0 seconds", "token_expired")):
        token = await admin.fetchval(
            f"SELECT identity.issue_token($1, 'customer', $2, interval '{lifetime}')", claims["sub"], claims["sid"]
        )
        await present(person, token, code)


async def test_a_token_opens_its_own_pool_only(person: Any) -> None:
    token = person.session["access_token"]
    for pool in ("web_merchant", "web_support", "web_admin"):
        await present(person, token, "token_invalid", pool)


async def test_a_role_that_the_account_has_no_more_ends_the_session(person: Any, admin: Any) -> None:
    claims = claims_of(person.session["access_token"])
    forged = await admin.fetchval("SELECT identity.issue_token($1, 'admin', $2)", claims["sub"], claims["sid"])
    await present(person, forged, "session_revoked", "web_admin")
    await admin.execute("UPDATE identity.accounts SET role = 'merchant' WHERE id = $1", claims["sub"])
    await present(person, person.session["access_token"], "session_revoked")


async def test_a_session_is_its_accounts(person: Any, other: Any, admin: Any) -> None:
    sid = claims_of(other.session["access_token"])["sid"]
    token = await admin.fetchval("SELECT identity.issue_token($1, 'customer', $2)", person.account["id"], sid)
    await present(person, token, "session_revoked")


async def test_a_revoked_an_ended_and_an_unknown_session_are_refused_at_once(
    person: Any, other: Any, admin: Any
) -> None:
    token = person.session["access_token"]
    await person.does("delete_session")
    await present(person, token, "session_revoked")
    with refused("refresh_token_invalid", "SH401"):
        await person.refresh()

    sid = claims_of(other.session["access_token"])["sid"]
    await admin.execute("UPDATE identity.sessions SET expires_at = now() WHERE id = $1", sid)
    await present(other, other.session["access_token"], "session_revoked")
    await admin.execute("DELETE FROM identity.sessions WHERE id = $1", sid)
    await present(other, other.session["access_token"], "session_revoked")


async def test_a_suspended_account_is_refused_at_once(person: Any, admin: Any) -> None:
    await admin.execute("UPDATE identity.accounts SET status = 'suspended' WHERE id = $1", person.account["id"])
    await present(person, person.session["access_token"], "account_suspended")
    with refused("account_suspended", "SH403"):
        await person.refresh()
    with refused("account_suspended", "SH403"):
        await person.log_in()
    with refused("credentials_invalid", "SH401"):
        await person.log_in("Wrong-1")
    await admin.execute("UPDATE identity.accounts SET status = 'active' WHERE id = $1", person.account["id"])
    await person.does("get_account")


async def test_settings_of_the_connection_are_overwritten(person: Any, other: Any, connect: Any) -> None:
    connection = await connect("web_customer")
    for name, value in (
        ("actor", other.account["id"]),
        ("audience", "admin"),
        ("token", person.session["access_token"]),
    ):
        await connection.execute(f"SET app.{name} = '{value}'")
    assert (
        json.loads(await connection.fetchval("SELECT to_json(api.get_account())::text"))["id"] == person.account["id"]
    )


async def test_local_tokens_are_refused_in_production(person: Any, connect: Any) -> None:
    admin = await connect()
    token = await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", person.email)
    assert (await person.call("web_customer", "get_account", token=token))["id"] == person.account["id"]
    await admin.execute("SELECT identity.set_environment('production')")
    try:
        with refused("production_refused"):
            await admin.fetchval("SELECT identity.issue_local_token('customer', $1)", person.email)
    finally:
        await admin.execute("SELECT identity.set_environment('development')")
