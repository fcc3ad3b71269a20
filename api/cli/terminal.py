"""What the command prints: results on standard output, errors and hints on standard error."""

from __future__ import annotations

import time

from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Progress:
    """Prints one line per step, with the seconds since the start."""

    def __init__(self) -> None:
        self.begin = time.monotonic()

    def __call__(self, text: str) -> None:
        console.print(f"[dim]{time.monotonic() - self.begin:6.1f} s[/]  ", end="")
        console.print(text, markup=False)


def print_hint(text: str) -> None:
    """Print a secondary message where it does not disturb the result."""
    errors.print(text, markup=False, style="dim")
