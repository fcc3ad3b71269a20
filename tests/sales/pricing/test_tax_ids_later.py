"""Tax ids that turn out to be invalid after the order, and addresses that leave the EU's VAT by their postal code."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, SignUp, line
from tests.sales.pricing.conftest import Make
from tests.support.connections import refused

FRENCH = "FR78500000005"


@pytest.fixture(scope="module", autouse=True)
async def german(shop: Shop, tax: Make, administrator: str) -> None:
    await shop.admin.execute(
        "INSERT INTO billing.sellers (version, name, country, vat_id) VALUES (2, 'Shop', 'DE', 'DE123456788')"
    )
    await tax("DE", 19)
    rule = {"category": "K", "text": "Intra-community supply", "destination": "eu", "buyer": "business"}
    await shop.call("web_admin", "create_tax_exemption", token=administrator, **rule)


async def place(buyer: Buyer, country: str, **given: Any) -> str:
    made = await buyer.does("create_address", name="Ada", line1="1 Quay", city="X", country=country, **given)
    return str(made["id"])


async def free_of_tax(shop: Shop, buyer: Buyer) -> tuple[dict[str, Any], str]:
    """An order of a French business, and the check of its tax id."""
    to = await place(buyer, "FR", tax_id=FRENCH)
    order = await buyer.order(line(await shop.product(1000)), shipping_address_id=to)
    assert (order["tax"], order["items"][0]["tax_category"]) == (0, "K")
    found = "SELECT id::text FROM identity.tax_id_checks WHERE account_id = $1"
    return order, await shop.admin.fetchval(found, uuid.UUID(order["account_id"]))


async def answer(shop: Shop, check: str, status: str) -> None:
    await shop.call("web_worker", "record_tax_id_check", check_id=check, status=status, service="vies")


async def test_an_order_is_priced_anew_when_its_tax_id_is_invalid(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    order, check = await free_of_tax(shop, buyer)
    early = await shop.begin(buyer.token, order)
    await answer(shop, check, "valid")
    assert (await buyer.sees(order))["total"] == 1000
    await answer(shop, check, "invalid")
    taxed = await buyer.sees(order)
    assert (taxed["tax"], taxed["total"], taxed["items"][0]["tax_category"]) == (190, 1190, "S")
    assert (await shop.see(early))["status"] == "cancelled"
    assert "order.modified" in await buyer.timeline(order)
    assert (await buyer.pay(order))["amount"] == 1190


async def test_one_that_could_not_be_priced_anew_is_not_paid(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    order, check = await free_of_tax(shop, buyer)
    await shop.admin.execute(
        "UPDATE sales.settings SET untaxed_orders = 'refuse';"
        f"UPDATE catalog.products SET tax_category = 'medical' WHERE id = '{order['items'][0]['product_id']}'"
    )
    await answer(shop, check, "invalid")
    assert (await buyer.sees(order))["items"][0]["tax_category"] == "K"
    with refused("tax_undecided", "SH409"):
        await shop.begin(buyer.token, order)
    await shop.admin.execute("UPDATE sales.settings SET untaxed_orders = 'hold'")
    await answer(shop, check, "invalid")
    held = await buyer.sees(order)
    assert (held["hold_reason"], held["items"][0]["tax_category"]) == ("tax", None)


async def test_a_tax_id_is_asked_about_again(shop: Shop, sign_up: SignUp) -> None:
    buyer = await sign_up()
    order, check = await free_of_tax(shop, buyer)

    async def begun(waited: str = "0") -> int:
        passed = "UPDATE identity.tax_id_checks SET check_at = check_at - $2::text::interval WHERE id = $1::text::uuid"
        await shop.admin.execute(passed, check, waited)
        job = "SELECT count(*) FROM messaging.outbox WHERE kind = 'verify_tax_id' AND payload ->> 'check_id' = $1"
        before = await shop.admin.fetchval(job, check)
        await shop.call("web_worker", "begin_tax_id_checks", prefixes=["DE"])
        assert await shop.admin.fetchval(job, check) == before  # no service for it
        await shop.call("web_worker", "begin_tax_id_checks", prefixes=["DE", "FR"])
        return int(await shop.admin.fetchval(job, check) - before)

    async def answered(status: str) -> None:
        done = "UPDATE messaging.outbox SET done_at = now() WHERE payload ->> 'check_id' = $1"
        await shop.admin.execute(done, check)
        if status != "not_verified":
            await answer(shop, check, status)

    assert await begun("1 day") == 0  # the first job has yet to be done
    await answered("not_verified")
    assert [await begun(), await begun("1 day"), await begun()] == [0, 1, 0]
    await answered("unavailable")
    assert [await begun(), await begun("1 day")] == [0, 1]
    await answered("valid")
    assert [await begun("5 months"), await begun("32 days"), await begun()] == [0, 1, 0]
    await buyer.does("delete_address", address_id=(await buyer.does("list_addresses"))["data"][0]["id"])
    await answered("not_verified")
    assert await begun("1 day") == 1  # for the pending order
    await buyer.does("cancel_order", order_id=order["id"])
    assert await begun("1 day") == 0
    await place(buyer, "FR", tax_id=FRENCH)
    due = "SELECT check_at > now() FROM identity.tax_id_checks WHERE id = $1::text::uuid"
    assert await shop.admin.fetchval(due, check)


async def test_a_paid_order_does_not_leave_by_its_postal_code(shop: Shop, buyer: Buyer) -> None:
    kiel, flensburg, heligoland = [await place(buyer, "DE", postal_code=code) for code in ("24103", "24937", "27498")]
    order = await buyer.order(line(await shop.product(1000)), shipping_address_id=kiel)
    assert order["tax"] == 190
    await buyer.pay(order)
    with refused("address_changes_price", "SH409"):
        await buyer.does("set_shipping_address", order_id=order["id"], address_id=heligoland)
    moved = await buyer.does("set_shipping_address", order_id=order["id"], address_id=flensburg)
    assert moved["shipping_address"]["postal_code"] == "24937"
