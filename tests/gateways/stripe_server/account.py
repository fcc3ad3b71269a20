"""An account: its objects, its events, its clock, and the books that they are entered into."""

from __future__ import annotations

import copy
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.gateways.stripe_server.limits import decimals_of
from tests.gateways.stripe_server.protocol import Kept, Refusal, Request, Thing, Trouble

MINUTE, DAY = 60, 86400


class Account:
    url: str  # the server's, once it runs

    def __init__(self) -> None:
        self._lock = threading.RLock()  # people act in the test's thread, requests are answered in the server's
        self.reset()

    def reset(self) -> None:
        """A new account: keys, no objects, no troubles."""
        self.secret_key = "sk_test_" + secrets.token_hex(24)
        self.webhook_secret = "whsec_" + secrets.token_hex(16)
        self.sessions: dict[str, Thing] = {}
        self.intents: dict[str, Thing] = {}
        self.charges: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.disputes: dict[str, Thing] = {}
        self.reviews: dict[str, Thing] = {}
        self.transactions: dict[str, Thing] = {}
        self.others: dict[str, Thing] = {}  # sources of entries beside payments
        self.account_currency: str | None = None  # None: each currency has a balance of its own
        self.exchange_rate = 1.25  # from now on; between whole units, of currencies with other decimals too
        self.events: list[Thing] = []
        self.requests: list[Request] = []
        self.refunds_become = "succeeded"  # or pending: a bank transfer, or too little money in the account
        self._ahead = 0.0
        self._keys: dict[str, Kept] = {}
        self._troubles: list[Trouble] = []
        self._capture_methods: dict[str, str] = {}  # of a session's payment intent, which is made when a person pays
        self._intent_metadata: dict[str, Thing] = {}

    def now(self) -> int:
        return int(time.time() + self._ahead)

    def of_type(self, kind: str) -> list[Thing]:
        return [event for event in self.events if event["type"] == kind]

    def totals(self) -> dict[str, dict[str, int]]:
        """Its own books, by currency, in minor units: captured, refunded, disputed, fees, payouts."""
        sums: dict[str, dict[str, int]] = {}
        for entry in self.transactions.values():
            of = sums.setdefault(
                entry["currency"].upper(), dict.fromkeys(("captured", "refunded", "disputed", "fees", "payouts"), 0)
            )
            of["fees"] += entry["fee"]
            match entry["reporting_category"]:
                case "charge" | "partial_capture_reversal":
                    of["captured"] += entry["amount"]
                case "refund" | "refund_failure":
                    of["refunded"] -= entry["amount"]
                case "dispute" | "dispute_reversal":
                    of["disputed"] -= entry["amount"]
                case "fee" | "network_cost" | "tax":
                    of["fees"] -= entry["amount"]
                case "payout" | "payout_reversal" | "topup" | "topup_reversal":
                    of["payouts"] -= entry["amount"]
        return sums

    def enter(self, kind: str, category: str, amount: int, *, of: str | None = None, fee: int = 0) -> Thing:
        """An entry of the account's books beside payments, in its currency (else in US dollars). `of`: its source is
        such an object, as a payout; a fee has none."""
        currency = self.account_currency or "usd"
        source: Thing = {"id": None, "currency": currency}
        if of is not None:
            source = self._new(of, of, self.others, {"amount": abs(amount), "currency": currency})
        return self._enter(kind, category, source, amount, fee)

    def _new(self, prefix: str, kind: str, store: dict[str, Thing], content: Thing) -> Thing:
        name = f"{prefix}_{secrets.token_hex(12)}"
        store[name] = {"id": name, "object": kind, "created": self.now(), "livemode": False} | content
        return store[name]

    def _find(self, store: dict[str, Thing], thing_id: str, name: str) -> Thing:
        if thing_id not in store:
            raise Refusal(404, f"No such {name}: '{thing_id}'", code="resource_missing", param=name)
        return store[thing_id]

    def _enter(self, kind: str, category: str, source: Thing, amount: int, fee: int = 0) -> Thing:
        """Into the account's books, in its currency, at the rate of this moment: a refund or a dispute has another one
        than its charge (https://docs.stripe.com/currencies/disputes-refunds)."""
        currency, rate = source["currency"], None
        if self.account_currency not in (None, currency):
            asked, currency, rate = currency, self.account_currency, self.exchange_rate
            minor = rate * 10 ** (decimals_of(currency) - decimals_of(asked))
            amount, fee = round(amount * minor), round(fee * minor)
        described = [{"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
                      "type": "stripe_fee"}]  # fmt: skip
        return self._new("txn", "balance_transaction", self.transactions, {
            "amount": amount, "available_on": self.now() + 2 * DAY, "balance_type": "payments", "currency": currency,
            "description": None, "exchange_rate": rate, "fee": fee, "fee_details": described if fee else [],
            "net": amount - fee, "reporting_category": category, "source": source["id"], "status": "pending",
            "type": kind,
        })  # fmt: skip

    def _tell(self, kind: str, thing: Thing) -> None:
        self.events.append({
            "id": f"evt_{secrets.token_hex(12)}", "object": "event", "api_version": "2026-10-28.endive",
            "created": self.now(), "data": {"object": copy.deepcopy(thing)}, "livemode": False, "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None}, "type": kind,
        })  # fmt: skip

    @contextmanager
    def _acting(self) -> Iterator[list[Thing]]:
        """Alone with the state; the events that are made."""
        with self._lock:
            made: list[Thing] = []
            before = len(self.events)
            yield made
            made += self.events[before:]
