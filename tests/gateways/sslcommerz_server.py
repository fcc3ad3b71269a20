"""A SSLCommerz that runs here: sessions, payments, validation, queries, refunds, signed IPNs, and faults.

It follows developer.sslcommerz.com/doc/v4 and is strict where the real one is said to be: required fields, lengths,
decimals, the store's password, one payment and one refund an id. What it does not know, it refuses.

    with SSLCommerzServer() as ssl:     or `async with`: it lives in a thread of its own, any process may ask it
        SSLCommerzSettings(store_id=ssl.store_id, store_password=ssl.store_password, api=ssl.url)
        ssl.pay(tran_id)                the customer pays: the form body of the IPN, signed with both hashes
        ssl.decline / cancel / expire / leave(tran_id)
        ssl.browser(tran_id)            then: where the customer's browser goes, and the form that it posts there
        ssl.settle_refund(reference)    the bank has done it; ssl.cancel_refund(reference)
        ssl.faults["refund"] = ["lost"] what happens to the next calls of a kind, in order: see FAULTS
        ssl.overrides["validation"] = {"amount": "1.00"}    fields that its answers of a kind lie about
        ssl.requests                    (kind, fields) of every call

A shop that asked for a session has `write_id(payment_id)` as its tran_id. SSLCommerz would send it the IPN so:

        headers = {"content-type": "application/x-www-form-urlencoded"}
        httpx.post("http://127.0.0.1:8000/v1/webhooks/sslcommerz", headers=headers, content=ssl.pay(tran_id))

For a shop in a process of its own, `ssl.environment` has the variables that lead it here; stripe_server.py shows how.

It speaks HTTP itself: a server that can hang up in the middle is what its faults need.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import socket
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

# lost: it is done and nobody hears of it. unreached: it is not done. hang: it is done, and the answer does not come.
FAULTS = ("lost", "unreached", "hang", "500", "html", "list", "inactive")

RATES = {"BDT": Decimal(1), "USD": Decimal("109.50"), "JPY": Decimal("0.75"), "KWD": Decimal("355.20")}  # BDT for one

CHARGE = Decimal("0.025")  # of what is taken, kept by the bank

# Field: longest. What the documentation calls mandatory for a hosted page without shipping.
SESSION_FIELDS = {
    "store_id": 30, "store_passwd": 30, "total_amount": 11, "currency": 3, "tran_id": 30, "success_url": 255,
    "fail_url": 255, "cancel_url": 255, "cus_name": 50, "cus_email": 50, "cus_add1": 50, "cus_city": 50,
    "cus_postcode": 30, "cus_country": 50, "cus_phone": 20, "shipping_method": 50, "num_of_item": 1,
    "product_name": 255, "product_category": 50, "product_profile": 100,
}  # fmt: skip
SESSION_OPTIONS = {"ipn_url": 255, "value_a": 255, "value_b": 255, "value_c": 255, "value_d": 255}
QUERY_FIELDS = {
    "validation": {"val_id": 50},
    "query": {"tran_id": 50},
    "refund": {
        "bank_tran_id": 80, "refund_trans_id": 30, "refund_amount": 11, "refund_remarks": 255, "refe_id": 50,
    },
    "refund_query": {"refund_ref_id": 50},
}  # fmt: skip
COMMON = {"store_id", "store_passwd", "v", "format"}
DECIMAL = r"\d{1,8}\.\d{2}"


class Wrong(Exception):
    """What the request is refused with."""


@dataclass
class Opened:
    key: str
    form: dict[str, str]

    @property
    def store_amount(self) -> str:
        """What the shop gets: after the bank's charge."""
        charge = (Decimal(self.settled) * CHARGE).quantize(Decimal("0.01"))
        return str(Decimal(self.settled) - charge)

    @property
    def settled(self) -> str:
        """What is taken, in BDT."""
        return str((Decimal(self.form["total_amount"]) * RATES[self.form["currency"]]).quantize(Decimal("0.01")))


@dataclass
class Try:
    status: str
    tran_id: str
    val_id: str
    bank_tran_id: str
    opened: Opened
    risk: str
    error: str

    def fields(self) -> dict[str, str]:
        form = self.opened.form
        said = {
            "status": self.status, "tran_id": self.tran_id, "tran_date": "2026-11-21 10:15:30",
            "amount": self.opened.settled, "bank_tran_id": self.bank_tran_id, "currency": "BDT",
            "currency_type": form["currency"], "currency_amount": form["total_amount"],
            "currency_rate": f"{RATES[form['currency']]:.4f}", "base_fair": "0.00",
            **{f"value_{x}": form.get(f"value_{x}", "") for x in "abcd"},
        }  # fmt: skip
        if self.val_id:
            said |= {
                "val_id": self.val_id, "store_amount": self.opened.store_amount, "card_type": "VISA-Dutch Bangla",
                "card_no": "418117XXXXXX6675", "card_issuer": "M & T BANK, LTD. é", "card_brand": "VISA",
                "card_issuer_country": "Bangladesh", "card_issuer_country_code": "BD", "risk_level": self.risk,
                "risk_title": "Safe" if self.risk == "0" else "Moderate",
            }  # fmt: skip
        else:
            said |= {"error": self.error}
        return said


@dataclass
class Refunded:
    reference: str
    trans_id: str
    bank_tran_id: str
    amount: Decimal
    status: str = "processing"


class SSLCommerzServer:
    provider = "sslcommerz"

    def __init__(self) -> None:
        self.store_id = "storeproc5f1e"
        self.store_password = "a b&c=d+e%41/ü@ssl"  # every character that a query must write otherwise
        self.opened: dict[str, Opened] = {}
        self.tries: list[Try] = []
        self.refunds: dict[str, Refunded] = {}
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.overrides: dict[str, dict[str, Any]] = defaultdict(dict)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.tells_reference = True  # whether `processing` names the refund that there is; the documentation is silent
        self.complaints: list[str] = []  # what no client may do; the test that did it fails at its end
        self._numbers = count(1)
        self._lock = threading.RLock()  # people act in the test's thread, calls are answered in the server's

    @property
    def environment(self) -> dict[str, str]:
        """For a process of the shop: see api.settings."""
        return {
            "SSLCOMMERZ_API": self.url,
            "SSLCOMMERZ_STORE_ID": self.store_id,
            "SSLCOMMERZ_STORE_PASSWORD": self.store_password,
        }

    # --- its life ---------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._live, args=(listener,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        assert not self.complaints, self.complaints

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    def _live(self, listener: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen(listener))

    async def _listen(self, listener: socket.socket) -> None:
        server = await asyncio.start_server(self._serve, sock=listener)
        await self._closing.wait()
        server.close()

    # --- what the customer and the bank do --------------------------------------------------------

    def pay(self, tran_id: str, *, risk: int = 0) -> bytes:
        if any(tried.tran_id == tran_id and tried.val_id for tried in self.tries):
            raise AssertionError("a transaction is paid once")
        return self._attempt(tran_id, "VALID", risk=str(risk))

    def decline(self, tran_id: str) -> bytes:
        return self._attempt(tran_id, "FAILED", error="Declined by the issuer: insufficient balance")

    def cancel(self, tran_id: str) -> bytes:
        return self._attempt(tran_id, "CANCELLED", error="Cancelled by User")

    def expire(self, tran_id: str) -> bytes:
        return self._attempt(tran_id, "EXPIRED", error="Payment Timeout")

    def leave(self, tran_id: str) -> bytes:
        return self._attempt(tran_id, "UNATTEMPTED", error="No channel was chosen")

    def browser(self, tran_id: str) -> tuple[str, bytes]:
        """After the last try: SSLCommerz's page has the browser post the transaction's fields to the shop's page. That
        may be before the IPN is sent, and the fields are those of the IPN.
        """
        with self._lock:
            tried = [tried for tried in self.tries if tried.tran_id == tran_id][-1]
        pages = {"VALID": "success_url", "VALIDATED": "success_url", "FAILED": "fail_url"}
        page = pages.get(tried.status, "cancel_url")
        return tried.opened.form[page], self.sign({**tried.fields(), "store_id": self.store_id})

    def settle_refund(self, reference: str) -> None:
        self.refunds[reference].status = "refunded"

    def cancel_refund(self, reference: str) -> None:
        self.refunds[reference].status = "cancelled"

    def sign(self, fields: dict[str, str]) -> bytes:
        """An IPN's body, as PHP makes it: ksort, `key=value` with `&` between, the password as its own hash."""
        signatures = {}
        for name, algorithm in (("verify_sign", hashlib.md5), ("verify_sign_sha2", hashlib.sha256)):
            hashed = {**fields, "store_passwd": algorithm(self.store_password.encode()).hexdigest()}
            text = "".join(f"{key}={hashed[key]}&" for key in sorted(hashed)).removesuffix("&")
            signatures[name] = algorithm(text.encode()).hexdigest()
        return urlencode({**fields, **signatures, "verify_key": ",".join(sorted(fields))}).encode()

    def _attempt(self, tran_id: str, status: str, *, risk: str = "0", error: str = "") -> bytes:
        with self._lock:
            opened = next(o for o in self.opened.values() if o.form["tran_id"] == tran_id)
            number = next(self._numbers)
            val_id = f"26112110153{number:04}VALx" if status == "VALID" else ""
            tried = Try(status, tran_id, val_id, f"26112110153{number:04}BANKx", opened, risk, error)
            self.tries.append(tried)
        return self.sign({**tried.fields(), "store_id": self.store_id})

    def totals(self) -> dict[str, dict[str, int]]:
        """Its own books, by currency, in minor units: captured, refunded, disputed, fees."""
        kinds = ("captured", "refunded", "disputed", "fees")
        sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(kinds, 0))
        for tried in self.tries:
            if tried.val_id:
                form = tried.opened.form
                sums[form["currency"]]["captured"] += int(Decimal(form["total_amount"]) * 100)
                sums["BDT"]["fees"] += int((Decimal(tried.opened.settled) - Decimal(tried.opened.store_amount)) * 100)
        for refunded in self.refunds.values():
            if refunded.status == "refunded":
                sums["BDT"]["refunded"] += int(refunded.amount * 100)
        return dict(sums)

    # --- what it answers --------------------------------------------------------------------------

    def _session(self, fields: dict[str, str]) -> dict[str, Any]:
        for name in SESSION_FIELDS:
            if not fields.get(name):
                raise Wrong(f"Invalid Information! '{name}' is missing or empty.")
        self._check(fields, SESSION_FIELDS | SESSION_OPTIONS, set(SESSION_FIELDS))
        if not re.fullmatch(DECIMAL, fields["total_amount"]):
            raise Wrong("Invalid Information! 'total_amount' is not decimal (10,2).")
        if fields["currency"] not in RATES:
            raise Wrong("Invalid Information! 'currency' is not supported.")
        if "@" not in fields["cus_email"] or not fields["num_of_item"].isdigit():
            raise Wrong("Invalid Information! 'cus_email' or 'num_of_item' is malformed.")
        if any(not fields[name].startswith(("http://", "https://")) for name in fields if name.endswith("_url")):
            raise Wrong("An address is malformed.")
        if fields["shipping_method"] not in ("YES", "NO", "Courier", "SSLCOMMERZ_LOGISTIC"):
            raise Wrong("Invalid Information! 'shipping_method' is malformed.")
        opened = Opened(f"{next(self._numbers):032X}", fields)
        if not Decimal("10.00") <= Decimal(opened.settled) <= Decimal("500000.00"):
            raise Wrong("Invalid Information! 'total_amount' must be from 10.00 BDT to 500000.00 BDT.")
        self.opened[opened.key] = opened
        page = f"{self.url}/gwprocess/v4/gw.php?Q=PAY&SESSIONKEY={opened.key}"
        return {"status": "SUCCESS", "failedreason": "", "sessionkey": opened.key, "GatewayPageURL": page, "desc": []}

    def _validation(self, fields: dict[str, str]) -> dict[str, Any]:
        for tried in self.tries:
            if tried.val_id == fields["val_id"]:
                answer = {**tried.fields(), "APIConnect": "DONE", "validated_on": "2026-11-21 10:15:40"}
                tried.status = "VALIDATED"
                return answer
        return {"status": "INVALID_TRANSACTION", "APIConnect": "DONE"}

    def _query(self, fields: dict[str, str]) -> dict[str, Any]:
        tran_id = fields["tran_id"]
        found: list[dict[str, str]] = [tried.fields() for tried in self.tries if tried.tran_id == tran_id]
        if not found and any(opened.form["tran_id"] == tran_id for opened in self.opened.values()):
            found = [{"status": "PENDING", "tran_id": tran_id, "val_id": "", "amount": ""}]
        return {"APIConnect": "DONE", "no_of_trans_found": len(found), "element": found}

    def _refund(self, fields: dict[str, str]) -> dict[str, Any]:
        if not re.fullmatch(DECIMAL, fields["refund_amount"]):
            raise Wrong("refund_amount is not decimal (10,2)")
        paid = [t for t in self.tries if t.val_id and t.bank_tran_id == fields["bank_tran_id"]]
        if not paid:
            return {"APIConnect": "DONE", "status": "failed", "errorReason": "Invalid bank_tran_id"}
        said = {"APIConnect": "DONE", "bank_tran_id": fields["bank_tran_id"], "trans_id": paid[0].tran_id}
        for refunded in self.refunds.values():
            if refunded.trans_id == fields["refund_trans_id"]:  # "The refund has been initiated already"
                known = {"refund_ref_id": refunded.reference} if self.tells_reference else {}
                return {**said, **known, "status": "processing", "errorReason": ""}
        amount = Decimal(fields["refund_amount"])
        before = sum(r.amount for r in self.refunds.values() if r.bank_tran_id == fields["bank_tran_id"])
        if not 0 < amount <= Decimal(paid[0].opened.settled) - before:
            return {**said, "status": "failed", "errorReason": "Excess amount"}
        refunded = Refunded(f"{next(self._numbers):013x}", fields["refund_trans_id"], fields["bank_tran_id"], amount)
        self.refunds[refunded.reference] = refunded
        return {**said, "refund_ref_id": refunded.reference, "status": "success", "errorReason": ""}

    def _refund_query(self, fields: dict[str, str]) -> dict[str, Any]:
        refunded = self.refunds.get(fields["refund_ref_id"])
        if refunded is None:
            return {"APIConnect": "DONE", "status": "", "errorReason": "Invalid refund_ref_id"}
        return {
            "APIConnect": "DONE", "bank_tran_id": refunded.bank_tran_id, "refund_ref_id": refunded.reference,
            "initiated_on": "2026-11-21 10:20:00", "refunded_on": "", "status": refunded.status, "errorReason": "",
        }  # fmt: skip

    def _check(self, fields: dict[str, str], longest: dict[str, int], required: set[str]) -> None:
        for name in required - fields.keys():
            raise Wrong(f"{name} is missing")
        for name, value in fields.items():
            if name not in longest:
                raise Wrong(f"{name} is unknown")
            if len(value) > longest[name]:
                raise Wrong(f"Invalid Information! '{name}' is longer than {longest[name]}.")

    def answer(self, method: str, target: str, body: bytes) -> tuple[str, dict[str, Any] | None]:
        """The kind of call and its answer; None for an address that there is not."""
        address = urlsplit(target)
        pairs = parse_qsl(body.decode() if method == "POST" else address.query, keep_blank_values=True)
        fields = dict(pairs)
        kind = {
            ("POST", "/gwprocess/v4/api.php"): "session",
            ("GET", "/validator/api/validationserverAPI.php"): "validation",
            ("GET", "/validator/api/merchantTransIDvalidationAPI.php"): (
                "query" if "tran_id" in fields else "refund" if "bank_tran_id" in fields else "refund_query"
            ),
        }.get((method, address.path))
        if kind is None or len(fields) != len(pairs) or (method == "POST" and address.query):
            return "unknown", None
        self.requests.append((kind, fields))
        if self.faults[kind] and self.faults[kind][0] == "unreached":
            return kind, {}
        known = fields.get("store_id") == self.store_id and fields.get("store_passwd") == self.store_password
        if kind == "session":
            try:
                if not known:
                    raise Wrong("Store Credential Error Or Store is De-active")
                said = self._session(fields)
            except Wrong as wrong:
                said = {"status": "FAILED", "failedreason": str(wrong), "sessionkey": "", "GatewayPageURL": ""}
        elif not known:
            said = {"APIConnect": "FAILED", "element": []}
        else:
            own = {name: value for name, value in fields.items() if name not in COMMON}
            try:
                if fields["v"] != "1" or fields["format"] != "json":
                    raise Wrong("v and format are constants")
                self._check(own, QUERY_FIELDS[kind], set(QUERY_FIELDS[kind]))
                said = getattr(self, f"_{kind}")(own)
            except (Wrong, KeyError) as wrong:
                said = {"APIConnect": "INVALID_REQUEST", "errorReason": str(wrong)}
        return kind, {**said, **self.overrides[kind]}

    # --- HTTP -------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split("\r\n")[0].split(" ")
            length = re.search(r"(?i)\r\ncontent-length: (\d+)", head)
            body = await reader.readexactly(int(length[1])) if length else b""
            if re.search(r"(?i)\r\ncookie:", head):
                self.complaints.append("a cookie came back: customers must not share a PHP session")
            with self._lock:
                kind, said = self.answer(method, target, body)
                fault = self.faults[kind].pop(0) if self.faults[kind] else ""
            if fault not in ("", *FAULTS):
                self.complaints.append(f"{fault} is no fault")
            if fault == "hang":
                await self._closing.wait()
            elif fault not in ("lost", "unreached"):
                status, content = ("404 Not Found", b"") if said is None else ("200 OK", json.dumps(said).encode())
                if fault == "500":
                    status = "500 Internal Server Error"
                elif fault == "html":
                    content = b"<html><body>Under maintenance</body></html>"
                elif fault == "list":
                    content = b"[]"
                elif fault == "inactive":
                    content = json.dumps({"APIConnect": "INACTIVE"}).encode()
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: {len(content)}\r\n"
                    "Set-Cookie: PHPSESSID=shared; path=/\r\nConnection: close\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        writer.close()
