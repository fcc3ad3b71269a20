"""The userinfo endpoint of an outside identity provider (OpenID Connect Core 1.0, 5.3), which knows e-mails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from api.http.errors import Problem
from api.http.provider_documents import Refused, address, discover, fetch
from api.settings_oidc import Oidc

LIFETIME = 600.0  # seconds for which the endpoint's address is used
PAUSE = 30  # seconds that a client waits before it tries again


class UserInfo:
    """Asks for the claims of a token's user. The database says when that is needed (api.exchange_outside_token): at the
    first log-in, and once a session while the account has no e-mail.
    """

    def __init__(self, oidc: Oidc, clock: Callable[[], float] = time.monotonic) -> None:
        self.oidc = oidc
        self.clock = clock
        self.url: str | None = None
        self.read_at = float("-inf")

    async def ask(self, token: str, subject: str) -> dict[str, Any]:
        """The claims; none if the provider has no such endpoint, refuses the token, or answers about another user.

        Raises Problem identity_provider_unavailable where asking again later may have another result.
        """
        try:
            if self.clock() - self.read_at > LIFETIME:
                self.url = address(self.oidc, await discover(self.oidc), "userinfo_endpoint")
                self.read_at = self.clock()
            claims = {} if self.url is None else await fetch(self.url, token=token)
        except Refused as refused:
            if refused.status == 429 or refused.status >= 500:
                raise _unavailable() from None
            return {}
        except ValueError:
            return {}  # a signed or encrypted answer (application/jwt) too: it was not asked for
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError):
            raise _unavailable() from None
        return claims if claims.get("sub") == subject else {}


def _unavailable() -> Problem:
    return Problem("identity_provider_unavailable", members={"retry_after": PAUSE})
