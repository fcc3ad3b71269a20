"""A Hypothesis state machine drives the whole shop over HTTP, against the model: each answer's status, code, amounts,
and after each step every order, payment, refund, purse and piece of stock.

The worker's part (what a gateway, a bank or time does) is done by rules, as the worker's own role, so that the model
knows when. Callbacks are signed and posted as the mock gateway's: twice, late, in any order, with wrong amounts.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from fractions import Fraction
from typing import Any, ClassVar

import httpx
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.gateways.mock import SIGNATURE, MockGateway
from db.server.access import Access
from tests.prove.model import Order, Payment, Product, Promotion, Refund, Refusal, Shop, Tax
from tests.support.calls import Caller
from tests.support.payouts import IBAN

COUNTRIES = ["NL", "BD", "US"]  # tax in the price, tax on top, none
TAXES = {"NL": Tax(Fraction(21), included=True), "BD": Tax(Fraction("7.25"), included=False)}
some = st.integers(0, 10**6)
buyers = st.integers(0, 2)
quantities = st.integers(1, 5)


class Machine(RuleBasedStateMachine):
    access: ClassVar[Access]
    url: ClassVar[str]
    methods: ClassVar[list[str]]
    done: ClassVar[Counter[str]] = Counter()
    answers: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller(self.access, self.access.database)
        self.http = httpx.Client(base_url=self.url + "/v1", timeout=30, verify=False)  # plain HTTP
        self.gateway = MockGateway(self.access.gateway_secret("mock"), "")
        self.model = Shop()
        self.real: dict[str, str] = {}  # the model's name of a thing: the database's
        self.withdrawals: list[tuple[str, int, int]] = []
        self.changes: list[tuple[str, int, int]] = []
        self.cards: list[tuple[str, int]] = []
        self.redemptions: Counter[int] = Counter()
        self.events = 0

    @initialize()
    def open_shop(self) -> None:
        self.buyers = [self.caller.sign_up("customer") for _ in COUNTRIES]
        self.accounts, self.addresses = [], []
        # Guesses at gift cards are counted by address as well: not from one shop to the next.
        self.caller.connection("admin_sql").execute("DELETE FROM identity.login_attempts")
        self.model.countries = list(COUNTRIES)
        for token, country in zip(self.buyers, COUNTRIES, strict=True):
            self.accounts.append(self.must(token, "GET", "/account")["id"])
            self.must(token, "PUT", "/account/bank-account", {"iban": IBAN, "holder": "Ada"})
            address = {"name": "Ada", "line1": "1 Main Street", "city": "X", "country": country}
            self.addresses.append(self.must(token, "POST", "/account/addresses", address)["id"])
        self.merchant = self.caller.sign_up("merchant")
        self.support, self.second, self.admin = (self.staff(role) for role in ("support", "support", "admin"))
        if not self.methods:
            for country, tax in TAXES.items():
                rate = {"country": country, "name": "VAT", "rate": float(tax.rate), "included": tax.included}
                self.must(self.admin, "POST", "/admin/tax-rates", rate)
            rates = [{"currency": "USD", "up_to": 1000, "price": 599, "free_from": 20_000},
                     {"currency": "EUR", "up_to": 1000, "price": 499}]  # fmt: skip
            made = self.must(self.admin, "POST", "/admin/shipping-methods", {"name": "Parcel", "rates": rates})
            self.methods.append(made["id"])
            # Credit that waits for a carrier is proved elsewhere (tests/fulfilment/shipments).
            self.caller.connection("admin_sql").execute(
                "UPDATE sales.settings SET credit_held_until_booked = false, demo = true"
            )
        self.model.taxes = TAXES
        for usd, eur, stock in ((1999, 1850, 6), (1, 1, 40), (250, None, 12), (9999, 9100, 5)):
            given = {"name": "Thing", "description": "", "sku": uuid.uuid4().hex[:12], "price": usd, "currency": "USD",
                     "stock": stock}  # fmt: skip
            product = self.must(self.merchant, "POST", "/products", given)["id"]
            prices = {"USD": usd}
            if eur is not None:
                self.must(self.merchant, "PUT", f"/products/{product}/price", {"price": eur, "currency": "EUR"})
                prices["EUR"] = eur
            self.model.products[product] = Product(product, prices, stock)
        a, b, c, _ = self.model.products
        for parts, price in (({a: 1, b: 2}, 2000), ({b: 3, c: 2}, 333)):
            given = {"name": "Set", "sku": uuid.uuid4().hex[:12], "price": price, "currency": "USD",
                     "items": [{"product_id": part, "quantity": number} for part, number in parts.items()]}  # fmt: skip
            bundle = self.must(self.merchant, "POST", "/bundles", given)["id"]
            self.must(self.merchant, "PUT", f"/bundles/{bundle}/price", {"price": price - 7, "currency": "EUR"})
            self.model.products[bundle] = Product(bundle, {"USD": price, "EUR": price - 7}, parts=parts)
        self.catalogue = list(self.model.products)
        for buyer, account in enumerate(self.accounts):  # money to begin with
            self.caller.connection("admin_sql").execute(
                """
                SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'),
                                            ledger.open_account(k, 'USD', owner_id => %s), 9000, 'test')
                FROM unnest('{wallet,credit}'::text[]) AS k
                """, [account],
            )  # fmt: skip
            for kind in ("wallet", "credit"):
                self.model.purse(buyer, kind).balance = 9000
        for promotion in (
            Promotion("TEN", basis_points=1000, currency="USD", cap=1500, stackable=True),
            Promotion("THIRD", basis_points=3333, stackable=True, total_uses=3),
            Promotion("SEVEN", amount=700, currency="USD", minimum=2000, uses_per_account=1),
            Promotion("ALL", basis_points=10_000, uses_per_account=1, total_uses=2),
        ):
            code = promotion.code + uuid.uuid4().hex[:8].upper()
            given = {"code": code, "name": "Sale", "kind": "fixed" if promotion.amount else "percentage",
                     "stackable": promotion.stackable}  # fmt: skip
            for name in ("basis_points", "amount", "currency", "minimum", "cap", "total_uses", "uses_per_account"):
                if getattr(promotion, name):
                    given[name] = getattr(promotion, name)
            self.real[code] = self.must(self.support, "POST", "/promotions", given)["id"]
            promotion.code = code
            self.model.promotions[code] = promotion

    def staff(self, role: str) -> str:
        email = f"{uuid.uuid4().hex}@example.com"
        self.caller.call("create_account", caller="anonymous", email=email, password="x" * 60)
        self.caller.connection("admin_sql").execute(
            "UPDATE identity.accounts SET role = %s WHERE email = %s", [role, email]
        )
        return self.caller.token(role, email)

    def teardown(self) -> None:
        if hasattr(self, "admin"):
            found = self.must(self.admin, "GET", "/invariants")
            broken = [check for check in found["checks"] if not check["ok"]]
            assert found["ok"], broken
            assert not broken, broken
        self.http.close()
        self.caller.close()

    # --- asking, and agreeing ---

    def ask(self, token: str, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        self.done["requests"] += 1
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        answer = self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, answer.text
        return answer

    def must(self, token: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(token, method, path, body)
        assert answer.status_code < 400, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    def compare(self, wanted: Any, answer: httpx.Response) -> Any:
        """The model's word against the shop's. The data, where both say yes; else None."""
        said = answer.json() if answer.content else {}
        note(
            f"{answer.request.method} {answer.request.url.path} {answer.request.content[:300]!r}: {answer.status_code}"
        )
        if isinstance(wanted, Refusal):
            assert (answer.status_code, said.get("code")) == (wanted.status, wanted.code), said
            self.answers[wanted.code] += 1
            return None
        assert answer.status_code < 400, said
        self.answers["ok"] += 1
        return said

    def pick(self, things: dict[str, Any], number: int) -> str:
        """Rather a late one than an early one."""
        names = list(things)
        return names[-1 - number % min(len(names), 6)]

    def line(self, product: str, quantity: int) -> dict[str, Any]:
        kind = "bundle_id" if self.model.products[product].parts else "product_id"
        return {kind: product, "quantity": quantity}

    def token(self, order: str) -> str:
        return self.buyers[self.model.orders[order].buyer]

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

    how = st.tuples(
        st.sampled_from(["USD", "USD", "USD", "EUR"]),
        st.lists(st.integers(0, 4), max_size=2) | st.just([]) | st.just([]),
        st.booleans(),
        st.sampled_from([False, False, True]),
    )
    products = st.integers(0, 5)

    def ordered(self, wanted: Any, answer: httpx.Response) -> None:
        if (said := self.compare(wanted, answer)) is not None:
            self.real[wanted.id] = said["id"]
            self.agree_about(wanted.id, said)

    # --- what customers do ---

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
          parts=st.sampled_from([(), (50,), (30, 60)]))  # fmt: skip
    def buy(self, buyer: int, lines: list[tuple[int, int]], how: Any, parts: tuple[int, ...]) -> None:
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
            self.callback(begun.id, "completed", begun.amount, begun.currency, f"buy:{self.real[begun.id]}")
            self.model.complete(begun.id, begun.amount, begun.currency)

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

    # --- paying ---

    @precondition(lambda self: self.model.orders)
    @rule(n=some, provider=st.sampled_from(["mock", "mock", "wallet", "credit"]), part=st.none() | st.integers(1, 130))
    def begin_payment(self, n: int, provider: str, part: int | None) -> None:
        order = self.pick(self.model.orders, n)
        amount = None if part is None else max(1, self.model.orders[order].total * part // 100)
        wanted = self.model.attempt(self.model.begin_payment, order, provider, amount)
        body = {"provider": provider} | ({} if amount is None else {"amount": amount})
        said = self.compare(wanted, self.ask(self.token(order), "POST", f"/orders/{self.real[order]}/payments", body))
        if said:
            self.real[wanted.id] = said["payment"]["id"]
            assert said["payment"]["amount"] == wanted.amount

    @rule(buyer=buyers, amount=st.sampled_from([99, 100, 2500, 40_000]))
    def deposit(self, buyer: int, amount: int) -> None:
        wanted = self.model.attempt(self.model.begin_deposit, buyer, amount)
        body = {"amount": amount, "currency": "USD", "provider": "mock"}
        if said := self.compare(wanted, self.ask(self.buyers[buyer], "POST", "/wallet/deposits", body)):
            self.real[wanted.id] = said["payment"]["id"]

    def at_gateway(self) -> dict[str, Payment]:
        return {name: payment for name, payment in self.model.payments.items() if payment.provider == "mock"}

    def callback(self, payment: str, kind: str, amount: int, currency: str, event: str) -> None:
        """As the gateway posts it, signed."""
        data = {"payment_id": self.real[payment], "reference": f"mock_{self.real[payment]}", "amount": amount,
                "currency": currency}  # fmt: skip
        body = json.dumps({"id": event, "type": kind, "data": data}).encode()
        headers = {"content-type": "application/json", SIGNATURE: self.gateway.sign(body)}
        self.done["requests"] += 1
        answer = self.http.post("/webhooks/mock", content=body, headers=headers)
        assert answer.status_code < 300, answer.text

    @precondition(lambda self: self.at_gateway())
    @rule(n=some, kind=st.sampled_from(["completed", "completed", "completed", "failed", "expired"]),
          repeats=st.integers(1, 3),
          other=st.booleans())  # fmt: skip
    def gateway_says(self, n: int, kind: str, repeats: int, other: bool) -> None:
        """Repeated as the same event, or as one that says the same."""
        name = self.pick(self.at_gateway(), n)
        payment = self.model.payments[name]
        amount, currency = payment.amount, payment.currency
        for repeat in range(repeats):
            self.callback(name, kind, amount, currency, f"{name}:{kind}:{repeat if other else 0}:{self.real[name]}")
        if kind == "completed":
            self.model.complete(name, amount, currency)
        else:
            self.model.fail(name, kind)

    @precondition(lambda self: self.at_gateway())
    @rule(n=some, change=st.sampled_from([-1, 1, 500]), currency=st.sampled_from(["USD", "EUR"]))
    def gateway_took_another_sum(self, n: int, change: int, currency: str) -> None:
        name = self.pick(self.at_gateway(), n)
        amount = max(1, self.model.payments[name].amount + change)
        self.events += 1
        self.callback(name, "completed", amount, currency, f"wrong:{self.events}:{self.real[name]}")
        self.model.complete(name, amount, currency)

    @precondition(lambda self: self.at_gateway())
    @rule(n=some)
    def click_at_the_hosted_page(self, n: int) -> None:
        """The person clicks, whatever has become of the attempt since."""
        name = self.pick(self.at_gateway(), n)
        payment = self.model.payments[name]
        page = self.must(self.buyers[payment.buyer], "GET", f"/payments/{self.real[name]}")["checkout_url"]
        if page is not None:
            assert self.http.post(page, data={"outcome": "pay"}).status_code in (302, 303)
            self.model.complete(name, payment.amount, payment.currency)

    @precondition(lambda self: self.model.payments)
    @rule(n=some)
    def cancel_payment(self, n: int) -> None:
        name = self.pick(self.model.payments, n)
        wanted = self.model.attempt(self.model.cancel_payment, name)
        token = self.buyers[self.model.payments[name].buyer]
        self.compare(wanted, self.ask(token, "POST", f"/payments/{self.real[name]}/cancel"))

    @precondition(lambda self: self.model.orders)
    @rule(n=some)
    def time_passes(self, n: int) -> None:
        order = self.pick(self.model.orders, n)
        self.caller.connection("admin_sql").execute(
            "UPDATE sales.orders SET expires_at = now() - interval '1 second' WHERE id = %s AND status = 'pending'",
            [self.real[order]],
        )
        self.caller.call("expire_orders", caller="worker")
        self.model.expire(order)

    # --- money back ---

    @precondition(lambda self: self.model.payments)
    @rule(n=some, part=st.none() | st.integers(1, 110), restock=st.sampled_from([False, False, True]))
    def refund_amount(self, n: int, part: int | None, restock: bool) -> None:
        name = self.pick(self.model.payments, n)
        amount = None if part is None else max(1, self.model.payments[name].captured * part // 100)
        body: dict[str, Any] = {"reason": "broken", "restock": restock} | ({} if amount is None else {"amount": amount})
        self.refund(name, body, amount=amount, restock=restock)

    @precondition(lambda self: any(p.order for p in self.model.payments.values()))
    @rule(n=some, which=some, quantity=st.integers(1, 3), restock=st.booleans())
    def refund_pieces(self, n: int, which: int, quantity: int, restock: bool) -> None:
        name = self.pick({k: p for k, p in self.model.payments.items() if p.order}, n)
        order = self.model.orders[self.model.payments[name].order or ""]
        # What has left and goes back into stock is a return.
        restock = restock and order.status not in ("shipped", "delivered")
        seen = self.must(self.buyers[order.buyer], "GET", f"/orders/{self.real[order.id]}")
        item = seen["items"][which % len(seen["items"])]
        body = {"reason": "broken", "items": [{"order_item_id": item["id"], "quantity": quantity}], "restock": restock}
        self.refund(name, body, items=[(item["product_id"] or item["bundle_id"], quantity)], restock=restock)

    def refund(self, name: str, body: Any, **given: Any) -> None:
        order = self.model.orders.get(self.model.payments[name].order or "")
        if given["restock"] and order is not None and order.status in ("shipped", "delivered"):
            given["restock"] = body["restock"] = False
        wanted = self.model.attempt(self.model.refund, name, **given)
        said = self.compare(wanted, self.ask(self.support, "POST", f"/payments/{self.real[name]}/refunds", body))
        if said:
            assert said["amount"] == wanted.amount

    @precondition(lambda self: self.model.refunds)
    @rule(n=some, how=st.sampled_from(["complete", "complete", "fail", "bounce"]))
    def refund_ends(self, n: int, how: str) -> None:
        mine = {k: r for k, r in self.model.refunds.items() if self.model.payments[r.payment].provider == "mock"}
        if not mine:
            return
        name = self.pick(mine, n)
        refund: Refund = self.model.refunds[name]
        real = self.real[name]
        if how == "complete":
            self.caller.call("complete_refund", caller="worker", refund_id=real, provider_reference=f"re_{real}")
            self.model.finish_refund(name)
        elif how == "fail":
            self.caller.call("fail_refund", caller="worker", refund_id=real, failure_code="no")
            self.model.fail_refund(name)
        elif refund.status == "completed":
            payment = self.model.payments[refund.payment]
            if payment.order is None and refund.from_order and self.model.credited(refund.retry_of):
                return
            self.caller.call(
                "receive_gateway_event", caller="gateway", provider="mock", event_id=f"bounce:{real}",
                kind="refund_failed", payment_id=self.real[refund.payment], refund_id=real, payload={},
            )  # fmt: skip
            self.model.fail_refund(name, bounced=True)

    @precondition(lambda self: self.model.refunds)
    @rule(n=some)
    def retry_refund(self, n: int) -> None:
        failed = {k: r for k, r in self.model.refunds.items() if r.status == "failed"} or self.model.refunds
        name = self.pick(failed, n)
        wanted = self.model.attempt(self.model.retry_refund, name)
        self.compare(wanted, self.ask(self.support, "POST", f"/refunds/{self.real[name]}/retry"))

    @precondition(lambda self: self.model.refunds)
    @rule(n=some, method=st.sampled_from(["wallet", "credit", "bank_transfer", "cash"]))
    def settle_refund(self, n: int, method: str) -> None:
        failed = {k: r for k, r in self.model.refunds.items() if r.status == "failed"} or self.model.refunds
        name = self.pick(failed, n)
        wanted = self.model.attempt(self.model.settle_refund, name, method)
        body = {"method": method, "reference": "receipt"}
        self.compare(wanted, self.ask(self.support, "POST", f"/refunds/{self.real[name]}/settle", body))

    # --- parcels ---

    @precondition(lambda self: self.model.orders)
    @rule(n=some, step=st.sampled_from(["ship", "ship", "deliver"]))
    def send(self, n: int, step: str) -> None:
        order = self.pick(self.model.orders, n)
        wanted = self.model.attempt(self.model.ship if step == "ship" else self.model.deliver, order)
        self.compare(wanted, self.ask(self.support, "POST", f"/admin/orders/{self.real[order]}/{step}"))

    @precondition(lambda self: any(o.status in ("shipped", "delivered") for o in self.model.orders.values()))
    @rule(n=some, which=some, quantity=st.integers(1, 3))
    def send_back(self, n: int, which: int, quantity: int) -> None:
        out = {k: o for k, o in self.model.orders.items() if o.status in ("shipped", "delivered")}
        order = self.pick(out, n)
        seen = self.must(self.token(order), "GET", f"/orders/{self.real[order]}")
        item = seen["items"][which % len(seen["items"])]
        product = item["product_id"] or item["bundle_id"]
        wanted = self.model.attempt(self.model.announce_return, order, product, quantity)
        body = {"items": [{"order_item_id": item["id"], "quantity": quantity}], "reason": "too small"}
        said = self.compare(wanted, self.ask(self.token(order), "POST", f"/orders/{self.real[order]}/returns", body))
        if said:
            self.must(self.support, "POST", f"/returns/{said['id']}/approve")
            wanted = self.model.attempt(self.model.receive_return, order, product, quantity)
            self.compare(wanted, self.ask(self.support, "POST", f"/returns/{said['id']}/receive", {}))

    # --- wallet, credit, gift cards, stock, prices ---

    @rule(buyer=buyers, amount=st.sampled_from([999, 1000, 2500, 30_000]))
    def withdraw(self, buyer: int, amount: int) -> None:
        wanted = self.model.attempt(self.model.withdraw, buyer, amount)
        body = {"amount": amount, "currency": "USD"}
        if said := self.compare(wanted, self.ask(self.buyers[buyer], "POST", "/wallet/withdrawals", body)):
            self.withdrawals.append((said["id"], buyer, amount))

    @precondition(lambda self: self.withdrawals)
    @rule(sent=st.booleans())
    def withdrawal_ends(self, sent: bool) -> None:
        payout, buyer, amount = self.withdrawals.pop()
        for _ in range(2):
            if sent:
                self.caller.call("complete_payout", caller="worker", payout_id=payout, provider_reference=payout)
            else:
                self.caller.call("fail_payout", caller="worker", payout_id=payout, failure_code="no")
        self.model.end_withdrawal(buyer, amount, sent)

    @rule(
        buyer=buyers, amount=st.sampled_from([700, 5000, 50_000, 50_001]), deduct=st.sampled_from([False, False, True])
    )
    def change_credit(self, buyer: int, amount: int, deduct: bool) -> None:
        signed = -amount if deduct else amount
        wanted = self.model.attempt(self.model.change_credit, buyer, signed)
        body = {"account_id": self.accounts[buyer], "amount": amount, "currency": "USD", "reason": "sorry"}
        said = self.compare(
            wanted, self.ask(self.support, "POST", f"/credits/{'deductions' if deduct else 'grants'}", body)
        )
        if said:
            assert said["status"] == wanted
            if wanted == "pending":
                self.changes.append((said["id"], buyer, signed))

    @precondition(lambda self: self.changes)
    @rule(approve=st.booleans())
    def second_person(self, approve: bool) -> None:
        change, buyer, amount = self.changes[-1]
        body = {"decision": "approve" if approve else "reject"}
        if approve:
            own = Refusal(409, "approval_by_requester")
            funds = self.model.attempt(self.model.book_credit, buyer, amount)
            answer = self.ask(self.support, "POST", f"/credits/approvals/{change}", body)
            assert answer.status_code == own.status, answer.text
            assert answer.json()["code"] in (own.code, "insufficient_funds")
            said = self.compare(funds, self.ask(self.second, "POST", f"/credits/approvals/{change}", body))
            if said is None:
                return
        else:
            self.compare(None, self.ask(self.second, "POST", f"/credits/approvals/{change}", body))
        self.changes.pop()
        self.compare(
            Refusal(409, "credit_change_decided"), self.ask(self.second, "POST", f"/credits/approvals/{change}", body)
        )

    @rule(buyer=buyers, amount=st.integers(1, 3000))
    def gift_card(self, buyer: int, amount: int) -> None:
        if self.redemptions[buyer] > 6:  # ten tries a quarter of an hour
            return
        card = self.must(self.support, "POST", "/gift-cards", {"amount": amount, "currency": "USD"})
        self.redemptions[buyer] += 2
        for wanted in (None, Refusal(409, "gift_card_redeemed")):
            answer = self.ask(self.buyers[buyer], "POST", "/gift-cards/redeem", {"code": card["code"]})
            self.compare(wanted, answer)
        self.model.book_credit(buyer, amount)

    @rule(product=st.integers(0, 3), delta=st.integers(-4, 6).filter(bool))
    def adjust_stock(self, product: int, delta: int) -> None:
        name = self.catalogue[product]
        wanted = self.model.attempt(self.model.adjust_stock, name, delta)
        body = {"delta": delta, "reason": "counted"}
        self.compare(wanted, self.ask(self.merchant, "POST", f"/products/{name}/stock", body))

    @rule(product=products, change=st.integers(-3, 5))
    def change_price(self, product: int, change: int) -> None:
        name = self.catalogue[product]
        it = self.model.products[name]
        price = max(1, it.prices["USD"] + change)
        kind = "bundles" if it.parts else "products"
        self.must(self.merchant, "PUT", f"/{kind}/{name}/price", {"price": price, "currency": "USD"})
        it.prices["USD"] = price

    # --- agreement, after each step ---

    @invariant()
    def the_database_agrees(self) -> None:
        self.done["steps"] += 1
        sql = self.caller.connection("admin_sql")
        stock = self.caller.stock([name for name in self.catalogue if not self.model.products[name].parts])
        wanted = {p.id: (p.on_hand, p.reserved) for p in self.model.products.values() if not p.parts}
        assert stock == wanted, "stock"
        names = {self.real[code]: p.uses for code, p in self.model.promotions.items() if p.total_uses is not None}
        for row in sql.execute(
            "SELECT id::text, uses FROM sales.promotions WHERE id = ANY (%s::uuid[])", [list(names)]
        ):
            assert row[1] == names[row[0]], "uses of a promotion"
        self.check_orders(sql)
        self.check_payments(sql)
        purses = {
            (row[0], row[1], row[2]): (row[3], row[4])
            for row in sql.execute(
                "SELECT owner_id::text, kind, currency, balance, held FROM ledger.accounts "
                "WHERE owner_id = ANY (%s::uuid[]) AND kind IN ('wallet', 'credit')", [self.accounts],
            )
        }  # fmt: skip
        for (buyer, kind, currency), purse in self.model.purses.items():
            seen = purses.pop((self.accounts[buyer], kind, currency), (0, 0))
            assert seen == (purse.balance, purse.held), (kind, currency)
        assert not any(balance or held for balance, held in purses.values()), purses

    def check_orders(self, sql: Any) -> None:
        by_real = {self.real[name]: order for name, order in self.model.orders.items()}
        seen = sql.execute(
            "SELECT id::text, status, total, discount, tax, shipping, amount_paid, amount_refunded, shipping_refunded "
            "FROM sales.orders WHERE account_id = ANY (%s::uuid[])", [self.accounts],
        ).fetchall()  # fmt: skip
        assert {row[0] for row in seen} == set(by_real), "orders"
        for row in seen:
            order = by_real[row[0]]
            wanted = (
                order.status, order.total, sum(x.discount for x in order.lines), sum(x.tax for x in order.lines),
                order.shipping, order.paid, order.refunded, order.shipping_refunded,
            )  # fmt: skip
            assert row[1:] == wanted, ("order", row, wanted)
        lines = Counter(
            tuple(row)
            for row in sql.execute(
                "SELECT order_id::text, product_id::text, quantity, unit_price, discount, tax, total, amount_refunded, "
                "quantity_refunded FROM sales.order_items WHERE account_id = ANY (%s::uuid[])", [self.accounts],
            )
        )  # fmt: skip
        expected = Counter(
            (real, x.product, x.quantity, x.unit_price, x.discount, x.tax, x.total, x.refunded, x.pieces_refunded)
            for real, order in by_real.items() for x in order.lines
        )  # fmt: skip
        assert lines == expected, (lines - expected, expected - lines)

    def check_payments(self, sql: Any) -> None:
        by_real = {self.real[name]: payment for name, payment in self.model.payments.items()}
        seen = sql.execute(
            "SELECT id::text, status, amount, amount_captured, amount_applied, amount_refunded FROM payments.payments "
            "WHERE account_id = ANY (%s::uuid[])", [self.accounts],
        ).fetchall()  # fmt: skip
        assert {row[0] for row in seen} == set(by_real), "payments"
        for row in seen:
            it = by_real[row[0]]
            assert row[1:] == (it.status, it.amount, it.captured, it.applied, it.refunded), ("payment", row, it)
        # Refunds that nobody asked for by hand have no other name than their place.
        given: dict[str, list[tuple[Any, ...]]] = {}
        for row in sql.execute(
            "SELECT payment_id::text, id::text, amount, from_order, status FROM payments.refunds "
            "WHERE account_id = ANY (%s::uuid[]) ORDER BY id", [self.accounts],
        ):  # fmt: skip
            given.setdefault(row[0], []).append(tuple(row[1:]))
        for real, payment in by_real.items():
            mine = [r for r in self.model.refunds.values() if r.payment == payment.id]
            has = given.get(real, [])
            assert [row[1:] for row in has] == [(r.amount, r.from_order, r.status) for r in mine], (
                "refunds",
                has,
                mine,
            )
            self.real.update({r.id: row[0] for r, row in zip(mine, has, strict=True)})

    def agree_about(self, name: str, seen: dict[str, Any]) -> None:
        """An order as a client sees it."""
        order: Order = self.model.orders[name]
        assert seen["status"] == order.status
        assert (seen["total"], seen["shipping"], seen["currency"]) == (order.total, order.shipping, order.currency)
        assert seen["discount"] == sum(line.discount for line in order.lines)
        assert seen["tax"] == sum(line.tax for line in order.lines)
        items = [(i["product_id"] or i["bundle_id"], i["quantity"], i["unit_price"], i["total"]) for i in seen["items"]]
        assert sorted(items) == sorted((x.product, x.quantity, x.unit_price, x.total) for x in order.lines)


def run(
    access: Access, url: str, examples: int, steps: int, number: int | None = None, *, shrink: bool = True
) -> Counter[str]:
    """So many shops, so many steps each; how often which code was foretold, `steps`, `requests`.

    Raises at a disagreement; with `shrink`, with as few steps as lead there.
    """
    machine = type("TheShop", (Machine,), {
        "access": access, "url": url, "methods": [], "done": Counter(), "answers": Counter(),
    })  # fmt: skip
    given = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck),
        database=None, print_blob=False, phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
    )  # fmt: skip
    if number is None:
        run_state_machine_as_test(machine, settings=given)
    else:
        run_state_machine_as_test(seed(number)(machine), settings=given)
    return machine.answers + machine.done
