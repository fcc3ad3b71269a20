"""Checkout sessions, and the people and banks that pay in them."""

from __future__ import annotations

import re
import secrets

from tests.gateways.stripe_server.account import DAY, MINUTE
from tests.gateways.stripe_server.intents import Intents
from tests.gateways.stripe_server.limits import MAXIMUM, check_metadata, check_minimum, check_step
from tests.gateways.stripe_server.protocol import Refusal, Thing
from tests.gateways.stripe_server.reviews import Reviews


class Checkout(Intents, Reviews):
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

    def capture_by_hand(self, session_id: str) -> list[Thing]:
        """Somebody of the shop takes an authorised amount in Stripe's dashboard."""
        with self._acting() as made:
            self._capture_intent({}, self.sessions[session_id]["payment_intent"])
            return made

    def advance(self, seconds: float) -> list[Thing]:
        """Time passes here; sessions whose time is over expire."""
        with self._lock:
            self._ahead += seconds
            due = [s["id"] for s in self.sessions.values() if s["status"] == "open" and s["expires_at"] <= self.now()]
            return [event for session in due for event in self.expire(session)]

    def next_day(self) -> None:
        """The time that `advance` has gone to is now: what was entered on the way lies in the past."""
        with self._lock:
            self._ahead = 0.0
            for entry in self.transactions.values():
                entry["created"] = min(entry["created"], self.now())

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
            check_step(unit, currency)
            if unit < 0 or not 1 <= line.get("quantity", 0) <= 999_999 or len(name) > 250:
                raise Refusal(400, "Invalid line item", param="line_items")
        total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        check_minimum(total, currency)
        if total > MAXIMUM.get(currency, 99_999_999):
            raise Refusal(400, "Amount must be no more than 99999999", code="amount_too_large")
        ends: int = params.get("expires_at", self.now() + DAY)
        if not 30 * MINUTE <= ends - self.now() <= DAY:
            raise Refusal(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation.",
                          param="expires_at")  # fmt: skip
        intent_data = params.get("payment_intent_data", {})
        metadata = check_metadata(params.get("metadata", {}))
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
        self._intent_metadata[session["id"]] = check_metadata(intent_data.get("metadata", {}))
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
