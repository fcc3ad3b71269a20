"""A store: its sessions, tries and refunds, what the customer and the bank do, and what it answers."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import defaultdict
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import urlencode

from tests.gateways.sslcommerz_server.fields import DECIMAL, SESSION_FIELDS, SESSION_OPTIONS, Wrong
from tests.gateways.sslcommerz_server.transactions import RATES, Opened, Refunded, Try


class Store:
    url: str  # the server's, once it runs

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
