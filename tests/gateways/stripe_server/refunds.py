"""Refunds: by the API, by hand, and what becomes of them."""

from __future__ import annotations

from tests.gateways.stripe_server.account import Account
from tests.gateways.stripe_server.limits import check_metadata, check_step
from tests.gateways.stripe_server.protocol import Refusal, Thing


class Refunds(Account):
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

    def return_debit(self, intent_id: str) -> None:
        """The bank takes back a debit that had succeeded. The books say so; no callback does."""
        with self._acting():
            charge = self.charges[self.intents[intent_id]["latest_charge"]]
            self._enter("payment_failure_refund", "charge_failure", charge, -charge["amount_captured"])

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
        check_step(given, charge["currency"])
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

    # --- the API ----------------------------------------------------------------------------------

    def _create_refund(self, params: Thing) -> Thing:
        if "payment_intent" not in params:
            raise Refusal(400, "One of the following params should be provided: payment_intent or charge.")
        metadata = check_metadata(params.get("metadata", {}))
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


def _counts(refund: Thing) -> bool:
    """Whether it gives back money that was taken; what a capture left was never taken."""
    released = refund["status"] == "succeeded" and refund["balance_transaction"] is None
    return refund["status"] not in ("failed", "canceled") and not released
