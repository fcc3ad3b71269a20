"""The public keys with which an outside identity provider signs its tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import jwt

from api.http.errors import Problem
from api.settings_oidc import Oidc

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # never a symmetric one: the "secret" would be the public key
LIFETIME = 600.0  # seconds after which keys are read again: a withdrawn key is accepted for no longer
STALE = 6 * 3600.0  # seconds for which known keys are used while the provider does not answer
PAUSE = 30.0  # seconds between two downloads, whatever key ids the callers' tokens name
PATIENCE = 5.0  # seconds for each document
HEADERS = {"user-agent": "storeproc"}  # some providers refuse urllib's own


class Keys:
    """The provider's keys by id. They are read when they are first needed, when they are old, and when a token names an
    unknown one; requests that wait at the same time share one download.

    PyJWKClient's own cache is off: it drops old keys although the provider is down, and does not pause after a failure.
    """

    def __init__(self, oidc: Oidc, clock: Callable[[], float] = time.monotonic) -> None:
        self.oidc = oidc
        self.clock = clock
        self.keys: dict[str, jwt.PyJWK] = {}
        self.read_at = float("-inf")
        self.asked_at = float("-inf")
        self.asking = asyncio.Lock()

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """None: the provider has no such key. Raises Problem when there are no keys that are recent enough."""
        if self._needs_reading(kid):
            async with self.asking:
                # Another request may have read them while this one waited.
                if self._needs_reading(kid) and self.clock() - self.asked_at >= PAUSE:
                    self.asked_at = self.clock()
                    with suppress(jwt.PyJWTError, TimeoutError, OSError, ValueError):
                        async with asyncio.timeout(2 * PATIENCE):
                            self.keys = await asyncio.to_thread(_read, self.oidc)
                        self.read_at = self.clock()
        if self.clock() - self.read_at > STALE:
            raise Problem("identity_provider_unavailable", members={"retry_after": int(PAUSE)})
        return self.keys.get(kid)

    def _needs_reading(self, kid: str) -> bool:
        return self.clock() - self.read_at > LIFETIME or kid not in self.keys


class _Client(jwt.PyJWKClient):
    """Leaves out what is not a key for signatures that are accepted here, so that it cannot spoil the others."""

    def __init__(self, url: str) -> None:
        super().__init__(url, cache_jwk_set=False, headers=HEADERS, timeout=PATIENCE)

    def fetch_data(self) -> Any:
        listed = super().fetch_data().get("keys")
        return {"keys": [entry for entry in listed if _may_sign(entry)] if isinstance(listed, list) else []}


def _may_sign(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return False
    # An RSA key that names no algorithm is PyJWT's RS256. ES256 is defined for one curve.
    return entry.get("alg") in (None, *ALGORITHMS) and (entry.get("kty") != "EC" or entry.get("crv") == "P-256")


def _read(oidc: Oidc) -> dict[str, jwt.PyJWK]:
    """Download the keys. No redirect is followed. Raises PyJWTError, OSError, ValueError."""
    url = oidc.jwks_url
    if url is None:
        discovery = oidc.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = jwt.PyJWKClient(discovery, cache_jwk_set=False, headers=HEADERS, timeout=PATIENCE).fetch_data()
        if found.get("issuer") != oidc.issuer:
            raise ValueError("the discovery document is another provider's")
        url = str(found.get("jwks_uri"))
        if urlsplit(url).scheme != "https" and urlsplit(url).hostname != urlsplit(oidc.issuer).hostname:
            raise ValueError("keys come over TLS")
    return {
        key.key_id: key
        for key in _Client(url).get_signing_keys()
        if key.key_id
        and key.algorithm_name in ALGORITHMS
        and key.Algorithm.check_key_length(key.key) is None  # RSA from 2,048 bits
    }
