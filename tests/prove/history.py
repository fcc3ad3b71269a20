"""What a crowd was told, and whether it explains the state of the shop."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.prove.house import House, Person

START = 60_000  # minor units in each wallet and credit at the beginning
STOCK = 60


@dataclass
class Customer:
    person: Person
    orders: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class History:
    """What clients were told."""

    answers: Counter[str] = field(default_factory=Counter)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    deposits: dict[str, tuple[str, int]] = field(default_factory=dict)  # payment: whose, how much
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)  # payments through the gateway
    told: dict[str, int] = field(default_factory=dict)  # payment: what the gateway said it took, and we acknowledged
    inside: list[tuple[str, str, int]] = field(default_factory=list)  # account, kind, paid
    withdrawals: dict[str, tuple[str, int]] = field(default_factory=dict)
    granted: Counter[str] = field(default_factory=Counter)
    redeemed: Counter[str] = field(default_factory=Counter)  # card
    adjusted: Counter[str] = field(default_factory=Counter)
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict)
    checks: int = 0
    found: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0


@dataclass
class Explanation:
    """Computes from the answers alone what there must be, and compares the database with it."""

    house: House
    history: History
    customers: list[Customer]
    products: list[str]
    bundles: dict[str, dict[str, int]]
    promotions: list[dict[str, Any]]

    def expect(self, what: str, seen: object, wanted: object) -> None:
        if seen != wanted:
            self.history.found.append(f"{what}: {seen}, but the answers say {wanted}")

    async def explain(self) -> None:
        house, history = self.house, self.history
        people = [uuid.UUID(customer.person.id) for customer in self.customers]
        rows = await house.admin.fetch(
            "SELECT id::text, account_id::text AS who, status, total, amount_paid, amount_refunded, promo_code "
            "FROM sales.orders WHERE account_id = ANY ($1)", people,
        )  # fmt: skip
        orders = {row["id"]: row for row in rows}
        self.expect("orders that are there", set(orders) ^ set(history.orders), set())
        await self.explain_stock(orders)
        await self.explain_promotions(list(orders.values()))
        await self.explain_payments(orders, people)
        await self.explain_purses()
        self.expect("gift cards redeemed twice", [n for n in history.redeemed.values() if n > 1], [])
        said = await house.admin.fetch(
            "SELECT order_id::text AS id, count(*) FILTER (WHERE type = 'order.created') AS made, "
            "count(*) FILTER (WHERE type = 'order.paid') AS paid FROM messaging.events "
            "WHERE account_id = ANY ($1) AND order_id IS NOT NULL GROUP BY order_id", people,
        )  # fmt: skip
        self.expect("orders announced", {row["id"] for row in said if row["made"] == 1}, set(history.orders))
        never = {
            row["id"] for row in said if row["paid"] > 1 or (not row["paid"] and orders[row["id"]]["status"] == "paid")
        }
        self.expect("orders paid and announced otherwise than once", never, set())

    async def explain_stock(self, orders: dict[str, Any]) -> None:
        """What is there is what was there, what the merchant was told to have added, less what pays and waits."""
        held: Counter[str] = Counter()
        sold: Counter[str] = Counter()
        lines = await self.house.admin.fetch(
            "SELECT order_id::text AS id, product_id::text AS product, quantity FROM sales.order_items "
            "WHERE order_id = ANY ($1)", [uuid.UUID(order) for order in orders],
        )  # fmt: skip
        for line in lines:
            pieces = self.bundles.get(line["product"], {line["product"]: 1})
            status = orders[line["id"]]["status"]
            into = held if status == "pending" else sold if status == "paid" else Counter[str]()
            for product, number in pieces.items():
                into[product] += number * line["quantity"]
        for product in self.products:
            wanted = (STOCK + self.history.adjusted[product] - sold[product], held[product])
            self.expect("stock and reserved", await self.house.stock(product), wanted)

    async def explain_promotions(self, orders: list[Any]) -> None:
        for promotion in self.promotions:
            using = Counter(
                o["who"] for o in orders if o["promo_code"] == promotion["code"] and o["status"] != "cancelled"
            )
            if promotion["total_uses"]:
                uses = await self.house.admin.fetchval(
                    "SELECT uses FROM sales.promotions WHERE id = $1", uuid.UUID(promotion["id"])
                )
                self.expect("uses of a promotion", uses, sum(using.values()))
                self.expect("above the limit", max(0, sum(using.values()) - promotion["total_uses"]), 0)
            else:
                self.expect("above the account's limit", [n for n in using.values() if n > 2], [])

    async def explain_payments(self, orders: dict[str, Any], people: list[uuid.UUID]) -> None:
        rows = await self.house.admin.fetch(
            """
            SELECT p.id::text, p.order_id::text AS order, p.provider, p.status, p.amount_captured, p.amount_applied,
                   p.amount_refunded, coalesce(r.amount, 0) AS given, coalesce(r.from_order, 0) AS given_of_order
            FROM payments.payments AS p
            LEFT JOIN (SELECT payment_id, sum(amount)::bigint AS amount, sum(from_order)::bigint AS from_order
                       FROM payments.refunds WHERE status = 'completed' GROUP BY payment_id) AS r ON r.payment_id = p.id
            WHERE p.account_id = ANY ($1)
            """,
            people,
        )
        taken: Counter[str] = Counter()
        back: Counter[str] = Counter()
        for row in rows:
            if row["provider"] == "mock":
                wanted = self.history.told.get(row["id"], 0)
                self.expect("what the gateway took", row["amount_captured"], wanted)
                self.expect("completed", row["status"] == "completed", wanted > 0)
            surplus = row["amount_captured"] - row["amount_applied"]
            self.expect("what no order took and was not given back", min(0, row["given"] - surplus), 0)
            self.expect("given back", row["given"], row["amount_refunded"])
            taken[row["order"]] += row["amount_applied"]
            back[row["order"]] += row["given_of_order"]
        for name, order in orders.items():
            self.expect(
                "money on an order", (order["amount_paid"], order["amount_refunded"]), (taken[name], back[name])
            )
            if order["status"] == "paid":
                self.expect("a paid order", order["amount_paid"], order["total"])
            elif order["status"] == "cancelled":
                self.expect("a cancelled order's money", order["amount_refunded"], order["amount_paid"])
        known = {row["id"] for row in rows if row["provider"] == "mock"}
        self.expect("attempts that are there", known ^ (set(self.history.begun) | set(self.history.deposits)), set())
        asked: Counter[str] = Counter()
        for payment, amount in self.history.refunds.values():
            asked[payment] += amount
        given = {row["id"]: row["amount_refunded"] for row in rows}
        self.expect("refunds that were promised", [p for p, amount in asked.items() if given[p] < amount], [])

    async def explain_purses(self) -> None:
        history = self.history
        gains: dict[tuple[str, str], int] = {}
        for customer in self.customers:
            gains[customer.person.id, "wallet"] = START
            gains[customer.person.id, "credit"] = START + history.granted[customer.person.id]
        for payment, (who, amount) in history.deposits.items():
            if history.told.get(payment) == amount:
                gains[who, "wallet"] += amount
        for who, kind, amount in history.inside:
            gains[who, kind] -= amount
        for who, amount in history.withdrawals.values():
            gains[who, "wallet"] -= amount
        back = await self.house.admin.fetch(
            "SELECT p.account_id::text AS who, p.provider AS kind, sum(r.amount)::bigint AS amount "
            "FROM payments.refunds AS r JOIN payments.payments AS p ON p.id = r.payment_id "
            "WHERE p.provider IN ('wallet', 'credit') AND r.status = 'completed' AND p.account_id = ANY ($1) "
            "GROUP BY 1, 2",
            [uuid.UUID(customer.person.id) for customer in self.customers],
        )
        for row in back:
            gains[row["who"], row["kind"]] += row["amount"]
        for customer in self.customers:
            for kind in ("wallet", "credit"):
                wanted = gains[customer.person.id, kind]
                self.expect(
                    f"{kind}: balance, held, transfers",
                    await self.house.purse(customer.person, kind),
                    (wanted, 0, wanted),
                )
        below = await self.house.admin.fetchval(
            "SELECT count(*) FROM ledger.transfers AS t JOIN ledger.accounts AS a ON a.id = t.debit_account "
            "WHERE a.kind IN ('wallet', 'credit') AND t.debit_balance < 0"
        )
        self.expect("times below zero", below, 0)
