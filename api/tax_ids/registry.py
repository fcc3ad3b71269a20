"""The services of this package: every module with a PROVIDER, as for payment gateways (api/gateways/README.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol

from api import tax_ids
from api.providers import Provider, Shop, discover, make
from api.settings_source import ProviderSettings
from api.tax_ids.protocol import TaxIdService


class TaxIdShop(Shop, Protocol):
    @property
    def tax_ids(self) -> Mapping[str, ProviderSettings]: ...


@cache
def providers() -> Mapping[str, Provider[TaxIdService]]:
    """All services by name, whether configured or not."""
    return discover(tax_ids)


def offered(shop: TaxIdShop) -> dict[str, TaxIdService]:
    """The services that this configuration can ask, by name."""
    return make(providers(), shop.tax_ids, shop)
