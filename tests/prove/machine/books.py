"""The gateway's own books, as the machine keeps them for it: what it took, gave back, withdrew, and its fees."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

FEE = 3  # of each payment
DISPUTE_FEE = 15


class Books:
    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def enter(
        self, payment_id: str, kind: str, amount: int, currency: str, *, fee: int = 0, status: str | None = None,
        **more: Any,
    ) -> str:  # fmt: skip
        """An entry; how its refund or dispute stands is said by all of its entries."""
        name = f"entry {len(self.entries)} of {payment_id}"
        moved_at = datetime.now(UTC).isoformat()
        self.entries.append(
            {"id": name, "payment_id": payment_id, "kind": kind, "amount": amount, "currency": currency,
             "moved_at": moved_at, "fee": fee, "fee_currency": currency, "status": status, **more}
        )  # fmt: skip
        if case := more.get("case_reference"):
            self.stands(case, status)
        return name

    def stands(self, case: str, status: str | None) -> None:
        for entry in self.entries:
            if entry.get("case_reference") == case:
                entry["status"] = status

    def of(self, payment_id: str, kind: str) -> dict[str, list[dict[str, Any]]]:
        """Its entries of a kind, by refund or dispute."""
        found: dict[str, list[dict[str, Any]]] = {}
        for entry in self.entries:
            if (entry["payment_id"], entry["kind"]) == (payment_id, kind):
                found.setdefault(entry.get("case_reference", ""), []).append(entry)
        return found
