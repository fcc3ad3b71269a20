"""An invoice, credit or debit note as a page: PDF/A-3a, tagged (PDF/UA-1), every font inside, the same bytes each time.

`render` is a pure function of the document as api.get_invoice answers it, of invoice.typ and of the fonts, which come
from pinned packages and never from the system. It takes some 15 ms of CPU, 70 ms for a hundred lines: call it in a
thread.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import typst
from fontTools.ttLib import TTFont

from api.invoices import einvoice

FONT_PACKAGES = (
    "justmytype_western_core",
    "justmytype_intl_rtl",
    "justmytype_intl_south_asia",
    "justmytype_intl_sea",
    "justmytype_intl_africa",
    "justmytype_intl_cjk",
)
# A character is drawn with the first of these that has it.
FAMILIES = (
    "Inter",
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Bengali",
    "Noto Sans Devanagari",
    "Noto Sans Tamil",
    "Noto Sans Telugu",
    "Noto Sans Thai",
    "Noto Sans Lao",
    "Noto Sans Khmer",
    "Noto Sans Myanmar",
    "Noto Sans Ethiopic",
    "Noto Sans Symbols 2",
)
# Han characters are drawn differently by region: the buyer's country decides which font comes first.
HAN = ("Noto Sans SC", "Noto Sans TC", "Noto Sans JP", "Noto Sans KR")
_HAN_FIRST = {
    "TW": "Noto Sans TC",
    "HK": "Noto Sans TC",
    "MO": "Noto Sans TC",
    "JP": "Noto Sans JP",
    "KR": "Noto Sans KR",
}

LONG = 25  # lines of a bundle's contents: half a page, as some 40 characters fill one
_JOINERS = "\u200c\u200d"  # Bengali and Persian words need them
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_FOLDER = Path(__file__).parent
_COUNTRIES = dict(
    line.split("\t")
    for line in (_FOLDER / "countries.tab").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


class Press:
    """One typst compiler: it keeps fonts and the parsed page, and serves one thread at a time."""

    def __init__(self) -> None:
        folders = [Path(str(files(package) / "fonts")) for package in FONT_PACKAGES]
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
        )
        families = {font.family for font in fonts.fonts()}
        if missing := {*FAMILIES, *HAN} - families:
            raise RuntimeError(f"fonts are missing: {', '.join(sorted(missing))}")
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(_FOLDER / "invoice.typ", root=_FOLDER, font_paths=fonts)
        self._drawn: set[int] = set()
        for path in sorted(path for folder in folders for path in folder.rglob("*.ttf")):
            with TTFont(path, lazy=True) as font:
                if font["name"].getBestFamilyName() in (*FAMILIES, *HAN):
                    self._drawn |= font.getBestCmap().keys()

    def print(self, data: Mapping[str, Any], xml: str | None, at: datetime) -> bytes:
        inputs = {"data": orjson.dumps(self._drawable(data)).decode()} | ({} if xml is None else {"xml": xml})
        with self._lock:
            pdf = self._compiler.compile(sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"], timestamp=at)
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no document")
        return pdf

    def _drawable(self, value: Any) -> Any:
        """With U+FFFD for characters that no font has: a name with an emoji must not stop an invoice, and PDF/A allows
        no missing glyph. The document's JSON keeps the name as it is."""
        if isinstance(value, str):
            return "".join(self._glyph(character) for character in value)
        if isinstance(value, dict):
            return {name: self._drawable(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._drawable(part) for part in value]
        return value

    def _glyph(self, character: str) -> str:
        if character in _JOINERS:
            return character
        category = unicodedata.category(character)
        if category in ("Cc", "Zs", "Zl", "Zp"):
            return " "
        if category == "Cf":  # invisible; a direction override could even reverse a number
            return ""
        return character if ord(character) in self._drawn else "\ufffd"


_starting = threading.Lock()


def press() -> Press:
    """The press of this process. Its start, at the first call, takes a second and 50 MB."""
    with _starting:
        return _start()


@cache
def _start() -> Press:
    return Press()


def render(invoice: Mapping[str, Any]) -> bytes:
    """The PDF of an invoice as api.get_invoice answers it."""
    issued = datetime.fromisoformat(invoice["created_at"]).astimezone(UTC).replace(microsecond=0)
    xml = einvoice.write(invoice) if invoice["e_invoice"] else None
    pdf = press().print(_page(invoice, issued), xml, issued)
    return pdf if xml is None else einvoice.declare(pdf)


# --- what the page says ---------------------------------------------------------------------------


class _Prices(NamedTuple):
    """How prices and taxes are shown."""

    included: frozenset[bool]
    """Of the lines that are taxed: is the tax inside their prices? Both where they differ."""

    discounted: bool

    @property
    def taxed(self) -> bool:
        return bool(self.included)

    @property
    def mixed(self) -> bool:
        return len(self.included) > 1

    @property
    def note(self) -> str:
        return _how(True in self.included) if self.taxed and not self.mixed else ""

    @classmethod
    def of(cls, items: Sequence[Mapping[str, Any]]) -> _Prices:
        return cls(
            frozenset(item["tax_included"] for item in items if item["tax_category"] == "S"),
            any(item["discount"] for item in items),
        )


class _Words(NamedTuple):
    """What a kind of document is called, and calls its parts."""

    name: str
    buyer: str
    paid: str  # the amount has moved: to the shop, to the buyer, or back to the shop
    total: str
    colour: str
    refers: str = ""  # to the document that it corrects
    note: str = ""


_WORDS = {
    "invoice": _Words("Invoice", "Billed to", "Paid", "Total", "#1b7f4b"),
    "credit_note": _Words(
        "Credit note", "Credited to", "Refunded", "Total credited", "#8a4b08", "Corrects invoice",
        "This corrects invoice",
    ),
    "debit_note": _Words(
        "Debit note", "Debited to", "Returned", "Total debited", "#1b7f4b", "Cancels credit note",
        "Nothing is left to pay. This cancels credit note",
    ),
}  # fmt: skip


def _money(invoice: Mapping[str, Any], amount: int) -> str:
    return f"{Decimal(amount).scaleb(-invoice['minor_units']):,}".replace("-", "\N{MINUS SIGN}")


def _page(invoice: Mapping[str, Any], issued: datetime) -> dict[str, Any]:
    """What invoice.typ sets: texts only, in the order in which they are shown."""
    money = partial(_money, invoice)
    words = _WORDS[invoice["kind"]]
    prices = _Prices.of(invoice["items"])
    total = money(invoice["total"])
    return {
        "fonts": _fonts(invoice["buyer"]["country"]),
        "title": f"{words.name} {invoice['number']}",
        "kind": words.name,
        "number": invoice["number"],
        "issued": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "seller": _seller(invoice["seller"]),
        "buyer": _buyer(invoice["buyer"], words),
        "facts": [
            [f"{words.name} date", _day(invoice["issue_date"])],
            ["Order", invoice["order_number"]],
            *([[words.refers, invoice["invoice_number"]]] if words.refers else []),
            [f"{words.paid} on", _day(invoice["paid_date"])],
            ["Currency", invoice["currency"]],
        ],
        "prices": {
            (): "",
            (False,): "",
            (True,): "All prices include tax.",
            (False, True): "Tax is included in some prices, and added to others: each line says which.",
        }[tuple(sorted(prices.included))],
        "columns": _columns(prices, invoice["currency"]),
        "items": [
            {
                "cells": _cells(item, prices, money),
                "long": sum(1 + len(part) // 40 for part in _contents(item)) > LONG,
            }
            for item in invoice["items"]
        ],
        # Long amounts are set in a smaller size, else too little room would be left for the descriptions.
        "small": prices.taxed and len(total) > 12,
        "totals": _totals(invoice, prices, money),
        "taxes": [
            [_rate(tax["rate"]), money(tax["basis"]), money(tax["amount"]), money(tax["gross"])]
            for tax in invoice["taxes"]
            if prices.taxed
        ],
        "taxes_total": [money(invoice["total"] - invoice["tax"]), money(invoice["tax"]), total],
        "stamp": {"text": words.paid, "colour": words.colour},
        "notes": _notes(invoice, words),
        "footer": _footer(invoice["seller"]),
    }


def _seller(seller: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": seller["name"], "lines": [*_address(seller), *_present(seller["email"], seller["phone"])]}


def _buyer(buyer: Mapping[str, Any], words: _Words) -> dict[str, Any]:
    return {
        "label": words.buyer,
        "name": buyer["name"],
        "lines": [
            *([buyer["recipient"]] if buyer["recipient"] not in (None, buyer["name"]) else []),
            *_address(buyer),
            *_present(buyer["email"]),
        ],
    }


def _columns(prices: _Prices, currency: str) -> list[dict[str, Any]]:
    return [
        _column("#", left=True),
        _column("Description", wide=True),
        _column("Quantity"),
        _column("Unit price", prices.note),
        *([_column("Discount", prices.note)] if prices.discounted else []),
        *([_column("Tax"), _column("Net"), _column(f"Gross ({currency})")] if prices.taxed else []),
        *([] if prices.taxed else [_column(f"Amount ({currency})")]),
    ]


def _cells(item: Mapping[str, Any], prices: _Prices, money: Callable[[int], str]) -> list[Any]:
    price = money(item["unit_price"])
    return [
        str(item["position"]),
        [item["name"], *_present(item["sku"]), *_contents(item)],
        f"{item['quantity']:,}",
        [price, _how(item["tax_included"])] if prices.mixed and item["tax_category"] == "S" else price,
        *([money(-item["discount"]) if item["discount"] else ""] if prices.discounted else []),
        *([_rate(item["tax_rate"]), money(item["net"])] if prices.taxed else []),
        money(item["total"]),
    ]


def _totals(invoice: Mapping[str, Any], prices: _Prices, money: Callable[[int], str]) -> list[list[Any]]:
    words = _WORDS[invoice["kind"]]
    inside = prices.included == {True}
    if prices.mixed:  # a sum of prices with and without tax would mean nothing
        first = ["Net amount", money(sum(item["net"] for item in invoice["items"])), False]
    else:
        first = [f"Subtotal{prices.note and f', {prices.note}'}", money(invoice["subtotal"]), False]
    discount = invoice["discount"] and not prices.mixed
    return [
        first,
        *([["Discount", money(-invoice["discount"]), False]] if discount else []),
        *([["Shipping", money(invoice["shipping"]), False]] if invoice["shipping"] else []),
        *([["Tax", money(invoice["tax"]), False]] if prices.taxed and not inside else []),
        [words.total, f"{money(invoice['total'])} {invoice['currency']}", True],
        *([["Tax included", money(invoice["tax"]), False]] if inside else []),
        [words.paid, money(invoice["amount_paid"]), False],
        *([] if words.refers else [["Amount due", money(invoice["total"] - invoice["amount_paid"]), False]]),
    ]


def _notes(invoice: Mapping[str, Any], words: _Words) -> list[str]:
    paid = _day(invoice["paid_date"])
    return [
        f"{words.paid} on {paid}. {words.note} {invoice['invoice_number']} of {_day(invoice['invoice_date'])}."
        if words.refers
        else f"Paid on {paid}, with thanks. Nothing is left to pay.",
        *_present(invoice["reason"] and f"Reason: {invoice['reason']}"),
        *sorted({tax["reason"] for tax in invoice["taxes"] if tax["reason"]}),
    ]


def _footer(seller: Mapping[str, Any]) -> list[str]:
    return _present(
        seller["name"],
        seller["registration"],
        seller["vat_id"] and f"VAT {seller['vat_id']}",
        seller["tax_number"] and f"Tax number {seller['tax_number']}",
        seller["iban"] and f"IBAN {seller['iban']}",
    )


def _column(name: str, note: str = "", *, wide: bool = False, left: bool = False) -> dict[str, Any]:
    return {"name": name, "note": note, "wide": wide, "left": left}


def _how(included: bool) -> str:
    return "incl. tax" if included else "excl. tax"


def _rate(per_cent: Any) -> str:
    return f"{Decimal(str(per_cent)).normalize():f} %"


def _contents(item: Mapping[str, Any]) -> list[str]:
    """The contents of a bundle; of several bundles, those of each."""
    parts = [f"{part['quantity']} × {part['name']} ({part['sku']})" for part in item["components"]]
    return ["Each contains" if item["quantity"] > 1 else "Contains", *parts] if parts else []


def _fonts(country: str | None) -> Sequence[str]:
    first = _HAN_FIRST.get(country or "", HAN[0])
    return [*FAMILIES, first, *(family for family in HAN if family != first)]


def _address(party: Mapping[str, Any]) -> list[str]:
    country = _COUNTRIES.get(party["country"], party["country"])
    town = " ".join(_present(party["postal_code"], party["city"]))
    return _present(party["line1"], party["line2"], ", ".join(_present(town, party["region"])), country)


def _present(*parts: str | None) -> list[str]:
    return [part for part in parts if part]


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
