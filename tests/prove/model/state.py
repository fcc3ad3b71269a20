"""The state of the shop, its stock, and how an operation is attempted."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from .things import Dispute, Line, Order, Payment, Product, Promotion, Purse, Refund, Refusal, Tax


class State:
    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.promotions: dict[str, Promotion] = {}
        self.taxes: dict[str, Tax] = {}
        self.countries: list[str] = []  # of each buyer's address
        self.carts: dict[int, dict[str, int]] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.disputes: dict[str, Dispute] = {}  # by the gateway's reference
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

    # --- stock ------------------------------------------------------------------------------------

    def available(self, product: str) -> int:
        it = self.products[product]
        if it.parts:
            return min(self.available(part) // number for part, number in it.parts.items())
        return it.on_hand - it.reserved

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

    def adjust_stock(self, product: str, delta: int) -> None:
        it = self.products[product]
        if it.on_hand + delta < it.reserved:
            raise Refusal(409, "stock_below_reserved")
        it.on_hand += delta

    # --- what belongs to what ---------------------------------------------------------------------

    def line_of(self, order_id: str, product: str) -> Line:
        return next(line for line in self.orders[order_id].lines if line.product == product)

    def payments_of(self, order: Order) -> Iterator[Payment]:
        """Those that brought money, in the order in which they were begun."""
        return (p for p in list(self.payments.values()) if p.order == order.id and p.applied > 0)
