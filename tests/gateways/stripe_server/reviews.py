"""Reviews of Radar's, and of people of the shop."""

from __future__ import annotations

from tests.gateways.stripe_server.account import Account
from tests.gateways.stripe_server.protocol import Thing


class Reviews(Account):
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

    def _review(self, intent_id: str, reason: str) -> None:
        review = self._new("prv", "review", self.reviews, {
            "billing_zip": None, "charge": self.intents[intent_id]["latest_charge"], "closed_reason": None,
            "ip_address": None, "ip_address_location": None, "open": True, "opened_reason": reason,
            "payment_intent": intent_id, "reason": reason, "session": None,
        })  # fmt: skip
        self._tell("review.opened", review)
