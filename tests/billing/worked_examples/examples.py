"""The table of worked examples: TOML files beside this one, a file for each part of the world.

    [shop.berlin]           a seller: what it registered for tax with, its rates and its rules of exemption
    [[example]]             an order: to whom it goes, what is in it, and what its documents have to say

What is expected was computed by hand, from the law or the publication that `source` names, and never read from the
program. Amounts are in the currency's major unit, as on paper. A tax is written as documents name it:

    "S USt 19"              category of EN 16931, name and rate; several taxes: "S GST 5 & QST 9.975"
    "K VATEX-EU-IC"         a category without tax: its reason code, if it has one

    goods[].expect          how a line is taxed
    shipping.expect         its parts, each with its amount: "8.48 S USt 19"
    taxes                   of the whole invoice: "S USt 19: 107.13 + 20.35" is the basis and the tax
    refund                  what is refunded first, by amount or by one `piece`, and the tax in its credit note
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MINOR_UNITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "OMR": 3}


def read() -> list[dict[str, Any]]:
    """All examples, each with its shop and the file that it is from; those of a shop follow each other."""
    found = []
    for file in sorted(HERE.glob("*.toml")):
        content = tomllib.loads(file.read_text())
        for example in content["example"]:
            name = example["shop"]
            shop = content["shop"][name] | {"name": name, "file": file.stem}
            found.append({"currency": shop["currency"]} | example | {"shop": shop})
    order = list(dict.fromkeys((e["shop"]["file"], e["shop"]["name"]) for e in found))
    return sorted(found, key=lambda e: order.index((e["shop"]["file"], e["shop"]["name"])))


def minor(amount: str, currency: str) -> int:
    units = Decimal(amount).scaleb(MINOR_UNITS.get(currency, 2))
    assert units == int(units), f"{amount} {currency} is not a whole number of units"
    return int(units)


def treatment(taxed: dict[str, Any]) -> str:
    """How an item, a part of the shipping or a row of the taxes is taxed, as the table writes it."""
    category = taxed.get("tax_category") or taxed["category"]
    taxes = taxed.get("taxes") or ([taxed] if taxed.get("name") and "basis" in taxed else [])
    words = " & ".join(f"{tax['name']} {tax['rate']:g}" for tax in taxes) or taxed["reason_code"] or ""
    return f"{category} {words}".strip()


def breakdown(row: str, currency: str) -> tuple[str, int, int]:
    """The treatment, the basis and the tax of a row of `taxes`."""
    match = re.fullmatch(r"(.+): ([0-9.]+)(?: \+ ([0-9.]+))?", row)
    assert match, row
    label, basis, tax = match.groups()
    return label, minor(basis, currency), minor(tax or "0", currency)


def part(row: str, currency: str) -> tuple[str, int]:
    amount, label = row.split(" ", 1)
    return label, minor(amount, currency)
