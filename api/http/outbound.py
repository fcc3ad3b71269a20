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

# Only this part of IPv6 is public, without the networks below. Some versions of Python's ipaddress call a few of them
# global although IANA's registries of special-purpose addresses do not.
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
    """Nothing is sent to this address. The message is a code for the reason."""


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
    """Which addresses a request may go to."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self.allow_private = settings.webhooks_allow_private
        self.https_only = settings.production
        self.resolve = resolve or look_up

    def check_url(self, url: str) -> tuple[str, str, int]:
        """Scheme, host and port. Raises TargetRefused."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (ValueError, KeyError):
            raise TargetRefused("url_malformed") from None
        if not parts.hostname:
            raise TargetRefused("url_malformed")
        if self.https_only and parts.scheme != "https":
            raise TargetRefused("https_required")
        # Ports below 1024 belong to other services, such as mail servers.
        if port not in (80, 443) and port < 1024 and not self.allow_private:
            raise TargetRefused("port_refused")
        return parts.scheme, parts.hostname, port

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name. Raises TargetRefused if one is not public: the name's owner chooses their order."""
        found = await self.resolve(host, port)
        if not found:
            raise TargetRefused("name_not_found")
        if not self.allow_private and not all(is_public(ipaddress.ip_address(text)) for text in found):
            raise TargetRefused("address_refused")
        return found


# A look-up cannot be cancelled and occupies its thread, so these threads are separate from those of other work.
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
    """Connects to the address that was checked. TLS and the Host header still use the name from the URL."""

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
