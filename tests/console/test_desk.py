"""What else waits at the desk: failed refunds, parcels, gift cards, promotions, credit that two people give."""

from __future__ import annotations

from playwright.async_api import expect

from tests.console.conftest import Open, Sell, SignUp
from tests.console.test_service import refunds_of
from tests.payments.conftest import Shop
from tests.report.conftest import Office


async def test_a_failed_refund_is_tried_again(
    visit: Open, support: str, sell: Sell, shop: Shop, office: Office
) -> None:
    order = await sell(quantity=1, price=700)
    payment = await shop.admin.fetchval("SELECT id FROM payments.payments WHERE order_id::text = $1", order["id"])
    refund = await shop.call("web_support", "create_refund", token=shop.support, payment_id=payment, reason="late")
    await shop.call("web_worker", "fail_refund", refund_id=refund["id"], failure_code="expired_card")
    console = await visit(support)
    await console.go("refunds")
    row = console.page.get_by_role("row").filter(has_text="Expired card")
    await row.get_by_role("button", name="Settle").click()
    ways = console.page.get_by_role("dialog").get_by_role("option")
    await expect(ways).to_have_text(["Bank transfer", "Wallet", "Credit", "Cash"])
    await console.page.keyboard.press("Escape")
    await row.get_by_role("button", name="Retry").click()
    await console.in_dialog("Retry")
    await expect(console.page.get_by_text("The refund is being tried again.")).to_be_visible()
    assert await refunds_of(shop, order) == [("failed", 700), ("pending", 700)]
    await console.assert_no_trouble()


async def test_a_parcel_is_sent_and_arrives(visit: Open, support: str, sell: Sell, shop: Shop) -> None:
    order = await sell(quantity=2)
    console = await visit(support)
    page = console.page
    await console.go(f"orders/{order['id']}")
    await console.press("Ship")
    await page.get_by_label("Carrier").fill("DHL")
    await page.get_by_label("Tracking number").fill("JD 0001")
    await page.get_by_label("Tracking page").fill("https://carrier.example/JD0001")
    await console.in_dialog("Ship")
    await expect(page.get_by_role("link", name="JD 0001")).to_have_attribute("href", "https://carrier.example/JD0001")
    await expect(page.locator(".heading .chip")).to_have_text("Shipped")
    await console.press("It has arrived")
    await console.in_dialog("It has arrived")
    await expect(page.locator(".heading .chip")).to_have_text("Delivered")
    await console.assert_no_trouble()


async def test_only_what_is_owed_is_offered_to_be_sent(visit: Open, support: str, sell: Sell, shop: Shop) -> None:
    order = await sell(quantity=2)
    payment = await shop.admin.fetchval("SELECT id FROM payments.payments WHERE order_id::text = $1", order["id"])
    piece = {"order_item_id": order["items"][0]["id"], "quantity": 1}
    refund = {"token": shop.support, "payment_id": payment, "reason": "x"}
    await shop.call("web_support", "create_refund", **refund, items=[piece])
    console = await visit(support)
    page = console.page
    await console.go(f"orders/{order['id']}")
    await expect(page.locator(".heading")).to_contain_text("partly refunded, not shipped")
    await console.press("Ship")
    box = page.get_by_role("spinbutton")
    await expect(box).to_have_value("1")
    await expect(box).to_have_attribute("max", "1")
    await expect(page.get_by_role("dialog")).to_contain_text("1 piece to send")
    await console.in_dialog("Ship")
    await expect(page.locator(".heading .chip")).to_have_text("Shipped")
    # Of another order, everything went back: there is nothing to ship.
    gone = await sell(quantity=1)
    refund["payment_id"] = await shop.admin.fetchval(
        "SELECT id FROM payments.payments WHERE order_id::text = $1", gone["id"]
    )
    await shop.call("web_support", "create_refund", **refund, restock=False)
    await console.go("orders?payment=refunded&goods=not_needed")
    await page.get_by_text(f"#{gone['number']}").click()
    await expect(page.locator(".heading")).to_contain_text("refunded, nothing to send")
    await expect(page.get_by_role("button", name="Ship", exact=True)).to_have_count(0)
    await console.assert_no_trouble()


async def test_a_gift_card_shows_its_code_once(visit: Open, support: str, shop: Shop) -> None:
    console = await visit(support)
    page = console.page
    await console.go("gift-cards")
    await console.press("Issue a gift card")
    await page.get_by_label("Amount").fill("25")
    await console.in_dialog("Issue")
    code = await page.get_by_role("dialog").locator(".secret code").inner_text()
    token = await shop.account()
    card = await shop.call("web_customer", "redeem_gift_card", token=token, code=code)
    assert card is not None
    await console.in_dialog("I have it")
    await expect(page.get_by_text(code)).to_have_count(0)
    await console.assert_no_trouble()


async def test_a_promotion_is_made_and_ended(visit: Open, support: str, shop: Shop) -> None:
    console = await visit(support)
    page = console.page
    await console.go("promotions")
    await console.press("New promotion")
    await page.get_by_label("Code").fill("spring-10")
    await page.get_by_label("Name").fill("Ten per cent in spring")
    await page.get_by_label("Per cent").fill("7,5")
    await page.get_by_label("At most").fill("20")
    await console.in_dialog("Create")
    row = page.get_by_role("row").filter(has_text="SPRING-10")
    await expect(row).to_contain_text("7.5 %, $20.00 at most")
    await row.get_by_role("button", name="Disable").click()
    await console.in_dialog("Disable")
    await expect(row).to_contain_text("Disabled")
    await console.assert_no_trouble()


async def test_credit_above_the_limit_needs_a_second_person(
    visit: Open, support: str, sign_up: SignUp, shop: Shop
) -> None:
    account = await shop.admin.fetchval("SELECT id FROM identity.accounts WHERE email = $1", await sign_up("customer"))
    first = await visit(support)
    await first.go(f"customers/{account}")
    await first.press("Give or take credit")
    await first.page.get_by_label("Amount").fill("25000")
    await first.page.get_by_label("Why").fill("after the flood")
    await first.in_dialog("Book it")
    await expect(first.page.get_by_text("It waits for a second person.")).to_be_visible()
    await first.go("credit")
    row = first.page.get_by_role("row").filter(has_text="after the flood")
    await expect(row).to_contain_text("Another person decides")
    second = await visit(await sign_up("support"))
    await second.go("credit")
    await (
        second.page.get_by_role("row").filter(has_text="after the flood").get_by_role("button", name="Approve").click()
    )
    await second.in_dialog("Approve")
    await expect(second.page.get_by_text("It is approved and booked.")).to_be_visible()
    await first.go(f"customers/{account}")
    await expect(first.page.locator(".panel").filter(has_text="Store credit")).to_contain_text("$25,000.00")
    await second.assert_no_trouble()
