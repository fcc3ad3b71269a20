"""Carriers: one module a carrier, one small protocol.

A carrier is outside, as a payment gateway is: slow, failing, and after a time-out nobody knows what it did. So it is
called by the worker alone, between two functions, with a key that was committed before (the shipment's id: asked twice,
it is one parcel), and every failure says whether it is definite (Refused) or not (Unavailable: the same call is made
later, with the same key).
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
    address: Mapping[str, Any]  # name, line1, line2, city, region, postal_code, country, phone
    email: str
    items: tuple[Mapping[str, Any], ...]  # order_item_id, sku, name, quantity
    booked_at: datetime | None
    created_at: datetime

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Shipment:
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
    """A parcel that the carrier has taken on: its own name for it (what a label is printed with), and its tracking."""

    reference: str
    tracking_number: str
    tracking_url: str | None = None


@dataclass(frozen=True)
class Tracking:
    """Where a parcel is, as far as the carrier knows."""

    status: Literal["label_created", "in_transit", "delivered", "failed", "returned"]
    failure_code: str | None = None  # of failed: why


class Carrier(Protocol):
    async def book(self, shipment: Shipment) -> Booking:
        """Have a parcel taken; twice with one shipment's id is one parcel. Raises Refused, Unavailable."""

    async def look_up(self, shipment: Shipment) -> Tracking:
        """Where a booked parcel is. Raises Unavailable."""

    async def cancel(self, shipment: Shipment) -> None:
        """Let go of a parcel that has not left, also of one that was never booked. Raises Refused, Unavailable."""
