"""What payment gateways and carriers have in common: how a module declares a provider, and how all are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, Literal, Protocol, TypeVar

from api.settings_source import ProviderSettings, read_settings
from db.server.access import Access

Made = TypeVar("Made", covariant=True)
Capability = Literal[
    "manual_capture",  # it can authorise first; so says payments.providers.manual_capture
    "settles_payouts",  # it stands in for the bank that pays merchants
    "test_only",  # it does nothing real, so it is not offered in production; so says the row's test_only
]


class Shop(Protocol):
    """The settings that a provider's `make` may use."""

    @property
    def public_url(self) -> str: ...
    @property
    def production(self) -> bool: ...
    @property
    def access(self) -> Access: ...


@dataclass(frozen=True)
class Provider(Generic[Made]):
    """A module's declaration of a provider, in its constant PROVIDER."""

    name: str
    """The name of its row in payments.providers or fulfilment.carriers."""

    make: Callable[[Any, Shop], Made]
    """From an instance of `settings` (None where there is no class) and the shop's settings. Called once a process."""

    settings: type[ProviderSettings] | None = None
    """Without values for its required fields the provider is not offered. None: it needs none."""

    capabilities: frozenset[Capability] = frozenset()


def discover(package: ModuleType) -> Mapping[str, Provider[Any]]:
    """The providers of a package by name: every module in it is imported. ValueError: two have one name."""
    found: dict[str, Provider[Any]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        provider = getattr(importlib.import_module(module.name), "PROVIDER", None)
        if not isinstance(provider, Provider):
            continue
        if provider.name in found:
            raise ValueError(f"{module.name}: another module declares the provider {provider.name}")
        found[provider.name] = provider
    return found


def configured(providers: Mapping[str, Provider[Any]], environ: Mapping[str, str]) -> dict[str, ProviderSettings]:
    """The settings of each provider that the environment has values for. Raises SettingsError."""
    read = {name: read_settings(p.settings, environ) for name, p in providers.items() if p.settings is not None}
    return {name: settings for name, settings in read.items() if settings is not None}


def make(
    providers: Mapping[str, Provider[Made]], settings: Mapping[str, ProviderSettings], shop: Shop
) -> dict[str, Made]:
    """The providers that can be used: configured, and in production only real ones."""
    return {
        name: provider.make(settings.get(name), shop)
        for name, provider in providers.items()
        if (provider.settings is None or name in settings)
        and not (shop.production and "test_only" in provider.capabilities)
    }
