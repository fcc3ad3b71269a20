"""Returns of orders of which something was refunded before: they give back what the pieces cost, and wait for none."""

from __future__ import annotations

from tests.fulfilment.returns.conftest import Returner
from tests.payments.conftest import Shop
from tests.payments.test_refunds_settled import fail, settle


async def test_a_refund_that_came_back_stops_no_return(shop: Shop, buyer: Returner) -> None:
    """One failure that holds up everything beside it. The refund of A comes back from a card that has expired: B is
    returned all the same, and A is paid by bank transfer."""
    order = await buyer.got((1000, 1), (2000, 1))
    (payment,) = (await buyer.does("list_payments", order_id=order["id"]))["data"]
    made = await buyer.refund(order, (0, 1))
    await fail(shop, payment, made, "came back")
    received = await buyer.decide("receive_return", await buyer.approved(order, (1, 1)))
    assert (made["amount"], received["amount"]) == (1000, 2000)
    settled = await settle(shop, made, "bank_transfer")
    assert (settled["status"], settled["settled_by"]) == ("completed", "bank_transfer")
    assert (await shop.see(payment))["amount_refunded"] == 3000


async def test_shipping_was_refunded_and_the_goods_come_back(shop: Shop, buyer: Returner) -> None:
    """Money given back under one name and taken from another. Goods of 23.80 and shipping of 4.90: after the shipping
    was refunded, a return of both pieces still gives back 23.80."""
    method = await shop.call(
        "web_admin", "create_shipping_method", token=await shop.account("admin"), name="Parcel",
        rates=[{"currency": "USD", "up_to": 100_000, "price": 490}],
    )  # fmt: skip
    order = await buyer.got((1190, 2), shipping_address_id=await buyer.to(), shipping_method_id=method["id"])
    assert (order["shipping"], order["total"]) == (490, 2870)
    assert (await buyer.refund(order, shipping_amount=490))["amount"] == 490
    received = await buyer.decide("receive_return", await buyer.approved(order, (0, 2)))
    assert received["amount"] == 2380
