"""What customers do with carts and orders."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from api.gateways.mock import SIGNATURE
from tests.prove.model import Refund, Refusal

from .books import FEE
from .desk import Desk, buyers, quantities, some

products = st.integers(0, 5)


class Buying(Desk):
    how = st.tuples(
        st.sampled_from(["USD", "USD", "USD", "EUR"]),
        st.lists(st.integers(0, 4), max_size=2) | st.just([]) | st.just([]),
        st.booleans(),
        st.sampled_from([False, False, True]),
    )

    def choice(self, currency: str, codes: list[int], address: bool, parcel: bool, buyer: int) -> tuple[Any, Any]:
        """How something is ordered: for the model, and for the shop."""
        names = [*self.model.promotions, "NOSUCH"]
        chosen = tuple(dict.fromkeys(names[n] for n in codes))
        body: dict[str, Any] = {"currency": currency}
        if chosen:
            body["promo_code"] = ",".join(chosen)
        if address:
            body["shipping_address_id"] = self.addresses[buyer]
        if parcel:
            body["shipping_method_id"] = self.methods[0]
        return {"currency": currency, "codes": chosen, "address": address, "by_parcel": parcel}, body

    def ordered(self, wanted: Any, answer: httpx.Response) -> None:
        if (said := self.compare(wanted, answer)) is not None:
            self.real[wanted.id] = said["id"]
            self.agree_about(wanted.id, said)

    def callback(self, payment: str, kind: str, amount: int, currency: str, event: str) -> None:
        """As the gateway posts it, signed."""
        data = {"payment_id": self.real[payment], "reference": f"mock_{self.real[payment]}", "amount": amount,
                "currency": currency}  # fmt: skip
        body = json.dumps({"id": event, "type": kind, "data": data}).encode()
        headers = {"content-type": "application/json", SIGNATURE: self.gateway.sign(body)}
        self.done["requests"] += 1
        answer = self.http.post("/webhooks/mock", content=body, headers=headers)
        assert answer.status_code < 300, answer.text

    @rule(
        buyer=buyers,
        lines=st.lists(st.tuples(products, quantities), min_size=1, max_size=4),
        how=how,
        twice=st.booleans(),
    )
    def create_order(self, buyer: int, lines: list[tuple[int, int]], how: Any, twice: bool) -> None:
        asked = [(self.catalogue[n], quantity) for n, quantity in lines]
        given, body = self.choice(*how, buyer)
        wanted = self.model.attempt(self.model.create_order, buyer, asked, **given)
        body["items"] = [self.line(*line) for line in asked]
        key = uuid.uuid4().hex
        answer = self.ask(self.buyers[buyer], "POST", "/orders", body, key)
        self.ordered(wanted, answer)
        if twice and answer.status_code == 201:
            again = self.ask(self.buyers[buyer], "POST", "/orders", body, key)
            assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (
                201,
                answer.json(),
                "true",
            )

    @rule(buyer=buyers, lines=st.lists(st.tuples(products, quantities), min_size=1, max_size=3), how=how,
          parts=st.sampled_from([(), (50,), (30, 60)]), slow=st.booleans())  # fmt: skip
    def buy(self, buyer: int, lines: list[tuple[int, int]], how: Any, parts: tuple[int, ...], slow: bool) -> None:
        """The way of most orders: made, and paid in one piece or in several, through the gateway."""
        asked = [(self.catalogue[n], quantity) for n, quantity in lines]
        given, body = self.choice(*how, buyer)
        wanted = self.model.attempt(self.model.create_order, buyer, asked, **given)
        body["items"] = [self.line(*line) for line in asked]
        self.ordered(wanted, self.ask(self.buyers[buyer], "POST", "/orders", body))
        if isinstance(wanted, Refusal):
            return
        for part in (*parts, None):
            order = self.model.orders[wanted.id]
            if order.status != "pending":
                break
            amount = None if part is None else max(1, order.total * part // 100)
            if amount is not None and amount > order.due:
                continue
            begun = self.model.attempt(self.model.begin_payment, order.id, "mock", amount)
            what = {"provider": "mock"} | ({} if amount is None else {"amount": amount})
            said = self.must(self.buyers[buyer], "POST", f"/orders/{self.real[order.id]}/payments", what)
            self.real[begun.id] = said["payment"]["id"]
            if slow:
                self.callback(begun.id, "processing", begun.amount, begun.currency, f"bank:{self.real[begun.id]}")
                self.model.process(begun.id)
                self.done["debits"] += 1
                self.the_database_agrees()
            self.callback(begun.id, "completed", begun.amount, begun.currency, f"buy:{self.real[begun.id]}")
            self.take(begun.id, begun.amount, begun.currency)

    def take(self, name: str, amount: int, currency: str) -> None:
        """The gateway takes the money, once, and keeps its fee."""
        if not self.books.of(self.real[name], "captured"):
            self.books.enter(self.real[name], "captured", amount, currency, fee=FEE)
        self.model.complete(name, amount, currency)

    def left_there(self, name: str) -> int:
        """What the gateway itself has left of a payment: it never gives back more than it took."""
        return sum(entry["amount"] for entry in self.books.entries if entry["payment_id"] == self.real[name])

    def untold(self, name: str) -> bool:
        """Whether the gateway has given back or withdrawn what we do not know of yet."""
        known = {refund.reference for refund in self.model.refunds.values()} | self.model.disputes.keys()
        kinds = ("refunded", "disputed")
        return any(case not in known for kind in kinds for case in self.books.of(self.real[name], kind))

    def currency_of(self, refund: Refund) -> str:
        return self.model.payments[refund.payment].currency

    @rule(buyer=buyers, product=products, quantity=quantities, alter=st.booleans())
    def fill_cart(self, buyer: int, product: int, quantity: int, alter: bool) -> None:
        name = self.catalogue[product]
        token = self.buyers[buyer]
        if alter and name in self.model.carts.get(buyer, {}):
            item = next(i for i in self.cart(buyer)["items"] if name in (i["product_id"], i["bundle_id"]))
            wanted = self.model.attempt(self.model.set_in_cart, buyer, name, quantity)
            answer = self.ask(token, "PATCH", f"/cart/items/{item['id']}", {"quantity": quantity})
        else:
            wanted = self.model.attempt(self.model.add_to_cart, buyer, name, quantity)
            answer = self.ask(token, "POST", "/cart/items", self.line(name, quantity))
        self.compare(wanted, answer)
        self.cart(buyer)

    @rule(buyer=buyers, product=products)
    def take_from_cart(self, buyer: int, product: int) -> None:
        name = self.catalogue[product]
        for item in self.cart(buyer)["items"]:
            if name in (item["product_id"], item["bundle_id"]):
                self.must(self.buyers[buyer], "DELETE", f"/cart/items/{item['id']}")
                del self.model.carts[buyer][name]
        self.cart(buyer)

    def cart(self, buyer: int) -> Any:
        seen = self.must(self.buyers[buyer], "GET", "/cart")
        has = {item["product_id"] or item["bundle_id"]: item["quantity"] for item in seen["items"]}
        assert has == self.model.carts.get(buyer, {})
        return seen

    @rule(buyer=buyers, how=how, only=st.none() | st.sets(products, min_size=1))
    def check_out(self, buyer: int, how: Any, only: set[int] | None) -> None:
        given, body = self.choice(*how, buyer)
        chosen = None
        if only is not None:
            names = [self.catalogue[n] for n in only]
            items = [i for i in self.cart(buyer)["items"] if (i["product_id"] or i["bundle_id"]) in names]
            if not items:
                return
            body["item_ids"] = [item["id"] for item in items]
            chosen = names
        wanted = self.model.attempt(self.model.check_out, buyer, chosen, **given)
        self.ordered(wanted, self.ask(self.buyers[buyer], "POST", "/cart/checkout", body))
        self.cart(buyer)

    @precondition(lambda self: self.model.orders)
    @rule(n=some, changes=st.dictionaries(products, st.integers(0, 5), min_size=1, max_size=3))
    def modify_order(self, n: int, changes: dict[int, int]) -> None:
        order = self.pick(self.model.orders, n)
        asked = {self.catalogue[product]: quantity for product, quantity in changes.items()}
        wanted = self.model.attempt(self.model.modify_order, order, asked)
        body = {"items": [self.line(*change) for change in asked.items()]}
        self.compare(wanted, self.ask(self.token(order), "PATCH", f"/orders/{self.real[order]}", body))

    @precondition(lambda self: self.model.orders)
    @rule(n=some, which=some)
    def remove_line(self, n: int, which: int) -> None:
        order = self.pick(self.model.orders, n)
        seen = self.must(self.token(order), "GET", f"/orders/{self.real[order]}")
        item = seen["items"][which % len(seen["items"])]
        wanted = self.model.attempt(self.model.remove_line, order, item["product_id"] or item["bundle_id"])
        path = f"/orders/{self.real[order]}/items/{item['id']}"
        self.compare(wanted, self.ask(self.token(order), "DELETE", path))

    @precondition(lambda self: self.model.orders)
    @rule(n=some, by_support=st.booleans())
    def cancel_order(self, n: int, by_support: bool) -> None:
        order = self.pick(self.model.orders, n)
        wanted = self.model.attempt(self.model.cancel_order, order)
        token, where = (self.support, "/admin") if by_support else (self.token(order), "")
        self.compare(wanted, self.ask(token, "POST", f"{where}/orders/{self.real[order]}/cancel", {}))

    @precondition(lambda self: self.model.orders)
    @rule(n=some)
    def other_peoples_orders_do_not_exist(self, n: int) -> None:
        order = self.pick(self.model.orders, n)
        other = self.buyers[(self.model.orders[order].buyer + 1) % 3]
        path, nobody = f"/orders/{self.real[order]}", Refusal(404, "order_not_found")
        self.compare(nobody, self.ask(other, "GET", path))
        self.compare(nobody, self.ask(other, "POST", f"{path}/cancel", {}))
        self.compare(nobody, self.ask(other, "POST", f"{path}/payments", {"provider": "mock"}))
