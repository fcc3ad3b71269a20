"""The languages of documents and mails: complete, of one form, and open to a shop's own texts."""

from __future__ import annotations

import re
import string
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from api.invoices import document, einvoice
from api.languages.language import FALLBACK, OURS, language, tags
from api.mail import mail as mails
from api.settings import Settings
from api.settings_source import SettingsError
from tests.billing.documents import CREDIT_NOTE, INCLUDED, MIXED, invoice, item
from tests.billing.reading import text
from tests.mail.conftest import parts

API = OURS.parent
LANGUAGES = ("ar", "bn", "de", "en", "es", "fr")


def written(tag: str, folder: Path = OURS) -> dict[str, str]:
    """The texts of a file, by their keys."""

    def flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
        found = {}
        for name, value in table.items():
            found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
        return found

    return flat(tomllib.loads((folder / f"{tag}.toml").read_text(encoding="utf-8")))


def places(given: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(given) if name is not None}


# --- the files ------------------------------------------------------------------------------------


def test_these_are_the_languages() -> None:
    assert tuple(tags()) == LANGUAGES


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_language_has_every_text(tag: str) -> None:
    english, found = written(FALLBACK), written(tag)
    assert sorted(english.keys() - found.keys()) == []
    assert sorted(found.keys() - english.keys()) == []
    assert {key: places(found[key]) for key in found} == {key: places(english[key]) for key in english}
    assert all(value.strip() == value != "" for value in found.values())
    assert Locale.parse(found["locale"]).language == tag


@pytest.mark.parametrize("tag", sorted({*LANGUAGES} - {FALLBACK}))
def test_a_language_is_translated(tag: str) -> None:
    """What is the same as in English is a number's name, or a word that both have."""
    english, found = written(FALLBACK), written(tag)
    same = {
        key for key in found if found[key] == english[key] and re.search(r"[a-z]", english[key].format_map(Empty()))
    }
    assert all(len(found[key].split()) < 2 for key in same), same
    assert len(same) < 12


class Empty(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def test_every_text_is_used() -> None:
    sources = [*(API / "mail").rglob("*.*"), *(API / "invoices").glob("*.py"), *(API / "languages").glob("*.py")]
    used = "\n".join(file.read_text(encoding="utf-8") for file in sources if file.suffix in (".py", ".html", ".txt"))
    words = set(re.findall(r"\w+", used))
    kinds = ("invoice", "credit_note", "debit_note")
    for key in written(FALLBACK):
        name = key.rpartition(".")[2]
        endings = {name, *(name.removeprefix(f"{kind}_") for kind in kinds), name.removesuffix("_subject")}
        changes = {"enabled", "disabled", "reset", "recovery_code_used", "recovery_codes_renewed"}  # the database's
        assert endings & (words | changes), key


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "number", "money", "rate", "day", "country"),
    [
        ("en", "1,234,567.50", "€1,234.50", "9.975%", "21 November 2026", "Germany"),
        ("de", "1.234.567,50", "1.234,50 €", "9,975 %", "21. November 2026", "Deutschland"),
        ("fr", "1 234 567,50", "1 234,50 €", "9,975 %", "21 novembre 2026", "Allemagne"),
        ("es", "1.234.567,50", "1.234,50 €", "9,975 %", "21 de noviembre de 2026", "Alemania"),
        ("bn", "12,34,567.50", "1,234.50€", "9.975%", "21 নভেম্বর, 2026", "জার্মানি"),
        ("ar", "1,234,567.50", "1,234.50 €", "9.975%", "21 نوفمبر 2026", "ألمانيا"),
        ("en-US", "1,234,567.50", "€1,234.50", "9.975%", "November 21, 2026", "Germany"),
        ("tlh", "1,234,567.50", "€1,234.50", "9.975%", "21 November 2026", "Germany"),
    ],
)
def test_formats_are_those_of_the_language(
    tag: str, number: str, money: str, rate: str, day: str, country: str
) -> None:
    found = language(tag)
    amounts = found.number(Decimal("1234567.5"), 2), found.money(123450, "EUR", 2), found.per_cent(9.975)
    plain = [re.sub(r"[\u00a0\u202f]", " ", re.sub(r"[\u200e\u200f]", "", amount)) for amount in amounts]
    assert [*plain, found.day("2026-11-21"), found.country("DE")] == [number, money, rate, day, country]


def test_amounts_as_people_write_them() -> None:
    english, german = language("en"), language("de")
    assert english.money(123456789, "USD", 2) == "US$1,234,567.89"
    assert english.money(500, "JPY", 0) == "JP¥500"
    assert english.money(1, "KWD", 3) == "KWD\u00a00.001"
    assert german.money(1, "KWD", 3) == "0,001\u00a0KWD"
    assert english.money(-250, "EUR", 2) == "−€2.50"
    assert english.per_cent(0) == "0%"
    assert english.per_cent("33.3333") == "33.3333%"


# --- what a shop says itself ----------------------------------------------------------------------


def letter(**changes: Any) -> dict[str, Any]:
    return {
        "id": "01a22d9e-ecbe-7505-8fa5-7a5f42760afb", "template": "account_suspended", "recipient": "a@b.example",
        "name": "Ada", "shop": "The shop", "reply_to": None, "queued_at": "2026-11-21T10:00:00+00:00",
        "language": "en", "data": {},
    } | changes  # fmt: skip


def composed(folder: Path | None = None, **changes: Any) -> Any:
    return mails.compose(letter(**changes), "orders@shop.example", "https://shop.example", folder)


def test_a_shop_replaces_texts_and_adds_languages(tmp_path: Path) -> None:
    (tmp_path / "de.toml").write_text('[document]\ncredit_note = "Stornorechnung"\n', encoding="utf-8")
    (tmp_path / "nl.toml").write_text(
        'locale = "nl"\n[document]\ninvoice = "Factuur"\n[mail]\nhello_name = "Dag {name},"\n', encoding="utf-8"
    )
    assert tags(tmp_path) == sorted([*LANGUAGES, "nl"])
    assert language("de", tmp_path)("document.credit_note") == "Stornorechnung"
    assert language("de", tmp_path)("document.invoice") == "Rechnung"
    assert language("de-AT", tmp_path)("document.credit_note") == "Stornorechnung"
    found = text(document.render(invoice([item(1)], language="nl"), tmp_path))
    assert "FactuurINV-2026-000042" in found
    assert "21november2026" in found
    assert "Unitprice" in found  # what the shop has not translated is English
    plain, _ = parts(composed(tmp_path, language="nl"))
    assert plain.startswith("Dag Ada,\n")
    assert "You cannot log in for now" in plain
    assert language("nl")("document.invoice") == "Invoice"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('[document]\nfaktura = "x"\n', "xx.toml: there is no text document.faktura."),
        ('[document]\nvat_id = "VAT {number}"\n', "xx.toml: document.vat_id is a text with {id}."),
        ('[document]\ninvoice = "{"\n', "xx.toml: document.invoice is a text with no places."),
        ("[document]\ninvoice = 1\n", "xx.toml: document.invoice is a text with no places."),
        ("invoice =", "xx.toml cannot be read: "),
    ],
    ids=["unknown", "place", "brace", "number", "no TOML"],
)
def test_a_mistake_in_a_shops_texts_is_found_at_the_start(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "xx.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(f": {complaint}")):
        Settings.from_env({"STOREPROC_TEXTS": str(tmp_path)})


def test_a_shops_texts_are_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a folder"):
        Settings.from_env({"STOREPROC_TEXTS": str(tmp_path / "none")})
    assert Settings.from_env({"STOREPROC_TEXTS": str(tmp_path)}).texts == tmp_path


def test_a_shop_replaces_templates_of_all_languages_or_of_one(tmp_path: Path) -> None:
    for folder, words in (("mail", "All"), ("mail/de", "German")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "account_suspended.txt").write_text(
            f'{{% set subject = "{words}" %}}{words} {{{{ shop }}}}'
        )
    assert composed(tmp_path, language="fr")["Subject"] == "All"
    german = composed(tmp_path, language="de")
    assert (german["Subject"], german["Content-Language"]) == ("German", "de")
    assert composed(None, language="fr")["Subject"] == "Votre compte est suspendu"


# --- mails ----------------------------------------------------------------------------------------

ORDER = {
    "number": "1042", "currency": "EUR", "subtotal": 12500, "discount": 500, "shipping": 490, "tax": 1995,
    "tax_included": 1995, "total": 12490, "items": [{"name": "Lamp <b>", "quantity": 2, "unit_price": 6250}],
    "shipping_address": {"name": "Ada", "line1": "Main Street 1", "city": "Berlin", "country": "DE", "region": None},
}  # fmt: skip
SENT = {"carrier": "DHL", "tracking_number": "JJD00", "tracking_url": "https://t.example/JJD00"}
PAPER = {
    "number": "INV-1",
    "order_number": "1042",
    "total": 12490,
    "currency": "EUR",
    "minor_units": 2,
    "pdf": "JVBERg==",
}
DATA: dict[str, list[dict[str, Any]]] = {
    "account_suspended": [{}],
    "api_key": [{"hint": "sk_12", "scopes": ["sales:read"]}],
    "email_change": [{"token": "x"}],
    "email_change_notice": [{}],
    "email_verification": [{"token": "x"}],
    "invoice": [PAPER | {"kind": kind} for kind in ("invoice", "credit_note", "debit_note")],
    "order_cancelled": [{"order": ORDER, "minor_units": 2}],
    "order_confirmation": [{"order": ORDER, "minor_units": 2}],
    "order_payable": [{"order": ORDER, "minor_units": 2}],
    "order_shipped": [{"order": ORDER, "minor_units": 2} | SENT],
    "password_reset": [{"token": "x"}],
    "second_factor": [
        {"change": change}
        for change in ("enabled", "disabled", "reset", "recovery_code_used", "recovery_codes_renewed")
    ],
    "webhook_endpoint_disabled": [{"url": "https://x.example", "reason": "gone"}, {"url": None, "reason": None}],
}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_mail_is_written_in_the_language(tag: str) -> None:
    known = {Path(name).stem for name in mails.templates().list_templates()} - {"layout", "parts"}
    assert DATA.keys() == known
    for template, each in DATA.items():
        for data in each:
            message = composed(template=template, language=tag, data=data)
            assert message["Content-Language"] == tag
            plain, html = parts(message)
            assert f'<html lang="{tag}"{" dir=" + chr(34) + "rtl" + chr(34) if tag == "ar" else ""}>' in html
            assert "{" not in plain
            assert "<b>" not in html
            if tag != FALLBACK:
                assert "Hello" not in plain


def test_an_order_in_german() -> None:
    plain, html = parts(composed(template="order_confirmation", language="de", data=DATA["order_confirmation"][0]))
    for found in (plain.replace("\u00a0", " "), html.replace("\u00a0", " ")):
        for words in ("Guten Tag Ada,", "125,00 €", "−5,00 €", "Gesamtbetrag, darin 19,95 € Steuer", "Deutschland"):
            assert words in found


# --- documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", ["Rechnung", "USt-IdNr.DE123456789", "AllePreiseenthaltendieSteuer.", "Seite1von1", "VAT19%332,77"]),
        ("fr", ["Facture", "N°TVADE123456789", "TTC", "Fraisdeport", "Page1sur1"]),
        ("es", ["Factura", "NIF-IVADE123456789", "Gastosdeenvío", "Página1de1"]),
        ("bn", ["চালান", "পৃষ্ঠা1/1"]),
        ("ar", ["2026-000042", "435.97", "−2.00", "19%"]),
    ],
)
def test_a_document_in_each_language(tag: str, words: list[str]) -> None:
    found = text(document.render(INCLUDED | {"language": tag}))
    for each in words:
        assert each in found, (each, found)
    # Every kind of document, and every way to show prices.
    for made in (MIXED, CREDIT_NOTE, CREDIT_NOTE | {"kind": "debit_note", "number": "DN-1"}):
        assert text(document.render(made | {"language": tag, "e_invoice": False}))


def test_a_german_correction_is_no_gutschrift() -> None:
    found = text(document.render(CREDIT_NOTE | {"language": "de"}))
    assert "RechnungskorrekturCN-2026-000007" in found
    assert "KorrigiertRechnungINV-2026-000042" in found
    assert "utschrift" not in found


def test_a_part_that_was_refunded_is_named_in_the_language() -> None:
    lines = [item(1, "Partial refund: Lamp: small"), item(2, "Partial refund")]
    found = text(document.render(CREDIT_NOTE | {"language": "de", "items": lines, "e_invoice": False}))
    assert "Teilerstattung:Lamp:small" in found
    assert found.count("Teilerstattung") == 2
    assert "Partial" not in found


def test_and_in_the_machine_readable_part() -> None:
    lines = [item(1, "Partial refund: Lamp"), item(2, "Partial refund")]
    found = einvoice.write(CREDIT_NOTE | {"language": "de", "items": lines})
    assert "Teilerstattung: Lamp" in found
    assert "Partial" not in found
