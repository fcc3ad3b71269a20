"""Compares the routes with the functions: both must be complete before the first request is served."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from api.contract.reader import Contract
from api.contract.signatures import Function


def find_misfits(
    contract: Contract, routes: Iterable[tuple[str, str, str]], internal: Container[str], *, exactly: bool = True
) -> list[str]:
    """One sentence for each mismatch between routes and functions.

    Arguments:
        routes: method, path, name of the function.
        internal: functions that need no route.
        exactly: whether a function without a route is a mismatch. A database of another version may offer more
            functions than this source has routes for.
    """
    misfits: list[str] = []
    routed: set[str] = set()
    places: set[tuple[str, str]] = set()
    for method, path, name in routes:
        routed.add(name)
        line = f"{method} {path}"
        if (method, path) in places:
            misfits.append(f"{line} is there twice")
        places.add((method, path))
        function = contract.functions.get(name)
        if function is None:
            misfits.append(f"{line}: there is no function api.{name}")
        else:
            misfits += [f"{line}: {misfit}" for misfit in _misfits(method, path, function)]
    for name, function in contract.functions.items():
        reachable = function.audiences and not function.service
        if exactly and name not in routed and reachable and name not in internal:
            misfits.append(f"api.{name} has no route")
    return misfits


def _misfits(method: str, path: str, function: Function) -> list[str]:
    name = function.name
    misfits: list[str] = []
    for parameter in path_parameters(path):
        found = function.parameters.get(parameter)
        if found is None:
            misfits.append(f"api.{name} has no parameter {parameter}")
        elif not found.required:
            misfits.append(f"{parameter} of api.{name} is in the path and has a DEFAULT")
    if method == "GET" and not function.stable:
        misfits.append(f"api.{name} is VOLATILE, a GET must be STABLE")
    if method != "GET" and function.stable:
        misfits.append(f"api.{name} is STABLE, a {method} must be VOLATILE")
    if not function.summary:
        misfits.append(f"api.{name} has no COMMENT")
    if not function.audiences:
        misfits.append(f"api.{name} is granted to no audience")
    return misfits


def path_parameters(path: str) -> list[str]:
    """The names in braces, in order."""
    return re.findall(r"{(\w+)}", path)
