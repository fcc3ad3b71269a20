"""What is no endpoint of the shop: health, metrics, the document of the contract, and the pages a person lands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from api.docs import docs
from api.http.endpoint import ANONYMOUS, JSON, NO_STORE, Answer, Exchange
from api.http.errors import Problem
from api.metrics import metrics
from db.deploy import migrate

if TYPE_CHECKING:
    from api.http.endpoint import Store

SOURCE = migrate.source_version()
_seen_current = False


async def live(store: Store, x: Exchange) -> Answer:
    """The process runs."""
    return Answer(200, b'{"status":"ok"}', [JSON, NO_STORE])


async def ready(store: Store, x: Exchange) -> Answer:
    """The database answers, and what is deployed in it is this source, or was until a newer one came.

    A deployment happens under running web tiers, and an older one that starts again meanwhile serves as it did: that
    the functions it needs are there was seen at its start. The loss of the primary does not make it unready as long as
    a standby answers reads.
    """
    global _seen_current
    reads = {"replica": store.replica.state} if store.replica is not None else {}
    if store.replica is not None and store.replica.alone:
        return Answer(200, orjson.dumps({"status": "reads_only", **reads}), [JSON, NO_STORE])
    deployed = await store.call(
        "get_schema_version", {"source_digest": SOURCE[1]}, request_id=x.request_id, caller=ANONYMOUS, repeatable=True
    )
    current = (deployed["schema_version"], deployed["code_digest"]) == SOURCE
    known = deployed.pop("source_known", False)
    _seen_current = _seen_current or current or bool(known)
    if not _seen_current:
        raise Problem(
            "schema_differs",
            503,
            "The database has another version of the schema than this source. Run: storeproc migrate",
            members={"deployed": deployed["schema_version"], "source": SOURCE[0]},
        )
    return Answer(200, orjson.dumps({"status": "ready", **deployed, "current": current, **reads}), [JSON, NO_STORE])


async def measurements(store: Store, x: Exchange) -> Answer:
    metrics.watch_pools(store.database)
    body, kind = metrics.exposition()
    return Answer(200, body, [(b"content-type", kind.encode()), NO_STORE])


async def contract(store: Store, x: Exchange) -> Answer:
    return _document(store, x, "openapi.json")


async def documentation(store: Store, x: Exchange) -> Answer:
    return _document(store, x, "docs")


async def error_index(store: Store, x: Exchange) -> Answer:
    return _document(store, x, "docs/errors")


def _document(store: Store, x: Exchange, name: str) -> Answer:
    made = store.documents[name]
    tag = next(value for key, value in made.headers if key == b"etag")
    if x.headers.get(b"if-none-match") == tag:
        return Answer(304, b"", [(b"etag", tag)])
    return Answer(made.status, made.body, list(made.headers))


async def checkout_success(store: Store, x: Exchange) -> Answer:
    return docs.page("Thank you", "<h1>Thank you</h1><p>Your payment is being confirmed. You can close this page.</p>")


async def checkout_cancel(store: Store, x: Exchange) -> Answer:
    text = "Nothing was charged. Your order waits, and you can try again."
    return docs.page("Not paid", f"<h1>Not paid</h1><p>{text}</p>")
