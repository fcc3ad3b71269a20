"""Reads Stripe's objects: sessions, payment intents, refunds and disputes become our events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from api.gateways.protocol import DisputeMovement, Event, Movement, RefundOutcome

# All that the library's type names; payments.receive_dispute_event() knows the same.
DISPUTE_STATUSES = frozenset(
    {
        "warning_needs_response",
        "warning_under_review",
        "warning_closed",
        "needs_response",
        "under_review",
        "appeal_needs_response",
        "appeal_under_review",
        "won",
        "lost",
        "prevented",
    }
)

# By reporting category, which is finer than the type: https://docs.stripe.com/reports/reporting-categories. What is in
# neither list is for a person to decide: transfers of Connect, Issuing, loans, donations, corrections by Stripe.
MOVEMENTS: dict[str, Literal["captured", "refunded", "disputed", "fee"]] = {
    "charge": "captured",
    "charge_failure": "captured",  # a bank debit that came back
    "partial_capture_reversal": "captured",
    "refund": "refunded",
    "refund_failure": "refunded",
    "dispute": "disputed",
    "dispute_reversal": "disputed",
    "fee": "fee",
}
# Beside payments. A reserve is still money of the shop that Stripe holds.
ACCOUNT_MOVEMENTS: dict[str, Literal["fee", "payout", "reserve"]] = {
    "fee": "fee",  # Radar, Billing, Connect, a monthly price …
    "network_cost": "fee",
    "tax": "fee",  # on Stripe's fees
    "payout": "payout",
    "payout_reversal": "payout",  # failed or cancelled
    "topup": "payout",
    "topup_reversal": "payout",
    "risk_reserved_funds": "reserve",
    "connect_reserved_funds": "reserve",
    "payment_network_reserved_funds": "reserve",
    "payout_minimum_balance_hold": "reserve",
    "payout_minimum_balance_release": "reserve",
}

_RISKS: dict[str, Literal["unknown", "normal", "elevated", "highest"]] = {
    "normal": "normal",
    "elevated": "elevated",
    "highest": "highest",
}


def session_state(session: dict[str, Any]) -> tuple[str, int | None, str | None] | None:
    """Kind, amount and failure of a session with its payment intent; None while it is open.

    A complete session whose intent is processing (a bank debit) or still requires_action (a voucher, a transfer to a
    virtual account) is paid days later: https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification.
    """
    intent = session["payment_intent"] or {"status": None}
    complete = session["status"] == "complete"
    match intent["status"]:
        case "succeeded":
            return "completed", intent["amount_received"], None
        case "requires_capture":
            return "authorized", intent["amount_capturable"], None
        case "processing":
            return "processing", None, None
        case "requires_action" if complete:
            return "processing", None, None
        case "canceled" if complete and intent["capture_method"] != "manual":
            return "failed", None, "canceled"
        case "canceled":
            return "expired", None, None
        case "requires_payment_method" if complete:
            return "failed", None, (intent["last_payment_error"] or {}).get("code") or "declined"
    return ("expired", None, None) if session["status"] == "expired" else None


def of_session(said: Event, session: dict[str, Any]) -> Event:
    ours = (session["metadata"] or {}).get("payment_id") or session["client_reference_id"]
    return replace(
        said,
        payment_id=own_id(ours),
        reference=session["id"],
        charge=id_of(session["payment_intent"]),
        currency=currency_of(session),
    )


def of_intent(said: Event, intent: dict[str, Any]) -> Event:
    ours = own_id((intent["metadata"] or {}).get("payment_id"))
    return replace(said, payment_id=ours, charge=intent["id"], currency=currency_of(intent))


def of_refund(said: Event, refund: dict[str, Any]) -> Event:
    if is_release(refund):
        return replace(said, kind="authorization_released")
    ours = refund["metadata"] or {}
    outcome = refund_outcome(refund)
    return replace(
        said,
        kind=f"refund_{outcome.status}",
        payment_id=own_id(ours.get("payment_id")),
        charge=id_of(refund["payment_intent"]),
        amount=refund["amount"],
        currency=currency_of(refund),
        case=refund["id"],
        refund_id=own_id(ours.get("refund_id")),
        failure_code=outcome.failure_code,
    )


def of_dispute(said: Event, dispute: dict[str, Any]) -> Event:
    return replace(
        said,
        kind="dispute",
        charge=id_of(dispute["payment_intent"]),
        amount=dispute["amount"],
        currency=currency_of(dispute),
        case=dispute["id"],
        failure_code=dispute["reason"],
        status=dispute["status"],
        occurred_at=datetime.fromtimestamp(said.payload["created"], UTC),
        movements=tuple(_movement(moved, dispute) for moved in dispute.get("balance_transactions") or ()),
    )


def is_release(refund: dict[str, Any]) -> bool:
    """Whether it lets go of money that was authorised and never taken.

    Stripe makes a refund of what a capture leaves, and of a charge that is never captured. No money of the account
    moves, so it has no balance transaction.
    """
    return refund.get("reason") == "expired_uncaptured_charge" or (
        refund["status"] == "succeeded" and refund.get("balance_transaction", "") is None
    )


def _movement(moved: dict[str, Any], dispute: dict[str, Any]) -> DisputeMovement:
    """A balance transaction. It is in the account's currency: where the dispute's differs, the whole amount moved."""
    amount = moved["amount"]
    if moved["currency"] != dispute["currency"]:
        amount = dispute["amount"] if amount > 0 else -dispute["amount"]
    return DisputeMovement(moved["id"], amount, moved["fee"], currency_of(moved))


def of_charge(said: Event, charge: dict[str, Any]) -> Event:
    ours = own_id((charge["metadata"] or {}).get("payment_id"))
    return with_risk(replace(said, kind="risk", payment_id=ours, charge=id_of(charge["payment_intent"])), charge)


def of_review(said: Event, review: dict[str, Any], intent: dict[str, Any]) -> Event:
    """A review names our payment only through its payment intent."""
    kind = "review_closed" if review["closed_reason"] else "review_opened"
    return replace(of_intent(said, intent), kind=kind, case=review["id"], risk_reason=review["closed_reason"])


def with_risk(event: Event, charge: Any) -> Event:
    """What Radar says of a charge, if it is there: normal, elevated, highest; not_assessed for other than cards."""
    outcome = (charge.get("outcome") if isinstance(charge, dict) else None) or {}
    if not outcome.get("risk_level"):
        return event
    level = _RISKS.get(outcome["risk_level"], "unknown")
    return replace(event, risk_level=level, risk_reason=outcome.get("reason"))


def refund_outcome(refund: dict[str, Any]) -> RefundOutcome:
    match refund["status"]:
        case "succeeded":
            return RefundOutcome("completed", refund["id"])
        case "failed" | "canceled":
            return RefundOutcome("failed", refund["id"], refund.get("failure_reason") or refund["status"])
    return RefundOutcome("pending", refund["id"])


def of_balance_transaction(entry: dict[str, Any]) -> Movement:
    """An entry of the account's books with its source."""
    kind = MOVEMENTS.get(entry["reporting_category"])
    source = entry["source"] if isinstance(entry["source"], dict) else {}
    # A charge that no payment intent made is another program's: it is unknown money.
    charge = id_of(source.get("payment_intent")) or id_of(source.get("charge")) or source.get("id")
    if kind is None or charge is None or (kind == "fee" and source.get("payment_intent") is None):
        return _beside_payments(entry)
    ours = source.get("metadata") or {}
    account, currency = entry["currency"].upper(), currency_of(source) or entry["currency"].upper()
    is_fee = kind == "fee"
    exchanged = account != currency and not is_fee
    return Movement(
        entry["id"],
        kind,
        0 if is_fee else _in_payment_currency(entry, source),
        currency,
        datetime.fromtimestamp(entry["created"], UTC),
        payment_id=own_id(ours.get("payment_id")),
        charge=charge,
        fee=entry["fee"] - entry["amount"] if is_fee else entry["fee"],
        fee_currency=account,
        case=source["id"] if kind in ("refunded", "disputed") else None,
        refund_id=own_id(ours.get("refund_id")) if kind == "refunded" else None,
        status=_status(kind, source),
        reason=source.get("reason") if kind == "disputed" else None,
        settled_amount=entry["amount"] if exchanged else None,
        settled_currency=account if exchanged else None,
    )


def entries_before(entry: dict[str, Any], since: datetime) -> list[dict[str, Any]] | str | None:
    """What an entry of the books reverses or follows, if it is older than a moment: entries, or the id of one."""
    source, moment = entry["source"], since.timestamp()
    if isinstance(source, dict):
        match entry["reporting_category"]:
            case "dispute" | "dispute_reversal":
                moved = source.get("balance_transactions") or ()
                return [{**other, "source": source} for other in moved if other["created"] < moment]
            case "refund_failure" | "charge_failure" | "partial_capture_reversal" if source["created"] < moment:
                return id_of(source.get("balance_transaction"))
    return None


def _beside_payments(entry: dict[str, Any]) -> Movement:
    kind = ACCOUNT_MOVEMENTS.get(entry["reporting_category"])
    currency = entry["currency"].upper()
    return Movement(
        entry["id"],
        kind or "other",
        0 if kind == "fee" else entry["amount"],
        currency,
        datetime.fromtimestamp(entry["created"], UTC),
        fee=entry["fee"] - entry["amount"] if kind == "fee" else entry["fee"],
        fee_currency=currency,
        reason=f"{entry['reporting_category']} ({entry['type']})",
    )


def _in_payment_currency(entry: dict[str, Any], source: dict[str, Any]) -> int:
    """The entry is in the account's currency. What its source moved as a whole is in the source, exactly."""
    amount: int = entry["amount"]
    if entry["currency"] == source["currency"]:
        return amount
    match entry["reporting_category"]:
        case "partial_capture_reversal":
            whole: int = source["amount"] - source["amount_captured"]
        case "charge_failure":
            whole = source["amount_captured"]
        case _:
            whole = source["amount"]
    return whole if amount > 0 else -whole


def _status(kind: str, source: dict[str, Any]) -> str | None:
    if kind == "refunded":
        return refund_outcome(source).status
    if kind == "disputed":
        return str(source["status"])
    return None


def currency_of(thing: dict[str, Any]) -> str | None:
    return thing["currency"].upper() if thing["currency"] else None


def id_of(thing: Any) -> str | None:
    """The id of a field that holds an object, its id, or nothing."""
    found: str | None = thing["id"] if isinstance(thing, dict) else thing
    return found


def own_id(text: Any) -> str | None:
    """A UUID of ours from metadata, which other programs may write too; else None."""
    try:
        return str(UUID(text))
    except (ValueError, TypeError, AttributeError):
        return None


def pick(thing: dict[str, Any] | None, *names: str) -> dict[str, Any] | None:
    return {name: thing[name] for name in names} if thing else None
