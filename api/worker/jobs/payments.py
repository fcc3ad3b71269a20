"""Payments: refunds, captures, and attempts whose end is not known, each by a call of the gateway.

A job may be done twice. Every gateway call carries a key that was committed before, so the second changes nothing.
"""

from __future__ import annotations

from typing import Any

from api.gateways.protocol import Refund, Refused
from api.gateways.steps import PaymentSteps
from api.http.errors import Problem
from api.worker.jobs.protocol import Call, Later


class PaymentJobs:
    """The jobs; `steps` are those that the web tier takes too."""

    def __init__(self, call: Call, steps: PaymentSteps) -> None:
        self._call = call
        self._steps = steps

    async def refund(self, payload: dict[str, Any]) -> str:
        refund = Refund.read(await self._call("get_refund_for_gateway", refund_id=payload["refund_id"]))
        if refund.status != "pending":
            return "nothing to do"
        payment = await self._steps.read(refund.payment_id, refund.id)
        outcome = await self._steps.gateway(refund.provider).refund(payment, refund)
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
        payment = await self._steps.read(payload["payment_id"], payload["payment_id"])
        if payment.status == "initiated":
            try:
                opened = await self._steps.open(payment.id, payment.id)
            except Problem as problem:
                if problem.code in ("amount_not_payable", "email_needed", "gateway_refused", "provider_not_available"):
                    return problem.code  # definite, and recorded
                raise
            return "opened" if opened else "nothing to do"
        if payment.status not in ("open", "authorized", "processing"):
            return "nothing to do"
        event = await self._steps.gateway(payment.provider).look_up(payment)
        if event is None or event.kind == payment.status:
            return "still " + payment.status
        await self._steps.apply(payment.provider, event, payment.id)
        return f"was {event.kind}"

    async def capture(self, payload: dict[str, Any]) -> str:
        receipt = await self._steps.capture(payload["payment_id"], payload["payment_id"])
        return receipt["payment_status"] if receipt else "nothing to do"

    async def close(self, payload: dict[str, Any]) -> str:
        payment = await self._steps.read(payload["payment_id"], payload["payment_id"])
        if payment.provider_reference is None:
            return "never opened"
        try:
            gateway = self._steps.gateway(payment.provider)
        except Refused:
            return "no such gateway any more"
        # It may have been paid in the meantime, and the callback lost.
        event = await gateway.look_up(payment)
        if event is not None and event.kind != "authorized":
            await self._steps.apply(payment.provider, event, payment.id)
            return f"was {event.kind}"
        await gateway.close(payment)
        return "closed"
