"""Stripe: Checkout Sessions through the official library, signed webhooks.

Amounts are minor units on both sides. A refusal becomes Refused; time-outs and errors become Unavailable, as does a key
that Stripe does not accept, where that says nothing about the money. Of the library's errors only Stripe's own code is
passed on: their texts quote the request.
"""

from __future__ import annotations

import logging
import time
from asyncio import timeout
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import orjson
import stripe
from stripe.params import BalanceTransactionListParams, RefundListParams

from api.gateways.protocol import (
    CallbackInvalid,
    DisputeMovement,
    Event,
    Movement,
    Payment,
    Refund,
    RefundOutcome,
    Refused,
    Session,
    Unavailable,
)
from api.gateways.stripe.checkout import describe_session
from api.gateways.stripe.line_items import check_payable
from api.gateways.stripe.objects import (
    DISPUTE_STATUSES,
    currency_of,
    entries_before,
    id_of,
    of_balance_transaction,
    of_charge,
    of_dispute,
    of_intent,
    of_refund,
    of_review,
    of_session,
    own_id,
    pick,
    refund_outcome,
    session_state,
    with_risk,
)
from api.gateways.stripe.settings import StripeSettings

API_VERSION = "2026-10-28.endive"  # what the library's types describe; a webhook endpoint has a version of its own
PATIENCE = 7.0  # seconds for a call with its repeats; below the caller's 8
TIMEOUT = httpx.Timeout(6.0, connect=2.0)  # of one attempt. Long, since a repeat would overlap a slow answer
TOLERANCE = 300  # seconds between a callback's signature and our clock, before and after

_NOT_PAYABLE = frozenset(
    {"amount_too_small", "amount_too_large", "invalid_charge_amount", "invalid_charge_amount_no_decimal_compatible"}
)


class _Denied(Refused):
    """A definite refusal; `reason` is Stripe's own code."""

    def __init__(self, reason: str | None) -> None:
        super().__init__("amount_not_payable" if reason in _NOT_PAYABLE else "gateway_refused")
        self.reason = reason or self.code


class _Misconfigured(Unavailable):
    """Stripe does not accept the key, or not for this call."""


class StripeGateway:
    def __init__(self, settings: StripeSettings, public_url: str) -> None:
        self._settings = settings
        self._public_url = public_url
        self._http = stripe.HTTPXClient(timeout=TIMEOUT)
        self._v1 = stripe.StripeClient(
            settings.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.api},
            http_client=self._http,
            max_network_retries=2,
        ).v1
        # At DEBUG the library logs whole bodies, with mail addresses and client secrets.
        logging.getLogger("stripe").setLevel(logging.INFO)

    async def aclose(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    # --- the protocol -----------------------------------------------------------------------------

    async def open(self, payment: Payment) -> Session:
        check_payable(payment)
        try:
            session = await self._ask(
                self._v1.checkout.sessions.create_async(
                    describe_session(payment, self._public_url), {"idempotency_key": payment.outside_key}
                )
            )
        except _Misconfigured:
            raise Refused("gateway_misconfigured") from None
        return Session(session["id"], session["url"])

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        self._verify(headers.get("stripe-signature", ""), body)
        try:
            sent = orjson.loads(body)
            return await self._read(sent, sent["data"]["object"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CallbackInvalid("the body is not an event that we can read") from None
        except _Denied as denied:
            # The event names an object that our key cannot read: a wrong configuration. Stripe repeats it for days.
            raise Unavailable(f"Stripe: {denied.reason}") from None

    async def look_up(self, payment: Payment) -> Event | None:
        session = await self._session(payment)
        found = session_state(session) if session else None
        if session is None or found is None:
            return None
        kind, amount, failure = found
        intent = session["payment_intent"]
        event = Event(
            f"lookup:{session['id']}:{kind}" + (f":{amount}" if amount is not None else ""),
            kind,
            payment_id=payment.id,
            reference=session["id"],
            charge=id_of(intent),
            amount=amount,
            currency=currency_of(session),
            failure_code=failure,
            payload={
                "session": pick(session, "id", "status", "payment_status", "amount_total", "currency"),
                "payment_intent": pick(intent, "id", "status", "amount", "amount_capturable", "amount_received"),
            },
        )
        return with_risk(event, intent["latest_charge"] if intent else None)

    async def close(self, payment: Payment) -> None:
        session = await self._session(payment)
        if session is not None and session["status"] == "open":
            try:
                expire = self._v1.checkout.sessions.expire_async(session["id"], {"expand": ["payment_intent"]})
                session = await self._ask(expire)
            except _Denied:  # it ended at this moment
                session = await self._session(payment)
        charge = payment.charge_reference or (id_of(session["payment_intent"]) if session else None)
        with suppress(_Denied):  # captured or released at this moment: a callback says which
            if charge is not None and (await self._intent(charge))["status"] == "requires_capture":
                await self._ask(self._v1.payment_intents.cancel_async(charge))

    async def capture(self, payment: Payment, amount: int) -> Event:
        charge = await self._charge(payment)
        if charge is None:
            raise Refused("not_authorized")
        # The amount is part of the key: after a refusal a smaller amount can be captured.
        intent = await self._capture(charge, amount, f"{payment.outside_key}:capture:{amount}")
        if intent["status"] != "succeeded":
            raise Unavailable(f"Stripe: the payment intent is {intent['status']}")
        return Event(
            f"capture:{charge}:{intent['amount_received']}",
            "completed",
            payment_id=payment.id,
            reference=payment.provider_reference,
            charge=charge,
            amount=intent["amount_received"],
            currency=currency_of(intent),
            payload={"payment_intent": pick(intent, "id", "status", "amount", "amount_received", "currency")},
        )

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        charge = await self._charge(payment)
        if charge is None:
            return RefundOutcome("failed", failure_code="charge_missing")
        try:
            # Stripe forgets a key after a day, and this call may be repeated later: its list of refunds is complete.
            for made in await self._refunds(charge):
                if (made["metadata"] or {}).get("refund_id") == refund.id:
                    return refund_outcome(made)
            create = self._v1.refunds.create_async(
                {
                    "payment_intent": charge,
                    "amount": refund.amount,
                    "metadata": {"refund_id": refund.id, "payment_id": payment.id},
                },
                {"idempotency_key": refund.id},
            )
            return refund_outcome(await self._ask(create))
        except _Denied as denied:
            if denied.reason == "idempotency_error":  # a call with this key exists; its outcome is unknown
                raise Unavailable("Stripe: idempotency_error") from None
            return RefundOutcome("failed", failure_code=denied.reason)

    async def list_movements(
        self, since: datetime, until: datetime, position: str | None
    ) -> tuple[Sequence[Movement], str | None]:
        """https://docs.stripe.com/api/balance_transactions/list, newest first."""
        asked: BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
            "expand": ["data.source"],
            "limit": 100,
        }
        if position is not None:
            asked["starting_after"] = position
        try:
            page = await self._ask(self._v1.balance_transactions.list_async(asked))
            earlier = [other for entry in page["data"] for other in await self._entries_before(entry, since)]
        except _Denied as denied:
            raise Unavailable(f"Stripe: {denied.reason}") from None
        following = page["data"][-1]["id"] if page["has_more"] else None
        return [of_balance_transaction(entry) for entry in [*page["data"], *earlier]], following

    async def look_up_event(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """The payment intent says which payment of ours it was made for, where the event's own object does not."""
        found = []
        try:
            for event in await self._read(dict(payload), payload["data"]["object"]):
                payment_id = event.payment_id
                if event.charge is not None:
                    intent = await self._intent(event.charge)
                    payment_id = own_id((intent["metadata"] or {}).get("payment_id")) or payment_id
                found.append(replace(event, payment_id=payment_id))
        except (KeyError, TypeError, AttributeError, _Denied):  # it knows nothing of it, or nothing any more
            return []
        return found

    async def _entries_before(self, entry: dict[str, Any], since: datetime) -> list[dict[str, Any]]:
        found = entries_before(entry, since)
        if not isinstance(found, str):
            return found or []
        return [await self._ask(self._v1.balance_transactions.retrieve_async(found, {"expand": ["source"]}))]

    # --- callbacks --------------------------------------------------------------------------------

    def _verify(self, header: str, body: bytes) -> None:
        """https://docs.stripe.com/webhooks#verify-manually, with each secret: there are two while one is changed."""
        for secret in self._settings.webhook_secret:
            try:
                stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
                break
            except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError):  # or the header is not text
                continue
        else:
            raise CallbackInvalid("the signature is wrong or too old")
        signed_at = int(next(part.split("=")[1] for part in header.split(",") if part.startswith("t=")))
        if signed_at > time.time() + TOLERANCE:  # the library checks the past only
            raise CallbackInvalid("the signature is from the future")

    async def _read(self, sent: dict[str, Any], thing: dict[str, Any]) -> Sequence[Event]:
        """https://docs.stripe.com/api/events/types"""
        # A client secret lets a browser act on a payment intent: it is not stored.
        kept = {**sent, "data": {**sent["data"], "object": {k: v for k, v in thing.items() if k != "client_secret"}}}
        said = Event(sent["id"], sent["type"], payload=kept)
        match sent["type"]:
            case "checkout.session.completed":
                return [await self._read_completed(said, thing)]
            case "checkout.session.async_payment_succeeded":
                return [replace(of_session(said, thing), kind="completed", amount=thing["amount_total"])]
            case "checkout.session.async_payment_failed":
                return [replace(of_session(said, thing), kind="failed", failure_code="declined")]
            case "checkout.session.expired":
                return [replace(of_session(said, thing), kind="expired")]
            case "payment_intent.amount_capturable_updated" if thing["status"] == "requires_capture":
                return [replace(of_intent(said, thing), kind="authorized", amount=thing["amount_capturable"])]
            case "payment_intent.succeeded":
                return [replace(of_intent(said, thing), kind="completed", amount=thing["amount_received"])]
            case "payment_intent.canceled":
                return [replace(of_intent(said, thing), kind="expired")]
            case "payment_intent.payment_failed":
                return [of_intent(said, thing)]  # not final: the person may try another card in the same session
            case "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated":
                return [of_refund(said, thing)]
            case "charge.succeeded" | "charge.updated" if thing["status"] == "succeeded":
                return [of_charge(said, thing)]
            case "review.opened" | "review.closed" if (charge := id_of(thing["payment_intent"])) is not None:
                return [of_review(said, thing, await self._intent(charge))]
            case "charge.refunded":
                return await self._read_refunded(said, thing)
            case "charge.dispute.created" | "charge.dispute.updated" | "charge.dispute.closed":
                return [await self._read_dispute(said, thing)]
            case "charge.dispute.funds_withdrawn":
                return [await self._read_dispute(said, thing, DisputeMovement("withdrawn", -thing["amount"]))]
            case "charge.dispute.funds_reinstated":
                return [await self._read_dispute(said, thing, DisputeMovement("reinstated", thing["amount"]))]
        return [said]

    async def _read_completed(self, said: Event, session: dict[str, Any]) -> Event:
        """A completed session: paid, or unpaid because it is authorised or takes days. The intent as it is now says."""
        said = of_session(said, session)
        if session["payment_status"] == "paid":
            return replace(said, kind="completed", amount=session["amount_total"])
        if session["payment_status"] == "unpaid" and said.charge is not None:
            found = session_state({**session, "payment_intent": await self._intent(said.charge)})
            if found is not None:
                kind, amount, failure = found
                return replace(said, kind=kind, amount=amount, failure_code=failure)
        return said

    async def _read_refunded(self, said: Event, charge: dict[str, Any]) -> Sequence[Event]:
        """One callback is for all refunds of a charge; only old versions of the API list them in it."""
        intent = id_of(charge["payment_intent"])
        if intent is None:
            return [said]  # not from a checkout, so not ours
        held = charge.get("refunds")
        refunds = held["data"] if held and held["data"] and not held["has_more"] else await self._refunds(intent)
        payment_id = own_id((charge["metadata"] or {}).get("payment_id"))
        events = [of_refund(replace(said, id=f"{said.id}:{refund['id']}"), refund) for refund in refunds]
        return [replace(event, payment_id=event.payment_id or payment_id) for event in events] or [said]

    async def _read_dispute(self, said: Event, dispute: dict[str, Any], moved: DisputeMovement | None = None) -> Event:
        """A dispute with its movements. What the callback leaves open, Stripe is asked for; it may not know better."""
        if dispute["status"] not in DISPUTE_STATUSES or (moved and not dispute.get("balance_transactions")):
            with suppress(_Denied, _Misconfigured):  # a restricted key without this right: the callback still counts
                dispute = await self._ask(self._v1.disputes.retrieve_async(dispute["id"]))
        event = of_dispute(said, dispute)
        return replace(event, movements=event.movements or (moved,)) if moved else event

    # --- Stripe's objects -------------------------------------------------------------------------

    async def _session(self, payment: Payment) -> dict[str, Any] | None:
        """The session with its payment intent; None where none was opened with this key."""
        if payment.provider_reference is None:
            return None
        find = self._v1.checkout.sessions.retrieve_async(
            payment.provider_reference, {"expand": ["payment_intent.latest_charge"]}
        )
        try:
            return await self._ask(find)
        except _Denied as denied:
            if denied.reason == "resource_missing":
                return None
            raise Unavailable(f"Stripe: {denied.reason}") from None

    async def _charge(self, payment: Payment) -> str | None:
        """The payment intent's id."""
        if payment.charge_reference is not None:
            return payment.charge_reference
        session = await self._session(payment)
        return id_of(session["payment_intent"]) if session else None

    async def _intent(self, intent: str) -> dict[str, Any]:
        return await self._ask(self._v1.payment_intents.retrieve_async(intent))

    async def _capture(self, charge: str, amount: int, key: str) -> dict[str, Any]:
        try:
            return await self._ask(
                self._v1.payment_intents.capture_async(charge, {"amount_to_capture": amount}, {"idempotency_key": key})
            )
        except _Denied as denied:
            # An earlier capture may have succeeded and its answer been lost, its key since forgotten.
            intent = await self._intent(charge)
            if intent["status"] == "succeeded":
                return intent
            raise Refused("authorization_expired" if intent["status"] == "canceled" else denied.code) from None

    async def _refunds(self, intent: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        asked: RefundListParams = {"payment_intent": intent, "limit": 100}
        while True:
            page = await self._ask(self._v1.refunds.list_async(asked))
            found += page["data"]
            if not page["has_more"]:
                return found
            asked["starting_after"] = found[-1]["id"]

    async def _ask(self, call: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
        """The answer of a call. Raises _Denied, _Misconfigured, Unavailable."""
        problem: Exception
        try:
            async with timeout(PATIENCE):
                return (await call).to_dict()
        except (stripe.AuthenticationError, stripe.PermissionError):
            problem = _Misconfigured("Stripe does not accept the key")
        except stripe.IdempotencyError:
            problem = _Denied("idempotency_error")
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            problem = _Denied(error.code or ("amount_invalid" if error.param == "amount" else None))
        except (stripe.StripeError, TimeoutError) as error:  # also 409 (a concurrent call) and 429
            problem = Unavailable(f"Stripe: {type(error).__name__}")
        raise problem  # outside the handler, so that the library's error is not its context
