"""Reconciliation: a gateway's own books are read and compared with ours, page by page.

Each step stores how far it came and enqueues the next one in the same transaction, so a comparison goes on after a
crash, and a step that two take at once is taken once. What an entry means is decided by the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from api.gateways.protocol import Event, Gateway, Inquiry, Inspector, Movement, Refused, Statements
from api.gateways.steps import PaymentSteps
from api.http.errors import Problem
from api.worker.jobs.protocol import Call

PAGE = 100  # payments a step
INQUIRIES = 20  # payments a step where the gateway is asked about each
AT_ONCE = 4  # inquiries side by side
UNDER_WAY = ("reading", "comparing")


@dataclass(frozen=True)
class Run:
    """A comparison, as api.get_reconciliation answers it."""

    id: str
    provider: str
    status: str
    since: datetime
    until: datetime
    position: str | None
    read: int
    checked: int
    booked: int
    differences: int

    @classmethod
    def load(cls, answer: Mapping[str, Any]) -> Run:
        times = {name: datetime.fromisoformat(answer[name]) for name in ("since", "until")}
        return cls(**{**answer, **times})


class ReconciliationJobs:
    def __init__(self, call: Call, steps: PaymentSteps) -> None:
        self._call = call
        self._steps = steps

    async def advance(self, payload: Mapping[str, Any]) -> str:
        """The job reconcile_gateway: one step."""
        run = await self.read(payload["run_id"])
        if run.status not in UNDER_WAY:
            return "nothing to do"
        return await self.step(run)

    async def read(self, run_id: str) -> Run:
        return Run.load(await self._call("get_reconciliation", run_id=run_id))

    async def step(self, run: Run) -> str:
        """Reads a page of the gateway's books, or compares a page of payments."""
        try:
            gateway = self._steps.gateway(run.provider)
        except Refused:
            gateway = None
        if not isinstance(gateway, Statements | Inquiry):
            await self._call("skip_reconciliation", run_id=run.id)
            if isinstance(gateway, Inspector):
                await self._look_up_events(run, gateway)
            return "not available"
        if run.status == "reading":
            return await self._read_page(run, gateway)
        return await self._compare_page(run, gateway)

    async def _read_page(self, run: Run, gateway: Statements | Inquiry) -> str:
        found: Sequence[Movement] = ()
        following = None
        if isinstance(gateway, Statements):
            found, following = await gateway.list_movements(run.since, run.until, run.position)
        await self._call(
            "store_gateway_movements",
            run_id=run.id,
            since=run.since.isoformat(),
            until=run.until.isoformat(),
            movements=[_given(m) for m in found],
            position=run.position,
            next_position=following,
        )
        return f"{len(found)} entries"

    async def _compare_page(self, run: Run, gateway: Gateway | Statements | Inquiry) -> str:
        if run.position is None and isinstance(gateway, Inspector):
            await self._look_up_events(run, gateway)
        asks = isinstance(gateway, Inquiry)
        page = await self._call("list_payments_to_reconcile", run_id=run.id, limit=INQUIRIES if asks else PAGE)
        if not page and run.position is not None and isinstance(gateway, Inspector):
            await self._look_up_events(run, gateway)  # by now the payments that they are about have been booked
        if isinstance(gateway, Inquiry):
            turn = asyncio.Semaphore(AT_ONCE)
            outcomes = await asyncio.gather(*(self._inquire(run, gateway, item, turn) for item in page))
        else:
            outcomes = [
                await self._call("reconcile_payment", run_id=run.id, payment_id=item["payment_id"])
                for item in page
                if not item["agrees"]
            ]
        await self._call(
            "advance_reconciliation",
            run_id=run.id,
            position=run.position,
            next_position=page[-1]["payment_id"] if page else None,
            checked=len(page),
            booked=outcomes.count("booked"),
        )
        return f"{len(page)} payments" if page else "completed"

    async def _inquire(self, run: Run, gateway: Inquiry, item: Mapping[str, Any], turn: asyncio.Semaphore) -> str:
        async with turn:
            payment = await self._steps.read(item["payment_id"], run.id)
            refunds = {refund["reference"]: refund["amount"] for refund in item["refunds"]}
            found = await gateway.read_movements(payment, refunds)
            given = {"run_id": run.id, "payment_id": payment.id, "movements": [_given(m) for m in found]}
            outcome: str = await self._call("reconcile_payment", **given)
            return outcome

    async def _look_up_events(self, run: Run, gateway: Inspector) -> None:
        """Asks the gateway about callbacks that matched nothing, and applies what it answers. A refund of a payment
        that is not completed here stays a difference: it must not keep the comparison from booking that payment."""
        after = ""
        while page := await self._call("list_unknown_events", provider=run.provider, after=after):
            for unknown in page:
                after = unknown["event_id"]
                for event in await gateway.look_up_event(unknown["payload"]):
                    await self._apply(run, event, unknown["event_id"])

    async def _apply(self, run: Run, event: Event, explains: str) -> None:
        """Applies what the gateway says by now of an event. A refund needs its payment: that is looked up first."""
        event = replace(event, id=f"reconciled:{run.id}:{event.id}")  # else it would be a repeat of the unknown one
        for last in (False, True):
            try:
                await self._steps.apply(run.provider, event, run.id, explains=explains)
                return
            except Problem as problem:
                if problem.code != "payment_not_completed" or event.payment_id is None:
                    raise
                if last:
                    return  # it stays a difference
            payment = await self._steps.read(event.payment_id, run.id)
            found = await self._steps.gateway(run.provider).look_up(payment)
            if found is None:
                return
            await self._steps.apply(run.provider, found, run.id)


def _given(movement: Movement) -> dict[str, Any]:
    """As api.gateway_movement takes it."""
    return {
        "id": movement.id,
        "kind": movement.kind,
        "amount": movement.amount,
        "currency": movement.currency,
        "moved_at": movement.moved_at.isoformat(),
        "payment_id": movement.payment_id,
        "charge_reference": movement.charge,
        "fee": movement.fee,
        "fee_currency": movement.fee_currency,
        "case_reference": movement.case,
        "refund_id": movement.refund_id,
        "status": movement.status,
        "reason": movement.reason,
        "settled_amount": movement.settled_amount,
        "settled_currency": movement.settled_currency,
    }
