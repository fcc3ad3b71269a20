"""An invoice or credit note as PDF or XRechnung: the bytes that were stored when it was issued."""

from __future__ import annotations

from base64 import b64decode
from typing import ClassVar

import orjson
from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import Headers, RawResponse

# It never changes, but it belongs to one customer, so no proxy keeps it.
_KEEP = (b"cache-control", b"private, max-age=31536000, immutable")
# What the PDF viewers of browsers need.
_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'",
)


class InvoicePdf(Endpoint):
    """GET /orders/{order_id}/invoice.pdf and /credit-notes/{credit_note_id}/pdf."""

    media_type: ClassVar[str] = "application/pdf"
    ending: ClassVar[str] = "pdf"
    disposition: ClassVar[str] = "inline"

    @staticmethod
    def content(stored: str) -> bytes:
        """The file."""
        return b64decode(stored)

    async def respond(self, request: ApiRequest) -> Response:
        """The document. Raises Problem."""
        stored = await super().respond(request)
        found = orjson.loads(bytes(stored.body))
        headers: Headers = [
            _KEEP,
            (b"vary", b"authorization, cookie"),
            (b"content-type", self.media_type.encode()),
            (b"content-disposition", f'{self.disposition}; filename="{found["number"]}.{self.ending}"'.encode()),
            _POLICY,
        ]
        response = RawResponse(200, self.content(found["content"]), headers)
        response.tag = f'"{found["sha256"]}"'.encode()
        return response


class InvoiceXml(InvoicePdf):
    """GET /orders/{order_id}/invoice.xml and /credit-notes/{credit_note_id}/xml."""

    media_type: ClassVar[str] = "application/xml"
    ending: ClassVar[str] = "xml"
    disposition: ClassVar[str] = "attachment"

    @staticmethod
    def content(stored: str) -> bytes:
        """The file."""
        return stored.encode()
