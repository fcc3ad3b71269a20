"""The algorithm of an outside token: that of the provider's key, never one that the token chooses."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from api.http.errors import Problem
from api.http.identity_provider import Verifier
from api.http.jwks import algorithm_of
from api.settings_oidc import ALGORITHMS, Oidc
from tests.identity.accounts.provider import Provider


def verifier(provider: Provider, *algorithms: str) -> Verifier:
    return Verifier(Oidc(issuer=provider.issuer, audiences=("shop-api",), algorithms=algorithms or ALGORITHMS))


# kind of key, the algorithm that the key set names for it, the only one with which its tokens come in
KEYS = [
    ("RSA", None, "RS256"),
    ("RSA", "RS512", "RS512"),
    ("RSA", "PS256", "PS256"),
    ("RSA", "PS384", "PS384"),
    ("RSA", "PS512", "PS512"),
    ("EC", None, "ES256"),
    ("P-384", "ES384", "ES384"),
    ("P-521", None, "ES512"),
    ("OKP", None, "EdDSA"),
    ("OKP", "EdDSA", "EdDSA"),
    ("OKP", "Ed25519", "EdDSA"),
]


def show_again(provider: Provider, kid: str, **members: Any) -> None:
    """The first key under another id: a new one would take longer."""
    provider.keys[kid] = provider.keys["first"]
    provider.shown = [*provider.shown, {**provider.shown[0], "kid": kid, **members}]


async def test_a_key_has_one_algorithm(provider: Provider) -> None:
    names = {}
    for kind, named, algorithm in KEYS:
        kid = names[kind, named] = f"{kind} {named}"
        members = {} if named is None else {"alg": named}
        if kind == "RSA":
            show_again(provider, kid, **members)
        else:
            provider.rotate(kid, kind, keep=True, **members)
        assert algorithm_of(provider.shown[-1], ALGORITHMS) == algorithm
    outside = verifier(provider)
    for kind, named, algorithm in KEYS:
        kid = names[kind, named]
        assert (await outside.verify(provider.token(kid, kid=kid, algorithm=algorithm)))["subject"] == kid
        for other in ("RS256", "RS384", "PS256", "PS384") if kind == "RSA" else ():
            if other != algorithm:
                with pytest.raises(Problem, match="token_invalid"):
                    await outside.verify(provider.token(kid, kid=kid, algorithm=other))


async def test_ed25519_by_either_name(provider: Provider) -> None:
    """RFC 9864 calls EdDSA with this curve Ed25519; libraries send one or the other."""
    provider.rotate("edwards", "OKP", keep=True)
    outside = verifier(provider)
    signer = jwt.PyJWS()
    signer.register_algorithm("Ed25519", jwt.algorithms.OKPAlgorithm())
    body = json.dumps(provider.claims("subject")).encode()
    token = signer.encode(body, provider.keys["edwards"], "Ed25519", headers={"kid": "edwards"})
    assert jwt.get_unverified_header(token)["alg"] == "Ed25519"
    assert (await outside.verify(token))["subject"] == "subject"
    head, payload, _ = token.split(".")
    with pytest.raises(Problem, match="token_invalid"):
        await outside.verify(f"{head}.{payload}.{'A' * 86}")
    of_rsa = signer.encode(body, provider.keys["edwards"], "Ed25519", headers={"kid": "first"})
    with pytest.raises(Problem, match="token_invalid"):
        await outside.verify(of_rsa)


async def test_the_configuration_narrows_what_is_accepted(provider: Provider) -> None:
    show_again(provider, "plain")
    show_again(provider, "named", alg="RS256")
    provider.rotate("curve", "EC", keep=True)
    only_pss = verifier(provider, "PS256", "RS384")
    # A key that names no algorithm has the first of its type, one that names another one is not used at all.
    assert await only_pss.verify(provider.token("a", kid="plain", algorithm="PS256"))
    for kid, algorithm in (("plain", "RS384"), ("plain", "RS256"), ("named", "RS256"), ("named", "PS256"),
                           ("curve", "ES256")):  # fmt: skip
        with pytest.raises(Problem, match="token_invalid"):
            await only_pss.verify(provider.token("a", kid=kid, algorithm=algorithm))


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "alg": "HS256"},
        {"kty": "oct"},
        {"kty": "EC", "crv": "secp256k1"},
        {"kty": "EC", "crv": "P-256", "alg": "ES384"},
        {"kty": "EC"},
        {"kty": "OKP", "crv": "X25519"},
        {"kty": "OKP", "crv": "Ed25519", "alg": "RS256"},
        {"kty": "RSA", "alg": "none"},
        {"kty": "RSA", "alg": "HS256"},
        {"kty": "RSA", "use": "enc"},
        {"kty": "RSA", "alg": ["RS256"]},
        {"kty": ["RSA"]},
        {},
    ],
)
def test_what_is_no_key_for_signatures(entry: dict[str, Any]) -> None:
    assert algorithm_of(entry, ALGORITHMS) is None
