"""Tax ids: their forms and check digits, compared with python-stdnum."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stdnum.au import abn
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.gb import vat as gb
from stdnum.in_ import gstin
from stdnum.no import orgnr
from stdnum.us import ein

# What we take beside what python-stdnum does: SE numbers of further establishments, birth dates that do not exist.
WIDER = {"BG", "CZ", "LV", "RO", "SE", "SK", "IN"}
OTHERS: dict[str, Callable[[str], bool]] = {
    "GB": gb.is_valid, "XI": gb.is_valid, "CH": lambda text: uid.is_valid("CH" + text), "NO": orgnr.is_valid,
    "US": ein.is_valid, "CA": bn.is_valid, "AU": abn.is_valid, "IN": gstin.is_valid,
}  # fmt: skip
SHAPES = {
    "AT": "U########",
    "BE": "0######### 1#########",
    "BG": "######### ##########",
    "CY": "########@",
    "CZ": "######## ######### 6######## ##########",
    "ES": "*#######* B######## X#######@ ########@ K#######@",
    "FR": "########### *@######### 4@######### **000######",
    "HR": "###########",
    "IT": "#######0##1 #######121#",
    "IE": "#######@ #######@A #@#####@",
    "LT": "#######1# ##########1#",
    "LU": "########",
    "LV": "4########## 01019######",
    "NL": "#########B## #########B0#",
    "PL": "##########",
    "RO": "######## ########## ##",
    "SE": "##########01",
    "SK": "##########",
    "DE": "#########",
    "EE": "#########",
    "EL": "#########",
    "PT": "#########",
    "GB": "######### 1######## ############ GD### HA###",
    "XI": "#########",
    "CH": "E######### E#########MWST",
    "NO": "#########",
    "US": "#########",
    "CA": "######### #########RT0001",
    "AU": "###########",
    "IN": "27@@@P@####@1Z*",
    "DK": "########",
    "FI": "########",
    "HU": "########",
    "MT": "########",
    "SI": "########",
}
EU = SHAPES.keys() - OTHERS.keys()


def candidates(country: str, count: int) -> Iterator[str]:
    chance = random.Random(country)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pick = {"#": "0123456789", "@": letters, "*": "0123456789" + letters}
    for shape in SHAPES[country].split():
        for _ in range(count):
            yield "".join(chance.choice(pick[mark]) if mark in pick else mark for mark in shape)


def accepted(country: str, number: str) -> bool:
    if country in EU:
        return vat.is_valid(country + number)
    return OTHERS[country](re.sub("(MWST|TVA|IVA)$", "", number))


async def test_forms_and_check_digits_are_those_of_python_stdnum(admin: Any) -> None:
    given = [(country, number) for country in SHAPES for number in candidates(country, 120)]
    rows = await admin.fetch(
        "SELECT identity.is_tax_id(c, n) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (c, n, i) ORDER BY i",
        ["GR" if country == "EL" else country for country, _ in given], [number for _, number in given],
    )  # fmt: skip
    valid: dict[str, int] = dict.fromkeys(SHAPES, 0)
    for (country, number), (ours,) in zip(given, rows, strict=True):
        theirs = accepted(country, number)
        valid[country] += theirs
        assert ours or not theirs, f"{country} {number} is valid"
        assert theirs or not ours or country in WIDER, f"{country} {number} is not valid"
    assert min(valid.values()) > 0, valid


@pytest.mark.parametrize(
    ("country", "text", "stored"),
    [
        ("DE", "de 136.695.976", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("DE", "136695977", None),
        ("DE", "FR61954506077", None),
        ("AT", "ATU57194903", "ATU57194903"),
        ("AT", "U 57194903", "ATU57194903"),
        ("BE", "697449992", "BE0697449992"),
        ("FR", "FR 61 954 506 077", "FR61954506077"),
        ("MC", "FR 61 954 506 077", "FR61954506077"),
        ("GR", "EL 094259216", "EL094259216"),
        ("GR", "GR094259216", "EL094259216"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("GB", "XI980780684", "XI980780684"),
        ("NL", "NL004495445B01", "NL004495445B01"),
        ("NL", "NL002455799B11", "NL002455799B11"),
        ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("CH", "107787577", "CHE107787577"),
        ("NO", "NO 995 525 828 MVA", "NO995525828MVA"),
        ("US", "91-1144442", "911144442"),
        ("US", "07-1144442", None),
        ("CA", "12302 6635 RC 0001", "123026635RC0001"),
        ("AU", "83 914 571 673", "83914571673"),
        ("IN", "27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
        ("IN", "27AAPFU0939F1ZO", None),
        ("BD", "000123456-0101", "0001234560101"),
        ("BD", "000123456", None),
        ("JP", "T7-0001-2050-1234", "T7000120501234"),
        ("JP", "none", None),
        ("DE", "", None),
        ("DE", None, None),
        (None, "DE136695976", None),
    ],
)
async def test_a_tax_id_is_stored_in_one_spelling(admin: Any, country: str, text: str, stored: str | None) -> None:
    assert await admin.fetchval("SELECT identity.read_tax_id($1, $2)", country, text) == stored
    assert await admin.fetchval("SELECT identity.is_tax_id($1, $2)", country, text) is (stored is not None)
    if stored:
        assert await admin.fetchval("SELECT identity.read_tax_id($1, $2)", country, stored) == stored


async def test_a_prefix_tells_the_country(admin: Any) -> None:
    texts = ["DE136695976", "el 094259216", "XI980780684", "CHE-107.787.577", "83914571673", "DE1", "IN27AAPFU0939F1ZV"]
    found = [await admin.fetchval("SELECT identity.tax_id_country($1)", text) for text in texts]
    assert found == ["DE", "GR", "GB", "CH", None, None, None]
