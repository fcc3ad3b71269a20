"""Documents of an outside identity provider, read with a limit on time and size. No redirect is followed."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from api.settings_oidc import Oidc

PATIENCE = 5.0  # seconds for each document
LARGEST = 256 * 1024  # bytes of a document
# Some providers refuse the names of HTTP libraries. Unpacked, a small document may be a huge one.
HEADERS = {"user-agent": "storeproc", "accept": "application/json", "accept-encoding": "identity"}


class Refused(Exception):
    """The provider answered with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


@cache
def _system_certificates() -> ssl.SSLContext:
    # A provider inside a company may have a certificate that only the system knows, not httpx's own list.
    return ssl.create_default_context()


async def fetch(url: str, *, token: str | None = None) -> dict[str, Any]:
    """Get a JSON object, as the bearer of a token if one is given.

    Raises:
        Refused: the status is not 200.
        ValueError: what came is no JSON object, or is too large.
        TimeoutError, httpx.HTTPError: it could not be read.
    """
    headers = HEADERS if token is None else {**HEADERS, "authorization": f"Bearer {token}"}
    async with (
        asyncio.timeout(PATIENCE),
        httpx.AsyncClient(verify=_system_certificates(), timeout=PATIENCE) as client,
        client.stream("GET", url, headers=headers) as response,
    ):
        if response.status_code != 200:
            raise Refused(response.status_code)
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > LARGEST:
                raise ValueError("the document is too large")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("the document is no JSON object")
    return found


async def discover(oidc: Oidc) -> dict[str, Any]:
    """The discovery document (OpenID Connect Discovery 1.0, 4). Raises as fetch does."""
    found = await fetch(oidc.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != oidc.issuer:
        raise ValueError("the discovery document is another provider's")
    return found


def address(oidc: Oidc, document: Mapping[str, Any], name: str) -> str | None:
    """An endpoint that the discovery document names, or None. Raises ValueError if it would be reached without TLS."""
    url = document.get(name)
    if not isinstance(url, str):
        return None
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname != urlsplit(oidc.issuer).hostname:
        raise ValueError(f"{name} is not reached over TLS")
    return url
