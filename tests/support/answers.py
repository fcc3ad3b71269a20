"""Every answer that a test gets is compared with the OpenAPI document: status, content type, fields, formats, enums.

The document is made once a run, from a database that no test has changed; a validator is made when it is first needed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema_rs
import orjson

from api.contract.json_schema import REFERENCE, Schema
from api.contract.reader import Contract, read_contract
from tests.support.cluster import new_name, running_cluster

PROBLEM = "application/problem+json"
# Whether an operation must list each code that it refuses with (`x-codes` of a response).
CODES_ARE_LISTED = True


@dataclass
class Answers:
    """The answers that a document describes."""

    document: dict[str, Any]
    _operations: dict[tuple[str, int], list[tuple[list[str], str, dict[str, Any]]]] = field(default_factory=dict)
    _functions: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    _validators: dict[tuple[str, str, str], jsonschema_rs.Validator] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("currency", "provider"):  # data: tests add their own
            self.document["components"]["schemas"][name].pop("enum")
        for path, methods in self.document["paths"].items():
            parts = path.split("/")
            for method, operation in methods.items():
                name = f"{method.upper()} {path}"
                self._operations.setdefault((method.upper(), len(parts)), []).append((parts, name, operation))
                self._functions[operation["operationId"]] = (name, operation)
        for found in self._operations.values():  # /products/export is not the product with the id export
            found.sort(key=lambda each: [part.startswith("{") for part in each[0]])

    def complaints(self, method: str, path: str, status: int, content_type: str, body: bytes) -> list[str]:
        """What the document does not say of an answer of the web tier. None about a path that it does not have."""
        if (found := self._find(method, path)) is None:
            return []
        name, operation = found
        if status == 304:  # of every GET, as the document's description says
            return [f"{name} answers 304 with a body"] if body or method != "GET" else []
        responses = operation["responses"]
        code = str(status) if str(status) in responses else "default"
        if code == "default" and status < 400:
            return [f"{name} does not list the status {status}"]
        content = self._resolve(responses[code]).get("content", {})
        media_type = content_type.partition(";")[0]
        if not content and not body:
            return []
        if media_type not in content:
            return [f"{name} answers {status} with {media_type or 'nothing'}, not {' or '.join(content) or 'nothing'}"]
        if not media_type.endswith("json") or "schema" not in content[media_type]:
            return []
        data = orjson.loads(body)
        violations = self._violations((name, code, media_type), content[media_type]["schema"], data)
        if CODES_ARE_LISTED and media_type == PROBLEM and data["code"] not in content[media_type].get("x-codes", ()):
            violations.append(f"{name} does not list the code {data['code']} of {status}")
        return violations

    def complaints_of(self, function: str, data: Any) -> list[str]:
        """The same of what a function of schema api returns. None about one without a route."""
        if data is None or (found := self._functions.get(function)) is None:
            return []
        name, operation = found
        for code, response in operation["responses"].items():
            schema = self._resolve(response).get("content", {}).get("application/json", {}).get("schema")
            if code < "3" and schema is not None:
                return self._violations((name, code, "application/json"), schema, data)
        return []

    def _find(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        parts = path.split("/")
        for template, name, operation in self._operations.get((method, len(parts)), ()):
            if all(ours == theirs or theirs.startswith("{") for ours, theirs in zip(parts, template, strict=True)):
                return name, operation
        return None

    def _violations(self, key: tuple[str, str, str], schema: Schema, data: Any) -> list[str]:
        if (validator := self._validators.get(key)) is None:
            validator = self._validators[key] = self.compile(schema)
        if validator.is_valid(data) or validator.is_valid(self._without_inventions(data)):
            return []
        return [
            f"{key[0]} {key[1]}: /{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
            for error in validator.iter_errors(data)
        ]

    def _without_inventions(self, data: Any) -> Any:
        """A page without the events of types that tests invent."""
        if not (isinstance(data, dict) and isinstance(data.get("data"), list)):
            return data
        known = self.document["components"]["schemas"]["event_type_name"]["enum"]
        return data | {
            "data": [
                each for each in data["data"]
                if not isinstance(each, dict) or "." not in str(each.get("type")) or each["type"] in known
            ]
        }  # fmt: skip

    def compile(self, schema: Schema) -> jsonschema_rs.Validator:
        """A validator of a schema that may refer to the document's components; these have no further fields."""
        components: dict[str, Schema] = {}
        waiting = references(schema)
        while waiting:
            name = waiting.pop()
            if name not in components:
                found = self.document["components"]["schemas"][name]
                components[name] = _closed(found) if name != "problem" else found
                waiting += references(found)
        whole = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": {"schemas": components},
        }
        return jsonschema_rs.validator_for(whole, validate_formats=True)

    def _resolve(self, response: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in response:
            return response
        found: dict[str, Any] = self.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        return found


def references(schema: Any) -> list[str]:
    """The schemas among the components that a schema, or what contains schemas, refers to."""
    if isinstance(schema, list):
        return [name for part in schema for name in references(part)]
    if not isinstance(schema, dict):
        return []
    found = [name for part in schema.values() for name in references(part)]
    reference = schema.get("$ref")
    named = isinstance(reference, str) and reference.startswith(REFERENCE)  # examples have names of their own
    return [*found, reference.removeprefix(REFERENCE)] if named else found


def _closed(schema: Schema) -> Schema:
    """The schema of a response, which allows fields that later versions add, without them."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


@cache
def load_answers() -> Answers:
    """The answers of this source's document. The first process of a run makes it, the others read its file."""
    path = Path(os.environ["STOREPROC_TEST_DATA"]) / "openapi.json"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            made: list[bytes] = []
            thread = threading.Thread(target=lambda: made.append(asyncio.run(_make_document())))
            thread.start()  # of its own: this one may have a loop that runs
            thread.join()
            path.write_bytes(made[0])
    return Answers(orjson.loads(path.read_bytes()))


async def _make_document() -> bytes:
    from api.app import describe  # half a second, which only one process of a run spends

    return orjson.dumps(describe(await _read_contract()))


async def _read_contract() -> Contract:
    cluster, name = running_cluster(), new_name("document")
    access = cluster.clone(name)
    try:
        connection = await asyncpg.connect(access.url("web_anonymous"))
        try:
            return await read_contract(connection)
        finally:
            await connection.close()
    finally:
        cluster.drop(name)
