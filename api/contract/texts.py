"""Texts of a request in their canonical form: without blanks at their ends, and composed (Unicode NFC).

The database decides which texts: those whose domain says IS NFC NORMALIZED. It refuses any other form; here a person is
spared that refusal. Values inside a JSON object of the client's own are left as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from api.contract.json_schema import CANONICAL, REFERENCE, Schema

# Of a schema: True for a text, a field's place in an object, or the place of a list's elements; None: nothing to do.
Places = bool | Mapping[str, "Places"] | tuple["Places"] | None


def find_places(schema: Schema, components: Mapping[str, Schema]) -> Places:
    """Where the texts are that have a canonical form."""
    if CANONICAL in schema:
        return True
    for choice in schema.get("anyOf", ()):
        if found := find_places(choice, components):
            return found
    if "$ref" in schema:
        return find_places(components[schema["$ref"].removeprefix(REFERENCE)], components)
    if "items" in schema:
        found = find_places(schema["items"], components)
        return (found,) if found else None
    inner = {name: find_places(part, components) for name, part in schema.get("properties", {}).items()}
    return {name: place for name, place in inner.items() if place} or None


def canonical(data: Any, places: Places) -> Any:
    """The same data with each of these texts in its canonical form. Lists and objects are changed in place."""
    if isinstance(data, str):
        return unicodedata.normalize("NFC", data).strip() if places is True else data
    if isinstance(data, list) and isinstance(places, tuple):
        data[:] = [canonical(each, places[0]) for each in data]
    elif isinstance(data, dict) and isinstance(places, Mapping):
        data.update((name, canonical(data[name], place)) for name, place in places.items() if name in data)
    return data
