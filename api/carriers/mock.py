"""The mock carrier: accepts every parcel, and derives its state from the time since the booking. It keeps no state.

The same shipment always gets the same reference and number, so booking twice is booking once. For tests and demos the
postal code of the address decides what goes wrong:

    REFUSED    does not serve this address, for good
    DOWN       never answers
    LOST       is lost on the way
    REFUSAL    is not accepted at the door, and comes back
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from api.carriers.protocol import Booking, Refused, Shipment, Tracking, Unavailable
from api.providers import Provider

PICKED_UP = timedelta(minutes=1)  # after the booking
ARRIVED = timedelta(minutes=5)


class MockCarrier:
    async def book(self, shipment: Shipment) -> Booking:
        self._answer(shipment)
        if _says(shipment, "REFUSED"):
            raise Refused("address_not_served")
        code = hashlib.sha256(shipment.id.encode()).hexdigest()[:16].upper()
        return Booking(f"mock_shp_{code.lower()}", f"MOCK{code}")

    async def look_up(self, shipment: Shipment) -> Tracking:
        self._answer(shipment)
        age = datetime.now(UTC) - (shipment.booked_at or shipment.created_at)
        if age < PICKED_UP:
            return Tracking("label_created")
        if age < ARRIVED:
            return Tracking("in_transit")
        if _says(shipment, "LOST"):
            return Tracking("failed", "lost")
        return Tracking("returned" if _says(shipment, "REFUSAL") else "delivered")

    async def cancel(self, shipment: Shipment) -> None:
        self._answer(shipment)

    def _answer(self, shipment: Shipment) -> None:
        if _says(shipment, "DOWN"):
            raise Unavailable("the mock carrier is down")


def _says(shipment: Shipment, word: str) -> bool:
    return str(shipment.address.get("postal_code") or "").strip().upper() == word


PROVIDER = Provider("mock", lambda _settings, _shop: MockCarrier(), capabilities=frozenset({"test_only"}))
