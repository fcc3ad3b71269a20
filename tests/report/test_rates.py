"""Exchange rates: one a currency and day, in any order they are set, by anybody at once."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.payments.conftest import Shop
from tests.report.conftest import Office, days_ago, today
from tests.support.connections import refused


async def series(office: Office, currency: str) -> list[tuple[float, str, str | None]]:
    page = await office.does("list_exchange_rates", currency=currency, limit=100)
    return [(float(rate["rate"]), rate["valid_from"], rate["valid_until"]) for rate in page["data"]]


async def test_a_rate_ends_where_the_next_begins_whichever_was_set_first(office: Office) -> None:
    await office.rate("EUR", "1.10", days_ago(10))
    await office.rate("EUR", "1.20")
    await office.rate("EUR", "1.15", days_ago(5))
    await office.rate("EUR", "1.11", days_ago(10))  # a mistake, put right
    assert await series(office, "EUR") == [
        (1.20, today().isoformat(), None),
        (1.15, days_ago(5).isoformat(), today().isoformat()),
        (1.11, days_ago(10).isoformat(), days_ago(5).isoformat()),
    ]
    then = await office.does("list_exchange_rates", as_of=days_ago(6).isoformat(), currency="EUR")
    assert [float(rate["rate"]) for rate in then["data"]] == [1.11]
    assert not (await office.does("list_exchange_rates", as_of=days_ago(11).isoformat(), currency="EUR"))["data"]


async def test_at_once_they_take_turns_and_never_overlap(office: Office, shop: Shop) -> None:
    await asyncio.gather(*(office.rate("INR", f"0.01{n:02}", days_ago(n % 5)) for n in range(30)))
    found = await series(office, "INR")
    assert [(since, until) for _, since, until in found] == [
        (days_ago(n).isoformat(), days_ago(n - 1).isoformat() if n else None) for n in range(5)
    ]


async def test_what_is_no_rate_is_refused(office: Office) -> None:
    with refused("rate_of_itself", "SH422"):
        await office.rate("USD", 1)
    with refused("currency_unknown", "SH422"):
        await office.rate("XXX", 1)
    for rate in (0, -1, "1e10"):
        with refused("rate_out_of_range", "23514"):
            await office.rate("EUR", rate)


async def test_pages_of_rates(office: Office) -> None:
    for n in range(7):
        await office.rate("GBP", 1 + n / 100, days_ago(100 + n))
        await office.rate("CHF", 1 + n / 100, days_ago(100 + n))
    everything = (await office.does("list_exchange_rates", limit=100))["data"]
    found: list[Any] = []
    cursor = None
    while True:
        page = await office.does("list_exchange_rates", limit=3, cursor=cursor)
        found += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == everything
    assert len(found) >= 14
