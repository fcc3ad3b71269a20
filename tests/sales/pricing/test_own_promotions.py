"""Four eyes at the till: who makes a promotion does not buy with it, whatever role the account has by then."""

from __future__ import annotations

import uuid

from tests.payments.conftest import Shop
from tests.sales.orders.conftest import Buyer, line
from tests.sales.pricing.conftest import Make
from tests.support.connections import refused


async def test_staff_cannot_buy_with_a_promotion_that_they_made(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp, made = await shop.product(2000), await promotion(basis_points=10000)
    given = {"token": shop.support, "items": [line(lamp)]}
    said = await shop.call("web_support", "validate_promotion", code=made["code"], **given)
    assert (said["valid"], said["discount"], said["reason"]) == (False, 0, "own_account_refused")
    for code in (made["code"], made["code"].lower()):
        with refused("own_account_refused", "SH403"):
            await shop.call("web_support", "create_order", promo_code=code, **given)
    order = await buyer.order(line(lamp), promo_code=made["code"])
    assert (order["status"], order["discount"]) == ("paid", 2000)


async def test_nor_after_they_have_left_the_staff(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    lamp, made = await shop.product(2000), await promotion(basis_points=10000)
    me = await buyer.does("get_account")
    await shop.admin.execute(
        "UPDATE sales.promotions SET created_by = $1 WHERE id = $2", uuid.UUID(me["id"]), uuid.UUID(made["id"])
    )
    with refused("own_account_refused", "SH403"):
        await buyer.order(line(lamp), promo_code=made["code"])


async def test_who_changes_a_colleagues_promotion_cannot_use_it(shop: Shop, buyer: Buyer, promotion: Make) -> None:
    """Otherwise a code that is good for nothing is widened, used, and narrowed again."""
    lamp, made = await shop.product(2000), await promotion(basis_points=10000, minimum=9000, currency="USD")
    me = await buyer.does("get_account")
    for _ in range(2):
        made = await shop.call(
            "web_support", "update_promotion", token=shop.support, promotion_id=made["id"], minimum=None,
            given=["minimum"], if_match=made["version"],
        )  # fmt: skip
    read = "SELECT edited_by FROM sales.promotions WHERE id = $1"
    editors = await shop.admin.fetchval(read, uuid.UUID(made["id"]))
    assert editors == [
        await shop.admin.fetchval("SELECT created_by FROM sales.promotions WHERE id = $1", uuid.UUID(made["id"]))
    ]
    await shop.admin.execute(
        "UPDATE sales.promotions SET edited_by = $1 WHERE id = $2", [uuid.UUID(me["id"])], uuid.UUID(made["id"])
    )
    with refused("own_account_refused", "SH403"):
        await buyer.order(line(lamp), promo_code=made["code"])
