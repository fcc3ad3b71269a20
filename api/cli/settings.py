"""storeproc settings: the environment variables that the store reads."""

from __future__ import annotations

import argparse

from api.carriers.registry import providers as carriers
from api.cli.arguments import Commands
from api.gateways.registry import providers as gateways
from api.settings import Settings
from api.settings_source import markdown_table
from api.tax_ids.registry import providers as tax_ids


def add_commands(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    settings = commands.add_parser("settings", help="print all settings, their defaults and meaning, as Markdown")
    settings.set_defaults(run=_settings)


def _settings(_: argparse.Namespace) -> int:
    providers = [*gateways().values(), *carriers().values(), *tax_ids().values()]
    classes = [provider.settings for provider in providers if provider.settings is not None]
    print(markdown_table([Settings, *classes]), end="")  # noqa: T201
    return 0
