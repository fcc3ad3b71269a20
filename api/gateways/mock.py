"""The mock gateway: a hosted page where a person decides, and signed callbacks. Its only state is its books.

Its books are what it took and gave back, in a table of its own (payments.mock_books), so that they can be compared with
the shop's like a real gateway's.

A checkout is a signed token of the amount and the expiry. The same attempt always gets the same token, so opening twice
is opening once. The callback is like a real gateway's: signed (`Mock-Signature: t=<unix time>,v1=<hex HMAC-SHA256 of
"t.body">`), with an event id that is the same for the same decision; it may come late, twice, or out of order.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from typing import Any, Literal

from api.gateways.protocol import CallbackInvalid, Event, Movement, Payment, Refund, RefundOutcome, Session, Unavailable
from api.providers import Provider, Shop

TOLERANCE = 300  # seconds between a callback's signature and its arrival
SIGNATURE = "mock-signature"
PAGE = 100  # entries of its books at a time
Call = Callable[[str, Mapping[str, object], str], Awaitable[Any]]  # function, arguments, request id
Outcome = Literal["pay", "decline", "process"]  # process: as a bank debit, which is paid or declined days later


@dataclass(frozen=True)
class Checkout:
    """The content of a checkout token."""

    payment_id: str
    order_number: str | None  # None: a deposit
    capture_method: str
    reference: str
    amount: int
    currency: str
    minor_units: int
    expires_at: int

    @property
    def price(self) -> str:
        whole = f"{self.amount // 10**self.minor_units:,}"
        return f"{self.currency} {whole}" + (
            f".{self.amount % 10**self.minor_units:0{self.minor_units}}" if self.minor_units else ""
        )


class MockGateway:
    def __init__(self, secret: str, public_url: str) -> None:
        self._secret = secret.encode()
        self._public_url = public_url
        self._call: Call | None = None

    def keep_books(self, call: Call) -> None:
        """From now on its books are kept in the database, by calls as the gateway service."""
        self._call = call

    # --- the protocol -----------------------------------------------------------------------------

    async def open(self, payment: Payment) -> Session:
        reference = "mock_" + self._sign(b"reference", payment.outside_key.encode())[:24]
        checkout = Checkout(
            payment.id, payment.order_number, payment.capture_method, reference, payment.amount, payment.currency,
            payment.minor_units, int(payment.expires_at.timestamp()),
        )  # fmt: skip
        return Session(reference, f"{self._public_url}/mock/checkout/{self.write_token(checkout)}")

    async def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        self._verify(headers.get(SIGNATURE, ""), body)
        try:
            sent = json.loads(body)
            data = sent["data"]
            if not isinstance(sent["id"], str):
                raise CallbackInvalid("the event has no id")
            return [
                Event(
                    sent["id"],
                    sent["type"],
                    payment_id=data["payment_id"],
                    reference=data["reference"],
                    charge=data["reference"],
                    amount=data["amount"],
                    currency=data["currency"],
                    failure_code=sent.get("failure_code"),
                    payload=sent,
                )
            ]
        except (ValueError, KeyError, TypeError):
            raise CallbackInvalid("the body is not one of our events") from None

    async def look_up(self, payment: Payment) -> Event | None:
        return None  # its callback comes with the payer's decision

    async def close(self, payment: Payment) -> None:
        pass  # its checkouts expire by themselves

    async def capture(self, payment: Payment, amount: int) -> Event:
        await self._enter(f"mock_ch_{payment.id}", payment.id, "captured", amount, payment.currency)
        return Event(
            f"mock_evt_{payment.id.replace('-', '')}_capture",
            "completed",
            payment_id=payment.id,
            reference=payment.provider_reference,
            charge=payment.charge_reference,
            amount=amount,
            currency=payment.currency,
            payload={"captured": amount},
        )

    async def refund(self, payment: Payment, refund: Refund) -> RefundOutcome:
        reference = "mock_re_" + self._sign(b"refund", refund.id.encode())[:24]
        await self._enter(reference, payment.id, "refunded", -refund.amount, refund.currency, refund.id)
        return RefundOutcome("completed", reference)

    # --- its books --------------------------------------------------------------------------------

    async def list_movements(
        self, since: datetime, until: datetime, position: str | None
    ) -> tuple[Sequence[Movement], str | None]:
        if self._call is None:
            raise Unavailable("the mock gateway's books are not open")
        after_time, _, after_id = (position or "").partition(" ")
        given = {"since": since.isoformat(), "until": until.isoformat(), "after_id": after_id}
        if after_time:
            given["after_time"] = after_time
        entries = await self._call("list_mock_movements", given, "mock")
        last = f"{entries[-1]['created_at']} {entries[-1]['id']}" if len(entries) == PAGE else None
        return [_movement(entry) for entry in entries], last

    async def take(self, checkout: Checkout) -> None:
        """The payer has paid: the money is taken, unless the shop captures it later."""
        if checkout.capture_method != "manual":
            entry = f"mock_ch_{checkout.payment_id}"
            await self._enter(entry, checkout.payment_id, "captured", checkout.amount, checkout.currency)

    async def _enter(
        self, entry: str, payment_id: str, kind: str, amount: int, currency: str, refund_id: str | None = None
    ) -> None:
        if self._call is not None:
            given = {"id": entry, "payment_id": payment_id, "kind": kind, "amount": amount, "currency": currency}
            await self._call("record_mock_movement", given | {"refund_id": refund_id}, payment_id)

    async def look_up_event(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """What its books have of the payment that a callback of its own was about."""
        payment_id = payload.get("data", {}).get("payment_id")
        if self._call is None or not isinstance(payment_id, str):
            return []
        given = {"since": "-infinity", "until": "infinity", "payment_id": payment_id}
        found = [_movement(entry) for entry in await self._call("list_mock_movements", given, "reconciliation")]
        return [_event(movement) for movement in found]

    # --- its own side: the hosted page and the callback -------------------------------------------

    def write_token(self, checkout: Checkout) -> str:
        said = json.dumps(list(asdict(checkout).values()), separators=(",", ":"))
        data = urlsafe_b64encode(said.encode()).rstrip(b"=")
        return f"{data.decode()}.{self._sign(b'checkout', data)}"

    def read_token(self, token: str) -> Checkout | None:
        """The checkout, or None where the token is forged or has expired."""
        data, _, signature = token.partition(".")
        expected = self._sign(b"checkout", data.encode("utf-8", "surrogateescape"))
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape")):
            return None
        checkout = Checkout(*json.loads(urlsafe_b64decode(data + "=" * (-len(data) % 4))))
        return checkout if checkout.expires_at > time.time() else None

    def callback(
        self, checkout: Checkout, outcome: Outcome, *, now: float | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of the callback with the person's decision."""
        paid = "authorized" if checkout.capture_method == "manual" else "completed"
        kinds: dict[Outcome, str] = {"pay": paid, "decline": "failed", "process": "processing"}
        body = json.dumps({
            "id": f"mock_evt_{checkout.payment_id.replace('-', '')}_{outcome}",
            "type": kinds[outcome],
            "data": {
                "payment_id": checkout.payment_id, "reference": checkout.reference, "amount": checkout.amount,
                "currency": checkout.currency,
            },
            **({"failure_code": "declined"} if outcome == "decline" else {}),
        }).encode()  # fmt: skip
        return {"content-type": "application/json", SIGNATURE: self.sign(body, now=now)}, body

    def sign(self, body: bytes, *, now: float | None = None) -> str:
        moment = int(time.time() if now is None else now)
        return f"t={moment},v1={self._sign(b'', f'{moment}.'.encode() + body)}"

    # --- signatures -------------------------------------------------------------------------------

    def _sign(self, purpose: bytes, data: bytes) -> str:
        # A key for each purpose: a signature for one purpose is invalid for another.
        key = hmac.digest(self._secret, purpose, "sha256") if purpose else self._secret
        return hmac.new(key, data, hashlib.sha256).hexdigest()

    def _verify(self, header: str, body: bytes) -> None:
        parts = [part.strip().partition("=") for part in header.split(",")]
        times = [value for name, _, value in parts if name == "t"]
        if len(times) != 1 or not re.fullmatch(r"\d{1,12}", times[0], re.ASCII):
            raise CallbackInvalid("the signature has no time")
        expected = self._sign(b"", f"{times[0]}.".encode() + body).encode()
        # There may be several signatures: while a secret is changed, a gateway signs with both.
        given = [value.encode("utf-8", "surrogateescape") for name, _, value in parts if name == "v1"]
        if not any(hmac.compare_digest(expected, value) for value in given):
            raise CallbackInvalid("the signature does not fit")
        if abs(time.time() - int(times[0])) > TOLERANCE:
            raise CallbackInvalid("the signature is too old")


def _movement(entry: Mapping[str, Any]) -> Movement:
    refunded = entry["kind"] == "refunded"
    return Movement(
        entry["id"],
        entry["kind"],
        entry["amount"],
        entry["currency"],
        datetime.fromisoformat(entry["created_at"]),
        payment_id=entry["payment_id"],
        case=entry["id"] if refunded else None,
        refund_id=entry["refund_id"],
        status="completed" if refunded else None,
    )


def _event(movement: Movement) -> Event:
    return Event(
        movement.id,
        "completed" if movement.kind == "captured" else "refund_completed",
        payment_id=movement.payment_id,
        amount=abs(movement.amount),
        currency=movement.currency,
        case=movement.case,
        refund_id=movement.refund_id,
        payload={"entry": movement.id},
    )


# --- the page -------------------------------------------------------------------------------------

STYLE = """
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;
background:#f3f4f6;color:#16181d}
main{box-sizing:border-box;width:min(26rem,100vw);padding:2rem;background:#fff;border-radius:12px;
box-shadow:0 1px 3px #0002,0 8px 30px #0001}
h1{margin:0 0 .25rem;font-size:1.15rem}
p{margin:.25rem 0;color:#4b5160}
.price{margin:1.25rem 0;font-size:2.25rem;font-weight:650;color:inherit;font-variant-numeric:tabular-nums}
button{display:block;width:100%;margin-top:.75rem;padding:.85rem 1rem;border:2px solid #1f5eff;border-radius:8px;
background:#1f5eff;color:#fff;font:inherit;font-weight:600;cursor:pointer}
button+button{background:none;color:inherit;border-color:#9aa1b1}
button:focus-visible{outline:3px solid #ffb020;outline-offset:2px}
small{display:block;margin-top:1.5rem;color:#5d6474}
@media(prefers-color-scheme:dark){body{background:#101216;color:#eceef2}main{background:#1a1d23;box-shadow:none}p,small{color:#a9afbd}}
"""


def checkout_page(checkout: Checkout, *, notice: str = "") -> str:
    """The form. It posts to the address it came from."""
    what = f"Order {escape(checkout.order_number)}" if checkout.order_number else "Deposit"
    return _page(
        f"Pay {checkout.price}",
        f"<h1>{what}</h1><p>Mock gateway: no money moves.</p>"
        + (f'<p role="alert"><strong>{escape(notice)}</strong></p>' if notice else "")
        + f'<p class="price">{escape(checkout.price)}</p><form method="post">'
        f'<button name="outcome" value="pay">Pay {escape(checkout.price)}</button>'
        '<button name="outcome" value="decline">Decline</button></form>'
        "<small>A shop with a real gateway sends you to that gateway's page here.</small>",
    )


def gone_page() -> str:
    return _page(
        "Checkout not found",
        "<h1>This checkout does not exist</h1>"
        "<p>Its address is wrong or its time is over. Go back to the shop and begin another payment.</p>",
    )


def _page(title: str, content: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{content}</main></body></html>"
    )


def _make(_settings: None, shop: Shop) -> MockGateway:
    return MockGateway(shop.access.gateway_secret(PROVIDER.name), shop.public_url)


PROVIDER = Provider("mock", _make, capabilities=frozenset({"manual_capture", "settles_payouts", "test_only"}))
