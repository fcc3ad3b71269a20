"""Access tokens of an outside identity provider: Clerk, Auth0, Keycloak, any that signs and shows its keys.

The database verifies our own tokens itself and takes no other. So an outside token is verified here and exchanged, as a
service, for one of ours, which the request then goes on with; the exchange is kept until either ends. Which token is
whose is told by its header: ours are HS256, theirs RS256 or ES256, and neither is ever tried with the other's keys.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import orjson

from api.http.endpoint import Answer, Caller, Exchange, Store
from api.http.errors import Problem
from api.settings import Oidc

Action = Callable[[Exchange], Awaitable[Answer]]

ALGORITHMS = ("RS256", "ES256")
LEEWAY = 10  # seconds that clocks may differ
LIFETIME = 600.0  # seconds after which keys are asked for again: a withdrawn one is good for no longer
STALE = 6 * 3600.0  # seconds that known keys are used while the provider does not answer
PAUSE = 30.0  # seconds between two questions, whatever key ids callers make up
PATIENCE = 5.0  # seconds for each answer
LARGEST = 256 * 1024  # bytes of a document of keys
LONGEST = 8192  # bytes of a token
KEPT = 10_000  # exchanged tokens in memory

# Our own header begins like this (identity.add_signing_key): what does not concern us is told by one comparison.
OURS = b"eyJhbGciOiJIUzI1NiIs"
SERVICE = Caller("gateway", "")
# What the database says when a token that was exchanged before is good no more.
_ENDED = frozenset(("session_revoked", "token_expired", "token_invalid", "account_suspended"))

Documents = Callable[[str], Awaitable[Any]]


class Keys:
    """The provider's public keys by their id: fetched when first needed, asked for again when they are old or a token
    names one that is not known. However many requests wait, one question is asked."""

    def __init__(self, oidc: Oidc, fetch: Documents, clock: Callable[[], float] = time.monotonic) -> None:
        self.oidc = oidc
        self.fetch = fetch
        self.clock = clock
        self.keys: dict[str, jwt.PyJWK] = {}
        self.read_at = float("-inf")
        self.asked_at = float("-inf")
        self.asking = asyncio.Lock()

    async def find(self, kid: str) -> jwt.PyJWK | None:
        """None: the provider has no such key."""
        if self.clock() - self.read_at > LIFETIME or kid not in self.keys:
            async with self.asking:
                # Somebody else may have asked while we waited.
                if self.clock() - self.asked_at >= PAUSE and (
                    self.clock() - self.read_at > LIFETIME or kid not in self.keys
                ):
                    self.asked_at = self.clock()
                    with suppress(httpx.HTTPError, TimeoutError, ValueError):
                        self.keys = await self._read()
                        self.read_at = self.clock()
        if self.clock() - self.read_at > STALE:
            raise Problem("identity_provider_unavailable", members={"retry_after": int(PAUSE)})
        return self.keys.get(kid)

    async def _read(self) -> dict[str, jwt.PyJWK]:
        url = self.oidc.jwks_url
        if url is None:
            found = await self.fetch(self.oidc.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if not isinstance(found, dict) or found.get("issuer") != self.oidc.issuer:
                raise ValueError("the discovery document is another provider's")
            url = str(found.get("jwks_uri"))
            if urlsplit(url).scheme != "https" and urlsplit(url).hostname != urlsplit(self.oidc.issuer).hostname:
                raise ValueError("keys come over TLS")
        document = await self.fetch(url)
        listed = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise ValueError("no document of keys")
        return {key.key_id: key for entry in listed if (key := _usable(entry)) and key.key_id}


def _usable(entry: Any) -> jwt.PyJWK | None:
    """A key that signs with what we accept; a document may hold others, which are nobody's error."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
        return None
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        return None
    if algorithm == "ES256" and entry.get("crv") != "P-256":
        return None
    try:
        key = jwt.PyJWK(entry, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if key.Algorithm.check_key_length(key.key) is None else None  # RSA from 2,048 bits


async def download(url: str) -> Any:
    """A JSON document. No redirect is followed: the address was configured, or came from one that was."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client, client.stream("GET", url) as response:
        response.raise_for_status()
        if response.is_redirect:
            raise ValueError("a redirect")
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise ValueError("too large")
    return orjson.loads(body)


class Outside:
    """Lets requests with an outside token pass as ours."""

    def __init__(self, store: Store, oidc: Oidc, fetch: Documents = download) -> None:
        self.store = store
        self.oidc = oidc
        self.keys = Keys(oidc, fetch)
        # sha256 of an outside token → our token, and when (monotonic clock) it is good no more.
        self.exchanged: dict[bytes, tuple[bytes, float]] = {}

    def admit(self, action: Action) -> Action:
        """Around whatever answers requests. It is put there only where a provider is configured."""

        async def answer(x: Exchange) -> Answer:
            token = _outside_token(x.headers.get(b"authorization"))
            if token is None:
                return await action(x)
            name = hashlib.sha256(token).digest()
            ours, until = self.exchanged.get(name, (b"", 0.0))
            if time.monotonic() >= until:
                ours = await self._exchange(token, name, x.request_id)
            x.headers[b"authorization"] = b"Bearer " + ours
            try:
                return await action(x)
            except Problem as problem:
                if (
                    problem.code in _ENDED
                ):  # logged out, suspended, of another role now: the next request is judged anew
                    self.exchanged.pop(name, None)
                raise

        return answer

    async def _exchange(self, token: bytes, name: bytes, request_id: str) -> bytes:
        claims = await self.verify(token.decode("ascii"))
        answer = await self.store.call("exchange_outside_token", claims, request_id=request_id, caller=SERVICE)
        ours: bytes = answer["access_token"].encode()
        while len(self.exchanged) >= KEPT:
            del self.exchanged[next(iter(self.exchanged))]
        # A little less than it lives: a request takes its time too.
        self.exchanged[name] = (ours, time.monotonic() + max(0, answer["expires_in"] - 5))
        return ours

    async def verify(self, token: str) -> dict[str, Any]:
        """What the database is told of a token. Everything that is not as it should be is one answer: 401."""
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            key = await self.keys.find(kid) if isinstance(kid, str) and header.get("alg") in ALGORITHMS else None
            if key is None:
                raise Problem("token_invalid")
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self.oidc.issuer,
                leeway=LEEWAY,
                # The audience is judged below; in the list form pyjwt wants one, which Clerk's tokens do not have.
                options={"require": ["iss", "sub", "exp", "iat"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError:
            raise Problem("token_expired", 401, "The access token has expired. Refresh it, or log in again.") from None
        except (jwt.PyJWTError, ValueError):
            raise Problem("token_invalid") from None
        if not self._for_us(claims) or not isinstance(claims["iss"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise Problem("token_invalid")
        email = claims.get("email")
        verified = claims.get("email_verified") in (True, "true") and isinstance(email, str)
        return {
            "issuer": claims["iss"],
            "subject": claims["sub"],
            "issued_at": _moment(claims["iat"]),
            "expires_at": _moment(claims["exp"]),
            "email": email if verified else None,
            "display_name": _name(claims.get("name")),
            "role": self._role(claims),
        }

    def _for_us(self, claims: Mapping[str, Any]) -> bool:
        audience = claims.get("aud", claims.get("azp"))
        named = audience if isinstance(audience, list) else [audience]
        return any(name in self.oidc.audiences for name in named)

    def _role(self, claims: Mapping[str, Any]) -> str | None:
        """The largest of our roles that the token gives; None where it gives none."""
        if self.oidc.role_claim is None:
            return None
        found: Any = claims.get(self.oidc.role_claim)
        if found is None:  # a path: but Auth0's claims have addresses, with dots, for names
            found = claims
            for step in self.oidc.role_claim.split("."):
                found = found.get(step) if isinstance(found, dict) else None
        listed = found if isinstance(found, list) else [found]
        given = {self.oidc.roles.get(role) for role in listed if isinstance(role, str)}
        return next((role for role in ("admin", "support", "merchant", "customer") if role in given), None)


def _outside_token(header: bytes | None) -> bytes | None:
    """The token, if it is none of ours and says that it is signed as theirs are; else the request goes its usual way,
    where it is refused if need be."""
    if header is None or header[7:].startswith(OURS) or header[:7].lower() != b"bearer " or len(header) > LONGEST:
        return None
    token = header[7:].strip()
    try:
        return token if jwt.get_unverified_header(token).get("alg") in ALGORITHMS else None
    except (jwt.PyJWTError, ValueError):
        return None


def _moment(seconds: float) -> str:
    """A claim's NumericDate as the database reads it."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        raise Problem("token_invalid") from None


def _name(claim: object) -> str | None:
    if not isinstance(claim, str):
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in claim).split())[:200] or None
