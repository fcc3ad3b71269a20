"""The properties by which readers recognise Factur-X in a PDF, which typst cannot write
(https://github.com/typst/typst/issues/5667)."""

from __future__ import annotations

import re

_PROPERTIES = {
    "DocumentFileName": ("factur-x.xml", "name of the embedded XML invoice file"),
    "DocumentType": ("INVOICE", "INVOICE"),
    "Version": ("1.0", "The actual version of the Factur-X XML schema"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the embedded Factur-X data"),
}
_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_VALUES = "".join(
    f'<fx:{name} xmlns:fx="{_NAMESPACE}">{value}</fx:{name}>' for name, (value, _) in _PROPERTIES.items()
).encode()

_DESCRIBED = "".join(
    '<rdf:li rdf:parseType="Resource">'
    f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
    "<pdfaProperty:category>external</pdfaProperty:category>"
    f"<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
    for name, (_, description) in _PROPERTIES.items()
)
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
    f"<pdfaSchema:property><rdf:Seq>{_DESCRIBED}</rdf:Seq></pdfaSchema:property></rdf:li>"
).encode()


def declare(pdf: bytes) -> bytes:
    """The PDF with Factur-X's properties, and their schema, in its XMP metadata.

    Appended as an incremental update (ISO 32000-1, 7.5.6), so that nothing else moves. RuntimeError: the file is not
    structured as typst 0.15 does it.
    """
    metadata = re.search(
        rb"\n(\d+) 0 obj\n<</Length \d+/Type/Metadata/Subtype/XML>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL
    )
    trailer = re.search(rb"\ntrailer\n<<(/Size \d+/Root \d+ 0 R.*?)>>\nstartxref\n(\d+)\n%%EOF\s*$", pdf, re.DOTALL)
    if metadata is None or trailer is None:
        raise RuntimeError("typst's PDF has another structure than that of version 0.15")
    number, xmp = metadata.groups()
    for place, addition in ((b"<pdfaExtension:schemas><rdf:Bag>", _SCHEMA), (b"</pdfaExtension:schemas>", _VALUES)):
        if xmp.count(place) != 1:
            raise RuntimeError("typst's metadata has another structure than that of version 0.15")
        xmp = xmp.replace(place, place + addition)
    start = len(pdf) if pdf.endswith(b"\n") else len(pdf) + 1
    entry = b"%b 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        len(xmp),
        xmp,
    )
    table = b"xref\n0 1\n0000000000 65535 f \n%b 1\n%010d 00000 n \n" % (number, start)
    end = b"trailer\n<<%b/Prev %b>>\nstartxref\n%d\n%%%%EOF\n" % (trailer[1], trailer[2], start + len(entry))
    return pdf.ljust(start, b"\n") + entry + table + end
