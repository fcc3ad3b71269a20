"""A customer pays by bank transfer: which account, which reference, and how customer service finds the payment."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
from stdnum import iban as registry
from stdnum import iso11649

from tests.payments.conftest import Shop
from tests.support.connections import refused

IBAN = "DE02120300000000202051"
ACCOUNT = {"name": "Lamps & More", "iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001"}


@pytest.fixture(scope="module")
async def admin_token(shop: Shop) -> str:
    return await shop.account("admin")


async def sell(shop: Shop, token: str, **seller: Any) -> Any:
    return await shop.call("web_admin", "replace_seller", token=token, **seller)


async def begin(shop: Shop, customer: str, order: Any, provider: str = "bank_transfer", **given: Any) -> Any:
    given = {"token": customer, "order_id": order["id"], "provider": provider, **given}
    return (await shop.call("web_customer", "begin_payment", **given))["payment"]


async def test_a_customer_is_told_where_to_transfer_to(shop: Shop, admin_token: str) -> None:
    """An answer without what the customer needs next: the account, and a reference by which the money is found."""
    assert (await sell(shop, admin_token, **ACCOUNT))["iban"] == IBAN
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    payment = await begin(shop, customer, order)
    told = payment["instructions"]
    reference = told["reference"]
    assert told == {
        "iban": IBAN, "bic": "BYLADEM1001", "holder": "Lamps & More", "reference": reference, "amount": 1000,
        "currency": "USD",
    }  # fmt: skip
    assert iso11649.is_valid(reference)
    assert reference[4:] == order["number"]
    assert await shop.call("web_customer", "get_payment", token=customer, payment_id=payment["id"]) == payment

    # Whatever the shop changes since: this customer was told this account.
    await sell(shop, admin_token, **ACCOUNT | {"iban": "FR1420041010050500013M02606", "account_holder": "Lamps SARL"})
    assert (await shop.call("web_customer", "get_payment", token=customer, payment_id=payment["id"])) == payment
    other = await begin(shop, customer, await shop.order(customer, await shop.product()))
    assert (other["instructions"]["iban"], other["instructions"]["holder"]) == (
        "FR1420041010050500013M02606", "Lamps SARL",
    )  # fmt: skip

    # Customer service has a bank statement: it finds the payment by its reference, and confirms it.
    for written in (reference, iso11649.format(reference), reference.lower(), f"  {reference} "):
        found = (await shop.call("web_support", "search_shop", token=shop.support, q=written))["data"]
        assert [(hit["kind"], hit["id"], hit["order_id"]) for hit in found] == [("payment", payment["id"], order["id"])]
    mistyped = reference[:-1] + str((int(reference[-1]) + 1) % 10)
    assert not (await shop.call("web_support", "search_shop", token=shop.support, q=mistyped))["data"]
    confirmed = await shop.call(
        "web_support", "confirm_payment", token=shop.support, payment_id=payment["id"], reference="statement 17"
    )
    assert (confirmed["status"], confirmed["instructions"]) == ("completed", None)
    assert (await shop.see(payment))["order_status"] == "paid"
    await shop.assert_books_balance()


async def test_every_transfer_has_a_reference_of_its_own(shop: Shop, admin_token: str) -> None:
    await sell(shop, admin_token, **ACCOUNT)
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    parts = [await begin(shop, customer, order, amount=100) for _ in range(3)]
    deposits = [
        (
            await shop.call(
                "web_customer", "begin_deposit", token=customer, amount=3000, currency="USD", provider="bank_transfer"
            )
        )["payment"]
        for _ in range(2)
    ]
    references = [payment["instructions"]["reference"] for payment in (*parts, *deposits)]
    assert len(set(references)) == 5
    assert all(iso11649.is_valid(reference) and len(reference) <= 25 for reference in references)
    assert [reference[4:] for reference in references[:3]] == [
        order["number"], f"{order['number']}X2", f"{order['number']}X3",
    ]  # fmt: skip
    assert [payment["instructions"]["amount"] for payment in (*parts, *deposits)] == [100, 100, 100, 3000, 3000]


async def test_others_get_no_instructions(shop: Shop, admin_token: str) -> None:
    await sell(shop, admin_token, **ACCOUNT)
    customer = await shop.account()
    order = await shop.order(customer, await shop.product())
    for provider in ("cash_on_delivery", "mock"):
        assert (await begin(shop, customer, order, provider, amount=100))["instructions"] is None
    transfer = await begin(shop, customer, order, amount=100)
    cancelled = await shop.call("web_customer", "cancel_payment", token=customer, payment_id=transfer["id"])
    assert cancelled["instructions"] is None


async def test_a_shop_without_an_account_says_nothing(shop: Shop, admin_token: str) -> None:
    await sell(shop, admin_token, name="The shop")
    customer = await shop.account()
    payment = await begin(shop, customer, await shop.order(customer, await shop.product()))
    assert (payment["status"], payment["instructions"]) == ("open", None)
    # An IBAN that was stored when nobody checked it is not handed on.
    await shop.admin.execute(
        "INSERT INTO billing.sellers (version, name, iban) "
        "SELECT max(version) + 1, 'The shop', 'DE03' FROM billing.sellers"
    )
    payment = await begin(shop, customer, await shop.order(customer, await shop.product()))
    assert payment["instructions"] is None


async def test_a_seller_has_an_iban_or_none(shop: Shop, admin_token: str) -> None:
    for wrong in ("DE02120300000000202052", "DE0212030000000020205", "DE02", "XX0212030000000020205", "x"):
        with refused("iban_invalid", "SH422"):
            await sell(shop, admin_token, name="The shop", iban=wrong)


async def test_is_iban_knows_the_registry(shop: Shop) -> None:
    """Against python-stdnum, which reads SWIFT's registry: a made-up IBAN of every country, and its neighbours."""
    countries: dict[str, int] = {}
    for line in files("stdnum").joinpath("iban.dat").read_text().splitlines():
        if not line.startswith("#"):
            structure = line.split('bban="')[1].rstrip('"')
            countries[line[:2]] = sum(int(size) for size in re.findall(r"(\d+)!", structure))
    assert len(countries) > 80
    given: list[str] = []
    for country, length in countries.items():
        for size in (length - 1, length, length + 1):
            body = ("1234567890" * 4)[:size]
            given.append(country + registry.calc_check_digits(f"{country}00{body}") + body)
    answers = await shop.admin.fetch("SELECT i, payments.is_iban(i) AS valid FROM unnest($1::text[]) AS i", given)
    wrong = [row["i"] for row in answers if row["valid"] is not (len(row["i"]) == countries[row["i"][:2]] + 4)]
    assert not wrong
    assert not await shop.admin.fetchval(
        "SELECT bool_or(payments.is_iban(i)) FROM unnest($1::text[]) AS i",
        ["", None, "DE", "de02120300000000202051", "DE02 1203 0000 0000 2020 51", "DE02120300000000202O51",
         "DE00120300000000202051", "ZZ02120300000000202051", "DE02120300000000202051\n"],
    )  # fmt: skip
