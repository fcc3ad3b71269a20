"""The network that a client's requests are counted for. The database has the same rule: identity.client_network()."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

LOCAL = frozenset(("127.0.0.1", "::/64", ""))  # clients on this machine


@lru_cache(16_384)
def client_network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a provider gives each customer at least that many addresses.

    An IPv4-mapped IPv6 address is the IPv4 address. What is no address is its own network.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ip_network((parsed, 64), strict=False))
        return str(parsed.ipv4_mapped)
    return str(parsed)
