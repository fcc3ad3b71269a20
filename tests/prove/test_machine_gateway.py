"""The machine once more, with the gateway's own acts close together: Hypothesis meets a lost dispute after a dashboard
refund of a debit after many shops only."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db.server.access import Access
from tests.prove import machine
from tests.prove.attacks import ATTACKS
from tests.prove.house import web_tier
from tests.support.calls import Refused

STEPS = 70
DASHBOARD = next(attack.cuts for attack in ATTACKS if attack.name.startswith("refunded in the dashboard"))
USD = ("USD", [], False, False)


@pytest.fixture(scope="module")
def web(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with web_tier(access, tmp_path_factory.mktemp("web"), processes=1) as url:
        yield url


def acts(shop: machine.Machine, chance: random.Random) -> dict[Callable[[], Any], int]:
    """What may be done next, and how often it is."""

    def some() -> int:
        return chance.randrange(10**6)

    def one_of(*choices: Any) -> Any:
        return chance.choice(choices)

    model = shop.model
    found: dict[Callable[[], Any], int] = {
        lambda: shop.buy(
            chance.randrange(3), [(chance.randrange(3), 1)], USD, one_of((), (50,)), chance.random() < 0.5
        ): 4,
        lambda: shop.create_order(chance.randrange(3), [(chance.randrange(3), 1)], USD, False): 2,
        lambda: shop.deposit(chance.randrange(3), 2500): 1,
        shop.reconcile: 3,
    }
    if model.orders:
        found[lambda: shop.begin_payment(some(), "mock", one_of(None, 40))] = 3
        found[lambda: shop.cancel_order(some(), one_of(True, False))] = 1
        found[lambda: shop.time_passes(some())] = 1
        found[lambda: shop.send(some(), one_of("ship", "deliver"))] = 2
    if any(order.status in ("shipped", "delivered") for order in model.orders.values()):
        found[lambda: shop.send_back(some(), some(), 1)] = 2
    if shop.at_gateway():
        found[lambda: shop.click_at_the_hosted_page(some(), one_of("pay", "process"))] = 2
        found[lambda: shop.gateway_says(some(), one_of("completed", "processing", "failed"), 2, True)] = 3
        found[lambda: shop.a_callback_is_lost(some())] = 2
    if shop.completed():
        found[lambda: shop.refund_in_the_dashboard(some(), one_of(10, 30, 100), chance.randrange(3))] = 2
        found[lambda: shop.dispute(some(), one_of(20, 40, 100), one_of(True, False), chance.randrange(3))] = 5
        found[lambda: shop.refund_amount(some(), one_of(None, 10, 30), False)] = 2
    if shop.cases:
        found[lambda: shop.dispute_goes_on(some(), some(), chance.randrange(3))] = 8
    if model.refunds:
        found[lambda: shop.refund_ends(some(), one_of("complete", "complete", "fail", "bounce"))] = 4
        found[lambda: shop.retry_refund(some())] = 1
        found[lambda: shop.settle_refund(some(), one_of("wallet", "cash"))] = 1
    return found


def walk(access: Access, web: str, seed: int) -> machine.Machine:
    """So many acts, the database compared with the model after each."""
    shop = machine.machine_of(access, web)()
    chance = random.Random(seed)
    shop.open_shop()
    try:
        for _ in range(STEPS):
            may = acts(shop, chance)
            chance.choices(list(may), list(may.values()))[0]()
            shop.the_database_agrees()
        shop.reconcile()
        shop.the_database_agrees()
    finally:
        shop.teardown()
    return shop


def test_the_shop_agrees_about_what_the_gateway_does_of_its_own_accord(access: Access, web: str) -> None:
    shop = walk(access, web, 1)
    assert all(shop.done[what] for what in ("debits", "dashboard refunds", "disputes", "reconciliations"))
    print(f"answers that were foretold: {dict(shop.answers)}; done: {dict(shop.done)}")


async def test_the_machine_notices_a_refund_that_is_booked_twice(
    make_database: Callable[[], Access], tmp_path: Path
) -> None:
    access = make_database()
    connection = await asyncpg.connect(access.admin())
    for cut in DASHBOARD:
        await cut.make(connection)
    await connection.close()
    with web_tier(access, tmp_path, processes=1) as url, pytest.raises((AssertionError, Refused)):
        await asyncio.to_thread(walk, access, url, 1)
