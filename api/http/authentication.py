"""Which role a request claims. Whether the claim is true is decided by the database, which verifies the token."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Container
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from api.http.errors import Problem
from api.http.requests import ApiRequest
from api.postgres.functions import ANONYMOUS, Caller

LONGEST_TOKEN = 2000  # characters; ours have about 300
_ROLES = frozenset(("guest", "customer", "merchant", "support", "admin"))
_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+", re.ASCII)
# identity.create_api_key(): environment, role, id, secret, CRC-32 of all that is before it
_KEY = re.compile(r"sp_(?:live|test)_(merchant|admin)_([0-9a-f]{32})[0-9a-f]{40}([0-9a-f]{8})", re.ASCII)


def identify(request: ApiRequest, origins: Container[str]) -> Caller:
    """The caller, from the Authorization header or the cookie; ANONYMOUS without either.

    Raises Problem token_invalid and api_key_invalid for what is no access token or API key, origin_refused when a
    cookie comes from another origin.
    """
    header = request.raw.get(b"authorization")
    if header is not None:
        scheme, _, token = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise Problem("token_invalid", detail="Send an access token: Authorization: Bearer …")
        caller = read_token(token.strip(), cookie=False)
    elif token := request.cookie("access_token") or "":
        caller = read_token(token, cookie=True)
        if request.method not in ("GET", "HEAD"):
            check_origin(request, origins)
    else:
        return ANONYMOUS
    request.context.role = caller.role
    request.context.account = caller.account
    request.context.session = caller.session
    request.context.key = caller.key
    request.context.token = caller.token
    return caller


def check_origin(request: ApiRequest, origins: Container[str]) -> None:
    """Raises Problem origin_refused unless the request comes from one of our pages.

    A browser adds cookies to requests of any page, so the Origin header decides (or the Referer).
    """
    origin = request.header(b"origin")
    if origin is None:
        parts = urlsplit(request.header(b"referer") or "")
        origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in origins and origin != f"{request.scope['scheme']}://{request.header(b'host')}":
        raise Problem("origin_refused")


@lru_cache(4096)  # the same token comes with every request for 15 minutes; reading it is 7 % of an order
def read_token(token: str, *, cookie: bool) -> Caller:
    """Role, subject and session of a token, unverified. Raises Problem token_invalid, api_key_invalid."""
    if token.startswith("sp_") and not cookie:
        return _read_key(token)
    found = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    try:
        claims = orjson.loads(urlsafe_b64decode(found[1] + "==")) if found else {}
        role, account, session = claims["role"], claims["sub"], claims.get("sid", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        role = account = session = None
    if not (isinstance(role, str) and role in _ROLES and isinstance(account, str) and isinstance(session, str)):
        raise Problem("token_invalid")
    return Caller(role, token, cookie, account, session)


def _read_key(key: str) -> Caller:
    """Role and id of an API key. One that was cut off or mistyped does not get as far as the database."""
    found = _KEY.fullmatch(key)
    if found is None or zlib.crc32(key[:-8].encode()) != int(found[3], 16):
        raise Problem("api_key_invalid")
    return Caller(found[1], key, key=str(UUID(found[2])))
