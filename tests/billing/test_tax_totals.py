"""The totals that tax reports read: written with each document, by the migration for those from before, and checked."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.billing.conftest import HOME, Office
from tests.billing.test_tax_report import quarter
from tests.billing.test_tax_report import traded as traded
from tests.payments.conftest import Shop

MIGRATION = Path(__file__).parents[2] / "db" / "migrations" / "0075.tax_totals.sql"
TOTALS = "SELECT to_jsonb(t)::text FROM billing.tax_totals AS t ORDER BY t.day, t.key"


@pytest.fixture(scope="module")
async def course(office: Office, shop: Shop, traded: Any) -> dict[str, Any]:
    """A book, and a course that is not shipped, both to France; then half of it is given back."""
    customer = await shop.account()
    where = await shop.call("web_customer", "create_address", token=customer, **(HOME | {"country": "FR"}))
    made = await shop.call(
        "web_merchant", "create_product", token=shop.merchant, name="Course", description="", sku=uuid.uuid4().hex[:12],
        price=24_00, currency="EUR", stock=9, tax_category="books", requires_shipping=False,
    )  # fmt: skip
    items = [{"product_id": p, "quantity": 1} for p in (made["id"], await office.product("B", 120_00, "books", "EUR"))]
    order = await shop.call(
        "web_customer", "create_order", token=customer, items=items, currency="EUR", shipping_address_id=where["id"]
    )
    payment = await office.pay(customer, order)
    invoice = await office.issue(order)
    await office.credit(await office.refund(payment, amount=72_00))
    return invoice


async def test_goods_and_services_are_told_apart(office: Office, course: Any) -> None:
    this = quarter(datetime.now(UTC).date())
    made = await office.shop.call("web_admin", "report_oss_taxes", token=office.admin, quarter=this)
    assert [(row["country"], row["supply"], row["basis"], row["tax"]) for row in made["data"]] == [
        ("FR", "goods", 60_00 + 50_00, 12_00 + 10_00), ("FR", "services", 10_00, 2_00),
    ]  # fmt: skip


async def test_the_migration_counts_what_is_there_and_what_comes(office: Office, course: Any, connect: Any) -> None:
    """Its trigger counts documents before the functions of this version are loaded."""
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    before = [row[0] for row in await connection.fetch(TOTALS)]
    await connection.execute("DROP TABLE billing.tax_totals CASCADE; DROP TRIGGER total_taxes ON billing.invoice_taxes")
    await connection.execute(f"SET LOCAL ROLE store_owner; {MIGRATION.read_text()}; RESET ROLE")
    filled = [row[0] for row in await connection.fetch(TOTALS)]
    await connection.execute(
        "CREATE TEMP TABLE kept AS SELECT * FROM billing.invoice_taxes; TRUNCATE billing.tax_totals;"
        "SET LOCAL session_replication_role = replica; DELETE FROM billing.invoice_taxes;"
        "SET LOCAL session_replication_role = origin"
    )
    for [invoice] in await connection.fetch("SELECT DISTINCT invoice_id FROM kept"):
        await connection.execute("INSERT INTO billing.invoice_taxes SELECT * FROM kept WHERE invoice_id = $1", invoice)
    counted = [row[0] for row in await connection.fetch(TOTALS)]
    await transaction.rollback()
    assert len(before) > 4
    assert filled == before
    assert counted == before


async def test_a_new_time_zone_leaves_days_as_they_were_filed(office: Office, course: Any, connect: Any) -> None:
    """The day of a document is in the zone that it was issued in. The ledger still agrees."""
    connection = await connect()
    transaction = connection.transaction()
    await transaction.start()
    today = datetime.now(UTC).date()
    shown = []
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
        await connection.execute(f"UPDATE sales.settings SET time_zone = '{zone}'")
        await connection.execute("SET LOCAL SESSION AUTHORIZATION web_admin")
        await connection.execute("SELECT set_config('app.token', $1, true)", office.admin)
        shown.append(await read(connection, today))
        await connection.execute("RESET SESSION AUTHORIZATION")
    await transaction.rollback()
    assert '"reconciled": true' in shown[0]
    assert len(set(shown)) == 1


async def read(connection: Any, day: date) -> str:
    made: str = await connection.fetchval(
        "SELECT (to_jsonb(r) - 'time_zone')::text FROM api.report_taxes($1, $1) AS r", day
    )
    return made


async def test_the_invariant_sees_it(office: Office, course: Any, connect: Any) -> None:
    await office.assert_invoices_are_right()
    connection = await connect()
    for broken in (
        "UPDATE billing.tax_totals SET basis = basis + 1 WHERE name = '=TVA'",
        "UPDATE billing.tax_totals SET services_amount = 0",
        "UPDATE billing.tax_totals SET day = day - 1",
        "UPDATE billing.tax_totals SET documents = 0",
        "DELETE FROM billing.tax_totals WHERE category = 'K'",
    ):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(broken)
        offended = await connection.fetch("SELECT name FROM billing.check_invoices() WHERE NOT ok")
        await transaction.rollback()
        assert [row["name"] for row in offended] == ["tax totals are the sums of the documents"], broken
