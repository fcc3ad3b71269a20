"""Payments for orders that one person confirms: without anything to ship they are limited as credit is, since paying
delivers them; goods still have to be shipped, and are not."""

from __future__ import annotations

import pytest

from tests.ledger.conftest import Bank, Person
from tests.ledger.test_second_person import LIMIT, decide, pending
from tests.payments.conftest import Shop
from tests.payments.conftest import shop as shop
from tests.support.connections import refused


async def ordered(bank: Bank, shop: Shop, customer: Person, price: int, provider: str, *, ships: bool) -> str:
    product = await shop.product(price, 5)
    if not ships:
        given = {"product_id": product, "requires_shipping": False}
        await shop.call("web_merchant", "update_product", token=shop.merchant, **given)
    order = await bank.does(customer, "create_order", items=[{"product_id": product, "quantity": 1}])
    begun = await bank.does(customer, "begin_payment", order_id=order["id"], provider=provider)
    return str(begun["payment"]["id"])


@pytest.mark.parametrize("provider", ["bank_transfer", "cash_on_delivery"])
async def test_what_is_delivered_when_it_is_paid(bank: Bank, shop: Shop, provider: str) -> None:
    support, colleague, customer = [await bank.person(r) for r in ("support", "support", "customer")]
    payment_id = await ordered(bank, shop, customer, LIMIT + 1, provider, ships=False)
    waits = await bank.does(support, "confirm_payment", payment_id=payment_id, reference="statement 7")
    assert waits["status"] == "open"
    change = await pending(bank, colleague, payment_id=payment_id)
    assert (change["id"], change["kind"], change["account_id"]) == (waits["approval_id"], "payment", customer.id)
    assert (await bank.does(customer, "get_payment", payment_id=payment_id))["approval_id"] is None
    with refused("approval_pending", "23505"):
        await bank.does(colleague, "confirm_payment", payment_id=payment_id)
    with refused("approval_by_requester"):
        await decide(bank, support, change)
    await decide(bank, colleague, change)
    order = await bank.does(customer, "get_order", order_id=waits["order_id"])
    assert (order["status"], order["amount_paid"]) == ("delivered", LIMIT + 1)
    await bank.assert_books_balance()


async def test_small_ones_add_up_for_one_person(bank: Bank, shop: Shop) -> None:
    """Five limits a day, whoever the customers are; a rejected one can be confirmed anew."""
    support, colleague = [await bank.person("support") for _ in range(2)]
    said = []
    for _ in range(6):
        customer = await bank.person()
        payment_id = await ordered(bank, shop, customer, LIMIT, "bank_transfer", ships=False)
        said.append(await bank.does(support, "confirm_payment", payment_id=payment_id))
    assert [payment["status"] for payment in said] == ["completed"] * 5 + ["open"]
    await decide(bank, colleague, said[5]["approval_id"], "reject")
    other = await bank.does(colleague, "confirm_payment", payment_id=said[5]["id"])
    assert (other["status"], other["approval_id"]) == ("completed", None)
    await bank.assert_books_balance()


@pytest.mark.parametrize("provider", ["bank_transfer", "cash_on_delivery"])
async def test_goods_are_not_limited(bank: Bank, shop: Shop, provider: str) -> None:
    support, customer = await bank.person("support"), await bank.person()
    for _ in range(3):  # above the limit of one change, of the recipient and of the day
        payment_id = await ordered(bank, shop, customer, 3 * LIMIT, provider, ships=True)
        assert (await bank.does(support, "confirm_payment", payment_id=payment_id))["status"] == "completed"
    # Nor do they count: a deposit within the limit is still confirmed alone.
    begun = await bank.does(customer, "begin_deposit", amount=LIMIT, currency="USD", provider="bank_transfer")
    confirmed = await bank.does(support, "confirm_payment", payment_id=begun["payment"]["id"])
    assert confirmed["status"] == "completed"
    await bank.assert_books_balance()
