"""The gateways' fees in the reports of admins and merchants: on the day they were booked, exact to the unit."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import asyncpg
import pytest

from tests.payments.conftest import Shop
from tests.report.conftest import Office, days_ago, today

BOOKED = """
SELECT coalesce(sum(CASE WHEN t.debit_account = a.id THEN t.amount ELSE -t.amount END), 0)::bigint
FROM ledger.accounts AS a JOIN ledger.transfers AS t ON a.id IN (t.credit_account, t.debit_account)
WHERE a.kind = 'fees' AND a.currency = $1
"""


async def keep(shop: Shop, payment: dict[str, Any], before: int, fee: int, currency: str = "USD") -> None:
    """The gateway's books say that it has kept `fee` of the payment; `before` is what is booked."""
    booked = "SELECT payments.book_fee($1, $2, $3, $4)"
    assert await shop.admin.fetchval(booked, uuid.UUID(payment["id"]), before, fee, currency)


async def report(office: Office, currency: str, days: int = 0) -> dict[str, Any]:
    """Today's figures of a currency."""
    period = {"from": days_ago(days).isoformat(), "to": today().isoformat()}
    made = await office.does("analyse_revenue", **period)
    (figures,) = [a for a in made["total"]["amounts"] if a["currency"] == currency]
    return dict(figures)


async def sale_of(shop: Shop, merchant: str, order: dict[str, Any]) -> list[dict[str, Any]]:
    """The merchant's lines of an order."""
    page = await shop.call("web_merchant", "list_merchant_sales", token=merchant)
    return [line for line in page["data"] if line["order_id"] == order["id"]]


async def product_of(shop: Shop, merchant: str, price: int) -> str:
    made = await shop.call(
        "web_merchant", "create_product", token=merchant, name="Vase", description="", sku=uuid.uuid4().hex[:12],
        price=price, currency="USD", stock=100,
    )  # fmt: skip
    return str(made["id"])


async def test_fees_count_on_the_day_they_were_booked(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    lamp = await office.product(GBP=1000)
    _, payment = await office.sold(customer, lamp, days=2, currency="GBP")
    await keep(shop, payment, 0, 59, "GBP")
    await office.refresh()
    assert (await report(office, "GBP", 0) | {"gross": 0})["fees"] == 59, "booked today, for an order of other days"
    whole = await report(office, "GBP", 2)
    assert (whole["gross"], whole["net"], whole["fees"], whole["net_after_fees"]) == (1000, 1000, 59, 941)
    # A part is given back with a refund.
    await keep(shop, payment, 59, 20, "GBP")
    await office.refresh()
    assert (await report(office, "GBP", 2))["net_after_fees"] == 980
    assert await shop.admin.fetchval(BOOKED, "GBP") == 20


async def test_a_fee_in_another_currency_is_in_its_own_row_and_converted(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    _, payment = await office.sold(customer, await office.product(JPY=1000), currency="JPY")
    await keep(shop, payment, 0, 45, "EUR")
    await office.rate("JPY", "0.5")
    await office.rate("EUR", "2")
    await office.refresh()
    assert (await report(office, "JPY"))["net_after_fees"] == 1000
    euros = await report(office, "EUR")
    assert (euros["orders"], euros["gross"], euros["fees"], euros["net_after_fees"]) == (0, 0, 45, -45)
    assert euros["average_order"] is None
    period = {"from": today().isoformat(), "to": today().isoformat()}
    only = await office.does("analyse_revenue", **period, currency="EUR")
    assert (only["total"]["converted"]["fees"], only["total"]["converted"]["net_after_fees"]) == (90, -90)
    assert only["total"]["converted"]["fees"] == only["data"][0]["converted"]["fees"]
    now = (await office.does("get_dashboard"))["periods"][0]["now"]
    assert {a["currency"]: a["fees"] for a in now["amounts"]}["EUR"] == 45


async def test_the_fees_of_all_time_are_the_fee_account(office: Office, shop: Shop) -> None:
    await office.refresh()
    made = await office.does("analyse_revenue", interval="month")
    reported = {amount["currency"]: amount["fees"] for amount in made["total"]["amounts"]}
    assert sum(reported.values()) > 0
    for currency, fees in reported.items():
        assert fees == await shop.admin.fetchval(BOOKED, currency)


async def test_a_merchant_sees_their_share_and_the_shares_add_up_to_the_fee(office: Office, shop: Shop) -> None:
    """Lines of 333, 333, 334 and a free one, of three merchants; shares of 10 are not whole numbers."""
    customer = await shop.account()
    merchants = [await shop.account("merchant") for _ in range(3)]
    sold = [(merchants[0], 333), (merchants[0], 0), (merchants[1], 333), (merchants[2], 334)]
    products = [await product_of(shop, merchant, price) for merchant, price in sold]
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=[{"product_id": p, "quantity": 1} for p in products]
    )
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    assert [line["fees"] for line in await sale_of(shop, merchants[0], order)] == [[], []]
    for before, fee in ((0, 10), (10, 59), (59, 61)):
        earned = [await shop.call("web_merchant", "get_merchant_balance", token=merchant) for merchant in merchants]
        await keep(shop, payment, before, fee)
        lines = [line for merchant in merchants for line in await sale_of(shop, merchant, order)]
        assert len(lines) == 4
        shares = {line["product_id"]: share["amount"] for line in lines for share in line["fees"]}
        assert sum(shares.values()) == fee
        for line in lines:
            (share,) = line["fees"]
            assert share["currency"] == "USD"
            assert abs(share["amount"] - fee * line["total"] / 1000) < 1
        assert shares[products[1]] == 0, "a free line bears nothing"
        # It is information: nothing was deducted.
        now = [await shop.call("web_merchant", "get_merchant_balance", token=merchant) for merchant in merchants]
        assert now == earned


async def test_the_fees_of_two_payments_in_two_currencies_are_both_named(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    merchant = await shop.account("merchant")
    item = {"product_id": await product_of(shop, merchant, 1000), "quantity": 1}
    order = await shop.call("web_customer", "create_order", token=customer, items=[item])
    first = await shop.begin(customer, order, amount=400)
    await shop.event(first, "completed")
    second = await shop.begin(customer, order)
    await shop.event(second, "completed")
    await keep(shop, first, 0, 12)
    await keep(shop, second, 0, 17, "EUR")
    await keep(shop, second, 17, 18, "EUR")
    (line,) = await sale_of(shop, merchant, order)
    assert line["fees"] == [{"currency": "EUR", "amount": 18}, {"currency": "USD", "amount": 12}]


async def test_an_order_of_nothing_but_shipping_splits_its_fee_by_pieces(office: Office, shop: Shop) -> None:
    customer = await shop.account()
    merchant = await shop.account("merchant")
    method = await shop.call(
        "web_admin", "create_shipping_method", token=office.admin, name="Post",
        rates=[{"country": "BD", "currency": "USD", "up_to": 1_000_000, "price": 500}],
    )  # fmt: skip
    address = await shop.call(
        "web_customer", "create_address", token=customer, name="Ada", line1="1 Main Street", city="Dhaka", country="BD",
    )  # fmt: skip
    items = [{"product_id": await product_of(shop, merchant, 0), "quantity": n} for n in (1, 2)]
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=items, shipping_method_id=method["id"],
        shipping_address_id=address["id"],
    )  # fmt: skip
    payment = await shop.begin(customer, order)
    await shop.event(payment, "completed")
    await keep(shop, payment, 0, 30)
    shares = Counter({line["quantity"]: line["fees"][0]["amount"] for line in await sale_of(shop, merchant, order)})
    assert shares == {1: 10, 2: 20}


async def test_only_an_admin_and_analysts_read_the_fees(office: Office, shop: Shop, connect: Any) -> None:
    _, payment = await office.sold(await shop.account(), await office.product(USD=100))
    await keep(shop, payment, 0, 3)
    await office.refresh()
    owner = await connect()
    await owner.execute("SET ROLE store_api")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetch("SELECT * FROM report.daily_fees")
    for audience, seen in (("support", False), ("admin", True)):
        await owner.execute("SELECT set_config('app.audience', $1, false)", audience)
        assert bool(await owner.fetch("SELECT * FROM report.v_daily_fees")) is seen
    await owner.execute("RESET ROLE; SET ROLE app_readonly")
    assert await owner.fetch("SELECT * FROM report.daily_fees")
