"""Answers 503 on the listening socket while no web process lives, so that clients do not wait in vain.

The supervisor holds the socket, so without this the kernel would keep accepting connections that no process reads. It
is one selector in the supervisor's own loop: a thread would make the fork of the next child unsafe.
"""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import suppress

RETRY_AFTER = 2  # seconds
READ_TIMEOUT = 1.0  # seconds in which the client may send the rest of its request
MOST = 256  # connections at a time; above it the oldest is closed

_BODY = (
    b'{"type":"about:blank","title":"Service Unavailable","status":503,"code":"unavailable",'
    b'"detail":"The store is being restarted. Try again in a moment."}'
)
RESPONSE = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"content-type: application/problem+json\r\n"
    b"content-length: %d\r\n"
    b"retry-after: %d\r\n"
    b"cache-control: no-store\r\n"
    b"connection: close\r\n\r\n%s"
) % (len(_BODY), RETRY_AFTER, _BODY)


def answer_unavailable(listener: socket.socket, seconds: float) -> None:
    """Accept connections for so many seconds and answer each with 503. Returns with all of them closed."""
    end = time.monotonic() + seconds
    deadlines: dict[socket.socket, float] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while (now := time.monotonic()) < end or deadlines:
            if now >= end and listener in selector.get_map():
                selector.unregister(listener)  # only the open connections are finished
            for key, _ in selector.select(0.05):
                if key.fileobj is listener:
                    if (client := _accept(listener)) is not None:
                        selector.register(client, selectors.EVENT_READ)
                        deadlines[client] = min(time.monotonic(), end) + READ_TIMEOUT
                elif isinstance(key.fileobj, socket.socket) and _is_done(key.fileobj):
                    deadlines[key.fileobj] = 0.0
            late = [client for client, deadline in deadlines.items() if deadline <= time.monotonic()]
            for client in [*late, *list(deadlines)[: max(0, len(deadlines) - len(late) - MOST)]]:
                if deadlines.pop(client, None) is not None:
                    selector.unregister(client)
                    client.close()


def _accept(listener: socket.socket) -> socket.socket | None:
    try:
        client, _ = listener.accept()
    except OSError:  # the client has gone, or another process was faster
        return None
    client.setblocking(False)
    with suppress(OSError):
        client.sendall(RESPONSE)  # fits into the empty buffer of a new connection
        client.shutdown(socket.SHUT_WR)
    return client


def _is_done(client: socket.socket) -> bool:
    """Read what the client sends: closing with unread data would reset the connection and lose the response."""
    try:
        return not client.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True
