"""An invoice, credit or debit note as a page: PDF/A-3a, tagged (PDF/UA-1), every font inside, the same bytes each time.

`render` is a pure function of the document as api.get_invoice answers it, of its language's texts, of invoice.typ and
of the fonts, which come from pinned packages and never from the system. page.py says what stands where. It takes some
15 ms of CPU, 70 ms for a hundred lines: call it in a thread.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import typst
from fontTools.ttLib import TTFont

from api.invoices import einvoice, metadata, page
from api.invoices.page import FAMILIES, HAN
from api.languages.language import language

FONT_PACKAGES = (
    "justmytype_western_core",
    "justmytype_intl_rtl",
    "justmytype_intl_south_asia",
    "justmytype_intl_sea",
    "justmytype_intl_africa",
    "justmytype_intl_cjk",
)
_JOINERS = "\u200c\u200d"  # Bengali and Persian words need them
_FOLDER = Path(__file__).parent


class Press:
    """One typst compiler: it keeps fonts and the parsed page, and serves one thread at a time."""

    def __init__(self) -> None:
        folders = [Path(str(files(package) / "fonts")) for package in FONT_PACKAGES]
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in folders]
        )
        families = {font.family for font in fonts.fonts()}
        if missing := {*FAMILIES, *HAN} - families:
            raise RuntimeError(f"fonts are missing: {', '.join(sorted(missing))}")
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(_FOLDER / "invoice.typ", root=_FOLDER, font_paths=fonts)
        self._drawn: set[int] = set()
        for path in sorted(path for folder in folders for path in folder.rglob("*.ttf")):
            with TTFont(path, lazy=True) as font:
                if font["name"].getBestFamilyName() in (*FAMILIES, *HAN):
                    self._drawn |= font.getBestCmap().keys()

    def print(self, data: Mapping[str, Any], xml: str | None, at: datetime) -> bytes:
        inputs = {"data": orjson.dumps(self._drawable(data)).decode()} | ({} if xml is None else {"xml": xml})
        with self._lock:
            pdf = self._compiler.compile(sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"], timestamp=at)
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no document")
        return pdf

    def _drawable(self, value: Any) -> Any:
        """With U+FFFD for characters that no font has: a name with an emoji must not stop an invoice, and PDF/A allows
        no missing glyph. The document's JSON keeps the name as it is."""
        if isinstance(value, str):
            return "".join(self._glyph(character) for character in value)
        if isinstance(value, dict):
            return {name: self._drawable(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._drawable(part) for part in value]
        return value

    def _glyph(self, character: str) -> str:
        if character in _JOINERS:
            return character
        category = unicodedata.category(character)
        if category in ("Cc", "Zs", "Zl", "Zp"):
            return " "
        if category == "Cf":  # invisible; a direction override could even reverse a number
            return ""
        return character if ord(character) in self._drawn else "\ufffd"


_starting = threading.Lock()


def press() -> Press:
    """The press of this process. Its start, at the first call, takes a second and 50 MB."""
    with _starting:
        return _start()


@cache
def _start() -> Press:
    return Press()


def render(invoice: Mapping[str, Any], folder: Path | None = None) -> bytes:
    """The PDF of an invoice as api.get_invoice answers it; `folder` has the shop's own texts."""
    issued = datetime.fromisoformat(invoice["created_at"]).astimezone(UTC).replace(microsecond=0)
    spoken = language(invoice["language"], folder)
    xml = einvoice.write(invoice, folder) if invoice["e_invoice"] else None
    pdf = press().print(page.contents(invoice, spoken, issued), xml, issued)
    return pdf if xml is None else metadata.declare(pdf)
