"""What the page of an invoice, credit or debit note says: texts only, in the order in which invoice.typ sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from api.languages.language import Language

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

LONG_AMOUNT = 12  # characters; longer ones are set in a smaller size, else descriptions would have too little room
MARKS = "¹²³⁴⁵⁶⁷⁸⁹"  # of the reasons why no tax is charged
COLOURS = {"invoice": "#1b7f4b", "credit_note": "#8a4b08", "debit_note": "#1b7f4b"}
# What the law wants to be said (Directive 2006/112/EC, Article 226). A rule's text is in the seller's language only.
_WORDS = {"AE": "reverse_charge", "K": "intra_community", "G": "export"}


def line_name(invoice: Mapping[str, Any], item: Mapping[str, Any], spoken: Language) -> str:
    """What a line is for. Older credit notes say in English in the name that it is a part of what was refunded."""
    name: str = item["name"]
    begin, _, rest = name.partition(": ")
    if invoice["kind"] == "invoice" or begin != "Partial refund":
        return name
    return spoken("document.partial_refund", name=rest) if rest else spoken("document.partial_refund_of_all")


class Page:
    """One document in one language."""

    def __init__(self, invoice: Mapping[str, Any], language: Language) -> None:
        self.invoice = invoice
        self.language = language
        self.kind: str = invoice["kind"]
        self.refers = self.kind != "invoice"
        self.reasons = self._reasons()
        parts = [*invoice["items"], *invoice["shipping_parts"]]
        self.prices = Prices.of(parts, len(self.reasons) > 1)
        self.several = any(len(part["taxes"]) > 1 for part in parts)  # on one amount

    def say(self, key: str, **values: object) -> str:
        """A text of the language's section [document]."""
        return self.language(f"document.{key}", **values)

    def word(self, key: str, **values: object) -> str:
        """A text that each kind of document has its own of."""
        return self.say(f"{self.kind}_{key}", **values)

    def money(self, amount: int) -> str:
        """An amount in minor units, without its currency."""
        decimals = self.invoice["minor_units"]
        return self.language.number(Decimal(amount).scaleb(-decimals), decimals)

    def _reasons(self) -> dict[tuple[str, str | None], str]:
        """Why no tax is charged, once each, by category and what the seller's rule says."""
        found = {}
        for part in (*self.invoice["items"], *self.invoice["shipping_parts"], *self.invoice["taxes"]):
            category = part.get("tax_category") or part["category"]
            if category not in ("S", "Z") and (part["reason"] or category in _WORDS):
                found[category, part["reason"]] = self._reason(category, part["reason"])
        return found

    def _reason(self, category: str, reason: str | None) -> str:
        """The rule's own text; before it, unless it says so itself, what the law wants, in the language of the page."""
        words = self.say(_WORDS[category]) if category in _WORDS else None
        if words and reason and words.casefold() in reason.casefold():
            words = None
        return ": ".join(present(words, reason))

    # --- parts of the page ------------------------------------------------------------------------

    def facts(self) -> list[list[str]]:
        """Beside the address: days, numbers, and what identifies the buyer."""
        invoice, day = self.invoice, self.language.day
        paid = day(invoice["paid_date"])
        return [
            [self.word("date"), day(invoice["issue_date"])],
            [self.say("order"), invoice["order_number"]],
            *([[self.word("refers"), invoice["invoice_number"]]] if self.refers else []),
            [self.word("paid_on"), paid],
            *([] if self.refers else [[self.say("supplied"), self.say("supplied_from", date=paid)]]),
            *([[self.say("your_tax_id"), invoice["buyer"]["tax_id"]]] if invoice["buyer"]["tax_id"] else []),
            *([[self.say("your_reference"), invoice["buyer"]["reference"]]] if invoice["buyer"]["reference"] else []),
            [self.say("currency"), invoice["currency"]],
        ]

    def seller(self) -> dict[str, Any]:
        """Name, address and how to reach them."""
        seller = self.invoice["seller"]
        return {"name": seller["name"], "lines": [*self._address(seller), *present(seller["email"], seller["phone"])]}

    def buyer(self) -> dict[str, Any]:
        """Name and address."""
        buyer = self.invoice["buyer"]
        return {
            "label": self.word("buyer"),
            "name": buyer["name"],
            "lines": [
                *([buyer["recipient"]] if buyer["recipient"] not in (None, buyer["name"]) else []),
                *self._address(buyer),
                *present(buyer["email"]),
            ],
        }

    def columns(self) -> list[dict[str, Any]]:
        """The head of the table of lines."""
        say, prices, currency = self.say, self.prices, self.invoice["currency"]
        note = self._how(True in prices.included) if prices.included and not prices.mixed else ""
        return [
            _column(say("position"), left=True),
            _column(say("item"), wide=True),
            _column(say("quantity")),
            _column(say("unit_price"), note),
            *([_column(say("discount"), note)] if prices.discounted else []),
            *([_column(say("tax"), several=True), _column(say("net"))] if prices.taxed else []),
            _column(say("gross_in" if prices.taxed else "amount_in", currency=currency)),
        ]

    def cells(self, item: Mapping[str, Any]) -> list[Any]:
        """A line of that table."""
        price, prices = self.money(item["unit_price"]), self.prices
        return [
            self.language.number(item["position"]),
            [line_name(self.invoice, item, self.language), *present(item["sku"]), *self.contents(item)],
            self.language.number(item["quantity"]),
            [price, self._how(item["tax_included"])] if prices.mixed and item["tax_category"] == "S" else price,
            *([self.money(-item["discount"]) if item["discount"] else ""] if prices.discounted else []),
            *([self._rates(item), self.money(item["net"])] if prices.taxed else []),
            self.money(item["total"]),
        ]

    def contents(self, item: Mapping[str, Any]) -> list[str]:
        """The contents of a bundle; of several bundles, those of each."""
        parts = [f"{part['quantity']} × {part['name']} ({part['sku']})" for part in item["components"]]
        return [self.say("each_contains" if item["quantity"] > 1 else "contains"), *parts] if parts else []

    def totals(self) -> list[list[Any]]:
        """What is to pay, and how it comes about. Each row: what, how much, whether it stands out."""
        invoice, say, money, prices = self.invoice, self.say, self.money, self.prices
        inside = prices.included == {True}
        shipping = invoice["shipping"]
        if prices.mixed:  # a sum of prices with and without tax would mean nothing
            first = [say("net_amount"), money(sum(item["net"] for item in invoice["items"])), False]
            shipping = sum(part["net"] for part in invoice["shipping_parts"])
        else:
            name = {True: "subtotal_including_tax", False: "subtotal_excluding_tax"}[inside]
            first = [say(name if prices.included else "subtotal"), money(invoice["subtotal"]), False]
        discount = invoice["discount"] and not prices.mixed
        return [
            first,
            *([[say("discount"), money(-invoice["discount"]), False]] if discount else []),
            *([[say("shipping"), money(shipping), False]] if shipping else []),
            *([[say("tax"), money(invoice["tax"]), False]] if prices.taxed and not inside else []),
            [self.word("total"), f"{money(invoice['total'])} {invoice['currency']}", True],
            *([[say("tax_included"), money(invoice["tax"]), False]] if inside else []),
            [self.word("paid"), money(invoice["amount_paid"]), False],
            *([] if self.refers else [[say("amount_due"), money(invoice["total"] - invoice["amount_paid"]), False]]),
        ]

    def taxes(self) -> dict[str, Any]:
        """The taxes of each rate, shipping included. Of several on one amount, a gross of each means nothing."""
        invoice, say, money, single = self.invoice, self.say, self.money, not self.several
        rows = [
            [
                self._named_rate(tax),
                money(tax["basis"]),
                money(tax["amount"]),
                *([money(tax["gross"])] if single else []),
            ]
            for tax in invoice["taxes"]
        ]
        rows.sort(key=lambda row: next((n for n, mark in enumerate(MARKS) if mark in row[0]), -1))
        net = money(invoice["total"] - invoice["tax"])
        return {
            "head": [say("tax_rate"), say("net"), say("tax"), *([say("gross")] if single else [])],
            "rows": rows if self.prices.taxed else [],
            "sum": [
                say("sum"), *([net] if single else [""]), money(invoice["tax"]),
                *([money(invoice["total"])] if single else []),
            ],
        }  # fmt: skip

    def notes(self) -> list[str]:
        """Below the totals: what was paid, and why no tax is charged."""
        invoice, day = self.invoice, self.language.day
        values = {"number": invoice["invoice_number"], "date": day(invoice["invoice_date"])} if self.refers else {}
        return [
            self.word("note", paid=day(invoice["paid_date"]), **values),
            *present(invoice["reason"] and self.say("reason", reason=invoice["reason"])),
            *dict.fromkeys(" ".join(present(self._mark(key), reason)) for key, reason in self.reasons.items()),
        ]

    def footer(self) -> list[str]:
        """The seller's numbers."""
        seller = self.invoice["seller"]
        return present(
            seller["name"],
            seller["registration"],
            seller["vat_id"] and self.say("vat_id", id=seller["vat_id"]),
            seller["tax_number"] and self.say("tax_number", id=seller["tax_number"]),
            seller["iban"] and self.say("iban", iban=seller["iban"]),
        )

    # --- pieces -----------------------------------------------------------------------------------

    def _how(self, included: bool) -> str:
        return self.say("including_tax" if included else "excluding_tax")

    def _mark(self, key: tuple[str, str | None]) -> str:
        place = list(self.reasons).index(key) if key in self.reasons else len(MARKS)
        return MARKS[place] if self.prices.taxed and place < len(MARKS) else ""

    def _rates(self, item: Mapping[str, Any]) -> str | list[str]:
        """The rate of a line, or those of its taxes."""
        if self.several and item["taxes"]:
            return [self._named_rate(tax) for tax in item["taxes"]]
        return self._marked(self.language.per_cent(item["tax_rate"]), (item["tax_category"], item["reason"]))

    def _named_rate(self, tax: Mapping[str, Any]) -> str:
        rate = " ".join(present(tax["name"], self.language.per_cent(tax["rate"])))
        return self._marked(rate, (tax.get("category", "S"), tax.get("reason")))

    def _marked(self, rate: str, key: tuple[str, str | None]) -> str:
        return " ".join(present(rate, self._mark(key)))

    def _address(self, party: Mapping[str, Any]) -> list[str]:
        town = " ".join(present(party["postal_code"], party["city"]))
        region = party.get("region_name") or party["region"]
        country = self.language.country(party["country"])
        return present(party["line1"], party["line2"], ", ".join(present(town, region)), country)


class Prices(NamedTuple):
    """How prices and taxes are shown."""

    included: frozenset[bool]
    """Of the lines and parts of the shipping that are taxed: is the tax inside their prices? Both where they differ."""

    taxed: bool
    """Whether each line has its rate, net and gross: not where nothing is taxed, for one reason or none."""

    discounted: bool

    @property
    def mixed(self) -> bool:
        return len(self.included) > 1

    @classmethod
    def of(cls, parts: Sequence[Mapping[str, Any]], several_reasons: bool) -> Prices:
        return cls(
            frozenset(part["tax_included"] for part in parts if part["tax_category"] == "S"),
            several_reasons or any(part["tax_category"] in ("S", "Z") for part in parts),
            any(part.get("discount") for part in parts),
        )


def contents(invoice: Mapping[str, Any], language: Language, issued: datetime) -> dict[str, Any]:
    """What invoice.typ sets."""
    page = Page(invoice, language)
    tag, _, region = language.tag.partition("-")
    return {
        "fonts": _fonts(invoice["buyer"]["country"]),
        "language": tag,
        "region": region,
        "right_to_left": language.right_to_left,
        # Capitals and spaced letters are for the scripts that have capitals: they tear others apart.
        "capitals": page.say("invoice").upper() != page.say("invoice"),
        "title": f"{page.say(page.kind)} {invoice['number']}",
        "kind": page.say(page.kind),
        "number": invoice["number"],
        "issued": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "seller": page.seller(),
        "buyer": page.buyer(),
        "facts": page.facts(),
        "prices": {
            (): "",
            (False,): "",
            (True,): page.say("prices_include_tax"),
            (False, True): page.say("prices_mixed"),
        }[tuple(sorted(page.prices.included))],
        "columns": page.columns(),
        "items": [
            {"cells": page.cells(item), "long": sum(1 + len(part) // 40 for part in page.contents(item)) > LONG}
            for item in invoice["items"]
        ],
        "small": page.prices.taxed and len(page.money(invoice["total"])) > LONG_AMOUNT,
        "totals": page.totals(),
        "taxes": page.taxes(),
        "stamp": {"text": page.word("paid"), "colour": COLOURS[page.kind]},
        "notes": page.notes(),
        "footer": page.footer(),
        "page": language.texts["document.page"],
        "attachment": page.say("attachment"),
    }


def present(*parts: str | None) -> list[str]:
    """Those that are not empty."""
    return [part for part in parts if part]


def _column(
    name: str, note: str = "", *, wide: bool = False, left: bool = False, several: bool = False
) -> dict[str, Any]:
    """`several`: a cell may have several values, of which none explains another."""
    return {"name": name, "note": note, "wide": wide, "left": left, "several": several}


def _fonts(country: str | None) -> Sequence[str]:
    first = _HAN_FIRST.get(country or "", HAN[0])
    return [*FAMILIES, first, *(family for family in HAN if family != first)]
