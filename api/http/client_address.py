"""What the log says of a client's address: LOG_CLIENT_ADDRESS is plain, hashed or none.

The keyed hash tells which lines belong to one client, and not who it is: without the key the four billion addresses of
IPv4 cannot be tried. The key is derived from the secret, so all processes of a shop write the same hash, until
the secret is changed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import cache, lru_cache

ShowAddress = Callable[[str], str]


def address_shown(mode: str, read_key: Callable[[], bytes]) -> ShowAddress:
    """The function that turns an address into what the log says; an empty text is left out.

    Arguments:
        mode: plain, hashed or none.
        read_key: returns the key of the hash; called with the first request.
    """
    if mode == "plain":
        return str
    if mode == "none":
        return _nothing
    key = cache(read_key)
    return lru_cache(4096)(lambda address: hash_address(address, key()))


def hash_address(address: str, key: bytes) -> str:
    """16 hexadecimal digits of HMAC-SHA256."""
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:16] if address else ""


def _nothing(_: str) -> str:
    return ""
