"""Access tokens of an outside identity provider: Clerk, Auth0, Keycloak, or any other that publishes its keys.

The database accepts only our own tokens. So an outside token is verified here and exchanged, by the gateway service,
for one of ours, which the request then carries; the exchange is kept until one of the two ends. The token's header says
whose it is: ours are HS256, theirs have an asymmetric algorithm, and neither is ever tried with the other's keys. An
e-mail counts only if the provider says that it is verified; an account whose user has none is without e-mail.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

import jwt
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.context import request_context
from api.http.errors import Problem
from api.http.jwks import ED25519, Keys, for_header
from api.http.userinfo import UserInfo
from api.postgres.functions import GATEWAY, Functions
from api.settings_oidc import ALGORITHMS, Oidc

LEEWAY = 10  # seconds that clocks may differ
LONGEST = 8192  # bytes of a token
KEPT = 10_000  # exchanged tokens in memory
_THEIRS = (*ALGORITHMS, ED25519)

# Our own header begins like this (identity.add_signing_key), so one comparison recognises our tokens.
OURS = b"eyJhbGciOiJIUzI1NiIs"
# What the database says when a token that was exchanged before is no longer valid.
_ENDED = frozenset(("session_revoked", "token_expired", "token_invalid", "account_suspended"))


class OutsideTokens:
    """Middleware: lets requests with a token of the identity provider pass with one of ours.

    It is only there when a provider is configured.
    """

    def __init__(self, app: ASGIApp, *, oidc: Oidc) -> None:
        self.app = app
        self.verifier = Verifier(oidc)
        self.userinfo = UserInfo(oidc)
        # SHA-256 of an outside token → our token, and when (monotonic clock) it ends.
        self.exchanged: dict[bytes, tuple[bytes, float]] = {}
        # A page sends several requests at once: those with the same token share one exchange.
        self.exchanging: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _outside_token(scope) if scope["type"] == "http" else None
        if token is None:
            await self.app(scope, receive, send)
            return
        name = hashlib.sha256(token).digest()
        ours = self._known(name)
        if ours is None:
            async with self.exchanging.setdefault(name, asyncio.Lock()):
                ours = self._known(name) or await self._exchange(scope, token.decode("ascii"), name)
        headers = [header for header in scope["headers"] if header[0] != b"authorization"]
        await self.app({**scope, "headers": [*headers, (b"authorization", b"Bearer " + ours)]}, receive, send)
        if request_context(scope).code in _ENDED:
            # Logged out, suspended, another role: the next request is judged anew.
            self.exchanged.pop(name, None)

    def _known(self, name: bytes) -> bytes | None:
        ours, until = self.exchanged.get(name, (None, 0.0))
        return ours if time.monotonic() < until else None

    async def _exchange(self, scope: Scope, token: str, name: bytes) -> bytes:
        claims = await self.verifier.verify(token)
        answer = await self._call(scope, claims)
        if answer["email_missing"]:
            # An account that exists can log in although the provider does not answer.
            with suppress(*(() if answer["access_token"] is None else (Problem,))):
                found = await self.userinfo.ask(token, claims["subject"])
                claims |= {
                    "email": verified_email(found),
                    "email_known": True,
                    "display_name": claims["display_name"] or _name(found.get("name")),
                }
                if answer["access_token"] is None or claims["email"] is not None:
                    answer = await self._call(scope, claims)
        ours: bytes = answer["access_token"].encode()
        while len(self.exchanged) >= KEPT:
            del self.exchanged[next(iter(self.exchanged))]
        # A little less than its life: a request takes time too.
        self.exchanged[name] = (ours, time.monotonic() + max(0, answer["expires_in"] - 5))
        return ours

    async def _call(self, scope: Scope, claims: Mapping[str, Any]) -> Any:
        functions: Functions = scope["state"]["functions"]
        request_id = request_context(scope).request_id
        return await functions.call("exchange_outside_token", claims, request_id=request_id, caller=GATEWAY)


class Verifier:
    """Verifies tokens of one provider."""

    def __init__(self, oidc: Oidc) -> None:
        self.oidc = oidc
        self.keys = Keys(oidc)

    async def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token, as the database takes them. Raises Problem token_invalid, token_expired."""
        try:
            header = jwt.get_unverified_header(token)
            kid = header.get("kid")
            found = await self.keys.find(kid) if isinstance(kid, str) and header.get("alg") in _THEIRS else None
            key = for_header(found, header["alg"]) if found is not None else None
            if key is None:
                raise Problem("token_invalid")
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self.oidc.issuer,
                leeway=LEEWAY,
                # The audience is checked below: PyJWT would require one, which Clerk's tokens do not have.
                options={"require": ["iss", "sub", "exp", "iat"], "verify_aud": False},
            )
        except jwt.ExpiredSignatureError:
            raise Problem("token_expired", 401, "The access token has expired. Refresh it, or log in again.") from None
        except (jwt.PyJWTError, ValueError):
            raise Problem("token_invalid") from None
        if not self._for_us(claims) or not isinstance(claims["iss"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise Problem("token_invalid")
        return {
            "issuer": claims["iss"],
            "subject": claims["sub"],
            "issued_at": _moment(claims["iat"]),
            "expires_at": _moment(claims["exp"]),
            "email": verified_email(claims),
            "email_known": isinstance(claims.get("email"), str),
            "display_name": _name(claims.get("name")),
            "role": self.role(claims),
            "authenticated_at": _logged_in(claims.get("auth_time")),
        }

    def _for_us(self, claims: Mapping[str, Any]) -> bool:
        audience = claims.get("aud", claims.get("azp"))
        named = audience if isinstance(audience, list) else [audience]
        return any(name in self.oidc.audiences for name in named)

    def role(self, claims: Mapping[str, Any]) -> str | None:
        """The most privileged of our roles that the token names; None if it names none."""
        if self.oidc.role_claim is None:
            return None
        found: Any = claims.get(self.oidc.role_claim)
        if found is None:  # a path; the names of Auth0's claims are URLs, with dots
            found = claims
            for step in self.oidc.role_claim.split("."):
                found = found.get(step) if isinstance(found, dict) else None
        listed = found if isinstance(found, list) else [found]
        given = {self.oidc.roles.get(role) for role in listed if isinstance(role, str)}
        return next((role for role in ("admin", "support", "merchant", "customer") if role in given), None)


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """The e-mail of these claims, if they say that it is verified. (Some providers send the text "true".)"""
    email, verified = claims.get("email"), claims.get("email_verified")
    return email if isinstance(email, str) and (verified is True or verified == "true") else None


def _outside_token(scope: Scope) -> bytes | None:
    """The token, if its header says that the provider signed it; other tokens are judged by the database."""
    header = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if header is None or header[7:].startswith(OURS) or header[:7].lower() != b"bearer " or len(header) > LONGEST:
        return None
    token: bytes = header[7:].strip()
    try:
        return token if jwt.get_unverified_header(token).get("alg") in _THEIRS else None
    except (jwt.PyJWTError, ValueError):
        return None


def _logged_in(claim: object) -> str | None:
    """auth_time (OpenID Connect Core, 2) as the database reads it; None where the provider does not send it."""
    return _moment(claim) if isinstance(claim, int | float) else None


def _moment(seconds: float) -> str:
    """A NumericDate (RFC 7519) as the database reads it."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):
        raise Problem("token_invalid") from None


def _name(claim: object) -> str | None:
    if not isinstance(claim, str):
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in claim).split())[:200] or None
