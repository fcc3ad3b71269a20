"""How the OpenAPI document describes errors: for each status of an operation its codes, and an example of each code.

A response lists its codes as `x-codes` beside the schema, and under `examples` by code, where `summary` is the sentence
that a person reads. Most operations have the same 401, 413 and so on: what they share is described once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from api.contract.error_codes import ANY, ErrorCodes
from api.contract.json_schema import REFERENCE, Schema
from api.contract.operations import Operation

MEDIA_TYPE = "application/problem+json"
Codes = tuple[tuple[int, str], ...]  # each with its status

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

_MEANING = {
    "400": "The body cannot be read.",
    "401": "The token or key is missing, or is not valid any more.",
    "403": "The caller may not do this.",
    "404": "There is no such resource, or it is not the caller's.",
    "409": "The state of something does not allow this.",
    "412": "The resource has changed since it was read.",
    "413": "The body is too large.",
    "415": "The body has another media type or coding.",
    "422": "The request is not valid.",
    "429": "Too many requests or attempts: wait as long as `retry_after` says.",
    "500": "It went wrong on our side.",
    "502": "The payment provider refuses.",
    "503": "It cannot be done right now. Try again.",
    "504": "It took too long.",
    "default": "It went wrong on our side, or took too long.",
}
_GENERAL = (500, 503, 504)  # of every operation: they are its default response


class Problems:
    """The errors of operations; `responses`, `examples` and `schemas` are the components that they refer to.

    Arguments:
        phrases: what HTTP calls each status.
    """

    def __init__(self, operations: Iterable[Operation], error_codes: ErrorCodes, phrases: Mapping[int, str]) -> None:
        self._error_codes = error_codes
        self._phrases = phrases
        self.responses: dict[str, Any] = {}
        self.examples: dict[str, Any] = {}
        self.schemas: dict[str, Schema] = {"violation": _VIOLATION, "problem": _PROBLEM}
        self._codes = {operation.line.function: group(error_codes.of(operation)) for operation in operations}
        # Of each status the codes that most operations have.
        counts = Counter(item for codes in self._codes.values() for item in codes.items())
        self._usual = {status: codes for (status, codes), _ in sorted(counts.items(), key=lambda item: item[1])}

    def of(self, operation: Operation) -> dict[str, Any]:
        """The responses of an operation that are errors, by status."""
        return {
            status: self._shared(status, codes) if codes == self._usual[status] else self._response(status, codes)
            for status, codes in self._codes[operation.line.function].items()
        }

    def _shared(self, status: str, codes: Codes) -> dict[str, str]:
        name = re.sub(r"\W", "", self._phrases[int(status)]) if status != "default" else "Problem"
        if name not in self.responses:
            self.responses[name] = self._response(status, codes)
        return {"$ref": f"#/components/responses/{name}"}

    def _response(self, status: str, codes: Codes) -> dict[str, Any]:
        return {
            "description": _MEANING[status],
            "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": REFERENCE + "problem"},
                    "examples": {code: self._example(code, each) for each, code in codes},
                    "x-codes": [code for _, code in codes],
                }
            },
        }

    def _example(self, code: str, status: int) -> dict[str, str]:
        """A reference to the example of a code. Few codes have several statuses."""
        usual = self._error_codes.known[code][0] if code in self._error_codes.known else status
        name = code if status == usual else f"{code}_{status}"
        if name not in self.examples:
            sentence = self._error_codes.sentence(code)
            problem = {
                "type": f"/docs/errors#{code}",
                "title": self._phrases.get(status, "Error"),
                "status": status,
                "detail": sentence,
                "code": code,
                "request_id": "b9b0b344565d28221f5da39dd0a04e75",
            }
            if code == "request_invalid":
                problem["errors"] = [{"pointer": "/items/0/quantity", "detail": "It is required."}]
            self.examples[name] = {"summary": sentence, "value": problem}
        return {"$ref": f"#/components/examples/{name}"}


def group(found: Mapping[int, list[str]]) -> dict[str, Codes]:
    """Codes by the response that they are in: what every operation can be refused with is the default one."""
    groups = {
        str(status): tuple((status, code) for code in codes)
        for status, codes in found.items()
        if status not in _GENERAL or set(codes) - set(ANY)
    }
    rest = [status for status in _GENERAL if str(status) not in groups]
    return {**groups, "default": tuple((status, code) for status in rest for code in found.get(status, ()))}
