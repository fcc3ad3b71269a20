"""A printed invoice, or credit note, over HTTP: the bytes that were kept."""

from __future__ import annotations

from base64 import b64decode

import orjson

from api.http.endpoint import Answer, Endpoint, Exchange, Handler, Headers

# It never changes; but it is one customer's, so no proxy keeps it.
_KEEP = (b"cache-control", b"private, max-age=31536000, immutable")
# What a browser's own PDF viewer needs.
_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'",
)


async def download(endpoint: Endpoint, x: Exchange) -> Answer:
    found = orjson.loads((await endpoint.run(x)).body)
    tag = f'"{found["sha256"]}"'.encode()
    headers: Headers = [_KEEP, (b"etag", tag), (b"vary", b"authorization, cookie")]
    if x.headers.get(b"if-none-match") == tag:
        return Answer(304, b"", headers)
    headers += [
        (b"content-type", b"application/pdf"),
        (b"content-disposition", f'inline; filename="{found["number"]}.pdf"'.encode()),
        _POLICY,
    ]
    return Answer(200, b64decode(found["content"]), headers)


DOWNLOAD = Handler(download, media_type="application/pdf")
