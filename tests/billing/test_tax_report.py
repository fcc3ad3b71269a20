"""Reports of taxes to file: by country, rate and reason, reconciled with the ledger; the One Stop Shop."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.billing.conftest import HOME, Office
from tests.payments.conftest import Shop
from tests.support.connections import refused

SELLER = {"name": "Nordlicht", "line1": "Oranienstr. 25", "city": "Berlin", "country": "DE", "vat_id": "DE123456789"}


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


@pytest.fixture(scope="module")
async def traded(office: Office, shop: Shop) -> dict[str, dict[str, Any]]:
    """A German shop, registered in France for consumers; sales to consumers and a business, one half given back."""
    await office.sells(**SELLER)
    for country, name, rate in (("DE", "USt", 19), ("FR", "=TVA", 20)):
        await shop.call(
            "web_admin", "create_tax_rate", token=office.admin, country=country, name=name, rate=rate, included=True,
            category="books",
        )  # fmt: skip
    await shop.call(
        "web_admin", "create_tax_exemption", token=office.admin, category="K", reason_code="VATEX-EU-IC",
        text="Intra-community supply", destination="eu", buyer="business",
    )  # fmt: skip
    made: dict[str, dict[str, Any]] = {}
    for name, address in {
        "home": {"country": "DE"}, "france": {"country": "FR"}, "greece": {"country": "GR"},
        "business": {"country": "FR", "tax_id": "FR40303265045"},
    }.items():  # fmt: skip
        made[name] = await sold(office, address)
    await office.credit(await office.refund(made["france"]["payment"], amount=60_00))
    return made


async def sold(office: Office, address: dict[str, Any], currency: str = "EUR") -> dict[str, Any]:
    shop, customer = office.shop, await office.shop.account()
    where = await shop.call("web_customer", "create_address", token=customer, **(HOME | address))
    book = await office.product("Book", 120_00, "books", currency)
    rates = [{"country": None, "currency": currency, "up_to": 0, "price": 12_00, "free_from": None}]
    method = await shop.call("web_admin", "create_shipping_method", token=office.admin, name="Parcel", rates=rates)
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=[{"product_id": book, "quantity": 1}], currency=currency,
        shipping_address_id=where["id"], shipping_method_id=method["id"],
    )  # fmt: skip
    payment = await office.pay(customer, order)
    return {"order": order, "payment": payment, "invoice": await office.issue(order)}


async def report(office: Office, **given: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    given = {"from": today.replace(month=1, day=1), "to": today.replace(month=12, day=31)} | given
    texts = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    made: dict[str, Any] = await office.shop.call("web_admin", "report_taxes", token=office.admin, **texts)
    return made


async def test_rows_by_country_rate_and_reason(office: Office, traded: Any) -> None:
    today = datetime.now(UTC).date()
    made = await report(office, **{"from": today, "to": today}, period="month")
    assert made["reconciled"]
    shown = {
        (row["country"], row["category"], row["name"], row["rate"]): {
            name: amount for name, amount in row.items() if name.endswith(("basis", "tax")) and amount
        }
        for row in made["data"]
    }
    assert shown == {
        # Below the threshold of distance sales a delivery to Greece bears the tax of the shop's country.
        ("DE", "S", "USt", 19): {
            "sales_basis": 2 * 100_84, "sales_tax": 2 * 19_16, "shipping_basis": 2 * 10_08, "shipping_tax": 2 * 1_92,
            "basis": 2 * 110_92, "tax": 2 * 21_08,
        },
        ("FR", "S", "=TVA", 20): {
            "sales_basis": 100_00, "sales_tax": 20_00, "shipping_basis": 10_00, "shipping_tax": 2_00,
            "refunds_basis": 45_45, "refunds_tax": 9_09, "shipping_refunds_basis": 4_55, "shipping_refunds_tax": 91,
            "basis": 60_00, "tax": 12_00,
        },
        ("FR", "K", None, 0): {
            "sales_basis": 120_00, "shipping_basis": 12_00, "basis": 132_00,
        },
    }  # fmt: skip
    [row] = [row for row in made["data"] if row["category"] == "K"]
    assert (row["reason_code"], row["reason"]) == ("VATEX-EU-IC", "Intra-community supply")
    assert {(row["from"], row["to"]) for row in made["data"]} == {(today.isoformat(), today.isoformat())}
    tax = 2 * 21_08 + 12_00
    assert made["totals"] == [
        {"currency": "EUR", "minor_units": 2, "documents": 5, "turnover": 2 * 110_92 + 60_00 + 132_00, "tax": tax,
         "booked": tax},
    ]  # fmt: skip


async def test_the_file(client: Any, office: Office, shop: Shop, traded: Any) -> None:
    today = datetime.now(UTC).date()
    path = f"/admin/tax-report?from={today}&to={today}"
    made = (await client.get(path, token=office.admin)).json()
    answer = await client.get(path + "&format=csv", token=office.admin)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="taxes-{today}-{today}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(made["data"])
    assert {row["name"] for row in rows} == {"USt", "'=TVA", ""}  # a spreadsheet computes nothing
    [france] = [row for row in rows if row["rate"] == "20"]
    assert (france["currency"], france["basis"], france["tax"], france["refunds_tax"]) == (
        "EUR", "60.00", "12.00", "9.09",
    )  # fmt: skip
    for role, status in ((shop.support, 403), (None, 401)):
        for each in (path, "/admin/tax-report/oss"):
            assert (await client.get(each, token=role)).status_code == status
    wrong = await client.get("/admin/tax-report?period=year&format=pdf&from=today", token=office.admin)
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/period", "/format", "/from"}
    wrong = await client.get("/admin/tax-report/oss?quarter=2026-Q5", token=office.admin)
    assert wrong.status_code == 422


async def test_the_last_whole_quarter_by_default(office: Office, traded: Any) -> None:
    made = await office.shop.call("web_admin", "report_taxes", token=office.admin)
    today = datetime.now(UTC).date()
    year, n = divmod(today.year * 4 + (today.month - 1) // 3 - 1, 4)
    assert made["from"] == date(year, 3 * n + 1, 1).isoformat()
    assert date.fromisoformat(made["to"]).month == 3 * n + 3
    assert (made["data"], made["totals"], made["reconciled"], made["period"]) == ([], [], True, "quarter")
    assert (await report(office, **{"from": date(1, 1, 1)}, to=date(1, 3, 31)))["data"] == []
    assert (await report(office, **{"from": date(9999, 10, 1)}, to=date(9999, 12, 31)))["data"] == []
    with refused("period_invalid", "SH422"):
        await report(office, to=date(2020, 1, 1))
    with refused("period_too_long", "SH422"):
        await report(office, **{"from": date(2010, 1, 1)})


async def test_the_report_says_if_the_ledger_has_another_tax(office: Office, traded: Any, connect: Any) -> None:
    connection = await connect()
    number = traded["greece"]["invoice"]["number"]
    change = "SET LOCAL session_replication_role = replica; UPDATE ledger.transfers SET amount = amount {} 1 "
    await connection.execute(f"BEGIN; {change.format('+')} WHERE reason = '{number}'; COMMIT")
    made = await report(office)
    await connection.execute(f"BEGIN; {change.format('-')} WHERE reason = '{number}'; COMMIT")
    assert not made["reconciled"]
    assert made["totals"][0]["booked"] == made["totals"][0]["tax"] + 1
    assert (await report(office))["reconciled"]


async def test_the_one_stop_shop(office: Office, traded: Any) -> None:
    this = quarter(datetime.now(UTC).date())
    made = await office.shop.call("web_admin", "report_oss_taxes", token=office.admin, quarter=this)
    same = {"supply": "goods", "currency": "EUR", "minor_units": 2}
    assert (made["quarter"], made["home_country"], made["corrections"]) == (this, "DE", [])
    assert made["data"] == [
        {"country": "FR", "delivered_to": None, "name": "=TVA", "rate": 20, "basis": 60_00, "tax": 12_00} | same
    ]
    assert made["home"] == [
        {"country": "DE", "delivered_to": to, "name": "USt", "rate": 19, "basis": 110_92, "tax": 21_08} | same
        for to in ("DE", "GR")
    ]


async def test_corrections_of_earlier_quarters(office: Office, shop: Shop, traded: Any, connect: Any) -> None:
    """A credit note is filed when it is issued. The One Stop Shop wants to know which quarter it corrects."""
    one = await sold(office, {"country": "FR"})
    note = await office.credit(await office.refund(one["payment"]))
    today = datetime.now(UTC).date()
    moved, months = (note, "3 months") if today.month < 4 else (one["invoice"], "-3 months")
    connection = await connect()
    await connection.execute("SET session_replication_role = replica")
    earlier, later = await connection.fetchrow(
        "WITH m AS (UPDATE billing.invoices SET created_at = created_at + $2::text::interval WHERE id = $1 "
        "RETURNING created_at) "
        "SELECT least(created_at, now()), greatest(created_at, now()) FROM m",
        uuid.UUID(moved["id"]), months,
    )  # fmt: skip
    await connection.execute(
        "DELETE FROM billing.tax_totals; SELECT billing.total_taxes(ARRAY(SELECT id FROM billing.invoices))"
    )
    before, after = quarter(earlier.date()), quarter(later.date())
    made = await shop.call("web_admin", "report_oss_taxes", token=office.admin, quarter=after)
    assert made["corrections"] == [
        {"quarter": before, "country": "FR", "currency": "EUR", "minor_units": 2, "basis": -110_00, "tax": -22_00}
    ]
    rows = [row for row in (await report(office))["data"] if row["country"] == "FR" and row["rate"] == 20]
    assert [(row["earlier_basis"], row["earlier_tax"]) for row in rows if row["earlier_tax"]] == [(110_00, 22_00)]
    assert sum(row["tax"] for row in rows) == 12_00  # the sale and its correction are both of this year


async def test_a_shop_outside_the_eu_has_no_one_stop_shop(office: Office, traded: Any) -> None:
    await office.sells(**(SELLER | {"country": "US"}))
    with refused("oss_not_available", "SH409"):
        await office.shop.call("web_admin", "report_oss_taxes", token=office.admin)
    await office.sells(**SELLER)


async def test_the_year_of_a_number_is_the_shops(office: Office, shop: Shop, traded: Any, connect: Any) -> None:
    """In Dhaka the new year has begun while UTC still has the old one: number, dates and report follow the shop."""
    customer = await shop.account()
    order = await office.order(customer, (await office.product("Lamp", 1190, "in19"), 1))
    await office.pay(customer, order)
    year = datetime.now(UTC).year + 1
    now = f"'{year - 1}-12-31 20:30+00'::timestamptz"
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("UPDATE sales.settings SET time_zone = 'Asia/Dhaka'")
    body = await connection.fetchval("SELECT pg_get_functiondef('billing.next_number'::regproc)")
    assert "clock_timestamp()" in body
    await connection.execute(body.replace("clock_timestamp()", now))
    await connection.execute(
        f"ALTER TABLE billing.invoices ALTER created_at SET DEFAULT {now}, ALTER id SET DEFAULT uuidv7({now} - now())"
    )
    made = await connection.fetchval("SELECT billing.issue_invoice($1)", uuid.UUID(order["id"]))
    row = await connection.fetchrow("SELECT number, year, time_zone FROM billing.invoices WHERE id = $1", made)
    await connection.execute("SET LOCAL SESSION AUTHORIZATION web_admin")
    await connection.execute("SELECT set_config('app.token', $1, true)", office.admin)
    found = await connection.fetchrow(
        "SELECT r.totals[1].documents AS documents, r.time_zone FROM api.report_taxes($1, $1) AS r", date(year, 1, 1)
    )
    await transaction.rollback()
    assert tuple(row) == (f"INV-{year}-000001", year, "Asia/Dhaka")
    assert tuple(found) == (1, "Asia/Dhaka")
