"""An api function as an ASGI application: one request, one statement, one response.

The body is parsed once, to be validated; PostgreSQL gets the text that the client sent, and its result is relayed as it
is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

import jsonschema_rs
import orjson
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.contract.deprecations import notices_of
from api.contract.json_schema import Schema
from api.contract.operations import FILTER_PREFIXES, FILTERS, Operation, RouteLine
from api.contract.texts import canonical, find_places
from api.contract.validation import compile_schema, make_whole, typed, violations
from api.http.authentication import identify
from api.http.errors import Problem
from api.http.representation import label, represent, wanted_versions
from api.http.requests import ApiRequest
from api.http.responses import JSON, NO_CACHE, NO_STORE, REPLAYED, Headers, RawResponse
from api.postgres.functions import ANONYMOUS, Caller
from api.postgres.replica import FRESH, Replica
from api.postgres.written import note_transaction
from api.state import State

_LEADING_DIGITS = re.compile(r"\d*")


@dataclass(slots=True)
class Call:
    """A request that matches its schema.

    `texts`: path and query parameters. `data`, `body`: the body, parsed and as text. `key`, `digest`: the
    Idempotency-Key and the hash of what was sent with it.
    """

    texts: list[object]
    data: dict[str, Any]
    body: str
    key: str | None
    digest: str

    def replace(self, **fields: object) -> None:
        """Changes fields of the body."""
        self.data |= fields
        self.body = orjson.dumps(self.data).decode()


class Endpoint:
    """Serves one line of routes.py.

    What one statement cannot do (hash a password, call a gateway) is a subclass that overrides respond() and names the
    body `fields` that the web tier reads itself, and what else it answers with (see RouteLine).
    """

    fields: ClassVar[Mapping[str, Schema]] = MappingProxyType({})
    accepts: ClassVar[str] = "application/json"
    media_type: ClassVar[str] = "application/json"
    refusals: ClassVar[tuple[str, ...]] = ()
    others: ClassVar[Mapping[int, str]] = MappingProxyType({})
    alternative: ClassVar[str] = ""

    operation: Operation
    state: State

    def bind(self, operation: Operation, state: State) -> None:
        """Completes the endpoint, once the contract has been read."""
        self.operation = operation
        self.state = state
        line, function = operation.line, operation.function
        self.key = f"{line.method} {line.path}"
        self.reads = function.stable
        self.parameters_validator = compile_schema(operation.parameters_schema, line.path)
        self.body_validator = compile_schema(operation.body_schema, line.path)
        components = operation.body_schema["components"]["schemas"]
        self._texts = find_places(operation.body_schema, components)
        self._parameter_texts = find_places(operation.parameters_schema, components)
        self._kinds = {name: part.get("type") for name, part in operation.parameters_schema["properties"].items()}
        # Every function that is not for everybody authenticates its caller (tests/pgtap/catalogue_lints.sql).
        self._authenticates = "anonymous" not in function.audiences
        self._unhashed = {n for n, part in operation.body_schema["properties"].items() if part.get("writeOnly")}
        self._notices = notices_of(line.function)
        replica = state["replica"]
        self._standby: Replica | None = replica if self.reads and function.name not in FRESH else None
        self._followed: Replica | None = replica if line.method != "GET" else None
        self._conditional = "if_match" in operation.statement.hidden
        self._numbered = replica is not None and not self.reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request."""
        request = ApiRequest(scope, receive)
        request.context.notices = self._notices
        if self._followed is not None:
            response = await self._followed.follow(self.operation.function.name, request, self.respond)
        else:
            response = await self.respond(request)
        if request.method in ("GET", "HEAD"):
            response = await represent(scope, response, compress=self.state["settings"].compression)
        else:
            label(response)
        await response(scope, receive, send)

    async def respond(self, request: ApiRequest) -> Response:
        """The response. Raises Problem."""
        caller = self.identify(request)
        return await self.execute(request, await self.read(request), caller)

    def identify(self, request: ApiRequest) -> Caller:
        """Who sends the request; see authentication.identify(). Raises Problem rate_limited for an API key."""
        request.context.authenticated = self._authenticates
        caller = identify(request, self.state["origins"])
        if caller.key:
            request.context.scope = self.operation.function.scope or ""
        limit = self.state["key_limit"] if caller.key else None
        # By the whole key: its id is no secret, and would let others use up its requests.
        if limit is not None and (seconds := limit.take(caller.token)):
            detail = "Too many requests with this API key."
            raise Problem("rate_limited", detail=detail, members={"retry_after": seconds})
        return caller

    async def verify(self, request: ApiRequest, function: str) -> None:
        """Lets the database verify the token before a large body is read. Raises Problem."""
        try:
            caller = self.identify(request)
            if caller is ANONYMOUS and function == "check_caller":
                raise Problem("body_too_large", headers={"connection": "close"})
            await self.state["functions"].call(function, {}, request_id=request.context.request_id, caller=caller)
        except Problem as problem:
            problem.unread = True
            raise

    # --- the request ------------------------------------------------------------------------------

    async def read(self, request: ApiRequest) -> Call:
        """The request, validated. Raises Problem with a JSON pointer for each violation."""
        texts = self.read_parameters(request)
        if not self.operation.has_body:
            return Call(texts, {}, "", None, "")
        body = await request.read(self.state["settings"].body_limit, partial(self.verify, request, "check_caller"))
        data = _parse(request, body) if body else {}
        changed = False
        # Text of ASCII is composed, and valid text is trimmed.
        valid = body.isascii() and b"\\u" not in body and self.body_validator.is_valid(data)
        if not valid and self._texts:
            before = orjson.dumps(data)
            data = canonical(data, self._texts)
            changed = orjson.dumps(data) != before
        if not valid and not self.body_validator.is_valid(data):
            raise invalid(self.body_validator, self.operation.body_schema, data)
        digest = ""
        if (key := self.read_key(request)) is not None:
            hashed = {name: value for name, value in data.items() if name not in self._unhashed}
            digest = hashlib.sha256(orjson.dumps([texts, hashed], option=orjson.OPT_SORT_KEYS)).hexdigest()
        if (b"." in body and make_whole(data)) or changed:
            body = orjson.dumps(data)
        return Call(texts, data, body.decode() if body else "{}", key, digest)

    def read_key(self, request: ApiRequest) -> str | None:
        """The Idempotency-Key, where it is honoured. Raises Problem idempotency_key_invalid."""
        if not self.operation.keyed or b"idempotency-key" not in request.raw:
            return None
        key = request.raw[b"idempotency-key"].decode("latin-1")
        if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
            raise Problem("idempotency_key_invalid")
        return key

    def read_parameters(self, request: ApiRequest) -> list[object]:
        """Path and query parameters, validated, as text. Raises Problem."""
        given = request.path
        if request.scope["query_string"]:
            given = request.query()
            if request.path.keys() & given.keys():
                raise Problem("request_invalid", detail="A parameter is in the path and in the query.")
            given |= request.path
        if not given and not self._kinds:
            return []
        filters: dict[str, object] = {}
        if FILTERS in self._kinds:
            filters = {name: given.pop(name) for name in tuple(given) if name.startswith(FILTER_PREFIXES)}
        values = {name: typed(value, self._kinds.get(name)) for name, value in given.items()}
        if filters:
            values[FILTERS] = filters
            given = given | {FILTERS: orjson.dumps(filters).decode()}
        if self._parameter_texts:
            values = canonical(values, self._parameter_texts)
            given = given | {name: value for name, value in values.items() if isinstance(value, str)}
        if not self.parameters_validator.is_valid(values):
            raise invalid(self.parameters_validator, self.operation.parameters_schema, values)
        return [given.get(name) for name in self.operation.statement.texts]

    # --- the statement ----------------------------------------------------------------------------

    async def execute(self, request: ApiRequest, call: Call, caller: Caller) -> RawResponse:
        """The statement of this endpoint, and its result as a response. Raises Problem."""
        versions = wanted_versions(request.scope) if b"if-match" in request.raw and self._conditional else [None]
        while True:
            try:
                return await self._execute(request, call, caller, versions.pop(0))
            except Problem as problem:
                if not versions or problem.code != "version_stale":
                    raise

    async def _execute(self, request: ApiRequest, call: Call, caller: Caller, version: int | None) -> RawResponse:
        statement = self.operation.statement
        functions = self.state["functions"]
        request_id = request.context.request_id
        arguments = [*call.texts]
        if statement.body:
            arguments.append(call.body)
        for name in statement.hidden:
            if name == "if_match":
                arguments.append(version)
            elif name == "given":
                arguments.append(list(call.data))
            elif name == "user_agent":
                arguments.append(request.header(b"user-agent"))
            elif name == "device_token":
                arguments.append(request.device_token)
            elif name == "public_url":
                arguments.append(self.state["settings"].public_url)
            else:
                arguments.append(request.context.client)
        if statement.client:
            arguments.append(request.context.client_line)
        if call.key is not None:
            arguments += (call.key, self.key, call.digest)
            row = await functions.run(caller, request_id, statement.keyed, arguments)
            if self._numbered:
                note_transaction(row[2])
            return self.compose(request, row[0], caller, replayed=row[1])
        if self._standby is not None:
            role = f"web_{caller.role}"
            text = await self._standby.read(request, role, caller.token, statement.standby, arguments)
            if text is not None:
                return self.compose(request, text, caller)
        row = await functions.run(caller, request_id, statement.text, arguments, repeatable=self.reads)
        if self._numbered:
            note_transaction(row[1])
        return self.compose(request, row[0], caller)

    # --- the response -----------------------------------------------------------------------------

    def compose(self, request: ApiRequest, text: str | None, caller: Caller, *, replayed: bool = False) -> RawResponse:
        """The response for a result. Raises Problem not_found when there is none."""
        operation = self.operation
        headers: Headers = [NO_CACHE if caller is ANONYMOUS and self.reads else NO_STORE]
        if replayed:
            headers.append(REPLAYED)
        if operation.function.void:
            return RawResponse(204, b"", headers)
        if text is None:
            raise Problem("not_found")
        version = ""
        if operation.versioned and (at := text.rfind(',"version":')) >= 0:
            digits = _LEADING_DIGITS.match(text[at + 11 : at + 31])
            version = digits[0] if digits else ""
        if operation.location:
            headers.append((b"location", f"{operation.location}{text[7:43]}".encode()))
        headers.append(JSON)
        response = RawResponse(operation.line.status, text.encode(), headers)
        response.version = version
        return response


@dataclass(frozen=True)
class ApiRoute:
    """A line of routes.py: method, path below /v1, function in schema api, status, and the class that serves it."""

    method: str
    path: str
    function: str
    status: int = 200
    endpoint: type[Endpoint] = Endpoint

    @property
    def line(self) -> RouteLine:
        """What the contract needs to know of it."""
        kind = self.endpoint
        return RouteLine(
            self.method,
            self.path,
            self.function,
            self.status,
            kind.fields,
            kind.accepts,
            kind.media_type,
            kind.refusals,
            kind.others,
            kind.alternative,
        )

    def build(self) -> Route:
        """The route for one application."""
        return Route(f"/v1{self.path}", self.endpoint(), methods=[self.method], name=self.function)


def invalid(validator: jsonschema_rs.Validator, schema: Schema, data: object) -> Problem:
    """The problem for a request that does not match its schema."""
    return Problem("request_invalid", errors=violations(validator, schema, data))


def _parse(request: ApiRequest, body: bytes) -> Any:
    media = request.media_type()
    if media != b"application/json" and not (media.startswith(b"application/") and media.endswith(b"+json")):
        raise Problem("media_type_unsupported")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(
            "json_invalid",
            detail=f"The request body is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno}.",
        ) from None
