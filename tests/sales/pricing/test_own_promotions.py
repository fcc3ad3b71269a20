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
