"""Sessions, the tries to pay in them, and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

RATES = {"BDT": Decimal(1), "USD": Decimal("109.50"), "JPY": Decimal("0.75"), "KWD": Decimal("355.20")}  # BDT for one

CHARGE = Decimal("0.025")  # of what is taken, kept by the bank


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
