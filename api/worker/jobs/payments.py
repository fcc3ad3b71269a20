"""Payments: refunds, captures, and attempts whose end is not known, each by a call of the gateway.

A job may be done twice. Every gateway call carries a key that was committed before, so the second changes nothing.
"""

from __future__ import annotations

from typing import Any

from api.gateways.protocol import Refund, Refused
from api.handlers.checkout import apply_event, capture, gateway_of, open_checkout, read_payment
from api.http.endpoint import Store
from api.http.errors import Problem
from api.worker.jobs.protocol import Call, Later


class PaymentJobs:
    def __init__(self, call: Call, store: Store) -> None:
        self._call = call
        self._store = store

    async def refund(self, payload: dict[str, Any]) -> str:
        refund = Refund.read(await self._call("get_refund_for_gateway", refund_id=payload["refund_id"]))
        if refund.status != "pending":
            return "nothing to do"
        payment = await read_payment(self._store, refund.payment_id, refund.id)
        outcome = await gateway_of(self._store, refund.provider).refund(payment, refund)
        if outcome.status == "completed":
            await self._call("complete_refund", refund_id=refund.id, provider_reference=outcome.reference)
        elif outcome.status == "failed":
            await self._call("fail_refund", refund_id=refund.id, failure_code=outcome.failure_code)
        else:
            raise Later("the gateway has not finished")
        return outcome.status

    async def reconcile(self, payload: dict[str, Any]) -> str:
        """An attempt has been open for long. If the process that began it died before it stored the gateway's answer,
        the same call with the same key opens it; if a callback was lost, the gateway is asked what became of it."""
        payment = await read_payment(self._store, payload["payment_id"], payload["payment_id"])
        if payment.status == "initiated":
            try:
                opened = await open_checkout(self._store, payment.id, payment.id)
            except Problem as problem:
                if problem.code in ("gateway_refused", "provider_not_available"):
                    return problem.code  # definite, and recorded
                raise
            return "opened" if opened else "nothing to do"
        if payment.status not in ("open", "authorized"):
            return "nothing to do"
        event = await gateway_of(self._store, payment.provider).look_up(payment)
        if event is None or event.kind == payment.status:
            return "still " + payment.status
        await apply_event(self._store, payment.provider, event, payment.id)
        return f"was {event.kind}"

    async def capture(self, payload: dict[str, Any]) -> str:
        receipt = await capture(self._store, payload["payment_id"], payload["payment_id"])
        return receipt["payment_status"] if receipt else "nothing to do"

    async def close(self, payload: dict[str, Any]) -> str:
        payment = await read_payment(self._store, payload["payment_id"], payload["payment_id"])
        if payment.provider_reference is None:
            return "never opened"
        try:
            gateway = gateway_of(self._store, payment.provider)
        except Refused:
            return "no such gateway any more"
        # It may have been paid in the meantime, and the callback lost.
        event = await gateway.look_up(payment)
        if event is not None and event.kind != "authorized":
            await apply_event(self._store, payment.provider, event, payment.id)
            return f"was {event.kind}"
        await gateway.close(payment)
        return "closed"
