"""Disputes, and what else a gateway reports of its own accord: refunds made there by hand, its books."""

from __future__ import annotations

from typing import Any

from .refunds import Refunds
from .things import DISPUTES, ENDED, INQUIRIES, Dispute, Payment, Refund, Refusal


class Disputes(Refunds):
    # --- what is held and taken -------------------------------------------------------------------

    def disputes_of(self, payment_id: str) -> list[Dispute]:
        return [dispute for dispute in self.disputes.values() if dispute.payment == payment_id]

    def require_refundable(self, payment_id: str) -> None:
        for dispute in self.disputes_of(payment_id):
            if dispute.status not in ENDED + INQUIRIES:
                raise Refusal(409, "payment_disputed")

    def report_dispute(
        self, case: str, payment_id: str, amount: int, status: str, at: float, moved: dict[str, tuple[int, int]]
    ) -> None:
        """Whatever was reported first: the last status counts, and each movement once."""
        dispute = self.disputes.setdefault(case, Dispute(case, payment_id, amount, status, at))
        if (at, DISPUTES.index(status)) > (dispute.at, DISPUTES.index(dispute.status)):
            dispute.status, dispute.at = status, at
        for name, movement in moved.items():
            dispute.moved.setdefault(name, movement)
        self.settle_disputes(payment_id)

    def settle_disputes(self, payment_id: str) -> None:
        """What was withdrawn and not returned is held, and is gone when the dispute is lost."""
        payment = self.payments[payment_id]
        if payment.status != "completed":
            return
        disputes = self.disputes_of(payment_id)
        for dispute in disputes:
            for name in dispute.moved.keys() - dispute.charged:
                payment.fee += dispute.moved[name][1]
                dispute.charged.add(name)
            self.take_dispute(dispute, payment)
        self.apply_again(payment)
        left, from_order = payment.captured - payment.refunded, self.refundable_from_order(payment)
        for dispute in disputes:
            holds = dispute.status not in ("lost", "prevented", "warning_closed")
            left -= min(dispute.withdrawn, left) if holds else 0
            self.hold(dispute, payment, max(0, from_order - left))
            from_order = min(from_order, left)

    def apply_again(self, payment: Payment) -> None:
        raise NotImplementedError  # Shop's, which knows how an order is paid

    def hold(self, dispute: Dispute, payment: Payment, amount: int) -> None:
        """Of a deposit: as much of it as the wallet has. (Of an order: the merchants' shares, not modelled.)"""
        if payment.order is None:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            purse.held -= dispute.held
            dispute.held = min(amount, purse.balance - purse.held)
            purse.held += dispute.held

    def take_dispute(self, dispute: Dispute, payment: Payment) -> None:
        take = dispute.withdrawn if dispute.status == "lost" else 0
        if not (take or dispute.refund or dispute.loss):
            return
        self.hold(dispute, payment, 0)
        before = self.refunds[dispute.refund] if dispute.refund else None
        taken = before.amount if before and before.status == "completed" else 0
        refundable = payment.captured - payment.refunded + taken
        amount = min(take, refundable)
        if payment.order is None and take == taken + dispute.loss:
            amount = taken  # what the wallet could not give once stays the shop's loss
        elif payment.order is None:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            amount = min(amount, taken + purse.balance - purse.held)
        if amount != taken:
            if before and taken:
                self.return_refund(before.id, bounced=True, owed=False)
                before.reversed = True
            if amount:
                from_order = max(0, amount - (refundable - self.refundable_from_order(payment)))
                made = self.record_refund(payment.id, amount, from_order)
                self.book_refund(made.id, dispute.case)
                dispute.refund = made.id
        dispute.loss = take - amount

    # --- refunds that are asked for, or reported --------------------------------------------------

    def ask_refund(
        self, payment_id: str, amount: int, from_order: int,
        items: list[Any] | None = None, retry_of: str | None = None,
    ) -> Refund:  # fmt: skip
        refund = self.record_refund(payment_id, amount, from_order, items, retry_of)
        if self.payments[payment_id].provider != "mock":
            self.book_refund(refund.id)
        self.settle_disputes(payment_id)
        return refund

    def finish_refund(self, refund_id: str, reference: str) -> None:
        self.book_refund(refund_id, reference)

    def fail_refund(self, refund_id: str, bounced: bool = False) -> None:
        self.return_refund(refund_id, bounced=bounced)
        self.settle_disputes(self.refunds[refund_id].payment)

    def report_refund(self, payment_id: str, case: str, amount: int, status: str, ours: str | None = None) -> None:
        """As the gateway's own record says it: one of ours, or one that a person made there."""
        found = self.find_reported(payment_id, case, amount, status, ours)
        if found is None and status == "completed":
            found = self.adopt_refund(self.payments[payment_id], amount)
        if found is None:
            return
        found.reference = found.reference or case
        if status == "completed":
            self.book_refund(found.id, case)
        else:
            self.return_refund(found.id, bounced=True)
        self.settle_disputes(payment_id)

    def find_reported(self, payment_id: str, case: str, amount: int, status: str, ours: str | None) -> Refund | None:
        mine = [refund for refund in self.refunds.values() if refund.payment == payment_id]
        for refund in mine:
            if refund.reference == case:
                return refund
        for refund in mine:
            if refund.id == ours and refund.reference is None:
                return refund if refund.status != "failed" or status == "failed" else None
        for refund in mine:
            waits = refund.status == "pending" and refund.reference is None
            if waits and refund.amount == amount and status == "completed" and ours is None:
                return refund
        return None

    def adopt_refund(self, payment: Payment, amount: int) -> Refund | None:
        mine = [refund for refund in self.refunds.values() if refund.payment == payment.id]
        before = next(
            (
                r for r in mine
                if r.amount == amount and r.status == "failed" and self.credited(r.id) and not self.retried(r)
            ),
            None,
        )  # fmt: skip
        owed = before is not None and before.owed
        if before is not None:
            self.replace_refund(before)
        for waiting in reversed(mine):
            if amount <= payment.captured - payment.refunded:
                break
            if waiting.status == "pending" and waiting.reference is None:
                self.return_refund(waiting.id)
        refundable = payment.captured - payment.refunded
        if amount > refundable:
            return None
        from_order = max(0, amount - (refundable - self.refundable_from_order(payment)))
        if before is None or from_order > before.from_order:
            return self.record_refund(payment.id, amount, from_order, retry_of=before.id if before else None)
        made = self.record_refund(payment.id, amount, before.from_order, before.items, before.id)
        made.owed = owed
        return made

    def replace_refund(self, refund: Refund) -> None:
        """It came back, and another takes its place."""
        if refund.owed:
            payment = self.payments[refund.payment]
            refund.owed = False
            payment.refunded -= refund.amount
            if payment.order is not None:
                self.count_refund(refund, self.orders[payment.order], -1)

    def retry_refund(self, refund_id: str) -> Refund:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "failed":
            raise Refusal(409, "refund_not_failed")
        if refund.reversed:
            raise Refusal(409, "refund_reversed")
        if self.retried(refund):
            raise Refusal(409, "refund_retried_twice")
        left = refund.amount - refund.from_order + self.refundable_from_order(payment)
        owed = refund.owed
        if owed:
            self.replace_refund(refund)
        elif refund.amount > min(payment.captured - payment.refunded, left):
            raise Refusal(409, "refund_above_payment")
        else:
            self.require_rest(payment, refund.amount - refund.from_order)
        made = self.ask_refund(refund.payment, refund.amount, refund.from_order, refund.items, retry_of=refund_id)
        made.owed = owed and made.status != "completed"
        return made

    def settle_refund(self, refund_id: str, method: str) -> Refund:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "failed":
            raise Refusal(409, "refund_not_failed")
        if refund.reversed:
            raise Refusal(409, "refund_reversed")
        if self.retried(refund):
            raise Refusal(409, "refund_retried_twice")
        self.require_refundable(payment.id)
        if not refund.owed:
            if payment.refunded + refund.amount > payment.captured:
                raise Refusal(409, "refund_above_payment")
            self.require_rest(payment, refund.amount - refund.from_order)
            if payment.order is not None and refund.from_order:
                self.count_refund(refund, self.orders[payment.order], 1)
            elif refund.from_order:
                purse = self.purse(payment.buyer, "wallet", payment.currency)
                if purse.balance - purse.held < refund.from_order:
                    raise Refusal(409, "insufficient_funds")
                purse.balance -= refund.from_order
            payment.refunded += refund.amount
        if method in ("wallet", "credit"):
            self.purse(payment.buyer, method, payment.currency).balance += refund.amount
        refund.status, refund.went, refund.owed, refund.settled = "completed", True, False, True
        return refund
