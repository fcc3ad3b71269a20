"""Regions, countries and tax ids of addresses and accounts, and what orders take from them."""

from __future__ import annotations

from typing import Any

import asyncpg

from tests.support.connections import refused

HOME = {"name": "A. Buyer", "line1": "1 Lake Road", "city": "X"}


async def test_a_region_is_stored_as_its_code(person: Any) -> None:
    for text in ("California", "CA", "us-ca", "US-CA"):
        made = await person.does("create_address", **HOME, country="US", region=text)
        assert made["region"] == "US-CA"
    with refused("region_unknown") as refusal:
        await person.does("create_address", **HOME, country="DE", region="California")
    assert "GET /countries/DE/regions" in refusal.error.hint
    with refused("country_unknown"):
        await person.does("create_address", **HOME, country="XX")
    without = await person.does("create_address", **HOME, country="US")
    assert without["region"] is None


async def test_a_change_of_the_country_checks_the_region_again(person: Any) -> None:
    made = await person.does("create_address", **HOME, country="US", region="Texas")
    with refused("region_unknown"):
        await person.does("update_address", address_id=made["id"], country="DE", given=["country"])
    moved = await person.does(
        "update_address", address_id=made["id"], country="DE", region="Bavaria", given=["country", "region"]
    )
    assert (moved["country"], moved["region"]) == ("DE", "DE-BY")
    cleared = await person.does("update_address", address_id=made["id"], region=None, given=["region"])
    assert cleared["region"] is None


async def test_a_region_from_before_stays_until_it_is_changed(person: Any, admin: asyncpg.Connection[Any]) -> None:
    made = await person.does("create_address", **HOME, country="GB")
    await admin.execute("UPDATE identity.addresses SET region = 'Middle Earth' WHERE id = $1::uuid", made["id"])
    changed = await person.does("update_address", address_id=made["id"], phone="123", given=["phone"])
    assert changed["region"] == "Middle Earth"
    with refused("region_unknown"):
        await person.does("update_address", address_id=made["id"], region="Mordor", given=["region"])


async def test_tax_ids_of_addresses_and_accounts(person: Any, admin: asyncpg.Connection[Any]) -> None:
    made = await person.does("create_address", **HOME, country="DE", tax_id="de 136 695 976")
    assert (made["tax_id"], made["tax_id_status"]) == ("DE136695976", "not_verified")
    with refused("tax_id_invalid") as refusal:
        await person.does("create_address", **HOME, country="FR", tax_id="DE136695976")
    assert "France" in str(refusal.error)
    account = await person.does("update_account", tax_id="136695976", given=["tax_id"])
    assert account["tax_id"] == "DE136695976"  # the default address is in Germany
    account = await person.does("update_account", tax_id="EL094259216", language="bn")
    assert (account["tax_id"], account["tax_id_status"], account["language"]) == ("EL094259216", "not_verified", "bn")
    for wrong in ("DE136695977", "JP", "11 22"):
        with refused("tax_id_invalid"):
            await person.does("update_account", tax_id=wrong)
    with refused("language_malformed"):
        await person.does("update_account", language="English")
    unchanged = await person.does("update_account", display_name="Ada")
    assert (unchanged["tax_id"], unchanged["language"]) == ("EL094259216", "bn")
    jobs = "SELECT count(*) FROM messaging.outbox WHERE kind = 'verify_tax_id'"
    checks = "SELECT tax_id FROM identity.tax_id_checks WHERE account_id = $1::uuid ORDER BY tax_id"
    assert [row[0] for row in await admin.fetch(checks, account["id"])] == ["DE136695976", "EL094259216"]
    assert await admin.fetchval(jobs) == 2
    removed = await person.does("update_account", tax_id=None, language=None, given=["tax_id", "language"])
    assert (removed["tax_id"], removed["tax_id_status"], removed["language"]) == (None, None, "en")
    await person.does("delete_address", address_id=made["id"])
    assert await admin.fetch(checks, account["id"]) == []
