"""A Stripe for tests: its HTTP protocol, its state, its webhooks, and the people who pay.

    with StripeServer() as stripe:        # or `async with`: it lives in a thread of its own, any process may ask it
        keys = StripeSettings(secret_key=stripe.secret_key, webhook_secret=(stripe.webhook_secret,), api=stripe.url)
        ...                               # the shop opens a session
        events = stripe.pay(session_id)   # what a person or a bank does; the events it made, in order
        headers, body = stripe.signed(events[-1])
        httpx.post("http://127.0.0.1:8000/v1/webhooks/stripe", headers=headers, content=body)
        await stripe.deliver("http://127.0.0.1:8000/v1/webhooks/stripe", *events)  # the same, one after the other

For a shop in a process of its own, `stripe.environment` has the variables that lead it here:

    SERVER_ENVIRONMENT: dict[str, str] = {}

    @pytest.fixture(scope="module", autouse=True)  # autouse: before the web tier is started
    def stripe() -> Iterator[StripeServer]:
        with StripeServer() as server:
            SERVER_ENVIRONMENT.update(server.environment)
            yield server

People act through pay, authorize, decline, expire, pay_by_bank, show_voucher, bank_pays, bank_refuses, bank_cancels,
dispute, update_dispute, close_dispute, move_funds, prevent, open_review, close_review, capture_by_hand, refund_by_hand,
settle_refund. What calls of the API make is in `events` too: `of_type(kind)`. `sessions`, `intents`, `charges`,
`refunds`, `disputes`, `reviews`, `transactions` (the account's books) hold the objects by id, `requests` what was
asked. `totals()` adds the books up. `account_currency` is what all money is converted to, with `exchange_rate`; None:
each currency has its own balance.

Faults are ordered with `trouble(kind, times=, on="POST /v1/refunds", seconds=)`; see Trouble. `calm()` ends them.
`meanwhile(on, act)` does something between a request's arrival and its work. `forget_keys()` is what a day does to
idempotency keys, `advance(seconds)` to sessions. `reset()` is a new account on the same server.

As strict as Stripe: requests are checked against the library's own TypedDicts, unknown parameters are refused. An
account that settles in the currency of each payment: the minimum is that currency's, and 50 where Stripe names none.
The books: a charge costs 2.9 % + 30, which a refund does not give back; a dispute costs 1500. A capture of a part
enters the whole authorisation and reverses the rest.
Sources: https://docs.stripe.com/api/errors, /api/idempotent_requests, /api/checkout/sessions, /webhooks, /currencies,
/disputes, /api/disputes/object, /api/balance_transactions, /reports/reporting-categories.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import re
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import httpx
import uvicorn
from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from stripe.params import (
    BalanceTransactionListParams,
    DisputeRetrieveParams,
    PaymentIntentCancelParams,
    PaymentIntentCaptureParams,
    PaymentIntentRetrieveParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
)
from stripe.params.checkout import SessionCreateParams, SessionExpireParams, SessionRetrieveParams
from typing_extensions import TypedDict, is_typeddict

Thing = dict[str, Any]  # an object of Stripe's

THREE_DECIMALS = ("bhd", "jod", "kwd", "omr", "tnd")
NO_FRACTIONS = ("isk", "ugx")  # two decimals, which must be 00
MINIMUM = {
    "aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200, "nok": 300,
    "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
MAXIMUM = {"inr": 999_999_999, "cop": 9_999_999_999, "idr": 999_999_999_999}
MINUTE, DAY = 60, 86400
DISPUTE_FEE = 1500


Kind = Literal[
    "lost_request",  # the connection ends before anything is done
    "lost_answer",  # the work is done, the connection ends in the answer
    "delay",  # the work waits `seconds`; its idempotency key is in use meanwhile
    "meanwhile",  # `act` comes before the work
    "error",  # 500
    "rate_limit",  # 429
    "lock_timeout",  # 429: another request has the object
    "key_in_use",  # 409
    "forbidden",  # 403: a restricted key without this right
    "garbage",  # 200, and not JSON: a proxy
]


@dataclass
class Trouble:
    """What goes wrong with the next `times` requests that have `on` in their method and path."""

    kind: Kind | None
    times: int = 1
    on: str = ""
    seconds: float = 0.0
    act: Callable[[], object] | None = None


class Refusal(Exception):
    """Stripe's error object."""

    def __init__(self, status: int, message: str, *, code: str = "", param: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        said = {"message": message, "type": kind or "invalid_request_error", "code": code, "param": param}
        self.error = {name: value for name, value in said.items() if value}


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    params: Thing
    status: int = 0

    @property
    def key(self) -> str | None:
        return self.headers.get("idempotency-key")


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Kept:
    """An idempotency key: what was asked with it, and the answer when there is one."""

    method: str
    path: str
    params: Thing
    answer: Answer | None = None


class StripeServer:
    provider = "stripe"

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
        self.account_currency: str | None = None
        self.exchange_rate = 1.25
        self.events: list[Thing] = []
        self.requests: list[Request] = []
        self.refunds_become = "succeeded"  # or pending: a bank transfer, or too little money in the account
        self._ahead = 0.0
        self._keys: dict[str, Kept] = {}
        self._troubles: list[Trouble] = []
        self._capture_methods: dict[str, str] = {}  # of a session's payment intent, which is made when a person pays
        self._intent_metadata: dict[str, Thing] = {}

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the shop: see api.settings."""
        return {
            "STRIPE_API": self.url,
            "STRIPE_SECRET_KEY": self.secret_key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }

    # --- its life ---------------------------------------------------------------------------------

    def __enter__(self) -> StripeServer:
        # asyncio sends at once (TCP_NODELAY) only where a socket says that it is of TCP: else 40 ms an answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self._serve, interface="asgi3", loop="asyncio", lifespan="off", log_config=None, log_level="critical",
            access_log=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()

    async def __aenter__(self) -> StripeServer:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    # --- what a test orders -----------------------------------------------------------------------

    def trouble(self, kind: Kind, *, times: int = 1, on: str = "", seconds: float = 0.0) -> None:
        with self._lock:
            self._troubles.append(Trouble(kind, times, on, seconds))

    def calm(self) -> None:
        """No more trouble."""
        with self._lock:
            self._troubles.clear()

    def meanwhile(self, on: str, act: Callable[[], object]) -> None:
        with self._lock:
            self._troubles.append(Trouble("meanwhile", on=on, act=act))

    def forget_keys(self) -> None:
        with self._lock:
            self._keys.clear()

    def advance(self, seconds: float) -> list[Thing]:
        """Time passes here; sessions whose time is over expire."""
        with self._lock:
            self._ahead += seconds
            due = [s["id"] for s in self.sessions.values() if s["status"] == "open" and s["expires_at"] <= self.now()]
            return [event for session in due for event in self.expire(session)]

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

    def asked(self, on: str) -> list[Request]:
        return [request for request in self.requests if on in f"{request.method} {request.path}"]

    # --- webhooks ---------------------------------------------------------------------------------

    def signed(
        self, event: Thing | bytes, *, at: float | None = None, keys: Sequence[str] | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a callback; `at` in seconds since the epoch, a signature for each of `keys`."""
        body = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
        moment = int(time.time() if at is None else at)
        given = (self.webhook_secret,) if keys is None else keys
        signatures = [hmac.new(key.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest() for key in given]
        header = ",".join([f"t={moment}", *(f"v1={signature}" for signature in signatures)])
        return {"content-type": "application/json; charset=utf-8", "stripe-signature": header}, body

    async def deliver(self, url: str, *events: Thing) -> list[httpx.Response]:
        """Send callbacks, one after the other."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answers = []
            for event in events:
                headers, body = self.signed(event)
                answers.append(await client.post(url, headers=headers, content=body))
            return answers

    # --- people and banks -------------------------------------------------------------------------

    def pay(self, session_id: str, *, risk: str = "normal", review: bool = False) -> list[Thing]:
        """A card that works: the money is taken, or authorised where the shop asked for that. `risk`: what Radar says;
        `review`: a rule of Radar places the payment in review."""
        with self._acting() as made:
            session = self._open(session_id)
            intent = self._confirm(session)
            self._charge(intent, risk, "manual_review" if review else "authorized")
            if review:
                self._review(intent["id"], "rule")
            if intent["capture_method"] == "manual":
                intent["status"], intent["amount_capturable"] = "requires_capture", intent["amount"]
                self._tell("payment_intent.amount_capturable_updated", intent)
            else:
                self._succeed(intent)
                session["payment_status"] = "paid"
            session["status"] = "complete"
            self._tell("checkout.session.completed", session)
            return made

    def authorize(self, session_id: str) -> list[Thing]:
        if self._capture_methods[session_id] != "manual":
            raise ValueError("this session takes the money at once")
        return self.pay(session_id)

    def decline(self, session_id: str) -> list[Thing]:
        """A card that is declined. The session stays open: the person may try another."""
        with self._acting() as made:
            intent = self._confirm(self._open(session_id))
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {"code": "card_declined", "type": "card_error"}
            self._tell("payment_intent.payment_failed", intent)
            return made

    def expire(self, session_id: str) -> list[Thing]:
        """The session's time is over."""
        with self._acting() as made:
            session = self._open(session_id)
            session["status"], session["url"] = "expired", None
            if session["payment_intent"]:
                self._let_go(self.intents[session["payment_intent"]])
            self._tell("checkout.session.expired", session)
            return made

    def pay_by_bank(self, session_id: str) -> list[Thing]:
        """A debit that takes days: the session is complete and unpaid until bank_pays or bank_refuses."""
        with self._acting() as made:
            session = self._open(session_id)
            intent = self._confirm(session)
            intent["status"], session["status"] = "processing", "complete"
            self._tell("payment_intent.processing", intent)
            self._tell("checkout.session.completed", session)
            return made

    def show_voucher(self, session_id: str) -> list[Thing]:
        """A voucher to be paid at a till (Boleto, OXXO, Konbini): complete, and nothing is under way at a bank yet."""
        with self._acting() as made:
            session = self._open(session_id)
            intent = self._confirm(session)
            intent["status"], session["status"] = "requires_action", "complete"
            self._tell("payment_intent.requires_action", intent)
            self._tell("checkout.session.completed", session)
            return made

    def bank_cancels(self, session_id: str) -> list[Thing]:
        """A debit that is called off while it is under way."""
        with self._acting() as made:
            self._let_go(self.intents[self.sessions[session_id]["payment_intent"]])
            return made

    def bank_pays(self, session_id: str) -> list[Thing]:
        with self._acting() as made:
            session = self.sessions[session_id]
            intent = self.intents[session["payment_intent"]]
            self._charge(intent)
            self._succeed(intent)
            session["payment_status"] = "paid"
            self._tell("checkout.session.async_payment_succeeded", session)
            return made

    def bank_refuses(self, session_id: str) -> list[Thing]:
        with self._acting() as made:
            session = self.sessions[session_id]
            intent = self.intents[session["payment_intent"]]
            intent["status"] = "requires_payment_method"
            intent["last_payment_error"] = {"code": "payment_intent_payment_attempt_failed"}
            self._tell("payment_intent.payment_failed", intent)
            self._tell("checkout.session.async_payment_failed", session)
            return made

    def dispute(
        self, intent_id: str, *, amount: int | None = None, reason: str = "fraudulent", status: str = "needs_response"
    ) -> list[Thing]:
        """A card's owner takes the money back; with a `warning_` status their bank only asks (an inquiry).

        One that ends before it is one takes nothing either: prevent().
        """
        with self._acting() as made:
            dispute = self._new_dispute(intent_id, amount, reason, status)
            self.charges[dispute["charge"]]["disputed"] = True
            self._tell("charge.dispute.created", dispute)
            if not status.startswith("warning_"):
                self._move(dispute, -dispute["amount"])
            return made

    def update_dispute(self, dispute_id: str, status: str) -> list[Thing]:
        """Evidence was sent (under_review), or an inquiry became a dispute (needs_response)."""
        with self._acting() as made:
            dispute = self.disputes[dispute_id]
            dispute["status"], dispute["is_charge_refundable"] = status, status.startswith("warning_")
            self._tell("charge.dispute.updated", dispute)
            if status == "needs_response" and not dispute["balance_transactions"]:
                self._move(dispute, -dispute["amount"])
            return made

    def close_dispute(self, dispute_id: str, status: str) -> list[Thing]:
        """`status`: won, lost, warning_closed. One that was lost may be won later, and the other way round."""
        with self._acting() as made:
            dispute = self.disputes[dispute_id]
            dispute["status"] = status
            dispute["is_charge_refundable"] = status in ("won", "warning_closed")
            self.charges[dispute["charge"]]["disputed"] = status == "lost"
            self._tell("charge.dispute.closed", dispute)
            out = -sum(moved["amount"] for moved in dispute["balance_transactions"])
            if status == "won" and out:
                self._move(dispute, out)
            elif status == "lost" and not out:
                self._move(dispute, -dispute["amount"])
            return made

    def prevent(self, intent_id: str, reason: str = "fraudulent") -> list[Thing]:
        """A dispute that ends before the bank makes it one: nothing is withdrawn, the charge is refunded."""
        with self._acting() as made:
            dispute = self._new_dispute(intent_id, None, reason, "needs_response")
            self._tell("charge.dispute.created", dispute)
            dispute["status"] = "prevented"
            self._tell("charge.dispute.closed", dispute)
            self._refund(intent_id, None, {}, None)
            return made

    def move_funds(self, dispute_id: str, amount: int) -> list[Thing]:
        """Funds are withdrawn (below zero) or reinstated: also in parts, of a payment that was partly refunded."""
        with self._acting() as made:
            self._move(self.disputes[dispute_id], amount)
            return made

    def open_review(self, intent_id: str) -> list[Thing]:
        """Somebody of the shop places a payment in review."""
        with self._acting() as made:
            self._review(intent_id, "manual")
            return made

    def close_review(self, review_id: str, reason: str) -> list[Thing]:
        """`reason`: approved, refunded, refunded_as_fraud, disputed, redacted, canceled …"""
        with self._acting() as made:
            review = self.reviews[review_id]
            review.update(open=False, closed_reason=reason, reason=reason)
            self._tell("review.closed", review)
            return made

    def capture_by_hand(self, session_id: str) -> list[Thing]:
        """Somebody of the shop takes an authorised amount in Stripe's dashboard."""
        with self._acting() as made:
            self._capture_intent({}, self.sessions[session_id]["payment_intent"])
            return made

    def refund_by_hand(self, intent_id: str, amount: int | None = None) -> list[Thing]:
        """Somebody of the shop gives money back in Stripe's dashboard."""
        with self._acting() as made:
            self._refund(intent_id, amount, {}, None)
            return made

    def settle_refund(self, refund_id: str, status: str, failure_reason: str | None = None) -> list[Thing]:
        """What became of a pending refund, or of one that succeeded and came back."""
        with self._acting() as made:
            refund = self.refunds[refund_id]
            refund["status"] = status
            if status == "failed":
                refund["failure_reason"] = failure_reason or "declined"
            if status in ("failed", "canceled"):
                self._enter("refund_failure", "refund_failure", refund, refund["amount"])
            self._count_refunds(self.charges[refund["charge"]])
            self._tell("refund.updated", refund)
            self._tell("charge.refund.updated", refund)
            if status == "failed":
                self._tell("refund.failed", refund)
            return made

    def enter(self, kind: str, category: str, amount: int, *, of: str | None = None, fee: int = 0) -> Thing:
        """An entry of the account's books beside payments, in US dollars. `of`: its source is such an object, as a
        payout; a fee has none."""
        source: Thing = {"id": None, "currency": "usd"}
        if of is not None:
            source = self._new(of, of, self.others, {"amount": abs(amount), "currency": "usd"})
        return self._enter(kind, category, source, amount, fee)

    # --- state ------------------------------------------------------------------------------------

    def _new(self, prefix: str, kind: str, store: dict[str, Thing], content: Thing) -> Thing:
        name = f"{prefix}_{secrets.token_hex(12)}"
        store[name] = {"id": name, "object": kind, "created": self.now(), "livemode": False} | content
        return store[name]

    def _enter(self, kind: str, category: str, source: Thing, amount: int, fee: int = 0) -> Thing:
        """Into the account's books, in its currency."""
        currency, rate = source["currency"], None
        if self.account_currency not in (None, currency):
            currency, rate = self.account_currency, self.exchange_rate
            amount, fee = round(amount * rate), round(fee * rate)
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

    def _open(self, session_id: str) -> Thing:
        session = self.sessions[session_id]
        if session["status"] != "open":
            raise ValueError(f"nobody can act in a session that is {session['status']}")
        return session

    def _confirm(self, session: Thing) -> Thing:
        """The session's payment intent, made when a person first tries to pay."""
        if session["payment_intent"]:
            return self.intents[session["payment_intent"]]
        intent = self._new("pi", "payment_intent", self.intents, {
            "amount": session["amount_total"], "amount_capturable": 0, "amount_received": 0,
            "canceled_at": None, "cancellation_reason": None,
            "capture_method": self._capture_methods[session["id"]], "currency": session["currency"],
            "last_payment_error": None, "latest_charge": None, "metadata": self._intent_metadata[session["id"]],
            "status": "requires_payment_method",
        })  # fmt: skip
        intent["client_secret"] = f"{intent['id']}_secret_{secrets.token_hex(8)}"
        session["payment_intent"] = intent["id"]
        self._tell("payment_intent.created", intent)
        return intent

    def _review(self, intent_id: str, reason: str) -> None:
        review = self._new("prv", "review", self.reviews, {
            "billing_zip": None, "charge": self.intents[intent_id]["latest_charge"], "closed_reason": None,
            "ip_address": None, "ip_address_location": None, "open": True, "opened_reason": reason,
            "payment_intent": intent_id, "reason": reason, "session": None,
        })  # fmt: skip
        self._tell("review.opened", review)

    def _charge(self, intent: Thing, risk: str = "not_assessed", kind: str = "authorized") -> None:
        charge = self._new("ch", "charge", self.charges, {
            "amount": intent["amount"], "amount_captured": 0, "amount_refunded": 0, "captured": False,
            "currency": intent["currency"], "disputed": False, "metadata": dict(intent["metadata"]),
            "outcome": {
                "network_status": "approved_by_network", "reason": None if risk in ("normal", "not_assessed") else
                f"{risk}_risk_level", "risk_level": risk, "seller_message": "Payment complete.", "type": kind,
            },
            "payment_intent": intent["id"], "refunded": False, "status": "succeeded",
        })  # fmt: skip
        intent["latest_charge"], intent["last_payment_error"] = charge["id"], None
        self._tell("charge.succeeded", charge)

    def _succeed(self, intent: Thing, amount: int | None = None) -> None:
        charge = self.charges[intent["latest_charge"]]
        taken = intent["amount"] if amount is None else amount
        intent.update(status="succeeded", amount_received=taken, amount_capturable=0)
        charge.update(captured=True, amount_captured=taken)
        self._enter("charge", "charge", charge, charge["amount"], round(taken * 0.029) + 30)
        if taken < charge["amount"]:
            self._enter("refund", "partial_capture_reversal", charge, taken - charge["amount"])
        self._tell("payment_intent.succeeded", intent)

    def _let_go(self, intent: Thing) -> None:
        intent.update(status="canceled", amount_capturable=0, canceled_at=self.now())
        self._tell("payment_intent.canceled", intent)

    def _release(self, intent: Thing, amount: int) -> None:
        """What a capture leaves is given back: a refund as any other, but no money of the account moves."""
        charge = self.charges[intent["latest_charge"]]
        refund = self._new("re", "refund", self.refunds, {
            "amount": amount, "charge": charge["id"], "currency": charge["currency"], "metadata": {},
            "payment_intent": intent["id"], "reason": None, "status": "succeeded", "balance_transaction": None,
        })  # fmt: skip
        self._tell("refund.created", refund)
        self._tell("charge.refunded", charge)

    def _count_refunds(self, charge: Thing) -> None:
        given = [r["amount"] for r in self.refunds.values() if r["charge"] == charge["id"] and _counts(r)]
        charge["amount_refunded"] = sum(given)
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]

    def _refund(self, intent_id: str, amount: int | None, metadata: Thing, reason: str | None) -> Thing:
        intent = self._find(self.intents, intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise Refusal(400, "This PaymentIntent does not have a successful charge to refund.",
                          code="payment_intent_unexpected_state")  # fmt: skip
        charge = self.charges[intent["latest_charge"]]
        left = charge["amount_captured"] - charge["amount_refunded"]
        disputes = [d for d in self.disputes.values() if d["charge"] == charge["id"]]
        if charge["disputed"] and not all(d["is_charge_refundable"] for d in disputes):
            raise Refusal(400, f"Charge {charge['id']} has been charged back.", code="charge_disputed")
        if left == 0:
            raise Refusal(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        given = left if amount is None else amount
        _check_step(given, charge["currency"])
        if given < 1:
            raise Refusal(400, "Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if given > left:  # Stripe gives no code for this
            raise Refusal(400, f"Refund amount ({given}) is greater than unrefunded amount on charge ({left})",
                          param="amount")  # fmt: skip
        refund = self._new("re", "refund", self.refunds, {
            "amount": given, "charge": charge["id"], "currency": charge["currency"], "metadata": metadata,
            "payment_intent": intent_id, "reason": reason, "status": self.refunds_become,
        })  # fmt: skip
        refund["balance_transaction"] = self._enter("refund", "refund", refund, -given)["id"]
        self._count_refunds(charge)
        self._tell("refund.created", refund)
        self._tell("charge.refunded", charge)
        return refund

    def _new_dispute(self, intent_id: str, amount: int | None, reason: str, status: str) -> Thing:
        charge = self.charges[self.intents[intent_id]["latest_charge"]]
        return self._new("dp", "dispute", self.disputes, {
            "amount": charge["amount_captured"] if amount is None else amount, "balance_transactions": [],
            "charge": charge["id"], "currency": charge["currency"],
            "is_charge_refundable": status.startswith("warning_"), "metadata": {}, "payment_intent": intent_id,
            "reason": reason, "status": status,
        })  # fmt: skip

    def _move(self, dispute: Thing, amount: int) -> None:
        fee = DISPUTE_FEE if amount < 0 and not dispute["balance_transactions"] else 0
        category = "dispute" if amount < 0 else "dispute_reversal"
        dispute["balance_transactions"].append(self._enter("adjustment", category, dispute, amount, fee))
        self._tell("charge.dispute.funds_withdrawn" if amount < 0 else "charge.dispute.funds_reinstated", dispute)

    def _find(self, store: dict[str, Thing], thing_id: str, name: str) -> Thing:
        if thing_id not in store:
            raise Refusal(404, f"No such {name}: '{thing_id}'", code="resource_missing", param=name)
        return store[thing_id]

    # --- the API ----------------------------------------------------------------------------------

    def _create_session(self, params: Thing) -> Thing:
        lines = params.get("line_items", [])
        if params.get("mode") != "payment" or not lines or "success_url" not in params:
            raise Refusal(400, "You must provide mode, line_items and success_url.", code="parameter_missing")
        if len(lines) > 100:
            raise Refusal(400, "You can only have 100 line items.", param="line_items")
        currencies = {line["price_data"]["currency"] for line in lines}
        currency = currencies.pop()
        if currencies or not re.fullmatch("[a-z]{3}", currency):
            raise Refusal(400, "Invalid currency", param="line_items[0][price_data][currency]")
        for line in lines:
            unit, name = line["price_data"]["unit_amount"], line["price_data"]["product_data"]["name"]
            _check_step(unit, currency)
            if unit < 0 or not 1 <= line.get("quantity", 0) <= 999_999 or len(name) > 250:
                raise Refusal(400, "Invalid line item", param="line_items")
        total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        _check_minimum(total, currency)
        if total > MAXIMUM.get(currency, 99_999_999):
            raise Refusal(400, "Amount must be no more than 99999999", code="amount_too_large")
        ends: int = params.get("expires_at", self.now() + DAY)
        if not 30 * MINUTE <= ends - self.now() <= DAY:
            raise Refusal(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation.",
                          param="expires_at")  # fmt: skip
        intent_data = params.get("payment_intent_data", {})
        metadata = _check_metadata(params.get("metadata", {}))
        if len(params.get("client_reference_id", "")) > 200:
            raise Refusal(400, "Too long", param="client_reference_id")
        session = self._new("cs_test", "checkout.session", self.sessions, {
            "amount_subtotal": total, "amount_total": total, "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"), "currency": currency,
            "customer_email": params.get("customer_email"), "expires_at": ends, "metadata": metadata,
            "mode": "payment", "payment_intent": None, "payment_status": "unpaid", "status": "open",
            "success_url": params["success_url"],
        })  # fmt: skip
        session["url"] = f"{self.url}/pay/{session['id']}"
        self._capture_methods[session["id"]] = intent_data.get("capture_method", "automatic_async")
        self._intent_metadata[session["id"]] = _check_metadata(intent_data.get("metadata", {}))
        return session

    def _get_session(self, params: Thing, session_id: str) -> Thing:
        return self._expand(self._find(self.sessions, session_id, "checkout.session"), params)

    def _expire_session(self, params: Thing, session_id: str) -> Thing:
        session = self._find(self.sessions, session_id, "checkout.session")
        if session["status"] != "open":
            raise Refusal(400, "Only Checkout Sessions with a status in [\"open\"] can be expired.")  # fmt: skip
        self.expire(session_id)
        return self._expand(session, params)

    def _expand(self, session: Thing, params: Thing) -> Thing:
        if not params.get("expand") or not session["payment_intent"]:
            return session
        intent = self.intents[session["payment_intent"]]
        if params["expand"] == ["payment_intent.latest_charge"] and intent["latest_charge"]:
            intent = intent | {"latest_charge": self.charges[intent["latest_charge"]]}
        return session | {"payment_intent": intent}

    def _get_intent(self, params: Thing, intent_id: str) -> Thing:
        return self._find(self.intents, intent_id, "payment_intent")

    def _capture_intent(self, params: Thing, intent_id: str) -> Thing:
        intent = self._find(self.intents, intent_id, "payment_intent")
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "captured")
        most: int = intent["amount_capturable"]
        amount = params.get("amount_to_capture", most)
        if not 1 <= amount <= most:
            raise Refusal(400, "This PaymentIntent could not be captured with that amount.", code="amount_too_large",
                          param="amount_to_capture")  # fmt: skip
        _check_step(amount, intent["currency"])
        _check_minimum(amount, intent["currency"])
        self._succeed(intent, amount)
        if amount < most:
            self._release(intent, most - amount)
        for session in self.sessions.values():
            if session["payment_intent"] == intent_id:
                session["payment_status"] = "paid"
        return intent

    def _cancel_intent(self, params: Thing, intent_id: str) -> Thing:
        intent = self._find(self.intents, intent_id, "payment_intent")
        if intent["status"] != "requires_capture":  # one of a session: else the session is to be expired
            raise _unexpected(intent, "canceled")
        self._let_go(intent)
        return intent

    def _create_refund(self, params: Thing) -> Thing:
        if "payment_intent" not in params:
            raise Refusal(400, "One of the following params should be provided: payment_intent or charge.")
        metadata = _check_metadata(params.get("metadata", {}))
        return self._refund(params["payment_intent"], params.get("amount"), metadata, params.get("reason"))

    def _list_refunds(self, params: Thing) -> Thing:
        intent = params.get("payment_intent")
        if intent is not None:
            self._find(self.intents, intent, "payment_intent")
        found = [r for r in reversed(self.refunds.values()) if intent in (None, r["payment_intent"])]  # newest first
        if "starting_after" in params:
            found = found[[r["id"] for r in found].index(params["starting_after"]) + 1 :]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal(400, "Limit can range between 1 and 100.", param="limit")
        return {"object": "list", "url": "/v1/refunds", "data": found[:limit], "has_more": len(found) > limit}

    def _get_refund(self, params: Thing, refund_id: str) -> Thing:
        return self._find(self.refunds, refund_id, "refund")

    def _get_dispute(self, params: Thing, dispute_id: str) -> Thing:
        return self._find(self.disputes, dispute_id, "dispute")

    def _list_transactions(self, params: Thing) -> Thing:
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal(400, "Limit can range between 1 and 100.", param="limit")
        first, last = 0, 2**40
        match params.get("created", {}):
            case int(moment):
                first = last = moment
            case bounds:
                first = max(bounds.get("gte", first), bounds.get("gt", first - 1) + 1)
                last = min(bounds.get("lte", last), bounds.get("lt", last + 1) - 1)
        found = [t for t in reversed(self.transactions.values()) if first <= t["created"] <= last]  # newest first
        if "starting_after" in params:
            self._find(self.transactions, params["starting_after"], "balance_transaction")
            found = found[[t["id"] for t in found].index(params["starting_after"]) + 1 :]
        data = found[:limit]
        if params.get("expand") == ["data.source"]:
            sources = {**self.charges, **self.refunds, **self.disputes, **self.others}
            data = [entry | {"source": entry["source"] and sources[entry["source"]]} for entry in data]
        more = len(found) > limit
        return {"object": "list", "url": "/v1/balance_transactions", "data": data, "has_more": more}

    # --- HTTP -------------------------------------------------------------------------------------

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, path = scope["method"], scope["raw_path"].decode()
        trouble = self._next_trouble(f"{method} {path}")
        answer = self._prevented(trouble.kind)
        if answer is None and trouble.kind != "lost_request":
            query = scope["query_string"].decode()
            answer = await self._answer(Request(method, path, headers, {}), query, body, trouble)
        if answer is None or trouble.kind == "lost_answer":
            # Promise a body and end: the server closes the connection, and the client has no answer.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            return
        sent = {"content-type": "application/json", "request-id": f"req_{secrets.token_hex(7)}"} | answer.headers
        lines = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.body})

    def _next_trouble(self, line: str) -> Trouble:
        with self._lock:
            for trouble in self._troubles:
                if trouble.on in line and trouble.times:
                    trouble.times -= 1
                    return trouble
        return Trouble(None)

    def _prevented(self, trouble: Kind | None) -> Answer | None:
        """The answer that comes instead of the work. The library repeats 5xx unless told not to: that takes time."""
        match trouble:
            case "error":
                refusal = Refusal(500, "An unknown error occurred", kind="api_error")
            case "rate_limit":
                refusal = Refusal(429, "Request rate limit exceeded.", code="rate_limit")
            case "lock_timeout":
                refusal = Refusal(429, "This object cannot be accessed right now", code="lock_timeout")
            case "key_in_use":
                refusal = _in_use()
            case "forbidden":
                refusal = Refusal(403, f"The provided key '{_masked(self.secret_key)}' does not have the permission.")
            case "garbage":
                return Answer(200, b"<html>It works!</html>")
            case _:
                return None
        return _refuse(refusal) if refusal.status != 500 else _refuse(refusal, {"stripe-should-retry": "false"})

    async def _answer(self, request: Request, query: str, body: bytes, trouble: Trouble) -> Answer:
        try:
            with self._lock:
                self.requests.append(request)
                self._authenticate(request)
                work = self._route(request, query, body)
                if (kept := self._keep(request)) is not None and kept.answer is not None:
                    request.status = kept.answer.status
                    return Answer(kept.answer.status, kept.answer.body, {"idempotent-replayed": "true"})
            if trouble.seconds:
                await asyncio.sleep(trouble.seconds)
            with self._lock:
                if trouble.act:
                    trouble.act()
                answer = self._work(work)
                if kept is not None:
                    kept.answer = answer
        except Refusal as refusal:
            answer = _refuse(refusal)
        request.status = answer.status
        return answer

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(key.encode(), self.secret_key.encode()):
            raise Refusal(401, f"Invalid API Key provided: {_masked(key)}")

    def _route(self, request: Request, query: str, body: bytes) -> Callable[[], Thing]:
        for method, pattern, schema, function in ROUTES:
            if method == request.method and (match := re.fullmatch(pattern, request.path)):
                form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
                if body and not form:
                    raise Refusal(400, "Invalid request: the body must be a form.")
                request.params = _check(schema, _decode(query if method == "GET" else body.decode()))
                return lambda: function(self, request.params, *match.groups())
        raise Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")

    def _keep(self, request: Request) -> Kept | None:
        if request.method != "POST" or request.key is None:
            return None
        if len(request.key) > 255:
            raise Refusal(400, "Idempotency keys are up to 255 characters long.")
        kept = self._keys.get(request.key)
        if kept is None:
            kept = self._keys[request.key] = Kept(request.method, request.path, request.params)
        elif (kept.method, kept.path, kept.params) != (request.method, request.path, request.params):
            raise Refusal(400, "Keys for idempotent requests can only be used with the same parameters they were "
                          "first used with.", kind="idempotency_error")  # fmt: skip
        elif kept.answer is None:
            raise _in_use()
        return kept

    def _work(self, work: Callable[[], Thing]) -> Answer:
        try:
            return Answer(200, json.dumps(work(), indent=2).encode())
        except Refusal as refusal:
            return _refuse(refusal)


ROUTES: Sequence[tuple[str, str, type, Callable[..., Thing]]] = (
    ("POST", "/v1/checkout/sessions", SessionCreateParams, StripeServer._create_session),
    ("GET", "/v1/checkout/sessions/(cs_[a-z0-9_]+)", SessionRetrieveParams, StripeServer._get_session),
    ("POST", "/v1/checkout/sessions/(cs_[a-z0-9_]+)/expire", SessionExpireParams, StripeServer._expire_session),
    ("GET", "/v1/payment_intents/(pi_[a-z0-9]+)", PaymentIntentRetrieveParams, StripeServer._get_intent),
    ("POST", "/v1/payment_intents/(pi_[a-z0-9]+)/capture", PaymentIntentCaptureParams, StripeServer._capture_intent),
    ("POST", "/v1/payment_intents/(pi_[a-z0-9]+)/cancel", PaymentIntentCancelParams, StripeServer._cancel_intent),
    ("GET", "/v1/balance_transactions", BalanceTransactionListParams, StripeServer._list_transactions),
    ("POST", "/v1/refunds", RefundCreateParams, StripeServer._create_refund),
    ("GET", "/v1/refunds", RefundListParams, StripeServer._list_refunds),
    ("GET", "/v1/refunds/(re_[a-z0-9]+)", RefundRetrieveParams, StripeServer._get_refund),
    ("GET", "/v1/disputes/(dp_[a-z0-9]+)", DisputeRetrieveParams, StripeServer._get_dispute),
)


# --- answers --------------------------------------------------------------------------------------


def _refuse(refusal: Refusal, headers: dict[str, str] | None = None) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}, indent=2).encode(), headers or {})


def _in_use() -> Refusal:
    return Refusal(409, "There is currently another in-progress request using this Idempotent Key.",
                   code="idempotency_key_in_use", kind="idempotency_error")  # fmt: skip


def _unexpected(intent: Thing, verb: str) -> Refusal:
    message = f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}."
    return Refusal(400, message, code="payment_intent_unexpected_state")


def _masked(key: str) -> str:
    return key[:8] + "*" * max(0, len(key) - 12) + key[-4:]


def _counts(refund: Thing) -> bool:
    """Whether it gives back money that was taken; what a capture left was never taken."""
    released = refund["status"] == "succeeded" and refund["balance_transaction"] is None
    return refund["status"] not in ("failed", "canceled") and not released


def _check_step(amount: int, currency: str) -> None:
    if currency in THREE_DECIMALS and amount % 10:
        raise Refusal(400, "Invalid amount: the last digit must be 0.", code="invalid_charge_amount", param="amount")
    if currency in NO_FRACTIONS and amount % 100:
        raise Refusal(400, "Invalid amount: it must be evenly divisible by 100.",
                      code="invalid_charge_amount_no_decimal_compatible", param="amount")  # fmt: skip


def _check_minimum(amount: int, currency: str) -> None:
    if amount < MINIMUM.get(currency, 50):
        raise Refusal(400, "The total amount due is too small", code="amount_too_small")


def _check_metadata(metadata: Thing) -> Thing:
    if len(metadata) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in metadata.items()):
        raise Refusal(400, "Metadata has 50 keys of 40 characters and values of 500.", param="metadata")
    return metadata


# --- parameters -----------------------------------------------------------------------------------


def _decode(form: str) -> Thing:
    """a[b][0]=c as nested dicts and lists; nothing twice, nothing empty, no gap in a list."""
    tree: Thing = {}
    for name, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form), max_num_fields=5000):
        if not re.fullmatch(r"\w+(\[\w+\])*", name, re.ASCII):
            raise Refusal(400, f"Invalid parameter name: {name}", param=name)
        if value == "":
            raise Refusal(400, f"You passed an empty string for '{name}'.", code="parameter_invalid_empty", param=name)
        *way, last = re.findall(r"\w+", name)
        place = tree
        for step in way:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Refusal(400, f"Invalid object: {name}", param=name)
        if last in place:
            raise Refusal(400, f"Sent twice: {name}", param=name)
        place[last] = value
    decoded: Thing = _with_lists(tree)
    return decoded


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    values = {name: _with_lists(value) for name, value in tree.items()}
    numbered = bool(values) and list(values) == [str(i) for i in range(len(values))]
    return list(values.values()) if numbered else values


def _check(schema: type, params: Thing) -> Thing:
    try:
        checked: Thing = _validator(schema).validate_python(params)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(step) for step in first["loc"]]
        name = place[0] + "".join(f"[{step}]" for step in place[1:])
        match first["type"]:
            case "extra_forbidden":
                raise Refusal(
                    400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name
                ) from None
            case "missing":
                raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name) from None
            case "int_parsing":
                raise Refusal(400, f"Invalid integer: {name}", code="parameter_invalid_integer", param=name) from None
        raise Refusal(400, f"Invalid {name}: {first['msg']}", param=name) from None
    return checked


@cache
def _validator(schema: type) -> TypeAdapter[Thing]:
    return TypeAdapter(_strict(schema))


def _strict(schema: Any) -> Any:
    """The library's description of parameters, as one that refuses what it does not name."""
    if is_typeddict(schema):
        # Options of the library's call (api_key, idempotency_key, …) are part of its types, and no parameters.
        named = {n: hint for n, hint in schema.__annotations__.items() if n not in RequestOptions.__annotations__}
        holder = type("holder", (), {"__annotations__": named})
        hints = get_type_hints(holder, vars(sys.modules[schema.__module__]), include_extras=True)
        make: Any = TypedDict
        strict = make(schema.__name__, {name: _strict(hint) for name, hint in hints.items()})
        strict.__pydantic_config__ = ConfigDict(extra="forbid")
        return strict
    arguments = tuple(_strict(argument) for argument in _kept(get_args(schema)))
    match get_origin(schema):
        case None:
            return schema
        case origin if origin is NotRequired:
            return NotRequired[arguments[0]]
        case origin if origin in (Union, UnionType):
            return Union[arguments]  # noqa: UP007
        case origin if origin is Literal:
            return schema
        case origin:
            return origin[arguments if len(arguments) > 1 else arguments[0]]


def _kept(arguments: Iterable[Any]) -> list[Any]:
    """Without objects of the library, which it would encode before they are sent."""
    return [argument for argument in arguments if get_origin(argument) is not UntypedStripeObject]
