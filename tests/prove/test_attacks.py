"""Every attack once more in CI, small: `make prove` is the large form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from db.server.access import Access
from tests.prove.__main__ import LOST_UPDATE, OFF_BY_A_UNIT
from tests.prove.attacks import ATTACKS, Attack, Cut
from tests.prove.campaign import sabotage, strike
from tests.prove.house import House, enter, web_tier
from tests.prove.soak import LEAKING_BACKENDS
from tests.support.cluster import Cluster


@pytest.fixture(scope="module")
def web(access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with web_tier(access, tmp_path_factory.mktemp("web")) as url:
        yield url


@pytest.fixture(scope="module")
async def house(anyio_backend: str, access: Access, web: str) -> AsyncIterator[House]:
    async with enter(access, web) as house:
        yield house


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
async def test_attack(house: House, attack: Attack) -> None:
    for door in attack.doors:
        assert (await strike(house, attack, door, 1, 1)).found == []


@pytest.mark.parametrize("name", ["last unit sold twice", "one gift card used twice", "refund blocked by rounding"])
async def test_an_attack_notices_a_missing_safeguard(cluster: Cluster, name: str) -> None:
    attack = next(attack for attack in ATTACKS if attack.name == name)
    assert (await sabotage(cluster, attack, 60, 1)).noticed


class _Undo(Exception):
    pass


ALL_CUTS = {
    **{attack.name: attack.cuts for attack in ATTACKS if attack.cuts},
    "off by a unit": (OFF_BY_A_UNIT,),
    "lost update": (LOST_UPDATE,),
    "leaking backends": (LEAKING_BACKENDS,),
}


@pytest.mark.parametrize("cuts", ALL_CUTS.values(), ids=ALL_CUTS.keys())
async def test_what_is_cut_out_is_there(house: House, cuts: tuple[Cut, ...]) -> None:
    """A safeguard that has moved must be followed, or `make prove` stops at it."""
    async with house.admin.acquire() as connection:
        with suppress(_Undo):
            async with connection.transaction():
                for cut in cuts:
                    await cut.make(connection)
                raise _Undo


def test_each_report_of_other_shops_is_a_case() -> None:
    names = {attack.name for attack in ATTACKS}
    assert names >= {
        "last unit sold twice", "two lines sharing a component", "order without allocation", "one voucher used twice",
        "one gift card used twice", "store credit spent from two tabs", "captured twice on retry",
        "refunded twice on retry", "webhook racing the browser", "deadlock of callback and checkout",
        "cart lines in opposite order", "event sent and then rolled back", "refund blocked by rounding",
        "discount off by a unit", "paid and then out of stock", "item added while the total is charged",
    }  # fmt: skip
