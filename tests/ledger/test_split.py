"""Property: an amount that is split over weights is whole again, and fair to the unit."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.server.access import Access

# What a line costs where the unit has no, two and three decimals: ¥1 to ¥10,000,000, a cent to $1,000,000, a fils to
# KWD 1,000,000. And the largest amounts there are, which times each other do not fit a bigint.
SCALES = {"JPY": 10**7, "USD": 10**8, "KWD": 10**9, "any": 10**15}


@pytest.fixture(scope="module")
def connection(access: Access) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(access.admin(), autocommit=True) as connection:
        yield connection


def split(connection: psycopg.Connection[Any], amount: int, weights: list[int]) -> list[int]:
    row = connection.execute("SELECT ledger.split_amount(%s, %s::bigint[])", [amount, weights]).fetchone()
    assert row
    parts: list[int] = row[0]
    return parts


@st.composite
def bills(draw: st.DrawFn) -> tuple[int, list[int]]:
    """Lines of an order, some of them for nothing, and a part of what they cost (or more than that)."""
    scale = draw(st.sampled_from(sorted(SCALES.values())))
    weights = draw(st.lists(st.integers(0, scale) | st.integers(0, 3), min_size=1, max_size=12).filter(any))
    amount = draw(st.integers(0, sum(weights)) | st.just(sum(weights)) | st.integers(0, 2 * sum(weights)))
    return amount, weights


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bills())
@example((1, [1, 1, 1]))
@example((100, [333, 333, 334]))
@example((10**15, [10**15] * 12))
@example((1, [0, 0, 10**15]))
def test_a_split_is_exact_fair_and_within_its_lines(
    connection: psycopg.Connection[Any], bill: tuple[int, list[int]]
) -> None:
    amount, weights = bill
    parts = split(connection, amount, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == amount
    assert min(parts) >= 0
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(amount * weight, whole)) < 1
        assert part == 0 or weight > 0
        assert amount > whole or part <= weight


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any), st.lists(st.integers(1, 100), max_size=6))
def test_parts_taken_one_after_the_other_never_take_a_line_twice(
    connection: psycopg.Connection[Any], weights: list[int], percents: list[int]
) -> None:
    """As refunds do: each is some percent of what is left, split over what is left of the lines; then the rest."""
    left = list(weights)
    for percent in [*percents, 100]:
        if amount := sum(left) * percent // 100:
            parts = split(connection, amount, left)
            left = [line - part for line, part in zip(left, parts, strict=True)]
            assert min(left) >= 0
    assert left == [0] * len(weights)


def test_what_cannot_be_split(connection: psycopg.Connection[Any]) -> None:
    assert split(connection, 0, [0, 0]) == [0, 0]
    assert split(connection, 0, []) == []
    with pytest.raises(psycopg.Error) as error:
        split(connection, 1, [0, 0])
    assert (error.value.sqlstate, error.value.diag.constraint_name) == ("SH422", "nothing_to_split_over")
