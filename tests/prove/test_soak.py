"""A small size of soak.py. It is too short for a memory to settle: the figures of a whole hour are the command's."""

from __future__ import annotations

import pytest

from . import soak
from .memory import Figure, Sample, fit

pytestmark = pytest.mark.anyio


async def test_a_minute_of_a_busy_shop() -> None:
    report = await soak.run(1000, fuzz=False)
    print(f"{report.requests} requests, slowest {report.slowest:.2f} s, open files {report.files}, {report.rows}")
    assert [line for line in report.wrong if not line.startswith("memory")] == []
    assert all(figure.most < 400 for figure in report.memory.values()), report.memory
    assert {left for _, left in report.rows.values()} == {0}
    assert report.rows["messaging.idempotency_keys"][0] > 0


@pytest.mark.parametrize("leak", soak.LEAKS)
async def test_a_leak_is_noticed(leak: str) -> None:
    noticed, figure = await soak.notices(leak)
    print(figure)
    assert noticed, figure


def test_what_counts_as_flat() -> None:
    def fitted(*memory: float) -> Figure:
        samples = [Sample(100 * n, {"web": mb}, {}) for n, mb in enumerate((0.0,) * len(memory) + memory)]
        return fit(samples, "web")

    assert fitted(100, 101, 100, 101, 100).flat
    rising = fitted(100, 105, 110, 115, 120)
    assert (rising.flat, rising.rise) == (False, 20.0)
    assert fitted(120, 110, 100, 100, 100).flat
