"""A definition as PostgreSQL prints it, so that a dump and its restore leave it the same.

PostgreSQL prints `x BETWEEN 1 AND 3 AND y` as `((x >= 1) AND (x <= 3)) AND y`, and reads that again as one AND of three
terms, which it prints without the inner parentheses. The two mean the same, as does every chain of ANDs, or of ORs.
A column without a name, such as `'paid'::text` in the second part of a UNION, is `'paid'::text AS text` the next time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

_Group: TypeAlias = "list[str | _Group]"
_PART = re.compile(r"""E?'(?:[^'\\]|''|\\.)*'|"(?:[^"]|"")*"|\w+|\s+|.""", re.DOTALL)
_NO_CHAIN = frozenset({",", "CASE", "BETWEEN", "SELECT"})


def flatten(definition: str) -> str:
    """The definition without parentheses of an AND in an AND or an OR in an OR, and without names that are types."""
    root: _Group = []
    open_groups = [root]
    for part in _without_names(_PART.findall(definition)):
        if part == "(":
            open_groups.append([])
        elif part == ")" and len(open_groups) > 1:
            group = open_groups.pop()
            open_groups[-1].append(group)
        else:
            open_groups[-1].append(part)
    if len(open_groups) > 1:
        return definition  # unbalanced: nothing that PostgreSQL prints
    return _join(root)


def _without_names(parts: list[str]) -> Iterator[str]:
    """All parts, but of `::text AS text` only `::text`."""
    number = 0
    while number < len(parts):
        colon, colon2, kind, *named = (*parts[number : number + 7], "", "", "")[:7]
        yield colon
        is_named = (colon, colon2) == (":", ":") and named == [" ", "AS", " ", kind]
        if is_named:
            yield from (colon2, kind)
        number += 7 if is_named else 1


def _join(group: _Group) -> str:
    parts = [each for each in group if isinstance(each, list) or not each.isspace()]
    inner = {
        id(each): _join(each)
        if _operator(each) and {_at(parts, number - 1), _at(parts, number + 1)} - {None} == {_operator(each)}
        else f"({_join(each)})"
        for number, each in enumerate(parts)
        if isinstance(each, list)
    }
    return "".join(inner[id(each)] if isinstance(each, list) else each for each in group)


def _at(parts: _Group, number: int) -> str | None:
    """The token at this place; None before the first and after the last; empty for a group."""
    if not 0 <= number < len(parts):
        return None
    part = parts[number]
    return part if isinstance(part, str) else ""


def _operator(group: _Group) -> str | None:
    """AND or OR, where the group is a chain of nothing else."""
    words = {each for each in group if isinstance(each, str)}
    found = words & {"AND", "OR"}
    return found.pop() if len(found) == 1 and words.isdisjoint(_NO_CHAIN) else None
