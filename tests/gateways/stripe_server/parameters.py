"""Parameters as Stripe takes them: decoded from the form, checked against the library's own TypedDicts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe import RequestOptions
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import TypedDict, is_typeddict

from tests.gateways.stripe_server.protocol import Refusal, Thing


def decode(form: str) -> Thing:
    """a[b][0]=c as nested dicts and lists; nothing twice, nothing empty, no gap in a list."""
    tree: Thing = {}
    for name, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form), max_num_fields=5000):
        if not re.fullmatch(r"\w+(\[\w+\])*", name, re.ASCII):
            raise Refusal(400, f"Invalid parameter name: {name}", param=name)
        if value == "":
            raise Refusal(400, f"You passed an empty string for '{name}'.", code="parameter_invalid_empty", param=name)
        *way, last = re.findall(r"\w+", name)
        place = tree
        for step in way:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Refusal(400, f"Invalid object: {name}", param=name)
        if last in place:
            raise Refusal(400, f"Sent twice: {name}", param=name)
        place[last] = value
    decoded: Thing = _with_lists(tree)
    return decoded


def _with_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    values = {name: _with_lists(value) for name, value in tree.items()}
    numbered = bool(values) and list(values) == [str(i) for i in range(len(values))]
    return list(values.values()) if numbered else values


def check(schema: type, params: Thing) -> Thing:
    try:
        checked: Thing = _validator(schema).validate_python(params)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(step) for step in first["loc"]]
        name = place[0] + "".join(f"[{step}]" for step in place[1:])
        match first["type"]:
            case "extra_forbidden":
                raise Refusal(
                    400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name
                ) from None
            case "missing":
                raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name) from None
            case "int_parsing":
                raise Refusal(400, f"Invalid integer: {name}", code="parameter_invalid_integer", param=name) from None
        raise Refusal(400, f"Invalid {name}: {first['msg']}", param=name) from None
    return checked


@cache
def _validator(schema: type) -> TypeAdapter[Thing]:
    return TypeAdapter(_strict(schema))


def _strict(schema: Any) -> Any:
    """The library's description of parameters, as one that refuses what it does not name."""
    if is_typeddict(schema):
        # Options of the library's call (api_key, idempotency_key, …) are part of its types, and no parameters.
        named = {n: hint for n, hint in schema.__annotations__.items() if n not in RequestOptions.__annotations__}
        holder = type("holder", (), {"__annotations__": named})
        hints = get_type_hints(holder, vars(sys.modules[schema.__module__]), include_extras=True)
        make: Any = TypedDict
        strict = make(schema.__name__, {name: _strict(hint) for name, hint in hints.items()})
        strict.__pydantic_config__ = ConfigDict(extra="forbid")
        return strict
    arguments = tuple(_strict(argument) for argument in _kept(get_args(schema)))
    match get_origin(schema):
        case None:
            return schema
        case origin if origin is NotRequired:
            return NotRequired[arguments[0]]
        case origin if origin in (Union, UnionType):
            return Union[arguments]  # noqa: UP007
        case origin if origin is Literal:
            return schema
        case origin:
            return origin[arguments if len(arguments) > 1 else arguments[0]]


def _kept(arguments: Iterable[Any]) -> list[Any]:
    """Without objects of the library, which it would encode before they are sent."""
    return [argument for argument in arguments if get_origin(argument) is not UntypedStripeObject]
