"""What the gateway does of its own accord: refunds made in its dashboard, disputes, its books, which are compared with
ours. It tells of what it does, or not, and then a reconciliation finds it."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.prove.model import Dispute

from .books import DISPUTE_FEE
from .desk import some
from .paying import Paying

# How a dispute goes on. Funds are withdrawn when it begins, but for an inquiry's.
STEPS = {
    "warning_needs_response": ["warning_under_review", "warning_closed", "needs_response", "prevented"],
    "warning_under_review": ["warning_closed", "needs_response"],
    "needs_response": ["under_review", "won", "lost"],
    "under_review": ["won", "lost"],
    "lost": ["won"],
}
TAKES_NOTHING = ("warning_needs_response", "warning_under_review", "warning_closed", "prevented", "won")


class AtGateway(Paying):
    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count()

    def told(self, kind: str, payment: str, **said: Any) -> None:
        """A callback about a payment; each is another event."""
        self.events += 1
        self.done["requests"] += 1
        self.caller.call(
            "receive_gateway_event", caller="gateway", provider="mock", kind=kind, payload={},
            event_id=f"{kind}:{self.events}:{self.real[payment]}", payment_id=self.real[payment], **said,
        )  # fmt: skip

    # --- the dashboard ---

    def completed(self) -> dict[str, Any]:
        return {k: p for k, p in self.at_gateway().items() if p.status == "completed"}

    @precondition(lambda self: self.completed())
    @rule(n=some, part=st.integers(1, 100), tell=st.integers(0, 2))
    def refund_in_the_dashboard(self, n: int, part: int, tell: int) -> None:
        """Told never, once or twice. (Of a deposit that was spent it would be a difference for a person to explain.)"""
        name = self.pick(self.completed(), n)
        payment = self.model.payments[name]
        amount = max(1, payment.captured * part // 100)
        disputed = any(it.payment == name and it.withdrawn and it.status != "lost" for it in self.cases.values())
        # What came back or was settled otherwise is counted here, and not at the gateway: a person explains the rest.
        mine = [refund for refund in self.model.refunds.values() if refund.payment == name]
        counted = any(refund.settled or (refund.owed and refund.amount != amount) for refund in mine)
        if payment.order is None or disputed or counted or amount > self.left_there(name):
            return
        case = f"dashboard {next(self.numbers)} {self.real[name]}"
        self.books.enter(
            self.real[name], "refunded", -amount, payment.currency, case_reference=case, status="completed"
        )
        self.done["dashboard refunds"] += 1
        for _ in range(tell):
            self.told("refund_completed", name, case_reference=case, amount=amount, currency=payment.currency)
            self.model.report_refund(name, case, amount, "completed")

    @precondition(lambda self: self.at_gateway())
    @rule(n=some)
    def a_callback_is_lost(self, n: int) -> None:
        """The gateway takes the money and does not say so."""
        name = self.pick(self.at_gateway(), n)
        payment = self.model.payments[name]
        if payment.status != "completed" and not self.books.of(self.real[name], "captured"):
            self.books.enter(self.real[name], "captured", payment.amount, payment.currency, fee=1)
            self.done["lost callbacks"] += 1

    # --- disputes ---

    @precondition(lambda self: self.completed())
    @rule(n=some, part=st.integers(1, 100), inquiry=st.booleans(), tell=st.integers(0, 2))
    def dispute(self, n: int, part: int, inquiry: bool, tell: int) -> None:
        name = self.pick(self.completed(), n)
        payment = self.model.payments[name]
        amount = max(1, payment.captured * part // 100)
        if amount > self.left_there(name) or any(it.payment == name for it in self.cases.values()):
            return
        case = f"dispute {next(self.numbers)} {self.real[name]}"
        status = "warning_needs_response" if inquiry else "needs_response"
        it = Dispute(case, name, amount, status, time.time())
        if inquiry:
            tell = max(1, tell)  # an inquiry is not in the books: nobody would ever know
        self.cases[case] = it
        self.done["disputes"] += 1
        self.move(it)
        self.tell_dispute(it, tell)

    @precondition(lambda self: self.cases)
    @rule(n=some, which=some, tell=st.integers(0, 2))
    def dispute_goes_on(self, n: int, which: int, tell: int) -> None:
        it = self.cases[self.pick(self.cases, n)]
        steps = STEPS.get(it.status, [])
        if not steps:
            return
        status = steps[which % len(steps)]
        if status == "needs_response" and it.amount > self.left_there(it.payment):
            return
        it.status, it.at = status, time.time()
        self.move(it)
        if not it.moved:
            tell = max(1, tell)
        self.tell_dispute(it, tell)

    def move(self, it: Dispute) -> None:
        """The money that the gateway withdraws or returns as its dispute stands."""
        out = 0 if it.status in TAKES_NOTHING else it.amount
        change = it.withdrawn - out
        if change:
            fee = DISPUTE_FEE if not it.moved else 0
            real, currency = self.real[it.payment], self.model.payments[it.payment].currency
            name = self.books.enter(
                real, "disputed", change, currency, fee=fee, case_reference=it.case, status=it.status, reason="fraud"
            )
            it.moved[name] = (change, fee)
        self.books.stands(it.case, it.status)

    def tell_dispute(self, it: Dispute, times: int) -> None:
        currency = self.model.payments[it.payment].currency
        movements = [
            {"reference": name, "amount": amount, "fee": fee, "fee_currency": currency}
            for name, (amount, fee) in it.moved.items()
        ]
        for _ in range(times):
            self.told(
                "dispute", it.payment, case_reference=it.case, amount=it.amount, currency=currency,
                dispute_status=it.status, failure_code="fraud", movements=movements,
                occurred_at=datetime.fromtimestamp(it.at, UTC).isoformat(),
            )  # fmt: skip
            self.model.report_dispute(it.case, it.payment, it.amount, it.status, it.at, it.moved)

    # --- reconciliation ---

    @rule()
    def reconcile(self) -> None:
        """The worker's part, with the machine's books as the gateway's. What ours lack is booked; nothing remains."""
        begun = self.must(self.support, "POST", "/admin/reconciliation/run", {"since": self.opened_at})
        (run,) = [r["id"] for r in begun["data"] if r["provider"] == "mock"]
        work = self.caller.call("get_reconciliation", caller="worker", run_id=run)
        self.caller.call(
            "store_gateway_movements", caller="worker", run_id=run, since=work["since"], until=work["until"],
            movements=self.books.entries,
        )  # fmt: skip
        position, by_real = None, {self.real[name]: name for name in self.at_gateway()}
        while page := self.caller.call("list_payments_to_reconcile", caller="worker", run_id=run):
            for item in page:
                if not item["agrees"]:
                    self.caller.call("reconcile_payment", caller="worker", run_id=run, payment_id=item["payment_id"])
                if item["payment_id"] in by_real:
                    self.book(by_real[item["payment_id"]])
            following = page[-1]["payment_id"]
            self.caller.call(
                "advance_reconciliation", caller="worker", run_id=run, position=position, next_position=following
            )
            position = following
        self.caller.call("advance_reconciliation", caller="worker", run_id=run, position=position)
        left = self.caller.connection("admin_sql").execute(
            "SELECT kind, ours, theirs, currency FROM payments.reconciliation_differences WHERE explained_at IS NULL"
        )
        assert not (found := left.fetchall()), found
        self.done["reconciliations"] += 1

    def book(self, name: str) -> None:
        """What a comparison of the books makes of a payment."""
        real, payment = self.real[name], self.model.payments[name]
        for entries in self.books.of(real, "captured").values():
            self.model.complete(name, sum(e["amount"] for e in entries), entries[0]["currency"])
        names = {self.real[refund]: refund for refund in self.model.refunds if refund in self.real}
        for case, entries in self.books.of(real, "refunded").items():
            given, total = max(-e["amount"] for e in entries), sum(e["amount"] for e in entries)
            status = "completed" if total else "failed"
            ours = names.get(entries[0].get("refund_id", ""))
            self.model.report_refund(name, case, given, status, ours)
        for case in self.books.of(real, "disputed"):
            it = self.cases[case]
            self.model.report_dispute(case, name, it.amount, it.status, time.time(), it.moved)
        kinds = ("captured", "refunded", "disputed")
        payment.fee = sum(e["fee"] for kind in kinds for found in self.books.of(real, kind).values() for e in found)
