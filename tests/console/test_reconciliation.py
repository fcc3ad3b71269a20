"""The books that differ, disputes, and an order whose money is on its way: as customer service sees them."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest
from playwright.async_api import expect

from tests.console.conftest import Console, Open, Sell
from tests.payments.conftest import Shop

# To look at: STOREPROC_PICTURES=/tmp/pictures
PICTURES = os.environ.get("STOREPROC_PICTURES")
WIDTHS = (1280, 400)
# On how many lines the first text of an element is set.
LINES = """e => {
    const range = document.createRange();
    range.selectNodeContents(e.firstChild);
    return range.getClientRects().length;
}"""


async def picture(console: Console, name: str) -> None:
    if PICTURES:
        await console.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def assert_fits(console: Console) -> None:
    """Nothing sticks out of the window at the side."""
    wide = await console.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


async def differ(shop: Shop) -> list[str]:
    """A difference of each kind; their ids, newest first."""
    payment = await shop.admin.fetchval("SELECT id FROM payments.payments ORDER BY id DESC LIMIT 1")
    rows = [
        ("mock", f"refunded:{payment}", "refunded", payment, 0, 400, "USD", None),
        ("mock", f"captured:{payment}", "captured", payment, 1500, 0, "USD", None),
        ("stripe", "unknown:pi_3QabcdefghijklmnopQRST12", "unknown_payment", None, 0, 123_456_789, "EUR",
         "pi_3QabcdefghijklmnopQRST12"),
        ("stripe", "movement:txn_1QabcdefghijklmnopQRST12", "unknown_movement", None, 0, -70_000, "JPY",
         "txn_1QabcdefghijklmnopQRST12, other_adjustment (adjustment)"),
        ("sslcommerz", "event:GEZDGNBVGY3TQOJQGEZDGNBVGY:VALID:1709", "unknown_event", None, None, None, None,
         "GEZDGNBVGY3TQOJQGEZDGNBVGY:VALID:1709"),
    ]  # fmt: skip
    found = []
    for row in rows:
        found.append(
            await shop.admin.fetchval(
                "INSERT INTO payments.reconciliation_differences "
                "(provider, subject, kind, payment_id, ours, theirs, currency, reference) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id::text",
                *row,
            )
        )
    return found[::-1]


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_difference_is_read_and_explained(
    visit: Open, support: str, sell: Sell, shop: Shop, width: int
) -> None:
    await shop.admin.execute("DELETE FROM payments.reconciliation_differences")
    await sell(quantity=3, price=500)
    await differ(shop)
    console = await visit(support, viewport={"width": width, "height": 900})
    page = console.page
    await console.go("reconciliation")
    table = page.locator("main")
    for text in ("Refunded", "$4.00", "$15.00", "€1,234,567.89", "¥70,000"):
        await expect(table.get_by_text(text).first).to_be_visible()
    # What is to be looked up at the gateway can be read, all of it.
    for text in ("pi_3QabcdefghijklmnopQRST12", "txn_1QabcdefghijklmnopQRST12, other_adjustment (adjustment)",
                 "GEZDGNBVGY3TQOJQGEZDGNBVGY:VALID:1709"):  # fmt: skip
        await expect(table.get_by_text(text).first).to_be_visible()
    await assert_fits(console)
    # No word and no amount is broken in two.
    for text in ("Captured", "SSLCommerz", "€1,234,567.89", "-¥70,000"):
        lines = await table.get_by_text(text).first.evaluate(LINES)
        assert lines == 1, text
    await picture(console, f"reconciliation-{width}")

    await page.get_by_role("button", name="Explain", exact=True).first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Why do the books differ?")
    await expect(page.get_by_role("dialog")).to_contain_text("Unknown event, SSLCommerz: – in our books, – in theirs.")
    await picture(console, f"explain-{width}")
    await page.get_by_label("Reason").fill("An IPN of our old shop, which uses the same store.")
    await console.in_dialog("Explain")
    await expect(page.get_by_text("The difference is explained.")).to_be_visible()
    await expect(page.get_by_role("button", name="Explain", exact=True)).to_have_count(4)
    await console.go("reconciliation?status=explained")
    await expect(table.get_by_text("An IPN of our old shop")).to_be_visible()
    await assert_fits(console)
    await picture(console, f"explained-{width}")
    kept = await shop.admin.fetch("SELECT kind FROM payments.reconciliation_differences WHERE explained_at IS NOT NULL")
    assert [row["kind"] for row in kept] == ["unknown_event"]
    await console.assert_no_trouble()


@pytest.mark.parametrize("width", WIDTHS)
async def test_disputes_are_listed(visit: Open, support: str, sell: Sell, shop: Shop, width: int) -> None:
    for status in ("needs_response", "warning_under_review", "unknown"):
        order = await sell(quantity=2, price=61_728_395)
        payment = await shop.admin.fetchrow(
            "SELECT id::text, amount, currency::text FROM payments.payments WHERE order_id = $1", uuid.UUID(order["id"])
        )
        await shop.event(
            dict(payment), "dispute", case_reference=f"dp_{payment['id']}", dispute_status=status,
            failure_code="product_not_received", occurred_at="2026-01-01T00:00:00Z",
            movements=[{"reference": "txn_1", "amount": -payment["amount"]}] if status == "needs_response" else [],
        )  # fmt: skip
    console = await visit(support, viewport={"width": width, "height": 900})
    await console.go("disputes")
    for text in ("$1,234,567.90", "Needs response", "Warning under review", "Unknown", "Product not received"):
        await expect(console.page.locator("main td").get_by_text(text).first).to_be_visible()
    await assert_fits(console)
    await picture(console, f"disputes-{width}")
    await console.assert_no_trouble()


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_order_whose_money_is_on_its_way(
    visit: Open, support: str, shop: Shop, customer: str, width: int
) -> None:
    order: dict[str, Any] = await shop.order(customer, await shop.product(price=1999), 2)
    payment = await shop.begin(customer, order)
    assert await shop.event(payment, "processing") == "applied"
    console = await visit(support, viewport={"width": width, "height": 900})
    await console.go(f"orders/{order['id']}")
    await expect(console.page.get_by_role("heading", name=f"Order #{order['number']}")).to_be_visible()
    await expect(console.page.locator("main").get_by_text("Processing").first).to_be_visible()
    await assert_fits(console)
    await picture(console, f"processing-{width}")
    await console.assert_no_trouble()
