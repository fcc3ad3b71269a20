"""Reports of fees when every payment has one: they are found by index, whatever the number of orders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import asyncpg
import psycopg
import pytest

from api.contract.reader import Contract, read_contract
from db.demo import scale
from db.server.access import Access
from tests.scale.test_plans import Reader

SIZE = scale.Scale(products=3_000, orders=3_000)

BOOK = """
SELECT payments.book_fee(p.id, 0, p.amount_captured / 50 + 30, p.currency::text)
FROM payments.payments AS p WHERE p.status = 'completed'
"""


@pytest.fixture(scope="module")
def shop(make_database: Callable[[], Access]) -> Access:
    access = make_database()
    scale.load(access, SIZE)
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        assert len(connection.execute(BOOK.encode()).fetchall()) > SIZE.orders / 2
        connection.execute(b"ANALYZE")
        connection.execute(b"REFRESH MATERIALIZED VIEW report.daily_fees")
    return access


@pytest.fixture(scope="module")
def found(shop: Access) -> Contract:
    async def read() -> Contract:
        connection = await asyncpg.connect(shop.url("web_anonymous"))
        try:
            return await read_contract(connection)
        finally:
            await connection.close()

    return asyncio.run(read())


@pytest.fixture
def reader(shop: Access) -> Iterator[Reader]:
    with psycopg.connect(shop.admin(), autocommit=True) as connection:
        yield Reader(connection)


@pytest.mark.parametrize("plans", ["auto", "force_generic_plan"])
def test_a_page_of_sales_reads_only_its_own_fees(reader: Reader, found: Contract, plans: str) -> None:
    assert "transfers" in reader.large
    reader.connection.execute(f"SET plan_cache_mode = {plans}".encode())
    page = reader.call(found.functions["list_merchant_sales"], {"limit": "100"})
    assert len(page["data"]) == 100
    assert sum(bool(line["fees"]) for line in page["data"]) > 50
    assert reader.read_whole() == set()
    assert reader.examined("transfers") < 200  # one of each order
    assert reader.examined("order_items") < 1500  # those of each order


def test_the_report_of_revenue_reads_no_transfers(reader: Reader, found: Contract) -> None:
    report = reader.call(found.functions["analyse_revenue"], {"interval": "month"})
    assert sum(amount["fees"] for amount in report["total"]["amounts"]) > 0
    assert reader.read_whole() == set()
    assert reader.examined("transfers") == 0


def test_a_refresh_of_the_fees_reads_only_the_fees(reader: Reader) -> None:
    query = reader.value("SELECT pg_get_viewdef('report.daily_fees'::regclass)")
    fees = reader.value("SELECT count(*) FROM ledger.transfers WHERE kind LIKE '%fee%'")
    reader.plans.clear()
    reader.connection.execute(query.encode())
    assert reader.examined("transfers") == fees > SIZE.orders / 2
