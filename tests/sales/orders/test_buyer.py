"""What an order keeps of its buyer: the address with region and its name, the tax id, the reference."""

from __future__ import annotations

from typing import Any

from tests.sales.orders.conftest import Buyer, line
from tests.support.connections import refused

HOME = {"name": "A. Buyer", "line1": "1 Lake Road", "city": "X"}


async def kept(buyer: Buyer, order: dict[str, Any]) -> tuple[str | None, str | None]:
    row = await buyer.shop.admin.fetchrow(
        "SELECT buyer_tax_id, buyer_reference FROM sales.orders WHERE id = $1::uuid", order["id"]
    )
    return row["buyer_tax_id"], row["buyer_reference"]


async def test_the_tax_id_is_the_addresses_or_else_the_accounts(buyer: Buyer) -> None:
    product = await buyer.shop.product(1000, 100)
    plain = await buyer.does("create_address", **HOME, country="US", region="California")
    office = await buyer.does("create_address", **HOME, country="DE", tax_id="DE136695976")
    order = await buyer.order(line(product), shipping_address_id=plain["id"])
    assert await kept(buyer, order) == (None, None)
    address = order["shipping_address"]
    assert (address["region"], address["region_name"], "tax_id" in address) == ("US-CA", "California", False)

    await buyer.does("update_account", tax_id="FR61954506077")
    order = await buyer.order(line(product), shipping_address_id=plain["id"], buyer_reference="991-12345-06")
    assert await kept(buyer, order) == ("FR61954506077", "991-12345-06")
    await buyer.does("set_shipping_address", order_id=order["id"], address_id=office["id"])
    assert await kept(buyer, order) == ("DE136695976", "991-12345-06")
    order = await buyer.order(line(product), shipping_address_id=office["id"])
    assert await kept(buyer, order) == ("DE136695976", None)

    await buyer.does("add_cart_item", product_id=product, quantity=1)
    order = await buyer.does("checkout_cart", shipping_address_id=office["id"], buyer_reference="PO 7")
    assert await kept(buyer, order) == ("DE136695976", "PO 7")
    with refused("text_length"):
        await buyer.order(line(product), buyer_reference="x" * 201)

    # What is known about the id of an order stays, also when the account and its addresses no longer have it.
    await buyer.does("update_account", tax_id=None, given=["tax_id"])
    await buyer.does("delete_address", address_id=office["id"])
    found = await buyer.shop.admin.fetch(
        "SELECT c.tax_id FROM identity.tax_id_checks AS c JOIN sales.orders AS o USING (account_id) "
        "WHERE o.id = $1::uuid ORDER BY c.tax_id",
        order["id"],
    )
    assert [row["tax_id"] for row in found] == ["DE136695976"]
