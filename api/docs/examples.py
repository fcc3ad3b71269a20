"""Examples for the OpenAPI document: requests that can be sent as they are, and what fields and answers look like.

A field's example is, in this order: what the COMMENT of its domain names (`Example: …`, its last line), what answers.py
says of its type, or of its name, the first value of an enum, or what its format and type allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.contract.events import EventType, names_component, payload_component
from api.contract.json_schema import REFERENCE
from api.docs.answers import ANSWERS, CREATED, DAY, FIELDS, LATER, NULL
from api.docs.bodies import BODIES, IDS, PARAMETERS, PARAMETERS_OF

Document = dict[str, Any]
JSON = "application/json"

# What a field is shown with that has no other value.
_BY_FORMAT = {"date-time": CREATED, "date": DAY, "uri": "https://shop.example/", "email": "alice@example.com"}
_LATE = (
    "to", "last_day", "until", "expires_at", "completed_at", "decided_at", "last_used_at", "delivered_at", "shipped_at",
)  # fmt: skip
_KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_MOST_TYPES = 6  # inside each other


class Examples:
    """Examples of the schemas of one document."""

    def __init__(self, schemas: dict[str, Document], events: Iterable[EventType] = ()) -> None:
        self._schemas = schemas
        self._event: dict[str, str] = {}
        self._payload: dict[str, Any] = {}
        for event in sorted(events, key=lambda event: (event.type != "order.paid", event.type)):
            self._event.setdefault(names_component(event.payload), event.type)
            self._payload.setdefault(payload_component(event.payload), event.example)

    def value(self, schema: Document, name: str = "", owner: str = "", depth: int = 0) -> Any:
        """A value of a schema. `name`: of the field; `owner`: the component that has the field."""
        if "$ref" in schema:
            target = schema["$ref"].removeprefix(REFERENCE)
            return self.component(target, name, depth)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            mapping = schema.get("discriminator", {}).get("mapping", {})
            chosen = {"$ref": mapping["order.paid"]} if "order.paid" in mapping else choices[0]
            return self.value(chosen, name, owner, depth)
        if examples := schema.get("examples"):
            return examples[0]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._event.get(owner) or schema["enum"][0]
        kinds = schema.get("type", "object")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "array":
            return [self.value(schema["items"], name.removesuffix("s"), depth=depth)] if depth < _MOST_TYPES else []
        if kind == "object":
            return self._object(schema, owner, depth)
        return self._scalar(schema, kind, name)

    def component(self, target: str, name: str = "", depth: int = 0) -> Any:
        """A value of a component."""
        schema = self._schemas[target]
        if target in self._payload:
            return self._payload[target]
        return self.value(schema, target if "properties" in schema or not name else name, target, depth + 1)

    def _object(self, schema: Document, owner: str, depth: int) -> Document:
        return {name: self.field(owner, name, part, depth=depth) for name, part in schema.get("properties", {}).items()}

    def field(self, owner: str, name: str, schema: Document, *, whole: bool = True, depth: int = 0) -> Any:
        """A value of a field. `whole`: inside a whole answer, where it may be null."""
        given = ANSWERS.get(owner, {})
        if name in given and (whole or given[name] is not None):
            return given[name]
        if whole and name in NULL and may_be_null(schema):
            return None
        if name == "id" and schema.get("format") == "uuid":
            return IDS.get(owner) or IDS["event"]
        return self.value(schema, name, owner if "enum" in schema else "", depth)

    def _scalar(self, schema: Document, kind: str, name: str) -> Any:
        if schema.get("format") == "uuid":
            return IDS.get(name.removesuffix("_id").removesuffix("_by"), IDS["account"])
        if schema.get("format") in ("date-time", "date"):
            return (LATER if name.removeprefix("previous_") in _LATE else _BY_FORMAT)[schema["format"]]
        words = name.split("_")
        for known in ("_".join(words[begin:]) for begin in range(len(words))):
            for value in FIELDS.get(known, ()):
                if isinstance(value, _KINDS[kind]) and isinstance(value, bool) == (kind == "boolean"):
                    return value
        if found := _BY_FORMAT.get(schema.get("format", "")):
            return found
        if kind == "integer":
            return max(schema.get("minimum", 1), 1)
        return {"boolean": True, "number": 1}.get(kind, "example")


def may_be_null(schema: Document) -> bool:
    """Whether a field can be null."""
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


def add_examples(document: Document, events: Iterable[EventType]) -> None:
    """Gives examples to the fields, request bodies, parameters and successful answers of the document."""
    schemas = document["components"]["schemas"]
    examples = Examples(schemas, events)
    for name, schema in schemas.items():
        if "properties" not in schema and schema.get("type") != "object" and "oneOf" not in schema:
            schema.setdefault("examples", [examples.component(name)])
    for name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            if "type" in part and part["type"] != "object" and REFERENCE not in str(part):
                part.setdefault("examples", [examples.field(name, field, part, whole=False)])
    answers: dict[str, Document] = {}
    for methods in document["paths"].values():
        for operation in methods.values():
            _add_to_request(operation, examples)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    _add_to_answer(response, examples, answers)
    document["components"]["examples"] |= dict(sorted(answers.items()))


def _add_to_request(operation: Document, examples: Examples) -> None:
    name = operation["operationId"]
    for parameter in operation.get("parameters", ()):
        if "$ref" in parameter:
            continue
        if parameter["required"]:
            known = _known(name, parameter["name"])
            parameter["example"] = known or examples.value(parameter["schema"], parameter["name"])
        elif REFERENCE not in str(parameter["schema"]) and "examples" not in parameter["schema"]:
            parameter["schema"]["examples"] = [examples.value(parameter["schema"], parameter["name"])]
    for body in operation.get("requestBody", {}).get("content", {}).values():
        body["example"] = BODIES[name] if name in BODIES else examples.value(body["schema"])


def _known(operation: str, name: str) -> Any:
    return PARAMETERS_OF.get((operation, name)) or IDS.get(name.removesuffix("_id")) or PARAMETERS.get(name)


def _add_to_answer(response: Document, examples: Examples, answers: dict[str, Document]) -> None:
    """Answers of one type share an example: their name is that of the type, which no error code has."""
    media = response.get("content", {}).get(JSON)
    if media is None:
        return
    schema = media["schema"]
    choices = schema.get("anyOf", [schema])
    media["examples"] = {}
    for choice in choices:
        reference = choice.get("items", choice)["$ref"]
        name = f"answer.{reference.removeprefix(REFERENCE)}{'_list' if 'items' in choice else ''}"
        if name not in answers:
            answers[name] = {"value": examples.value(choice)}
        media["examples"][name] = {"$ref": f"#/components/examples/{name}"}
