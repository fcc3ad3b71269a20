"""The payment gateways of this package: every module with a PROVIDER (see README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from api import gateways
from api.gateways.protocol import Gateway
from api.providers import Provider, Shop, discover, make
from api.settings_source import ProviderSettings


class GatewayShop(Shop, Protocol):
    @property
    def gateways(self) -> Mapping[str, ProviderSettings]: ...


@cache
def providers() -> Mapping[str, Provider[Gateway]]:
    """All gateways by name, whether configured or not."""
    return discover(gateways)


def offered(shop: GatewayShop) -> dict[str, Gateway]:
    """The gateways that this configuration has, by name. They hold connections: make them once an event loop."""
    return make(providers(), shop.gateways, shop)
