"""One line of routes.py matched with its function: everything that is known before the first request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from api.contract.json_schema import Schema, default_value, nullable
from api.contract.matching import path_parameters
from api.contract.reader import Contract
from api.contract.signatures import ContractError, Function
from api.contract.statements import Statement, build_statement

# Responses of these routes hold secrets, so they are not stored for an Idempotency-Key.
SECRET = frozenset(
    (
        "/account/second-factor",
        "/account/second-factor/confirm",
        "/account/second-factor/recovery-codes",
        "/webhook-endpoints/{endpoint_id}/rotate-secret",
    )
)
# A query parameter that is an object of texts: each of its members is a parameter of its own, such as option.size=M.
FILTERS = "filters"
FILTER_PREFIXES = ("option.", "attribute.")
# A field of these responses is shown once. A repeated request gets what is stored: the response without it.
SHOWN_ONCE = MappingProxyType({"/api-keys": "key", "/gift-cards": "code", "/webhook-endpoints": "secret"})


@dataclass(frozen=True)
class RouteLine:
    """A line of routes.py.

    Arguments:
        path: below /v1.
        status: of a successful response with a body.
        fields: JSON Schemas of body fields that the web tier reads itself or whose schema it replaces.
        accepts, media_type: of the request body and of the response (several are separated by commas).
        refusals: error codes that the web tier adds, and functions that it calls besides, with theirs.
        others: descriptions of other statuses of a successful response with this body.
        alternative: an SQL type that the response can be of as well.
    """

    method: str
    path: str
    function: str
    status: int = 200
    fields: Mapping[str, Schema] = field(default_factory=dict)
    accepts: str = "application/json"
    media_type: str = "application/json"
    refusals: tuple[str, ...] = ()
    others: Mapping[int, str] = field(default_factory=dict)
    alternative: str = ""


@dataclass(frozen=True)
class Operation:
    """A line and its function, with the statement and the schemas that follow from the signature.

    `keyed`: an Idempotency-Key is honoured. `versioned`: the response has a version, so an ETag. `location`: the path
    of the new resource without its id, or empty.
    """

    line: RouteLine
    function: Function
    path: tuple[str, ...]
    query: tuple[str, ...]
    fields: tuple[str, ...]
    statement: Statement
    keyed: bool
    versioned: bool
    location: str
    parameters_schema: Schema
    body_schema: Schema

    @property
    def has_body(self) -> bool:
        """Whether requests have a body."""
        return self.line.method in ("POST", "PUT", "PATCH")


def build_operation(contract: Contract, line: RouteLine, locations: Mapping[str, str], *, numbered: bool) -> Operation:
    """Matches a line with its function.

    Arguments:
        locations: of a composite type, the path of its GET route without the id.
        numbered: whether writing statements return the id of their transaction (for reads from a standby).

    Raises ContractError for a signature that cannot be served.
    """
    function = contract.functions[line.function]
    path = path_parameters(line.path)
    others = [p.name for p in function.visible if p.name not in path]
    has_body = line.method in ("POST", "PUT", "PATCH")
    if line.accepts != "application/json":  # the body is a file
        others, has_body = [name for name in others if name not in line.fields], False
    query, fields = ([], others) if has_body else (others, [])
    return Operation(
        line=line,
        function=function,
        path=tuple(path),
        query=tuple(query),
        fields=tuple(fields),
        statement=build_statement(
            function,
            [*path, *query],
            body=has_body,
            numbered=numbered and not function.stable,
            client=not function.stable,  # what only reads records no security event
            once=SHOWN_ONCE.get(line.path, ""),
        ),
        keyed=line.method == "POST" and not line.path.startswith("/sessions") and line.path not in SECRET,
        versioned=_is_versioned(contract, function),
        location=_location(contract, line, function, locations),
        parameters_schema=_parameters_schema(contract, line, function, [*path, *query]),
        body_schema=_body_schema(contract, line, function, fields),
    )


def find_locations(contract: Contract, lines: Iterable[RouteLine]) -> dict[str, str]:
    """Of each type that has a GET route of its own: that route's path, ready to be followed by an id."""
    found: dict[str, str] = {}
    for line in lines:
        stem, _, last = f"/v1{line.path}".rpartition("/")
        if line.method == "GET" and last.startswith("{") and "{" not in stem:
            found.setdefault(contract.functions[line.function].returns, stem + "/")
    return found


def _location(contract: Contract, line: RouteLine, function: Function, locations: Mapping[str, str]) -> str:
    attributes = contract.types.composites.get(function.returns, ())
    if line.status == 201 and attributes and attributes[0].name == "id" and attributes[0].type == "uuid":
        return locations.get(function.returns, "")
    return ""


def _is_versioned(contract: Contract, function: Function) -> bool:
    types = contract.types
    attributes = types.composites.get(function.returns, ())
    names = [a.name for a in attributes]
    if "version" not in names:
        return False
    after = attributes[names.index("version") + 1 :]
    nested = any(a.type in types.composites or a.type in types.arrays or a.type == "jsonb" for a in after)
    if names[0] == "version" or nested:
        # The version is the last one in the text: so it is found without parsing it.
        raise ContractError([f"type {function.returns}: only attributes with one plain value may follow version"])
    return True


def _parameters_schema(contract: Contract, line: RouteLine, function: Function, names: Iterable[str]) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name in names:
        parameter = function.parameters[name]
        schema = contract.types.schema(parameter.type, request=True)
        if name != FILTERS and schema.get("type") not in ("string", "integer", "number", "boolean"):
            raise ContractError([f"{line.path}: {name} is {parameter.type}, which is no path or query parameter"])
        if parameter.default is not None and (value := default_value(parameter.default)) is not None:
            schema["default"] = value
        if parameter.required:
            required.append(name)
        properties[name] = schema
    return _object(contract, properties, required, ())


def _body_schema(contract: Contract, line: RouteLine, function: Function, names: Iterable[str]) -> Schema:
    names = tuple(names)
    properties, required = body_fields(line, function, names, partial(contract.types.schema, request=True))
    return _object(contract, properties, required, [function.parameters[name].type for name in names])


def body_fields(
    line: RouteLine, function: Function, names: Iterable[str], schema_of: Callable[[str], Schema]
) -> tuple[dict[str, Schema], list[str]]:
    """The fields of a request body, and which of them are required. `schema_of` gives the schema of an SQL type."""
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name in names:
        parameter = function.parameters[name]
        if parameter.required:
            required.append(name)
        if name in line.fields:
            properties[name] = {}
        elif parameter.required:
            properties[name] = schema_of(parameter.type)
        else:
            value = default_value(parameter.default or "")
            properties[name] = nullable(schema_of(parameter.type)) | ({"default": value} if value is not None else {})
    for name, replaced in line.fields.items():
        properties[name] = dict(replaced)
        if name in required and "null" in replaced["type"]:
            required.remove(name)
    return properties, required


def _object(contract: Contract, properties: dict[str, Schema], required: list[str], types: Iterable[str]) -> Schema:
    """A self-contained schema of an object, ready to be compiled."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
        "components": {"schemas": contract.types.components(types, request=True)},
    }
