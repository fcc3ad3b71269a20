"""The model and the crowd, small; `make prove` is the large form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.server.access import Access
from tests.prove import machine
from tests.prove.crowd import Crowd, worker
from tests.prove.house import enter, web_tier
from tests.prove.model import split


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def web(access: Access, folder: Path) -> Iterator[str]:
    with web_tier(access, folder) as url:
        yield url


def test_the_shop_agrees_with_its_model(access: Access, web: str) -> None:
    seen = machine.run(access, web, examples=5, steps=20, number=1)
    assert seen["ok"] > 10
    print(f"answers that were foretold: {dict(seen)}")


async def test_what_a_crowd_was_told_explains_the_state(access: Access, web: str, folder: Path) -> None:
    with worker(access, folder, web):
        async with enter(access, web) as house:
            history = await Crowd(house, clients=6, number=1).run(seconds=3)
    assert history.found == []
    assert history.checks > 0
    print(f"{sum(history.answers.values())} answers, {history.checks} times all invariants")


def test_parts_are_the_whole() -> None:
    assert split(10, [3, 3, 3]) == [3, 3, 4]
    assert split(5, [1] * 7) == [0, 1, 1, 0, 1, 1, 1]
