"""Shipments: a carrier is asked to take a parcel, where it is, or to let go of it.

A job may be done again after a crash: the shipment's id, committed before, makes it one parcel. The database decides
what an answer means by then: whether the held credit is taken, or the booking is too late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from api.carriers.protocol import Booking, Carrier, Refused, Shipment, Unavailable
from api.worker.jobs.protocol import Call

PATIENCE = 10.0  # seconds that a carrier may take; well inside a job's


class NoAnswer(Exception):
    """The carrier did not answer; the call is repeated later. The message holds no secret."""


class CarrierJobs:
    def __init__(self, call: Call, carriers: Mapping[str, Carrier]) -> None:
        self._call = call
        self._carriers = carriers

    async def book(self, payload: Mapping[str, Any]) -> str:
        shipment = await self._read(payload)
        if shipment.status != "pending":
            return "nothing to do"
        try:
            booking = await self._ask(shipment)
        except Refused as refusal:
            await self._call("fail_booking", shipment_id=shipment.id, failure_code=refusal.code)
            return refusal.code
        except NoAnswer:
            if await self._call("postpone_booking", shipment_id=shipment.id):
                raise
            return "given up"
        outcome: str = await self._call(
            "complete_booking",
            shipment_id=shipment.id,
            booking_reference=booking.reference,
            tracking_number=booking.tracking_number,
            tracking_url=booking.tracking_url,
        )
        return outcome

    async def track(self, payload: Mapping[str, Any]) -> str:
        shipment = await self._read(payload)
        if shipment.status not in ("label_created", "in_transit"):
            return "nothing to do"
        carrier = self._carriers.get(shipment.carrier)
        if carrier is None:
            return "no such carrier any more"
        async with asyncio.timeout(PATIENCE):
            tracking = await carrier.look_up(shipment)
        if tracking.status == shipment.status:
            return "still " + shipment.status
        moved = {"shipment_id": shipment.id, "status": tracking.status, "failure_code": tracking.failure_code}
        return tracking.status if await self._call("record_tracking", **moved) else "no change"

    async def cancel(self, payload: Mapping[str, Any]) -> str:
        shipment = await self._read(payload)
        carrier = self._carriers.get(shipment.carrier)
        if carrier is None:
            return "no such carrier any more"
        try:
            async with asyncio.timeout(PATIENCE):
                await carrier.cancel(shipment)
        except Refused as refusal:
            return refusal.code  # it has the parcel already, or has forgotten it: asking again changes nothing
        return "cancelled"

    async def _read(self, payload: Mapping[str, Any]) -> Shipment:
        return Shipment.read(await self._call("get_shipment_for_carrier", shipment_id=payload["shipment_id"]))

    async def _ask(self, shipment: Shipment) -> Booking:
        carrier = self._carriers.get(shipment.carrier)
        if carrier is None:
            raise Refused("carrier_not_available")
        try:
            async with asyncio.timeout(PATIENCE):
                return await carrier.book(shipment)
        except (Unavailable, TimeoutError, OSError, httpx.TransportError) as error:
            raise NoAnswer(f"the carrier does not answer ({type(error).__name__})") from error
