"""The protocol of carriers: what a carrier's module implements, and the types of its calls.

A carrier is a remote service like a payment gateway: it is slow, it fails, and after a time-out its effect is unknown.
So only the worker calls it, between two transactions, with a key that was committed before (the shipment's id: booked
twice, it is one parcel), and every error is either definite (Refused) or not (Unavailable: the same call is made later,
with the same key).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from api.gateways.protocol import Refused, Unavailable

__all__ = ["Booking", "Carrier", "Refused", "Shipment", "Tracking", "Unavailable"]


@dataclass(frozen=True)
class Shipment:
    """A parcel, as api.get_shipment_for_carrier answers it. Its id is the key of every call."""

    id: str
    order_number: str
    status: str
    carrier: str
    booking_reference: str | None  # from Booking.reference
    tracking_number: str | None
    address: Mapping[str, Any]  # name, line1, line2, city, region (its code), region_name, postal_code, country, phone
    email: str | None  # None: an account without e-mail
    items: tuple[Mapping[str, Any], ...]  # order_item_id, sku, name, quantity
    booked_at: datetime | None
    created_at: datetime

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Shipment:
        """From the answer of api.get_shipment_for_carrier."""
        booked = answer["booked_at"]
        return cls(**{
            **answer,
            "address": answer["address"] or {},
            "items": tuple(answer["items"]),
            "booked_at": datetime.fromisoformat(booked) if booked else None,
            "created_at": datetime.fromisoformat(answer["created_at"]),
        })  # fmt: skip


@dataclass(frozen=True)
class Booking:
    """A booked parcel: the carrier's reference (for the label) and its tracking."""

    reference: str
    tracking_number: str
    tracking_url: str | None = None


@dataclass(frozen=True)
class Tracking:
    """The state of a parcel, as far as the carrier knows."""

    status: Literal["label_created", "in_transit", "delivered", "failed", "returned"]
    failure_code: str | None = None  # of failed: why


class Carrier(Protocol):
    async def book(self, shipment: Shipment) -> Booking:
        """Book a parcel; twice with one shipment's id is one parcel. Raises Refused, Unavailable."""

    async def look_up(self, shipment: Shipment) -> Tracking:
        """The state of a booked parcel. Raises Unavailable."""

    async def cancel(self, shipment: Shipment) -> None:
        """Cancel a parcel that has not left, also one that was never booked. Raises Refused, Unavailable."""
