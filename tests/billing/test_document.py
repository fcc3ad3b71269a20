"""The page of an invoice, from the document as api.get_invoice answers it."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from pypdfium2 import PdfDocument

from api.invoices import document
from tests.billing.documents import BUYER, CREDIT_NOTE, INCLUDED, MIXED, invoice, item
from tests.billing.reading import attached, pages, read, text

ROOT = Path(__file__).parent.parent.parent


# --- reading a page -------------------------------------------------------------------------------


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
