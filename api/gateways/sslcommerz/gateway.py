"""SSLCommerz: a hosted page, and a signed callback (IPN) that is believed after a validation call only.

Sources: developer.sslcommerz.com/doc/v4 for fields, lengths and statuses; the vendor's PHP library for which of the two
amounts is compared. What the API has not decides the shape of this module:

- Sessions are not deduplicated and cannot be closed, but one `tran_id` is one payment: it is our payment's id, always
  the same, and is looked up before a session is opened.
- A refund can be asked for by the reference in the answer to its initiation only. A second initiation with the same
  `refund_trans_id` is answered `processing` ("the refund has been initiated already"): all the idempotency there is.
- The store's password travels in addresses, so no address may reach a log or an exception: see _Wire.
- Amounts are decimal(10,2) whatever the currency. Other currencies are charged in BDT at SSLCommerz's rate.

The browser is sent back by a cross-site form POST to `success_url`, `fail_url` or `cancel_url`. Our pages read nothing
of it: what happened is what the IPN or a look-up says.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
from base64 import b32decode, b32encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx

from api.gateways.protocol import CallbackInvalid, Event, Payment, Refund, RefundOutcome, Refused, Session, Unavailable
from api.settings import SSLCommerzKeys

TIMEOUT = httpx.Timeout(7.0, connect=4.0)  # seconds a call; a customer who opens a checkout waits for two
SETTLED = "BDT"  # what it takes and gives back; other currencies are only asked in

# ISO 4217, list one (six-group.com): the currencies that have not two decimals. A callback does not know our payment.
MINOR_UNITS: Mapping[str, int] = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip

# What every IPN must have signed; one of money names its validation and its currency as well.
SIGNED = ("tran_id", "status", "amount")
SIGNED_WHEN_PAID = (*SIGNED, "val_id", "currency")
PAID = ("VALID", "VALIDATED")  # VALIDATED: it has been asked for before

_SESSION = "/gwprocess/v4/api.php"
_VALIDATION = "/validator/api/validationserverAPI.php"
_TRANSACTION = "/validator/api/merchantTransIDvalidationAPI.php"  # queries, refunds, queries of refunds


class SSLCommerzGateway:
    def __init__(self, keys: SSLCommerzKeys, public_url: str) -> None:
        self._keys = keys
        self._public_url = public_url

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        # Made at the first call: reading the certificates takes longer than everything else here.
        # No cookies: a PHP session that all our customers share would mix them up and queue them.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx.AsyncClient(transport=_Wire(self._keys.store_password), timeout=TIMEOUT, cookies=jar)

    async def aclose(self) -> None:
        await self._http.aclose()

    # --- the protocol -----------------------------------------------------------------------------

    async def open(self, payment: Payment) -> Session:
        """A session for this attempt.

        Twice is two sessions at SSLCommerz, of which the caller hands out the one it stored. What must not be opened
        again is what was paid: after a restored backup the address may be in somebody's hands although we know of no
        session. That is Unavailable here, and look_up has the event.

        Placeholders stand where SSLCommerz demands what we do not know: name, address, phone. A mail address longer
        than its 50 characters is replaced as well: cut, it would be somebody else's.
        """
        form = self._session_form(payment)
        if any(_text(element, "status") in PAID for element in await self._transactions(write_id(payment.id))):
            raise Unavailable("SSLCommerz has this payment as paid: look it up")
        answer = await self._call("POST", _SESSION, {"store_passwd": self._keys.store_password, **form})
        if _text(answer, "status") == "FAILED":
            raise Refused(_refusal(_text(answer, "failedreason"), form))
        reference, url = _text(answer, "sessionkey"), _text(answer, "GatewayPageURL")
        if _text(answer, "status") != "SUCCESS" or not reference or not url.startswith(("https://", "http://")):
            raise Unavailable("SSLCommerz answered with no session")
        return Session(reference, url)

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """An IPN. Risky money (`risk_level` 1) is completed: it has been taken, and SSLCommerz leaves to the merchant
        whether to serve ("it depends on you"); the level is kept in the payload.

        The payload has signed fields only. The customer's browser carries the same signed form, so whoever replays it
        may add what he likes beside it.
        """
        form = _read_form(body)
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
                _event_id(tran_id, status, val_id), kind,
                payment_id=read_id(tran_id), failure_code=failure_code, payload=signed,
            )
        ]  # fmt: skip

    async def look_up(self, payment: Payment) -> Event | None:
        """A declined or cancelled try is no end while the session may be tried again: only time is."""
        tran_id = write_id(payment.id)
        paid = [element for element in await self._transactions(tran_id) if _text(element, "status") in PAID]
        if paid:
            first = min(paid, key=lambda element: (_text(element, "tran_date"), _text(element, "val_id")))
            try:
                validation = await self._validate(tran_id, _text(first, "val_id"))
                return self._completed(first, validation, payment.provider_reference)
            except CallbackInvalid as error:
                raise Unavailable(f"SSLCommerz contradicts itself: {error}") from None
        if payment.expires_at > datetime.now(UTC):
            return None
        expired = _event_id(tran_id, "EXPIRED", "")
        return Event(expired, "expired", payment_id=payment.id, reference=payment.provider_reference)

    async def close(self, payment: Payment) -> None:
        """SSLCommerz cannot close a session. Money that comes by it later is booked and given back."""

    async def capture(self, payment: Payment, amount: int) -> Event:
        """SSLCommerz takes money at once: there is nothing to capture."""
        raise Refused("capture_not_supported")

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        """Initiate a refund, or find that it has been, and see how far it is. People at SSLCommerz and the bank work on
        it for days, and nothing calls us back: it is pending until it is asked for again, by the same initiation.

        Never twice: the same `refund_trans_id` is sent always, and what sounds like "already there" is pending. A
        refund in another currency than BDT is refused: whether `refund_amount` is in the customer's currency or in
        what was settled is not documented, and a guess would give back a hundredth. It is done in their panel.
        """
        if refund.currency != SETTLED:
            return RefundOutcome("failed", failure_code="refund_currency_not_supported")
        charge = payment.charge_reference or await self._charge(write_id(payment.id))
        if not charge:
            return RefundOutcome("failed", failure_code="charge_not_found")
        initiation = {
            "bank_tran_id": charge,
            "refund_trans_id": write_id(refund.id),
            "refund_amount": _decimal(refund.amount, _units(refund.currency)),
            "refund_remarks": refund.reason[:255] or "Refund",
            "refe_id": refund.id,  # the merchant's panel shows it
        }
        answer = await self._call("GET", _TRANSACTION, initiation)
        status, reference = _text(answer, "status").lower(), _text(answer, "refund_ref_id") or None
        if status == "failed" and not re.search(
            "already|duplicate|unique", _text(answer, "errorReason"), re.IGNORECASE
        ):
            return RefundOutcome("failed", reference, "refund_refused")
        if status not in ("success", "processing", "failed"):
            raise Unavailable("SSLCommerz did not say what it does with the refund")
        if reference is None:
            return RefundOutcome("pending")
        try:
            answer = await self._call("GET", _TRANSACTION, {"refund_ref_id": reference})
        except Unavailable:
            return RefundOutcome("pending", reference)  # initiated it is
        if _text(answer, "refund_ref_id") not in ("", reference):
            raise Unavailable("SSLCommerz answered for another refund")
        match _text(answer, "status").lower():
            case "refunded":
                return RefundOutcome("completed", reference)
            case "cancelled":
                return RefundOutcome("failed", reference, "refund_cancelled")
            case _:
                return RefundOutcome("pending", reference)

    # --- what is asked ----------------------------------------------------------------------------

    def _session_form(self, payment: Payment) -> dict[str, str]:
        if payment.minor_units != _units(payment.currency):
            raise Refused("currency_not_supported")  # its callback would be read wrong
        names = ",".join(str(item["name"]) for item in payment.items) or payment.purpose.capitalize()
        pages = f"{self._public_url}/v1/checkout"
        return {
            "store_id": self._keys.store_id,
            "total_amount": _decimal(payment.amount, payment.minor_units),
            "currency": payment.currency,
            "tran_id": write_id(payment.id),
            "success_url": f"{pages}/success?payment_id={payment.id}",
            "fail_url": f"{pages}/cancel?payment_id={payment.id}",
            "cancel_url": f"{pages}/cancel?payment_id={payment.id}",
            "ipn_url": f"{self._public_url}/v1/webhooks/sslcommerz",
            "cus_name": "Customer",
            "cus_email": payment.email if len(payment.email) <= 50 else "customer@example.com",
            "cus_add1": "N/A",
            "cus_city": "N/A",
            "cus_postcode": "N/A",
            "cus_country": "N/A",
            "cus_phone": "00000000000",
            "shipping_method": "NO",  # theirs; ours is our business
            "num_of_item": str(min(max(len(payment.items), 1), 9)),  # integer(1)
            "product_name": names[:255],
            "product_category": payment.purpose,
            "product_profile": "general",
        }

    async def _transactions(self, tran_id: str) -> list[Mapping[str, Any]]:
        """Every try at this payment. Their database may compare more loosely than we do: ours are picked here."""
        answer = await self._call("GET", _TRANSACTION, {"tran_id": tran_id})
        elements = answer.get("element") or []
        if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
            raise Unavailable("SSLCommerz did not answer with a list")
        return [element for element in elements if _text(element, "tran_id") == tran_id]

    async def _charge(self, tran_id: str) -> str:
        charges = {_text(e, "bank_tran_id") for e in await self._transactions(tran_id) if _text(e, "status") in PAID}
        if len(charges) > 1:
            raise Unavailable("SSLCommerz took this payment more than once")
        return charges.pop() if charges else ""

    async def _validate(self, tran_id: str, val_id: str) -> Mapping[str, Any]:
        """What was paid: the validation call says it, not the callback. Raises CallbackInvalid, Unavailable."""
        answer = await self._call("GET", _VALIDATION, {"val_id": val_id})
        status = _text(answer, "status")
        if status == "PENDING":
            raise Unavailable("SSLCommerz is not done with this payment")
        if status not in PAID:
            raise CallbackInvalid("the validation does not confirm it")
        if _text(answer, "tran_id") != tran_id:
            raise CallbackInvalid("the validation is of another transaction")
        return answer

    async def _call(self, method: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """One call's answer; numbers in it stay text, as they were written. Raises Unavailable in our own words."""
        answer: object = None
        url = self._keys.api + path
        try:
            if method == "POST":
                response = await self._http.post(url, data=dict(fields))
            else:
                common = {"store_id": self._keys.store_id, "v": "1", "format": "json"}
                response = await self._http.get(url, params={**fields, **common})
            if response.status_code == 200:
                answer = json.loads(response.content, parse_float=str, parse_int=str, parse_constant=str)
        except (httpx.HTTPError, ValueError, RecursionError):
            pass  # raised below, where no exception of a library hangs on ours
        if not isinstance(answer, dict):
            raise Unavailable("SSLCommerz gave no answer that can be read")
        # INVALID_REQUEST, FAILED, INACTIVE: about us and our store, not about what we asked. A session has none.
        if _text(answer, "APIConnect") not in ("DONE", ""):
            raise Unavailable("SSLCommerz does not accept the store's requests")
        return answer

    # --- what is believed -------------------------------------------------------------------------

    def _verify(self, form: Mapping[str, str]) -> dict[str, str]:
        """The signed fields of an IPN, as text. `form` has a character for a byte: the hash is over raw bytes.

        The hash does not say where a value ends, and `verify_key`, which does, is not signed. So no value may hold
        what looks like the next field; then one text can be cut in one way only.
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

        pairs = {**signed, "store_passwd": digest(self._keys.store_password.encode())}
        return digest("&".join(f"{name}={pairs[name]}" for name in sorted(pairs)).encode("latin-1"))

    def _completed(self, said: Mapping[str, Any], validation: Mapping[str, Any], reference: str | None = None) -> Event:
        """`said`: the IPN, or the element of a look-up. Raises CallbackInvalid."""
        tran_id = _text(said, "tran_id")
        amount, currency = _taken(validation)
        return Event(
            _event_id(tran_id, "VALID", _text(said, "val_id")),
            "completed",
            payment_id=read_id(tran_id),
            reference=reference,
            charge=_text(validation, "bank_tran_id") or _text(said, "bank_tran_id") or None,
            amount=amount,
            currency=currency,
            payload={**said, "validation": {k: v for k, v in validation.items() if "passw" not in k.lower()}},
        )


class _Wire(httpx.AsyncBaseTransport):
    """Adds the store's password to an address below the client, where it leaves us.

    httpx logs the address of each request (at INFO) and hangs the request on its exceptions. Above here none has it.
    """

    def __init__(self, store_password: str) -> None:
        self._store_password = store_password
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if request.method == "GET":
            url = url.copy_add_param("store_passwd", self._store_password)
        sent = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._inner.handle_async_request(sent)

    async def aclose(self) -> None:
        await self._inner.aclose()


# --- ids ------------------------------------------------------------------------------------------


def write_id(id: str) -> str:  # noqa: A002
    """A UUID in the 26 characters of base32: no more than SSLCommerz's 30, and no two that differ in case only."""
    return b32encode(UUID(id).bytes).decode().rstrip("=")


def read_id(text: str) -> str | None:
    """The UUID, or None where it is not one of ours: a store may have other shops."""
    try:
        found = str(UUID(bytes=b32decode(text + "======")))
    except (binascii.Error, ValueError):
        return None
    return found if write_id(found) == text else None


def _event_id(tran_id: str, status: str, val_id: str) -> str:
    """SSLCommerz numbers no events: the same for every repeat of one statement, by callback or look-up."""
    return f"{tran_id}:{'VALID' if status in PAID else status}:{val_id}"


# --- amounts --------------------------------------------------------------------------------------


def _units(currency: str) -> int:
    return MINOR_UNITS.get(currency, 2)


def _decimal(amount: int, minor_units: int) -> str:
    """Minor units as decimal(10,2), exactly, or Refused: a thousandth of a dinar cannot be asked for."""
    exact = Decimal(amount).scaleb(-minor_units)
    rounded = exact.quantize(Decimal("0.01"))
    if rounded != exact:
        raise Refused("amount_not_supported")
    return f"{rounded:f}"


def _taken(validation: Mapping[str, Any]) -> tuple[int, str]:
    """What the customer paid, in minor units of the currency we asked in. Raises CallbackInvalid.

    `amount` is what was taken, in BDT; `currency_amount` what we asked for, in `currency_type`. We asked in BDT: the
    first. In another currency: the second, since the first has SSLCommerz's rate in it.
    """
    settled = _text(validation, "currency") or SETTLED
    currency = _text(validation, "currency_type") or settled
    amount = _text(validation, "amount" if currency == settled else "currency_amount")
    if not re.fullmatch("[A-Z]{3}", currency) or not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,6})?", amount):
        raise CallbackInvalid("the validation has no amount")
    minor = Decimal(amount).scaleb(_units(currency))
    if minor != minor.to_integral_value() or minor < 1:
        raise CallbackInvalid("the validation's amount is not one of its currency")
    return int(minor), currency


# --- texts ----------------------------------------------------------------------------------------


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _read_form(body: bytes) -> dict[str, str]:
    """A form, each byte of a value as one character. A field that comes twice could be read twice differently."""
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=200)
    except ValueError:
        raise CallbackInvalid("the form has too many fields") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise CallbackInvalid("a field comes twice")
    return form


def _refusal(reason: str, form: Mapping[str, str]) -> str:
    """A stable code: the field that SSLCommerz names ("Invalid Information! 'cus_add1' is missing or empty."), no more.

    Its text is not for clients, and it might quote what we sent.
    """
    return next((f"{name}_refused" for name in form if f"'{name}'" in reason), "session_refused")
