"""Outgoing webhooks: what happened in the shop, told to whoever asked for it, after standardwebhooks.com.

The database keeps what is owed, signs it, and decides when to try again; this is the part that speaks to strangers.
Where a name leads is looked up here, checked, and connected to as it was checked, so that a name that is moved between
the two leads nowhere. Redirects are not followed, and of an answer no more than its beginning is read.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpcore
import orjson
from starlette.responses import Response

from api.http.endpoint import Endpoint
from api.http.errors import Problem
from api.http.requests import ApiRequest
from api.settings import Settings

TIMEOUT = 10.0  # seconds for an attempt, from the look-up of the name to the answer's head
CONNECT = 3.0  # seconds for one of the addresses that a name has
LOOK_UP = 3.0  # seconds for the name, when an endpoint is made
READ_AT_MOST = 64 * 1024  # bytes of an answer's body
KEEP = 200  # characters of it that are kept
AT_ONCE = 64  # attempts that a worker makes side by side
OF_ONE = 4  # of them to one endpoint; a failing one gets one at a time from the database
POLL = 1.0  # seconds between looks at the log and at what is due

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

log = logging.getLogger("storeproc.worker")

# Of all of IPv6 only this is on the public network, and of it not what leads elsewhere. In both lists is also what
# ipaddress calls global in some versions of Python (IANA's registries of special-purpose addresses).
_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's own service, at an address that looks public
            "192.0.0.0/24",  # protocol assignments, Oracle's metadata among them
            "192.88.99.0/24",  # 6to4 relays
            "2001::/23",  # Teredo and other protocol assignments
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",
        ),
    )
)


class TargetRefused(Exception):
    """An address that nothing is sent to, in a word."""


# --- where to ------------------------------------------------------------------------------------


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return (
        address.is_global
        and not address.is_multicast
        and (address.version == 4 or address in _PUBLIC_6)
        and not any(address in network for network in _REFUSED if network.version == address.version)
    )


class Guard:
    """Which addresses may be spoken to."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self.allow_private = settings.webhooks_allow_private
        self.https_only = settings.production
        self.resolve = resolve or look_up

    def check_url(self, url: str) -> tuple[str, str, int]:
        """Scheme, host and port."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (ValueError, KeyError):
            raise TargetRefused("url_malformed") from None
        if not parts.hostname:
            raise TargetRefused("url_malformed")
        if self.https_only and parts.scheme != "https":
            raise TargetRefused("https_required")
        # Services of old live below 1024: nothing of ours is said to a mail server.
        if port not in (80, 443) and port < 1024 and not self.allow_private:
            raise TargetRefused("port_refused")
        return parts.scheme, parts.hostname, port

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where a name leads; refused if one of them is not public, since whoever owns the name chooses the order."""
        found = await self.resolve(host, port)
        if not found:
            raise TargetRefused("name_not_found")
        if not self.allow_private and not all(is_public(ipaddress.ip_address(text)) for text in found):
            raise TargetRefused("address_refused")
        return found


# A look-up cannot be given up: it stays in its thread, and these are not the ones that other work needs.
_threads = ThreadPoolExecutor(16, thread_name_prefix="webhook-names")


async def look_up(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().run_in_executor(
            _threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to what was checked. TLS and Host still go by the name: they are made of the URL, above this."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # of the base class
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        trouble: Exception = TargetRefused("name_not_found")
        for address in await self.guard.addresses(host, port):
            try:
                return await self.inner.connect_tcp(address, port, CONNECT, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise TargetRefused("address_refused")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


# --- making an endpoint ---------------------------------------------------------------------------


class CheckTarget(Endpoint):
    """POST /webhook-endpoints and PATCH /webhook-endpoints/{endpoint_id}."""

    async def respond(self, request: ApiRequest) -> Response:
        """The endpoint. Raises Problem webhook_target_refused for an address that is not on the public network.

        A name that does not resolve yet is accepted: every delivery is checked again.
        """
        state = self.state
        caller = self.identify(request)
        call = await self.read(request)
        if url := call.data.get("url"):
            # Names are only looked up for callers who are signed in.
            request_id = request.context.request_id
            await state["functions"].call("get_account", {}, request_id=request_id, caller=caller, repeatable=True)
            guard = Guard(state["settings"])
            try:
                _, host, port = guard.check_url(url)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_UP):
                        await guard.addresses(host, port)
            except TargetRefused as refusal:
                if str(refusal) != "name_not_found":
                    detail = _REASONS[str(refusal)]
                    raise Problem("webhook_target_refused", errors=[{"pointer": "/url", "detail": detail}]) from None
        return await self.execute(request, call, caller)


_REASONS = {
    "url_malformed": "It is no address of a web server.",
    "https_required": "It must begin with https://.",
    "port_refused": "The port must be 80, 443, or 1024 and above.",
    "address_refused": "It leads to an address that is not on the public network.",
}


# --- delivering -----------------------------------------------------------------------------------


class Call(Protocol):
    async def __call__(self, function: str, **arguments: object) -> Any: ...


class Courier:
    """The worker's part that delivers: log → deliveries → attempts, until it is told to stop."""

    def __init__(
        self, call: Call, settings: Settings, resolve: Resolve | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.call = call
        self.guard = Guard(settings, resolve)
        self.sending: dict[asyncio.Task[None], str] = {}
        self.pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=AT_ONCE,
            max_keepalive_connections=0,  # a connection is checked when it is made, so each delivery makes its own
            network_backend=CheckedBackend(self.guard),
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Ends when it is told to, after what was begun, or with the first trouble of the database."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                more = await self.call("fan_out_events") >= 500
                if room := min(AT_ONCE - len(self.sending), 100):
                    more = await self._claim(room) > 0 or more
                if not more:
                    await asyncio.wait({stop, *self.sending}, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
            while self.sending:
                await asyncio.wait(self.sending)
                self._collect()
        finally:
            stop.cancel()
            for task in self.sending:
                task.cancel()
            await asyncio.gather(*self.sending, return_exceptions=True)
            await self.pool.aclose()

    async def _claim(self, room: int) -> int:
        busy = [name for name, count in Counter(self.sending.values()).items() if count >= OF_ONE]
        claimed = await self.call("claim_deliveries", busy=busy, limit=room)
        for delivery in claimed:
            self.sending[asyncio.create_task(self.deliver(delivery))] = delivery["endpoint_id"]
        return len(claimed)

    def _collect(self) -> None:
        for task in [task for task in self.sending if task.done()]:
            del self.sending[task]
            task.result()

    async def deliver(self, delivery: dict[str, Any]) -> None:
        """One attempt, and its record. Whoever dies between the two has it made again, with the same id."""
        started = time.monotonic()
        attempt = Attempt()
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._send(delivery, attempt)
        except TargetRefused as refusal:
            attempt.error = str(refusal)
        except TimeoutError:
            attempt.error = "timeout"
        except (httpcore.ConnectTimeout, httpcore.ReadTimeout, httpcore.WriteTimeout, httpcore.PoolTimeout):
            attempt.error = "timeout"
        except httpcore.ConnectError as error:
            attempt.error = "tls_failed" if _is_of_tls(error) else "connection_failed"
        except (httpcore.NetworkError, OSError):
            attempt.error = "connection_lost"
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError):
            attempt.error = "answer_malformed"
        milliseconds = round((time.monotonic() - started) * 1000)
        # An answer that was begun is an answer, whatever became of the rest of it.
        reason = None if attempt.taken else attempt.error if attempt.status is None else "status_refused"
        status = await self.call(
            "record_delivery_attempt",
            delivery_id=delivery["id"],
            status_code=attempt.status,
            duration_ms=milliseconds,
            error=reason,
            answer=attempt.beginning(),
        )
        line = {"delivery": delivery["id"], "event": delivery["event_id"], "status": status, "ms": milliseconds}
        log.info(orjson.dumps(line | ({"error": reason} if reason else {})).decode())

    async def _send(self, delivery: dict[str, Any], attempt: Attempt) -> None:
        scheme, host, port = self.guard.check_url(delivery["url"])
        parts = urlsplit(delivery["url"])
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = delivery["body"].encode()
        name = f"[{host}]" if ":" in host else host
        url = httpcore.URL(scheme=scheme.encode(), host=host.encode(), port=port, target=target.encode())
        headers: Sequence[tuple[bytes, bytes]] = [
            (b"host", (name if parts.port is None else f"{name}:{port}").encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"storeproc-webhooks/1"),
            (b"webhook-id", delivery["event_id"].encode()),
            (b"webhook-timestamp", str(delivery["sent_at"]).encode()),
            (b"webhook-signature", delivery["signature"].encode()),
        ]
        async with self.pool.stream("POST", url, headers=headers, content=body) as response:
            attempt.status = response.status
            async for part in response.aiter_stream():
                attempt.body += part[: READ_AT_MOST - len(attempt.body)]
                if len(attempt.body) >= READ_AT_MOST:
                    break


def _is_of_tls(error: BaseException | None) -> bool:
    """Whether TLS is the reason, which libraries wrap in theirs."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None


class Attempt:
    def __init__(self) -> None:
        self.status: int | None = None
        self.error: str | None = None
        self.body = b""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299

    def beginning(self) -> str | None:
        """The answer's first characters, for whoever looks why it was refused; what cannot be shown is left out."""
        text = self.body[: KEEP * 4].decode(errors="replace")
        return "".join(c for c in text if c.isprintable())[:KEEP] or None
