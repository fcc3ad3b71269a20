"""One operation as OpenAPI describes it: parameters, body, responses, and who may call it."""

from __future__ import annotations

import json
from typing import Any

from api.contract.components import Components, public
from api.contract.deprecations import mark_operation
from api.contract.json_schema import Schema, component
from api.contract.operations import FILTERS, Operation, body_fields
from api.contract.problems import Problems
from api.contract.reader import Contract
from api.contract.signatures import PEOPLE, Function
from api.contract.tags import tag_of

_PLURAL = {"support": "support", "anonymous": "everybody"}

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read, or the version in quotes; another version answers 412.",
    "schema": {"type": "string", "pattern": r'^("\d{1,18}(-[^"]*)?"|\*)$', "examples": ['"3"']},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 printable characters of your choice, new for each thing to be done.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
}


class Describer:
    """Describes operations; the types that they refer to are added to the `components`."""

    def __init__(self, contract: Contract, components: Components, problems: Problems) -> None:
        self._contract = contract
        self._components = components
        self._problems = problems

    def describe(self, operation: Operation) -> dict[str, Any]:
        """The operation object of OpenAPI."""
        function, line = operation.function, operation.line
        anyone = function.audience == "anonymous"
        described: dict[str, Any] = {
            "operationId": function.name,
            "tags": [tag_of(line.path)],
            "summary": function.summary,
            "description": f"{function.description}\n\n{who_may(function)}".lstrip(),
            "x-audience": function.audience,
            "security": [] if anyone else [{"bearer": []}, {"cookie": []}],
        }
        if function.scope and not anyone:
            described["x-scope"] = function.scope
            described["security"].append({"key": []})
        if parameters := self._parameters(operation):
            described["parameters"] = parameters
        if operation.has_body and (body := self._request_body(operation)):
            described["requestBody"] = body
        described["responses"] = self._responses(operation)
        mark_operation(function.name, described)
        return described

    def _request_body(self, operation: Operation) -> dict[str, Any] | None:
        line, function = operation.line, operation.function
        if line.accepts != "application/json":
            return {"required": True, "content": {line.accepts: {"schema": {"type": "string", "format": "binary"}}}}
        properties, required = body_fields(line, function, operation.fields, self._components.request)
        if not properties:
            return None
        schema: Schema = {
            "type": "object",
            "required": required,
            "properties": {name: without_default(public(part)) for name, part in properties.items()},
            "additionalProperties": False,
        }
        reference = self._components.add(f"{function.name}_request", schema)
        return {"required": bool(required), "content": {"application/json": {"schema": reference}}}

    def _parameters(self, operation: Operation) -> list[dict[str, Any]]:
        schema = operation.parameters_schema
        parameters: list[dict[str, Any]] = []
        for name, found in schema["properties"].items():
            part = self._components.request(operation.function.parameters[name].type)
            if "default" in found:
                part["default"] = found["default"]
            parameter: dict[str, Any] = {
                "name": name,
                "in": "path" if name in operation.path else "query",
                "required": name in schema["required"],
                "schema": part,
            }
            if description := found.get("description"):
                parameter["description"] = description
            if name == FILTERS:
                parameter |= {"style": "form", "explode": True, "example": {"option.size": "M"}}
            parameters.append(parameter)
        if "if_match" in operation.statement.hidden:
            parameters.append(_IF_MATCH)
        if operation.keyed:
            parameters.append(_KEY)
        return parameters

    def _responses(self, operation: Operation) -> dict[str, Any]:
        function, line = operation.function, operation.line
        headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
        whole = line.method == "GET" and not streamed(operation)
        if whole or operation.versioned:
            headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        # Their 304 is said once, in the document's description: here it would be an answer of another type, or of any.
        if operation.location:
            headers["Location"] = {"$ref": "#/components/headers/Location"}
        if operation.keyed:
            headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
        success: dict[str, Any] = {"description": self._success(operation), "headers": headers}
        if not function.void:
            success["content"] = {each: self._media(each, operation) for each in line.media_type.split(", ")}
        others = {str(status): {**success, "description": text} for status, text in line.others.items()}
        responses: dict[str, Any] = {"204" if function.void else str(line.status): success, **others}
        return responses | self._problems.of(operation)

    def _media(self, media_type: str, operation: Operation) -> dict[str, Any]:
        if media_type == "application/json":
            schema = self._components.response(operation.function.returns)
            if alternative := operation.line.alternative:
                return {"schema": {"anyOf": [schema, self._components.response(alternative)]}}
            return {"schema": schema}
        text: Schema = {"type": "string"}
        return {"schema": text if media_type == "text/event-stream" else text | {"format": "binary"}}

    def _success(self, operation: Operation) -> str:
        """What the answer to a request is that took effect."""
        function, line = operation.function, operation.line
        if function.void:
            return "Done."
        if "application/json" not in line.media_type:
            return f"As {line.media_type.replace(', ', ' or ')}."
        attributes = self._contract.types.composites.get(function.returns, ())
        if [a.name for a in attributes] == ["data", "next_cursor"]:
            return f"A page of {plural(_words(attributes[0].type.removesuffix('[]')))}."
        return f"The {'new ' if line.status == 201 else ''}{_words(function.returns)}."


def streamed(operation: Operation) -> bool:
    """Whether the answer is sent while it is made: it has no ETag then."""
    return operation.line.media_type == "text/event-stream" or operation.function.name.startswith("export_")


def without_default(schema: Schema) -> Schema:
    """A field of a request, with a sentence about its default.

    Generators read `default` in two ways: as what may be left out, and as what is always there (openapi-typescript).
    """
    if schema.get("default") in (None, [], {}, ""):
        return {name: part for name, part in schema.items() if name != "default"}
    value = schema["default"]
    shown = value if isinstance(value, str) else json.dumps(value)
    sentences = f"{schema.get('description', '')} Default: {shown}.".lstrip()
    return {name: part for name, part in schema.items() if name != "default"} | {"description": sentences}


def who_may(function: Function) -> str:
    """A sentence about who may call a function."""
    if function.audience == "anonymous":
        return "For everybody."
    people = [_PLURAL.get(audience, f"{audience}s") for audience in PEOPLE if audience in function.audiences]
    keys = f"API keys need the scope `{function.scope}`" if function.scope else "API keys are refused"
    return f"For {' and '.join(filter(None, (', '.join(people[:-1]), people[-1])))}. {keys}."


def plural(words: str) -> str:
    """The plural of an English noun."""
    if words.endswith(("s", "x", "ch")):
        return words + "es"
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def _words(type_name: str) -> str:
    return component(type_name, request=False).replace("_", " ")
