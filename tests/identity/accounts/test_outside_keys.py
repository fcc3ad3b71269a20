"""The keys of an outside identity provider, and the configuration that names it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from api.http import jwks
from api.http.errors import Problem
from api.http.identity_provider import Verifier
from api.settings import Settings
from api.settings_oidc import Oidc
from api.settings_source import SettingsError
from tests.identity.accounts.provider import Provider

# --- keys -----------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(provider: Provider, clock: Clock) -> Iterator[jwks.Keys]:
    shown, provider.asked = provider.shown, []
    yield jwks.Keys(Oidc(issuer=provider.issuer, audiences=("shop-api",)), clock)
    provider.shown, provider.down = shown, False


async def test_keys_are_fetched_once_for_many(keys: jwks.Keys, provider: Provider) -> None:
    assert all(await asyncio.gather(*(keys.find("first") for _ in range(50))))
    assert provider.asked == ["/realms/shop/.well-known/openid-configuration", "/realms/shop/certs"]


async def test_an_unknown_key_is_asked_for_at_most_twice_a_minute(
    keys: jwks.Keys, provider: Provider, clock: Clock
) -> None:
    await keys.find("first")
    asked = len(provider.asked)
    for i in range(100):
        assert await keys.find(f"made-up-{i}") is None
    assert len(provider.asked) == asked
    clock.now += jwks.PAUSE
    await asyncio.gather(*(keys.find(f"made-up-{i}") for i in range(100)))
    assert len(provider.asked) == asked + 2


async def test_a_new_key_is_found_and_a_withdrawn_one_is_not(keys: jwks.Keys, provider: Provider, clock: Clock) -> None:
    assert await keys.find("first")
    provider.rotate("second", "EC", keep=True)
    clock.now += jwks.PAUSE
    assert await keys.find("second")
    assert await keys.find("first")
    provider.shown = provider.shown[1:]
    clock.now += jwks.LIFETIME + 1
    assert await keys.find("second")
    assert await keys.find("first") is None


async def test_a_provider_that_is_away_for_a_while(keys: jwks.Keys, provider: Provider, clock: Clock) -> None:
    assert await keys.find("first")
    provider.down = True
    clock.now += jwks.LIFETIME + 1
    assert await keys.find("first")  # known, and used until somebody can say that it is withdrawn
    clock.now += jwks.STALE
    with pytest.raises(Problem, match="identity_provider_unavailable"):
        await keys.find("first")
    provider.down = False
    clock.now += jwks.PAUSE
    assert await keys.find("first")


async def test_keys_that_are_not_for_us_are_left_out(keys: jwks.Keys, provider: Provider) -> None:
    provider.rotate("good")
    provider.rotate("short", bits=1024, keep=True)
    provider.rotate("for encryption", use="enc", keep=True)
    provider.rotate("of another type's algorithm", alg="ES256", keep=True)
    provider.rotate("of an algorithm of its own", alg="RSA-OAEP", keep=True)
    provider.shown += [{"kty": "oct", "kid": "symmetric", "k": "c2VjcmV0"}, {"kty": "RSA", "kid": "broken"}, "nothing"]  # type: ignore[list-item]
    assert await keys.find("good")
    assert set(keys.keys) == {"good"}


@pytest.mark.parametrize("wrong", ["another issuer", "keys elsewhere without TLS", "no document"])
async def test_a_discovery_document_that_is_wrong_is_not_followed(
    wrong: str, provider: Provider, monkeypatch: Any
) -> None:
    right = provider.documents()
    path = "/realms/shop/.well-known/openid-configuration"
    document = {
        "another issuer": {**right[path], "issuer": "https://evil.example"},
        "keys elsewhere without TLS": {**right[path], "jwks_uri": "http://localhost:1/certs"},
        "no document": [1],
    }[wrong]
    monkeypatch.setattr(provider, "documents", lambda: {**right, path: document})
    with pytest.raises(Problem, match="identity_provider_unavailable"):
        await jwks.Keys(Oidc(issuer=provider.issuer, audiences=("shop-api",))).find("first")


async def test_each_key_verifies_with_its_own_algorithm(provider: Provider, subject: str) -> None:
    provider.rotate("curve", "EC", keep=True)
    outside = Verifier(Oidc(issuer=provider.issuer, audiences=("shop-api",)))
    provider.rotate("edwards", "OKP", keep=True)
    provider.rotate("pss", keep=True, alg="PS256")
    for kid, algorithm in (("first", "RS256"), ("curve", "ES256"), ("edwards", "EdDSA"), ("pss", "PS256")):
        token = provider.token(subject, kid=kid, algorithm=algorithm)
        assert (await outside.verify(token))["subject"] == subject
    claims = provider.claims(subject)
    for key, named, algorithm in (
        ("first", "curve", "RS256"),
        ("curve", "first", "ES256"),
        ("edwards", "first", "EdDSA"),
        ("pss", "first", "PS256"),
        ("first", "pss", "RS256"),
        ("pss", "pss", "RS256"),
    ):
        crossed = jwt.encode(claims, provider.keys[key], algorithm, headers={"kid": named})
        with pytest.raises(Problem, match="token_invalid"):
            await outside.verify(crossed)


# --- configuration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"OIDC_ISSUER": "https://a.example"}, "OIDC_AUDIENCE"),
        ({"OIDC_ISSUER": "http://a.example", "OIDC_AUDIENCE": "x"}, "OIDC_ISSUER"),
        (
            {"OIDC_ISSUER": "https://a.example", "OIDC_AUDIENCE": "x", "OIDC_JWKS_URL": "http://b.example"},
            "OIDC_JWKS_URL",
        ),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_AUDIENCE": "x", "OIDC_ROLES": "a=root"}, "OIDC_ROLES"),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_AUDIENCE": "x", "OIDC_ALGORITHMS": "HS256"}, "OIDC_ALGORITHMS"),
        ({"OIDC_ISSUER": "https://a.example", "OIDC_AUDIENCE": "x", "OIDC_ALGORITHMS": ","}, "OIDC_ALGORITHMS"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_refused(environment: dict[str, str], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        Settings.from_env(environment)


@pytest.mark.parametrize(
    ("claim", "claims", "role"),
    [
        ("role", {"role": "support"}, "support"),
        ("roles", {"roles": ["customer", "admin"]}, "admin"),
        ("https://shop.example/roles", {"https://shop.example/roles": ["merchant"]}, "merchant"),
        ("realm_access.roles", {"realm_access": {"roles": ["support", {"a": 1}, 7]}}, "support"),
        ("realm_access.roles", {"realm_access": "admin"}, None),
        ("role", {"role": "root"}, None),
        ("role", {}, None),
    ],
)
def test_where_roles_are(claim: str, claims: dict[str, Any], role: str | None) -> None:
    settings = Settings.from_env({"OIDC_ISSUER": "https://a.example", "OIDC_AUDIENCE": "x", "OIDC_ROLE_CLAIM": claim})
    assert settings.oidc
    assert Verifier(settings.oidc).role(claims) == role
