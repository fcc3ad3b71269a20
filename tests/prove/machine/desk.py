"""The shop that the machine opens, how it asks it, and how it compares the answers with the model."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, ClassVar

import httpx
from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from api.gateways.mock import MockGateway
from db.server.access import Access
from tests.prove.model import Dispute, Order, Product, Promotion, Refusal, Shop, Tax
from tests.support.calls import Caller
from tests.support.payouts import IBAN

from .books import Books

COUNTRIES = ["NL", "BD", "US"]  # tax in the price, tax on top, none
TAXES = {"NL": Tax(Fraction(21), included=True), "BD": Tax(Fraction("7.25"), included=False)}
some = st.integers(0, 10**6)
buyers = st.integers(0, 2)
quantities = st.integers(1, 5)


class Desk(RuleBasedStateMachine):
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
        self.books = Books()
        self.cases: dict[str, Dispute] = {}  # the disputes as they stand at the gateway, told or not

    @initialize()
    def open_shop(self) -> None:
        self.opened_at = datetime.now(UTC).isoformat()
        # Guesses at gift cards are counted by address as well: not from one shop to the next.
        self.caller.connection("admin_sql").execute("DELETE FROM identity.login_attempts")
        self.sign_up_buyers()
        self.merchant = self.caller.sign_up("merchant")
        self.support, self.second, self.admin = (self.staff(role) for role in ("support", "support", "admin"))
        if not self.methods:  # the settings outlive a shop
            self.set_taxes_and_shipping()
        self.model.taxes = TAXES
        self.offer_products()
        self.offer_bundles()
        self.catalogue = list(self.model.products)
        self.give_money()
        self.start_promotions()

    def sign_up_buyers(self) -> None:
        self.buyers = [self.caller.sign_up("customer") for _ in COUNTRIES]
        self.accounts, self.addresses = [], []
        self.model.countries = list(COUNTRIES)
        for token, country in zip(self.buyers, COUNTRIES, strict=True):
            self.accounts.append(self.must(token, "GET", "/account")["id"])
            self.must(token, "PUT", "/account/bank-account", {"iban": IBAN, "holder": "Ada"})
            address = {"name": "Ada", "line1": "1 Main Street", "city": "X", "country": country}
            self.addresses.append(self.must(token, "POST", "/account/addresses", address)["id"])

    def set_taxes_and_shipping(self) -> None:
        for country, tax in TAXES.items():
            rate = {"country": country, "name": "VAT", "rate": float(tax.rate), "included": tax.included}
            self.must(self.admin, "POST", "/admin/tax-rates", rate)
        rates = [{"currency": "USD", "up_to": 1000, "price": 599, "free_from": 20_000},
                 {"currency": "EUR", "up_to": 1000, "price": 499}]  # fmt: skip
        made = self.must(self.admin, "POST", "/admin/shipping-methods", {"name": "Parcel", "rates": rates})
        self.methods.append(made["id"])
        # Credit that waits for a carrier is proved elsewhere (tests/fulfilment/shipments).
        self.caller.connection("admin_sql").execute(
            "UPDATE sales.settings SET credit_held_until_booked = false, demo = true, "
            "daily_limits_per_recipient = 1000, daily_limits_per_staff = 1000"
        )

    def offer_products(self) -> None:
        for usd, eur, stock in ((1999, 1850, 6), (1, 1, 40), (250, None, 12), (9999, 9100, 5)):
            given = {"name": "Thing", "description": "", "sku": uuid.uuid4().hex[:12], "price": usd, "currency": "USD",
                     "stock": stock}  # fmt: skip
            product = self.must(self.merchant, "POST", "/products", given)["id"]
            prices = {"USD": usd}
            if eur is not None:
                self.must(self.merchant, "PUT", f"/products/{product}/price", {"price": eur, "currency": "EUR"})
                prices["EUR"] = eur
            self.model.products[product] = Product(product, prices, stock)

    def offer_bundles(self) -> None:
        a, b, c, _ = self.model.products
        for parts, price in (({a: 1, b: 2}, 2000), ({b: 3, c: 2}, 333)):
            given = {"name": "Set", "sku": uuid.uuid4().hex[:12], "price": price, "currency": "USD",
                     "items": [{"product_id": part, "quantity": number} for part, number in parts.items()]}  # fmt: skip
            bundle = self.must(self.merchant, "POST", "/bundles", given)["id"]
            self.must(self.merchant, "PUT", f"/bundles/{bundle}/price", {"price": price - 7, "currency": "EUR"})
            self.model.products[bundle] = Product(bundle, {"USD": price, "EUR": price - 7}, parts=parts)

    def give_money(self) -> None:
        """Wallet and credit of each buyer."""
        for buyer, account in enumerate(self.accounts):
            self.caller.connection("admin_sql").execute(
                """
                SELECT ledger.post_transfer(ledger.open_account('clearing', 'USD', 'mock'),
                                            ledger.open_account(k, 'USD', owner_id => %s), 9000, 'deposit')
                FROM unnest('{wallet,credit}'::text[]) AS k
                """, [account],
            )  # fmt: skip
            for kind in ("wallet", "credit"):
                self.model.purse(buyer, kind).balance = 9000

    def start_promotions(self) -> None:
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

    def note(self, text: str) -> None:
        """For the story of what failed."""
        if currently_in_test_context():
            note(text)
        else:
            print(text)

    def compare(self, wanted: Any, answer: httpx.Response) -> Any:
        """The model's word against the shop's. The data, where both say yes; else None."""
        said = answer.json() if answer.content else {}
        self.note(
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
        if self.model.orders:
            last = list(self.model.orders)[-1]
            self.agree_about(last, self.must(self.token(last), "GET", f"/orders/{self.real[last]}"))
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
                order.status, order.total, sum(x.discount for x in order.lines), order.tax,
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
            "SELECT id::text, status, amount, amount_captured, amount_applied, amount_refunded, fee "
            "FROM payments.payments "
            "WHERE account_id = ANY (%s::uuid[])", [self.accounts],
        ).fetchall()  # fmt: skip
        assert {row[0] for row in seen} == set(by_real), "payments"
        for row in seen:
            it = by_real[row[0]]
            assert row[1:] == (it.status, it.amount, it.captured, it.applied, it.refunded, it.fee), ("payment", row, it)
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
        assert seen["payment_status"] == self.model.payment_status(order)
        assert (seen["total"], seen["shipping"], seen["currency"]) == (order.total, order.shipping, order.currency)
        assert seen["discount"] == sum(line.discount for line in order.lines)
        assert (seen["tax"], seen["shipping_tax"]) == (order.tax, order.shipping_tax)
        items = [(i["product_id"] or i["bundle_id"], i["quantity"], i["unit_price"], i["total"]) for i in seen["items"]]
        assert sorted(items) == sorted((x.product, x.quantity, x.unit_price, x.total) for x in order.lines)
