"""Payment intents and their charges."""

from __future__ import annotations

from tests.gateways.stripe_server.account import Account
from tests.gateways.stripe_server.limits import check_minimum, check_step
from tests.gateways.stripe_server.protocol import Refusal, Thing


class Intents(Account):
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
        entry = self._enter("charge", "charge", charge, charge["amount"], round(taken * 0.029) + 30)
        charge["balance_transaction"] = entry["id"]
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

    # --- the API ----------------------------------------------------------------------------------

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
        check_step(amount, intent["currency"])
        check_minimum(amount, intent["currency"])
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


def _unexpected(intent: Thing, verb: str) -> Refusal:
    message = f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}."
    return Refusal(400, message, code="payment_intent_unexpected_state")
