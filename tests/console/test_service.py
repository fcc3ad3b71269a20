"""Customer service at work, in a browser: finds, ships, refunds; a refusal is said, and a repeat does nothing twice."""

from __future__ import annotations

import re
import uuid
from typing import Any

from playwright.async_api import Route, expect

from tests.console.conftest import Open, Sell, SignUp
from tests.payments.conftest import Shop
from tests.report.conftest import Office

NASTY = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


async def refunds_of(shop: Shop, order: dict[str, Any]) -> list[tuple[str, int]]:
    rows = await shop.admin.fetch(
        "SELECT status, amount FROM payments.refunds WHERE order_id::text = $1 ORDER BY id", order["id"]
    )
    return [(row["status"], row["amount"]) for row in rows]


async def test_support_finds_an_order_and_refunds_two_pieces(visit: Open, support: str, sell: Sell, shop: Shop) -> None:
    order = await sell(quantity=3, price=500)
    console = await visit(support)
    page = console.page
    await console.find(order["number"])
    await expect(page.get_by_role("heading", name=f"Order #{order['number']}")).to_be_visible()
    await console.press("Refund")
    for _ in range(2):
        await page.get_by_role("dialog").get_by_role("button", name="One more").click()
    await expect(page.get_by_text("About $10.00 goes back")).to_be_visible()
    await page.get_by_label("Why").fill("arrived damaged")
    await page.get_by_label("Goods go back into stock").select_option("true")
    await console.in_dialog("Refund")
    await expect(page.get_by_text("A refund of $10.00 is on its way.")).to_be_visible()
    await expect(page.locator(".refunds").get_by_text("Pending")).to_be_visible()
    await expect(page.get_by_text("2 refunded")).to_be_visible()
    assert await refunds_of(shop, order) == [("pending", 1000)]
    # The gateway has done it; the page sees that by itself.
    refund = await shop.admin.fetchval("SELECT id FROM payments.refunds WHERE order_id::text = $1", order["id"])
    await shop.call("web_worker", "complete_refund", refund_id=refund, provider_reference="re_1")
    await expect(page.locator(".refunds").get_by_text("Completed")).to_be_visible()
    await expect(page.locator(".timeline")).to_contain_text("Refund requested")
    await expect(page.locator(".timeline")).to_contain_text("by you")
    await console.assert_no_trouble()


async def test_names_are_text_wherever_they_are_shown(
    visit: Open, support: str, office: Office, shop: Shop, sign_up: SignUp
) -> None:
    email = await sign_up("customer", display_name=NASTY)
    token = await shop.admin.fetchval("SELECT identity.issue_local_token('customer', $1)", email)
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name=NASTY, description="", sku=uuid.uuid4().hex[:12],
        price=500, currency="USD", stock=5,
    )  # fmt: skip
    order, payment = await office.sold(token, made["id"])
    await office.refunds(payment, amount=100)
    await shop.admin.execute("UPDATE payments.refunds SET reason = $1 WHERE order_id::text = $2", NASTY, order["id"])
    console = await visit(support)
    page = console.page
    for place in (
        f"orders/{order['id']}",
        "orders",
        "refunds?status=all",
        f"search?q={order['account_id']}",  # one hit, which opens; the e-mail finds the order as well
        "customers",
        f"customers/{order['account_id']}",
    ):
        await console.go(place)
        await expect(page.get_by_text(NASTY).first).to_be_attached()
    await console.go(f"orders/{order['id']}")
    await console.press("Refund")
    await expect(page.get_by_role("dialog").get_by_text(NASTY).first).to_be_visible()
    assert await page.title() != "owned"
    assert await page.locator("img, main script").count() == 0
    await console.assert_no_trouble()


async def test_what_is_refused_says_why_and_by_which_request(
    visit: Open, support: str, sell: Sell, server: Any
) -> None:
    order = await sell(quantity=1, price=500)
    console = await visit(support)
    page = console.page
    await console.go(f"orders/{order['id']}")
    await console.press("Refund")
    await page.get_by_role("radio", name="Amount").check()
    await page.get_by_label("Amount in USD").fill("5,01")
    await page.get_by_label("Why").fill("too much")
    await console.in_dialog("Refund")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("Refunds cannot exceed the amount that was paid.")
    request = await alert.locator("code").inner_text()
    assert re.fullmatch(r"[0-9a-f]{32}", request)
    assert await server.log_of(request)
    # Not an amount: the console says so by itself, and sends nothing.
    await page.get_by_label("Amount in USD").fill("1.005")
    await console.in_dialog("Refund")
    await expect(alert).to_contain_text("1.005 is no amount in USD")
    # Put right in the same dialog, it is done.
    await page.get_by_label("Amount in USD").fill("1.05")
    await console.in_dialog("Refund")
    await expect(page.get_by_text("A refund of $1.05 is on its way.")).to_be_visible()


async def test_an_answer_that_got_lost_is_not_a_second_refund(
    visit: Open, support: str, sell: Sell, shop: Shop
) -> None:
    order = await sell(quantity=1, price=500)
    console = await visit(support)
    page = console.page
    await console.go(f"orders/{order['id']}")
    lost = []

    async def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(await route.fetch())  # the shop has done it; nobody hears of it
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/refunds", lose)
    await console.press("Refund")
    await page.get_by_role("radio", name="Amount").check()
    await page.get_by_label("Amount in USD").fill("2")
    await page.get_by_label("Why").fill("goodwill")
    await console.in_dialog("Refund")
    await expect(page.get_by_role("alert")).to_contain_text("The shop cannot be reached.")
    assert lost[0].status == 201
    await console.in_dialog("Refund")
    await expect(page.get_by_text("A refund of $2.00 is on its way.")).to_be_visible()
    assert await refunds_of(shop, order) == [("pending", 200)]


async def test_an_order_is_cancelled_and_its_money_goes_back(visit: Open, support: str, sell: Sell, shop: Shop) -> None:
    order = await sell(quantity=1, price=500)
    console = await visit(support)
    await console.go(f"orders/{order['id']}")
    await console.press("Cancel order")
    await expect(console.page.get_by_role("dialog")).to_contain_text("$5.00 back to the customer")
    await console.in_dialog("Cancel the order")
    await expect(console.page.locator(".heading .chip")).to_have_text("Cancelled")
    assert await refunds_of(shop, order) == [("pending", 500)]


async def test_by_keyboard_alone(visit: Open, support: str, sell: Sell, shop: Shop) -> None:
    order = await sell(quantity=2, price=500)
    console = await visit(support)
    page = console.page
    await expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    await page.keyboard.press("/")
    await page.keyboard.type(order["number"])
    await page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name=f"Order #{order['number']}")
    await expect(heading).to_be_visible()
    refund = page.get_by_role("button", name="Refund", exact=True)
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await refund.evaluate("e => e === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(refund).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("spinbutton").first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.get_by_label("Why").focus()
    await page.keyboard.type("by hand")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("A refund of $5.00 is on its way.")).to_be_visible()
    assert await refunds_of(shop, order) == [("pending", 500)]
