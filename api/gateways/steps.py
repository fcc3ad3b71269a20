"""The steps of a payment at its gateway, between two statements each; used by the web tier and the worker.

    open      begin_payment has committed the attempt and its key → gateway → open_payment stores the session
    capture   capture_payment has committed the amount → gateway → the event is applied
    apply     what a gateway reports → receive_gateway_event

Wherever a step breaks, the attempt and its key are committed: the worker, or the same request with its Idempotency-Key,
goes on from there and never opens a second checkout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import httpx

from api.gateways.protocol import Event, Gateway, KeepsBooks, Payment, Refused, Unavailable
from api.http.errors import Problem
from api.postgres.functions import GATEWAY, Functions

PATIENCE = 8.0  # seconds that a customer waits for a gateway
REOPEN_AFTER = 5  # seconds, Retry-After when a checkout was not opened
CAPTURE_AFTER = 15  # seconds, the same for a capture
# Codes of Refused that concern the amount or its currency. Some limits only the gateway knows: its rate, its account's.
NOT_PAYABLE = frozenset(
    {"amount_not_payable", "amount_not_supported", "currency_not_supported", "currency_refused", "total_amount_refused"}
)
NOT_OFFERED = "This way of paying is not offered. Choose another provider."

_NO_ANSWER = (Unavailable, TimeoutError, OSError, httpx.TransportError)


class PaymentSteps:
    """Takes a payment through its gateway.

    Arguments:
        gateways: by provider.
    """

    def __init__(self, functions: Functions, gateways: Mapping[str, Gateway]) -> None:
        self.functions = functions
        self.gateways = gateways
        for gateway in gateways.values():
            if isinstance(gateway, KeepsBooks):
                gateway.keep_books(self._call)

    def gateway(self, provider: str) -> Gateway:
        """Raises Refused when the provider is not configured here."""
        gateway = self.gateways.get(provider)
        if gateway is None:
            raise Refused("provider_not_available")
        return gateway

    async def read(self, payment_id: str, request_id: str) -> Payment:
        """An attempt as its gateway must know it."""
        given = {"payment_id": payment_id}
        return Payment.read(await self._call("get_payment_for_gateway", given, request_id, repeatable=True))

    async def open(self, payment_id: str, request_id: str) -> Any:
        """Has the gateway open a checkout for an attempt, and stores it. None: the attempt needs none any more.

        Raises Problem gateway_refused, amount_not_payable, email_needed, provider_not_available, gateway_unavailable.
        """
        payment = await self.read(payment_id, request_id)
        if payment.status != "initiated":
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                session = await self.gateway(payment.provider).open(payment)
        except Refused as refusal:
            await self._call("fail_payment", {"payment_id": payment_id, "failure_code": refusal.code}, request_id)
            if refusal.code == "provider_not_available":
                raise Problem(refusal.code, 422, NOT_OFFERED) from None
            raise _refusal(refusal) from None
        except _NO_ANSWER:
            # Whether the checkout exists is not known: the attempt stays, and is opened again with the same key.
            members = {"payment_id": payment_id, "retry_after": REOPEN_AFTER}
            raise Problem("gateway_unavailable", members=members) from None
        opened = {"payment_id": payment_id, "provider_reference": session.reference, "checkout_url": session.url}
        return await self._call("open_payment", opened, request_id)

    async def capture(self, payment_id: str, request_id: str) -> Any:
        """Has the gateway take what was decided. None: there is nothing to take any more.

        A refusal by itself ends nothing: the authorisation may be over, or may have been captured elsewhere, so the
        gateway is asked which. Raises Problem gateway_refused, amount_not_payable, gateway_unavailable.
        """
        payment = await self.read(payment_id, request_id)
        if payment.status != "authorized" or payment.capture_amount is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                event = await self._capture(payment, payment.capture_amount)
        except Refused as refusal:
            raise _refusal(refusal) from None
        except _NO_ANSWER:
            members = {"payment_id": payment_id, "retry_after": CAPTURE_AFTER}
            raise Problem("gateway_unavailable", members=members) from None
        return await self.apply(payment.provider, event, request_id)

    async def _capture(self, payment: Payment, amount: int) -> Event:
        gateway = self.gateway(payment.provider)
        try:
            return await gateway.capture(payment, amount)
        except Refused:
            found = await gateway.look_up(payment)
            if found is None or found.kind == "authorized":
                raise
            return found

    async def apply(self, provider: str, event: Event, request_id: str, *, explains: str | None = None) -> Any:
        """Stores what a gateway reports and applies it, exactly once: the event's id makes repeats harmless.

        Arguments:
            explains: the id of an event that matched nothing, about which the gateway was asked.
        """
        given = {
            "provider": provider,
            "event_id": event.id,
            "kind": event.kind,
            "payment_id": event.payment_id,
            "provider_reference": event.reference,
            "charge_reference": event.charge,
            "amount": event.amount,
            "currency": event.currency,
            "case_reference": event.case,
            "refund_id": event.refund_id,
            "failure_code": event.failure_code,
            "risk_level": event.risk_level,
            "risk_reason": event.risk_reason,
            "payload": event.payload,
            "dispute_status": event.status,
            "occurred_at": event.occurred_at and event.occurred_at.isoformat(),
            "movements": [asdict(movement) for movement in event.movements] or None,
            "explains": explains,
        }
        return await self._call("receive_gateway_event", given, request_id, repeatable=True)

    async def _call(
        self, function: str, given: Mapping[str, object], request_id: str, *, repeatable: bool = False
    ) -> Any:
        return await self.functions.call(function, given, request_id=request_id, caller=GATEWAY, repeatable=repeatable)


def _refusal(refusal: Refused) -> Problem:
    if refusal.code == "email_needed":
        return Problem("email_needed")
    return Problem("amount_not_payable" if refusal.code in NOT_PAYABLE else "gateway_refused")
