"""Disputes and inquiries, and the funds that they move."""

from __future__ import annotations

from tests.gateways.stripe_server.protocol import Thing
from tests.gateways.stripe_server.refunds import Refunds

DISPUTE_FEE = 1500


class Disputes(Refunds):
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

    def dispute_rest(self, intent_id: str, share: float = 1.0, *, status: str = "needs_response") -> list[Thing]:
        """Disputes a share of what refunds have left of a charge. ValueError: nothing is left, or it was disputed."""
        with self._acting() as made:
            charge = self.charges[self.intents[intent_id]["latest_charge"]]
            left = charge["amount_captured"] - charge["amount_refunded"]
            if left < 1 or any(d["charge"] == charge["id"] for d in self.disputes.values()):
                raise ValueError("there is nothing to dispute")
            self.dispute(intent_id, amount=max(1, int(left * share)), status=status)
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

    def _get_dispute(self, params: Thing, dispute_id: str) -> Thing:
        return self._find(self.disputes, dispute_id, "dispute")
