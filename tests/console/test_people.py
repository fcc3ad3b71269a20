"""Who comes in, what each sees, and that it can be read on any screen."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error, Page, expect

from tests.console.conftest import PASSWORD, Open, Sell, SignUp
from tests.payments.conftest import Shop
from tests.report.conftest import Office

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
# Which shades the table of customers has depends on the day of the month, and on what was sold.
ALL_SHADES = """() => {
    const row = document.querySelector("main").appendChild(document.createElement("table")).insertRow();
    for (let n = 0; n < 10; n++) {
        Object.assign(row.insertCell(), { className: `number heat heat${n}`, textContent: `${n}0 %` });
    }
}"""
EVERYWHERE = (
    "overview", "orders", "customers", "refunds?status=all", "returns?status=all", "disputes?status=all",
    "payouts?status=all", "credit?status=all", "gift-cards", "promotions",
    "reports", "reports/products", "reports/customers", "security", "system",
)  # fmt: skip


async def cookies(page: Page) -> list[Any]:
    """Those of a log-in: the device's stays, so that other people's guesses do not lock it out."""
    return [cookie for cookie in await page.context.cookies() if cookie.get("name") != "device"]


async def test_an_admin_sees_how_the_shop_does(visit: Open, admin_email: str, sell: Sell, office: Office) -> None:
    await sell(quantity=4, price=2500)
    await sell(quantity=1, price=2500, days=1)
    await office.refresh()
    board = await office.does("get_dashboard")
    console = await visit(admin_email)
    page = console.page
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    today = page.locator(".card").filter(has_text="Today")
    net = board["periods"][0]["now"]["converted"]["net"]
    await expect(today.locator(".big")).to_contain_text(f"${net / 100:,.2f}")
    await expect(page.locator(".chart .bar").last.locator("rect.first")).to_be_attached()
    await expect(page.locator(".legend")).to_contain_text("Paid")
    await page.get_by_role("link", name="Reports").click()
    await expect(page.get_by_text("Step by step")).to_be_visible()
    await page.get_by_label("By", exact=True).select_option("month")
    await expect(page.locator(".cards .card").first).to_contain_text("Gross")
    assert "interval=month" in page.url
    await page.get_by_role("link", name="System").click()
    await page.get_by_role("button", name="Check the books").click()
    await expect(page.locator(".verdict")).to_contain_text("hold.")
    await console.assert_no_trouble()


async def test_an_admin_sets_an_exchange_rate(visit: Open, admin_email: str) -> None:
    console = await visit(admin_email)
    page = console.page
    await console.go("system")
    await console.press("Set a rate")
    await page.get_by_label("One unit of").select_option("EUR")
    await page.get_by_label("is worth, in USD").fill("1,0837")
    await console.in_dialog("Set")
    await expect(page.get_by_role("row").filter(has_text="EUR")).to_contain_text("1.0837 USD")
    await console.assert_no_trouble()


async def test_support_does_not_see_what_is_an_admins(visit: Open, support: str) -> None:
    console = await visit(support)
    menu = console.page.get_by_role("navigation", name="Sections")
    await expect(menu.get_by_role("link", name="Orders")).to_be_visible()
    for section in ("Overview", "Reports", "System"):
        await expect(menu.get_by_role("link", name=section)).to_have_count(0)
    await console.go("system")
    await expect(console.page.get_by_role("heading", name="Orders")).to_be_visible()
    await console.assert_no_trouble()


async def test_a_customer_does_not_come_in(visit: Open, sign_up: SignUp) -> None:
    email = await sign_up("customer")
    console = await visit()
    page = console.page
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill("Wrong-Horse-9")
    await console.press("Log in")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await console.press("Log in")
    await expect(page.get_by_role("alert")).to_contain_text("This account may not use the console.")
    assert await cookies(page) == []
    await page.reload()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_a_session_is_renewed_unnoticed_and_its_end_leads_back(
    visit: Open, sign_up: SignUp, sell: Sell, shop: Shop
) -> None:
    email = await sign_up("support")
    order = await sell()
    console = await visit(email)
    page = console.page
    # The access token is gone, as after a quarter of an hour; many requests at once renew it, one does.
    renewed = []
    page.on("response", lambda r: renewed.append(r.status) if r.url.endswith("/sessions/refresh") else None)
    await page.context.clear_cookies(name="access_token")
    await console.go(f"orders/{order['id']}")
    await expect(page.get_by_role("heading", name=f"Order #{order['number']}")).to_be_visible()
    assert renewed == [200]
    await page.context.clear_cookies(name="access_token")
    await page.reload()
    await expect(page.get_by_role("heading", name=f"Order #{order['number']}")).to_be_visible()
    # Revoked: whoever was here logs in again, and is where they were.
    await shop.admin.execute(
        "UPDATE identity.sessions AS s SET revoked_at = now() FROM identity.accounts AS a "
        "WHERE a.id = s.account_id AND a.email = $1",
        email,
    )
    await console.go("disputes")
    await expect(page.get_by_text("Your session has ended.")).to_be_visible()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await console.press("Log in")
    await expect(page.get_by_role("heading", name="Disputes")).to_be_visible()
    await console.press("Log out")
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await cookies(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
async def test_every_section_fits_the_screen(
    visit: Open, admin_email: str, sell: Sell, office: Office, width: int, scheme: str
) -> None:
    order = await sell()
    await office.refresh()
    console = await visit(admin_email, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = console.page
    for place in (*EVERYWHERE, f"orders/{order['id']}", f"customers/{order['account_id']}"):
        await console.go(place)
        await expect(page.locator("h1").first).to_be_visible()
        await expect(page.locator(".loading")).to_have_count(0)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (place, wide)
        if place == "reports/customers":
            await page.evaluate(ALL_SHADES)
        faint = await page.evaluate(CONTRAST)
        assert faint == [], (place, faint)
    await console.assert_no_trouble()


async def test_a_script_that_got_into_the_page_does_not_run(visit: Open, support: str) -> None:
    console = await visit(support)
    page = console.page
    for attempt in (
        """() => {
            document.body.append(Object.assign(document.createElement("script"), { text: "document.title = 'owned'" }))
        }""",
        """() => document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=document.title='owned'>")""",
        """() => document.body.setAttribute("onclick", "document.title = 'owned'") || document.body.click()""",
    ):
        with suppress(Error):
            await page.evaluate(attempt)
    assert await page.title() != "owned"
    assert len(await console.violations()) >= 3
