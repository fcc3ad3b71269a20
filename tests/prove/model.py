"""What a shop is, in Python and without a database: the machine asks it what the real one must answer.

An operation either changes the state or raises a `Refusal` with the status and the code that a client must see, and
then has changed nothing. Amounts are integers in minor units. The rules are written from what the shop promises, with
the order of checks that a client can see, and not in the words of the SQL: where both agree, two authors do.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


class Refusal(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class Product:
    """A bundle is a product with parts and no stock of its own."""

    id: str
    prices: dict[str, int]
    on_hand: int = 0
    reserved: int = 0
    parts: dict[str, int] = field(default_factory=dict)


@dataclass
class Promotion:
    code: str
    basis_points: int = 0
    amount: int = 0
    currency: str | None = None
    minimum: int = 0
    cap: int | None = None
    total_uses: int | None = None
    uses_per_account: int | None = None
    stackable: bool = False
    uses: int = 0


@dataclass
class Tax:
    rate: Fraction
    included: bool


@dataclass
class Line:
    id: str
    product: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    total: int = 0
    refunded: int = 0  # of its total
    pieces_refunded: int = 0
    withdrawn: int = 0  # back in stock without having left
    shipped: int = 0
    returning: int = 0
    came_back: int = 0
    restocked: int = 0


@dataclass
class Order:
    id: str
    buyer: int
    currency: str
    country: str | None
    by_parcel: bool
    codes: list[str]
    lines: list[Line] = field(default_factory=list)
    status: str = "pending"
    reason: str | None = None
    released: bool = False
    shipping: int = 0
    shipping_refunded: int = 0
    paid: int = 0
    refunded: int = 0
    was_paid: bool = False

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines) + self.shipping

    @property
    def due(self) -> int:
        return self.total - self.paid


@dataclass
class Payment:
    id: str
    buyer: int
    order: str | None
    provider: str
    amount: int
    currency: str
    status: str = "open"
    captured: int = 0
    refunded: int = 0
    applied: int = 0


@dataclass
class Refund:
    id: str
    payment: str
    amount: int
    from_order: int
    items: list[tuple[str | None, int, int]]  # line (None: the shipping), pieces, amount
    status: str = "pending"
    went: bool = False
    retry_of: str | None = None
    owed: bool = False  # it came back: the order has given it, the shop still has it
    settled: bool = False  # in another way than through the payment

    @property
    def counts(self) -> bool:
        return self.status != "failed" or self.owed


@dataclass
class Purse:
    balance: int = 0
    held: int = 0

    def take(self, amount: int) -> None:
        if self.balance - self.held < amount:
            raise Refusal(409, "insufficient_funds")
        self.balance -= amount


def split(amount: int, weights: list[int]) -> list[int]:
    """An amount over weights, exact: each part is the difference of two running shares."""
    whole, reached, given, parts = sum(weights), 0, 0, []
    for weight in weights:
        reached += weight
        upto = amount * reached // whole if whole else 0
        parts.append(upto - given)
        given = upto
    return parts


def rounded(exact: Fraction) -> int:
    """Half away from zero; amounts are not negative."""
    return int(exact + Fraction(1, 2))


SHIPPING = {"USD": (599, 20_000), "EUR": (499, None)}  # price, free from
LADDER = {"open": {"completed", "cancelled", "expired", "failed"}, "cancelled": {"expired", "failed", "completed"},
          "expired": {"failed", "completed"}, "failed": {"completed"}, "completed": set[str]()}  # fmt: skip


class Shop:
    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.promotions: dict[str, Promotion] = {}
        self.taxes: dict[str, Tax] = {}
        self.countries: list[str] = []  # of each buyer's address
        self.carts: dict[int, dict[str, int]] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.purses: dict[tuple[int, str, str], Purse] = {}
        self.numbers = 0

    def attempt(self, operation: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        """The operation, or the refusal, after which everything is as it was."""
        before = copy.deepcopy(self.__dict__)
        try:
            return operation(*given, **named)
        except Refusal as refusal:
            self.__dict__.update(before)
            return refusal

    def new_id(self) -> str:
        """Stands in until the database has said what it calls it; they sort as they are made."""
        self.numbers += 1
        return f"new {self.numbers:09}"

    def purse(self, buyer: int, kind: str, currency: str = "USD") -> Purse:
        return self.purses.setdefault((buyer, kind, currency), Purse())

    # --- carts ------------------------------------------------------------------------------------

    def available(self, product: str) -> int:
        it = self.products[product]
        if it.parts:
            return min(self.available(part) // number for part, number in it.parts.items())
        return it.on_hand - it.reserved

    def add_to_cart(self, buyer: int, product: str, quantity: int) -> None:
        self.price_of(product, "USD")
        cart = self.carts.setdefault(buyer, {})
        cart[product] = cart.get(product, 0) + quantity
        if cart[product] > self.available(product):
            raise Refusal(409, "out_of_stock")

    def set_in_cart(self, buyer: int, product: str, quantity: int) -> None:
        cart = self.carts.setdefault(buyer, {})
        cart[product] = quantity
        if quantity > self.available(product):
            raise Refusal(409, "out_of_stock")

    def check_out(self, buyer: int, chosen: list[str] | None, **more: Any) -> Order:
        cart = self.carts.setdefault(buyer, {})
        taken = {product: number for product, number in cart.items() if chosen is None or product in chosen}
        if not taken:
            raise Refusal(422, "cart_empty")
        for product in taken:
            del cart[product]
        return self.create_order(buyer, list(taken.items()), **more)

    # --- orders -----------------------------------------------------------------------------------

    def price_of(self, product: str, currency: str) -> int:
        price = self.products[product].prices.get(currency)
        if price is None:
            raise Refusal(422, "product_not_sold_in_currency")
        return price

    def pieces(self, product: str, quantity: int) -> Counter[str]:
        parts = self.products[product].parts
        return Counter({part: number * quantity for part, number in parts.items()} if parts else {product: quantity})

    def pieces_of(self, order: Order, column: Callable[[Line], int] = lambda line: line.quantity) -> Counter[str]:
        found: Counter[str] = Counter()
        for line in order.lines:
            found.update(self.pieces(line.product, column(line)))
        return found

    def reserve(self, product: str, quantity: int) -> None:
        it = self.products[product]
        if it.on_hand - it.reserved < quantity:
            raise Refusal(409, "out_of_stock")
        it.reserved += quantity

    def create_order(
        self, buyer: int, lines: list[tuple[str, int]], *, currency: str = "USD", codes: tuple[str, ...] = (),
        address: bool = False, by_parcel: bool = False,
    ) -> Order:  # fmt: skip
        wanted: Counter[str] = Counter()
        demand: Counter[str] = Counter()
        for product, quantity in lines:
            wanted[product] += quantity
            demand.update(self.pieces(product, quantity))
        order = Order(
            self.new_id(), buyer, currency, self.countries[buyer] if address else None, by_parcel, list(codes)
        )
        for product in sorted(set(wanted) | set(demand)):
            if wanted[product]:
                price = self.price_of(product, currency)
                order.lines.append(Line(self.new_id(), product, wanted[product], price))
            if demand[product]:
                self.reserve(product, demand[product])
        self.use_promotions(order)
        self.price(order, new=True)
        self.orders[order.id] = order
        if order.total == 0:
            self.settle(order)
        return order

    def used_by(self, code: str, buyer: int) -> int:
        return sum(code in o.codes and o.buyer == buyer and not o.released for o in self.orders.values())

    def use_promotions(self, order: Order) -> None:
        for code in order.codes:
            promotion = self.promotions.get(code)
            if promotion is None:
                raise Refusal(422, "promo_code_unknown")
            if promotion.total_uses is not None and promotion.uses >= promotion.total_uses:
                raise Refusal(409, "promo_used_up")
            limit = promotion.uses_per_account
            if limit is not None and self.used_by(code, order.buyer) >= limit:
                raise Refusal(409, "promo_used_by_account")
            if not promotion.stackable and len(order.codes) > 1:
                raise Refusal(422, "promo_not_stackable")
            promotion.uses += 1

    def price(self, order: Order, new: bool = False) -> None:
        left = [line.unit_price * line.quantity for line in order.lines]
        for code in order.codes:
            off, reason = self.discount(self.promotions[code], order.currency, left)
            if reason and new:
                raise Refusal(422, reason)
            left = [amount - part for amount, part in zip(left, off, strict=True)]
        tax = self.taxes.get(order.country or "")
        for line, amount in zip(order.lines, left, strict=True):
            line.discount = line.unit_price * line.quantity - amount
            line.tax, line.total = 0, amount
            if tax and tax.included:
                line.tax = rounded(amount * tax.rate / (100 + tax.rate))
            elif tax:
                line.tax = rounded(amount * tax.rate / 100)
                line.total += line.tax
        if order.by_parcel:
            if order.country is None:
                raise Refusal(422, "shipping_address_required")
            price, free_from = SHIPPING[order.currency]
            order.shipping = 0 if free_from is not None and sum(left) >= free_from else price

    def discount(self, promotion: Promotion, currency: str, amounts: list[int]) -> tuple[list[int], str | None]:
        nothing, goods = [0] * len(amounts), sum(amounts)
        if promotion.currency not in (None, currency):
            return nothing, "promo_other_currency"
        if goods == 0:
            return nothing, "promo_not_applicable"
        if goods < promotion.minimum:
            return nothing, "promo_minimum_not_reached"
        off = promotion.amount or (goods * promotion.basis_points + 5000) // 10_000
        off = min(off, goods, goods if promotion.cap is None else promotion.cap)
        return (split(off, amounts), None) if off else (nothing, "promo_not_applicable")

    def settle(self, order: Order) -> None:
        for product, number in self.pieces_of(order).items():
            self.products[product].reserved -= number
            self.products[product].on_hand -= number
        order.status, order.reason, order.was_paid = "paid", None, True

    def release(self, order: Order) -> None:
        if not order.released:
            order.released = True
            for code in order.codes:
                self.promotions[code].uses -= 1

    def require_pending(self, order: Order) -> None:
        if order.status != "pending":
            raise Refusal(409, "order_not_pending")

    def modify_order(self, order_id: str, changes: dict[str, int]) -> None:
        order = self.orders[order_id]
        self.require_pending(order)
        present = {line.product: line for line in order.lines}
        if not any(changes.values()) and set(present) <= set(changes):
            self.cancel(order, "customer")
            return
        delta: Counter[str] = Counter()
        for product, quantity in changes.items():
            had = present[product].quantity if product in present else 0
            for part, number in self.pieces(product, 1).items():
                delta[part] += number * (quantity - had)
        for product in sorted(delta):
            if delta[product] > 0:
                self.reserve(product, delta[product])
            else:
                self.products[product].reserved += delta[product]
        touched = False
        for product in sorted(changes):
            quantity, line = changes[product], present.get(product)
            if quantity == (line.quantity if line else 0):
                continue
            touched = True
            if line is None:
                order.lines.append(Line(self.new_id(), product, quantity, self.price_of(product, order.currency)))
            elif quantity == 0:
                order.lines.remove(line)
            else:
                line.quantity = quantity
        if not touched:
            return
        self.price(order)
        self.give_up_payments(order)
        if order.paid > order.total:
            raise Refusal(409, "order_partly_paid")
        if order.paid == order.total:
            self.settle(order)

    def remove_line(self, order_id: str, product: str) -> None:
        order = self.orders[order_id]
        self.require_pending(order)
        if all(line.product != product for line in order.lines):
            raise Refusal(404, "order_item_not_found")
        self.modify_order(order_id, {product: 0})

    def cancel_order(self, order_id: str) -> None:
        self.cancel(self.orders[order_id], "customer")

    def cancel(self, order: Order, reason: str) -> None:
        if order.status not in ("pending", "paid"):
            raise Refusal(409, "order_not_cancellable")
        for product, number in self.pieces_of(order).items():
            if order.status == "pending":
                self.products[product].reserved -= number
        if order.status == "paid":
            for product, number in self.pieces_of(order, lambda line: line.quantity - line.restocked).items():
                self.products[product].on_hand += number
        self.release(order)
        order.status, order.reason = "cancelled", reason
        self.give_up_payments(order)
        if order.paid > order.refunded:
            for payment in self.payments_of(order):
                if (left := self.refundable_from_order(payment)) > 0:
                    self.ask_refund(payment.id, left, left)

    def expire(self, order_id: str) -> None:
        if self.orders[order_id].status == "pending":
            self.cancel(self.orders[order_id], "expired")

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
                self.ask_refund(payment.id, take, take, [(line.id, pieces, take)])
            left, pieces = left - take, 0
        if left:
            raise Refusal(409, "refund_above_payment")

    def line_of(self, order_id: str, product: str) -> Line:
        return next(line for line in self.orders[order_id].lines if line.product == product)

    # --- payments ---------------------------------------------------------------------------------

    def payments_of(self, order: Order) -> Iterator[Payment]:
        """Those that brought money, in the order in which they were begun."""
        return (p for p in list(self.payments.values()) if p.order == order.id and p.applied > 0)

    def begin_payment(self, order_id: str, provider: str, amount: int | None) -> Payment:
        order = self.orders[order_id]
        if order.status != "pending" or order.due <= 0:
            raise Refusal(409, "order_not_payable")
        if amount is not None and amount > order.due:
            raise Refusal(422, "amount_above_due")
        payment = Payment(self.new_id(), order.buyer, order_id, provider, amount or order.due, order.currency)
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

    def give_up_payments(self, order: Order) -> None:
        for payment in self.payments.values():
            if payment.order == order.id and payment.status == "open":
                payment.status = "cancelled"

    def cancel_payment(self, payment_id: str) -> None:
        payment = self.payments[payment_id]
        if payment.status != "open":
            raise Refusal(409, "payment_not_open")
        payment.status = "cancelled"

    def fail(self, payment_id: str, status: str) -> None:
        payment = self.payments[payment_id]
        if status in LADDER[payment.status]:
            payment.status = status

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

    def take_up(self, order: Order) -> bool:
        """An order that expired gets its goods and its promotions again: all, or nothing."""
        pieces = self.pieces_of(order)
        if any(self.available(product) < number for product, number in pieces.items()):
            return False
        for code in order.codes:
            promotion = self.promotions[code]
            if promotion.total_uses is not None and promotion.uses >= promotion.total_uses:
                return False
            limit = promotion.uses_per_account
            if limit is not None and self.used_by(code, order.buyer) >= limit:
                return False
        for product, number in pieces.items():
            self.products[product].reserved += number
        for code in order.codes:
            self.promotions[code].uses += 1
        order.released = False
        return True

    # --- refunds ----------------------------------------------------------------------------------

    def refundable_from_order(self, payment: Payment) -> int:
        given = sum(r.from_order for r in self.refunds.values() if r.payment == payment.id and r.counts)
        return payment.applied - given

    def credited(self, refund_id: str | None) -> bool:
        if refund_id is None:
            return False
        refund = self.refunds[refund_id]
        return refund.went or self.credited(refund.retry_of)

    def retried(self, refund: Refund) -> bool:
        return any(other.retry_of == refund.id for other in self.refunds.values())

    def worth(self, line: Line, pieces: int) -> int:
        """What pieces of a line give back, after those that have been given back already."""
        before, after = line.pieces_refunded, line.pieces_refunded + pieces
        if after > line.quantity:
            raise Refusal(409, "line_refunded_out_of_range")
        share = line.total * after // line.quantity - line.total * before // line.quantity
        return min(line.total - line.refunded, max(1, share))

    def refund(
        self,
        payment_id: str,
        amount: int | None = None,
        items: list[tuple[str, int]] | None = None,
        restock: bool = False,
    ) -> Refund:
        payment = self.payments[payment_id]
        order = self.orders[payment.order] if payment.order else None
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

    def ask_refund(
        self, payment_id: str, amount: int, from_order: int,
        items: list[Any] | None = None, retry_of: str | None = None,
    ) -> Refund:  # fmt: skip
        payment = self.payments[payment_id]
        order = self.orders[payment.order] if payment.order else None
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
        if payment.provider != "mock":
            self.finish_refund(refund.id)
        return refund

    def spread(self, order: Order, amount: int) -> list[tuple[str | None, int, int]]:
        left = [line.total - line.refunded for line in order.lines] + [order.shipping - order.shipping_refunded]
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
        if not 0 <= order.shipping_refunded <= order.shipping:
            raise Refusal(409, "shipping_refunded_out_of_range")
        order.refunded += direction * refund.from_order

    def finish_refund(self, refund_id: str) -> None:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "pending":
            return
        refund.status, refund.went, refund.owed = "completed", True, False
        if payment.order is None and refund.from_order:
            purse = self.purse(payment.buyer, "wallet", payment.currency)
            purse.held -= refund.from_order
            purse.balance -= refund.from_order
        elif payment.provider != "mock":
            self.purse(payment.buyer, payment.provider, payment.currency).balance += refund.amount

    def fail_refund(self, refund_id: str, bounced: bool = False) -> None:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status == "failed" or refund.settled or (refund.status == "completed" and not bounced):
            return
        was, refund.status = refund.status, "failed"
        if refund.owed or (was == "completed" and payment.order is not None and refund.from_order):
            refund.owed = True  # it stays counted: its credit note is out
            return
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

    def retry_refund(self, refund_id: str) -> Refund:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "failed":
            raise Refusal(409, "refund_not_failed")
        if self.retried(refund):
            raise Refusal(409, "refund_retried_twice")
        left = refund.amount - refund.from_order + self.refundable_from_order(payment)
        owed = refund.owed
        if owed:
            refund.owed = False
            payment.refunded -= refund.amount
            if payment.order is not None:
                self.count_refund(refund, self.orders[payment.order], -1)
        elif refund.amount > min(payment.captured - payment.refunded, left):
            raise Refusal(409, "refund_above_payment")
        made = self.ask_refund(refund.payment, refund.amount, refund.from_order, refund.items, retry_of=refund_id)
        made.owed = owed and made.status != "completed"
        return made

    def settle_refund(self, refund_id: str, method: str) -> Refund:
        refund = self.refunds[refund_id]
        payment = self.payments[refund.payment]
        if refund.status != "failed":
            raise Refusal(409, "refund_not_failed")
        if self.retried(refund):
            raise Refusal(409, "refund_retried_twice")
        if not refund.owed:
            if payment.refunded + refund.amount > payment.captured:
                raise Refusal(409, "refund_above_payment")
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

    def adjust_stock(self, product: str, delta: int) -> None:
        it = self.products[product]
        if it.on_hand + delta < it.reserved:
            raise Refusal(409, "stock_below_reserved")
        it.on_hand += delta
