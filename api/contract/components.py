"""The schemas of the OpenAPI document: what clients are generated from.

They say what the schemas say that requests are validated with (json_schema.py), in another form: each domain and each
composite has a name of its own and is referred to. A generator then names its types as we do, and never has to invent a
name for an enum or an object that stands inside another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.contract.json_schema import CANONICAL, MESSAGE, REFERENCE, Schema, Types, component, describe_composite

_CLASS = re.compile(r"\[\^?(?:\\.|[^\]\\])*\]")
_BEYOND = re.compile(r"[\U00010000-\U0010ffff](?:-[\U00010000-\U0010ffff])?")


class Components:
    """The named schemas of one document; a name that is asked for is added with all that it is made of.

    Arguments:
        values: of a domain whose values are rows of a table, these values.
    """

    def __init__(self, types: Types, values: Mapping[str, Sequence[str]]) -> None:
        self._types = types
        self._values = values
        self.schemas: dict[str, Schema] = {}

    def request(self, name: str) -> Schema:
        """The schema of an SQL type in a request. Raises ContractError for a type that has none."""
        return self._schema(name, request=True)

    def response(self, name: str) -> Schema:
        """The schema of an SQL type in a response. Raises ContractError for a type that has none."""
        return self._schema(name, request=False)

    def add(self, name: str, schema: Schema) -> Schema:
        """Adds a schema under a name of its own, and returns the reference to it."""
        self.schemas[name] = schema
        return {"$ref": REFERENCE + name}

    def _schema(self, name: str, *, request: bool) -> Schema:
        types = self._types
        if name in types.arrays:
            return {"type": "array", "items": self._schema(types.arrays[name], request=request)}
        if name in types.composites:
            return self._composite(name, request=request)
        if name not in types.domains:
            return types.schema(name, request=request)
        domain = types.domains[name]
        if domain.same_as:
            return self._schema(domain.same_as, request=request)
        if self._is_array(domain.base):
            return public(types.schema(name, request=True)) | self._items(domain.base, request=request)
        return {"$ref": REFERENCE + self._domain(name)}

    def _domain(self, name: str) -> str:
        """A domain is the same in requests and responses: its values are those that its CHECK allows."""
        label = component(name, request=False)
        if label not in self.schemas:
            schema = public(self._types.schema(name, request=True))
            if values := self._values.get(name):
                schema["enum"] = list(values)
            elif schema.get("type") == "string" and (found := text_format(label)):
                schema["format"] = found
            self.schemas[label] = schema
        return label

    def _composite(self, name: str, *, request: bool) -> Schema:
        label = component(name, request=request)
        if label not in self.schemas:
            self.schemas[label] = {}  # a type that contains itself finds its name taken
            schema = describe_composite(
                self._types.composites[name], lambda part: self._schema(part, request=request), request=request
            )
            for field, part in schema["properties"].items():
                if "string" in part.get("type", ()) and "format" not in part and (found := text_format(field)):
                    part["format"] = found
            self.schemas[label] = schema
        return {"$ref": REFERENCE + label}

    def _is_array(self, name: str) -> bool:
        domain = self._types.domains.get(name)
        return name in self._types.arrays if domain is None else self._is_array(domain.base)

    def _items(self, name: str, *, request: bool) -> Schema:
        while name in self._types.domains:
            name = self._types.domains[name].base
        return {"items": self._schema(self._types.arrays[name], request=request)}


def public(schema: Mapping[str, Any]) -> Schema:
    """A schema without what only the web tier reads, and with patterns that every implementation understands."""
    found: Schema = {}
    for name, part in schema.items():
        if name == "pattern":
            if plain := plain_pattern(part):
                found[name] = plain
        elif name == "not":
            if inner := public(part):
                found[name] = inner
        elif name not in (MESSAGE, CANONICAL):
            found[name] = part
    if found.keys() == {"type"} and "pattern" in schema:
        return {}
    return found


def text_format(name: str) -> str:
    """The format of a text, which its name says: `return_url` is a URI, `pending_email` an address in any script."""
    return {"url": "uri", "email": "idn-email"}.get(name.rpartition("_")[2], "")


def plain_pattern(expression: str) -> str:
    """A regular expression without what ECMA 262 reads only with its flag `u`: characters beyond U+FFFF.

    They occur in classes of what a text may not have. An alternative that is only about them is left out: then the
    document promises more than the server takes, which is said in the type's description.
    """
    alternatives = []
    for alternative in _alternatives(expression):
        classes = [found[0] for found in _CLASS.finditer(alternative)]
        plain = [_BEYOND.sub("", each) for each in classes]
        if any(left in ("[]", "[^]") for left in plain):
            continue
        for before, after in zip(classes, plain, strict=True):
            alternative = alternative.replace(before, after)
        alternatives.append(alternative)
    return "|".join(alternatives)


def _alternatives(expression: str) -> list[str]:
    """The parts between the outermost `|`."""
    parts, depth, begin = [], 0, 0
    position = 0
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            position += 1
        elif found := _CLASS.match(expression, position):
            position = found.end() - 1
        elif character == "|" and depth == 0:
            parts.append(expression[begin:position])
            begin = position + 1
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)
        position += 1
    return [*parts, expression[begin:]]
