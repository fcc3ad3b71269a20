"""What the handlers of one application share. It is made in the lifespan (api/app.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from api.contract.reader import Contract
from api.gateways.protocol import Gateway
from api.gateways.steps import PaymentSteps
from api.handlers.transfers import Transfers
from api.http.connections import Connections
from api.http.documents import Document
from api.http.passwords import PasswordHasher
from api.http.rate_limit import RateLimit
from api.http.readiness import Readiness
from api.metrics.counting import RequestMetrics
from api.postgres.cache import ResponseCache
from api.postgres.database import Database
from api.postgres.functions import Functions
from api.postgres.order_news import OrderNews
from api.postgres.replica import Replica
from api.settings import Settings


class State(TypedDict):
    """The lifespan state, as `request.state` and `endpoint.state`.

    `origins`: whose pages may send cookies. `key_limit`: of the requests with each API key. `source`: schema version
    and digest of the code that this process serves. `openapi`, `errors`: the OpenAPI document and the list of error
    codes.
    """

    settings: Settings
    database: Database
    contract: Contract
    functions: Functions
    gateways: Mapping[str, Gateway]
    payments: PaymentSteps
    origins: frozenset[str]
    key_limit: RateLimit | None
    cache: ResponseCache
    order_news: OrderNews
    replica: Replica | None
    passwords: PasswordHasher
    connections: Connections
    uploads: Transfers
    downloads: Transfers
    metrics: RequestMetrics
    source: tuple[str, str]
    readiness: Readiness
    openapi: Document
    errors: Document
