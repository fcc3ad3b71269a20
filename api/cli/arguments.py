"""What the parsers of several commands share."""

from __future__ import annotations

import argparse
import os
from typing import Protocol

from api import log


class Commands(Protocol):
    """The object to which a module adds its commands: that of ArgumentParser.add_subparsers()."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002  # argparse's name
        prefix_chars: str = "-",
        add_help: bool = True,
    ) -> argparse.ArgumentParser:
        """A parser for one command."""


def add_log_option(parser: argparse.ArgumentParser) -> None:
    """Add --log, which choose_log() applies."""
    parser.add_argument(
        "--log",
        choices=("text", "json"),
        help="format of the log (default: text on a terminal, otherwise JSON, one object per line)",
    )


def choose_log(options: argparse.Namespace) -> None:
    """Use the format that --log names, in this process and in those it starts. Before the first line is written."""
    if options.log is not None:
        os.environ[log.FORMAT] = options.log
