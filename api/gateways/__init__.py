"""Payment gateways: one module a provider, one small protocol.

A gateway is outside: it is slow, it fails, and after a time-out nobody knows what it did. So nothing here is called
inside a transaction, every call carries a key that was committed before it (`Payment.outside_key`, `Refund.id`),
and every failure says whether it is definite (Refused) or not (Unavailable: the same call is made later, with the
same key).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from api.settings import Settings

EventKind = Literal["completed", "failed", "expired", "authorized", "refund_completed", "refund_failed"]


@dataclass(frozen=True)
class Payment:
    """An attempt, as api.get_payment_for_gateway answers it."""

    id: str
    order_id: str
    order_number: str
    provider: str
    status: str
    amount: int
    currency: str
    minor_units: int
    outside_key: str
    provider_reference: str | None
    expires_at: datetime
    email: str
    items: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Payment:
        expires_at = datetime.fromisoformat(answer["expires_at"])
        return cls(**{**answer, "expires_at": expires_at, "items": tuple(answer["items"])})


@dataclass(frozen=True)
class Refund:
    """Money that goes back, as api.get_refund_for_gateway answers it. Its id is the key of the call."""

    id: str
    payment_id: str
    provider: str
    status: str
    amount: int
    currency: str
    reason: str
    payment_reference: str | None


@dataclass(frozen=True)
class Session:
    """A checkout at the gateway: its reference there, and where a person pays."""

    reference: str
    url: str


@dataclass(frozen=True)
class Event:
    """A verified callback. `id` is the gateway's, the same for every repeat; a kind we do not know is stored only."""

    id: str
    kind: EventKind | str
    payment_id: str | None
    reference: str | None
    amount: int | None
    currency: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class RefundOutcome:
    """pending: the gateway will say by a callback."""

    status: Literal["completed", "pending", "failed"]
    reference: str | None = None
    failure_code: str | None = None


class Refused(Exception):
    """The gateway says no, and will say so again. `code` is what the client reads."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(Exception):
    """No answer, or none that says what happened: the call may have had its effect."""


class CallbackInvalid(Exception):
    """What came to the callback's address was not sent by the gateway."""


class Gateway(Protocol):
    async def open(self, payment: Payment) -> Session:
        """A checkout for this attempt; twice with one outside key is one checkout. Raises Refused, Unavailable."""

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Verify and read a callback; header names are in lower case. Raises CallbackInvalid, Unavailable."""

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        """Give money back; twice with one refund's id is one refund. Raises Unavailable."""

    async def look_up(self, payment: Payment) -> Event | None:
        """What became of an attempt, where the gateway knows an end that we may have missed. Raises Unavailable."""

    async def close(self, payment: Payment) -> None:
        """Make a checkout unpayable, as far as the gateway can. Raises Unavailable."""


_offered: dict[tuple[str, bool], dict[str, Gateway]] = {}


def offered(settings: Settings) -> Mapping[str, Gateway]:
    """The gateways that this configuration has, by provider; made once."""
    key = (settings.public_url, settings.production)
    if key not in _offered:
        _offered[key] = _configure(settings)
    return _offered[key]


def _configure(settings: Settings) -> dict[str, Gateway]:
    from . import mock  # a provider's module imports this one

    found: dict[str, Gateway] = {}
    if not settings.production:  # the mock takes no money: where orders are real it would give them away
        found["mock"] = mock.MockGateway(settings.access.gateway_secret("mock"), settings.public_url)
    return found
