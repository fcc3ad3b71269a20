"""How a line is taxed: a branch of sales.treat_category a row, for a shop in Germany that is registered for VAT."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# category, destination, buyer, category of goods, countries
RULES: dict[str, tuple[str, str, str, str | None, list[str] | None]] = {
    "K": ("K", "eu", "business", None, None),
    "AE": ("AE", "eu", "business", None, None),
    "AE at home": ("AE", "domestic", "business", "scrap", None),
    "G": ("G", "export", "any", None, None),
    "O": ("O", "export", "any", None, None),
    "small business": ("E", "domestic", "any", None, None),
    "medical": ("E", "eu", "any", "medical", None),
    "books": ("Z", "domestic", "any", "books", None),
    "United States": ("O", "countries", "any", None, ["US"]),
}
RATES = [
    ("DE", "", "standard", 19), ("DE", "", "food", 7), ("DE", "", "scrap", 19), ("DE", "", "water", 0),
    ("SE", "", "standard", 25), ("FR", "", "standard", 20), ("US", "US-CA", "standard", 7.25),
]  # fmt: skip
FRENCH, AUSTRIAN, SWEDISH, GERMAN, IRISH = (
    "FR78500000005", "ATU13585627", "SE123456789701", "DE123456788", "XI980780684"
)  # fmt: skip
UNDECIDED = (None, None, [])
MIGRATION = Path(__file__).parents[3] / "db" / "migrations" / "0072.exemptions.sql"


@dataclass
class Line:
    says: str
    to: str | None  # a country, or a region of it
    expected: tuple[str | None, str | None, list[float]]
    rules: tuple[str, ...] = ("K", "AE", "G", "O")
    buyer: str | None = None
    goods: str = "standard"
    sent: bool = True
    postal_code: str | None = None


LINES = [
    Line("a consumer at home", "DE", ("S", None, [19])),
    Line("goods of a reduced rate", "DE", ("S", None, [7]), goods="food"),
    Line("a rate of zero", "DE", ("Z", None, [0]), goods="water"),
    Line("no address: no reason without its condition (T3)", None, ("S", None, [19])),
    Line("a consumer where the shop is registered (article 33)", "SE", ("S", None, [25])),
    Line("registered there, but not for these goods", "SE", UNDECIDED, goods="food"),
    Line("a consumer where it is not: the rate at home (T2, article 59c)", "GR", ("S", None, [19])),
    Line("the same, of a reduced rate", "GR", ("S", None, [7]), goods="food"),
    Line("goods nothing is known of", "GR", UNDECIDED, goods="medical"),
    Line("a business of another member state (article 138)", "FR", ("K", "K", []), buyer=FRENCH),
    Line("the id need not be that of the destination", "SE", ("K", "K", []), buyer=AUSTRIAN),
    Line("but of another state than where the goods leave", "FR", ("S", None, [19]), buyer=GERMAN),
    Line("no id in form", "FR", ("S", None, [20]), buyer="FR123"),
    Line("no rule: the rate at home, never the destination's (article 32)", "SE", ("S", None, [19]), ("G",), SWEDISH),
    Line("a business at home", "DE", ("S", None, [19]), buyer=GERMAN),
    Line("domestic reverse charge (article 199)", "DE", ("AE", "AE at home", []), ("AE at home",), GERMAN, "scrap"),
    Line("and a consumer", "DE", ("S", None, [19]), ("AE at home",), goods="scrap"),
    Line("a service for a business (articles 44, 196)", "FR", ("AE", "AE", []), buyer=FRENCH, sent=False),
    Line("without an address, its id says where it is", None, ("AE", "AE", []), buyer=FRENCH, sent=False),
    Line("no rule for it: no rate of ours is right", "FR", UNDECIDED, ("K", "G"), FRENCH, sent=False),
    Line("a download for a consumer, below the threshold (59c)", "GR", ("S", None, [19]), sent=False),
    Line("and above it (58)", "SE", ("S", None, [25]), sent=False),
    Line("an export (146)", "CH", ("G", "G", [])),
    Line("a download is not exported", "CH", ("O", "O", []), sent=False),
    Line("nor exempt as such", "CH", UNDECIDED, ("G",), sent=False),
    Line("no rule for exports", "CH", UNDECIDED, ("K",)),
    Line("the Canary Islands are outside (6)", "ES-CN", ("G", "G", [])),
    Line("Spain is not", "ES-MD", ("S", None, [19])),
    Line("Heligoland is outside, in the country of the shop", "DE", ("G", "G", []), postal_code="27498"),
    Line("Northern Ireland is inside for goods", "GB-NIR", ("K", "K", []), buyer=IRISH),
    Line("and outside for services", "GB-NIR", ("O", "O", []), buyer=IRISH, sent=False),
    Line("Great Britain is outside", "GB", ("G", "G", [])),
    Line("Monaco is taxed as France (7)", "MC", ("S", None, [20])),
    Line("a small business, though a rate was left", "DE", ("E", "small business", []), ("small business",)),
    Line("zero-rated goods", "DE", ("Z", "books", []), ("books",), goods="books"),
    Line("an exemption of goods comes before K (C-240/05)", "FR", ("E", "medical", []), ("K", "medical"), FRENCH,
         "medical"),
    Line("the rate of a region comes before a rule for its country", "US-CA", ("S", None, [7.25]),
         ("G", "United States")),
    Line("the rule for the rest of it", "US-OR", ("O", "United States", []), ("G", "United States")),
]  # fmt: skip


@pytest.fixture
async def shop_in_germany(admin: Any) -> Any:
    """In a transaction that is rolled back."""
    transaction = admin.transaction()
    await transaction.start()
    await admin.execute(
        "INSERT INTO billing.sellers (version, name, country, vat_id) VALUES (1000, 'Shop', 'DE', 'DE123456788')"
    )
    await admin.executemany(
        "INSERT INTO sales.tax_rates (country, region, category, name, rate, included, valid)"
        " VALUES ($1, $2, $3, 'VAT', $4, true, tstzrange(now() - interval '1 hour', NULL))",
        RATES,
    )
    yield admin
    await transaction.rollback()


async def treat(admin: Any, line: Line) -> tuple[str | None, str | None, list[float]]:
    country, region = (line.to[:2], line.to if "-" in line.to else None) if line.to else (None, None)
    order = {"tax_country": country, "tax_region": region, "buyer_tax_id": line.buyer, "shipping_address": None}
    if country:
        order["shipping_address"] = {"country": country, "region": region, "postal_code": line.postal_code}
    row = await admin.fetchrow(
        "SELECT t.tax_category, e.text, ARRAY(SELECT r.rate::float FROM unnest(t.rates) AS r) AS rates"
        " FROM sales.treat_category(jsonb_populate_record(NULL::sales.orders, $1::jsonb"
        "                                                 || jsonb_build_object('created_at', now())), $2, $3) AS t"
        " LEFT JOIN sales.tax_exemptions AS e ON e.id = t.exemption_id",
        json.dumps(order), line.goods, line.sent,
    )  # fmt: skip
    return row["tax_category"], row["text"], row["rates"]


async def add_rules(admin: Any, names: tuple[str, ...]) -> None:
    for name in names:
        await admin.execute(
            "INSERT INTO sales.tax_exemptions (category, destination, buyer, tax_category, countries, text)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            *RULES[name], name,
        )  # fmt: skip


async def test_each_branch(shop_in_germany: Any) -> None:
    wrong = []
    for line in LINES:
        async with shop_in_germany.transaction():
            await add_rules(shop_in_germany, line.rules)
            got = await treat(shop_in_germany, line)
            await shop_in_germany.execute("DELETE FROM sales.tax_exemptions")
        if got != line.expected:
            wrong.append((line.says, got, line.expected))
    assert not wrong


async def test_a_rule_has_its_time(shop_in_germany: Any) -> None:
    await add_rules(shop_in_germany, ("G",))
    export = Line("", "CH", UNDECIDED)
    for valid, expected in (
        ("tstzrange(now() - interval '2 days', now() - interval '1 day')", UNDECIDED),
        ("tstzrange(now() + interval '1 day', NULL)", UNDECIDED),
        ("tstzrange(now(), NULL)", ("G", "G", [])),
    ):
        await shop_in_germany.execute(f"UPDATE sales.tax_exemptions SET valid = {valid}")
        assert await treat(shop_in_germany, export) == expected


async def test_who_is_not_registered_charges_none(shop_in_germany: Any) -> None:
    await shop_in_germany.execute("INSERT INTO billing.sellers (version, name, country) VALUES (1001, 'Shop', 'DE')")
    assert await treat(shop_in_germany, Line("", "CH", UNDECIDED)) == ("O", None, [])
    await add_rules(shop_in_germany, ("K",))
    # An intra-community supply needs the seller's own VAT id.
    assert await treat(shop_in_germany, Line("", "FR", UNDECIDED, buyer=FRENCH)) == ("S", None, [19])


@pytest.mark.parametrize(
    ("seller", "home", "to", "expected"),
    [
        ("ES", "ES-CN", "ES-MD", ("G", "G", [])),  # from the Canary Islands to Madrid
        ("ES", "ES-CN", "ES-CN", UNDECIDED),
        ("US", None, "DE", ("G", "G", [])),  # seen from there, the EU is abroad too
        ("US", None, "US-CA", ("S", None, [7.25])),
    ],
)
async def test_seen_from_elsewhere(shop_in_germany: Any, seller: str, home: str | None, to: str, expected: Any) -> None:
    await add_rules(shop_in_germany, ("K", "G"))
    await shop_in_germany.execute(
        "INSERT INTO billing.sellers (version, name, country, region, tax_number) VALUES (1001, 'Shop', $1, $2, '12')",
        seller, home,
    )  # fmt: skip
    await shop_in_germany.execute("DELETE FROM sales.tax_rates WHERE country = 'DE'")
    assert await treat(shop_in_germany, Line("", to, UNDECIDED)) == expected


@pytest.mark.parametrize(
    ("tax_number", "rated", "expected"),
    [("12", False, "E"), (None, False, "O"), ("12", True, None)],
)
async def test_what_documents_said_before_becomes_rules(
    shop_in_germany: Any, tax_number: str | None, rated: bool, expected: str | None
) -> None:
    """The upgrade of a shop without rates: wherever an order goes, its documents state what they stated."""
    await shop_in_germany.execute(
        "INSERT INTO billing.sellers (version, name, country, tax_number, exemption)"
        " VALUES (1001, 'Shop', 'DE', $1, ' Small business, paragraph 19. ')",
        tax_number,
    )
    if not rated:
        await shop_in_germany.execute("DELETE FROM sales.tax_rates")
    statement = MIGRATION.read_text()
    await shop_in_germany.execute(statement[statement.index("INSERT INTO sales.tax_exemptions") :])
    for to in (None, "DE", "FR", "CH"):
        got = await treat(shop_in_germany, Line("", to, UNDECIDED, goods="toys"))
        assert got == (UNDECIDED if expected is None else (expected, "Small business, paragraph 19.", [])), to
