"""What Stripe takes: amounts by currency, and metadata."""

from __future__ import annotations

from tests.gateways.stripe_server.protocol import Refusal, Thing

THREE_DECIMALS = ("bhd", "jod", "kwd", "omr", "tnd")
NO_DECIMALS = ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf")
NO_FRACTIONS = ("isk", "ugx")  # two decimals, which must be 00
MINIMUM = {
    "aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200, "nok": 300,
    "pln": 200, "ron": 200, "sek": 300, "thb": 1000,
}  # fmt: skip
MAXIMUM = {"inr": 999_999_999, "cop": 9_999_999_999, "idr": 999_999_999_999}


def decimals_of(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def check_step(amount: int, currency: str) -> None:
    if currency in THREE_DECIMALS and amount % 10:
        raise Refusal(400, "Invalid amount: the last digit must be 0.", code="invalid_charge_amount", param="amount")
    if currency in NO_FRACTIONS and amount % 100:
        raise Refusal(400, "Invalid amount: it must be evenly divisible by 100.",
                      code="invalid_charge_amount_no_decimal_compatible", param="amount")  # fmt: skip


def check_minimum(amount: int, currency: str) -> None:
    if amount < MINIMUM.get(currency, 50):
        raise Refusal(400, "The total amount due is too small", code="amount_too_small")


def check_metadata(metadata: Thing) -> Thing:
    if len(metadata) > 50 or any(len(name) > 40 or len(value) > 500 for name, value in metadata.items()):
        raise Refusal(400, "Metadata has 50 keys of 40 characters and values of 500.", param="metadata")
    return metadata
