"""One request → one statement → one answer.

The body is parsed once, to be validated; what goes to PostgreSQL is the text the client sent, and what comes back is
relayed as it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import jsonschema_rs
import orjson

from api.contract import signatures as contract
from api.contract.signatures import Catalog, CatalogError, Function, Schema
from api.gateways.protocol import Gateway
from api.http.errors import Problem, from_database
from api.postgres import replica
from api.postgres.pool import Database
from api.settings import Settings

if TYPE_CHECKING:
    from api.postgres.replica import Replica
    from api.routes import Route

Headers = list[tuple[bytes, bytes]]
JSON = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")
NO_CACHE = (b"cache-control", b"no-cache")
REPLAYED = (b"idempotent-replayed", b"true")
SECRET = frozenset(("/gift-cards", "/webhook-endpoints", "/webhook-endpoints/{endpoint_id}/rotate-secret"))


class Gone(Exception):
    """The client hung up before it had sent its request."""


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the caller says to be. Whether it is true, the database decides."""

    role: str
    token: str
    cookie: bool = False
    account: str = ""


ANONYMOUS = Caller("anonymous", "")
_ROLES = frozenset(("customer", "merchant", "support", "admin"))
_REQUEST_ID = re.compile(rb"[\w.:-]{1,64}", re.ASCII)
LONGEST_TOKEN = 2000  # characters; ours have some 300
_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+", re.ASCII)


class Exchange:
    """A request on its way to its answer, and what the log will say of it."""

    __slots__ = (
        "account", "client", "code", "headers", "operation", "overdue", "path", "receive", "request_id", "role",
        "scope", "task", "until", "version",
    )  # fmt: skip

    def __init__(self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], until: float) -> None:
        self.scope = scope
        self.receive = receive
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id")
        self.request_id = given.decode() if given and _REQUEST_ID.fullmatch(given) else os.urandom(16).hex()
        client = scope.get("client")
        self.client: str = client[0] if client else ""
        self.path: dict[str, str] = {}
        self.operation = ""
        self.role = "anonymous"
        self.account = ""
        self.version = 0
        """The transaction that an answer from a standby must show, besides what the caller wrote."""
        self.code = ""
        self.task = asyncio.current_task()
        self.until = until
        """When it is given up (time.perf_counter()). Who makes progress on something long may put it off."""
        self.overdue = False

    def give_up(self) -> None:
        self.until = math.inf
        self.overdue = True
        if self.task is not None:
            self.task.cancel()

    def gave_up(self) -> bool:
        """Whether a CancelledError is only give_up()'s, and the request may still be answered. To be asked once."""
        return self.overdue and self.task is not None and self.task.uncancel() == 0

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def cookie(self, name: str) -> str | None:
        for part in (self.header(b"cookie") or "").split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
        return None

    async def read(self, limit: int) -> bytes:
        length = self.headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > limit:
            raise Problem("body_too_large", headers={"connection": "close"})
        body: bytes = b""
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
            if len(body) > limit:
                raise Problem("body_too_large", headers={"connection": "close"})
            if not message.get("more_body"):
                return body

    def query(self) -> dict[str, str]:
        text: bytes = self.scope["query_string"]
        if not text:
            return {}
        try:
            pairs = parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
        except ValueError:
            raise Problem("request_invalid", detail="The query string is not valid UTF-8, or too long.") from None
        found: dict[str, str] = {}
        for name, value in pairs:
            if name in found:
                raise Problem("request_invalid", errors=[{"pointer": pointer([name]), "detail": "It is there twice."}])
            found[name] = value
        return found


@dataclass
class Store:
    """What a handler works with."""

    settings: Settings
    database: Database
    catalog: Catalog
    origins: frozenset[str]
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    documents: dict[str, Answer] = field(default_factory=dict)
    replica: Replica | None = None
    _service: dict[str, str] = field(default_factory=dict)

    async def run(
        self, caller: Caller, request_id: str, statement: str, arguments: list[object], *, repeatable: bool = False
    ) -> asyncpg.Record:
        try:
            row = await self.database.fetch(
                f"web_{caller.role}", statement, [caller.token, request_id, *arguments], repeatable=repeatable
            )
        except asyncpg.PostgresError as error:
            raise from_database(error, self.catalog.sentences, signed_in=caller is not ANONYMOUS) from None
        if row is None:
            raise RuntimeError("a SELECT without WHERE gave no row")
        return row

    async def call(
        self,
        function: str,
        arguments: Mapping[str, object],
        *,
        request_id: str,
        caller: Caller = ANONYMOUS,
        repeatable: bool = False,
    ) -> Any:
        """Any api function by name, from and to Python values: for the steps around a route's own statement."""
        if function not in self._service:
            found = self.catalog.functions[function]
            numbered = self.replica is not None and not found.stable
            self._service[function] = contract.build_statement(found, (), body=True, hidden=(), numbered=numbered).text
        given: list[object] = [orjson.dumps(arguments).decode()] if self.catalog.functions[function].parameters else []
        row = await self.run(caller, request_id, self._service[function], given, repeatable=repeatable)
        if len(row) > 1:
            replica.note(row[1])
        return orjson.loads(row[0]) if row[0] else None

    def identify(self, x: Exchange) -> Caller:
        """Which pool a request belongs to, from the token it brings."""
        header = x.headers.get(b"authorization")
        if header is not None:
            scheme, _, token = header.decode("latin-1").partition(" ")
            if scheme.lower() != "bearer":
                raise Problem("token_invalid", detail="Send an access token: Authorization: Bearer …")
            caller = _read_token(token.strip(), cookie=False)
        elif b"cookie" in x.headers and (token := x.cookie("access_token") or ""):
            caller = _read_token(token, cookie=True)
            if x.scope["method"] not in ("GET", "HEAD"):
                self.check_origin(x)
        else:
            return ANONYMOUS
        x.role = caller.role
        x.account = caller.account
        return caller

    def check_origin(self, x: Exchange) -> None:
        """A browser adds cookies to what any page sends; only our pages may send what changes something."""
        origin = x.header(b"origin")
        if origin is None:
            parts = urlsplit(x.header(b"referer") or "")
            origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.origins and origin != f"{x.scope['scheme']}://{x.header(b'host')}":
            raise Problem("origin_refused")


@lru_cache(4096)  # the same token comes with every request of a quarter of an hour; to read it is 7 % of an order
def _read_token(token: str, *, cookie: bool) -> Caller:
    found = _TOKEN.fullmatch(token) if len(token) <= LONGEST_TOKEN else None
    try:
        claims = orjson.loads(urlsafe_b64decode(found[1] + "==")) if found else {}
        role, account = claims["role"], claims["sub"]
    except (ValueError, KeyError, TypeError):
        role = account = None
    if not isinstance(role, str) or role not in _ROLES or not isinstance(account, str):
        raise Problem("token_invalid")
    return Caller(role, token, cookie, account)


@dataclass(slots=True)
class Call:
    """A request that fits its schema."""

    texts: list[object]
    data: dict[str, Any]
    body: str
    key: str | None
    digest: str

    def replace(self, **fields: object) -> None:
        self.data |= fields
        self.body = orjson.dumps(self.data).decode()


@dataclass(frozen=True)
class Handler:
    """What a route needs that one statement cannot do, and the body fields that it reads itself."""

    run: Callable[[Endpoint, Exchange], Awaitable[Answer]]
    fields: Mapping[str, Schema] = field(default_factory=dict)
    media_type: str = "application/json"
    accepts: str = "application/json"


class Endpoint:
    """A route, its function, and everything about them that can be known before the first request."""

    def __init__(self, store: Store, route: Route, function: Function, locations: Mapping[str, str]) -> None:
        self.store = store
        self.route = route
        self.function = function
        in_path = contract.path_parameters(route.path)
        others = [p.name for p in function.visible if p.name not in in_path]
        self.has_body = route.method in ("POST", "PUT", "PATCH")
        self.path = in_path
        self.query = [] if self.has_body else others
        self.fields = others if self.has_body else []
        self._numbered = store.replica is not None and not function.stable
        self.statement = contract.build_statement(
            function, [*in_path, *self.query], body=self.has_body, numbered=self._numbered
        )
        self._replica = store.replica if function.stable and function.name not in replica.FRESH else None
        # Answers that hold secrets are not kept.
        self.keyed = route.method == "POST" and not route.path.startswith("/sessions") and route.path not in SECRET
        self.parameters_schema = self._parameters_schema()
        self.body_schema = self._body_schema()
        self._parameters = self._compile(self.parameters_schema)
        self._body = self._compile(self.body_schema)
        self._kinds: dict[str, Any] = {n: s.get("type") for n, s in self.parameters_schema["properties"].items()}
        self._unhashed = [n for n, s in self.body_schema["properties"].items() if s.get("writeOnly")]
        self._answer = route.handler.run if route.handler else Endpoint.run
        self.key = f"{route.method} {route.path}"
        self._reads = function.stable
        self._version = self._has_version()
        self.location = self._find_location(locations)

    # --- the request ------------------------------------------------------------------------------

    async def answer(self, x: Exchange) -> Answer:
        return await self._answer(self, x)

    async def run(self, x: Exchange) -> Answer:
        """What an endpoint without a handler of its own does."""
        caller = self.store.identify(x)
        return await self.execute(x, await self.read(x), caller)

    async def read(self, x: Exchange) -> Call:
        texts = self._read_parameters(x)
        if not self.has_body:
            return Call(texts, {}, "", None, "")
        body = await x.read(self.store.settings.body_limit)
        data = self._read_body(x, body) if body else {}
        if not self._body.is_valid(data):
            raise invalid(self._body, data)
        digest = ""
        if (key := self.read_key(x)) is not None:
            hashed = {n: v for n, v in data.items() if n not in self._unhashed}
            digest = hashlib.sha256(orjson.dumps([texts, hashed], option=orjson.OPT_SORT_KEYS)).hexdigest()
        if b"." in body and _make_whole(data):
            body = orjson.dumps(data)
        return Call(texts, data, body.decode() if body else "{}", key, digest)

    def read_key(self, x: Exchange) -> str | None:
        if not self.keyed or b"idempotency-key" not in x.headers:
            return None
        key = x.headers[b"idempotency-key"].decode("latin-1")
        if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
            raise Problem("idempotency_key_invalid")
        return key

    def _read_parameters(self, x: Exchange) -> list[object]:
        given = x.path
        if x.scope["query_string"]:
            given = x.query()
            if x.path.keys() & given.keys():
                raise Problem("request_invalid", detail="A parameter is in the path and in the query.")
            given |= x.path
        if not given and not self._kinds:
            return []
        typed = {name: _typed(value, self._kinds.get(name)) for name, value in given.items()}
        if not self._parameters.is_valid(typed):
            raise invalid(self._parameters, typed)
        return [given.get(name) for name in self.statement.texts]

    def _read_body(self, x: Exchange, body: bytes) -> Any:
        media = x.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if media != b"application/json" and not (media.startswith(b"application/") and media.endswith(b"+json")):
            raise Problem("media_type_unsupported")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise Problem(
                "json_invalid",
                detail=f"The request body is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
            ) from None

    def _if_match(self, x: Exchange) -> int | None:
        value = x.header(b"if-match")
        if value is None or value.strip() == "*":
            return None
        if found := re.fullmatch(r'\s*(?:W/)?"?(\d{1,18})"?\s*', value, re.ASCII):
            return int(found[1])
        # Another well-formed tag is none of ours, so it matches nothing.
        raise Problem("version_stale" if re.fullmatch(r'\s*(W/)?"[^"]*"\s*', value) else "if_match_invalid")

    # --- the statement ----------------------------------------------------------------------------

    async def execute(self, x: Exchange, call: Call, caller: Caller) -> Answer:
        """The route's statement for a request that was read."""
        statement = self.statement
        arguments = call.texts
        if statement.body:
            arguments.append(call.body)
        for name in statement.hidden:
            if name == "if_match":
                arguments.append(self._if_match(x))
            elif name == "given":
                arguments.append(list(call.data))
            else:
                arguments.append(x.client)
        if call.key is not None:
            arguments += (call.key, self.key, call.digest)
            row = await self.store.run(caller, x.request_id, statement.keyed, arguments)
            if self._numbered:
                replica.note(row[2])
            return self.compose(x, row[0], caller, replayed=row[1])
        if self._replica is not None:
            text = await self._replica.read(x, f"web_{caller.role}", caller.token, statement.standby, arguments)
            if text is not None:
                return self.compose(x, text, caller)
        row = await self.store.run(caller, x.request_id, statement.text, arguments, repeatable=self._reads)
        if self._numbered:
            replica.note(row[1])
        return self.compose(x, row[0], caller)

    # --- the answer -------------------------------------------------------------------------------

    def compose(self, x: Exchange, text: str | None, caller: Caller, *, replayed: bool = False) -> Answer:
        headers: Headers = [NO_CACHE if caller is ANONYMOUS and self._reads else NO_STORE]
        if replayed:
            headers.append(REPLAYED)
        if self.function.void:
            return Answer(204, b"", headers)
        if text is None:
            raise Problem("not_found")
        if self._version and (at := text.rfind(',"version":')) >= 0:
            tag = b'"%s"' % re.match(r"\d*", text[at + 11 : at + 31])[0].encode()  # type: ignore[index]
            headers.append((b"etag", tag))
            if self._reads and x.headers.get(b"if-none-match") == tag:
                return Answer(304, b"", headers)
        if self.location:
            headers.append((b"location", f"{self.location}{text[7:43]}".encode()))
        headers.append(JSON)
        return Answer(self.route.status, text.encode(), headers)

    # --- at the start -----------------------------------------------------------------------------

    def _parameters_schema(self) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for name in [*self.path, *self.query]:
            parameter = self.function.parameters[name]
            schema = self.store.catalog.types.schema(parameter.type, request=True)
            if schema.get("type") not in ("string", "integer", "number", "boolean"):
                raise CatalogError(
                    [f"{self.route.path}: {name} is {parameter.type}, which is no path or query parameter"]
                )
            if parameter.default is not None and (value := contract.default_value(parameter.default)) is not None:
                schema["default"] = value
            if parameter.required:
                required.append(name)
            properties[name] = schema
        return self.store.catalog.request(properties, required, ())

    def _body_schema(self) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        types: list[str] = []
        for name in self.fields:
            parameter = self.function.parameters[name]
            types.append(parameter.type)
            schema = self.store.catalog.types.schema(parameter.type, request=True)
            if parameter.required:
                required.append(name)
            else:
                value = contract.default_value(parameter.default or "")
                schema = contract.nullable(schema) | ({"default": value} if value is not None else {})
            properties[name] = schema
        for name, replaced in (self.route.handler.fields if self.route.handler else {}).items():
            properties[name] = dict(replaced)
            if name in required and "null" in replaced["type"]:
                required.remove(name)
        return self.store.catalog.request(properties, required, types)

    def _compile(self, schema: Schema) -> jsonschema_rs.Validator:
        try:
            # Values are masked: a message goes to logs and screens, what was typed into a form does not.
            return jsonschema_rs.validator_for(schema, validate_formats=True, mask="It")
        except (jsonschema_rs.ValidationError, ValueError) as error:
            raise CatalogError(
                [f"{self.route.path}: the schema of api.{self.function.name} is not valid: {error}"]
            ) from error

    def _has_version(self) -> bool:
        attributes = self.store.catalog.types.composites.get(self.function.returns, ())
        names = [a.name for a in attributes]
        if "version" not in names:
            return False
        after = attributes[names.index("version") + 1 :]
        types = self.store.catalog.types
        if names[0] == "version" or any(
            a.type in types.composites or a.type in types.arrays or a.type == "jsonb" for a in after
        ):
            # The version is found as the last one in the text, without parsing it.
            raise CatalogError(
                [f"type {self.function.returns}: after version, only attributes with one plain value may follow"]
            )
        return True

    def _find_location(self, locations: Mapping[str, str]) -> str:
        attributes = self.store.catalog.types.composites.get(self.function.returns, ())
        if self.route.status == 201 and attributes and attributes[0].name == "id" and attributes[0].type == "uuid":
            return locations.get(self.function.returns, "")
        return ""


def _typed(value: str, kind: object) -> object:
    """A parameter as JSON, for the validator. What is not of its type stays text, and is refused as such."""
    if kind == "integer":
        return int(value) if len(value) <= 20 and re.fullmatch(r"-?\d+", value, re.ASCII) else value
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if kind == "number":
        return float(value) if re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", value, re.ASCII) else value
    return value


def _make_whole(data: Any) -> bool:
    """3.0 is an integer in JSON Schema and none in PostgreSQL: makes it 3, wherever it is. Was there one?"""
    found = False
    for place, value in enumerate(data) if isinstance(data, list) else data.items():
        if isinstance(value, float) and abs(value) < 2**53 and value.is_integer():
            data[place] = int(value)
            found = True
        elif isinstance(value, (list, dict)):
            found = _make_whole(value) or found
    return found


def pointer(path: list[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def invalid(validator: jsonschema_rs.Validator, data: object) -> Problem:
    return Problem("request_invalid", errors=violations(validator, data))


def violations(validator: jsonschema_rs.Validator, data: object) -> list[dict[str, str]]:
    """Everything that does not fit, each with a JSON pointer to the field that is meant."""
    found: list[dict[str, str]] = []
    for error in validator.iter_errors(data):
        found += _explain(error)
        if len(found) >= 20:
            break
    return found


def _explain(error: jsonschema_rs.ValidationError) -> list[dict[str, str]]:
    path = list(error.instance_path)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(unexpected):
            return [{"pointer": pointer([*path, name]), "detail": "There is no such field."} for name in unexpected]
        case jsonschema_rs.ValidationErrorKind.Required(name):
            return [{"pointer": pointer([*path, name]), "detail": "It is required."}]
        case jsonschema_rs.ValidationErrorKind.AnyOf([first, *_]) if first:  # the others only say that it may be null
            return [line for inner in first for line in _explain(inner)]
        case _:
            return [{"pointer": pointer(path), "detail": _sentence(error.message)}]


def _sentence(message: str) -> str:
    return message if message.endswith(".") else message + "."
