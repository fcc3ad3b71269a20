"""Tax rates are set, planned, listed and ended; a region is known by its code, whatever it is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make, address
from tests.support.connections import refused


def in_days(days: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


@pytest.fixture(scope="module")
def listed(shop: Shop) -> Make:
    """The rates of a country: rate, first and last day from now, None for what began before or does not end."""

    async def make(country: str, **given: Any) -> Any:
        rates = await shop.call("web_support", "list_tax_rates", token=shop.support, country=country, **given)

        def day(text: str | None) -> int | None:
            days = (datetime.fromisoformat(text) - datetime.now(UTC)) / timedelta(days=1) if text else 0
            return None if days <= 0 else round(days)

        return [(r["rate"], day(r["valid_from"]), day(r["valid_until"])) for r in rates["data"]]

    return make


async def test_planned_rates_stay_and_are_listed(tax: Make, listed: Make) -> None:
    await tax("PL", 20)
    planned = await tax("PL", 10, valid_from=in_days(10))
    assert await listed("PL") == [(20, None, 10), (10, 10, None)]
    await tax("PL", 20, name="The same with another name")
    assert await listed("PL") == [(20, None, 10), (10, 10, None)]
    await tax("PL", 15, valid_from=in_days(5))
    assert await listed("PL") == [(20, None, 5), (15, 5, 10), (10, 10, None)]
    await tax("PL", 18, valid_from=in_days(2))  # until the first of two
    assert await listed("PL") == [(20, None, 2), (18, 2, 5), (15, 5, 10), (10, 10, None)]
    assert await listed("PL", as_of=in_days(7)) == [(15, 5, 10)]
    assert (await tax("PL", 10, valid_from=in_days(12)))["id"] == planned["id"]  # it is in force by then
    assert len(await listed("PL")) == 4


async def test_the_same_rate_again_changes_nothing(tax: Make, listed: Make, shop: Shop) -> None:
    first, changes = await tax("GR", 24), "SELECT count(*) FROM audit.changes WHERE table_name = 'sales.tax_rates'"
    before = await shop.admin.fetchval(changes)
    assert await tax("GR", 24) == first
    assert (await shop.admin.fetchval(changes), await listed("GR")) == (before, [(24, None, None)])


async def test_a_plan_is_deleted_by_itself_alone(tax: Make, listed: Make, shop: Shop, administrator: str) -> None:
    async def end(rate: dict[str, Any]) -> None:
        await shop.call("web_admin", "end_tax_rate", token=administrator, tax_rate_id=rate["id"])

    present, start = await tax("FI", 24), in_days(10)
    planned, later = await tax("FI", 25, valid_from=start), await tax("FI", 26, valid_from=in_days(20))
    with refused("tax_rate_planned", "SH409"):
        await tax("FI", 27, valid_from=start)
    await end(planned)
    assert await listed("FI") == [(24, None, 20), (26, 20, None)]  # what was to end goes on
    await end(present)
    await end(present)
    assert await listed("FI") == [(26, 20, None)]
    await end(later)
    assert await listed("FI") == []


@pytest.mark.parametrize("region", ["California", "CA", "US-CA", "us-ca"])
async def test_a_region_is_known_by_code_and_name(buyer: Buyer, shop: Shop, tax: Make, region: str) -> None:
    # HTTP trims "CA ".
    assert (await tax("US", 7.25, region=region))["region"] == "US-CA"
    home = await address(buyer, "US", region)
    order = await buyer.order(line(await shop.product(10_000)), shipping_address_id=home)
    assert (order["tax"], order["tax_country"], order["tax_region"]) == (725, "US", "US-CA")


async def test_what_is_no_region_is_refused(tax: Make) -> None:
    for region in ("Bavaria", "DE-BY", "Calefornia"):
        with refused("region_unknown", "SH422"):
            await tax("US", 7.25, region=region)


async def test_rates_that_cannot_be_charged_together(tax: Make) -> None:
    with refused("tax_combine_needs_region", "SH422"):
        await tax("BR", 5, combine="add")
    await tax("BR", 5, included=True)
    with refused("tax_included_differs", "SH409"):
        await tax("BR", 5, region="BR-SP", combine="add")
    await tax("BR", 6, region="BR-SP")
    await tax("BR", 4, region="BR-SP", included=True, combine="compound")
    with refused("tax_included_differs", "SH409"):
        await tax("BR", 5, valid_from=in_days(3))


async def test_a_rate_reaches_the_regions_inside(buyer: Buyer, shop: Shop, tax: Make) -> None:
    """The Canary Islands are two provinces; Monaco is taxed as France."""
    await tax("ES", 21)
    await tax("ES", 7, region="ES-CN", name="IGIC")
    await tax("FR", 20)
    lamp = await shop.product(10_000)
    for place, rate in ((("ES", "ES-GC"), 7), (("ES", "ES-TF"), 7), (("ES", "ES-M"), 21), (("MC", None), 20)):
        order = await buyer.order(line(lamp), shipping_address_id=await address(buyer, *place))
        assert (place, order["tax"]) == (place, rate * 100)
