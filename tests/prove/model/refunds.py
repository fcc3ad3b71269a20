"""Money that goes back: what is asked for, sent, returned by the bank, sent again, or settled in another way."""

from __future__ import annotations

from typing import Any

from .state import State
from .things import Line, Order, Payment, Refund, Refusal, split


class Refunds(State):
    def refundable_from_order(self, payment: Payment) -> int:
        given = sum(r.from_order for r in self.refunds.values() if r.payment == payment.id and r.counts)
        return payment.applied - given

    def rest(self, payment: Payment) -> int:
        """What is left of a payment and was not applied."""
        return payment.captured - payment.refunded - self.refundable_from_order(payment)

    def unapply(self, payment: Payment, order: Order, amount: int) -> None:
        """Money that has gone pays no order that waits for the rest."""
        payment.applied -= amount
        payment.gone += amount
        order.paid -= amount

    def require_rest(self, payment: Payment, amount: int) -> None:
        lacking = amount - self.rest(payment)
        if amount == 0 or lacking <= 0:
            return
        order = self.orders[payment.order] if payment.order else None
        if order is None or order.status != "pending" or self.refundable_from_order(payment) < lacking:
            raise Refusal(409, "refund_above_payment")
        self.unapply(payment, order, lacking)

    def credited(self, refund_id: str | None) -> bool:
        if refund_id is None:
            return False
        refund = self.refunds[refund_id]
        return (refund.went and not refund.reversed) or self.credited(refund.retry_of)

    def retried(self, refund: Refund) -> bool:
        return any(other.retry_of == refund.id for other in self.refunds.values())

    def worth(self, line: Line, pieces: int) -> int:
        """What pieces of a line give back, after those that have been given back already."""
        before, after = line.pieces_refunded, line.pieces_refunded + pieces
        if after > line.quantity:
            raise Refusal(409, "line_refunded_out_of_range")
        share = line.total * after // line.quantity - line.total * before // line.quantity
        return min(line.total - line.refunded, max(1, share))

    def record_refund(
        self, payment_id: str, amount: int, from_order: int,
        items: list[Any] | None = None, retry_of: str | None = None,
    ) -> Refund:  # fmt: skip
        payment = self.payments[payment_id]
        order = self.orders[payment.order] if payment.order else None
        if order is not None and order.status == "pending" and from_order:
            self.unapply(payment, order, from_order)
            from_order = 0
        payment.refunded += amount
        if items is None:
            items = self.spread(order, from_order) if order is not None and from_order else []
        refund = Refund(self.new_id(), payment_id, amount, from_order, list(items), retry_of=retry_of)
        self.refunds[refund.id] = refund
        if order is None and from_order:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            if purse.balance - purse.held < from_order:
                raise Refusal(409, "insufficient_funds")
            purse.held += from_order
        elif order is not None:
            self.count_refund(refund, order, 1)
        return refund

    def spread(self, order: Order, amount: int) -> list[tuple[str | None, int, int]]:
        left = [line.total - line.refunded for line in order.lines] + [order.shipping_cost - order.shipping_refunded]
        names: list[str | None] = [line.id for line in order.lines]
        return [(name, 0, part) for name, part in zip([*names, None], split(amount, left), strict=True) if part]

    def count_refund(self, refund: Refund, order: Order, direction: int) -> None:
        for name, pieces, amount in refund.items:
            if name is None:
                order.shipping_refunded += direction * amount
                continue
            line = next(line for line in order.lines if line.id == name)
            line.refunded += direction * amount
            line.pieces_refunded += direction * pieces
        for line in order.lines:
            if not 0 <= line.pieces_refunded <= line.quantity:
                raise Refusal(409, "line_refunded_out_of_range")
            if not 0 <= line.refunded <= line.total:
                raise Refusal(409, "refund_above_line")
        if not 0 <= order.shipping_refunded <= order.shipping_cost:
            raise Refusal(409, "shipping_refunded_out_of_range")
        order.refunded += direction * refund.from_order

    def book_refund(self, refund_id: str, reference: str | None = None) -> None:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "pending":
            return
        refund.status, refund.went, refund.owed = "completed", True, False
        refund.reference = reference or refund.reference
        if payment.order is None and refund.from_order:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            purse.held -= refund.from_order
            purse.balance -= refund.from_order
        elif payment.provider != "mock":
            self.purse(payment.buyer, payment.provider, payment.currency).balance += refund.amount

    def return_refund(self, refund_id: str, *, bounced: bool = False, owed: bool = True) -> None:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status == "failed" or refund.settled or (refund.status == "completed" and not bounced):
            return
        was, refund.status = refund.status, "failed"
        if owed and (refund.owed or (was == "completed" and payment.order is not None and refund.from_order)):
            refund.owed = True  # it stays counted: its credit note is out
            return
        refund.owed = False
        payment.refunded -= refund.amount
        if payment.order is not None:
            if refund.from_order:
                self.count_refund(refund, self.orders[payment.order], -1)
        elif refund.from_order:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            if was == "pending":
                purse.held -= refund.from_order
            else:
                purse.balance += refund.from_order
