"""SSLCommerz's fields: ids, amounts and texts, written and read."""

from __future__ import annotations

import binascii
import re
from base64 import b32decode, b32encode
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

from api.gateways.protocol import CallbackInvalid, Refused

DHAKA = timezone(timedelta(hours=6))
SETTLED = "BDT"  # it settles in BDT; in other currencies it only quotes

# ISO 4217, list one (six-group.com): the currencies without two decimals. A callback is read without our payment.
MINOR_UNITS: Mapping[str, int] = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
PAID = ("VALID", "VALIDATED")  # VALIDATED: it has been asked for before


def write_id(uuid: str) -> str:
    """A UUID in 26 characters of base32: SSLCommerz allows 30, and may ignore case."""
    return b32encode(UUID(uuid).bytes).decode().rstrip("=")


def read_id(text: str) -> str | None:
    """The UUID, or None for an id that is not ours: a store may serve other shops."""
    try:
        found = str(UUID(bytes=b32decode(text + "======")))
    except (binascii.Error, ValueError):
        return None
    return found if write_id(found) == text else None


def event_id(tran_id: str, status: str, val_id: str) -> str:
    """An id for an event, since SSLCommerz has none: the same for every repeat, by callback or look-up."""
    return f"{tran_id}:{'VALID' if status in PAID else status}:{val_id}"


def minor_units(currency: str) -> int:
    """The decimals of a currency."""
    return MINOR_UNITS.get(currency, 2)


def write_amount(amount: int, minor_units: int) -> str:
    """Minor units as decimal(10,2). Raises Refused where that is not exact, as for a thousandth of a dinar."""
    exact = Decimal(amount).scaleb(-minor_units)
    rounded = exact.quantize(Decimal("0.01"))
    if rounded != exact:
        raise Refused("amount_not_supported")
    return f"{rounded:f}"


def amount_taken(validation: Mapping[str, Any]) -> tuple[int, str]:
    """What the customer paid, in minor units of the currency of our request. Raises CallbackInvalid.

    `amount` is what was taken in BDT; `currency_amount` what was requested, in `currency_type`. For a request in BDT
    the first counts, for another currency the second: the first was converted at SSLCommerz's rate.
    """
    settled = text_of(validation, "currency") or SETTLED
    currency = text_of(validation, "currency_type") or settled
    amount = text_of(validation, "amount" if currency == settled else "currency_amount")
    if not re.fullmatch("[A-Z]{3}", currency) or not re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,6})?", amount):
        raise CallbackInvalid("the validation has no amount")
    minor = Decimal(amount).scaleb(minor_units(currency))
    if minor != minor.to_integral_value() or minor < 1:
        raise CallbackInvalid("the validation's amount is not one of its currency")
    return int(minor), currency


def fee_kept(element: Mapping[str, Any]) -> int:
    """The bank's charge in BDT, minor units: `amount` less `store_amount`, "what you will get in your account after
    bank charge" (developer.sslcommerz.com/doc/v4). 0 where it is not told."""
    amounts = [text_of(element, name) for name in ("amount", "store_amount")]
    if not all(re.fullmatch(r"[0-9]{1,13}(\.[0-9]{1,6})?", amount) for amount in amounts):
        return 0
    kept = (Decimal(amounts[0]) - Decimal(amounts[1])).scaleb(minor_units(SETTLED))
    return max(0, int(kept.to_integral_value()))


def moment_of(element: Mapping[str, Any]) -> datetime | None:
    """`tran_date`, which is the time in Dhaka."""
    try:
        return datetime.strptime(text_of(element, "tran_date"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=DHAKA)
    except ValueError:
        return None


def risk_of(*said: Mapping[str, Any]) -> tuple[Literal["unknown", "normal", "elevated"], str | None]:
    """Level and title of the risk ("0 for safe, 1 for risky"): risky where one of the answers says so."""
    levels = [text_of(fields, "risk_level") for fields in said]
    title = next((text_of(fields, "risk_title") for fields in said if text_of(fields, "risk_title")), None)
    return "elevated" if "1" in levels else "normal" if "0" in levels else "unknown", title


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field of an answer, or "" where it is missing or not text."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def read_form(body: bytes) -> dict[str, str]:
    """A form, each byte of a value as one character. Raises CallbackInvalid where a field comes twice:
    two programs could read it differently."""
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=200)
    except ValueError:
        raise CallbackInvalid("the form has too many fields") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise CallbackInvalid("a field comes twice")
    return form


def refusal_code(reason: str, form: Mapping[str, str]) -> str:
    """A stable code: the field that SSLCommerz names ("Invalid Information! 'cus_add1' is missing or empty."), no more.

    Its text is not for clients and may quote the request.
    """
    return next((f"{name}_refused" for name in form if f"'{name}'" in reason), "session_refused")
