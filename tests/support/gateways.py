"""The test gateways of a file, and their books at the end of each of its tests.

    GATEWAYS = ("stripe", "sslcommerz")    # a module variable: the web tier is configured with them

A test that asks for the fixture `stripe` or `sslcommerz`, itself or through another fixture, uses that gateway as well.
After each test every gateway that it uses has moved as much money as our ledger has booked (`books_agree`). A test
whose gateway differs from our books on purpose says so:

    @pytest.mark.out_of_step("why")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from api.contract.reader import read_contract
from api.gateways.registry import offered
from api.gateways.steps import PaymentSteps
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.settings import Settings
from api.worker.loop import POOLS
from db.server.access import Access
from tests.gateways.sslcommerz_server import SSLCommerzServer
from tests.gateways.stripe_server import StripeServer
from tests.support.gateway_totals import Shop, TestGateway, assert_gateway_totals, gap_of, reconcile

NAMES = ("stripe", "sslcommerz")

# What the built-in mock gateway has taken and given back, and our ledger of the same payments. Callbacks that a test
# writes by itself concern payments that are not in its books.
MOCK_DIFFERS = """
SELECT concat(b.payment_id, ' in ', b.currency) AS payment, b.total AS theirs, coalesce(o.total, 0) AS ours
FROM (SELECT m.payment_id, m.currency, sum(m.amount)::bigint AS total
      FROM payments.mock_books AS m GROUP BY m.payment_id, m.currency) AS b
LEFT JOIN LATERAL (
    SELECT sum(CASE WHEN d.kind = 'clearing' THEN t.amount ELSE -t.amount END)::bigint AS total
    FROM ledger.transfers AS t
    JOIN ledger.accounts AS d ON d.id = t.debit_account
    JOIN ledger.accounts AS c ON c.id = t.credit_account
    WHERE t.payment_id = b.payment_id AND t.phase IN ('posted', 'post') AND t.currency = b.currency
      AND (d.kind = 'clearing' AND d.provider = 'mock' OR c.kind = 'clearing' AND c.provider = 'mock')
) AS o ON true
WHERE b.total <> coalesce(o.total, 0)
"""


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture(scope="module")
def sslcommerz() -> Iterator[SSLCommerzServer]:
    with SSLCommerzServer() as server:
        yield server


@asynccontextmanager
async def worker_side(access: Access, *gateways: TestGateway) -> AsyncIterator[PaymentSteps]:
    """The worker's side of these gateways, without its process."""
    environment = {"DATABASE_URL": access.public_url(), "STOREPROC_SECRET": access.secret}
    settings = Settings.from_env({key: value for g in gateways for key, value in g.environment.items()} | environment)
    database = Database(settings.access, POOLS, "test")
    connection = await asyncpg.connect(access.url("web_worker"))
    made = offered(settings)
    try:
        yield PaymentSteps(Functions(database, await read_contract(connection)), made)
    finally:
        await connection.close()
        await database.close()
        for gateway in made.values():
            if close := getattr(gateway, "aclose", None):
                await close()


@pytest.fixture(scope="module")
async def steps_at(
    anyio_backend: str, access: Access
) -> AsyncIterator[Callable[[TestGateway], Awaitable[PaymentSteps]]]:
    """The worker's side of a gateway, made once for a file."""
    async with AsyncExitStack() as stack:
        made: dict[str, PaymentSteps] = {}

        async def make(gateway: TestGateway) -> PaymentSteps:
            if gateway.provider not in made:
                made[gateway.provider] = await stack.enter_async_context(worker_side(access, gateway))
            return made[gateway.provider]

        yield make


@pytest.fixture(autouse=True)
async def books_agree(
    request: pytest.FixtureRequest, shop: Shop, steps_at: Callable[[TestGateway], Awaitable[PaymentSteps]]
) -> AsyncIterator[None]:
    """At the end of each test our ledger has the own totals of the gateways that it uses, by currency."""
    used = {*getattr(request.module, "GATEWAYS", ()), *request.fixturenames}
    gateways: list[TestGateway] = [request.getfixturevalue(name) for name in NAMES if name in used]
    before = [await gap_of(shop, gateway) for gateway in gateways]
    mock_before = await mock_gap(shop.admin)
    yield
    marker = request.node.get_closest_marker("out_of_step")
    differ = (await mock_gap(shop.admin)) != mock_before
    assert marker or not differ, f"our ledger less the mock gateway's books: {await mock_gap(shop.admin)}"
    for gateway, left in zip(gateways, before, strict=True):
        if await gap_of(shop, gateway) == left:
            continue
        steps = await steps_at(gateway)
        if isinstance(gateway, StripeServer):
            gateway.next_day()
        if marker is None:
            await assert_gateway_totals(shop, gateway, steps, left)
        else:
            await reconcile(shop, steps, gateway.provider)
            differ |= await gap_of(shop, gateway) != left
            await explain_differences(shop, *marker.args)
    assert differ or not marker, "the books agree: the test needs no mark"


async def explain_differences(shop: Shop, reason: str) -> None:
    """So that they do not fail the invariants of the tests after this one."""
    page = await shop.call("web_support", "list_differences", token=shop.support, limit=100, status="open")
    for difference in page["data"]:
        given = {"token": shop.support, "difference_id": difference["id"], "reason": reason}
        await shop.call("web_support", "explain_difference", **given)


async def mock_gap(admin: Any) -> dict[str, tuple[int, int]]:
    """Payments of which the mock gateway's books and our ledger differ: ours, theirs."""
    return {row["payment"]: (row["ours"], row["theirs"]) for row in await admin.fetch(MOCK_DIFFERS)}


@pytest.fixture
async def mock_books_agree(admin: Any) -> AsyncIterator[None]:
    """As books_agree, for files without the small shop of tests/payments: only the mock gateway can be used there."""
    yield
    assert not await mock_gap(admin)
