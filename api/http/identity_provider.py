"""Access tokens of an outside identity provider: Clerk, Auth0, Keycloak, any that signs and shows its keys.

The database verifies our own tokens itself and takes no other. So an outside token is verified here and exchanged, as a
service, for one of ours, which the request then goes on with; the exchange is kept until either ends. Which token is
whose is told by its header: ours are HS256, theirs have an asymmetric algorithm (jwks.ALGORITHMS), and neither is ever
tried with the other's keys.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import jwt

from api.http.endpoint import Answer, Caller, Exchange, Store
from api.http.errors import Problem
from api.http.jwks import ALGORITHMS, Keys
from api.settings import Oidc

Action = Callable[[Exchange], Awaitable[Answer]]

LEEWAY = 10  # seconds that clocks may differ
LONGEST = 8192  # bytes of a token
KEPT = 10_000  # exchanged tokens in memory

# Our own header begins like this (identity.add_signing_key): what does not concern us is told by one comparison.
OURS = b"eyJhbGciOiJIUzI1NiIs"
SERVICE = Caller("gateway", "")
# What the database says when a token that was exchanged before is good no more.
_ENDED = frozenset(("session_revoked", "token_expired", "token_invalid", "account_suspended"))


class Outside:
    """Lets requests with an outside token pass as ours."""

    def __init__(self, store: Store, oidc: Oidc) -> None:
        self.store = store
        self.oidc = oidc
        self.keys = Keys(oidc)
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
