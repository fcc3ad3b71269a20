"""The judgement of a damaged archive: what passes over the damage is found. The faults run in test_faults.py."""

from __future__ import annotations

from typing import Any

import pytest

from .backup_faults import unnoticed

SEGMENT = "00000001000000000000000A"
OTHER = {"first": "00000001000000000000000B", "last": "00000001000000000000000C"}
GAPS = [OTHER, {"first": SEGMENT, "last": SEGMENT}]
TRUTHFUL: dict[str, Any] = {
    "listed": GAPS,
    "verified": GAPS,
    "refusal": f"the latest state cannot be restored: the log file {SEGMENT} is damaged.",
    "missing": {"order"},
    "left": False,
}


@pytest.mark.parametrize("said", [{}, {"refusal": None, "missing": set()}])
def test_a_truthful_answer(said: dict[str, Any]) -> None:
    assert list(unnoticed(SEGMENT, **TRUTHFUL | said)) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"listed": [OTHER]}, "`backup list` does not name it"),
        ({"verified": []}, "`backup verify` does not name it"),
        ({"refusal": None}, "succeeded without 1 acknowledged orders"),
        ({"refusal": "damaged."}, "in one sentence"),
        ({"refusal": f"Traceback\n{SEGMENT}"}, "in one sentence"),
        ({"left": True}, "left a folder"),
    ],
)
def test_what_is_passed_over_is_found(said: dict[str, Any], sentence: str) -> None:
    (found,) = unnoticed(SEGMENT, **TRUTHFUL | said)
    assert sentence in found
