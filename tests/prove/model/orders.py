"""Carts and orders: prices, promotions, taxes, what is reserved and what is sold."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .disputes import Disputes
from .things import SHIPPING, Line, Order, Promotion, Refusal, split, with_tax


class Orders(Disputes):
    # --- carts ------------------------------------------------------------------------------------

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
            line.tax, line.total = with_tax(amount, tax)
        if order.by_parcel:
            if order.country is None:
                raise Refusal(422, "shipping_address_required")
            price, free_from = SHIPPING[order.currency]
            order.shipping = 0 if free_from is not None and sum(left) >= free_from else price
            order.shipping_tax, order.shipping_cost = with_tax(order.shipping, tax)

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
        if self.coming(order):
            raise Refusal(409, "payment_processing")
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

    def coming(self, order: Order) -> int:
        """What banks are working on."""
        return sum(p.amount for p in self.payments.values() if p.order == order.id and p.status == "processing")

    def give_up_payments(self, order: Order) -> None:
        for payment in self.payments.values():
            if payment.order == order.id and payment.status == "open":
                payment.status = "cancelled"
