"""Every worked example, from the order to the return, on the real database; its documents and the standards' rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from api.invoices import einvoice
from tests.billing.conftest import Office
from tests.billing.reading import broken_rules
from tests.billing.worked_examples.examples import breakdown, minor, part, read, treatment
from tests.billing.worked_examples.story import Teller, Told
from tests.support.schematron import CEN, XRECHNUNG

EXAMPLES = read()
CURRENCIES = {"NOK": 2, "DKK": 2, "SEK": 2, "CAD": 2, "MXN": 2, "BHD": 3, "AED": 2, "AUD": 2, "NZD": 2, "SGD": 2}


@pytest.fixture(scope="module")
async def teller(office: Office) -> Teller:
    await office.shop.admin.executemany(
        "INSERT INTO catalog.currencies (code, name, minor_units) VALUES ($1, 'currency', $2)", list(CURRENCIES.items())
    )
    await office.shop.call("web_admin", "update_settings", token=office.admin, max_unpaid_orders=None,
                           given=["max_unpaid_orders"])  # fmt: skip
    return Teller(office)


def test_there_are_enough_of_them() -> None:
    assert len(EXAMPLES) >= 60
    assert len({example["shop"]["seller"]["country"] for example in EXAMPLES}) >= 15
    assert not [case for case, n in Counter((e["shop"]["name"], e["case"]) for e in EXAMPLES).items() if n > 1]


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e['shop']['name']}: {e['case']}" for e in EXAMPLES])
async def test_it_is_as_its_source_says(teller: Teller, example: dict[str, Any]) -> None:
    told = await teller.tell(example)
    assert_invoice_says(told.invoice, example)
    assert_credit_notes_take_back(told, example)
    wanted = example.get("e_invoice", example["shop"].get("e_invoice", True))
    assert told.invoice["e_invoice"] == wanted
    for document in told.documents:
        assert document["e_invoice"] == wanted, document["number"]
        if wanted:
            assert broken_rules(einvoice.write(document), CEN) == [], document["number"]
        if document["buyer"]["reference"]:
            xml = einvoice.write(document, None, einvoice.XRECHNUNG)
            assert broken_rules(xml, CEN, XRECHNUNG) == [], document["number"]


async def test_the_books_agree_with_all_of_them(teller: Teller, office: Office) -> None:
    """After the examples: documents, orders and ledger, and what is filed."""
    await office.assert_invoices_are_right()
    year = datetime.now(UTC).year
    report = await teller.admin("report_taxes", **{"from": f"{year}-01-01", "to": f"{year}-12-31"})
    assert report["reconciled"]
    # Everything came back.
    assert {row["tax"] for row in report["data"]} == {0}
    assert {row["basis"] for row in report["data"]} == {0}


def assert_invoice_says(invoice: dict[str, Any], example: dict[str, Any]) -> None:
    currency = example["currency"]
    expected = {goods["name"]: goods["expect"] for goods in example["goods"]}
    assert {item["name"]: treatment(item) for item in invoice["items"]} == expected
    parts = [part(row, currency) for row in example.get("shipping", {}).get("expect", [])]
    assert [(treatment(given), given["amount"]) for given in invoice["shipping_parts"]] == parts
    taxes = [breakdown(row, currency) for row in example["taxes"]]
    assert sorted((treatment(row), row["basis"], row["amount"]) for row in invoice["taxes"]) == sorted(taxes)
    assert invoice["tax"] == sum(tax for _, _, tax in taxes)
    assert invoice["total"] == minor(example["total"], currency)
    for row in invoice["taxes"]:
        reasons = {
            rule["text"] for rule in example["shop"].get("rules", [])
            if (rule["category"], rule.get("reason_code")) == (row["category"], row["reason_code"])
        }  # fmt: skip
        # Z by a rate of nought and O of a seller who is not registered have none.
        assert row["reason"] in (reasons | {None} if row["category"] in ("Z", "O") else reasons or {None})


def assert_credit_notes_take_back(told: Told, example: dict[str, Any]) -> None:
    first, refund = told.notes[0], example["refund"]
    assert first["total"] == minor(refund.get("amount") or refund["total"], example["currency"])
    assert first["tax"] == minor(refund["tax"], example["currency"])
    for name in ("total", "tax", "tax_included", "shipping", "shipping_tax"):
        assert sum(note[name] for note in told.notes) == told.invoice[name], name
    back: Counter[tuple[str, str]] = Counter()
    for note in told.notes:
        for row in note["taxes"]:
            assert row["basis"] >= 0
            assert row["amount"] >= 0
            back[treatment(row), "basis"] += row["basis"]
            back[treatment(row), "tax"] += row["amount"]
    for row in told.invoice["taxes"]:
        assert (back[treatment(row), "basis"], back[treatment(row), "tax"]) == (row["basis"], row["amount"])
