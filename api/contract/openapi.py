"""The OpenAPI 3.1 document, made from the contract and the routes. Only its frame is written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from api.contract.components import Components
from api.contract.deprecations import mark_fields
from api.contract.described import Describer
from api.contract.error_codes import ErrorCodes
from api.contract.events import PARAMETERS, add_events, describe_stream, webhooks
from api.contract.operations import Operation
from api.contract.problems import Problems
from api.contract.reader import Contract
from api.contract.tags import describe_tags, tag_of

_HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "This request's id, in every log and audit row.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Of the body; the version first, if any.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the new resource is.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotent-Replayed": {
        "description": "`true`: the stored answer of the first time.",
        "schema": {"type": "string"},
    },
}

_SECURITY: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "access_token"},
    "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "API key",
        "description": "An API key (`POST /v1/api-keys`) with the scope that the operation names.",
    },
}

_DESCRIPTION = """Every amount is an integer in minor units beside a currency. Carts, orders and payments are at most
10^15, so that JavaScript's numbers are exact. Sums of reports and balances are exact in JSON; they exceed 2^53 only
where a shop's turnover does.

Lists answer `data` and `next_cursor`; send `next_cursor` as `cursor` to get the next page.

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

**Errors** are `application/problem+json`. Each operation lists its codes, by status, with their sentences; all of them
are in the [list of errors](/docs/errors)."""


def build_openapi(
    contract: Contract, operations: Iterable[Operation], error_codes: ErrorCodes, phrases: Mapping[int, str]
) -> dict[str, Any]:
    """The document of these operations, as JSON data. `phrases`: what HTTP calls each status."""
    operations = list(operations)
    components = Components(contract.types, {
        "api.currency": contract.currencies,
        "api.provider": contract.providers,
        "api.event_type_name": [event.type for event in contract.events],
    })  # fmt: skip
    problems = Problems(operations, error_codes, phrases)
    describer = Describer(contract, components, problems)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = paths.setdefault(f"/v1{operation.line.path}", {})
        path[operation.line.method.lower()] = describer.describe(operation)
    add_events(components, contract.events)
    describe_stream(paths)
    components.schemas |= problems.schemas
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
        "tags": describe_tags({tag_of(operation.line.path) for operation in operations}),
        "paths": paths,
        "webhooks": webhooks(contract.events),
        "components": {
            "schemas": mark_fields(dict(sorted(components.schemas.items()))),
            "parameters": PARAMETERS,
            "responses": problems.responses,
            "examples": dict(sorted(problems.examples.items())),
            "headers": _HEADERS,
            "securitySchemes": _SECURITY,
        },
    }
