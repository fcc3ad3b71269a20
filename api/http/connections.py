"""Limits that uvicorn does not have: how many connections there are, how large and slow a request's head may be.

How long a body may take is limited by the deadline of its request (see middleware.py), or of the upload.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.client_network import LOCAL, client_network
from api.settings import Settings

MOST_HEAD = 32 * 1024  # bytes of a request line with its headers
HEAD_TIME = 10.0  # seconds for them, from the connection or the first byte on, and for the rest of a refused body
WRITE_TIME = 60.0  # seconds that a client may read nothing of a response
SHARE = 10  # a client network may have one connection in ten
SWEEP = 1.0  # seconds between two looks


class Connections:
    """The connections of a process. One sweep over all of them costs less than a timer for each request."""

    def __init__(self, settings: Settings) -> None:
        self.most = settings.max_connections
        self.trusted = settings.trusted_proxies
        self.open: dict[LimitedProtocol, str] = {}
        self.networks: Counter[str] = Counter()

    def admit(self, connection: LimitedProtocol, address: str) -> int:
        """Counts a connection. Returns the status to refuse it with, or 0."""
        network = "" if self._is_proxy(address) else client_network(address)
        if len(self.open) >= self.most:
            return 503
        if network not in LOCAL and self.networks[network] >= max(1, self.most // SHARE):
            return 429
        self.open[connection] = network
        self.networks[network] += 1
        return 0

    def forget(self, connection: LimitedProtocol) -> None:
        """A connection has ended."""
        network = self.open.pop(connection, None)
        if network is not None:
            self.networks[network] -= 1
            if not self.networks[network]:
                del self.networks[network]

    async def sweep(self) -> None:
        """Closes connections that are too slow, until it is cancelled."""
        while True:
            now = asyncio.get_running_loop().time()
            for connection in list(self.open):
                connection.check(now)
            await asyncio.sleep(SWEEP)

    def _is_proxy(self, address: str) -> bool:
        """Whether the connections of many clients come from there."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted)


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with these limits."""

    limits: Connections
    head_since = 0.0  # when the head of a request began that is not complete; 0: there is none
    head_size = 0  # bytes received since
    in_body = False  # the body of a request has not come whole
    oversized = False
    unread = 0  # bytes of responses that the client has not read
    unread_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Admits or refuses the client."""
        super().connection_made(transport)
        self.limits = self.app_state["connections"]
        self.head_since = self.loop.time()
        if status := self.limits.admit(self, self.client[0] if self.client else ""):
            self.refuse(status)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        self.limits.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parses what came, and refuses a head that grows too large."""
        self.head_size += len(data)
        super().data_received(data)
        if self.head_since:
            # A second answer to a request that has one would be taken for the answer to the next one.
            if self.head_size > MOST_HEAD and not self.in_body and not self.transport.is_closing():
                self.refuse(431)
        elif self.cycle is not None and self.cycle.response_complete:
            # Empty lines between requests, or the rest of a body after its response.
            self.head_since = self.loop.time()
            self.head_size = 0

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self.head_since = self.loop.time()

    def on_headers_complete(self) -> None:
        """The application begins, unless the head was too large."""
        # One read may bring a whole head and more, so its size is only looked at where it may be too large.
        if self.head_size > MOST_HEAD:
            self.oversized = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MOST_HEAD
            if self.oversized:
                raise ValueError("the head is too large")  # the parser ends, and calls send_400_response()
        self.head_since = 0.0
        self.head_size = 0
        self.in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The last byte of a request: what comes from now on is the next one's head."""
        self.in_body = False
        self.head_since = 0.0
        self.head_size = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses."""
        if self.oversized:
            self.refuse(431)
        else:
            super().send_400_response(msg)

    def refuse(self, status: int) -> None:
        """Answers and closes."""
        phrase = HTTPStatus(status).phrase
        self.transport.write(
            f"HTTP/1.1 {status} {phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(phrase)}\r\nretry-after: 5\r\nconnection: close\r\n\r\n{phrase}".encode()
        )
        self.transport.close()

    def check(self, now: float) -> None:
        """Ends the connection if its client is too slow."""
        if self.head_since and now - self.head_since > HEAD_TIME and self._between_responses():
            self.refuse(408) if self.cycle is None else self.transport.close()
            return
        unread = self.transport.get_write_buffer_size()
        if not unread or unread != self.unread:
            self.unread, self.unread_since = unread, now
        elif now - self.unread_since > WRITE_TIME:
            self.transport.abort()

    def _between_responses(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or bool(cycle.response_complete)
