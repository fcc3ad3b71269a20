"""Products as CSV files, in and out, through COPY.

A file is received into a temporary file before a connection is taken, and written into one before the first byte is
sent: a slow client costs disk, and neither memory nor a connection. What its lines mean, the database decides; here a
file is taken apart into cells.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import IO, Any

import asyncpg
import orjson

from api.handlers.order_stream import Flow
from api.http.endpoint import (
    JSON,
    NO_STORE,
    REPLAYED,
    Answer,
    Caller,
    Endpoint,
    Exchange,
    Gone,
    Handler,
    Headers,
    Store,
)
from api.http.errors import Problem, from_database
from api.postgres.pool import Connection

CSV = "text/csv"
IN_MEMORY = 256 * 1024  # bytes of a file that are kept in memory; what is longer goes to disk
CHUNK = 64 * 1024
LONGEST = 600.0  # seconds that a file may take to arrive, however steadily
PATIENCE = 30.0  # seconds that a client may take to make room for the next chunk


# --- in -------------------------------------------------------------------------------------------


async def import_products(endpoint: Endpoint, x: Exchange) -> Answer:
    store = endpoint.store
    caller = store.identify(x)
    if x.headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != CSV.encode():
        raise Problem("media_type_unsupported", detail="Send the file as text/csv.")
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        digest = await _receive(x, store, file)
        file.seek(0)
        lines = Lines(file)
        text, replayed = await _copy_in(endpoint, x, caller, lines, digest)
    headers: Headers = [NO_STORE, JSON, *([REPLAYED] if replayed else [])]
    made = orjson.loads(text)
    if made["status"] == "rejected":
        raise Problem("import_rejected", members={"import": made})
    headers.append((b"location", f"/v1/products/imports/{made['id']}".encode()))
    return Answer(201 if made["status"] == "completed" else 202, text.encode(), headers)


async def _receive(x: Exchange, store: Store, file: IO[bytes]) -> str:
    """The whole body, while it keeps coming. Answers its SHA-256."""
    limit = store.settings.import_limit
    latest = time.perf_counter() + LONGEST
    digest = hashlib.sha256()
    size = 0
    while True:
        message = await x.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            digest.update(chunk)
            file.write(chunk)
        elif size > 4 * limit:
            raise Problem("body_too_large", headers={"connection": "close"})
        x.until = min(latest, time.perf_counter() + store.settings.request_timeout)
        if not message.get("more_body"):
            break
    if size > limit:  # a client that is still sending would not have heard the answer
        raise Problem("body_too_large")
    return digest.hexdigest()


class Lines:
    """A file's cells, a line at a time. The first one names the columns."""

    def __init__(self, file: IO[bytes]) -> None:
        # utf-8-sig: spreadsheets begin their files with a byte order mark.
        self.reader = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""), strict=True)
        with _readable(self.reader):
            self.columns = [name.strip().lower() for name in next(self.reader, [])]

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Records for COPY: the line's number, what is wrong with its form, its cells."""
        width = len(self.columns)
        nothing = (None,) * width
        number = self.reader.line_num + 1
        with _readable(self.reader):
            for cells in self.reader:
                if len(cells) == width:
                    # A NUL is no text in PostgreSQL.
                    yield (number, None, *(cell.replace("\0", "") for cell in cells))
                elif cells:
                    yield (number, f"The line has {len(cells)} cells, there are {width} columns.", *nothing)
                number = self.reader.line_num + 1


class _readable:  # noqa: N801  # reads like a keyword
    """What the reader cannot read is the client's mistake."""

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise Problem("import_file_invalid", detail="The file is not UTF-8.") from None
        if isinstance(error, csv.Error):
            raise Problem(
                "import_file_invalid", detail=f"Line {self.reader.line_num} cannot be read as CSV: {error}."
            ) from None


async def _copy_in(endpoint: Endpoint, x: Exchange, caller: Caller, lines: Lines, digest: str) -> tuple[str, bool]:
    """The import that was made, as JSON, or the one that this Idempotency-Key made before."""
    key = endpoint.read_key(x)
    async with _transaction(endpoint.store, x, caller) as connection:
        if key is not None:
            claim = "SELECT api.claim_idempotency_key($1, $2, $3)"
            if (known := await connection.fetchval(claim, key, endpoint.key, digest)) is not None:
                return known, True
        await connection.fetchval("SELECT api.open_import($1)", lines.columns)
        await connection.copy_records_to_table(
            "import_draft", schema_name="pg_temp", columns=["line", "problem", *lines.columns], records=lines
        )
        text: str = await connection.fetchval("SELECT to_json(api.import_products($1))::text", lines.columns)
        if key is not None:
            await connection.fetchval("SELECT api.store_idempotent_answer($1)", text)
        return text, False


# --- out ------------------------------------------------------------------------------------------


async def export_products(endpoint: Endpoint, x: Exchange) -> Answer:
    caller = endpoint.store.identify(x)
    (currency,) = (await endpoint.read(x)).texts
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed when it is sent

    async def write(data: bytes) -> None:
        file.write(data)

    try:
        async with _transaction(endpoint.store, x, caller) as connection:
            query = "SELECT * FROM api.export_products($1::text)"
            await connection.copy_from_query(query, currency, output=write, format="csv", header=True)
    except BaseException:
        file.close()
        raise
    headers: Headers = [
        (b"content-type", b"text/csv; charset=utf-8; header=present"),
        (b"content-disposition", b'attachment; filename="products.csv"'),
        (b"content-length", str(file.tell()).encode()),
        NO_STORE,
    ]
    file.seek(0)

    async def close() -> None:
        file.close()

    if x.scope["method"] == "HEAD":
        file.close()
        return Flow(200, b"", headers, _send_nothing, close)
    return Flow(200, b"", headers, lambda _, send: _send(file, send), close)


async def _send(file: IO[bytes], send: Callable[[dict[str, Any]], Awaitable[None]]) -> str:
    while chunk := file.read(CHUNK):
        async with asyncio.timeout(PATIENCE):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return "sent"


async def _send_nothing(receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> str:
    await send({"type": "http.response.body", "body": b""})
    return "sent"


@asynccontextmanager
async def _transaction(store: Store, x: Exchange, caller: Caller) -> AsyncIterator[Connection]:
    """A transaction of the caller's. The token is an argument of a statement of its own: COPY takes none, and its text
    is kept in statistics.
    """
    try:
        async with store.database.transaction(f"web_{caller.role}") as connection:
            who = "SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true)"
            await connection.fetchrow(who, caller.token, x.request_id)
            yield connection
    except asyncpg.PostgresError as error:
        raise from_database(error, store.catalog.sentences, signed_in=bool(caller.token)) from None


IMPORT = Handler(import_products, accepts=CSV)
EXPORT = Handler(export_products, media_type=CSV)
