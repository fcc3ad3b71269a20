"""What is not sent by parcel: delivered when it is paid, and no carrier is asked."""

from __future__ import annotations

import uuid

from tests.fulfilment.shipments.conftest import Sender, owed, says, ticket
from tests.payments.conftest import Shop
from tests.sales.orders.conftest import line


async def test_what_is_not_sent_is_delivered_when_it_is_paid(shop: Shop, buyer: Sender) -> None:
    """A state that nothing ever ends: no parcel would deliver this order, which would stay paid for ever."""
    order = await buyer.order(line(await ticket(shop)))
    assert (order["payment_status"], order["fulfilment_status"]) == ("unpaid", "not_needed")
    await buyer.pay(order)
    assert await says(buyer, order) == ("delivered", "paid", "not_needed")
    assert [t for t in await buyer.timeline(order) if t.startswith("order.")] == [
        "order.created", "order.paid", "order.delivered",
    ]  # fmt: skip
    assert (await buyer.support("ship_order", order))["status"] == "delivered"
    assert await buyer.parcels(order) == []
    await buyer.refund(order)
    assert await says(buyer, order) == ("delivered", "refunded", "not_needed")
    assert await shop.stock(order["items"][0]["product_id"]) == (999, 0)  # it was handed over


async def test_no_carrier_is_asked_for_it(shop: Shop, buyer: Sender) -> None:
    await buyer.credit(5000)
    order = await buyer.order(line(await ticket(shop)), shipping_address_id=await buyer.to())
    await buyer.does("begin_payment", order_id=order["id"], provider="credit")
    assert await says(buyer, order) == ("delivered", "paid", "not_needed")
    free = await buyer.order(line(await ticket(shop, price=0)))
    assert (free["status"], free["payment_status"]) == ("delivered", "paid")
    # Beside a lamp, only the lamp is sent.
    both = await buyer.order(
        line(await ticket(shop)), line(await shop.product(500)), shipping_address_id=await buyer.to()
    )
    await buyer.does("begin_payment", order_id=both["id"], provider="credit")
    waits = (await buyer.parcels(both))[0]
    assert [item["quantity"] for item in waits["items"]] == [1]
    await shop.call("web_worker", "complete_booking", shipment_id=waits["id"], booking_reference="r")
    assert sum(await owed(buyer, both)) == 0
    shipped = await buyer.support("ship_order", both)
    assert (shipped["status"], shipped["fulfilment_status"]) == ("shipped", "shipped")


async def test_an_account_without_anything_to_come_can_be_closed(shop: Shop, other: Sender) -> None:
    """A state that nothing ever ends would keep its account open for ever, too."""
    handed = await other.order(line(await ticket(shop)))
    await other.pay(handed)
    gone = await other.bought((500, 2), shipping_address_id=await other.to())
    refund = await other.refund(gone, restock=False)
    await shop.call("web_worker", "complete_refund", refund_id=refund["id"], provider_reference="re_1")
    account = uuid.UUID(handed["account_id"])
    await shop.admin.execute("SELECT identity.close_account($1)", account)
    left = "SELECT array_agg(DISTINCT shipping_address::text) FROM sales.orders WHERE account_id = $1"
    assert await shop.admin.fetchval(left, account) == ['{"country": "BD"}', None]


async def test_a_change_of_lines_changes_what_is_to_be_sent(shop: Shop, buyer: Sender) -> None:
    show, lamp = await ticket(shop), await shop.product()
    order = await buyer.order(line(show))
    assert (await buyer.modify(order, line(lamp)))["fulfilment_status"] == "unfulfilled"
    assert (await buyer.modify(order, line(lamp, 0)))["fulfilment_status"] == "not_needed"
    # As it was when it was ordered, whatever becomes of the product.
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=show, requires_shipping=True)
    await buyer.pay(order)
    assert await says(buyer, order) == ("delivered", "paid", "not_needed")


async def test_a_bundle_is_sent_if_a_part_of_it_is(shop: Shop, buyer: Sender) -> None:
    show, lamp = await ticket(shop), await shop.product()
    for parts, goods in (((show,), "not_needed"), ((show, lamp), "unfulfilled")):
        bundle = await shop.call(
            "web_merchant", "create_bundle", token=shop.merchant, name="Set", sku=uuid.uuid4().hex[:12], price=700,
            currency="USD", items=[line(part) for part in parts],
        )  # fmt: skip
        order = await buyer.order({"bundle_id": bundle["id"], "quantity": 1})
        assert order["fulfilment_status"] == goods
    await shop.call("web_merchant", "update_product", token=shop.merchant, product_id=lamp, requires_shipping=False)
    order = await buyer.order({"bundle_id": bundle["id"], "quantity": 1})
    assert order["fulfilment_status"] == "not_needed"


async def test_a_product_says_whether_it_is_sent(shop: Shop) -> None:
    given = {"token": shop.merchant, "name": "A", "description": "", "price": 5, "currency": "USD", "stock": 5}
    for more, sent in (({}, True), ({"requires_shipping": False}, False), ({"requires_shipping": None}, True)):
        made = await shop.call("web_merchant", "create_product", sku=uuid.uuid4().hex[:12], **given, **more)
        assert made["requires_shipping"] is sent
    seen = await shop.call("web_anonymous", "get_product", product_id=made["id"])
    assert seen["requires_shipping"] is True
