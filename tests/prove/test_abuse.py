"""A small form of abuse/: seconds of attackers and honest customers at once. `make prove` is the large form."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from db.server.access import Access
from tests.prove.abuse import ATTACKERS, Attacker, attack, notices
from tests.prove.abuse.gang import ENVIRONMENT
from tests.prove.house import enter, web_tier
from tests.support.cluster import Cluster


@pytest.fixture(scope="module", autouse=True)
def module(anyio_backend: str) -> None:
    """Async tests run on asyncio."""


async def test_attackers_gain_nothing_and_others_lose_nothing(access: Access, tmp_path: Path) -> None:
    with web_tier(access, tmp_path, 1, **ENVIRONMENT) as url:
        async with enter(access, url) as house:
            report = await attack(house, ATTACKERS, 2, 1.0, large=False)
    print("\n".join(report.lines()))
    assert report.found == []
    assert len(report.loot) == 6
    assert all(loot.tries > 10 for loot in report.loot.values())
    assert min(len(report.before.seconds), len(report.during.seconds)) >= 5


async def test_each_attacker_gains_without_the_protection(cluster: Cluster, tmp_path: Path) -> None:
    """Cases M14, S4 and others again: what finds nothing could have found something."""
    gained = await notices(cluster, tmp_path)
    print(gained)
    assert [name for name, what in gained.items() if not what] == []


class _Undo(Exception):
    pass


@pytest.mark.parametrize("attacker", ATTACKERS, ids=lambda attacker: attacker.name)
async def test_what_is_cut_out_is_there(access: Access, attacker: Attacker) -> None:
    """A protection that has moved must be followed, or `make prove` stops at it."""
    async with enter(access) as house, house.admin.acquire() as connection:
        with suppress(_Undo):
            async with connection.transaction():
                for cut in attacker.cuts:
                    await cut.make(connection)
                raise _Undo
