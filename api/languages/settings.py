"""The setting of a shop's own texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator


def _checked(given: str | Path) -> Path:
    from api.languages.language import mistakes  # here, since web processes have no use for Babel

    folder = Path(given).expanduser().absolute()
    if found := mistakes(folder):
        raise ValueError(" ".join(found[:5]))
    return folder


Texts = Annotated[Path, BeforeValidator(_checked)]
