"""Countries and regions: ISO 3166-1 and 3166-2, spellings, and where the VAT of the EU applies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pycountry
import pytest

from tests.support.connections import refused

TODAY = datetime.fromisoformat("2026-11-30T12:00:00+01:00")


async def test_every_country_and_region_of_iso_is_there(admin: Any) -> None:
    stored = dict(await admin.fetch("SELECT code, country FROM catalog.regions"))
    assert stored == {each.code: each.country_code for each in pycountry.subdivisions}
    parents = dict(await admin.fetch("SELECT code, parent FROM catalog.regions WHERE parent IS NOT NULL"))
    assert parents == {each.code: each.parent_code for each in pycountry.subdivisions if each.parent_code}
    countries = await admin.fetch("SELECT code FROM catalog.countries")
    assert {code for (code,) in countries} == {each.alpha_2 for each in pycountry.countries}


async def test_every_code_and_almost_every_name_is_recognised(admin: Any) -> None:
    known = [*pycountry.subdivisions]
    for spelled in (str, str.lower, lambda code: f" {code[3:]} "):
        texts = [spelled(each.code) for each in known]
        found = await admin.fetch(
            "SELECT catalog.region_of(c, n) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t (c, n, i) "
            "ORDER BY i",
            [each.country_code for each in known], texts,
        )  # fmt: skip
        assert [code for (code,) in found] == [each.code for each in known]
    wrong = await admin.fetch(
        "SELECT code, name, catalog.region_of(country, name) AS found FROM catalog.regions "
        "WHERE catalog.region_of(country, name) IS DISTINCT FROM code"
    )
    # Names of several regions: the region that contains the others, or none.
    for row in wrong:
        others = [each.code for each in known if each.country_code == row["code"][:2] and each.code != row["code"]]
        assert row["found"] is None or row["found"] in others, dict(row)
    assert len(wrong) < 80


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("US", "California", "US-CA"),
        ("US", "CA ", "US-CA"),
        ("US", "us-ca", "US-CA"),
        ("US", "Washington", "US-WA"),
        ("US", "Washington, D.C.", "US-DC"),
        ("CA", "CA", None),
        ("CA", "Québec", "CA-QC"),
        ("CA", "QUEBEC", "CA-QC"),
        ("DE", "Bayern", "DE-BY"),
        ("DE", "Bavaria", "DE-BY"),
        ("DE", "Baden-Wuerttemberg", "DE-BW"),
        ("DE", "baden württemberg", "DE-BW"),
        ("ES", "Comunidad de Madrid", "ES-MD"),
        ("ES", "Madrid", "ES-M"),
        ("ES", "Canary Islands", "ES-CN"),
        ("ES", "Cataluña", "ES-CT"),
        ("DK", "Sjaelland", "DK-85"),
        ("BD", "Dhaka", "BD-C"),
        ("BD", "Cox's Bazar", "BD-11"),
        ("IN", "OR", "IN-OD"),
        ("FR", "75", "FR-75C"),
        ("FR", "US-CA", None),
        ("EE", "Tartu", None),
        ("XX", "California", None),
        ("US", "", None),
        ("US", "…", None),
        ("US", None, None),
        (None, "California", None),
    ],
)
async def test_a_region_is_spelled_in_many_ways(admin: Any, country: str, text: str, code: str | None) -> None:
    assert await admin.fetchval("SELECT catalog.region_of($1, $2)", country, text) == code


@pytest.mark.parametrize(
    ("country", "region", "at", "inside"),
    [
        ("DE", None, TODAY, True),
        ("DE", "DE-BY", TODAY, True),
        ("GR", None, TODAY, True),
        ("GR", "GR-69", TODAY, False),
        ("ES", "ES-MD", TODAY, True),
        ("ES", "ES-CN", TODAY, False),
        ("ES", "ES-GC", TODAY, False),
        ("ES", "ES-TF", TODAY, False),
        ("ES", "ES-CE", TODAY, False),
        ("ES", "ES-ML", TODAY, False),
        ("FI", "FI-01", TODAY, False),
        ("AX", None, TODAY, False),
        ("FR", "FR-974", TODAY, False),
        ("FR", "FR-IDF", TODAY, True),
        ("RE", None, TODAY, False),
        ("PT", "PT-20", TODAY, True),
        ("MC", None, TODAY, True),
        ("CH", None, TODAY, False),
        ("NL", "NL-CW", TODAY, False),
        ("US", "US-CA", TODAY, False),
        ("DE", "no such region", TODAY, True),
        ("XX", None, TODAY, False),
        (None, None, TODAY, False),
        ("GB", None, TODAY, False),
        ("GB", "GB-NIR", TODAY, True),
        ("GB", "GB-BFS", TODAY, True),
        ("GB", "GB-ENG", TODAY, False),
        ("GB", None, datetime.fromisoformat("2020-12-31T22:30:00+00:00"), True),
        ("GB", None, datetime.fromisoformat("2020-12-31T23:30:00+00:00"), False),
        ("IM", None, datetime.fromisoformat("2020-06-01T00:00:00+00:00"), True),
        ("IM", None, TODAY, False),
        ("HR", None, datetime.fromisoformat("2013-06-30T12:00:00+00:00"), False),
        ("HR", None, datetime.fromisoformat("2013-07-01T12:00:00+00:00"), True),
    ],
)
async def test_where_the_vat_of_the_eu_applies(
    admin: Any, country: str, region: str | None, at: datetime, inside: bool
) -> None:
    assert await admin.fetchval("SELECT catalog.in_eu_vat_area($1, $2, $3)", country, region, at) is inside


async def test_northern_ireland_is_inside_for_goods_only_and_some_villages_are_outside(admin: Any) -> None:
    inside = "SELECT catalog.in_eu_vat_area($1, $2, now(), $3, $4)"
    assert not await admin.fetchval(inside, "GB", "GB-NIR", None, False)
    assert await admin.fetchval(inside, "DE", None, "10115", True)
    for country, postal_code in (("DE", "27498"), ("DE", "D-78266"), ("IT", "23041"), ("IT", "I-22061")):
        assert not await admin.fetchval(inside, country, None, postal_code, True)
    assert await admin.fetchval(inside, "FR", None, "27498", True)


async def test_anybody_can_list_countries_and_regions(call: Any) -> None:
    listed = (await call("web_anonymous", "list_countries"))["data"]
    assert [each["name"] for each in listed[:2]] == ["Afghanistan", "Albania"]
    countries = {each["code"]: each for each in listed}
    assert countries["US"] == {"code": "US", "name": "United States", "regions": 57, "region_expected": True}
    assert (countries["DE"]["regions"], countries["DE"]["region_expected"]) == (16, False)
    assert countries["VA"]["regions"] == 0
    regions = (await call("web_anonymous", "list_regions", country="ES"))["data"]
    assert {"code": "ES-GC", "name": "Las Palmas", "type": "Province", "parent": "ES-CN"} in regions
    assert (await call("web_anonymous", "list_regions", country="VA"))["data"] == []
    with refused("country_not_found", "SH404"):
        await call("web_anonymous", "list_regions", country="XX")
    with refused("country_malformed"):
        await call("web_anonymous", "list_regions", country="us")
