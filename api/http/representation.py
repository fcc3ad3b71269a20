"""What is sent of the answer to a GET: its entity tag, a 304 for a client that has it, its coding (RFC 9110 §8.8, §13).

The tag is of the body that is sent, so two different bodies never share one: `"<version>-<hash>"` for a resource with
a version, `"<hash>"` for all others, and `"…-gzip"` for the compressed form, whose bytes are different ones.
If-None-Match compares the whole tag, If-Match the version alone, which decides whether a change is lost.

Only answers to GET are compressed. A secret (tokens, keys, codes) is shown once, by the POST that made it, and the
length of a compressed answer would tell something of it (BREACH).

Starlette's GZipMiddleware was considered: it compresses every answer anew, also those that are kept for many requests,
and leaves one tag to two different bodies.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from functools import lru_cache

from starlette.responses import Response
from starlette.types import Scope

from api.http.errors import Problem
from api.http.responses import RawResponse

WORTH = 1000  # bytes from which on a body is compressed: below, it fits into one packet in any case
LEVEL = 1  # of gzip: 52 kB of products in 0.4 ms; level 6 takes 1.0 ms, and saves another 3 % of them
AT_ONCE = 128 * 1024  # bytes that are compressed while other requests wait; more in a thread
MOST_VERSIONS = 4  # in an If-Match: each is tried with a statement of its own

_COMPRESSIBLE = (b"application/json", b"application/xml", b"text/", b"image/svg+xml")
_VARY = (b"vary", b"accept-encoding")
_GZIP = (b"content-encoding", b"gzip")
_TAG = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
# Proxies that compress append to the tag (Caddy: "3-…-gzip"). Clients that know the version may send "3", or 3.
_VERSION = re.compile(rb'"(\d{1,18})(?:-[^"]*)?"')
_PLAIN = re.compile(rb"\s*(\d{1,18})\s*")
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


def make_tag(body: bytes, version: str = "") -> bytes:
    """The entity tag of a body. SHA-256 is what processors have instructions for: 1 µs for an order."""
    found = hashlib.sha256(body).hexdigest()[:24]
    return f'"{version}-{found}"'.encode() if version else f'"{found}"'.encode()


def label(response: Response) -> None:
    """Adds the tag to the answer of a change, for the If-Match of the next one."""
    if isinstance(response, RawResponse) and response.version and response.status_code < 300:
        response.raw_headers.append((b"etag", make_tag(response.body, response.version)))


async def represent(scope: Scope, response: Response, *, compress: bool) -> Response:
    """The answer to a GET as this client gets it. Tag and compressed body are kept with `response`, if that is kept."""
    if not isinstance(response, RawResponse) or response.status_code != 200 or not response.body:
        return response
    if not response.complete:
        _complete(response, compress=compress)
    given = read_field(scope, b"if-none-match")
    if response.varies and accepts_gzip(read_field(scope, b"accept-encoding")):
        if response.packed is None:
            response.packed = await _pack(response)
        response = response.packed
    return not_modified(response) if given and matches(given, response.tag) else response


def not_modified(response: RawResponse) -> RawResponse:
    """The 304: all headers but those of the body, since a client applies them to its copy (RFC 9110 §15.4.5)."""
    kept = (b"content-location", b"content-security-policy")
    headers = [h for h in response.raw_headers if not h[0].startswith(b"content-") or h[0] in kept]
    return RawResponse(304, b"", headers)


def matches(given: bytes, tag: bytes) -> bool:
    """Whether an If-None-Match names the tag: a list, weak tags too, or `*` (RFC 9110 §13.1.2)."""
    return given == tag or given.strip() == b"*" or any(tag == found for _, found in _TAG.findall(given))


def wanted_versions(scope: Scope) -> list[int | None]:
    """The versions of an If-Match, the newest first; None where any will do. Raises Problem.

    Tags are compared strongly (RFC 9110 §13.1.1), so a weak one matches nothing.
    """
    given = read_field(scope, b"if-match")
    if not given or given.strip() == b"*":
        return [None]
    if found := _PLAIN.fullmatch(given):
        return [int(found[1])]
    tags = _TAG.findall(given)
    if not tags or _TAG.sub(b"", given).strip(b" \t,"):
        raise Problem("if_match_invalid")
    strong = [tag for weak, tag in tags if not weak]
    versions = sorted({int(found[1]) for tag in strong if (found := _VERSION.fullmatch(tag))}, reverse=True)
    if len(versions) > MOST_VERSIONS:
        raise Problem("if_match_invalid", detail=f"If-Match names more than {MOST_VERSIONS} versions.")
    if not strong:
        detail = 'If-Match compares strong tags, and a proxy has made this one weak. Send the version, such as "3".'
        raise Problem("version_stale", detail=detail)
    if not versions:
        raise Problem("version_stale")  # well-formed, and not one of ours
    return list(versions)


def read_field(scope: Scope, name: bytes) -> bytes:
    """A header that may come in several lines, as one; empty when there is none."""
    found = b""
    for key, value in scope["headers"]:
        if key == name:
            found = found + b", " + value if found else value
    return found


@lru_cache(256)
def accepts_gzip(header: bytes) -> bool:
    """Whether an Accept-Encoding prefers gzip to the plain body (RFC 9110 §12.5.3). `*` alone asks for nothing."""
    qualities: dict[str, float] = {}
    for item in header.decode("latin-1").lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        found = _QUALITY.fullmatch(parameters[0]) if parameters else None
        qualities[name] = 1.0 if not parameters else float(found[1]) if found else 0.0
    gzips = max(qualities.get("gzip", 0.0), qualities.get("x-gzip", 0.0))
    return gzips > 0 and gzips >= qualities.get("identity", 0.0)


def _complete(response: RawResponse, *, compress: bool) -> None:
    headers = response.raw_headers
    if not response.tag:
        response.tag = make_tag(response.body, response.version)
    headers.append((b"etag", response.tag))
    if compress and len(response.body) >= WORTH:
        kind = next((value for name, value in headers if name == b"content-type"), b"")
        if kind.startswith(_COMPRESSIBLE):
            response.varies = True
            headers.append(_VARY)
    response.complete = True


async def _pack(whole: RawResponse) -> RawResponse:
    body = bytes(whole.body)
    # mtime=0: the same body has the same bytes, so the same tag.
    if len(body) > AT_ONCE:
        packed = await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)
    else:
        packed = gzip.compress(body, LEVEL, mtime=0)
    tag = whole.tag[:-1] + b'-gzip"'
    headers = [h for h in whole.raw_headers if h[0] not in (b"content-length", b"etag")]
    response = RawResponse(200, packed, [*headers, (b"etag", tag), _GZIP])
    response.tag = tag
    return response
