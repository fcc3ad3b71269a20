"""What a shop is, in Python and without a database: the machine asks it what the real one must answer.

An operation either changes the state or raises a `Refusal` with the status and the code that a client must see, and
then has changed nothing. Amounts are integers in minor units. The rules are written from what the shop promises, with
the order of checks that a client can see, and not in the words of the SQL: where both agree, two authors do.
"""

from __future__ import annotations

from .orders import Orders
from .things import LADDER, Line, Order, Payment, Refund, Refusal


class Shop(Orders):
    # --- parcels ----------------------------------------------------------------------------------

    def ship(self, order_id: str) -> None:
        order = self.orders[order_id]
        if order.status not in ("paid", "shipped", "delivered"):
            raise Refusal(409, "order_transition_refused")
        left = {line.id: line for line in order.lines if self.owed(order, line)}
        if order.status == "paid" and not left:
            raise Refusal(409, "nothing_to_ship")
        for line in left.values():
            line.shipped += self.owed(order, line)
        if order.status == "paid":
            order.status = "shipped"

    def owed(self, order: Order, line: Line) -> int:
        """Pieces that are still to be sent: refunded ones are not, nor is what got all of its money back."""
        if 0 < order.paid == order.refunded or 0 < line.total == line.refunded:
            return 0
        dropped = max(0, line.pieces_refunded - line.withdrawn - line.came_back)
        return max(0, line.quantity - line.shipped - line.withdrawn - dropped)

    def deliver(self, order_id: str) -> None:
        order = self.orders[order_id]
        if order.status not in ("shipped", "delivered"):
            raise Refusal(409, "order_transition_refused")
        order.status = "delivered"

    def announce_return(self, order_id: str, product: str, quantity: int) -> None:
        line = self.line_of(order_id, product)
        gone = line.returning + line.came_back
        if quantity > min(line.shipped - gone, line.quantity - line.pieces_refunded - line.returning):
            raise Refusal(409, "return_above_shipped")
        line.returning += quantity

    def receive_return(self, order_id: str, product: str, quantity: int) -> None:
        order, line = self.orders[order_id], self.line_of(order_id, product)
        line.returning -= quantity
        line.came_back += quantity
        line.restocked += quantity
        for part, number in self.pieces(product, quantity).items():
            self.products[part].on_hand += number
        left, pieces = self.worth(line, quantity), quantity
        for payment in self.payments_of(order):
            take = min(left, self.refundable_from_order(payment))
            if take <= 0:
                continue
            self.require_refundable(payment.id)
            self.ask_refund(payment.id, take, take, [(line.id, pieces, take)])
            left, pieces = left - take, 0
        if left:
            raise Refusal(409, "refund_above_payment")

    # --- payments ---------------------------------------------------------------------------------

    def begin_payment(self, order_id: str, provider: str, amount: int | None) -> Payment:
        order = self.orders[order_id]
        if order.status != "pending" or order.due <= 0:
            raise Refusal(409, "order_not_payable")
        due = order.due - self.coming(order)
        if due <= 0:
            raise Refusal(409, "payment_processing")
        if amount is not None and amount > due:
            raise Refusal(422, "amount_above_due")
        payment = Payment(self.new_id(), order.buyer, order_id, provider, amount or due, order.currency)
        self.payments[payment.id] = payment
        if provider != "mock":
            self.complete(payment.id, payment.amount, payment.currency)
        return payment

    def begin_deposit(self, buyer: int, amount: int) -> Payment:
        if not 100 <= amount <= 1_000_000:
            raise Refusal(422, "deposit_out_of_limits")
        payment = Payment(self.new_id(), buyer, None, "mock", amount, "USD")
        self.payments[payment.id] = payment
        return payment

    def cancel_payment(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        if payment.status != "open":
            raise Refusal(409, "payment_not_open")
        payment.status = "cancelled"

    def fail(self, payment_id: str, status: str) -> None:
        payment = self.payments[payment_id]
        if status in LADDER[payment.status]:
            payment.status = status

    def process(self, payment_id: str) -> None:
        """A bank has begun to work on it; an order that had expired waits for it again."""
        payment = self.payments[payment_id]
        if "processing" not in LADDER[payment.status]:
            return
        payment.status = "processing"
        order = self.orders.get(payment.order or "")
        expired = order is not None and order.status == "cancelled" and order.reason == "expired"
        if order and expired and order.paid == 0 and payment.amount == order.total and self.take_up(order):
            order.status, order.reason = "pending", None

    def payment_status(self, order: Order) -> str:
        if order.refunded:
            return "refunded" if order.refunded == order.paid else "partly_refunded"
        if order.was_paid:
            return "paid"
        if self.coming(order):
            return "processing"
        return "partly_paid" if order.paid else "unpaid"

    def complete(self, payment_id: str, amount: int, currency: str) -> None:
        """Money was taken. Once, whatever the attempt's state."""
        payment = self.payments[payment_id]
        if payment.status == "completed":
            return
        order = self.orders.get(payment.order or "")
        asked = (amount, currency) == (payment.amount, payment.currency)
        applied = 0
        if asked:
            applied = amount if order is None else self.apply(order, amount)
        payment.status, payment.captured, payment.applied, payment.currency = "completed", amount, applied, currency
        if payment.provider in ("wallet", "credit"):
            self.purse(payment.buyer, payment.provider, currency).take(applied)
        elif order is None and applied:
            self.purse(payment.buyer, "wallet", currency).balance += applied
        if amount > applied:
            self.ask_refund(payment_id, amount - applied, 0)
        if order is not None and order.status != "pending":
            self.give_up_payments(order)
        self.settle_disputes(payment_id)

    def apply_again(self, payment: Payment) -> None:
        """Money that had gone and has come back pays its order again, if that still waits for money."""
        order = self.orders[payment.order] if payment.order else None
        amount = min(payment.gone, self.rest(payment))
        if order is None or order.status != "pending" or amount <= 0:
            return
        applied = self.apply(order, amount)
        payment.applied += applied
        payment.gone -= applied
        if order.status != "pending":
            self.give_up_payments(order)

    def apply(self, order: Order, amount: int) -> int:
        if order.status == "cancelled" and order.reason == "expired" and order.paid == 0 and amount == order.total:
            if not self.take_up(order):
                return 0
        elif order.status != "pending":
            return 0
        applied = min(amount, order.due)
        order.paid += applied
        if order.due == 0:
            self.settle(order)
        return applied

    def refund(
        self,
        payment_id: str,
        amount: int | None = None,
        items: list[tuple[str, int]] | None = None,
        restock: bool = False,
    ) -> Refund:
        payment = self.payments[payment_id]
        order = self.orders[payment.order] if payment.order else None
        self.require_refundable(payment_id)
        refundable, available = payment.captured - payment.refunded, self.refundable_from_order(payment)
        priced = None
        if items is not None and order is not None:
            lines = [(self.line_of(order.id, product), number) for product, number in items]
            priced = [(line.id, number, self.worth(line, number)) for line, number in lines]
            wanted = from_order = sum(part for _, _, part in priced)
        else:
            wanted = refundable if amount is None else amount
            from_order = max(0, wanted - (refundable - available))
        if wanted > refundable or wanted == 0 or from_order > available:
            raise Refusal(409, "refund_above_payment")
        if order is not None and from_order > 0 and order.status == "pending":
            raise Refusal(409, "order_not_paid")
        whole = order is not None and from_order > 0 and order.refunded + from_order == order.paid
        if restock:
            if order is None or not order.was_paid or order.status == "cancelled" or not (whole or items):
                raise Refusal(422, "restock_needs_full_refund")
            for product, number in items or []:
                line = self.line_of(order.id, product)
                line.withdrawn += number
                line.restocked += number
                for part, pieces in self.pieces(product, number).items():
                    self.products[part].on_hand += pieces
        made = self.ask_refund(payment_id, wanted, from_order, priced)
        if restock and whole and order is not None and order.status == "paid":
            self.cancel(order, "refunded")
        return made

    # --- wallet and credit ------------------------------------------------------------------------

    def withdraw(self, buyer: int, amount: int) -> None:
        if amount < 1000:
            raise Refusal(422, "withdrawal_below_minimum")
        purse = self.purse(buyer, "wallet")
        if purse.balance - purse.held < amount:
            raise Refusal(409, "insufficient_funds")
        purse.held += amount

    def end_withdrawal(self, buyer: int, amount: int, sent: bool) -> None:
        purse = self.purse(buyer, "wallet")
        purse.held -= amount
        if sent:
            purse.balance -= amount

    def change_credit(self, buyer: int, amount: int) -> str:
        """Above 500 of the currency's unit it waits for a second person."""
        if abs(amount) > 50_000:
            purse = self.purse(buyer, "credit")
            if amount < 0 and purse.balance - purse.held < -amount:
                raise Refusal(409, "insufficient_funds")
            return "pending"
        self.book_credit(buyer, amount)
        return "completed"

    def book_credit(self, buyer: int, amount: int) -> None:
        if amount < 0:
            self.purse(buyer, "credit").take(-amount)
        else:
            self.purse(buyer, "credit").balance += amount
