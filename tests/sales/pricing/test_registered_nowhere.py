"""A seller that is registered for tax, and has no country: nothing shows how its orders are taxed."""

from __future__ import annotations

from typing import Any

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import address
from tests.support.connections import refused


async def test_its_orders_wait_until_it_has_a_country(shop: Shop, buyer: Buyer, administrator: str) -> None:
    async def seller(**given: Any) -> Any:
        return await shop.call("web_admin", "replace_seller", token=administrator, name="Shop", **given)

    for number in ({"vat_id": "DE123456788"}, {"tax_number": "37/123/45678"}):
        with refused("seller_country_missing", "SH422"):
            await seller(**number)
    await shop.admin.execute("INSERT INTO billing.sellers (version, name, vat_id) VALUES (2, 'Shop', 'DE123456788')")
    rule = {"category": "E", "text": "Small business", "destination": "domestic"}
    await shop.call("web_admin", "create_tax_exemption", token=administrator, **rule)
    await shop.admin.execute("UPDATE sales.settings SET untaxed_orders = 'refuse'")
    lamp = await shop.product(1000)
    with refused("tax_undecided", "SH422"):
        await buyer.order(line(lamp))
    await shop.admin.execute("UPDATE sales.settings SET untaxed_orders = 'hold'")
    nowhere = await buyer.order(line(lamp))
    somewhere = await buyer.order(line(lamp), shipping_address_id=await address(buyer, "DE"))
    nothing = await buyer.order(line(await shop.product(0)))
    for order in (nowhere, somewhere, nothing):
        assert (order["hold_reason"], order["items"][0]["tax_category"], order["status"]) == ("tax", None, "pending")
        with refused("tax_undecided", "SH409"):
            await buyer.support("release_order", order, reason="checked")
    with refused("tax_undecided", "SH409"):
        await shop.begin(buyer.token, nowhere)
    assert (await buyer.modify(nowhere, line(lamp, 2)))["hold_reason"] == "tax"

    await seller(vat_id="DE123456788", country="DE")
    for order in (nowhere, somewhere):
        released = await buyer.support("release_order", order, reason="checked")
        assert (released["tax_country"], released["items"][0]["tax_category"]) == ("DE", "E")
    await buyer.pay(nowhere)
    await shop.call("web_worker", "issue_invoice", order_id=nowhere["id"])
    invoice = await buyer.does("get_invoice", order_id=nowhere["id"])
    assert (invoice["items"][0]["tax_category"], invoice["items"][0]["reason"]) == ("E", "Small business")
    assert not await shop.admin.fetch("SELECT name, detail FROM billing.check_invoices() WHERE NOT ok")
