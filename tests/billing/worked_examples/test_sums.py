"""Whatever an order holds and however it is refunded: documents, order and ledger have the same sums, to the unit."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from typing import Any

import pytest

from tests.billing.conftest import HOME, Office
from tests.payments.conftest import Shop

SUMS = ("total", "tax", "tax_included", "shipping", "shipping_tax", "discount", "subtotal")
CURRENCIES = ("JPY", "EUR", "KWD")
# By category of goods: the country's rate, the region's and what this does to that, and whether prices include them.
TAXES: dict[str, tuple[float, float, str, bool]] = {
    "vat": (19, 19, "replace", True), "two": (5, 9.975, "add", False), "both": (5, 9.975, "add", True),
    "upon": (7, 10, "compound", False), "odd": (33.3333, 7.7, "compound", True), "free": (0, 0, "replace", False),
}  # fmt: skip
IN_THE_LEDGER = """
    SELECT coalesce(sum(CASE WHEN c.kind = 'tax' THEN t.amount ELSE -t.amount END), 0)::bigint
    FROM ledger.transfers AS t
    JOIN ledger.accounts AS d ON d.id = t.debit_account JOIN ledger.accounts AS c ON c.id = t.credit_account
    WHERE t.order_id = $1 AND 'tax' IN (c.kind, d.kind)
"""


@pytest.fixture(scope="module")
async def region(shop: Shop, office: Office) -> dict[str, str]:
    for category, (country, region, combine, included) in TAXES.items():
        for place, rate in ((None, country), ("CA-QC", region)):
            await shop.call(
                "web_admin", "create_tax_rate", token=office.admin, country="CA", region=place,
                name="QST" if place else "GST", rate=rate, included=included, category=category,
                combine=combine if place else "replace",
            )  # fmt: skip
    return HOME | {"country": "CA", "region": "CA-QC", "name": "Ada"}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.usefixtures("invoices_are_right")
async def test_sums_are_those_of_the_order(
    shop: Shop, office: Office, customer: str, region: dict[str, str], seed: int
) -> None:
    chance = random.Random(seed)
    await shop.call("web_admin", "update_settings", token=office.admin, tax_rounding=("line", "document")[seed % 2])
    order = await placed(office, customer, region, chance)
    payment = await office.pay(customer, order)
    invoice = await office.issue(order)
    assert_it_adds_up(invoice)
    for name in SUMS:
        assert invoice[name] == order[name], name
    assert await in_the_ledger(shop, order) == invoice["tax"]
    notes: list[dict[str, Any]] = []
    for _ in range(chance.randrange(1, 4)):
        left = order["total"] - sum(note["total"] for note in notes)
        step = chance.choice([1, 2, left // 3, chance.randint(1, max(1, left))])
        if 0 < step < left:
            notes.append(await office.credit(await office.refund(payment, amount=step)))
            assert_it_adds_up(notes[-1])
            assert notes[-1]["total"] == step
            assert await in_the_ledger(shop, order) == invoice["tax"] - sum(note["tax"] for note in notes)
    notes.append(await office.credit(await office.refund(payment)))
    assert_it_adds_up(notes[-1])
    for name in ("total", "tax", "tax_included", "shipping", "shipping_tax"):
        assert sum(note[name] for note in notes) == invoice[name], name
    assert sum_of_rows(notes) == sum_of_rows([invoice])
    assert await in_the_ledger(shop, order) == 0


async def placed(office: Office, customer: str, region: dict[str, str], chance: random.Random) -> dict[str, Any]:
    """Up to four lines of any kind, with shipping or a discount, or both, or neither."""
    currency = chance.choice(CURRENCIES)
    lines = [
        {"product_id": await office.product("Lamp", chance.choice([20, 57, 99, chance.randint(100, 99_999)]),
                                            chance.choice(list(TAXES)), currency),
         "quantity": chance.choice([1, 1, 2, 3, 17])}
        for _ in range(chance.randint(1, 4))
    ]  # fmt: skip
    address = await office.shop.call("web_customer", "create_address", token=customer, **region)
    given: dict[str, Any] = {"currency": currency, "shipping_address_id": address["id"], "items": lines}
    if chance.random() < 0.7:
        rates = [{"currency": currency, "up_to": 0, "price": chance.choice([1, 3, 500, chance.randint(1, 9_999)])}]
        method = await office.shop.call(
            "web_admin", "create_shipping_method", token=office.admin, name="Parcel", rates=rates,
            tax_category=chance.choice([None, None, "vat", "upon"]),
        )  # fmt: skip
        given["shipping_method_id"] = method["id"]
    if chance.random() < 0.5 and currency != "JPY":
        given["promo_code"] = f"P{uuid.uuid4().hex[:12]}".upper()
        await office.shop.call(
            "web_support", "create_promotion", token=office.shop.support, code=given["promo_code"], name="Less",
            kind="percentage", basis_points=chance.choice([333, 1000, 5000]),
        )  # fmt: skip
    order = await office.shop.call("web_customer", "create_order", token=customer, **given)
    return dict(order)


def assert_it_adds_up(document: dict[str, Any]) -> None:
    taxed = [*document["items"], *document["shipping_parts"]]
    for each in taxed:
        assert each["tax"] == sum(tax["amount"] for tax in each["taxes"])
        assert all(tax["amount"] >= 0 for tax in each["taxes"])
        assert each["total"] == each["net"] + each["tax"]
    assert document["tax"] == sum(each["tax"] for each in taxed) == sum(row["amount"] for row in document["taxes"])
    assert document["tax_included"] == sum(each["tax"] for each in taxed if each["tax_included"])
    assert document["total"] == sum(each["total"] for each in taxed)
    assert document["shipping"] == sum(part["amount"] for part in document["shipping_parts"])


def sum_of_rows(documents: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    """Basis and tax by category, name, rate and reason; rows without anything are left out."""
    sums: Counter[tuple[Any, ...]] = Counter()
    for document in documents:
        for row in document["taxes"]:
            key = (row["category"], row["name"], row["rate"], row["reason"])
            sums[*key, "basis"] += row["basis"]
            sums[*key, "tax"] += row["amount"]
    return Counter({key: amount for key, amount in sums.items() if amount})


async def in_the_ledger(shop: Shop, order: dict[str, Any]) -> int:
    amount: int = await shop.admin.fetchval(IN_THE_LEDGER, uuid.UUID(order["id"]))
    return amount
