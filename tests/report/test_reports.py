"""What the reports say is what the orders and the ledger say, in every currency, on the day it happened."""

from __future__ import annotations

import asyncio
import uuid
from fractions import Fraction
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.report.conftest import Office, days_ago, today
from tests.support.connections import refused


def by_currency(sales: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {amount["currency"]: amount for amount in sales["amounts"]}


async def test_revenue_is_gross_refunds_net_and_commission_by_day_and_currency(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    lamp = await office.product(USD=1000, EUR=900, JPY=1500)
    await office.sold(customer, lamp, days=3, quantity=2)
    _, paid = await office.sold(customer, lamp, days=3)
    await office.sold(customer, lamp, days=1, currency="EUR")
    await office.refunds(paid, amount=400)  # today, of an order of three days ago
    await shop.order(customer, lamp)  # never paid: not revenue
    assert await office.refresh()

    report = await office.does("analyse_revenue", **{"from": days_ago(3).isoformat(), "to": today().isoformat()})
    assert [step["from"] for step in report["data"]] == [days_ago(n).isoformat() for n in (3, 2, 1, 0)]
    first, empty, euros, last = report["data"]
    commission = 1000 * 1000 // 10000 + 2000 * 1000 // 10000  # ten per cent of each line
    assert first["amounts"] == [
        {
            "currency": "USD", "orders": 2, "gross": 3000, "refunds": 0, "net": 3000,
            "commission": commission, "average_order": 1500, "fees": 0, "net_after_fees": 3000,
        }
    ]  # fmt: skip
    assert empty["amounts"] == []
    assert empty["converted"]["gross"] == 0
    assert by_currency(euros)["EUR"]["gross"] == 900
    assert euros["converted"] is None
    assert euros["missing_rates"] == ["EUR"]
    # A tenth of the commission on 1000 for 400 of it.
    assert by_currency(last)["USD"] == {
        "currency": "USD", "orders": 0, "gross": 0, "refunds": 400, "net": -400, "commission": -40,
        "average_order": None, "fees": 0, "net_after_fees": -400,
    }  # fmt: skip
    assert by_currency(report["total"])["USD"]["net"] == 2600
    assert report["as_of"]


async def test_totals_agree_with_the_books(office: Office, shop: Shop) -> None:
    await office.refresh()
    report = await office.does("analyse_revenue", interval="month")
    for currency, amount in by_currency(report["total"]).items():
        gross, orders = await shop.admin.fetchrow(
            "SELECT sum(total)::bigint, count(*) FROM sales.orders WHERE paid_at IS NOT NULL AND currency = $1",
            currency,
        )
        assert (amount["gross"], amount["orders"]) == (gross, orders)
        booked = await shop.admin.fetchval(
            """
            SELECT coalesce(sum(CASE WHEN t.credit_account = a.id THEN t.amount ELSE -t.amount END), 0)::bigint
            FROM ledger.accounts AS a JOIN ledger.transfers AS t ON a.id IN (t.credit_account, t.debit_account)
            WHERE a.owner_id IS NULL AND a.kind = 'commission' AND a.currency = $1 AND t.phase IN ('posted', 'post')
            """,
            currency,
        )
        assert amount["commission"] == booked


async def test_a_refund_that_bounces_stays_one_because_it_is_owed(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    _, payment = await office.sold(customer, await office.product(GBP=700), currency="GBP")
    await office.refunds(payment)
    await office.refresh()
    report = await office.does("analyse_revenue", currency="GBP")
    assert by_currency(report["total"])["GBP"]["net"] == 0
    refund = await shop.admin.fetchval(
        "SELECT id FROM payments.refunds WHERE payment_id = $1", uuid.UUID(payment["id"])
    )
    await shop.admin.execute("SELECT payments.mark_refund_failed($1, 'bounced', bounced => true)", refund)
    await office.refresh()
    report = await office.does("analyse_revenue", currency="GBP")
    assert by_currency(report["total"])["GBP"] == {
        "currency": "GBP", "orders": 1, "gross": 700, "refunds": 700, "net": 0, "commission": 0, "average_order": 700,
        "fees": 0, "net_after_fees": 0,
    }  # fmt: skip


async def test_conversion_is_each_day_at_its_rate_and_rounded_once(office: Office, shop: Shop) -> None:
    """Yen have no decimals, dinars three; the sum of the unrounded is rounded, not the sum of the rounded."""
    customer = await shop.account()
    cheap = await office.product(JPY=1, KWD=1)
    for day in (12, 11, 10):
        await office.sold(customer, cheap, days=day, currency="JPY")
    await office.sold(customer, cheap, days=10, quantity=4, currency="KWD")
    await office.rate("JPY", "0.004", days_ago(12))
    await office.rate("JPY", "0.0066", days_ago(10))
    await office.rate("KWD", "3.2504", days_ago(40))
    await office.refresh()
    period = {"from": days_ago(12).isoformat(), "to": days_ago(10).isoformat()}
    report = await office.does("analyse_revenue", **period)
    assert [step["converted"]["gross"] for step in report["data"]] == [0, 0, 2]
    # In cents: 0.4 + 0.4 + 0.66 for the yen, 4 × 0.1 × 3.2504 for the fils.
    exact = Fraction("0.4") * 2 + Fraction("0.66") + Fraction("0.32504") * 4
    assert report["total"]["converted"] == {
        "currency": "USD", "orders": 4, "gross": round(exact), "refunds": 0, "net": round(exact),
        "commission": 0, "average_order": round(exact / 4), "fees": 0, "net_after_fees": round(exact),
    }  # fmt: skip
    assert round(exact) == 3  # the days, each rounded, would be 2


async def test_another_reporting_currency_needs_rates_of_its_own(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    await office.sold(customer, await office.product(KWD=1000), days=20, currency="KWD")
    await office.rate("KWD", "3", days_ago(20))
    await office.refresh()
    period = {"from": days_ago(20).isoformat(), "to": days_ago(20).isoformat()}
    try:
        assert (await office.does("analyse_revenue", **period))["total"]["converted"]["gross"] == 300
        await office.does("update_reporting", reporting_currency="JPY")
        there = (await office.does("analyse_revenue", **period))["total"]
        assert (there["converted"], there["missing_rates"]) == (None, ["KWD"])
        await office.rate("KWD", "488.4996", days_ago(20))
        there = (await office.does("analyse_revenue", **period))["total"]
        assert there["converted"]["gross"] == 488
        await office.does("update_reporting", reporting_currency="KWD")
        assert (await office.does("analyse_revenue", **period))["total"]["converted"]["gross"] == 1000
    finally:
        await office.does("update_reporting", reporting_currency="USD")


async def test_steps_are_cut_to_the_period_and_weeks_begin_on_monday(office: Office) -> None:
    async def steps(**arguments: str) -> list[tuple[str, str]]:
        report = await office.does("analyse_revenue", **arguments)
        return [(step["from"], step["to"]) for step in report["data"]]

    assert await steps(**{"from": "2026-02-25", "to": "2026-03-10", "interval": "week"}) == [
        ("2026-02-25", "2026-03-01"), ("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-10"),
    ]  # fmt: skip
    assert await steps(**{"from": "2024-01-31", "to": "2024-03-01", "interval": "month"}) == [
        ("2024-01-31", "2024-01-31"), ("2024-02-01", "2024-02-29"), ("2024-03-01", "2024-03-01"),
    ]  # fmt: skip
    assert len(await steps()) == 30
    assert len(await steps(interval="month")) == 12
    with refused("period_invalid"):
        await steps(**{"from": "2026-03-02", "to": "2026-03-01"})
    with refused("period_too_long"):
        await steps(**{"from": "2020-01-01", "to": "2026-03-01"})


async def test_best_sellers_refund_rates_and_what_is_sold_out(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    many, dear, back = await office.product(CHF=10), await office.product(CHF=90000), await office.product(CHF=500)
    await office.rate("CHF", "1.10", days_ago(60))
    await office.sold(customer, many, days=50, quantity=40, currency="CHF")
    await office.sold(customer, dear, days=50, quantity=2, currency="CHF")
    order, payment = await office.sold(customer, back, days=50, quantity=4, currency="CHF")
    await office.sold(customer, back, days=50, quantity=1, currency="CHF")
    await office.refunds(payment, items=[{"order_item_id": order["items"][0]["id"], "quantity": 3}])
    await shop.call("web_merchant", "adjust_stock", token=shop.merchant, product_id=many, delta=-960, reason="count")
    await office.refresh()
    period = {"from": days_ago(50).isoformat(), "to": days_ago(50).isoformat()}

    async def ranking(sort: str) -> list[dict[str, Any]]:
        report = await office.does("analyse_products", sort=sort, **period)
        found: list[dict[str, Any]] = report["data"]
        return found

    assert [p["product_id"] for p in await ranking("units")] == [many, back, dear]
    assert [p["product_id"] for p in await ranking("revenue")] == [dear, back, many]
    top = (await ranking("refund_rate"))[0]
    assert (top["product_id"], top["units"], top["units_refunded"], top["refund_rate"]) == (back, 5, 3, 0.5)
    assert top["amounts"] == [{"currency": "CHF", "revenue": 2500, "refunded": 1500}]
    assert top["converted"] == {"currency": "USD", "revenue": 2750, "refunded": 1650}
    sold_out = (await office.does("analyse_products", **period))["sold_out"]
    assert [(p["product_id"], p["units"]) for p in sold_out][:1] == [(many, 40)]
    assert sold_out[0]["since"].startswith(today().isoformat())


async def test_new_and_returning_customers_cohorts_and_lifetime_value(office: Office, shop: Shop) -> None:
    old, new = await shop.account(), await shop.account()
    lamp = await office.product(BDT=1000)
    await office.sold(old, lamp, days=200, currency="BDT")
    await office.sold(old, lamp, days=165, currency="BDT")
    await office.sold(new, lamp, days=165, quantity=3, currency="BDT")
    await office.sold(new, lamp, days=164, currency="BDT")
    await office.rate("BDT", "0.0082", days_ago(300))
    await office.refresh()
    report = await office.does(
        "analyse_customers", interval="day", **{"from": days_ago(165).isoformat(), "to": days_ago(164).isoformat()}
    )
    assert (report["new_customers"], report["returning_customers"]) == (1, 1)
    assert [(s["new_customers"], s["returning_customers"], s["orders"]) for s in report["data"]] == [
        (1, 1, 2),
        (0, 1, 1),
    ]

    report = await office.does("analyse_customers", limit=100)
    taka = next(value for value in report["lifetime"] if value["currency"] == "BDT")
    assert taka == {"currency": "BDT", "customers": 2, "orders": 4, "net": 6000, "average": 3000}
    ids = {
        person: str(await shop.admin.fetchval(
            "SELECT o.account_id FROM sales.orders AS o JOIN identity.sessions AS s ON s.account_id = o.account_id "
            "WHERE o.currency = 'BDT' GROUP BY o.account_id ORDER BY sum(o.total) = 4000 DESC OFFSET $1 LIMIT 1", n))
        for n, person in enumerate(("new", "old"))
    }  # fmt: skip
    best = {customer["account_id"]: customer for customer in report["best"]}
    assert best[ids["new"]]["amounts"] == [{"currency": "BDT", "orders": 2, "gross": 4000, "refunded": 0, "net": 4000}]
    assert best[ids["new"]]["converted"]["net"] == 33  # 40.00 × 0.0082 = 32.8 cents
    ranks = [customer["account_id"] for customer in report["best"]]
    assert ranks.index(ids["new"]) < ranks.index(ids["old"])
    first = days_ago(200).replace(day=1)
    cohort = next(c for c in report["cohorts"] if c["month"] == first.isoformat())
    later = (days_ago(165).year - first.year) * 12 + days_ago(165).month - first.month
    assert cohort["customers"] == cohort["active"][0] == 1
    assert cohort["active"][later] == 1
    months = (today().year - first.year) * 12 + today().month - first.month
    assert len(cohort["active"]) == months + 1
    text = str(report)
    assert "@" not in text  # ids and handles, nothing else of a person


async def test_the_dashboard_counts_what_waits(office: Office, shop: Shop) -> None:
    before = (await office.does("get_dashboard"))["work"]
    customer = await shop.account()
    lamp = await office.product(USD=1000)
    order = await shop.order(customer, lamp, 1)
    await shop.begin(customer, order)
    _, paid = await office.sold(customer, lamp)
    refund = await shop.call(
        "web_support", "create_refund", token=shop.support, payment_id=paid["id"], reason="x", amount=100
    )
    await shop.call("web_worker", "fail_refund", refund_id=refund["id"], failure_code="declined")
    await shop.call("web_merchant", "adjust_stock", token=shop.merchant, product_id=lamp, delta=-995, reason="count")
    await office.refresh()
    dashboard = await office.does("get_dashboard")
    after = dashboard["work"]
    moved = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    moved.pop("oldest_job_seconds", None)
    # The refund's job for the gateway, and the invoice's for the printer, wait in the queue.
    assert moved == {"open_payments": 1, "failed_refunds": 1, "low_stock": 1, "queued_jobs": moved["queued_jobs"]}
    low = {product["product_id"]: product for product in dashboard["low_stock"]}
    assert low[lamp] | {"sku": "", "merchant_id": ""} == {
        "product_id": lamp, "merchant_id": "", "sku": "", "name": "Lamp", "on_hand": 4, "reserved": 1, "available": 3
    }  # fmt: skip
    assert [period["name"] for period in dashboard["periods"]] == ["today", "7_days", "30_days"]
    month = dashboard["periods"][2]
    assert (month["now"]["to"], month["before"]["to"]) == (today().isoformat(), days_ago(30).isoformat())
    statuses = {status["status"]: status["orders"] for status in dashboard["orders_by_status"]}
    assert sum(statuses.values()) == await shop.admin.fetchval("SELECT count(*) FROM sales.orders")
    assert list(statuses) == ["pending", "paid", "shipped", "delivered", "cancelled"]


async def test_each_report_is_made_by_one_at_a_time_and_not_too_often(office: Office, shop: Shop) -> None:
    await shop.admin.execute("UPDATE report.refreshes SET as_of = NULL, took = '0'")
    made = await asyncio.gather(*(office.work() for _ in range(16)))
    assert sorted(name for names in made for name in names) == [
        "customer_cohorts", "customer_days", "customer_value", "daily_fees", "daily_products", "daily_revenue",
        "order_statuses",
    ]  # fmt: skip
    first = (await office.does("get_reporting"))["refreshes"]
    assert all(report["as_of"] for report in first)
    assert await office.work() == []
    assert (await office.does("get_reporting"))["refreshes"] == first
    # Where one takes long, its pause grows: a tenth of the time is the most.
    for ago, due in (("59 seconds", []), ("61 seconds", ["daily_products"])):
        await shop.admin.execute(
            "UPDATE report.refreshes SET as_of = now() - $1::text::interval, took = '6s' WHERE name = 'daily_products'",
            ago,
        )
        assert await office.work() == due


async def test_readers_do_not_wait_for_a_refresh(office: Office, shop: Shop, connect: Any) -> None:
    """A refresh that has done its work but for a last step, and hangs there: the report is read as it was."""
    await shop.admin.execute("UPDATE report.refreshes SET as_of = NULL WHERE name = 'daily_revenue'")
    holder = await connect()
    held = holder.transaction()
    await held.start()
    await holder.execute("SELECT FROM report.refreshes WHERE name = 'daily_revenue' FOR UPDATE")
    refreshing = asyncio.create_task(shop.call("web_worker", "refresh_report"))
    await shop.until("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')")
    seen = await asyncio.wait_for(office.does("analyse_revenue"), 60)
    assert seen["data"]
    await held.rollback()
    assert await refreshing == "daily_revenue"


async def test_only_an_admin_reads_them_whatever_function_asks(office: Office, shop: Shop, connect: Any) -> None:
    await office.sold(await shop.account(), await office.product(USD=100))
    await office.refresh()
    for role, token in (("web_support", shop.support), ("web_merchant", shop.merchant)):
        for function in ("get_dashboard", "analyse_revenue", "analyse_products", "analyse_customers", "get_reporting"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await shop.call(role, function, token=token)
    # The owner of the api functions: through the views, and only for an admin.
    owner = await connect()
    await owner.execute("SET ROLE store_api")
    for view in (
        "daily_revenue",
        "daily_products",
        "customer_days",
        "customer_value",
        "customer_cohorts",
        "order_statuses",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.fetch(f"SELECT * FROM report.{view}")
        await owner.execute("SELECT set_config('app.audience', 'support', false)")
        assert not await owner.fetch(f"SELECT * FROM report.v_{view}")
        await owner.execute("SELECT set_config('app.audience', 'admin', false)")
        assert await owner.fetch(f"SELECT * FROM report.v_{view}")
    await owner.execute("RESET ROLE; SET ROLE app_readonly")
    assert await owner.fetch("SELECT * FROM report.daily_revenue")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetch("SELECT * FROM report.customer_value")
