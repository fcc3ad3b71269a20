"""The settings of the shop: read and changed by an admin, one by one, audited."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.web import Client


@pytest.fixture(scope="module")
async def token(shop: Shop) -> str:
    return await shop.account("admin")


async def test_settings_are_read_and_changed_one_by_one(client: Client, shop: Shop, token: str) -> None:
    before = (await client.get("/admin/settings", token=token)).json()
    assert before == {
        "order_time_to_live": "PT30M", "payment_time_to_live": "PT30M", "authorization_time_to_live": "P6D",
        "manual_payment_time_to_live": "P14D", "booking_time_to_live": "PT6H", "return_window": "P30D",
        "commission_basis_points": 1000, "tax_country": None, "shipping_required": False,
        "credit_held_until_booked": True, "booking_carrier": "mock", "return_origins": [],
        "delayed_payment_time_to_live": "P14D", "payout_delay": "PT0S", "confirmation_time_to_live": "PT10M",
        "staff_idle_time_to_live": "PT1H",
        "daily_limits_per_recipient": 2,
        "daily_limits_per_staff": 5,
        "max_unpaid_orders": None,
        "max_units_on_hold": None,
        "security_events_kept": "P180D",
        "second_factor_required_for_staff": False,
        "deposit_hold": "P14D",
        "untaxed_orders": "hold",
        "time_zone": "UTC",
        "language": "en",
        "tax_rounding": "line",
        "search_language": "english",
        "guest_orders": True,
        "guest_limits_per_network": 4,
        "guest_data_kept": "P365D",
    }  # fmt: skip
    changes: tuple[dict[str, Any], ...] = (
        {"order_time_to_live": "PT1H"}, {"return_window": "P14D", "commission_basis_points": 500},
        {"tax_country": "DE", "shipping_required": True}, {"booking_carrier": None, "tax_country": None},
        {"max_unpaid_orders": 3, "max_units_on_hold": 10}, {"max_unpaid_orders": None},
        {"untaxed_orders": "refuse", "time_zone": "Asia/Dhaka", "tax_rounding": "document"},
        {"search_language": "simple"},
        {"guest_orders": False, "guest_limits_per_network": 1, "guest_data_kept": "P30D"},
        {"return_origins": ["https://shop.example"]}, {"return_window": "PT0S", "return_origins": []},
        {name: before[name] for name in before if name != "tax_country"},
    )  # fmt: skip
    expected = before
    for change in changes:
        answer = await client.patch("/admin/settings", token=token, json=change)
        expected = expected | change
        assert (answer.status_code, answer.json()) == (200, expected)
    told = await shop.admin.fetch(
        "SELECT new::text FROM audit.changes WHERE table_name = 'sales.settings' AND actor_id IS NOT NULL ORDER BY id"
    )
    assert json.loads(told[0]["new"]) == {"order_time_to_live": "01:00:00"}
    assert len(told) == len(changes)


async def test_every_column_is_a_setting(shop: Shop, token: str) -> None:
    columns = await shop.admin.fetchval(
        "SELECT array_agg(attname::text) FROM pg_attribute"
        " WHERE attrelid = 'sales.settings'::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('singleton', 'demo')"  # demo: what the demo shop says of itself
    )
    assert set(await shop.call("web_admin", "get_settings", token=token)) == set(columns)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"order_time_to_live": "PT1S"}, "duration_out_of_range"),
        ({"payment_time_to_live": "P9999D"}, "duration_out_of_range"),
        ({"return_window": "P9999D"}, "duration_out_of_range"),
        ({"security_events_kept": "P6D"}, "duration_out_of_range"),
        ({"deposit_hold": "P366D"}, "duration_out_of_range"),
        ({"booking_carrier": "nobody"}, "carrier_unknown"),
        ({"order_time_to_live": "30 minutes"}, "request_invalid"),
        ({"order_time_to_live": "P"}, "value_invalid"),
        ({"return_origins": [None]}, "request_invalid"),
        ({"commission_basis_points": 10001}, "request_invalid"),
        ({"tax_country": "Germany"}, "request_invalid"),
        ({"singleton": False}, "request_invalid"),
        ({"untaxed_orders": "ignore"}, "request_invalid"),
        ({"tax_rounding": "never"}, "request_invalid"),
        ({"search_language": "klingon"}, "request_invalid"),
        ({"time_zone": "Europe/Bonn"}, "time_zone_unknown"),
        ({"time_zone": "posix/Europe/Berlin"}, "time_zone_unknown"),
        ({"time_zone": "UTC+2"}, "time_zone_unknown"),
    ],
)
async def test_what_is_refused(client: Client, token: str, change: dict[str, Any], code: str) -> None:
    answer = await client.patch("/admin/settings", token=token, json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_an_admin(shop: Shop) -> None:
    for role in ("customer", "merchant", "support"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await shop.call(f"web_{role}", "get_settings", token=await shop.account(role))
