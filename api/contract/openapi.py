"""The OpenAPI 3.1 document, made from the contract and the routes. Only its frame is written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from api.contract.components import Components, public
from api.contract.json_schema import REFERENCE, Schema, component
from api.contract.operations import Operation, body_fields
from api.contract.reader import Contract

_PROBLEM: Schema = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Programs read `code`, people `detail`.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Where the code is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "code": {"type": "string", "description": "A word for a program; it never changes."},
        "request_id": {"type": "string", "description": "As in X-Request-Id: name it when you ask for help."},
        "errors": {
            "type": "array",
            "description": "Everything that is wrong with the input.",
            "items": {"$ref": REFERENCE + "violation"},
        },
    },
}

_VIOLATION: Schema = {
    "type": "object",
    "description": "What is wrong with one field or parameter.",
    "required": ["pointer", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer to the field, or its parameter."},
        "detail": {"type": "string", "description": "A sentence for a person."},
    },
}

_DESCRIPTION = """Every amount is an integer in minor units beside a currency. Lists answer `data` and
`next_cursor`; send `next_cursor` as `cursor` to get the next page.

**Log in** with `POST /v1/sessions` and send `Authorization: Bearer <access_token>`, or ask for cookies.

**Machines** send an API key in the same header (`POST /v1/api-keys`). Each operation names the scope that a key needs
for it (`x-scope`); those without one need a person who is logged in.

**Retry safely**: a POST with an `Idempotency-Key` takes effect once. Sent again, it receives the same answer,
with `Idempotent-Replayed: true`, but for a secret that is shown once: it is null then.

**Edit safely**: send the `ETag` of a resource with a `version`, or the version (`"3"`), as `If-Match`. If the resource
has changed since you read it, the answer is 412.

**Read again**: every answer to a GET has an `ETag` of its body; sent as `If-None-Match`, it makes the answer 304 as
long as the body is the same.

**Read what you wrote**: if a response has the header `X-Store-Version`, send its latest value with your next
requests (browsers send a cookie). They are then answered by a server that has your change.

**Errors** are `application/problem+json`; each code is explained in the [list of errors](/docs/errors)."""


def build_openapi(contract: Contract, operations: Iterable[Operation]) -> dict[str, Any]:
    """The document of these operations, as JSON data."""
    operations = list(operations)
    components = Components(contract.types)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(f"/v1{operation.line.path}", {})
        path[operation.line.method.lower()] = _describe(contract, components, operation)
    components.add("violation", _VIOLATION)
    components.add("problem", _PROBLEM)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "storeproc",
            "version": version("storeproc"),
            "summary": "A commerce and payments backend that lives in PostgreSQL.",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(o.line.path) for o in operations)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "responses": {
                "Problem": {
                    "description": "It was refused, or went wrong.",
                    "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
                }
            },
            "headers": {
                "X-Request-Id": {
                    "description": "This request's id, in every log and audit row.",
                    "schema": {"type": "string"},
                },
                "ETag": {"description": "Of the body; it begins with the version, if any.", "schema": {"type": "string"}},
                "Location": {
                    "description": "Where the new resource is.",
                    "schema": {"type": "string", "format": "uri-reference"},
                },
                "Idempotent-Replayed": {
                    "description": "`true`: the stored answer of the first time.",
                    "schema": {"type": "string"},
                },
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "API key",
                    "description": "An API key (`POST /v1/api-keys`) with the scope that the operation names.",
                },
            },
        },
    }


def _tag(path: str) -> str:
    segments = path[1:].split("/")
    if "payments" in segments:
        return "payments"
    return (
        segments[1]
        if segments[0] in ("admin", "merchant")
        else {"sessions": "account", "accounts": "account"}.get(segments[0], segments[0])
    )


def _describe(contract: Contract, components: Components, operation: Operation) -> dict[str, Any]:
    function, line = operation.function, operation.line
    anyone = function.audience == "anonymous"
    described: dict[str, Any] = {
        "operationId": function.name,
        "tags": [_tag(line.path)],
        "summary": function.summary,
        "x-audience": function.audience,
        "security": [] if anyone else [{"bearer": []}, {"cookie": []}],
    }
    if function.scope and not anyone:
        described["x-scope"] = function.scope
        described["security"].append({"key": []})
    if function.description:
        described["description"] = function.description
    parameters = _parameters(components, operation)
    if parameters:
        described["parameters"] = parameters
    if operation.has_body and (body := _request_body(components, operation)):
        described["requestBody"] = body
    described["responses"] = _responses(contract, components, operation, anyone=anyone)
    return described


def _request_body(components: Components, operation: Operation) -> dict[str, Any] | None:
    line, function = operation.line, operation.function
    if line.accepts != "application/json":
        return {"required": True, "content": {line.accepts: {"schema": {"type": "string"}}}}
    properties, required = body_fields(line, function, operation.fields, components.request)
    if not properties:
        return None
    schema: Schema = {
        "type": "object",
        "required": required,
        "properties": {name: public(part) for name, part in properties.items()},
        "additionalProperties": False,
    }
    reference = components.add(f"{function.name}_request", schema)
    return {"required": bool(required), "content": {"application/json": {"schema": reference}}}


def _parameters(components: Components, operation: Operation) -> list[dict[str, Any]]:
    schema = operation.parameters_schema
    parameters: list[dict[str, Any]] = []
    for name, found in schema["properties"].items():
        part = components.request(operation.function.parameters[name].type)
        if "default" in found:
            part["default"] = found["default"]
        description = found.get("description", "")
        parameter: dict[str, Any] = {
            "name": name,
            "in": "path" if name in operation.path else "query",
            "required": name in schema["required"],
            "schema": part,
        }
        if description:
            parameter["description"] = description
        parameters.append(parameter)
    if "if_match" in operation.statement.hidden:
        parameters.append({
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag that was read, or the version in quotes; another version answers 412.",
            "schema": {"type": "string", "pattern": r'^("\d{1,18}(-[0-9a-f]{24})?"|\*)$', "examples": ['"3"']},
        })  # fmt: skip
    if operation.keyed:
        parameters.append({
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "1 to 255 printable characters of your choice, new for each thing to be done.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
        })  # fmt: skip
    return parameters


def _responses(contract: Contract, components: Components, operation: Operation, *, anyone: bool) -> dict[str, Any]:
    function, line = operation.function, operation.line
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    attributes = [a.name for a in contract.types.composites.get(function.returns, ())]
    if "version" in attributes:
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    if operation.location:
        headers["Location"] = {"$ref": "#/components/headers/Location"}
    if operation.keyed:
        headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
    responses: dict[str, Any] = {}
    if function.void:
        responses["204"] = {"description": "Done.", "headers": headers}
    else:
        name = component(function.returns, request=False)
        schema = components.response(function.returns) if "application/json" in line.media_type else {}
        responses[str(line.status)] = {
            "description": ("A new " if line.status == 201 else "The ") + re.sub("_", " ", name) + ".",
            "headers": headers,
            "content": {
                each: {"schema": schema} if each == "application/json" else {} for each in line.media_type.split(", ")
            },
        }
    refused = [
        ("400", operation.has_body),
        ("401", not anyone),
        ("403", not anyone),
        ("404", bool(operation.path)),
        ("409", line.method != "GET"),
        ("412", "if_match" in operation.statement.hidden),
        ("413", operation.has_body),
        ("415", operation.has_body),
        ("422", True),
        ("429", True),
        ("default", True),
    ]
    responses.update({status: {"$ref": "#/components/responses/Problem"} for status, there in refused if there})
    return responses
