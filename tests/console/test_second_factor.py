"""The second factor at the console: setting it up, logging in with it, turning it off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.console.conftest import PASSWORD, Console, Open, SignUp
from tests.console.test_confirmation import picture
from tests.payments.conftest import Shop


async def set_up(console: Console, name: str) -> tuple[pyotp.TOTP, list[str]]:
    page = console.page
    await console.press("Set up")
    dialog = page.get_by_role("dialog", name="Set up a second factor")
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    app = pyotp.TOTP((await dialog.locator(".secret code").inner_text()).replace(" ", ""))
    await picture(page, f"second_factor_{name}")
    await dialog.get_by_role("textbox", name="Code").fill(app.now())
    await dialog.get_by_role("button", name="Turn on").click()
    codes = page.get_by_role("dialog", name="Your recovery codes")
    await expect(codes.locator("li")).to_have_count(10)
    shown = await codes.locator("li").all_inner_texts()
    await picture(page, f"recovery_codes_{name}")
    await codes.get_by_role("button", name="I have kept them").click()
    return app, shown


async def log_in(page: Page, email: str, code: str) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("textbox", name="Code").fill(code)
    await page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("width", [1280, 400])
async def test_it_is_set_up_used_and_turned_off(visit: Open, sign_up: SignUp, shop: Shop, width: int) -> None:
    email = await sign_up("support")
    console = await visit(email, viewport={"width": width, "height": 800})
    page = console.page
    await console.go("account")
    await picture(page, f"account_without_{width}")
    _, codes = await set_up(console, str(width))
    await expect(page.get_by_text("Recovery codes left")).to_be_visible()
    await picture(page, f"account_with_{width}")

    other = await visit(viewport={"width": width, "height": 800})
    await log_in(other.page, email, "000000")
    await expect(other.page.get_by_text("The code is not right")).to_be_visible()
    await picture(other.page, f"log_in_{width}")
    await other.page.get_by_role("textbox", name="Code").fill(codes[0])
    await other.page.get_by_role("button", name="Log in").click()
    await expect(other.page.get_by_label("Find")).to_be_attached()

    await shop.admin.execute("UPDATE identity.sessions SET code_at = NULL")
    await other.go("account")
    await other.press("Turn off")
    await other.in_dialog("Turn off")
    question = other.page.get_by_role("dialog", name="Is it still you?")
    await question.get_by_role("textbox", name="Code").fill(codes[1])
    await picture(other.page, f"code_again_{width}")
    await question.get_by_role("button", name="Go on").click()
    await expect(other.page.get_by_role("button", name="Set up")).to_be_visible()
    assert await other.violations() == []


@pytest.fixture
async def mandatory(shop: Shop) -> AsyncIterator[None]:
    await shop.admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = true")
    yield
    await shop.admin.execute("UPDATE sales.settings SET second_factor_required_for_staff = DEFAULT")


async def test_staff_who_have_to_set_it_up_first(visit: Open, sign_up: SignUp, mandatory: Any) -> None:
    email = await sign_up("admin")
    console = await visit()
    page = console.page
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("This shop requires a second factor")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("This shop requires a second factor")).to_be_visible()
    await picture(page, "mandatory")
    await set_up(console, "mandatory")
    await expect(page.get_by_label("Find")).to_be_attached()


async def test_an_admin_resets_that_of_another(visit: Open, sign_up: SignUp, admin_email: str, shop: Shop) -> None:
    email = await sign_up("support", display_name="Lost Phone")
    console = await visit(email)
    await console.go("account")
    await set_up(console, "reset")
    account = await shop.admin.fetchval("SELECT id FROM identity.accounts WHERE email = $1", email)
    boss = await visit(admin_email)
    await boss.go(f"customers/{account}")
    await boss.press("Reset second factor")
    await picture(boss.page, "reset")
    await boss.in_dialog("Reset")
    await expect(boss.page.get_by_text("The second factor is reset.")).to_be_visible()
    other = await visit()
    await other.page.get_by_label("E-mail").fill(email)
    await other.page.get_by_label("Password").fill(PASSWORD)
    await other.page.get_by_role("button", name="Log in").click()
    await expect(other.page.get_by_text(re.compile("Lost Phone"))).to_be_attached()
