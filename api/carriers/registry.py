"""The carriers of this package: every module with a PROVIDER, as for payment gateways (api/gateways/README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from api import carriers
from api.carriers.protocol import Carrier
from api.providers import Provider, Shop, discover, make
from api.settings_source import ProviderSettings


class CarrierShop(Shop, Protocol):
    @property
    def carriers(self) -> Mapping[str, ProviderSettings]: ...


@cache
def providers() -> Mapping[str, Provider[Carrier]]:
    """All carriers by name, whether configured or not."""
    return discover(carriers)


def offered(shop: CarrierShop) -> dict[str, Carrier]:
    """The carriers that this configuration can ask, by their name in fulfilment.carriers."""
    return make(providers(), shop.carriers, shop)
