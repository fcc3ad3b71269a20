"""The protocol of payment gateways: what a gateway's module implements, and the types of its calls.

A gateway is a remote service: it is slow, it fails, and after a time-out its effect is unknown. So a gateway is never
called inside a transaction, every call carries a key that was committed before it (`Payment.outside_key`, `Refund.id`),
and every error is either definite (Refused) or not (Unavailable: the same call is made later, with the same key).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

EventKind = Literal[
    "authorized",  # amount: what may be captured
    "processing",  # a bank debit or a voucher: the payer has done their part, the money comes days later
    "completed",  # amount and currency: what was taken
    "failed",  # failure_code
    "expired",
    "refund_pending",  # case: the refund's id at the gateway; amount
    "refund_completed",
    "refund_failed",  # failure_code
    "dispute",  # case: the dispute's id at the gateway; amount; failure_code: the reason; status; movements
    "dispute_opened",  # of gateways that do not say what they moved: the amount was withdrawn
    "dispute_won",  # it was returned
    "dispute_lost",  # it was withdrawn, for good
    "risk",  # risk_level, risk_reason; other kinds may have them too
    "review_opened",  # case: the review's id at the gateway
    "review_closed",  # risk_reason: approved, or another
]


@dataclass(frozen=True)
class Payment:
    """An attempt, as api.get_payment_for_gateway answers it."""

    id: str
    order_id: str | None
    order_number: str | None
    provider: str
    status: str
    amount: int
    currency: str
    minor_units: int
    outside_key: str
    purpose: Literal["order", "deposit"]  # a deposit has no order and no items
    capture_method: Literal["automatic", "manual"]  # manual: the gateway only authorises
    provider_reference: str | None  # the checkout's, from Session.reference
    charge_reference: str | None  # what captures and refunds name, from Event.charge
    created_at: datetime
    expires_at: datetime
    email: str | None  # None: an account without e-mail
    items: tuple[Mapping[str, Any], ...]
    capture_amount: int | None = None  # the amount to capture of an authorisation

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Payment:
        """From the answer of api.get_payment_for_gateway."""
        times = {name: datetime.fromisoformat(answer[name]) for name in ("created_at", "expires_at")}
        return cls(**{**answer, **times, "items": tuple(answer["items"])})


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
    created_at: datetime

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Refund:
        """From the answer of api.get_refund_for_gateway."""
        return cls(**{**answer, "created_at": datetime.fromisoformat(answer["created_at"])})


@dataclass(frozen=True)
class Session:
    """A checkout at the gateway: its reference there, and the address of the page where a person pays."""

    reference: str
    url: str


@dataclass(frozen=True)
class DisputeMovement:
    """Money that a gateway withdrew because of a dispute (amount below zero) or returned, once a reference."""

    reference: str
    amount: int  # minor units, in the currency of the dispute
    fee: int = 0  # what the gateway charged for it, in its own currency; below zero: a fee that it gave back
    fee_currency: str | None = None


@dataclass(frozen=True)
class Event:
    """A verified statement of a gateway. `id` is the same for every repeat; an unknown kind is only stored."""

    id: str
    kind: EventKind | str
    payment_id: str | None = None  # ours, where the gateway hands it back
    reference: str | None = None  # the checkout's, else
    charge: str | None = None  # or the charge's (Stripe: the payment intent)
    amount: int | None = None  # minor units
    currency: str | None = None
    case: str | None = None  # a refund's or a dispute's id at the gateway
    refund_id: str | None = None  # ours, where the gateway hands it back
    failure_code: str | None = None
    status: str | None = None  # a dispute's; names as Stripe's
    occurred_at: datetime | None = None  # of statuses, the one that is reported last counts
    movements: tuple[DisputeMovement, ...] = ()  # all that the gateway has made for this dispute so far
    risk_level: Literal["unknown", "normal", "elevated", "highest"] | None = None
    risk_reason: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)  # as received, to be stored; without our secrets


@dataclass(frozen=True)
class RefundOutcome:
    """pending: the outcome comes by a callback, or with the next call."""

    status: Literal["completed", "pending", "failed"]
    reference: str | None = None
    failure_code: str | None = None


@dataclass(frozen=True)
class Movement:
    """An entry of a gateway's own books, in the currency of the payment. `id` is the gateway's, the same every time.
    Where the gateway's account has another currency, the entry also says what it moved there.

    Beside those of payments: a fee without a payment; a payout, between the gateway and the shop's own bank account; a
    reserve, which the gateway holds back or releases; and other, for kinds whose booking is not decided.
    """

    id: str
    kind: Literal["captured", "refunded", "disputed", "fee", "payout", "reserve", "other"]
    amount: int  # minor units; above zero: taken, below: given back
    currency: str
    moved_at: datetime
    payment_id: str | None = None  # ours, where the gateway hands it back
    charge: str | None = None  # the same reference as Event.charge, else
    fee: int = 0  # what the gateway kept, in its account's currency
    fee_currency: str | None = None
    case: str | None = None  # a refund's or a dispute's id at the gateway
    refund_id: str | None = None  # ours, where the gateway hands it back
    status: str | None = None  # of the refund (pending, completed, failed) or the dispute (the gateway's word), by now
    reason: str | None = None  # of the dispute; beside payments, the gateway's word for the kind
    settled_amount: int | None = None  # in the gateway's account, without the fee; None: its currency is the payment's
    settled_currency: str | None = None


class Refused(Exception):
    """A definite refusal: the same call would be refused again. `code` is what the client reads."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(Exception):
    """The outcome is unknown: the call may have had its effect. The message holds no secret."""


class CallbackInvalid(Exception):
    """A request to the callback's address was not sent by the gateway."""


class Gateway(Protocol):
    async def open(self, payment: Payment) -> Session:
        """A checkout for this attempt; twice with one outside key is one checkout. Raises Refused, Unavailable."""

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """Verify and read a callback; header names are in lower case. Raises CallbackInvalid, Unavailable."""

    async def look_up(self, payment: Payment) -> Event | None:
        """The state of an attempt at the gateway: authorized, processing or final; None while it is open.

        Raises Unavailable.

        The event's id is the same whenever the answer is the same.
        """

    async def close(self, payment: Payment) -> None:
        """Close a checkout and release what it authorised, as far as the gateway can. Raises Unavailable."""

    async def capture(self, payment: Payment, amount: int) -> Event:
        """Take an authorised amount or a part of it, once: the `completed` event. Raises Refused, Unavailable."""

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        """Give money back; twice with one refund's id is one refund, days later too. Raises Unavailable."""


@runtime_checkable
class KeepsBooks(Protocol):
    """A gateway whose own side is part of this package, and keeps its books in our database."""

    def keep_books(self, call: Callable[[str, Mapping[str, object], str], Awaitable[Any]]) -> None:
        """Its books are kept by `call`: function, arguments, request id, as the gateway service."""


@runtime_checkable
class Statements(Protocol):
    """A gateway that lists its own books: what it took and gave back, and its fees."""

    async def list_movements(
        self, since: datetime, until: datetime, position: str | None
    ) -> tuple[Sequence[Movement], str | None]:
        """A page of the entries of a period, from `position`, and the next one's position; None: it is the last.

        With an entry that reverses another, or follows one of the same dispute, comes that other one, however old: what
        a refund or a dispute has moved is compared as a whole. Raises Unavailable.
        """


@runtime_checkable
class Inquiry(Protocol):
    """A gateway that tells one payment's entries only."""

    async def read_movements(self, payment: Payment, refunds: Mapping[str, int]) -> Sequence[Movement]:
        """The entries of a payment. Raises Unavailable.

        Arguments:
            refunds: amount of each refund that we know, by its id at the gateway.
        """


@runtime_checkable
class Inspector(Protocol):
    """A gateway that can be asked about a callback that matched no payment or refund of ours."""

    async def look_up_event(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """What it says of the same thing now, with our payment's id where it knows it. Raises Unavailable.

        The ids of these events do not matter: each reconciliation may apply them once.

        Arguments:
            payload: of the event, as it was received.
        """
