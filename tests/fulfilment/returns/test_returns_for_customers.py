"""Customer service announces a return for a customer who calls; nobody else does so for other people."""

from __future__ import annotations

from tests.fulfilment.returns.conftest import Returner, items
from tests.payments.conftest import Shop
from tests.support.connections import refused


async def test_customer_service_announces_the_return_of_any_customer(shop: Shop, buyer: Returner) -> None:
    order = await buyer.got((500, 4))
    back = await shop.call(
        "web_support", "create_return", token=shop.support, order_id=order["id"], items=items(order, (0, 2)),
        reason="called us",
    )  # fmt: skip
    # It is the customer's as if they had announced it themselves.
    seen = await buyer.does("get_return", return_id=back["id"])
    assert (seen["id"], seen["status"], seen["reason"]) == (back["id"], "requested", "called us")
    listed = (await buyer.does("list_returns", order_id=order["id"]))["data"]
    assert [r["id"] for r in listed] == [back["id"]]
    await buyer.decide("approve_return", back)
    received = await buyer.decide("receive_return", back)
    assert (received["status"], received["amount"]) == ("received", 1000)


async def test_customers_and_merchants_announce_only_their_own(shop: Shop, buyer: Returner, other: Returner) -> None:
    order = await buyer.got((500, 4))
    given = {"order_id": order["id"], "items": items(order, (0, 1)), "reason": "x"}
    with refused("order_not_found", "SH404"):
        await other.does("create_return", **given)
    with refused("order_not_found", "SH404"):
        await shop.call("web_merchant", "create_return", token=shop.merchant, **given)
    assert (await buyer.does("list_returns", order_id=order["id"]))["data"] == []


async def test_staff_announce_their_own_but_do_not_approve_it(shop: Shop) -> None:
    clerk = Returner(shop, await shop.account())
    order = await clerk.got((500, 1))
    account = (await clerk.does("get_account"))["id"]
    await shop.admin.execute("UPDATE identity.accounts SET role = 'support' WHERE id::text = $1", account)
    email = await shop.admin.fetchval("SELECT email FROM identity.accounts WHERE id::text = $1", account)
    token = await shop.admin.fetchval("SELECT identity.issue_local_token('support', $1)", email)
    given = {"order_id": order["id"], "items": items(order, (0, 1)), "reason": "x"}
    back = await shop.call("web_support", "create_return", token=token, **given)
    with refused("own_account_refused", "SH403"):
        await shop.call("web_support", "approve_return", token=token, return_id=back["id"])
