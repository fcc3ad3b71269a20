"""The languages of documents and mails: texts from one TOML file each, formats and country names from Babel.

en.toml has every key. A shop's folder (STOREPROC_TEXTS) may hold files of the same form: `de.toml` replaces single
texts of German, `nl.toml` adds Dutch. A text that a language lacks is taken from English.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern, get_currency_symbol

FALLBACK = "en"
OURS = Path(__file__).parent
MINUS = "\N{MINUS SIGN}"


class Language:
    """One language: `language("document.invoice")` is a text, the methods write amounts, days and countries."""

    def __init__(self, tag: str, locale: Locale, texts: Mapping[str, str]) -> None:
        self.tag = tag
        self.locale = locale
        self.texts = texts
        self.right_to_left = locale.text_direction == "rtl"

    def __call__(self, key: str, **values: object) -> str:
        """The text with its places filled. KeyError: no language has this text, or one of its places has no value."""
        return self.texts[key].format_map(values)

    def number(self, amount: Decimal | int, decimals: int | None = None) -> str:
        """1,234.50; `decimals` None: as many as it has."""
        return self._write(self.locale.decimal_formats[None], Decimal(amount), decimals)

    def money(self, amount: int, currency: str, minor_units: int) -> str:
        """An amount in minor units with its currency's symbol, as people write it: €1,234.50."""
        pattern = self.locale.currency_formats["standard"]
        if get_currency_symbol(currency, self.locale) == currency:  # it has no symbol: the code stands apart
            number = self.number(Decimal(amount).scaleb(-minor_units), minor_units)
            pair = (currency, number) if "¤" in pattern.prefix[0] else (number, currency)
            return "\N{NO-BREAK SPACE}".join(pair)
        return self._write(pattern, Decimal(amount).scaleb(-minor_units), minor_units, currency)

    def per_cent(self, rate: Any) -> str:
        """19 %, of a rate that is given as 19."""
        return self._write(self.locale.percent_formats[None], Decimal(str(rate)) / 100, None)

    def day(self, text: str) -> str:
        """A day in full: 21 November 2026."""
        return format_date(date.fromisoformat(text), "long", self.locale)

    def country(self, code: str | None) -> str | None:
        """The name of a country, or its code where there is no name."""
        return code and self.locale.territories.get(code, code)

    def _write(self, pattern: NumberPattern, amount: Decimal, decimals: int | None, currency: str | None = None) -> str:
        pattern = copy(pattern)
        if decimals is None:
            amount = amount.normalize()
            decimals = max(0, -int(amount.as_tuple().exponent) - pattern.scale)
        pattern.frac_prec = (decimals, decimals)
        written: str = pattern.apply(amount, self.locale, currency=currency, currency_digits=False)
        return written.replace("-", MINUS)


@cache
def language(tag: str, folder: Path | None = None) -> Language:
    """The language of this tag; where there is none, the language without its country, else English."""
    files = [file for name in dict.fromkeys((tag, tag.partition("-")[0])) for file in _files(name, folder)]
    if not files:
        return language(FALLBACK, folder)
    texts: dict[str, str] = {}
    for file in [*_files(FALLBACK, folder)[::-1], *files[::-1]]:
        texts |= dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    return Language(tag, _locale(tag, texts), texts)


def mistakes(folder: Path) -> list[str]:
    """What is wrong with a shop's own texts, a sentence for each mistake: found at the start, not in a document."""
    if not folder.is_dir():
        return [f"{folder} is not a folder."]
    english = language(FALLBACK).texts
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            texts = dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))
        except ValueError as error:  # of TOML, or not UTF-8
            found.append(f"{file.name} cannot be read: {error}.")
            continue
        for key, text in texts.items():
            if key not in english:
                found.append(f"{file.name}: there is no text {key}.")
            elif not isinstance(text, str) or not _places(text) <= _places(english[key]):
                allowed = ", ".join(f"{{{place}}}" for place in sorted(_places(english[key]))) or "no places"
                found.append(f"{file.name}: {key} is a text with {allowed}.")
    return found


def tags(folder: Path | None = None) -> list[str]:
    """The languages that there are."""
    return sorted({file.stem for place in (OURS, folder) if place for file in place.glob("*.toml")})


def _files(name: str, folder: Path | None) -> list[Path]:
    """The shop's, then ours."""
    return [file for place in (folder, OURS) if place and (file := place / f"{name}.toml").is_file()]


def _locale(tag: str, texts: Mapping[str, str]) -> Locale:
    for name in (*([tag.replace("-", "_")] if "-" in tag else []), texts["locale"]):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(FALLBACK)


def _places(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a single brace
        return {text}


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
