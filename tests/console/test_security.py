"""The list of security events, as an admin sees it."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.async_api import expect

from tests.console.conftest import Open
from tests.payments.conftest import Shop

PICTURES = os.environ.get("STOREPROC_PICTURES")  # to look at: STOREPROC_PICTURES=/tmp/pictures


async def record(admin: Any, account: str) -> None:
    """A few events of each shape."""
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36"
    rows = [
        ("log_in_failed", account, None, "203.0.113.5",
         '{"code": "credentials_invalid", "operation": "create_session"}', 12),
        ("access_refused", account, None, "2001:db8:85a3:8d3:1319:8a2e:370:7348",
         '{"code": "own_account_refused", "operation": "confirm_payment"}', 1),
        ("role_changed", account, account, "203.0.113.5", '{"from": "customer", "to": "merchant"}', 1),
        ("settings_changed", None, account, "203.0.113.5", '{"fields": ["payout_delay", "return_window"]}', 1),
        ("token_refused", None, None, None, '{"reason": "too_many"}', 40000),
    ]  # fmt: skip
    for kind, about, by, address, detail, times in rows:
        await admin.execute(
            "INSERT INTO audit.security_events (kind, account_id, actor_id, db_role, client_address, user_agent,"
            " detail, occurrences) VALUES ($1, $2, $3, 'web_admin', $4, $5, $6, $7)",
            kind, about, by, address, agent if address else None, detail, times,
        )  # fmt: skip


@pytest.mark.parametrize("width", [1280, 400])
async def test_an_admin_reads_and_filters_the_events(visit: Open, admin_email: str, shop: Shop, width: int) -> None:
    account = await shop.admin.fetchval("SELECT id::text FROM identity.accounts WHERE email = $1", admin_email)
    await record(shop.admin, account)
    console = await visit(admin_email, viewport={"width": width, "height": 900})
    page = console.page
    await console.go("security")
    await expect(page.get_by_role("row").filter(has_text="Log in failed × 12").first).to_contain_text("203.0.113.5")
    await expect(page.get_by_role("row").filter(has_text="Role changed").first).to_contain_text("Customer → Merchant")
    await expect(page.get_by_role("row").filter(has_text="Settings changed").first).to_contain_text("Return window")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/security-{width}.png", full_page=True)
    await page.get_by_label("What").select_option("access_refused")
    await expect(page.get_by_role("row").filter(has_text="Own account refused").first).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Role changed")).to_have_count(0)
    assert "kind=access_refused" in page.url
    await console.assert_no_trouble()


async def test_customer_service_has_no_such_section(visit: Open, support: str) -> None:
    console = await visit(support)
    await expect(console.page.get_by_role("link", name="Orders")).to_be_visible()
    await expect(console.page.get_by_role("link", name="Security")).to_have_count(0)
