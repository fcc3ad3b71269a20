"""Staff confirm that it is still them, and see where they are logged in."""

from __future__ import annotations

import os
from typing import Any

from playwright.async_api import expect

from tests.console.conftest import PASSWORD, Open, SignUp
from tests.payments.conftest import Shop


async def stale(shop: Shop, email: str) -> None:
    """The person logged in eleven minutes ago."""
    await shop.admin.execute(
        "UPDATE identity.sessions AS s SET confirmed_at = now() - interval '11 minutes' FROM identity.accounts AS a "
        "WHERE a.id = s.account_id AND a.email = $1",
        email,
    )


async def picture(page: Any, name: str) -> None:
    """For a person who looks at the console: PICTURES=folder keeps what the test saw."""
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=f"{folder}/{name}.png")


async def test_the_password_is_asked_for_and_the_request_repeated(visit: Open, sign_up: SignUp, shop: Shop) -> None:
    email = await sign_up("support")
    console = await visit(email)
    page = console.page
    await stale(shop, email)
    await console.go("gift-cards")
    await console.press("Issue a gift card")
    dialog = page.get_by_role("dialog", name="Issue a gift card")
    await dialog.get_by_label("Amount").fill("12.50")
    await dialog.get_by_role("button", name="Issue").click()
    question = page.get_by_role("dialog", name="Is it still you?")
    await question.get_by_label("Password").fill("not this one")
    await picture(page, "confirmation")
    await question.get_by_role("button", name="Go on").click()
    await expect(question.get_by_text("The password is not right.")).to_be_visible()
    await question.get_by_label("Password").fill(PASSWORD)
    await question.get_by_role("button", name="Go on").click()
    await expect(question).to_have_count(0)
    await expect(page.get_by_text("USD 12.50").or_(page.get_by_text("$12.50")).first).to_be_visible()
    assert await shop.admin.fetchval("SELECT count(*) FROM ledger.gift_cards WHERE amount = 1250") == 1


async def test_without_the_password_nothing_happens(visit: Open, sign_up: SignUp, shop: Shop) -> None:
    email = await sign_up("support")
    console = await visit(email)
    page = console.page
    await stale(shop, email)
    await console.go("gift-cards")
    await console.press("Issue a gift card")
    dialog = page.get_by_role("dialog", name="Issue a gift card")
    await dialog.get_by_label("Amount").fill("77.00")
    await dialog.get_by_role("button", name="Issue").click()
    await page.get_by_role("dialog", name="Is it still you?").get_by_role("button", name="Back").click()
    await expect(dialog.get_by_text("Confirm that it is you.")).to_be_visible()
    assert await shop.admin.fetchval("SELECT count(*) FROM ledger.gift_cards WHERE amount = 7700") == 0


async def test_own_sessions_are_shown_and_ended(visit: Open, sign_up: SignUp, shop: Shop, client: Any) -> None:
    email = await sign_up("support")
    console = await visit(email)
    page = console.page
    elsewhere = await client.post(
        "/sessions", json={"email": email, "password": PASSWORD}, headers={"User-Agent": "Old phone"}
    )
    await console.go("account")
    await expect(page.get_by_role("row", name="Old phone")).to_be_visible()
    await expect(page.get_by_text("this one")).to_have_count(1)
    await picture(page, "sessions")
    await page.get_by_role("row", name="Old phone").get_by_role("button", name="End").click()
    await expect(page.get_by_role("row", name="Old phone")).to_have_count(0)
    assert (await client.get("/account", token=elsewhere.json()["access_token"])).status_code == 401
    await console.assert_no_trouble()
