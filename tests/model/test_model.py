"""Layer 4: a Hypothesis state machine drives the database's functions, as the real roles, against a model in Python.

The model knows what a shop is: pieces on hand and reserved, lines and totals, money taken and given back. After every
step the database must agree with it about the order and the stock that the step touched; after every run every
invariant holds.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from db.server import Access
from tests.calls import Caller, Refused


@dataclass
class Product:
    id: str
    price: int
    on_hand: int
    reserved: int = 0


@dataclass
class Order:
    id: str
    buyer: int
    lines: Counter[int] = field(default_factory=Counter)
    status: str = "pending"
    paid: int = 0


class Shop(RuleBasedStateMachine):
    access: Access
    database: str
    steps: ClassVar[Counter[str]] = Counter()

    orders = Bundle("orders")
    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller(self.access, self.database)
        self.buyers = [self.caller.sign_up("customer") for _ in range(2)]
        merchant = self.caller.sign_up("merchant")
        self.products: list[Product] = []
        for price, stock in ((1999, 5), (1, 40), (250, 12)):
            made = self.caller.call(
                "create_product",
                token=merchant,
                caller="merchant",
                name="Thing",
                description="",
                sku=uuid.uuid4().hex[:12],
                price=price,
                currency="USD",
                stock=stock,
            )
            self.products.append(Product(made["id"], price, stock))
        self.taken: set[str] = set()

    def teardown(self) -> None:
        broken = [row for row in self.caller.invariants() if not row[1]]
        self.caller.close()
        assert not broken, broken

    # --- what a customer does ---

    lines = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6)), min_size=1, max_size=4)

    @rule(target=orders, buyer=st.integers(0, 1), lines=lines)
    def create_order(self, buyer: int, lines: list[tuple[int, int]]) -> Any:
        want: Counter[int] = Counter()
        for product, quantity in lines:
            want[product] += quantity
        items = [{"product_id": self.products[p].id, "quantity": q} for p, q in lines]
        if any(self.free(p) < q for p, q in want.items()):
            self.refused("out_of_stock", "create_order", token=self.buyers[buyer], items=items)
            return multiple()
        made = self.caller.call("create_order", token=self.buyers[buyer], items=items)
        order = Order(made["id"], buyer, want)
        for product, quantity in want.items():
            self.products[product].reserved += quantity
        self.agree(order, made)
        return order

    @rule(
        order=orders,
        changes=st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 6)), min_size=1, max_size=3, unique_by=lambda c: c[0]
        ),
    )
    def modify_order(self, order: Order, changes: list[tuple[int, int]]) -> None:
        arguments = {
            "order_id": order.id,
            "items": [{"product_id": self.products[p].id, "quantity": q} for p, q in changes],
        }
        token = self.buyers[order.buyer]
        if order.status != "pending":
            self.refused("order_not_pending", "modify_order", token=token, **arguments)
            return
        after = Counter(order.lines)
        for product, quantity in changes:
            after[product] = quantity
        after = +after
        if any(after[p] - order.lines[p] > self.free(p) for p in after):
            self.refused("out_of_stock", "modify_order", token=token, **arguments)
            return
        if after and sum(self.products[p].price * q for p, q in after.items()) < order.paid:
            self.refused("order_partly_paid", "modify_order", token=token, **arguments)
            return
        made = self.caller.call("modify_order", token=token, **arguments)
        for product in set(after) | set(order.lines):
            self.products[product].reserved += after[product] - order.lines[product]
        if after:
            order.lines = after
        else:
            order.status = "cancelled"
        self.settle(order)
        self.agree(order, made)

    @rule(order=orders, which=st.integers(0, 2))
    def remove_a_line(self, order: Order, which: int) -> None:
        token = self.buyers[order.buyer]
        seen = self.caller.call("get_order", token=token, order_id=order.id)
        if order.status != "pending" or not seen["items"]:
            return
        item = seen["items"][which % len(seen["items"])]
        product = next(i for i, p in enumerate(self.products) if p.id == item["product_id"])
        left = Counter({p: q for p, q in order.lines.items() if p != product})
        if left and sum(self.products[p].price * q for p, q in left.items()) < order.paid:
            self.refused(
                "order_partly_paid", "delete_product_in_order", token=token, order_id=order.id, item_id=item["id"]
            )
            return
        made = self.caller.call("delete_product_in_order", token=token, order_id=order.id, item_id=item["id"])
        self.products[product].reserved -= order.lines[product]
        if len(order.lines) == 1:
            order.status = "cancelled"
        else:
            del order.lines[product]
        self.settle(order)
        self.agree(order, made)

    @rule(order=orders)
    def cancel_order(self, order: Order) -> None:
        token = self.buyers[order.buyer]
        if order.status not in ("pending", "paid"):
            self.refused("order_not_cancellable", "cancel_order", token=token, order_id=order.id)
            return
        made = self.caller.call("cancel_order", token=token, order_id=order.id)
        for product, quantity in order.lines.items():
            if order.status == "pending":
                self.products[product].reserved -= quantity
            else:
                self.products[product].on_hand += quantity
        order.status = "cancelled"
        self.agree(order, made)

    @rule(order=orders)
    def other_peoples_orders_do_not_exist(self, order: Order) -> None:
        other = self.buyers[1 - order.buyer]
        for function in ("get_order", "cancel_order", "list_order_events", "list_payments"):
            self.refused("order_not_found", function, token=other, order_id=order.id)

    # --- paying ---

    @rule(target=payments, order=orders)
    def begin_payment(self, order: Order) -> Any:
        token = self.buyers[order.buyer]
        if order.status != "pending":
            self.refused("order_not_payable", "begin_payment", token=token, order_id=order.id, provider="mock")
            return multiple()
        made = self.caller.call("begin_payment", token=token, order_id=order.id, provider="mock")["payment"]
        assert made["amount"] == self.total(order) - order.paid
        return (order, made["id"], made["amount"])

    @rule(
        payment=payments,
        kind=st.sampled_from(["completed", "completed", "failed", "expired"]),
        repeats=st.integers(1, 3),
    )
    def callback(self, payment: tuple[Order, str, int], kind: str, repeats: int) -> None:
        order, payment_id, amount = payment
        for _ in range(repeats):
            self.caller.call(
                "receive_gateway_event",
                caller="gateway",
                provider="mock",
                event_id=f"{payment_id}:{kind}",
                kind=kind,
                payment_id=payment_id,
                provider_reference=f"mock_{payment_id}",
                amount=amount,
                currency="USD",
                payload={},
            )
        seen = self.caller.call("get_payment", token=self.buyers[order.buyer], payment_id=payment_id)
        if kind == "completed":
            assert seen["status"] == "completed"
            # Pays what is due at most, once; everything else is given back.
            if order.status == "pending" and payment_id not in self.taken:
                self.taken.add(payment_id)
                order.paid += min(amount, self.total(order) - order.paid)
                if order.paid == self.total(order):
                    order.status = "paid"
                    for product, quantity in order.lines.items():
                        self.products[product].reserved -= quantity
                        self.products[product].on_hand -= quantity
        self.agree(order, self.caller.call("get_order", token=self.buyers[order.buyer], order_id=order.id))

    # --- agreement ---

    def free(self, product: int) -> int:
        return self.products[product].on_hand - self.products[product].reserved

    def total(self, order: Order) -> int:
        return sum(self.products[p].price * q for p, q in order.lines.items())

    def settle(self, order: Order) -> None:
        """An order that became as cheap as what was paid already is paid."""
        if order.status == "pending" and order.paid and order.paid == self.total(order):
            order.status = "paid"
            for product, quantity in order.lines.items():
                self.products[product].reserved -= quantity
                self.products[product].on_hand -= quantity

    def agree(self, order: Order, seen: dict[str, Any]) -> None:
        self.steps[order.status] += 1
        assert seen["status"] == order.status
        assert seen["total"] == seen["subtotal"] == sum(item["total"] for item in seen["items"])
        if order.status != "cancelled":
            assert {i["product_id"]: i["quantity"] for i in seen["items"]} == {
                self.products[p].id: q for p, q in order.lines.items()
            }
            assert seen["total"] == self.total(order)

    def refused(self, code: str, function: str, **arguments: Any) -> None:
        with pytest.raises(Refused) as answer:
            self.caller.call(function, **arguments)
        assert answer.value.code == code

    @invariant()
    def stock_agrees(self) -> None:
        assert {p.id: (p.on_hand, p.reserved) for p in self.products} == self.caller.stock(
            [p.id for p in self.products]
        )


def test_the_shop_agrees_with_its_model(access: Access, database: str) -> None:
    Shop.access, Shop.database = access, database
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    print(f"orders seen by status: {dict(Shop.steps)}")
