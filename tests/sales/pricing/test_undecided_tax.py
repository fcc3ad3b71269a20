"""Orders that no rate and no rule covers: refused, or held until the shop has decided and staff have released them."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, expire, line
from tests.sales.pricing.conftest import Make, address
from tests.support.connections import refused

EXPORT = {"category": "G", "text": "Tax-free export.", "destination": "export"}


@pytest.fixture(scope="module", autouse=True)
async def registered(shop: Shop, tax: Make) -> None:
    """A shop in Germany."""
    await shop.admin.execute(
        "INSERT INTO billing.sellers (version, name, country, vat_id) VALUES (2, 'Shop', 'DE', 'DE123456788')"
    )
    await tax("DE", 19)


@pytest.fixture(autouse=True)
async def no_rules(shop: Shop) -> AsyncIterator[None]:
    yield
    await shop.admin.execute(
        "UPDATE sales.tax_exemptions SET valid = tstzrange(lower(valid), clock_timestamp()) WHERE upper_inf(valid);"
        "UPDATE sales.settings SET untaxed_orders = 'hold'"
    )


@pytest.fixture(scope="module")
def verify(shop: Shop) -> Make:
    async def make(order: dict[str, Any]) -> None:
        await shop.admin.execute(
            "UPDATE identity.accounts SET email_verified = true WHERE id = $1::text::uuid", order["account_id"]
        )

    return make


async def abroad(shop: Shop, buyer: Buyer, price: int = 1000) -> dict[str, Any]:
    return await buyer.order(line(await shop.product(price)), shipping_address_id=await address(buyer, "CH"))


async def test_refused(shop: Shop, buyer: Buyer) -> None:
    await shop.admin.execute("UPDATE sales.settings SET untaxed_orders = 'refuse'")
    with refused("tax_undecided", "SH422"):
        await abroad(shop, buyer)
    lamp = await shop.product(1000)
    await buyer.does("add_cart_item", product_id=lamp, quantity=1)
    with refused("tax_undecided", "SH422"):
        await buyer.does("checkout_cart", shipping_address_id=await address(buyer, "CH"))
    at_home = await buyer.order(line(lamp), shipping_address_id=await address(buyer, "DE"))
    with refused("tax_undecided", "SH422"):
        await buyer.does("set_shipping_address", order_id=at_home["id"], address_id=await address(buyer, "CH"))
    assert (await buyer.sees(at_home))["on_hold"] is False


async def test_held_until_it_is_decided_and_released(
    shop: Shop, sign_up: Any, administrator: str, verify: Make
) -> None:
    buyer = await sign_up()
    await verify(await buyer.order(line(await shop.product())))
    order = await abroad(shop, buyer)
    assert (order["status"], order["on_hold"], order["hold_reason"]) == ("pending", True, "tax")
    assert order["items"][0]["tax_category"] is None
    left = dt.datetime.fromisoformat(order["expires_at"]) - dt.datetime.fromisoformat(order["created_at"])
    assert left == dt.timedelta(days=3)
    with refused("tax_undecided", "SH409"):
        await shop.begin(buyer.token, order)
    with refused("tax_undecided", "SH409") as why:
        await buyer.support("release_order", order, reason="checked")
    assert why.detail == {"country": "CH", "region": None, "product_ids": [order["items"][0]["product_id"]]}

    # A colleague's remark does not hide that the order cannot be paid.
    await buyer.support("hold_order", order, reason="call them")
    assert (await buyer.sees(order))["hold_reason"] == "tax"
    await shop.call("web_admin", "create_tax_rate", token=administrator, country="CH", name="MWST", rate=8.1,
                    included=False)  # fmt: skip
    released = await buyer.support("release_order", order, reason="checked")
    assert (released["on_hold"], released["items"][0]["tax_category"], released["total"]) == (False, "S", 1081)
    assert await buyer.timeline(order) == ["order.created", "order.held", "order.modified", "order.released"]
    mail = "SELECT payload ->> 'template' FROM messaging.outbox WHERE payload -> 'data' ->> 'order_id' = $1"
    assert await shop.admin.fetchval(mail, order["id"]) == "order_payable"
    await buyer.pay(released)
    # What was decided stays decided: it is priced by the rates of that moment.
    assert (await buyer.sees(order))["payment_status"] == "paid"
    await shop.admin.execute("DELETE FROM sales.tax_rates WHERE country = 'CH'")


async def test_an_edit_after_the_release_keeps_its_rates(shop: Shop, buyer: Buyer, administrator: str) -> None:
    order = await abroad(shop, buyer)
    await shop.call("web_admin", "create_tax_exemption", token=administrator, **EXPORT)
    await buyer.support("release_order", order, reason="checked")
    changed = await buyer.modify(order, line(order["items"][0]["product_id"], 3))
    assert (changed["on_hold"], changed["items"][0]["tax_category"]) == (False, "G")


async def test_the_buyer_ends_it_by_another_address(shop: Shop, buyer: Buyer) -> None:
    order = await abroad(shop, buyer)
    moved = await buyer.does("set_shipping_address", order_id=order["id"], address_id=await address(buyer, "DE"))
    assert (moved["on_hold"], moved["tax"]) == (False, 190)
    away = await buyer.does("set_shipping_address", order_id=order["id"], address_id=await address(buyer, "CH"))
    assert (away["on_hold"], away["tax"]) == (True, 0)
    assert await buyer.timeline(order) == [
        "order.created", "order.held", "order.released", "order.address_changed", "order.held", "order.address_changed",
    ]  # fmt: skip


async def test_an_open_payment_ends_when_the_order_is_held(shop: Shop, buyer: Buyer, administrator: str) -> None:
    await shop.call(
        "web_admin", "create_tax_rate", token=administrator, country="NO", name="MVA", rate=0, included=True
    )
    order = await buyer.order(line(await shop.product(1000)), shipping_address_id=await address(buyer, "NO"))
    payment = await shop.begin(buyer.token, order)
    await buyer.does("set_shipping_address", order_id=order["id"], address_id=await address(buyer, "CH"))
    assert (await shop.see(payment))["status"] == "cancelled"


async def test_a_payment_that_arrives_all_the_same(shop: Shop, buyer: Buyer, administrator: str) -> None:
    order = await buyer.order(line(await shop.product(1190)), shipping_address_id=await address(buyer, "DE"))
    payment = await shop.begin(buyer.token, order)
    await buyer.does("set_shipping_address", order_id=order["id"], address_id=await address(buyer, "CH"))
    assert await shop.event(payment, "completed") == "applied"
    held = await buyer.sees(order)
    assert (held["payment_status"], held["hold_reason"]) == ("paid", "tax")
    with refused("tax_undecided", "SH409"):
        await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    with refused("order_on_hold", "SH409"):
        await buyer.support("ship_order", order)
    await shop.call("web_admin", "create_tax_exemption", token=administrator, **EXPORT)
    await buyer.support("release_order", order, reason="checked")
    issued = await shop.call("web_worker", "issue_invoice", order_id=order["id"])
    assert [item["reason"] for item in issued["invoice"]["items"]] == [EXPORT["text"]]


async def test_what_costs_nothing_waits_too(shop: Shop, buyer: Buyer, administrator: str) -> None:
    order = await abroad(shop, buyer, price=0)
    assert (order["status"], order["hold_reason"]) == ("pending", "tax")
    await shop.call("web_admin", "create_tax_exemption", token=administrator, **EXPORT)
    assert (await buyer.support("release_order", order, reason="checked"))["status"] == "paid"


async def test_it_expires_as_others_do_unless_the_email_is_verified(shop: Shop, buyer: Buyer) -> None:
    order = await abroad(shop, buyer)
    left = dt.datetime.fromisoformat(order["expires_at"]) - dt.datetime.fromisoformat(order["created_at"])
    assert left < dt.timedelta(hours=1)
    await expire(shop, order)
    await shop.call("web_worker", "expire_orders")
    assert (await buyer.sees(order))["status"] == "cancelled"
