"""Connections to addresses that customers chose: which are allowed, and how a checked one is the one connected to.

A name is looked up and checked here, and the connection goes to the address that was checked: a name that is moved
between the two steps reaches nothing private.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpcore

from api.settings import Settings

CONNECT = 3.0  # seconds for one of the addresses that a name has

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

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
