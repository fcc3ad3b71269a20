"""SSLCommerz: a hosted page, and a signed callback (IPN) that counts only after a validation call.

Sources: developer.sslcommerz.com/doc/v4 for fields, lengths and statuses; the vendor's PHP library for which of the two
amounts is compared. The limits of the API shape this module:

- Sessions are not deduplicated and cannot be closed, but one `tran_id` is one payment: it is our payment's id, always
  the same, and is looked up before a session is opened.
- A refund can be asked for by the reference in the answer to its initiation only. A second initiation with the same
  `refund_trans_id` is answered `processing` ("the refund has been initiated already"): all the idempotency there is.
- The store's password is part of addresses, so no address may reach a log or an exception: see transport.py.
- Amounts are decimal(10,2) whatever the currency. Other currencies are charged in BDT at SSLCommerz's rate.

The browser is sent back by a cross-site form POST to `success_url`, `fail_url` or `cancel_url`. Our pages read nothing
of it: what happened is what the IPN or a look-up says.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from api.gateways.protocol import (
    CallbackInvalid,
    Event,
    Movement,
    Payment,
    Refund,
    RefundOutcome,
    Refused,
    Session,
    Unavailable,
)
from api.gateways.sslcommerz.fields import (
    PAID,
    SETTLED,
    amount_taken,
    event_id,
    fee_kept,
    minor_units,
    moment_of,
    read_form,
    read_id,
    refusal_code,
    risk_of,
    text_of,
    write_amount,
    write_id,
)
from api.gateways.sslcommerz.settings import SSLCommerzSettings
from api.gateways.sslcommerz.transport import PasswordTransport

TIMEOUT = httpx.Timeout(7.0, connect=4.0)  # seconds a call; a customer who opens a checkout waits for two

# What every IPN must have signed; one of money names its validation and its currency as well.
SIGNED = ("tran_id", "status", "amount")
SIGNED_WHEN_PAID = (*SIGNED, "val_id", "currency")

_SESSION = "/gwprocess/v4/api.php"
_VALIDATION = "/validator/api/validationserverAPI.php"
_TRANSACTION = "/validator/api/merchantTransIDvalidationAPI.php"  # queries, refunds, queries of refunds


class SSLCommerzGateway:
    def __init__(self, settings: SSLCommerzSettings, public_url: str) -> None:
        self._settings = settings
        self._public_url = public_url

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        # Made at the first call: reading the certificates is slow.
        # No cookies: a PHP session shared by all customers would mix them up and serialise their calls.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx.AsyncClient(
            transport=PasswordTransport(self._settings.store_password), timeout=TIMEOUT, cookies=jar
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- the protocol -----------------------------------------------------------------------------

    async def open(self, payment: Payment) -> Session:
        """A session for this attempt.

        Twice is two sessions at SSLCommerz, of which the caller hands out the one it stored. A paid attempt must not be
        opened again: after a restored backup a customer may have the address of a session that we do not know. Then
        this raises Unavailable, and look_up finds the event.

        Placeholders are sent for fields that SSLCommerz requires and we do not know: name, address, phone. An e-mail
        address it requires too, of at most 50 characters, and sends its receipt there: one that we made up, or cut
        off, could be another person's. Without one this raises Refused email_needed.
        """
        form = self._session_form(payment)
        if any(text_of(element, "status") in PAID for element in await self._transactions(write_id(payment.id))):
            raise Unavailable("SSLCommerz has this payment as paid: look it up")
        answer = await self._call("POST", _SESSION, {"store_passwd": self._settings.store_password, **form})
        if text_of(answer, "status") == "FAILED":
            raise Refused(refusal_code(text_of(answer, "failedreason"), form))
        reference, url = text_of(answer, "sessionkey"), text_of(answer, "GatewayPageURL")
        if text_of(answer, "status") != "SUCCESS" or not reference or not url.startswith(("https://", "http://")):
            raise Unavailable("SSLCommerz answered with no session")
        return Session(reference, url)

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """An IPN. Risky money (`risk_level` 1) is completed: it has been taken, and SSLCommerz leaves to the merchant
        whether to serve ("it depends on you"). So it is an elevated risk, and the order is on hold.

        The payload has signed fields only: the customer's browser carries the same signed form, and could add others.
        """
        form = read_form(body)
        signed = self._verify(form)
        tran_id, status, val_id = signed["tran_id"], signed["status"], signed.get("val_id", "")
        if status in PAID:
            return [self._completed(signed, await self._validate(tran_id, val_id))]
        kind, failure_code = {
            "FAILED": ("failed", "declined"),
            "CANCELLED": ("failed", "cancelled_by_customer"),
            "EXPIRED": ("expired", None),
            "UNATTEMPTED": ("expired", None),
        }.get(status, (f"status_{status.lower()}", None))
        return [
            Event(
                event_id(tran_id, status, val_id), kind,
                payment_id=read_id(tran_id), failure_code=failure_code, payload=signed,
            )
        ]  # fmt: skip

    async def look_up(self, payment: Payment) -> Event | None:
        """A declined or cancelled try is not final while the session can be tried again: only its expiry is."""
        tran_id = write_id(payment.id)
        paid = [element for element in await self._transactions(tran_id) if text_of(element, "status") in PAID]
        if paid:
            first = min(paid, key=lambda element: (text_of(element, "tran_date"), text_of(element, "val_id")))
            try:
                validation = await self._validate(tran_id, text_of(first, "val_id"))
                return self._completed(first, validation, payment.provider_reference)
            except CallbackInvalid as error:
                raise Unavailable(f"SSLCommerz contradicts itself: {error}") from None
        if payment.expires_at > datetime.now(UTC):
            return None
        expired = event_id(tran_id, "EXPIRED", "")
        return Event(expired, "expired", payment_id=payment.id, reference=payment.provider_reference)

    async def close(self, payment: Payment) -> None:
        """SSLCommerz cannot close a session. A later payment by it is booked and refunded."""

    async def capture(self, payment: Payment, amount: int) -> Event:
        """SSLCommerz takes the money at once: there is nothing to capture."""
        raise Refused("capture_not_supported")

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        """Initiate a refund, or find that it was, and read its state. SSLCommerz and the bank take days and send no
        callback: the refund stays pending until this call is repeated.

        Never twice: the same `refund_trans_id` is always sent, and an answer like "already exists" is pending. A
        refund in another currency than BDT is refused: whether `refund_amount` is in the customer's or the settled
        currency is not documented, and a wrong guess would refund a hundredth. It is done in their panel, and recorded
        with its `gateway_reference`.
        """
        if refund.currency != SETTLED:
            return RefundOutcome("failed", failure_code="refund_currency_not_supported")
        charge = payment.charge_reference or await self._charge(write_id(payment.id))
        if not charge:
            return RefundOutcome("failed", failure_code="charge_not_found")
        initiation = {
            "bank_tran_id": charge,
            "refund_trans_id": write_id(refund.id),
            "refund_amount": write_amount(refund.amount, minor_units(refund.currency)),
            "refund_remarks": refund.reason[:255] or "Refund",
            "refe_id": refund.id,  # the merchant's panel shows it
        }
        answer = await self._call("GET", _TRANSACTION, initiation)
        status, reference = text_of(answer, "status").lower(), text_of(answer, "refund_ref_id") or None
        if status == "failed" and not re.search(
            "already|duplicate|unique", text_of(answer, "errorReason"), re.IGNORECASE
        ):
            return RefundOutcome("failed", reference, "refund_refused")
        if status not in ("success", "processing", "failed"):
            raise Unavailable("SSLCommerz did not say what it does with the refund")
        if reference is None:
            return RefundOutcome("pending")
        try:
            answer = await self._call("GET", _TRANSACTION, {"refund_ref_id": reference})
        except Unavailable:
            return RefundOutcome("pending", reference)  # it is initiated
        if text_of(answer, "refund_ref_id") not in ("", reference):
            raise Unavailable("SSLCommerz answered for another refund")
        match text_of(answer, "status").lower():
            case "refunded":
                return RefundOutcome("completed", reference)
            case "cancelled":
                return RefundOutcome("failed", reference, "refund_cancelled")
            case _:
                return RefundOutcome("pending", reference)

    async def read_movements(self, payment: Payment, refunds: Mapping[str, int]) -> Sequence[Movement]:
        """SSLCommerz lists no books. It tells what became of a transaction, and of a refund by its reference. It tells
        neither a refund's amount nor which refunds were made in its panel: a transaction query has the statuses VALID,
        VALIDATED, PENDING and FAILED and no field about refunds (developer.sslcommerz.com/doc/v4)."""
        tran_id = write_id(payment.id)
        found = []
        for element in await self._transactions(tran_id):
            if text_of(element, "status") not in PAID:
                continue
            try:
                amount, currency = amount_taken(element)
            except CallbackInvalid as error:
                raise Unavailable(f"SSLCommerz contradicts itself: {error}") from None
            found.append(
                Movement(
                    f"{tran_id}:{text_of(element, 'val_id')}",
                    "captured",
                    amount,
                    currency,
                    moment_of(element) or payment.created_at,
                    payment_id=payment.id,
                    charge=text_of(element, "bank_tran_id") or None,
                    fee=fee_kept(element),
                    fee_currency=SETTLED,
                )
            )
        for reference, given in refunds.items():
            answer = await self._call("GET", _TRANSACTION, {"refund_ref_id": reference})
            if text_of(answer, "status").lower() == "refunded":
                found.append(
                    Movement(
                        f"refund:{reference}",
                        "refunded",
                        -given,
                        payment.currency,
                        payment.created_at,
                        payment_id=payment.id,
                        case=reference,
                        status="completed",
                    )
                )
        return found

    async def look_up_event(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """What became of the transaction that an IPN was about, by its `tran_id`."""
        tran_id = text_of(payload, "tran_id")
        found = []
        for element in await self._transactions(tran_id) if tran_id else ():
            if text_of(element, "status") in PAID:
                try:
                    validation = await self._validate(tran_id, text_of(element, "val_id"))
                    found.append(self._completed(element, validation))
                except CallbackInvalid:
                    continue  # it contradicts itself: the difference stays
        return found

    # --- requests ----------------------------------------------------------------------------

    def _session_form(self, payment: Payment) -> dict[str, str]:
        if payment.minor_units != minor_units(payment.currency):
            raise Refused("currency_not_supported")  # its callback would be misread
        if not payment.email or len(payment.email) > 50:
            raise Refused("email_needed")
        names = ",".join(str(item["name"]) for item in payment.items) or payment.purpose.capitalize()
        pages = f"{self._public_url}/v1/checkout"
        return {
            "store_id": self._settings.store_id,
            "total_amount": write_amount(payment.amount, payment.minor_units),
            "currency": payment.currency,
            "tran_id": write_id(payment.id),
            "success_url": f"{pages}/success?payment_id={payment.id}",
            "fail_url": f"{pages}/cancel?payment_id={payment.id}",
            "cancel_url": f"{pages}/cancel?payment_id={payment.id}",
            "ipn_url": f"{self._public_url}/v1/webhooks/sslcommerz",
            "cus_name": "Customer",
            "cus_email": payment.email,
            "cus_add1": "N/A",
            "cus_city": "N/A",
            "cus_postcode": "N/A",
            "cus_country": "N/A",
            "cus_phone": "00000000000",
            "shipping_method": "NO",  # SSLCommerz's shipping, not the order's
            "num_of_item": str(min(max(len(payment.items), 1), 9)),  # integer(1)
            "product_name": names[:255],
            "product_category": payment.purpose,
            "product_profile": "general",
        }

    async def _transactions(self, tran_id: str) -> list[Mapping[str, Any]]:
        """Every try at this payment. SSLCommerz may compare ids loosely, so exact matches are selected here."""
        answer = await self._call("GET", _TRANSACTION, {"tran_id": tran_id})
        elements = answer.get("element") or []
        if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
            raise Unavailable("SSLCommerz did not answer with a list")
        return [element for element in elements if text_of(element, "tran_id") == tran_id]

    async def _charge(self, tran_id: str) -> str:
        charges = {
            text_of(e, "bank_tran_id") for e in await self._transactions(tran_id) if text_of(e, "status") in PAID
        }
        if len(charges) > 1:
            raise Unavailable("SSLCommerz took this payment more than once")
        return charges.pop() if charges else ""

    async def _validate(self, tran_id: str, val_id: str) -> Mapping[str, Any]:
        """What was paid, by the validation call instead of the callback. Raises CallbackInvalid, Unavailable."""
        answer = await self._call("GET", _VALIDATION, {"val_id": val_id})
        status = text_of(answer, "status")
        if status == "PENDING":
            raise Unavailable("SSLCommerz is not done with this payment")
        if status not in PAID:
            raise CallbackInvalid("the validation does not confirm it")
        if text_of(answer, "tran_id") != tran_id:
            raise CallbackInvalid("the validation is of another transaction")
        return answer

    async def _call(self, method: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """The answer of a call; its numbers stay text, as written. Raises Unavailable with a text of ours."""
        answer: object = None
        url = self._settings.api + path
        try:
            if method == "POST":
                response = await self._http.post(url, data=dict(fields))
            else:
                common = {"store_id": self._settings.store_id, "v": "1", "format": "json"}
                response = await self._http.get(url, params={**fields, **common})
            if response.status_code == 200:
                answer = json.loads(response.content, parse_float=str, parse_int=str, parse_constant=str)
        except (httpx.HTTPError, ValueError, RecursionError):
            pass  # Unavailable is raised below, without the library's exception as its context
        if not isinstance(answer, dict):
            raise Unavailable("SSLCommerz gave no answer that can be read")
        # INVALID_REQUEST, FAILED, INACTIVE concern the store, not this call. The answer with a session has none.
        if text_of(answer, "APIConnect") not in ("DONE", ""):
            raise Unavailable("SSLCommerz does not accept the store's requests")
        return answer

    # --- verification -------------------------------------------------------------------------

    def _verify(self, form: Mapping[str, str]) -> dict[str, str]:
        """The signed fields of an IPN, as text. `form` has a character for a byte: the hash is over raw bytes.

        The hash does not cover where a value ends, and `verify_key` is not signed. So no value may contain what looks
        like the next field: then the text has only one reading.
        """
        names = form.get("verify_key", "").split(",")
        signed = {name: form[name] for name in names if name in form}
        if not all(re.fullmatch("[a-z0-9_]+", name) for name in names) or "store_passwd" in names:
            raise CallbackInvalid("the list of signed fields is malformed")
        if any(re.search("&[a-z0-9_]+=", value) for value in signed.values()):
            raise CallbackInvalid("a signed field holds another")
        if "verify_sign" not in form:
            raise CallbackInvalid("the signature is missing")
        for field, algorithm in (("verify_sign", "md5"), ("verify_sign_sha2", "sha256")):
            if field in form and not hmac.compare_digest(
                self._sign(signed, algorithm).encode(), form[field].lower().encode()
            ):
                raise CallbackInvalid("the signature does not fit")
        for name in SIGNED_WHEN_PAID if signed.get("status") in PAID else SIGNED:
            if not signed.get(name):
                raise CallbackInvalid(f"{name} is not signed")
        return {name: value.encode("latin-1").decode("utf-8", "replace") for name, value in signed.items()}

    def _sign(self, signed: Mapping[str, str], algorithm: str) -> str:
        def digest(data: bytes) -> str:
            return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()  # theirs: MD5 where FIPS is on

        pairs = {**signed, "store_passwd": digest(self._settings.store_password.encode())}
        return digest("&".join(f"{name}={pairs[name]}" for name in sorted(pairs)).encode("latin-1"))

    def _completed(self, said: Mapping[str, Any], validation: Mapping[str, Any], reference: str | None = None) -> Event:
        """`said`: the IPN, or the element of a look-up. Raises CallbackInvalid."""
        tran_id = text_of(said, "tran_id")
        amount, currency = amount_taken(validation)
        level, title = risk_of(validation, said)
        # A risk that SSLCommerz reports later, for money that is booked already, is an event of its own.
        risky = ":risky" if level == "elevated" else ""
        return Event(
            event_id(tran_id, "VALID", text_of(said, "val_id")) + risky,
            "completed",
            payment_id=read_id(tran_id),
            reference=reference,
            charge=text_of(validation, "bank_tran_id") or text_of(said, "bank_tran_id") or None,
            amount=amount,
            currency=currency,
            risk_level=level,
            risk_reason=title,
            payload={**said, "validation": {k: v for k, v in validation.items() if "passw" not in k.lower()}},
        )
