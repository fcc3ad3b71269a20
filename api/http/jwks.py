"""The public keys with which an outside identity provider signs its tokens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from typing import Any

import httpx
import jwt

from api.http.errors import Problem
from api.http.provider_documents import PATIENCE, Refused, address, discover, fetch
from api.settings_oidc import Oidc

# The types of keys, and the curve if there is one, for each algorithm (RFC 7518, RFC 8037).
_TYPES = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", None)),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
ED25519 = "Ed25519"  # what RFC 9864 calls EdDSA with this curve
LIFETIME = 600.0  # seconds after which keys are read again: a withdrawn key is accepted for no longer
STALE = 6 * 3600.0  # seconds for which known keys are used while the provider does not answer
PAUSE = 30.0  # seconds between two downloads, whatever key ids the callers' tokens name


class Keys:
    """The provider's keys by id. They are read when they are first needed, when they are old, and when a token names an
    unknown one; requests that wait at the same time share one download.
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
                    with suppress(Refused, httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError):
                        async with asyncio.timeout(2 * PATIENCE):
                            self.keys = await _read(self.oidc)
                        self.read_at = self.clock()
        if self.clock() - self.read_at > STALE:
            raise Problem("identity_provider_unavailable", members={"retry_after": int(PAUSE)})
        return self.keys.get(kid)

    def _needs_reading(self, kid: str) -> bool:
        return self.clock() - self.read_at > LIFETIME or kid not in self.keys


def for_header(key: jwt.PyJWK, algorithm: object) -> jwt.PyJWK | None:
    """The key, if a token whose header says `algorithm` may be verified with it; else None.

    A key has one algorithm (RFC 8725, 3.1), which comes from the provider and our settings: a token cannot choose.
    """
    if algorithm == key.algorithm_name:
        return key
    if algorithm == ED25519 and key.algorithm_name == "EdDSA":
        named = copy(key)
        named.algorithm_name = ED25519
        return named
    return None


def algorithm_of(entry: Mapping[str, Any], accepted: tuple[str, ...]) -> str | None:
    """The algorithm of a key of the provider: the one it names, or the first accepted one for keys of its type.

    None: it is no key for signatures that are accepted here.
    """
    suitable = [name for name in accepted if _TYPES[name] == (entry.get("kty"), entry.get("crv"))]
    named = "EdDSA" if entry.get("alg") == ED25519 else entry.get("alg")
    if entry.get("use") not in (None, "sig") or (named is not None and named not in suitable):
        return None
    return str(named) if named is not None else next(iter(suitable), None)


def _key(entry: Any, accepted: tuple[str, ...]) -> jwt.PyJWK | None:
    """A key that is broken, or too short, or not for us, does not spoil the others: it is None."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or "d" in entry:
        return None
    try:
        name = algorithm_of(entry, accepted)
        key = jwt.PyJWK(entry, name) if name else None
        # RSA from 2,048 bits
        return key if key is not None and key.Algorithm.check_key_length(key.key) is None else None
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None


async def _read(oidc: Oidc) -> dict[str, jwt.PyJWK]:
    """Download the keys. Raises as fetch does."""
    url = oidc.jwks_url or address(oidc, await discover(oidc), "jwks_uri")
    if url is None:
        raise ValueError("the discovery document names no keys")
    listed = (await fetch(url)).get("keys")
    found = [_key(entry, oidc.algorithms) for entry in listed] if isinstance(listed, list) else []
    return {str(key.key_id): key for key in found if key is not None}
