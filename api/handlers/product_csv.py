"""Import and export of products as CSV files, through COPY.

A file is received into memory before a connection is taken, once the database has verified the caller, and an export is
written into a temporary file before the first byte is sent: a slow client costs no connection. How many files there are
at a time, and how slowly they may move, is limited in transfers.py. Here a file is only taken apart into cells; the
database decides what its lines mean.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from email.message import Message
from types import MappingProxyType
from typing import IO, ClassVar

import asyncpg
import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.contract.json_schema import Schema
from api.handlers.product_lines import CHARSETS, Lines
from api.handlers.transfers import RETRY_AFTER, SLOWEST, Transfer, Transfers
from api.http.context import request_context
from api.http.endpoint import Endpoint
from api.http.errors import Problem, from_database
from api.http.requests import ApiRequest
from api.http.responses import JSON, NO_STORE, REPLAYED, Headers, RawResponse
from api.postgres.connecting import Connection
from api.postgres.functions import Caller

CSV = "text/csv"
IN_MEMORY = 256 * 1024  # bytes of an export that are kept in memory; a larger one goes to disk
CHUNK = 64 * 1024
PATIENCE = 30.0  # seconds that a client may take to make room for the next chunk


# --- in -------------------------------------------------------------------------------------------


class ImportProducts(Endpoint):
    """POST /products/import."""

    fields: ClassVar[Mapping[str, Schema]] = MappingProxyType({"columns": {"type": "array"}})  # the file's first line
    accepts: ClassVar[str] = CSV
    refusals: ClassVar[tuple[str, ...]] = ("check_importer", "open_import", "import_file_invalid", "import_rejected")
    others: ClassVar[Mapping[int, str]] = {202: "The new product import, which the worker goes on with."}

    async def respond(self, request: ApiRequest) -> Response:
        """201 when every line was imported, 202 while the worker goes on. Raises Problem."""
        caller = self.identify(request)
        if request.media_type() != CSV.encode():
            raise Problem("media_type_unsupported", detail="Send the file as text/csv.")
        request.refuse_coding()
        encoding = _encoding(request)
        (on_conflict,) = self.read_parameters(request)
        await self.verify(request, "check_importer")
        with closing(start_transfer(self.state["uploads"], caller)) as upload:
            file = io.BytesIO()
            digest = hashlib.sha256(f"{on_conflict} {encoding}\n".encode())
            await self._receive(request, upload, file, digest)
            file.seek(0)
            lines = Lines(file, encoding)
            text, replayed = await self._copy_in(request, caller, lines, on_conflict, digest.hexdigest())
        headers: Headers = [NO_STORE, JSON, *([REPLAYED] if replayed else [])]
        made = orjson.loads(text)
        if made["status"] == "rejected":
            raise Problem("import_rejected", members={"import": made})
        headers.append((b"location", f"/v1/products/imports/{made['id']}".encode()))
        return RawResponse(201 if made["status"] == "completed" else 202, text.encode(), headers)

    async def _receive(self, request: ApiRequest, upload: Transfer, file: IO[bytes], digest: hashlib._Hash) -> None:
        """Writes the body to `file` and `digest`; the deadline moves with every byte."""
        settings = self.state["settings"]
        begin = time.perf_counter()
        size = 0
        while True:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > settings.import_limit:
                raise Problem("body_too_large", headers={"connection": "close"})
            try:
                upload.take(len(chunk))
            except Problem as problem:
                problem.unread = True
                raise
            digest.update(chunk)
            file.write(chunk)
            request.context.deadline = begin + settings.request_timeout + size / SLOWEST
            if not message.get("more_body"):
                # What is left to do has the time of any request.
                request.context.deadline = time.perf_counter() + settings.request_timeout
                return

    async def _copy_in(
        self, request: ApiRequest, caller: Caller, lines: Lines, on_conflict: object, digest: str
    ) -> tuple[str, bool]:
        """The import as JSON, and whether this Idempotency-Key made it before."""
        key = self.read_key(request)
        async with transaction(self, request, caller) as connection:
            if key is not None:
                claim = "SELECT api.claim_idempotency_key($1, $2, $3)"
                if (known := await connection.fetchval(claim, key, self.key, digest)) is not None:
                    return known, True
            await connection.fetchval("SELECT api.open_import($1)", lines.columns)
            await connection.copy_records_to_table(
                "import_draft", schema_name="pg_temp", columns=["line", "problem", *lines.columns], records=lines
            )
            query = "SELECT to_json(api.import_products($1, $2))::text"
            text: str = await connection.fetchval(query, lines.columns, on_conflict)
            if key is not None:
                await connection.fetchval("SELECT api.store_idempotent_answer($1)", text)
            return text, False


def _encoding(request: ApiRequest) -> str:
    """The encoding that Content-Type names, or an empty string. Raises Problem."""
    header = Message()
    header["content-type"] = request.header(b"content-type") or CSV
    charset = header.get_content_charset() or ""
    if charset and charset not in CHARSETS:
        known = ", ".join(sorted(CHARSETS))
        raise Problem("media_type_unsupported", detail=f"A file can be sent with one of these charsets: {known}.")
    return charset


# --- out ------------------------------------------------------------------------------------------


class ExportProducts(Endpoint):
    """GET /products/export."""

    media_type: ClassVar[str] = CSV
    refusals: ClassVar[tuple[str, ...]] = ("begin_product_export",)

    async def respond(self, request: ApiRequest) -> Response:
        """The file. Raises Problem before it begins."""
        caller = self.identify(request)
        (currency,) = (await self.read(request)).texts
        await self.verify(request, "check_importer")
        download = start_transfer(self.state["downloads"], caller)
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed when it has been sent

        async def write(data: bytes) -> None:
            try:
                file.write(data)
            except OSError:  # the disk is full
                raise Problem("busy", members={"retry_after": RETRY_AFTER}) from None

        try:
            async with transaction(self, request, caller) as connection:
                await connection.fetchval("SELECT api.begin_product_export()")
                query = "SELECT * FROM api.export_products($1::text)"
                await connection.copy_from_query(query, currency, output=write, format="csv", header=True)
        except BaseException:
            file.close()
            download.close()
            raise
        return FileDownload(file, download)


class FileDownload(Response):
    """Sends a temporary file, and closes it."""

    def __init__(self, file: IO[bytes], download: Transfer) -> None:
        self.status_code = 200
        self.background = None
        self.raw_headers = [
            (b"content-type", b"text/csv; charset=utf-8; header=present"),
            (b"content-disposition", b'attachment; filename="products.csv"'),
            (b"content-length", b"%d" % file.tell()),
            NO_STORE,
        ]
        self.file = file
        self.download = download
        self.longest = PATIENCE + file.tell() / SLOWEST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it in chunks; a client that reads too slowly is cut off."""
        context = request_context(scope)
        context.streams = True
        self.file.seek(0)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            latest = asyncio.get_running_loop().time() + self.longest
            while scope["method"] != "HEAD" and (chunk := self.file.read(CHUNK)):
                async with asyncio.timeout_at(min(latest, asyncio.get_running_loop().time() + PATIENCE)):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            context.ended = "sent"
        except TimeoutError:
            context.ended = "client_too_slow"
        finally:
            self.file.close()
            self.download.close()


def start_transfer(transfers: Transfers, caller: Caller) -> Transfer:
    """A place for a file of the caller. Raises Problem."""
    try:
        return transfers.start(caller.subject)
    except Problem as problem:
        problem.unread = True
        raise


@asynccontextmanager
async def transaction(endpoint: Endpoint, request: ApiRequest, caller: Caller) -> AsyncIterator[Connection]:
    """A transaction of the caller. Raises Problem.

    The token is an argument of a statement of its own: COPY takes none, and the text of a COPY is kept in statistics.
    """
    state = endpoint.state
    try:
        async with state["database"].transaction(f"web_{caller.role}") as connection:
            who = (
                "SELECT set_config('app.token', $1, true), set_config('app.request_id', $2, true), "
                "set_config('app.client', $3, true)"
            )
            await connection.fetchrow(who, caller.token, request.context.request_id, request.context.client_line)
            yield connection
    except asyncpg.PostgresError as error:
        raise from_database(error, state["contract"].sentences, signed_in=bool(caller.token)) from None
