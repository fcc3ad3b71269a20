"""The OpenAPI 3.1 document, from the catalogue and the routes. Nothing in it is written by hand but the frame."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from api.contract.signatures import Function, Schema, component
from api.http.endpoint import Endpoint, Store

VERSION = "1.0.0"

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
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field, or its parameter."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

_DESCRIPTION = """Every amount is an integer in minor units beside a currency. Lists answer `data` and
`next_cursor`; send the latter back as `cursor` for the next page.

**Log in** with `POST /v1/sessions` and send `Authorization: Bearer <access_token>`, or ask for cookies.

**Retry safely**: a POST with an `Idempotency-Key` takes effect once; sent again it answers the same, with
`Idempotent-Replayed: true`.

**Edit safely**: what has a `version` has an `ETag`; send it as `If-Match`, and after a change that you
have not seen the answer is 412.

**Read what you wrote**: where an answer brings an `X-Store-Version`, send the last one back with your next
requests (browsers do, by a cookie); then no server answers that does not know of it yet.

**Errors** are `application/problem+json`; each code is explained in the [list of errors](/docs/errors)."""


def build(store: Store, endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    types = store.catalog.types
    endpoints = list(endpoints)
    schemas: dict[str, Schema] = {}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        function = endpoint.function
        schemas.update(types.components([p.type for p in function.visible], request=True))
        schemas.update(types.components([function.returns], request=False))
        paths.setdefault(f"/v1{endpoint.route.path}", {})[endpoint.route.method.lower()] = _operation(store, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "storeproc",
            "version": VERSION,
            "summary": "A commerce and payments backend that lives in PostgreSQL.",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(_tag(e.route.path) for e in endpoints)],
        "paths": paths,
        "components": {
            "schemas": {**dict(sorted(schemas.items())), "problem": _PROBLEM},
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
                "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
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
            },
        },
    }


def audience(function: Function) -> str:
    """The smallest audience that may call it."""
    return next((a for a in ("anonymous", "customer", "merchant", "support", "admin") if a in function.audiences), "")


def _tag(path: str) -> str:
    segments = path[1:].split("/")
    if "payments" in segments:
        return "payments"
    return (
        segments[1]
        if segments[0] in ("admin", "merchant")
        else {"sessions": "account", "accounts": "account"}.get(segments[0], segments[0])
    )


def _operation(store: Store, endpoint: Endpoint) -> dict[str, Any]:
    function, route = endpoint.function, endpoint.route
    anyone = audience(function) == "anonymous"
    operation: dict[str, Any] = {
        "operationId": function.name,
        "tags": [_tag(route.path)],
        "summary": function.summary,
        "x-audience": audience(function),
        "security": [] if anyone else [{"bearer": []}, {"cookie": []}],
    }
    if function.description:
        operation["description"] = function.description
    parameters = _parameters(endpoint)
    if parameters:
        operation["parameters"] = parameters
    schema = {name: part for name, part in endpoint.body_schema.items() if name not in ("$schema", "components")}
    if route.handler and route.handler.accepts != "application/json":
        operation["requestBody"] = {
            "required": True,
            "content": {route.handler.accepts: {"schema": {"type": "string"}}},
        }
    elif schema["properties"]:
        operation["requestBody"] = {
            "required": bool(schema["required"]),
            "content": {"application/json": {"schema": schema}},
        }
    operation["responses"] = _responses(store, endpoint, anyone=anyone)
    return operation


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = endpoint.parameters_schema
    parameters: list[dict[str, Any]] = []
    for name, found in schema["properties"].items():
        part = dict(found)
        description = part.pop("description", "")
        parameter: dict[str, Any] = {
            "name": name,
            "in": "path" if name in endpoint.path else "query",
            "required": name in schema["required"],
            "schema": part,
        }
        if description:
            parameter["description"] = description
        parameters.append(parameter)
    if "if_match" in endpoint.statement.hidden:
        parameters.append({
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag that was read; another version answers 412.",
            "schema": {"type": "string", "pattern": r'^("\d{1,18}"|\*)$', "examples": ['"3"']},
        })  # fmt: skip
    if endpoint.keyed:
        parameters.append({
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "1 to 255 printable characters of your choice, new for each thing to be done.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
        })  # fmt: skip
    return parameters


def _responses(store: Store, endpoint: Endpoint, *, anyone: bool) -> dict[str, Any]:
    function, route = endpoint.function, endpoint.route
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    attributes = [a.name for a in store.catalog.types.composites.get(function.returns, ())]
    if "version" in attributes:
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    if endpoint.location:
        headers["Location"] = {"$ref": "#/components/headers/Location"}
    if endpoint.keyed:
        headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
    responses: dict[str, Any] = {}
    if function.void:
        responses["204"] = {"description": "Done.", "headers": headers}
    else:
        name = component(function.returns, request=False)
        schema = store.catalog.types.schema(function.returns, request=False)
        media_type = route.handler.media_type if route.handler else "application/json"
        responses[str(route.status)] = {
            "description": ("A new " if route.status == 201 else "The ") + re.sub("_", " ", name) + ".",
            "headers": headers,
            "content": {media_type: {"schema": schema} if media_type == "application/json" else {}},
        }
    refused = [
        ("400", endpoint.has_body),
        ("401", not anyone),
        ("403", not anyone),
        ("404", bool(endpoint.path)),
        ("409", route.method != "GET"),
        ("412", "if_match" in endpoint.statement.hidden),
        ("413", endpoint.has_body),
        ("415", endpoint.has_body),
        ("422", True),
        ("429", True),
        ("default", True),
    ]
    responses.update({status: {"$ref": "#/components/responses/Problem"} for status, there in refused if there})
    return responses
