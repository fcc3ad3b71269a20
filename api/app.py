"""The web application: routes, middleware, exception handlers and lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from api.contract.error_codes import ErrorCodes
from api.contract.matching import find_misfits
from api.contract.openapi import build_openapi
from api.contract.operations import Operation, build_operation, find_locations
from api.contract.reader import Contract, read_contract, read_deployed
from api.contract.signatures import ContractError
from api.docs.examples import add_examples
from api.docs.pages import render_errors
from api.gateways.registry import offered
from api.gateways.steps import PaymentSteps
from api.handlers.pages import openapi_response, raw
from api.handlers.transfers import MOST_FULL, Transfers
from api.http.client_address import address_shown
from api.http.connections import Connections
from api.http.documents import Document
from api.http.endpoint import Endpoint
from api.http.errors import PHRASES, SENTENCES, Problem
from api.http.identity_provider import OutsideTokens
from api.http.middleware import Deadlines, Telemetry
from api.http.passwords import PasswordHasher
from api.http.rate_limit import RateLimit
from api.http.readiness import Readiness
from api.http.refusals import Refusals
from api.http.responses import problem_response
from api.http.router import IndexedRouter, StartupError
from api.http.traces import make_provider
from api.log import write_log
from api.metrics.counting import RequestMetrics, watch_pools, watch_replica
from api.postgres.cache import ResponseCache
from api.postgres.connecting import NO_LOGIN, advise, connect
from api.postgres.database import Database
from api.postgres.functions import GATEWAY, Functions
from api.postgres.order_news import OrderNews
from api.postgres.replica import Replica
from api.routes import INTERNAL, ROUTES, api_routes, page_routes
from api.settings import Settings
from api.state import State
from db.deploy.source import source_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

WATCH = 5.0  # seconds between two looks at the pools
# Headers that scripts of other origins may read. Of their requests they may send any: `*` in allow_headers makes
# Starlette repeat those that a preflight names, such as traceparent, tracestate, baggage and sentry-trace.
EXPOSED = (
    "ETag", "Location", "Idempotent-Replayed", "Retry-After", "X-Request-Id", "X-Store-Version", "WWW-Authenticate",
    "Content-Disposition", "Deprecation", "Sunset", "Link",
)  # fmt: skip


def create_app(settings: Settings | None = None, provider: TracerProvider | None = None) -> Starlette:
    """The application; uvicorn's factory.

    Arguments:
        settings: without them, those of the environment.
        provider: OpenTelemetry's, which takes the spans; without it, the settings decide.
    """
    settings = settings or Settings.from_env()
    deadlines = Deadlines()
    metrics = RequestMetrics()
    refusals = Refusals()
    provider = provider or trace_provider(settings)
    telemetry = Middleware(
        Telemetry,
        deadlines=deadlines,
        rate_limit=settings.rate_limit,
        timeout=settings.request_timeout,
        secure=settings.secure,
        count=metrics.count,
        refused=refusals.note,
        show_address=address_shown(settings.log_client_address, lambda: settings.access.log_key()),
        write_log=write_log,
        tracer=provider.get_tracer("storeproc") if provider is not None else None,
    )
    app = Starlette(
        middleware=[*cors(settings), telemetry, *identity_provider(settings)],
        exception_handlers={Problem: problem_response},
    )
    app.router = IndexedRouter(
        [*api_routes(), *page_routes()], lifespan=partial(lifespan, settings, deadlines, metrics, refusals, provider)
    )
    return app


def trace_provider(settings: Settings) -> TracerProvider | None:
    """OpenTelemetry's, where a collector is configured. Raises StartupError."""
    if settings.otel_endpoint is None:
        return None
    try:
        return make_provider(settings.otel_endpoint)
    except ImportError as error:
        hint = "OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: pip install storeproc[otel]"
        raise StartupError(f"{hint} ({error})") from error


def cors(settings: Settings) -> list[Middleware]:
    """Starlette's CORS middleware, where other origins may call us."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("*",),
            allow_credentials=True,
            expose_headers=EXPOSED,
        )
    ]


def identity_provider(settings: Settings) -> list[Middleware]:
    """Accepts the tokens of an outside provider, where one is configured."""
    return [Middleware(OutsideTokens, oidc=settings.oidc)] if settings.oidc else []


@asynccontextmanager
async def lifespan(
    settings: Settings,
    deadlines: Deadlines,
    metrics: RequestMetrics,
    refusals: Refusals,
    provider: TracerProvider | None,
    app: Starlette,
) -> AsyncIterator[State]:
    """Makes what the handlers share, runs what goes on beside the requests, and ends both.

    Raises StartupError when the database does not answer or does not match the routes.
    """
    database = Database(settings.pooled_access, settings.pool_sizes)
    try:
        state = await build_state(settings, database, metrics)
        bind(app, state)
    except NO_LOGIN as error:
        raise StartupError(advise(error)) from error
    except (ContractError, OSError, asyncpg.PostgresError) as error:
        raise StartupError(str(error)) from error
    replica = state["replica"]
    work: list[Coroutine[Any, Any, None]] = [
        deadlines.sweep(),
        metrics.flush_often(),
        watch(database, replica),
        state["cache"].listen(),
        refusals.report_often(partial(report_refusals, state["functions"])),
        state["connections"].sweep(),
    ]
    if replica is not None:
        work.append(replica.watch())
    tasks = [asyncio.create_task(each) for each in work]
    with state["order_news"].ended_by_signals():
        yield state
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await refusals.report(partial(report_refusals, state["functions"]))
    await state["order_news"].close()
    await database.close()
    if replica is not None:
        await replica.close()
    state["passwords"].close()
    metrics.flush()
    if provider is not None:
        await asyncio.to_thread(provider.shutdown)  # sends what is left


async def build_state(settings: Settings, database: Database, metrics: RequestMetrics) -> State:
    """Reads the contract, compares it with the routes, and makes the lifespan state. Raises ContractError."""
    source = source_version()
    contract = await _read_contract(settings, source)
    replica = Replica(settings, write_log) if settings.replica_url else None
    functions = Functions(database, contract, numbered=replica is not None)
    gateways = offered(settings)
    own = urlsplit(settings.public_url)
    return State(
        settings=settings,
        database=database,
        contract=contract,
        functions=functions,
        gateways=gateways,
        payments=PaymentSteps(functions, gateways),
        origins=frozenset({f"{own.scheme}://{own.netloc}", *settings.cors_origins}),
        key_limit=RateLimit(settings.rate_limit) if settings.rate_limit else None,
        cache=ResponseCache(settings.access.url("web_anonymous"), settings.request_timeout),
        order_news=OrderNews(settings.access.url("web_gateway")),
        replica=replica,
        passwords=PasswordHasher(),
        connections=Connections(settings),
        uploads=Transfers(MOST_FULL * settings.import_limit),
        downloads=Transfers(),
        metrics=metrics,
        source=source,
        readiness=Readiness(),
        openapi=Document(lambda: openapi_response(describe(contract))),
        errors=Document(lambda: raw(render_errors(contract))),
    )


async def report_refusals(functions: Functions, refusals: list[dict[str, Any]]) -> None:
    """Hands refusals to the database. Raises Problem, TimeoutError."""
    async with asyncio.timeout(5):
        await functions.call("record_refusals", {"refusals": refusals}, request_id="", caller=GATEWAY)


async def watch(database: Database, replica: Replica | None) -> None:
    """Records the use of the pools and the replica, until it is cancelled."""
    while True:
        watch_pools(database.pools)
        if replica is not None:
            watch_replica(replica)
        await asyncio.sleep(WATCH)


async def _read_contract(settings: Settings, source: tuple[str, str]) -> Contract:
    connection = await connect(settings.access.url("web_anonymous"), timeout=10)
    try:
        async with asyncio.timeout(30):  # else a connection that is lost without a word is a start that never ends
            contract = await read_contract(connection)
            deployed = await read_deployed(connection, contract, source)
    finally:
        await connection.close(timeout=5)
    routes = [(route.method, route.path, route.function) for route in ROUTES]
    misfits = find_misfits(contract, routes, INTERNAL, exactly=deployed.same)
    if misfits:
        raise ContractError(misfits if deployed.same else [deployed.difference(source), *misfits])
    if not deployed.same:
        write_log({"schema": "differs", "detail": deployed.difference(source)})
    return contract


def build_operations(contract: Contract, *, numbered: bool) -> list[Operation]:
    """The routes matched with their functions, in their order. Raises ContractError with every mismatch."""
    lines = [route.line for route in ROUTES]
    locations = find_locations(contract, lines)
    operations: list[Operation] = []
    misfits: list[str] = []
    for line in lines:
        try:
            operations.append(build_operation(contract, line, locations, numbered=numbered))
        except ContractError as error:
            misfits += error.misfits
    if misfits:
        raise ContractError(misfits)
    return operations


def describe(contract: Contract) -> dict[str, Any]:
    """The OpenAPI document, with examples. Raises ContractError."""
    operations = build_operations(contract, numbered=False)
    document = build_openapi(contract, operations, ErrorCodes(contract, SENTENCES), PHRASES)
    add_examples(document, contract.events)
    return document


def bind(app: Starlette, state: State) -> None:
    """Gives each endpoint its operation and the state."""
    operations = build_operations(state["contract"], numbered=state["replica"] is not None)
    by_function = {operation.line.function: operation for operation in operations}
    for route in app.routes:
        if isinstance(route, Route) and isinstance(route.endpoint, Endpoint):
            route.endpoint.bind(by_function[route.name], state)
